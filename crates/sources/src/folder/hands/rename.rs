//! Rename: the one place that moves assets, never over something else.
//!
//! renameat2(2) with RENAME_NOREPLACE on Linux, renameatx_np(2) with RENAME_EXCL on macOS. exFAT, older NFS and ZFS have neither: there lightproof
//! looks first, which is safe among lightproofs under the root's lock, and looks again afterwards.

use std::os::fd::OwnedFd;

use rustix::{
    fs::{AtFlags, RenameFlags},
    io::Errno,
};

use super::{Hands, own::sync, split};

/// Renames below a root, and puts both folders on disk.
pub(super) fn without_replacing(hands: &Hands, from: &[u8], to: &[u8]) -> Result<(), Errno> {
    let ((from_folder, from_name), (to_folder, to_name)) = (split(from), split(to));
    let (source, target) = (hands.folder(from_folder)?, hands.folder(to_folder)?);
    match rustix::fs::renameat_with(&source, from_name, &target, to_name, RenameFlags::NOREPLACE) {
        // Only a rename that would have been done tells: the kernel answers all others before it asks the file system.
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {
            hands.looks_first.set(true);
            after_a_look(&source, from_name, &target, to_name)?;
        }
        outcome => outcome?,
    }
    sync(&target)?;
    sync(&source)
}

fn after_a_look(source: &OwnedFd, from: &[u8], target: &OwnedFd, to: &[u8]) -> Result<(), Errno> {
    match rustix::fs::statat(target, to, AtFlags::SYMLINK_NOFOLLOW) {
        Err(Errno::NOENT) => rustix::fs::renameat(source, from, target, to),
        Ok(_) => Err(Errno::EXIST),
        Err(errno) => Err(errno),
    }
}
