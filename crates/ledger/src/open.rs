//! Opening the ledger: its folder, its lock, its two databases.

use std::{
    cell::{Cell, RefCell},
    fs::{self, File, OpenOptions},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use lightproof_model::journal::Executed;
use rusqlite::Connection;

use crate::{DecisionKey, LedgerError, migrate};

/// The ledger, open and locked for this process.
pub struct Ledger {
    pub(crate) survey: Connection,
    pub(crate) record: Connection,
    dir: PathBuf,
    in_batch: Cell<usize>,
    // Whether what is written now counts only together.
    whole: Cell<bool>,
    // While decisions are weighed in one step: the last one before it. What is later is in the draft.
    pub(crate) draft: Cell<Option<DecisionKey>>,
    // What carrying out made of the library, and up to which entry of the journal.
    pub(crate) executed: RefCell<Option<(u64, Arc<Executed>)>>,
    // Held until the ledger is dropped: two surveys must not write one ledger.
    _lock: File,
}

/// The file that is locked while a plan is carried out.
pub const CARRYING: &str = "carrying";

/// The names of all files of a ledger, those that SQLite keeps beside its databases included.
pub const NAMES: [&str; 8] = [
    "lock",
    CARRYING,
    "survey.sqlite",
    "survey.sqlite-wal",
    "survey.sqlite-shm",
    "record.sqlite",
    "record.sqlite-wal",
    "record.sqlite-shm",
];

/// Rows written before a transaction is committed. A kill loses at most these, and they are read again.
const BATCH: usize = 1000;

impl Ledger {
    /// Opens the ledger in a folder, making both where they are missing. The folder is for its owner's eyes only.
    ///
    /// # Errors
    /// [`LedgerError`] when the folder cannot be used, another process holds it, or a newer program wrote it.
    pub fn open(dir: &Path) -> Result<Ledger, LedgerError> {
        let folder = |error| LedgerError::Folder { dir: dir.to_owned(), error };
        make_private(dir).map_err(folder)?;
        let lock = lock_file(dir).map_err(folder)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => return Err(LedgerError::InUse { dir: dir.to_owned() }),
            Err(fs::TryLockError::Error(error)) => return Err(folder(error)),
        }
        let (mut survey, mut record) =
            (connect(&dir.join("survey.sqlite"), "NORMAL")?, connect(&dir.join("record.sqlite"), "FULL")?);
        migrate::migrate(&mut survey, migrate::SURVEY)?;
        migrate::migrate(&mut record, migrate::RECORD)?;
        Ok(Ledger {
            survey,
            record,
            dir: dir.to_owned(),
            in_batch: Cell::new(0),
            whole: Cell::new(false),
            draft: Cell::new(None),
            executed: RefCell::new(None),
            _lock: lock,
        })
    }

    /// Opens the ledger together with others who look and decide; nobody surveys meanwhile.
    ///
    /// # Errors
    /// [`LedgerError`] when the folder cannot be used, a survey holds it, or a newer program wrote it.
    pub fn open_shared(dir: &Path) -> Result<Ledger, LedgerError> {
        let folder = |error| LedgerError::Folder { dir: dir.to_owned(), error };
        make_private(dir).map_err(folder)?;
        // Whoever comes first brings the databases up to date, which needs the ledger for itself.
        if !is_current(dir)? {
            drop(Ledger::open(dir)?);
        }
        let lock = lock_file(dir).map_err(folder)?;
        match lock.try_lock_shared() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => return Err(LedgerError::InUse { dir: dir.to_owned() }),
            Err(fs::TryLockError::Error(error)) => return Err(folder(error)),
        }
        let (survey, record) = (connect(&dir.join("survey.sqlite"), "NORMAL")?, connect(&dir.join("record.sqlite"), "FULL")?);
        Ok(Ledger {
            survey,
            record,
            dir: dir.to_owned(),
            in_batch: Cell::new(0),
            whole: Cell::new(false),
            draft: Cell::new(None),
            executed: RefCell::new(None),
            _lock: lock,
        })
    }

    /// The folder it lies in.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Opens a batch of writes if none is open.
    pub(crate) fn batch(&self) -> Result<(), LedgerError> {
        if self.whole.get() {
            return Ok(());
        }
        if self.in_batch.get() >= BATCH {
            self.flush()?;
        }
        if self.survey.is_autocommit() {
            self.survey.execute_batch("BEGIN IMMEDIATE")?;
        }
        self.in_batch.set(self.in_batch.get() + 1);
        Ok(())
    }

    /// Does work of which all is written or nothing: a stage that is stopped leaves its old result as it was.
    ///
    /// # Errors
    /// When the ledger cannot be written, or what `work` returns.
    pub fn whole<T, E: From<LedgerError>>(&self, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        self.flush()?;
        let step = self.survey.unchecked_transaction().map_err(LedgerError::from)?;
        self.whole.set(true);
        let done = work();
        self.whole.set(false);
        let done = done?; // on the way out the step is rolled back
        step.commit().map_err(LedgerError::from)?;
        Ok(done)
    }

    /// Puts all that was written so far on disk.
    ///
    /// # Errors
    /// When the database cannot be written, for example on a full disk.
    pub fn flush(&self) -> Result<(), LedgerError> {
        self.in_batch.set(0);
        if !self.survey.is_autocommit() {
            self.survey.execute_batch("COMMIT")?;
        }
        Ok(())
    }
}

