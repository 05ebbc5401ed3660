//! The image data that the directories of a TIFF point to, for the digest.
//!
//! Every directory of the chain and every sub-directory counts: thumbnails, previews, masks. The number of
//! directories and of bytes hashed is bounded by the file, however they overlap.
//! `faults` tells what of them, and of the metadata, lies beyond the file's end. Absent on purpose: maker notes.

use std::collections::BTreeSet;

use lightproof_model::digest::ImageDigest;

use crate::picture::digest::ImageHasher;

/// Directories looked at in one file.
const MAX_DIRECTORIES: usize = 256;

/// Values of one field that are taken: more strips than any picture has.
const MOST_NUMBERS: usize = 4 << 20;

/// Tags that decoding needs and that say no place in the file (TIFF 6.0; TIFF/EP; DNG 1.6).
const NEEDED: [u16; 27] = [
    0x0100, 0x0101, 0x0102, 0x0103, 0x0106, 0x010a, 0x0115, 0x0116, 0x011c, 0x0124, 0x0125, 0x013d, 0x0140, 0x0142, 0x0143,
    0x014c, 0x0152, 0x0153, 0x015b, 0x0200, 0x0211, 0x0212, 0x0213, 0x828d, 0x828e, 0xc612, 0xc68b,
];
/// Pairs of tags with offsets and lengths: strips, tiles, a JPEG stream.
const PLACES: [(u16, u16); 3] = [(0x0111, 0x0117), (0x0144, 0x0145), (0x0201, 0x0202)];
/// SubIFDs.
const SUB_DIRECTORIES: u16 = 0x014a;
/// Directories of metadata: Exif, GPS, interoperability.
const METADATA: [u16; 3] = [0x8769, 0x8825, 0xa005];

/// Digest of all that the directories point to.
pub(super) fn digest(bytes: &[u8]) -> Option<ImageDigest> {
    let tiff = Tiff::open(bytes)?;
    let mut hasher = ImageHasher::new("tiff");
    let mut waiting = vec![tiff.first()?];
    let mut seen = BTreeSet::new();
    let mut budget = bytes.len().saturating_mul(2);
    while let Some(at) = waiting.pop() {
        if seen.len() >= MAX_DIRECTORIES || at == 0 || !seen.insert(at) {
            continue;
        }
        let Some((fields, next)) = tiff.directory(at) else { continue };
        hasher.part("directory", &[]);
        for field in fields.iter().filter(|f| NEEDED.contains(&f.tag)) {
            hasher.part(&format!("tag {:04x} type {}", field.tag, field.kind), field.value);
        }
        for (offsets, lengths) in PLACES {
            let of = |tag: u16| fields.iter().find(|f| f.tag == tag).map(|f| tiff.numbers(f)).unwrap_or_default();
            for (offset, length) in of(offsets).into_iter().zip(of(lengths)) {
                let piece = bytes.get(offset..).map(|rest| &rest[..length.min(rest.len())]).unwrap_or_default();
                if piece.len() <= budget {
                    budget -= piece.len();
                    hasher.data("data", piece);
                }
            }
        }
        // The last is taken first: the chain goes on behind the sub-directories.
        waiting.push(next);
        let subs = fields.iter().filter(|f| f.tag == SUB_DIRECTORIES).flat_map(|f| tiff.numbers(f));
        waiting.extend(subs.collect::<Vec<_>>().into_iter().rev());
    }
    hasher.finish()
}

/// What the directories point to that is not there; only the first few are told.
pub(super) fn faults(bytes: &[u8]) -> Vec<String> {
    let Some(tiff) = Tiff::open(bytes) else { return vec!["no header".to_owned()] };
    let mut waiting = vec![(tiff.first().unwrap_or(usize::MAX), true)];
    let (mut seen, mut faults) = (BTreeSet::new(), Vec::new());
    while let Some((at, in_chain)) = waiting.pop() {
        if seen.len() >= MAX_DIRECTORIES || faults.len() >= 4 || at == 0 || !seen.insert(at) {
            continue;
        }
        let number = seen.len();
        let Some((fields, next)) = tiff.directory(at) else {
            faults.push(format!("truncated: directory {number} is not there"));
            continue;
        };
        faults.extend(tiff.missing_fields(at).map(|missing| format!("truncated: directory {number} lacks {missing}")));
        let of = |tag: u16| fields.iter().find(|f| f.tag == tag).map(|f| tiff.numbers(f)).unwrap_or_default();
        for (offsets, lengths) in PLACES {
            let places: Vec<(usize, usize)> =
                of(offsets).into_iter().zip(of(lengths)).filter(|&(_, length)| length > 0).collect();
            let beyond = |&&(offset, length): &&(usize, usize)| offset.checked_add(length).is_none_or(|end| end > bytes.len());
            let missing = places.iter().filter(beyond).count();
            if missing > 0 {
                let what = match offsets {
                    0x0144 => "tiles",
                    0x0201 => "previews",
                    _ => "strips",
                };
                faults.push(format!("truncated: {missing} of {} {what} of directory {number} are not all there", places.len()));
            }
        }
        // What follows a sub-directory are leftovers as often as not.
        if in_chain {
            waiting.push((next, true));
        }
        let subs = fields.iter().filter(|f| f.tag == SUB_DIRECTORIES || METADATA.contains(&f.tag)).flat_map(|f| tiff.numbers(f));
        waiting.extend(subs.map(|at| (at, false)).collect::<Vec<_>>().into_iter().rev());
    }
    faults
}

