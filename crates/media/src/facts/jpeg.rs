//! JPEG: finds the EXIF segments and the frame header (ITU-T T.81, Exif 2.32 §4.7).
//!
//! EXIF above 64 KiB goes on in further APP1 segments; several independent blocks are all taken in.
//! Absent on purpose: everything behind the start of scan.

use std::ops::Range;

use lightproof_model::{probe::Dimensions, read_at::ReadAt};

use super::{
    gather::{Gather, be},
    joined::Joined,
    tiff::IFD0,
};
use crate::isobmff::read;

/// Segments looked at before the scan.
pub(crate) const MAX_SEGMENTS: usize = 4096;
/// Bytes of one EXIF block over all its segments.
const MAX_EXIF: u64 = 8 << 20;

/// Reads the segments of the JPEG in `range`.
pub fn read_jpeg(bytes: &dyn ReadAt, range: Range<u64>, gather: &mut Gather) {
    let mut open: Option<Joined> = None;
    let mut at = range.start + 2;
    for _ in 0..MAX_SEGMENTS {
        let Some((marker, declared)) = next_segment(bytes, at, range.end) else { break };
        let segment = declared.start.min(range.end)..declared.end.min(range.end);
        let exif = if marker == 0xE1 { exif_segment(bytes, &segment) } else { None };
        if exif.is_some() && declared.end > range.end {
            gather.damaged("the EXIF segment is cut");
        }
        match (exif, &mut open) {
            // A segment that does not begin with a header continues the one before it.
            (Some(data), Some(block)) if !has_header(bytes, &data) && block.len() + (data.end - data.start) <= MAX_EXIF => {
                block.and(data);
            }
            (Some(data), _) => close(std::mem::replace(&mut open, Joined::whole(bytes, data, MAX_EXIF)), gather),
            (None, _) => close(open.take(), gather),
        }
        if is_frame(marker) && gather.dimensions.is_none() {
            gather.dimensions = frame(bytes, &segment);
        }
        if marker == 0xDA || marker == 0xD9 {
            break;
        }
        at = segment.end;
    }
    close(open, gather);
}

fn close(block: Option<Joined>, gather: &mut Gather) {
    if let Some(block) = block {
        gather.block(&block, IFD0);
    }
}

fn has_header(bytes: &dyn ReadAt, data: &Range<u64>) -> bool {
    let begin = read(bytes, data.start..data.end.min(data.start + 4), 4);
    matches!(begin.as_deref(), Some(b"II*\0" | b"MM\0*"))
}

/// The next marker from `at` and its payload. Fill bytes and stray bytes before a marker are passed over.
pub(crate) fn next_segment(bytes: &dyn ReadAt, mut at: u64, end: u64) -> Option<(u8, Range<u64>)> {
    let window = read(bytes, at..at.checked_add(64)?.min(end).max(at), 64)?;
    let start = window.iter().position(|&b| b == 0xFF)?;
    let marker = window[start..].iter().position(|&b| b != 0xFF)? + start;
    at += marker as u64 + 1;
    let marker = window[marker];
    // These stand alone.
    if matches!(marker, 0x01 | 0xD0..=0xD9) {
        return Some((marker, at..at));
    }
    let len = be(bytes, at, 2)?;
    (len >= 2).then(|| (marker, at + 2..at + len))
}

/// Where the TIFF structure lies in an APP1 segment that holds EXIF.
fn exif_segment(bytes: &dyn ReadAt, segment: &Range<u64>) -> Option<Range<u64>> {
    // Some writers put a second segment header before the identifier, or leave out its second NUL.
    // No more than the beginning is read here: the rest of a block is read where its directories point.
    let begin = read(bytes, segment.start..segment.end.min(segment.start + 9), 9)?;
    let garbage = (0..=4).find(|&n| begin.get(n..n + 5).is_some_and(|b| b.eq_ignore_ascii_case(b"Exif\0")))? as u64;
    let start = segment.start + garbage + 6;
    (start <= segment.end && segment.end <= bytes.len()).then_some(start..segment.end)
}

/// Whether a marker begins a frame (T.81, table B.1).
pub fn is_frame(marker: u8) -> bool {
    matches!(marker, 0xC0..=0xCF) && !matches!(marker, 0xC4 | 0xC8 | 0xCC)
}

/// The dimensions in a frame header's payload.
pub fn frame(bytes: &dyn ReadAt, segment: &Range<u64>) -> Option<Dimensions> {
    let (height, width) = (be(bytes, segment.start + 1, 2)? as u32, be(bytes, segment.start + 3, 2)? as u32);
    Some(Dimensions { width, height })
}
