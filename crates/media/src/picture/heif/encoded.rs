//! Digest of the image items of a HEIF, HEIC or AVIF: all but metadata, with what decoding needs of properties and references.
//!
//! Absent on purpose: colour profiles, which editors add and take away without touching the picture.

use lightproof_model::digest::ImageDigest;

use crate::{isobmff::Heif, picture::digest::ImageHasher};

/// Digest of the image items.
pub(super) fn digest(bytes: &[u8], heif: &Heif) -> Option<ImageDigest> {
    let mut hasher = ImageHasher::new("heif");
    hasher.part("primary", &heif.primary.unwrap_or(0).to_le_bytes());
    let mut budget = bytes.len().saturating_mul(2);
    for (&id, image) in &heif.items {
        // Exif, XMP and other metadata are image items of their own.
        if matches!(&image.kind, b"Exif" | b"mime" | b"uri ") {
            continue;
        }
        hasher.part("kind", &image.kind);
        for property in heif.properties_of(id).filter(|p| p.kind != *b"colr" || !p.payload.starts_with(b"prof")) {
            hasher.part("property kind", &property.kind);
            hasher.part("property", &property.payload);
        }
        for reference in heif.references.iter().filter(|r| r.from == id && r.kind != *b"cdsc") {
            hasher.part("reference", &reference.kind);
            reference.to.iter().for_each(|to| hasher.part("to", &to.to_le_bytes()));
        }
        let pieces = image.extents.iter().filter_map(|e| {
            let (from, to) = (usize::try_from(e.start).ok()?, usize::try_from(e.end).ok()?);
            bytes.get(from..to.min(bytes.len()))
        });
        let length: usize = pieces.clone().map(<[u8]>::len).sum();
        if length <= budget {
            budget -= length;
            hasher.pieces("data", pieces);
        }
    }
    hasher.finish()
}
