//! The folders in which a server's library is looked for: those named, those above them, and those below.
//!
//! Bounded in depth and number, the nearest first, and no link is followed.
//! Absent on purpose: hidden folders and waste bins. Snapshots lie there, and what was thrown away.

use std::{
    collections::{HashSet, VecDeque},
    path::{Path, PathBuf},
};

use crate::{exclusions::Exclusions, folder::FolderSource};

/// How far above a root is looked: the root may be one user's folder in the library.
const ABOVE: usize = 3;
/// How far below.
const BELOW: usize = 4;
/// Folders below one root that are looked into.
const FOLDERS: usize = 4000;
/// Where the system shows itself.
const OF_THE_SYSTEM: [&str; 4] = ["/proc", "/sys", "/dev", "/run"];

/// What is told of each folder, and the names in it where they can be listed; the answer names those that need no looking into.
pub(super) type Visit<'a> = dyn FnMut(&FolderSource, Option<&HashSet<Vec<u8>>>) -> HashSet<Vec<u8>> + 'a;

/// The folders, then those above them, then the root of the file system, where the server's paths are as they are here; then those below.
///
/// `visit` is told of each once, and of the names in it where they can be listed; it answers with those that need no looking into.
pub(super) fn each(folders: &[PathBuf], visit: &mut Visit<'_>) {
    let full = |folder: &PathBuf| std::fs::canonicalize(folder).unwrap_or_else(|_| folder.clone());
    let roots: Vec<PathBuf> = folders.iter().map(full).collect();
    let mut seen = HashSet::new();
    let mut below: Vec<Vec<PathBuf>> = Vec::new();
    let mut look_into = |folder: &Path| -> Option<Vec<PathBuf>> {
        if folder.as_os_str().is_empty() || !seen.insert(folder.to_owned()) {
            return None;
        }
        let source = FolderSource::at(folder).ok()?;
        let (names, inside) = listed(&source);
        let known = visit(&source, names.as_ref());
        Some(inside.into_iter().filter(|name| !known.contains(name)).map(|name| source.full_path(&name)).collect())
    };
    for root in &roots {
        below.extend(look_into(root));
    }
    for above in 1..=ABOVE {
        roots.iter().filter_map(|root| root.ancestors().nth(above)).for_each(|folder| drop(look_into(folder)));
    }
    drop(look_into(Path::new("/")));
    for inside in below {
        let mut queue: VecDeque<(PathBuf, usize)> = inside.into_iter().map(|folder| (folder, 1)).collect();
        for _ in 0..FOLDERS {
            let Some((folder, depth)) = queue.pop_front() else { break };
            let further = look_into(&folder).unwrap_or_default();
            if depth < BELOW {
                queue.extend(further.into_iter().take(FOLDERS).map(|folder| (folder, depth + 1)));
            }
        }
    }
}

/// The names in a folder, if it can be listed, and those of the folders to look into, in the order of their bytes.
fn listed(source: &FolderSource) -> (Option<HashSet<Vec<u8>>>, Vec<Vec<u8>>) {
    let Ok(names) = source.names() else { return (None, Vec::new()) };
    let shipped = Exclusions::shipped();
    let looked_into = |name: &[u8]| {
        let full = source.full_path(name);
        !name.starts_with(b".")
            && shipped.matching(name).is_none()
            && !OF_THE_SYSTEM.iter().any(|system| full == Path::new(system))
            // Not all file systems say what a name is; and none leads through a link.
            && std::fs::symlink_metadata(full).is_ok_and(|of| of.is_dir())
    };
    let inside = names.iter().filter(|(name, perhaps)| *perhaps && looked_into(name)).map(|(name, _)| name.clone()).collect();
    (Some(names.into_iter().map(|(name, _)| name).collect()), inside)
}
