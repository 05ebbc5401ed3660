//! Import: decisions that a person wrote into `duplicate_groups.csv` and `review_needed.csv`, read back row by row.
//!
//! Every row ends in exactly one outcome, with its line in its file. All rows of all files go into the record together or none of them,
//! unless the person asks for those that can be taken; a group is taken whole or not at all. Dates come before groups, so that a group may
//! be decided together with the clock that was in its way. Only `source`, `asset_id`, `group`, `seen` and `decision` are read.
//! Absent on purpose: an empty cell that means anything but undecided.

mod gather;
mod letters;
mod rows;
mod table;
mod weigh;

use std::path::PathBuf;

pub use gather::Filled;
pub use table::Holds;

use crate::error::Kind;

/// Why a file cannot be read as a filled-in CSV.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The disk said no.
    #[error("it cannot be read: {0}")]
    Unreadable(#[from] std::io::Error),
    /// Nothing stands in it.
    #[error("it is empty")]
    Empty,
    /// A workbook rather than a CSV.
    #[error("it is a workbook, not a CSV")]
    Workbook,
    /// Not text.
    #[error("line {line} holds bytes that no text has, so it is not a CSV")]
    Binary {
        /// Where.
        line: u64,
    },
    /// Another table.
    #[error("it is neither duplicate_groups.csv nor review_needed.csv: its first line does not name {missing}")]
    NotOurs {
        /// The columns that are not there.
        missing: String,
    },
    /// Nobody can tell which one counts.
    #[error("it has two columns named {name}")]
    TwoColumns {
        /// Their name.
        name: &'static str,
    },
    /// A quote without its other half.
    #[error("the quote that is open in the row of line {line} is not closed before the end: perhaps the file was cut off")]
    OpenQuote {
        /// Where the row begins.
        line: u64,
    },
    /// A quoted cell that goes on after its end.
    #[error("a quote in the row of line {line} is neither closed nor doubled, so nobody can tell where its cells end")]
    StrayQuote {
        /// Where the row begins.
        line: u64,
    },
    /// Longer than any row that lightproof writes.
    #[error("the row of line {line} is longer than 4 MB: perhaps a quote in it is not closed")]
    TooLong {
        /// Where the row begins.
        line: u64,
    },
}

impl ImportError {
    /// What kind of error it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            ImportError::Unreadable(error) if error.kind() == std::io::ErrorKind::NotFound => Kind::NotFound,
            ImportError::Unreadable(_) => Kind::Failed,
            _ => Kind::Refused,
        }
    }

    /// What a person can do.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            ImportError::Unreadable(_) => "name a file that exists and that you may read",
            ImportError::Empty => "name a filled-in duplicate_groups.csv or review_needed.csv",
            ImportError::Workbook => {
                "save the sheet as CSV from your spreadsheet program (File, Save As, CSV UTF-8), and name that file"
            }
            ImportError::Binary { .. } => "save the sheet as CSV from your spreadsheet program, and name that file",
            ImportError::NotOurs { .. } => {
                "fill in the `decision` column of a file that `lightproof survey` wrote, and keep its first line and the columns source, \
                 asset_id, seen, decision, and group or kind"
            }
            ImportError::TwoColumns { .. } => "take one of them out, so that it is clear which one counts",
            ImportError::OpenQuote { .. } | ImportError::StrayQuote { .. } | ImportError::TooLong { .. } => {
                "open the file in your spreadsheet program and save it once more as CSV"
            }
        }
    }
}

/// How an import is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wish {
    /// Take what can be taken, although other rows are refused.
    pub partial: bool,
    /// Let these decisions take the place of others that hold.
    pub replace: bool,
    /// Write nothing; only tell what would happen.
    pub dry_run: bool,
}

/// What became of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Its decision goes into the record with all others.
    Accepted,
    /// Exactly this holds already.
    Already,
    /// It cannot be taken.
    Refused(String),
    /// Its decision is blank.
    Undecided,
}

impl Outcome {
    /// The word for programs.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Outcome::Accepted => "accepted",
            Outcome::Already => "already",
            Outcome::Refused(_) => "refused",
            Outcome::Undecided => "undecided",
        }
    }
}

/// A row and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowAccount {
    /// Which file, by its place among those named.
    pub file: u32,
    /// The line in which the row begins, from 1.
    pub line: u64,
    /// The group that it names; empty in `review_needed.csv`.
    pub group: Box<str>,
    /// The asset that it names.
    pub asset: Box<str>,
    /// What became of it.
    pub outcome: Outcome,
}

/// How many rows ended how. Their sum is the number of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sums {
    /// Rows that are not blank.
    pub rows: u64,
    /// Whose decision goes into the record.
    pub accepted: u64,
    /// Of which exactly that holds already.
    pub already: u64,
    /// Which cannot be taken.
    pub refused: u64,
    /// Without a decision.
    pub undecided: u64,
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The files, as they were named, and what each holds.
    pub files: Vec<(PathBuf, Holds)>,
    /// Every row, by file and line; undecided ones only where they were asked for.
    pub rows: Vec<RowAccount>,
    /// How many ended how.
    pub sums: Sums,
    /// Groups decided on.
    pub groups: u64,
    /// Anomalies decided on.
    pub anomalies: u64,
    /// Whether the record has them now.
    pub written: bool,
}
