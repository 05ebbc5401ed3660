//! The codestream of a JPEG XL, bare or in the boxes of its container (ISO/IEC 18181-2, 9).
//!
//! Absent on purpose: what the codestream holds, and metadata boxes.

use crate::isobmff::{FourCc, top_level};

/// The pieces of a codestream, in order, and what is wrong with the boxes around them.
#[derive(Debug, Default)]
pub(super) struct Container<'a> {
    pub(super) pieces: Vec<&'a [u8]>,
    /// The first box that claims more than there is.
    cut: Option<[u8; 4]>,
    /// Numbers of the partial codestreams, in the order in which they are met.
    parts: Vec<u32>,
    /// Whether there is a whole codestream in one box.
    whole: bool,
    /// Whether there are boxes at all.
    boxed: bool,
}

/// The boxes that are looked at for their end.
const KNOWN: [&FourCc; 12] =
    [b"JXL ", b"ftyp", b"jxlc", b"jxlp", b"jxll", b"jxli", b"jbrd", b"brob", b"Exif", b"xml ", b"jumb", b"uuid"];

/// The bit of a part's number that says that it is the last.
const LAST: u32 = 1 << 31;

impl<'a> Container<'a> {
    /// Finds the codestream.
    pub(super) fn read(bytes: &'a [u8]) -> Container<'a> {
        if bytes.starts_with(&[0xff, 0x0a]) {
            return Container { pieces: vec![bytes], ..Container::default() };
        }
        let mut container = Container { boxed: true, ..Container::default() };
        for found in top_level(&bytes) {
            // Boxes of other types may be none: what follows the last box can look like one.
            if found.cut && KNOWN.contains(&&found.kind) {
                container.cut.get_or_insert(found.kind);
            }
            // Ranges of boxes lie within the bytes.
            let payload = bytes.get(found.payload.start as usize..found.payload.end as usize).unwrap_or_default();
            match (&found.kind, payload) {
                (b"jxlc", _) => {
                    container.whole = true;
                    container.pieces.push(payload);
                }
                (b"jxlp", [a, b, c, d, piece @ ..]) => {
                    container.parts.push(u32::from_be_bytes([*a, *b, *c, *d]));
                    container.pieces.push(piece);
                }
                _ => {}
            }
        }
        container
    }

    /// What is wrong, a sentence each.
    pub(super) fn faults(&self) -> Vec<String> {
        if !self.boxed {
            return Vec::new();
        }
        let mut faults = Vec::new();
        faults.extend(self.cut.map(|kind| format!("truncated in box {}", String::from_utf8_lossy(&kind))));
        let numbered = (0u32..).zip(&self.parts).all(|(i, part)| part & !LAST == i);
        let ended =
            |parts: &[u32]| parts.split_last().is_some_and(|(last, rest)| last & LAST != 0 && rest.iter().all(|p| p & LAST == 0));
        if self.pieces.is_empty() {
            faults.push("there is no codestream".to_owned());
        } else if self.whole && (self.pieces.len() > 1) {
            faults.push("there is more than one codestream".to_owned());
        } else if !self.whole && !numbered {
            faults.push("parts of the codestream are missing".to_owned());
        } else if !self.whole && !ended(&self.parts) {
            faults.push("truncated: the last part of the codestream is missing".to_owned());
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(number: u32) -> Vec<u8> {
        [&[0, 0, 0, 13][..], b"jxlp", &number.to_be_bytes(), b"x"].concat()
    }

    #[test]
    fn the_parts_of_a_codestream_are_numbered_and_the_last_says_so() {
        let whole = [&[0, 0, 0, 9][..], b"jxlc", b"x"].concat();
        let told = |file: &[u8]| Container::read(file).faults().join("; ");
        for (file, fault) in [
            ([part(0), part(1 | LAST)].concat(), ""),
            ([part(0), part(1)].concat(), "truncated: the last part of the codestream is missing"),
            ([part(0), part(2 | LAST)].concat(), "parts of the codestream are missing"),
            ([part(0), part(1 | LAST)].concat()[..25].to_vec(), "truncated in box jxlp"),
            (whole.clone(), ""),
            ([whole.clone(), vec![0; 99]].concat(), ""),
            ([whole.clone(), whole].concat(), "there is more than one codestream"),
            (vec![0, 0, 0, 12, b'J', b'X', b'L', b' '], "truncated in box JXL ; there is no codestream"),
            (vec![0xff, 0x0a], ""),
        ] {
            assert_eq!(told(&file), fault);
        }
    }
}
