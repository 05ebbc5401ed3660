//! A table: which of lightproof's files it is, told by its header, and its rows by column name.
//!
//! The separator is the one with which the header has the columns. Columns stand in any order; others beside them make no difference.

use std::io::Read;

use super::{
    ImportError,
    letters::Letters,
    rows::{Row, Rows},
};

/// What a file holds decisions on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// Groups: `duplicate_groups.csv`.
    Groups,
    /// Anomalies: `review_needed.csv`.
    Anomalies,
}

/// What is read back of every file, and of groups the last one too.
const READ_BACK: [&str; 5] = ["source", "asset_id", "seen", "decision", "group"];

/// Where the columns stand.
#[derive(Debug, Clone, Copy)]
struct Columns {
    source: usize,
    asset: usize,
    seen: usize,
    decision: usize,
    group: Option<usize>,
    /// How many there are.
    all: usize,
}

/// The cells that are read back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Cells {
    /// The line in which the row begins.
    pub(super) line: u64,
    pub(super) source: String,
    pub(super) asset: String,
    pub(super) seen: String,
    pub(super) decision: String,
    pub(super) group: String,
    /// Whether something stands in it beyond the last column: then its cells are not where they should be.
    pub(super) is_shifted: bool,
}

/// Reads all rows of a file that are not blank.
///
/// # Errors
/// [`ImportError`] when it is none of lightproof's files, or what `each` returns.
pub(super) fn read(from: impl Read, mut each: impl FnMut(Holds, Cells)) -> Result<Holds, ImportError> {
    let letters = Letters::begin(from)?;
    let (named, first) = separator_named(letters.head())?;
    let separator = separator(letters.head(), named, first)?;
    let mut rows = Rows::new(letters.all(), separator);
    let mut row = Row::default();
    let mut columns = None;
    while rows.next(&mut row)? {
        if row.line < first || row.is_blank_from(0) {
            continue;
        }
        let Some(columns) = columns else {
            columns = Some(Columns::of(&row)?);
            continue;
        };
        each(columns.holds(), columns.cells(&row));
    }
    columns.map(|columns: Columns| columns.holds()).ok_or(ImportError::Empty)
}

impl Columns {
    fn of(header: &Row) -> Result<Columns, ImportError> {
        let names: Vec<String> = (0..header.len()).map(|at| header.cell(at).to_ascii_lowercase()).collect();
        let mut places = [None; READ_BACK.len()];
        for (place, wanted) in places.iter_mut().zip(READ_BACK) {
            let mut found = names.iter().enumerate().filter(|(_, name)| *name == wanted).map(|(at, _)| at);
            *place = found.next();
            if found.next().is_some() {
                return Err(ImportError::TwoColumns { name: wanted });
            }
        }
        let missing: Vec<&str> =
            READ_BACK.iter().zip(&places).take(4).filter(|(_, place)| place.is_none()).map(|(n, _)| *n).collect();
        let [Some(source), Some(asset), Some(seen), Some(decision), group] = places else {
            return Err(ImportError::NotOurs { missing: missing.join(", ") });
        };
        if group.is_none() && !names.iter().any(|name| name == "kind") {
            return Err(ImportError::NotOurs {
                missing: "group (of duplicate_groups.csv) or kind (of review_needed.csv)".to_owned(),
            });
        }
        // Trailing columns without a name are no columns.
        let all = names.iter().rposition(|name| !name.is_empty()).map_or(0, |last| last + 1);
        Ok(Columns { source, asset, seen, decision, group, all })
    }

    fn holds(&self) -> Holds {
        if self.group.is_some() { Holds::Groups } else { Holds::Anomalies }
    }

    fn cells(&self, row: &Row) -> Cells {
        Cells {
            line: row.line,
            source: row.cell(self.source),
            asset: row.cell(self.asset),
            seen: row.cell(self.seen),
            decision: row.cell(self.decision),
            group: self.group.map(|at| row.cell(at)).unwrap_or_default(),
            is_shifted: !row.is_blank_from(self.all),
        }
    }
}

/// The separator that a spreadsheet names in a line of its own before the header (`sep=;`), and the line after it.
fn separator_named(head: &[u8]) -> Result<(Option<u8>, u64), ImportError> {
    let mut row = Row::default();
    let mut rows = Rows::new(head, 0);
    // The head may end within a quoted cell: that is no fault of its own.
    if !rows.next(&mut row).unwrap_or(false) {
        return Ok((None, 1));
    }
    let line = row.cell(0);
    let named = line.get(..4).filter(|sep| sep.eq_ignore_ascii_case("sep=")).map(|_| &line.as_bytes()[4..]);
    match named {
        // A tab at the end of the line is trimmed like any blank.
        Some([]) => Ok((Some(b'\t'), 2)),
        Some([separator, rest @ ..]) if rest.iter().all(|b| matches!(b, b',' | b';' | b'\t')) => Ok((Some(*separator), 2)),
        Some(_) => Err(ImportError::NotOurs { missing: READ_BACK[..4].join(", ") }),
        None => Ok((None, 1)),
    }
}

/// The separator with which the header has most of the columns.
fn separator(head: &[u8], named: Option<u8>, first: u64) -> Result<u8, ImportError> {
    let columns_with = |separator: u8| {
        let (mut rows, mut row) = (Rows::new(head, separator), Row::default());
        while rows.next(&mut row).unwrap_or(false) {
            if row.line >= first && !row.is_blank_from(0) {
                return (0..row.len()).filter(|at| READ_BACK.contains(&row.cell(*at).to_ascii_lowercase().as_str())).count();
            }
        }
        0
    };
    let tried = named.into_iter().chain([b',', b';', b'\t', b'|']).map(|separator| (columns_with(separator), separator));
    match tried.rev().max_by_key(|(found, _)| *found) {
        Some((1.., separator)) => Ok(separator),
        _ if head.contains(&0) => Err(ImportError::Binary { line: 1 }),
        _ => Err(ImportError::NotOurs { missing: READ_BACK[..4].join(", ") }),
    }
}
