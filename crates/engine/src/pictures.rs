//! Pictures: what a person sees of an asset, fetched from its folder or its server, reduced, and kept in a cache.
//!
//! Usable from many threads and without the ledger: whoever asks has looked the asset up and hands over a [`Subject`]. What is shown of a
//! folder's asset is the content that was surveyed: a file that changed since, or is gone, is not shown, and that is said. The cache lies
//! outside every library, and losing it costs time alone. What a server shows is asked for with its owner's key, which never leaves here.
//! Absent on purpose: paths from outside (a subject comes from the ledger), and any writing but to the cache.

use std::path::{Path, PathBuf};

use lightproof_ledger::{Ledger, RootIdentity, Stamp};
use lightproof_media::{showing::MadeOf, video::Ffmpeg};
use lightproof_model::{asset::AssetId, digest::Sha1, media_type::MediaType};
use lightproof_sources::immich::listed::RemoteId;

use crate::{EngineError, servers::ServerRequest};

/// An asset that is to be shown: all that is needed for it, owned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// Its id.
    pub asset: AssetId,
    /// Where it is.
    pub whereabouts: Whereabouts,
    /// What its bytes are; nothing where they were not read.
    pub media_type: Option<MediaType>,
    /// What EXIF says of its orientation.
    pub orientation: Option<u16>,
    /// SHA-1 of its bytes, where known.
    pub sha1: Option<Sha1>,
    /// What tells whether it is still the content that was surveyed.
    pub stamp: Stamp,
}

/// Where an asset is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whereabouts {
    /// In a folder.
    Folder {
        /// The root of its source.
        root: PathBuf,
        /// What that root is recognised by.
        identity: RootIdentity,
        /// Path below it, raw bytes.
        path: Vec<u8>,
    },
    /// On a server.
    Server {
        /// The server's name.
        server: String,
        /// Its owner, as a person names them.
        owner: String,
        /// The server's id of it.
        id: RemoteId,
    },
}

impl Subject {
    /// The asset of this id.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn of(_ledger: &Ledger, _asset: &AssetId) -> Result<Option<Subject>, EngineError> {
        Ok(None)
    }
}

/// How large a picture is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Size {
    /// Beside others: 480 pixels.
    Thumbnail,
    /// To fill a window: 2,048 pixels.
    Large,
    /// With every pixel, to zoom into.
    Full,
}

/// A picture, as it goes to a browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Their MIME type: an image, never anything that holds scripts.
    pub mime: &'static str,
    /// What it was made of, where it was made here; nothing where a server made it.
    pub made_of: Option<MadeOf>,
}

/// An original that a browser shows as it is; its bytes are had by [`Pictures::part`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Original {
    /// Its MIME type.
    pub mime: &'static str,
    /// How many bytes it has.
    pub bytes: u64,
}

/// Why there is no picture; a sentence for a person, without secrets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoPicture(pub String);

/// Fetches and keeps pictures.
#[derive(Debug)]
pub struct Pictures {
    _cache: Option<PathBuf>,
}

impl Pictures {
    /// Pictures without a cache. `servers` bring the owners' keys.
    #[must_use]
    pub fn new(_servers: &[ServerRequest], _ffmpeg: Option<Ffmpeg>) -> Pictures {
        Pictures { _cache: None }
    }

    /// The same, keeping thumbnails in this folder, which is made where it is missing (for its owner's eyes alone).
    ///
    /// # Errors
    /// [`EngineError::CacheBelowRoot`] when it lies below the root of a source of the ledger. A folder that cannot be used is no error:
    /// there is no cache then.
    pub fn kept_in(self, cache: &Path, _ledger: &Ledger) -> Result<Pictures, EngineError> {
        Ok(Pictures { _cache: Some(cache.to_owned()) })
    }

    /// The picture of an asset. Takes as long as decoding does; at most two are decoded at once, others wait.
    ///
    /// # Errors
    /// [`NoPicture`] says why there is none.
    pub fn picture(&self, _subject: &Subject, _size: Size) -> Result<Picture, NoPicture> {
        Err(NoPicture("pictures cannot be shown yet".to_owned()))
    }

    /// The original, where a browser shows it as it is: pictures and videos alike. Elsewhere [`Pictures::picture`] in [`Size::Full`] shows it.
    ///
    /// # Errors
    /// [`NoPicture`] says why not.
    pub fn original(&self, _subject: &Subject) -> Result<Original, NoPicture> {
        Err(NoPicture("pictures cannot be shown yet".to_owned()))
    }

    /// A part of an original's bytes: as many of `length` (at most [`LARGEST_PART`]) as there are from `from` on.
    ///
    /// # Errors
    /// [`NoPicture`] says why not; also when the original is no longer what was surveyed.
    pub fn part(&self, _subject: &Subject, _from: u64, _length: u64) -> Result<Vec<u8>, NoPicture> {
        Err(NoPicture("pictures cannot be shown yet".to_owned()))
    }

    /// Names of the albums that an asset on a server is in; none of one in a folder. Asks the server.
    ///
    /// # Errors
    /// [`NoPicture`] says why they cannot be told.
    pub fn albums_of(&self, _subject: &Subject) -> Result<Vec<String>, NoPicture> {
        Ok(Vec::new())
    }
}

/// The largest part that is handed out at once, 4 MiB.
pub const LARGEST_PART: u64 = 4 << 20;
