//! A server's listing of one owner's assets, complete and cheap, written into a [`Catalogue`] as it comes in.
//!
//! From one listing to the next only what changed is asked for; the server's own counts tell whether that was all, and where they do not
//! agree everything is listed anew. What was changed on the server meanwhile is asked for again before anything is forgotten.
//! Absent on purpose: what a person locked, which no key sees; and dropping an asset because a listing broke off.

mod moment;
pub(super) mod row;
mod set_aside;
mod sweep;

use std::{
    collections::{BTreeMap, HashSet},
    hash::{BuildHasher, RandomState},
    ops::ControlFlow,
};

pub use set_aside::set_aside;

use super::{
    api::Api,
    catalogue::{Catalogue, Gap, Tally},
    error::ImmichError,
    listed::{RemoteId, Visibility},
    wire::{Asset, Search},
};
use moment::Moment;
use row::Row;
use sweep::Sweep;

/// Before the moment from which changes are asked for, 5 minutes: transactions end later than they begin, and `Date` has seconds.
const OVERLAP: i64 = 5 * 60 * 1000;
/// Rounds in which what changed during a listing is asked for.
const CATCH_UPS: u32 = 5;
/// Times that counts are asked for again before a difference is believed.
const RECOUNTS: u32 = 4;
/// Rows that cannot be understood are told by id up to here, and counted beyond.
const ODD_TOLD: usize = 20;

/// What a listing did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Refreshed {
    /// Whether everything was listed, and not only what changed.
    pub full: bool,
    /// Rows of the owner's assets that came, those that came twice counted twice.
    pub listed: u64,
    /// Assets new to the catalogue, or of which something is.
    pub news: u64,
    /// Rows of other owners' assets, which were dropped.
    pub partners: u64,
    /// Assets that are known and were not listed, kept because the server counts more than it lists.
    pub kept: u64,
    /// Rows that could not be understood, and so were left out.
    pub odd: u64,
    /// The first of these: the id as the server gave it, and what is odd.
    pub odd_rows: Vec<(String, &'static str)>,
    /// Words for visibility that are unknown here, and how often each came: these assets count as what was asked for.
    pub unknown_visibilities: BTreeMap<String, u64>,
    /// Whether the key may not ask for counts, so that nothing tells whether the listing is complete.
    pub statistics_forbidden: bool,
    /// Where the server counts otherwise, even after everything was listed twice. Where it counts more, nothing known was forgotten.
    pub differences: Vec<Difference>,
}

/// Where the server counts otherwise than its listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Difference {
    /// Of which visibility.
    pub visibility: Visibility,
    /// Of those in the trash, or of those that are not.
    pub trashed: bool,
    /// How many were listed.
    pub listed: u64,
    /// How many the server counts.
    pub server: u64,
}

impl Difference {
    /// How far apart they are.
    fn gap(&self) -> Gap {
        Gap { visibility: self.visibility, trashed: self.trashed, more: i128::from(self.server) - i128::from(self.listed) }
    }
}

