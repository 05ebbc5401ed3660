//! Deciding: a person's words on what was shown go into the record, or are refused with the reason.
//!
//! Nothing is overwritten in silence: what another decided since, and evidence that changed since, are refused. Several words at once
//! are written all or not at all. Absent on purpose: words that come from anything but a person.

use std::collections::BTreeSet;

use lightproof_ledger::{
    About, DecisionKey, Evidence, LedgerError, NewDecision, StoredAnomaly, StoredAsset, StoredWord, Written,
};
use lightproof_model::{
    asset::{AssetId, GroupId},
    decision::{AnomalyVerb, DateRefusal, Refusal, Words, anomaly_changes, changes, judge, judge_date},
    moment::RecordedDate,
    seen::{SeenAnomaly, SeenMember, SeenPart},
};

use super::{Review, index::shown};
use crate::{EngineError, error::Kind, telling::anomaly_evidence};

/// What a person says of one group, and what that person was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupWord {
    /// The group.
    pub group: GroupId,
    /// Digest of the evidence that was shown.
    pub seen: String,
    /// What is said of its members.
    pub words: Words,
    /// The decision that was shown as holding; nothing where none was.
    pub after: Option<DecisionKey>,
}

/// What a person says of one anomaly, and what that person was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnomalyWord {
    /// The asset.
    pub asset: AssetId,
    /// The word of the anomaly's kind.
    pub kind: String,
    /// Digest of the evidence that was shown.
    pub seen: String,
    /// What is said.
    pub verb: AnomalyVerb,
    /// The decision that was shown as holding; nothing where none was.
    pub after: Option<DecisionKey>,
}

/// Why something was not decided.
#[derive(Debug, thiserror::Error)]
pub enum NotDecided {
    /// It cannot be said.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// It cannot be said of this date.
    #[error(transparent)]
    RefusedDate(#[from] DateRefusal),
    /// There is no such group now.
    #[error("there is no group {0} now")]
    NoSuchGroup(GroupId),
    /// There is no such anomaly now.
    #[error("{asset} has no anomaly of the kind {kind} now")]
    NoSuchAnomaly {
        /// The asset.
        asset: AssetId,
        /// The word of the kind.
        kind: String,
    },
    /// What was shown is not what is there now.
    #[error("the evidence changed since it was shown: {}", .0.join("; "))]
    Changed(Vec<String>),
    /// Another decision holds than the person was shown.
    #[error("{by} decided otherwise in the meantime ({said})")]
    Overtaken {
        /// The decision that holds now; nothing where the one that was shown was taken back.
        by_decision: Option<DecisionKey>,
        /// Who decided.
        by: String,
        /// What was said, in brief.
        said: String,
    },
    /// Of what was decided in one step, some was replaced since.
    #[error("nothing of the {of} is taken back, since {} replaced: {}", match .replaced.len() {
        1 => "one of them was".to_owned(),
        n => format!("{n} of them were"),
    }, told_in_part(.replaced))]
    StepReplaced {
        /// How many were decided in one step and not taken back.
        of: usize,
        /// Which were replaced, and by which decision of whom, in sentences.
        replaced: Vec<String>,
    },
    /// The last decisions came from a file, many in one step.
    #[error("your last {count} decisions came from a file together, and are not taken back by one click")]
    FromFile {
        /// How many.
        count: usize,
        /// The first of them.
        first: DecisionKey,
    },
    /// There is nothing to take back.
    #[error("there is no decision that could be taken back")]
    NothingToTakeBack,
    /// The ledger failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl NotDecided {
    /// What kind of error it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            NotDecided::Refused(_)
            | NotDecided::RefusedDate(_)
            | NotDecided::Changed(_)
            | NotDecided::Overtaken { .. }
            | NotDecided::StepReplaced { .. }
            | NotDecided::FromFile { .. } => Kind::Refused,
            NotDecided::NoSuchGroup(_) | NotDecided::NoSuchAnomaly { .. } | NotDecided::NothingToTakeBack => Kind::NotFound,
            NotDecided::Engine(error) => error.kind(),
        }
    }

    /// What a person can do.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            NotDecided::Refused(_) | NotDecided::RefusedDate(_) => "say it otherwise; nothing was written".to_owned(),
            NotDecided::NoSuchGroup(_) | NotDecided::NoSuchAnomaly { .. } | NotDecided::Changed(_) => {
                "look at it once more as it is now, and decide then".to_owned()
            }
            NotDecided::Overtaken { .. } => "look at what was decided, and decide anew if you see it otherwise".to_owned(),
            NotDecided::StepReplaced { .. } => {
                "take back what you mean one by one: `lightproof decisions --together KEY` lists them, `lightproof decide --take-back KEY` \
                 takes one back"
                    .to_owned()
            }
            NotDecided::FromFile { first, .. } => {
                format!("`lightproof decide --take-back-all d{}` takes all of them back", first.0)
            }
            NotDecided::NothingToTakeBack => "`lightproof decisions` lists decisions with their keys and states".to_owned(),
            NotDecided::Engine(error) => error.hint(),
        }
    }
}

