//! `Api`: the calls that are used, on one server with one key or none. All of them read; what changes something goes through [`super::hands`].
//!
//! What goes into paths are ids and words that are known here, so that nothing in them needs to be escaped.

use std::sync::Arc;

use serde::Serialize;

use super::{
    error::ImmichError,
    http::{Line, Method, Unsure},
    key::ApiKey,
    listed::{RemoteId, Visibility},
    version::{Support, Version},
    wire::{
        About, Album, Asset, AssetCounts, Dated, KeyInfo, Library, Page, Ping, Queue, Queues, QueuesByName, Search, SearchAnswer,
        SearchCount, SearchTotal, ServerConfig, ServerStatistics, ServerVersion, Storage, User, UserName, VersionRow,
    },
};

/// One server as one key sees it.
#[derive(Debug, Clone)]
pub struct Api {
    line: Arc<Line>,
    key: Option<ApiKey>,
}

/// A part of an original, and how long the whole is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The bytes asked for, or fewer at the end.
    pub bytes: Vec<u8>,
    /// Bytes of the whole.
    pub of: u64,
}

/// The name of the album that shows what was set aside.
pub const QUARANTINE_ALBUM: &str = "Quarantine (lightproof)";

impl Api {
    /// A server without a key: its version and whether it is in maintenance.
    #[must_use]
    pub fn open(line: Arc<Line>) -> Api {
        Api { line, key: None }
    }

    /// A server with a key.
    #[must_use]
    pub fn with_key(line: Arc<Line>, key: ApiKey) -> Api {
        Api { line, key: Some(key) }
    }

    /// The line to the server.
    #[must_use]
    pub fn line(&self) -> &Arc<Line> {
        &self.line
    }

    /// `GET /server/ping`: that Immich answers; how long it took is for the caller to measure.
    ///
    /// # Errors
    /// [`ImmichError`].
    pub fn ping(&self) -> Result<(), ImmichError> {
        self.line.get("/server/ping", None).map(|_: Ping| ())
    }

    /// `GET /server/version`.
    ///
    /// # Errors
    /// [`ImmichError`].
    pub fn version(&self) -> Result<Version, ImmichError> {
        let ServerVersion { major, minor, patch } = self.line.get("/server/version", None)?;
        Ok(Version { major, minor, patch })
    }

    /// That the server can be read now: its version is not too old and it is not in maintenance.
    ///
    /// # Errors
    /// [`ImmichError`].
    pub fn check(&self) -> Result<Version, ImmichError> {
        let version = self.version()?;
        if version.support() == Support::TooOld {
            return Err(ImmichError::TooOld { url: self.line.url().to_string(), version });
        }
        match self.config() {
            Ok(config) if config.maintenance_mode => Err(ImmichError::Maintenance { url: self.line.url().to_string() }),
            // 3.2 announces that this call will go.
            Ok(_) | Err(ImmichError::NotThere { .. }) => Ok(version),
            Err(error) => Err(error),
        }
    }

    /// `GET /server/config`.
    ///
    /// # Errors
    /// [`ImmichError`].
    pub fn config(&self) -> Result<ServerConfig, ImmichError> {
        self.line.get("/server/config", None)
    }

    /// `GET /server/version-history`, newest first.
    ///
    /// # Errors
    /// [`ImmichError`].
    pub fn version_history(&self) -> Result<Vec<VersionRow>, ImmichError> {
        self.line.get("/server/version-history", None)
    }

    /// `GET /users/me`: whose key this is.
    ///
    /// # Errors
    /// [`ImmichError`].
    pub fn me(&self) -> Result<User, ImmichError> {
        self.line.get("/users/me", self.key.as_ref())
    }

    /// `GET /api-keys/me`: what the key may do.
    ///
    /// # Errors
    /// [`ImmichError`].
    pub fn key_info(&self) -> Result<KeyInfo, ImmichError> {
        self.line.get("/api-keys/me", self.key.as_ref())
    }

    /// `GET /assets/statistics` of one visibility.
    ///
    /// # Errors
    /// [`ImmichError`].
    pub fn asset_counts(&self, visibility: Visibility, trashed: bool) -> Result<AssetCounts, ImmichError> {
        let path = format!("/assets/statistics?visibility={}&isTrashed={trashed}", visibility.word());
        self.line.get(&path, self.key.as_ref())
    }

    /// `POST /search/metadata`.
    ///
    /// # Errors
    /// [`ImmichError`].
    pub fn search(&self, search: &Search) -> Result<Page, ImmichError> {
        let answer: SearchAnswer = self.line.post("/search/metadata", self.key.as_ref(), search)?;
        Ok(answer.assets)
    }

    /// `POST /search/statistics`: how many a search would find.
    ///
    /// # Errors
    /// [`ImmichError`].
    pub fn search_count(&self, search: &SearchCount) -> Result<u64, ImmichError> {
        let SearchTotal { total } = self.line.post("/search/statistics", self.key.as_ref(), search)?;
        Ok(total)
    }

    /// `GET /albums`: owned and shared ones.
    ///
    /// # Errors
    /// [`ImmichError`].
    pub fn albums(&self) -> Result<Vec<Album>, ImmichError> {
        self.line.get("/albums", self.key.as_ref())
    }

