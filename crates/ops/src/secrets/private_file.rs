//! `PrivateFile`: keys in one TOML file that only its user can read.
//!
//! The folder is opened once and judged by its descriptor, and all else goes through that descriptor: what was judged is what is used.
//! A new state of the file is written beside it with mode 0600 and put in its place whole. Nothing is read from, or written to, a file
//! or folder that others can read or change, that belongs to another user, or that a symbolic link leads to.

use std::{
    collections::BTreeMap,
    fs::{DirBuilder, File},
    io::{Read, Write},
    os::{fd::OwnedFd, unix::fs::DirBuilderExt},
    path::{Path, PathBuf},
};

use rustix::{
    fs::{AtFlags, FileType, FlockOperation, Mode, OFlags, Stat},
    io::Errno,
};
use zeroize::Zeroizing;

use super::{Provider, Secret, SecretError, SecretName};

/// Keys in `keys.toml` of a folder of its own.
#[derive(Debug, Clone)]
pub struct PrivateFile {
    folder: PathBuf,
}

const NAME: &str = "keys.toml";

/// More is no file of keys.
const LARGEST: u64 = 1 << 20;

const HEAD: &str = "# API keys, by server and owner, kept by lightproof. Whoever reads this file can read these photographs.\n\n";

type Keys = BTreeMap<String, BTreeMap<String, Zeroizing<String>>>;

impl PrivateFile {
    /// Keys in this folder, which is made when the first key is put.
    #[must_use]
    pub fn in_folder(folder: impl Into<PathBuf>) -> PrivateFile {
        PrivateFile { folder: folder.into() }
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.folder.join(NAME)
    }

    fn disk(&self, what: &'static str) -> impl Fn(Errno) -> SecretError {
        let place = self.path().display().to_string();
        move |why| SecretError::Disk { place: place.clone(), what, why: why.to_string() }
    }

    /// The folder, once it is known to be this user's alone; nothing when it is not there.
    fn open_folder(&self) -> Result<Option<OwnedFd>, SecretError> {
        let place = || self.folder.display().to_string();
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let folder = match rustix::fs::open(&self.folder, flags, Mode::empty()) {
            Ok(folder) => folder,
            Err(Errno::NOENT) => return Ok(None),
            Err(Errno::NOTDIR | Errno::LOOP) => return Err(SecretError::NotPlain { place: place(), expected: "a folder" }),
            Err(error) => return Err(self.disk("read")(error)),
        };
        judge(&rustix::fs::fstat(&folder).map_err(self.disk("read"))?, &self.folder, 0o700)?;
        Ok(Some(folder))
    }

