//! The thumbnail of a HEIC, from its boxes and the thumbnail's own bytes.
//!
//! It is the same thumbnail that the whole file is fingerprinted by, where that has one.
//! Absent on purpose: the bytes of the picture itself. In their place the decoder is shown zeros, and looks at none of them.

use lightproof_model::read_at::ReadAt;

use crate::{
    isobmff::{Heif, read, top_level},
    picture::{gray::Reduced, gray_of_heif_thumbnail},
};

/// Bytes of a file whose thumbnail is looked for, at most: zeros for all of them are laid out in memory.
const LARGEST: u64 = 32 << 20;
/// Bytes of boxes, or of one piece of a thumbnail, at most.
const PIECE: u64 = 4 << 20;

/// The gray of the thumbnail; nothing where there is none that stands for the picture.
pub(super) fn thumbnail(bytes: &dyn ReadAt) -> Option<Reduced> {
    let length = usize::try_from(Some(bytes.len()).filter(|&length| length <= LARGEST)?).ok()?;
    let heif = Heif::read(bytes)?;
    let primary = heif.primary?;
    let mut pieces = Vec::new();
    for b in top_level(bytes) {
        let is_told = matches!(&b.kind, b"ftyp" | b"meta");
        pieces.push(b.start..if is_told { b.payload.end } else { b.payload.start });
    }
    for id in heif.referring_to(primary, b"thmb") {
        pieces.extend(heif.items.get(&id)?.extents.iter().cloned());
    }
    let read: Vec<_> = pieces.into_iter().map(|at| Some((at.start, read(bytes, at, PIECE)?))).collect::<Option<_>>()?;
    let mut laid_out = vec![0; length];
    for (start, piece) in read {
        let start = usize::try_from(start).ok()?;
        laid_out.get_mut(start..start.checked_add(piece.len())?)?.copy_from_slice(&piece);
    }
    gray_of_heif_thumbnail(&laid_out, &heif)
}