/// Why a listing broke off. What was known before is still known.
#[derive(Debug, thiserror::Error)]
pub enum ListingError<E> {
    /// The server.
    #[error(transparent)]
    Server(#[from] ImmichError),
    /// The catalogue could not be read or written.
    #[error("the listing cannot be remembered")]
    Catalogue(#[source] E),
    /// The watcher broke it off.
    #[error("the listing was broken off")]
    Stopped,
}

/// Brings a catalogue of the assets of `user`, whose key `api` has, up to date.
///
/// `watch` is told how many rows came so far and can break off after each page.
///
/// # Errors
/// [`ListingError`]. Nothing is forgotten then, and the next listing begins where the latest complete one ended.
pub fn refresh<C: Catalogue>(
    api: &Api,
    user: RemoteId,
    catalogue: &mut C,
    watch: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<Refreshed, ListingError<C::Error>> {
    api.check()?;
    let start = api.line().server_time();
    let known_until = catalogue.known_until().map_err(ListingError::Catalogue)?;
    let mut listing = Listing {
        api,
        user,
        catalogue,
        watch,
        told: Refreshed::default(),
        newest: String::new(),
        partners_counted: false,
        odd: HashSet::new(),
        hasher: RandomState::new(),
    };
    let up_to_date = match known_until.as_deref().and_then(Moment::parse) {
        Some(until) => listing.changes(until, start.as_deref())?,
        None => false,
    };
    // A gap is borne with only where asking again changes nothing about it: otherwise the next listing may close it.
    let mut is_settled = up_to_date;
    if !up_to_date {
        // The server may be busy: what a listing and its counts disagree in may be gone at the next.
        let mut before = None;
        for _ in 0..2 {
            listing.everything(start.as_deref())?;
            let gaps: Vec<Gap> = listing.told.differences.iter().map(Difference::gap).collect();
            // What the server has more than it lists may be listed the next time. What it lists and does not count, as what is about to be
            // purged from the trash, is so twice; otherwise it was changed while it was listed.
            let is_less = gaps.iter().all(|gap| gap.more < 0);
            is_settled = gaps.is_empty() || (is_less && before.as_ref() == Some(&gaps));
            if is_settled {
                break;
            }
            before = Some(gaps);
        }
    }
    let until = start.or_else(|| Some(listing.newest.clone()).filter(|newest| !newest.is_empty()));
    let told = listing.told;
    if let Some(until) = until {
        let gaps: Vec<Gap> = if is_settled { told.differences.iter().map(Difference::gap).collect() } else { Vec::new() };
        catalogue.complete(&until, &gaps).map_err(ListingError::Catalogue)?;
    }
    Ok(told)
}

struct Listing<'a, C: Catalogue> {
    api: &'a Api,
    user: RemoteId,
    catalogue: &'a mut C,
    watch: &'a mut dyn FnMut(u64) -> ControlFlow<()>,
    told: Refreshed,
    /// The greatest `updatedAt` that came.
    newest: String,
    partners_counted: bool,
    /// Rows that could not be understood, by a hash of their ids.
    odd: HashSet<u64>,
    hasher: RandomState,
}

/// Whether what the server extracted is asked for: it tells the sizes, and leaves out what nothing was extracted from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Facts {
    With,
    Without,
}

impl<C: Catalogue> Listing<'_, C> {
    /// Takes in what changed since a moment; whether the catalogue then agrees with the server's counts.
    ///
    /// What is new or changed is found by its `updatedAt`, with or without metadata: so the catalogue holds no less than the server, and
    /// what is gone, or was locked, shows in the counts.
    fn changes(&mut self, until: Moment, start: Option<&str>) -> Result<bool, ListingError<C::Error>> {
        self.sweep_all(Some(until.plus(-OVERLAP)))?;
        self.partners_counted = true;
        if self.told.news > 0 {
            self.catch_up(start)?;
        }
        let Some(mut server) = self.counts()? else { return Ok(false) };
        let known = self.catalogue.gaps().map_err(ListingError::Catalogue)?;
        for _ in 0..RECOUNTS {
            // What a full listing could not make agree would not agree after another one either.
            self.told.differences = differences(&self.catalogue.tally().map_err(ListingError::Catalogue)?, &server);
            if self.told.differences.iter().map(Difference::gap).eq(known.iter().copied()) {
                return Ok(true);
            }
            // Something may have come between the last search and the counting: a telephone that backs up never rests.
            let (before, news) = (server, self.told.news);
            self.catch_up(start)?;
            let Some(now) = self.counts()? else { return Ok(false) };
            server = now;
            if server == before && self.told.news == news {
                break;
            }
        }
        Ok(false)
    }