    fn make_folder(&self) -> Result<OwnedFd, SecretError> {
        let failed = |why: &dyn std::fmt::Display| SecretError::Disk {
            place: self.folder.display().to_string(),
            what: "written",
            why: why.to_string(),
        };
        if let Some(parent) = self.folder.parent() {
            DirBuilder::new().recursive(true).create(parent).map_err(|e| failed(&e))?;
        }
        match DirBuilder::new().mode(0o700).create(&self.folder) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return Err(failed(&error)),
            _ => {}
        }
        self.open_folder()?.ok_or_else(|| failed(&"it is gone again"))
    }

    fn read(&self, folder: &OwnedFd) -> Result<Keys, SecretError> {
        // Not waiting for the other side of a pipe.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let place = || self.path().display().to_string();
        let file = match rustix::fs::openat(folder, NAME, flags, Mode::empty()) {
            Ok(file) => file,
            Err(Errno::NOENT) => return Ok(Keys::new()),
            Err(Errno::LOOP) => return Err(SecretError::NotPlain { place: place(), expected: "a file" }),
            Err(error) => return Err(self.disk("read")(error)),
        };
        let stat = rustix::fs::fstat(&file).map_err(self.disk("read"))?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Err(SecretError::NotPlain { place: place(), expected: "a file" });
        }
        judge(&stat, &self.path(), 0o600)?;
        // Room for all at once: a buffer that grows leaves copies behind that nobody overwrites.
        let mut bytes = Zeroizing::new(Vec::with_capacity(u64::try_from(stat.st_size).unwrap_or(0).min(LARGEST) as usize + 1));
        let read = File::from(file).take(LARGEST + 1).read_to_end(&mut bytes);
        read.map_err(|why| SecretError::Disk { place: place(), what: "read", why: why.to_string() })?;
        let garbled = |line| SecretError::Garbled { place: place(), line };
        let text = std::str::from_utf8(&bytes).ok().filter(|t| t.len() as u64 <= LARGEST).ok_or_else(|| garbled(None))?;
        // What the parser says would show the line, and the key on it.
        toml::from_str(text)
            .map_err(|error| garbled(error.span().map(|span| 1 + text.bytes().take(span.start).filter(|&b| b == b'\n').count())))
    }

    fn write(&self, folder: &OwnedFd, keys: &Keys) -> Result<(), SecretError> {
        let failed = self.disk("written");
        let text = toml::to_string(keys).map(Zeroizing::new).map_err(|_| failed(Errno::INVAL))?;
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mut tries = 0_u32;
        let (beside, file) = loop {
            // One may be left from a run that was killed; it is private, and never read.
            let name = format!(".{NAME}.{}-{tries}", std::process::id());
            match rustix::fs::openat(folder, &name, flags, Mode::RUSR | Mode::WUSR) {
                Ok(file) => break (name, file),
                Err(Errno::EXIST) if tries < 1000 => tries += 1,
                Err(error) => return Err(failed(error)),
            }
        };
        let put = || -> Result<(), SecretError> {
            let stat = rustix::fs::fstat(&file).map_err(&failed)?;
            // Some file systems know no permissions: nothing is written there.
            judge(&stat, &self.path(), 0o600)?;
            let mut writer = File::from(rustix::io::dup(&file).map_err(&failed)?);
            let written = writer.write_all(HEAD.as_bytes()).and_then(|()| writer.write_all(text.as_bytes()));
            written.and_then(|()| writer.sync_all()).map_err(|why| SecretError::Disk {
                place: self.path().display().to_string(),
                what: "written",
                why: why.to_string(),
            })?;
            rustix::fs::renameat(folder, &beside, folder, NAME).map_err(&failed)?;
            // Not every file system can do this to a folder, and the file is in its place already.
            let _ = rustix::fs::fsync(folder);
            Ok(())
        };
        put().inspect_err(|_| {
            // Of its own making, a moment ago, and of no use now.
            let _ = rustix::fs::unlinkat(folder, &beside, AtFlags::empty());
        })
    }
}

/// That a file or folder is this user's alone.
fn judge(stat: &Stat, path: &Path, should_be: u32) -> Result<(), SecretError> {
    let place = path.display().to_string();
    if stat.st_uid != rustix::process::geteuid().as_raw() {
        return Err(SecretError::AnotherUsers { place });
    }
    let mode = Mode::from_raw_mode(stat.st_mode);
    if mode.intersects(Mode::RWXG | Mode::RWXO) {
        #[allow(clippy::useless_conversion)] // macOS has 16 bits of it
        let mode = u32::from(mode.as_raw_mode());
        return Err(SecretError::NotPrivate { place, mode, should_be });
    }
    Ok(())
}

impl Provider for PrivateFile {
    fn word(&self) -> &'static str {
        "file"
    }

    fn place(&self, _: &SecretName) -> String {
        format!("the file {}", self.path().display())
    }

    fn is_writable(&self) -> bool {
        true
    }

    fn get(&self, name: &SecretName) -> Result<Option<Secret>, SecretError> {
        let Some(folder) = self.open_folder()? else { return Ok(None) };
        let keys = self.read(&folder)?;
        let Some(kept) = keys.get(name.server()).and_then(|owners| owners.get(name.owner())) else { return Ok(None) };
        let garbled = || SecretError::Garbled { place: self.path().display().to_string(), line: None };
        Secret::new(kept).map(Some).ok_or_else(garbled)
    }

    fn put(&self, name: &SecretName, secret: &Secret) -> Result<(), SecretError> {
        let folder = self.make_folder()?;
        // Two that add keys at the same time do so one after the other; the lock ends with the descriptor.
        match rustix::fs::flock(&folder, FlockOperation::LockExclusive) {
            // Network file systems may not lock folders; there, nobody can be waited for.
            Ok(()) | Err(Errno::BADF | Errno::NOLCK | Errno::OPNOTSUPP) => {}
            Err(error) => return Err(self.disk("written")(error)),
        }
        let mut keys = self.read(&folder)?;
        let owners = keys.entry(name.server().to_owned()).or_default();
        owners.insert(name.owner().to_owned(), Zeroizing::new(secret.expose().to_owned()));
        self.write(&folder, &keys)
    }
}
