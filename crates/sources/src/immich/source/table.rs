//! `Table`: which asset is at which path, in some 60 bytes an asset.
//!
//! Paths are known by a hash of 64 bits under a key of this run alone, so that nobody can make two paths meet. Of assets with one path, or
//! one hash, the first put has the path for its own; each further one has its id added to it, before the extension.

use std::{
    borrow::Cow,
    collections::HashMap,
    hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState},
    sync::{PoisonError, RwLock},
};

use super::super::listed::RemoteId;
use crate::source::Stat;

/// What is known of one asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    /// Halves, so that no room is lost to alignment.
    id: [u64; 2],
    bytes: u64,
    content: i64,
    modified: i64,
}

const UNKNOWN: u64 = u64::MAX;

impl Entry {
    pub(super) fn new(id: RemoteId, bytes: Option<u64>, content: i64, modified: i64) -> Entry {
        Entry { id: [(id.0 >> 64) as u64, id.0 as u64], bytes: bytes.unwrap_or(UNKNOWN), content, modified }
    }

    pub(super) fn id(&self) -> RemoteId {
        RemoteId(u128::from(self.id[0]) << 64 | u128::from(self.id[1]))
    }

    pub(super) fn bytes(&self) -> Option<u64> {
        Some(self.bytes).filter(|&bytes| bytes != UNKNOWN)
    }

    /// The server's row in the words of a file system.
    pub(super) fn stat(&self) -> Stat {
        Stat {
            device: self.id[0],
            mounted_device: self.id[0],
            inode: self.id[1],
            size: self.bytes().unwrap_or(0),
            mtime_ns: self.modified,
            // Of an external library the checksum is of the path; there the file's own time has to tell that the content changed.
            ctime_ns: self.content,
            links: 1,
        }
    }
}

/// Assets by the hashes of their paths.
#[derive(Debug, Default)]
pub(super) struct Table {
    key: RandomState,
    entries: RwLock<HashMap<u64, Entry, BuildHasherDefault<Hashed>>>,
}

impl Table {
    /// Puts an asset at its path, or where it can be told from another one that is there.
    pub(super) fn put(&self, path: &[u8], entry: Entry) {
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        let is_free = |hash: &u64| entries.get(hash).is_none_or(|there| there.id == entry.id);
        let hash = [self.key.hash_one(path), self.key.hash_one(&*with_id(path, entry.id()))].into_iter().find(is_free);
        if let Some(hash) = hash {
            entries.insert(hash, entry);
        }
    }

    pub(super) fn get(&self, path: &[u8]) -> Option<Entry> {
        self.entries.read().unwrap_or_else(PoisonError::into_inner).get(&self.key.hash_one(path)).copied()
    }

    /// The path at which the asset is that the server has at `path`.
    pub(super) fn path_of(&self, path: &[u8], id: RemoteId) -> Vec<u8> {
        match self.get(path) {
            Some(there) if there.id() != id => with_id(path, id),
            _ => path.to_vec(),
        }
    }

    /// The server's path of what is at `path` here.
    pub(super) fn servers_path<'p>(&self, path: &'p [u8]) -> Cow<'p, [u8]> {
        let added = self.get(path).map(|entry| mark(entry.id()));
        let at = added.as_ref().and_then(|added| path.windows(added.len()).rposition(|part| part == added.as_bytes()));
        match (at, added) {
            (Some(at), Some(added)) => Cow::Owned([&path[..at], &path[at + added.len()..]].concat()),
            _ => Cow::Borrowed(path),
        }
    }
}

/// `a.jpg` as `a (immich 03457661-12d3-4aa3-a006-4126c5840263).jpg`.
fn with_id(path: &[u8], id: RemoteId) -> Vec<u8> {
    let name = path.iter().rposition(|&b| b == b'/').map_or(0, |slash| slash + 1);
    let dot = path[name..].iter().rposition(|&b| b == b'.').filter(|&dot| dot > 0).map_or(path.len(), |dot| name + dot);
    [&path[..dot], mark(id).as_bytes(), &path[dot..]].concat()
}

fn mark(id: RemoteId) -> String {
    format!(" (immich {id})")
}

/// Takes a hash for what it is.
#[derive(Debug, Default)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(id: u128) -> Entry {
        Entry::new(RemoteId(id), Some(id as u64), 1, 2)
    }

    #[test]
    fn of_two_assets_with_one_path_the_first_has_it_and_the_second_has_its_id_in_it() {
        for (path, second) in [
            ("/mnt/a.jpg", "/mnt/a (immich 00000000-0000-0000-0000-000000000002).jpg"),
            ("/mnt.d/a", "/mnt.d/a (immich 00000000-0000-0000-0000-000000000002)"),
            ("/mnt/.a", "/mnt/.a (immich 00000000-0000-0000-0000-000000000002)"),
            ("a.tar.gz", "a.tar (immich 00000000-0000-0000-0000-000000000002).gz"),
        ] {
            let table = Table::default();
            for id in [1, 2, 1, 2] {
                table.put(path.as_bytes(), entry(id));
            }
            assert_eq!(table.path_of(path.as_bytes(), RemoteId(1)), path.as_bytes());
            assert_eq!(table.path_of(path.as_bytes(), RemoteId(2)), second.as_bytes());
            assert_eq!((table.get(path.as_bytes()), table.get(second.as_bytes())), (Some(entry(1)), Some(entry(2))));
            assert_eq!(&*table.servers_path(second.as_bytes()), path.as_bytes());
            assert_eq!(&*table.servers_path(path.as_bytes()), path.as_bytes());
        }
    }

    #[test]
    fn an_asset_is_known_in_few_bytes() {
        assert_eq!(size_of::<(u64, Entry)>(), 48);
    }
}