/// One field of a directory.
pub(super) struct Field<'a> {
    pub(super) tag: u16,
    kind: u16,
    pub(super) value: &'a [u8],
}

/// A TIFF's bytes with its byte order and the width of its offsets.
pub(super) struct Tiff<'a> {
    bytes: &'a [u8],
    pub(super) little: bool,
    word: usize,
}

impl<'a> Tiff<'a> {
    /// Classic TIFF or BigTIFF.
    pub(super) fn open(bytes: &'a [u8]) -> Option<Tiff<'a>> {
        let little = match bytes.get(..2)? {
            b"II" => true,
            b"MM" => false,
            _ => return None,
        };
        let mut tiff = Tiff { bytes, little, word: 4 };
        match tiff.number(2, 2)? {
            42 => {}
            43 => tiff.word = 8,
            _ => return None,
        }
        Some(tiff)
    }

    pub(super) fn number(&self, at: usize, size: usize) -> Option<usize> {
        let bytes = self.bytes.get(at..at.checked_add(size)?)?;
        Some(self.value(bytes))
    }

    /// Where the first directory is.
    pub(super) fn first(&self) -> Option<usize> {
        self.number(4.max(self.word), self.word)
    }

    /// Bytes of the file.
    pub(super) fn length(&self) -> usize {
        self.bytes.len()
    }

    fn value(&self, bytes: &[u8]) -> usize {
        let add = |n: usize, b: &u8| n << 8 | usize::from(*b);
        if self.little { bytes.iter().rev().fold(0, add) } else { bytes.iter().fold(0, add) }
    }

    pub(super) fn directory(&self, at: usize) -> Option<(Vec<Field<'a>>, usize)> {
        let (count_size, field_size) = if self.word == 8 { (8, 20) } else { (2, 12) };
        let count = self.number(at, count_size)?.min(4096);
        let first = at.checked_add(count_size)?;
        let mut fields = Vec::new();
        for at in (0..count).map(|i| first + i * field_size) {
            let (Some(tag), Some(kind)) = (self.number(at, 2), self.number(at + 2, 2)) else { break };
            let Some(number) = self.number(at + 4, self.word) else { break };
            let place = at + 4 + self.word;
            let Some(length) = number.checked_mul(size_of_kind(kind)) else { continue };
            let place = if length <= self.word { Some(place) } else { self.number(place, self.word) };
            let value = place.and_then(|at| self.bytes.get(at..at.checked_add(length)?));
            fields.extend(value.map(|value| Field { tag: tag as u16, kind: kind as u16, value }));
        }
        let next = self.number(first + count * field_size, self.word).unwrap_or(0);
        Some((fields, next))
    }

    /// What of a directory lies beyond the end: fields, or their values.
    fn missing_fields(&self, at: usize) -> Option<String> {
        let (count_size, field_size) = if self.word == 8 { (8, 20) } else { (2, 12) };
        let count = self.number(at, count_size)?;
        let there = self.bytes.len().saturating_sub(at + count_size) / field_size;
        if there < count {
            return Some(format!("{} of {count} fields", count - there));
        }
        let next = at + count_size + count * field_size;
        // Some old writers leave the last pointer out; a cut would hardly fall there.
        let left_out = self.word == 4 && next == self.bytes.len();
        if next + self.word > self.bytes.len() && !left_out {
            return Some("its end".to_owned());
        }
        let cut = (0..count.min(4096)).map(|i| at + count_size + i * field_size).filter(|&field| {
            let kind = self.number(field + 2, 2).unwrap_or(0);
            let length = self.number(field + 4, self.word).unwrap_or(0).saturating_mul(size_of_kind(kind));
            let from = self.number(field + 4 + self.word, self.word).unwrap_or(usize::MAX);
            length > self.word && from.saturating_add(length) > self.bytes.len()
        });
        let cut = cut.count();
        (cut > 0).then(|| format!("the values of {cut} fields"))
    }

    pub(super) fn numbers(&self, field: &Field) -> Vec<usize> {
        let size = size_of_kind(usize::from(field.kind));
        field.value.chunks_exact(size).take(MOST_NUMBERS).map(|v| self.value(v)).collect()
    }
}

/// Bytes of one value of a field type (TIFF 6.0, section 2; 13 and 16 to 18 of later supplements).
fn size_of_kind(kind: usize) -> usize {
    match kind {
        3 | 8 => 2,
        4 | 9 | 11 | 13 => 4,
        5 | 10 | 12 | 16..=18 => 8,
        _ => 1,
    }
}
