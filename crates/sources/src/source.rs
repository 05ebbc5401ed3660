//! `Source`: what every place that holds assets can do, namely list them and hand out their bytes.
//!
//! Everything met is told: an asset, a link, a device, a folder that was left out or could not be read.
//! What is wrong with one place is told as a value and never ends the walk.
//! Absent on purpose: writing of any kind. A survey cannot change a library.

use std::{fmt, io, ops::ControlFlow};

use lightproof_model::read_at::ReadAt;

use crate::error::SourceError;

/// A place that holds assets. Many threads may open assets of one source at once.
pub trait Source: Sync {
    /// Tells `visit` of everything in the source, each exactly once, always in the same order, until it breaks off.
    ///
    /// # Errors
    /// [`SourceError`] only when the source as a whole is not (or no longer) there: then what was not found
    /// is not gone, and nothing may be concluded from its absence.
    fn walk(&self, visit: &mut dyn FnMut(Walked) -> ControlFlow<()>) -> Result<(), SourceError>;

    /// Opens one asset by its path as [`Found`] gave it.
    ///
    /// # Errors
    /// [`SourceError`] when there is no such asset, or it cannot be read, or something else has taken its place.
    fn open(&self, path: &[u8]) -> Result<Box<dyn Opened + '_>, SourceError>;
}

/// An asset opened for reading.
pub trait Opened: ReadAt + Send {
    /// What the system says of the opened asset now: compare it with [`Found::stat`] to know that it is the one found.
    ///
    /// # Errors
    /// Whatever the medium reports.
    fn stat(&self) -> io::Result<Stat>;

    /// Tells the medium how it will be read, where that helps. Advice only: nothing depends on it.
    fn will_read(&self, _how: Access) {}

    /// Bytes that came over a network for what was read until now; none where nothing had to.
    fn fetched(&self) -> u64 {
        0
    }
}

/// How an asset will be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// From its first byte to its last.
    Whole,
    /// A few pieces; what lies between is not wanted.
    Pieces,
}

/// One thing met on a walk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Walked {
    /// A file of any type, a link or a special file.
    Found(Found),
    /// Something is listed at this path, but the system does not say what it is.
    Unreadable {
        /// Path relative to the root.
        path: Vec<u8>,
        /// What the system said.
        reason: String,
    },
    /// A folder that was left out on purpose.
    FolderSkipped {
        /// Path relative to the root.
        path: Vec<u8>,
        /// On what ground.
        reason: SkipReason,
    },
    /// A folder that could not be listed, or only in part: what lay in it is unknown, not gone.
    FolderUnreadable {
        /// Path relative to the root.
        path: Vec<u8>,
        /// What the system said.
        reason: String,
    },
}

impl Walked {
    /// Where it is: relative to the root, `/` between names, raw bytes.
    #[must_use]
    pub fn path(&self) -> &[u8] {
        match self {
            Walked::Found(found) => &found.path,
            Walked::Unreadable { path, .. } | Walked::FolderSkipped { path, .. } | Walked::FolderUnreadable { path, .. } => path,
        }
    }
}

/// A file met on a walk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Relative to the root, `/` between names, the bytes as the file system holds them.
    pub path: Vec<u8>,
    /// What the system says of it.
    pub stat: Stat,
    /// What it is.
    pub kind: FoundKind,
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FoundKind {
    /// A regular file.
    Asset,
    /// A symbolic link. It is neither followed nor read: reading a link changes its access time.
    SymbolicLink,
    /// A FIFO, socket or device: it has no bytes that stay, and opening it may wait for ever.
    Special(&'static str),
}

impl FoundKind {
    /// Why it is not looked into, for a person; nothing for an asset.
    #[must_use]
    pub fn why_skipped(self) -> Option<String> {
        match self {
            FoundKind::Asset => None,
            FoundKind::SymbolicLink => Some("a symbolic link: not followed".to_owned()),
            FoundKind::Special(what) => Some(format!("a {what}: not a file with bytes")),
        }
    }
}

/// What the system says of a file.
///
/// Times are nanoseconds since 1970-01-01 UTC; a time outside 1677–2262 is held at that end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Stat {
    /// The file system: its own id (statfs `f_fsid`), which outlives unmounting on most, else `mounted_device`.
    pub device: u64,
    /// The file system as it is mounted now (`st_dev`). It tells a disk from its bit-by-bit clone when both are
    /// mounted, which `device` does not; it may differ after the next mount.
    pub mounted_device: u64,
    /// The file within its file system.
    pub inode: u64,
    /// Bytes.
    pub size: u64,
    /// When the bytes last changed.
    pub mtime_ns: i64,
    /// When anything about the file last changed.
    pub ctime_ns: i64,
    /// How many names it has in its file system.
    pub links: u64,
}

impl Stat {
    /// True when nothing tells that the bytes are others: device, inode, size, mtime and ctime agree.
    #[must_use]
    pub fn agrees_with(&self, other: &Stat) -> bool {
        (self.device, self.inode, self.size, self.mtime_ns, self.ctime_ns)
            == (other.device, other.inode, other.size, other.mtime_ns, other.ctime_ns)
    }

    /// True when both are one file reached by two roads: a hard link, overlapping roots, a bind mount.
    ///
    /// Holds for two stats of one run only, since it looks at the file system as it is mounted.
    #[must_use]
    pub fn is_same_file_as(&self, other: &Stat) -> bool {
        (self.mounted_device, self.inode) == (other.mounted_device, other.inode)
    }
}

/// Why a folder was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SkipReason {
    /// lightproof's own folder, with what it set aside.
    OwnFolder,
    /// The name is among the excluded ones.
    Excluded {
        /// The pattern that matched.
        pattern: String,
    },
    /// Immich made what is in it from the originals (its `.immich` marker tells).
    MadeByImmich,
    /// A Photos library keeps derived pictures and its own data there; the originals are in another folder of it.
    InsidePhotosLibrary,
    /// Lightroom keeps previews there.
    LightroomPreviews,
    /// It is one of its own parents, by a bind mount or the like: walking on would never end.
    Loop {
        /// The parent that it is, relative to the root; empty for the root itself.
        same_as: Vec<u8>,
    },
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SkipReason::OwnFolder => f.write_str("lightproof's own folder"),
            SkipReason::Excluded { pattern } => write!(f, "excluded by the pattern {pattern}"),
            SkipReason::MadeByImmich => f.write_str("made by Immich from the originals"),
            SkipReason::InsidePhotosLibrary => f.write_str("a Photos library's own data, not its originals"),
            SkipReason::LightroomPreviews => f.write_str("Lightroom's previews"),
            SkipReason::Loop { same_as } if same_as.is_empty() => f.write_str("leads back to the root"),
            SkipReason::Loop { same_as } => write!(f, "leads back to {}", String::from_utf8_lossy(same_as)),
        }
    }
}
