//! The log: what was decided, by whom, when and on what evidence, and whether it still holds.
//!
//! Newest first, one decision at a time, so that memory grows with the number of assets spoken of and not with what was said.
//! Absent on purpose: changing anything. Taking back is [`super::Review::take_back`].

use std::{collections::HashMap, path::Path};

use lightproof_ledger::{About, DecisionKey, Evidence, StoredDecision, StoredWord};
use lightproof_model::{
    asset::{AssetId, SourceId},
    decision::{Verb, anomaly_changes, changes},
    digest::Sha1,
};

use super::{Looking, groups::GroupLine, index::shown, standing::standing};
use crate::{
    EngineError,
    executed::{amend_anomaly, amend_group},
    explain::find,
    states::stale,
    telling::{anomaly_evidence, content},
};

/// Whether a decision still holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LogState {
    /// It does.
    Holds,
    /// It would, but what it spoke of is not as it was.
    Changed,
    /// A later decision speaks of the same assets.
    Replaced,
    /// A person took it back.
    TakenBack,
}

impl LogState {
    /// All states, in the order in which they are told.
    pub const ALL: [LogState; 4] = [LogState::Holds, LogState::Changed, LogState::Replaced, LogState::TakenBack];

    /// The word in filters, CSV and JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            LogState::Holds => "holds",
            LogState::Changed => "changed",
            LogState::Replaced => "replaced",
            LogState::TakenBack => "taken-back",
        }
    }

    /// The state for a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<LogState> {
        LogState::ALL.into_iter().find(|state| state.word() == word)
    }
}

/// What an asset may be known by in the record: ids are given out anew when a survey is made anew, and names change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NamedAsset {
    /// Its id, or its path, then.
    Name(String),
    /// Its bytes, in its source.
    Content(SourceId, Sha1),
}

impl NamedAsset {
    fn is(&self, word: &StoredWord) -> bool {
        match self {
            NamedAsset::Name(name) => word.asset.as_str() == name || word.path == name.as_bytes(),
            NamedAsset::Content(source, content) => word.content == Some(*content) && word.source == *source,
        }
    }
}

/// Which decisions are meant. What is not set excludes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogFilter {
    /// Of this reviewer.
    pub reviewer: Option<String>,
    /// Made at this moment or later, milliseconds since 1970, UTC.
    pub since: Option<i64>,
    /// About groups, or about anomalies.
    pub about: Option<About>,
    /// In one of these states; empty for all.
    pub states: Vec<LogState>,
    /// That speak of one of these assets; empty for all.
    pub assets: Vec<NamedAsset>,
    /// Made in one step with this one, itself included.
    pub together: Option<DecisionKey>,
}

/// A decision as it stands today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// The decision.
    pub decision: StoredDecision,
    /// Whether it holds.
    pub state: LogState,
    /// The decision that replaced it, or the row that took it back.
    pub by: Option<DecisionKey>,
    /// Who took it back, and when.
    pub taken_back: Option<(String, i64)>,
    /// In what today's evidence differs from what was seen, in sentences.
    pub changes: Vec<String>,
}

/// Which later decision governs what: the latest that was not taken back.
#[derive(Default)]
struct Governing {
    by_asset: HashMap<(About, String, AssetId), DecisionKey>,
    by_content: HashMap<(About, String, SourceId, Sha1), Said>,
}

/// The latest decision on a content, and its word.
type Said = (DecisionKey, Option<String>);

/// Decisions on groups speak of assets whatever the group is called; those on anomalies of one kind.
fn subject(decision: &StoredDecision) -> String {
    if decision.about == About::Anomaly { decision.subject.clone() } else { String::new() }
}

fn mains(decision: &StoredDecision) -> impl Iterator<Item = &StoredWord> {
    decision.words.iter().filter(|word| word.part_of.is_none())
}

impl Governing {
    fn take(&mut self, decision: &StoredDecision) {
        if decision.takes_back.is_some() || decision.taken_back_by.is_some() {
            return;
        }
        for word in mains(decision) {
            self.by_asset.insert((decision.about, subject(decision), word.asset.clone()), decision.key);
            if let Some(content) = word.content {
                let said = (decision.key, word.verb.clone());
                self.by_content.insert((decision.about, subject(decision), word.source.clone(), content), said);
            }
        }
    }

