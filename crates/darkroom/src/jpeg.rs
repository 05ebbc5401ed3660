//! JPEG files: encoding, the EXIF segment in its place, and files that were cut short.
//!
//! The encoded picture does not depend on the EXIF beside it: with and without are the same image.

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use crate::canvas::Canvas;

/// Encodes a picture: baseline, 4:2:0, quality 1 to 100.
#[must_use]
pub fn encoded(canvas: &Canvas, quality: u8) -> Vec<u8> {
    encoded_as(canvas.rgb(), canvas.width(), canvas.height(), ColorType::Rgb, quality)
}

/// Encodes gray pixels, row by row.
#[must_use]
pub fn encoded_gray(pixels: &[u8], width: u32, height: u32, quality: u8) -> Vec<u8> {
    encoded_as(pixels, width, height, ColorType::Luma, quality)
}

fn encoded_as(pixels: &[u8], width: u32, height: u32, colours: ColorType, quality: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, quality.clamp(1, 100));
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    let side = |length: u32| u16::try_from(length).expect("a canvas is at most 65,535 pixels wide and high");
    encoder.encode(pixels, side(width), side(height), colours).expect("writing to memory cannot fail");
    bytes
}

/// The file with this TIFF block as its EXIF segment, in place of the JFIF one, as cameras write it (Exif 2.32, 4.5.4).
///
/// A block that is too large for a segment (65,527 bytes) is left out.
#[must_use]
pub fn with_exif(jpeg: &[u8], tiff: &[u8]) -> Vec<u8> {
    let Ok(length) = u16::try_from(tiff.len() + 8) else { return jpeg.to_vec() };
    let mut bytes = Vec::with_capacity(jpeg.len() + tiff.len() + 10);
    bytes.extend_from_slice(&jpeg[..2.min(jpeg.len())]);
    bytes.extend_from_slice(&[0xFF, 0xE1]);
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(b"Exif\0\0");
    bytes.extend_from_slice(tiff);
    bytes.extend_from_slice(&jpeg[after_jfif(jpeg)..]);
    bytes
}

/// Where the file goes on after its start marker and the JFIF segment, if it has one.
fn after_jfif(jpeg: &[u8]) -> usize {
    match jpeg {
        [0xFF, 0xD8, 0xFF, 0xE0, high, low, ..] => (4 + usize::from(u16::from_be_bytes([*high, *low]))).min(jpeg.len()),
        _ => 2.min(jpeg.len()),
    }
}

/// The first part of a file, as a full card or a torn transfer leaves it: this share of it, 0 to 1.
#[must_use]
pub fn cut_short(bytes: &[u8], share: f32) -> Vec<u8> {
    bytes[..(bytes.len() as f32 * share.clamp(0.0, 1.0)) as usize].to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(jpeg: &[u8]) -> Result<Vec<u8>, jpeg_decoder::Error> {
        jpeg_decoder::Decoder::new(jpeg).decode()
    }

    #[test]
    fn a_file_with_exif_holds_the_same_picture() {
        let plain = encoded(&crate::scene::Scene { seed: 1, frame: 0 }.drawn(64, 48), 80);
        let with = with_exif(&plain, b"II*\0\x08\0\0\0\0\0\0\0\0\0");
        assert_eq!(&with[..4], [0xFF, 0xD8, 0xFF, 0xE1]);
        assert_eq!(decoded(&with).unwrap(), decoded(&plain).unwrap());
    }

    #[test]
    fn an_exif_block_that_no_segment_holds_is_left_out() {
        let plain = encoded_gray(&[0; 64], 8, 8, 80);
        assert_eq!(with_exif(&plain, &vec![0; 70_000]), plain);
    }
}
