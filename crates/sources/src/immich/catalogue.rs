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

impl<'a> FromIterator<&'a Listed> for Tally {
    fn from_iter<I: IntoIterator<Item = &'a Listed>>(assets: I) -> Tally {
        let mut tally = Tally::default();
        for listed in assets {
            tally.counts[listed.visibility as usize][usize::from(listed.trashed)] += 1;
        }
        tally
    }
}

/// By how much a server counts more assets of one kind than its listing tells of; less where it is negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// Of which visibility.
    pub visibility: Visibility,
    /// Of those in the trash, or of those that are not.
    pub trashed: bool,
    /// How many more.
    pub more: i128,
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
    /// Where [`Listed::bytes`] is not told, what was known of it stays while the checksum is the same: not every search tells it.
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

    /// How many assets were put since [`Catalogue::begin_anew`], each counted once as it was put last.
    ///
    /// # Errors
    /// When it cannot be read.
    fn tally_anew(&mut self) -> Result<Tally, Self::Error>;

    /// The listing is complete up to this moment of the server's clock, as far as it can be: these gaps stayed.
    ///
    /// # Errors
    /// When it cannot be written.
    fn complete(&mut self, until: &str, gaps: &[Gap]) -> Result<(), Self::Error>;

    /// The gaps of the latest complete listing.
    ///
    /// # Errors
    /// When it cannot be read.
    fn gaps(&mut self) -> Result<Vec<Gap>, Self::Error>;

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
    gaps: Vec<Gap>,
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
        let mut listed = listed.clone();
        let known = self.listed.get(&listed.id).map(|(known, _)| known);
        if let (None, Some(known)) = (listed.bytes, known)
            && known.checksum == listed.checksum
        {
            listed.bytes = known.bytes;
        }
        let is_new = known != Some(&listed);
        self.listed.insert(listed.id, (listed, self.round));
        Ok(is_new)
    }

    fn forget_the_rest(&mut self) -> Result<(), Infallible> {
        let round = self.round;
        self.listed.retain(|_, (_, put)| *put == round);
        Ok(())
    }

    fn tally(&mut self) -> Result<Tally, Infallible> {
        Ok(self.listed.values().map(|(listed, _)| listed).collect())
    }

    fn tally_anew(&mut self) -> Result<Tally, Infallible> {
        Ok(self.listed.values().filter(|(_, put)| *put == self.round).map(|(listed, _)| listed).collect())
    }

    fn complete(&mut self, until: &str, gaps: &[Gap]) -> Result<(), Infallible> {
        (self.until, self.gaps) = (Some(until.to_owned()), gaps.to_vec());
        Ok(())
    }

    fn gaps(&mut self) -> Result<Vec<Gap>, Infallible> {
        Ok(self.gaps.clone())
    }

    fn for_each(&mut self, each: &mut dyn FnMut(&Listed) -> std::ops::ControlFlow<()>) -> Result<(), Infallible> {
        let mut all: Vec<&Listed> = self.listed.values().map(|(listed, _)| listed).collect();
        all.sort_by(|a, b| (&a.path, a.id).cmp(&(&b.path, b.id)));
        let _ = all.into_iter().try_for_each(each);
        Ok(())
    }
}
