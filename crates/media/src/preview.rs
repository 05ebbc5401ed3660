//! Previews: the small picture that a camera puts beside the large one, and what it looks like.
//!
//! For a survey that reads little: the fingerprint of a preview is near that of the picture, and no more than that. A
//! preview counts only where it shows the picture's own aspect, letterbox bars cut off; never panics, whatever the bytes.
//! Absent on purpose: any verdict. A preview may be older than its picture; whoever asks confirms from the whole.

mod heif;
mod jpeg;

use lightproof_model::{
    fingerprint::Fingerprint,
    media_type::MediaType,
    probe::{Dimensions, Facts},
    read_at::ReadAt,
};

use crate::{
    isobmff::read,
    picture::{bars::within_bars, fingerprint::take, gray::Reduced, gray_of_jpeg},
};

/// Bytes of one preview, at most; those of cameras have 5 to 200 thousand.
const LARGEST: u64 = 1 << 20;

/// Pixels along the short side below which a preview is too coarse.
const COARSE: f32 = 64.0;

/// Whether assets of this type may have a preview that is looked for here.
#[must_use]
pub fn may_have_one(media_type: MediaType) -> bool {
    matches!(media_type, MediaType::Jpeg | MediaType::Heic)
}

/// The fingerprint of an asset's preview, by position and without reading what lies between.
///
/// Nothing where there is no preview, where it shows another aspect than the picture, is too coarse or damaged, or shows too
/// little structure.
#[must_use]
pub fn fingerprint(bytes: &dyn ReadAt, media_type: MediaType, facts: &Facts) -> Option<Fingerprint> {
    let whole = facts.dimensions.filter(|d| d.width > 0 && d.height > 0)?;
    match media_type {
        MediaType::Jpeg => jpeg::previews(bytes).into_iter().find_map(|at| {
            let preview = read(bytes, at, LARGEST)?;
            showing(gray_of_jpeg(&preview)?, whole).and_then(|gray| take(&gray, facts.orientation).ok())
        }),
        // The container's own turns are applied; EXIF only repeats them.
        MediaType::Heic => take(&heif::thumbnail(bytes)?, None).ok(),
        _ => None,
    }
}

/// The bytes of the previews of a JPEG that is held, in the order in which they are to be tried.
pub(crate) fn of_jpeg(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let place = |at: std::ops::Range<u64>| Some(usize::try_from(at.start).ok()?..usize::try_from(at.end).ok()?);
    jpeg::previews(&bytes).into_iter().filter_map(move |at| bytes.get(place(at)?))
}

/// The part of a preview that shows the picture; nothing when it shows another one, or too coarsely.
fn showing(preview: Reduced, whole: Dimensions) -> Option<Reduced> {
    let shown = within_bars(preview, whole.width as f32 / whole.height as f32).ok()?;
    (shown.width.min(shown.height) as f32 >= COARSE).then_some(shown)
}
