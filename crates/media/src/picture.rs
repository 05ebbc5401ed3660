//! The picture itself: dimensions, digest of the image data, fingerprint and integrity, from one whole buffer.
//!
//! Nothing here panics, whatever the bytes: decoders of others run guarded, within limits of pixels and memory.
//! A large JPEG is never decoded to pixels. Absent on purpose: metadata (`facts`), and reading files.

mod bmp;
mod digest;
pub mod fingerprint;
mod gif;
pub mod gray;
mod heif;
mod jp2;
mod jpeg;
mod jxl;
mod png;
mod tiff;
mod webp;

use std::panic::{AssertUnwindSafe, catch_unwind};

use lightproof_model::{
    digest::ImageDigest,
    media_type::MediaType,
    probe::{Dimensions, Picture},
    problem::{Integrity, Problem, ProblemKind},
};

use self::gray::Reduced;

/// What looking at one picture may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of pixels that decoding a picture may take; JPEGs take a few megabytes whatever their dimensions.
    pub decoded_bytes: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { decoded_bytes: 256 << 20 }
    }
}

/// What a format's reader found.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Look {
    pub(crate) dimensions: Option<Dimensions>,
    pub(crate) digest: Option<ImageDigest>,
    /// The gray picture as it shows before EXIF orientation, or why there is none.
    pub(crate) gray: Result<Reduced, NoGray>,
    /// What is damaged.
    pub(crate) faults: Vec<String>,
    /// Share of the picture that could be decoded.
    pub(crate) share: f32,
    /// Whether integrity was looked at.
    pub(crate) checked: bool,
}

impl Default for Look {
    fn default() -> Look {
        Look { dimensions: None, digest: None, gray: Err(NoGray::default()), faults: Vec::new(), share: 0.0, checked: true }
    }
}

/// Why there is no gray picture; empty when the damage says it all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct NoGray(String);

impl NoGray {
    pub(crate) fn new(why: impl Into<String>) -> NoGray {
        NoGray(why.into())
    }
}

/// Below this share a damaged picture does not stand for the whole any more.
const TELLING_SHARE: f32 = 0.5;

/// Looks at a picture. `orientation` is what EXIF says (1 to 8; anything else counts as upright).
#[must_use]
pub fn look(bytes: &[u8], media_type: MediaType, orientation: Option<u16>, limits: &Limits) -> Picture {
    match media_type {
        MediaType::Jpeg | MediaType::Thm => picture(jpeg::look(bytes), orientation),
        MediaType::Png => picture(png::look(bytes, limits), orientation),
        MediaType::Gif => picture(gif::look(bytes, limits), orientation),
        MediaType::WebP => picture(webp::look(bytes, limits), orientation),
        MediaType::Bmp => picture(bmp::look(bytes, limits), orientation),
        MediaType::Tiff => picture(tiff::look(bytes, limits), orientation),
        // The container's own turns have been applied; EXIF only repeats them.
        MediaType::Heic | MediaType::Avif => picture(heif::look(bytes, limits), None),
        MediaType::Jp2 => picture(jp2::look(bytes, limits), orientation),
        // The codestream's own word, too.
        MediaType::Jxl => {
            let (look, orientation) = jxl::look(bytes, limits);
            picture(look, orientation)
        }
        _ => digest_alone(bytes, media_type),
    }
}

/// What can be said of a format whose pictures are not looked at.
fn digest_alone(bytes: &[u8], media_type: MediaType) -> Picture {
    use MediaType::{Arw, Cr2, Dng, Iiq, Kdc, Nef, Orf, Pef, Rw2, Srw};
    let image_digest = match media_type {
        Dng | Nef | Cr2 | Arw | Orf | Rw2 | Pef | Iiq | Kdc | Srw => tiff::digest(bytes),
        _ => None,
    };
    let detail = format!("format {} is not fingerprinted by this build", media_type.mime());
    let problems = vec![Problem::new(ProblemKind::NotFingerprinted, detail)];
    Picture { image_digest, problems, ..Picture::default() }
}

/// Puts together what was found.
fn picture(look: Look, orientation: Option<u16>) -> Picture {
    let integrity = match (look.checked, look.share > 0.0, look.faults.is_empty()) {
        (_, true, false) => Integrity::Damaged,
        (false, ..) => Integrity::NotChecked,
        (true, false, _) => Integrity::Unreadable,
        (true, true, true) => Integrity::Intact,
    };
    let mut problems = Vec::new();
    if !look.faults.is_empty() {
        problems.push(Problem::new(ProblemKind::DamagedImage, look.faults.join("; ")));
    }
    let fingerprint = match look.gray {
        _ if look.checked && look.share < TELLING_SHARE => Err("too little of the picture can be decoded".to_owned()),
        Ok(reduced) => fingerprint::take(&reduced, orientation).map_err(|why| why.to_string()),
        Err(NoGray(why)) => Err(why),
    };
    if let Err(why) = &fingerprint {
        problems.push(Problem::new(ProblemKind::NotFingerprinted, why.clone()));
    }
    Picture { dimensions: look.dimensions, image_digest: look.digest, fingerprint: fingerprint.ok(), integrity, problems }
}

/// Runs a decoder that is not ours: a panic in it means that it will not have these bytes.
pub(crate) fn guarded<T>(decode: impl FnOnce() -> Option<T>) -> Option<T> {
    catch_unwind(AssertUnwindSafe(decode)).ok().flatten()
}

#[cfg(test)]
mod tests;
