//! `review_needed.csv`: one row per asset and anomaly, with the evidence and an empty decision.

use std::path::{Path, PathBuf};

use lightproof_ledger::Ledger;

use super::{cell, csv_writer, owners, unwritten, write_proof};
use crate::EngineError;

/// The columns of `review_needed.csv`.
pub const REVIEW: [&str; 11] =
    ["asset_id", "source", "owner", "path", "kind", "run", "evidence", "suggestion", "confidence", "seen", "decision"];

/// Writes `review_needed.csv` from the latest flagging.
///
/// # Errors
/// When the ledger cannot be read or the proof not be written.
pub fn write_review(ledger: &Ledger, out: &Path) -> Result<PathBuf, EngineError> {
    write_proof(out, "review_needed.csv", |to| {
        let owners = owners(ledger)?;
        let mut csv = csv_writer(to);
        let failed = unwritten("review_needed.csv");
        csv.write_record(REVIEW).map_err(&failed)?;
        ledger.for_each_anomaly(|anomaly| {
            let asset = ledger.asset_of_key(anomaly.asset)?;
            let owner = owners.get(&asset.place.source).map(String::as_str).unwrap_or_default();
            let row: [String; REVIEW.len()] = [
                asset.id.to_string(),
                asset.place.source.to_string(),
                cell::text(owner),
                cell::path(&asset.place.path()).0,
                anomaly.kind,
                anomaly.run.unwrap_or_default(),
                cell::text(&anomaly.evidence),
                anomaly.suggestion.unwrap_or_default(),
                anomaly.confidence.unwrap_or_default(),
                anomaly.seen,
                String::new(),
            ];
            csv.write_record(row).map_err(&failed)
        })?;
        csv.flush().map_err(|e| failed(e.into()))
    })
}
