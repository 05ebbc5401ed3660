//! The walk over what servers list, and finding their libraries where they are mounted here.
//!
//! What is in the trash, offline or set aside is met and held: it keeps what is known of it and takes no part.

use std::collections::HashSet;

use lightproof_ledger::{Depth, Ledger, ListedRow, Met, Place, Wanted};
use lightproof_model::{
    asset::{Fate, SourceId},
    problem::{Problem, ProblemKind},
};
use lightproof_sources::immich::{
    error::ImmichError,
    listed::{Listed, RemoteId},
    listing,
    mounted::{Mount, Sample, detect, verify},
};

use super::Walker;
use crate::{
    EngineError,
    account::{ListingAccount, WalkAccount},
    reading::{expected, stamp_of_server, wanted_of_server},
    roots::{Reach, Root},
    servers::{ServerRoot, bring_up_to_date, listed_of, sentences, version_notice},
    watch::Watch,
};

/// Listed assets taken from the ledger at a time.
const PAGE: u32 = 1000;

/// Lets all servers tell what they have, and finds where their libraries are mounted.
pub(super) fn list(ledger: &Ledger, roots: &mut [Root], watch: &dyn Watch, account: &mut WalkAccount) -> Result<(), EngineError> {
    let folders: Vec<_> = roots.iter().filter_map(|root| Some(root.folder()?.path().to_owned())).collect();
    for Root { source, reach } in roots {
        let Reach::Server(server) = reach else { continue };
        account.notices.extend(version_notice(server).filter(|notice| !account.notices.contains(notice)));
        let met = account.listings.iter().map(|l| l.assets).sum();
        let refreshed = bring_up_to_date(ledger, &source.id, server, met, watch)?;
        let of = format!("{} at {}", source.owner, server.name);
        account.notices.extend(sentences(&refreshed).into_iter().map(|sentence| format!("{of}: {sentence}")));
        let (mounts, refused) = mounts_of(server, &sample_of(ledger, &source.id)?, &folders);
        account.notices.extend(refused.into_iter().map(|sentence| format!("{of}: {sentence}")));
        account.listings.push(ListingAccount {
            server: server.name.clone(),
            owner: source.owner.clone(),
            full: refreshed.full,
            listed: refreshed.listed,
            news: refreshed.news,
            assets: ledger.listed_counts(&source.id)?.iter().map(|(_, _, n)| n).sum(),
            partners: refreshed.partners,
            mounted: mounts.iter().map(|mount| (mount.prefix.clone(), mount.folder.clone())).collect(),
            ..ListingAccount::default()
        });
        server.immich.mount(mounts)?;
    }
    ledger.flush()?;
    Ok(())
}

/// Some of what a server lists, to recognise its library by.
fn sample_of(ledger: &Ledger, source: &SourceId) -> Result<Vec<Listed>, EngineError> {
    let mut sample = Sample::default();
    let mut last: Option<ListedRow> = None;
    loop {
        let page = ledger.listed_after(source, last.as_ref(), PAGE)?;
        page.iter().filter_map(listed_of).for_each(|listed| sample.meet(&listed));
        match page.into_iter().next_back() {
            Some(row) => last = Some(row),
            None => return Ok(sample.assets()),
        }
    }
}

/// Where a server's library is mounted: as the settings say, else as it shows; and a sentence for each place that is not what it is said to be.
fn mounts_of(server: &ServerRoot, sample: &[Listed], folders: &[std::path::PathBuf]) -> (Vec<Mount>, Vec<String>) {
    let mut refused = Vec::new();
    let named: Vec<Mount> = server
        .prefix_map
        .iter()
        .map(|(prefix, folder)| Mount { prefix: prefix.clone(), folder: folder.clone() })
        .filter(|mount| match verify(mount, sample) {
            Ok(()) => true,
            Err(why) if why.is_silent() => false,
            Err(why) => {
                refused.push(format!(
                    "{} is not {} of the server: {why}; originals are read from the server",
                    mount.folder.display(),
                    mount.prefix
                ));
                false
            }
        })
        .collect();
    // A person's word goes before what is found; but a wrong one is no reason not to look.
    let found = detect(sample, folders, &named);
    refused.extend(found.ambiguous.into_iter().map(|(prefix, folders)| {
        let folders: Vec<String> = folders.iter().map(|folder| folder.display().to_string()).collect();
        format!(
            "{prefix} may be {}: say which with prefix_map; until then originals are read from the server",
            folders.join(" or ")
        )
    }));
    let mounts = named.into_iter().chain(found.mounts).collect();
    (mounts, refused)
}

/// What went over the lines to the servers, counted once a server.
pub(super) fn count_traffic(roots: &[Root], account: &mut WalkAccount) {
    let mut counted: HashSet<&str> = HashSet::new();
    for server in roots.iter().filter_map(Root::server) {
        if counted.insert(&server.name)
            && let Some(told) = account.listings.iter_mut().find(|l| l.server == server.name)
        {
            let traffic = server.api.line().traffic();
            (told.requests, told.received) = (traffic.requests, traffic.received);
        }
    }
}

