//! JPEG XL: digest of the codestream, bare or in its boxes (ISO/IEC 18181-2).
//!
//! Absent on purpose: decoding.

use lightproof_model::digest::ImageDigest;

use super::digest::ImageHasher;
use crate::isobmff::top_level;

/// Digest of the codestream, wherever its boxes cut it.
pub(super) fn digest(bytes: &[u8]) -> Option<ImageDigest> {
    let mut hasher = ImageHasher::new("jxl");
    if bytes.starts_with(&[0xff, 0x0a]) {
        hasher.pieces("codestream", std::iter::once(bytes));
        return hasher.finish();
    }
    let mut pieces: Vec<&[u8]> = Vec::new();
    for found in top_level(&bytes) {
        let range = usize::try_from(found.payload.start).ok()?..usize::try_from(found.payload.end).ok()?;
        match (&found.kind, bytes.get(range)) {
            (b"jxlc", Some(payload)) => pieces.push(payload),
            // A part begins with its number.
            (b"jxlp", Some(payload)) => pieces.push(payload.get(4..).unwrap_or_default()),
            _ => {}
        }
    }
    hasher.pieces("codestream", pieces.into_iter());
    hasher.finish()
}
