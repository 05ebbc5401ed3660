//! A JPEG XL decoded in full: small pictures, lossless ones, and those that are more than plain blocks.
//!
//! What decoding will cost is summed up from the headers before it begins: a few bytes can ask for hours.
//! Absent on purpose: colour management. Pictures with a profile of their own are shown in their own numbers.

use jxl_oxide::{JxlImage, PixelFormat, Render};

use crate::picture::{
    Limits,
    gray::{Reduced, Shrinker},
    rows::{Rows, Tone},
};

/// Bytes that decoding takes for each pixel: samples of 32 bits, twice.
const BYTES_PER_PIXEL: u64 = 24;
/// How often the pixels of the picture may be painted over by layers, patches and splines.
const COATS: u64 = 8;

/// Why there is no gray.
pub(super) enum Refused {
    /// It would take more memory or time than allowed.
    Costly(String),
    /// The bytes are damaged.
    Broken(String),
}

/// The gray of the first frame that shows, upright.
pub(super) fn gray(image: &JxlImage, limits: &Limits) -> Result<Reduced, Refused> {
    affordable(image, limits)?;
    let rendered = image.render_frame(0).map_err(|e| e.to_string());
    let shrinker = rendered.and_then(|render| rows(image, &render, |width, height| Ok(Shrinker::new(width, height))));
    shrinker.and_then(|shrinker| shrinker.finish().ok_or_else(|| "no pixels".to_owned())).map_err(|what| {
        match what.contains("memory") {
            true => Refused::Costly(format!("too large: {what}")),
            false => Refused::Broken(what),
        }
    })
}

/// That decoding the picture stays within the limits.
pub(super) fn affordable(image: &JxlImage, limits: &Limits) -> Result<(), Refused> {
    let header = image.image_header();
    let pixels = u64::from(header.size.width) * u64::from(header.size.height);
    if pixels > limits.decoded_bytes / BYTES_PER_PIXEL {
        return Err(Refused::Costly("too large: its pixels take more memory than the limit".to_owned()));
    }
    if cost(image).is_none_or(|cost| cost > pixels.max(1 << 20) * COATS) {
        return Err(Refused::Costly("too many layers for one picture".to_owned()));
    }
    Ok(())
}

/// Pixels that are painted for the first frame that shows; nothing when that cannot be told.
fn cost(image: &JxlImage) -> Option<u64> {
    let mut cost = 0u64;
    for index in 0..image.num_loaded_frames() {
        let frame = image.frame(index)?;
        let header = frame.header();
        cost = cost.saturating_add(u64::from(header.width) * u64::from(header.height));
        if header.flags.patches() || header.flags.splines() {
            let global = frame.try_parse_lf_global::<i32>()?.ok()?;
            for patch in global.patches.iter().flat_map(|p| &p.patches) {
                let painted = u64::from(patch.width) * u64::from(patch.height) * patch.patch_targets.len() as u64;
                cost = cost.saturating_add(painted);
            }
            for spline in global.splines.iter().flat_map(|s| &s.quant_splines) {
                // A brush of this width, squared, is set down at each step along the way.
                let width = spline.sigma_dct.iter().fold(1u64, |sum, s| sum.saturating_add(u64::from(s.unsigned_abs())));
                cost = cost.saturating_add(spline.manhattan_distance.saturating_mul(width.saturating_mul(width)));
            }
        }
        if header.is_keyframe() {
            break;
        }
    }
    Some(cost)
}

/// The rows of a picture that was decoded, for which `begin` is told width and height.
pub(super) fn rows<R: Rows>(
    image: &JxlImage,
    render: &Render,
    begin: impl FnOnce(u32, u32) -> Result<R, String>,
) -> Result<R, String> {
    let mut stream = render.stream();
    let (width, height, channels) = (stream.width(), stream.height(), stream.channels() as usize);
    let ink = matches!(image.pixel_format(), PixelFormat::Cmyk | PixelFormat::Cmyka);
    let mut row = vec![0u8; width as usize * channels];
    let mut out = begin(width, height)?;
    for _ in 0..height {
        stream.write_to_buffer(&mut row);
        let pixels = row.chunks_exact(channels.max(1));
        if ink {
            out.row(pixels.map(|pixel| R::Tone::of_ink(&opposite(pixel))));
        } else {
            out.row(pixels.map(R::Tone::of));
        }
    }
    Ok(out)
}

/// Inks of which 255 is none, as inks of which 0 is.
fn opposite(pixel: &[u8]) -> [u8; 4] {
    std::array::from_fn(|i| 255 - pixel.get(i).copied().unwrap_or(255))
}
