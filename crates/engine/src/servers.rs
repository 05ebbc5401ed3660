//! Servers: their owners as roots of a survey, checked before anything is read.
//!
//! A server that is too old, in maintenance, or that does not know one of the keys refuses the survey as a whole: groups across owners
//! would silently lack one. What a key may not see is told in the account.
//! Absent on purpose: where keys come from; and any call that changes something on a server.

mod interrupt;
mod listing;
mod tally;

use std::{collections::HashMap, path::PathBuf, sync::Arc};

use lightproof_ledger::{Ledger, Recognised, RootIdentity, SourceKind, StoredSource};
use lightproof_sources::immich::{
    api::Api,
    error::ImmichError,
    http::Line,
    key::ApiKey,
    listed::RemoteId,
    server::Server,
    source::ImmichSource,
    version::{Support, Version},
};

pub(crate) use self::{
    interrupt::Interrupt,
    listing::{bring_up_to_date, listed_of, sentences},
    tally::out_of_reach,
};
use crate::{
    EngineError,
    roots::{ChangedRoot, Reach, Root},
};

/// A server that was named, with the keys that are known.
#[derive(Debug, Clone)]
pub struct ServerRequest {
    /// Where it is.
    pub server: Server,
    /// Owners, as a person names them, and their keys.
    pub keys: Vec<(String, ApiKey)>,
    /// Where the server's folders are found here: prefixes of its paths, and folders.
    pub prefix_map: Vec<(String, PathBuf)>,
}

/// One owner's assets on a server.
pub struct ServerRoot {
    /// The server's name in the settings.
    pub name: String,
    /// The owner's assets.
    pub immich: ImmichSource,
    /// The server as the owner's key sees it.
    pub api: Api,
    /// The user's id.
    pub user: RemoteId,
    /// The server's version.
    pub version: Version,
    /// Where the server's folders are said to be found here.
    pub prefix_map: Vec<(String, PathBuf)>,
    /// Requests under way at the same time.
    pub concurrency: usize,
}

/// What a key must be allowed for a survey.
const NEEDED: [&str; 4] = ["asset.read", "asset.download", "asset.view", "user.read"];

/// Recognises all owners of all servers named.
///
/// # Errors
/// The first server or key that cannot be used.
pub(crate) fn resolve(
    ledger: &mut Ledger,
    servers: &[ServerRequest],
    interrupt: &Interrupt,
    changed: ChangedRoot,
    now: i64,
) -> Result<Vec<Root>, EngineError> {
    let mut open = Vec::new();
    let mut users: HashMap<RemoteId, String> = HashMap::new();
    for request in servers {
        let name = &request.server.name;
        if request.keys.is_empty() {
            return Err(EngineError::NoKey { server: name.clone() });
        }
        let line = Arc::new(Line::to(request.server.clone()));
        interrupt.knows(&line);
        let refused = |error| EngineError::Server { server: name.clone(), error: Box::new(error) };
        let version = Api::open(Arc::clone(&line)).check().map_err(refused)?;
        for (owner, key) in &request.keys {
            let refused = |error| EngineError::Owner { server: name.clone(), owner: owner.clone(), error: Box::new(error) };
            let api = Api::with_key(Arc::clone(&line), key.clone());
            check_permissions(&api).map_err(refused)?;
            let user = api.me().map_err(refused)?.id;
            let user = RemoteId::parse(&user).ok_or_else(|| {
                let (url, what) = (line.url().to_string(), "users/me".to_owned());
                refused(ImmichError::Garbled { url, what, why: format!("{user:?} is no user's id") })
            })?;
            if let Some(other) = users.insert(user, format!("{owner} at {name}")) {
                return Err(EngineError::OneUserTwice { owner: format!("{owner} at {name}"), other });
            }
            open.push((request, owner, api, user, version));
        }
    }
    // The record is touched only when all of them can be used.
    open.into_iter()
        .map(|(request, owner, api, user, version)| {
            let name = &request.server.name;
            let source = recognise(ledger, name, owner, user, changed, now)?;
            let immich = ImmichSource::new(api.clone(), user, name.clone());
            let (prefix_map, concurrency) = (request.prefix_map.clone(), request.server.concurrency.get());
            let root = ServerRoot { name: name.clone(), immich, api, user, version, prefix_map, concurrency };
            Ok(Root { source, reach: Reach::Server(Box::new(root)) })
        })
        .collect()
}

fn recognise(
    ledger: &mut Ledger,
    server: &str,
    owner: &str,
    user: RemoteId,
    changed: ChangedRoot,
    now: i64,
) -> Result<StoredSource, EngineError> {
    let root = format!("immich:{server}/{owner}").into_bytes();
    let identity = RootIdentity { file_system: (user.0 >> 64) as u64, inode: user.0 as u64 };
    match ledger.recognise(identity, &root)? {
        Recognised::New => Ok(ledger.add_source(SourceKind::Immich, identity, &root, owner, now)?),
        Recognised::Another(_) if changed == ChangedRoot::Refuse => {
            Err(EngineError::AnotherUser { server: server.to_owned(), owner: owner.to_owned() })
        }
        Recognised::Known(known) | Recognised::Another(known) => {
            if known.identity != identity {
                ledger.forget_listing(&known.id)?;
            }
            let kept = StoredSource { identity, root, owner: owner.to_owned(), ..known };
            ledger.keep_source(&kept)?;
            Ok(kept)
        }
    }
}

/// What a key lacks is better told now than at the first asset.
fn check_permissions(api: &Api) -> Result<(), ImmichError> {
    let info = match api.key_info() {
        Ok(info) => info,
        // What it may do is its own secret then; whether it is enough will show.
        Err(ImmichError::Forbidden { .. } | ImmichError::NotThere { .. }) => return Ok(()),
        Err(error) => return Err(error),
    };
    let may = |needed: &str| info.permissions.iter().any(|p| p == needed || p == "all");
    let lacking: Vec<&str> = NEEDED.into_iter().filter(|needed| !may(needed)).collect();
    if lacking.is_empty() { Ok(()) } else { Err(ImmichError::Forbidden { permission: lacking.join(", ") }) }
}

/// A sentence about a version that is newer than what is known.
pub(crate) fn version_notice(root: &ServerRoot) -> Option<String> {
    (root.version.support() == Support::Newer).then(|| {
        format!(
            "{} is Immich {}, newer than what this lightproof knows: it is read as far as its answers can be understood",
            root.name, root.version
        )
    })
}
