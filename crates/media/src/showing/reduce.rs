//! Reducing: rows of pixels in, area means out. Nothing is ever enlarged.
//!
//! A row is let go as soon as it is summed up. Each cell is the mean of exactly the area that it covers, so that thin lines keep
//! their tone wherever they fall. Means are of the numbers as they are coded, as browsers reduce too.
//! Absent on purpose: sharpening, and linear light.

use crate::picture::rows::{Rgb, Rows};

/// A picture in memory, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Colours {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) pixels: Vec<Rgb>,
}

impl Colours {
    /// Turns it as an EXIF orientation says; anything but 2 to 8 leaves it as it is.
    pub(super) fn upright(self, orientation: u16) -> Colours {
        match orientation {
            2 => self.mirrored(),
            3 => self.half_turned(),
            4 => self.half_turned().mirrored(),
            5 => self.transposed(),
            6 => self.transposed().mirrored(),
            7 => self.half_turned().transposed(),
            8 => self.mirrored().transposed(),
            _ => self,
        }
    }

    fn mirrored(mut self) -> Colours {
        self.pixels.chunks_exact_mut(self.width.max(1)).for_each(<[Rgb]>::reverse);
        self
    }

    fn half_turned(mut self) -> Colours {
        self.pixels.reverse();
        self
    }

    fn transposed(self) -> Colours {
        // In squares, so that neither side strides through the whole memory.
        const SIDE: usize = 32;
        let (width, height) = (self.width, self.height);
        let mut pixels = vec![[0; 3]; self.pixels.len()];
        for top in (0..height).step_by(SIDE) {
            for left in (0..width).step_by(SIDE) {
                for y in top..(top + SIDE).min(height) {
                    for x in left..(left + SIDE).min(width) {
                        pixels[x * height + y] = self.pixels[y * width + x];
                    }
                }
            }
        }
        Colours { width: height, height: width, pixels }
    }
}

/// Sums rows up into a picture that is no larger than wanted.
#[derive(Debug)]
pub(crate) struct Reducer {
    from: (usize, usize),
    to: (usize, usize),
    /// The row that is being taken in.
    line: Vec<Rgb>,
    /// Its means along the row.
    means: Vec<[f32; 3]>,
    /// Sums of the row of cells that is being filled, and the height of what is in them.
    sums: Vec<[f32; 3]>,
    weight: f32,
    row: usize,
    pixels: Vec<Rgb>,
}

impl Reducer {
    /// For a picture of this size, of which the longer side shall have so many pixels at most.
    pub(crate) fn new(width: u32, height: u32, longest_side: u32) -> Reducer {
        let most = f64::from(longest_side.max(1));
        let scale = (most / f64::from(width.max(height).max(1))).min(1.0);
        let side = |length: u32| ((f64::from(length) * scale).round() as usize).clamp(1, (length as usize).max(1));
        let to = (side(width), side(height));
        Reducer {
            from: (width as usize, height as usize),
            to,
            line: Vec::with_capacity(width as usize),
            means: vec![[0.0; 3]; to.0],
            sums: vec![[0.0; 3]; to.0],
            weight: 0.0,
            row: 0,
            pixels: Vec::new(),
        }
    }

    /// Bytes that such a picture takes, once reduced.
    pub(crate) fn bytes(&self) -> u64 {
        self.to.0 as u64 * self.to.1 as u64 * 3
    }

    /// Takes the next row, already in memory.
    pub(crate) fn take(&mut self, row: &[Rgb]) {
        if self.row >= self.from.1 || row.len() < self.from.0 {
            return;
        }
        self.row += 1;
        if self.from == self.to {
            self.pixels.extend_from_slice(&row[..self.from.0]);
            return;
        }
        self.along(&row[..self.from.0]);
        self.down();
    }

    /// Means along a row, in exact whole numbers: a pixel is as long as there are cells, a cell as there are pixels.
    fn along(&mut self, row: &[Rgb]) {
        let (pixels, cells) = (self.from.0 as u64, self.to.0 as u64);
        let mut left = row.iter();
        // What of the last pixel taken belongs to the next cell.
        let (mut rest, mut last) = (0u64, [0u64; 3]);
        for mean in &mut self.means {
            let mut sum = last.map(|sample| sample * rest);
            let whole = ((pixels - rest) / cells) as usize;
            let mut inside = [0u32; 3];
            let (within, behind) = left.as_slice().split_at(whole.min(left.len()));
            for pixel in within {
                inside[0] += u32::from(pixel[0]);
                inside[1] += u32::from(pixel[1]);
                inside[2] += u32::from(pixel[2]);
            }
            left = behind.iter();
            let missing = pixels - rest - whole as u64 * cells;
            if missing > 0 {
                last = left.next().map_or([0; 3], |pixel| pixel.map(u64::from));
            }
            for (i, sum) in sum.iter_mut().enumerate() {
                *sum += u64::from(inside[i]) * cells + last[i] * missing;
                mean[i] = *sum as f32 / pixels as f32;
            }
            rest = if missing > 0 { cells - missing } else { 0 };
        }
    }

    /// Adds the means to the rows of cells that this row lies in: one or two.
    fn down(&mut self) {
        let (rows, cells) = (self.from.1, self.to.1);
        // In units of which a row is `cells` high and a cell `rows`.
        let (begin, end) = ((self.row - 1) * cells, self.row * cells);
        let border = (self.pixels.len() / self.to.0 + 1) * rows;
        let inside = end.min(border) - begin;
        self.add(inside as f32);
        if end >= border {
            self.close();
            if end > border {
                self.add((end - border) as f32);
            }
        }
    }