fn lock_file(dir: &Path) -> std::io::Result<File> {
    OpenOptions::new().create(true).append(true).open(dir.join("lock"))
}

/// Whether both databases are there and as this program knows them.
fn is_current(dir: &Path) -> Result<bool, LedgerError> {
    for (name, known) in [("survey.sqlite", migrate::SURVEY), ("record.sqlite", migrate::RECORD)] {
        let path = dir.join(name);
        if !path.exists() || !migrate::is_current(&Connection::open(path)?, known)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn connect(path: &Path, synchronous: &str) -> Result<Connection, LedgerError> {
    let db = Connection::open(path)?;
    db.busy_timeout(Duration::from_secs(10))?;
    db.set_prepared_statement_cache_capacity(64);
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", synchronous)?;
    db.pragma_update(None, "foreign_keys", "ON")?;
    db.pragma_update(None, "cache_size", -32_768)?; // KiB
    db.pragma_update(None, "temp_store", "FILE")?; // sorting ten million rows must not happen in memory
    Ok(db)
}

fn make_private(dir: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_process_is_told_that_the_ledger_is_in_use() {
        let dir = tempfile::tempdir().unwrap();
        let _first = Ledger::open(dir.path()).unwrap();
        assert!(matches!(Ledger::open(dir.path()), Err(LedgerError::InUse { .. })));
    }

    #[test]
    fn those_who_look_share_the_ledger_and_a_survey_has_it_alone() {
        let dir = tempfile::tempdir().unwrap();
        let first = Ledger::open_shared(dir.path()).unwrap();
        let second = Ledger::open_shared(dir.path()).unwrap();
        assert!(matches!(Ledger::open(dir.path()), Err(LedgerError::InUse { .. })));
        drop((first, second));
        let _survey = Ledger::open(dir.path()).unwrap();
        assert!(matches!(Ledger::open_shared(dir.path()), Err(LedgerError::InUse { .. })));
    }

    #[test]
    fn the_record_is_written_through_to_the_disk() {
        let dir = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(dir.path()).unwrap();
        let synchronous = |db: &Connection| db.query_row("PRAGMA synchronous", [], |r| r.get::<_, i64>(0)).unwrap();
        assert_eq!(synchronous(&ledger.record), 2, "FULL");
        assert_eq!(synchronous(&ledger.survey), 1, "NORMAL");
    }
}
