//! Reading an asset of a server over the network: its head for the metadata, and how the server shows it for the fingerprint.
//!
//! No original is downloaded. Dates and fields are the original's own, never those that the server made of them.
//! Absent on purpose: integrity and the digest of the image data, which take all bytes.

use std::{cell::RefCell, io};

use lightproof_ledger::{Depth, Stamp};
use lightproof_media::{facts, picture};
use lightproof_model::{
    asset::Fate,
    digest::Sha1,
    media_type::{Class, MediaType},
    probe::{Picture, Probe},
    problem::{Problem, ProblemKind},
    read_at::ReadAt,
};
use lightproof_sources::{
    immich::listed::Listed,
    source::{Access, Opened, Source},
};

use super::{Read, Reader, Target, expected, known, stamp_of_server, unknown};
use crate::servers::ServerRoot;

/// Bytes that one asset is expected to take: its first piece and how the server shows it.
pub(super) const SHOWN: u64 = 32 << 10;

/// An opened asset, of which it is noted when a read fails: whoever tells facts from it goes on with what there is.
struct Noted<'a> {
    opened: &'a dyn Opened,
    failed: RefCell<Option<io::Error>>,
}

impl ReadAt for Noted<'_> {
    fn len(&self) -> u64 {
        self.opened.len()
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        self.opened.read_at(offset, buf).inspect_err(|error| {
            self.failed.borrow_mut().get_or_insert_with(|| io::Error::new(error.kind(), error.to_string()));
        })
    }
}

impl Reader<'_> {
    /// What a server tells and shows of an asset.
    pub(super) fn read_shown(&mut self, server: &ServerRoot, listed: &Listed, target: Target<'_>) -> Read {
        let unreadable = |why: String| Read::unread(Fate::Unreadable, ProblemKind::Unreadable, why);
        let opened = match server.immich.open(target.path) {
            Ok(opened) => opened,
            Err(error) => return unreadable(error.to_string()),
        };
        opened.will_read(Access::Pieces);
        let told = (|| {
            let name = listed.name.as_bytes();
            let noted = Noted { opened: &*opened, failed: RefCell::default() };
            let Ok(media_type) = known(&noted, name)? else { return Ok(unknown(name)) };
            let facts = facts::read_facts_sparingly(&noted, media_type);
            // What did not come, or lies too far into the file, must not pass for what is not there.
            if let Some(error) = noted.failed.into_inner() {
                return Err(error);
            }
            let mut read =
                Read::of_known(name, media_type, if target.wanted == Depth::Head { Depth::Head } else { Depth::Shown });
            // Of an asset in an external library the server digests the path, not the bytes.
            read.sha1 = listed.sha1().map(Sha1);
            if let Some(bytes) = listed.bytes.filter(|&bytes| bytes != opened.len()) {
                read.sha1 = None;
                let why = format!("it has {} bytes, and had {bytes} when the server took it in", opened.len());
                read.problems.push(Problem::new(ProblemKind::ChecksumDiffers, why));
            }
            let mut picture = None;
            if read.depth == Depth::Shown {
                let (shown, bytes) = Self::shown(server, target, media_type)?;
                // A thumbnail may still be made: without one it is asked for again by the next survey.
                if shown.fingerprint.is_none() && bytes == 0 && media_type.class() != Class::Video {
                    read.depth = Depth::Head;
                }
                picture = Some(shown);
                read.bytes = bytes;
            }
            read.probe = Some(Probe { media_type, facts, picture });
            Ok(read)
        })();
        let stat = opened.stat();
        let (length, fetched) = (opened.len(), opened.fetched());
        let mut read = told.unwrap_or_else(|error: io::Error| {
            if length == 0 {
                Read::unread(Fate::Unreadable, ProblemKind::Empty, "there are no bytes in it")
            } else {
                unreadable(format!("it cannot be read: {error}"))
            }
        });
        let size = listed.bytes.unwrap_or(length);
        read.stamp = stat.ok().map(|stat| Stamp { size, ..stamp_of_server(&stat) });
        read.learned = listed.bytes.is_none().then_some(length);
        read.bytes += fetched;
        read.weight = expected(target.wanted, length, self.quick);
        read
    }

    /// The picture that the server shows, and how many bytes it took; none of what moves, of which it shows one frame, and of what it
    /// could not read itself.
    fn shown(server: &ServerRoot, target: Target<'_>, media_type: MediaType) -> io::Result<(Picture, u64)> {
        let without =
            |why: &str| Picture { problems: vec![Problem::new(ProblemKind::NotFingerprinted, why)], ..Picture::default() };
        match media_type.class() {
            Class::Video => return Ok((without("a video on a server: only one frame of it is shown"), 0)),
            Class::Sidecar => return Ok((Picture::default(), 0)),
            _ => {}
        }
        let shown = server.immich.shown(target.path).map_err(|error| io::Error::other(error.to_string()))?;
        let Some(bytes) = shown else { return Ok((without("the server has no thumbnail of it"), 0)) };
        Ok((picture::look_at_thumbnail(&bytes), bytes.len() as u64))
    }
}
