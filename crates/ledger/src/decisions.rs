//! Decisions as the record keeps them: added, never changed, never taken away.
//!
//! A decision that is taken back stays where it is; a further row says so. What holds of an asset is the latest decision about it
//! that was not taken back. Writing compares first with what the person had before them, in one step, whatever other process writes.
//! Absent on purpose: whether a decision still speaks of the same evidence. That is a rule, not a row.

mod back;
mod step;

use lightproof_model::{
    asset::{AssetId, SourceId},
    digest::Sha1,
};
use rusqlite::{OptionalExtension, TransactionBehavior, params};

pub use back::StepBack;
pub use step::{Ending, Meanwhile, Step};

use crate::{Evidence, Ledger, LedgerError};

/// A decision's row; later decisions have larger ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct DecisionKey(pub i64);

/// What a decision is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum About {
    /// A group.
    Group,
    /// One anomaly of one asset.
    Anomaly,
}

impl About {
    /// The word in exports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            About::Group => "group",
            About::Anomaly => "anomaly",
        }
    }
}

/// What is said of one asset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredWord {
    /// Its id then.
    pub asset: AssetId,
    /// What stood for its bytes then.
    pub content: Option<Sha1>,
    /// Its source.
    pub source: SourceId,
    /// Its path below the source's root then.
    pub path: Vec<u8>,
    /// Its owner then.
    pub owner: String,
    /// The main asset of its unit, where it is none itself.
    pub part_of: Option<AssetId>,
    /// The word of the `decision` column; nothing where nothing was said.
    pub verb: Option<String>,
}

/// A decision to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDecision {
    /// What it is about.
    pub about: About,
    /// The group's id, or the anomaly's kind.
    pub subject: String,
    /// The group's basis; empty for an anomaly.
    pub basis: String,
    /// Digest of the evidence.
    pub seen: String,
    /// The evidence itself.
    pub evidence: Evidence,
    /// What is said of each asset that was shown.
    pub words: Vec<StoredWord>,
    /// The decision that held when the person decided, as that person was shown it; nothing where none did.
    pub after: Option<DecisionKey>,
}

/// Who decides, when, where, and with what program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written<'a> {
    /// Who.
    pub reviewer: &'a str,
    /// When, milliseconds since 1970, UTC.
    pub at: i64,
    /// Where: `page`, `csv` or `terminal`.
    pub face: &'a str,
    /// Version of the program.
    pub tool: &'a str,
}

/// A decision of the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredDecision {
    /// Its row.
    pub key: DecisionKey,
    /// What it is about.
    pub about: About,
    /// The group's id, or the anomaly's kind.
    pub subject: String,
    /// The group's basis then; empty for an anomaly.
    pub basis: String,
    /// Who decided.
    pub reviewer: String,
    /// When, milliseconds since 1970, UTC.
    pub at: i64,
    /// Where: `page`, `csv` or `terminal`.
    pub face: String,
    /// Version of the program.
    pub tool: String,
    /// Digest of the evidence.
    pub seen: String,
    /// The decision that this one takes back; then it says nothing else.
    pub takes_back: Option<DecisionKey>,
    /// The row that takes this one back.
    pub taken_back_by: Option<DecisionKey>,
    /// The first of those that were made in one step with it, itself included; nothing where it was made alone.
    pub together: Option<DecisionKey>,
    /// What was said of each asset.
    pub words: Vec<StoredWord>,
}

const COLUMNS: &str = "d.key, d.about, d.subject, d.basis, d.reviewer, d.at, d.face, d.tool, d.seen, d.takes_back, b.key, \
     coalesce(d.together, (SELECT d.key FROM decision t WHERE t.together = d.key LIMIT 1)) \
     FROM decision d LEFT JOIN decision b ON b.takes_back = d.key";

const DRAFTED: &str = "d.key, d.about, d.subject, d.basis, d.reviewer, d.at, d.face, d.tool, d.seen, d.takes_back, NULL, d.together \
     FROM temp.draft_decision d";

