//! Where the previews of a JPEG lie: the Exif thumbnail (Exif 2.32, 4.5.5), the JFXX thumbnail (JFIF 1.02), and the large
//! thumbnails of a multi-picture file (CIPA DC-007).
//!
//! Those in the head come first, so that what lies behind the picture is read only when they do not serve.
//! Absent on purpose: thumbnails without compression, and previews that only a maker note points to.

use std::ops::Range;

use lightproof_model::read_at::ReadAt;

use crate::{
    facts::{
        directory::Directory,
        jpeg::{MAX_SEGMENTS, next_segment},
        multi_picture::{self, Entry},
        tiff::Region,
        value::Order,
    },
    isobmff::read,
};

/// Bytes of one segment.
const SEGMENT: u64 = 1 << 16;

/// Where previews lie, in the order in which they are to be tried.
pub(super) fn previews(bytes: &dyn ReadAt) -> Vec<Range<u64>> {
    let (mut near, mut far) = (Vec::new(), Vec::new());
    let mut at = 2;
    for _ in 0..MAX_SEGMENTS {
        let Some((marker, segment)) = next_segment(bytes, at, bytes.len()) else { break };
        if matches!(marker, 0xDA | 0xD9) {
            break;
        }
        at = segment.end;
        if !matches!(marker, 0xE0..=0xE2) || segment.end > bytes.len() {
            continue;
        }
        let begin = read(bytes, segment.start..segment.end.min(segment.start + 6), 6).unwrap_or_default();
        let inside = |skip: u64| read(bytes, segment.start + skip..segment.end, SEGMENT);
        match (marker, &begin[..]) {
            (0xE0, [b'J', b'F', b'X', b'X', 0, 0x10]) => near.push(segment.start + 6..segment.end),
            (0xE1, b"Exif\0\0") => {
                let found = inside(6).and_then(|block| thumbnail(&block));
                near.extend(found.and_then(|at| moved(at, segment.start + 6)).filter(|at| at.end <= segment.end));
            }
            (0xE2, [b'M', b'P', b'F', 0, ..]) => {
                let found = inside(4).and_then(|block| large_thumbnails(&block)).unwrap_or_default();
                far.extend(found.into_iter().filter_map(|at| moved(at, segment.start + 4)).filter(|at| at.end <= bytes.len()));
            }
            _ => {}
        }
    }
    far.sort_by_key(|at: &Range<u64>| at.end - at.start);
    near.extend(far);
    near
}

fn moved(at: Range<u64>, by: u64) -> Option<Range<u64>> {
    Some(at.start.checked_add(by)?..at.end.checked_add(by)?)
}

/// The JPEG that the second directory of an Exif block points to.
fn thumbnail(block: &[u8]) -> Option<Range<u64>> {
    let order = Order::named(block.get(..2)?)?;
    let directory = |at: u64| Directory::read(Region::block(&block), at, 0, order).filter(|_| at > 0);
    let second = directory(directory(order.u32(block, 4)?.into())?.next())?;
    let (start, length) = (second.number(0x0201)?, second.number(0x0202)?);
    (length > 0).then(|| start..start + length)
}

/// Pictures of the class "large thumbnail" by the index of a multi-picture file; offsets are from its TIFF header.
fn large_thumbnails(block: &[u8]) -> Option<Vec<Range<u64>>> {
    let is_thumbnail = |entry: &Entry| entry.kind & 0xFF_FF00 == 0x01_0000 && entry.kind & 0xFF > 0;
    let found = multi_picture::entries(block)?.into_iter().filter(is_thumbnail);
    let found = found.filter(|entry| entry.offset > 0 && entry.length > 0);
    Some(found.map(|entry| entry.offset..entry.offset + entry.length).collect())
}