    /// The latest decision on anything that a decision speaks of.
    fn over(&self, decision: &StoredDecision) -> Option<DecisionKey> {
        let of = |word: &StoredWord| {
            let by_asset = self.by_asset.get(&(decision.about, subject(decision), word.asset.clone()));
            let by_content = word
                .content
                .and_then(|content| self.by_content.get(&(decision.about, subject(decision), word.source.clone(), content)))
                // The same word on the date of an equal copy is beside this one, not in its place.
                .filter(|(_, verb)| decision.about == About::Group || *verb != word.verb)
                .map(|(key, _)| key);
            by_asset.into_iter().chain(by_content).max().copied()
        };
        mains(decision).filter_map(of).max()
    }
}

impl Looking {
    /// Tells the decisions that a filter lets through, newest first.
    ///
    /// # Errors
    /// When the ledger cannot be read, or what `each` returns.
    pub fn log<E: From<EngineError>>(&self, filter: &LogFilter, mut each: impl FnMut(LogLine) -> Result<(), E>) -> Result<(), E> {
        self.refresh()?;
        let ledger = self.ledger();
        // Any decision of a step stands for all of it.
        let meant = filter.together.map(|key| ledger.decision(key)).transpose().map_err(EngineError::from)?.flatten();
        let filter = &LogFilter { together: meant.and_then(|d| d.together).or(filter.together), ..filter.clone() };
        let (mut keys, mut governing) = (Vec::new(), Governing::default());
        let mut back: HashMap<DecisionKey, (String, i64)> = HashMap::new();
        ledger.for_each_decision(DecisionKey(0), |decision| {
            governing.take(&decision);
            match decision.takes_back {
                Some(taken) => drop(back.insert(taken, (decision.reviewer, decision.at))),
                None if passes(filter, &decision) => keys.push(decision.key),
                None => {}
            }
            Ok::<(), EngineError>(())
        })?;
        let index = self.index.borrow();
        let mut groups: HashMap<DecisionKey, Vec<&GroupLine>> = HashMap::new();
        for line in index.lines() {
            if let Some(key) = line.decision {
                groups.entry(key).or_default().push(line);
            }
        }
        for key in keys.into_iter().rev() {
            let Some(decision) = ledger.decision(key).map_err(EngineError::from)? else { continue };
            let line = self.as_of_today(decision, &governing, back.remove(&key), groups.get(&key).map_or(&[], Vec::as_slice))?;
            if filter.states.is_empty() || filter.states.contains(&line.state) {
                each(line)?;
            }
        }
        Ok(())
    }

