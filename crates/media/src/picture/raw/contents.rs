//! `Contents`: what a raw's container says lies where, in one form for all makers.
//!
//! A finder of each container family fills it in; what it says is not yet held against the bytes.
//! Absent on purpose: metadata, and any judgement (`integrity`).

use lightproof_model::{probe::Dimensions, read_at::ReadAt};

use crate::facts::jpeg::{frame, is_frame, next_segment};

/// A stretch of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) at: u64,
    pub(crate) len: u64,
}

impl Piece {
    pub(super) fn new(at: u64, len: u64) -> Piece {
        Piece { at, len }
    }

    /// Bytes of it that lie in a file of this length.
    pub(super) fn there(self, length: u64) -> u64 {
        self.at.saturating_add(self.len).min(length).saturating_sub(self.at)
    }

    pub(super) fn is_whole(self, length: u64) -> bool {
        self.there(length) == self.len
    }
}

/// How a preview is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    /// As a JPEG, in one piece.
    Jpeg,
    /// As rows of 8-bit samples, each row so many bytes long.
    Pixels { samples: usize, row: u64 },
}

/// A picture that stands for the raw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Preview {
    pub(super) pieces: Vec<Piece>,
    pub(super) kept: Kept,
    pub(super) size: Option<Dimensions>,
    /// Whether a standard directory points to it: one that only a maker note names may be a leftover of an editor.
    pub(super) certain: bool,
}

impl Preview {
    pub(super) fn jpeg(at: u64, len: u64) -> Preview {
        Preview { pieces: vec![Piece::new(at, len)], kept: Kept::Jpeg, size: None, certain: true }
    }
}

/// Sensor data of one picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sensor {
    pub(super) pieces: Vec<Piece>,
    pub(super) size: Option<Dimensions>,
    /// Bytes that the picture takes at the very least.
    pub(super) least: u64,
    /// Whether each piece is a JPEG stream, lossless as a rule.
    pub(super) jpeg: bool,
}

impl Sensor {
    /// Sensor data in a maker's own coding.
    pub(super) fn own(at: u64, len: u64, size: Option<Dimensions>) -> Sensor {
        Sensor { pieces: vec![Piece::new(at, len)], size, least: least_of(size), jpeg: false }
    }
}

/// No coding of sensor data comes near a hundredth of a bit for a pixel; a placeholder does.
pub(super) fn least_of(size: Option<Dimensions>) -> u64 {
    size.map_or(0, |s| u64::from(s.width) * u64::from(s.height) / 800)
}

/// All that a raw holds.
#[derive(Debug, Default)]
pub(super) struct Contents {
    pub(super) previews: Vec<Preview>,
    pub(super) sensor: Vec<Sensor>,
    /// Masks, calibration and whatever else of the image the container points to.
    pub(super) more: Vec<Piece>,
    /// Metadata that has a place of its own.
    pub(super) beside: Vec<Piece>,
    /// Values that decoding needs, by name; see [`Contents::needs`].
    pub(super) decoding: Vec<(String, Vec<u8>)>,
    /// Clockwise turn in degrees that the container tells beside EXIF.
    pub(super) rotation: Option<u32>,
    pub(super) faults: Vec<String>,
    needed: u64,
}

/// Bytes of values that decoding needs.
const MAX_NEEDED: u64 = 16 << 20;

impl Contents {
    /// The size of the largest sensor picture.
    pub(super) fn size(&self) -> Option<Dimensions> {
        self.sensor.iter().filter_map(|s| s.size).max_by_key(|s| u64::from(s.width) * u64::from(s.height))
    }

    /// Takes in a value that decoding needs. Together they are bounded, however often a file points to the same bytes.
    pub(super) fn needs(&mut self, name: impl Into<String>, value: Option<Vec<u8>>) {
        let Some(value) = value else { return };
        self.needed += value.len() as u64;
        if self.needed <= MAX_NEEDED {
            self.decoding.push((name.into(), value));
        }
    }

    pub(super) fn fault(&mut self, what: impl Into<String>) {
        let what = what.into();
        if self.faults.len() < 4 && !self.faults.contains(&what) {
            self.faults.push(what);
        }
    }
}

/// Width and height that fit the dimensions of a picture.
pub(super) fn sides(width: u64, height: u64) -> Option<Dimensions> {
    let side = |n: u64| u32::try_from(n).ok().filter(|&n| n > 0);
    Some(Dimensions { width: side(width)?, height: side(height)? })
}

/// What the frame header of a JPEG says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct JpegHead {
    pub(super) size: Dimensions,
    pub(super) lossless: bool,
}

/// Segments before the frame header, at most.
const MAX_SEGMENTS: usize = 128;

/// Hops to the frame header of the JPEG in a piece; nothing when there is none.
pub(super) fn jpeg_head(bytes: &dyn ReadAt, piece: Piece) -> Option<JpegHead> {
    let mut mark = [0; 2];
    if bytes.read_at(piece.at, &mut mark).ok()? < 2 || mark[1] != 0xD8 {
        return None;
    }
    let end = piece.at.checked_add(piece.len)?.min(bytes.len());
    let mut at = piece.at + 2;
    for _ in 0..MAX_SEGMENTS {
        let (marker, segment) = next_segment(bytes, at, end)?;
        if is_frame(marker) {
            return Some(JpegHead { size: frame(bytes, &segment)?, lossless: matches!(marker, 0xC3 | 0xC7 | 0xCB | 0xCF) });
        }
        if matches!(marker, 0xDA | 0xD9) {
            return None;
        }
        at = segment.end;
    }
    None
}
