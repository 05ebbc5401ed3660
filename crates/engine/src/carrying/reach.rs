//! Reach: the sources that a plan touches, opened, and taken in hand where it acts.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, HashMap},
    ffi::OsStr,
    os::unix::ffi::OsStrExt,
    path::Path,
    sync::Arc,
};

use lightproof_ledger::{Ledger, SourceKind, StoredSource};
use lightproof_model::{
    asset::SourceId,
    journal::Executed,
    plan::{Act, Plan},
};
use lightproof_sources::{
    folder::{self, FolderSource, hands::Hands},
    immich::{
        api::Api,
        hands::ServerHands,
        http::Line,
        key::ApiKey,
        listed::RemoteId,
        server::Server,
        version::{Support, Version},
    },
};

use super::CarryError;
use crate::{EngineError, servers::ServerRequest};

/// A source as it is reached.
pub(super) enum Reach {
    /// A folder; with hands where something is done in it.
    Folder(FolderSource, Option<Hands>),
    /// One owner's assets on a server.
    Server(ServerHands),
    /// Out of reach, for this reason.
    Out(String),
}

/// All sources of a plan, and what is set aside of them.
pub(super) struct World {
    reaches: BTreeMap<SourceId, Reach>,
    pub(super) executed: Arc<Executed>,
    /// The albums for what is set aside, as far as they were asked for.
    albums: RefCell<BTreeMap<SourceId, String>>,
}

/// How much is taken in hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Something is done: roots are locked, and a source out of reach refuses the whole.
    Act,
    /// Nothing is touched.
    Look,
}

/// The sources that a plan acts in, and those that it only looks into.
pub(super) fn sources_of(plans: &[&Plan]) -> (BTreeSet<SourceId>, BTreeSet<SourceId>) {
    let (mut acting, mut looked_at) = (BTreeSet::new(), BTreeSet::new());
    for step in plans.iter().flat_map(|plan| &plan.steps) {
        acting.insert(step.act.subject().place.source.clone());
        if let Act::SetAside(unit) | Act::Release(unit) = &step.act {
            looked_at.extend(unit.survivors.iter().map(|s| s.subject.place.source.clone()));
        }
    }
    (acting, looked_at)
}

impl World {
    pub(super) fn open(
        ledger: &Ledger,
        servers: &[ServerRequest],
        plans: &[&Plan],
        purpose: Purpose,
    ) -> Result<World, CarryError> {
        let (acting, looked_at) = sources_of(plans);
        let known: HashMap<SourceId, StoredSource> =
            ledger.sources().map_err(EngineError::from)?.into_iter().map(|s| (s.id.clone(), s)).collect();
        let mut lines = HashMap::new();
        let mut reaches = BTreeMap::new();
        for source in acting.union(&looked_at) {
            let acts = acting.contains(source) && purpose == Purpose::Act;
            let reach = match known.get(source) {
                Some(stored) if stored.kind == SourceKind::Folder => open_folder(stored, acts),
                Some(stored) => hands_on_server(stored, servers, &mut lines).map(|(hands, _)| Reach::Server(hands)),
                None => Err(CarryError::OutOfReach { from: source.to_string(), why: "the record does not know it".to_owned() }),
            };
            let reach = match reach {
                Ok(reach) => reach,
                Err(error) if acts => return Err(error),
                Err(error) => Reach::Out(error.to_string()),
            };
            reaches.insert(source.clone(), reach);
        }
        Ok(World { reaches, executed: ledger.executed().map_err(EngineError::from)?, albums: RefCell::default() })
    }

    /// The album for what is set aside of a source, by its id on the server; asked for once.
    pub(super) fn album<E>(&self, source: &SourceId, ask: impl FnOnce() -> Result<String, E>) -> Result<String, E> {
        if let Some(known) = self.albums.borrow().get(source) {
            return Ok(known.clone());
        }
        let album = ask()?;
        self.albums.borrow_mut().insert(source.clone(), album.clone());
        Ok(album)
    }

