//! `Hands`: moves assets of a folder root to its `.lightproof/quarantine` and back, by renaming and nothing else.
//!
//! An asset is moved only if the bytes read just before are those that were seen, never over something else, and never off its file
//! system. A unit moves whole or not at all. Both directories of every rename are on disk before it counts as done. Owner, mode, times and
//! attributes stay, because the file does. One process has its hands on a root at a time. A date goes to a sidecar beside the asset (`dated`),
//! and the sidecar that was there before is renamed like everything else.
//! Absent on purpose: deleting, copying, and any call that opens an asset for writing.

mod check;
mod dated;
mod foreign;
mod lock;
mod own;
mod rename;
mod sidecar;
mod stays;

use std::{
    cell::Cell,
    io,
    os::fd::OwnedFd,
    path::{Path, PathBuf},
};

use lightproof_model::digest::Sha1;
use rustix::{fs::AtFlags, io::Errno};

use super::{
    FolderSource,
    beneath::{Resolver, open_folder_at},
};

pub use check::Checked;
pub use dated::{Extended, NotDated, SidecarAt, SidecarState, TakenBack, Written};
pub use lock::Holder;
pub use stays::{is_there, may_move, same_bytes};

/// A folder root that this process may move assets in.
#[derive(Debug)]
pub struct Hands {
    path: PathBuf,
    root: OwnedFd,
    resolver: Resolver,
    /// Its `.lightproof`.
    own: OwnedFd,
    looks_first: Cell<bool>,
    _lock: lock::Lock,
}

/// What must be at a place before it is moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expected<'a> {
    /// Path below the root.
    pub path: &'a [u8],
    /// SHA-1 of all its bytes.
    pub sha1: Sha1,
}

/// One file that was renamed, by paths below the root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renamed {
    /// Where it was.
    pub from: Vec<u8>,
    /// Where it is.
    pub to: Vec<u8>,
    /// Its inode, before and after.
    pub inode: u64,
}

/// Where the bytes of an asset are, after a move of which nobody knows how it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whereabouts {
    /// Where it belongs, and not in quarantine.
    InPlace,
    /// In quarantine, and nothing is where it was.
    Aside,
    /// In quarantine, and something is where it was.
    AsideAndTaken,
    /// In neither place.
    Nowhere,
}

/// Why nothing can be moved in a root.
#[derive(Debug, thiserror::Error)]
pub enum HandsError {
    /// Somebody else is at work there.
    #[error("another lightproof is at work in {}: {holder}", root.display())]
    InUse {
        /// The root.
        root: PathBuf,
        /// Who, as far as the lock tells.
        holder: Holder,
    },
    /// It may only be read.
    #[error("{} is mounted read-only", root.display())]
    ReadOnly {
        /// The root.
        root: PathBuf,
    },
    /// `.lightproof` is not lightproof's.
    #[error("{} is no folder, or leads elsewhere", path.display())]
    NotOwn {
        /// What is there.
        path: PathBuf,
    },
    /// The disk said no.
    #[error("{} cannot be prepared: {cause}", path.display())]
    Unprepared {
        /// What could not be made or opened.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
}

impl HandsError {
    /// What a person can do.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            HandsError::InUse { .. } => "wait until it has ended; its lock goes with it, also when it is killed",
            HandsError::ReadOnly { .. } => "mount it so that it may be written, or plan without it",
            HandsError::NotOwn { .. } => "move it out of the way: lightproof keeps what it sets aside in a folder of that name",
            HandsError::Unprepared { .. } => "give your user the right to write there, or make room on the disk",
        }
    }
}

/// Why a unit was not moved.
#[derive(Debug, thiserror::Error)]
pub enum NotMoved {
    /// Nothing is there.
    #[error("{0} is not there")]
    Missing(String),
    /// It is not what was seen.
    #[error("{0} has other bytes than were seen")]
    OtherBytes(String),
    /// It is a link, a folder or a device.
    #[error("{0} is not a regular file")]
    NotAFile(String),
    /// It changed while it was looked at.
    #[error("{0} changed while it was looked at")]
    Changing(String),
    /// It has other names, under which it would stay.
    #[error("{0} has {1} names (hard links) and would stay under the others")]
    HardLinks(String, u64),
    /// Another file system is mounted there.
    #[error("{0} lies on another file system, which is mounted below the root; nothing is copied from one to another")]
    Nested(String),
    /// Another program keeps it.
    #[error("{0} is kept by {1}, which must not find it gone")]
    Foreign(String, &'static str),
    /// Something is in the way.
    #[error("something is at {0} already")]
    Taken(String),
    /// The system said no, and everything is as it was.
    #[error("{0} could not be moved: {1}")]
    Failed(String, io::Error),
    /// Some of it moved, and could not be moved back: the next look at the world finds out.
    #[error("{0}; nobody knows how far it came")]
    Unknown(String),
}

impl NotMoved {
    /// Whether everything is as it was.
    #[must_use]
    pub fn is_as_it_was(&self) -> bool {
        !matches!(self, NotMoved::Unknown(_))
    }
}

impl Hands {
    /// Takes a root in hand: makes its `.lightproof` if it has none, and keeps everybody else out until dropped.
    ///
    /// # Errors
    /// [`HandsError`]; then nothing was changed but, at most, `.lightproof` was made.
    pub fn on(source: &FolderSource) -> Result<Hands, HandsError> {
        let path = source.path().to_owned();
        let root = source.handle.try_clone().map_err(|cause| HandsError::Unprepared { path: path.clone(), cause })?;
        let own = own::folder(&path, &root)?;
        let lock = lock::take(&path, &own)?;
        Ok(Hands { path, resolver: source.resolver, root, own, looks_first: Cell::new(false), _lock: lock })
    }