    /// What the record may know an asset by that is named by its id alone.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn asset_of_id(&self, id: &str) -> Result<Vec<NamedAsset>, EngineError> {
        let mut names = vec![NamedAsset::Name(id.to_owned())];
        if let Some(asset) = self.ledger().asset(id)? {
            names.extend(content(&asset).map(|content| NamedAsset::Content(asset.place.source, content)));
        }
        Ok(names)
    }

    /// What the record may know an asset by that a person names by id or path: today's id, the name as it was given, also of an asset
    /// that is gone, and its bytes.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn asset_named(&self, wanted: &Path) -> Result<Vec<NamedAsset>, EngineError> {
        let mut names: Vec<NamedAsset> = wanted.to_str().map(|name| NamedAsset::Name(name.to_owned())).into_iter().collect();
        if let Some(asset) = find(self.ledger(), wanted)? {
            names.push(NamedAsset::Name(asset.id.to_string()));
            names.extend(content(&asset).map(|content| NamedAsset::Content(asset.place.source, content)));
        }
        Ok(names)
    }

    /// What was shown to whoever decided; nothing where it is not known.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn evidence_of(&self, decision: &StoredDecision) -> Result<Option<Evidence>, EngineError> {
        Ok(self.ledger().evidence(&decision.seen)?)
    }

    fn as_of_today(
        &self,
        decision: StoredDecision,
        governing: &Governing,
        taken_back: Option<(String, i64)>,
        groups: &[&GroupLine],
    ) -> Result<LogLine, EngineError> {
        let line = |decision, state, by, taken_back, changes| LogLine { decision, state, by, taken_back, changes };
        if let Some(by) = decision.taken_back_by {
            return Ok(line(decision, LogState::TakenBack, Some(by), taken_back, Vec::new()));
        }
        if let Some(by) = governing.over(&decision).filter(|by| *by != decision.key) {
            return Ok(line(decision, LogState::Replaced, Some(by), None, Vec::new()));
        }
        let changes = match decision.about {
            About::Group => self.changes_of_groups(&decision, groups)?,
            About::Anomaly => self.changes_of_anomaly(&decision)?,
        };
        let state = if changes.is_empty() { LogState::Holds } else { LogState::Changed };
        Ok(line(decision, state, None, None, changes))
    }

    fn changes_of_groups(&self, decision: &StoredDecision, groups: &[&GroupLine]) -> Result<Vec<String>, EngineError> {
        let ledger = self.ledger();
        if groups.is_empty() {
            // Nothing of it is in a group now: as it should be where no two were left that might be duplicates, and a change otherwise.
            let Some(Evidence::Group(mut then)) = ledger.evidence(&decision.seen)? else { return Ok(Vec::new()) };
            let not = Verb::NotDuplicates.word();
            let aside = amend_group(ledger, &mut then, &[])?;
            let dismissed = |asset: &AssetId| {
                aside.contains(asset) || mains(decision).any(|word| word.asset == *asset && word.verb.as_deref() == Some(not))
            };
            let gone = changes(&then, &[], dismissed);
            return Ok(if gone.len() < 2 { Vec::new() } else { gone.iter().map(ToString::to_string).collect() });
        }
        let mut found = Vec::new();
        for line in groups {
            let held = standing(ledger, decision, &line.seen, |_, _| None, || shown(ledger, &line.seen))?;
            found.extend(held.map(|held| held.changes).unwrap_or_default());
        }
        found.dedup();
        Ok(found)
    }

    fn changes_of_anomaly(&self, decision: &StoredDecision) -> Result<Vec<String>, EngineError> {
        let ledger = self.ledger();
        let Some(word) = decision.words.first() else { return Ok(Vec::new()) };
        let path = String::from_utf8_lossy(&word.path);
        let Some(asset) = ledger.asset(word.asset.as_str())? else {
            return Ok(vec![format!("{path} is not there any more")]);
        };
        let owner = self.owner(&asset.place.source);
        match ledger.anomalies_of(asset.key)?.into_iter().find(|anomaly| anomaly.kind == decision.subject) {
            Some(anomaly) => stale(ledger, &decision.seen, &asset, &owner, &anomaly),
            None => Ok(match ledger.evidence(&decision.seen)? {
                Some(Evidence::Anomaly(mut then)) => {
                    let now = anomaly_evidence(&asset, &owner, &decision.subject);
                    amend_anomaly(ledger, &mut then, &now)?;
                    anomaly_changes(&then, &now).iter().map(ToString::to_string).collect()
                }
                _ => Vec::new(),
            }),
        }
    }
}

/// A day as `YYYY-MM-DD`, or a moment as `YYYY-MM-DDTHH:MM:SS`, in UTC: milliseconds since 1970.
#[must_use]
pub fn moment(text: &str) -> Option<i64> {
    let text = text.trim().trim_end_matches(['Z', 'z']);
    let at = text.parse::<jiff::civil::DateTime>().ok()?;
    Some(at.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_millisecond())
}

fn passes(filter: &LogFilter, decision: &StoredDecision) -> bool {
    let is_named = |word: &StoredWord| filter.assets.iter().any(|wanted| wanted.is(word));
    filter.reviewer.as_ref().is_none_or(|reviewer| *reviewer == decision.reviewer)
        && filter.since.is_none_or(|since| decision.at >= since)
        && filter.together.is_none_or(|with| decision.key == with || decision.together == Some(with))
        && filter.about.is_none_or(|about| about == decision.about)
        && (filter.assets.is_empty() || decision.words.iter().any(is_named))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_moments_are_in_utc() {
        for (text, at) in [
            ("1970-01-02", Some(86_400_000)),
            ("1970-01-01T00:00:01", Some(1000)),
            ("1970-01-01 00:00:01Z", Some(1000)),
            ("yesterday", None),
            ("1970-13-01", None),
            ("", None),
        ] {
            assert_eq!(moment(text), at, "{text}");
        }
    }
}
