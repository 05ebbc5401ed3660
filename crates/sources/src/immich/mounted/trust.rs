//! Whether a folder here is what the server has below a prefix of its paths: told by sizes and bytes, never by names alone.

use std::{io, path::PathBuf};

use sha1::{Digest, Sha1};

use super::Mount;
use crate::{
    error::SourceError,
    folder::FolderSource,
    immich::listed::Listed,
    reading::{self, Steadiness, WHOLE_BUFFER},
    source::Source,
};

/// Assets that are looked for.
const LOOKED_FOR: usize = 16;
/// Of these so many are read: the smallest ones.
const READ: usize = 4;

/// Why a folder is not taken for what the server has.
#[derive(Debug, thiserror::Error)]
pub enum MountRefused {
    /// The folder itself.
    #[error(transparent)]
    Folder(#[from] SourceError),
    /// Nothing that is known of the server tells anything about it.
    #[error("nothing tells whether {} is the server's {prefix}: no asset of known size below it was listed", folder.display())]
    NothingToGoBy {
        /// The prefix.
        prefix: String,
        /// The folder.
        folder: PathBuf,
    },
    /// Most assets are not in it.
    #[error("{missing} of {looked_for} assets are not in {}, such as {path}", folder.display())]
    Missing {
        /// The first, as the server names it.
        path: String,
        /// The folder.
        folder: PathBuf,
        /// How many were missing.
        missing: usize,
        /// How many were looked for.
        looked_for: usize,
    },
    /// An asset has another size.
    #[error("{path} has {listed} bytes on the server and {here} in {}", folder.display())]
    Size {
        /// As the server names it.
        path: String,
        /// The folder.
        folder: PathBuf,
        /// Bytes as the server lists it.
        listed: u64,
        /// Bytes here.
        here: u64,
    },
    /// An asset has other bytes.
    #[error("{path} has other bytes in {} than on the server", folder.display())]
    Bytes {
        /// As the server names it.
        path: String,
        /// The folder.
        folder: PathBuf,
    },
}

impl MountRefused {
    /// What a person can do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            MountRefused::Folder(error) => error.hint(),
            MountRefused::NothingToGoBy { .. } => "leave the folder out: originals are read from the server then",
            MountRefused::Missing { .. } | MountRefused::Size { .. } | MountRefused::Bytes { .. } => {
                "give the folder that the server's own container has there, not a backup or another library; without it originals are read \
                 from the server"
            }
        }
    }
}

/// How one asset compares with the file in its place.
enum Compared {
    Missing,
    /// Nothing contradicts; whether the size, or the bytes, told so.
    Fits {
        told: bool,
    },
}

/// That a folder holds what the server has below the prefix, as far as a sample of its assets can tell.
///
/// Most of those looked for must be there, and none may have another size or other bytes: what is missing may have been added or moved
/// since it was listed, what differs is another library.
///
/// # Errors
/// [`MountRefused`], naming the first asset that differs.
pub fn verify(mount: &Mount, sample: &[Listed]) -> Result<(), MountRefused> {
    let folder = FolderSource::at(&mount.folder)?;
    let below: Vec<&Listed> =
        sample.iter().filter(|listed| !listed.offline && mount.rest(listed.path.as_bytes()).is_some()).collect();
    let mut to_read: Vec<&Listed> =
        below.iter().copied().filter(|listed| listed.library.is_none() && is_readable(listed)).collect();
    to_read.sort_by_key(|listed| (listed.bytes, listed.id));
    to_read.truncate(READ);
    let spread = below.len().div_ceil(LOOKED_FOR).max(1);
    let looked_at: Vec<&Listed> =
        below.iter().copied().step_by(spread).filter(|a| !to_read.iter().any(|b| a.id == b.id)).collect();
    let (mut missing, mut told) = (Vec::new(), false);
    for (listed, read) in to_read.iter().map(|&a| (a, true)).chain(looked_at.iter().map(|&a| (a, false))) {
        match compare(mount, &folder, listed, read)? {
            Compared::Missing => missing.push(listed),
            Compared::Fits { told: by_this } => told |= by_this,
        }
    }
    let looked_for = to_read.len() + looked_at.len();
    match missing.first() {
        Some(first) if missing.len() * 2 >= looked_for => Err(MountRefused::Missing {
            path: first.path.clone(),
            folder: mount.folder.clone(),
            missing: missing.len(),
            looked_for,
        }),
        _ if !told => Err(MountRefused::NothingToGoBy { prefix: mount.prefix.clone(), folder: mount.folder.clone() }),
        _ => Ok(()),
    }
}

fn is_readable(listed: &Listed) -> bool {
    listed.bytes.is_some_and(|bytes| bytes > 0 && bytes <= WHOLE_BUFFER)
}

fn compare(mount: &Mount, folder: &FolderSource, listed: &Listed, read: bool) -> Result<Compared, MountRefused> {
    let rest = mount.rest(listed.path.as_bytes()).unwrap_or_default();
    let (path, folder_path) = (listed.path.clone(), mount.folder.clone());
    let asset = match folder.open(rest) {
        Ok(asset) => asset,
        Err(SourceError::AssetMissing { .. } | SourceError::NotAnAsset { .. }) => return Ok(Compared::Missing),
        Err(error) => return Err(error.into()),
    };
    let here = asset.len();
    if let Some(bytes) = listed.bytes.filter(|&bytes| bytes != here) {
        return Err(MountRefused::Size { path, folder: folder_path, listed: bytes, here });
    }
    if !read {
        return Ok(Compared::Fits { told: listed.bytes.is_some() });
    }
    let mut digest = Sha1::new();
    let steadiness = reading::stream(&*asset, &mut |piece| {
        digest.update(piece);
        Ok::<(), io::Error>(())
    });
    let steadiness = steadiness.map_err(|cause| SourceError::AssetUnreadable { path: folder.full_path(rest), cause })?;
    let equal = <[u8; 20]>::from(digest.finalize()) == listed.checksum;
    if equal && steadiness == Steadiness::Steady {
        Ok(Compared::Fits { told: true })
    } else {
        Err(MountRefused::Bytes { path, folder: folder_path })
    }
}
