//! `House`: the program with a home of its own, and what it wrote there, read back as rows.
//!
//! Surveys are asked for with `--json`, so that their accounts can be compared with the proofs.

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    fmt, fs,
    ops::Index,
    path::{Path, PathBuf},
};

use lightproof_testkit::{
    library::Library,
    run::{Lightproof, Ran},
};
use serde_json::Value;

/// The program with its home, ledger and proofs.
pub struct House {
    pub program: Lightproof,
}

/// A CSV, read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    pub columns: Vec<String>,
    pub rows: Vec<Row>,
}

/// A row by column name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row(BTreeMap<String, String>);

impl Default for House {
    fn default() -> Self {
        Self { program: Lightproof::at(env!("CARGO_BIN_EXE_lightproof")) }
    }
}

impl House {
    /// The usual folder of the proofs: `./proofs` of its home.
    pub fn proofs(&self) -> PathBuf {
        self.program.home().join("proofs")
    }

    /// The usual folder of the ledger.
    pub fn ledger(&self) -> PathBuf {
        self.program.home().join("data/lightproof")
    }

    /// Runs a command to its end.
    pub fn run<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Ran {
        self.program.run(arguments)
    }

    /// Runs a command that must go well, and gives what it tells programs.
    pub fn json<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Value {
        let arguments: Vec<OsString> = arguments.into_iter().map(|a| a.as_ref().to_owned()).chain(["--json".into()]).collect();
        let ran = self.run(arguments).went_well();
        serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}:\n{}", ran.stdout))
    }

    /// Surveys a library whole: its account.
    pub fn survey(&self, library: &Library) -> Value {
        self.survey_all([library.path()])
    }

    /// Surveys folders, and passes further arguments on.
    pub fn survey_all<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Value {
        let all = std::iter::once(OsString::from("survey")).chain(arguments.into_iter().map(|a| a.as_ref().to_owned()));
        self.json(all)
    }

    pub fn manifest(&self) -> Table {
        Table::read(&self.proofs().join("manifest.csv"))
    }

    pub fn groups(&self) -> Table {
        Table::read(&self.proofs().join("duplicate_groups.csv"))
    }

    pub fn review(&self) -> Table {
        Table::read(&self.proofs().join("review_needed.csv"))
    }

    /// The ids of all assets by their paths.
    pub fn ids(&self) -> BTreeMap<String, String> {
        self.manifest().rows.iter().map(|row| (row["path"].to_owned(), row["asset_id"].to_owned())).collect()
    }
}

impl Table {
    /// # Panics
    /// When there is no such file, or it is no CSV with as many cells in every row.
    pub fn read(path: &Path) -> Self {
        let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Self::of(&bytes)
    }

    pub fn of(bytes: &[u8]) -> Self {
        let mut csv = csv::Reader::from_reader(bytes);
        let columns: Vec<String> = csv.headers().unwrap().iter().map(str::to_owned).collect();
        let row = |record: csv::StringRecord| Row(columns.iter().cloned().zip(record.iter().map(str::to_owned)).collect());
        let rows = csv.records().map(|record| row(record.unwrap())).collect();
        Self { columns, rows }
    }

    /// The only row of a path.
    pub fn at(&self, path: &str) -> &Row {
        let rows: Vec<&Row> = self.rows.iter().filter(|row| &row["path"] == path).collect();
        assert_eq!(rows.len(), 1, "{path} in {:#?}", self.column("path"));
        rows[0]
    }

    /// All cells of a column.
    pub fn column(&self, name: &str) -> Vec<&str> {
        self.rows.iter().map(|row| &row[name]).collect()
    }

    /// How often each value of a column occurs.
    pub fn counts(&self, name: &str) -> BTreeMap<&str, u64> {
        let mut counts = BTreeMap::new();
        self.column(name).into_iter().for_each(|value| *counts.entry(value).or_default() += 1);
        counts
    }

    /// The same table without some columns.
    pub fn without(mut self, columns: &[&str]) -> Self {
        self.columns.retain(|c| !columns.contains(&c.as_str()));
        self.rows.iter_mut().for_each(|row| row.0.retain(|c, _| !columns.contains(&c.as_str())));
        self
    }
}

impl Row {
    /// Fills in a cell, as a person with a spreadsheet does.
    #[allow(dead_code)] // not by every suite that reads rows
    pub fn set(&mut self, column: &str, value: &str) {
        let known = self.0.insert(column.to_owned(), value.to_owned());
        assert!(known.is_some(), "no column {column}");
    }
}

impl Index<&str> for Row {
    type Output = str;

    fn index(&self, column: &str) -> &str {
        self.0.get(column).unwrap_or_else(|| panic!("no column {column}"))
    }
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.0.iter().filter(|(_, value)| !value.is_empty())).finish()
    }
}
