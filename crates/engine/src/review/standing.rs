//! Standing: how far a group is decided, and whether what was decided still speaks of the same evidence.

use lightproof_ledger::{DecisionKey, Evidence, Ledger, StoredDecision, StoredWord};
use lightproof_model::{
    asset::{AssetId, SourceId},
    decision::{Verb, Words, changes, renamed},
    seen::{Place, SeenMember},
};

use crate::{EngineError, executed::amend_group};

/// How far a group is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GroupState {
    /// Nothing was said of it.
    Undecided,
    /// Of some members something was said, of others nothing.
    Partly,
    /// Put off.
    Later,
    /// Of every member it is said whether it stays.
    Decided,
    /// Its members are no duplicates.
    NotDuplicates,
    /// What was decided spoke of other evidence.
    Changed,
    /// An anomaly must be decided on first.
    Blocked,
    /// A series: shown for information.
    Series,
}

impl GroupState {
    /// All states, in the order in which they are shown.
    pub const ALL: [GroupState; 8] = [
        GroupState::Undecided,
        GroupState::Partly,
        GroupState::Changed,
        GroupState::Blocked,
        GroupState::Later,
        GroupState::Decided,
        GroupState::NotDuplicates,
        GroupState::Series,
    ];

    /// The word in filters, CSV and JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            GroupState::Undecided => "undecided",
            GroupState::Partly => "partly",
            GroupState::Later => "later",
            GroupState::Decided => "decided",
            GroupState::NotDuplicates => "not-duplicates",
            GroupState::Changed => "changed",
            GroupState::Blocked => "blocked",
            GroupState::Series => "series",
        }
    }

    /// The state for a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<GroupState> {
        GroupState::ALL.into_iter().find(|state| state.word() == word)
    }

    /// Whether a person has something to do here that can be done now.
    #[must_use]
    pub fn waits(self) -> bool {
        matches!(self, GroupState::Undecided | GroupState::Partly | GroupState::Changed)
    }
}

/// What was decided on a group, seen from today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The decision that holds, or held until the evidence changed.
    pub decision: DecisionKey,
    /// What it says, by today's ids.
    pub words: Words,
    /// In what today's evidence differs from what was seen, in sentences; empty while the decision holds.
    pub changes: Vec<String>,
}

impl Standing {
    /// How far the group is decided by it.
    #[must_use]
    pub fn state(&self, mains: &[AssetId]) -> GroupState {
        if !self.changes.is_empty() {
            return GroupState::Changed;
        }
        let said: Vec<Option<Verb>> = mains.iter().map(|asset| self.words.get(asset).copied()).collect();
        if said.contains(&Some(Verb::Later)) {
            GroupState::Later
        } else if said.contains(&None) {
            GroupState::Partly
        } else if said.iter().all(|verb| *verb == Some(Verb::NotDuplicates)) {
            GroupState::NotDuplicates
        } else {
            GroupState::Decided
        }
    }
}

/// What a decision says of a group as it is shown now. Nothing where it set every asset of the group apart from the others: then
/// what is together now was never judged. `here` tells which asset is at a place now: ids are no part of a digest, and after a survey was
/// made anew the same evidence may bear others.
pub(crate) fn standing(
    ledger: &Ledger,
    decision: &StoredDecision,
    seen: &str,
    here: impl Fn(&SourceId, &[u8]) -> Option<AssetId>,
    now: impl FnOnce() -> Result<Vec<SeenMember>, EngineError>,
) -> Result<Option<Standing>, EngineError> {
    let said = |word: &StoredWord| word.verb.as_deref()?.parse::<Verb>().ok();
    if decision.seen == seen {
        let words = decision.words.iter().filter_map(|word| Some((here(&word.source, &word.path)?, said(word)?))).collect();
        return Ok(Some(Standing { decision: decision.key, words, changes: Vec::new() }));
    }
    let Some(Evidence::Group(mut then)) = ledger.evidence(&decision.seen)? else {
        let why = "the evidence of that decision is not known any more".to_owned();
        return Ok(Some(Standing { decision: decision.key, words: Words::new(), changes: vec![why] }));
    };
    name_as_said(&mut then, &decision.words);
    let now = now()?;
    let spoken: Words = decision.words.iter().filter_map(|word| Some((word.asset.clone(), said(word)?))).collect();
    let aside = amend_group(ledger, &mut then, &now)?;
    let dismissed = |asset: &AssetId| spoken.get(asset) == Some(&Verb::NotDuplicates);
    let may_be_gone = |asset: &AssetId| dismissed(asset) || aside.contains(asset);
    let ids = renamed(&then, &now);
    let known: Vec<&AssetId> = ids.iter().map(|(was, _)| was).filter(|was| then.iter().any(|m| m.asset == **was)).collect();
    let other_members = known.len() != then.len() || known.len() != now.len();
    if other_members && known.into_iter().all(dismissed) {
        return Ok(None);
    }
    let words = ids.into_iter().filter_map(|(was, is)| Some((is, *spoken.get(&was)?))).collect();
    let changes = changes(&then, &now, may_be_gone).iter().map(ToString::to_string).collect();
    Ok(Some(Standing { decision: decision.key, words, changes }))
}

/// Gives the assets of evidence the ids that a decision on it used: the same evidence may have been decided on before, under other ids.
fn name_as_said(then: &mut [SeenMember], words: &[StoredWord]) {
    let id = |place: &Place| words.iter().find(|w| w.source == place.source && w.path == place.path).map(|w| w.asset.clone());
    for member in then {
        member.asset = id(&member.place).unwrap_or_else(|| member.asset.clone());
        for part in &mut member.companions {
            part.asset = id(&part.place).unwrap_or_else(|| part.asset.clone());
        }
    }
}

/// The asset of evidence that is at a place.
pub(crate) fn at_place(members: &[SeenMember], source: &SourceId, path: &[u8]) -> Option<AssetId> {
    let is = |place: &Place| place.source == *source && place.path == path;
    let part = |m: &SeenMember| m.companions.iter().find(|part| is(&part.place)).map(|part| part.asset.clone());
    members.iter().find_map(|m| if is(&m.place) { Some(m.asset.clone()) } else { part(m) })
}
