//! Own: lightproof's folder in a root, `.lightproof`, and what is kept in it.
//!
//! `README.txt` tells a person how to put things back without lightproof. What is set aside lies below `quarantine/<plan>/` under the path that it
//! had, in folders that only their owner may enter: a private folder's photographs must not become public by being set aside. Sidecars that were
//! replaced or taken back lie below `replaced/<plan>/` in the same way.

use std::{ffi::CStr, os::fd::OwnedFd, path::Path};

use lightproof_model::read_at::ReadAt;
use rustix::{
    fs::{AtFlags, FileType, Gid, Mode, OFlags, Stat, Uid},
    io::Errno,
};

use super::{Hands, HandsError, split};
use crate::folder::beneath::{Resolver, open_folder_at};

const OWN: &[u8] = b".lightproof";
const QUARANTINE: &[u8] = b".lightproof/quarantine/";
const REPLACED: &[u8] = b".lightproof/replaced/";
/// A new sidecar, before it is put in its place.
pub(super) const NEW_SIDECAR: &[u8] = b".lightproof/sidecar.new";
/// So often may a sidecar be written and taken back by one plan.
const ROUNDS: u32 = 999;

const README: &str = "\
This folder belongs to lightproof.

quarantine/ holds photographs that a person decided to set aside. Nothing in it was changed: every file was renamed, under the path
that it had, into a folder named after the plan that was carried out:

    quarantine/<plan>/<path below the folder that .lightproof is in>

`lightproof journal list` tells what was moved, and `lightproof undo PLAN` puts it back.

To put something back without lightproof, move the file to the same path outside of .lightproof, and never over another file:

    mv -n .lightproof/quarantine/<plan>/2019/IMG_1.jpg 2019/IMG_1.jpg

replaced/ holds sidecars (small files ending in .xmp) that made room for one with another date, or were taken back:

    replaced/<plan>/before/<path>    what was there before lightproof wrote a sidecar
    replaced/<plan>/written/<path>   what lightproof wrote and took back

Where a name was taken, the folder has a number (before-2). To go back to a sidecar by hand, move the one beside the photograph away
first. sidecar.new is a sidecar that was never put in its place; nothing needs it once no lightproof is at work.

The parts of one shot (a RAW, a sidecar ending in .xmp, a motion video) were moved together and belong together.
lightproof never deletes anything, here or elsewhere. If you want the room, it is yours to delete, by hand.
";

/// Opens a root's `.lightproof`, made with its README if there is none.
pub(super) fn folder(path: &Path, root: &OwnedFd) -> Result<OwnedFd, HandsError> {
    let unprepared = |cause: Errno| match cause {
        Errno::ROFS => HandsError::ReadOnly { root: path.to_owned() },
        cause => HandsError::Unprepared { path: path.join(".lightproof"), cause: cause.into() },
    };
    make_folder(root, OWN, Mode::from_raw_mode(0o755)).map_err(unprepared)?;
    let own = match open_folder_at(root, OWN) {
        Ok(own) => own,
        Err(Errno::LOOP | Errno::NOTDIR) => return Err(HandsError::NotOwn { path: path.join(".lightproof") }),
        Err(errno) => return Err(unprepared(errno)),
    };
    let (here, there) = (rustix::fs::fstat(root), rustix::fs::fstat(&own));
    if here.map_err(unprepared)?.st_dev != there.map_err(unprepared)?.st_dev {
        return Err(HandsError::NotOwn { path: path.join(".lightproof") });
    }
    readme(&own).map_err(unprepared)?;
    make_folder(&own, b"quarantine", Mode::RWXU).map_err(unprepared)?;
    Ok(own)
}

/// Written once; a README that a person changed stays.
fn readme(own: &OwnedFd) -> Result<(), Errno> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    match rustix::fs::openat(own, c"README.txt", flags, Mode::from_raw_mode(0o644)) {
        Ok(file) => {
            write(&file, README.as_bytes())?;
            sync(own)
        }
        // On a read-only mount it is the lock that tells.
        Err(Errno::EXIST) => Ok(()),
        Err(errno) => Err(errno),
    }
}

/// Writes all bytes of a new file of ours, and puts them on disk.
fn write(file: &OwnedFd, mut bytes: &[u8]) -> Result<(), Errno> {
    while !bytes.is_empty() {
        let written = rustix::io::retry_on_intr(|| rustix::io::write(file, bytes))?;
        bytes = &bytes[written..];
    }
    rustix::fs::fsync(file)
}

/// Puts a small file of ours in place of the one before it: at every moment one of the two is there, whole.
pub(super) fn keep(own: &OwnedFd, name: &CStr, new: &CStr, bytes: &[u8]) -> Result<(), Errno> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::TRUNC | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    write(&rustix::fs::openat(own, new, flags, Mode::from_raw_mode(0o600))?, bytes)?;
    rustix::fs::renameat(own, new, own, name)?;
    sync(own)
}

