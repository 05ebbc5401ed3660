//! The digest of encoded image data: equal when only metadata differs.
//!
//! Every part goes in with a name and its length, so that no two different pictures run together into one stream.
//! BLAKE3, cut to 16 bytes: each byte of each photo passes through here, and it hashes at several GB/s.
//! Absent on purpose: a digest of nothing. Files in which no image data was found share none.

use lightproof_model::digest::ImageDigest;

/// Collects the parts of one picture.
pub(crate) struct ImageHasher {
    hasher: blake3::Hasher,
    any: bool,
}

impl ImageHasher {
    /// For a picture of a format; equal parts in different formats give different digests.
    pub(crate) fn new(format: &str) -> ImageHasher {
        let mut hasher = blake3::Hasher::new_derive_key("lightproof 1 encoded image data");
        hasher.update(&(format.len() as u64).to_le_bytes());
        hasher.update(format.as_bytes());
        ImageHasher { hasher, any: false }
    }

    /// A part that decoding needs, but that is no image data by itself.
    pub(crate) fn part(&mut self, name: &str, bytes: &[u8]) {
        self.begin(name, bytes.len() as u64);
        self.hasher.update(bytes);
    }

    /// Image data.
    pub(crate) fn data(&mut self, name: &str, bytes: &[u8]) {
        self.part(name, bytes);
        self.any |= !bytes.is_empty();
    }

    /// Image data that lies in several pieces and is one stream wherever it is cut.
    pub(crate) fn pieces<'b>(&mut self, name: &str, pieces: impl Iterator<Item = &'b [u8]> + Clone) {
        self.begin(name, pieces.clone().map(|p| p.len() as u64).sum());
        for piece in pieces {
            self.hasher.update(piece);
            self.any |= !piece.is_empty();
        }
    }

    fn begin(&mut self, name: &str, length: u64) {
        self.hasher.update(&(name.len() as u64).to_le_bytes());
        self.hasher.update(name.as_bytes());
        self.hasher.update(&length.to_le_bytes());
    }

    /// The digest; nothing when no image data came.
    pub(crate) fn finish(self) -> Option<ImageDigest> {
        let digest = self.hasher.finalize();
        let (front, _) = digest.as_bytes().split_first_chunk::<16>()?;
        self.any.then_some(ImageDigest(*front))
    }
}

/// What follows a picture's end, without padding of zeros.
pub(crate) fn without_padding(tail: &[u8]) -> &[u8] {
    let end = tail.iter().rposition(|&b| b != 0).map_or(0, |last| last + 1);
    &tail[..end]
}
