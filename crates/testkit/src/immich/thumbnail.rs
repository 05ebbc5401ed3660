//! The small upright pictures that the server makes of an original: 250 pixels on the shorter side, or 1440 for a preview.
//!
//! Drawn as Immich has them drawn: turned upright first, then scaled with a Lanczos kernel so that the shorter side is as long as it shall
//! be (`fit: outside`), never enlarged. They are JPEG files here; the server's own are WebP for thumbnails unless it is told otherwise.

use lightproof_darkroom::{canvas::Canvas, jpeg};

/// Pixels on the shorter side of a thumbnail.
pub const THUMBNAIL: u32 = 250;

/// Pixels on the shorter side of a preview.
pub const PREVIEW: u32 = 1440;

/// Quality of both, as the server has it by default.
const QUALITY: u8 = 80;

/// The thumbnail of pixels in RGB, three bytes each, row by row, as they lie in a file with this orientation (Exif, 1 to 8).
///
/// # Panics
/// When there are not as many pixels as was said.
#[must_use]
pub fn thumbnail(rgb: &[u8], width: u32, height: u32, orientation: u8) -> Vec<u8> {
    small(rgb, (width, height), orientation, THUMBNAIL)
}

/// The preview, likewise.
///
/// # Panics
/// When there are not as many pixels as was said.
#[must_use]
pub fn preview(rgb: &[u8], width: u32, height: u32, orientation: u8) -> Vec<u8> {
    small(rgb, (width, height), orientation, PREVIEW)
}

/// The thumbnail of a canvas.
#[must_use]
pub fn of_canvas(canvas: &Canvas) -> Vec<u8> {
    thumbnail(canvas.rgb(), canvas.width(), canvas.height(), 1)
}

fn small(rgb: &[u8], (width, height): (u32, u32), orientation: u8, shorter: u32) -> Vec<u8> {
    assert!(width > 0 && height > 0, "a picture has pixels");
    assert_eq!(rgb.len(), width as usize * height as usize * 3, "three bytes to a pixel");
    let scale = (f64::from(shorter) / f64::from(width.min(height))).min(1.0);
    let side = |length: u32| ((f64::from(length) * scale).round() as usize).max(1);
    // Turned when it is small: that is the same picture, and holds no second copy of a large one.
    let rows =
        rgb.chunks_exact(width as usize * 3).map(|row| row.chunks_exact(3).map(|p| [p[0], p[1], p[2]].map(f32::from)).collect());
    let narrow = resized_across(rows, width as usize, side(width));
    let turned = narrow.transposed();
    let rows = turned.pixels.chunks_exact(turned.width).map(<[Pixel]>::to_vec);
    let small = resized_across(rows, height as usize, side(height)).transposed().upright(orientation);
    let mut canvas = Canvas::black(small.width as u32, small.height as u32);
    canvas.fill(|x, y| small.pixels[y * small.width + x].map(f32::round));
    jpeg::encoded(&canvas, QUALITY)
}

type Pixel = [f32; 3];

struct Planes {
    width: usize,
    height: usize,
    pixels: Vec<Pixel>,
}

/// With as many columns: Lanczos with three lobes, as wide as the pixels that come together.
fn resized_across(rows: impl Iterator<Item = Vec<Pixel>>, old: usize, width: usize) -> Planes {
    let scale = old as f32 / width as f32;
    let weights: Vec<(usize, Vec<f32>)> = (0..width).map(|x| weights(x, scale, old)).collect();
    let mut pixels = Vec::new();
    for row in rows {
        if width == old {
            pixels.extend(row);
            continue;
        }
        pixels.extend(weights.iter().map(|(from, weights)| {
            let mut sum = [0.0; 3];
            for (pixel, weight) in row[*from..].iter().zip(weights) {
                (0..3).for_each(|channel| sum[channel] += pixel[channel] * weight);
            }
            sum.map(|value| value.clamp(0.0, 255.0))
        }));
    }
    Planes { width, height: pixels.len() / width, pixels }
}

impl Planes {
    fn transposed(&self) -> Planes {
        let pixels = (0..self.width).flat_map(|x| (0..self.height).map(move |y| self.pixels[y * self.width + x])).collect();
        Planes { width: self.height, height: self.width, pixels }
    }

    fn mirrored(mut self) -> Planes {
        self.pixels.chunks_exact_mut(self.width).for_each(<[Pixel]>::reverse);
        self
    }

