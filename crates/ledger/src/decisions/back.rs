//! Taking back: one decision, or all that was decided in one step.
//!
//! Nothing is taken away: each is one more row. A step is taken back as a whole or not at all; what of it was taken back before stays
//! so, and where another decision replaced one of it since, nothing is taken back and that one is told.

use std::collections::BTreeSet;

use rusqlite::{OptionalExtension, TransactionBehavior, params};

use super::{About, DecisionKey, Written};
use crate::{Ledger, LedgerError};

/// How taking a step back ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepBack {
    /// These decisions do not hold any more.
    Done(Vec<DecisionKey>),
    /// Nothing was taken back: of these decisions, each was replaced by the one beside it.
    Replaced(Vec<(DecisionKey, DecisionKey)>),
    /// There is nothing to take back.
    Nothing,
}

impl Ledger {
    /// Takes a decision back; nothing where it was taken back before, or is itself a taking back.
    ///
    /// # Errors
    /// When the record cannot be written.
    pub fn take_back(&self, decision: DecisionKey, by: &Written<'_>) -> Result<Option<DecisionKey>, LedgerError> {
        let step = rusqlite::Transaction::new_unchecked(&self.record, TransactionBehavior::Immediate)?;
        let key = self.add_taking_back(decision, by, None)?;
        step.commit()?;
        Ok(key)
    }

    /// Takes back all that was decided in one step with a decision.
    ///
    /// # Errors
    /// When the record cannot be written.
    pub fn take_back_step(&self, decision: DecisionKey, by: &Written<'_>) -> Result<StepBack, LedgerError> {
        let step = rusqlite::Transaction::new_unchecked(&self.record, TransactionBehavior::Immediate)?;
        let ended = self.take_these_back(self.step_of(decision)?, by)?;
        step.commit()?;
        Ok(ended)
    }

    /// Takes back exactly these decisions, so far as they were not taken back before; all or none.
    ///
    /// # Errors
    /// When the record cannot be written.
    pub fn take_back_all(&self, decisions: &[DecisionKey], by: &Written<'_>) -> Result<StepBack, LedgerError> {
        let step = rusqlite::Transaction::new_unchecked(&self.record, TransactionBehavior::Immediate)?;
        let mut keys = BTreeSet::new();
        for key in decisions {
            keys.extend(self.step_of(*key)?.into_iter().filter(|of| of == key));
        }
        let ended = self.take_these_back(keys, by)?;
        step.commit()?;
        Ok(ended)
    }

    /// Within a transaction; nothing is written unless all of it is.
    fn take_these_back(&self, keys: BTreeSet<DecisionKey>, by: &Written<'_>) -> Result<StepBack, LedgerError> {
        if keys.is_empty() {
            return Ok(StepBack::Nothing);
        }
        let mut replaced = Vec::new();
        for key in &keys {
            if let Some(by) = self.replaced_by(*key)?.filter(|by| !keys.contains(by)) {
                replaced.push((*key, by));
            }
        }
        if !replaced.is_empty() {
            return Ok(StepBack::Replaced(replaced));
        }
        let mut first = None;
        for key in &keys {
            first = first.or(self.add_taking_back(*key, by, first)?);
        }
        Ok(StepBack::Done(keys.into_iter().collect()))
    }

    /// What was decided in one step with a decision, itself included, and was not taken back.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn step_of(&self, decision: DecisionKey) -> Result<BTreeSet<DecisionKey>, LedgerError> {
        let mut first =
            self.record.prepare_cached("SELECT coalesce(together, key) FROM decision WHERE key = ?1 AND takes_back IS NULL")?;
        let Some(first) = first.query_row([decision.0], |r| r.get::<_, i64>(0)).optional()? else { return Ok(BTreeSet::new()) };
        let mut query = self.record.prepare_cached(
            "SELECT key FROM decision d WHERE (key = ?1 OR together = ?1) AND takes_back IS NULL \
             AND NOT EXISTS (SELECT 1 FROM decision b WHERE b.takes_back = d.key)",
        )?;
        Ok(query.query_map([first], |r| Ok(DecisionKey(r.get(0)?)))?.collect::<Result<_, _>>()?)
    }

    /// The latest decision that speaks of the same assets and holds in the place of this one.
    fn replaced_by(&self, key: DecisionKey) -> Result<Option<DecisionKey>, LedgerError> {
        let Some(decision) = self.decision(key)? else { return Ok(None) };
        let kind = (decision.about == About::Anomaly).then_some(decision.subject.as_str());
        let mains = decision.words.iter().filter(|w| w.part_of.is_none());
        // What is said of a date is said of equal bytes, too: the latest word governs all copies of a source.
        let assets = mains.map(|w| (&w.asset, &w.source, w.content));
        Ok(self.holding_any(decision.about, kind, assets)?.filter(|by| *by > key))
    }

    fn add_taking_back(
        &self,
        decision: DecisionKey,
        by: &Written<'_>,
        together: Option<DecisionKey>,
    ) -> Result<Option<DecisionKey>, LedgerError> {
        let added = self
            .record
            .prepare_cached(
                "INSERT INTO decision (about, subject, basis, reviewer, at, face, tool, seen, takes_back, together) \
                 SELECT about, subject, basis, ?2, ?3, ?4, ?5, seen, key, ?6 FROM decision d WHERE key = ?1 AND takes_back IS NULL \
                 AND NOT EXISTS (SELECT 1 FROM decision b WHERE b.takes_back = d.key)",
            )?
            .execute(params![decision.0, by.reviewer, by.at, by.face, by.tool, together.map(|t| t.0)])?;
        Ok((added == 1).then(|| DecisionKey(self.record.last_insert_rowid())))
    }
}
