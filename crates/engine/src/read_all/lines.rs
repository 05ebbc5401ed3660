//! Lines: what waits to be read, one line for each disk and each owner on a server, so that these can be served by turns.
//!
//! Sources on one spinning disk stand in one line, one behind the other; any other source has a line of its own.
//! Absent on purpose: more than a page of rows in memory.

use std::{collections::VecDeque, sync::Arc};

use lightproof_ledger::{AssetKey, Ledger, Place, RunKey};
use lightproof_model::asset::SourceId;

use super::{PAGE, Pool, What};
use crate::{
    EngineError,
    disks::{Disk, Disks},
    roots::Root,
};

/// What waits at one disk.
pub(super) struct Line<'a> {
    sources: VecDeque<Waiting<'a>>,
    disk: Option<Arc<Disk>>,
    /// Who reads most of it.
    pub(super) pool: Pool,
}

/// What waits in one source.
enum Waiting<'a> {
    InLedger { source: SourceId, page: VecDeque<(AssetKey, Place)>, last: Option<Place> },
    Listed(std::slice::Iter<'a, (AssetKey, Place)>),
}

/// The lines of what is to be read.
pub(super) fn lines_of<'a>(
    ledger: &Ledger,
    run: RunKey,
    roots: &[Root],
    disks: &Disks,
    what: What<'a>,
) -> Result<Vec<Line<'a>>, EngineError> {
    let of_sources: Vec<(SourceId, Waiting<'a>)> = match what {
        What::Waiting => {
            let waiting = |source: SourceId| Waiting::InLedger { source, page: VecDeque::new(), last: None };
            ledger.waiting_sources(run)?.into_iter().map(|source| (source.clone(), waiting(source))).collect()
        }
        What::Whole(list) => list
            .chunk_by(|a, b| a.1.source == b.1.source)
            .map(|some| (some[0].1.source.clone(), Waiting::Listed(some.iter())))
            .collect(),
    };
    let mut lines: Vec<Line<'a>> = Vec::new();
    for (source, waiting) in of_sources {
        let root = roots.iter().find(|root| root.source.id == source);
        let disk = root.and_then(Root::folder).and_then(|folder| disks.of(folder.mounted_device()));
        let is_asked = root.and_then(Root::server).is_some_and(|server| !server.immich.has_mounts());
        let pool = if is_asked { Pool::Servers } else { Pool::Here };
        let same = |line: &&mut Line<'_>| matches!((&line.disk, &disk), (Some(a), Some(b)) if Arc::ptr_eq(a, b));
        match lines.iter_mut().find(same) {
            Some(line) => line.sources.push_back(waiting),
            None => lines.push(Line { sources: VecDeque::from([waiting]), disk, pool }),
        }
    }
    Ok(lines)
}

impl Line<'_> {
    /// The next one; nothing when all were handed out.
    pub(super) fn next(&mut self, ledger: &Ledger, run: RunKey) -> Result<Option<(AssetKey, Place)>, EngineError> {
        while let Some(first) = self.sources.front_mut() {
            if let Some(next) = first.next(ledger, run)? {
                return Ok(Some(next));
            }
            self.sources.pop_front();
        }
        Ok(None)
    }
}

impl Waiting<'_> {
    fn next(&mut self, ledger: &Ledger, run: RunKey) -> Result<Option<(AssetKey, Place)>, EngineError> {
        match self {
            Waiting::Listed(list) => Ok(list.next().cloned()),
            Waiting::InLedger { source, page, last } => {
                if page.is_empty() {
                    page.extend(ledger.waiting(run, source, last.as_ref(), PAGE)?);
                    *last = page.back().map(|(_, place)| place.clone()).or(last.take());
                }
                Ok(page.pop_front())
            }
        }
    }
}
