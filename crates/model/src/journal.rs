//! Journal: what was intended and what became of it, as values, and what follows from them.
//!
//! Every entry carries a digest over its text and the digest before it, so that no entry can be changed, taken out or put in without all that
//! follow showing it. How far a plan is carried out is told from the entries alone.
//! Absent on purpose: where the entries are kept, and looking at the world. What an intent without an outcome led to, only the world tells.

mod chain;
mod executed;
mod replay;

use crate::{digest::Sha1, plan::PlanDigest};

pub use chain::{Broken, Head, Link, Text, verify};
pub use executed::{Executed, Left};
pub use replay::{Progress, State};

/// What an entry says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A passphrase was set: approvals under another one are void from here on.
    PassphraseSet {
        /// The public key, 32 bytes in hex.
        public: String,
    },
    /// A person approved of a plan, or of a part of it.
    Approved {
        /// The plan.
        plan: PlanDigest,
        /// Which approval, by its nonce.
        nonce: String,
    },
    /// A plan begins to be carried out, or taken back.
    Begun {
        /// The plan.
        plan: PlanDigest,
        /// Which way.
        way: Way,
        /// The approval that is used up by it; nothing on the way back.
        nonce: Option<String>,
    },
    /// A step is about to be done: nothing was touched yet.
    Intended {
        /// The step.
        step: StepOf,
        /// Which way.
        way: Way,
    },
    /// What became of it.
    Closed {
        /// The step.
        step: StepOf,
        /// Which way.
        way: Way,
        /// What.
        outcome: Outcome,
    },
    /// The run came to its end.
    Ended {
        /// The plan.
        plan: PlanDigest,
        /// Which way.
        way: Way,
    },
}

/// A step of a plan.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StepOf {
    /// The plan.
    pub plan: PlanDigest,
    /// Its number there, from 1.
    pub number: u32,
}

/// Which way a step is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Way {
    /// As planned.
    Forward,
    /// Back.
    Back,
}

impl Way {
    /// The word in exports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Way::Forward => "execute",
            Way::Back => "undo",
        }
    }
}

/// What became of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Done and verified; what the way back needs to know.
    Done(Trace),
    /// Nothing was changed, for this reason.
    Skipped(String),
    /// It is not known what became of it, for this reason: the run stops, and the next one looks.
    Unknown(String),
}

/// What a step left that its way back needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trace {
    /// Files were renamed.
    Moved(Vec<Rename>),
    /// Assets of a server show elsewhere now.
    Archived {
        /// The server's ids, each with what its visibility was before and whether it joined the album by this step.
        assets: Vec<Archived>,
        /// The server's id of the album.
        album: String,
    },
    /// An asset is in an album; false where it was before.
    Joined(bool),
    /// An asset is a favourite; false where it was before.
    Favoured(bool),
    /// A sidecar was written.
    Dated(Sidecar),
    /// A server shows another date.
    DatedOnServer {
        /// The wall clock it showed before, `YYYY-MM-DDTHH:MM:SS`.
        before: String,
        /// What was sent to get what it shows now.
        sent: String,
    },
}

/// One file that was renamed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rename {
    /// Where it was, below its root.
    pub from: Vec<u8>,
    /// Where it is, below its root.
    pub to: Vec<u8>,
    /// Its inode, before and after.
    pub inode: u64,
}

/// One asset that a server shows elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archived {
    /// The server's id.
    pub id: String,
    /// Its visibility before.
    pub visibility: String,
    /// Whether it is in the album by this step.
    pub joined: bool,
}

/// A sidecar that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sidecar {
    /// Its path below the root.
    pub path: Vec<u8>,
    /// SHA-1 of what was written.
    pub wrote: Sha1,
    /// Where what was there before lies now, below the root.
    pub before: Option<Vec<u8>>,
}

#[cfg(test)]
mod tests;
