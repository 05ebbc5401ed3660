//! Every still format but JPEG and raws: the readers that the fingerprints come from, drawing in colour.
//!
//! Absent on purpose: formats themselves (`picture`), and pages and frames behind the first.

use lightproof_model::media_type::MediaType;

use super::{Drawn, NotShown, Wanted, beginning, colour, jpeg, reduce::Reducer};
use crate::picture::{
    Limits, NoGray, bmp, gif, guarded,
    heif::{self, Refused, Smooth},
    jp2, jxl, png, tiff, webp,
};

/// Decodes and reduces a picture.
pub(super) fn drawn(bytes: &[u8], media_type: MediaType, wanted: Wanted, limits: &Limits) -> Result<Drawn, NotShown> {
    guarded(|| Some(decoded(bytes, media_type, wanted, limits)))
        .unwrap_or_else(|| Err(NotShown::Damaged("the decoder gave up".to_owned())))
}

fn decoded(bytes: &[u8], media_type: MediaType, wanted: Wanted, limits: &Limits) -> Result<Drawn, NotShown> {
    let begin = |width, height| beginning(width, height, wanted, limits).map_err(|why| NoGray::new(why.to_string()));
    let damaged = NotShown::Damaged;
    match media_type {
        MediaType::Png => {
            let decoded = png::decode(bytes, limits, begin).map_err(damaged)?;
            if decoded.share == 0.0 {
                return Err(damaged("no row of its pixels can be decoded".to_owned()));
            }
            finish(decoded.rows, png::profile(bytes))
        }
        MediaType::Gif => finish(gif::first_frame(bytes, limits, begin).map_err(damaged)?, None),
        MediaType::WebP => {
            let decoded = webp::pixels(bytes, limits, begin).map_err(damaged)?;
            finish(decoded.rows, decoded.profile)
        }
        MediaType::Bmp => finish(bmp::pixels(bytes, limits, begin).map_err(damaged)?, None),
        MediaType::Heic | MediaType::Avif => image_item(bytes, wanted, limits),
        MediaType::Tiff => {
            let found = tiff::pixels(bytes, limits, begin).map_err(damaged)?.map_err(|why| refused(&why))?;
            match found.rows {
                tiff::Found::Rows(rows) => Drawn::of(rows, found.profile),
                tiff::Found::Jpeg(stream) => jpeg::drawn(stream, wanted, limits),
            }
        }
        MediaType::Jp2 => {
            let size = jp2::affordable(bytes, limits).map_err(|why| refused(&why))?;
            let short = u64::from(wanted.longest_side) * u64::from(size.0.min(size.1)) / u64::from(size.0.max(size.1)).max(1);
            let least = u32::try_from(short).unwrap_or(u32::MAX);
            let found = jp2::pixels(bytes, size, least, limits, begin).map_err(damaged)?.map_err(|why| refused(&why))?;
            Drawn::of(found.rows, found.profile)
        }
        MediaType::Jxl => {
            let begin = |width, height| beginning(width, height, wanted, limits).map_err(|why| why.to_string());
            let found = jxl::pixels(bytes, limits, begin).map_err(damaged)?.map_err(|why| refused(&why))?;
            // The decoder has turned it upright; EXIF only repeats that.
            Ok(Drawn { orientation: Some(1), ..Drawn::of(found.rows, found.profile)? })
        }
        _ => Err(NotShown::Beyond(format!("no decoder for {}", media_type.mime()))),
    }
}

/// The primary image of a HEIC or AVIF.
fn image_item(bytes: &[u8], wanted: Wanted, limits: &Limits) -> Result<Drawn, NotShown> {
    let smooth = if wanted.longest_side > COARSE { Smooth::Yes } else { Smooth::No };
    let (canvas, meaning) = heif::colours(bytes, limits, smooth).map_err(|why| match why {
        Refused::Broken(what) => NotShown::Damaged(what),
        Refused::Unknown(what) => NotShown::Beyond(format!("a kind of picture that is not decoded: {what}")),
        Refused::TooLarge => NotShown::TooLarge("its pixels take more memory than the limit".to_owned()),
    })?;
    let side = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
    let mut reducer = beginning(side(canvas.width), side(canvas.height), wanted, limits)?;
    for row in canvas.pixels.chunks_exact(canvas.width.max(1)) {
        reducer.take(row);
    }
    drop(canvas);
    let mut drawn = Drawn::of(reducer, meaning.profile)?;
    if let Some(points) = meaning.points.filter(|_| drawn.profile.is_none()) {
        colour::to_srgb(&mut drawn.colours, points);
    }
    // The container's own turns have been applied; EXIF only repeats them.
    Ok(Drawn { orientation: Some(1), ..drawn })
}

/// Up to this longer side, block edges are not smoothed before means are taken.
const COARSE: u32 = 800;

fn finish(rows: Result<Reducer, NoGray>, profile: Option<Vec<u8>>) -> Result<Drawn, NotShown> {
    Drawn::of(rows.map_err(|why| refused(&why))?, profile)
}

/// Why a reader has no pixels, which it has in words.
fn refused(why: &NoGray) -> NotShown {
    if let Some(damage) = why.why().strip_prefix("it is damaged: ") {
        return NotShown::Damaged(damage.to_owned());
    }
    let why = why.why().trim_start_matches("it is too large to be shown: ").to_owned();
    match why.strip_prefix("too large").map(|rest| rest.trim_start_matches([',', ':', ' '])) {
        Some(rest) => NotShown::TooLarge(rest.to_owned()),
        None if why.starts_with("decoding it takes") => NotShown::TooLarge(why),
        None => NotShown::Beyond(why),
    }
}
