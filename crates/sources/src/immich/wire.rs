//! What goes over the wire: the few of Immich's shapes that are used, as 2.4.1 to 3.x write them.
//!
//! Fields unknown here are ignored, whatever one of these versions may leave out is optional, and nothing said (`null`) is the same as
//! left out. Texts that people are shown come without what a terminal would obey; paths and file names of assets are kept as they are,
//! since they tell assets apart. Words that grow from version to version (permissions, queues, visibilities) stay words. What tells one asset from another
//! (its id, owner, path, checksum and moment of change) is never made up: an answer without it cannot be understood.

mod dated;
mod lenient;
mod status;

use serde::{Deserialize, Serialize};

use super::listed::RemoteId;

pub use self::dated::{Dated, Recorded};
pub use self::status::{About, JobCounts, Library, Ping, Queue, ServerStatistics, Storage, UserUsage, VersionRow};
pub(super) use self::status::{Queues, QueuesByName};

/// `GET /server/version`.
#[derive(Debug, Clone, Deserialize)]
pub struct ServerVersion {
    /// First number.
    pub major: u32,
    /// Second.
    pub minor: u32,
    /// Third.
    pub patch: u32,
}

/// `GET /server/config`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ServerConfig {
    /// Whether only maintenance is possible now.
    #[serde(deserialize_with = "lenient::or_default")]
    pub maintenance_mode: bool,
    /// Whether there is a first user.
    #[serde(deserialize_with = "lenient::or_default")]
    pub is_initialized: bool,
    /// Days until the trash is emptied.
    #[serde(deserialize_with = "lenient::number")]
    pub trash_days: Option<u64>,
}

/// `GET /users/me`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// The user's id.
    pub id: String,
    /// Name.
    #[serde(default, deserialize_with = "lenient::shown")]
    pub name: String,
    /// Address.
    #[serde(default, deserialize_with = "lenient::shown")]
    pub email: String,
    /// Whether the user may administrate.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub is_admin: bool,
    /// Folder name in the storage template.
    #[serde(default, deserialize_with = "lenient::shown_if_said")]
    pub storage_label: Option<String>,
    /// Most bytes that may be stored.
    #[serde(default, deserialize_with = "lenient::number")]
    pub quota_size_in_bytes: Option<u64>,
    /// Bytes stored.
    #[serde(default, deserialize_with = "lenient::number")]
    pub quota_usage_in_bytes: Option<u64>,
}

/// One of `GET /users`: all that a user may know of another.
#[derive(Debug, Clone, Deserialize)]
pub struct UserName {
    /// The user's id.
    pub id: String,
    /// Name.
    #[serde(default, deserialize_with = "lenient::shown")]
    pub name: String,
}

/// `GET /api-keys/me`.
#[derive(Debug, Clone, Deserialize)]
pub struct KeyInfo {
    /// The key's name.
    #[serde(default, deserialize_with = "lenient::shown")]
    pub name: String,
    /// What it may do.
    #[serde(default, deserialize_with = "lenient::all_shown")]
    pub permissions: Vec<String>,
}

/// `GET /assets/statistics`, `GET /admin/users/{id}/statistics`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct AssetCounts {
    /// Photographs.
    #[serde(deserialize_with = "lenient::count")]
    pub images: u64,
    /// Videos.
    #[serde(deserialize_with = "lenient::count")]
    pub videos: u64,
    /// Both.
    #[serde(deserialize_with = "lenient::count")]
    pub total: u64,
}

/// `POST /search/metadata`: the flat shape, which all of 2.4 to 3.x take.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Search {
    /// Always said: what it means to leave it out differs between versions.
    pub visibility: &'static str,
    /// Trashed ones too.
    pub with_deleted: bool,
    /// With `exifInfo`. Leaves out assets whose metadata was not extracted.
    pub with_exif: bool,
    /// `asc` or `desc`, by `fileCreatedAt`.
    pub order: &'static str,
    /// 1 to 1000.
    pub size: u32,
    /// From 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
    /// `fileCreatedAt` at or after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken_after: Option<String>,
    /// `fileCreatedAt` at or before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken_before: Option<String>,
    /// `createdAt` (upload) at or after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_after: Option<String>,
    /// `createdAt` at or before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_before: Option<String>,
    /// `updatedAt` at or after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_after: Option<String>,
    /// In one of these albums.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub album_ids: Option<Vec<String>>,
}

