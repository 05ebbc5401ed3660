//! Red, green and blue of coded samples (ITU-T H.273, 8.3), and what they mean: a profile, or primaries and a transfer function.
//!
//! Colour samples that stand for several pixels are taken for each of them as they are. Absent on purpose: constant-luminance matrices,
//! which no camera writes; they are taken for their plain sisters.

use super::tone::Coding;
use crate::{isobmff::Heif, picture::rows::Rgb};

/// What red, green and blue mean.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Meaning {
    /// A colour profile, which goes before the code points.
    pub(crate) profile: Option<Vec<u8>>,
    /// Code points of primaries and transfer function.
    pub(crate) points: Option<(u16, u16)>,
}

impl Meaning {
    /// What the `colr` properties of an item say.
    pub(super) fn of(heif: &Heif, id: u32) -> Meaning {
        let mut meaning = Meaning::default();
        for property in heif.properties_of(id).filter(|p| p.kind == *b"colr") {
            match &property.payload[..] {
                [b'n', b'c', b'l', b'x', p, q, t, u, ..] => {
                    meaning.points.get_or_insert((u16::from_be_bytes([*p, *q]), u16::from_be_bytes([*t, *u])));
                }
                [b'p', b'r' | b'R', b'o' | b'I', b'f' | b'C', profile @ ..] => {
                    meaning.profile.get_or_insert_with(|| profile.to_vec());
                }
                _ => {}
            }
        }
        meaning
    }
}

/// Depth of the samples, and how many pixels a colour sample stands for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sampling {
    pub(super) depths: [u8; 2],
    /// Whether there are colours at all.
    pub(super) colours: bool,
    pub(super) halved_across: bool,
    pub(super) halved_down: bool,
}

/// Mixes planes of samples into pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mixer {
    how: How,
    /// Black, and how far a step is, of luma.
    luma: (f32, f32),
    /// The middle, and how far a step is, of colour differences.
    difference: (f32, f32),
}

#[derive(Debug, Clone, Copy)]
enum How {
    Gray,
    /// The planes are green, blue and red.
    Plain,
    /// Luma, and what blue and red differ from it, by the shares of red and blue in luma.
    Differences {
        red: f32,
        blue: f32,
        green: (f32, f32),
    },
    /// Luma, and what green and orange differ from it.
    GreenOrange,
}

impl Mixer {
    pub(super) fn new(coding: Coding, sampling: Sampling) -> Mixer {
        let equal = !sampling.halved_across && !sampling.halved_down;
        let shares = match coding.matrix {
            1 => (0.2126, 0.0722),
            4 => (0.30, 0.11),
            7 => (0.212, 0.087),
            9 | 10 => (0.2627, 0.0593),
            // Where nothing is told, what JPEG and the HEIF of phones have.
            _ => (0.299, 0.114),
        };
        let (of_red, of_blue): (f32, f32) = shares;
        let of_green = 1.0 - of_red - of_blue;
        let (red, blue) = (2.0 * (1.0 - of_red), 2.0 * (1.0 - of_blue));
        let how = match coding.matrix {
            _ if !sampling.colours => How::Gray,
            0 if equal => How::Plain,
            8 => How::GreenOrange,
            _ => How::Differences { red, blue, green: (blue * of_blue / of_green, red * of_red / of_green) },
        };
        let [luma, difference] = sampling.depths.map(|depth| depth.clamp(8, 16));
        let step = |depth: u8| f32::from(1u16 << (depth - 8));
        let most = |depth: u8| ((1u32 << depth) - 1) as f32;
        Mixer {
            how,
            luma: if coding.full_range { (0.0, 255.0 / most(luma)) } else { (16.0 * step(luma), 255.0 / 219.0 / step(luma)) },
            difference: (
                128.0 * step(difference),
                if coding.full_range { 255.0 / most(difference) } else { 255.0 / 224.0 / step(difference) },
            ),
        }
    }

    fn mixed(&self, y: u16, cb: u16, cr: u16) -> Rgb {
        let luma = |sample: u16| (f32::from(sample) - self.luma.0) * self.luma.1;
        let difference = |sample: u16| (f32::from(sample) - self.difference.0) * self.difference.1;
        let mixed = match self.how {
            How::Gray => [luma(y); 3],
            How::Plain => [luma(cr), luma(y), luma(cb)],
            How::Differences { red, blue, green } => {
                let (y, cb, cr) = (luma(y), difference(cb), difference(cr));
                [y + red * cr, y - green.0 * cb - green.1 * cr, y + blue * cb]
            }
            How::GreenOrange => {
                let (y, cg, co) = (luma(y), difference(cb), difference(cr));
                [y - cg + co, y + cg, y - cg - co]
            }
        };
        // The conversion saturates.
        mixed.map(|sample| (sample + 0.5) as u8)
    }

    /// Adds a row of pixels: one for each sample of luma.
    pub(super) fn row(&self, [first, second, third]: [&[u16]; 3], halved: bool, out: &mut Vec<Rgb>) {
        match self.how {
            How::Gray => out.extend(first.iter().map(|&y| self.mixed(y, 0, 0))),
            _ if halved => {
                let beside = second.iter().zip(third);
                let pairs = first.chunks(2).zip(beside);
                out.extend(pairs.flat_map(|(pair, (&cb, &cr))| pair.iter().map(move |&y| self.mixed(y, cb, cr))));
            }
            _ => out.extend(first.iter().zip(second).zip(third).map(|((&y, &cb), &cr)| self.mixed(y, cb, cr))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mixer(matrix: u16, full_range: bool, depth: u8, halved: bool) -> Mixer {
        let sampling = Sampling { depths: [depth; 2], colours: true, halved_across: halved, halved_down: halved };
        Mixer::new(Coding { matrix, full_range }, sampling)
    }

    #[test]
    fn the_primaries_come_out_of_each_matrix_and_range() {
        // Luma and differences of pure red as the formulas of H.273 give them.
        for (matrix, full_range, depth, red) in [
            (1, false, 8, [63, 102, 240]),
            (6, false, 8, [81, 90, 240]),
            (6, true, 8, [76, 85, 255]),
            (9, false, 10, [294, 387, 960]),
        ] {
            let [r, g, b] = mixer(matrix, full_range, depth, true).mixed(red[0], red[1], red[2]);
            assert!(r >= 252 && g <= 3 && b <= 3, "{matrix} {full_range} {depth}: {r} {g} {b}");
        }
        let half = 512;
        for (full_range, black, white) in [(false, 64, 940), (true, 0, 1023)] {
            let mixer = mixer(9, full_range, 10, true);
            assert_eq!([mixer.mixed(black, half, half), mixer.mixed(white, half, half)], [[0; 3], [255; 3]]);
        }
    }

    #[test]
    fn planes_without_a_matrix_are_green_blue_and_red_where_they_are_of_one_size() {
        assert_eq!(mixer(0, true, 8, false).mixed(1, 2, 3), [3, 1, 2]);
        assert_eq!(mixer(0, true, 8, true).mixed(9, 128, 128), [9; 3]);
        assert_eq!(mixer(8, true, 8, false).mixed(100, 128 + 20, 128 + 10), [90, 120, 70]);
    }

    #[test]
    fn a_colour_sample_stands_for_two_pixels_and_the_last_for_one() {
        let mut out = Vec::new();
        mixer(6, true, 8, true).row([&[10, 20, 30], &[128, 128], &[128, 128]], true, &mut out);
        assert_eq!(out, [[10; 3], [20; 3], [30; 3]]);
    }
}
