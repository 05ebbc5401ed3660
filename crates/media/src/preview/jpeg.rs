//! Where the previews of a JPEG lie: the Exif thumbnail (Exif 2.32, 4.5.5), the JFXX thumbnail (JFIF 1.02), and the large
//! thumbnails of a multi-picture file (CIPA DC-007).
//!
//! Those in the head come first, so that what lies behind the picture is read only when they do not serve.
//! Absent on purpose: thumbnails without compression, and previews that only a maker note points to.

use std::ops::Range;

use lightproof_model::read_at::ReadAt;

use crate::{
    facts::{
        jpeg::{MAX_SEGMENTS, next_segment},
        value::Order,
    },
    isobmff::read,
};

/// Bytes of one segment.
const SEGMENT: u64 = 1 << 16;
/// Rows of a directory that are looked at.
const MAX_ROWS: usize = 512;
/// Pictures of a multi-picture file that are looked at.
const MAX_PICTURES: usize = 64;

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

/// A row of a directory: tag, format, count and the four bytes of the value or its place.
type Row<'a> = (u16, u16, u32, &'a [u8]);

/// The rows of the directory at an offset of a TIFF structure, and the offset of the next.
fn directory(block: &[u8], order: Order, at: usize) -> Option<(Vec<Row<'_>>, usize)> {
    let count = usize::from(order.u16(block, at)?);
    let table = block.get(at.checked_add(2)?..)?;
    let rows = table.chunks_exact(12).take(count.min(MAX_ROWS));
    let rows = rows.filter_map(|row| Some((order.u16(row, 0)?, order.u16(row, 2)?, order.u32(row, 4)?, &row[8..])));
    let next = order.u32(table, count.checked_mul(12)?).unwrap_or(0);
    Some((rows.collect(), next as usize))
}

fn header(block: &[u8]) -> Option<(Order, usize)> {
    let order = Order::named(block.get(..2)?)?;
    Some((order, order.u32(block, 4)? as usize))
}

/// The JPEG that the second directory of an Exif block points to.
fn thumbnail(block: &[u8]) -> Option<Range<u64>> {
    let (order, first) = header(block)?;
    let (_, second) = directory(block, order, first)?;
    let (rows, _) = directory(block, order, Some(second).filter(|&at| at > 0)?)?;
    let value = |tag| rows.iter().find(|row| row.0 == tag).and_then(|row| order.u32(row.3, 0)).map(u64::from);
    let (start, length) = (value(0x0201)?, value(0x0202)?);
    (length > 0).then(|| start..start + length)
}

/// Pictures of the class "large thumbnail" by the index of a multi-picture file; offsets are from its TIFF header.
fn large_thumbnails(block: &[u8]) -> Option<Vec<Range<u64>>> {
    const ENTRIES: u16 = 0xB002;
    let (order, first) = header(block)?;
    let (rows, _) = directory(block, order, first)?;
    let &(_, _, length, place) = rows.iter().find(|row| row.0 == ENTRIES)?;
    let start = order.u32(place, 0)? as usize;
    let entries = block.get(start..)?.get(..length as usize)?;
    let found = entries.chunks_exact(16).take(MAX_PICTURES).filter_map(|entry| {
        let (kind, length, offset) = (order.u32(entry, 0)?, order.u32(entry, 4)?, order.u32(entry, 8)?);
        // Attribute bits 0 to 23 are the type: 0x0100nn is a large thumbnail of class nn. Offset 0 is the first picture itself.
        let is_thumbnail = kind & 0x00FF_FF00 == 0x0001_0000 && kind & 0xFF > 0;
        (is_thumbnail && offset > 0 && length > 0).then(|| u64::from(offset)..u64::from(offset) + u64::from(length))
    });
    Some(found.collect())
}
