//! `FolderSource`: a folder on disk as a source.
//!
//! Known by its file system and root inode, not by its path. A root that is missing, empty, unreadable or no
//! folder is refused with what to do; one that goes away during a walk ends the walk with an error.
//! Absent on purpose: any call that writes, and any path that is resolved through a link below the root.

mod beneath;
pub mod hands;
mod layouts;
mod listing;
mod walk;

use std::{
    ffi::OsStr,
    fs, io,
    ops::ControlFlow,
    os::{fd::OwnedFd, unix::ffi::OsStrExt},
    path::{Path, PathBuf},
};

use rustix::io::Errno;

use crate::{
    error::SourceError,
    exclusions::Exclusions,
    source::{Opened, Source, Walked},
};
use beneath::{Resolver, device_id, mounted_device, open_folder_at};

/// A folder on disk, opened. It stays the same folder even if another is mounted over it.
#[derive(Debug)]
pub struct FolderSource {
    path: PathBuf,
    handle: OwnedFd,
    identity: RootIdentity,
    resolver: Resolver,
    exclusions: Exclusions,
}

/// What a folder source is recognised by, whatever path leads to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RootIdentity {
    /// The file system's own id where it has one ([`crate::source::Stat::device`]).
    pub device: u64,
    /// The root's inode.
    pub inode: u64,
}

/// Where a symbolic link leads. See [`FolderSource::follow_once`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkTarget {
    /// The text of the link.
    pub target: Vec<u8>,
    /// Where that is.
    pub leads: Leads,
}

/// Where a symbolic link leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leads {
    /// To something below the same root.
    Inside,
    /// Out of the root.
    Outside,
    /// To nothing, or round in a circle.
    Broken,
}

impl FolderSource {
    /// Opens the folder at a path, with the shipped exclusions.
    ///
    /// # Errors
    /// [`SourceError`] when it is missing, no folder, empty or unreadable.
    pub fn at(path: impl AsRef<Path>) -> Result<Self, SourceError> {
        let given = path.as_ref();
        let source = Self::opened(given)?;
        if source.is_bare().map_err(|cause| refusal(given, cause))? {
            return Err(SourceError::RootEmpty { root: given.to_owned() });
        }
        Ok(source)
    }

    fn opened(given: &Path) -> Result<Self, SourceError> {
        let refused = |cause: io::Error| refusal(given, cause);
        let path = fs::canonicalize(given).map_err(refused)?;
        let handle = open_folder_at(rustix::fs::CWD, path.as_os_str().as_bytes()).map_err(|e| refused(e.into()))?;
        let stat = rustix::fs::fstat(&handle).map_err(|e| refused(e.into()))?;
        let identity = RootIdentity { device: device_id(&handle, &stat), inode: stat.st_ino };
        let resolver = Resolver::that_works_at(&handle);
        Ok(Self { path, handle, identity, resolver, exclusions: Exclusions::shipped() })
    }

    /// Opens the folder that is known by this identity. It may hold nothing any more but what was set aside: who it is, is known.
    ///
    /// # Errors
    /// [`SourceError`] when it is missing, unreadable, or another folder.
    pub fn known_at(path: impl AsRef<Path>, identity: RootIdentity) -> Result<Self, SourceError> {
        Self::opened(path.as_ref())?.known_as(identity)
    }

    /// The same source, leaving out other folders.
    #[must_use]
    pub fn leaving_out(self, exclusions: Exclusions) -> Self {
        Self { exclusions, ..self }
    }

    /// The root's full path, without links.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it is recognised by.
    #[must_use]
    pub fn identity(&self) -> RootIdentity {
        self.identity
    }

    /// The file system as it is mounted now ([`crate::source::Stat::mounted_device`]); 0 where the system does not say.
    #[must_use]
    pub fn mounted_device(&self) -> u64 {
        rustix::fs::fstat(&self.handle).map_or(0, |stat| mounted_device(&stat))
    }

    /// The same source, if it is the folder that was known by this path before.
    ///
    /// # Errors
    /// [`SourceError::AnotherRoot`] if it is not.
    pub fn known_as(self, identity: RootIdentity) -> Result<Self, SourceError> {
        if self.identity == identity { Ok(self) } else { Err(SourceError::AnotherRoot { root: self.path }) }
    }

