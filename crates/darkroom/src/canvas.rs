//! A canvas: pixels in memory, and what is done to finished pictures: resized, turned, cropped, bordered.

/// Red, green and blue, 0 to 255 each.
pub type Colour = [f32; 3];

/// A picture of 8-bit RGB pixels, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Canvas {
    width: usize,
    height: usize,
    rgb: Vec<u8>,
}

impl Canvas {
    /// A black canvas of at least 1×1 and at most 65,535×65,535 pixels, as a JPEG can hold.
    #[must_use]
    pub fn black(width: u32, height: u32) -> Self {
        let (width, height) = (width.clamp(1, 65535) as usize, height.clamp(1, 65535) as usize);
        Self { width, height, rgb: vec![0; width * height * 3] }
    }

    /// Pixels in a row.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.width as u32
    }

    /// Rows.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.height as u32
    }

    /// All pixels, three bytes each.
    #[must_use]
    pub fn rgb(&self) -> &[u8] {
        &self.rgb
    }

    /// Sets every pixel from its column and row.
    pub fn fill(&mut self, mut colour: impl FnMut(usize, usize) -> Colour) {
        for (y, row) in self.rgb.chunks_exact_mut(self.width * 3).enumerate() {
            for (x, pixel) in row.chunks_exact_mut(3).enumerate() {
                // Written out: `array::map` is a call for every pixel.
                let [red, green, blue] = colour(x, y);
                pixel[0] = red.clamp(0.0, 255.0) as u8;
                pixel[1] = green.clamp(0.0, 255.0) as u8;
                pixel[2] = blue.clamp(0.0, 255.0) as u8;
            }
        }
    }

    /// Paints over a part given in shares of the picture (`0.0..1.0`): `paint` says what and how opaque, for each
    /// pixel of it, by its place in shares.
    pub fn paint(&mut self, across: [f32; 2], down: [f32; 2], mut paint: impl FnMut(f32, f32) -> (Colour, f32)) {
        let pixels = |range: [f32; 2], len: usize| {
            let end = |share: f32| (share.clamp(0.0, 1.0) * len as f32).round() as usize;
            end(range[0])..end(range[1])
        };
        let (columns, rows) = (pixels(across, self.width), pixels(down, self.height));
        for y in rows {
            let v = (y as f32 + 0.5) / self.height as f32;
            for x in columns.clone() {
                let (colour, opacity) = paint((x as f32 + 0.5) / self.width as f32, v);
                if opacity > 0.0 {
                    let at = (y * self.width + x) * 3;
                    for (old, new) in self.rgb[at..at + 3].iter_mut().zip(colour) {
                        *old = (f32::from(*old) + (new - f32::from(*old)) * opacity.min(1.0)).clamp(0.0, 255.0) as u8;
                    }
                }
            }
        }
    }

    /// The picture in another size, each pixel the mean of the area that it covers (nearest pixel when enlarged).
    #[must_use]
    pub fn resized(&self, width: u32, height: u32) -> Self {
        let mut small = Self::black(width, height);
        let (w, h) = (small.width, small.height);
        let span = |i: usize, new: usize, old: usize| {
            let start = i * old / new;
            start..((i + 1) * old / new).max(start + 1)
        };
        small.fill(|x, y| {
            let (columns, rows) = (span(x, w, self.width), span(y, h, self.height));
            let mut sum = [0.0; 3];
            for row in rows.clone() {
                for pixel in self.rgb[(row * self.width + columns.start) * 3..][..columns.len() * 3].chunks_exact(3) {
                    sum.iter_mut().zip(pixel).for_each(|(s, &p)| *s += f32::from(p));
                }
            }
            sum.map(|s| s / (columns.len() * rows.len()) as f32 + 0.5)
        });
        small
    }

    /// Turned clockwise by a quarter.
    #[must_use]
    pub fn turned(&self) -> Self {
        let mut turned = Self::black(self.height(), self.width());
        turned.fill(|x, y| self.at(y, self.height - 1 - x));
        turned
    }

    /// Left and right exchanged.
    #[must_use]
    pub fn mirrored(&self) -> Self {
        let mut mirrored = self.clone();
        mirrored.fill(|x, y| self.at(self.width - 1 - x, y));
        mirrored
    }

    /// The middle of it: this share of each side, 0 to 1.
    #[must_use]
    pub fn cropped(&self, share: f32) -> Self {
        let kept = |len: usize| ((len as f32 * share.clamp(0.0, 1.0)) as usize).clamp(1, len);
        let (w, h) = (kept(self.width), kept(self.height));
        let (left, top) = ((self.width - w) / 2, (self.height - h) / 2);
        let mut cropped = Self::black(w as u32, h as u32);
        cropped.fill(|x, y| self.at(left + x, top + y));
        cropped
    }

    /// With a white border of so many pixels around it.
    #[must_use]
    pub fn bordered(&self, border: u32) -> Self {
        let border = border as usize;
        let mut bordered = Self::black((self.width + 2 * border) as u32, (self.height + 2 * border) as u32);
        bordered.fill(|x, y| match (x.checked_sub(border), y.checked_sub(border)) {
            (Some(x), Some(y)) if x < self.width && y < self.height => self.at(x, y),
            _ => [255.0; 3],
        });
        bordered
    }

    /// Lighter by so many of 255 steps; darker when negative.
    #[must_use]
    pub fn lightened(&self, steps: i16) -> Self {
        let mut lighter = self.clone();
        lighter.fill(|x, y| self.at(x, y).map(|c| c + f32::from(steps)));
        lighter
    }

    fn at(&self, x: usize, y: usize) -> Colour {
        let at = (y * self.width + x) * 3;
        [f32::from(self.rgb[at]), f32::from(self.rgb[at + 1]), f32::from(self.rgb[at + 2])]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gradient() -> Canvas {
        let mut canvas = Canvas::black(12, 8);
        canvas.fill(|x, y| [x as f32 * 10.0, y as f32 * 10.0, 0.0]);
        canvas
    }

    #[test]
    fn four_quarter_turns_and_two_mirrorings_change_nothing() {
        let picture = gradient();
        assert_ne!(picture.turned(), picture);
        assert_eq!(picture.turned().turned().turned().turned(), picture);
        assert_ne!(picture.mirrored(), picture);
        assert_eq!(picture.mirrored().mirrored(), picture);
    }

    #[test]
    fn a_border_is_what_cropping_takes_off() {
        let picture = gradient();
        let bordered = picture.bordered(6);
        assert_eq!((bordered.width(), bordered.height()), (24, 20));
        assert_eq!(bordered.at(5, 10), [255.0; 3]);
        assert_eq!(bordered.at(6, 6), picture.at(0, 0));
    }

    #[test]
    fn resizing_keeps_the_mean() {
        let mean = |c: &Canvas| c.rgb().iter().map(|&b| u64::from(b)).sum::<u64>() as f64 / c.rgb().len() as f64;
        let picture = gradient();
        assert!((mean(&picture.resized(6, 4)) - mean(&picture)).abs() < 1.0);
        assert_eq!(picture.resized(12, 8), picture);
    }
}
