//! `Snapshot`: everything that the system knows of a tree, to prove that nobody touched it.
//!
//! Bytes, mode, owner, size, times of access and of change, inode, extended attributes. Taking one leaves no trace
//! itself where the system lets it. Links are looked at, never read: reading a link changes its access time.

use std::{
    collections::BTreeMap,
    fs::{self, Metadata},
    io::{self, Read},
    os::unix::{ffi::OsStrExt, fs::MetadataExt},
    path::{Path, PathBuf},
};

use rustix::fs::{CWD, Dir, Mode, OFlags};
use sha2::{Digest, Sha256};

/// Everything about every file and folder of a tree, the root itself included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    seen: BTreeMap<PathBuf, Seen>,
}

/// What is known of one file or folder.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    inode: u64,
    mode: u32,
    links: u64,
    owner: (u32, u32),
    size: u64,
    accessed: (i64, i64),
    modified: (i64, i64),
    changed: (i64, i64),
    digest: Option<[u8; 32]>,
    attributes: BTreeMap<Vec<u8>, Vec<u8>>,
}

impl Snapshot {
    /// Looks at everything in a folder.
    #[must_use]
    pub fn of(root: &Path) -> Self {
        let seen = everything_in(root).into_iter().map(|path| {
            let seen = Seen::of(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            (path.strip_prefix(root).expect("it is in the folder").to_owned(), seen)
        });
        Self { seen: seen.collect() }
    }

    /// What differs in a later snapshot, a line each; empty when nothing was touched.
    #[must_use]
    pub fn differences(&self, later: &Snapshot) -> Vec<String> {
        let paths: std::collections::BTreeSet<&PathBuf> = self.seen.keys().chain(later.seen.keys()).collect();
        let told = paths.into_iter().filter_map(|path| {
            let what = match (self.seen.get(path), later.seen.get(path)) {
                (Some(a), Some(b)) if a == b => return None,
                (Some(a), Some(b)) => a.what_differs(b),
                (Some(_), None) => "gone".to_owned(),
                _ => "new".to_owned(),
            };
            Some(format!("{}: {what}", path.display()))
        });
        told.collect()
    }

    /// Fails the test with every difference, if there is one.
    ///
    /// # Panics
    /// When anything in the tree was touched.
    pub fn assert_untouched(&self, later: &Snapshot) {
        let differences = self.differences(later);
        assert!(differences.is_empty(), "the tree was touched:\n{}", differences.join("\n"));
    }
}

impl Snapshot {
    /// Fails the test with every difference that matters once something was done and undone: contents, names, owner, mode, modification time
    /// and attributes of all files outside `.lightproof`. Not change times, access times and the times of folders (DESIGN §3, *as it was*).
    ///
    /// # Panics
    /// When anything is not as it was.
    pub fn assert_as_it_was(&self, later: &Snapshot) {
        let of = |snapshot: &Snapshot| snapshot.outside_of_own();
        let differences = of(self).differences(&of(later));
        assert!(differences.is_empty(), "it is not as it was:\n{}", differences.join("\n"));
    }

    /// What matters of every file that is not lightproof's own.
    fn outside_of_own(&self) -> Snapshot {
        let own = |path: &Path| path.components().any(|part| part.as_os_str() == ".lightproof");
        let matters = |seen: &Seen| {
            let is_folder = seen.mode & FOLDER == FOLDER;
            let modified = if is_folder { (0, 0) } else { seen.modified };
            let (links, size) = if is_folder { (0, 0) } else { (seen.links, seen.size) };
            Seen { accessed: (0, 0), changed: (0, 0), modified, links, size, inode: 0, ..seen.clone() }
        };
        let outside = self.seen.iter().filter(|(path, _)| !own(path));
        Snapshot { seen: outside.map(|(path, seen)| (path.clone(), matters(seen))).collect() }
    }
}

/// The bit of a mode that says "folder", among those of a file type (inode(7)).
const FOLDER: u32 = 0o040_000;

impl Seen {
    fn of(path: &Path) -> io::Result<Self> {
        let about = fs::symlink_metadata(path)?;
        let digest = if about.is_file() { Some(digest(path)?) } else { None };
        // Looked at again after reading, so that a trace of our own reading is not laid at another's door.
        let about = if about.is_file() { fs::symlink_metadata(path)? } else { about };
        Ok(Self::from(&about, digest, attributes(path)?))
    }

    fn from(about: &Metadata, digest: Option<[u8; 32]>, attributes: BTreeMap<Vec<u8>, Vec<u8>>) -> Self {
        Self {
            inode: about.ino(),
            mode: about.mode(),
            links: about.nlink(),
            owner: (about.uid(), about.gid()),
            size: about.size(),
            accessed: (about.atime(), about.atime_nsec()),
            modified: (about.mtime(), about.mtime_nsec()),
            changed: (about.ctime(), about.ctime_nsec()),
            digest,
            attributes,
        }
    }