    fn add(&mut self, weight: f32) {
        for (sum, mean) in self.sums.iter_mut().zip(&self.means) {
            sum.iter_mut().zip(mean).for_each(|(sum, mean)| *sum += mean * weight);
        }
        self.weight += weight;
    }

    fn close(&mut self) {
        let weight = self.weight;
        self.pixels.extend(self.sums.iter().map(|sum| sum.map(|sample| (sample / weight + 0.5) as u8)));
        self.sums.fill([0.0; 3]);
        self.weight = 0.0;
    }

    /// The reduced picture; rows that did not come are gray. Nothing when none came.
    pub(crate) fn finish(mut self) -> Option<Colours> {
        if self.weight > 0.0 {
            self.close();
        }
        let all = self.to.0.checked_mul(self.to.1).filter(|_| !self.pixels.is_empty())?;
        self.pixels.resize(all, MISSING);
        Some(Colours { width: self.to.0, height: self.to.1, pixels: self.pixels })
    }
}

/// Shown where a part of the picture is missing.
pub(crate) const MISSING: Rgb = [128; 3];

impl Rows for Reducer {
    type Tone = Rgb;

    fn row(&mut self, pixels: impl Iterator<Item = Rgb>) {
        let mut line = std::mem::take(&mut self.line);
        line.clear();
        line.extend(pixels.take(self.from.0));
        line.resize(self.from.0, MISSING);
        self.take(&line);
        self.line = line;
    }
}

#[cfg(test)]
mod tests {
    use lightproof_model::fingerprint::Turn;
    use proptest::prelude::*;

    use super::*;

    fn reduced(width: u32, height: u32, longest_side: u32, pixel: impl Fn(usize, usize) -> Rgb) -> Colours {
        let mut reducer = Reducer::new(width, height, longest_side);
        for y in 0..height as usize {
            reducer.row((0..width as usize).map(|x| pixel(x, y)));
        }
        reducer.finish().unwrap()
    }

    #[test]
    fn cells_are_the_means_of_the_area_that_they_cover() {
        let steps = |x: usize, y: usize| [(x * 60) as u8, (y * 60) as u8, 7];
        let half = reduced(4, 2, 2, steps);
        assert_eq!((half.width, half.height), (2, 1));
        assert_eq!(half.pixels, [[30, 30, 7], [150, 30, 7]]);
        // Two cells of one and a half pixels each.
        let uneven = reduced(3, 3, 2, steps);
        assert_eq!(uneven.pixels, [[20, 20, 7], [100, 20, 7], [20, 100, 7], [100, 100, 7]]);
    }

    #[test]
    fn nothing_is_enlarged_and_no_side_vanishes() {
        for ((width, height), wanted, expected) in [
            ((40, 30), 480, (40, 30)),
            ((4000, 3000), 480, (480, 360)),
            ((3000, 1), 480, (480, 1)),
            ((1, 3000), 480, (1, 480)),
            ((481, 480), 480, (480, 479)),
            ((1, 1), 0, (1, 1)),
        ] {
            let seen = reduced(width, height, wanted, |_, _| [9; 3]);
            assert_eq!((seen.width, seen.height), expected, "{width}×{height}");
            assert!(seen.pixels.iter().all(|pixel| *pixel == [9; 3]));
        }
    }

    #[test]
    fn rows_that_did_not_come_are_gray_and_without_any_there_is_no_picture() {
        let mut reducer = Reducer::new(2, 4, 2);
        assert!(Reducer::new(2, 4, 2).finish().is_none());
        reducer.row([[0; 3]; 2].into_iter());
        reducer.row([[0; 3]; 2].into_iter());
        assert_eq!(reducer.finish().unwrap().pixels, [[0; 3], MISSING]);
    }

    proptest! {
        #[test]
        fn the_mean_of_a_picture_stays(width in 1u32..70, height in 1u32..70, wanted in 1u32..80, seed in any::<u32>()) {
            let pixel = |x: usize, y: usize| {
                let mixed = (x as u32 * 7919 + y as u32 * 104_729 + seed % 997).wrapping_mul(2_654_435_761) >> 24;
                [mixed as u8, 255 - mixed as u8, 0]
            };
            let whole: f64 = (0..height as usize).flat_map(|y| (0..width as usize).map(move |x| (x, y)))
                .map(|(x, y)| f64::from(pixel(x, y)[0])).sum::<f64>() / f64::from(width * height);
            let seen = reduced(width, height, wanted, pixel);
            let mean = seen.pixels.iter().map(|p| f64::from(p[0])).sum::<f64>() / seen.pixels.len() as f64;
            prop_assert!((mean - whole).abs() <= 0.51, "{mean} {whole}");
        }

        #[test]
        fn turning_agrees_with_the_turns_of_fingerprints(orientation in 1u16..=8) {
            let side = lightproof_model::fingerprint::GRAY_SIDE;
            let mut gray = [0u8; 32 * 32];
            gray.iter_mut().enumerate().for_each(|(i, cell)| *cell = (i % 251) as u8);
            let picture = Colours { width: side, height: side, pixels: gray.iter().map(|&g| [g; 3]).collect() };
            let turned = lightproof_model::fingerprint::turned_gray(&gray, Turn::from_orientation(orientation).unwrap());
            let seen: Vec<u8> = picture.upright(orientation).pixels.iter().map(|p| p[0]).collect();
            prop_assert_eq!(seen, turned.to_vec());
        }
    }

    #[test]
    fn an_orientation_that_is_none_leaves_a_picture_as_it_is() {
        let picture = reduced(3, 2, 9, |x, y| [x as u8, y as u8, 0]);
        for orientation in [0, 1, 9, u16::MAX] {
            assert_eq!(picture.clone().upright(orientation), picture);
        }
        assert_eq!(picture.clone().upright(6).width, 2);
    }
}
