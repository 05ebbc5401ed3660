//! `ImmichSource`: the assets of one owner on an Immich server as a source.
//!
//! An asset's path is the server's own path of the original. Its stat is made of the server's row: it changes when the content does, and
//! not when an asset becomes a favourite or moves into an album. Originals below a mounted folder are read there, all others by ranges.
//! Absent on purpose: any conclusion about assets once the server as a whole has failed; [`ImmichSource::gone`] tells that it has.

mod table;

use std::{
    ops::ControlFlow,
    path::PathBuf,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

use super::{
    api::Api,
    catalogue::{Catalogue, InMemory},
    error::ImmichError,
    listed::{Listed, RemoteId},
    listing::{self, ListingError, Refreshed},
    mounted::{Mount, Mounts},
    original::Original,
};
use crate::{
    error::SourceError,
    source::{Found, FoundKind, Opened, Source, Stat, Walked},
};
use table::{Entry, Table};

/// One owner's assets on one server.
#[derive(Debug)]
pub struct ImmichSource {
    api: Api,
    user: RemoteId,
    name: String,
    mounts: Mounts,
    table: Table,
    gone: Mutex<Option<ImmichError>>,
    /// Assets in a row at which the server failed although it answers otherwise.
    failures: AtomicU32,
}

/// So many assets in a row are not one asset's matter any more.
const FAILURES: u32 = 20;

impl ImmichSource {
    /// The assets of `user`, whose key `api` has; `name` is the server's in messages (`immich:NAME`).
    #[must_use]
    pub fn new(api: Api, user: RemoteId, name: String) -> ImmichSource {
        ImmichSource {
            api,
            user,
            name,
            mounts: Mounts::default(),
            table: Table::default(),
            gone: Mutex::default(),
            failures: AtomicU32::new(0),
        }
    }

    /// The same, reading originals below these folders where they are there.
    ///
    /// # Errors
    /// [`SourceError`] when a folder is missing, empty or unreadable.
    pub fn mounted_at(mut self, mounts: Vec<Mount>) -> Result<ImmichSource, SourceError> {
        self.mount(mounts)?;
        Ok(self)
    }

    /// From now on originals are read below these folders where they are there.
    ///
    /// # Errors
    /// [`SourceError`] when a folder is missing, empty or unreadable.
    pub fn mount(&mut self, mounts: Vec<Mount>) -> Result<(), SourceError> {
        self.mounts = Mounts::open(mounts)?;
        Ok(())
    }

    /// Whether any folder is known to hold originals.
    #[must_use]
    pub fn has_mounts(&self) -> bool {
        !self.mounts.is_empty()
    }

    /// Whose assets they are.
    #[must_use]
    pub fn user(&self) -> RemoteId {
        self.user
    }

    /// The server, as the owner's key sees it.
    #[must_use]
    pub fn api(&self) -> &Api {
        &self.api
    }

    /// Brings a catalogue up to date: [`listing::refresh`].
    ///
    /// # Errors
    /// [`ListingError`].
    pub fn refresh<C: Catalogue>(
        &self,
        catalogue: &mut C,
        watch: &mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Result<Refreshed, ListingError<C::Error>> {
        let refreshed = listing::refresh(&self.api, self.user, catalogue, watch);
        if let Err(ListingError::Server(error)) = &refreshed {
            self.note(error);
        }
        refreshed
    }

    /// Learns of an asset, so that it can be opened. To be told of all in the order of [`Catalogue::for_each`]: of assets with one path
    /// the first has it for its own, and each further one gets its id added to it.
    pub fn know(&self, listed: &Listed) {
        self.table.put(listed.path.as_bytes(), entry(listed));
    }

    /// How a walk tells of an asset that is known.
    #[must_use]
    pub fn found(&self, listed: &Listed) -> Found {
        let path = self.table.path_of(listed.path.as_bytes(), listed.id);
        Found { path, stat: entry(listed).stat(), kind: FoundKind::Asset }
    }

    /// The small upright picture that the server made of an asset; nothing where it made none.
    ///
    /// # Errors
    /// [`SourceError`].
    pub fn shown(&self, path: &[u8]) -> Result<Option<Vec<u8>>, SourceError> {
        let entry = self.entry(path)?;
        let shown = self.api.thumbnail(entry.id());
        self.note_of_one(shown.as_ref().err());
        shown.map_err(|cause| SourceError::Immich { place: self.place(Some(path)), cause: Box::new(cause) })
    }

    /// Why the server as a whole failed, if it did: then nothing may be concluded about any asset that could not be read.
    #[must_use]
    pub fn gone(&self) -> Option<ImmichError> {
        self.gone.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The file below a mounted folder that an asset is read from; nothing when it is read from the server.
    #[must_use]
    pub fn file_of(&self, path: &[u8]) -> Option<Stat> {
        self.table.get(path)?;
        self.mounts.file(self.table.servers_path(path), None)?.stat().ok()
    }

    /// Whether an asset is read from a file below a mounted folder.
    #[must_use]
    pub fn is_mounted(&self, path: &[u8]) -> bool {
        self.file_of(path).is_some()
    }

    /// Opens an original on the server, though it may be mounted too.
    ///
    /// # Errors
    /// [`SourceError`] when it is not known or, where the listing does not tell its length, cannot be asked for it.
    pub fn open_on_server(&self, path: &[u8]) -> Result<Original<'_>, SourceError> {
        let entry = self.entry(path)?;
        let id = entry.id();
        let original = Original::new(entry.stat(), entry.bytes(), move |offset, length| {
            let piece = self.api.original(id, offset, length);
            self.note_of_one(piece.as_ref().err());
            piece
        });
        original.begin().map_err(|cause| match cause.downcast::<ImmichError>() {
            Ok(cause) => SourceError::Immich { place: self.place(Some(path)), cause: Box::new(cause) },
            Err(cause) => SourceError::AssetUnreadable { path: self.place(Some(path)), cause },
        })?;
        Ok(original)
    }

    fn entry(&self, path: &[u8]) -> Result<Entry, SourceError> {
        self.table.get(path).ok_or_else(|| SourceError::AssetMissing { path: self.place(Some(path)) })
    }

    /// How messages name the server, or an asset on it.
    fn place(&self, path: Option<&[u8]>) -> PathBuf {
        let path = path.map(String::from_utf8_lossy).unwrap_or_default();
        let between = if path.is_empty() || path.starts_with('/') { "" } else { "/" };
        PathBuf::from(format!("immich:{}{between}{path}", self.name))
    }

    fn failed(&self, path: Option<&[u8]>, cause: ImmichError) -> SourceError {
        self.note(&cause);
        SourceError::Immich { place: self.place(path), cause: Box::new(cause) }
    }

    /// Remembers how asking for one asset ended. A proxy that refuses one path, or a disk that hangs at one file, is that asset's matter
    /// as long as the server answers otherwise, and as not all assets fail.
    fn note_of_one(&self, error: Option<&ImmichError>) {
        use ImmichError::{Failed, NotImmich, TooSlow};
        let Some(error) = error else { return self.failures.store(0, Ordering::Relaxed) };
        let may_be_of_one = matches!(error, TooSlow { .. } | Failed { .. } | NotImmich { .. }) && error.is_of_the_server();
        let is_of_one = may_be_of_one && self.failures.fetch_add(1, Ordering::Relaxed) < FAILURES && self.api.version().is_ok();
        if !is_of_one {
            self.note(error);
        }
    }

    /// Remembers the first failure of the server as a whole.
    fn note(&self, error: &ImmichError) {
        if error.is_of_the_server() {
            self.gone.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(|| error.clone());
        }
    }
}

impl Source for ImmichSource {
    /// Lists all of it anew, in memory. A survey keeps a catalogue instead and asks for changes only.
    fn walk(&self, visit: &mut dyn FnMut(Walked) -> ControlFlow<()>) -> Result<(), SourceError> {
        let mut catalogue = InMemory::default();
        let refreshed = self.refresh(&mut catalogue, &mut |_| ControlFlow::Continue(()));
        match refreshed {
            Ok(_) | Err(ListingError::Stopped) => {}
            Err(ListingError::Server(cause)) => return Err(self.failed(None, cause)),
            Err(ListingError::Catalogue(never)) => match never {},
        }
        let each = &mut |listed: &Listed| {
            self.know(listed);
            visit(Walked::Found(self.found(listed)))
        };
        match catalogue.for_each(each) {
            Ok(()) => Ok(()),
            Err(never) => match never {},
        }
    }

    fn open(&self, path: &[u8]) -> Result<Box<dyn Opened + '_>, SourceError> {
        let entry = self.entry(path)?;
        match self.mounts.file(self.table.servers_path(path), None) {
            Some(file) => Ok(Box::new(file.listed_as(entry.stat()))),
            None => Ok(Box::new(self.open_on_server(path)?)),
        }
    }
}

fn entry(listed: &Listed) -> Entry {
    let content = listed.checksum.first_chunk::<8>().map_or(0, |first| i64::from_be_bytes(*first));
    Entry::new(listed.id, listed.bytes, content, listing::nanoseconds(&listed.modified).unwrap_or(0))
}
