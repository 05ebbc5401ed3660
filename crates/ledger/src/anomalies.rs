//! Anomalies as found by the latest flagging.

use lightproof_model::{
    asset::{AssetId, SourceId},
    digest::Sha1,
    moment::{RecordedDate, WallClock},
};
use rusqlite::params;

use crate::{AssetKey, Ledger, LedgerError, RunKey};

/// One anomaly of one asset, with words as they stand in the CSV.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAnomaly {
    /// Which asset.
    pub asset: AssetKey,
    /// The word of its kind.
    pub kind: String,
    /// The run it belongs to.
    pub run: Option<String>,
    /// Why.
    pub evidence: String,
    /// A suggested correction.
    pub suggestion: Option<String>,
    /// How sure.
    pub confidence: Option<String>,
    /// Digest of the evidence shown.
    pub seen: String,
}

/// Of one anomaly, what lists and counts need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnomalyLineRow {
    /// Its asset's row.
    pub key: AssetKey,
    /// Its asset.
    pub asset: AssetId,
    /// The word of its kind.
    pub kind: String,
    /// The run it belongs to.
    pub run: Option<String>,
    /// A suggested correction.
    pub suggestion: Option<String>,
    /// The asset's source.
    pub source: SourceId,
    /// SHA-1 of the asset, where it was read.
    pub sha1: Option<Sha1>,
    /// Whether the asset is in an external library.
    pub external: bool,
    /// Make, model, serial and internal serial, as they are recorded.
    pub camera: [Option<String>; 4],
    /// The date that ranks.
    pub at: Option<WallClock>,
}

/// Of one shot of a body, what its place in time needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShotRow {
    /// Its row.
    pub key: AssetKey,
    /// Its id.
    pub asset: AssetId,
    /// Its folder.
    pub folder: Vec<u8>,
    /// The name that a camera or a person gave it.
    pub name: Vec<u8>,
    /// When the file was last modified, nanoseconds since 1970, UTC.
    pub mtime: i64,
    /// The date that ranks.
    pub at: Option<WallClock>,
}

/// The date that ranks, of the columns `taken` and `corrected`.
pub(crate) fn ranking_date(taken: Option<String>, corrected: Option<String>) -> Option<WallClock> {
    corrected.and_then(|at| at.parse().ok()).or_else(|| RecordedDate::parse(&taken?).at())
}

impl Ledger {
    /// All anomalies in brief, asset by asset.
    ///
    /// # Errors
    /// When the ledger cannot be read, or what `each` returns.
    pub fn for_each_anomaly_line<E: From<LedgerError>>(
        &self,
        mut each: impl FnMut(AnomalyLineRow) -> Result<(), E>,
    ) -> Result<(), E> {
        let failed = |error: rusqlite::Error| E::from(LedgerError::from(error));
        let mut query = self
            .survey
            .prepare(
                "SELECT n.asset, a.id, n.kind, n.run, a.source, a.sha1, a.external, a.make, a.model, a.serial, a.internal_serial, \
                 a.taken, a.corrected, n.suggestion FROM anomaly n JOIN asset a ON a.key = n.asset ORDER BY n.asset, n.kind",
            )
            .map_err(failed)?;
        let mut rows = query.query([]).map_err(failed)?;
        while let Some(r) = rows.next().map_err(failed)? {
            let line = || {
                Ok(AnomalyLineRow {
                    key: AssetKey(r.get(0)?),
                    asset: AssetId::new(r.get::<_, String>(1)?),
                    kind: r.get(2)?,
                    run: r.get(3)?,
                    suggestion: r.get(13)?,
                    source: SourceId::new(r.get::<_, String>(4)?),
                    sha1: r.get::<_, Option<[u8; 20]>>(5)?.map(Sha1),
                    external: r.get::<_, Option<bool>>(6)?.unwrap_or_default(),
                    camera: [r.get(7)?, r.get(8)?, r.get(9)?, r.get(10)?],
                    at: ranking_date(r.get(11)?, r.get(12)?),
                })
            };
            each(line().map_err(failed)?)?;
        }
        Ok(())
    }

