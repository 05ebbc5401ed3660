//! Accounts: what a command did, for the faces to print.

use lightproof_ledger::{FolderNote, RunKey};
use lightproof_model::asset::Fate;

/// What a walk over the sources did.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WalkAccount {
    /// The run, as the ledger knows it.
    pub run: Option<RunKey>,
    /// Assets met, each counted once.
    pub assets: u64,
    /// How many met which fate; their sum is `assets`.
    pub fates: Vec<(Fate, u64)>,
    /// Assets of which the picture is damaged.
    pub damaged: u64,
    /// Further places that lead to assets already counted: hard links, overlapping roots, bind mounts.
    pub further_places: u64,
    /// Assets found again at another place of their source.
    pub moved: u64,
    /// Assets whose place vanished since the last run.
    pub gone: u64,
    /// Assets that were opened.
    pub opened: u64,
    /// Assets that a quick survey read in full because another may be like them.
    pub confirmed: u64,
    /// Assets of which no more is known than head and preview.
    pub read_in_part: u64,
    /// Bytes that were read.
    pub bytes_read: u64,
    /// Folders that were not walked.
    pub folders: Vec<FolderNote>,
    /// What the servers listed, owner by owner.
    pub listings: Vec<ListingAccount>,
    /// Files of folders that are probably the very originals of a server, and are held apart for that.
    pub probably_one: u64,
    /// What was out of reach, or not as expected, each in a sentence.
    pub notices: Vec<String>,
    /// Wall time.
    pub seconds: f64,
}

impl WalkAccount {
    /// Whether every asset met has exactly one fate.
    #[must_use]
    pub fn adds_up(&self) -> bool {
        self.fates.iter().map(|(_, n)| n).sum::<u64>() == self.assets
    }
}

/// What a server listed of one owner's assets.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListingAccount {
    /// The server's name.
    pub server: String,
    /// The owner, as a person named them.
    pub owner: String,
    /// Whether all was listed, or only what changed.
    pub full: bool,
    /// Assets that the server told of.
    pub listed: u64,
    /// Those of which something was new.
    pub news: u64,
    /// Assets known now.
    pub assets: u64,
    /// Assets of partners, which are theirs to survey.
    pub partners: u64,
    /// Requests for the listing and for what was read.
    pub requests: u64,
    /// Bytes that came from the server, listing and answers together.
    pub received: u64,
    /// Where originals are read from a mounted library: prefix and folder.
    pub mounted: Vec<(String, std::path::PathBuf)>,
}

/// How many groups of one basis there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BasisCount {
    /// The word of the basis.
    pub basis: &'static str,
    /// Groups.
    pub groups: u64,
    /// Their members, companions not counted.
    pub members: u64,
}

/// Assets of one format that this build, on this machine, cannot compare by picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beyond {
    /// The format, as a MIME type.
    pub media_type: &'static str,
    /// What is missing.
    pub why: String,
    /// How many assets that concerns.
    pub assets: u64,
}

/// What grouping found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct GroupAccount {
    /// By basis, strongest first; series last.
    pub bases: Vec<BasisCount>,
    /// Groups without a ranking because a clock has not been reviewed.
    pub unranked: u64,
    /// Assets that could be compared by picture.
    pub fingerprinted: u64,
    /// Photographs, raw files and videos that could not.
    pub not_fingerprinted: u64,
    /// Those of them whose format this build cannot decode, by format.
    pub beyond: Vec<Beyond>,
    /// Those that were read in part, and seemed like no other.
    pub by_preview: u64,
    /// Wall time.
    pub seconds: f64,
}

/// What flagging found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AnomalyAccount {
    /// By the word of the kind, in the order of the kinds.
    pub kinds: Vec<(&'static str, u64)>,
    /// Assets with at least one anomaly.
    pub assets: u64,
    /// Wall time.
    pub seconds: f64,
}

/// What a survey did.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SurveyAccount {
    /// Stage 1.
    pub walk: WalkAccount,
    /// Stage 2.
    pub groups: GroupAccount,
    /// Stage 3.
    pub anomalies: AnomalyAccount,
    /// What was written.
    pub proofs: Vec<std::path::PathBuf>,
}