/// The first few of many.
fn told_in_part(all: &[String]) -> String {
    const FEW: usize = 5;
    let more = if all.len() > FEW { format!("; and {} more", all.len() - FEW) } else { String::new() };
    all.iter().take(FEW).cloned().collect::<Vec<_>>().join("; ") + &more
}

impl From<LedgerError> for NotDecided {
    fn from(error: LedgerError) -> NotDecided {
        NotDecided::Engine(error.into())
    }
}

impl Review {
    /// Puts a person's words on a group into the record; the decision's key. The same words on the same evidence once more are the decision
    /// that holds already.
    ///
    /// # Errors
    /// [`NotDecided`]; then nothing was written.
    pub fn decide_group(&self, word: &GroupWord) -> Result<DecisionKey, NotDecided> {
        Ok(self.decide_groups(std::slice::from_ref(word)).map_err(|(_, error)| error)?.first().copied().unwrap_or_default())
    }

    /// Puts words on several groups into the record, all or none; of what is refused, its place among the words is told.
    ///
    /// # Errors
    /// The first [`NotDecided`], with the place of its word; then nothing was written.
    pub fn decide_groups(&self, words: &[GroupWord]) -> Result<Vec<DecisionKey>, (usize, NotDecided)> {
        self.decide_all(words, |word| self.group_decision(word))
    }

    /// Whether a word on a group would be taken, without writing it.
    ///
    /// # Errors
    /// The [`NotDecided`] that stands against it.
    pub fn try_group(&self, word: &GroupWord) -> Result<(), NotDecided> {
        self.group_decision(word).map(|_| ())
    }

    /// Puts words on anomalies into the record, all or none; of what is refused, its place among the words is told. Groups whose clocks are
    /// looked at with it are ranked at once.
    ///
    /// # Errors
    /// The first [`NotDecided`], with the place of its word; then nothing was written.
    pub fn decide_anomalies(&self, words: &[AnomalyWord]) -> Result<Vec<DecisionKey>, (usize, NotDecided)> {
        self.decide_all(words, |word| self.anomaly_decision(word))
    }

    /// Judges and writes. What others decide in between is taken account of first, and everything judged again.
    fn decide_all<W>(
        &self,
        words: &[W],
        judged: impl Fn(&W) -> Result<Known, NotDecided>,
    ) -> Result<Vec<DecisionKey>, (usize, NotDecided)> {
        loop {
            self.looking.refresh().map_err(|error| (0, error.into()))?;
            let as_of = self.looking.index.borrow().until();
            let mut keys: Vec<Option<DecisionKey>> = Vec::with_capacity(words.len());
            let mut new: Vec<(usize, NewDecision)> = Vec::new();
            for (at, word) in words.iter().enumerate() {
                match judged(word).map_err(|error| (at, error))? {
                    Known::Already(key) => keys.push(Some(key)),
                    Known::New(decision) => {
                        keys.push(None);
                        new.push((at, *decision));
                    }
                }
            }
            let Some(fresh) = self.write(as_of, new)? else { continue };
            let mut fresh = fresh.into_iter();
            self.looking.refresh_after_writing();
            return Ok(keys.into_iter().map(|key| key.or_else(|| fresh.next()).unwrap_or_default()).collect());
        }
    }

    /// Whether a word on an anomaly would be taken, without writing it.
    ///
    /// # Errors
    /// The [`NotDecided`] that stands against it.
    pub fn try_anomaly(&self, word: &AnomalyWord) -> Result<(), NotDecided> {
        self.anomaly_decision(word).map(|_| ())
    }

