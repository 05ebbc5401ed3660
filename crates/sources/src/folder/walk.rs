//! The walk: depth first, names in the order of their bytes, one folder's names in memory per level.
//!
//! Each thing is looked at when its turn comes, without following links. Folders are opened through the handle of the
//! folder around them, so that a swapped link leads nowhere; a folder that is one of its own parents is told and left.
//! However deep the tree, at most [`OPEN_LEVELS`] folders are held open.

use std::{collections::HashMap, ops::ControlFlow, os::fd::OwnedFd};

use rustix::{
    fs::{AtFlags, FileType},
    io::Errno,
};

use super::{
    FolderSource,
    beneath::{device_id_of, open_folder_at, stat_of},
    layouts::{left_out_by_marker, left_out_by_name},
    listing::{Hint, Names},
};
use crate::{
    error::SourceError,
    source::{Found, FoundKind, SkipReason, Walked},
};

/// How many folders of the current path are held open. Those further up are opened again on the way back.
const OPEN_LEVELS: usize = 64;

type Visit<'v> = &'v mut dyn FnMut(Walked) -> ControlFlow<()>;

/// One walk through a folder source.
pub(super) struct Walk<'s> {
    source: &'s FolderSource,
    /// Path of what is looked at, relative to the root.
    path: Vec<u8>,
    levels: Vec<Level>,
    /// The file system's own id for each device number met.
    devices: HashMap<u64, u64>,
}

/// One folder on the current path.
struct Level {
    /// Closed while the walk is far below.
    handle: Option<OwnedFd>,
    identity: Identity,
    names: Names,
    next: usize,
    path_len: usize,
}

/// Which folder it is, as mounted now.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Identity {
    device: u64,
    inode: u64,
}

impl Identity {
    fn of(handle: &OwnedFd) -> Result<Self, Errno> {
        let stat = stat_of(&rustix::fs::fstat(handle)?, 0);
        Ok(Self { device: stat.mounted_device, inode: stat.inode })
    }
}

impl<'s> Walk<'s> {
    pub(super) fn new(source: &'s FolderSource) -> Result<Self, SourceError> {
        let opened = source.resolver.open_folder(&source.handle, b"").and_then(|handle| Level::listing(handle, 0));
        let root = opened.map_err(|e| super::refusal(&source.path, e.into()))?;
        Ok(Self { source, path: Vec::new(), levels: vec![root], devices: HashMap::new() })
    }

    pub(super) fn run(&mut self, visit: Visit) -> ControlFlow<()> {
        self.tell_broken_listing(visit)?;
        while let Some(level) = self.levels.last_mut() {
            self.path.truncate(level.path_len);
            if level.handle.is_none() {
                self.open_again(visit)?;
                continue;
            }
            let Some((name, hint)) = level.names.get(level.next) else {
                self.levels.pop();
                continue;
            };
            level.next += 1;
            if !self.path.is_empty() {
                self.path.push(b'/');
            }
            self.path.extend_from_slice(name);
            self.look_at(hint, visit)?;
        }
        ControlFlow::Continue(())
    }

    /// Looks at what the current path names, in the innermost level.
    fn look_at(&mut self, hint: Hint, visit: Visit) -> ControlFlow<()> {
        if hint == Hint::Folder {
            return self.enter(visit);
        }
        let (parent, name) = self.parent_and_name();
        let stat = match rustix::fs::statat(parent, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => stat,
            Err(error) => return visit(Walked::Unreadable { path: self.path.clone(), reason: said(error) }),
        };
        let kind = match FileType::from_raw_mode(stat.st_mode) {
            FileType::Directory => return self.enter(visit),
            FileType::RegularFile => FoundKind::Asset,
            FileType::Symlink => FoundKind::SymbolicLink,
            FileType::Fifo => FoundKind::Special("FIFO"),
            FileType::Socket => FoundKind::Special("socket"),
            FileType::CharacterDevice | FileType::BlockDevice => FoundKind::Special("device"),
            FileType::Unknown => FoundKind::Special("special file"),
        };
        let device = self.device_of(&stat);
        visit(Walked::Found(Found { path: self.path.clone(), stat: stat_of(&stat, device), kind }))
    }

