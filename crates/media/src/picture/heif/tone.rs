//! Gray of coded samples: what of them is luma, and between which values it lies (ITU-T H.273).
//!
//! Absent on purpose: transfer functions. The gray of a high-dynamic-range picture is its luma as it is coded.

use crate::{isobmff::Heif, picture::gray::luma};

/// How samples are made of colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Coding {
    /// Matrix coefficients; 0 is none: the planes are green, blue and red.
    pub(crate) matrix: u16,
    /// Whether black and white are the ends of the range.
    pub(crate) full_range: bool,
}

impl Coding {
    /// What an item's `colr` property says, if it names code points.
    pub(super) fn of(heif: &Heif, id: u32) -> Option<Coding> {
        heif.properties_of(id).filter(|p| p.kind == *b"colr").find_map(|p| match p.payload[..] {
            [b'n', b'c', b'l', b'x', _, _, _, _, high, low, range, ..] => {
                Some(Coding { matrix: u16::from_be_bytes([high, low]), full_range: range & 0x80 != 0 })
            }
            _ => None,
        })
    }
}

/// Makes gray of samples.
#[derive(Debug, Clone, Copy)]
pub(super) struct Samples {
    rgb: bool,
    black: f32,
    scale: f32,
}

impl Samples {
    /// For samples of this coding and depth; without a matrix only `equal` planes, of one size, can be colours.
    pub(super) fn new(coding: Coding, depth: u8, equal: bool) -> Samples {
        let depth = depth.clamp(8, 16);
        let (black, white) = match coding.full_range {
            true => (0.0, ((1u32 << depth) - 1) as f32),
            false => ((16u32 << (depth - 8)) as f32, (235u32 << (depth - 8)) as f32),
        };
        Samples { rgb: coding.matrix == 0 && equal, black, scale: 255.0 / (white - black) }
    }

    /// Whether the planes are green, blue and red.
    pub(super) fn is_rgb(&self) -> bool {
        self.rgb
    }

    /// The gray of a luma sample.
    pub(super) fn gray(&self, sample: u16) -> u8 {
        // The conversion saturates.
        ((f32::from(sample) - self.black) * self.scale + 0.5) as u8
    }

    /// The gray of samples of red, green and blue.
    pub(super) fn gray_of_rgb(&self, r: u16, g: u16, b: u16) -> u8 {
        ((luma(f32::from(r), f32::from(g), f32::from(b)) - self.black) * self.scale + 0.5) as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn black_and_white_are_the_ends_of_each_range() {
        for (full_range, depth, black, white) in
            [(true, 8, 0, 255), (false, 8, 16, 235), (true, 10, 0, 1023), (false, 12, 256, 3760)]
        {
            let samples = Samples::new(Coding { matrix: 6, full_range }, depth, true);
            assert_eq!((samples.gray(black), samples.gray(white)), (0, 255), "{full_range} {depth}");
            assert_eq!((samples.gray(0), samples.gray(u16::MAX)), (0, 255), "what lies beyond is cut off");
            assert_eq!((samples.gray_of_rgb(black, black, black), samples.gray_of_rgb(white, white, white)), (0, 255));
        }
    }

    #[test]
    fn only_planes_of_one_size_without_a_matrix_are_colours() {
        let rgb = |matrix, equal| Samples::new(Coding { matrix, full_range: true }, 8, equal).is_rgb();
        assert_eq!([rgb(0, true), rgb(0, false), rgb(1, true)], [true, false, false]);
    }
}
