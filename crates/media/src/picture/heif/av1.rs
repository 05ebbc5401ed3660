//! Gray of an AV1-coded image item: the luma of its first shown picture.
//!
//! In-loop filters and film grain are left out: they smooth or roughen what the means over many pixels do not show.
//! A panic of the decoder is caught, and so is one while it is taken down. Absent on purpose: colour, but where the
//! planes are green, blue and red; and layers, of which the decoder shows the finest.

use rusty_av1d::{Decoder, InloopFilterType, Picture, PixelLayout, PlanarImageComponent as Plane, Rav1dError, Settings, pixel};

use super::{
    assemble::Refused,
    canvas::Canvas,
    tone::{Coding, Samples},
};
use crate::picture::guarded;

/// Bytes that decoding takes for each pixel: planes of up to 16 bits, and what is known of each block.
pub(super) const BYTES_PER_PIXEL: u64 = 8;

/// Hidden pictures before the first that is shown.
const ROUNDS: usize = 64;

/// Decodes an item; `units` are the OBUs of its configuration.
pub(super) fn decode(units: &[u8], data: &[u8], told: Option<Coding>, max_pixels: u64) -> Result<Canvas, Refused> {
    let broken = |what: &str| Refused::Broken(what.to_owned());
    let mut settings = Settings::new();
    settings.set_n_threads(1);
    settings.set_max_frame_delay(1);
    settings.set_apply_grain(false);
    settings.set_inloop_filters(InloopFilterType::empty());
    settings.set_frame_size_limit(u32::try_from(max_pixels).unwrap_or(u32::MAX).max(1));
    let Some(mut decoder) = guarded(|| Decoder::with_settings(&settings).ok()) else {
        return Err(broken("no decoder"));
    };
    let shown = guarded(|| Some(first_picture(&mut decoder, units, data)));
    let canvas = match shown {
        Some(Ok(picture)) => guarded(|| gray(&picture, told)).ok_or_else(|| broken("no pixels")),
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

fn gray(picture: &Picture, told: Option<Coding>) -> Option<Canvas> {
    let coding = told.unwrap_or(Coding {
        matrix: if picture.matrix_coefficients() == pixel::MatrixCoefficients::Identity { 0 } else { 6 },
        full_range: picture.color_range() == pixel::YUVRange::Full,
    });
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