    /// Lists everything, and forgets what is no more, unless the server has more than it lists.
    fn everything(&mut self, start: Option<&str>) -> Result<(), ListingError<C::Error>> {
        self.told.full = true;
        let before = self.counts()?;
        self.catalogue.begin_anew().map_err(ListingError::Catalogue)?;
        for visibility in Visibility::ALL {
            self.sweep(visibility, Facts::With, None)?;
        }
        self.partners_counted = true;
        let quiet = self.catch_up(start)?;
        let server = self.counts()?;
        let put = self.catalogue.tally_anew().map_err(ListingError::Catalogue)?;
        // Equal counts tell that nothing lacks metadata only if nothing came or went meanwhile: one gone would stand for one not found.
        let calm = quiet && server.is_some() && server == before;
        let complete = |visibility| {
            let equal = |server: Tally| [false, true].iter().all(|&t| server.of(visibility, t) == put.of(visibility, t));
            calm && server.is_some_and(equal)
        };
        let wanting: Vec<Visibility> = Visibility::ALL.into_iter().filter(|&visibility| !complete(visibility)).collect();
        for &visibility in &wanting {
            self.sweep(visibility, Facts::Without, None)?;
        }
        if !wanting.is_empty() {
            self.catch_up(start)?;
        }
        let mut server = if wanting.is_empty() { server } else { self.counts()? };
        for _ in 0..RECOUNTS {
            let put = self.catalogue.tally_anew().map_err(ListingError::Catalogue)?;
            self.told.differences = server.map(|server| differences(&put, &server)).unwrap_or_default();
            if self.told.differences.is_empty() {
                break;
            }
            let (before, news) = (server, self.told.news);
            self.catch_up(start)?;
            server = self.counts()?;
            if server == before && self.told.news == news {
                break;
            }
        }
        self.told.statistics_forbidden = server.is_none();
        // While the server has more than it listed, what is known and was not listed may be just that.
        let wanting: u64 = self.told.differences.iter().map(|d| d.server.saturating_sub(d.listed)).sum();
        if wanting <= self.told.odd {
            self.catalogue.forget_the_rest().map_err(ListingError::Catalogue)?;
        } else if let Some(server) = server {
            // What was kept is counted by the next listing too.
            let known = self.catalogue.tally().map_err(ListingError::Catalogue)?;
            self.told.kept = known.total().saturating_sub(self.catalogue.tally_anew().map_err(ListingError::Catalogue)?.total());
            self.told.differences = differences(&known, &server);
        }
        Ok(())
    }

    /// Asks for what changed since the listing began, until nothing new comes: an asset may have moved to where the listing had been.
    /// Whether nothing had.
    fn catch_up(&mut self, start: Option<&str>) -> Result<bool, ListingError<C::Error>> {
        let Some(since) = start.and_then(Moment::parse).map(|start| start.plus(-OVERLAP)) else { return Ok(false) };
        for round in 0..CATCH_UPS {
            let before = self.told.news;
            self.sweep_all(Some(since))?;
            if self.told.news == before {
                return Ok(round == 0);
            }
        }
        Ok(false)
    }

    fn sweep_all(&mut self, updated_since: Option<Moment>) -> Result<(), ListingError<C::Error>> {
        for facts in [Facts::With, Facts::Without] {
            for visibility in Visibility::ALL {
                self.sweep(visibility, facts, updated_since)?;
            }
        }
        Ok(())
    }

    fn sweep(
        &mut self,
        visibility: Visibility,
        facts: Facts,
        updated_since: Option<Moment>,
    ) -> Result<(), ListingError<C::Error>> {
        let search = Search {
            visibility: visibility.word(),
            with_deleted: true,
            with_exif: facts == Facts::With,
            updated_after: updated_since.map(|since| since.to_string()),
            ..Search::default()
        };
        Sweep { api: self.api, search }.run(&mut |page| self.take(page, visibility))
    }

    fn take(&mut self, page: Vec<Asset>, asked: Visibility) -> Result<(), ListingError<C::Error>> {
        for asset in page {
            let unknown = asset.visibility.clone().filter(|word| Visibility::from_word(word).is_none());
            match row::read(asset, self.user, asked) {
                Row::Own(listed) => {
                    self.told.listed += 1;
                    if let Some(word) = unknown {
                        *self.told.unknown_visibilities.entry(word).or_default() += 1;
                    }
                    if listed.updated > self.newest {
                        self.newest.clone_from(&listed.updated);
                    }
                    self.told.news += u64::from(self.catalogue.put(&listed).map_err(ListingError::Catalogue)?);
                }
                Row::Partners => self.told.partners += u64::from(!self.partners_counted),
                Row::Odd { id, why } => {
                    // It comes again with each sweep.
                    if !self.odd.insert(self.hasher.hash_one(&id)) {
                        continue;
                    }
                    self.told.odd += 1;
                    if self.told.odd_rows.len() < ODD_TOLD {
                        self.told.odd_rows.push((id, why));
                    }
                }
            }
        }
        match (self.watch)(self.told.listed) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(ListingError::Stopped),
        }
    }

    /// What the server counts; nothing when the key may not ask.
    fn counts(&mut self) -> Result<Option<Tally>, ListingError<C::Error>> {
        let mut tally = Tally::default();
        for visibility in Visibility::ALL {
            for trashed in [false, true] {
                match self.api.asset_counts(visibility, trashed) {
                    Ok(counts) => tally.set(visibility, trashed, counts.total),
                    Err(ImmichError::Forbidden { .. }) => {
                        self.told.statistics_forbidden = true;
                        return Ok(None);
                    }
                    Err(error) => return Err(error.into()),
                }
            }
        }
        Ok(Some(tally))
    }
}

