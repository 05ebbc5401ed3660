//! `Catalogue`: what is remembered of a server's listing from one survey to the next.
//!
//! The listing writes into it as answers come in, so that no listing is ever held in memory whole. The engine keeps it in the ledger;
//! [`InMemory`] keeps it as long as the program runs.

use std::{collections::BTreeMap, convert::Infallible};

use super::listed::{Listed, RemoteId, Visibility};

/// How many assets there are of each visibility: not trashed, and trashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    counts: [[u64; 2]; 3],
}

impl Tally {
    /// How many of one visibility.
    #[must_use]
    pub fn of(&self, visibility: Visibility, trashed: bool) -> u64 {
        self.counts[visibility as usize][usize::from(trashed)]
    }

    /// Sets how many there are of one visibility.
    pub fn set(&mut self, visibility: Visibility, trashed: bool, count: u64) {
        self.counts[visibility as usize][usize::from(trashed)] = count;
    }

    /// All together.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.counts.iter().flatten().sum()
    }
}

/// What is remembered of one owner's listing.
pub trait Catalogue {
    /// Why it cannot remember.
    type Error;

    /// Up to when changes are known: the server's clock at the latest complete listing; nothing before the first.
    ///
    /// # Errors
    /// When it cannot be read.
    fn known_until(&mut self) -> Result<Option<String>, Self::Error>;

    /// A listing from the beginning begins: what it does not put again is forgotten by [`Catalogue::forget_the_rest`].
    ///
    /// # Errors
    /// When it cannot be written.
    fn begin_anew(&mut self) -> Result<(), Self::Error>;

    /// Takes in an asset, in place of what was known of the same id; whether anything about it is new.
    ///
    /// # Errors
    /// When it cannot be written.
    fn put(&mut self, listed: &Listed) -> Result<bool, Self::Error>;

    /// Forgets what was not put since [`Catalogue::begin_anew`].
    ///
    /// # Errors
    /// When it cannot be written.
    fn forget_the_rest(&mut self) -> Result<(), Self::Error>;

    /// How many assets are known.
    ///
    /// # Errors
    /// When it cannot be read.
    fn tally(&mut self) -> Result<Tally, Self::Error>;

    /// The listing is complete up to this moment of the server's clock.
    ///
    /// # Errors
    /// When it cannot be written.
    fn complete(&mut self, until: &str) -> Result<(), Self::Error>;

    /// Tells `each` of all assets known, in the order of their paths and, where these are equal, their ids, until it breaks off.
    ///
    /// # Errors
    /// When it cannot be read.
    fn for_each(&mut self, each: &mut dyn FnMut(&Listed) -> std::ops::ControlFlow<()>) -> Result<(), Self::Error>;
}

/// A catalogue in memory.
#[derive(Debug, Clone, Default)]
pub struct InMemory {
    listed: BTreeMap<RemoteId, (Listed, u64)>,
    round: u64,
    until: Option<String>,
}

impl Catalogue for InMemory {
    type Error = Infallible;

    fn known_until(&mut self) -> Result<Option<String>, Infallible> {
        Ok(self.until.clone())
    }

    fn begin_anew(&mut self) -> Result<(), Infallible> {
        self.round += 1;
        Ok(())
    }

    fn put(&mut self, listed: &Listed) -> Result<bool, Infallible> {
        let before = self.listed.insert(listed.id, (listed.clone(), self.round));
        Ok(before.is_none_or(|(known, _)| known != *listed))
    }

    fn forget_the_rest(&mut self) -> Result<(), Infallible> {
        let round = self.round;
        self.listed.retain(|_, (_, put)| *put == round);
        Ok(())
    }

    fn tally(&mut self) -> Result<Tally, Infallible> {
        let mut tally = Tally::default();
        for (listed, _) in self.listed.values() {
            tally.set(listed.visibility, listed.trashed, tally.of(listed.visibility, listed.trashed) + 1);
        }
        Ok(tally)
    }

    fn complete(&mut self, until: &str) -> Result<(), Infallible> {
        self.until = Some(until.to_owned());
        Ok(())
    }

    fn for_each(&mut self, each: &mut dyn FnMut(&Listed) -> std::ops::ControlFlow<()>) -> Result<(), Infallible> {
        let mut all: Vec<&Listed> = self.listed.values().map(|(listed, _)| listed).collect();
        all.sort_by(|a, b| (&a.path, a.id).cmp(&(&b.path, b.id)));
        let _ = all.into_iter().try_for_each(each);
        Ok(())
    }
}
