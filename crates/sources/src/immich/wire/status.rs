//! Shapes that tell how a server fares: counts, storage, versions, queues, libraries.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::lenient;

/// `GET /server/statistics` (administrators only).
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServerStatistics {
    /// Photographs.
    #[serde(deserialize_with = "lenient::count")]
    pub photos: u64,
    /// Videos.
    #[serde(deserialize_with = "lenient::count")]
    pub videos: u64,
    /// Bytes.
    #[serde(deserialize_with = "lenient::count")]
    pub usage: u64,
    /// By user.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub usage_by_user: Vec<UserUsage>,
}

/// What one user stores.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserUsage {
    /// Who.
    pub user_id: String,
    /// The name.
    #[serde(default, deserialize_with = "lenient::shown")]
    pub user_name: String,
    /// Photographs.
    #[serde(deserialize_with = "lenient::count")]
    pub photos: u64,
    /// Videos.
    #[serde(deserialize_with = "lenient::count")]
    pub videos: u64,
    /// Bytes.
    #[serde(deserialize_with = "lenient::count")]
    pub usage: u64,
    /// Most bytes that may be stored.
    #[serde(default, deserialize_with = "lenient::number")]
    pub quota_size_in_bytes: Option<u64>,
}

/// `GET /server/storage`: of the file system with the library.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Storage {
    /// Bytes.
    #[serde(deserialize_with = "lenient::count")]
    pub disk_size_raw: u64,
    /// Bytes.
    #[serde(deserialize_with = "lenient::count")]
    pub disk_use_raw: u64,
    /// Bytes.
    #[serde(deserialize_with = "lenient::count")]
    pub disk_available_raw: u64,
}

/// `GET /server/about`.
#[derive(Debug, Clone, Deserialize)]
pub struct About {
    /// With a leading `v`.
    #[serde(default, deserialize_with = "lenient::shown")]
    pub version: String,
    /// Version of the program that reads metadata.
    #[serde(default, deserialize_with = "lenient::shown_if_said")]
    pub exiftool: Option<String>,
    /// Version of the program that shows videos.
    #[serde(default, deserialize_with = "lenient::shown_if_said")]
    pub ffmpeg: Option<String>,
    /// Version of the picture library.
    #[serde(default, deserialize_with = "lenient::shown_if_said")]
    pub libvips: Option<String>,
}

/// One of `GET /server/version-history`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VersionRow {
    /// The version.
    #[serde(deserialize_with = "lenient::shown")]
    pub version: String,
    /// Since when.
    #[serde(deserialize_with = "lenient::shown")]
    pub created_at: String,
}

/// `GET /server/ping`.
#[derive(Debug, Clone, Deserialize)]
pub struct Ping {
    /// `pong`.
    pub res: String,
}

/// One of `GET /libraries` (administrators only): a folder outside of Immich's own that it shows.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Library {
    /// Its id.
    pub id: String,
    /// Whose it is.
    pub owner_id: String,
    /// Its name.
    #[serde(default, deserialize_with = "lenient::shown")]
    pub name: String,
    /// How many assets it has.
    #[serde(default, deserialize_with = "lenient::number")]
    pub asset_count: Option<u64>,
    /// Its folders, in the server's own file system.
    #[serde(default, deserialize_with = "lenient::all_shown")]
    pub import_paths: Vec<String>,
}

/// One of `GET /queues`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Queue {
    /// Its name.
    #[serde(deserialize_with = "lenient::shown")]
    pub name: String,
    /// Whether it stands still.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub is_paused: bool,
    /// Its jobs.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub statistics: JobCounts,
}

/// Jobs of a queue by state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct JobCounts {
    /// Under way.
    #[serde(deserialize_with = "lenient::count")]
    pub active: u64,
    /// Waiting.
    #[serde(deserialize_with = "lenient::count")]
    pub waiting: u64,
    /// Waiting for a moment.
    #[serde(deserialize_with = "lenient::count")]
    pub delayed: u64,
    /// Failed.
    #[serde(deserialize_with = "lenient::count")]
    pub failed: u64,
    /// Paused.
    #[serde(deserialize_with = "lenient::count")]
    pub paused: u64,
}

/// `GET /queues`.
pub(in crate::immich) type Queues = Vec<Queue>;

/// `GET /jobs`: the queues as they were told before, by their names.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
pub(in crate::immich) struct QueuesByName(BTreeMap<String, NamedQueue>);

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct NamedQueue {
    #[serde(default, deserialize_with = "lenient::or_default")]
    job_counts: JobCounts,
    #[serde(default, deserialize_with = "lenient::or_default")]
    queue_status: QueueStatus,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct QueueStatus {
    #[serde(default, deserialize_with = "lenient::or_default")]
    is_paused: bool,
}

impl From<QueuesByName> for Queues {
    fn from(QueuesByName(by_name): QueuesByName) -> Queues {
        let queue = |(name, queue): (String, NamedQueue)| Queue {
            name: lenient::harmless(&name),
            is_paused: queue.queue_status.is_paused,
            statistics: queue.job_counts,
        };
        by_name.into_iter().map(queue).collect()
    }
}
