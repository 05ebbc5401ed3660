//! Videos: dimensions, duration, digest of the encoded pictures and sound, integrity and fingerprint.
//!
//! The container's structure is walked by position, so that a video of any size is looked at without reading all of it; nothing is
//! decoded here. Frames come from `ffmpeg` where it is installed; where it is not, that is a plain problem of each video.
//! Absent on purpose: metadata (`facts`), and any belief in a length that the bytes do not bear out.

mod avi;
pub mod ffmpeg;
mod frames;
mod matroska;
mod program;
mod quicktime;
mod reader;
mod transport;

use std::ops::Range;

use lightproof_model::{
    media_type::MediaType,
    probe::{Dimensions, Picture},
    problem::{Integrity, Problem, ProblemKind},
    read_at::ReadAt,
};

pub use self::ffmpeg::Ffmpeg;
use self::ffmpeg::{
    Film,
    memory::{self, Piece},
};
use crate::picture::digest::ImageHasher;

/// What looking at a video told.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Seen {
    /// Dimensions, digest, fingerprint, integrity and problems.
    pub picture: Picture,
    /// How long it shows, in milliseconds, as the container says.
    pub duration_ms: Option<u64>,
}

/// What the walk over a container told.
#[derive(Debug, Default)]
pub(crate) struct Structure {
    pub(crate) dimensions: Option<Dimensions>,
    pub(crate) duration_ms: Option<u64>,
    /// What is damaged.
    pub(crate) faults: Vec<String>,
    /// What follows the video, and harms nothing.
    pub(crate) notes: Vec<String>,
    /// Whether integrity could be looked at; nothing is said of a container that states nothing of itself.
    pub(crate) unchecked: bool,
    /// Why there can be no frames, where the structure alone tells.
    pub(crate) no_pictures: Option<&'static str>,
    /// What the image digest covers, in order.
    pub(crate) digest: Vec<Part>,
    /// Where the samples lie, for excerpts.
    pub(crate) excerpt: Option<Vec<Range<u64>>>,
}

impl Structure {
    pub(crate) fn fault(&mut self, what: impl Into<String>) {
        // A file of noise has as many faults as it has bytes; a few tell enough.
        if self.faults.len() < MOST_FAULTS {
            self.faults.push(what.into());
        }
    }
}

const MOST_FAULTS: usize = 8;

