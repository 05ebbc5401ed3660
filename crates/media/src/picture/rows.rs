//! Rows of pixels on their way out of a decoder: gray for fingerprints, in colour to be shown. The readers of formats know neither.
//!
//! Absent on purpose: what becomes of the rows (`gray`, `showing`).

use super::gray::gray_of;

/// What a pixel is made into.
pub(crate) trait Tone: Copy {
    /// White paper, which is also what shows through whatever is transparent.
    const WHITE: Self;

    /// Of 1 (gray), 2 (with alpha), 3 (RGB) or 4 (with alpha) samples of 8 bits.
    fn of(pixel: &[u8]) -> Self;

    /// Of cyan, magenta, yellow and black, of which 0 is none.
    fn of_ink(pixel: &[u8]) -> Self;
}

/// Gray, 0 to 255.
impl Tone for f32 {
    const WHITE: f32 = 255.0;

    fn of(pixel: &[u8]) -> f32 {
        gray_of(pixel)
    }

    fn of_ink(pixel: &[u8]) -> f32 {
        match *pixel {
            [c, m, y, k, ..] => gray_of(&[255 - c, 255 - m, 255 - y]) * f32::from(255 - k) / 255.0,
            _ => 0.0,
        }
    }
}

/// Red, green and blue.
pub(crate) type Rgb = [u8; 3];

impl Tone for Rgb {
    const WHITE: Rgb = [255; 3];

    fn of(pixel: &[u8]) -> Rgb {
        match *pixel {
            [g] => [g; 3],
            [g, a] => [over_white(g, a); 3],
            [r, g, b] => [r, g, b],
            [r, g, b, a] => [over_white(r, a), over_white(g, a), over_white(b, a)],
            _ => [0; 3],
        }
    }

    fn of_ink(pixel: &[u8]) -> Rgb {
        match *pixel {
            [c, m, y, k, ..] => [c, m, y].map(|ink| times(255 - ink, 255 - k)),
            _ => [0; 3],
        }
    }
}

fn over_white(sample: u8, alpha: u8) -> u8 {
    255 - times(255 - sample, alpha)
}

/// The product of two shares of 255, rounded.
fn times(a: u8, b: u8) -> u8 {
    ((u32::from(a) * u32::from(b) + 127) / 255) as u8
}

/// Rows, and the colour profile that goes with them.
pub(crate) struct Profiled<R> {
    pub(crate) rows: R,
    pub(crate) profile: Option<Vec<u8>>,
}

/// What takes rows, top to bottom.
pub(crate) trait Rows {
    /// What their pixels are made into.
    type Tone: Tone;

    /// Takes the next row; what exceeds the width or the height is passed over.
    fn row(&mut self, pixels: impl Iterator<Item = Self::Tone>);
}