    /// The root's full path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the file system would have renamed over something, so that lightproof had to look first; known from the first rename on.
    #[must_use]
    pub fn looks_first(&self) -> bool {
        self.looks_first.get()
    }

    /// Writes down beside the quarantine how far the journal is, in place of what was written there before.
    ///
    /// # Errors
    /// What the system says; then what was there before is still there.
    pub fn keep_head(&self, text: &str) -> io::Result<()> {
        Ok(own::keep(&self.own, c"journal-head", c"journal-head.new", text.as_bytes())?)
    }

    /// What was written down last about how far the journal is; nothing where nothing was.
    ///
    /// # Errors
    /// What the system says.
    pub fn head(source: &FolderSource) -> io::Result<Option<String>> {
        own::head(&source.handle, source.resolver)
    }

    /// Looks at an asset: that it may be moved at all, and holds exactly the bytes that were seen. All of them are read.
    ///
    /// # Errors
    /// [`NotMoved`], the reason why it may not.
    pub fn check(&self, expected: Expected<'_>) -> Result<Checked, NotMoved> {
        foreign::refuse(&self.path, &self.root, self.resolver, expected.path)?;
        check::check(&self.root, self.resolver, expected)
    }

    /// Moves a unit that was checked into the folder of a plan: all of its parts, or none.
    ///
    /// # Errors
    /// [`NotMoved`]; everything is as it was unless it is [`NotMoved::Unknown`].
    pub fn set_aside(&self, plan: &str, unit: &[Checked]) -> Result<Vec<Renamed>, NotMoved> {
        let moves = unit.iter().map(|part| (part, part.path.clone(), own::aside(plan, &part.path))).collect();
        self.move_all(moves)
    }

    /// Looks at an asset in the folder of a plan, as [`Hands::check`] does where assets belong.
    ///
    /// # Errors
    /// [`NotMoved`].
    pub fn check_aside(&self, plan: &str, expected: Expected<'_>) -> Result<Checked, NotMoved> {
        let aside = own::aside(plan, expected.path);
        check::check(&self.root, self.resolver, Expected { path: &aside, ..expected })
    }

    /// Moves a unit that was checked in the folder of a plan back to where it was: all of its parts, or none. Folders that are gone are
    /// made again.
    ///
    /// # Errors
    /// [`NotMoved`]; everything is as it was unless it is [`NotMoved::Unknown`].
    pub fn release(&self, plan: &str, unit: &[Checked]) -> Result<Vec<Renamed>, NotMoved> {
        let back = |part: &Checked| own::in_place(plan, &part.path);
        let moves = unit
            .iter()
            .map(|part| Some((part, part.path.clone(), back(part)?)))
            .collect::<Option<Vec<_>>>()
            .ok_or_else(|| NotMoved::Missing("a part of it in that plan's folder".to_owned()))?;
        self.move_all(moves)
    }

    /// Where an asset is after a move whose end nobody knows. Bytes decide, not names.
    ///
    /// # Errors
    /// What the system says when it cannot be looked at: then nothing may be concluded.
    pub fn whereabouts(&self, plan: &str, expected: Expected<'_>) -> io::Result<Whereabouts> {
        let is = |path: &[u8]| match check::check(&self.root, self.resolver, Expected { path, ..expected }) {
            Ok(_) => Ok(true),
            Err(NotMoved::Failed(_, cause)) => Err(cause),
            Err(_) => Ok(false),
        };
        let aside = own::aside(plan, expected.path);
        Ok(match (is(&aside)?, is(expected.path)?) {
            (true, _) if self.is_free(expected.path)? => Whereabouts::Aside,
            (true, _) => Whereabouts::AsideAndTaken,
            (false, true) => Whereabouts::InPlace,
            (false, false) => Whereabouts::Nowhere,
        })
    }

