//! `duplicate_groups.csv`: one row per member and companion, with the evidence for THE RULE and an empty decision.

use std::path::{Path, PathBuf};

use lightproof_ledger::Ledger;

use super::{cell, csv_writer, owners, unwritten, write_proof};
use crate::EngineError;

/// The columns of `duplicate_groups.csv`.
pub const GROUPS: [&str; 14] = [
    "group",
    "basis",
    "source",
    "path",
    "asset_id",
    "owner",
    "distance",
    "exif_field_count",
    "date_time_original",
    "date_corrected",
    "rank",
    "ground",
    "seen",
    "decision",
];

/// Writes `duplicate_groups.csv` from the latest grouping.
///
/// # Errors
/// When the ledger cannot be read or the proof not be written.
pub fn write_groups(ledger: &Ledger, out: &Path) -> Result<PathBuf, EngineError> {
    write_proof(out, "duplicate_groups.csv", |to| {
        let owners = owners(ledger)?;
        let mut csv = csv_writer(to);
        let failed = unwritten("duplicate_groups.csv");
        csv.write_record(GROUPS).map_err(&failed)?;
        ledger.for_each_group(|group| {
            for (asset, basis, distance, rank, ground) in &group.members {
                let owner = owners.get(&asset.place.source).map(String::as_str).unwrap_or_default();
                let row: [String; GROUPS.len()] = [
                    group.id.to_string(),
                    basis.clone(),
                    asset.place.source.to_string(),
                    cell::path(&asset.place.path()).0,
                    asset.id.to_string(),
                    cell::text(owner),
                    distance.to_string(),
                    asset.facts.exif_field_count.to_string(),
                    asset.facts.date_time_original.echo(),
                    asset.corrected.map(|t| t.to_string()).unwrap_or_default(),
                    cell::number(*rank),
                    cell::text(ground),
                    group.seen.clone(),
                    String::new(),
                ];
                csv.write_record(row).map_err(&failed)?;
            }
            Ok::<(), EngineError>(())
        })?;
        csv.flush().map_err(|e| failed(e.into()))
    })
}
