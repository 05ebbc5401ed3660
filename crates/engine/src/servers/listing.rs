//! Listings in the ledger: a server's listing is written there as it comes in, and only its changes are asked for afterwards.

use std::ops::ControlFlow;

use lightproof_ledger::{Ledger, LedgerError, ListedRow};
use lightproof_model::asset::SourceId;
use lightproof_sources::immich::{
    catalogue::{Catalogue, Gap, Tally},
    listed::{Listed, RemoteId, Visibility},
    listing::{ListingError, Refreshed},
};

use super::ServerRoot;
use crate::{EngineError, watch::Watch};

/// Rows asked of the ledger at a time.
const PAGE: u32 = 1000;

/// Brings what the ledger remembers of an owner's assets up to date.
pub(crate) fn bring_up_to_date(
    ledger: &Ledger,
    source: &SourceId,
    server: &ServerRoot,
    met: u64,
    watch: &dyn Watch,
) -> Result<Refreshed, EngineError> {
    let mut catalogue = InLedger { ledger, source };
    let refreshed = server.immich.refresh(&mut catalogue, &mut |listed| {
        watch.met(met + listed);
        if watch.stop_asked() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    refreshed.map_err(|error| match error {
        ListingError::Stopped => EngineError::Stopped,
        ListingError::Catalogue(error) => EngineError::Ledger(error),
        ListingError::Server(error) => EngineError::Server { server: server.name.clone(), error: Box::new(error) },
    })
}

/// The ledger as the catalogue of one source.
struct InLedger<'a> {
    ledger: &'a Ledger,
    source: &'a SourceId,
}

impl Catalogue for InLedger<'_> {
    type Error = LedgerError;

    fn known_until(&mut self) -> Result<Option<String>, LedgerError> {
        self.ledger.listed_until(self.source)
    }

    fn begin_anew(&mut self) -> Result<(), LedgerError> {
        self.ledger.begin_listing(self.source)
    }

    fn put(&mut self, listed: &Listed) -> Result<bool, LedgerError> {
        self.ledger.put_listed(self.source, &row_of(listed))
    }

    fn forget_the_rest(&mut self) -> Result<(), LedgerError> {
        self.ledger.forget_unlisted(self.source)
    }

    fn tally(&mut self) -> Result<Tally, LedgerError> {
        Ok(tally_of(self.ledger.listed_counts(self.source)?))
    }

    fn tally_anew(&mut self) -> Result<Tally, LedgerError> {
        Ok(tally_of(self.ledger.listed_counts_anew(self.source)?))
    }

    fn complete(&mut self, until: &str, gaps: &[Gap]) -> Result<(), LedgerError> {
        let number = |more: i128| i64::try_from(more).unwrap_or(if more > 0 { i64::MAX } else { i64::MIN });
        let gaps: Vec<_> = gaps.iter().map(|gap| (gap.visibility.word(), gap.trashed, number(gap.more))).collect();
        self.ledger.listing_is_complete(self.source, until, &gaps)
    }

    fn gaps(&mut self) -> Result<Vec<Gap>, LedgerError> {
        let stored = self.ledger.listing_gaps(self.source)?;
        let gap = |(word, trashed, more): (String, bool, i64)| {
            Some(Gap { visibility: Visibility::from_word(&word)?, trashed, more: more.into() })
        };
        Ok(stored.into_iter().filter_map(gap).collect())
    }

    fn for_each(&mut self, each: &mut dyn FnMut(&Listed) -> ControlFlow<()>) -> Result<(), LedgerError> {
        let mut last: Option<ListedRow> = None;
        loop {
            let page = self.ledger.listed_after(self.source, last.as_ref(), PAGE)?;
            if page.iter().filter_map(listed_of).try_for_each(|listed| each(&listed)).is_break() {
                return Ok(());
            }
            match page.into_iter().next_back() {
                Some(row) => last = Some(row),
                None => return Ok(()),
            }
        }
    }
}

fn tally_of(counts: Vec<(String, bool, u64)>) -> Tally {
    let mut tally = Tally::default();
    for (visibility, trashed, count) in counts {
        if let Some(visibility) = Visibility::from_word(&visibility) {
            tally.set(visibility, trashed, count);
        }
    }
    tally
}

/// What a server lists, as the ledger keeps it.
fn row_of(listed: &Listed) -> ListedRow {
    ListedRow {
        remote: listed.id.0,
        path: listed.path.clone(),
        name: listed.name.clone(),
        bytes: listed.bytes,
        checksum: listed.checksum,
        library: listed.library.map(|id| id.0),
        live_video: listed.live_video.map(|id| id.0),
        visibility: listed.visibility.word().to_owned(),
        trashed: listed.trashed,
        offline: listed.offline,
        favourite: listed.favourite,
        modified: listed.modified.clone(),
        updated: listed.updated.clone(),
    }
}

/// And the way back; nothing for a visibility that a newer version stored.
pub(crate) fn listed_of(row: &ListedRow) -> Option<Listed> {
    Some(Listed {
        id: RemoteId(row.remote),
        path: row.path.clone(),
        name: row.name.clone(),
        bytes: row.bytes,
        checksum: row.checksum,
        library: row.library.map(RemoteId),
        live_video: row.live_video.map(RemoteId),
        visibility: Visibility::from_word(&row.visibility)?,
        trashed: row.trashed,
        offline: row.offline,
        favourite: row.favourite,
        modified: row.modified.clone(),
        updated: row.updated.clone(),
    })
}

/// What of a listing was not as expected, each in a sentence.
pub(crate) fn sentences(refreshed: &Refreshed) -> Vec<String> {
    let mut told: Vec<String> = refreshed
        .differences
        .iter()
        .map(|d| {
            if d.is_purge() {
                return format!(
                    "the server is about to purge {} assets of visibility {} from its trash",
                    d.listed - d.server,
                    d.visibility.word()
                );
            }
            let trashed = if d.trashed { " in the trash" } else { "" };
            format!(
                "the server counts {} assets of visibility {}{trashed}, its listing tells of {}",
                d.server,
                d.visibility.word(),
                d.listed
            )
        })
        .collect();
    if refreshed.statistics_forbidden {
        told.push(
            "the key may not ask for counts (asset.statistics), so nothing tells whether the listing is complete".to_owned(),
        );
    }
    told.extend(refreshed.unknown_visibilities.iter().map(|(word, count)| {
        format!("{count} assets have the visibility {word:?}, which this lightproof does not know: they count as what they were listed among")
    }));
    told.extend(refreshed.odd_rows.iter().map(|(id, what)| format!("the asset {id} is left out: {what}")));
    let untold = refreshed.odd.saturating_sub(refreshed.odd_rows.len() as u64);
    if untold > 0 {
        told.push(format!("{untold} more assets are left out, as the server's words about them cannot be understood"));
    }
    told
}
