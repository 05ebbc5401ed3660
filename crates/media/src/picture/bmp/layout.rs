//! How a BMP is laid out: where its pixels begin, how many bytes they take, and whether they are there.
//!
//! The file size in the header is not relied on, many writers leave it wrong. Run-length coded pixels are walked to their
//! end mark. Absent on purpose: pixels.

use lightproof_model::probe::Dimensions;

/// What the headers say, and how it agrees with the bytes.
pub(super) struct Layout {
    pub(super) dimensions: Dimensions,
    /// Where the pixels end.
    pub(super) end: usize,
    /// What is damaged.
    pub(super) fault: Option<String>,
    /// Share of the rows that are there.
    pub(super) share: f32,
}

/// Reads the headers; nothing when they are cut or of no known kind.
pub(super) fn read(bytes: &[u8]) -> Option<Layout> {
    let number = |at: usize, size: usize| -> Option<u64> {
        Some(bytes.get(at..at + size)?.iter().rev().fold(0, |n, &b| n << 8 | u64::from(b)))
    };
    let (from, header) = (number(10, 4)?, number(14, 4)?);
    let (width, height, bits, coding) = match header {
        12 => (number(18, 2)?, number(20, 2)?, number(24, 2)?, 0),
        16.. => {
            let height = u64::from((number(22, 4)? as u32 as i32).unsigned_abs());
            (number(18, 4)?, height, number(28, 2)?, if header < 40 { 0 } else { number(30, 4)? })
        }
        _ => return None,
    };
    let dimensions = Dimensions { width: u32::try_from(width).ok()?, height: height as u32 };
    let there = (bytes.len() as u64).saturating_sub(from);
    let start = usize::try_from(from).unwrap_or(usize::MAX);
    let whole = |end: u64| Layout { dimensions, end: end as usize, fault: None, share: 1.0 };
    match coding {
        0 | 3 | 6 => {
            let row = width.checked_mul(bits)?.div_ceil(32) * 4;
            // The last row's padding is left out by some.
            let needed = row.checked_mul(height)?;
            let least = needed.saturating_sub(row) + width.checked_mul(bits)?.div_ceil(8).min(row);
            if there >= least {
                return Some(whole(from.saturating_add(needed)));
            }
            let rows = there / row.max(1);
            let fault = format!("truncated: {rows} of {height} rows are there");
            Some(Layout { dimensions, end: bytes.len(), fault: Some(fault), share: rows as f32 / height.max(1) as f32 })
        }
        // 4 is 24 bits run-length coded in OS/2's header, and an embedded JPEG in others.
        1 | 2 | 4 if coding < 4 || header == 64 => {
            let halves = match coding {
                1 => 2,
                2 => 1,
                _ => 6,
            };
            let runs = Runs { data: bytes.get(start..).unwrap_or_default(), halves };
            Some(match runs.walk() {
                Ok(end) => whole(from.saturating_add(end as u64)),
                Err(rows) => {
                    let fault = format!("truncated: {rows} of {height} rows are there");
                    let share = (rows as f32 / height.max(1) as f32).min(1.0);
                    Layout { dimensions, end: bytes.len(), fault: Some(fault), share }
                }
            })
        }
        _ => {
            // A coding that is not known: all that can be told is the size that the header states.
            let stated = number(34, 4)?;
            let fault = (stated > there).then(|| format!("truncated: {there} of {stated} bytes of pixels are there"));
            let share = if stated > there { there as f32 / stated as f32 } else { 1.0 };
            Some(Layout { dimensions, end: bytes.len(), fault, share })
        }
    }
}

/// Run-length coded rows.
struct Runs<'a> {
    data: &'a [u8],
    /// Half bytes of a pixel.
    halves: usize,
}

impl Runs<'_> {
    /// Where the end mark ends, or how many rows came before the data ran out.
    fn walk(&self) -> Result<usize, u64> {
        let (mut at, mut rows) = (0usize, 0u64);
        while let Some(&[count, value]) = self.data.get(at..).and_then(|rest| rest.first_chunk::<2>()) {
            at += 2;
            // A run of three-byte pixels holds two bytes more.
            at += if count > 0 { self.halves.div_ceil(2) - 1 } else { 0 };
            match (count, value) {
                (0, 0) => rows += 1,
                (0, 1) => return Ok(at),
                (0, 2) => {
                    rows += u64::from(self.data.get(at + 1).copied().unwrap_or(0));
                    at += 2;
                }
                (0, pixels) => {
                    let bytes = (usize::from(pixels) * self.halves).div_ceil(2);
                    at += bytes.next_multiple_of(2);
                }
                _ => {}
            }
        }
        Err(rows)
    }
}
