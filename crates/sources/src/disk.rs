//! Disks: on which ones a file system lies, and whether these spin, as far as the system tells.
//!
//! From Linux' sysfs (`queue/rotational`), through partitions to their disk and through device-mapper and md to the disks below
//! them. What it does not tell is unknown: file systems that span disks of their own (btrfs, ZFS), network file systems, and the
//! virtual disks of a virtual machine, which call themselves spinning whatever lies below.
//! Absent on purpose: any guess by speed.

use std::{collections::BTreeSet, fs, path::Path};

/// What a file system lies on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Medium {
    /// The system does not tell.
    Unknown,
    /// Disks without moving parts.
    Solid,
    /// At least one spinning disk; the names of all those, in order.
    Spinning(Vec<String>),
}

/// Where Linux tells of its devices.
pub const SYSFS: &str = "/sys";

/// How many layers of device-mapper and md are looked through.
const LAYERS: usize = 8;

/// What the file system of a mounted device (`st_dev`) lies on, by the sysfs at a path.
#[must_use]
pub fn medium_of(mounted_device: u64, sysfs: &Path) -> Medium {
    let (major, minor) = numbers(mounted_device);
    let Ok(device) = fs::canonicalize(sysfs.join(format!("dev/block/{major}:{minor}"))) else { return Medium::Unknown };
    let mut disks = Vec::new();
    look(&device, LAYERS, &mut disks);
    let spinning: BTreeSet<String> =
        disks.iter().filter(|(_, spins)| *spins == Some(true)).map(|(name, _)| name.clone()).collect();
    if !spinning.is_empty() {
        Medium::Spinning(spinning.into_iter().collect())
    } else if !disks.is_empty() && disks.iter().all(|(_, spins)| *spins == Some(false)) {
        Medium::Solid
    } else {
        Medium::Unknown
    }
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn numbers(device: u64) -> (u32, u32) {
    (rustix::fs::major(device), rustix::fs::minor(device))
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn numbers(_: u64) -> (u32, u32) {
    (0, 0)
}

/// Collects the disks below a device, each with whether it spins.
fn look(device: &Path, layers: usize, disks: &mut Vec<(String, Option<bool>)>) {
    let below: Vec<_> = fs::read_dir(device.join("slaves")).into_iter().flatten().flatten().map(|found| found.path()).collect();
    if !below.is_empty() {
        let next = below.iter().filter_map(|slave| fs::canonicalize(slave).ok());
        return next.take(if layers > 0 { usize::MAX } else { 0 }).for_each(|slave| look(&slave, layers - 1, disks));
    }
    let disk = if device.join("partition").exists() { device.parent().unwrap_or(device) } else { device };
    let name = disk.file_name().unwrap_or_default().to_string_lossy().into_owned();
    // A virtual disk (virtio-blk, Xen) and a loop device say 1 for want of knowing.
    let pretends =
        |part: &std::ffi::OsStr| ["virtio", "vbd-", "loop"].iter().any(|known| part.to_string_lossy().starts_with(known));
    let says = fs::read_to_string(disk.join("queue/rotational")).ok();
    let spins = match says.as_deref().map(str::trim) {
        Some("0") => Some(false),
        Some("1") if !disk.iter().any(pretends) => Some(true),
        _ => None,
    };
    disks.push((name, spins));
}

#[cfg(test)]
mod tests {
    use lightproof_testkit::library::Library;

    use super::*;

    /// A sysfs with disks of both kinds, a partition, a mirror of two disks below a mapped volume, and a virtual disk.
    fn sysfs() -> Library {
        let mut library = Library::empty();
        let disk =
            |library: Library, path: &str, rotational: &str| library.and(format!("devices/{path}/queue/rotational"), rotational);
        for (path, rotational) in [
            ("pci0/ata1/block/sda", "1\n"),
            ("pci0/ata2/block/sdb", "1\n"),
            ("pci0/nvme/nvme0n1", "0\n"),
            ("pci0/virtio3/block/vda", "1\n"),
            ("virtual/block/md0", "1\n"),
            ("virtual/block/dm-0", "1\n"),
        ] {
            library = disk(library, path, rotational);
        }
        library
            .and("devices/pci0/ata1/block/sda/sda1/partition", "1")
            .and("devices/pci0/ata1/block/sda/sda2/partition", "2")
            .and("devices/pci0/ata2/block/sdb/sdb1/partition", "1")
            .and_folder("devices/virtual/block/md0/slaves")
            .and_folder("devices/virtual/block/dm-0/slaves")
            .and_folder("dev/block")
            .and_link("devices/virtual/block/md0/slaves/sda2", "../../../../pci0/ata1/block/sda/sda2")
            .and_link("devices/virtual/block/md0/slaves/sdb1", "../../../../pci0/ata2/block/sdb/sdb1")
            .and_link("devices/virtual/block/dm-0/slaves/md0", "../../md0")
            .and_link("dev/block/8:1", "../../devices/pci0/ata1/block/sda/sda1")
            .and_link("dev/block/8:16", "../../devices/pci0/ata2/block/sdb")
            .and_link("dev/block/259:0", "../../devices/pci0/nvme/nvme0n1")
            .and_link("dev/block/253:0", "../../devices/virtual/block/dm-0")
            .and_link("dev/block/254:0", "../../devices/pci0/virtio3/block/vda")
            .and_link("dev/block/8:99", "../../devices/nowhere")
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_system_tells_of_partitions_mirrors_and_mapped_volumes() {
        let sysfs = sysfs();
        let spinning = |names: &[&str]| Medium::Spinning(names.iter().map(|&name| name.to_owned()).collect());
        for (major, minor, told) in [
            (8, 1, spinning(&["sda"])),
            (8, 16, spinning(&["sdb"])),
            (253, 0, spinning(&["sda", "sdb"])),
            (259, 0, Medium::Solid),
            (254, 0, Medium::Unknown),
            (8, 99, Medium::Unknown),
            (0, 42, Medium::Unknown),
        ] {
            assert_eq!(medium_of(rustix::fs::makedev(major, minor), sysfs.path()), told, "{major}:{minor}");
        }
    }

    #[test]
    fn where_nothing_is_told_nothing_is_known() {
        assert_eq!(medium_of(1, Path::new("/no/such/folder")), Medium::Unknown);
    }
}
