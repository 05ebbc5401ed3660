//! Rows of samples made gray or colour: any depth from 1 to 64 bits, whole numbers and floats, predictors undone.
//!
//! Absent on purpose: profiles, and the range of floats: 0 is black and 1 is white.

use super::layout::{Beside, Format, Layout, Photometric};
use crate::picture::{
    gray::{gray_of, luma},
    rows::{Rgb, Tone},
};

/// What the pixels of a TIFF are made into.
pub(super) trait Toned: Tone {
    /// A pixel. `planes` holds the rows of each sample when they lie apart, otherwise one row.
    fn of_samples(planes: &[&[u8]], x: usize, layout: &Layout) -> Self;

    /// A pixel of a row in blocks of subsampled colours: across × down samples of luma, then two of colour.
    fn of_block(block_row: &[u8], x: usize, y: usize, layout: &Layout) -> Self;
}

impl Toned for f32 {
    fn of_samples(planes: &[&[u8]], x: usize, layout: &Layout) -> f32 {
        gray(planes, x, layout)
    }

    fn of_block(block_row: &[u8], x: usize, y: usize, layout: &Layout) -> f32 {
        subsampled(block_row, x, y, layout)
    }
}

impl Toned for Rgb {
    fn of_samples(planes: &[&[u8]], x: usize, layout: &Layout) -> Rgb {
        let at = |i: usize| match planes {
            [row] => sample(row, x * layout.samples + i, layout),
            apart => apart.get(i).map_or(0.0, |row| sample(row, x, layout)),
        };
        let opaque = match layout.photometric {
            Photometric::BlackIsZero => [at(0); 3],
            Photometric::WhiteIsZero => [255.0 - at(0); 3],
            Photometric::Rgb => [at(0), at(1), at(2)],
            Photometric::Cmyk => [0, 1, 2].map(|i| (255.0 - at(i)) * (255.0 - at(3)) / 255.0),
            Photometric::Palette => of_palette(planes, x, layout).map(f32::from),
            // Of planes that lie apart, only the lightness is decoded.
            Photometric::LightFirst if layout.samples < 3 => [at(0); 3],
            Photometric::LightFirst => match layout.beside {
                Beside::Differences => of_differences(at(0), at(1), at(2)),
                Beside::Signed => of_lab(at(0), signed(at(1)), signed(at(2))),
                Beside::Offset => of_lab(at(0), at(1) - 128.0, at(2) - 128.0),
            },
        };
        let shown = match layout.alpha {
            Some(alpha) => opaque.map(|sample| 255.0 + (sample - 255.0) * at(alpha) / 255.0),
            None => opaque,
        };
        // The conversion saturates.
        shown.map(|sample| (sample + 0.5) as u8)
    }

    fn of_block(block_row: &[u8], x: usize, y: usize, layout: &Layout) -> Rgb {
        let (across, down) = layout.subsampling;
        let block = x / across * (across * down + 2);
        let at = |i: usize| block_row.get(block + i).map_or(0.0, |&b| f32::from(b));
        of_differences(at(y * across + x % across), at(across * down), at(across * down + 1)).map(|sample| (sample + 0.5) as u8)
    }
}

/// Red, green and blue of a luma and the differences of blue and red, as JFIF has them.
fn of_differences(y: f32, cb: f32, cr: f32) -> [f32; 3] {
    let (cb, cr) = (cb - 128.0, cr - 128.0);
    [y + 1.402 * cr, y - 0.344_136 * cb - 0.714_136 * cr, y + 1.772 * cb]
}

/// A number with a sign that was read as one without.
fn signed(sample: f32) -> f32 {
    if sample > 127.5 { sample - 256.0 } else { sample }
}

/// sRGB of CIELab under D50, the lightness of which is 0 to 255 here (CIE 15; IEC 61966-2-1, adapted by Bradford's matrix).
fn of_lab(lightness: f32, a: f32, b: f32) -> [f32; 3] {
    let fy = (lightness / 2.55 + 16.0) / 116.0;
    let linear = |f: f32| if f > 6.0 / 29.0 { f * f * f } else { 3.0 * (6.0f32 / 29.0).powi(2) * (f - 4.0 / 29.0) };
    let (x, y, z) = (0.9642 * linear(fy + a / 500.0), linear(fy), 0.8249 * linear(fy - b / 200.0));
    [
        3.133_856 * x - 1.616_867 * y - 0.490_615 * z,
        -0.978_768 * x + 1.916_142 * y + 0.033_454 * z,
        0.071_945 * x - 0.228_991 * y + 1.405_243 * z,
    ]
    .map(|light| {
        let light = light.clamp(0.0, 1.0);
        255.0 * if light <= 0.003_130_8 { 12.92 * light } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 }
    })
}

/// The colour that a pixel names.
fn of_palette(planes: &[&[u8]], x: usize, layout: &Layout) -> Rgb {
    let index = planes.first().map_or(0, |row| raw_sample(row, x * layout.samples, layout)) as usize;
    let third = layout.palette.len() / 3;
    let colour = |plane: usize| layout.palette.get(plane * third + index).map_or(0, |&v| (v >> 8) as u8);
    if index < third { [colour(0), colour(1), colour(2)] } else { [0; 3] }
}

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
fn gray(planes: &[&[u8]], x: usize, layout: &Layout) -> f32 {
    let at = |i: usize| match planes {
        [row] => sample(row, x * layout.samples + i, layout),
        apart => apart.get(i).map_or(0.0, |row| sample(row, x, layout)),
    };
    let opaque = match layout.photometric {
        Photometric::BlackIsZero | Photometric::LightFirst => at(0),
        Photometric::WhiteIsZero => 255.0 - at(0),
        Photometric::Rgb => luma(at(0), at(1), at(2)),
        Photometric::Cmyk => (255.0 - luma(at(0), at(1), at(2))) * (255.0 - at(3)) / 255.0,
        Photometric::Palette => gray_of(&of_palette(planes, x, layout)),
    };
    match layout.alpha {
        // What is transparent shows the white below.
        Some(alpha) => 255.0 + (opaque - 255.0) * at(alpha) / 255.0,
        None => opaque,
    }
}

/// The luma of a row in blocks of subsampled colours: across × down samples of it, then two of colour.
fn subsampled(block_row: &[u8], x: usize, y: usize, layout: &Layout) -> f32 {
    let (across, down) = layout.subsampling;
    let block = x / across * (across * down + 2);
    block_row.get(block + y * across + x % across).map_or(0.0, |&b| f32::from(b))
}
