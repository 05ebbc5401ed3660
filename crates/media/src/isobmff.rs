//! ISO base media files: walking boxes (ISO/IEC 14496-12), and below them the image items of HEIF.
//!
//! Every declared size is held against the bytes that are there before anything is allocated, and the number
//! of boxes, image items and extents is bounded, so a hostile file costs no more than its own length.
//! Absent on purpose: what the boxes mean for a photograph (`facts` and `picture` know), and any decoding.

mod heif;

use std::ops::Range;

use lightproof_model::read_at::ReadAt;

pub use self::heif::{Heif, ImageItem, Property, Reference};

/// Boxes looked at in one container before the rest is passed over.
const MAX_BOXES: usize = 4096;

/// A four-character code.
pub type FourCc = [u8; 4];

/// Where a box lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoxAt {
    /// Its type.
    pub kind: FourCc,
    /// The extended type of a `uuid` box.
    pub uuid: Option<[u8; 16]>,
    /// Where its header begins.
    pub start: u64,
    /// Its payload, cut to what there is.
    pub payload: Range<u64>,
    /// Whether it claims to end behind the bytes that hold it.
    pub cut: bool,
}

/// The boxes in a range of bytes, in order; ends quietly at the first thing that is no box.
pub struct Boxes<'a> {
    bytes: &'a dyn ReadAt,
    at: u64,
    end: u64,
    left: usize,
}

/// Walks the boxes in `range`, which is cut to the length of `bytes`.
#[must_use]
pub fn boxes(bytes: &dyn ReadAt, range: Range<u64>) -> Boxes<'_> {
    Boxes { bytes, at: range.start, end: range.end.min(bytes.len()), left: MAX_BOXES }
}

/// Walks the boxes of the whole file.
#[must_use]
pub fn top_level(bytes: &dyn ReadAt) -> Boxes<'_> {
    boxes(bytes, 0..bytes.len())
}

impl Iterator for Boxes<'_> {
    type Item = BoxAt;

    fn next(&mut self) -> Option<BoxAt> {
        if self.left == 0 || self.end.saturating_sub(self.at) < 8 {
            return None;
        }
        self.left -= 1;
        let start = self.at;
        let head = read(self.bytes, start..start + 8, 8)?;
        let kind: FourCc = head[4..8].try_into().ok()?;
        let (header, size) = match be32(&head, 0)? {
            0 => (8, self.end - start),
            1 => (16, be64(&read(self.bytes, start + 8..start + 16, 8)?, 0)?),
            n => (8, u64::from(n)),
        };
        if size < header {
            self.left = 0;
            return None;
        }
        let declared_end = start.checked_add(size);
        let end = declared_end.map_or(self.end, |e| e.min(self.end));
        let (uuid, header) = if kind == *b"uuid" {
            (read(self.bytes, start + header..start + header + 16, 16)?.try_into().ok(), header + 16)
        } else {
            (None, header)
        };
        self.at = end;
        let payload = (start + header).min(end)..end;
        Some(BoxAt { kind, uuid, start, payload, cut: declared_end.is_none_or(|e| e > self.end) })
    }
}

/// Reads a range whole, or nothing when it is longer than `limit` or not all there.
#[must_use]
pub fn read(bytes: &dyn ReadAt, range: Range<u64>, limit: u64) -> Option<Vec<u8>> {
    let len = range.end.checked_sub(range.start)?;
    if len > limit || range.end > bytes.len() {
        return None;
    }
    let mut buf = vec![0; usize::try_from(len).ok()?];
    let mut filled = 0;
    while filled < buf.len() {
        match bytes.read_at(range.start + filled as u64, &mut buf[filled..]) {
            Ok(0) | Err(_) => return None,
            Ok(n) => filled += n,
        }
    }
    Some(buf)
}

pub(crate) fn be32(b: &[u8], at: usize) -> Option<u32> {
    b.get(at..at.checked_add(4)?)?.try_into().ok().map(u32::from_be_bytes)
}

fn be64(b: &[u8], at: usize) -> Option<u64> {
    b.get(at..at.checked_add(8)?)?.try_into().ok().map(u64::from_be_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn make(kind: &FourCc, payload: &[u8]) -> Vec<u8> {
        let mut b = ((payload.len() + 8) as u32).to_be_bytes().to_vec();
        b.extend(kind);
        b.extend(payload);
        b
    }

    #[test]
    fn boxes_of_all_three_size_forms_are_walked_and_a_short_one_ends_the_walk() {
        let long = [&[0, 0, 0, 1][..], b"long", &20u64.to_be_bytes(), b"data"].concat();
        let rest = [&[0, 0, 0, 0][..], b"rest", b"to the end"].concat();
        let file = [make(b"free", b"abc"), long, rest].concat();
        let seen: Vec<_> = top_level(&file.as_slice()).map(|b| (b.kind, b.payload)).collect();
        assert_eq!(seen, [(*b"free", 8..11), (*b"long", 27..31), (*b"rest", 39..49)]);
        let absurd = [&[0, 0, 0, 4][..], b"tiny", b"........"].concat();
        assert_eq!(top_level(&absurd.as_slice()).count(), 0);
    }

    #[test]
    fn a_box_that_claims_more_than_there_is_is_cut_and_says_so() {
        let file = [&u32::MAX.to_be_bytes()[..], b"mdat", b"xy"].concat();
        let b = top_level(&file.as_slice()).next().unwrap();
        assert!(b.cut);
        assert_eq!(b.payload, 8..10);
    }
}
