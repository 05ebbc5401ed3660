//! A step of many decisions: weighed beside the record, so that others decide meanwhile, and put into it in one short write.
//!
//! What is added waits in temporary tables, where this ledger reads it already and nobody else does. It goes into the record only when
//! nothing was decided or taken back since the step began; then its keys are what they would have been. Who is overtaken again and again
//! may weigh alone: then nobody else writes while it lasts.

use std::cell::Cell;

use lightproof_model::asset::AssetId;
use rusqlite::{Transaction, TransactionBehavior, params};

use super::{About, DecisionKey, NewDecision, Written};
use crate::{Ledger, LedgerError};

/// How a step of several decisions ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// All that was added stays.
    Kept,
    /// Nothing was added.
    Dropped,
}

/// Whether others may decide while a step is weighed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meanwhile {
    /// They may; then nothing of the step is written.
    Others,
    /// They wait.
    Nobody,
}

/// A step under way.
pub struct Step<'a> {
    ledger: &'a Ledger,
    as_of: DecisionKey,
    by: &'a Written<'a>,
    added: Cell<i64>,
}

/// Forgets the draft, however the step ends.
struct Drafting<'a>(&'a Ledger);

impl Drop for Drafting<'_> {
    fn drop(&mut self) {
        self.0.draft.set(None);
    }
}

const DRAFT: &str = "
    DROP TABLE IF EXISTS temp.draft_word; DROP TABLE IF EXISTS temp.draft_decision; DROP TABLE IF EXISTS temp.draft_evidence;
    CREATE TEMP TABLE draft_evidence (seen TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TEMP TABLE draft_decision (
      key INTEGER PRIMARY KEY, about TEXT, subject TEXT, basis TEXT, reviewer TEXT, at INTEGER, face TEXT, tool TEXT, seen TEXT,
      takes_back INTEGER, together INTEGER) STRICT;
    CREATE TEMP TABLE draft_word (
      decision INTEGER, ord INTEGER, asset TEXT, content BLOB, source TEXT, path BLOB, owner TEXT, part_of TEXT, verb TEXT,
      PRIMARY KEY (decision, ord)) STRICT, WITHOUT ROWID;
    CREATE INDEX temp.draft_word_asset ON draft_word (asset);
    CREATE INDEX temp.draft_word_content ON draft_word (content);";

const WRITE: &str = "
    INSERT OR IGNORE INTO main.evidence (seen, record) SELECT seen, record FROM temp.draft_evidence ORDER BY seen;
    INSERT INTO main.decision (key, about, subject, basis, reviewer, at, face, tool, seen, together)
      SELECT key, about, subject, basis, reviewer, at, face, tool, seen, together FROM temp.draft_decision ORDER BY key;
    INSERT INTO main.decision_word (decision, ord, asset, content, source, path, owner, part_of, verb)
      SELECT decision, ord, asset, content, source, path, owner, part_of, verb FROM temp.draft_word ORDER BY decision, ord;";

const FORGET: &str = "DROP TABLE temp.draft_word; DROP TABLE temp.draft_decision; DROP TABLE temp.draft_evidence;";

impl Step<'_> {
    /// The last decision that was made before this step.
    #[must_use]
    pub fn as_of(&self) -> DecisionKey {
        self.as_of
    }

    /// Adds a decision. Whether it may be added is the caller's to know: nothing is compared here.
    ///
    /// # Errors
    /// When the draft cannot be written.
    pub fn add(&self, decision: &NewDecision) -> Result<DecisionKey, LedgerError> {
        let record = &self.ledger.record;
        record
            .prepare_cached("INSERT OR IGNORE INTO temp.draft_evidence (seen, record) VALUES (?1, ?2)")?
            .execute([&decision.seen, &decision.evidence.stored()])?;
        let key = self.as_of.0 + self.added.get() + 1;
        record
            .prepare_cached(
                "INSERT INTO temp.draft_decision (key, about, subject, basis, reviewer, at, face, tool, seen, together) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            )?
            .execute(params![
                key,
                decision.about.word(),
                decision.subject,
                decision.basis,
                self.by.reviewer,
                self.by.at,
                self.by.face,
                self.by.tool,
                decision.seen,
                (self.added.get() > 0).then_some(self.as_of.0 + 1)
            ])?;
        let mut add = record.prepare_cached(
            "INSERT INTO temp.draft_word (decision, ord, asset, content, source, path, owner, part_of, verb) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?;
        for (ord, w) in decision.words.iter().enumerate() {
            let (content, part_of) = (w.content.map(|c| c.0), w.part_of.as_ref().map(AssetId::as_str));
            let (asset, source) = (w.asset.as_str(), w.source.as_str());
            add.execute(params![key, ord as i64, asset, content, source, w.path, w.owner, part_of, w.verb])?;
        }
        self.added.set(self.added.get() + 1);
        Ok(DecisionKey(key))
    }
}

impl Ledger {
    /// Weighs decisions one by one, and writes them in one step: afterwards all of them are there or none, as `work` ends; none, too, when
    /// it fails. Nothing is returned, and nothing written, where somebody decided meanwhile.
    ///
    /// # Errors
    /// When the record cannot be written, or what `work` returns.
    pub fn in_one_step<T, E: From<LedgerError>>(
        &self,
        by: &Written<'_>,
        meanwhile: Meanwhile,
        work: impl FnOnce(&Step<'_>) -> Result<(Ending, T), E>,
    ) -> Result<Option<T>, E> {
        let begin = |how| Transaction::new_unchecked(&self.record, how).map_err(LedgerError::from);
        let weighing = begin(match meanwhile {
            Meanwhile::Others => TransactionBehavior::Deferred,
            Meanwhile::Nobody => TransactionBehavior::Immediate,
        })?;
        self.record.execute_batch(DRAFT).map_err(LedgerError::from)?;
        let as_of = self.last_decision()?;
        let drafting = Drafting(self);
        self.draft.set(Some(as_of));
        let (ending, done) = work(&Step { ledger: self, as_of, by, added: Cell::new(0) })?;
        drop(drafting);
        if ending == Ending::Dropped {
            weighing.rollback().map_err(LedgerError::from)?;
            return Ok(Some(done));
        }
        let writing = match meanwhile {
            Meanwhile::Nobody => weighing,
            Meanwhile::Others => {
                weighing.commit().map_err(LedgerError::from)?;
                begin(TransactionBehavior::Immediate)?
            }
        };
        let is_alone = self.last_decision()? == as_of;
        if is_alone {
            self.record.execute_batch(WRITE).map_err(LedgerError::from)?;
        }
        writing.commit().map_err(LedgerError::from)?;
        self.record.execute_batch(FORGET).map_err(LedgerError::from)?;
        Ok(is_alone.then_some(done))
    }

    /// The latest decision of the draft about an asset; of anomalies: of a kind.
    pub(super) fn drafted(
        &self,
        about: About,
        kind: Option<&str>,
        (asset, content, source): (&str, Option<[u8; 20]>, &str),
    ) -> Result<Option<i64>, LedgerError> {
        let mut query = self.record.prepare_cached(
            "SELECT max(d.key) FROM temp.draft_decision d WHERE d.about = ?1 AND (?2 IS NULL OR d.subject = ?2) AND d.key IN ( \
               SELECT decision FROM temp.draft_word WHERE asset = ?3 AND part_of IS NULL \
               UNION ALL SELECT decision FROM temp.draft_word WHERE content = ?4 AND source = ?5 AND part_of IS NULL)",
        )?;
        Ok(query.query_row(params![about.word(), kind, asset, content, source], |r| r.get(0))?)
    }
}
