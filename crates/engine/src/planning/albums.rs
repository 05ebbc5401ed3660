//! Albums: in which of its owner's albums an asset of a server is, asked of the server when kept assets shall join them.

use std::{cell::RefCell, collections::HashMap};

use lightproof_ledger::{ListedRow, StoredSource};
use lightproof_model::asset::SourceId;
use lightproof_sources::immich::{api::QUARANTINE_ALBUM, hands::ServerHands, listed::RemoteId};

use super::PlanError;
use crate::{
    EngineError,
    carrying::{Lines, hands_on_server},
    servers::ServerRequest,
};

/// The servers that are asked, each opened once.
pub(super) struct Albums<'a> {
    servers: &'a [ServerRequest],
    lines: RefCell<Lines>,
    hands: RefCell<HashMap<SourceId, ServerHands>>,
}

impl<'a> Albums<'a> {
    pub(super) fn of(servers: &'a [ServerRequest]) -> Albums<'a> {
        Albums { servers, lines: RefCell::default(), hands: RefCell::default() }
    }

    /// The albums of an asset, but for that of what is set aside: id and name, in order.
    pub(super) fn with(&self, source: &StoredSource, row: &ListedRow) -> Result<Vec<(String, String)>, PlanError> {
        if !self.hands.borrow().contains_key(&source.id) {
            let (hands, _) = hands_on_server(source, self.servers, &mut self.lines.borrow_mut())?;
            self.hands.borrow_mut().insert(source.id.clone(), hands);
        }
        let hands = self.hands.borrow();
        let Some(hands) = hands.get(&source.id) else { return Ok(Vec::new()) };
        let failed = |error| {
            let root = String::from_utf8_lossy(&source.root).into_owned();
            PlanError::Engine(EngineError::Server {
                server: root.trim_start_matches("immich:").to_owned(),
                error: Box::new(error),
            })
        };
        let mut albums = hands.albums_with(RemoteId(row.remote)).map_err(failed)?;
        albums.retain(|(_, name)| name != QUARANTINE_ALBUM);
        albums.sort_unstable();
        Ok(albums)
    }
}
