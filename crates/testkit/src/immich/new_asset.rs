//! `NewAsset`: what a test says of an asset that it adds.

use std::sync::Arc;

use jiff::tz::TimeZone;

use super::{
    id::Id,
    moment::Moment,
    original::Original,
    row::{Extracted, Kind, Row, Visibility, mime_of},
    world::UserId,
};

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
            zone: None,
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

    /// Its original itself tells its zone, by its position or an offset: the name, as the server has it on record, and the rules in the way of
    /// POSIX (`PST8PDT,M3.2.0,M11.1.0`). Without [`NewAsset::local`], the wall clock follows.
    ///
    /// # Panics
    /// When there are no such rules: a test is written wrongly.
    #[must_use]
    pub fn zone(mut self, name: &str, rules: &str) -> NewAsset {
        self.row.zone = Some(TimeZone::posix(rules).unwrap_or_else(|error| panic!("{rules}: {error}")));
        self.row.extracted.get_or_insert_default().zone = Some(name.to_owned());
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
    pub fn thumbnail(mut self, bytes: impl Into<Arc<[u8]>>) -> NewAsset {
        self.row.thumbnail = Some(bytes.into());
        self
    }

    /// With a preview: a JPEG file of 1440 pixels. Without it, the thumbnail stands in where there is one.
    #[must_use]
    pub fn preview(mut self, bytes: impl Into<Arc<[u8]>>) -> NewAsset {
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
