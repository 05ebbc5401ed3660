//! `Sample`: some assets of a listing, of each of the server's folders, to tell by whether a mounted folder is the server's.
//!
//! Which ones are taken hangs on their ids alone: the same listing gives the same sample, in whatever order it is told.

use std::collections::BTreeMap;

use crate::immich::listed::Listed;

/// Assets of one folder.
const OF_EACH: usize = 32;
/// Folders: the first two names of a path, such as `/data/upload`.
const FOLDERS: usize = 64;

/// A sample of a listing.
#[derive(Debug, Default)]
pub struct Sample(BTreeMap<String, BTreeMap<u64, Listed>>);

impl Sample {
    /// Takes an asset into the sample, or not.
    pub fn meet(&mut self, listed: &Listed) {
        let end = listed.path.match_indices('/').filter(|&(at, _)| at > 0).nth(1).map_or(listed.path.len(), |(at, _)| at);
        let folder = &listed.path[..end];
        if self.0.len() >= FOLDERS && !self.0.contains_key(folder) {
            return;
        }
        let rank = (listed.id.0 as u64 ^ (listed.id.0 >> 64) as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let of_folder = self.0.entry(folder.to_owned()).or_default();
        if of_folder.len() < OF_EACH || of_folder.last_key_value().is_some_and(|(&last, _)| rank < last) {
            of_folder.insert(rank, listed.clone());
        }
        if of_folder.len() > OF_EACH {
            of_folder.pop_last();
        }
    }

    /// The assets taken.
    #[must_use]
    pub fn assets(self) -> Vec<Listed> {
        self.0.into_values().flat_map(BTreeMap::into_values).collect()
    }
}
