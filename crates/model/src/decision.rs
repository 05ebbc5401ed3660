//! Decisions: a named person's word on one group or one anomaly as seen, and what can be said at all.
//!
//! A decision says something of each member or nothing; nothing said is undecided, and undecided is never moved. Nothing of a group
//! is set aside without an explicit `keep` in it, and nothing is decided while the clock of a member waits for a person.
//! Absent on purpose: any way from a ranking to a decision. Only a person's words come in here.

mod change;
mod verb;

use std::collections::BTreeMap;

use jiff::SignedDuration;

use crate::{
    anomaly::{AnomalyKind, Correction},
    asset::AssetId,
    digest::Sha1,
    group::Basis,
    moment::RecordedDate,
    seen::SeenMember,
};

pub use change::{Change, anomaly_changes, changes, renamed};
pub use verb::{AnomalyVerb, NotAVerb, Verb};

/// The state of an anomaly that nobody decided on.
pub const OPEN: &str = "open";

/// Who decides: a name as a person gives it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reviewer(String);

/// A text that names nobody.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a reviewer's name has 1 to 100 characters and no line breaks")]
pub struct NotAName;

impl Reviewer {
    /// A name, without the blanks around it.
    ///
    /// # Errors
    /// [`NotAName`] when it is empty, longer than 100 characters, or holds control characters.
    pub fn new(name: &str) -> Result<Reviewer, NotAName> {
        let name = name.trim();
        let fits = !name.is_empty() && name.chars().count() <= 100 && !name.chars().any(char::is_control);
        if fits { Ok(Reviewer(name.to_owned())) } else { Err(NotAName) }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a person says of the members of a group, parts of units included. Who is not in it is undecided.
pub type Words = BTreeMap<AssetId, Verb>;

/// Why something cannot be said of a group.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nothing was said.
    #[error("nothing is said of any member")]
    NothingSaid,
    /// Somebody else's asset.
    #[error("{asset} is no member of this group")]
    NotAMember {
        /// Which one.
        asset: AssetId,
    },
    /// Different photographs.
    #[error("a series is shown for information: these are different photographs, not duplicates")]
    Series,
    /// An open clock.
    #[error("the clock of {asset} is not reviewed ({kind}): decide on that anomaly first")]
    OpenAnomaly {
        /// Whose.
        asset: AssetId,
        /// The word of its kind.
        kind: String,
    },
    /// A group would have nothing that stays.
    #[error("nothing of a group is set aside without an explicit keep in it")]
    NoKeep,
    /// A unit would be torn apart.
    #[error("{part} belongs to {main}, which {verb}: a unit moves whole or not at all")]
    TornUnit {
        /// The part.
        part: AssetId,
        /// The main asset of its unit.
        main: AssetId,
        /// What was said of the main asset, for a sentence.
        verb: &'static str,
    },
    /// Said of a part, but true of whole units only.
    #[error("`{verb}` is said of {main}, not of its part {part}")]
    OfTheWholeUnit {
        /// The part.
        part: AssetId,
        /// The main asset of its unit.
        main: AssetId,
        /// What was said.
        verb: Verb,
    },
}

/// Whether these words can be said of a group as it is shown.
///
/// # Errors
/// The first [`Refusal`] that stands against them.
pub fn judge(basis: Basis, members: &[SeenMember], words: &Words) -> Result<(), Refusal> {
    let part = |asset: &AssetId| members.iter().find(|m| m.companions.iter().any(|c| c.asset == *asset));
    let main = |asset: &AssetId| members.iter().any(|m| m.asset == *asset);
    if let Some(asset) = words.keys().find(|asset| !main(asset) && part(asset).is_none()) {
        return Err(Refusal::NotAMember { asset: asset.clone() });
    }
    if words.is_empty() {
        return Err(Refusal::NothingSaid);
    }
    if basis == Basis::Series {
        return Err(Refusal::Series);
    }
    if let Some((asset, kind)) = open_anomaly(members) {
        return Err(Refusal::OpenAnomaly { asset: asset.clone(), kind: kind.to_owned() });
    }
    for (asset, &verb) in words {
        let Some(member) = part(asset) else { continue };
        if main(asset) {
            continue;
        }
        let (part, main) = (asset.clone(), member.asset.clone());
        match (verb, words.get(&member.asset)) {
            (Verb::Later | Verb::NotDuplicates, _) => return Err(Refusal::OfTheWholeUnit { part, main, verb }),
            (Verb::Keep, Some(Verb::Quarantine)) => return Err(Refusal::TornUnit { part, main, verb: "is set aside" }),
            (Verb::Quarantine, Some(Verb::Quarantine)) | (Verb::Keep, _) => {}
            (Verb::Quarantine, _) => return Err(Refusal::TornUnit { part, main, verb: "is not set aside" }),
        }
    }
    let said = |verb: Verb| members.iter().any(|m| words.get(&m.asset) == Some(&verb));
    if said(Verb::Quarantine) && !said(Verb::Keep) {
        return Err(Refusal::NoKeep);
    }
    Ok(())
}

/// Why something cannot be said of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DateRefusal {
    /// Nothing to add to.
    #[error("there is no recorded date that could be shifted: fix it")]
    NothingToShift,
    /// No calendar has it.
    #[error("that leads out of the calendar")]
    OutOfCalendar,
}

/// Whether this can be said of a recorded date. What cannot be carried out resolves nothing.
///
/// # Errors
/// The [`DateRefusal`] that stands against it.
pub fn judge_date(recorded: &RecordedDate, verb: AnomalyVerb) -> Result<(), DateRefusal> {
    let AnomalyVerb::Resolve(Correction::Shift(by)) = verb else { return Ok(()) };
    let at = recorded.at().ok_or(DateRefusal::NothingToShift)?;
    // Exif dates have four digits for the year.
    let shifted = at.checked_add(SignedDuration::from_secs(by)).ok().filter(|at| (1..=9999).contains(&at.year()));
    shifted.map(|_| ()).ok_or(DateRefusal::OutOfCalendar)
}

/// The first member with an open anomaly that leaves its group without a ranking, and the word of its kind.
#[must_use]
pub fn open_anomaly(members: &[SeenMember]) -> Option<(&AssetId, &str)> {
    let open = |member: &'_ SeenMember| member.anomalies.iter().position(|(kind, state)| state == OPEN && blocks(kind));
    members.iter().find_map(|m| open(m).map(|at| (&m.asset, m.anomalies[at].0.as_str())))
}

/// Whether anomalies of this kind must be decided on before their group.
#[must_use]
pub fn blocks(kind: &str) -> bool {
    AnomalyKind::from_word(kind).is_some_and(AnomalyKind::blocks_ranking)
}

/// The pairs of contents that these words call not duplicates: each such member with every other. A content paired with itself
/// keeps its copies apart.
#[must_use]
pub fn apart(members: &[(Sha1, Option<Verb>)]) -> Vec<(Sha1, Sha1)> {
    let mut pairs = Vec::new();
    for (at, (content, verb)) in members.iter().enumerate() {
        if *verb != Some(Verb::NotDuplicates) {
            continue;
        }
        let others = members.iter().enumerate().filter(|(other, _)| *other != at);
        pairs.extend(others.map(|(_, (other, _))| (*content.min(other), *content.max(other))));
    }
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

#[cfg(test)]
mod tests;
