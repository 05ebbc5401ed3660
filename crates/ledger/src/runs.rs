//! Runs: one each time a library is walked, and the folders that were not.

use lightproof_model::asset::{Fate, SourceId};
use rusqlite::{OptionalExtension, params};

use crate::{Depth, Ledger, LedgerError};

/// One run over the library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RunKey(pub(crate) i64);

/// What is known of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Which.
    pub key: RunKey,
    /// When it began, seconds since 1970, UTC.
    pub started: i64,
    /// Whether it came to its end.
    pub finished: bool,
    /// The sources it walked.
    pub sources: Vec<SourceId>,
}

/// Why a folder was not walked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FolderNoteKind {
    /// On purpose.
    Skipped,
    /// It could not be read.
    Unreadable,
}

impl FolderNoteKind {
    fn word(self) -> &'static str {
        match self {
            FolderNoteKind::Skipped => "skipped",
            FolderNoteKind::Unreadable => "unreadable",
        }
    }
}

/// A folder that was not walked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderNote {
    /// Its source.
    pub source: SourceId,
    /// Below the root, raw bytes.
    pub folder: Vec<u8>,
    /// Whether that was on purpose.
    pub kind: FolderNoteKind,
    /// Why.
    pub reason: String,
}

impl Ledger {
    /// Begins a run over sources.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn begin_run(&mut self, stage: &str, tool: &str, sources: &[SourceId], now: i64) -> Result<RunKey, LedgerError> {
        self.flush()?;
        let step = self.survey.transaction()?;
        step.execute("INSERT INTO run (stage, started, tool) VALUES (?1, ?2, ?3)", params![stage, now, tool])?;
        let key = step.last_insert_rowid();
        for source in sources {
            step.execute("INSERT OR IGNORE INTO run_source (run, source) VALUES (?1, ?2)", params![key, source.as_str()])?;
        }
        step.commit()?;
        Ok(RunKey(key))
    }

    /// Notes that a run came to its end.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn finish_run(&self, run: RunKey, now: i64) -> Result<(), LedgerError> {
        self.survey.execute("UPDATE run SET finished = ?2 WHERE key = ?1", params![run.0, now])?;
        self.flush()
    }

    /// Notes that all findings of a stage over a run are stored.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn finish_stage(&self, stage: &str, run: RunKey) -> Result<(), LedgerError> {
        self.batch()?;
        self.survey.execute("INSERT OR REPLACE INTO stage_done (stage, run) VALUES (?1, ?2)", params![stage, run.0])?;
        self.flush()
    }

    /// Notes that the stored findings of a stage are out of date.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn forget_stage(&self, stage: &str) -> Result<(), LedgerError> {
        self.batch()?;
        self.survey.execute("DELETE FROM stage_done WHERE stage = ?1", [stage])?;
        Ok(())
    }

    /// Whether the stored findings of a stage are those of a run, and whole.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn stage_is_done(&self, stage: &str, run: RunKey) -> Result<bool, LedgerError> {
        let mut query = self.survey.prepare_cached("SELECT 1 FROM stage_done WHERE stage = ?1 AND run = ?2")?;
        Ok(query.exists(params![stage, run.0])?)
    }

    /// The latest run, finished or not.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn latest_run(&self) -> Result<Option<Run>, LedgerError> {
        let run = self
            .survey
            .query_row("SELECT key, started, finished FROM run ORDER BY key DESC LIMIT 1", [], |r| {
                Ok((r.get::<_, i64>(0)?, r.get(1)?, r.get::<_, Option<i64>>(2)?))
            })
            .optional()?;
        let Some((key, started, finished)) = run else { return Ok(None) };
        let mut query = self.survey.prepare("SELECT source FROM run_source WHERE run = ?1 ORDER BY source")?;
        let sources = query.query_map([key], |r| Ok(SourceId::new(r.get::<_, String>(0)?)))?.collect::<Result<_, _>>()?;
        Ok(Some(Run { key: RunKey(key), started, finished: finished.is_some(), sources }))
    }

    /// How many assets of a run have which fate, in the order of [`Fate::ALL`].
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn fate_counts(&self, run: RunKey) -> Result<Vec<(Fate, u64)>, LedgerError> {
        let mut query = self.survey.prepare_cached("SELECT fate, count(*) FROM asset WHERE seen_run = ?1 GROUP BY fate")?;
        let counts: Vec<(Option<String>, i64)> =
            query.query_map([run.0], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<Result<_, _>>()?;
        let of =
            |fate: Fate| counts.iter().filter(|(word, _)| word.as_deref() == Some(fate.word())).map(|(_, n)| *n as u64).sum();
        Ok(Fate::ALL.into_iter().map(|fate| (fate, of(fate))).collect())
    }

    /// How many assets of a run are damaged.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn damaged_count(&self, run: RunKey) -> Result<u64, LedgerError> {
        let sql = "SELECT count(*) FROM asset WHERE seen_run = ?1 AND integrity = 'damaged'";
        Ok(self.survey.query_row(sql, [run.0], |r| r.get::<_, i64>(0))? as u64)
    }

    /// How many assets of a run were read in part only: head and preview.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn read_in_part_count(&self, run: RunKey) -> Result<u64, LedgerError> {
        let sql = "SELECT count(*) FROM asset WHERE seen_run = ?1 AND depth = ?2 AND fate IN ('read', 'unchanged')";
        Ok(self.survey.query_row(sql, [run.0, Depth::Quick as i64], |r| r.get::<_, i64>(0))? as u64)
    }

    /// Notes a folder that was not walked.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn note_folder(&self, run: RunKey, note: &FolderNote) -> Result<(), LedgerError> {
        self.batch()?;
        self.survey
            .prepare_cached("INSERT OR REPLACE INTO folder_note (run, source, folder, kind, reason) VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute(params![run.0, note.source.as_str(), note.folder, note.kind.word(), note.reason])?;
        Ok(())
    }

    /// Keeps what was out of a run's reach, or not as expected, each in a sentence.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn keep_notices(&self, run: RunKey, notices: &[String]) -> Result<(), LedgerError> {
        self.batch()?;
        let mut keep = self.survey.prepare_cached("INSERT OR REPLACE INTO notice (run, ord, text) VALUES (?1, ?2, ?3)")?;
        for (ord, notice) in notices.iter().enumerate() {
            keep.execute(params![run.0, ord as i64, notice])?;
        }
        Ok(())
    }

    /// These sentences.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn notices(&self, run: RunKey) -> Result<Vec<String>, LedgerError> {
        let mut query = self.survey.prepare_cached("SELECT text FROM notice WHERE run = ?1 ORDER BY ord")?;
        let notices = query.query_map([run.0], |r| r.get(0))?.collect::<Result<_, _>>()?;
        Ok(notices)
    }

    /// The folders that a run did not walk, by source and folder.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn folder_notes(&self, run: RunKey) -> Result<Vec<FolderNote>, LedgerError> {
        let mut query = self
            .survey
            .prepare_cached("SELECT source, folder, kind, reason FROM folder_note WHERE run = ?1 ORDER BY source, folder")?;
        let notes = query
            .query_map([run.0], |r| {
                Ok(FolderNote {
                    source: SourceId::new(r.get::<_, String>(0)?),
                    folder: r.get(1)?,
                    kind: if r.get::<_, String>(2)? == "skipped" { FolderNoteKind::Skipped } else { FolderNoteKind::Unreadable },
                    reason: r.get(3)?,
                })
            })?
            .collect::<Result<_, _>>()?;
        Ok(notes)
    }
}