    fn upside_down(mut self) -> Planes {
        self.pixels.reverse();
        self.mirrored()
    }

    /// As it shall be seen (Exif 2.32, tag Orientation).
    fn upright(self, orientation: u8) -> Planes {
        match orientation {
            2 => self.mirrored(),
            3 => self.mirrored().upside_down(),
            4 => self.upside_down(),
            5 => self.transposed(),
            6 => self.transposed().mirrored(),
            7 => self.transposed().mirrored().upside_down(),
            8 => self.transposed().upside_down(),
            _ => self,
        }
    }
}

/// From which pixel on, and how much of each, comes into the pixel at `x`.
fn weights(x: usize, scale: f32, of: usize) -> (usize, Vec<f32>) {
    let centre = (x as f32 + 0.5) * scale;
    let from = (centre - 3.0 * scale).max(0.0) as usize;
    let to = ((centre + 3.0 * scale).ceil() as usize).min(of);
    let weight = |at: usize| {
        let far = (at as f32 + 0.5 - centre) / scale * std::f32::consts::PI;
        if far.abs() < 1e-6 { 1.0 } else { 3.0 * far.sin() * (far / 3.0).sin() / (far * far) }
    };
    let weights: Vec<f32> = (from..to).map(weight).collect();
    let sum: f32 = weights.iter().sum();
    (from, weights.into_iter().map(|w| w / sum).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(jpeg: &[u8]) -> (u16, u16) {
        let at = jpeg.windows(2).position(|two| two == [0xFF, 0xC0]).unwrap();
        let word = |at: usize| u16::from_be_bytes([jpeg[at], jpeg[at + 1]]);
        (word(at + 7), word(at + 5))
    }

    #[test]
    fn the_shorter_side_is_250_pixels_long_and_nothing_is_enlarged() {
        for (width, height, orientation, small) in [
            (2400, 1600, 1, (375, 250)),
            (2400, 1600, 6, (250, 375)),
            (1000, 1000, 3, (250, 250)),
            (4000, 400, 1, (2500, 250)),
            (200, 300, 1, (200, 300)),
            (200, 300, 8, (300, 200)),
            (1, 1, 1, (1, 1)),
        ] {
            let rgb = vec![99; width * height * 3];
            let jpeg = thumbnail(&rgb, width as u32, height as u32, orientation);
            assert_eq!(size(&jpeg), small, "{width}x{height} {orientation}");
        }
    }

    #[test]
    fn every_orientation_shows_the_same_picture_upright() {
        // Three corners of an upright picture of 2 to 3: which lie where in the file is Exif's table.
        let upright = Planes { width: 2, height: 3, pixels: (0..6).map(|n| [n as f32; 3]).collect() };
        let numbers = |planes: &Planes| -> Vec<u8> { planes.pixels.iter().map(|p| p[0] as u8).collect() };
        for (orientation, width, lies) in [
            (1, 2, [0, 1, 2, 3, 4, 5]),
            (2, 2, [1, 0, 3, 2, 5, 4]),
            (3, 2, [5, 4, 3, 2, 1, 0]),
            (4, 2, [4, 5, 2, 3, 0, 1]),
            (5, 3, [0, 2, 4, 1, 3, 5]),
            (6, 3, [1, 3, 5, 0, 2, 4]),
            (7, 3, [5, 3, 1, 4, 2, 0]),
            (8, 3, [4, 2, 0, 5, 3, 1]),
        ] {
            let pixels = lies.iter().map(|&n| [f32::from(n as u8); 3]).collect();
            let seen = Planes { width, height: 6 / width, pixels }.upright(orientation);
            assert_eq!((seen.width, numbers(&seen)), (2, numbers(&upright)), "{orientation}");
        }
    }

    #[test]
    fn an_even_picture_stays_even_and_a_gradient_stays_one() {
        let gradient: Vec<Pixel> = (0..1000).map(|n| [n as f32 / 4.0, 77.0, 0.0]).collect();
        let small = resized_across([gradient].into_iter(), 1000, 100);
        for (at, [red, green, _]) in small.pixels.iter().enumerate() {
            assert!((green - 77.0).abs() < 0.01, "{at} {green}");
            assert!(
                (5..95).contains(&at).then_some(*red).is_none_or(|red| (red - (at as f32 * 2.5 + 1.125)).abs() < 0.1),
                "{at} {red}"
            );
        }
    }
}
