//! `Subject`: an asset that is to be shown, as the ledger knows it; a small value that any thread can take along.

use std::{
    ffi::OsStr,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

use lightproof_ledger::{Ledger, RootIdentity, SourceKind, Stamp, StoredAsset};
use lightproof_model::{asset::AssetId, digest::Sha1, media_type::MediaType};
use lightproof_sources::immich::listed::RemoteId;

use crate::EngineError;

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
    /// The asset of this id; nothing when there is none.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn of(ledger: &Ledger, asset: &AssetId) -> Result<Option<Subject>, EngineError> {
        match ledger.asset(asset.as_str())? {
            Some(asset) => Subject::of_asset(ledger, &asset),
            None => Ok(None),
        }
    }

    /// An asset that was looked up already; nothing when its source is not known any more.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn of_asset(ledger: &Ledger, asset: &StoredAsset) -> Result<Option<Subject>, EngineError> {
        let Some(source) = ledger.sources()?.into_iter().find(|source| source.id == asset.place.source) else { return Ok(None) };
        let whereabouts = match source.kind {
            SourceKind::Folder => {
                Whereabouts::Folder { root: path_of(&source.root), identity: source.identity, path: asset.place.path() }
            }
            SourceKind::Immich => {
                let root = String::from_utf8_lossy(&source.root);
                let Some((server, owner)) = root.strip_prefix("immich:").and_then(|name| name.split_once('/')) else {
                    return Ok(None);
                };
                let Some(listed) = ledger.listed_as(asset.key)? else { return Ok(None) };
                Whereabouts::Server { server: server.to_owned(), owner: owner.to_owned(), id: RemoteId(listed.remote) }
            }
        };
        Ok(Some(Subject {
            asset: asset.id.clone(),
            whereabouts,
            media_type: asset.media_type,
            orientation: asset.facts.orientation,
            sha1: asset.sha1,
            stamp: asset.stamp,
        }))
    }
}

/// A path as the record keeps it.
pub(super) fn path_of(raw: &[u8]) -> PathBuf {
    Path::new(OsStr::from_bytes(raw)).to_owned()
}