impl Ledger {
    /// Adds decisions, all or none: where another decision holds by now than the person was shown, nothing is written, and that
    /// decision is returned.
    ///
    /// # Errors
    /// When the record cannot be written.
    pub fn decide(
        &self,
        decisions: &[NewDecision],
        by: &Written<'_>,
    ) -> Result<Result<Vec<DecisionKey>, DecisionKey>, LedgerError> {
        let step = rusqlite::Transaction::new_unchecked(&self.record, TransactionBehavior::Immediate)?;
        let keys = self.compare_and_add(decisions, by)?;
        if keys.is_ok() {
            step.commit()?;
        }
        Ok(keys)
    }

    /// The same, provided that nothing at all was decided or taken back after `as_of`: what these decisions were judged by still holds.
    /// Nothing where something was; then nothing is written.
    ///
    /// # Errors
    /// When the record cannot be written.
    pub fn decide_as_of(
        &self,
        as_of: DecisionKey,
        decisions: &[NewDecision],
        by: &Written<'_>,
    ) -> Result<Option<Result<Vec<DecisionKey>, DecisionKey>>, LedgerError> {
        let step = rusqlite::Transaction::new_unchecked(&self.record, TransactionBehavior::Immediate)?;
        if self.last_decision()? != as_of {
            return Ok(None);
        }
        let keys = self.compare_and_add(decisions, by)?;
        if keys.is_ok() {
            step.commit()?;
        }
        Ok(Some(keys))
    }

    fn compare_and_add(
        &self,
        decisions: &[NewDecision],
        by: &Written<'_>,
    ) -> Result<Result<Vec<DecisionKey>, DecisionKey>, LedgerError> {
        let mut keys = Vec::with_capacity(decisions.len());
        for decision in decisions {
            let mains = decision.words.iter().filter(|w| w.part_of.is_none());
            let subject = (decision.about == About::Anomaly).then_some(decision.subject.as_str());
            let holds = self.holding_any(decision.about, subject, mains.map(|w| (&w.asset, &w.source, w.content)))?;
            match holds {
                Some(holds) if decision.after != Some(holds) && !keys.contains(&holds) => return Ok(Err(holds)),
                None if decision.after.is_some() => return Ok(Err(decision.after.unwrap_or(DecisionKey(0)))),
                _ => keys.push(self.add_decision(decision, by, keys.first().copied())?),
            }
        }
        Ok(Ok(keys))
    }

    fn add_decision(
        &self,
        decision: &NewDecision,
        by: &Written<'_>,
        together: Option<DecisionKey>,
    ) -> Result<DecisionKey, LedgerError> {
        self.record
            .prepare_cached("INSERT OR IGNORE INTO evidence (seen, record) VALUES (?1, ?2)")?
            .execute([&decision.seen, &decision.evidence.stored()])?;
        self.record
            .prepare_cached(
                "INSERT INTO decision (about, subject, basis, reviewer, at, face, tool, seen, together) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?
            .execute(params![
                decision.about.word(),
                decision.subject,
                decision.basis,
                by.reviewer,
                by.at,
                by.face,
                by.tool,
                decision.seen,
                together.map(|t| t.0)
            ])?;
        let key = self.record.last_insert_rowid();
        let mut add = self.record.prepare_cached(
            "INSERT INTO decision_word (decision, ord, asset, content, source, path, owner, part_of, verb) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?;
        for (ord, w) in decision.words.iter().enumerate() {
            let (content, part_of) = (w.content.map(|c| c.0), w.part_of.as_ref().map(AssetId::as_str));
            add.execute(params![
                key,
                ord as i64,
                w.asset.as_str(),
                content,
                w.source.as_str(),
                w.path,
                w.owner,
                part_of,
                w.verb
            ])?;
        }
        Ok(DecisionKey(key))
    }

    /// The latest decision that holds about any of these assets, known by id or by content within their source. Of anomalies: those of
    /// a kind.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn holding_any<'a>(
        &self,
        about: About,
        kind: Option<&str>,
        assets: impl Iterator<Item = (&'a AssetId, &'a SourceId, Option<Sha1>)>,
    ) -> Result<Option<DecisionKey>, LedgerError> {
        let mut query = self.record.prepare_cached(
            "SELECT max(d.key) FROM decision d WHERE d.about = ?1 AND (?2 IS NULL OR d.subject = ?2) AND d.takes_back IS NULL \
             AND NOT EXISTS (SELECT 1 FROM decision b WHERE b.takes_back = d.key) AND d.key IN ( \
               SELECT decision FROM decision_word WHERE asset = ?3 AND part_of IS NULL \
               UNION ALL SELECT decision FROM decision_word WHERE content = ?4 AND source = ?5 AND part_of IS NULL)",
        )?;
        let mut latest = None;
        for (asset, source, content) in assets {
            let content = content.map(|c| c.0);
            let found: Option<i64> =
                query.query_row(params![about.word(), kind, asset.as_str(), content, source.as_str()], |r| r.get(0))?;
            latest = latest.max(found);
            if self.draft.get().is_some() {
                latest = latest.max(self.drafted(about, kind, (asset.as_str(), content, source.as_str()))?);
            }
        }
        Ok(latest.map(DecisionKey))
    }

    /// One decision.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn decision(&self, key: DecisionKey) -> Result<Option<StoredDecision>, LedgerError> {
        let columns = if self.is_drafted(key) { DRAFTED } else { COLUMNS };
        let found =
            self.record.prepare_cached(&format!("SELECT {columns} WHERE d.key = ?1"))?.query_row([key.0], read).optional()?;
        found.map(|found| self.with_words(found)).transpose()
    }