    /// Puts both folders of a move on disk, after a move of which nobody knows whether they are.
    ///
    /// # Errors
    /// What the system says. A folder that is not there has nothing to put on disk.
    pub fn put_on_disk(&self, plan: &str, path: &[u8]) -> io::Result<()> {
        for place in [own::aside(plan, path), path.to_vec()] {
            match self.folder(split(&place).0) {
                Ok(folder) => own::sync(&folder)?,
                Err(Errno::NOENT) => {}
                Err(errno) => return Err(errno.into()),
            }
        }
        Ok(())
    }

    /// Where something of a path lies once a plan has set it aside, below the root.
    #[must_use]
    pub fn aside(plan: &str, path: &[u8]) -> Vec<u8> {
        own::aside(plan, path)
    }

    /// Whether anything is at a path below the root.
    ///
    /// # Errors
    /// What the system says when it cannot be looked at.
    pub fn is_taken(&self, path: &[u8]) -> io::Result<bool> {
        self.is_free(path).map(|free| !free)
    }

    /// Renames one part after the other; if one cannot be, those before it go back.
    fn move_all(&self, moves: Vec<(&Checked, Vec<u8>, Vec<u8>)>) -> Result<Vec<Renamed>, NotMoved> {
        let mut done: Vec<Renamed> = Vec::new();
        for (part, from, to) in moves {
            match self.move_one(part, &from, &to) {
                Ok(()) => done.push(Renamed { from, to, inode: part.inode }),
                Err(why) => {
                    for renamed in done.iter().rev() {
                        if let Err(also) = rename::without_replacing(self, &renamed.to, &renamed.from) {
                            return Err(NotMoved::Unknown(format!(
                                "{why}, and {} could not be moved back: {also}",
                                shown(&renamed.from)
                            )));
                        }
                    }
                    return Err(why);
                }
            }
        }
        Ok(done)
    }

    fn move_one(&self, part: &Checked, from: &[u8], to: &[u8]) -> Result<(), NotMoved> {
        let failed = |path: &[u8], errno: Errno| NotMoved::Failed(shown(path), errno.into());
        own::make_folders(self, to).map_err(|errno| failed(to, errno))?;
        part.is_still_at(&self.root, self.resolver, from)?;
        match rename::without_replacing(self, from, to) {
            Ok(()) => {}
            Err(Errno::EXIST) => return Err(NotMoved::Taken(shown(to))),
            Err(Errno::NOENT) => return Err(NotMoved::Missing(shown(from))),
            Err(Errno::XDEV) => return Err(NotMoved::Nested(shown(from))),
            // It may have been renamed, and only a folder not have come to the disk.
            Err(errno) if part.is_still_at(&self.root, self.resolver, from).is_err() => {
                return Err(NotMoved::Unknown(format!("{} could not be moved: {errno}", shown(from))));
            }
            Err(errno) => return Err(failed(from, errno)),
        }
        // Between the look and the rename another file may have taken the name: then that one was moved.
        if let Err(why) = part.is_still_at(&self.root, self.resolver, to) {
            return match rename::without_replacing(self, to, from) {
                Ok(()) => Err(NotMoved::Changing(shown(from))),
                Err(also) => Err(NotMoved::Unknown(format!("{why}, and it could not be moved back: {also}"))),
            };
        }
        Ok(())
    }

    fn is_free(&self, path: &[u8]) -> io::Result<bool> {
        let (folder, name) = split(path);
        let folder = match self.resolver.open_folder(&self.root, folder) {
            Ok(folder) => folder,
            Err(Errno::NOENT) => return Ok(true),
            Err(errno) => return Err(errno.into()),
        };
        match rustix::fs::statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(_) => Ok(false),
            Err(Errno::NOENT) => Ok(true),
            Err(errno) => Err(errno.into()),
        }
    }

    /// Opens a folder below the root.
    fn folder(&self, path: &[u8]) -> Result<OwnedFd, Errno> {
        if path.is_empty() { open_folder_at(&self.root, b".") } else { self.resolver.open_folder(&self.root, path) }
    }
}

/// Folder and name of a path.
fn split(path: &[u8]) -> (&[u8], &[u8]) {
    match path.iter().rposition(|&b| b == b'/') {
        Some(slash) => (&path[..slash], &path[slash + 1..]),
        None => (&path[..0], path),
    }
}

/// A path for a sentence.
fn shown(path: &[u8]) -> String {
    String::from_utf8_lossy(path).into_owned()
}
