//! What a status says, as plain values: for printing and for programs.

use std::collections::BTreeMap;

use lightproof_sources::immich::error::ImmichError;
use serde::Serialize;

use crate::{permissions::Judgement, secrets::SecretError};

/// How a server does.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Status {
    /// Its name.
    pub server: String,
    /// Where it is.
    pub url: String,
    /// Whether what is said to it cannot be overheard.
    pub is_encrypted: bool,
    /// Why it could not be asked at all.
    pub trouble: Option<Trouble>,
    /// Milliseconds until its first answer.
    pub answered_in_ms: Option<u64>,
    /// Its version.
    pub version: Option<String>,
    /// How well that is supported.
    pub support: Option<Supported>,
    /// Since when it has which version, newest first.
    pub history: Vec<VersionSince>,
    /// Its clock (RFC 3339, UTC).
    pub clock: Option<String>,
    /// By how much its clock is ahead of this machine's.
    pub clock_ahead_seconds: Option<i64>,
    /// Whether it is in maintenance mode.
    pub maintenance: Option<bool>,
    /// Whether it has a first user.
    pub has_users: Option<bool>,
    /// Days until it empties its trash.
    pub trash_days: Option<u64>,
    /// The programs that it uses, and their versions.
    pub programs: BTreeMap<&'static str, String>,
    /// The file system with its library.
    pub storage: Option<StorageStatus>,
    /// The owners whose names are known.
    pub owners: Vec<OwnerStatus>,
    /// What all users have together.
    pub totals: Option<Totals>,
    /// All users, where an administrator's key tells.
    pub users: Vec<UserStatus>,
    /// Its queues of jobs.
    pub queues: Option<Vec<QueueStatus>>,
    /// Its external libraries.
    pub libraries: Option<Vec<LibraryStatus>>,
    /// What could not be seen, and why.
    pub unseen: Vec<Unseen>,
    /// What a person should look at.
    pub attention: Vec<Attention>,
}

/// Why something could not be asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Trouble {
    /// A word for programs.
    pub kind: &'static str,
    /// What is the matter.
    pub message: String,
    /// What a person can do.
    pub hint: String,
}

impl Trouble {
    /// Why a key could not be got from where it is kept.
    #[must_use]
    pub fn of_secret(error: &SecretError) -> Trouble {
        Trouble { kind: error.kind(), message: error.to_string(), hint: error.hint() }
    }

    pub(super) fn of(error: &ImmichError) -> Trouble {
        let hint = match error {
            ImmichError::Untrusted { sha256: Some(sha256), .. } => format!("its fingerprint is {sha256}; {}", error.hint()),
            error => error.hint().to_owned(),
        };
        Trouble { kind: error.kind(), message: error.to_string(), hint }
    }
}

/// How well a version is supported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Supported {
    /// Not at all.
    TooOld,
    /// Fully.
    Known,
    /// As far as its answers are understood.
    Newer,
}

/// A version and since when the server has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VersionSince {
    /// The version.
    pub version: String,
    /// Since when (RFC 3339, UTC).
    pub since: String,
}

/// The file system with the library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct StorageStatus {
    /// All bytes.
    pub bytes: u64,
    /// Those in use.
    pub used: u64,
    /// Those that are free.
    pub free: u64,
}

/// One owner.
#[derive(Debug, Clone, Serialize)]
pub struct OwnerStatus {
    /// The name that a person gave.
    pub owner: String,
    /// How it stands with the key.
    pub key: KeyState,
    /// Why the key does not work, or could not be tried.
    pub trouble: Option<Trouble>,
    /// What the key is called in Immich.
    pub key_name: Option<String>,
    /// The user whose key it is.
    pub user_id: Option<String>,
    /// The name of that user.
    pub user_name: Option<String>,
    /// Whether that user may administrate.
    pub is_admin: Option<bool>,
    /// What the key may do, measured by what it needs.
    pub permissions: Option<Judgement>,
    /// How many assets there are.
    pub counts: Option<Counts>,
    /// Bytes that count against the quota.
    pub quota_used: Option<u64>,
    /// The most bytes that may be stored.
    pub quota: Option<u64>,
    /// Other owners whose keys are of the same user.
    pub same_user_as: Vec<String>,
}

/// How it stands with a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyState {
    /// It works.
    Works,
    /// The server does not take it, or not for what is needed.
    Refused,
    /// None is known.
    Missing,
    /// It cannot be read where it is kept.
    Unreadable,
    /// It could not be tried.
    NotTried,
}

/// How many assets an owner has, by where they show.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Among all photographs.
    pub timeline: Counted,
    /// Archived.
    pub archive: Counted,
    /// The moving halves of live photos.
    pub hidden: Counted,
    /// In the trash, wherever they showed.
    pub trashed: Counted,
}

/// Photographs and videos.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counted {
    /// Photographs.
    pub images: u64,
    /// Videos.
    pub videos: u64,
}

impl Counted {
    /// Both.
    #[must_use]
    pub fn total(self) -> u64 {
        self.images.saturating_add(self.videos)
    }
}

/// What all users have together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Photographs.
    pub photos: u64,
    /// Videos.
    pub videos: u64,
    /// Bytes.
    pub bytes: u64,
}

/// One user of the server.
#[derive(Debug, Clone, Default, Serialize)]
pub struct UserStatus {
    /// The user's id.
    pub id: String,
    /// Name.
    pub name: String,
    /// The owner whose key is of this user; nothing when no such key is known.
    pub owner: Option<String>,
    /// Photographs.
    pub photos: Option<u64>,
    /// Videos.
    pub videos: Option<u64>,
    /// Bytes.
    pub bytes: Option<u64>,
    /// Most bytes that may be stored.
    pub quota: Option<u64>,
}

/// One queue of jobs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QueueStatus {
    /// Its name.
    pub name: String,
    /// Whether it stands still.
    pub is_paused: bool,
    /// Jobs under way.
    pub active: u64,
    /// Jobs that wait.
    pub waiting: u64,
    /// Jobs that failed.
    pub failed: u64,
}

/// One external library.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LibraryStatus {
    /// Its name.
    pub name: String,
    /// The owner, where that one's key is known.
    pub owner: Option<String>,
    /// How many assets it has.
    pub assets: Option<u64>,
    /// Its folders, in the server's file system.
    pub folders: Vec<String>,
}

/// What could not be seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unseen {
    /// What.
    pub what: String,
    /// Why.
    pub why: String,
}

/// What a person should look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Attention {
    /// A word for programs.
    pub kind: &'static str,
    /// What it is.
    pub message: String,
}
