//! Reading one asset quickly: its metadata and its preview, from at most [`QUICK`] bytes.
//!
//! What cannot be told apart by a preview (none is there, it shows another aspect, or too little) is left to be read whole, and
//! so is what is no larger than that anyway. A video is told by its size and its metadata until something like it turns up.
//! Absent on purpose: integrity, digests and SHA-1; nobody may take a preview for the picture.

use std::io;

use lightproof_media::{claimed::claimed, facts::read_facts, preview, sniff};
use lightproof_model::{
    fingerprint::Fingerprint,
    media_type::{Class, MediaType},
    probe::{Facts, Probe},
    read_at::ReadAt,
};
use lightproof_sources::{source::Opened, sparing::Sparing};

/// Bytes of one asset that a quick survey reads; what is not larger is read whole.
pub const QUICK: u64 = 256 << 10;

/// The first read of a photograph: most heads, with their thumbnail, lie in it.
const HEAD: usize = 64 << 10;

/// What few bytes told.
pub(super) struct Quickly {
    /// Metadata and, but of a video, the fingerprint of a preview; nothing where the asset must be read whole.
    pub told: Option<(Probe, Option<Fingerprint>)>,
    /// Bytes that were read.
    pub bytes: u64,
}

/// Reads an asset's metadata and preview.
pub(super) fn read(asset: &dyn Opened, name: &[u8], most: u64) -> io::Result<Quickly> {
    let sparing = Sparing::over(asset, most);
    // In one read where its name says that the head will be wanted: two would be two turns at a spinning disk.
    let first = if claimed(name).is_some_and(preview::may_have_one) { HEAD } else { sniff::HEAD };
    let mut head = vec![0; first.min(usize::try_from(most).unwrap_or(first))];
    let there = sparing.read_at(0, &mut head)?;
    let media_type = sniff::sniff(&head[..there.min(sniff::HEAD)], Some(name));
    let told = tell(&sparing, media_type).filter(|_| !sparing.refused());
    let told = told.map(|(facts, preview)| (Probe { media_type, facts, picture: None }, preview));
    Ok(Quickly { told, bytes: sparing.bytes_read() })
}

/// Metadata and preview; nothing where the whole is needed.
fn tell(bytes: &dyn ReadAt, media_type: MediaType) -> Option<(Facts, Option<Fingerprint>)> {
    let is_video = media_type.class() == Class::Video;
    if !is_video && !preview::may_have_one(media_type) {
        return None;
    }
    let facts = read_facts(bytes, media_type);
    let preview = preview::fingerprint(bytes, media_type, &facts);
    (is_video || preview.is_some()).then_some((facts, preview))
}
