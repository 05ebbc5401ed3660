//! Of folders that all hold what the server has, those that can be told to be the server's own.
//!
//! A backup verifies as the library does. Where two folders lead to different files for the same assets, neither is trusted; folders that
//! lead to the same files are one.

use std::{collections::BTreeMap, path::PathBuf};

use super::{Detected, Mount};
use crate::{folder::FolderSource, immich::listed::Listed, source::Source};

/// A narrower folder that holds less than one in so many of a wider one's assets is no rival of it: some copies that lie in folders of
/// the same names.
const SHARE: usize = 4;

/// A mount that verifies, opened.
pub(super) struct Verified {
    pub(super) mount: Mount,
    pub(super) source: FolderSource,
}

impl Verified {
    /// The file of an asset, if it is there in the size listed: its device and inode.
    pub(super) fn file(&self, listed: &Listed) -> Option<(u64, u64)> {
        let asset = self.source.open(self.mount.rest(listed.path.as_bytes())?).ok()?;
        let stat = asset.stat().ok()?;
        listed.bytes.is_none_or(|bytes| bytes == stat.size).then_some((stat.device, stat.inode))
    }
}

/// What two mounts are to each other.
enum Pair {
    Apart,
    /// The narrower one adds nothing, or is none.
    Spare,
    Rivals,
}

/// Parts what is trusted from what may be this or that.
pub(super) fn settle(mut all: Vec<Verified>, sample: &[Listed]) -> Detected {
    // The widest first; of equal ones that found first. Sorting is stable.
    let length = |mount: &Mount| mount.prefix.trim_end_matches('/').len();
    all.sort_by_key(|verified| length(&verified.mount));
    let mut spare = vec![false; all.len()];
    let mut rivals = vec![false; all.len()];
    let mut ambiguous: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for narrow in 1..all.len() {
        for wide in 0..narrow {
            if spare[wide] || spare[narrow] {
                continue;
            }
            match pair(&all[wide], &all[narrow], sample) {
                Pair::Apart => {}
                Pair::Spare => spare[narrow] = true,
                Pair::Rivals => {
                    (rivals[wide], rivals[narrow]) = (true, true);
                    let prefix = &all[narrow].mount.prefix;
                    let folders = ambiguous.entry(prefix.clone()).or_default();
                    for folder in [at(&all[wide].mount, prefix), all[narrow].mount.folder.clone()] {
                        if !folders.contains(&folder) {
                            folders.push(folder);
                        }
                    }
                }
            }
        }
    }
    let trusted = all.into_iter().zip(spare.iter().zip(&rivals)).filter(|(_, (spare, rival))| !**spare && !**rival);
    Detected { mounts: trusted.map(|(verified, _)| verified.mount).collect(), ambiguous: ambiguous.into_iter().collect() }
}

/// Where a mount has a prefix that is its own or a longer one.
fn at(mount: &Mount, prefix: &str) -> PathBuf {
    match mount.rest(prefix.as_bytes()).and_then(|rest| std::str::from_utf8(rest).ok()) {
        Some(rest) => mount.folder.join(rest),
        None => mount.folder.clone(),
    }
}

fn pair(wide: &Verified, narrow: &Verified, sample: &[Listed]) -> Pair {
    let (mut of_wide, mut both, mut differing) = (0, 0, 0);
    for listed in sample.iter().filter(|listed| !listed.offline) {
        let Some(there) = wide.file(listed) else { continue };
        of_wide += 1;
        if let Some(here) = narrow.file(listed) {
            both += 1;
            differing += usize::from(here != there);
        }
    }
    let nested = wide.mount.prefix != narrow.mount.prefix;
    match differing {
        0 if both == 0 => Pair::Apart,
        0 => Pair::Spare,
        // What lies in the library itself has a path of its own on the server: another user's copies, say.
        _ if nested && (narrow.mount.folder.starts_with(&wide.mount.folder) || differing * SHARE < of_wide) => Pair::Spare,
        _ => Pair::Rivals,
    }
}
