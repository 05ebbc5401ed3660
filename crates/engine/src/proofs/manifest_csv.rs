//! `manifest.csv`: one row for every file met; and `manifest_fields.csv`: one row for every EXIF field.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use lightproof_ledger::{Ledger, ListedRow, RunKey, StoredAsset};
use lightproof_model::problem::{Problem, ProblemKind};
use lightproof_sources::immich::listed::RemoteId;

use super::{cell, csv_writer, owners, unwritten, write_proof};
use crate::EngineError;

/// The columns of `manifest.csv`.
pub const MANIFEST: [&str; 33] = [
    "asset_id",
    "source",
    "owner",
    "path",
    "path_raw",
    "bytes",
    "modified",
    "media_type",
    "sha1",
    "image_digest",
    "phash",
    "exif_field_count",
    "date_time_original",
    "date_corrected",
    "sub_sec",
    "offset",
    "make",
    "model",
    "serial",
    "lens",
    "latitude",
    "longitude",
    "gps_time_utc",
    "orientation",
    "width",
    "height",
    "companion_of",
    "fate",
    "integrity",
    "problems",
    "server_id",
    "uploaded_as",
    "visibility",
];

/// The columns of `manifest_fields.csv`.
pub const FIELDS: [&str; 5] = ["asset", "directory", "tag", "name", "value"];

/// Writes `manifest.csv` of a run.
///
/// # Errors
/// When the ledger cannot be read or the proof not be written.
pub fn write_manifest(ledger: &Ledger, run: RunKey, out: &Path) -> Result<PathBuf, EngineError> {
    write_proof(out, "manifest.csv", |to| {
        let owners = owners(ledger)?;
        let further = ledger.further_place_count(run)? > 0;
        let mut csv = csv_writer(to);
        let failed = unwritten("manifest.csv");
        csv.write_record(MANIFEST).map_err(&failed)?;
        ledger.for_each_asset(run, |mut asset| {
            if further {
                asset.problems.extend(also_at(ledger, run, &asset)?);
            }
            if let Some(other) = asset.probably.map(|key| ledger.asset_of_key(key)).transpose()? {
                let place = String::from_utf8_lossy(&other.place.path()).into_owned();
                asset.problems.push(Problem::new(ProblemKind::ProbablyOne, format!("{place} in {}", other.place.source)));
            }
            let companion_of =
                asset.companion_of.map(|main| ledger.asset_of_key(main)).transpose()?.map(|main| main.id.to_string());
            let owner = owners.get(&asset.place.source).map(String::as_str).unwrap_or_default();
            let listed = if asset.uploaded.is_some() { ledger.listed_as(asset.key)? } else { None };
            csv.write_record(row(&asset, owner, companion_of, listed.as_ref())).map_err(&failed)
        })?;
        csv.flush().map_err(|e| failed(e.into()))
    })
}

/// The other places that lead to an asset, so that none of them vanishes from the manifest.
fn also_at(ledger: &Ledger, run: RunKey, asset: &StoredAsset) -> Result<Vec<Problem>, EngineError> {
    let places = ledger.further_places(run, asset.key)?;
    let told = places.iter().map(|place| {
        let path = String::from_utf8_lossy(&place.path()).into_owned();
        Problem::new(
            ProblemKind::AlsoAt,
            if place.source == asset.place.source { path } else { format!("{} in {}", path, place.source) },
        )
    });
    Ok(told.collect())
}

fn row(asset: &StoredAsset, owner: &str, companion_of: Option<String>, listed: Option<&ListedRow>) -> [String; MANIFEST.len()] {
    let (path, path_raw) = cell::path(&asset.place.path());
    let facts = &asset.facts;
    let time = |t: Option<jiff::civil::DateTime>| t.map(|t| t.to_string()).unwrap_or_default();
    [
        asset.id.to_string(),
        asset.place.source.to_string(),
        cell::text(owner),
        path,
        path_raw,
        asset.stamp.size.to_string(),
        cell::instant(asset.stamp.mtime.div_euclid(1_000_000_000)),
        asset.media_type.map(|t| t.mime().to_owned()).unwrap_or_default(),
        asset.sha1.map(|d| d.to_string()).unwrap_or_default(),
        // A letter first: sixteen hex digits may look like a number, and a spreadsheet would round it.
        asset.image_digest.map(|d| format!("d{d}")).unwrap_or_default(),
        asset.hash.map(|h| format!("p{h:016x}")).unwrap_or_default(),
        cell::number(asset.media_type.map(|_| facts.exif_field_count)),
        facts.date_time_original.echo(),
        time(asset.corrected),
        cell::maybe(facts.sub_sec.as_deref()),
        cell::maybe(facts.offset.as_deref()),
        cell::maybe(facts.make.as_deref()),
        cell::maybe(facts.model.as_deref()),
        cell::maybe(facts.serial.as_deref()),
        cell::maybe(facts.lens.as_deref()),
        cell::number(facts.position.map(|p| p.latitude)),
        cell::number(facts.position.map(|p| p.longitude)),
        time(facts.gps_time_utc),
        cell::number(facts.orientation),
        cell::number(facts.dimensions.map(|d| d.width)),
        cell::number(facts.dimensions.map(|d| d.height)),
        companion_of.unwrap_or_default(),
        asset.fate.map(|f| f.word().to_owned()).unwrap_or_default(),
        asset.integrity.word().to_owned(),
        cell::problems(&asset.problems),
        // A letter first, as for digests: a UUID may begin like a number with an exponent.
        listed.map(|l| format!("u{}", RemoteId(l.remote))).unwrap_or_default(),
        cell::maybe(listed.map(|l| l.name.as_str())),
        cell::maybe(listed.map(|l| l.visibility.as_str())),
    ]
}

/// Writes `manifest_fields.csv` of a run: every EXIF field of every asset.
///
/// # Errors
/// When the ledger cannot be read or the proof not be written.
pub fn write_fields(ledger: &Ledger, run: RunKey, out: &Path) -> Result<PathBuf, EngineError> {
    write_proof(out, "manifest_fields.csv", |to: &mut dyn Write| {
        let mut csv = csv_writer(to);
        let failed = unwritten("manifest_fields.csv");
        csv.write_record(FIELDS).map_err(&failed)?;
        ledger.for_each_asset(run, |asset| {
            for field in ledger.exif_fields(asset.key)? {
                let tag = format!("0x{:04x}", field.tag);
                let value = if field.value.parse::<f64>().is_ok() { field.value } else { cell::text(&field.value) };
                csv.write_record([asset.id.as_str(), field.directory.name(), &tag, &field.name, &value]).map_err(&failed)?;
            }
            Ok::<(), EngineError>(())
        })?;
        csv.flush().map_err(|e| failed(e.into()))
    })
}
