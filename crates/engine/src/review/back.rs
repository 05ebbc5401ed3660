//! Taking back: one decision, or all that were made in one step.
//!
//! What held before holds again. Undo takes back what the person did last: a form that decided on many is taken back as a whole, or not
//! at all where one of them was replaced since. What came from a file is not undone by the way: a page tells how it is taken back.

use lightproof_ledger::{DecisionKey, LedgerError, StepBack};

use super::{Face, Looking, Review, deciding::NotDecided, groups::brief};
use crate::EngineError;

/// What a person decided last, in one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastStep {
    /// The latest decision of it.
    pub key: DecisionKey,
    /// The first one that was not taken back.
    pub first: DecisionKey,
    /// How many of it were not taken back.
    pub count: usize,
    /// Whether they came from a file, and are many: then undo does not take them back.
    pub is_import: bool,
}

impl Looking {
    /// What was decided in one step with a decision and was not taken back.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn decided_with(&self, decision: DecisionKey) -> Result<Vec<DecisionKey>, EngineError> {
        Ok(self.ledger().step_of(decision)?.into_iter().collect())
    }

    /// What this reviewer decided last and did not take back.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn last_step_of(&self, reviewer: &str) -> Result<Option<LastStep>, EngineError> {
        let ledger = self.ledger();
        let last = ledger.last_of(reviewer)?;
        let Some(decision) = last.map(|key| ledger.decision(key)).transpose()?.flatten() else { return Ok(None) };
        let step = ledger.step_of(decision.key)?;
        let Some(first) = step.first().copied() else { return Ok(None) };
        let is_import = step.len() > 1 && decision.face == Face::Csv.word();
        Ok(Some(LastStep { key: decision.key, first, count: step.len(), is_import }))
    }
}

impl Review {
    /// Takes a decision back: what held before it holds again. The key of the row that says so.
    ///
    /// # Errors
    /// [`NotDecided::NothingToTakeBack`] where there is no such decision, or it was taken back before.
    pub fn take_back(&self, decision: DecisionKey) -> Result<DecisionKey, NotDecided> {
        let key = self.looking.ledger().take_back(decision, &self.written())?.ok_or(NotDecided::NothingToTakeBack)?;
        self.looking.refresh_after_writing();
        Ok(key)
    }

    /// Takes back exactly these decisions, all or none, so far as they were not taken back before; which ones, at least one.
    ///
    /// # Errors
    /// As [`Review::take_back_step`].
    pub fn take_back_all(&self, decisions: &[DecisionKey]) -> Result<Vec<DecisionKey>, NotDecided> {
        let ended = self.looking.ledger().take_back_all(decisions, &self.written())?;
        self.ended(decisions.len(), ended)
    }

    /// Takes back all that was decided in one step with a decision, so far as it was not taken back before; which ones, at least one.
    ///
    /// # Errors
    /// [`NotDecided::NothingToTakeBack`] where there are none, [`NotDecided::StepReplaced`] where a later decision holds in the place of
    /// one of them; then nothing was taken back.
    pub fn take_back_step(&self, decision: DecisionKey) -> Result<Vec<DecisionKey>, NotDecided> {
        let ledger = self.looking.ledger();
        let of = ledger.step_of(decision)?.len();
        let ended = ledger.take_back_step(decision, &self.written())?;
        self.ended(of, ended)
    }

    /// What became of several that were to be taken back.
    fn ended(&self, of: usize, ended: StepBack) -> Result<Vec<DecisionKey>, NotDecided> {
        let ledger = self.looking.ledger();
        match ended {
            StepBack::Nothing => Err(NotDecided::NothingToTakeBack),
            StepBack::Done(keys) => {
                self.looking.refresh_after_writing();
                Ok(keys)
            }
            StepBack::Replaced(replaced) => {
                let told = replaced.into_iter().map(|(ours, by)| {
                    let by = ledger.decision(by)?;
                    let told = by.map(|by| format!("d{} by d{} of {} ({})", ours.0, by.key.0, by.reviewer, brief(&by.words)));
                    Ok(told.unwrap_or_else(|| format!("d{}", ours.0)))
                });
                Err(NotDecided::StepReplaced { of, replaced: told.collect::<Result<_, LedgerError>>()? })
            }
        }
    }

    /// Takes back what this reviewer decided last and what still holds of it, all of its step together, provided its latest decision is the
    /// one that the person was shown as such. The decisions that were taken back, at least one.
    ///
    /// # Errors
    /// [`NotDecided::NothingToTakeBack`] where it was taken back already, [`NotDecided::Overtaken`] where this reviewer decided something
    /// else since, in another window or by a file, [`NotDecided::FromFile`] where it is many rows of a file, and what
    /// [`Review::take_back_step`] refuses.
    pub fn undo(&self, shown: DecisionKey) -> Result<Vec<DecisionKey>, NotDecided> {
        match self.looking.last_step_of(self.reviewer.as_str())? {
            Some(last) if last.key == shown => self.undo_step(last),
            Some(last) if last.key > shown => Err(self.overtaken(Some(last.key))?),
            _ => Err(NotDecided::NothingToTakeBack),
        }
    }

    /// The same, whatever was shown.
    ///
    /// # Errors
    /// As [`Review::undo`].
    pub fn undo_last(&self) -> Result<Vec<DecisionKey>, NotDecided> {
        let last = self.looking.last_step_of(self.reviewer.as_str())?.ok_or(NotDecided::NothingToTakeBack)?;
        self.undo_step(last)
    }

    fn undo_step(&self, last: LastStep) -> Result<Vec<DecisionKey>, NotDecided> {
        match last {
            LastStep { is_import: true, count, first, .. } => Err(NotDecided::FromFile { count, first }),
            // Alone, it can be taken back although another holds in its place: nothing changes then.
            LastStep { count: 1, key, .. } => self.take_back(key).map(|_| vec![key]),
            LastStep { key, .. } => self.take_back_step(key),
        }
    }
}
