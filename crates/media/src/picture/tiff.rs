//! TIFF: gray of the first directory's picture, digest of the strips and tiles of all directories.
//!
//! The digest reads TIFF-shaped raw files too (DNG, NEF, CR2, ARW, PEF, ORF, RW2 and their kin), whose pixels are not
//! decoded. Absent on purpose: raw decoding, pages behind the first as pictures.

mod directories;

use std::io::Cursor;

use lightproof_model::{digest::ImageDigest, probe::Dimensions};
use tiff::{
    ColorType,
    decoder::{Decoder, DecodingResult, Limits as TiffLimits},
    tags::Tag,
};

use super::{
    Limits, Look, NoGray,
    gray::{Reduced, Shrinker, gray_of},
    guarded,
};

/// Looks at a TIFF.
pub(super) fn look(bytes: &[u8], limits: &Limits) -> Look {
    let mut look = Look { digest: digest(bytes), ..Look::default() };
    match guarded(|| Some(decode(bytes, limits))) {
        Some(Ok((dimensions, gray))) => (look.dimensions, look.gray, look.share) = (Some(dimensions), gray, 1.0),
        Some(Err(Refused::Broken(fault))) => {
            look.faults.push(fault);
            // Too little to look at, and yet not nothing.
            look.share = if guarded(|| first_piece(bytes)).is_some() { 0.01 } else { 0.0 };
        }
        Some(Err(Refused::Unknown(why))) => {
            (look.gray, look.share, look.checked) = (Err(NoGray::new(why)), 1.0, false);
        }
        None => look.faults.push("the decoder gave up".to_owned()),
    }
    look
}

/// Digest of all that the directories of a TIFF or a TIFF-shaped raw file point to.
pub(super) fn digest(bytes: &[u8]) -> Option<ImageDigest> {
    directories::digest(bytes)
}

/// Why there are no pixels.
enum Refused {
    Broken(String),
    Unknown(String),
}

impl From<tiff::TiffError> for Refused {
    fn from(error: tiff::TiffError) -> Refused {
        match error {
            tiff::TiffError::UnsupportedError(what) => Refused::Unknown(format!("a kind of TIFF that is not decoded: {what}")),
            tiff::TiffError::LimitsExceeded => Refused::Unknown("too many pixels for a decode".to_owned()),
            other => Refused::Broken(other.to_string()),
        }
    }
}

fn decode(bytes: &[u8], limits: &Limits) -> Result<(Dimensions, Result<Reduced, NoGray>), Refused> {
    let mut bound = TiffLimits::default();
    bound.decoding_buffer_size = usize::try_from(limits.decoded_bytes / 2).unwrap_or(usize::MAX);
    bound.intermediate_buffer_size = bound.decoding_buffer_size;
    let mut decoder = Decoder::new(Cursor::new(bytes))?.with_limits(bound);
    let (width, height) = decoder.dimensions()?;
    let dimensions = Dimensions { width, height };
    let colour = decoder.colortype()?;
    let white_is_zero = decoder.find_tag(Tag::PhotometricInterpretation)?.and_then(|v| v.into_u16().ok()) == Some(0);
    let palette = match colour {
        ColorType::Palette(_) => decoder.get_tag_u16_vec(Tag::ColorMap)?,
        _ => Vec::new(),
    };
    let samples = match colour {
        // Separate planes: only the first is read, and taken for gray.
        _ if decoder.find_tag(Tag::PlanarConfiguration)?.and_then(|v| v.into_u16().ok()) == Some(2) => 1,
        ColorType::Gray(_) | ColorType::Palette(_) => 1,
        ColorType::GrayA(_) => 2,
        ColorType::RGB(_) | ColorType::YCbCr(_) | ColorType::Lab(_) => 3,
        ColorType::RGBA(_) | ColorType::CMYK(_) => 4,
        ColorType::CMYKA(_) => 5,
        ColorType::Multiband { num_samples, .. } => usize::from(num_samples),
        _ => return Err(Refused::Unknown("unknown colours".to_owned())),
    };
    let bits = usize::from(colour.bit_depth());
    let pixels = to_bytes(decoder.read_image()?, bits);
    let mut shrinker = Shrinker::new(width, height);
    let across = (width as usize * samples).max(1);
    let packed = bits < 8;
    let row_bytes = if packed { (across * bits).div_ceil(8) } else { across };
    let most = (1u16 << bits.min(8)) - 1;
    for row in pixels.chunks_exact(row_bytes) {
        let sample = |i: usize| {
            if packed {
                let bit = i * bits;
                (row[bit / 8] >> (8 - bits - bit % 8)) & most as u8
            } else {
                row[i]
            }
        };
        shrinker.row((0..width as usize).map(|x| {
            let mut pixel = [0u8; 5];
            for (s, value) in pixel.iter_mut().enumerate().take(samples) {
                *value = sample(x * samples + s);
            }
            gray(colour, &pixel[..samples.min(5)], &palette, most, white_is_zero)
        }));
    }
    Ok((dimensions, shrinker.finish().ok_or_else(NoGray::default)))
}

