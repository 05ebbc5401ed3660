//! Small JPEGs, decoded in full by `zune-jpeg`: their 1/8 gray would be too coarse.
//!
//! Absent on purpose: any judgement of integrity; the walk has made it.

use zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions};
use zune_jpeg::JpegDecoder;

use super::frame::Colour;
use crate::picture::{
    gray::{Reduced, Shrinker, gray_of},
    guarded,
};

/// The picture's gray from its pixels; nothing when the decoder will not have it.
pub(super) fn decode(bytes: &[u8], colour: Colour) -> Option<Reduced> {
    let wanted = match colour {
        Colour::Gray | Colour::YCbCr => ColorSpace::Luma,
        _ => ColorSpace::RGB,
    };
    guarded(|| {
        let options = DecoderOptions::default()
            .set_strict_mode(false)
            .set_max_width(1 << 16)
            .set_max_height(1 << 16)
            .jpeg_set_out_colorspace(wanted);
        let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
        let pixels = decoder.decode().ok()?;
        let (width, height) = decoder.dimensions()?;
        let channels = decoder.output_colorspace()?.num_components();
        let mut shrinker = Shrinker::new(width as u32, height as u32);
        for row in pixels.chunks_exact(width.checked_mul(channels).filter(|&n| n > 0)?) {
            shrinker.row(row.chunks_exact(channels).map(gray_of));
        }
        shrinker.finish()
    })
}
