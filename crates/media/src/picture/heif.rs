//! HEIF, HEIC and AVIF: gray of the thumbnail where it shows the same picture, otherwise of the decoded primary image.
//!
//! Crop, rotation and mirroring of the container (`clap`, `irot`, `imir`) are applied; EXIF orientation is not, for in
//! HEIF the container's word is the truth (ISO/IEC 23008-12, 6.5.10; MIAF). Integrity is told by the structure, and by
//! the decoder where the primary image is decoded. Pictures are decoded tile by tile.
//! Absent on purpose: pictures other than the primary one.

mod assemble;
mod av1;
mod canvas;
mod colour;
mod encoded;
mod hevc;
mod structure;
mod tone;
pub(super) mod units;

use lightproof_model::probe::Dimensions;

use self::{
    assemble::{Assembled, Assembler},
    canvas::Canvas,
    structure::Structure,
};
pub(crate) use self::{
    assemble::{Refused, Smooth},
    colour::Meaning,
};
use super::{
    Limits, Look, NoGray,
    gray::{Reduced, Shrinker},
    rows::Rgb,
};
use crate::isobmff::Heif;

/// The short side below which a thumbnail is too coarse.
const COARSE: u32 = 96;
/// The long side above which a thumbnail saves nothing.
const FINE: u32 = 2048;
/// How far the aspects of thumbnail and primary image may differ, as a share.
const ASPECT: f32 = 0.02;

/// Looks at a HEIF, HEIC or AVIF.
pub(super) fn look(bytes: &[u8], limits: &Limits) -> Look {
    let Some(heif) = Heif::read(&bytes) else {
        return Look { faults: vec!["no image items".to_owned()], ..Look::default() };
    };
    let structure = Structure::of(bytes, &heif);
    let dimensions = heif.primary.and_then(|id| heif.dimensions(id)).map(|(width, height)| Dimensions { width, height });
    let digest = encoded::digest(bytes, &heif);
    let mut look = Look { dimensions, digest, faults: structure.faults, share: 1.0, ..Look::default() };
    let mut assembler = Assembler::<u8>::new(bytes, &heif, limits.decoded_bytes, Smooth::No);
    let Some(primary) = heif.primary else {
        look.share = 0.0;
        return look;
    };
    let thumbnail = thumbnail_of(&heif, primary).filter(|id| !structure.broken.contains(id));
    if let Some(gray) = thumbnail.and_then(|id| assembler.show(id).ok()).and_then(|shown| shrink(&shown.canvas)) {
        look.gray = Ok(gray);
        return look;
    }
    match assembler.show(primary) {
        Ok(Assembled { canvas, share }) => {
            if share < 1.0 && look.faults.is_empty() {
                look.faults.push("tiles that cannot be decoded".to_owned());
            }
            (look.gray, look.share) = (shrink(&canvas).ok_or_else(NoGray::default), share);
        }
        // Whole as far as can be told, only not decoded.
        Err(Refused::TooLarge) => look.gray = Err(NoGray::new("too large: its pixels take more memory than the limit")),
        Err(Refused::Unknown(what)) => look.gray = Err(NoGray::new(format!("a kind of picture that is not decoded: {what}"))),
        Err(Refused::Broken(what)) => {
            if look.faults.is_empty() {
                look.faults.push(what);
            }
            look.share = 0.0;
        }
    }
    look
}

/// The primary image in colour, turned as its container says, and what its colours mean.
pub(crate) fn colours(bytes: &[u8], limits: &Limits, smooth: Smooth) -> Result<(Canvas<Rgb>, Meaning), Refused> {
    let broken = |what: &str| Refused::Broken(what.to_owned());
    let heif = Heif::read(&bytes).ok_or_else(|| broken("no image items"))?;
    let primary = heif.primary.ok_or_else(|| broken("no primary image"))?;
    let assembled = Assembler::<Rgb>::new(bytes, &heif, limits.decoded_bytes, smooth).show(primary)?;
    let mut meaning = Meaning::of(&heif, primary);
    if meaning == Meaning::default() {
        // What is put together may leave the word to its parts.
        meaning = heif.referred_by(primary, b"dimg").next().map(|part| Meaning::of(&heif, part)).unwrap_or_default();
    }
    Ok((assembled.canvas, meaning))
}

/// The gray of the thumbnail, where there is one that stands for the picture.
pub(super) fn thumbnail(bytes: &[u8], heif: &Heif) -> Option<Reduced> {
    let id = thumbnail_of(heif, heif.primary?)?;
    let shown = Assembler::<u8>::new(bytes, heif, Limits::default().decoded_bytes, Smooth::No).show(id).ok()?;
    shrink(&shown.canvas)
}

/// The coarsest thumbnail that is fine enough, has the primary image's aspect and is turned like it.
fn thumbnail_of(heif: &Heif, primary: u32) -> Option<u32> {
    let turns = |id: u32| -> Vec<(&[u8; 4], &[u8])> {
        let of_shape = heif.properties_of(id).filter(|p| matches!(&p.kind, b"irot" | b"imir" | b"clap"));
        of_shape.map(|p| (&p.kind, &p.payload[..])).collect()
    };
    let aspect = |id: u32| heif.dimensions(id).filter(|&(w, h)| w > 0 && h > 0).map(|(w, h)| w as f32 / h as f32);
    let (whole, turned) = (aspect(primary)?, turns(primary));
    if turned.iter().any(|(kind, _)| *kind == b"clap") {
        return None;
    }
    let fits = |id: &u32| {
        let Some((width, height)) = heif.dimensions(*id) else { return false };
        let fine = width.min(height) >= COARSE && width.max(height) <= FINE;
        fine && aspect(*id).is_some_and(|own| (own / whole - 1.0).abs() <= ASPECT) && turns(*id) == turned
    };
    let thumbnails = heif.referring_to(primary, b"thmb").take(64).filter(fits);
    thumbnails.min_by_key(|&id| heif.dimensions(id).map(|(w, h)| u64::from(w) * u64::from(h)))
}

fn shrink(canvas: &Canvas<u8>) -> Option<Reduced> {
    let mut shrinker = Shrinker::new(u32::try_from(canvas.width).ok()?, u32::try_from(canvas.height).ok()?);
    for row in canvas.rows() {
        shrinker.row(row.iter().map(|&gray| f32::from(gray)));
    }
    shrinker.finish()
}