/// A part of the image digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    /// What decoding needs, taken from the headers.
    Held(&'static str, Vec<u8>),
    /// Encoded data.
    Data(&'static str, Range<u64>),
}

/// Bytes that an excerpt of a large video may take in memory, once here and once as it is handed to `ffmpeg`.
pub const EXCERPT: u64 = 96 << 20;

/// Looks at a video. `whole` holds all its bytes where they are in memory; a larger one is looked at by position alone, and has
/// no image digest.
#[must_use]
pub fn look(bytes: &dyn ReadAt, media_type: MediaType, whole: Option<&[u8]>, ffmpeg: Option<&Ffmpeg>) -> Seen {
    let Some((demuxer, mut structure)) = walk(bytes, media_type, whole.is_some()) else { return Seen::default() };
    let image_digest = whole.and_then(|whole| digest(whole, demuxer, &structure.digest));
    let mut problems = Vec::new();
    let integrity = match (structure.unchecked, structure.faults.is_empty()) {
        (_, false) => Integrity::Damaged,
        (true, true) => Integrity::NotChecked,
        (false, true) => Integrity::Intact,
    };
    if !structure.faults.is_empty() {
        problems.push(Problem::new(ProblemKind::DamagedImage, structure.faults.join("; ")));
    }
    if !structure.notes.is_empty() {
        problems.push(Problem::new(ProblemKind::TrailingData, structure.notes.join("; ")));
    }
    let fingerprint = fingerprint(bytes, demuxer, whole, &mut structure, ffmpeg)
        .map_err(|why| {
            let kind = if why == NO_FFMPEG { ProblemKind::BeyondThisBuild } else { ProblemKind::NotFingerprinted };
            problems.push(Problem::new(kind, why));
        })
        .ok();
    let picture = Picture { dimensions: structure.dimensions, image_digest, fingerprint, integrity, problems };
    Seen { picture, duration_ms: structure.duration_ms }
}

/// One frame of a video, at an eighth of its duration, no larger than `longest_side`: width, height and its pixels.
pub(crate) fn frame(
    bytes: &dyn ReadAt,
    media_type: MediaType,
    whole: Option<&[u8]>,
    ffmpeg: Option<&Ffmpeg>,
    longest_side: u32,
) -> Result<ffmpeg::Frame, String> {
    let (demuxer, mut structure) = walk(bytes, media_type, whole.is_some()).ok_or("a kind of video that is not known here")?;
    if let Some(why) = structure.no_pictures {
        return Err(why.to_owned());
    }
    let ffmpeg = ffmpeg.ok_or("frames of videos are shown through ffmpeg, which is not installed")?;
    let file = in_memory(bytes, whole, &mut structure)?;
    ffmpeg.frame(&Film { file: &file, demuxer, duration_ms: structure.duration_ms }, longest_side)
}

/// The bytes of a video as a file that ffmpeg is handed: all of them, or what its four frames take.
fn in_memory(bytes: &dyn ReadAt, whole: Option<&[u8]>, structure: &mut Structure) -> Result<std::fs::File, String> {
    let file = match whole {
        Some(whole) => memory::whole(whole),
        None => {
            let ranges = structure.excerpt.take().ok_or("too large: of this format only up to 100 MB are fingerprinted")?;
            memory::sparse(bytes.len(), &excerpt(bytes, ranges)?)
        }
    };
    file.ok_or_else(|| "this system has no memory that can be handed to ffmpeg as a file".to_owned())
}

/// What every video is told when the program is not there.
pub const NO_FFMPEG: &str = "video is fingerprinted through ffmpeg, which is not installed";

fn fingerprint(
    bytes: &dyn ReadAt,
    demuxer: &'static str,
    whole: Option<&[u8]>,
    structure: &mut Structure,
    ffmpeg: Option<&Ffmpeg>,
) -> Result<lightproof_model::fingerprint::Fingerprint, String> {
    if let Some(why) = structure.no_pictures {
        return Err(why.to_owned());
    }
    let ffmpeg = ffmpeg.ok_or(NO_FFMPEG)?;
    let file = in_memory(bytes, whole, structure)?;
    let frames = ffmpeg.frames(&Film { file: &file, demuxer, duration_ms: structure.duration_ms })?;
    frames::weave(&frames).map_err(|why| why.to_string())
}

/// Reads what an excerpt needs.
fn excerpt(bytes: &dyn ReadAt, ranges: Vec<Range<u64>>) -> Result<Vec<Piece>, String> {
    let needed: u64 = ranges.iter().map(|range| range.end.saturating_sub(range.start)).sum();
    if needed > EXCERPT {
        return Err(format!("too large: four of its frames take {} MB", needed / 1_000_000));
    }
    let read = |range: Range<u64>| {
        let at = range.start;
        crate::isobmff::read(bytes, range, EXCERPT).map(|bytes| Piece { at, bytes })
    };
    ranges.into_iter().map(read).collect::<Option<_>>().ok_or_else(|| "its frames lie beyond its end".to_owned())
}

/// The demuxer for a type, and what its structure tells.
fn walk(bytes: &dyn ReadAt, media_type: MediaType, all: bool) -> Option<(&'static str, Structure)> {
    Some(match media_type {
        MediaType::Mov | MediaType::Mp4 | MediaType::M4v | MediaType::ThreeGp => ("mov", quicktime::walk(bytes, all)),
        MediaType::Mkv | MediaType::WebM => ("matroska", matroska::walk(bytes, all)),
        MediaType::Avi => ("avi", avi::walk(bytes, all)),
        MediaType::Mpg => program::walk(bytes, all),
        MediaType::Mts => ("mpegts", transport::walk(bytes, all)),
        _ => return None,
    })
}

fn digest(whole: &[u8], format: &str, parts: &[Part]) -> Option<lightproof_model::digest::ImageDigest> {
    let mut hasher = ImageHasher::new(format);
    for part in parts {
        match part {
            Part::Held(name, bytes) => hasher.part(name, bytes),
            Part::Data(name, range) => {
                let within = usize::try_from(range.start).ok()?..usize::try_from(range.end).ok()?;
                hasher.data(name, whole.get(within)?);
            }
        }
    }
    hasher.finish()
}