    /// The album is perhaps not there any more.
    pub(super) fn forget_album(&self, source: &SourceId) {
        self.albums.borrow_mut().remove(source);
    }

    pub(super) fn reach(&self, source: &SourceId) -> Option<&Reach> {
        self.reaches.get(source)
    }

    /// The folder roots that are in hand.
    pub(super) fn in_hand(&self) -> impl Iterator<Item = &Hands> {
        self.reaches.values().filter_map(|reach| match reach {
            Reach::Folder(_, hands) => hands.as_ref(),
            _ => None,
        })
    }
}

fn open_folder(stored: &StoredSource, acts: bool) -> Result<Reach, CarryError> {
    let path = Path::new(OsStr::from_bytes(&stored.root));
    let identity = folder::RootIdentity { device: stored.identity.file_system, inode: stored.identity.inode };
    let source = FolderSource::known_at(path, identity).map_err(EngineError::from)?;
    let hands = if acts { Some(Hands::on(&source)?) } else { None };
    Ok(Reach::Folder(source, hands))
}

/// Lines to servers that were opened, with their versions, by the servers' names.
pub(crate) type Lines = HashMap<String, (Arc<Line>, Version)>;

/// Hands on one owner's assets of a server, and its version.
///
/// # Errors
/// [`CarryError`].
pub(crate) fn hands_on_server(
    stored: &StoredSource,
    servers: &[ServerRequest],
    lines: &mut Lines,
) -> Result<(ServerHands, Version), CarryError> {
    let out = |why: String| CarryError::OutOfReach { from: stored.id.to_string(), why };
    let root = String::from_utf8_lossy(&stored.root);
    let (name, owner) = root
        .strip_prefix("immich:")
        .and_then(|name| name.split_once('/'))
        .ok_or_else(|| out("the record does not say on which server it is".to_owned()))?;
    let request = servers.iter().find(|request| request.server.name == name);
    let request = request.ok_or_else(|| out(format!("no server immich:{name} is in the settings")))?;
    let key = request.keys.iter().find(|(known, _)| known == owner).map(|(_, key)| key);
    let key = key.ok_or_else(|| out(format!("no key of {owner} at immich:{name} is known here")))?;
    let (line, version) = match lines.get(name) {
        Some((line, version)) => (Arc::clone(line), *version),
        None => {
            let (line, version) = open_line(&request.server)
                .map_err(|error| EngineError::Server { server: name.to_owned(), error: Box::new(error) })?;
            lines.insert(name.to_owned(), (Arc::clone(&line), version));
            (line, version)
        }
    };
    if version.support() == Support::Newer {
        return Err(CarryError::NewerServer { server: name.to_owned(), version: version.to_string() });
    }
    let (api, user) = user_of(&line, key).map_err(|error| EngineError::Owner {
        server: name.to_owned(),
        owner: owner.to_owned(),
        error: Box::new(error),
    })?;
    let is_known =
        user.is_some_and(|user| ((user.0 >> 64) as u64, user.0 as u64) == (stored.identity.file_system, stored.identity.inode));
    match user.filter(|_| is_known) {
        Some(user) => Ok((ServerHands::of(api, user), version)),
        None => Err(EngineError::AnotherUser { server: name.to_owned(), owner: owner.to_owned() }.into()),
    }
}

type OfServer<T> = Result<T, lightproof_sources::immich::error::ImmichError>;

fn open_line(server: &Server) -> OfServer<(Arc<Line>, Version)> {
    let line = Arc::new(Line::to(server.clone()));
    let version = Api::open(Arc::clone(&line)).check()?;
    Ok((line, version))
}

fn user_of(line: &Arc<Line>, key: &ApiKey) -> OfServer<(Api, Option<RemoteId>)> {
    let api = Api::with_key(Arc::clone(line), key.clone());
    let user = RemoteId::parse(&api.me()?.id);
    Ok((api, user))
}
