//! Standing: how far a group is decided, and whether what was decided still speaks of the same evidence.

use lightproof_ledger::{DecisionKey, Evidence, Ledger, StoredDecision};
use lightproof_model::{
    asset::AssetId,
    decision::{Verb, Words, changes, renamed},
    seen::SeenMember,
};

use crate::EngineError;

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
/// what is together now was never judged.
pub(crate) fn standing(
    ledger: &Ledger,
    decision: &StoredDecision,
    seen: &str,
    now: impl FnOnce() -> Result<Vec<SeenMember>, EngineError>,
) -> Result<Option<Standing>, EngineError> {
    let said =
        || decision.words.iter().filter_map(|word| Some((word.asset.clone(), word.verb.as_deref()?.parse::<Verb>().ok()?)));
    if decision.seen == seen {
        return Ok(Some(Standing { decision: decision.key, words: said().collect(), changes: Vec::new() }));
    }
    let Some(Evidence::Group(then)) = ledger.evidence(&decision.seen)? else {
        let why = "the evidence of that decision is not known any more".to_owned();
        return Ok(Some(Standing { decision: decision.key, words: Words::new(), changes: vec![why] }));
    };
    let now = now()?;
    let spoken: Words = said().collect();
    let dismissed = |asset: &AssetId| spoken.get(asset) == Some(&Verb::NotDuplicates);
    let ids = renamed(&then, &now);
    let known: Vec<&AssetId> = ids.iter().map(|(was, _)| was).filter(|was| then.iter().any(|m| m.asset == **was)).collect();
    let other_members = known.len() != then.len() || known.len() != now.len();
    if other_members && known.into_iter().all(dismissed) {
        return Ok(None);
    }
    let words = ids.into_iter().filter_map(|(was, is)| Some((is, *spoken.get(&was)?))).collect();
    let changes = changes(&then, &now, dismissed).iter().map(ToString::to_string).collect();
    Ok(Some(Standing { decision: decision.key, words, changes }))
}
