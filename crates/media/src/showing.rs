//! Showing: bytes of an asset in, an upright JPEG in colour out, for a person to look at.
//!
//! What is shown is the picture itself, reduced by area means and never enlarged; a preview stands for it only where the picture
//! cannot be decoded here (camera raws, JPEGs of which nothing else is left), and that is told. Of a damaged picture it shows what is left. A colour profile of red,
//! green and blue goes along; whatever is transparent lies on white. Promises never to panic, whatever the bytes.
//! Absent on purpose: files, caches, verdicts on integrity, and any writing to what is shown.

mod colour;
mod encode;
mod jpeg;
mod others;
mod raw;
pub(crate) mod reduce;

use lightproof_model::{
    media_type::{Class, MediaType},
    read_at::ReadAt,
};

use self::reduce::{Colours, Reducer};
use crate::{
    picture::{Limits, guarded},
    video::Ffmpeg,
};

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
    bytes: &[u8],
    media_type: MediaType,
    orientation: Option<u16>,
    wanted: Wanted,
    limits: &Limits,
) -> Result<Shown, NotShown> {
    let drawn = match media_type {
        MediaType::Jpeg | MediaType::Thm => match jpeg::drawn(bytes, wanted, limits) {
            Err(why) => {
                let left = jpeg::preview(bytes, wanted, limits).ok_or(why)?;
                return left.upright(orientation).encoded(MadeOf::Preview, wanted);
            }
            drawn => drawn,
        },
        _ if media_type.class() == Class::Raw => raw::drawn(bytes, media_type, orientation, wanted, limits),
        _ => others::drawn(bytes, media_type, wanted, limits),
    }?;
    let made_of = if media_type.class() == Class::Raw { MadeOf::Preview } else { MadeOf::Whole };
    drawn.upright(orientation).encoded(made_of, wanted)
}

/// Shows one frame of a video, at an eighth of its duration, through `ffmpeg` within the same bounds as in a survey. `whole` holds all bytes
/// where they are in memory.
///
/// # Errors
/// [`NotShown`] says why there is nothing to see.
pub fn show_video(
    bytes: &dyn ReadAt,
    media_type: MediaType,
    whole: Option<&[u8]>,
    ffmpeg: Option<&Ffmpeg>,
    wanted: Wanted,
) -> Result<Shown, NotShown> {
    let frame = crate::video::frame(bytes, media_type, whole, ffmpeg, wanted.longest_side.min(MOST_OF_A_FRAME));
    let frame = frame.map_err(NotShown::Beyond)?;
    let colours =
        Colours { width: frame.width as usize, height: frame.height as usize, pixels: frame.pixels.as_chunks::<3>().0.to_vec() };
    Drawn { colours, profile: None, orientation: None }.encoded(MadeOf::Frame, wanted)
}

/// The longer side of a video's frame, at most.
const MOST_OF_A_FRAME: u32 = 4096;

/// A picture as it was decoded and reduced.
#[derive(Debug)]
pub(crate) struct Drawn {
    colours: Colours,
    /// A colour profile for red, green and blue.
    profile: Option<Vec<u8>>,
    /// Turns that are its own word, and are yet to be done; nothing where EXIF's holds.
    orientation: Option<u16>,
}

impl Drawn {
    fn of(reducer: Reducer, profile: Option<Vec<u8>>) -> Result<Drawn, NotShown> {
        let colours = reducer.finish().ok_or_else(|| NotShown::Damaged("no row of its pixels can be decoded".to_owned()))?;
        Ok(Drawn { colours, profile: profile.filter(|profile| encode::is_usable(profile)), orientation: None })
    }

    fn upright(self, orientation: Option<u16>) -> Drawn {
        let orientation = self.orientation.or(orientation).unwrap_or(1);
        Drawn { colours: self.colours.upright(orientation), ..self }
    }

    fn encoded(self, made_of: MadeOf, wanted: Wanted) -> Result<Shown, NotShown> {
        let encoded = guarded(|| encode::jpeg(&self.colours, self.profile.as_deref(), wanted));
        let jpeg = encoded.ok_or_else(|| {
            NotShown::TooLarge(format!("{}×{} pixels are more than a JPEG holds", self.colours.width, self.colours.height))
        })?;
        let side = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        Ok(Shown { jpeg, width: side(self.colours.width), height: side(self.colours.height), made_of })
    }
}

/// What takes the rows of a picture of this size, where what it becomes fits the limits.
fn beginning(width: u32, height: u32, wanted: Wanted, limits: &Limits) -> Result<Reducer, NotShown> {
    if width == 0 || height == 0 {
        return Err(NotShown::Damaged("it has no pixels".to_owned()));
    }
    // Before anything is set aside for it: a header of a few bytes may claim two thousand million columns.
    let row = u64::from(width) * 3;
    if row > limits.decoded_bytes {
        return Err(too_large(row, limits));
    }
    let reducer = Reducer::new(width, height, wanted.longest_side.min(Wanted::FULL.longest_side));
    // It is held once more while it is turned; and one row of the source with it.
    let taken = reducer.bytes().saturating_mul(2).saturating_add(row);
    if taken > limits.decoded_bytes { Err(too_large(taken, limits)) } else { Ok(reducer) }
}

fn too_large(bytes: u64, limits: &Limits) -> NotShown {
    let mb = |bytes: u64| bytes.div_ceil(1 << 20);
    NotShown::TooLarge(format!("decoding it takes {} MB of the {} MB allowed", mb(bytes), mb(limits.decoded_bytes)))
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