/// Nanoseconds since 1970-01-01 UTC of a time as the server writes it, in milliseconds; held at the ends of 1677–2262.
pub(super) fn nanoseconds(text: &str) -> Option<i64> {
    Moment::parse(text).map(|moment| moment.0.saturating_mul(1_000_000))
}

fn differences(listed: &Tally, server: &Tally) -> Vec<Difference> {
    let both = Visibility::ALL.into_iter().flat_map(|visibility| [(visibility, false), (visibility, true)]);
    both.map(|(visibility, trashed)| Difference {
        visibility,
        trashed,
        listed: listed.of(visibility, trashed),
        server: server.of(visibility, trashed),
    })
    .filter(|difference| difference.listed != difference.server)
    .collect()
}

#[cfg(test)]
mod tests {
    use std::{convert::Infallible, sync::Arc};

    use super::*;
    use crate::immich::{
        catalogue::InMemory,
        http::Line,
        server::{Server, ServerUrl},
    };

    const USER: &str = "1ef2f821-757f-485a-a460-db43ba6c8ac3";

    /// A row, and what of it is otherwise.
    fn row(id: u32, change: impl FnOnce(&mut Asset)) -> Asset {
        let text = format!(
            r#"{{"id":"00000000-0000-4000-8000-{id:012}","ownerId":"{USER}","type":"IMAGE","originalPath":"/data/{id}.jpg",
            "updatedAt":"2026-11-22T12:25:57.325Z","checksum":"2jmj7l5rSw0yVb/vlWAYkK/YBwk=","visibility":"timeline"}}"#
        );
        let mut asset = serde_json::from_str(&text).expect("a row is a row");
        change(&mut asset);
        asset
    }

    fn told(pages: Vec<Vec<Asset>>) -> (Refreshed, Tally) {
        let api = Api::open(Arc::new(Line::to(Server::new("home", ServerUrl::parse("http://immich:2283").unwrap()))));
        let mut catalogue = InMemory::default();
        let mut listing = Listing {
            api: &api,
            user: RemoteId::parse(USER).unwrap(),
            catalogue: &mut catalogue,
            watch: &mut |_| ControlFlow::Continue(()),
            told: Refreshed::default(),
            newest: String::new(),
            partners_counted: false,
            odd: HashSet::new(),
            hasher: RandomState::new(),
        };
        for page in pages {
            listing.take(page, Visibility::Timeline).unwrap();
        }
        let told = listing.told;
        let tally: Result<Tally, Infallible> = catalogue.tally();
        (told, tally.unwrap())
    }

    #[test]
    fn an_odd_row_is_told_once_and_its_page_is_listed() {
        let page = || vec![row(1, |_| ()), row(2, |asset| asset.checksum.clear()), row(3, |_| ())];
        let (told, tally) = told(vec![page(), page()]);
        assert_eq!((told.listed, told.news, told.odd, tally.total()), (4, 2, 1, 2));
        assert_eq!(told.odd_rows, [("00000000-0000-4000-8000-000000000002".to_owned(), "its checksum is no SHA-1")]);
        let many = (0..50).map(|id| row(id, |asset| asset.original_path.clear())).collect();
        let (told, _) = self::told(vec![many]);
        assert_eq!((told.odd, told.odd_rows.len()), (50, ODD_TOLD));
    }

    #[test]
    fn a_word_for_visibility_that_is_unknown_counts_as_what_was_asked_for_and_is_told() {
        let shelved = |asset: &mut Asset| asset.visibility = Some("shelved".to_owned());
        let (told, tally) = told(vec![vec![row(1, shelved), row(2, |_| ()), row(3, shelved)]]);
        assert_eq!(told.unknown_visibilities, BTreeMap::from([("shelved".to_owned(), 2)]));
        assert_eq!(tally.of(Visibility::Timeline, false), 3);
    }
}