    pub(super) fn written(&self) -> Written<'_> {
        Written { reviewer: self.reviewer.as_str(), at: (self.clock)(), face: self.face.word(), tool: env!("CARGO_PKG_VERSION") }
    }

    /// The keys of what was written; nothing where somebody decided after `as_of`.
    fn write(&self, as_of: DecisionKey, new: Vec<(usize, NewDecision)>) -> Result<Option<Vec<DecisionKey>>, (usize, NotDecided)> {
        if new.is_empty() {
            return Ok(Some(Vec::new()));
        }
        let (places, decisions): (Vec<usize>, Vec<NewDecision>) = new.into_iter().unzip();
        let ledger = self.looking.ledger();
        match ledger.decide_as_of(as_of, &decisions, &self.written()).map_err(|error| (0, error.into()))? {
            None => Ok(None),
            Some(Ok(keys)) => Ok(Some(keys)),
            Some(Err(holds)) => {
                let error = self.overtaken(Some(holds)).unwrap_or_else(NotDecided::Engine);
                let spoken = |decision: &NewDecision| {
                    ledger.decision(holds).ok().flatten().is_some_and(|d| overlap(&d.words, &decision.words))
                };
                let at = decisions.iter().position(spoken).and_then(|k| places.get(k)).copied().unwrap_or_default();
                Err((at, error))
            }
        }
    }

    /// Who was faster.
    pub(super) fn overtaken(&self, by_decision: Option<DecisionKey>) -> Result<NotDecided, EngineError> {
        let stored = by_decision.map(|key| self.looking.ledger().decision(key)).transpose()?.flatten();
        Ok(match stored {
            Some(stored) if stored.taken_back_by.is_none() => {
                NotDecided::Overtaken { by_decision, said: super::groups::brief(&stored.words), by: stored.reviewer }
            }
            _ => {
                NotDecided::Overtaken { by_decision: None, by: "somebody".to_owned(), said: "took the decision back".to_owned() }
            }
        })
    }

    fn group_decision(&self, word: &GroupWord) -> Result<Known, NotDecided> {
        let ledger = self.looking.ledger();
        let index = self.looking.index.borrow();
        let line =
            index.place(&word.group).map(|at| &index.lines()[at]).ok_or_else(|| NotDecided::NoSuchGroup(word.group.clone()))?;
        let members = shown(ledger, &line.seen)?;
        if line.seen != word.seen {
            match ledger.evidence(&word.seen)? {
                Some(Evidence::Group(then)) => {
                    let found = changes(&then, &members, |_| false);
                    if !found.is_empty() {
                        return Err(NotDecided::Changed(found.iter().map(ToString::to_string).collect()));
                    }
                }
                _ => return Err(NotDecided::Changed(vec!["nothing is known of what was shown then".to_owned()])),
            }
        }
        judge(line.basis, &members, &word.words)?;
        // What set all of these apart from others says nothing of them together, and was not shown.
        let apart = || ledger.holding_any(About::Group, None, members.iter().map(|m| (&m.asset, &m.place.source, Some(m.sha1))));
        let after = if line.decision.is_none() && word.after.is_none() { apart()? } else { word.after };
        let new = NewDecision {
            about: About::Group,
            subject: word.group.to_string(),
            basis: line.basis.word().to_owned(),
            seen: line.seen.clone(),
            words: group_words(&members, &word.words),
            evidence: Evidence::Group(members),
            after,
        };
        if let Some(holds) = line.decision {
            let stored = ledger.decision(holds)?;
            if stored.is_some_and(|stored| stored.seen == new.seen && same_words(&stored.words, &new.words)) {
                return Ok(Known::Already(holds));
            }
            // A decision whose evidence is gone was shown as such, too: who decides anew says so.
            if word.after != Some(holds) {
                return Err(self.overtaken(Some(holds))?);
            }
        }
        Ok(Known::New(Box::new(new)))
    }

    fn anomaly_decision(&self, word: &AnomalyWord) -> Result<Known, NotDecided> {
        let ledger = self.looking.ledger();
        let none = || NotDecided::NoSuchAnomaly { asset: word.asset.clone(), kind: word.kind.clone() };
        let asset = ledger.asset(word.asset.as_str())?.ok_or_else(none)?;
        let anomaly = ledger.anomalies_of(asset.key)?.into_iter().find(|a| a.kind == word.kind).ok_or_else(none)?;
        let now = anomaly_evidence(&asset, &self.looking.owner(&asset.place.source), &word.kind);
        if anomaly.seen != word.seen {
            match ledger.evidence(&word.seen)? {
                Some(Evidence::Anomaly(then)) => {
                    let found = anomaly_changes(&then, &now);
                    if !found.is_empty() || then.kind != now.kind {
                        return Err(NotDecided::Changed(found.iter().map(ToString::to_string).collect()));
                    }
                }
                _ => return Err(NotDecided::Changed(vec!["nothing is known of what was shown then".to_owned()])),
            }
        }
        judge_date(&dated(&asset), word.verb)?;
        let new = anomaly_decision(&asset, &anomaly, now, word);
        let named = (&asset.id, &asset.place.source, new.words.first().and_then(|w| w.content));
        if let Some(holds) = ledger.holding_any(About::Anomaly, Some(&word.kind), [named].into_iter())? {
            let stored = ledger.decision(holds)?;
            if stored.is_some_and(|stored| stored.seen == new.seen && same_words(&stored.words, &new.words)) {
                return Ok(Known::Already(holds));
            }
            if word.after != Some(holds) {
                return Err(self.overtaken(Some(holds))?);
            }
        }
        Ok(Known::New(Box::new(new)))
    }
}

