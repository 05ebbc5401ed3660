//! Showing: bytes of an asset in, an upright JPEG in colour out, for a person to look at.
//!
//! What is shown is the picture itself, reduced by area means and never enlarged; a preview stands for it only where the picture
//! cannot be decoded here (camera raws), and that is told. Of a damaged picture it shows what is left. A colour profile of red,
//! green and blue goes along; whatever is transparent lies on white. Promises never to panic, whatever the bytes.
//! Absent on purpose: files, caches, verdicts on integrity, and any writing to what is shown.

use lightproof_model::{media_type::MediaType, read_at::ReadAt};

use crate::{picture::Limits, video::Ffmpeg};

/// How large a picture is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// Pixels along the longer side, at most.
    pub longest_side: u32,
}

impl Wanted {
    /// As many pixels as the picture has, as far as a JPEG holds them.
    pub const FULL: Wanted = Wanted { longest_side: 65_500 };
}

/// What a shown picture was made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MadeOf {
    /// The picture itself.
    Whole,
    /// A preview that was put beside it.
    Preview,
    /// One frame of a video.
    Frame,
}

/// A picture, ready to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// A JPEG without any metadata but a colour profile, upright.
    pub jpeg: Vec<u8>,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// What it was made of.
    pub made_of: MadeOf,
}

/// Why there is nothing to show; a sentence for a person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotShown {
    /// Nothing of the picture can be decoded.
    #[error("it is damaged: {0}")]
    Damaged(String),
    /// A kind of picture that this build does not decode.
    #[error("it cannot be shown here: {0}")]
    Beyond(String),
    /// Decoding it would take more memory or time than allowed.
    #[error("it is too large to be shown: {0}")]
    TooLarge(String),
}

/// Shows a photograph or the preview of a camera raw. `orientation` is what EXIF says, as in the asset's facts; where the container
/// has its own word (HEIC, AVIF, JPEG XL), that one holds.
///
/// # Errors
/// [`NotShown`] says why there is nothing to see.
pub fn show(
    _bytes: &[u8],
    media_type: MediaType,
    _orientation: Option<u16>,
    _wanted: Wanted,
    _limits: &Limits,
) -> Result<Shown, NotShown> {
    Err(NotShown::Beyond(format!("no decoder for {}", media_type.mime())))
}

/// Shows one frame of a video, from its first tenth, through `ffmpeg` within the same bounds as in a survey. `whole` holds all bytes
/// where they are in memory.
///
/// # Errors
/// [`NotShown`] says why there is nothing to see.
pub fn show_video(
    _bytes: &dyn ReadAt,
    _media_type: MediaType,
    _whole: Option<&[u8]>,
    _ffmpeg: Option<&Ffmpeg>,
    _wanted: Wanted,
) -> Result<Shown, NotShown> {
    Err(NotShown::Beyond(crate::video::NO_FFMPEG.to_owned()))
}

/// The MIME type under which a browser shows an original's own bytes, upright and safely; nothing where it would not.
///
/// Never a type that can hold scripts. Of the pictures that EXIF turns, browsers turn JPEGs alone for certain.
#[must_use]
pub fn as_it_is(media_type: MediaType, orientation: Option<u16>) -> Option<&'static str> {
    let turned = orientation.is_some_and(|o| (2..=8).contains(&o));
    match media_type {
        MediaType::Jpeg | MediaType::Thm => Some("image/jpeg"),
        MediaType::Avif => Some("image/avif"),
        MediaType::Png | MediaType::Gif | MediaType::WebP | MediaType::Bmp if turned => None,
        MediaType::Png => Some("image/png"),
        MediaType::Gif => Some("image/gif"),
        MediaType::WebP => Some("image/webp"),
        MediaType::Bmp => Some("image/bmp"),
        // Browsers play QuickTime's files as what they nearly are, and refuse their own name.
        MediaType::Mp4 | MediaType::M4v | MediaType::Mov | MediaType::ThreeGp => Some("video/mp4"),
        MediaType::WebM => Some("video/webm"),
        _ => None,
    }
}
