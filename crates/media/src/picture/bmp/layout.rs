//! How a BMP is laid out: header, masks, colours, where its pixels are and whether all of them are there.
//!
//! The file size in the header is not relied on, many writers leave it wrong. Absent on purpose: pixels.

use lightproof_model::probe::Dimensions;

/// How pixels are coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    /// Rows of packed pixels.
    Plain,
    /// Runs of pixels of so many half bytes each.
    Runs { halves: usize },
    /// Anything else, by number.
    Other(u64),
}

/// What the headers say.
pub(super) struct Layout {
    pub(super) dimensions: Dimensions,
    /// The first row stored is the uppermost.
    pub(super) top_down: bool,
    pub(super) bits: u64,
    pub(super) coding: Coding,
    /// Masks of red, green and blue.
    pub(super) masks: [u32; 3],
    /// Red, green and blue of each colour of the palette.
    pub(super) palette: Vec<[u8; 3]>,
    /// Where the pixels begin.
    pub(super) start: usize,
    /// Bytes of pixels that the header states; 0 when it states none.
    pub(super) stated: u64,
}

/// Reads the headers; says what is wrong with them.
pub(super) fn read(bytes: &[u8]) -> Result<Layout, String> {
    let number = |at: usize, size: usize| -> Result<u64, String> {
        let bytes = bytes.get(at..at + size).ok_or("truncated within the header")?;
        Ok(bytes.iter().rev().fold(0, |n, &b| n << 8 | u64::from(b)))
    };
    let (from, header) = (number(10, 4)?, number(14, 4)?);
    let (width, height, bits, coding) = match header {
        12 => (number(18, 2)?, number(20, 2)?, number(24, 2)?, 0),
        16.. => (number(18, 4)?, number(22, 4)?, number(28, 2)?, if header < 40 { 0 } else { number(30, 4)? }),
        _ => return Err(format!("a header of {header} bytes")),
    };
    let signed = height as u32 as i32;
    let dimensions = Dimensions { width: width as u32, height: signed.unsigned_abs() };
    if width == 0 || width > i32::MAX as u64 || height == 0 || !matches!(bits, 1 | 2 | 4 | 8 | 16 | 24 | 32) {
        return Err(format!("{width} × {signed} pixels of {bits} bits"));
    }
    let masked = header >= 40 && matches!(coding, 3 | 6);
    let masks = match (masked, bits) {
        (true, _) => [number(54, 4)? as u32, number(58, 4)? as u32, number(62, 4)? as u32],
        (false, 16) => [0x7c00, 0x03e0, 0x001f],
        (false, _) => [0x00ff_0000, 0x0000_ff00, 0x0000_00ff],
    };
    let coding = match (coding, header) {
        (0 | 3 | 6, _) => Coding::Plain,
        (1, _) => Coding::Runs { halves: 2 },
        (2, _) => Coding::Runs { halves: 1 },
        // In OS/2's header; an embedded JPEG in others.
        (4, 64) => Coding::Runs { halves: 6 },
        (other, _) => Coding::Other(other),
    };
    let start = usize::try_from(from).unwrap_or(usize::MAX);
    let colours_at = 14 + header as usize + if masked && header == 40 { 12 } else { 0 };
    let size = if header == 12 { 3 } else { 4 };
    let colours = bytes.get(colours_at..).unwrap_or_default();
    let count = if bits <= 8 { 1 << bits } else { 0 };
    let palette = colours.chunks_exact(size).take(count).map(|c| [c[2], c[1], c[0]]).collect();
    let stated = if header >= 40 { number(34, 4)? } else { 0 };
    Ok(Layout { dimensions, top_down: signed < 0 && header > 12, bits, coding, masks, palette, start, stated })
}

impl Layout {
    /// Bytes of a row, with its padding to four.
    pub(super) fn row_bytes(&self) -> u64 {
        (u64::from(self.dimensions.width) * self.bits).div_ceil(32) * 4
    }

    /// Bytes of a row without padding, which the last one may lack.
    pub(super) fn used_row_bytes(&self) -> u64 {
        (u64::from(self.dimensions.width) * self.bits).div_ceil(8)
    }
}
