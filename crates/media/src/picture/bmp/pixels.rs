//! The rows of a BMP: packed pixels of 1 to 32 bits, and run-length coded ones.
//!
//! Packed rows are read where they lie. Run-length coded ones are laid out whole first, for runs may jump.
//! Absent on purpose: transparency, which most writers leave undefined.

use super::layout::{Coding, Layout};
use crate::picture::rows::{Rows, Tone};

/// What came of the rows.
pub(super) struct Found {
    /// Rows that are there.
    pub(super) there: u64,
    /// Behind the last byte of pixels.
    pub(super) end: usize,
}

/// Packed rows.
pub(super) fn plain<R: Rows>(bytes: &[u8], layout: &Layout, out: &mut R) -> Found {
    let (width, height) = (layout.dimensions.width, layout.dimensions.height);
    let (row_bytes, used) = (layout.row_bytes() as usize, layout.used_row_bytes() as usize);
    let data = bytes.get(layout.start..).unwrap_or_default();
    let row = |y: usize| y.checked_mul(row_bytes).and_then(|from| data.get(from..from.checked_add(used)?));
    let there = (0..height as usize).take_while(|&y| row(y).is_some()).count();
    for y in 0..height as usize {
        let stored = if layout.top_down { y } else { height as usize - 1 - y };
        match row(stored) {
            Some(row) => out.row((0..width as usize).map(|x| pixel(row, x, layout))),
            // Rows that are not there are not made up one by one: the header may declare any number.
            None if layout.top_down => break,
            None if there == 0 => break,
            None => out.row(std::iter::repeat_n(R::Tone::WHITE, width as usize)),
        }
    }
    let end = layout.start.saturating_add(row_bytes.saturating_mul(height as usize));
    Found { there: there as u64, end }
}

/// One pixel of a packed row.
fn pixel<T: Tone>(row: &[u8], x: usize, layout: &Layout) -> T {
    match layout.bits {
        24 => T::of(&row.get(x * 3..x * 3 + 3).map_or([0; 3], |p| [p[2], p[1], p[0]])),
        16 | 32 => {
            let size = layout.bits as usize / 8;
            let pixel = row.get(x * size..(x + 1) * size).unwrap_or_default();
            let value = pixel.iter().rev().fold(0u32, |n, &b| n << 8 | u32::from(b));
            T::of(&layout.masks.map(|mask| masked(value, mask)))
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

fn of_palette<T: Tone>(index: u8, layout: &Layout) -> T {
    T::of(&layout.palette.get(usize::from(index)).copied().unwrap_or_default())
}

/// Run-length coded rows, lowest first.
pub(super) fn runs<R: Rows>(bytes: &[u8], layout: &Layout, out: &mut R) -> Found {
    let Coding::Runs { halves } = layout.coding else { return Found { there: 0, end: 0 } };
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
    for row in canvas.chunks_exact(width * size).rev() {
        let tone = |pixel: &[u8]| match *pixel {
            [b, g, r] => R::Tone::of(&[r, g, b]),
            [index, ..] => of_palette(index, layout),
            [] => R::Tone::WHITE,
        };
        out.row(row.chunks_exact(size).map(tone));
    }
    let there = if whole { height as u64 } else { (y as u64).min(height as u64) };
    Found { there, end: layout.start.saturating_add(at) }
}

/// The upper half of a byte for even pixels, the lower for odd ones.
fn half(byte: u8, pixel: usize) -> u8 {
    if pixel.is_multiple_of(2) { byte >> 4 } else { byte & 15 }
}
