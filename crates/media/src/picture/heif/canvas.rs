//! A picture of whole pixels, gray or in colour, as image items are put together.
//!
//! Promises that no operation reaches outside, whatever offsets a file gives.
//! Absent on purpose: what pixels are made of (`hevc`, `av1`), and shrinking.

use heifer_hevc_dec::recon::Frame;
use rusty_av1d::Picture;

use super::{av1, hevc, tone::Coding};
use crate::picture::{gray::gray_of, rows::Rgb};

/// What a pixel is: a gray, or red, green and blue.
pub(crate) trait Pixel: Copy {
    /// Bytes that decoding takes for each pixel beyond what the decoder itself does.
    const BYTES: u64;

    /// Of one tone.
    fn of_tone(tone: u8) -> Self;

    /// Of a colour.
    fn of_rgb(rgb: Rgb) -> Self;

    /// How much of it is seen, where it is of a mask.
    fn share(self) -> u8;

    /// Of which so much is seen before white; what is `premultiplied` is dimmed already.
    fn over_white(self, share: u8, premultiplied: bool) -> Self;

    /// The pixels of a decoded picture.
    fn of_hevc(frame: &Frame, told: Option<Coding>) -> Option<Canvas<Self>>;

    /// The pixels of a decoded picture.
    fn of_av1(picture: &Picture, told: Option<Coding>) -> Option<Canvas<Self>>;
}

fn before_white(sample: u8, share: u8, premultiplied: bool) -> u8 {
    let clear = 255 - u16::from(share);
    let seen = if premultiplied { u16::from(sample) } else { u16::from(sample) * u16::from(share) / 255 };
    (seen + clear).min(255) as u8
}

impl Pixel for u8 {
    const BYTES: u64 = 0;

    fn of_tone(tone: u8) -> u8 {
        tone
    }

    fn of_rgb(rgb: Rgb) -> u8 {
        gray_of(&rgb).round() as u8
    }

    fn share(self) -> u8 {
        self
    }

    fn over_white(self, share: u8, premultiplied: bool) -> u8 {
        before_white(self, share, premultiplied)
    }

    fn of_hevc(frame: &Frame, told: Option<Coding>) -> Option<Canvas<u8>> {
        hevc::gray(frame, told)
    }

    fn of_av1(picture: &Picture, told: Option<Coding>) -> Option<Canvas<u8>> {
        av1::gray(picture, told)
    }
}

impl Pixel for Rgb {
    const BYTES: u64 = 3;

    fn of_tone(tone: u8) -> Rgb {
        [tone; 3]
    }

    fn of_rgb(rgb: Rgb) -> Rgb {
        rgb
    }

    fn share(self) -> u8 {
        self[1]
    }

    fn over_white(self, share: u8, premultiplied: bool) -> Rgb {
        self.map(|sample| before_white(sample, share, premultiplied))
    }

    fn of_hevc(frame: &Frame, told: Option<Coding>) -> Option<Canvas<Rgb>> {
        hevc::colours(frame, told)
    }

    fn of_av1(picture: &Picture, told: Option<Coding>) -> Option<Canvas<Rgb>> {
        av1::colours(picture, told)
    }
}

/// A picture, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Canvas<P> {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) pixels: Vec<P>,
}

impl<P: Pixel> Canvas<P> {
    /// A picture of one tone.
    pub(super) fn filled(width: u32, height: u32, tone: P) -> Canvas<P> {
        let (width, height) = (width as usize, height as usize);
        Canvas { width, height, pixels: vec![tone; width * height] }
    }

    /// The rows, top to bottom.
    pub(super) fn rows(&self) -> impl Iterator<Item = &[P]> {
        self.pixels.chunks_exact(self.width.max(1))
    }

    /// Lays `other` upon this one, its upper left corner at (`x`, `y`); what reaches beyond is cut off.
    pub(super) fn lay(&mut self, other: &Canvas<P>, x: i64, y: i64) {
        let (across, down) = (Overlap::of(x, other.width, self.width), Overlap::of(y, other.height, self.height));
        for row in 0..down.length {
            let to = (down.to + row) * self.width + across.to;
            let from = (down.from + row) * other.width + across.from;
            self.pixels[to..to + across.length].copy_from_slice(&other.pixels[from..from + across.length]);
        }
    }

