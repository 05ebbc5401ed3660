//! `Sweep`: everything that one search finds, page after page, without losing any of it.
//!
//! The server sorts by `fileCreatedAt` alone, and puts what is equal in another order at each request: numbered pages repeat some assets
//! and skip others. So each page begins at the moment at which the one before ended, and what was already told is known by its id. More
//! than a page of one moment is parted by when it was uploaded, and only what was also uploaded in one moment is asked for by numbered
//! pages, again and again, until all of it was seen. Years before 100 are printed as others (0001 as 2001) though sorted as they are, so
//! they are a window of their own; and where assets come in another order than that of their moments, order is not relied on any further.
//! Absent on purpose: what is done with the assets, and whether they are all that there are: the server's counts tell that.

use std::collections::HashSet;

use super::super::{
    api::Api,
    error::ImmichError,
    wire::{Asset, Page, Search, SearchCount},
};
use super::moment::Moment;

/// Most that a server puts on a page.
const PAGE: u32 = 1000;
/// Sizes of numbered pages, round by round: PostgreSQL mostly has one order of ties for one request, so that what fell between two pages
/// would fall between them again.
const SIZES: [u32; 6] = [PAGE, 997, 743, 881, 619, 953];
/// 0101-01-01: where years are printed as they are, wherever the server's clock stands.
const PRINTED_AS_THEY_ARE: Moment = Moment(-58_979_923_200_000);
/// Rounds of numbered pages that bring nothing new, after which there is nothing more.
const QUIET_ROUNDS: u32 = 6;
/// Rounds in all: with more assets than the server counts, or a count that cannot be reached, this ends.
const MOST_ROUNDS: u32 = 40;

/// A search, and the server that is searched.
pub(super) struct Sweep<'a> {
    pub(super) api: &'a Api,
    /// What is searched for; order, size and windows are the sweep's.
    pub(super) search: Search,
}

/// From one moment to another, both included; open where there is none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Span {
    from: Option<Moment>,
    to: Option<Moment>,
}

impl Span {
    /// Too short to be parted: no longer than what JSON tells apart.
    fn is_one_moment(self) -> bool {
        matches!((self.from, self.to), (Some(from), Some(to)) if to.0.saturating_sub(from.0) <= 1)
    }

    /// Up to a moment, that moment, and from it on. The database has parts of milliseconds, so the middle is a whole one.
    fn part(self, at: Moment) -> [Span; 3] {
        let last = self.to.map_or(at, |to| at.min(to.plus(-1)));
        let at = self.from.map_or(last, |from| last.max(from));
        let next = at.plus(1);
        [Span { from: self.from, to: Some(at) }, Span { from: Some(at), to: Some(next) }, Span { from: Some(next), to: self.to }]
    }
}

