//! What a JPEG says is behind its end marker: further pictures of an MPF index, and what its XMP lists.
//!
//! Facts from CIPA DC-007 (multi-picture format), Google's motion photo 1.0 and Ultra HDR 1.0. XMP is searched as text:
//! its writers use attributes and elements alike. Absent on purpose: places in the file, which editors that keep the
//! index do not keep right; lengths stay true.

use crate::facts::multi_picture;

/// What is said to be behind the end.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Declared {
    /// Lengths of the further pictures of an MPF index.
    pub(super) pictures: Vec<u64>,
    /// Bytes of all that XMP's container directory lists behind the primary picture.
    pub(super) container: u64,
    /// Bytes from the beginning of a motion video to the file's end.
    pub(super) motion: u64,
}

impl Declared {
    /// Bytes that there must be behind the end marker.
    pub(super) fn bytes(&self) -> u64 {
        let pictures = self.pictures.iter().fold(0u64, |sum, &n| sum.saturating_add(n));
        pictures.max(self.container).max(self.motion)
    }

    /// What it is, in a few words.
    pub(super) fn words(&self) -> String {
        let mut words = Vec::new();
        if !self.pictures.is_empty() {
            words.push(format!("{} more pictures", self.pictures.len()));
        }
        if self.container > 0 {
            words.push("the parts that its XMP lists".to_owned());
        }
        if self.motion > 0 {
            words.push("a motion video".to_owned());
        }
        words.join(", ")
    }

    /// Notes an APP segment.
    pub(super) fn note(&mut self, marker: u8, payload: &[u8]) {
        match marker {
            0xe1 if payload.starts_with(b"http://ns.adobe.com/xap/1.0/\0") => self.note_xmp(payload),
            0xe2 => {
                if let Some(entries) = payload.strip_prefix(b"MPF\0").and_then(multi_picture::entries) {
                    self.pictures = entries.iter().skip(1).map(|entry| entry.length).collect();
                }
            }
            _ => {}
        }
    }

    fn note_xmp(&mut self, xmp: &[u8]) {
        let motion = numbers(xmp, b"MicroVideoOffset").next();
        let is_motion = numbers(xmp, b"MicroVideo").chain(numbers(xmp, b"MotionPhoto")).any(|n| n == 1);
        self.motion = motion.filter(|_| is_motion).unwrap_or(self.motion);
        // The primary picture's own length is 0 or not given, so that all lengths together lie behind it.
        let Some(at) = memchr::memmem::find(xmp, b":Directory") else { return };
        let primary = memchr::memmem::find(&xmp[at..], b"\"Primary\"").or(memchr::memmem::find(&xmp[at..], b">Primary<"));
        if primary.is_some() {
            let lengths: Vec<u64> = numbers(&xmp[at..], b"Item:Length").collect();
            let count = |what: &[u8]| memchr::memmem::find_iter(&xmp[at..], what).count();
            let items = count(b"Item:Semantic=") + count(b"Item:Semantic>") / 2;
            // One length for each item means that the primary picture's is among them.
            let own = if lengths.len() >= items && items > 1 { lengths[0] } else { 0 };
            let sum = lengths.iter().fold(0u64, |sum, &n| sum.saturating_add(n));
            self.container = sum.saturating_sub(own);
        }
    }
}

/// The whole numbers that a property has, as attribute or as element.
fn numbers<'a>(xmp: &'a [u8], name: &'a [u8]) -> impl Iterator<Item = u64> + 'a {
    memchr::memmem::find_iter(xmp, name).filter_map(move |at| {
        let rest = xmp.get(at + name.len()..)?;
        let rest = rest.strip_prefix(b"=\"").or(rest.strip_prefix(b"='")).or(rest.strip_prefix(b">"))?;
        let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
        std::str::from_utf8(&rest[..digits]).ok()?.parse().ok()
    })
}