/// The text that [`keep`] wrote down about the journal.
pub(super) fn head(root: &OwnedFd, resolver: Resolver) -> std::io::Result<Option<String>> {
    let file = match resolver.open_asset(root, b".lightproof/journal-head") {
        Ok(Some(file)) => file,
        Ok(None) | Err(Errno::NOENT) => return Ok(None),
        Err(errno) => return Err(errno.into()),
    };
    let mut text = vec![0; usize::try_from(file.len()).unwrap_or(usize::MAX).min(HEAD_MOST)];
    let mut filled = 0;
    while filled < text.len() {
        match file.read_at(filled as u64, &mut text[filled..])? {
            0 => break,
            read => filled += read,
        }
    }
    text.truncate(filled);
    Ok(Some(String::from_utf8_lossy(&text).into_owned()))
}

/// No head is longer, in bytes.
const HEAD_MOST: usize = 4096;

/// Where something of a path lies once it is set aside by a plan.
pub(super) fn aside(plan: &str, path: &[u8]) -> Vec<u8> {
    [QUARANTINE, plan.as_bytes(), b"/", path].concat()
}

/// Where something that a plan set aside was.
pub(super) fn in_place(plan: &str, aside: &[u8]) -> Option<Vec<u8>> {
    let path = aside.strip_prefix(QUARANTINE)?.strip_prefix(plan.as_bytes())?.strip_prefix(b"/")?;
    Some(path.to_vec())
}

/// Which of two sidecars lies in a plan's folder of replaced ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Replaced {
    /// The one that was there before.
    Before,
    /// The one that lightproof wrote.
    Written,
}

/// Every place where a replaced sidecar may lie, in the order in which they are taken.
pub(super) fn replaced(plan: &str, which: Replaced, path: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let name = match which {
        Replaced::Before => "before",
        Replaced::Written => "written",
    };
    let folders = (1..=ROUNDS).map(move |round| if round == 1 { name.to_owned() } else { format!("{name}-{round}") });
    folders.map(move |folder| [REPLACED, plan.as_bytes(), b"/", folder.as_bytes(), b"/", path].concat())
}

/// Where a sidecar was that lies among those that a plan replaced.
pub(super) fn was_at(plan: &str, replaced: &[u8]) -> Option<Vec<u8>> {
    let below = replaced.strip_prefix(REPLACED)?.strip_prefix(plan.as_bytes())?.strip_prefix(b"/before")?;
    let slash = below.iter().position(|&b| b == b'/')?;
    Some(below[slash + 1..].to_vec())
}

/// Writes the next sidecar, over one that was left over, with the mode and, where we may, the owner of another file.
pub(super) fn write_sidecar(own: &OwnedFd, bytes: &[u8], mode: Mode, owner: &Stat) -> Result<(), Errno> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let file = rustix::fs::openat(own, c"sidecar.new", flags, Mode::from_raw_mode(0o600))?;
    let there = rustix::fs::fstat(&file)?;
    // Under a second name it may be anything, an original too.
    if FileType::from_raw_mode(there.st_mode) != FileType::RegularFile || there.st_nlink != 1 {
        return Err(Errno::EXIST);
    }
    rustix::fs::ftruncate(&file, 0)?;
    if (there.st_uid, there.st_gid) != (owner.st_uid, owner.st_gid) {
        let (user, group) = (Uid::from_raw(owner.st_uid), Gid::from_raw(owner.st_gid));
        // To give files away is for root alone; then it is ours, as any file that we make.
        if rustix::fs::fchown(&file, Some(user), Some(group)).is_err() {
            let _ = rustix::fs::fchown(&file, None, Some(group));
        }
    }
    match rustix::fs::fchmod(&file, mode) {
        // exFAT has no modes.
        Ok(()) | Err(Errno::PERM | Errno::INVAL | Errno::NOTSUP | Errno::NOSYS) => {}
        Err(errno) => return Err(errno),
    }
    write(&file, bytes)?;
    sync(own)
}

/// Makes the folders around a path below the root, where they are missing, each on disk before the next.
pub(super) fn make_folders(hands: &Hands, path: &[u8]) -> Result<(), Errno> {
    let (folder, _) = split(path);
    let mode = if folder.starts_with(OWN) { Mode::RWXU } else { Mode::from_raw_mode(0o755) };
    let mut at = hands.folder(b"")?;
    for name in folder.split(|&b| b == b'/').filter(|name| !name.is_empty()) {
        make_folder(&at, name, mode)?;
        at = open_folder_at(&at, name)?;
    }
    Ok(())
}

fn make_folder(at: &OwnedFd, name: &[u8], mode: Mode) -> Result<(), Errno> {
    match rustix::fs::mkdirat(at, name, mode) {
        Ok(()) => sync(at),
        // Some systems say "read-only" before they look whether it is there already.
        Err(Errno::EXIST | Errno::ROFS) if is_folder(at, name) => Ok(()),
        Err(Errno::EXIST) => Ok(()),
        Err(errno) => Err(errno),
    }
}

fn is_folder(at: &OwnedFd, name: &[u8]) -> bool {
    let stat = rustix::fs::statat(at, name, AtFlags::SYMLINK_NOFOLLOW);
    stat.is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::Directory)
}

/// Puts a folder's entries on disk. Some file systems (exFAT through FUSE) cannot, and say so.
pub(super) fn sync(folder: &OwnedFd) -> Result<(), Errno> {
    match rustix::fs::fsync(folder) {
        Err(Errno::INVAL | Errno::NOTSUP | Errno::NOSYS) => Ok(()),
        outcome => outcome,
    }
}