    /// `GET /server/statistics`; administrators only.
    ///
    /// # Errors
    /// [`ImmichError`].
    pub fn server_statistics(&self) -> Result<ServerStatistics, ImmichError> {
        self.line.get("/server/statistics", self.key.as_ref())
    }

    /// `GET /server/storage`.
    ///
    /// # Errors
    /// [`ImmichError`].
    pub fn storage(&self) -> Result<Storage, ImmichError> {
        self.line.get("/server/storage", self.key.as_ref())
    }

    /// `GET /server/about`.
    ///
    /// # Errors
    /// [`ImmichError`].
    pub fn about(&self) -> Result<About, ImmichError> {
        self.line.get("/server/about", self.key.as_ref())
    }

    /// `GET /users`: whom else there is, where the server lets users know of each other.
    ///
    /// # Errors
    /// [`ImmichError`].
    pub fn users(&self) -> Result<Vec<UserName>, ImmichError> {
        self.line.get("/users", self.key.as_ref())
    }

    /// `GET /admin/users/{id}/statistics` of one visibility; administrators only.
    ///
    /// # Errors
    /// [`ImmichError`].
    pub fn asset_counts_of(&self, user: RemoteId, visibility: Visibility, trashed: bool) -> Result<AssetCounts, ImmichError> {
        let path = format!("/admin/users/{user}/statistics?visibility={}&isTrashed={trashed}", visibility.word());
        self.line.get(&path, self.key.as_ref())
    }

    /// `GET /libraries`; administrators only.
    ///
    /// # Errors
    /// [`ImmichError`].
    pub fn libraries(&self) -> Result<Vec<Library>, ImmichError> {
        self.line.get("/libraries", self.key.as_ref())
    }

    /// `GET /queues`, or `GET /jobs` where that is not known or not allowed: the same by its older name. Administrators only.
    ///
    /// # Errors
    /// [`ImmichError`]: of `/queues`, where both are forbidden.
    pub fn queues(&self) -> Result<Vec<Queue>, ImmichError> {
        let refused = match self.line.get::<Queues>("/queues", self.key.as_ref()) {
            Err(refused @ (ImmichError::NotThere { .. } | ImmichError::Forbidden { .. })) => refused,
            answer => return answer,
        };
        match (self.line.get::<QueuesByName>("/jobs", self.key.as_ref()), refused) {
            (Ok(queues), _) => Ok(queues.into()),
            (Err(ImmichError::NotThere { .. } | ImmichError::Forbidden { .. }), refused @ ImmichError::Forbidden { .. }) => {
                Err(refused)
            }
            (Err(error), _) => Err(error),
        }
    }

    /// `GET /assets/{id}/original`, a part of it. A server that ignores the range is heard no further than the part.
    ///
    /// # Errors
    /// [`ImmichError`].
    pub fn original(&self, id: RemoteId, offset: u64, length: u64) -> Result<Piece, ImmichError> {
        self.line.piece(&format!("/assets/{id}/original"), self.key.as_ref(), offset, length)
    }

    /// `GET /albums?assetId=`: the albums that hold an asset, owned and shared ones.
    ///
    /// # Errors
    /// [`ImmichError`].
    pub fn albums_with(&self, asset: RemoteId) -> Result<Vec<Album>, ImmichError> {
        self.line.get(&format!("/albums?assetId={asset}"), self.key.as_ref())
    }

    /// `GET /assets/{id}`: what the server says of one asset.
    ///
    /// # Errors
    /// [`ImmichError`].
    pub fn asset(&self, id: RemoteId) -> Result<Asset, ImmichError> {
        self.line.get(&format!("/assets/{id}"), self.key.as_ref())
    }

    /// `GET /assets/{id}`: the dates that the server shows of one asset.
    ///
    /// # Errors
    /// [`ImmichError`].
    pub fn dated(&self, id: RemoteId) -> Result<Dated, ImmichError> {
        self.line.get(&format!("/assets/{id}"), self.key.as_ref())
    }

    /// A change, asked for once.
    pub(super) fn change(&self, method: Method, path: &str, body: &impl Serialize) -> Result<Vec<u8>, Unsure> {
        self.line.change(method, path, self.key.as_ref(), body)
    }

    /// `GET /assets/{id}/thumbnail`: the small upright picture; nothing where the server has none.
    ///
    /// # Errors
    /// [`ImmichError`].
    pub fn thumbnail(&self, id: RemoteId) -> Result<Option<Vec<u8>>, ImmichError> {
        self.shown(id, "thumbnail")
    }

    /// `GET /assets/{id}/thumbnail?size=preview`: the large upright picture; nothing where the server has none.
    ///
    /// # Errors
    /// [`ImmichError`].
    pub fn preview(&self, id: RemoteId) -> Result<Option<Vec<u8>>, ImmichError> {
        self.shown(id, "preview")
    }

    fn shown(&self, id: RemoteId, size: &str) -> Result<Option<Vec<u8>>, ImmichError> {
        match self.line.whole(&format!("/assets/{id}/thumbnail?size={size}"), self.key.as_ref()) {
            Err(ImmichError::NotThere { .. }) => Ok(None),
            answer => answer.map(Some),
        }
    }
}
