//! BMP: gray from its pixels; the digest is of all bytes, for there is no metadata in it.
//!
//! Absent on purpose: repair of wrong headers.

use lightproof_model::probe::Dimensions;
use zune_bmp::BmpDecoder;
use zune_core::{bytestream::ZCursor, options::DecoderOptions};

mod layout;

use super::{
    Limits, Look, NoGray,
    digest::ImageHasher,
    gray::{Reduced, Shrinker, gray_of},
    guarded, too_large, trailing,
};

/// Looks at a BMP.
pub(super) fn look(bytes: &[u8], limits: &Limits) -> Look {
    let mut hasher = ImageHasher::new("bmp");
    hasher.data("all", bytes);
    let mut look = Look { digest: hasher.finish(), ..Look::default() };
    let layout = layout::read(bytes);
    match guarded(|| Some(decode(bytes, limits))) {
        Some(Ok((dimensions, gray))) => {
            (look.dimensions, look.gray, look.share) = (Some(dimensions), gray, 1.0);
        }
        // A damaged one shows what is there.
        Some(Err(_)) if layout.as_ref().is_some_and(|l| l.fault.is_some() && l.share > 0.0) => {}
        Some(Err(fault)) if fault.contains("nsupported") => {
            // Its layout is looked at all the same.
            (look.gray, look.share, look.checked) = (Err(NoGray::new(fault.to_lowercase())), 1.0, layout.is_some());
        }
        Some(Err(fault)) => look.faults.push(fault),
        None => look.faults.push("the decoder gave up".to_owned()),
    }
    if let Some(layout) = layout {
        look.dimensions = look.dimensions.or(Some(layout.dimensions));
        if let Some(fault) = layout.fault {
            look.faults.insert(0, fault);
            look.share = layout.share;
        }
        look.notes.extend(trailing(bytes.get(layout.end..).unwrap_or_default()));
    }
    look
}

fn decode(bytes: &[u8], limits: &Limits) -> Result<(Dimensions, Result<Reduced, NoGray>), String> {
    let options = DecoderOptions::default().set_max_width(1 << 24).set_max_height(1 << 24);
    let mut decoder = BmpDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(|e| format!("{e:?}").trim().to_owned())?;
    let (width, height) = decoder.dimensions().ok_or("no dimensions")?;
    let dimensions = Dimensions { width: width as u32, height: height as u32 };
    let size = decoder.output_buf_size().unwrap_or(usize::MAX);
    if size as u64 > limits.decoded_bytes / 2 {
        return Ok((dimensions, Err(too_large((size as u64).saturating_mul(2), limits))));
    }
    let pixels = decoder.decode().map_err(|e| format!("{e:?}").trim().to_owned())?;
    let channels = decoder.colorspace().map_or(3, |c| c.num_components()).max(1);
    let mut shrinker = Shrinker::new(dimensions.width, dimensions.height);
    for row in pixels.chunks_exact((width * channels).max(1)) {
        shrinker.row(row.chunks_exact(channels).map(gray_of));
    }
    Ok((dimensions, shrinker.finish().ok_or_else(NoGray::default)))
}
