//! What no key of this survey can see: locked assets, and users whose key is not known; told as far as an administrator's key tells.

use lightproof_ledger::Ledger;
use lightproof_sources::immich::{api::Api, listed::RemoteId, wire::ServerStatistics};

use super::ServerRoot;
use crate::{EngineError, roots::Root};

/// A sentence for everything on the servers of a survey that was out of its reach.
pub(crate) fn out_of_reach(ledger: &Ledger, roots: &[Root]) -> Result<Vec<String>, EngineError> {
    let mut told = Vec::new();
    let all: Vec<(&Root, &ServerRoot)> = roots.iter().filter_map(|root| Some((root, root.server()?))).collect();
    let mut names: Vec<&str> = all.iter().map(|(_, server)| server.name.as_str()).collect();
    names.dedup();
    for name in names {
        let owners: Vec<&(&Root, &ServerRoot)> = all.iter().filter(|(_, server)| server.name == name).collect();
        let Some(statistics) = owners.iter().find_map(|(_, server)| statistics(&server.api)) else {
            told.push(format!(
                "{name}: locked assets are out of a key's reach; how many there are only an administrator's key can tell"
            ));
            continue;
        };
        for user in &statistics.usage_by_user {
            let there = user.photos.saturating_add(user.videos);
            let id = RemoteId::parse(&user.user_id);
            let Some((root, _)) = owners.iter().find(|(_, server)| Some(server.user) == id) else {
                if there > 0 {
                    told.push(format!(
                        "{name}: {there} assets of {} are not surveyed, as no key of theirs is known",
                        user.user_name
                    ));
                }
                continue;
            };
            // The server counts what is neither trashed nor hidden, locked ones among them.
            let counts = ledger.listed_counts(&root.source.id)?;
            let seen: u64 = counts.iter().filter(|(word, trashed, _)| word != "hidden" && !trashed).map(|(_, _, n)| n).sum();
            if there > seen {
                told.push(format!(
                    "{name}: {} assets of {} are out of a key's reach: locked, most likely",
                    there - seen,
                    root.source.owner
                ));
            }
        }
    }
    Ok(told)
}

/// The server's statistics, where the key may see them. That it may not, or that they fail, is no reason to stop.
fn statistics(api: &Api) -> Option<ServerStatistics> {
    api.server_statistics().ok()
}
