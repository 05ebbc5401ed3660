//! Pixels of an AV1-coded image item, of its first shown picture: gray from luma alone, or in colour.
//!
//! Film grain is left out: it roughens what a reduced picture does not show. A panic of the decoder is caught, and so is one while it
//! is taken down. Absent on purpose: layers, of which the decoder shows the finest.

use rusty_av1d::{Decoder, InloopFilterType, Picture, PixelLayout, PlanarImageComponent as Plane, Rav1dError, Settings, pixel};

use super::{
    assemble::{Refused, Smooth},
    canvas::{Canvas, Pixel},
    colour::{Mixer, Sampling},
    tone::{Coding, Samples},
};
use crate::picture::{guarded, rows::Rgb};

/// Bytes that decoding takes for each pixel: planes of up to 16 bits, and what is known of each block.
pub(super) const BYTES_PER_PIXEL: u64 = 8;

/// Hidden pictures before the first that is shown.
const ROUNDS: usize = 64;

/// Decodes an item; `units` are the OBUs of its configuration.
pub(super) fn decode<P: Pixel>(
    units: &[u8],
    data: &[u8],
    told: Option<Coding>,
    max_pixels: u64,
    smooth: Smooth,
) -> Result<Canvas<P>, Refused> {
    let broken = |what: &str| Refused::Broken(what.to_owned());
    let mut settings = Settings::new();
    settings.set_n_threads(1);
    settings.set_max_frame_delay(1);
    settings.set_apply_grain(false);
    let filters = if smooth == Smooth::Yes { InloopFilterType::all() } else { InloopFilterType::empty() };
    settings.set_inloop_filters(filters);
    settings.set_frame_size_limit(u32::try_from(max_pixels).unwrap_or(u32::MAX).max(1));
    let Some(mut decoder) = guarded(|| Decoder::with_settings(&settings).ok()) else {
        return Err(broken("no decoder"));
    };
    let shown = guarded(|| Some(first_picture(&mut decoder, units, data)));
    let canvas = match shown {
        Some(Ok(picture)) => guarded(|| P::of_av1(&picture, told)).ok_or_else(|| broken("no pixels")),
        Some(Err(Rav1dError::OutOfRange)) => Err(Refused::TooLarge),
        Some(Err(Rav1dError::UnsupportedBitstream)) => Err(Refused::Unknown("an AV1 profile".to_owned())),
        Some(Err(other)) => Err(Refused::Broken(other.to_string())),
        // A fault of the decoder; the structure says whether the file is whole.
        None => Err(Refused::Unknown("the decoder gave up".to_owned())),
    };
    // Not left to the end of this function: what is taken down after a panic may panic once more.
    let _ = guarded(move || {
        drop(decoder);
        Some(())
    });
    canvas
}

fn first_picture(decoder: &mut Decoder, units: &[u8], data: &[u8]) -> Result<Picture, Rav1dError> {
    for part in [units, data] {
        // The decoder does not take nothing for an answer.
        if part.is_empty() {
            continue;
        }
        let mut sent = decoder.send_data(part.into(), None, None, None);
        for _ in 0..ROUNDS {
            match decoder.get_picture() {
                Err(Rav1dError::TryAgain) => {}
                shown => return shown,
            }
            match sent {
                Err(Rav1dError::TryAgain) => sent = decoder.send_pending_data(),
                Err(other) => return Err(other),
                Ok(()) => break,
            }
        }
    }
    Err(Rav1dError::InvalidArgument)
}

fn coding(picture: &Picture, told: Option<Coding>) -> Coding {
    use pixel::MatrixCoefficients as Matrix;
    let matrix = match picture.matrix_coefficients() {
        Matrix::Identity => 0,
        Matrix::BT709 => 1,
        Matrix::YCgCo => 8,
        Matrix::BT2020NonConstantLuminance | Matrix::BT2020ConstantLuminance => 9,
        _ => 6,
    };
    told.unwrap_or(Coding { matrix, full_range: picture.color_range() == pixel::YUVRange::Full })
}

/// The gray of a decoded picture.
pub(super) fn gray(picture: &Picture, told: Option<Coding>) -> Option<Canvas<u8>> {
    let coding = coding(picture, told);
    let depth = u8::try_from(picture.bit_depth()).ok()?;
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let samples = Samples::new(coding, depth, picture.pixel_layout() == PixelLayout::I444);
    let wide = if depth > 8 { 2 } else { 1 };
    let row = |plane: Plane, y: usize| {
        let start = picture.stride(plane) as usize * y;
        picture.plane(plane).get(start..start + width * wide)
    };
    let sample = |bytes: &[u8]| match *bytes {
        [low, high] => u16::from_le_bytes([low, high]),
        [one] => one.into(),
        _ => 0,
    };
    let mut pixels = Vec::with_capacity(width * height);
    for y in 0..height {
        let first = row(Plane::Y, y)?.chunks_exact(wide);
        if samples.is_rgb() {
            let (blue, red) = (row(Plane::U, y)?.chunks_exact(wide), row(Plane::V, y)?.chunks_exact(wide));
            let colours = first.zip(blue).zip(red);
            pixels.extend(colours.map(|((g, b), r)| samples.gray_of_rgb(sample(r), sample(g), sample(b))));
        } else {
            pixels.extend(first.map(|luma| samples.gray(sample(luma))));
        }
    }
    Some(Canvas { width, height, pixels })
}

/// The colours of a decoded picture.
pub(super) fn colours(picture: &Picture, told: Option<Coding>) -> Option<Canvas<Rgb>> {
    let depth = u8::try_from(picture.bit_depth()).ok()?;
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let layout = picture.pixel_layout();
    let sampling = Sampling {
        depths: [depth; 2],
        colours: layout != PixelLayout::I400,
        halved_across: matches!(layout, PixelLayout::I420 | PixelLayout::I422),
        halved_down: layout == PixelLayout::I420,
    };
    let mixer = Mixer::new(coding(picture, told), sampling);
    let wide = if depth > 8 { 2 } else { 1 };
    let planes = [picture.plane(Plane::Y), picture.plane(Plane::U), picture.plane(Plane::V)];
    let strides = [Plane::Y, Plane::U, Plane::V].map(|plane| picture.stride(plane) as usize);
    let mut rows: [Vec<u16>; 3] = Default::default();
    let fill = |plane: usize, y: usize, rows: &mut [Vec<u16>; 3]| {
        let across = if plane > 0 && sampling.halved_across { width.div_ceil(2) } else { width };
        let start = strides[plane] * if plane > 0 && sampling.halved_down { y / 2 } else { y };
        let bytes = planes[plane].get(start..start + across * wide)?;
        rows[plane].clear();
        match wide {
            2 => rows[plane].extend(bytes.as_chunks::<2>().0.iter().map(|&sample| u16::from_le_bytes(sample))),
            _ => rows[plane].extend(bytes.iter().map(|&sample| u16::from(sample))),
        }
        Some(())
    };
    let mut pixels = Vec::with_capacity(width * height);
    for y in 0..height {
        for plane in 0..if sampling.colours { 3 } else { 1 } {
            fill(plane, y, &mut rows)?;
        }
        mixer.row([&rows[0], &rows[1], &rows[2]], sampling.halved_across, &mut pixels);
    }
    Some(Canvas { width, height, pixels })
}
