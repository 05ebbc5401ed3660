//! Pictures: what a person sees of an asset, fetched from its folder or its server, reduced, and kept in a cache.
//!
//! Usable from many threads and without the ledger: whoever asks has looked the asset up and hands over a [`Subject`]. What is shown of a
//! folder's asset is the content that was surveyed: a file that changed since, or is gone, is not shown, and that is said. The cache lies
//! outside every library, and losing it costs time alone. What a server shows is asked for with its owner's key, which never leaves here.
//! Absent on purpose: paths from outside (a subject comes from the ledger), and any writing but to the cache.

mod cache;
mod originals;
mod served;
mod subject;

use std::path::Path;

use lightproof_ledger::{Ledger, SourceKind};
use lightproof_media::{
    picture::Limits,
    showing::{MadeOf, NotShown, Shown, Wanted, as_it_is, show, show_video},
    video::Ffmpeg,
};
use lightproof_model::media_type::{Class, MediaType};
use lightproof_sources::{source::Opened, turns::Turns};

pub use self::subject::{Subject, Whereabouts};
use self::{cache::Cache, originals::Folders, served::Servers};
use crate::{
    EngineError,
    roots::{RootRequest, keep_out_of_roots},
    servers::ServerRequest,
};
pub use lightproof_ledger::Stamp;

/// How large a picture is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Size {
    /// Beside others: 480 pixels.
    Thumbnail,
    /// To fill a window: 2,048 pixels.
    Large,
    /// With every pixel, to zoom into.
    Full,
}

/// A picture, as it goes to a browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Their MIME type: an image, never anything that holds scripts.
    pub mime: &'static str,
    /// What it was made of, where it was made here; nothing where a server made it.
    pub made_of: Option<MadeOf>,
}

/// An original that a browser shows as it is; its bytes are had by [`Pictures::part`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Original {
    /// Its MIME type.
    pub mime: &'static str,
    /// How many bytes it has.
    pub bytes: u64,
}

/// Why there is no picture; a sentence for a person, without secrets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoPicture(pub String);

impl NoPicture {
    fn because(why: impl Into<String>) -> NoPicture {
        NoPicture(why.into())
    }
}

impl From<NotShown> for NoPicture {
    fn from(why: NotShown) -> NoPicture {
        NoPicture(why.to_string())
    }
}

/// What decoding one picture may take.
const LIMITS: Limits = Limits { decoded_bytes: 512 << 20 };
/// Pictures that are decoded at the same time.
const AT_ONCE: usize = 2;
/// Originals of servers that are held whole at the same time: from the first byte that is fetched until they are decoded.
const FETCHED_AT_ONCE: usize = 2;

/// Fetches and keeps pictures.
#[derive(Debug)]
pub struct Pictures {
    cache: Option<Cache>,
    folders: Folders,
    servers: Servers,
    ffmpeg: Option<Ffmpeg>,
    turns: Turns,
    /// Others than those of decoding: while a slow server sends, pictures of folders are decoded.
    fetched: Turns,
}

impl Pictures {
    /// Pictures without a cache. `servers` bring the owners' keys.
    #[must_use]
    pub fn new(servers: &[ServerRequest], ffmpeg: Option<Ffmpeg>) -> Pictures {
        let (folders, servers) = (Folders::default(), Servers::new(servers));
        Pictures { cache: None, folders, servers, ffmpeg, turns: Turns::new(AT_ONCE), fetched: Turns::new(FETCHED_AT_ONCE) }
    }

    /// The same, keeping thumbnails in this folder, which is made where it is missing (for its owner's eyes alone).
    ///
    /// # Errors
    /// [`EngineError::CacheBelowRoot`] when it lies below the root of a source of the ledger. A folder that cannot be used is no error:
    /// there is no cache then.
    pub fn kept_in(self, cache: &Path, ledger: &Ledger) -> Result<Pictures, EngineError> {
        let folders = ledger.sources()?.into_iter().filter(|source| source.kind == SourceKind::Folder);
        let roots: Vec<RootRequest> =
            folders.map(|source| RootRequest { path: subject::path_of(&source.root), owner: None }).collect();
        keep_out_of_roots(cache, &roots, |cache, root| EngineError::CacheBelowRoot { cache, root })?;
        Ok(Pictures { cache: Cache::at(cache), ..self })
    }

    /// The picture of an asset. Takes as long as decoding does; at most two are decoded at once, others wait.
    ///
    /// # Errors
    /// [`NoPicture`] says why there is none.
    pub fn picture(&self, subject: &Subject, size: Size) -> Result<Picture, NoPicture> {
        let media_type = showable(subject)?;
        match &subject.whereabouts {
            Whereabouts::Folder { .. } => self.of_folder(subject, media_type, size),
            Whereabouts::Server { .. } => self.of_server(subject, media_type, size),
        }
    }

    /// The original, where a browser shows it as it is: pictures and videos alike. Elsewhere [`Pictures::picture`] in [`Size::Full`] shows it.
    ///
    /// # Errors
    /// [`NoPicture`] says why not.
    pub fn original(&self, subject: &Subject) -> Result<Original, NoPicture> {
        let mime = as_it_is(showable(subject)?, subject.orientation)
            .ok_or_else(|| NoPicture::because("browsers do not show its format as it is"))?;
        let bytes = match &subject.whereabouts {
            Whereabouts::Folder { .. } => self.folders.with(subject, |opened| Ok(opened.len()))?,
            Whereabouts::Server { .. } => self.servers.length(subject)?,
        };
        Ok(Original { mime, bytes })
    }

