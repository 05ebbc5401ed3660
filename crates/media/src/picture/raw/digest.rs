//! The digest of a raw's image data: sensor data, previews, and the values that decoding needs.
//!
//! It is rather too wide than too narrow: what is taken in too much only hides that two raws are the same image.
//! Absent on purpose: EXIF, and the places at which things lie.

use lightproof_model::{digest::ImageDigest, media_type::MediaType};

use super::contents::{Contents, Piece};
use crate::picture::{digest::ImageHasher, tiff};

/// The digest of what a raw holds.
pub(super) fn digest(bytes: &[u8], media_type: MediaType, contents: &Contents) -> Option<ImageDigest> {
    let mut hasher = ImageHasher::new(media_type.mime());
    for (name, value) in &contents.decoding {
        hasher.part(name, value);
    }
    if let Some(directories) = tiff::digest(bytes) {
        hasher.data("directories", &directories.0);
    }
    // However they overlap, no more than twice the file is hashed.
    let mut budget = bytes.len().saturating_mul(2);
    let mut data = |hasher: &mut ImageHasher, name: &str, piece: Piece| {
        let held = usize::try_from(piece.at).ok().and_then(|at| bytes.get(at..)).unwrap_or_default();
        let held = &held[..held.len().min(usize::try_from(piece.len).unwrap_or(usize::MAX))];
        if held.len() <= budget {
            budget -= held.len();
            hasher.data(name, held);
        }
    };
    let previews = contents.previews.iter().flat_map(|p| &p.pieces).map(|&p| ("preview", p));
    let sensor = contents.sensor.iter().flat_map(|s| &s.pieces).map(|&p| ("sensor", p));
    for (name, piece) in sensor.chain(previews) {
        data(&mut hasher, name, piece);
    }
    hasher.finish()
}
