//! Opening below a root: folders and assets, without following a link and without leaving a trace.
//!
//! Paths are resolved from the root's handle, by openat2(2) where the kernel has it, otherwise name by name;
//! a folder that was swapped for a link leads nowhere. O_NOATIME where we own the file, plain reading where not;
//! O_NONBLOCK, so that a FIFO that was swapped in does not hold us up.

use std::{io, os::fd::OwnedFd};

use lightproof_model::read_at::ReadAt;
use rustix::{
    fd::AsFd,
    fs::{FileType, Mode, OFlags},
    io::Errno,
};

use crate::source::{Access, Opened, Stat};

const READ: OFlags = OFlags::RDONLY.union(OFlags::CLOEXEC).union(OFlags::NOFOLLOW).union(OFlags::NONBLOCK);

/// Leaves access times alone, where the system can: it refuses with EPERM on files of other users (open(2)).
#[cfg(any(target_os = "linux", target_os = "android"))]
const NO_TRACE: OFlags = OFlags::NOATIME;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const NO_TRACE: OFlags = OFlags::empty();

/// How paths are resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Resolver {
    /// By the kernel in one call: openat2(2) with RESOLVE_BENEATH, Linux 5.6.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    Kernel,
    /// Name by name.
    StepByStep,
}

impl Resolver {
    /// The quicker of those that this kernel, and whatever filters its calls, allows.
    pub(super) fn that_works_at(root: &OwnedFd) -> Self {
        #[cfg(any(target_os = "linux", target_os = "android"))]
        if in_one_call(root, b".", OFlags::PATH | OFlags::CLOEXEC | OFlags::DIRECTORY).is_ok() {
            return Self::Kernel;
        }
        let _ = root;
        Self::StepByStep
    }

    /// Opens an asset; nothing when what is there is no regular file.
    pub(super) fn open_asset(self, root: &OwnedFd, path: &[u8]) -> Result<Option<Asset>, Errno> {
        let handle = self.open(root, path, READ)?;
        let stat = rustix::fs::fstat(&handle)?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Ok(None);
        }
        let device = device_id(&handle, &stat);
        Ok(Some(Asset { len: u64::try_from(stat.st_size).unwrap_or(0), device, handle }))
    }

    /// Opens a folder below the root; an empty path is the root itself.
    pub(super) fn open_folder(self, root: &OwnedFd, path: &[u8]) -> Result<OwnedFd, Errno> {
        if path.is_empty() { open_folder_at(root, b".") } else { self.open(root, path, READ | OFlags::DIRECTORY) }
    }

    fn open(self, root: &OwnedFd, path: &[u8], flags: OFlags) -> Result<OwnedFd, Errno> {
        if !is_below(path) {
            return Err(Errno::NOENT);
        }
        #[cfg(any(target_os = "linux", target_os = "android"))]
        if self == Self::Kernel {
            match without_trace(flags, |flags| in_one_call(root, path, flags)) {
                // Longer than PATH_MAX, or the tree changed under the kernel's eyes: try name by name.
                Err(Errno::NAMETOOLONG | Errno::AGAIN) => {}
                outcome => return outcome,
            }
        }
        name_by_name(root, path, flags)
    }
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn in_one_call(root: &OwnedFd, path: &[u8], flags: OFlags) -> Result<OwnedFd, Errno> {
    use rustix::fs::ResolveFlags;
    let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
    rustix::fs::openat2(root, path, flags, Mode::empty(), resolve)
}

fn name_by_name(root: &OwnedFd, path: &[u8], flags: OFlags) -> Result<OwnedFd, Errno> {
    let mut names = path.split(|&b| b == b'/').peekable();
    let mut folder: Option<OwnedFd> = None;
    while let Some(name) = names.next() {
        let at = folder.as_ref().unwrap_or(root);
        if names.peek().is_none() {
            return without_trace(flags, |flags| rustix::fs::openat(at, name, flags, Mode::empty()));
        }
        // Only to pass through: O_SEARCH or O_PATH would do, but not every system has them.
        folder = Some(open_folder_at(at, name)?);
    }
    Err(Errno::NOENT)
}

/// Opens a folder in another one for listing.
pub(super) fn open_folder_at(folder: impl AsFd, name: &[u8]) -> Result<OwnedFd, Errno> {
    without_trace(READ | OFlags::DIRECTORY, |flags| rustix::fs::openat(&folder, name, flags, Mode::empty()))
}

fn without_trace(flags: OFlags, open: impl Fn(OFlags) -> Result<OwnedFd, Errno>) -> Result<OwnedFd, Errno> {
    match open(flags | NO_TRACE) {
        Err(Errno::PERM) => open(flags),
        outcome => outcome,
    }
}

/// A path that stays below where it starts, by its text: `a/b`, not `/a`, `a//b`, `./a` or `../a`.
fn is_below(path: &[u8]) -> bool {
    path.split(|&b| b == b'/').all(|name| !matches!(name, b"" | b"." | b".."))
}

