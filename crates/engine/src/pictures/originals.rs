//! Originals in folders: opened below their root, without following a link, and only while they are what was surveyed.
//!
//! A root is opened once and kept: whatever else is mounted over it later is not looked into.
//! Absent on purpose: any path that does not come from the ledger, and any writing.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use lightproof_ledger::RootIdentity;
use lightproof_sources::{
    error::SourceError,
    folder::{self, FolderSource},
    reading::WHOLE_BUFFER,
    source::{Access, Opened, Source},
};

use super::{NoPicture, Subject, Whereabouts};

/// The largest video of which all bytes are held while a frame of it is made; of larger ones an excerpt is.
pub(super) const WHOLE_VIDEO: u64 = 32 << 20;

/// The roots that were opened, by path.
#[derive(Debug, Default)]
pub(super) struct Folders(Mutex<HashMap<PathBuf, Arc<FolderSource>>>);

impl Folders {
    /// Opens an asset that is still what was surveyed, and hands it over.
    pub(super) fn with<T>(
        &self,
        subject: &Subject,
        work: impl FnOnce(&dyn Opened) -> Result<T, NoPicture>,
    ) -> Result<T, NoPicture> {
        let Whereabouts::Folder { root, identity, path } = &subject.whereabouts else {
            return Err(NoPicture::because("it is not in a folder"));
        };
        let source = self.root(root, *identity)?;
        let opened = source.open(path).map_err(|error| {
            // A drive that was plugged in again has another handle.
            self.forget(root);
            not_opened(&error)
        })?;
        is_as_surveyed(&*opened, subject)?;
        work(&*opened)
    }

    fn root(&self, root: &Path, identity: RootIdentity) -> Result<Arc<FolderSource>, NoPicture> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = folder::RootIdentity { device: identity.file_system, inode: identity.inode };
        if let Some(source) = open.get(root).filter(|source| source.identity() == known) {
            return Ok(Arc::clone(source));
        }
        let source = FolderSource::at(root).and_then(|source| source.known_as(known)).map_err(|error| match error {
            SourceError::AnotherRoot { .. } => NoPicture::because("its folder is not the one that was surveyed"),
            _ => NoPicture::because("its folder is not there: is the drive plugged in?"),
        })?;
        let source = Arc::new(source);
        open.insert(root.to_owned(), Arc::clone(&source));
        Ok(source)
    }

    fn forget(&self, root: &Path) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(root);
    }
}

fn not_opened(error: &SourceError) -> NoPicture {
    NoPicture::because(match error {
        SourceError::AssetMissing { .. } => "it is no longer there: survey again".to_owned(),
        SourceError::NotAnAsset { .. } => "something else has taken its place: survey again".to_owned(),
        other => format!("it cannot be opened: {other}"),
    })
}

/// That an opened asset is the content that was surveyed.
///
/// Its file system is not asked for: a disk and its clone go by ids of their own in a survey. Its root is known, and inode, size and both
/// times agree.
pub(super) fn is_as_surveyed(opened: &dyn Opened, subject: &Subject) -> Result<(), NoPicture> {
    let stat = opened.stat().map_err(|error| unreadable(&error))?;
    let then = &subject.stamp;
    let same = (stat.inode, stat.size, stat.mtime_ns, stat.ctime_ns) == (then.inode, then.size, then.mtime, then.ctime);
    if same { Ok(()) } else { Err(NoPicture::because("it changed since it was surveyed: survey again")) }
}

/// All bytes of an asset.
pub(super) fn whole(opened: &dyn Opened) -> Result<Vec<u8>, NoPicture> {
    if opened.len() > WHOLE_BUFFER {
        return Err(NoPicture::because(format!("it is too large to be shown: {} MB", opened.len() / 1_000_000)));
    }
    opened.will_read(Access::Whole);
    read(opened, 0, opened.len())
}

/// So many bytes from a position on, which are all there.
pub(super) fn read(opened: &dyn Opened, from: u64, length: u64) -> Result<Vec<u8>, NoPicture> {
    let mut bytes = vec![0; usize::try_from(length).map_err(|_| NoPicture::because("it is too large to be shown"))?];
    let mut filled = 0;
    while filled < bytes.len() {
        match opened.read_at(from + filled as u64, &mut bytes[filled..]) {
            Ok(0) => return Err(NoPicture::because("it became shorter while it was read: survey again")),
            Ok(more) => filled += more,
            Err(error) => return Err(unreadable(&error)),
        }
    }
    Ok(bytes)
}

fn unreadable(error: &std::io::Error) -> NoPicture {
    NoPicture::because(format!("it cannot be read: {error}"))
}
