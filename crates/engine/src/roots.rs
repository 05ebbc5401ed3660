//! Roots: the folders that a survey is given, and those in whom servers' owners become sources, recognised and checked before
//! anything is read.
//!
//! All of them are checked before one is touched: a drive that is not plugged in refuses the survey, it does not
//! empty the library.

use std::{
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

use lightproof_ledger::{Ledger, Recognised, RootIdentity, SourceKind, StoredSource};
use lightproof_sources::{exclusions::Exclusions, folder::FolderSource};

use crate::{EngineError, servers::ServerRoot};

/// A folder that was named, and whose photographs are in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RootRequest {
    /// The folder as it was named.
    pub path: PathBuf,
    /// Whose it is; nothing said keeps what was said before.
    pub owner: Option<String>,
}

/// Whether a root that is another one than last time is taken for the same source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangedRoot {
    /// It is refused: an unplugged drive is not "all gone".
    Refuse,
    /// A person said that the library moved to this device.
    Accept,
}

/// A root, recognised and open.
pub struct Root {
    /// What the record says of it.
    pub source: StoredSource,
    /// How its assets are reached.
    pub reach: Reach,
}

/// How the assets of a root are reached.
pub enum Reach {
    /// In a folder.
    Folder(FolderSource),
    /// On a server.
    Server(Box<ServerRoot>),
}

impl Root {
    /// The open folder, where it is one.
    #[must_use]
    pub fn folder(&self) -> Option<&FolderSource> {
        match &self.reach {
            Reach::Folder(folder) => Some(folder),
            Reach::Server(_) => None,
        }
    }

    /// The server, where it is on one.
    #[must_use]
    pub fn server(&self) -> Option<&ServerRoot> {
        match &self.reach {
            Reach::Folder(_) => None,
            Reach::Server(server) => Some(server),
        }
    }
}

/// Opens and recognises all folders, deepest first, so that an asset below two of them belongs to the nearer one.
///
/// # Errors
/// The first root that is missing, empty, unreadable, or another one than last time.
pub fn resolve(
    ledger: &mut Ledger,
    wanted: &[RootRequest],
    exclude: &[String],
    changed: ChangedRoot,
    now: i64,
) -> Result<Vec<Root>, EngineError> {
    let mut opened: Vec<(FolderSource, RootIdentity, Recognised, Option<&str>)> = Vec::new();
    for request in wanted {
        let folder = FolderSource::at(&request.path)?.leaving_out(Exclusions::new(exclude));
        let identity = RootIdentity { file_system: folder.identity().device, inode: folder.identity().inode };
        let recognised = ledger.recognise(identity, folder.path().as_os_str().as_bytes())?;
        if matches!(recognised, Recognised::Another(_)) && changed == ChangedRoot::Refuse {
            return Err(EngineError::AnotherRoot { path: folder.path().to_owned() });
        }
        if !opened.iter().any(|(_, other, ..)| *other == identity) {
            opened.push((folder, identity, recognised, request.owner.as_deref()));
        }
    }
    let mut roots = opened
        .into_iter()
        .map(|(folder, identity, recognised, owner)| {
            let root = folder.path().as_os_str().as_bytes().to_vec();
            let source = match recognised {
                Recognised::New => ledger.add_source(SourceKind::Folder, identity, &root, owner.unwrap_or_default(), now)?,
                Recognised::Known(known) | Recognised::Another(known) => {
                    let owner = owner.map_or_else(|| known.owner.clone(), str::to_owned);
                    let kept = StoredSource { identity, root, owner, ..known };
                    ledger.keep_source(&kept)?;
                    kept
                }
            };
            Ok((folder.path().to_owned(), Root { source, reach: Reach::Folder(folder) }))
        })
        .collect::<Result<Vec<_>, EngineError>>()?;
    roots.sort_by_cached_key(|(path, _)| (std::cmp::Reverse(path.components().count()), path.clone()));
    Ok(roots.into_iter().map(|(_, root)| root).collect())
}

/// Refuses a place for lightproof's own files that lies below a root, before anything is read.
///
/// # Errors
/// What `refused` makes of the root that the place lies below.
pub fn keep_out_of_roots(
    place: &Path,
    roots: &[RootRequest],
    refused: impl Fn(PathBuf, PathBuf) -> EngineError,
) -> Result<(), EngineError> {
    let place = full_path(place);
    for request in roots {
        let root = full_path(&request.path);
        if place.starts_with(&root) {
            return Err(refused(place, root));
        }
    }
    Ok(())
}

/// The path without links as far as it exists, and as it was named from there on.
#[must_use]
pub fn full_path(path: &Path) -> PathBuf {
    let named = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut there = named.as_path();
    loop {
        if let Ok(found) = there.canonicalize() {
            let rest = named.strip_prefix(there).unwrap_or(Path::new(""));
            return if rest.as_os_str().is_empty() { found } else { found.join(rest) };
        }
        match there.parent() {
            Some(parent) => there = parent,
            None => return named,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_below_a_root_is_refused_even_through_a_link() {
        let dir = tempfile::tempdir().unwrap();
        let photos = dir.path().join("photos");
        std::fs::create_dir(&photos).unwrap();
        std::os::unix::fs::symlink(&photos, dir.path().join("link")).unwrap();
        let roots = [RootRequest { path: photos.clone(), owner: None }];
        let refused = |out, root| EngineError::OutBelowRoot { out, root };
        assert!(keep_out_of_roots(&photos.join("proofs"), &roots, refused).is_err());
        assert!(keep_out_of_roots(&dir.path().join("link/new/proofs"), &roots, refused).is_err());
        assert!(keep_out_of_roots(&dir.path().join("proofs"), &roots, refused).is_ok());
        assert!(keep_out_of_roots(&dir.path().join("photos-proofs"), &roots, refused).is_ok());
    }
}
