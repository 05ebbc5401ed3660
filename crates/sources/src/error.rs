//! `SourceError`: why a source or one of its assets cannot be read, worded once.
//!
//! `kind()` is for programs, `hint()` says to a person what to do. A root that is missing or empty is an error
//! and not an empty library: an unplugged drive is not "all gone".

use std::{io, path::PathBuf};

use crate::immich::error::ImmichError;

/// Why a source, or one asset of it, cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// Nothing is at the root's path.
    #[error("{} is not there", root.display())]
    RootMissing {
        /// The path that was given.
        root: PathBuf,
    },
    /// The root's path leads to something that is no folder.
    #[error("{} is not a folder", root.display())]
    RootNotAFolder {
        /// The path that was given.
        root: PathBuf,
    },
    /// The root is a folder without anything in it.
    #[error("{} is empty", root.display())]
    RootEmpty {
        /// The path that was given.
        root: PathBuf,
    },
    /// The root cannot be opened or listed.
    #[error("{} cannot be read: {cause}", root.display())]
    RootUnreadable {
        /// The path that was given.
        root: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// While it was walked, the root went away or another folder took its place.
    #[error("{} went away while it was read", root.display())]
    RootWentAway {
        /// The root's full path.
        root: PathBuf,
    },
    /// The root is another folder than the one known by this path.
    #[error("{} is not the folder that it was last time", root.display())]
    AnotherRoot {
        /// The root's full path.
        root: PathBuf,
    },
    /// No asset is at this path (any more).
    #[error("{} is not there (any more)", path.display())]
    AssetMissing {
        /// The asset's full path.
        path: PathBuf,
    },
    /// What is at this path is no regular file: a link, a FIFO, a folder.
    #[error("{} is not a regular file", path.display())]
    NotAnAsset {
        /// The asset's full path.
        path: PathBuf,
    },
    /// The asset cannot be opened or read.
    #[error("{} cannot be read: {cause}", path.display())]
    AssetUnreadable {
        /// The asset's full path.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// An Immich server, or an asset on one, cannot be read.
    #[error("{}: {cause}", place.display())]
    Immich {
        /// `immich:NAME`, followed by the asset's path if it is about one.
        place: PathBuf,
        /// What the server said.
        cause: Box<ImmichError>,
    },
}

impl SourceError {
    /// A word for programs.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            SourceError::RootMissing { .. } => "root-missing",
            SourceError::RootNotAFolder { .. } => "root-not-a-folder",
            SourceError::RootEmpty { .. } => "root-empty",
            SourceError::RootUnreadable { .. } => "root-unreadable",
            SourceError::RootWentAway { .. } => "root-went-away",
            SourceError::AnotherRoot { .. } => "another-root",
            SourceError::AssetMissing { .. } => "asset-missing",
            SourceError::NotAnAsset { .. } => "not-an-asset",
            SourceError::AssetUnreadable { .. } => "asset-unreadable",
            SourceError::Immich { cause, .. } => cause.kind(),
        }
    }

    /// What a person can do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            SourceError::RootMissing { .. } => {
                "check the spelling; if it is on a drive or a share, plug it in or mount it, then survey again: nothing known of it is lost"
            }
            SourceError::RootNotAFolder { .. } => "give the folder that holds it",
            SourceError::RootEmpty { .. } => {
                "an empty folder is often a drive or share that is not mounted: mount it, then survey again; nothing known of it is lost"
            }
            SourceError::RootUnreadable { .. } => "give your user the right to read the folder, or run as a user who has it",
            SourceError::RootWentAway { .. } => {
                "plug the drive in or mount the share again, then survey again: what was read until now is kept"
            }
            SourceError::AnotherRoot { .. } => {
                "if another drive is mounted there, mount the right one; if the library has moved to a new drive, say that it is a new source"
            }
            SourceError::AssetMissing { .. } => "survey again to learn where it is now",
            SourceError::NotAnAsset { .. } => "something else has taken its place since it was found: survey again",
            SourceError::AssetUnreadable { .. } => {
                "check its permissions; if the system speaks of an input/output error, the drive may be failing: back it up first"
            }
            SourceError::Immich { cause, .. } => cause.hint(),
        }
    }
}
