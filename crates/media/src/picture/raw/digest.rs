//! The digest of a raw's image data: sensor data, previews, and the values that decoding needs.
//!
//! It is rather too wide than too narrow: what is taken in too much only hides that two raws are the same image.
//! Absent on purpose: EXIF, and the places at which things lie.

use lightproof_model::{digest::ImageDigest, media_type::MediaType};

use super::contents::{Contents, Kept, Piece};
use crate::{
    facts::jpeg::next_segment,
    picture::digest::{ImageHasher, without_padding},
};

/// The digest of what a raw holds.
pub(super) fn digest(bytes: &[u8], media_type: MediaType, contents: &Contents) -> Option<ImageDigest> {
    let mut hasher = ImageHasher::new(media_type.mime());
    for (name, value) in &contents.decoding {
        hasher.part(name, value);
    }
    // However they overlap, no more than twice the file is hashed.
    let mut budget = bytes.len().saturating_mul(2);
    let mut held = |piece: Piece| {
        let held = usize::try_from(piece.at).ok().and_then(|at| bytes.get(at..)).unwrap_or_default();
        let held = &held[..held.len().min(usize::try_from(piece.len).unwrap_or(usize::MAX))];
        budget = budget.checked_sub(held.len())?;
        Some(held)
    };
    for &piece in contents.sensor.iter().flat_map(|s| &s.pieces) {
        hasher.data("sensor", held(piece).unwrap_or_default());
    }
    for &piece in &contents.more {
        hasher.data("more", held(piece).unwrap_or_default());
    }
    for preview in &contents.previews {
        for &piece in &preview.pieces {
            let held = held(piece).unwrap_or_default();
            match preview.kept {
                Kept::Jpeg => jpeg(held, &mut hasher),
                Kept::Pixels { .. } => hasher.data("preview", held),
            }
        }
    }
    hasher.finish()
}

/// A JPEG without its metadata: all segments before the scan but those of applications and comments, then the rest.
fn jpeg(held: &[u8], hasher: &mut ImageHasher) {
    let mut at = 2;
    while let Some((marker, segment)) = next_segment(&held, at, held.len() as u64) {
        let (Ok(from), Ok(to)) = (usize::try_from(segment.start), usize::try_from(segment.end)) else { break };
        if matches!(marker, 0xDA | 0xD9) {
            break;
        }
        let Some(payload) = held.get(from..to) else { break };
        // JFIF and Adobe's segment tell the colours.
        if matches!(marker, 0xC0..=0xE0 | 0xEE) {
            hasher.part("segment", &[&[marker], payload].concat());
        }
        at = segment.end;
    }
    let rest = usize::try_from(at).ok().and_then(|at| held.get(at..)).unwrap_or_default();
    hasher.data("preview", without_padding(rest));
}