    /// All decisions after one, in the order in which they were made, those that take back included.
    ///
    /// # Errors
    /// When the record cannot be read, or what `each` returns.
    pub fn for_each_decision<E: From<LedgerError>>(
        &self,
        after: DecisionKey,
        mut each: impl FnMut(StoredDecision) -> Result<(), E>,
    ) -> Result<(), E> {
        let failed = |error: rusqlite::Error| E::from(LedgerError::from(error));
        let mut query = self.record.prepare(&format!("SELECT {COLUMNS} WHERE d.key > ?1 ORDER BY d.key")).map_err(failed)?;
        let mut rows = query.query([after.0]).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            each(self.with_words(read(row).map_err(failed)?)?)?;
        }
        Ok(())
    }

    /// The latest decision of all that holds, and that this reviewer made.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn last_of(&self, reviewer: &str) -> Result<Option<DecisionKey>, LedgerError> {
        let mut query = self.record.prepare_cached(
            "SELECT max(key) FROM decision d WHERE reviewer = ?1 AND takes_back IS NULL \
             AND NOT EXISTS (SELECT 1 FROM decision b WHERE b.takes_back = d.key)",
        )?;
        Ok(query.query_row([reviewer], |r| r.get::<_, Option<i64>>(0))?.map(DecisionKey))
    }

    /// The key of the latest row, holding or not; 0 where nothing was ever decided. It tells whether another process wrote.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn last_decision(&self) -> Result<DecisionKey, LedgerError> {
        let mut query = self.record.prepare_cached("SELECT coalesce(max(key), 0) FROM decision")?;
        Ok(DecisionKey(query.query_row([], |r| r.get(0))?))
    }

    /// How many decisions were made, those that were taken back included.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn decisions_made(&self) -> Result<i64, LedgerError> {
        Ok(self.record.query_row("SELECT count(*) FROM decision WHERE takes_back IS NULL", [], |r| r.get(0))?)
    }

    /// Up to which decision the stored rankings take account of what people said.
    ///
    /// # Errors
    /// When the survey cannot be read.
    pub fn heard(&self) -> Result<DecisionKey, LedgerError> {
        Ok(DecisionKey(self.survey.query_row("SELECT decision FROM heard", [], |r| r.get(0))?))
    }

    /// Notes that the stored rankings take account of all decisions up to this one.
    ///
    /// # Errors
    /// When the survey cannot be written.
    pub fn hear(&self, until: DecisionKey) -> Result<(), LedgerError> {
        self.survey.execute("UPDATE heard SET decision = ?1", [until.0])?;
        Ok(())
    }

    fn is_drafted(&self, key: DecisionKey) -> bool {
        self.draft.get().is_some_and(|as_of| key > as_of)
    }

    fn with_words(&self, mut decision: StoredDecision) -> Result<StoredDecision, LedgerError> {
        let table = if self.is_drafted(decision.key) { "temp.draft_word" } else { "decision_word" };
        let mut query = self.record.prepare_cached(&format!(
            "SELECT asset, content, source, path, owner, part_of, verb FROM {table} WHERE decision = ?1 ORDER BY ord"
        ))?;
        // A row that takes another back speaks of the same assets.
        let of = decision.takes_back.unwrap_or(decision.key);
        decision.words = query
            .query_map([of.0], |r| {
                Ok(StoredWord {
                    asset: AssetId::new(r.get::<_, String>(0)?),
                    content: r.get::<_, Option<[u8; 20]>>(1)?.map(Sha1),
                    source: SourceId::new(r.get::<_, String>(2)?),
                    path: r.get(3)?,
                    owner: r.get(4)?,
                    part_of: r.get::<_, Option<String>>(5)?.map(AssetId::new),
                    verb: r.get(6)?,
                })
            })?
            .collect::<Result<_, _>>()?;
        Ok(decision)
    }
}

