//! A JPEG in colour, by `zune-jpeg`: whole, and of a damaged one as far as it goes.
//!
//! Inks (CMYK, YCCK) are made red, green and blue without a profile. Absent on purpose: arithmetic, lossless and 12-bit coding, and any
//! judgement of integrity; the survey has made it.

use zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions};
use zune_jpeg::JpegDecoder;

use super::{Drawn, NotShown, Wanted, beginning, reduce::MISSING};
use crate::{
    picture::{Limits, guarded, jpeg::fault, rows::Rows},
    preview::of_jpeg,
};

/// Decodes and reduces a JPEG.
pub(super) fn drawn(bytes: &[u8], wanted: Wanted, limits: &Limits) -> Result<Drawn, NotShown> {
    let decoded = guarded(|| Some(decode(bytes, wanted, limits)));
    match decoded.unwrap_or_else(|| Err(NotShown::Damaged(String::new()))) {
        // The words of the survey, rather than those of a decoder.
        Err(NotShown::Damaged(_)) => {
            Err(NotShown::Damaged(fault(bytes).unwrap_or_else(|| "nothing of it can be decoded".to_owned())))
        }
        other => other,
    }
}

/// The first preview in a JPEG that decodes: where nothing else of it does, it is what is left.
pub(super) fn preview(bytes: &[u8], wanted: Wanted, limits: &Limits) -> Option<Drawn> {
    of_jpeg(bytes).find_map(|preview| drawn(preview, wanted, limits).ok())
}

fn decode(bytes: &[u8], wanted: Wanted, limits: &Limits) -> Result<Drawn, NotShown> {
    let options = DecoderOptions::default().set_strict_mode(false).set_max_width(1 << 16).set_max_height(1 << 16);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(refused)?;
    let (width, height) = decoder.dimensions().unwrap_or_default();
    let stored = decoder.input_colorspace().unwrap_or(ColorSpace::YCbCr);
    let to = if stored == ColorSpace::Luma { ColorSpace::Luma } else { ColorSpace::RGB };
    decoder.set_options(options.jpeg_set_out_colorspace(to));
    let samples = to.num_components();
    let mut reducer = beginning(width as u32, height as u32, wanted, limits)?;
    // A progressive picture is held as coefficients of 16 bits until its last scan is in.
    let progressive = decoder.info().is_some_and(|info| info.sof.is_progressive());
    let each = samples + if progressive { 2 * stored.num_components() } else { 0 };
    let taken = (width as u64 * height as u64).saturating_mul(each as u64).saturating_add(reducer.bytes());
    if taken > limits.decoded_bytes {
        return Err(super::too_large(taken, limits));
    }
    let mut pixels = vec![MISSING[0]; width * height * samples];
    if let Err(error) = decoder.decode_into(&mut pixels) {
        // What came before the damage is in its place.
        if pixels.iter().all(|&sample| sample == MISSING[0]) {
            return Err(refused(error));
        }
    }
    let profile = decoder.icc_profile();
    drop(decoder);
    for row in pixels.chunks_exact((width * samples).max(1)) {
        match samples {
            3 => reducer.take(row.as_chunks::<3>().0),
            _ => reducer.row(row.iter().map(|&gray| [gray; 3])),
        }
    }
    Drawn::of(reducer, profile)
}

fn refused(error: zune_jpeg::errors::DecodeErrors) -> NotShown {
    use zune_jpeg::errors::DecodeErrors::{LargeDimensions, Unsupported};
    match error {
        Unsupported(_) => NotShown::Beyond("a kind of JPEG that is not decoded".to_owned()),
        LargeDimensions(_) => NotShown::TooLarge("its dimensions are beyond what is decoded".to_owned()),
        other => NotShown::Damaged(other.to_string()),
    }
}