impl Sweep<'_> {
    /// Hands everything that is found to `take`, a page at a time; hardly any of it twice.
    pub(super) fn run<E: From<ImmichError>>(&self, take: &mut dyn FnMut(Vec<Asset>) -> Result<(), E>) -> Result<(), E> {
        let mut from: Option<Moment> = None;
        let mut seen: HashSet<String> = HashSet::new();
        loop {
            let mut page = self.page(Span { from, to: None }, Span::default(), "asc", PAGE, None)?;
            let more = has_more(&page, PAGE);
            if more && from.is_none() {
                let ancient = Span { from: None, to: Some(PRINTED_AS_THEY_ARE) };
                if !self.page(ancient, Span::default(), "asc", 1, None)?.items.is_empty() {
                    self.window(ancient, HashSet::new(), take)?;
                    from = Some(PRINTED_AS_THEY_ARE);
                    continue;
                }
            }
            let last = match last_of(&page, from) {
                Ok(last) => last,
                Err(Disorder) if more => return self.window(Span { from, to: None }, seen, take),
                Err(Disorder) => None,
            };
            page.items.retain(|asset| !seen.contains(&asset.id));
            let ends_at = |asset: &&Asset| Moment::parse(&asset.file_created_at) == last;
            // Only these can come again.
            if last != from {
                seen.clear();
            }
            seen.extend(page.items.iter().filter(ends_at).map(|asset| asset.id.clone()));
            take(page.items)?;
            from = match last {
                _ if !more => return Ok(()),
                None => return self.window(Span { from, to: None }, HashSet::new(), take),
                // Moments go on where servers stop taking them: what lies after is one window.
                Some(last) if last >= Moment::LAST => {
                    return self.window(Span { from: Some(Moment::LAST), to: None }, seen, take);
                }
                Some(last) if from.is_none_or(|from| from < last) => Some(last),
                Some(last) => {
                    self.window(Span { from: Some(last), to: Some(last.plus(1)) }, std::mem::take(&mut seen), take)?;
                    Some(last.plus(1))
                }
            };
        }
    }

    /// Everything within one span of `fileCreatedAt`, but for what was told already, parted by when it was uploaded.
    fn window<E: From<ImmichError>>(
        &self,
        taken: Span,
        mut told: HashSet<String>,
        take: &mut dyn FnMut(Vec<Asset>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut take_new = |mut assets: Vec<Asset>| {
            assets.retain(|asset| told.insert(asset.id.clone()));
            take(assets)
        };
        let mut windows = vec![Span::default()];
        while let Some(created) = windows.pop() {
            let page = self.page(taken, created, "asc", PAGE, None)?;
            if !has_more(&page, PAGE) {
                take_new(page.items)?;
                continue;
            }
            let mut uploads: Vec<Moment> =
                page.items.iter().filter_map(|asset| Moment::parse(asset.created_at.as_deref()?)).collect();
            uploads.sort_unstable();
            match uploads.get(uploads.len() / 2) {
                Some(&middle) if !created.is_one_moment() => windows.extend(created.part(middle).into_iter().rev()),
                _ => self.in_turns(taken, created, &mut take_new)?,
            }
        }
        Ok(())
    }

    /// Everything within a window that cannot be parted: numbered pages from both ends, until all was seen that is counted, or until
    /// nothing new comes any more.
    fn in_turns<E: From<ImmichError>>(
        &self,
        taken: Span,
        created: Span,
        take: &mut dyn FnMut(Vec<Asset>) -> Result<(), E>,
    ) -> Result<(), E> {
        let counted = self.count(taken, created)?;
        let mut seen: HashSet<String> = HashSet::new();
        let mut quiet = 0;
        for (round, size) in (0..MOST_ROUNDS).zip(SIZES.into_iter().cycle()) {
            let before = seen.len();
            for number in 1.. {
                let order = if round % 2 == 0 { "asc" } else { "desc" };
                let mut page = self.page(taken, created, order, size, Some(number))?;
                let last = !has_more(&page, size) || page.items.is_empty();
                page.items.retain(|asset| seen.insert(asset.id.clone()));
                take(page.items)?;
                if last {
                    break;
                }
            }
            quiet = if seen.len() > before { 0 } else { quiet + 1 };
            if counted.is_some_and(|counted| seen.len() as u64 >= counted) || quiet >= QUIET_ROUNDS {
                return Ok(());
            }
        }
        Ok(())
    }

    /// How many there are, trashed ones too; nothing where the key may not ask.
    fn count(&self, taken: Span, created: Span) -> Result<Option<u64>, ImmichError> {
        let text = |moment: Option<Moment>| moment.map(|moment| moment.to_string());
        let present = SearchCount {
            visibility: self.search.visibility,
            taken_after: text(taken.from),
            taken_before: text(taken.to),
            created_after: text(created.from),
            created_before: text(created.to),
            updated_after: self.search.updated_after.clone(),
            album_ids: self.search.album_ids.clone(),
            trashed_after: None,
        };
        let trashed = SearchCount { trashed_after: Some(Moment(0).to_string()), ..present.clone() };
        let both = self.api.search_count(&present).and_then(|count| Ok(count + self.api.search_count(&trashed)?));
        match both {
            Err(ImmichError::Forbidden { .. }) => Ok(None),
            count => count.map(Some),
        }
    }

    fn page(&self, taken: Span, created: Span, order: &'static str, size: u32, page: Option<u32>) -> Result<Page, ImmichError> {
        let text = |moment: Option<Moment>| moment.map(|moment| moment.to_string());
        self.api.search(&Search {
            order,
            size,
            page,
            taken_after: text(taken.from),
            taken_before: text(taken.to),
            created_after: text(created.from),
            created_before: text(created.to),
            ..self.search.clone()
        })
    }
}

/// Assets that do not come in the order of the moments that are printed.
struct Disorder;

/// The moment at which a page that begins at `from` ends. Beyond a page without order, assets would be lost unseen.
fn last_of(page: &Page, from: Option<Moment>) -> Result<Option<Moment>, Disorder> {
    let mut last = None;
    for moment in page.items.iter().filter_map(|asset| Moment::parse(&asset.file_created_at)) {
        if last.max(from).is_some_and(|last| moment < last) {
            return Err(Disorder);
        }
        last = Some(moment);
    }
    Ok(last)
}

/// Whether a page of this size is not the last.
fn has_more(page: &Page, size: u32) -> bool {
    page.next_page.is_some() || page.items.len() >= size as usize
}