    /// The part of this size at (`x`, `y`), as far as there is one.
    pub(super) fn cropped(self, x: i64, y: i64, width: u32, height: u32) -> Canvas<P> {
        let (across, down) = (
            Overlap::of(x.saturating_neg(), self.width, width as usize),
            Overlap::of(y.saturating_neg(), self.height, height as usize),
        );
        if (across.length, down.length) == (self.width, self.height) {
            return self;
        }
        let rows = self.rows().skip(down.from).take(down.length);
        let pixels = rows.flat_map(|row| row[across.from..across.from + across.length].iter().copied()).collect();
        Canvas { width: across.length, height: down.length, pixels }
    }

    /// Left and right change places.
    pub(super) fn mirrored(mut self) -> Canvas<P> {
        self.pixels.chunks_exact_mut(self.width.max(1)).for_each(<[P]>::reverse);
        self
    }

    /// Top and bottom change places.
    pub(super) fn flipped(mut self) -> Canvas<P> {
        for row in 0..self.height / 2 {
            let (upper, lower) = self.pixels.split_at_mut((self.height - 1 - row) * self.width);
            upper[row * self.width..(row + 1) * self.width].swap_with_slice(&mut lower[..self.width]);
        }
        self
    }

    /// Rows become columns.
    pub(super) fn transposed(self) -> Canvas<P> {
        // In squares, so that neither side strides through the whole memory.
        const SIDE: usize = 32;
        let (width, height) = (self.width, self.height);
        let mut pixels = self.pixels.clone();
        for top in (0..height).step_by(SIDE) {
            for left in (0..width).step_by(SIDE) {
                for y in top..(top + SIDE).min(height) {
                    for x in left..(left + SIDE).min(width) {
                        pixels[x * height + y] = self.pixels[y * width + x];
                    }
                }
            }
        }
        Canvas { width: height, height: width, pixels }
    }

    /// Turned by quarters, counter-clockwise.
    pub(super) fn turned(self, quarters: u8) -> Canvas<P> {
        match quarters & 3 {
            1 => self.transposed().flipped(),
            2 => self.mirrored().flipped(),
            3 => self.transposed().mirrored(),
            _ => self,
        }
    }
}

/// The common part of a line laid upon another.
struct Overlap {
    from: usize,
    to: usize,
    length: usize,
}

impl Overlap {
    /// Of a line of `length` at `offset` upon one of `room`.
    fn of(offset: i64, length: usize, room: usize) -> Overlap {
        let at = usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX);
        let (from, to) = if offset < 0 { (at, 0) } else { (0, at) };
        let length = length.saturating_sub(from).min(room.saturating_sub(to));
        if length == 0 { Overlap { from: 0, to: 0, length } } else { Overlap { from, to, length } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ```text
    /// 1 2 3
    /// 4 5 6
    /// ```
    fn six() -> Canvas<u8> {
        Canvas { width: 3, height: 2, pixels: vec![1, 2, 3, 4, 5, 6] }
    }

    #[test]
    fn turns_are_counter_clockwise_and_mirrors_are_of_the_named_sides() {
        for (canvas, width, pixels) in [
            (six().turned(0), 3, [1, 2, 3, 4, 5, 6]),
            (six().turned(1), 2, [3, 6, 2, 5, 1, 4]),
            (six().turned(2), 3, [6, 5, 4, 3, 2, 1]),
            (six().turned(3), 2, [4, 1, 5, 2, 6, 3]),
            (six().mirrored(), 3, [3, 2, 1, 6, 5, 4]),
            (six().flipped(), 3, [4, 5, 6, 1, 2, 3]),
        ] {
            assert_eq!((canvas.width, &canvas.pixels[..]), (width, &pixels[..]));
        }
    }

    #[test]
    fn what_reaches_beyond_the_canvas_is_cut_off() {
        for (x, y, left) in [
            (0, 0, [1, 2, 4, 5]),
            (1, 1, [9, 9, 9, 1]),
            (-1, -1, [5, 6, 9, 9]),
            (-2, 1, [9, 9, 3, 9]),
            (2, 0, [9; 4]),
            (i64::MIN, i64::MAX, [9; 4]),
        ] {
            let mut canvas = Canvas::filled(2, 2, 9u8);
            canvas.lay(&six(), x, y);
            assert_eq!(canvas.pixels, left, "{x} {y}");
        }
        assert_eq!(six().cropped(1, 0, 2, 1).pixels, [2, 3]);
        assert_eq!(six().cropped(-5, -5, 100, 100), six());
        assert_eq!(six().cropped(3, 0, 1, 1).pixels, []);
    }
}
