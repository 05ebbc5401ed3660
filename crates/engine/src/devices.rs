//! Devices: telling a disk from its clone.
//!
//! A file system's own id outlives unmounting, which is what recognising a source needs. But a disk and its
//! bit-by-bit clone share that id and every inode; while both are mounted, only the mounted device tells them
//! apart. The first that a run meets keeps the id, a further one gets an id of its own.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use lightproof_ledger::Stamp;
use lightproof_sources::source::Stat;

/// Which mounted device was met first under each file-system id.
#[derive(Debug, Default)]
pub struct Devices {
    first: Mutex<HashMap<u64, u64>>,
}

impl Devices {
    /// The stamp of what the system says of a file.
    #[must_use]
    pub fn stamp(&self, stat: &Stat) -> Stamp {
        Stamp {
            device: self.device(stat.device, stat.mounted_device),
            inode: stat.inode,
            size: stat.size,
            mtime: stat.mtime_ns,
            ctime: stat.ctime_ns,
        }
    }

    /// The id under which a device goes in this run.
    #[must_use]
    pub fn device(&self, file_system: u64, mounted: u64) -> u64 {
        let first = *self.first.lock().unwrap_or_else(PoisonError::into_inner).entry(file_system).or_insert(mounted);
        if first == mounted { file_system } else { file_system ^ mounted.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(17) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_and_its_clone_are_two_devices_and_a_disk_seen_twice_is_one() {
        let devices = Devices::default();
        assert_eq!(devices.device(7, 2049), 7);
        assert_ne!(devices.device(7, 2065), 7);
        assert_eq!(devices.device(7, 2049), 7);
        assert_eq!(devices.device(7, 2065), devices.device(7, 2065));
    }
}
