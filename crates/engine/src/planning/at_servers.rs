//! Asked of servers before a plan is made: in which of its owner's albums an asset is, which zone a date will be recorded with,
//! and what is inside an original.

use std::{cell::RefCell, collections::HashMap, io};

use lightproof_ledger::{ListedRow, StoredSource};
use lightproof_media::inside::inside;
use lightproof_model::{asset::SourceId, media_type::MediaType, moment::WallClock, read_at::ReadAt};
use lightproof_sources::immich::{
    api::QUARANTINE_ALBUM,
    error::ImmichError,
    hands::{ServerHands, dated::zone_that_will_be_recorded},
    listed::RemoteId,
    version::Version,
};

use super::PlanError;
use crate::{
    EngineError,
    carrying::{Lines, hands_on_server},
    servers::ServerRequest,
};

/// The servers that are asked, each opened once.
pub(super) struct AtServers<'a> {
    servers: &'a [ServerRequest],
    lines: RefCell<Lines>,
    hands: RefCell<HashMap<SourceId, (ServerHands, Version)>>,
}

impl<'a> AtServers<'a> {
    pub(super) fn of(servers: &'a [ServerRequest]) -> AtServers<'a> {
        AtServers { servers, lines: RefCell::default(), hands: RefCell::default() }
    }

    /// The albums of an asset, but for that of what is set aside: id and name, in order.
    pub(super) fn albums(&self, source: &StoredSource, row: &ListedRow) -> Result<Vec<(String, String)>, PlanError> {
        let mut albums = self.ask(source, |hands, _| hands.albums_with(RemoteId(row.remote)))?;
        albums.retain(|(_, name)| name != QUARANTINE_ALBUM);
        albums.sort_unstable();
        Ok(albums)
    }

    /// The wall clock that the server shows of an asset, and the zone that it will have on record once a date is set, where that is not the one
    /// it has.
    pub(super) fn date(&self, source: &StoredSource, row: &ListedRow) -> Result<(Option<WallClock>, Option<String>), PlanError> {
        self.ask(source, |hands, version| {
            let shown = hands.date(RemoteId(row.remote))?;
            Ok((shown.wall_clock().parse().ok(), zone_that_will_be_recorded(version, &shown)))
        })
    }

    /// What is inside an original, in words.
    pub(super) fn inside(
        &self,
        source: &StoredSource,
        row: &ListedRow,
        media_type: MediaType,
    ) -> Result<Option<String>, PlanError> {
        let id = RemoteId(row.remote);
        self.ask(source, |hands, _| {
            let (_, length) = hands.piece(id, 0, 1)?;
            let original = Original { hands, id, length, failed: RefCell::new(None) };
            let told = inside(&original, media_type);
            match original.failed.into_inner() {
                Some(error) => Err(error),
                // Whatever else reading reports is of no server.
                None => Ok(told.unwrap_or_default()),
            }
        })
    }

    fn ask<T>(
        &self,
        source: &StoredSource,
        question: impl FnOnce(&ServerHands, Version) -> Result<T, ImmichError>,
    ) -> Result<T, PlanError> {
        let known = self.hands.borrow_mut().remove(&source.id);
        let (hands, version) = match known {
            Some(known) => known,
            None => hands_on_server(source, self.servers, &mut self.lines.borrow_mut())?,
        };
        let answer = question(&hands, version);
        self.hands.borrow_mut().insert(source.id.clone(), (hands, version));
        answer.map_err(|error| {
            let root = String::from_utf8_lossy(&source.root).into_owned();
            let server = root.trim_start_matches("immich:").to_owned();
            PlanError::Engine(EngineError::Server { server, error: Box::new(error) })
        })
    }
}

/// An original on a server, read by position.
struct Original<'a> {
    hands: &'a ServerHands,
    id: RemoteId,
    length: u64,
    /// What the server said instead of bytes.
    failed: RefCell<Option<ImmichError>>,
}

impl ReadAt for Original<'_> {
    fn len(&self) -> u64 {
        self.length
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        if offset >= self.length || buf.is_empty() {
            return Ok(0);
        }
        let wanted = (buf.len() as u64).min(self.length - offset);
        match self.hands.piece(self.id, offset, wanted) {
            Ok((bytes, _)) => {
                let read = bytes.len().min(buf.len());
                buf[..read].copy_from_slice(&bytes[..read]);
                Ok(read)
            }
            Err(error) => {
                let told = error.to_string();
                *self.failed.borrow_mut() = Some(error);
                Err(io::Error::other(told))
            }
        }
    }
}
