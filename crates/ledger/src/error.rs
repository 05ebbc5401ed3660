//! What can go wrong with the ledger, each worded once.

use std::path::PathBuf;

/// An error of the ledger.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The folder or its lock could not be made or opened.
    #[error("the ledger at {} cannot be opened: {error}", dir.display())]
    Folder {
        /// The ledger's folder.
        dir: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// Another process works with this ledger.
    #[error("the ledger at {} is in use by another lightproof", dir.display())]
    InUse {
        /// The ledger's folder.
        dir: PathBuf,
    },
    /// Another process writes to this ledger, and goes on with it for longer than is waited.
    #[error("another lightproof is writing to the ledger, and did not end within ten seconds")]
    Busy,
    /// A newer lightproof has written this ledger.
    #[error("the ledger has the migration {migration}, which this lightproof does not know")]
    Newer {
        /// The migration's name.
        migration: String,
    },
    /// The database itself failed.
    #[error("the ledger failed: {0}")]
    Database(#[source] rusqlite::Error),
    /// A stored value is not what this program stores.
    #[error("the ledger holds a {what} that cannot be understood: {value:?}")]
    Unreadable {
        /// What kind of value.
        what: &'static str,
        /// The value.
        value: String,
    },
}

/// What kind of error it is, for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Another process holds the lock.
    InUse,
    /// The ledger cannot be used.
    Broken,
}

impl From<rusqlite::Error> for LedgerError {
    fn from(error: rusqlite::Error) -> LedgerError {
        use rusqlite::ErrorCode::DatabaseBusy;
        match error.sqlite_error_code() {
            Some(DatabaseBusy) => LedgerError::Busy,
            _ => LedgerError::Database(error),
        }
    }
}

impl LedgerError {
    /// What kind of error it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            LedgerError::InUse { .. } | LedgerError::Busy => Kind::InUse,
            _ => Kind::Broken,
        }
    }

    /// What a person can do.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            LedgerError::InUse { .. } => {
                "wait until it has ended (a review that is open ends with Ctrl-C), or name another ledger with --ledger"
            }
            LedgerError::Busy => "nothing of this was written; do it once more when the other has ended",
            LedgerError::Newer { .. } => "use the newer lightproof, or name another ledger with --ledger",
            LedgerError::Folder { .. } => "check that the folder exists and may be written, or name another with --ledger",
            LedgerError::Database(_) | LedgerError::Unreadable { .. } => {
                "the photographs are not concerned; the survey can be made anew by moving survey.sqlite away (keep record.sqlite)"
            }
        }
    }
}