    /// Goes down into the folder that the current path names, unless it is left out.
    fn enter(&mut self, visit: Visit) -> ControlFlow<()> {
        if let Some(reason) = self.left_out() {
            return visit(Walked::FolderSkipped { path: self.path.clone(), reason });
        }
        let (parent, name) = self.parent_and_name();
        let opened = open_folder_at(parent, name).and_then(|handle| Ok((Identity::of(&handle)?, handle)));
        let (identity, handle) = match opened {
            Ok(opened) => opened,
            Err(error) => return self.unreadable(error, visit),
        };
        let reason = match self.levels.iter().position(|level| level.identity == identity) {
            Some(at) => Some(SkipReason::Loop { same_as: self.path[..self.levels[at].path_len].to_vec() }),
            None => left_out_by_marker(name, &handle),
        };
        if let Some(reason) = reason {
            return visit(Walked::FolderSkipped { path: self.path.clone(), reason });
        }
        match Level::listing(handle, self.path.len()) {
            Ok(level) => self.levels.push(level),
            Err(error) => return self.unreadable(error, visit),
        }
        if let Some(above) = self.levels.len().checked_sub(OPEN_LEVELS + 1) {
            self.levels[above].handle = None;
        }
        self.tell_broken_listing(visit)
    }

    fn left_out(&self) -> Option<SkipReason> {
        let (_, name) = self.parent_and_name();
        let around = &self.path[..self.path.len() - name.len()];
        let parent = match around.strip_suffix(b"/") {
            Some(parent) => parent.rsplit(|&b| b == b'/').next().unwrap_or(parent),
            None => self.source.path.file_name().map(std::os::unix::ffi::OsStrExt::as_bytes).unwrap_or_default(),
        };
        left_out_by_name(parent, name).or_else(|| {
            let pattern = self.source.exclusions.matching(&self.path)?;
            Some(SkipReason::Excluded { pattern: pattern.to_owned() })
        })
    }

    /// A folder whose listing broke off is told as unreadable; what was listed is walked all the same.
    fn tell_broken_listing(&mut self, visit: Visit) -> ControlFlow<()> {
        match self.levels.last().and_then(|level| level.names.broke_off) {
            Some(error) => self.unreadable(error, visit),
            None => ControlFlow::Continue(()),
        }
    }

    /// Opens the innermost level again on the way back, if it is still the same folder.
    fn open_again(&mut self, visit: Visit) -> ControlFlow<()> {
        let level = self.levels.last_mut().expect("called with a level at hand");
        let opened = self.source.resolver.open_folder(&self.source.handle, &self.path);
        let same = opened.and_then(|handle| {
            let same = Identity::of(&handle)? == level.identity;
            if same { Ok(handle) } else { Err(Errno::STALE) }
        });
        match same {
            Ok(handle) => {
                level.handle = Some(handle);
                ControlFlow::Continue(())
            }
            Err(error) => {
                self.levels.pop();
                self.unreadable(error, visit)
            }
        }
    }

    fn unreadable(&self, error: Errno, visit: Visit) -> ControlFlow<()> {
        visit(Walked::FolderUnreadable { path: self.path.clone(), reason: said(error) })
    }

    /// The innermost folder, and the name in it that the current path ends with.
    fn parent_and_name(&self) -> (&OwnedFd, &[u8]) {
        let level = self.levels.last().expect("a name is looked at only within a folder");
        let handle = level.handle.as_ref().expect("the innermost folder was opened before its names were looked at");
        let start = if level.path_len == 0 { 0 } else { level.path_len + 1 };
        (handle, &self.path[start..])
    }

    /// The file system's own id, asked for once per device number.
    fn device_of(&mut self, stat: &rustix::fs::Stat) -> u64 {
        let mounted = stat_of(stat, 0).mounted_device;
        if let Some(&device) = self.devices.get(&mounted) {
            return device;
        }
        let (parent, name) = self.parent_and_name();
        let device = device_id_of(parent, name, stat);
        self.devices.insert(mounted, device);
        device
    }
}

impl Level {
    fn listing(handle: OwnedFd, path_len: usize) -> Result<Self, Errno> {
        let identity = Identity::of(&handle)?;
        let names = Names::of(&handle);
        Ok(Self { handle: Some(handle), identity, names, next: 0, path_len })
    }
}

fn said(error: Errno) -> String {
    match error {
        Errno::NOENT => "it went away while its folder was walked".to_owned(),
        Errno::LOOP | Errno::NOTDIR | Errno::STALE => "something else took its place while it was walked".to_owned(),
        error => std::io::Error::from(error).to_string(),
    }
}