    /// The full path of what is at a path below the root, for messages.
    #[must_use]
    pub fn full_path(&self, path: &[u8]) -> PathBuf {
        if path.is_empty() { self.path.clone() } else { self.path.join(OsStr::from_bytes(path)) }
    }

    /// Reads a symbolic link and tells where it leads.
    ///
    /// For one link that a person asks about: a walk never calls this, because reading a link changes the link's
    /// access time, and the system offers no way around it.
    ///
    /// # Errors
    /// [`SourceError`] when it is no link or cannot be read.
    pub fn follow_once(&self, path: &[u8]) -> Result<LinkTarget, SourceError> {
        let full = self.full_path(path);
        let target = fs::read_link(&full).map_err(|cause| self.asset_error(path, cause))?;
        let leads = match fs::canonicalize(&full) {
            Ok(end) if end.starts_with(&self.path) => Leads::Inside,
            Ok(_) => Leads::Outside,
            Err(_) => Leads::Broken,
        };
        Ok(LinkTarget { target: target.as_os_str().as_bytes().to_vec(), leads })
    }

    /// The names in it, in the order of their bytes, and whether each may be a folder.
    pub(crate) fn names(&self) -> io::Result<Vec<(Vec<u8>, bool)>> {
        let names = listing::Names::of(&self.handle);
        let hinted =
            (0..).map_while(|index| names.get(index)).map(|(name, hint)| (name.to_vec(), hint != listing::Hint::NoFolder));
        match names.broke_off {
            Some(cause) => Err(cause.into()),
            None => Ok(hinted.collect()),
        }
    }

    /// Whether nothing is in it but what a fresh file system, or lightproof, puts there. Where something is set aside it is the right root, and all
    /// of it may be.
    fn is_bare(&self) -> io::Result<bool> {
        let names = listing::Names::of(&self.handle);
        if let Some(cause) = names.broke_off {
            return Err(cause.into());
        }
        if !names.iter().all(|name| matches!(name, b".lightproof" | b"lost+found")) {
            return Ok(false);
        }
        match self.resolver.open_folder(&self.handle, b".lightproof/quarantine") {
            Ok(quarantine) => Ok(listing::Names::of(&quarantine).iter().next().is_none()),
            Err(_) => Ok(true),
        }
    }

    /// That the root's path still leads to this root.
    fn still_there(&self) -> Result<(), SourceError> {
        let there = rustix::fs::stat(&self.path).ok();
        let here = rustix::fs::fstat(&self.handle).ok();
        match (there, here) {
            (Some(there), Some(here)) if (there.st_dev, there.st_ino) == (here.st_dev, here.st_ino) => Ok(()),
            _ => Err(SourceError::RootWentAway { root: self.path.clone() }),
        }
    }

    fn asset_error(&self, path: &[u8], cause: io::Error) -> SourceError {
        let path = self.full_path(path);
        match cause.raw_os_error().map(Errno::from_raw_os_error) {
            Some(Errno::NOENT) => SourceError::AssetMissing { path },
            // ELOOP: a link where none is followed. ENXIO: a socket. ENOTDIR: a folder became a file.
            Some(Errno::LOOP | Errno::NXIO | Errno::NOTDIR | Errno::INVAL) => SourceError::NotAnAsset { path },
            _ => SourceError::AssetUnreadable { path, cause },
        }
    }
}

impl Source for FolderSource {
    fn walk(&self, visit: &mut dyn FnMut(Walked) -> ControlFlow<()>) -> Result<(), SourceError> {
        match walk::Walk::new(self)?.run(visit) {
            ControlFlow::Break(()) => Ok(()),
            ControlFlow::Continue(()) => self.still_there(),
        }
    }

    fn open(&self, path: &[u8]) -> Result<Box<dyn Opened + '_>, SourceError> {
        let opened = self.resolver.open_asset(&self.handle, path).map_err(|e| self.asset_error(path, e.into()))?;
        match opened {
            Some(asset) => Ok(Box::new(asset)),
            None => Err(SourceError::NotAnAsset { path: self.full_path(path) }),
        }
    }
}

fn refusal(given: &Path, cause: io::Error) -> SourceError {
    let root = given.to_owned();
    match cause.raw_os_error().map(Errno::from_raw_os_error) {
        Some(Errno::NOENT) => SourceError::RootMissing { root },
        Some(Errno::NOTDIR) => SourceError::RootNotAFolder { root },
        _ => SourceError::RootUnreadable { root, cause },
    }
}
