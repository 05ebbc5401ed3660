//! Proofs: what the stages write for people, from the ledger.
//!
//! `manifest.csv`, `manifest_fields.csv`, `duplicate_groups.csv`, `review_needed.csv`: RFC 4180, UTF-8, CRLF, one
//! row at a time, so that memory does not grow with the library. Column names are a contract.

pub mod cell;
mod decisions_csv;
mod groups_csv;
mod manifest_csv;
mod proof_file;
mod review_csv;

/// The columns of all CSVs.
pub const COLUMNS: [&[&str]; 4] = [&manifest_csv::MANIFEST, &manifest_csv::FIELDS, &groups_csv::GROUPS, &review_csv::REVIEW];

pub use decisions_csv::{DECISIONS, DecisionsCsv};

pub use groups_csv::write_groups;
pub use manifest_csv::{write_fields, write_manifest};
pub use proof_file::{check_out, write_proof};
pub use review_csv::write_review;

use std::{collections::HashMap, io::Write};

use lightproof_ledger::Ledger;
use lightproof_model::asset::SourceId;

use crate::EngineError;

/// The names of all proofs.
pub const NAMES: [&str; 6] =
    ["manifest.csv", "manifest_fields.csv", "duplicate_groups.csv", "review_needed.csv", "LIBRARY_SUMMARY.md", "timeline.svg"];

/// A CSV writer as all proofs use it.
fn csv_writer(to: &mut dyn Write) -> csv::Writer<&mut dyn Write> {
    csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(to)
}

/// A CSV that could not be written is a disk that could not be written.
fn unwritten(name: &'static str) -> impl Fn(csv::Error) -> EngineError {
    move |error| EngineError::Proof { path: name.into(), error: error.into() }
}

/// Whose the sources are.
pub(crate) fn owners(ledger: &Ledger) -> Result<HashMap<SourceId, String>, EngineError> {
    Ok(ledger.sources()?.into_iter().map(|s| (s.id, s.owner)).collect())
}