/// `POST /search/statistics`: how many a search would find. Trashed ones count only with `trashed_after`, and then alone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SearchCount {
    /// Always said.
    pub visibility: &'static str,
    /// `fileCreatedAt` at or after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken_after: Option<String>,
    /// `fileCreatedAt` at or before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken_before: Option<String>,
    /// `createdAt` (upload) at or after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_after: Option<String>,
    /// `createdAt` at or before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_before: Option<String>,
    /// `updatedAt` at or after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_after: Option<String>,
    /// Moved to the trash at or after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trashed_after: Option<String>,
    /// In one of these albums.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub album_ids: Option<Vec<String>>,
}

/// The answer to `POST /search/statistics`.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct SearchTotal {
    /// How many.
    pub total: u64,
}

/// The answer to a search.
#[derive(Debug, Clone, Deserialize)]
pub struct SearchAnswer {
    /// The page.
    pub assets: Page,
}

/// One page of a search.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Page {
    /// What is on it.
    pub items: Vec<Asset>,
    /// The number of the next, as text; nothing on the last.
    #[serde(default, deserialize_with = "lenient::words")]
    pub next_page: Option<String>,
}

/// One asset as a search gives it. Whatever a row lacks is empty: one odd row must not take its page with it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Asset {
    /// Its id.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub id: String,
    /// Whose it is; a partner's assets are found too.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub owner_id: String,
    /// `IMAGE`, `VIDEO`, …
    #[serde(rename = "type", default, deserialize_with = "lenient::or_default")]
    pub kind: String,
    /// Where the server keeps the original.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub original_path: String,
    /// The name it was uploaded under.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub original_file_name: String,
    /// When the file was made, in UTC: made up from the file's own time where the original says nothing.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub file_created_at: String,
    /// When the file was last modified.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub file_modified_at: String,
    /// When it was uploaded.
    #[serde(default)]
    pub created_at: Option<String>,
    /// When its row last changed.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub updated_at: String,
    /// Base64 of 20 bytes.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub checksum: String,
    /// Where it shows.
    #[serde(default, deserialize_with = "lenient::shown_if_said")]
    pub visibility: Option<String>,
    /// In the trash.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub is_trashed: bool,
    /// Its file is gone.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub is_offline: bool,
    /// A favourite.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub is_favorite: bool,
    /// Its external library.
    #[serde(default)]
    pub library_id: Option<String>,
    /// The moving half of this live photo.
    #[serde(default)]
    pub live_photo_video_id: Option<String>,
    /// What the server extracted, when it was asked for and is there.
    #[serde(default)]
    pub exif_info: Option<ExifInfo>,
}

/// Of what the server extracted, the one fact that is used: never its dates, which may be made up.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExifInfo {
    /// Bytes of the original.
    #[serde(default, deserialize_with = "lenient::number")]
    pub file_size_in_byte: Option<u64>,
}

/// One of `GET /albums`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Album {
    /// Its id.
    pub id: String,
    /// Its name.
    #[serde(default, deserialize_with = "lenient::shown")]
    pub album_name: String,
    /// Whose it is (2.x).
    #[serde(default)]
    pub owner_id: Option<String>,
    /// Who takes part; from 3.0 on its owner is among them, with the role `owner`.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub album_users: Vec<AlbumUser>,
}

impl Album {
    /// Whether it is this user's own. Up to 2.x an album names its owner, from 3.0 on the owner is among those who take part.
    #[must_use]
    pub fn is_of(&self, user: RemoteId) -> bool {
        let is_user = |id: &str| RemoteId::parse(id) == Some(user);
        match &self.owner_id {
            Some(owner) => is_user(owner),
            None => self.album_users.iter().any(|part| part.role == "owner" && is_user(&part.user.id)),
        }
    }
}

/// One of the answers to `PUT` or `DELETE /albums/{id}/assets`.
#[derive(Debug, Clone, Deserialize)]
pub struct AlbumChange {
    /// Why not: `duplicate`, `no_permission`, `not_found`, …
    #[serde(default)]
    pub error: Option<String>,
}

impl AlbumChange {
    /// Reads an answer; nothing where it is none, since a look tells more.
    #[must_use]
    pub fn read(body: &[u8]) -> Vec<AlbumChange> {
        serde_json::from_slice(body).unwrap_or_default()
    }
}

/// Who takes part in an album.
#[derive(Debug, Clone, Deserialize)]
pub struct AlbumUser {
    /// `editor`, `viewer`, `owner`.
    #[serde(default, deserialize_with = "lenient::shown")]
    pub role: String,
    /// Who.
    pub user: AlbumUserId,
}

/// A user as albums name it.
#[derive(Debug, Clone, Deserialize)]
pub struct AlbumUserId {
    /// The user's id.
    pub id: String,
}