    /// Every camera that shots of a run name: make, model, serial and internal serial, as they are recorded.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn recorded_bodies(&self) -> Result<Vec<[Option<String>; 4]>, LedgerError> {
        let mut query = self.survey.prepare(
            "SELECT DISTINCT make, model, serial, internal_serial FROM asset INDEXED BY asset_body WHERE model IS NOT NULL",
        )?;
        let bodies = query.query_map([], |r| Ok([r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?]))?.collect::<Result<_, _>>()?;
        Ok(bodies)
    }

    /// The shots of one camera as it is recorded that a run met and whose dates were judged.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn shots_of(&self, run: RunKey, camera: &[Option<String>; 4]) -> Result<Vec<ShotRow>, LedgerError> {
        let mut query = self.survey.prepare_cached(
            "SELECT key, id, folder, coalesce(uploaded, name), mtime, taken, corrected FROM asset INDEXED BY asset_body \
             WHERE make IS ?1 AND model IS ?2 AND model IS NOT NULL AND serial IS ?3 AND internal_serial IS ?4 AND seen_run = ?5 \
             AND probably IS NULL AND fate NOT IN ('skipped', 'set-aside')",
        )?;
        let [make, model, serial, internal] = camera;
        let shots = query
            .query_map(params![make, model, serial, internal, run.0], |r| {
                let name = match r.get_ref(3)? {
                    rusqlite::types::ValueRef::Text(bytes) | rusqlite::types::ValueRef::Blob(bytes) => bytes.to_vec(),
                    _ => Vec::new(),
                };
                Ok(ShotRow {
                    key: AssetKey(r.get(0)?),
                    asset: AssetId::new(r.get::<_, String>(1)?),
                    folder: r.get(2)?,
                    name,
                    mtime: r.get(4)?,
                    at: ranking_date(r.get(5)?, r.get(6)?),
                })
            })?
            .collect::<Result<_, _>>()?;
        Ok(shots)
    }

    /// Forgets all anomalies, before they are found anew.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn forget_anomalies(&self) -> Result<(), LedgerError> {
        self.batch()?;
        self.survey.execute("DELETE FROM anomaly", [])?;
        Ok(())
    }

    /// Stores an anomaly.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn store_anomaly(&self, found: &StoredAnomaly) -> Result<(), LedgerError> {
        self.batch()?;
        self.survey
            .prepare_cached(
                "INSERT OR REPLACE INTO anomaly (asset, kind, run, evidence, suggestion, confidence, seen) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![found.asset.0, found.kind, found.run, found.evidence, found.suggestion, found.confidence, found.seen])?;
        Ok(())
    }

    /// The anomalies of one asset, by kind.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn anomalies_of(&self, asset: AssetKey) -> Result<Vec<StoredAnomaly>, LedgerError> {
        let mut query = self.survey.prepare_cached(
            "SELECT asset, kind, run, evidence, suggestion, confidence, seen FROM anomaly WHERE asset = ?1 ORDER BY kind",
        )?;
        let found = query.query_map([asset.0], read)?.collect::<Result<_, _>>()?;
        Ok(found)
    }

    /// All anomalies, by source, folder and name of their assets, one at a time.
    ///
    /// # Errors
    /// When the ledger cannot be read, or what `each` returns.
    pub fn for_each_anomaly<E: From<LedgerError>>(&self, mut each: impl FnMut(StoredAnomaly) -> Result<(), E>) -> Result<(), E> {
        let mut query = self
            .survey
            .prepare(
                "SELECT n.asset, n.kind, n.run, n.evidence, n.suggestion, n.confidence, n.seen FROM anomaly n \
                 JOIN asset a ON a.key = n.asset ORDER BY a.source, a.folder, a.name, n.kind",
            )
            .map_err(LedgerError::from)?;
        let mut rows = query.query([]).map_err(LedgerError::from)?;
        while let Some(row) = rows.next().map_err(LedgerError::from)? {
            each(read(row).map_err(LedgerError::from)?)?;
        }
        Ok(())
    }
}

fn read(r: &rusqlite::Row<'_>) -> rusqlite::Result<StoredAnomaly> {
    Ok(StoredAnomaly {
        asset: AssetKey(r.get(0)?),
        kind: r.get(1)?,
        run: r.get(2)?,
        evidence: r.get(3)?,
        suggestion: r.get(4)?,
        confidence: r.get(5)?,
        seen: r.get(6)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flagging_that_is_stopped_leaves_the_old_anomalies() {
        let dir = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(dir.path()).unwrap();
        let found = |kind: &str| StoredAnomaly {
            asset: AssetKey(1),
            kind: kind.to_owned(),
            run: None,
            evidence: String::new(),
            suggestion: None,
            confidence: None,
            seen: String::new(),
        };
        let flagged = |kind: &'static str, stopped: bool| {
            ledger.whole(|| {
                ledger.forget_anomalies()?;
                (0..3000).try_for_each(|_| ledger.store_anomaly(&found(kind)))?;
                if stopped { Err(LedgerError::InUse { dir: dir.path().to_owned() }) } else { Ok(()) }
            })
        };
        flagged("zero-date", false).unwrap();
        flagged("late-date", true).unwrap_err();
        assert_eq!(ledger.anomalies_of(AssetKey(1)).unwrap(), [found("zero-date")]);
    }
}
