//! Reading numbers and stretches by position, with what is missing told as nothing.

use std::ops::Range;

use lightproof_model::read_at::ReadAt;

pub(super) use crate::isobmff::read;

/// Fills as much of `buf` as there is.
pub(super) fn fill(bytes: &dyn ReadAt, at: u64, buf: &mut [u8]) -> usize {
    let mut filled = 0;
    while filled < buf.len() {
        match bytes.read_at(at.saturating_add(filled as u64), &mut buf[filled..]) {
            Ok(0) => break,
            Ok(n) => filled += n.min(buf.len() - filled),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(_) => break,
        }
    }
    filled
}

/// `N` bytes at a position, or nothing when they are not all there.
pub(super) fn array<const N: usize>(bytes: &dyn ReadAt, at: u64) -> Option<[u8; N]> {
    let mut buf = [0; N];
    (fill(bytes, at, &mut buf) == N).then_some(buf)
}

/// How much of padding is read; beyond it every 64th piece is.
const PADDING: u64 = 4 << 20;
const PIECE: u64 = 16 << 10;

/// Whether a stretch holds zeros alone. Of a long one, a part in 64 is looked at.
pub(super) fn is_zero(bytes: &dyn ReadAt, range: Range<u64>) -> bool {
    let mut buf = vec![0; PIECE as usize];
    let stride = if range.end.saturating_sub(range.start) > PADDING { 64 * PIECE } else { PIECE };
    let mut at = range.start;
    while at < range.end {
        let want = (range.end - at).min(PIECE) as usize;
        let read = fill(bytes, at, &mut buf[..want]);
        if read < want || buf[..want].iter().any(|&b| b != 0) {
            return false;
        }
        at = at.saturating_add(stride);
    }
    true
}

/// Share of `part` in `whole`, for a person: whole percents, never 100 when something is missing.
pub(super) fn percent(part: u64, whole: u64) -> u64 {
    if whole == 0 { 0 } else { (u128::from(part) * 100 / u128::from(whole)).min(99) as u64 }
}

pub(super) fn be16(b: &[u8], at: usize) -> Option<u16> {
    b.get(at..at.checked_add(2)?)?.try_into().ok().map(u16::from_be_bytes)
}

pub(super) fn be32(b: &[u8], at: usize) -> Option<u32> {
    b.get(at..at.checked_add(4)?)?.try_into().ok().map(u32::from_be_bytes)
}

pub(super) fn be64(b: &[u8], at: usize) -> Option<u64> {
    b.get(at..at.checked_add(8)?)?.try_into().ok().map(u64::from_be_bytes)
}

pub(super) fn le32(b: &[u8], at: usize) -> Option<u32> {
    b.get(at..at.checked_add(4)?)?.try_into().ok().map(u32::from_le_bytes)
}
