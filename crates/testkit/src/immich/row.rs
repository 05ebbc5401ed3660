//! `Row`: what the fake server keeps of an asset.

use std::sync::Arc;

use jiff::tz::TimeZone;

use super::{id::Id, moment::Moment, original::Original, world::UserId};

/// Where an asset shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Visibility {
    /// In the timeline.
    Timeline,
    /// In the archive.
    Archive,
    /// Nowhere: the moving half of a live photo, or a mishap.
    Hidden,
    /// Behind a PIN: out of reach of every key.
    Locked,
}

impl Visibility {
    pub(super) const ALL: [Visibility; 4] = [Visibility::Archive, Visibility::Timeline, Visibility::Hidden, Visibility::Locked];

    pub(super) fn word(self) -> &'static str {
        match self {
            Visibility::Timeline => "timeline",
            Visibility::Archive => "archive",
            Visibility::Hidden => "hidden",
            Visibility::Locked => "locked",
        }
    }
}

/// What kind of asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A photograph.
    Image,
    /// A video.
    Video,
    /// Sound.
    Audio,
    /// Anything else.
    Other,
}

impl Kind {
    pub(super) const ALL: [Kind; 4] = [Kind::Image, Kind::Video, Kind::Audio, Kind::Other];

    pub(super) fn word(self) -> &'static str {
        match self {
            Kind::Image => "IMAGE",
            Kind::Video => "VIDEO",
            Kind::Audio => "AUDIO",
            Kind::Other => "OTHER",
        }
    }
}

/// What the server extracted of an original. Its date is made up from the file's time where the original has none.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Extracted {
    pub(super) make: Option<String>,
    pub(super) model: Option<String>,
    pub(super) taken: Option<Moment>,
    pub(super) zone: Option<String>,
    pub(super) pixels: Option<(u32, u32)>,
    pub(super) orientation: Option<String>,
    pub(super) place: Option<(f64, f64)>,
    pub(super) description: String,
    pub(super) rating: Option<i64>,
}

impl Extracted {
    /// Made by this camera.
    #[must_use]
    pub fn camera(mut self, make: &str, model: &str) -> Extracted {
        (self.make, self.model) = (Some(make.to_owned()), Some(model.to_owned()));
        self
    }

    /// Taken then, as the original says; and the zone that it says, as `UTC+2` or `Europe/Paris`.
    #[must_use]
    pub fn taken(mut self, at: impl Into<Moment>, zone: Option<&str>) -> Extracted {
        (self.taken, self.zone) = (Some(at.into()), zone.map(str::to_owned));
        self
    }

    /// Of so many pixels, as they lie in the file.
    #[must_use]
    pub fn pixels(mut self, width: u32, height: u32) -> Extracted {
        self.pixels = Some((width, height));
        self
    }

    /// With this orientation, 1 to 8.
    #[must_use]
    pub fn orientation(mut self, orientation: u8) -> Extracted {
        self.orientation = Some(orientation.to_string());
        self
    }

    /// Taken at this latitude and longitude.
    #[must_use]
    pub fn place(mut self, latitude: f64, longitude: f64) -> Extracted {
        self.place = Some((latitude, longitude));
        self
    }
}

/// What the server keeps of an asset.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub id: Id,
    pub owner: UserId,
    pub kind: Kind,
    pub original: Original,
    pub path: String,
    pub name: String,
    pub mime: String,
    pub taken: Moment,
    pub local: Moment,
    /// The zone that the original itself tells, by its position or an offset.
    pub zone: Option<TimeZone>,
    pub modified: Moment,
    pub created: Moment,
    pub updated: Moment,
    pub visibility: Visibility,
    pub trashed: Option<Moment>,
    pub offline: bool,
    pub favourite: bool,
    pub library: Option<Id>,
    pub live: Option<Id>,
    pub stack: Option<Id>,
    pub duplicate: Option<Id>,
    pub thumbnail: Option<Arc<[u8]>>,
    pub preview: Option<Arc<[u8]>>,
    pub extracted: Option<Extracted>,
    pub milliseconds: u64,
}

impl Row {
    /// The checksum that the server tells: in an external library it is that of the path, not of the bytes.
    pub fn checksum(&self) -> [u8; 20] {
        use sha1::{Digest, Sha1};
        match self.library {
            Some(_) => Sha1::digest(format!("path:{}", self.path)).into(),
            None => self.original.sha1(),
        }
    }

    pub fn is_of_extension(&self, extensions: &[&str]) -> bool {
        self.name.rsplit_once('.').is_some_and(|(_, e)| extensions.contains(&e.to_ascii_lowercase().as_str()))
    }
}

/// The type by content that the server tells of a name.
pub(super) fn mime_of(name: &str) -> &'static str {
    let extension = name.rsplit_once('.').map_or("", |(_, e)| e).to_ascii_lowercase();
    match extension.as_str() {
        "jpg" | "jpeg" | "jpe" | "insp" => "image/jpeg",
        "png" => "image/png",
        "webp" => "image/webp",
        "gif" => "image/gif",
        "heic" => "image/heic",
        "heif" | "hif" => "image/heif",
        "avif" => "image/avif",
        "tif" | "tiff" => "image/tiff",
        "bmp" => "image/bmp",
        "jxl" => "image/jxl",
        "dng" => "image/dng",
        "cr2" => "image/cr2",
        "cr3" => "image/cr3",
        "nef" => "image/nef",
        "arw" => "image/arw",
        "orf" => "image/orf",
        "raf" => "image/raf",
        "rw2" => "image/rw2",
        "mp4" | "insv" => "video/mp4",
        "mov" => "video/quicktime",
        "m4v" => "video/x-m4v",
        "avi" => "video/x-msvideo",
        "mkv" => "video/x-matroska",
        "webm" => "video/webm",
        "mts" | "m2ts" | "m2t" => "video/mp2t",
        "3gp" | "3gpp" => "video/3gpp",
        "mpg" | "mpeg" | "mpe" => "video/mpeg",
        _ => "application/octet-stream",
    }
}
