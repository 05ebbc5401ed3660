//! Rows of samples made gray: any depth from 1 to 64 bits, whole numbers and floats, predictors undone.
//!
//! Absent on purpose: colour management, and the range of floats: 0 is black and 1 is white.

use super::layout::{Format, Layout, Photometric};
use crate::picture::gray::{gray_of, luma};

/// Undoes the prediction in one row of a piece, in place.
pub(super) fn unpredict(row: &mut [u8], layout: &Layout) {
    let (samples, bytes) = (layout.samples, layout.bits / 8);
    match (layout.predictor, layout.bits) {
        (2, 8 | 16 | 32 | 64) => {
            for at in (samples * bytes..row.len() / bytes * bytes).step_by(bytes) {
                let before = word(&row[at - samples * bytes..][..bytes], layout.little);
                let sum = word(&row[at..at + bytes], layout.little).wrapping_add(before);
                let stored = sum.to_le_bytes();
                for (i, byte) in row[at..at + bytes].iter_mut().enumerate() {
                    *byte = stored[if layout.little { i } else { bytes - 1 - i }];
                }
            }
        }
        (3, 16 | 24 | 32 | 64) => {
            for at in samples..row.len() {
                row[at] = row[at].wrapping_add(row[at - samples]);
            }
            // The bytes of all numbers stand by significance, highest first.
            let planes = row.to_vec();
            let count = row.len() / bytes;
            for (number, stored) in row.chunks_exact_mut(bytes).enumerate() {
                for (i, byte) in stored.iter_mut().enumerate() {
                    let significance = if layout.little { bytes - 1 - i } else { i };
                    *byte = planes[significance * count + number];
                }
            }
        }
        _ => {}
    }
}

fn word(bytes: &[u8], little: bool) -> u64 {
    let add = |n: u64, b: &u8| n << 8 | u64::from(*b);
    if little { bytes.iter().rev().fold(0, add) } else { bytes.iter().fold(0, add) }
}

/// One sample, 0 to 255.
fn sample(row: &[u8], index: usize, layout: &Layout) -> f32 {
    let bits = layout.bits;
    if bits == 8 && layout.format == Format::Unsigned {
        return row.get(index).map_or(0.0, |&b| f32::from(b));
    }
    let raw = raw_sample(row, index, layout);
    match layout.format {
        Format::Float => {
            let value = match bits {
                16 => half(raw as u16),
                32 => f32::from_bits(raw as u32),
                64 => f64::from_bits(raw) as f32,
                _ => 0.0,
            };
            if value.is_nan() { 0.0 } else { value.clamp(0.0, 1.0) * 255.0 }
        }
        Format::Signed => {
            let middle = 1u64 << (bits - 1);
            scaled(raw ^ middle, bits)
        }
        Format::Unsigned => scaled(raw, bits),
    }
}

fn scaled(raw: u64, bits: usize) -> f32 {
    let most = if bits >= 64 { u64::MAX } else { (1u64 << bits) - 1 };
    (raw as f64 * 255.0 / most as f64) as f32
}

/// One sample as it is stored.
fn raw_sample(row: &[u8], index: usize, layout: &Layout) -> u64 {
    let bits = layout.bits;
    if bits.is_multiple_of(8) {
        let bytes = bits / 8;
        return row.get(index * bytes..(index + 1) * bytes).map_or(0, |b| word(b, layout.little));
    }
    // Packed bits run from the high end whatever the byte order.
    let from = index * bits;
    let window = (0..3).fold(0u64, |n, i| n << 8 | u64::from(row.get(from / 8 + i).copied().unwrap_or(0)));
    window >> (24 - bits - from % 8) & ((1 << bits) - 1)
}

/// A float of 16 bits.
fn half(bits: u16) -> f32 {
    let (sign, exponent, fraction) = (bits >> 15, i32::from(bits >> 10 & 31), f32::from(bits & 1023));
    let magnitude = match exponent {
        0 => fraction * 2f32.powi(-24),
        31 => f32::MAX,
        _ => (1.0 + fraction / 1024.0) * 2f32.powi(exponent - 15),
    };
    if sign == 1 { -magnitude } else { magnitude }
}

/// The gray of a pixel. `planes` holds the rows of each sample when they lie apart, otherwise one row.
pub(super) fn gray(planes: &[&[u8]], x: usize, layout: &Layout) -> f32 {
    let at = |i: usize| match planes {
        [row] => sample(row, x * layout.samples + i, layout),
        apart => apart.get(i).map_or(0.0, |row| sample(row, x, layout)),
    };
    let opaque = match layout.photometric {
        Photometric::BlackIsZero | Photometric::LightFirst => at(0),
        Photometric::WhiteIsZero => 255.0 - at(0),
        Photometric::Rgb => luma(at(0), at(1), at(2)),
        Photometric::Cmyk => (255.0 - luma(at(0), at(1), at(2))) * (255.0 - at(3)) / 255.0,
        Photometric::Palette => {
            let index = planes.first().map_or(0, |row| raw_sample(row, x * layout.samples, layout)) as usize;
            let third = layout.palette.len() / 3;
            let colour = |plane: usize| layout.palette.get(plane * third + index).map_or(0, |&v| (v >> 8) as u8);
            if index < third { gray_of(&[colour(0), colour(1), colour(2)]) } else { 0.0 }
        }
    };
    match layout.alpha {
        // What is transparent shows the white below.
        Some(alpha) => 255.0 + (opaque - 255.0) * at(alpha) / 255.0,
        None => opaque,
    }
}

/// The luma of a row in blocks of subsampled colours: across × down samples of it, then two of colour.
pub(super) fn subsampled(block_row: &[u8], x: usize, y: usize, layout: &Layout) -> f32 {
    let (across, down) = layout.subsampling;
    let block = x / across * (across * down + 2);
    block_row.get(block + y * across + x % across).map_or(0.0, |&b| f32::from(b))
}
