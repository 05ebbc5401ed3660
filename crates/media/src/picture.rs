//! The picture itself: dimensions, digest of the image data, fingerprint and integrity, from one whole buffer.
//!
//! Nothing here panics, whatever the bytes: decoders of others run guarded, within limits of pixels and memory.
//! A large JPEG is never decoded to pixels. Absent on purpose: metadata (`facts`), and reading files.

pub(crate) mod bars;
pub(crate) mod bmp;
pub(crate) mod digest;
pub mod fingerprint;
pub(crate) mod gif;
pub mod gray;
pub(crate) mod heif;
pub(crate) mod jp2;
pub(crate) mod jpeg;
pub(crate) mod jxl;
pub(crate) mod png;
pub(crate) mod raw;
pub(crate) mod rows;
mod sidecar;
mod thumbnail;
pub(crate) mod tiff;
pub(crate) mod webp;

use std::panic::{AssertUnwindSafe, catch_unwind};

use lightproof_model::{
    digest::ImageDigest,
    media_type::{Class, MediaType},
    probe::{Dimensions, Picture},
    problem::{Integrity, Problem, ProblemKind},
    read_at::ReadAt,
};

use self::gray::Reduced;
pub use self::thumbnail::look_at_thumbnail;
use crate::isobmff::Heif;

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
    /// Told, and no damage: bytes behind the end, parts that were left out.
    pub(crate) notes: Vec<String>,
    /// Share of the picture that could be decoded.
    pub(crate) share: f32,
    /// Whether integrity was looked at.
    pub(crate) checked: bool,
}

impl Default for Look {
    fn default() -> Look {
        let (faults, notes) = (Vec::new(), Vec::new());
        Look { dimensions: None, digest: None, gray: Err(NoGray::default()), faults, notes, share: 0.0, checked: true }
    }
}

/// Why there is no gray picture; empty when the damage says it all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct NoGray(String);

impl NoGray {
    /// In words for a person.
    pub(crate) fn why(&self) -> &str {
        &self.0
    }

    pub(crate) fn new(why: impl Into<String>) -> NoGray {
        NoGray(why.into())
    }
}

/// Why a picture is not decoded that would take so many bytes.
pub(crate) fn too_large(bytes: u64, limits: &Limits) -> NoGray {
    let mb = |bytes: u64| bytes.div_ceil(1 << 20);
    NoGray::new(format!("too large, decoding it takes {} MB of the {} MB allowed", mb(bytes), mb(limits.decoded_bytes)))
}

/// What is told of bytes behind a picture's end; padding is nothing.
pub(crate) fn trailing(tail: &[u8]) -> Option<String> {
    let padding = tail.iter().all(|&b| b == 0) || tail.iter().all(|&b| b == 0xff);
    (!padding).then(|| format!("{} bytes of an unknown kind behind the end", thousands(tail.len())))
}

/// A number with its digits in threes.
pub(crate) fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Below this share a damaged picture does not stand for the whole any more.
const TELLING_SHARE: f32 = 0.5;

/// Looks at a picture, or at whether a sidecar is whole. `orientation` is what EXIF says (1 to 8; anything else counts as upright).
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
        MediaType::Xmp | MediaType::Aae | MediaType::TakeoutJson => sidecar::look(bytes, media_type),
        _ if media_type.class() == Class::Raw => {
            let (look, orientation) = raw::look(bytes, media_type, orientation);
            picture(look, orientation)
        }
        _ => beyond_this_build(media_type),
    }
}

/// Looks at a raw that is too large to be held whole: everything but the digest, read by position.
///
/// Nothing for other types, which have to be held.
#[must_use]
pub fn look_by_position(bytes: &dyn ReadAt, media_type: MediaType, orientation: Option<u16>) -> Option<Picture> {
    (media_type.class() == Class::Raw).then(|| {
        let (look, orientation) = raw::look_by_position(bytes, media_type, orientation);
        picture(look, orientation)
    })
}

/// What can be said of a type that shows no picture here.
fn beyond_this_build(media_type: MediaType) -> Picture {
    let problems = vec![Problem::new(ProblemKind::BeyondThisBuild, format!("no decoder for {}", media_type.mime()))];
    Picture { problems, ..Picture::default() }
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
    if !look.notes.is_empty() {
        problems.push(Problem::new(ProblemKind::TrailingData, look.notes.join("; ")));
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

/// The gray of a JPEG that can be decoded to its last row; nothing of one that cannot.
pub(crate) fn gray_of_jpeg(bytes: &[u8]) -> Option<Reduced> {
    let look = jpeg::look(bytes);
    (look.share >= WHOLE_SHARE).then_some(look.gray.ok()?)
}

/// The gray of a HEIC's thumbnail, where it stands for the picture; of the bytes only boxes and thumbnail are looked at.
pub(crate) fn gray_of_heif_thumbnail(bytes: &[u8], heif: &Heif) -> Option<Reduced> {
    heif::thumbnail(bytes, heif)
}

/// From this share on a picture is there in full; a thumbnail's last block may lack a few bits.
const WHOLE_SHARE: f32 = 0.99;

/// Runs a decoder that is not ours: a panic in it means that it will not have these bytes.
pub(crate) fn guarded<T>(decode: impl FnOnce() -> Option<T>) -> Option<T> {
    catch_unwind(AssertUnwindSafe(decode)).ok().flatten()
}

#[cfg(test)]
mod tests;
