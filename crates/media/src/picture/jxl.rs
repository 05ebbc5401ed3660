//! JPEG XL: gray of the eighth-size picture in it where there is one, otherwise of the decoded picture or first frame.
//!
//! The codestream's orientation is applied; EXIF orientation is not, for in JPEG XL it only repeats the codestream's
//! (ISO/IEC 18181-2, 9.3). Integrity: boxes, numbered parts of the codestream, and every section of every frame there.
//! Absent on purpose: animations beyond the first frame, and the JPEG that can be made of some files.

mod coarse;
mod container;
mod full;

use jxl_oxide::{AllocTracker, EnumColourEncoding, InitializeResult, JxlImage, JxlThreadPool, RenderingIntent};
use lightproof_model::{digest::ImageDigest, probe::Dimensions};

use self::container::Container;
use super::{
    Limits, Look, NoGray,
    digest::ImageHasher,
    guarded,
    heif::units::zeros,
    rows::{Profiled, Rows},
};

/// Bytes of nothing but zeros that are no picture: the entropy coder of flat lossless pictures does write short runs.
const HOLE: usize = 2048;

/// Looks at a JPEG XL; also tells the orientation that is yet to be applied.
pub(super) fn look(bytes: &[u8], limits: &Limits) -> (Look, Option<u16>) {
    let container = Container::read(bytes);
    let mut look = Look { digest: digest(&container), ..Look::default() };
    look.faults.extend(container.faults());
    let hole = container.pieces.iter().find_map(|piece| zeros(piece, HOLE / 2).filter(|run| run.len() >= HOLE));
    look.faults.extend(hole.map(|run| format!("a hole of {} bytes", run.len())));
    let mut orientation = None;
    match guarded(|| Some(open(&container.pieces, limits))) {
        Some(Ok(image)) => guarded(|| {
            orientation = show(&image, limits, &mut look);
            Some(())
        })
        .unwrap_or_else(|| look.faults.push("the decoder gave up".to_owned())),
        Some(Err(fault)) => look.faults.push(fault),
        None => look.faults.push("the decoder gave up".to_owned()),
    }
    look.faults.dedup();
    (look, orientation)
}

/// Hands the codestream to the decoder, which notes its sections and decodes nothing yet.
fn open(pieces: &[&[u8]], limits: &Limits) -> Result<JxlImage, String> {
    let limit = usize::try_from(limits.decoded_bytes).unwrap_or(usize::MAX);
    let builder = JxlImage::builder().pool(JxlThreadPool::none()).alloc_tracker(AllocTracker::with_limit(limit));
    let mut unready = Some(builder.build_uninit());
    let mut image: Option<JxlImage> = None;
    for piece in pieces {
        match (&mut image, unready.take()) {
            (Some(image), _) => drop(image.feed_bytes(piece).map_err(|e| e.to_string())?),
            (None, Some(mut waiting)) => {
                waiting.feed_bytes(piece).map_err(|e| e.to_string())?;
                match waiting.try_init().map_err(|e| e.to_string())? {
                    InitializeResult::NeedMoreData(waiting) => unready = Some(waiting),
                    InitializeResult::Initialized(ready) => image = Some(ready),
                }
            }
            (None, None) => break,
        }
    }
    image.ok_or_else(|| "truncated: the header is not all there".to_owned())
}

fn show(image: &JxlImage, limits: &Limits, look: &mut Look) -> Option<u16> {
    let size = &image.image_header().size;
    look.dimensions = Some(Dimensions { width: size.width, height: size.height });
    if !image.is_loading_done() {
        look.faults.push("truncated: the codestream ends before its last frame does".to_owned());
    }
    if let Some((gray, share)) = guarded(|| coarse::gray(image)) {
        (look.gray, look.share) = (Ok(gray), share);
        return u16::try_from(image.image_header().metadata.orientation).ok();
    }
    if image.num_loaded_keyframes() == 0 {
        return None;
    }
    match full::gray(image, limits) {
        Ok(gray) => (look.gray, look.share) = (Ok(gray), 1.0),
        Err(full::Refused::Costly(why)) => (look.gray, look.share) = (Err(NoGray::new(why)), 1.0),
        Err(full::Refused::Broken(what)) => look.faults.push(what),
    }
    None
}

/// Decodes the first frame, upright, into rows, for which `begin` is told width and height; also its colour profile. Of a
/// codestream that breaks off, as much as shows.
pub(crate) fn pixels<R: Rows>(
    bytes: &[u8],
    limits: &Limits,
    begin: impl FnOnce(u32, u32) -> Result<R, String>,
) -> Result<Result<Profiled<R>, NoGray>, String> {
    let mut image = open(&Container::read(bytes).pieces, limits)?;
    match full::affordable(&image, limits) {
        Ok(()) => {}
        Err(full::Refused::Costly(why)) => return Ok(Err(NoGray::new(why))),
        Err(full::Refused::Broken(what)) => return Err(what),
    }
    // What has no profile of its own is made what every browser takes it for, high dynamic range included.
    if image.image_header().metadata.xyb_encoded || image.original_icc().is_none() {
        image.request_color_encoding(EnumColourEncoding::srgb(RenderingIntent::Relative));
    }
    let whole = image.num_loaded_keyframes() > 0;
    let render = if whole { image.render_frame(0) } else { image.render_loading_frame() }.map_err(|e| e.to_string())?;
    let profile = Some(image.rendered_icc()).filter(|_| image.rendered_cicp().is_none());
    Ok(Ok(Profiled { rows: full::rows(&image, &render, begin)?, profile }))
}

/// Digest of the codestream, wherever its boxes cut it.
fn digest(container: &Container<'_>) -> Option<ImageDigest> {
    let mut hasher = ImageHasher::new("jxl");
    hasher.pieces("codestream", container.pieces.iter().copied());
    hasher.finish()
}
