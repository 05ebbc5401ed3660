//! Deciding in a spreadsheet: every filled row is taken or refused with its line and the reason, and what was decided can be listed.

#![allow(clippy::disallowed_methods)] // a test plays the spreadsheet

mod dialects;
mod log;
mod rows;
mod stale;
mod terminal;

use std::{ffi::OsString, fs, path::PathBuf};

use lightproof_darkroom::{exif::Exif, photo::Photo};
use lightproof_testkit::{
    library::{Library, photo, photo_of},
    run::Ran,
};
use serde_json::Value;

use crate::house::{House, Table};

/// A library with two groups, and a third whose clock waits for a person.
pub fn library() -> Library {
    Library::with("one.jpg", photo())
        .and("copies/one.jpg", photo())
        .and("two.jpg", photo_of(2))
        .and("copies/two.jpg", photo_of(2))
        .and("d50.jpg", d50())
        .and("copies/d50.jpg", d50())
        .and("alone.jpg", photo_of(4))
}

/// A photograph of a camera whose clock is always reviewed.
fn d50() -> Photo {
    let exif = Exif::camera("NIKON CORPORATION", "NIKON D50").taken("2006:05:01 10:11:12").serial("7").fields(20);
    Photo::drawn(9).size(320, 240).exif(exif)
}

/// A CSV with its rows in hand.
#[derive(Clone)]
pub struct Sheet {
    pub table: Table,
}

impl Sheet {
    /// Fills in the decision of a path; there may be several rows of it.
    pub fn say(mut self, path: &str, decision: &str) -> Sheet {
        let mut filled = 0;
        for row in self.table.rows.iter_mut().filter(|row| row["path"] == *path) {
            row.set("decision", decision);
            filled += 1;
        }
        assert!(filled > 0, "{path} in {:?}", self.table.column("path"));
        self
    }

    pub fn set(mut self, path: &str, column: &str, value: &str) -> Sheet {
        self.table.rows.iter_mut().filter(|row| row["path"] == *path).for_each(|row| row.set(column, value));
        self
    }

    /// As lightproof writes it.
    pub fn bytes(&self) -> Vec<u8> {
        let mut csv = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
        csv.write_record(&self.table.columns).unwrap();
        for row in &self.table.rows {
            csv.write_record(self.table.columns.iter().map(|column| &row[column])).unwrap();
        }
        csv.into_inner().unwrap()
    }
}

/// A surveyed library with its house.
pub struct Desk {
    pub house: House,
    pub library: Library,
}

impl Desk {
    pub fn new() -> Desk {
        Desk::over(library())
    }

    pub fn over(library: Library) -> Desk {
        let house = House::default();
        let _ = house.survey(&library);
        Desk { house, library }
    }

    pub fn survey(&self) -> &Desk {
        let _ = self.house.survey(&self.library);
        self
    }

    /// Takes the survey away; the record stays.
    pub fn forget_the_survey(&self) {
        for name in ["survey.sqlite", "survey.sqlite-wal", "survey.sqlite-shm"] {
            let _ = fs::remove_file(self.house.ledger().join(name));
        }
    }

    pub fn groups(&self) -> Sheet {
        Sheet { table: self.house.groups() }
    }

    pub fn review(&self) -> Sheet {
        Sheet { table: self.house.review() }
    }

    /// Puts a file into the home.
    pub fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.house.program.home().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    /// `decide --from` sheets, as Ann.
    pub fn decide(&self, sheets: &[&Sheet], further: &[&str]) -> Ran {
        self.decide_as("Ann", sheets, further)
    }

    pub fn decide_as(&self, reviewer: &str, sheets: &[&Sheet], further: &[&str]) -> Ran {
        let files = sheets.iter().enumerate().map(|(at, sheet)| self.file(&format!("sheet{at}.csv"), sheet.bytes()));
        let from = std::iter::once(OsString::from("--from")).chain(files.map(OsString::from));
        let arguments = ["decide", "--reviewer", reviewer].into_iter().chain(further.iter().copied()).map(OsString::from);
        self.house.run(arguments.chain(from))
    }

    /// The same, as told to programs; nothing need have gone well.
    pub fn told(&self, sheets: &[&Sheet], further: &[&str]) -> Value {
        let ran = self.decide(sheets, &[&["--json"], further].concat());
        serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:?}"))
    }

    /// What is decided: path, verb and state of each word, in the order of paths.
    pub fn decisions(&self, further: &[&str]) -> Vec<String> {
        let told = self.house.json(["decisions"].iter().chain(further));
        let mut said = Vec::new();
        for decision in told["decisions"].as_array().unwrap() {
            for word in decision["words"].as_array().unwrap() {
                let verb = word["decision"].as_str().unwrap_or("-");
                said.push(format!("{} {verb} {}", word["path"].as_str().unwrap(), decision["state"].as_str().unwrap()));
            }
        }
        said.sort();
        said
    }
}

pub fn sums(told: &Value) -> [u64; 4] {
    ["accepted", "already", "refused", "undecided"].map(|what| told["sums"][what].as_u64().unwrap())
}

/// The reasons of all refused rows.
pub fn reasons(told: &Value) -> Vec<(u64, String)> {
    let refused = told["rows"].as_array().unwrap().iter().filter(|row| row["outcome"] == "refused");
    refused.map(|row| (row["line"].as_u64().unwrap(), row["reason"].as_str().unwrap().to_owned())).collect()
}
