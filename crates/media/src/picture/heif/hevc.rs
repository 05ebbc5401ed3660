//! Gray of an HEVC-coded image item: the luma of its first picture.
//!
//! In-loop filters are left out: they smooth block edges, which the means over many pixels do not show.
//! Absent on purpose: colour, but where the planes are green, blue and red.

use heifer_hevc_dec::{
    Error,
    decoder::{DecodeOptions, decode_picture},
    recon::Frame,
};

use super::{
    assemble::Refused,
    canvas::Canvas,
    tone::{Coding, Samples},
    units::HevcConfiguration,
};
use crate::picture::guarded;

/// Bytes that decoding takes for each pixel: planes of 16 bits, and what is known of each block.
pub(super) const BYTES_PER_PIXEL: u64 = 6;

/// Decodes an item. `told` is what its `colr` property says of the samples, before the stream's own word.
pub(super) fn decode(payload: &[u8], data: &[u8], told: Option<Coding>, max_pixels: u64) -> Result<Canvas, Refused> {
    let broken = |what: String| Refused::Broken(what);
    let configuration = HevcConfiguration::read(payload).ok_or_else(|| broken("its decoder configuration is cut".into()))?;
    let units = configuration.units(data).map_err(broken)?;
    let mut stream = Vec::with_capacity(data.len() + 256);
    for unit in configuration.sets.iter().chain(&units) {
        stream.extend([0, 0, 0, 1]);
        stream.extend_from_slice(unit);
    }
    let options = DecodeOptions { skip_loop_filters: true, verify_hash: false, max_pixels: max_pixels.max(1) };
    match guarded(|| Some(decode_picture(&stream, options))) {
        Some(Ok(frame)) => gray(&frame, told).ok_or_else(|| broken("no pixels".into())),
        Some(Err(Error::Unimplemented(what))) if what.contains("limit") => Err(Refused::TooLarge),
        Some(Err(Error::Unimplemented(what))) => Err(Refused::Unknown(what.to_owned())),
        Some(Err(other)) => Err(broken(other.to_string())),
        // A fault of the decoder; the structure says whether the file is whole.
        None => Err(Refused::Unknown("the decoder gave up".to_owned())),
    }
}

fn gray(frame: &Frame, told: Option<Coding>) -> Option<Canvas> {
    let coding = told.unwrap_or(Coding { matrix: frame.matrix_coeffs.into(), full_range: frame.full_range });
    let (width, height) = (frame.widths[0] as usize, frame.heights[0] as usize);
    let samples = Samples::new(coding, frame.bit_depth[0], frame.chroma_format == 3);
    let row = |plane: usize, y: usize| frame.planes[plane].get(y * width..(y + 1) * width);
    let mut pixels = Vec::with_capacity(width * height);
    for y in 0..height {
        match samples.is_rgb() {
            false => pixels.extend(row(0, y)?.iter().map(|&luma| samples.gray(luma))),
            true => {
                let (green, blue, red) = (row(0, y)?, row(1, y)?, row(2, y)?);
                pixels.extend(green.iter().zip(blue).zip(red).map(|((&g, &b), &r)| samples.gray_of_rgb(r, g, b)));
            }
        }
    }
    Some(Canvas { width, height, pixels })
}
