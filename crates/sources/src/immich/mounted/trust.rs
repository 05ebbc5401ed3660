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
const READ: usize = 6;
/// One in so many may have another size.
const TOLERATED: usize = 4;
/// And where bytes cannot tell.
const TOLERATED_BY_SIZE: usize = 8;

/// Why a folder is not taken for what the server has.
#[derive(Debug, thiserror::Error)]
pub enum MountRefused {
    /// The folder itself.
    #[error(transparent)]
    Folder(#[from] SourceError),
    /// Nothing that is known of the server tells anything about it.
    #[error("nothing tells whether {} is the server's {prefix}: the assets listed below it are too few, or of unknown or of one size", folder.display())]
    NothingToGoBy {
        /// The prefix.
        prefix: String,
        /// The folder.
        folder: PathBuf,
        /// How many assets were listed below the prefix.
        listed: usize,
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
    /// Too many assets have another size.
    #[error("{path} has {listed} bytes on the server and {here} in {}", folder.display())]
    Size {
        /// The first, as the server names it.
        path: String,
        /// The folder.
        folder: PathBuf,
        /// Bytes as the server lists it.
        listed: u64,
        /// Bytes here.
        here: u64,
    },
    /// Too many assets have other bytes.
    #[error("{path} has other bytes in {} than on the server", folder.display())]
    Bytes {
        /// The first, as the server names it.
        path: String,
        /// The folder.
        folder: PathBuf,
    },
}

impl MountRefused {
    /// Whether it is not worth telling: this owner has nothing below the prefix, which says nothing against the folder.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        matches!(self, MountRefused::NothingToGoBy { listed: 0, .. })
    }

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

/// How the assets looked for compare with the files in their places.
#[derive(Default)]
struct Compared<'s> {
    looked_for: usize,
    missing: Vec<&'s Listed>,
    /// There, with the size listed.
    equal: Vec<&'s Listed>,
    /// There, with another size: the one here.
    differing: Vec<(&'s Listed, u64)>,
    unreadable: Option<SourceError>,
}

/// What reading the smallest uploads told.
#[derive(Default)]
struct Read<'s> {
    equal: usize,
    differing: Vec<&'s Listed>,
}

/// That a folder holds what the server has below the prefix, as far as a sample of its assets can tell.
///
/// Most of those looked for must be there, most of these in the size listed, and most uploads that are read, two at least, in the bytes
/// listed. What is missing may have been added or moved since it was listed, a few may have been edited where they lie: each original is
/// compared again when it is read. Where sizes alone can tell, hardly any may differ.
///
/// # Errors
/// [`MountRefused`], naming the first asset that differs.
pub fn verify(mount: &Mount, sample: &[Listed]) -> Result<(), MountRefused> {
    let source = FolderSource::at(&mount.folder)?;
    let folder = || mount.folder.clone();
    let below: Vec<&Listed> =
        sample.iter().filter(|listed| !listed.offline && mount.rest(listed.path.as_bytes()).is_some()).collect();
    let compared = compare(mount, &source, &looked_for(&below));
    let Compared { looked_for, missing, equal, differing, unreadable } = compared;
    if missing.len() * 2 >= looked_for
        && let Some(first) = missing.first()
    {
        return Err(match unreadable {
            Some(error) => error.into(),
            None => MountRefused::Missing { path: first.path.clone(), folder: folder(), missing: missing.len(), looked_for },
        });
    }
    let read = read(mount, &source, &equal);
    let by_bytes = read.equal + read.differing.len() > 0;
    let few = |differing: usize, of: usize, one_in: usize| differing * one_in <= of;
    // An upload's bytes vouch for uploads only: an external library lies elsewhere.
    let by_size = |listed: &Listed| !by_bytes || listed.library.is_some();
    let told = (equal.iter().filter(|a| by_size(a)).count(), differing.iter().filter(|(a, _)| by_size(a)).count());
    if let Some(&(first, here)) = differing.first()
        && !(few(differing.len(), differing.len() + equal.len(), TOLERATED) && few(told.1, told.0 + told.1, TOLERATED_BY_SIZE))
    {
        let (path, listed) = (first.path.clone(), first.bytes.unwrap_or_default());
        return Err(MountRefused::Size { path, folder: folder(), listed, here });
    }
    match read.differing.first() {
        Some(first) if read.equal < 2 || read.equal <= read.differing.len() => {
            Err(MountRefused::Bytes { path: first.path.clone(), folder: folder() })
        }
        None if read.equal == 0 && !tells_by_size(&equal) => {
            Err(MountRefused::NothingToGoBy { prefix: mount.prefix.clone(), folder: folder(), listed: below.len() })
        }
        _ => Ok(()),
    }
}

/// Of the assets below a prefix: the smallest uploads, and some from everywhere.
fn looked_for<'s>(below: &[&'s Listed]) -> Vec<&'s Listed> {
    let mut all: Vec<&Listed> = below.iter().copied().filter(|listed| is_readable(listed)).collect();
    all.sort_by_key(|listed| (listed.bytes, listed.id));
    all.truncate(READ);
    let spread = below.len().div_ceil(LOOKED_FOR).max(1);
    let further: Vec<&Listed> = below.iter().copied().step_by(spread).filter(|a| all.iter().all(|b| a.id != b.id)).collect();
    all.extend(further);
    all
}

fn is_readable(listed: &Listed) -> bool {
    listed.library.is_none() && listed.bytes.is_some_and(|bytes| bytes > 0 && bytes <= WHOLE_BUFFER)
}

/// Two sizes at least: all originals of a camera that does not compress have one size, in whatever library.
fn tells_by_size(equal: &[&Listed]) -> bool {
    equal.iter().any(|listed| listed.bytes != equal[0].bytes)
}

fn compare<'s>(mount: &Mount, source: &FolderSource, looked_for: &[&'s Listed]) -> Compared<'s> {
    let mut compared = Compared { looked_for: looked_for.len(), ..Compared::default() };
    for &listed in looked_for {
        let rest = mount.rest(listed.path.as_bytes()).unwrap_or_default();
        match (source.open(rest).map(|asset| asset.len()), listed.bytes) {
            (Ok(here), Some(bytes)) if here == bytes => compared.equal.push(listed),
            (Ok(here), Some(_)) => compared.differing.push((listed, here)),
            (Ok(_), None) => {}
            (Err(error), _) => {
                compared.missing.push(listed);
                if !matches!(error, SourceError::AssetMissing { .. } | SourceError::NotAnAsset { .. }) {
                    compared.unreadable.get_or_insert(error);
                }
            }
        }
    }
    compared
}

/// Reads the smallest uploads of those that have the size listed; what cannot be read tells nothing.
fn read<'s>(mount: &Mount, source: &FolderSource, equal: &[&'s Listed]) -> Read<'s> {
    let mut read = Read::default();
    let mut uploads: Vec<&Listed> = equal.iter().copied().filter(|listed| is_readable(listed)).collect();
    uploads.sort_by_key(|listed| (listed.bytes, listed.id));
    for listed in uploads.into_iter().take(READ) {
        let Ok(asset) = source.open(mount.rest(listed.path.as_bytes()).unwrap_or_default()) else { continue };
        let mut digest = Sha1::new();
        let steadiness = reading::stream(&*asset, &mut |piece| {
            digest.update(piece);
            Ok::<(), io::Error>(())
        });
        match steadiness {
            Ok(Steadiness::Steady) if <[u8; 20]>::from(digest.finalize()) == listed.checksum => read.equal += 1,
            Ok(_) => read.differing.push(listed),
            Err(_) => {}
        }
    }
    read
}
