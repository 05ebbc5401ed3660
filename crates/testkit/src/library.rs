//! `Library`: a photo library in a folder of its own that is gone when the test ends.
//!
//! Given/when/then: built with `with` and `and`, changed as a user or another program would change it.
//! Everything that goes wrong while building panics: a test that stands on nothing tests nothing.

use std::{
    ffi::OsStr,
    fs, io,
    os::unix::{ffi::OsStrExt, fs::MetadataExt},
    path::{Path, PathBuf},
};

use lightproof_darkroom::photo::Photo;
use rustix::fs::{AtFlags, CWD, Timespec, Timestamps};

use crate::snapshot::Snapshot;

/// A photo library in a temporary folder.
#[derive(Debug)]
pub struct Library {
    folder: tempfile::TempDir,
}

/// What can be put into a library.
pub trait Contents {
    /// The bytes of the file.
    fn bytes(self) -> Vec<u8>;
}

impl Contents for Photo {
    fn bytes(self) -> Vec<u8> {
        self.jpeg(85)
    }
}

impl Contents for Vec<u8> {
    fn bytes(self) -> Vec<u8> {
        self
    }
}

impl Contents for &[u8] {
    fn bytes(self) -> Vec<u8> {
        self.to_vec()
    }
}

impl Contents for &str {
    fn bytes(self) -> Vec<u8> {
        self.as_bytes().to_vec()
    }
}

/// A photograph, always of the same scene: two of them look alike.
#[must_use]
pub fn photo() -> Photo {
    photo_of(1)
}

/// A photograph of the scene of a seed, small and with EXIF of twenty fields.
#[must_use]
pub fn photo_of(seed: u64) -> Photo {
    Photo::drawn(seed).size(320, 240).exif_fields(20)
}

impl Default for Library {
    fn default() -> Self {
        Self::empty()
    }
}

impl Library {
    /// An empty folder.
    #[must_use]
    pub fn empty() -> Self {
        Self { folder: tempfile::Builder::new().prefix("lightproof-").tempdir().expect("a temporary folder can be made") }
    }

    /// A library with one file.
    #[must_use]
    pub fn with(path: impl AsRef<OsStr>, contents: impl Contents) -> Self {
        Self::empty().and(path, contents)
    }

    /// And one more file; folders on the way are made.
    #[must_use]
    pub fn and(self, path: impl AsRef<OsStr>, contents: impl Contents) -> Self {
        self.put(path, contents);
        self
    }

    /// Puts a file into it, over the one that is there.
    pub fn put(&self, path: impl AsRef<OsStr>, contents: impl Contents) {
        let path = self.at(path);
        make_parent(&path);
        #[allow(clippy::disallowed_methods)] // the library is the test's own
        fs::write(&path, contents.bytes()).expect("a file can be written into a temporary folder");
    }

    /// Its folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The full path of something in it.
    #[must_use]
    pub fn at(&self, path: impl AsRef<OsStr>) -> PathBuf {
        self.path().join(path.as_ref())
    }

    /// Gives a file other bytes, as an editor would.
    pub fn edit(&self, path: impl AsRef<OsStr>) {
        let mut bytes = self.read(&path);
        bytes.extend_from_slice(b"edited");
        self.put(path, bytes);
    }

    /// The bytes of a file.
    #[must_use]
    pub fn read(&self, path: impl AsRef<OsStr>) -> Vec<u8> {
        fs::read(self.at(path)).expect("the file is there")
    }

    /// Gives a file or folder another name.
    pub fn rename(&self, from: impl AsRef<OsStr>, to: impl AsRef<OsStr>) {
        let to = self.at(to);
        make_parent(&to);
        #[allow(clippy::disallowed_methods)] // the library is the test's own
        fs::rename(self.at(from), to).expect("the file is there");
    }

