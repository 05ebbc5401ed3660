//! Listed: the one way to decide more than the group in view. It shows exactly which groups, and asks for their number.
//!
//! Groups of equal bytes or equal image data, undecided, of which every member lies in one of two places: what is in the one is kept, what
//! is in the other is set aside. Which place is which, a person says; THE RULE has no part in it. The list is made anew before anything is
//! written: if it is another one than the person saw, or the number is wrong, nothing is. Each group gets a decision of its own.

use lightproof_ledger::{DecisionKey, Place};
use lightproof_model::{
    asset::{AssetId, GroupId, SourceId},
    decision::{Verb, Words},
    group::Basis,
};

use super::{
    Looking, Review,
    deciding::{GroupWord, NotDecided},
    standing::GroupState,
};
use crate::EngineError;

/// The bases of which so many groups may be decided at once: nothing of the picture is lost whichever is set aside.
pub const BASES: [Basis; 2] = [Basis::SameBytes, Basis::SameImage];

/// A folder of a source with all below it; the empty path is all of the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Below {
    /// The source.
    pub source: SourceId,
    /// Path below its root, byte for byte, without slashes at its ends.
    pub folder: Vec<u8>,
}

impl Below {
    fn holds(&self, place: &Place) -> bool {
        self.source == place.source && self.covers(&place.folder)
    }

    fn covers(&self, folder: &[u8]) -> bool {
        let rest = folder.strip_prefix(&self.folder[..]);
        self.folder.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
    }

    fn overlaps(&self, other: &Below) -> bool {
        self.source == other.source && (self.covers(&other.folder) || other.covers(&self.folder))
    }
}

/// What a person says of many groups: which, what is kept, and what is set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TwoPlaces {
    /// One of [`BASES`].
    pub basis: Basis,
    /// Members here are kept.
    pub kept: Below,
    /// Members here are set aside.
    pub set_aside: Below,
}

/// A group of the list: its members with their places and what would be said of each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedGroup {
    /// The group.
    pub group: GroupId,
    /// Digest of its evidence.
    pub seen: String,
    /// Its members.
    pub members: Vec<(AssetId, Place, Verb)>,
}

/// Exactly the groups that are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// In the order in which groups are shown.
    pub groups: Vec<ListedGroup>,
    /// Digest of all that the list says.
    pub digest: String,
}

/// Why many groups were not decided; then none was.
#[derive(Debug, thiserror::Error)]
pub enum NotListed {
    /// One place is within the other.
    #[error("one of the two places lies within the other, so that it is not said which copies are meant")]
    Overlap,
    /// Not for this basis.
    #[error("groups of the basis {} are decided one by one", .0.word())]
    OneByOne(Basis),
    /// There is nothing to decide.
    #[error("no undecided group has its members in these two places and nowhere else")]
    Nothing,
    /// The number that was typed is not that of the list.
    #[error("{typed} was typed, and the list has {listed} groups")]
    Number {
        /// What was typed.
        typed: usize,
        /// What is listed.
        listed: usize,
    },
    /// The list is not the one that was shown.
    #[error("the list is not the one that was shown: something was decided or surveyed since")]
    Another,
    /// One of the groups cannot be decided so.
    #[error("group {0}: {1}")]
    Group(GroupId, NotDecided),
    /// The ledger failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl Looking {
    /// The groups that are meant, all of them.
    ///
    /// # Errors
    /// [`NotListed`] when the two places are not two, or the ledger cannot be read.
    pub fn list(&self, places: &TwoPlaces) -> Result<List, NotListed> {
        if !BASES.contains(&places.basis) {
            return Err(NotListed::OneByOne(places.basis));
        }
        if places.kept.overlaps(&places.set_aside) {
            return Err(NotListed::Overlap);
        }
        let index = self.index.borrow();
        let mut groups: Vec<ListedGroup> = Vec::new();
        let mut listed: Option<ListedGroup> = None;
        let whole = |listed: ListedGroup| {
            let line = index.place(&listed.group).map(|at| &index.lines()[at])?;
            let all_are_meant = line.state == GroupState::Undecided && line.members as usize == listed.members.len();
            (all_are_meant && is_complete(&listed)).then(|| ListedGroup { seen: line.seen.clone(), ..listed })
        };
        self.ledger.for_each_member_place(places.basis.word(), |group, asset, place| {
            if listed.as_ref().is_none_or(|listed| listed.group != group) {
                let next = ListedGroup { group, seen: String::new(), members: Vec::new() };
                groups.extend(listed.replace(next).and_then(whole));
            }
            let verb = match (places.kept.holds(&place), places.set_aside.holds(&place)) {
                (true, _) => Some(Verb::Keep),
                (_, true) => Some(Verb::Quarantine),
                // With a member elsewhere, fewer are meant than it has.
                _ => None,
            };
            listed.iter_mut().for_each(|listed| listed.members.extend(verb.map(|verb| (asset.clone(), place.clone(), verb))));
            Ok::<(), EngineError>(())
        })?;
        groups.extend(listed.and_then(whole));
        let digest = digest(&groups);
        Ok(List { groups, digest })
    }
}

/// Whether something of it is kept and something set aside.
fn is_complete(listed: &ListedGroup) -> bool {
    let said = |verb: Verb| listed.members.iter().any(|(.., of)| *of == verb);
    said(Verb::Keep) && said(Verb::Quarantine)
}

fn digest(groups: &[ListedGroup]) -> String {
    use sha1::Digest;
    let mut digest = sha1::Sha1::new();
    for listed in groups {
        digest.update(format!("{} {} {}\n", listed.group, listed.seen, listed.members.len()));
        for (asset, _, verb) in &listed.members {
            digest.update(format!("{asset} {verb}\n"));
        }
    }
    lightproof_model::digest::to_hex(&digest.finalize())
}

impl Review {
    /// Decides all groups of a list that a person was shown, each by a decision of its own, all or none. `typed` is the number of groups
    /// as the person typed it, `digest` that of the list as it was shown.
    ///
    /// # Errors
    /// [`NotListed`]; then nothing was written.
    pub fn decide_listed(&self, places: &TwoPlaces, typed: usize, digest: &str) -> Result<Vec<DecisionKey>, NotListed> {
        self.looking.refresh()?;
        let list = self.looking.list(places)?;
        if list.groups.is_empty() {
            return Err(NotListed::Nothing);
        }
        if list.digest != digest {
            return Err(NotListed::Another);
        }
        if list.groups.len() != typed {
            return Err(NotListed::Number { typed, listed: list.groups.len() });
        }
        let words: Vec<GroupWord> = list
            .groups
            .into_iter()
            .map(|listed| GroupWord {
                group: listed.group,
                seen: listed.seen,
                words: listed.members.into_iter().map(|(asset, _, verb)| (asset, verb)).collect::<Words>(),
                after: None,
            })
            .collect();
        self.decide_groups(&words).map_err(|(at, error)| match (error, words.get(at)) {
            (NotDecided::Engine(error), _) => NotListed::Engine(error),
            (error, Some(word)) => NotListed::Group(word.group.clone(), error),
            (_, None) => NotListed::Another,
        })
    }
}