fn read(r: &rusqlite::Row<'_>) -> rusqlite::Result<StoredDecision> {
    let about = if r.get::<_, String>(1)? == About::Anomaly.word() { About::Anomaly } else { About::Group };
    Ok(StoredDecision {
        key: DecisionKey(r.get(0)?),
        about,
        subject: r.get(2)?,
        basis: r.get(3)?,
        reviewer: r.get(4)?,
        at: r.get(5)?,
        face: r.get(6)?,
        tool: r.get(7)?,
        seen: r.get(8)?,
        takes_back: r.get::<_, Option<i64>>(9)?.map(DecisionKey),
        taken_back_by: r.get::<_, Option<i64>>(10)?.map(DecisionKey),
        together: r.get::<_, Option<i64>>(11)?.map(DecisionKey),
        words: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const BY: Written<'static> = Written { reviewer: "Ann", at: 1_000, face: "csv", tool: "0.1.0" };

    fn about(assets: &[(&str, u8)], after: Option<DecisionKey>) -> NewDecision {
        let word = |(id, content): &(&str, u8)| StoredWord {
            asset: AssetId::new(*id),
            content: Some(Sha1([*content; 20])),
            source: SourceId::new("fs"),
            path: format!("{id}.jpg").into_bytes(),
            owner: String::new(),
            part_of: None,
            verb: Some("keep".into()),
        };
        NewDecision {
            about: About::Group,
            subject: "g1".into(),
            basis: "same-bytes".into(),
            seen: "v1-x".into(),
            evidence: Evidence::Group(Vec::new()),
            words: assets.iter().map(word).collect(),
            after,
        }
    }

    fn ledger() -> (tempfile::TempDir, Ledger) {
        let dir = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(dir.path()).unwrap();
        (dir, ledger)
    }

    fn holding(ledger: &Ledger, id: &str, content: u8) -> Option<DecisionKey> {
        let (asset, source) = (AssetId::new(id), SourceId::new("fs"));
        ledger.holding_any(About::Group, None, [(&asset, &source, Some(Sha1([content; 20])))].into_iter()).unwrap()
    }

    #[test]
    fn nobody_overwrites_what_another_decided_without_having_seen_it() {
        let (_dir, ledger) = ledger();
        let first = ledger.decide(&[about(&[("a", 1), ("b", 2)], None)], &BY).unwrap().unwrap()[0];
        assert_eq!(ledger.decide(&[about(&[("a", 1), ("b", 2)], None)], &BY).unwrap(), Err(first), "another tab saw none");
        assert_eq!(
            ledger.decide(&[about(&[("b", 2), ("c", 3)], None)], &BY).unwrap(),
            Err(first),
            "another group with a member of it"
        );
        let second = ledger.decide(&[about(&[("a", 1), ("b", 2)], Some(first))], &BY).unwrap().unwrap()[0];
        assert_eq!(holding(&ledger, "a", 1), Some(second));
    }

    #[test]
    fn of_several_decisions_all_are_written_or_none() {
        let (_dir, ledger) = ledger();
        let first = ledger.decide(&[about(&[("a", 1)], None)], &BY).unwrap().unwrap()[0];
        assert_eq!(ledger.decide(&[about(&[("z", 9)], None), about(&[("a", 1)], None)], &BY).unwrap(), Err(first));
        assert_eq!(holding(&ledger, "z", 9), None);
    }

    #[test]
    fn a_step_that_is_dropped_or_fails_leaves_nothing() {
        let (dir, ledger) = ledger();
        drop(ledger);
        let (ledger, other) = (Ledger::open_shared(dir.path()).unwrap(), Ledger::open_shared(dir.path()).unwrap());
        for meanwhile in [Meanwhile::Others, Meanwhile::Nobody] {
            for ending in [Ok(Ending::Dropped), Err(()), Ok(Ending::Kept)] {
                let id = format!("{meanwhile:?}");
                let done = ledger.in_one_step(&BY, meanwhile, |step| {
                    let key = step.add(&about(&[(&id, 1)], None))?;
                    assert_eq!(holding(&ledger, &id, 7), Some(key), "it is read within the step");
                    assert_eq!(ledger.decision(key)?.unwrap().words.len(), 1);
                    assert_eq!(holding(&other, &id, 7), None, "and by nobody else");
                    ending.map(|ending| (ending, ())).map_err(|()| LedgerError::InUse { dir: "here".into() })
                });
                assert_eq!(done.is_ok(), ending.is_ok());
                assert_eq!(holding(&ledger, &id, 7).is_some(), ending == Ok(Ending::Kept));
                assert_eq!(holding(&other, &id, 7).is_some(), ending == Ok(Ending::Kept));
            }
        }
    }

    #[test]
    fn others_decide_while_a_step_is_weighed_and_then_nothing_of_it_is_written() {
        let (dir, ledger) = ledger();
        drop(ledger);
        let (ledger, other) = (Ledger::open_shared(dir.path()).unwrap(), Ledger::open_shared(dir.path()).unwrap());
        let overtaken = ledger.in_one_step(&BY, Meanwhile::Others, |step| {
            step.add(&about(&[("a", 1)], None))?;
            other.decide(&[about(&[("b", 2)], None)], &BY)?.unwrap();
            Ok::<_, LedgerError>((Ending::Kept, ()))
        });
        assert_eq!(overtaken.unwrap(), None);
        assert_eq!((holding(&ledger, "a", 1), holding(&ledger, "b", 2)), (None, Some(DecisionKey(1))));
        let alone = ledger.in_one_step(&BY, Meanwhile::Nobody, |step| {
            other.record.busy_timeout(std::time::Duration::from_millis(1))?;
            let refused = other.decide(&[about(&[("c", 3)], None)], &BY).unwrap_err();
            assert_eq!(refused.kind(), crate::Kind::InUse, "{refused}");
            assert!(!refused.to_string().contains("database"), "{refused}");
            Ok::<_, LedgerError>((Ending::Kept, step.add(&about(&[("a", 1)], None))?))
        });
        assert_eq!(alone.unwrap(), Some(DecisionKey(2)));
        assert_eq!(ledger.decide(&[about(&[("d", 4)], None)], &BY).unwrap().unwrap(), [DecisionKey(3)]);
    }

    #[test]
    fn what_was_decided_in_one_step_is_taken_back_as_a_whole_or_not_at_all() {
        let (_dir, ledger) = ledger();
        let alone = ledger.decide(&[about(&[("z", 9)], None)], &BY).unwrap().unwrap()[0];
        let keys =
            ledger.decide(&[about(&[("a", 1)], None), about(&[("b", 2)], None), about(&[("c", 3)], None)], &BY).unwrap().unwrap();
        let together = |key: DecisionKey| ledger.decision(key).unwrap().unwrap().together;
        assert_eq!(together(alone), None);
        assert_eq!(keys.iter().map(|key| together(*key)).collect::<Vec<_>>(), [Some(keys[0]); 3]);
        ledger.take_back(keys[2], &BY).unwrap().unwrap();
        let later = ledger.decide(&[about(&[("b", 2)], Some(keys[1]))], &BY).unwrap().unwrap()[0];
        assert_eq!(ledger.take_back_step(keys[0], &BY).unwrap(), StepBack::Replaced(vec![(keys[1], later)]));
        assert_eq!(holding(&ledger, "a", 1), Some(keys[0]), "nothing of it was taken back");
        assert_eq!(ledger.take_back_step(later, &BY).unwrap(), StepBack::Done(vec![later]), "a step of one");
        assert_eq!(ledger.take_back_step(keys[1], &BY).unwrap(), StepBack::Done(keys[..2].to_vec()), "by any of its keys");
        assert_eq!(ledger.take_back_step(keys[1], &BY).unwrap(), StepBack::Nothing);
        assert_eq!((holding(&ledger, "a", 1), holding(&ledger, "b", 2), holding(&ledger, "z", 9)), (None, None, Some(alone)));
    }

    #[test]
    fn a_record_of_an_older_program_opens_and_its_decisions_were_made_one_by_one() {
        let dir = tempfile::tempdir().unwrap();
        {
            let mut old = rusqlite::Connection::open(dir.path().join("record.sqlite")).unwrap();
            crate::migrate::migrate(&mut old, &crate::migrate::RECORD[..2]).unwrap();
            old.execute("INSERT INTO evidence VALUES ('v1-x', '[]')", []).unwrap();
            for key in 1..=2 {
                old.execute(
                    "INSERT INTO decision (key, about, subject, basis, reviewer, at, face, tool, seen) \
                     VALUES (?1, 'group', 'g1', 'same-bytes', 'Ann', 1, 'page', '0.1.0', 'v1-x')",
                    [key],
                )
                .unwrap();
            }
        }
        let ledger = Ledger::open_shared(dir.path()).unwrap();
        assert_eq!(ledger.decision(DecisionKey(1)).unwrap().unwrap().together, None);
        assert_eq!(ledger.take_back_step(DecisionKey(1), &BY).unwrap(), StepBack::Done(vec![DecisionKey(1)]));
        assert_eq!(ledger.last_of("Ann").unwrap(), Some(DecisionKey(2)));
    }

    #[test]
    fn a_decision_is_found_by_content_when_its_assets_have_other_ids() {
        let (_dir, ledger) = ledger();
        let first = ledger.decide(&[about(&[("a", 1)], None)], &BY).unwrap().unwrap()[0];
        assert_eq!(holding(&ledger, "renamed", 1), Some(first));
        assert_eq!(holding(&ledger, "another", 2), None);
    }

    #[test]
    fn what_is_taken_back_gives_way_to_what_held_before() {
        let (_dir, ledger) = ledger();
        let first = ledger.decide(&[about(&[("a", 1)], None)], &BY).unwrap().unwrap()[0];
        let second = ledger.decide(&[about(&[("a", 1)], Some(first))], &BY).unwrap().unwrap()[0];
        let back = ledger.take_back(second, &BY).unwrap().unwrap();
        assert_eq!(holding(&ledger, "a", 1), Some(first));
        assert_eq!(ledger.take_back(second, &BY).unwrap(), None, "once");
        assert_eq!(ledger.take_back(back, &BY).unwrap(), None, "a taking back is not taken back: decide again");
        assert_eq!(ledger.decision(second).unwrap().unwrap().taken_back_by, Some(back));
        assert_eq!(ledger.last_of("Ann").unwrap(), Some(first));
        ledger.take_back(first, &BY).unwrap().unwrap();
        assert_eq!(holding(&ledger, "a", 1), None);
        let mut told = Vec::new();
        ledger
            .for_each_decision(DecisionKey(0), |d| {
                told.push((d.takes_back, d.words.len()));
                Ok::<(), LedgerError>(())
            })
            .unwrap();
        assert_eq!(told, [(None, 1), (None, 1), (Some(second), 1), (Some(first), 1)]);
    }

    #[test]
    fn what_was_decided_is_never_changed_or_taken_away() {
        let (_dir, ledger) = ledger();
        ledger.decide(&[about(&[("a", 1)], None)], &BY).unwrap().unwrap();
        for sql in [
            "UPDATE decision SET reviewer = 'Bob'",
            "DELETE FROM decision",
            "UPDATE decision_word SET verb = 'quarantine'",
            "DELETE FROM decision_word",
            "UPDATE evidence SET record = ''",
            "DELETE FROM evidence",
        ] {
            assert!(ledger.record.execute(sql, []).is_err(), "{sql}");
        }
    }
}