/// The file system's own id, which outlives unmounting on most; the device number where it has none.
pub(super) fn device_id(handle: impl AsFd, stat: &rustix::fs::Stat) -> u64 {
    match rustix::fs::fstatvfs(handle) {
        Ok(system) if system.f_fsid != 0 => system.f_fsid,
        _ => mounted_device(stat),
    }
}

/// [`device_id`] of what a name in a folder stands for: a single file may be mounted from elsewhere, and some layered
/// file systems number their files otherwise than their folders, so the folder cannot answer for it.
pub(super) fn device_id_of(folder: &OwnedFd, name: &[u8], stat: &rustix::fs::Stat) -> u64 {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    let flags = READ;
    match rustix::fs::openat(folder, name, flags, Mode::empty()) {
        Ok(handle) => device_id(handle, stat),
        Err(_) => device_id(folder, stat),
    }
}

#[allow(clippy::unnecessary_cast)] // st_dev is narrower and signed on some systems
pub(super) fn mounted_device(stat: &rustix::fs::Stat) -> u64 {
    stat.st_dev as u64
}

/// What the system says of a file, in our words.
#[allow(clippy::unnecessary_cast)] // widths differ from system to system
pub(super) fn stat_of(stat: &rustix::fs::Stat, device: u64) -> Stat {
    let nanoseconds = |seconds: i64, rest: i64| seconds.saturating_mul(1_000_000_000).saturating_add(rest);
    Stat {
        device,
        mounted_device: mounted_device(stat),
        inode: stat.st_ino as u64,
        size: u64::try_from(stat.st_size).unwrap_or(0),
        mtime_ns: nanoseconds(stat.st_mtime as i64, stat.st_mtime_nsec as i64),
        ctime_ns: nanoseconds(stat.st_ctime as i64, stat.st_ctime_nsec as i64),
        links: stat.st_nlink as u64,
    }
}

/// A regular file, opened for reading.
#[derive(Debug)]
pub(super) struct Asset {
    handle: OwnedFd,
    len: u64,
    device: u64,
}

impl ReadAt for Asset {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        // No file is that long (off_t), so there is nothing to read; the kernel would call it an error.
        if i64::try_from(offset.saturating_add(buf.len() as u64)).is_err() {
            return Ok(0);
        }
        Ok(rustix::io::retry_on_intr(|| rustix::io::pread(&self.handle, &mut *buf, offset))?)
    }
}

impl Opened for Asset {
    fn stat(&self) -> io::Result<Stat> {
        Ok(stat_of(&rustix::fs::fstat(&self.handle)?, self.device))
    }

    /// A file system without read-ahead says no, and that is no harm.
    #[cfg(not(target_vendor = "apple"))]
    fn will_read(&self, how: Access) {
        use rustix::fs::{Advice, fadvise};
        let advised: &[Advice] = match how {
            Access::Whole => &[Advice::Sequential, Advice::WillNeed],
            Access::Pieces => &[Advice::Random],
        };
        for advice in advised {
            let _ = fadvise(&self.handle, 0, None, *advice);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lightproof_testkit::library::Library;

    #[test]
    fn a_path_that_could_leave_the_root_is_told_by_its_text() {
        for (path, below) in [
            ("a", true),
            ("a/b.jpg", true),
            ("...", true),
            ("", false),
            ("/etc/passwd", false),
            ("a//b", false),
            ("a/", false),
            ("./a", false),
            ("..", false),
            ("a/../../b", false),
        ] {
            assert_eq!(is_below(path.as_bytes()), below, "{path:?}");
        }
    }

    #[test]
    fn both_resolvers_open_the_same_and_refuse_the_same() {
        let outside = Library::with("o.jpg", "o");
        let library = Library::with("a.jpg", "a")
            .and("b/c/d.jpg", "d")
            .and_link("to-a.jpg", "a.jpg")
            .and_link("to-b", "b")
            .and_link("b/to-outside", outside.path());
        let root = open_folder_at(rustix::fs::CWD, library.path().as_os_str().as_encoded_bytes()).unwrap();
        for (path, opens) in [
            ("a.jpg", Ok(true)),
            ("b/c/d.jpg", Ok(true)),
            ("b", Ok(false)),
            ("no-such.jpg", Err(Errno::NOENT)),
            ("b/no-such/d.jpg", Err(Errno::NOENT)),
            ("a.jpg/d.jpg", Err(Errno::NOTDIR)),
            ("b/../a.jpg", Err(Errno::NOENT)),
            ("to-a.jpg", Err(Errno::LOOP)),
        ] {
            for resolver in [Resolver::that_works_at(&root), Resolver::StepByStep] {
                let opened = resolver.open_asset(&root, path.as_bytes()).map(|asset| asset.is_some());
                assert_eq!(opened, opens, "{path} {resolver:?}");
            }
        }
        // Which of the two errors a link within a path gives is the system's choice.
        for path in ["to-b/c/d.jpg", "b/to-outside/o.jpg"] {
            for resolver in [Resolver::that_works_at(&root), Resolver::StepByStep] {
                let refused = resolver.open_asset(&root, path.as_bytes()).map(|asset| asset.is_some());
                assert!(matches!(refused, Err(Errno::LOOP | Errno::NOTDIR)), "{path} {resolver:?} {refused:?}");
            }
        }
    }
}