/// A root on a server.
#[derive(Clone, Copy)]
struct At<'a> {
    index: usize,
    root: &'a Root,
    server: &'a ServerRoot,
}

impl Walker<'_> {
    /// All that a server lists of one owner.
    pub(super) fn over_server(&mut self, index: usize, root: &Root, server: &ServerRoot) -> Result<(), EngineError> {
        let mut set_aside = self.set_aside(root, server)?;
        self.with_moving_halves(&root.source.id, &mut set_aside)?;
        let mut last: Option<ListedRow> = None;
        loop {
            let page = self.ledger.listed_after(&root.source.id, last.as_ref(), PAGE)?;
            for row in &page {
                if self.watch.stop_asked() {
                    return Err(EngineError::Stopped);
                }
                self.listed(At { index, root, server }, row, &set_aside)?;
            }
            match page.into_iter().next_back() {
                Some(row) => last = Some(row),
                None => return Ok(()),
            }
        }
    }

    /// The moving half of a live photo shows nowhere by itself, and goes where its still goes.
    fn with_moving_halves(&self, source: &SourceId, set_aside: &mut HashSet<RemoteId>) -> Result<(), EngineError> {
        if set_aside.is_empty() {
            return Ok(());
        }
        let mut last: Option<ListedRow> = None;
        loop {
            let page = self.ledger.listed_after(source, last.as_ref(), PAGE)?;
            for row in page.iter().filter(|row| set_aside.contains(&RemoteId(row.remote))).collect::<Vec<_>>() {
                set_aside.extend(row.live_video.map(RemoteId));
            }
            match page.into_iter().next_back() {
                Some(row) => last = Some(row),
                None => return Ok(()),
            }
        }
    }

    fn set_aside(&mut self, root: &Root, server: &ServerRoot) -> Result<HashSet<RemoteId>, EngineError> {
        match listing::set_aside(&server.api, server.user) {
            Ok(ids) => Ok(ids),
            Err(ImmichError::Forbidden { permission }) => {
                let (owner, name) = (&root.source.owner, &server.name);
                self.account.notices.push(format!(
                    "{owner} at {name}: the key may not see albums ({permission}), so what is set aside in them is not told from the rest"
                ));
                Ok(HashSet::new())
            }
            Err(error) => Err(EngineError::Server { server: server.name.clone(), error: Box::new(error) }),
        }
    }

    fn listed(
        &mut self,
        At { index, root, server }: At<'_>,
        row: &ListedRow,
        set_aside: &HashSet<RemoteId>,
    ) -> Result<(), EngineError> {
        let Some(listed) = listed_of(row) else { return Ok(()) };
        server.immich.know(&listed);
        let found = server.immich.found(&listed);
        let place = Place::of(&root.source.id, &found.path);
        let stamp = stamp_of_server(&found.stat);
        let file = server.immich.file_of(&found.path).map(|stat| self.devices.stamp(&stat));
        if let Some(other) = file.map(|file| self.ledger.asset_of_file(self.run, file, stamp)).transpose()?.flatten() {
            // One file that two owners, or two servers, have in a library of theirs is one asset.
            return Ok(self.ledger.leads_to(self.run, &place, other)?);
        }
        let held = held(&listed, set_aside);
        let wanted = match held {
            // Nothing is asked of what takes no part.
            Some(_) => Wanted { depth: Depth::Nothing, ..self.wanted },
            None => wanted_of_server(self.wanted, file.is_some()),
        };
        let mut met = self.ledger.meet(self.run, &place, stamp, wanted, self.walk.now)?;
        if let Met::PerhapsMoved(asset) = met {
            // Its id tells that it is the same: no walk needs to end before that is known.
            met = self.ledger.settle_move(self.run, asset, &place, stamp, wanted, self.walk.now)?;
            self.account.moved += u64::from(matches!(met, Met::Unchanged(_) | Met::ToRead(_)));
        }
        let (Met::ToRead(asset) | Met::Unchanged(asset)) = met else { return Ok(()) };
        let has_changed = self.ledger.note_listed(asset, row, file)?;
        match held {
            Some((fate, why)) => {
                self.account.assets += 1;
                self.ledger.hold(asset, fate, why)?;
            }
            None => {
                // What was edited in the mounted library is another content, whatever the server still says of it.
                if has_changed && met == Met::Unchanged(asset) {
                    self.ledger.read_anew(asset)?;
                    met = Met::ToRead(asset);
                }
                self.count(index, &place, expected(wanted.depth, stamp.size, self.walk.quick), met);
            }
        }
        self.watch.met(self.account.assets);
        Ok(())
    }
}

/// Why an asset takes no part, if it does not.
fn held(listed: &Listed, set_aside: &HashSet<RemoteId>) -> Option<(Fate, Option<Problem>)> {
    if set_aside.contains(&listed.id) {
        Some((Fate::SetAside, None))
    } else if listed.offline {
        Some((Fate::Unreadable, Some(Problem::new(ProblemKind::Unreadable, "offline: the server does not find its file"))))
    } else if listed.trashed {
        Some((Fate::Skipped, Some(Problem::new(ProblemKind::Skipped, "in the server's trash"))))
    } else {
        None
    }
}
