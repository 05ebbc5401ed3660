//! RIFF: WebP's EXIF and dimensions, AVI's dimensions (WebP container specification; AVI RIFF reference).
//!
//! Absent on purpose: the streams.

use std::ops::Range;

use lightproof_model::{probe::Dimensions, read_at::ReadAt};

use super::{
    gather::{Gather, le, payload},
    joined::Joined,
};
use crate::isobmff::read;

const MAX_CHUNKS: usize = 4096;
const MAX_EXIF: u64 = 8 << 20;

/// The chunks from `at`: type and payload.
fn chunks(bytes: &dyn ReadAt, mut at: u64) -> impl Iterator<Item = ([u8; 4], Range<u64>)> + '_ {
    std::iter::from_fn(move || {
        let head = read(bytes, at..at.checked_add(8)?, 8)?;
        let len = u64::from(u32::from_le_bytes([head[4], head[5], head[6], head[7]]));
        let data = at + 8..at + 8 + len;
        // Chunks are padded to an even length.
        at = data.end + len % 2;
        Some(([head[0], head[1], head[2], head[3]], data))
    })
    .take(MAX_CHUNKS)
}

/// Reads a WebP.
pub fn read_webp(bytes: &dyn ReadAt, gather: &mut Gather) {
    for (kind, data) in chunks(bytes, 12) {
        let at = data.start;
        match &kind {
            b"VP8X" => gather.dimensions = sides(le(bytes, at + 4, 3).map(|n| n + 1), le(bytes, at + 7, 3).map(|n| n + 1)),
            b"VP8 " if gather.dimensions.is_none() => {
                gather.dimensions = sides(le(bytes, at + 6, 2).map(|n| n & 0x3FFF), le(bytes, at + 8, 2).map(|n| n & 0x3FFF));
            }
            b"VP8L" if gather.dimensions.is_none() => {
                let bits = le(bytes, at + 1, 4);
                gather.dimensions = sides(bits.map(|b| (b & 0x3FFF) + 1), bits.map(|b| (b >> 14 & 0x3FFF) + 1));
            }
            b"EXIF" => {
                if let Some(block) = Joined::whole(bytes, data, MAX_EXIF) {
                    payload(gather, &block);
                } else {
                    gather.damaged("an EXIF chunk is cut");
                }
            }
            _ => {}
        }
    }
}

/// Reads an AVI: the main header is the first thing in its header list.
pub fn read_avi(bytes: &dyn ReadAt, gather: &mut Gather) {
    let lists = chunks(bytes, 12).find(|(kind, _)| kind == b"LIST").map(|(_, data)| data.start + 4);
    let header = lists.and_then(|at| chunks(bytes, at).find(|(kind, _)| kind == b"avih"));
    if let Some((_, data)) = header {
        gather.dimensions = sides(le(bytes, data.start + 32, 4), le(bytes, data.start + 36, 4));
    }
}

fn sides(width: Option<u64>, height: Option<u64>) -> Option<Dimensions> {
    Some(Dimensions { width: u32::try_from(width?).ok()?, height: u32::try_from(height?).ok()? })
}