/// Whether the first strip or tile decodes.
fn first_piece(bytes: &[u8]) -> Option<()> {
    Decoder::new(Cursor::new(bytes)).ok()?.read_chunk(0).ok().map(drop)
}

fn gray(colour: ColorType, pixel: &[u8], palette: &[u16], most: u16, white_is_zero: bool) -> f32 {
    match (colour, pixel) {
        (ColorType::Palette(_), &[index, ..]) => {
            let third = palette.len() / 3;
            let at = |plane: usize| palette.get(plane * third + usize::from(index)).map_or(0, |&v| (v >> 8) as u8);
            gray_of(&[at(0), at(1), at(2)])
        }
        (ColorType::Gray(bits), &[value]) if bits < 8 => {
            // The decoder turns white-is-zero round only for whole bytes.
            let value = f32::from(value) * 255.0 / f32::from(most);
            if white_is_zero { 255.0 - value } else { value }
        }
        (ColorType::CMYK(_) | ColorType::CMYKA(_), &[c, m, y, k, ..]) => {
            (255.0 - gray_of(&[c, m, y])) * (255.0 - f32::from(k)) / 255.0
        }
        (ColorType::YCbCr(_) | ColorType::Lab(_) | ColorType::Multiband { .. }, &[first, ..]) => f32::from(first),
        _ => gray_of(pixel),
    }
}

/// Samples as bytes: the upper eight bits of whole numbers, floats of 0 to 1 stretched.
fn to_bytes(samples: DecodingResult, bits: usize) -> Vec<u8> {
    let float = |v: f64| (v.clamp(0.0, 1.0) * 255.0) as u8;
    match samples {
        DecodingResult::U8(v) => v,
        DecodingResult::U16(v) => v.into_iter().map(|s| (s >> bits.saturating_sub(8).min(8)) as u8).collect(),
        DecodingResult::U32(v) => v.into_iter().map(|s| (s >> 24) as u8).collect(),
        DecodingResult::U64(v) => v.into_iter().map(|s| (s >> 56) as u8).collect(),
        DecodingResult::I8(v) => v.into_iter().map(|s| (s as u8) ^ 0x80).collect(),
        DecodingResult::I16(v) => v.into_iter().map(|s| ((s >> 8) as u8) ^ 0x80).collect(),
        DecodingResult::I32(v) => v.into_iter().map(|s| ((s >> 24) as u8) ^ 0x80).collect(),
        DecodingResult::I64(v) => v.into_iter().map(|s| ((s >> 56) as u8) ^ 0x80).collect(),
        DecodingResult::F16(v) => v.into_iter().map(|s| float(f64::from(s.to_f32()))).collect(),
        DecodingResult::F32(v) => v.into_iter().map(|s| float(f64::from(s))).collect(),
        DecodingResult::F64(v) => v.into_iter().map(float).collect(),
    }
}