    /// Takes a file, link or whole folder away.
    pub fn take_away(&self, path: impl AsRef<OsStr>) {
        let path = self.at(path);
        let is_folder = fs::symlink_metadata(&path).expect("it is there").is_dir();
        #[allow(clippy::disallowed_methods)] // the library is the test's own
        let taken = if is_folder { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        taken.expect("what is in a temporary folder can be taken away");
    }

    /// Makes an empty folder.
    #[must_use]
    pub fn and_folder(self, path: impl AsRef<OsStr>) -> Self {
        fs::create_dir_all(self.at(path)).expect("a folder can be made in a temporary folder");
        self
    }

    /// Makes a hard link to a file that is there.
    #[must_use]
    pub fn and_hard_link(self, path: impl AsRef<OsStr>, to: impl AsRef<OsStr>) -> Self {
        let path = self.at(path);
        make_parent(&path);
        fs::hard_link(self.at(to), path).expect("a file of a temporary folder can have two names");
        self
    }

    /// Makes a symbolic link with this text.
    #[must_use]
    pub fn and_link(self, path: impl AsRef<OsStr>, text: impl AsRef<OsStr>) -> Self {
        let path = self.at(path);
        make_parent(&path);
        std::os::unix::fs::symlink(text.as_ref(), path).expect("a link can be made in a temporary folder");
        self
    }

    /// Makes a FIFO, which no one writes to.
    #[must_use]
    pub fn and_fifo(self, path: impl AsRef<OsStr>) -> Self {
        let path = self.at(path);
        make_parent(&path);
        let mode = rustix::fs::Mode::from_raw_mode(0o644);
        #[cfg(target_os = "linux")]
        rustix::fs::mknodat(CWD, &path, rustix::fs::FileType::Fifo, mode, 0).expect("a FIFO can be made");
        #[cfg(not(target_os = "linux"))]
        panic!("no FIFO can be made here: {mode:?}");
        self
    }

    /// Makes a file of this length without a byte on disk.
    #[must_use]
    pub fn and_sparse(self, path: impl AsRef<OsStr>, length: u64) -> Self {
        self.put(&path, "");
        let file = fs::OpenOptions::new().write(true).open(self.at(path)).expect("the file is there");
        file.set_len(length).expect("the file system knows sparse files");
        self
    }

    /// Sets when a file was last changed, seconds since 1970-01-01 UTC.
    pub fn set_changed(&self, path: impl AsRef<OsStr>, seconds: i64) {
        let path = self.at(path);
        let accessed = fs::symlink_metadata(&path).expect("it is there").atime();
        set_times(&path, accessed, seconds).expect("the file is the test's own");
    }

    /// Makes every access time long past, so that any reading that leaves a trace shows in a [`Snapshot`].
    ///
    /// Most systems write an access time only when it is older than the last change (mount option `relatime`).
    pub fn age_access_times(&self) {
        const IN_2001: i64 = 1_000_000_000;
        for path in crate::snapshot::everything_in(self.path()) {
            let changed = fs::symlink_metadata(&path).expect("it was listed just now").mtime();
            set_times(&path, IN_2001, changed).expect("the file is the test's own");
        }
    }

    /// Everything about every file and folder, to be compared with a later one.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::of(self.path())
    }
}

/// A file name of any bytes.
#[must_use]
pub fn name(bytes: &[u8]) -> &OsStr {
    OsStr::from_bytes(bytes)
}

fn make_parent(path: &Path) {
    let parent = path.parent().expect("a path within a library has a parent");
    fs::create_dir_all(parent).expect("a folder can be made in a temporary folder");
}

fn set_times(path: &Path, accessed: i64, changed: i64) -> io::Result<()> {
    let at = |seconds| Timespec { tv_sec: seconds, tv_nsec: 0 };
    let times = Timestamps { last_access: at(accessed), last_modification: at(changed) };
    Ok(rustix::fs::utimensat(CWD, path, &times, AtFlags::SYMLINK_NOFOLLOW)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_has_what_was_put_into_it() {
        let library = Library::with("a.jpg", photo()).and("deep/er/b.txt", "b").and_link("l", "a.jpg");
        assert_eq!(library.read("deep/er/b.txt"), b"b");
        assert_eq!(library.read("l"), photo().jpeg(85));
        library.rename("deep/er/b.txt", "c/d.txt");
        library.take_away("deep");
        assert_eq!(library.read("c/d.txt"), b"b");
        assert!(!library.at("deep").exists());
    }
}