    /// A part of an original's bytes: as many of `length` (at most [`LARGEST_PART`]) as there are from `from` on.
    ///
    /// # Errors
    /// [`NoPicture`] says why not; also when the original is no longer what was surveyed.
    pub fn part(&self, subject: &Subject, from: u64, length: u64) -> Result<Vec<u8>, NoPicture> {
        showable(subject)?;
        let length = length.min(LARGEST_PART);
        match &subject.whereabouts {
            Whereabouts::Folder { .. } => self.folders.with(subject, |opened| {
                let there = opened.len().saturating_sub(from).min(length);
                originals::read(opened, from, there)
            }),
            Whereabouts::Server { .. } => self.servers.part(subject, from, length),
        }
    }

    /// Names of the albums that an asset on a server is in; none of one in a folder. Asks the server.
    ///
    /// # Errors
    /// [`NoPicture`] says why they cannot be told.
    pub fn albums_of(&self, subject: &Subject) -> Result<Vec<String>, NoPicture> {
        match &subject.whereabouts {
            Whereabouts::Folder { .. } => Ok(Vec::new()),
            Whereabouts::Server { .. } => self.servers.albums_of(subject),
        }
    }

    fn of_folder(&self, subject: &Subject, media_type: MediaType, size: Size) -> Result<Picture, NoPicture> {
        let kept = (size == Size::Thumbnail).then_some(self.cache.as_ref()).flatten();
        // What is kept shows what was surveyed, and is shown only while that is there.
        self.folders.with(subject, |_| Ok(()))?;
        let from_cache = || {
            let (bytes, made_of) = kept?.get(subject)?;
            Some(Picture { bytes, mime: "image/jpeg", made_of: Some(made_of) })
        };
        if let Some(picture) = from_cache() {
            return Ok(picture);
        }
        let _turn = self.turns.take();
        // Somebody else may have made it while this one waited.
        if let Some(picture) = from_cache() {
            return Ok(picture);
        }
        let shown = self.folders.with(subject, |opened| self.drawn(opened, subject, media_type, size))?;
        if let Some(cache) = kept {
            cache.put(subject, &shown);
        }
        Ok(Picture { bytes: shown.jpeg, mime: "image/jpeg", made_of: Some(shown.made_of) })
    }

    /// Decodes an asset that is open, and makes sure that it stayed what it was.
    fn drawn(&self, opened: &dyn Opened, subject: &Subject, media_type: MediaType, size: Size) -> Result<Shown, NoPicture> {
        if media_type.class() == Class::Video {
            let whole = if opened.len() <= originals::WHOLE_VIDEO { Some(originals::whole(opened)?) } else { None };
            originals::is_as_surveyed(opened, subject)?;
            return Ok(show_video(&AsRead(opened), media_type, whole.as_deref(), self.ffmpeg.as_ref(), size.wanted())?);
        }
        let bytes = originals::whole(opened)?;
        originals::is_as_surveyed(opened, subject)?;
        Ok(show(&bytes, media_type, subject.orientation, size.wanted(), &LIMITS)?)
    }

    fn of_server(&self, subject: &Subject, media_type: MediaType, size: Size) -> Result<Picture, NoPicture> {
        let drawn_here = matches!(media_type.class(), Class::Photo | Class::Raw);
        if size != Size::Full || !drawn_here {
            match self.servers.shown(subject, size) {
                Ok(Some(picture)) => return Ok(picture),
                Ok(None) if size == Size::Thumbnail || !drawn_here => {
                    return Err(NoPicture::because("its server has no picture of it"));
                }
                Ok(None) => {}
                Err(why) => return Err(why),
            }
        }
        // Not before its turn: an original may have a hundred megabytes.
        let _held = self.fetched.take();
        let bytes = self.servers.whole(subject)?;
        let _turn = self.turns.take();
        let shown = show(&bytes, media_type, subject.orientation, size.wanted(), &LIMITS)?;
        Ok(Picture { bytes: shown.jpeg, mime: "image/jpeg", made_of: Some(shown.made_of) })
    }
}

/// What an asset's bytes are, where there is anything to see in them.
fn showable(subject: &Subject) -> Result<MediaType, NoPicture> {
    match subject.media_type {
        None => Err(NoPicture::because("its bytes could not be read when it was surveyed")),
        // The small video that cameras put beside a large one.
        Some(MediaType::Lrv) => Ok(MediaType::Mp4),
        Some(MediaType::Thm) => Ok(MediaType::Thm),
        Some(media_type) if matches!(media_type.class(), Class::Sidecar | Class::Other) => {
            Err(NoPicture::because("it is no picture"))
        }
        Some(media_type) => Ok(media_type),
    }
}

impl Size {
    fn wanted(self) -> Wanted {
        match self {
            Size::Thumbnail => Wanted { longest_side: 480 },
            Size::Large => Wanted { longest_side: 2048 },
            Size::Full => Wanted::FULL,
        }
    }
}

/// An opened asset, by position.
struct AsRead<'a>(&'a dyn Opened);

impl lightproof_model::read_at::ReadAt for AsRead<'_> {
    fn len(&self) -> u64 {
        self.0.len()
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> std::io::Result<usize> {
        self.0.read_at(offset, buf)
    }
}

/// The largest part that is handed out at once, 4 MiB.
pub const LARGEST_PART: u64 = 4 << 20;
