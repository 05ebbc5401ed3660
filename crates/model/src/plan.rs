//! Plan: the ordered steps that carry out what people decided, as a value with a digest.
//!
//! A step says on whose word it stands, what it does, and what must be true just before. Equal content gives an equal digest: no clock, no row
//! number and no chance takes part. Overriding a limit is a field, so it is part of what a person approves.
//! Absent on purpose: any way to make a step but from a decision ([`propose`]) or as the way back from another ([`Act::inverse`]).

mod canonical;
mod propose;

use std::{collections::BTreeSet, fmt};

use sha2::{Digest, Sha256};

use crate::{
    asset::{AssetId, SourceId},
    digest::{Sha1, to_hex},
    moment::WallClock,
    seen::{Place, Seen},
};

pub use propose::{
    AskedFix, AskedGroup, AskedPart, AskedUnit, Condition, NotPlanned, Proposal, Refused, Stands, Why, Wish, propose,
};

/// Version of the canonical form.
pub const VERSION: u32 = 1;

/// SHA-256 of a plan's canonical JSON (FIPS 180-4), as 64 hex digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlanDigest(String);

impl PlanDigest {
    /// Wraps a digest as it was given out or read back; nothing when it is not 64 lower-case hex digits.
    #[must_use]
    pub fn new(text: &str) -> Option<PlanDigest> {
        let fits = text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        fits.then(|| PlanDigest(text.to_owned()))
    }

    /// The digest as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of the plan's folder below `.lightproof/quarantine`: the first sixteen digits.
    #[must_use]
    pub fn folder(&self) -> &str {
        &self.0[..16]
    }
}

impl fmt::Display for PlanDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a plan may not exceed, as the person who made it set it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Assets set aside by one plan.
    pub assets: u64,
    /// Per cent of a library's assets set aside by one plan.
    pub share: u8,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { assets: 25_000, share: 10 }
    }
}

/// A library that a plan touches, and how large it was: its share is counted of that.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Library {
    /// Its source.
    pub source: SourceId,
    /// Assets in it that are not set aside, parts of units included.
    pub assets: u64,
}

/// The steps that carry out decisions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// What it may not exceed.
    pub limits: Limits,
    /// Owners of whom the last copy of an image may be set aside, by name.
    pub last_copies_of: BTreeSet<String>,
    /// Of these assets, what only they hold (an embedded motion video, a gain map) may go with them.
    pub let_go: BTreeSet<AssetId>,
    /// The libraries that it touches.
    pub libraries: Vec<Library>,
    /// What is done, in this order.
    pub steps: Vec<Step>,
}

impl Plan {
    /// The one form of which the digest is taken: JSON without blanks, members in a fixed order.
    #[must_use]
    pub fn canonical(&self) -> String {
        canonical::of(self)
    }

    /// The digest of the canonical form.
    #[must_use]
    pub fn digest(&self) -> PlanDigest {
        PlanDigest(to_hex(&Sha256::digest(self.canonical().as_bytes())))
    }
}

/// One step: done whole or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its place in the plan, from 1.
    pub number: u32,
    /// On whose word.
    pub ground: Ground,
    /// Steps that must have been done before: an album is inherited before the asset that had it is set aside.
    pub needs: Vec<u32>,
    /// What is done.
    pub act: Act,
}

/// On whose word a step is taken.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ground {
    /// Who decided.
    pub reviewer: String,
    /// The evidence that was decided on.
    pub seen: Seen,
}

/// An asset as a step speaks of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    /// Its id.
    pub asset: AssetId,
    /// Where it is, and whose.
    pub place: Place,
    /// How it is reached and told from others.
    pub hold: Hold,
}

/// How an asset is reached, and what must be found there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hold {
    /// By its path below a folder's root.
    Folder {
        /// SHA-1 of all its bytes.
        sha1: Sha1,
        /// How many bytes.
        bytes: u64,
    },
    /// By its id on a server.
    Server {
        /// The server's id of it (a UUID).
        id: String,
        /// What the server gives as its checksum: of the bytes, or of the path in an external library.
        checksum: Sha1,
        /// Where it shows: `timeline`, `archive` or `hidden`.
        visibility: String,
    },
}

