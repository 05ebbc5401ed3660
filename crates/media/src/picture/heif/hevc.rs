//! Pixels of an HEVC-coded image item, of its first picture: gray from luma alone, or in colour.
//!
//! Absent on purpose: layers and further pictures.

use heifer_hevc_dec::{
    Error,
    decoder::{DecodeOptions, decode_picture},
    recon::Frame,
};

use super::{
    assemble::{Refused, Smooth},
    canvas::{Canvas, Pixel},
    colour::{Mixer, Sampling},
    tone::{Coding, Samples},
    units::HevcConfiguration,
};
use crate::picture::{guarded, rows::Rgb};

/// Bytes that decoding takes for each pixel: planes of 16 bits, and what is known of each block.
pub(super) const BYTES_PER_PIXEL: u64 = 6;

/// Decodes an item. `told` is what its `colr` property says of the samples, before the stream's own word.
pub(super) fn decode<P: Pixel>(
    payload: &[u8],
    data: &[u8],
    told: Option<Coding>,
    max_pixels: u64,
    smooth: Smooth,
) -> Result<Canvas<P>, Refused> {
    let broken = |what: String| Refused::Broken(what);
    let configuration = HevcConfiguration::read(payload).ok_or_else(|| broken("its decoder configuration is cut".into()))?;
    let units = configuration.units(data).map_err(broken)?;
    let mut stream = Vec::with_capacity(data.len() + 256);
    for unit in configuration.sets.iter().chain(&units) {
        stream.extend([0, 0, 0, 1]);
        stream.extend_from_slice(unit);
    }
    let options = DecodeOptions { skip_loop_filters: smooth == Smooth::No, verify_hash: false, max_pixels: max_pixels.max(1) };
    match guarded(|| Some(decode_picture(&stream, options))) {
        Some(Ok(frame)) => P::of_hevc(&frame, told).ok_or_else(|| broken("no pixels".into())),
        Some(Err(Error::Unimplemented(what))) if what.contains("limit") => Err(Refused::TooLarge),
        Some(Err(Error::Unimplemented(what))) => Err(Refused::Unknown(what.to_owned())),
        Some(Err(other)) => Err(broken(other.to_string())),
        // A fault of the decoder; the structure says whether the file is whole.
        None => Err(Refused::Unknown("the decoder gave up".to_owned())),
    }
}

fn coding(frame: &Frame, told: Option<Coding>) -> Coding {
    told.unwrap_or(Coding { matrix: frame.matrix_coeffs.into(), full_range: frame.full_range })
}

/// The gray of a decoded picture.
pub(super) fn gray(frame: &Frame, told: Option<Coding>) -> Option<Canvas<u8>> {
    let coding = coding(frame, told);
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

/// The colours of a decoded picture.
pub(super) fn colours(frame: &Frame, told: Option<Coding>) -> Option<Canvas<Rgb>> {
    let (width, height) = (frame.widths[0] as usize, frame.heights[0] as usize);
    let sampling = Sampling {
        depths: frame.bit_depth,
        colours: frame.chroma_format > 0 && !frame.planes[2].is_empty(),
        halved_across: matches!(frame.chroma_format, 1 | 2),
        halved_down: frame.chroma_format == 1,
    };
    let mixer = Mixer::new(coding(frame, told), sampling);
    let row = |plane: usize, y: usize| {
        let across = frame.widths[plane] as usize;
        let y = if plane > 0 && sampling.halved_down { y / 2 } else { y };
        let last = (frame.heights[plane] as usize).checked_sub(1)?;
        let y = y.min(last);
        frame.planes[plane].get(y * across..(y + 1) * across)
    };
    let mut pixels = Vec::with_capacity(width * height);
    for y in 0..height {
        let beside = if sampling.colours { [row(1, y)?, row(2, y)?] } else { [&[][..]; 2] };
        mixer.row([row(0, y)?, beside[0], beside[1]], sampling.halved_across, &mut pixels);
        // Where an odd width left its last colour sample out.
        pixels.resize((y + 1) * width, [MISSING; 3]);
    }
    Some(Canvas { width, height, pixels })
}

/// Shown where there is no sample.
const MISSING: u8 = 128;
