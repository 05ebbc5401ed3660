//! File systems: whether a path lies on this machine's own disks or on another machine's.
//!
//! A ledger is not kept on a network file system: SQLite's locks and shared memory do not hold there.
//! Kinds come from statfs(2) `f_type`; FUSE tells its kind in `/proc/self/mountinfo` only.

use std::{io, path::Path};

/// Where the bytes of a file system are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileSystem {
    /// On a disk or in the memory of this machine, as far as the system tells.
    Local,
    /// On another machine, or on the host of this virtual machine.
    Network(String),
}

/// The kind of file system that a path lies on, or would lie on once it is made.
///
/// # Errors
/// Whatever the system reports of the nearest folder above that is there.
pub fn file_system_kind(path: &Path) -> io::Result<FileSystem> {
    let full = std::path::absolute(path)?;
    let mut there = full.as_path();
    loop {
        match rustix::fs::statfs(there) {
            Ok(statfs) => return kind_of(there, &statfs),
            Err(rustix::io::Errno::NOENT | rustix::io::Errno::NOTDIR) => match there.parent() {
                Some(parent) => there = parent,
                None => return Err(io::ErrorKind::NotFound.into()),
            },
            Err(error) => return Err(error.into()),
        }
    }
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn kind_of(path: &Path, statfs: &rustix::fs::StatFs) -> io::Result<FileSystem> {
    const FUSE: u32 = 0x6573_5546;
    // f_type is 32 bits wide by nature, whatever the platform declares.
    let magic = statfs.f_type as u32;
    if magic == FUSE {
        let device = rustix::fs::stat(path)?.st_dev;
        let mounts = std::fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
        let kind = mounted_as(&mounts, rustix::fs::major(device), rustix::fs::minor(device));
        return Ok(fuse(kind.unwrap_or("fuse")));
    }
    let network = NETWORK.iter().find(|(known, _)| *known == magic);
    Ok(network.map_or(FileSystem::Local, |(_, name)| FileSystem::Network((*name).to_owned())))
}

#[cfg(target_vendor = "apple")]
fn kind_of(_: &Path, statfs: &rustix::fs::StatFs) -> io::Result<FileSystem> {
    const MNT_LOCAL: u32 = 0x1000;
    let name = statfs.f_fstypename.iter().take_while(|&&c| c != 0).map(|&c| c as u8 as char).collect();
    Ok(if statfs.f_flags & MNT_LOCAL != 0 { FileSystem::Local } else { FileSystem::Network(name) })
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn kind_of(_: &Path, _: &rustix::fs::StatFs) -> io::Result<FileSystem> {
    Ok(FileSystem::Local)
}

/// File systems of other machines, by the magic numbers of statfs(2) and linux/magic.h.
#[cfg(any(target_os = "linux", target_os = "android"))]
const NETWORK: [(u32, &str); 14] = [
    (0x0000_6969, "nfs"),
    (0x0000_517B, "smb"),
    (0xFF53_4D42, "cifs"),
    (0xFE53_4D42, "smb2"),
    (0x0102_1997, "9p"),
    (0x5346_414F, "afs"),
    (0x6B41_4653, "afs"),
    (0x00C3_6400, "ceph"),
    (0x7375_7245, "coda"),
    (0x0000_564C, "ncp"),
    (0x0BD0_0BD0, "lustre"),
    (0x7461_636F, "ocfs2"),
    (0x0116_1970, "gfs2"),
    (0x1983_0326, "beegfs"),
];

/// FUSE file systems that speak to another machine; all others are taken as local.
#[cfg(any(target_os = "linux", target_os = "android"))]
const FUSE_NETWORK: [&str; 16] = [
    "sshfs",
    "rclone",
    "s3fs",
    "goofys",
    "davfs",
    "davfs2",
    "curlftpfs",
    "ceph",
    "ceph-fuse",
    "glusterfs",
    "gvfsd-fuse",
    "smbnetfs",
    "moosefs",
    "juicefs",
    "seaweedfs",
    "gcsfuse",
];

#[cfg(any(target_os = "linux", target_os = "android"))]
fn fuse(kind: &str) -> FileSystem {
    let kind = kind.strip_prefix("fuse.").unwrap_or(kind);
    if FUSE_NETWORK.contains(&kind) { FileSystem::Network(kind.to_owned()) } else { FileSystem::Local }
}

/// The type of the file system with this device number, by the text of `/proc/self/mountinfo` (proc(5)).
#[cfg(any(target_os = "linux", target_os = "android"))]
fn mounted_as(mountinfo: &str, major: u32, minor: u32) -> Option<&str> {
    let device = format!("{major}:{minor}");
    mountinfo.lines().find_map(|line| {
        let (before, after) = line.split_once(" - ")?;
        (before.split(' ').nth(2)? == device).then(|| after.split(' ').next())?
    })
}

#[cfg(all(test, any(target_os = "linux", target_os = "android")))]
mod tests {
    use super::*;

    const MOUNTS: &str = "\
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard
44 27 0:45 / /mnt/nas rw,nosuid shared:9 - fuse.sshfs nas:/photos rw,user_id=0
45 27 0:46 / /mnt/pool rw - fuse.mergerfs a:b rw
46 27 0:47 / /mnt/win rw - fuseblk /dev/sdb1 rw";

    #[test]
    fn fuse_file_systems_are_told_by_the_table_of_mounts() {
        for (minor, kind) in
            [(45, FileSystem::Network("sshfs".into())), (46, FileSystem::Local), (47, FileSystem::Local), (99, FileSystem::Local)]
        {
            assert_eq!(fuse(mounted_as(MOUNTS, 0, minor).unwrap_or("fuse")), kind);
        }
    }

    #[test]
    fn a_path_that_is_not_there_yet_is_on_the_file_system_of_its_nearest_parent() {
        assert_eq!(file_system_kind(Path::new("/proc/no/such/folder")).unwrap(), FileSystem::Local);
    }
}
