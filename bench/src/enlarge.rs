//! Enlarging: a photograph of 12 megapixels out of a small one, as sharp, grainy and large in bytes as a camera's.
//!
//! An enlargement alone is smooth and encodes to almost nothing. Texture of the photograph's own at pixel scale is laid
//! where it was busy, and grain everywhere, both as strong as it takes to reach the wanted size in bytes: so the bits lie
//! where a camera's lie. Absent on purpose: any colour management, and orientation (EXIF keeps telling it).

use anyhow::Result;
use fast_image_resize::{
    FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer,
    images::{Image, ImageRef},
};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use crate::random::Random;

const LONG: usize = 4032;
const SHORT: usize = 3024;

/// A decoded picture, three bytes a pixel.
pub struct Rgb {
    pub width: usize,
    pub height: usize,
    pub pixels: Vec<u8>,
}

/// How one photograph is made of another.
pub struct Recipe {
    pub seed: u64,
    /// Share of the picture that is kept, and where it lies: 0 … 1 each.
    pub crop: (f32, f32, f32),
    pub mirrored: bool,
    pub quality: u8,
    pub bytes: usize,
}

/// What is laid over the enlargement, by rows.
struct Overlay {
    /// Texture at pixel scale, tiled by mirroring: what the photograph's pixels differ by from their neighbours' mean.
    texture: Vec<f32>,
    texture_size: (usize, usize),
    /// How busy the photograph is there, 0 … 255.
    busy: Vec<u8>,
}

/// Makes and encodes it.
pub fn enlarge(photo: &Rgb, recipe: &Recipe) -> Result<Vec<u8>> {
    let (width, height) = if photo.width >= photo.height { (LONG, SHORT) } else { (SHORT, LONG) };
    let part = cropped(photo, recipe, width, height);
    let smooth =
        Rgb { width, height, pixels: resized(&part.pixels, (part.width, part.height), (width, height), PixelType::U8x3)? };
    let overlay = overlay(&part, (width, height))?;
    let quality = recipe.quality;

    // The size is sought on a quarter of the rows; a band is a whole number of 4:2:0 blocks.
    let bands: Vec<usize> = (0..height).filter(|y| y / 48 % 4 == 1).collect();
    let (mut low, mut high) = (0.0f32, 24.0f32);
    for _ in 0..6 {
        let middle = (low + high) / 2.0;
        let drawn = laid_over(&smooth, &overlay, middle, recipe.seed, bands.iter().copied());
        let estimated = encoded(&drawn, width, bands.len(), quality)?.len() * height / bands.len();
        if estimated < recipe.bytes { low = middle } else { high = middle }
    }
    let drawn = laid_over(&smooth, &overlay, (low + high) / 2.0, recipe.seed, 0..height);
    encoded(&drawn, width, height, quality)
}

fn encoded(pixels: &[u8], width: usize, height: usize, quality: u8) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, quality);
    encoder.set_sampling_factor(SamplingFactor::R_4_2_0);
    encoder.encode(pixels, width as u16, height as u16, ColorType::Rgb)?;
    Ok(out)
}

/// The largest part of the target's shape, made smaller and moved as the recipe says.
fn cropped(photo: &Rgb, recipe: &Recipe, width: usize, height: usize) -> Rgb {
    let fit = (photo.width as f32 / width as f32).min(photo.height as f32 / height as f32) * recipe.crop.0;
    let size = |of: usize, most: usize| ((of as f32 * fit) as usize).clamp(1, most);
    let (w, h) = (size(width, photo.width), size(height, photo.height));
    let left = ((photo.width - w) as f32 * recipe.crop.1) as usize;
    let top = ((photo.height - h) as f32 * recipe.crop.2) as usize;
    let mut pixels = Vec::with_capacity(w * h * 3);
    for row in photo.pixels.chunks_exact(photo.width * 3).skip(top).take(h) {
        let row = row[left * 3..(left + w) * 3].chunks_exact(3);
        if recipe.mirrored {
            row.rev().for_each(|p| pixels.extend_from_slice(p))
        } else {
            row.for_each(|p| pixels.extend_from_slice(p))
        }
    }
    Rgb { width: w, height: h, pixels }
}

fn resized(pixels: &[u8], from: (usize, usize), to: (usize, usize), kind: PixelType) -> Result<Vec<u8>> {
    let source = ImageRef::new(from.0 as u32, from.1 as u32, pixels, kind)?;
    let mut target = Image::new(to.0 as u32, to.1 as u32, kind);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom));
    Resizer::new().resize(&source, &mut target, &options)?;
    Ok(target.into_vec())
}

fn overlay(part: &Rgb, to: (usize, usize)) -> Result<Overlay> {
    let (w, h) = (part.width, part.height);
    let luma: Vec<f32> = part
        .pixels
        .chunks_exact(3)
        .map(|p| 0.299 * f32::from(p[0]) + 0.587 * f32::from(p[1]) + 0.114 * f32::from(p[2]))
        .collect();
    let at = |x: usize, y: usize| luma[y.min(h - 1) * w + x.min(w - 1)];
    let texture: Vec<f32> = (0..w * h)
        .map(|i| {
            let (x, y) = (i % w, i / w);
            let around = at(x.saturating_sub(1), y) + at(x + 1, y) + at(x, y.saturating_sub(1)) + at(x, y + 1);
            at(x, y) - around / 4.0
        })
        .collect();
    let busy: Vec<u8> = texture.iter().map(|t| (t.abs() * 12.0).min(255.0) as u8).collect();
    // Down and up again: busy is a matter of neighbourhoods.
    let coarse = ((w / 8).max(1), (h / 8).max(1));
    let coarse_busy = resized(&busy, (w, h), coarse, PixelType::U8)?;
    Ok(Overlay { texture, texture_size: (w, h), busy: resized(&coarse_busy, coarse, to, PixelType::U8)? })
}

fn laid_over(smooth: &Rgb, overlay: &Overlay, strength: f32, seed: u64, rows: impl Iterator<Item = usize>) -> Vec<u8> {
    let (w, h) = overlay.texture_size;
    let mirrored = |i: usize, n: usize| if i / n % 2 == 0 { i % n } else { n - 1 - i % n };
    let mut random = Random::seeded(seed);
    let mut out = Vec::new();
    for y in rows {
        let texture = &overlay.texture[mirrored(y, h) * w..][..w];
        let busy = &overlay.busy[y * smooth.width..][..smooth.width];
        let row = &smooth.pixels[y * smooth.width * 3..][..smooth.width * 3];
        let (mut last, mut hue) = (0.0, 0.0);
        for (x, pixel) in row.chunks_exact(3).enumerate() {
            let fresh = random.grain();
            // A sensor's grain is spread over neighbours by demosaicing, and grows with the root of the light.
            let grain = (0.8 * fresh + 0.6 * last) * (0.4 + 0.06 * f32::from(pixel[1]).sqrt());
            last = fresh;
            hue = 0.85 * hue + 0.15 * fresh;
            let wave = texture[mirrored(x, w)] * f32::from(busy[x]) / 64.0 * 0.25;
            let light = strength * (grain + wave.clamp(-12.0, 12.0));
            for (channel, tint) in pixel.iter().zip([hue, 0.0, -hue]) {
                out.push((f32::from(*channel) + light + strength * tint).clamp(0.0, 255.0) as u8);
            }
        }
    }
    out
}