/// The date that is spoken of: what a sidecar or a fix gives, else what is on record.
pub(crate) fn dated(asset: &StoredAsset) -> RecordedDate {
    asset.corrected.map_or_else(|| asset.facts.date_time_original.clone(), RecordedDate::At)
}

/// A word, weighed against the record.
enum Known {
    /// Exactly this holds already.
    Already(DecisionKey),
    /// To be written.
    New(Box<NewDecision>),
}

/// Whether two decisions on the same evidence say the same: places are part of the evidence, ids are not.
fn same_words(a: &[StoredWord], b: &[StoredWord]) -> bool {
    fn said(words: &[StoredWord]) -> BTreeSet<(&str, &[u8], Option<&str>)> {
        words.iter().map(|w| (w.source.as_str(), w.path.as_slice(), w.verb.as_deref())).collect()
    }
    said(a) == said(b)
}

fn overlap(a: &[StoredWord], b: &[StoredWord]) -> bool {
    a.iter()
        .any(|x| b.iter().any(|y| x.asset == y.asset || (x.content.is_some() && x.content == y.content && x.source == y.source)))
}

pub(super) fn group_words(members: &[SeenMember], words: &Words) -> Vec<StoredWord> {
    let verb = |asset: &AssetId| words.get(asset).map(|verb| verb.word().to_owned());
    let mut stored = Vec::new();
    for member in members {
        let part = |p: &SeenPart| StoredWord {
            asset: p.asset.clone(),
            content: p.sha1,
            source: p.place.source.clone(),
            path: p.place.path.clone(),
            owner: p.place.owner.clone(),
            part_of: Some(member.asset.clone()),
            verb: verb(&p.asset),
        };
        stored.push(StoredWord {
            asset: member.asset.clone(),
            content: Some(member.sha1),
            source: member.place.source.clone(),
            path: member.place.path.clone(),
            owner: member.place.owner.clone(),
            part_of: None,
            verb: verb(&member.asset),
        });
        stored.extend(member.companions.iter().map(part));
    }
    stored
}

pub(super) fn anomaly_decision(
    asset: &StoredAsset,
    anomaly: &StoredAnomaly,
    now: SeenAnomaly,
    word: &AnomalyWord,
) -> NewDecision {
    NewDecision {
        about: About::Anomaly,
        subject: word.kind.clone(),
        basis: String::new(),
        seen: anomaly.seen.clone(),
        words: vec![StoredWord {
            asset: asset.id.clone(),
            content: now.sha1,
            source: now.place.source.clone(),
            path: now.place.path.clone(),
            owner: now.place.owner.clone(),
            part_of: None,
            verb: Some(word.verb.to_string()),
        }],
        evidence: Evidence::Anomaly(now),
        after: word.after,
    }
}
