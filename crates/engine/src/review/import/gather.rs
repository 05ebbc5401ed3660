//! Gathering: the filled rows of all files, those of a group together wherever they stand.

use std::{
    collections::HashMap,
    fs::File,
    io::Read,
    path::{Path, PathBuf},
    sync::Arc,
};

use lightproof_model::decision::Verb;

use super::{Holds, ImportError, Outcome, RowAccount, table};

/// Where a row stands: file and line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct At {
    pub(super) file: u32,
    pub(super) line: u64,
}

/// A row of a group with a decision in it.
#[derive(Debug)]
pub(super) struct MemberRow {
    pub(super) at: At,
    pub(super) asset: Box<str>,
    pub(super) source: Arc<str>,
    pub(super) seen: Arc<str>,
    /// What it says, or why it cannot be taken.
    pub(super) said: Result<Verb, Box<str>>,
}

/// The filled rows of a group.
#[derive(Debug)]
pub(super) struct GroupRows {
    pub(super) group: Box<str>,
    pub(super) rows: Vec<MemberRow>,
}

/// A row of an anomaly with a decision in it.
#[derive(Debug)]
pub(super) struct AnomalyRow {
    pub(super) at: At,
    pub(super) asset: Box<str>,
    pub(super) source: Arc<str>,
    pub(super) seen: Box<str>,
    pub(super) decision: Box<str>,
}

/// Filled-in files, read but not weighed.
#[derive(Debug, Default)]
pub struct Filled {
    pub(super) files: Vec<(PathBuf, Holds)>,
    pub(super) groups: Vec<GroupRows>,
    places: HashMap<Box<str>, usize>,
    pub(super) anomalies: Vec<AnomalyRow>,
    /// Rows that are settled without a look at the ledger.
    pub(super) settled: Vec<RowAccount>,
    pub(super) undecided: u64,
    keeps_undecided: bool,
    sources: HashMap<String, Arc<str>>,
    last_seen: Option<Arc<str>>,
}

impl Filled {
    /// Nothing read yet. Undecided rows are only counted unless they are to be told one by one.
    #[must_use]
    pub fn new(keeps_undecided: bool) -> Filled {
        Filled { keeps_undecided, ..Filled::default() }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`ImportError`] when it cannot be read as one of lightproof's files.
    pub fn read(&mut self, path: &Path) -> Result<(), ImportError> {
        self.read_from(path, File::open(path)?)
    }

    /// Reads a file from wherever its bytes come; `name` is what it is called.
    ///
    /// # Errors
    /// [`ImportError`] when it cannot be read as one of lightproof's files.
    pub fn read_from(&mut self, name: &Path, bytes: impl Read) -> Result<(), ImportError> {
        let file = self.files.len() as u32;
        let holds = table::read(bytes, |holds, cells| self.take(file, holds, cells))?;
        self.files.push((name.to_owned(), holds));
        Ok(())
    }

    /// Whether any row holds a decision.
    #[must_use]
    pub fn says_nothing(&self) -> bool {
        self.groups.is_empty() && self.anomalies.is_empty() && self.settled.iter().all(|row| row.outcome == Outcome::Undecided)
    }

    fn take(&mut self, file: u32, holds: Holds, cells: table::Cells) {
        let at = At { file, line: cells.line };
        let fault = fault(holds, &cells);
        if fault.is_none() && cells.decision.is_empty() {
            self.undecided += 1;
            if self.keeps_undecided {
                self.settled.push(account(at, cells.group.into(), cells.asset.into(), Outcome::Undecided));
            }
            return;
        }
        let is_alone = holds == Holds::Anomalies || cells.group.is_empty();
        let said = match fault {
            // A row that names no group has no other rows to fall with it.
            Some(why) if is_alone => {
                let refused = Outcome::Refused(why.to_owned());
                return self.settled.push(account(at, cells.group.into(), cells.asset.into(), refused));
            }
            Some(why) => Err(why.into()),
            None => cells.decision.parse::<Verb>().map_err(|error| error.to_string().into()),
        };
        let source = match self.sources.get(&cells.source) {
            Some(known) => known.clone(),
            None => self.sources.entry(cells.source).or_insert_with_key(|source| source.as_str().into()).clone(),
        };
        let asset = cells.asset.into();
        if holds == Holds::Anomalies {
            let (seen, decision) = (cells.seen.into(), cells.decision.into());
            return self.anomalies.push(AnomalyRow { at, asset, source, seen, decision });
        }
        // The rows of a group usually follow each other.
        let seen = match &self.last_seen {
            Some(last) if **last == *cells.seen => last.clone(),
            _ => self.last_seen.insert(cells.seen.as_str().into()).clone(),
        };
        let row = MemberRow { at, asset, source, seen, said };
        match self.places.get(cells.group.as_str()) {
            Some(&place) => self.groups[place].rows.push(row),
            None => {
                self.places.insert(cells.group.as_str().into(), self.groups.len());
                self.groups.push(GroupRows { group: cells.group.into(), rows: vec![row] });
            }
        }
    }
}

/// What is the matter with a row by itself. A row without a decision need not be complete.
fn fault(holds: Holds, cells: &table::Cells) -> Option<&'static str> {
    let lacks = |cell: &String| cell.is_empty() && !cells.decision.is_empty();
    if cells.is_shifted {
        Some("the row has more cells than the first line has columns, so they may be shifted")
    } else if holds == Holds::Groups && lacks(&cells.group) {
        Some("the row names no group")
    } else if lacks(&cells.asset) {
        Some("the row names no asset_id")
    } else if lacks(&cells.source) {
        Some("the row names no source")
    } else if lacks(&cells.seen) {
        Some("the row has no `seen`, so nobody can tell what was shown")
    } else {
        None
    }
}

pub(super) fn account(at: At, group: Box<str>, asset: Box<str>, outcome: Outcome) -> RowAccount {
    RowAccount { file: at.file, line: at.line, group, asset, outcome }
}
