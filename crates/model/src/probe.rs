//! A probe: all that reading one asset's bytes told.

use crate::{
    digest::ImageDigest,
    exif::ExifField,
    fingerprint::Fingerprint,
    media_type::MediaType,
    moment::{RecordedDate, WallClock},
    problem::{Integrity, Problem},
};

/// A place on Earth in degrees, WGS 84, south and west negative.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Position {
    /// −90 … 90.
    pub latitude: f64,
    /// −180 … 180.
    pub longitude: f64,
}

/// Width and height in pixels as encoded, before any rotation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dimensions {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

/// What the metadata of an asset says: everything but the picture.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Facts {
    /// Every EXIF field of IFD0, ExifIFD, GPS and Interop, in file order, one per (directory, tag).
    pub exif: Vec<ExifField>,
    /// What THE RULE counts: how many of them count.
    pub exif_field_count: u32,
    /// DateTimeOriginal (0x9003), as wall clock.
    pub date_time_original: RecordedDate,
    /// SubSecTimeOriginal (0x9291), trimmed.
    pub sub_sec: Option<String>,
    /// OffsetTimeOriginal (0x9011), as written, for example `+02:00`.
    pub offset: Option<String>,
    /// Make (0x010F), trailing blanks trimmed.
    pub make: Option<String>,
    /// Model (0x0110), trailing blanks trimmed.
    pub model: Option<String>,
    /// SerialNumber (0xA431), else the maker note's SerialNumber.
    pub serial: Option<String>,
    /// The maker note's internal serial number.
    pub internal_serial: Option<String>,
    /// The day the body was made, where its internal serial number tells (Fujifilm).
    pub body_made: Option<jiff::civil::Date>,
    /// LensModel (0xA434).
    pub lens: Option<String>,
    /// What tells one exposure from another, see [`crate::same_shot::exposure_of`].
    pub exposure: Option<String>,
    /// GPS position.
    pub position: Option<Position>,
    /// GPSDateStamp and GPSTimeStamp together: UTC to the second. Nothing unless both are there and possible.
    pub gps_time_utc: Option<WallClock>,
    /// Orientation (0x0112), 1–8 as a rule, as written.
    pub orientation: Option<u16>,
    /// Dimensions of the primary image or video track.
    pub dimensions: Option<Dimensions>,
    /// How long a video shows, in milliseconds.
    pub duration_ms: Option<u32>,
    /// A container's creation time in UTC (QuickTime `mvhd`), where it is set.
    pub container_time_utc: Option<WallClock>,
    /// What ties the two halves of a live photo together.
    pub content_identifier: Option<String>,
    /// Metadata that was broken.
    pub problems: Vec<Problem>,
}

/// What the picture itself is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Picture {
    /// Dimensions as the picture data states them.
    pub dimensions: Option<Dimensions>,
    /// Digest of the encoded image data; `None` for types that have none yet.
    pub image_digest: Option<ImageDigest>,
    /// What it looks like; `None` with a [`crate::problem::ProblemKind::NotFingerprinted`] problem.
    pub fingerprint: Option<Fingerprint>,
    /// Whether it is whole.
    pub integrity: Integrity,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
}

/// All that reading one asset told.
#[derive(Debug, Clone, PartialEq)]
pub struct Probe {
    /// What the bytes are.
    pub media_type: MediaType,
    /// What the metadata says.
    pub facts: Facts,
    /// What the picture is; `None` when only heads were read.
    pub picture: Option<Picture>,
}
