//! HEIC: gray of the thumbnail where it shows the same picture, otherwise of the decoded primary image.
//!
//! Rotation and mirroring of the container (`irot`, `imir`) are applied; EXIF orientation is not, for in HEIF the
//! container's word is the truth (ISO/IEC 23008-12, 6.5.10; MIAF). The digest covers all items but metadata, in HEIC
//! and AVIF alike. Absent on purpose: AVIF pixels.

use heifer::Options;
use lightproof_model::{digest::ImageDigest, probe::Dimensions};

use super::{
    Limits, Look, NoGray,
    digest::ImageHasher,
    gray::{Reduced, Shrinker, gray_of},
    guarded,
};
use crate::isobmff::Heif;

/// The short side below which a thumbnail is too coarse.
const COARSE: u32 = 96;
/// How far the aspects of thumbnail and primary image may differ, as a share.
const ASPECT: f32 = 0.02;

/// Planes of 16 bits and the assembled picture stand in memory together.
const BYTES_PER_PIXEL: u64 = 8;

/// Looks at a HEIC.
pub(super) fn look(bytes: &[u8], limits: &Limits) -> Look {
    let heif = Heif::read(&bytes);
    let dimensions = heif.as_ref().and_then(|h| h.dimensions(h.primary?)).map(|(width, height)| Dimensions { width, height });
    let mut look = Look { dimensions, digest: heif.as_ref().and_then(|h| digest(bytes, h)), ..Look::default() };
    let Some(heif) = heif else {
        look.faults.push("no image items".to_owned());
        return look;
    };
    let cut = missing_bytes(bytes, &heif);
    look.faults.extend((cut > 0).then(|| format!("truncated: {cut} image items are not all there")));
    if let Some(gray) = thumbnail(bytes, &heif) {
        // The primary image itself is only known to be there, not to decode.
        (look.gray, look.share, look.checked) = (Ok(gray), 1.0, cut > 0);
        return look;
    }
    let pixels = dimensions.map_or(0, |d| u64::from(d.width) * u64::from(d.height));
    if pixels > limits.decoded_bytes / BYTES_PER_PIXEL {
        (look.gray, look.share, look.checked) = (Err(NoGray::new("too many pixels for a decode")), 1.0, false);
        return look;
    }
    match primary(bytes, limits) {
        Ok(gray) => (look.gray, look.share) = (Ok(gray), 1.0),
        Err(Refused::Unknown(why)) => (look.gray, look.share, look.checked) = (Err(NoGray::new(why)), 1.0, false),
        Err(Refused::Broken(fault)) => look.faults.push(fault),
    }
    look
}

/// Why there are no pixels.
enum Refused {
    Broken(String),
    Unknown(String),
}

fn missing_bytes(bytes: &[u8], heif: &Heif) -> usize {
    let there = |id: &u32| heif.items[id].extents.iter().all(|e| e.end <= bytes.len() as u64);
    heif.items.keys().filter(|id| !there(id)).count()
}

/// The thumbnail's gray, when it is fine enough, has the primary image's aspect and is turned like it.
pub(super) fn thumbnail(bytes: &[u8], heif: &Heif) -> Option<Reduced> {
    let primary = heif.primary?;
    let turns = |id: u32| -> Vec<(&[u8; 4], &[u8])> {
        heif.properties_of(id).filter(|p| matches!(&p.kind, b"irot" | b"imir")).map(|p| (&p.kind, &p.payload[..])).collect()
    };
    let aspect = |id: u32| heif.dimensions(id).filter(|&(w, h)| w > 0 && h > 0).map(|(w, h)| w as f32 / h as f32);
    let whole = aspect(primary)?;
    // The decoder takes the smallest of several.
    let id =
        heif.referring_to(primary, b"thmb").min_by_key(|&id| heif.dimensions(id).map(|(w, h)| u64::from(w) * u64::from(h)))?;
    let (width, height) = heif.dimensions(id)?;
    let fits = (aspect(id)? / whole - 1.0).abs() <= ASPECT && turns(id) == turns(primary);
    if !fits || width.min(height) < COARSE || width.max(height) > 2048 || heif.property(primary, b"clap").is_some() {
        return None;
    }
    guarded(|| {
        let image = heifer::decode_thumbnail(bytes).ok()??;
        shrink(image.width, image.height, &image.to_rgba8())
    })
}

fn primary(bytes: &[u8], limits: &Limits) -> Result<Reduced, Refused> {
    let options = Options { max_threads: 1, max_pixels: (limits.decoded_bytes / BYTES_PER_PIXEL).max(1) };
    let decoded = guarded(|| Some(heifer::decode_rgba8(bytes, &options)));
    match decoded {
        Some(Ok(image)) => shrink(image.width, image.height, &image.data).ok_or(Refused::Broken("no pixels".to_owned())),
        Some(Err(heifer::Error::Unsupported(what))) => {
            Err(Refused::Unknown(format!("a kind of HEIF that is not decoded: {what}")))
        }
        Some(Err(other)) => Err(Refused::Broken(other.to_string())),
        None => Err(Refused::Broken("the decoder gave up".to_owned())),
    }
}

fn shrink(width: u32, height: u32, rgba: &[u8]) -> Option<Reduced> {
    let mut shrinker = Shrinker::new(width, height);
    for row in rgba.chunks_exact((width as usize * 4).max(1)) {
        shrinker.row(row.chunks_exact(4).map(gray_of));
    }
    shrinker.finish()
}

/// Digest of the image items of a HEIC or AVIF.
pub(super) fn digest_of(bytes: &[u8]) -> Option<ImageDigest> {
    digest(bytes, &Heif::read(&bytes)?)
}

fn digest(bytes: &[u8], heif: &Heif) -> Option<ImageDigest> {
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
