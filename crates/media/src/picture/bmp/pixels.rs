//! The rows of a BMP made gray: packed pixels of 1 to 32 bits, and run-length coded ones.
//!
//! Packed rows are read where they lie. Run-length coded ones are laid out whole first, for runs may jump.
//! Absent on purpose: transparency, which most writers leave undefined.

use super::layout::{Coding, Layout};
use crate::picture::gray::{Reduced, Shrinker, gray_of};

/// What came of the rows.
pub(super) struct Rows {
    pub(super) gray: Option<Reduced>,
    /// Rows that are there.
    pub(super) there: u64,
    /// Behind the last byte of pixels.
    pub(super) end: usize,
}

/// Packed rows.
pub(super) fn plain(bytes: &[u8], layout: &Layout) -> Rows {
    let (width, height) = (layout.dimensions.width, layout.dimensions.height);
    let (row_bytes, used) = (layout.row_bytes() as usize, layout.used_row_bytes() as usize);
    let data = bytes.get(layout.start..).unwrap_or_default();
    let row = |y: usize| y.checked_mul(row_bytes).and_then(|from| data.get(from..from.checked_add(used)?));
    let there = (0..height as usize).take_while(|&y| row(y).is_some()).count();
    let mut shrinker = Shrinker::new(width, height);
    for y in 0..height as usize {
        let stored = if layout.top_down { y } else { height as usize - 1 - y };
        match row(stored) {
            Some(row) => shrinker.row((0..width as usize).map(|x| gray(row, x, layout))),
            // Rows that are not there are not made up one by one: the header may declare any number.
            None if layout.top_down => break,
            None if there == 0 => break,
            None => shrinker.row(std::iter::repeat_n(255.0, width as usize)),
        }
    }
    let end = layout.start.saturating_add(row_bytes.saturating_mul(height as usize));
    Rows { gray: shrinker.finish(), there: there as u64, end }
}

/// The gray of one pixel of a packed row.
fn gray(row: &[u8], x: usize, layout: &Layout) -> f32 {
    match layout.bits {
        24 => row.get(x * 3..x * 3 + 3).map_or(0.0, |p| gray_of(&[p[2], p[1], p[0]])),
        16 | 32 => {
            let size = layout.bits as usize / 8;
            let pixel = row.get(x * size..(x + 1) * size).unwrap_or_default();
            let value = pixel.iter().rev().fold(0u32, |n, &b| n << 8 | u32::from(b));
            let [r, g, b] = layout.masks.map(|mask| masked(value, mask));
            gray_of(&[r, g, b])
        }
        bits => {
            let at = x * bits as usize;
            let byte = row.get(at / 8).copied().unwrap_or(0);
            let index = byte >> (8 - bits as usize - at % 8) & (0xff >> (8 - bits));
            of_palette(index, layout)
        }
    }
}

/// The bits of a mask, stretched to 0 to 255.
fn masked(value: u32, mask: u32) -> u8 {
    let most = u64::from(mask >> mask.trailing_zeros().min(31));
    let raw = u64::from((value & mask) >> mask.trailing_zeros().min(31));
    (raw * 255 / most.max(1)) as u8
}

fn of_palette(index: u8, layout: &Layout) -> f32 {
    layout.palette.get(usize::from(index)).map_or(0.0, |colour| gray_of(colour))
}

/// Run-length coded rows, lowest first.
pub(super) fn runs(bytes: &[u8], layout: &Layout) -> Rows {
    let Coding::Runs { halves } = layout.coding else { return Rows { gray: None, there: 0, end: 0 } };
    let data = bytes.get(layout.start..).unwrap_or_default();
    let (width, height) = (layout.dimensions.width as usize, layout.dimensions.height as usize);
    let size = halves.div_ceil(2);
    let mut canvas = vec![0u8; width * height * size];
    let (mut at, mut x, mut y, mut whole) = (0usize, 0usize, 0usize, false);
    let mut put = |x: usize, y: usize, pixel: &[u8]| {
        if x < width && y < height {
            canvas[(y * width + x) * size..][..size].copy_from_slice(pixel);
        }
    };
    while let Some(&[count, value]) = data.get(at..).and_then(|rest| rest.first_chunk::<2>()) {
        at += 2;
        match (count, value) {
            (0, 0) => (x, y) = (0, y + 1),
            (0, 1) => {
                whole = true;
                break;
            }
            (0, 2) => {
                let jump = data.get(at..at + 2).unwrap_or(&[0, 0]);
                (x, y, at) = (x + usize::from(jump[0]), y + usize::from(jump[1]), at + 2);
            }
            (0, pixels) => {
                let bytes = (usize::from(pixels) * halves).div_ceil(2);
                let stored = data.get(at..at + bytes).unwrap_or_default();
                for i in 0..usize::from(pixels) {
                    match halves {
                        1 => put(x + i, y, &[half(stored.get(i / 2).copied().unwrap_or(0), i)]),
                        _ => stored.get(i * size..(i + 1) * size).into_iter().for_each(|pixel| put(x + i, y, pixel)),
                    }
                }
                (x, at) = (x + usize::from(pixels), at + bytes.next_multiple_of(2));
            }
            _ => {
                let rest = data.get(at..at + size - 1).unwrap_or_default();
                let pixel = [&[value], rest].concat();
                for i in 0..usize::from(count) {
                    match halves {
                        1 => put(x + i, y, &[half(value, i)]),
                        _ if pixel.len() == size => put(x + i, y, &pixel),
                        _ => {}
                    }
                }
                (x, at) = (x + usize::from(count), at + size - 1);
            }
        }
    }
    let mut shrinker = Shrinker::new(layout.dimensions.width, layout.dimensions.height);
    for row in canvas.chunks_exact(width * size).rev() {
        let gray = |pixel: &[u8]| match *pixel {
            [b, g, r] => gray_of(&[r, g, b]),
            [index, ..] => of_palette(index, layout),
            [] => 0.0,
        };
        shrinker.row(row.chunks_exact(size).map(gray));
    }
    let there = if whole { height as u64 } else { (y as u64).min(height as u64) };
    Rows { gray: shrinker.finish(), there, end: layout.start.saturating_add(at) }
}

/// The upper half of a byte for even pixels, the lower for odd ones.
fn half(byte: u8, pixel: usize) -> u8 {
    if pixel.is_multiple_of(2) { byte >> 4 } else { byte & 15 }
}
