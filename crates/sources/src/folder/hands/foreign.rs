//! Foreign: trees that another program keeps, and would miss a file from.
//!
//! Immich marks its storage folders with a file `.immich` (server 1.116 and later); Apple Photos and Lightroom name theirs. What is mapped to a
//! server or imported by one is for the caller to know.

use std::{os::fd::OwnedFd, path::Path};

use rustix::{fs::AtFlags, io::Errno};

use super::{NotMoved, shown, split};
use crate::folder::beneath::Resolver;

/// Endings of folders that belong to another program, with its name.
const LIBRARIES: [(&[u8], &str); 3] =
    [(b".photoslibrary", "a Photos library"), (b".photolibrary", "a Photos library"), (b".lrdata", "Lightroom")];

pub(super) fn refuse(root_path: &Path, root: &OwnedFd, resolver: Resolver, path: &[u8]) -> Result<(), NotMoved> {
    let refused = |keeper| Err(NotMoved::Foreign(shown(path), keeper));
    // Above the root as well: a root may be a year of a library.
    for folder in root_path.ancestors() {
        if let Some(keeper) = folder.file_name().and_then(|name| keeper(name.as_encoded_bytes())) {
            return refused(keeper);
        }
        if folder.join(".immich").symlink_metadata().is_ok() {
            return refused("Immich");
        }
    }
    let mut below = split(path).0;
    while !below.is_empty() {
        let (around, name) = split(below);
        if let Some(keeper) = keeper(name) {
            return refused(keeper);
        }
        let marked = resolver
            .open_folder(root, below)
            .and_then(|folder| rustix::fs::statat(folder, c".immich", AtFlags::SYMLINK_NOFOLLOW));
        match marked {
            Ok(_) => return refused("Immich"),
            Err(Errno::NOENT) => {}
            Err(errno) => return Err(NotMoved::Failed(shown(below), errno.into())),
        }
        below = around;
    }
    Ok(())
}

fn keeper(name: &[u8]) -> Option<&'static str> {
    let ends = |ending: &[u8]| name.len() >= ending.len() && name[name.len() - ending.len()..].eq_ignore_ascii_case(ending);
    LIBRARIES.iter().find(|(ending, _)| ends(ending)).map(|(_, keeper)| *keeper)
}
