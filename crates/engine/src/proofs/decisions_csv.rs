//! The export of decisions: one row for each asset that a decision speaks of, those of which nothing was said included.
//!
//! Asked for by a person, not written by a survey. Cells are neutralised as in every other CSV.

use std::io::{self, Write};

use super::cell;
use crate::review::log::LogLine;

/// The columns of the export.
pub const DECISIONS: [&str; 20] = [
    "decision_id",
    "at",
    "reviewer",
    "about",
    "subject",
    "basis",
    "asset_id",
    "source",
    "path",
    "path_raw",
    "owner",
    "part_of",
    "decision",
    "state",
    "by",
    "changes",
    "seen",
    "face",
    "tool",
    "together",
];

/// Writes the export line by line.
pub struct DecisionsCsv<W: Write> {
    to: csv::Writer<W>,
}

impl<W: Write> DecisionsCsv<W> {
    /// Begins with the header.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn begin(to: W) -> io::Result<DecisionsCsv<W>> {
        let mut to = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(to);
        to.write_record(DECISIONS)?;
        Ok(DecisionsCsv { to })
    }

    /// Adds a decision.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn add(&mut self, line: &LogLine) -> io::Result<()> {
        let decision = &line.decision;
        for word in &decision.words {
            let (path, path_raw) = cell::path(&word.path);
            let row: [String; DECISIONS.len()] = [
                format!("d{}", decision.key.0),
                cell::instant(decision.at.div_euclid(1000)),
                cell::text(&decision.reviewer),
                decision.about.word().to_owned(),
                cell::text(&decision.subject),
                decision.basis.clone(),
                word.asset.to_string(),
                word.source.to_string(),
                path,
                path_raw,
                cell::text(&word.owner),
                word.part_of.as_ref().map(ToString::to_string).unwrap_or_default(),
                cell::maybe(word.verb.as_deref()),
                line.state.word().to_owned(),
                line.by.map(|by| format!("d{}", by.0)).unwrap_or_default(),
                cell::text(&line.changes.join("; ")),
                decision.seen.clone(),
                decision.face.clone(),
                decision.tool.clone(),
                decision.together.map(|first| format!("d{}", first.0)).unwrap_or_default(),
            ];
            self.to.write_record(row)?;
        }
        Ok(())
    }

    /// Ends it.
    ///
    /// # Errors
    /// When the last of it cannot be written.
    pub fn end(mut self) -> io::Result<()> {
        self.to.flush()
    }
}