    fn what_differs(&self, other: &Seen) -> String {
        let parts = [
            ("inode", self.inode != other.inode),
            ("mode", self.mode != other.mode),
            ("links", self.links != other.links),
            ("owner", self.owner != other.owner),
            ("size", self.size != other.size),
            ("access time", self.accessed != other.accessed),
            ("modification time", self.modified != other.modified),
            ("change time", self.changed != other.changed),
            ("bytes", self.digest != other.digest),
            ("extended attributes", self.attributes != other.attributes),
        ];
        parts.into_iter().filter(|(_, differs)| *differs).map(|(what, _)| what).collect::<Vec<_>>().join(", ")
    }
}

/// The paths of a folder and of everything in it, links not followed, in order.
pub(crate) fn everything_in(root: &Path) -> Vec<PathBuf> {
    let mut paths = vec![root.to_owned()];
    let mut next = 0;
    while let Some(path) = paths.get(next).cloned() {
        next += 1;
        if fs::symlink_metadata(&path).is_ok_and(|about| about.is_dir()) {
            let folder = open_without_trace(&path, OFlags::DIRECTORY).expect("a folder of the test's own can be listed");
            let listed = Dir::read_from(&folder).expect("a folder of the test's own can be listed");
            let names = listed.map(|l| l.expect("a folder of the test's own can be listed").file_name().to_bytes().to_vec());
            let names = names.filter(|name| !matches!(name.as_slice(), b"." | b".."));
            paths.extend(names.map(|name| path.join(std::ffi::OsStr::from_bytes(&name))));
        }
    }
    paths.sort();
    paths
}

fn open_without_trace(path: &Path, more: OFlags) -> io::Result<rustix::fd::OwnedFd> {
    #[cfg(target_os = "linux")]
    let no_trace = OFlags::NOATIME;
    #[cfg(not(target_os = "linux"))]
    let no_trace = OFlags::empty();
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW | no_trace | more;
    Ok(rustix::fs::openat(CWD, path, flags, Mode::empty())?)
}

fn digest(path: &Path) -> io::Result<[u8; 32]> {
    let mut file = fs::File::from(open_without_trace(path, OFlags::empty())?);
    let (mut sha, mut piece) = (Sha256::new(), vec![0; 1 << 16]);
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(sha.finalize().into()),
            read => sha.update(&piece[..read]),
        }
    }
}

/// Extended attributes; none where the file system has none.
fn attributes(path: &Path) -> io::Result<BTreeMap<Vec<u8>, Vec<u8>>> {
    let mut names = vec![0; 64 << 10];
    let length = match rustix::fs::llistxattr(path, &mut names[..]) {
        Ok(length) => length,
        Err(rustix::io::Errno::NOTSUP | rustix::io::Errno::PERM) => 0,
        Err(error) => return Err(error.into()),
    };
    let names = names[..length].split(|&b| b == 0).filter(|name| !name.is_empty());
    let read = |name: &[u8]| {
        let mut value = vec![0; 64 << 10];
        let length = rustix::fs::lgetxattr(path, name, &mut value[..])?;
        value.truncate(length);
        Ok((name.to_vec(), value))
    };
    names.map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::Library;

    #[test]
    fn taking_a_snapshot_leaves_no_trace() {
        let library = Library::with("a/b.jpg", "bytes").and_link("l", "a/b.jpg").and_fifo("f");
        library.age_access_times();
        library.snapshot().assert_untouched(&library.snapshot());
    }

    #[test]
    fn every_kind_of_touch_shows() {
        type Touch = fn(&Library);
        let touches: [(&str, Touch); 5] = [
            ("bytes", |l| l.edit("a/b.jpg")),
            ("new", |l| l.put("a/c.jpg", "c")),
            ("gone", |l| l.take_away("a/b.jpg")),
            ("modification time", |l| l.set_changed("a/b.jpg", 12)),
            ("mode", |l| rustix::fs::chmod(l.at("a/b.jpg"), Mode::from_raw_mode(0o600)).unwrap()),
        ];
        for (what, touch) in touches {
            let library = Library::with("a/b.jpg", "bytes");
            let before = library.snapshot();
            touch(&library);
            let told = before.differences(&library.snapshot()).join("\n");
            assert!(told.contains(what), "{what}: {told}");
        }
    }

    #[test]
    fn reading_in_the_ordinary_way_shows_unless_the_folder_is_mounted_without_access_times() {
        let library = Library::with("a/b.jpg", "bytes").and_link("l", "a/b.jpg");
        library.age_access_times();
        let before = library.snapshot();
        let flags = rustix::fs::statvfs(library.path()).unwrap().f_flag;
        if flags.intersects(rustix::fs::StatVfsMountFlags::NOATIME | rustix::fs::StatVfsMountFlags::RDONLY) {
            println!("temporary folders are mounted noatime: that access times are left alone cannot be shown here");
            return;
        }
        assert_eq!(library.read("a/b.jpg"), b"bytes");
        fs::read_dir(library.at("a")).unwrap().for_each(drop);
        fs::read_link(library.at("l")).unwrap();
        let told = before.differences(&library.snapshot());
        assert_eq!(told, ["a: access time", "a/b.jpg: access time", "l: access time"]);
    }
}
