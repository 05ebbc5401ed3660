//! Turns at spinning disks: one reader at a time, so that a disk reads on rather than seeks to and fro.
//!
//! Whoever reads holds a turn for as long as it reads and no longer: decoding goes on in all workers meanwhile, and other disks
//! are read at the same time. File systems on one disk share its turns. Where the system does not tell that a disk spins, there
//! are no turns to wait for.
//! Absent on purpose: any order among those who wait.

use std::{
    collections::HashMap,
    num::NonZeroUsize,
    path::PathBuf,
    sync::{Arc, Condvar, Mutex, PoisonError},
};

use lightproof_sources::disk::{Medium, SYSFS, medium_of};
use serde::Deserialize;

/// Whether disks spin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Spinning {
    /// As the system tells.
    Detect,
    /// All that are surveyed do.
    Yes,
    /// None does.
    No,
}

impl Spinning {
    /// The word in the settings.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Spinning::Detect => "detect",
            Spinning::Yes => "yes",
            Spinning::No => "no",
        }
    }
}

/// The disks met in a run.
#[derive(Debug)]
pub struct Disks {
    spinning: Spinning,
    readers: NonZeroUsize,
    sysfs: PathBuf,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    by_device: HashMap<u64, Option<Arc<Disk>>>,
    /// Names of spinning disks, and the turns they have in common.
    by_name: HashMap<String, Arc<Disk>>,
}

/// Spinning disks that are read in turns: one, or those that a volume spans.
#[derive(Debug)]
pub struct Disk {
    free: Mutex<usize>,
    freed: Condvar,
}

/// The right to read, given back when dropped.
#[derive(Debug)]
pub struct Turn<'a>(&'a Disk);

impl Disks {
    /// Disks that spin or not, each spinning one read by so many at a time.
    #[must_use]
    pub fn new(spinning: Spinning, readers: NonZeroUsize) -> Disks {
        Disks { spinning, readers, sysfs: PathBuf::from(SYSFS), known: Mutex::default() }
    }

    /// The spinning disk that a mounted device lies on; nothing where none is known to spin.
    #[must_use]
    pub fn of(&self, mounted_device: u64) -> Option<Arc<Disk>> {
        if self.spinning == Spinning::No {
            return None;
        }
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(disk) = known.by_device.get(&mounted_device) {
            return disk.clone();
        }
        let names = match (medium_of(mounted_device, &self.sysfs), self.spinning) {
            (Medium::Spinning(names), _) => names,
            (_, Spinning::Yes) => vec![format!("device {mounted_device}")],
            _ => Vec::new(),
        };
        let disk = (!names.is_empty()).then(|| {
            // A volume over several disks takes turns with whatever else lies on one of them.
            let shared = names.iter().find_map(|name| known.by_name.get(name).cloned());
            let disk = shared.unwrap_or_else(|| Arc::new(Disk::read_by(self.readers)));
            for name in names {
                known.by_name.entry(name).or_insert_with(|| Arc::clone(&disk));
            }
            disk
        });
        known.by_device.insert(mounted_device, disk.clone());
        disk
    }
}

impl Disk {
    fn read_by(readers: NonZeroUsize) -> Disk {
        Disk { free: Mutex::new(readers.get()), freed: Condvar::new() }
    }

    /// Waits for a turn.
    #[must_use]
    pub fn turn(&self) -> Turn<'_> {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        while *free == 0 {
            free = self.freed.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
        *free -= 1;
        Turn(self)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *self.0.free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.0.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use lightproof_testkit::library::Library;

    use super::*;

    const ONE: NonZeroUsize = NonZeroUsize::MIN;

    /// Small numbers as Linux packs them into `st_dev`.
    fn device(major: u64, minor: u64) -> u64 {
        major << 8 | minor
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn file_systems_on_one_spinning_disk_share_its_turns() {
        let mut sysfs = Library::empty();
        for (disk, rotational) in [("sda", "1"), ("sdb", "1"), ("nvme0n1", "0")] {
            sysfs = sysfs.and(format!("devices/{disk}/queue/rotational"), rotational);
        }
        let sysfs = sysfs
            .and("devices/sda/sda1/partition", "1")
            .and("devices/sda/sda2/partition", "2")
            .and_folder("dev/block")
            .and_link("dev/block/8:1", "../../devices/sda/sda1")
            .and_link("dev/block/8:2", "../../devices/sda/sda2")
            .and_link("dev/block/8:16", "../../devices/sdb")
            .and_link("dev/block/259:0", "../../devices/nvme0n1");
        let disks = Disks { sysfs: sysfs.path().to_owned(), ..Disks::new(Spinning::Detect, ONE) };
        let of = |major, minor| disks.of(device(major, minor));
        let (first, second, other) = (of(8, 1).unwrap(), of(8, 2).unwrap(), of(8, 16).unwrap());
        assert!(Arc::ptr_eq(&first, &second) && !Arc::ptr_eq(&first, &other));
        assert!(of(259, 0).is_none() && of(0, 7).is_none());
        let told = Disks { sysfs: sysfs.path().to_owned(), ..Disks::new(Spinning::Yes, ONE) };
        assert!(told.of(device(259, 0)).is_some() && told.of(7).is_some());
        assert!(Disks::new(Spinning::No, ONE).of(device(8, 1)).is_none());
    }
}
