//! Check: that a file is the one that was seen, by its bytes, and may be renamed.

use std::os::fd::OwnedFd;

use lightproof_model::digest::Sha1;
use rustix::{fs::AtFlags, io::Errno};
use sha1::Digest;

use super::{Expected, NotMoved, shown, split};
use crate::{
    folder::beneath::{Resolver, mounted_device},
    source::{Access, Opened, Stat},
};

/// A file whose bytes were just read and are those that were seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Where it was found, below the root.
    pub path: Vec<u8>,
    /// Its inode.
    pub inode: u64,
    pub(super) mounted_device: u64,
}

/// How much is read at once, in bytes.
const PIECE: usize = 1 << 20;

pub(super) fn check(root: &OwnedFd, resolver: Resolver, expected: Expected<'_>) -> Result<Checked, NotMoved> {
    let name = || shown(expected.path);
    let stat = look(root, resolver, expected, |stat| {
        let home = rustix::fs::fstat(root).map_err(|errno| NotMoved::Failed(name(), errno.into()))?;
        if stat.mounted_device != mounted_device(&home) {
            Err(NotMoved::Nested(name()))
        } else if stat.links > 1 {
            Err(NotMoved::HardLinks(name(), stat.links))
        } else {
            Ok(())
        }
    })?;
    Ok(Checked { path: expected.path.to_vec(), inode: stat.inode, mounted_device: stat.mounted_device })
}

/// That a file holds these bytes, whatever other names it has and wherever it is mounted.
pub(super) fn holds(root: &OwnedFd, resolver: Resolver, expected: Expected<'_>) -> Result<(), NotMoved> {
    look(root, resolver, expected, |_| Ok(())).map(drop)
}

fn look(
    root: &OwnedFd,
    resolver: Resolver,
    expected: Expected<'_>,
    may: impl FnOnce(&Stat) -> Result<(), NotMoved>,
) -> Result<Stat, NotMoved> {
    let name = || shown(expected.path);
    let failed = |cause: std::io::Error| NotMoved::Failed(name(), cause);
    let asset = match resolver.open_asset(root, expected.path) {
        Ok(Some(asset)) => asset,
        Ok(None) | Err(Errno::LOOP | Errno::NXIO | Errno::NOTDIR) => return Err(NotMoved::NotAFile(name())),
        Err(Errno::NOENT) => return Err(NotMoved::Missing(name())),
        Err(errno) => return Err(failed(errno.into())),
    };
    let before = asset.stat().map_err(failed)?;
    may(&before)?;
    let sha1 = digest(&asset).map_err(failed)?;
    let after = asset.stat().map_err(failed)?;
    if !after.agrees_with(&before) {
        return Err(NotMoved::Changing(name()));
    }
    if sha1 != expected.sha1 {
        return Err(NotMoved::OtherBytes(name()));
    }
    Ok(after)
}

fn digest(asset: &dyn Opened) -> std::io::Result<Sha1> {
    asset.will_read(Access::Whole);
    let (mut digest, mut piece, mut at) = (sha1::Sha1::new(), vec![0; PIECE], 0);
    loop {
        let read = asset.read_at(at, &mut piece)?;
        if read == 0 {
            return Ok(Sha1(digest.finalize().into()));
        }
        digest.update(&piece[..read]);
        at += read as u64;
    }
}

impl Checked {
    /// That the name still, or now, stands for the file that was checked.
    pub(super) fn is_still_at(&self, root: &OwnedFd, resolver: Resolver, path: &[u8]) -> Result<(), NotMoved> {
        let (folder, name) = split(path);
        let stat =
            resolver.open_folder(root, folder).and_then(|folder| rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW));
        match stat {
            Ok(stat) if (mounted_device(&stat), stat.st_ino) == (self.mounted_device, self.inode) => Ok(()),
            Ok(_) => Err(NotMoved::Changing(shown(path))),
            Err(Errno::NOENT) => Err(NotMoved::Missing(shown(path))),
            Err(errno) => Err(NotMoved::Failed(shown(path), errno.into())),
        }
    }
}
