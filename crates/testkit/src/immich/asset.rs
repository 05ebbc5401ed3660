//! `NewAsset`: what a test says of an asset; `Row`: what the fake server keeps of it.

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

/// An asset to add.
#[derive(Debug, Clone)]
pub struct NewAsset {
    pub(super) row: Row,
    pub(super) path: Option<String>,
    pub(super) mime: Option<String>,
    pub(super) created: Option<Moment>,
    pub(super) updated: Option<Moment>,
    pub(super) local: Option<Moment>,
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
    pub thumbnail: Option<std::sync::Arc<[u8]>>,
    pub preview: Option<std::sync::Arc<[u8]>>,
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

impl NewAsset {
    /// A photograph of this user: an upload into the timeline, taken and modified on the same day in 2024, with its metadata extracted and
    /// without a thumbnail.
    #[must_use]
    pub fn of(owner: UserId, original: impl Into<Original>) -> NewAsset {
        let taken = Moment::from("2024-07-14T08:21:33.120Z");
        let row = Row {
            id: Id::numbered(0),
            owner,
            kind: Kind::Image,
            original: original.into(),
            path: String::new(),
            name: "IMG_0001.jpg".to_owned(),
            mime: String::new(),
            taken,
            local: taken,
            modified: taken,
            created: taken,
            updated: taken,
            visibility: Visibility::Timeline,
            trashed: None,
            offline: false,
            favourite: false,
            library: None,
            live: None,
            stack: None,
            duplicate: None,
            thumbnail: None,
            preview: None,
            extracted: Some(Extracted::default()),
            milliseconds: 0,
        };
        NewAsset { row, path: None, mime: None, created: None, updated: None, local: None }
    }

    /// Uploaded under this name. The type by content follows from it, and whether it is a video.
    #[must_use]
    pub fn named(mut self, name: &str) -> NewAsset {
        self.row.name = name.to_owned();
        if mime_of(name).starts_with("video/") {
            self.row.kind = Kind::Video;
        }
        self
    }

    /// Kept by the server at this path. Without it: in the upload folder, as the server does without a storage template.
    #[must_use]
    pub fn path(mut self, path: &str) -> NewAsset {
        self.path = Some(path.to_owned());
        self
    }

    /// Of this kind.
    #[must_use]
    pub fn kind(mut self, kind: Kind) -> NewAsset {
        self.row.kind = kind;
        self
    }

    /// Of this type by content, whatever its name.
    #[must_use]
    pub fn mime(mut self, mime: &str) -> NewAsset {
        self.mime = Some(mime.to_owned());
        self
    }

    /// `fileCreatedAt`.
    #[must_use]
    pub fn taken(mut self, at: impl Into<Moment>) -> NewAsset {
        self.row.taken = at.into();
        self
    }

    /// `localDateTime`, written as if it were UTC. Without it: as taken.
    #[must_use]
    pub fn local(mut self, at: impl Into<Moment>) -> NewAsset {
        self.local = Some(at.into());
        self
    }

    /// `fileModifiedAt`.
    #[must_use]
    pub fn modified(mut self, at: impl Into<Moment>) -> NewAsset {
        self.row.modified = at.into();
        self
    }

    /// `createdAt`: the upload. Without it: the server's clock.
    #[must_use]
    pub fn created(mut self, at: impl Into<Moment>) -> NewAsset {
        self.created = Some(at.into());
        self
    }

    /// `updatedAt`. Without it: as created.
    #[must_use]
    pub fn updated(mut self, at: impl Into<Moment>) -> NewAsset {
        self.updated = Some(at.into());
        self
    }

    /// Shown there.
    #[must_use]
    pub fn visibility(mut self, visibility: Visibility) -> NewAsset {
        self.row.visibility = visibility;
        self
    }

    /// In the trash.
    #[must_use]
    pub fn trashed(mut self) -> NewAsset {
        self.row.trashed = Some(Moment::default());
        self
    }

    /// Its file is gone: in the trash too, as the server has it.
    #[must_use]
    pub fn offline(mut self) -> NewAsset {
        self.row.offline = true;
        self.trashed()
    }

    /// A favourite.
    #[must_use]
    pub fn favourite(mut self) -> NewAsset {
        self.row.favourite = true;
        self
    }

    /// Of this external library.
    #[must_use]
    pub fn library(mut self, library: Id) -> NewAsset {
        self.row.library = Some(library);
        self
    }

    /// A live photo whose moving half is this asset (which is `Hidden` then).
    #[must_use]
    pub fn live(mut self, moving: Id) -> NewAsset {
        self.row.live = Some(moving);
        self
    }

    /// With a thumbnail: a WebP or JPEG file of 250 pixels (see [`super::thumbnail`]).
    #[must_use]
    pub fn thumbnail(mut self, bytes: impl Into<std::sync::Arc<[u8]>>) -> NewAsset {
        self.row.thumbnail = Some(bytes.into());
        self
    }

    /// With a preview: a JPEG file of 1440 pixels. Without it, the thumbnail stands in where there is one.
    #[must_use]
    pub fn preview(mut self, bytes: impl Into<std::sync::Arc<[u8]>>) -> NewAsset {
        self.row.preview = Some(bytes.into());
        self
    }

    /// With what the server extracted.
    #[must_use]
    pub fn extracted(mut self, extracted: Extracted) -> NewAsset {
        self.row.extracted = Some(extracted);
        self
    }

    /// Its metadata was never extracted: searches with `withExif` do not find it.
    #[must_use]
    pub fn not_extracted(mut self) -> NewAsset {
        self.row.extracted = None;
        self
    }

    /// A video of so many milliseconds.
    #[must_use]
    pub fn lasting(mut self, milliseconds: u64) -> NewAsset {
        self.row.milliseconds = milliseconds;
        self
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
