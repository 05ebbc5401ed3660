//! Anomalies as found by the latest flagging.

use rusqlite::params;

use crate::{AssetKey, Ledger, LedgerError};

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

impl Ledger {
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
