//! Marks: what the first directory of a TIFF file, as far as it lies in the head, says of which raw it is.
//!
//! Absent on purpose: judging damage; `tiff` does that when the facts are read.

use super::value::{Order, until_nul};

/// What tells one TIFF-based raw from another.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// Make (0x010F).
    pub make: Vec<u8>,
    /// Whether there is a DNGVersion (0xC612).
    pub dng: bool,
    /// Whether there are further images (0x014A), private data (0xC634) or a maker's compression: a raw, not an export.
    pub raw: bool,
}

/// Reads the marks from a head.
pub fn marks(head: &[u8]) -> Marks {
    let mut marks = Marks::default();
    let Some(order) = head.get(..2).and_then(Order::named) else { return marks };
    let start = order.u32(head, 4).unwrap_or(0) as usize;
    let rows = order.u16(head, start).unwrap_or(0);
    let table = head.get(start + 2..).unwrap_or_default();
    let mut compression = None;
    for row in table.chunks_exact(12).take(usize::from(rows)) {
        let value = order.u32(row, 8).unwrap_or(0) as usize;
        match order.u16(row, 0) {
            Some(0x010F) => {
                let len = order.u32(row, 4).unwrap_or(0) as usize;
                let at = if len <= 4 { row.get(8..8 + len) } else { head.get(value..value.saturating_add(len.min(64))) };
                marks.make = until_nul(at.unwrap_or_default()).to_vec();
            }
            Some(0x0103) => compression = order.u16(row, 8),
            Some(0x014A | 0xC634) => marks.raw = true,
            Some(0xC612) => marks.dng = true,
            _ => {}
        }
    }
    marks.raw |= matches!(compression, Some(32767 | 32769 | 32770 | 32772 | 34713 | 65535));
    marks
}