/// What is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// A unit is set aside whole.
    SetAside(Unit),
    /// A unit that was set aside comes back to where it was.
    Release(Unit),
    /// A kept asset joins an album that one of the others is in.
    JoinAlbum(Membership),
    /// It leaves an album that it joined.
    LeaveAlbum(Membership),
    /// A kept asset becomes a favourite, as one of the others is.
    Favour(Subject),
    /// It is no favourite again.
    Unfavour(Subject),
    /// A date is set beside the original.
    FixDate(Fix),
    /// What was there before comes back.
    TakeDateBack(Fix),
}

impl Act {
    /// The way back. No arm stands for "any other": a new act does not build without one.
    #[must_use]
    pub fn inverse(self) -> Act {
        match self {
            Act::SetAside(unit) => Act::Release(unit),
            Act::Release(unit) => Act::SetAside(unit),
            Act::JoinAlbum(membership) => Act::LeaveAlbum(membership),
            Act::LeaveAlbum(membership) => Act::JoinAlbum(membership),
            Act::Favour(subject) => Act::Unfavour(subject),
            Act::Unfavour(subject) => Act::Favour(subject),
            Act::FixDate(fix) => Act::TakeDateBack(fix),
            Act::TakeDateBack(fix) => Act::FixDate(fix),
        }
    }

    /// The word for it in listings and exports.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Act::SetAside(_) => "quarantine",
            Act::Release(_) => "release",
            Act::JoinAlbum(_) => "join-album",
            Act::LeaveAlbum(_) => "leave-album",
            Act::Favour(_) => "favourite",
            Act::Unfavour(_) => "unfavourite",
            Act::FixDate(_) => "fix-date",
            Act::TakeDateBack(_) => "take-date-back",
        }
    }

    /// The asset that it is about: of a unit, the main one.
    #[must_use]
    pub fn subject(&self) -> &Subject {
        match self {
            Act::SetAside(unit) | Act::Release(unit) => &unit.main,
            Act::JoinAlbum(membership) | Act::LeaveAlbum(membership) => &membership.subject,
            Act::Favour(subject) | Act::Unfavour(subject) => subject,
            Act::FixDate(fix) | Act::TakeDateBack(fix) => &fix.subject,
        }
    }
}

/// A unit that is set aside, and what must stay for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// The photograph or video.
    pub main: Subject,
    /// Its other parts, which move with it.
    pub companions: Vec<Subject>,
    /// What is kept in its place: every one must be reachable and hold these bytes just before.
    pub survivors: Vec<Survivor>,
}

impl Unit {
    /// All parts, the main one first.
    pub fn parts(&self) -> impl Iterator<Item = &Subject> {
        std::iter::once(&self.main).chain(&self.companions)
    }
}

/// A kept asset that stands for a part which is set aside.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Survivor {
    /// The kept asset.
    pub subject: Subject,
    /// The part that it stands for.
    pub stands_for: AssetId,
    /// Whether the two must be equal byte for byte.
    pub likeness: Likeness,
}

/// How a survivor is like what it stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likeness {
    /// Byte for byte.
    Bytes,
    /// The same image or shot, as the person saw.
    Image,
}

impl Likeness {
    /// The word in the canonical form.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Likeness::Bytes => "bytes",
            Likeness::Image => "image",
        }
    }
}

/// A kept asset and an album on its server.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Membership {
    /// The kept asset.
    pub subject: Subject,
    /// The server's id of the album.
    pub album: String,
    /// Its name, for people.
    pub name: String,
}

/// A date that a person set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// Whose.
    pub subject: Subject,
    /// What held until then: DateTimeOriginal, or what a sidecar says.
    pub was: Option<WallClock>,
    /// What the person says it is.
    pub becomes: WallClock,
    /// SHA-1 of the sidecar that is there already; nothing where there is none, and on a server.
    pub sidecar: Option<Sha1>,
    /// What its server shows, which undo brings back; nothing in a folder.
    pub shows: Option<WallClock>,
    /// The zone that a server will have on record afterwards, where that is not the photograph's: said before anybody approves.
    pub zone: Option<String>,
}

#[cfg(test)]
mod tests;
