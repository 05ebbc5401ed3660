//! Passes over the assets of a run, in the orders that the stages need, and look-ups of single assets.

use std::collections::HashMap;

use lightproof_model::{asset::SourceId, fingerprint::Gray, moment::WallClock};
use rusqlite::{OptionalExtension, params, params_from_iter};

use crate::{AssetKey, Ledger, LedgerError, Place, RunKey, StoredAsset, stored::COLUMNS};

impl Ledger {
    /// All assets that a run met, by source, folder and name, one at a time.
    ///
    /// # Errors
    /// When the ledger cannot be read, or what `each` returns.
    pub fn for_each_asset<E: From<LedgerError>>(
        &self,
        run: RunKey,
        each: impl FnMut(StoredAsset) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = format!("SELECT {COLUMNS} FROM asset WHERE seen_run = ?1 ORDER BY source, folder, name");
        self.each_row(&sql, run, each)
    }

    /// All assets that a run met and that name a camera model, body by body, one at a time.
    ///
    /// # Errors
    /// When the ledger cannot be read, or what `each` returns.
    pub fn for_each_asset_by_body<E: From<LedgerError>>(
        &self,
        run: RunKey,
        each: impl FnMut(StoredAsset) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = format!(
            "SELECT {COLUMNS} FROM asset INDEXED BY asset_body WHERE seen_run = ?1 AND model IS NOT NULL \
             ORDER BY make, model, serial, internal_serial, taken, key"
        );
        self.each_row(&sql, run, each)
    }

    fn each_row<E: From<LedgerError>>(
        &self,
        sql: &str,
        run: RunKey,
        mut each: impl FnMut(StoredAsset) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut query = self.survey.prepare_cached(sql).map_err(LedgerError::from)?;
        let mut rows = query.query([run.0]).map_err(LedgerError::from)?;
        while let Some(row) = rows.next().map_err(LedgerError::from)? {
            each(StoredAsset::read(row).map_err(LedgerError::from)?)?;
        }
        Ok(())
    }

    /// The sources in which assets of a run wait to be read.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn waiting_sources(&self, run: RunKey) -> Result<Vec<SourceId>, LedgerError> {
        let sql =
            "SELECT DISTINCT source FROM asset INDEXED BY asset_pending WHERE fate IS NULL AND seen_run = ?1 ORDER BY source";
        let mut query = self.survey.prepare_cached(sql)?;
        let sources = query.query_map([run.0], |r| Ok(SourceId::new(r.get::<_, String>(0)?)))?.collect::<Result<_, _>>()?;
        Ok(sources)
    }

    /// Assets of a run and source that wait to be read, by folder and name: at most `limit` after a place.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn waiting(
        &self,
        run: RunKey,
        source: &SourceId,
        after: Option<&Place>,
        limit: u32,
    ) -> Result<Vec<(AssetKey, Place)>, LedgerError> {
        let mut query = self.survey.prepare_cached(
            "SELECT key, source, folder, name FROM asset INDEXED BY asset_pending WHERE fate IS NULL AND seen_run = ?1 \
             AND source = ?2 AND (folder, name) > (?3, ?4) ORDER BY folder, name LIMIT ?5",
        )?;
        let (folder, name) = after.map_or((&b""[..], &b""[..]), |place| (&place.folder[..], &place.name[..]));
        let waiting = query
            .query_map(params![run.0, source.as_str(), folder, name, limit], |r| {
                Ok((
                    AssetKey(r.get(0)?),
                    Place { source: SourceId::new(r.get::<_, String>(1)?), folder: r.get(2)?, name: r.get(3)? },
                ))
            })?
            .collect::<Result<_, _>>()?;
        Ok(waiting)
    }

    /// The asset at a place.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn asset_at(&self, place: &Place) -> Result<Option<StoredAsset>, LedgerError> {
        let sql = format!("SELECT {COLUMNS} FROM asset WHERE source = ?1 AND folder = ?2 AND name = ?3 AND gone_since IS NULL");
        let mut query = self.survey.prepare_cached(&sql)?;
        Ok(query.query_row(params![place.source.as_str(), place.folder, place.name], StoredAsset::read).optional()?)
    }

    /// The asset that a server knows by an id.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn asset_of_remote(&self, remote: u128) -> Result<Option<StoredAsset>, LedgerError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM asset WHERE device = ?1 AND inode = ?2 AND uploaded IS NOT NULL AND gone_since IS NULL"
        );
        let mut query = self.survey.prepare_cached(&sql)?;
        Ok(query.query_row(params![(remote >> 64) as i64, remote as i64], StoredAsset::read).optional()?)
    }

    /// The asset that a further place leads to.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn asset_by_further_place(&self, place: &Place) -> Result<Option<StoredAsset>, LedgerError> {
        let key = self
            .survey
            .prepare_cached("SELECT asset FROM further_place WHERE source = ?1 AND folder = ?2 AND name = ?3")?
            .query_row(params![place.source.as_str(), place.folder, place.name], |r| r.get(0))
            .optional()?;
        key.map(|key| self.asset_of_key(AssetKey(key))).transpose()
    }

    /// The asset of an id.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn asset(&self, id: &str) -> Result<Option<StoredAsset>, LedgerError> {
        let mut query = self.survey.prepare_cached(&format!("SELECT {COLUMNS} FROM asset WHERE id = ?1"))?;
        Ok(query.query_row([id], StoredAsset::read).optional()?)
    }

    /// The asset of a row.
    ///
    /// # Errors
    /// When the ledger cannot be read, or has no such row.
    pub fn asset_of_key(&self, key: AssetKey) -> Result<StoredAsset, LedgerError> {
        let mut query = self.survey.prepare_cached(&format!("SELECT {COLUMNS} FROM asset WHERE key = ?1"))?;
        Ok(query.query_row([key.0], StoredAsset::read)?)
    }

    /// The place of an asset.
    ///
    /// # Errors
    /// When the ledger cannot be read, or has no such row.
    pub fn home_of(&self, key: AssetKey) -> Result<Place, LedgerError> {
        let mut query = self.survey.prepare_cached("SELECT source, folder, name FROM asset WHERE key = ?1")?;
        Ok(query.query_row([key.0], |r| {
            Ok(Place { source: SourceId::new(r.get::<_, String>(0)?), folder: r.get(1)?, name: r.get(2)? })
        })?)
    }

    /// The companions of an asset.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn companions_of(&self, run: RunKey, main: AssetKey) -> Result<Vec<StoredAsset>, LedgerError> {
        // Left to itself, the planner walks the whole run for the sake of the order.
        let mut query = self.survey.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM asset INDEXED BY asset_companion WHERE companion_of = ?1 AND seen_run = ?2 ORDER BY source, folder, name"
        ))?;
        let parts = query.query_map(params![main.0, run.0], StoredAsset::read)?.collect::<Result<_, _>>()?;
        Ok(parts)
    }

    /// Further places that lead to assets of a run: asset and place, by asset.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn further_places(&self, run: RunKey, asset: AssetKey) -> Result<Vec<Place>, LedgerError> {
        let mut query = self.survey.prepare_cached(
            "SELECT source, folder, name FROM further_place WHERE asset = ?1 AND run = ?2 ORDER BY source, folder, name",
        )?;
        let places = query
            .query_map(params![asset.0, run.0], |r| {
                Ok(Place { source: SourceId::new(r.get::<_, String>(0)?), folder: r.get(1)?, name: r.get(2)? })
            })?
            .collect::<Result<_, _>>()?;
        Ok(places)
    }

    /// How many further places a run met.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn further_place_count(&self, run: RunKey) -> Result<u64, LedgerError> {
        Ok(self.survey.query_row("SELECT count(*) FROM further_place WHERE run = ?1", [run.0], |r| r.get::<_, i64>(0))? as u64)
    }

    /// Replaces what is known of units: which asset is a companion of which, and which dates are corrected.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn replace_units(
        &mut self,
        run: RunKey,
        companions: impl IntoIterator<Item = (AssetKey, AssetKey)>,
        corrected: impl IntoIterator<Item = (AssetKey, WallClock)>,
    ) -> Result<(), LedgerError> {
        self.flush()?;
        let step = self.survey.transaction()?;
        step.execute(
            "UPDATE asset SET companion_of = NULL, corrected = NULL WHERE seen_run = ?1 AND (companion_of IS NOT NULL OR corrected IS NOT NULL)",
            [run.0],
        )?;
        {
            let mut set_companion = step.prepare("UPDATE asset SET companion_of = ?2 WHERE key = ?1")?;
            for (companion, main) in companions {
                set_companion.execute([companion.0, main.0])?;
            }
            let mut set_corrected = step.prepare("UPDATE asset SET corrected = ?2 WHERE key = ?1")?;
            for (asset, date) in corrected {
                set_corrected.execute(params![asset.0, date.to_string()])?;
            }
        }
        step.commit()?;
        Ok(())
    }

    /// The gray pictures of assets, in the order asked for; nothing for one that has none.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn grays(&self, assets: &[AssetKey]) -> Result<Vec<Option<Box<Gray>>>, LedgerError> {
        let mut found = HashMap::with_capacity(assets.len());
        for chunk in assets.chunks(500) {
            let marks = vec!["?"; chunk.len()].join(",");
            let mut query = self.survey.prepare(&format!("SELECT asset, gray FROM gray WHERE asset IN ({marks})"))?;
            let mut rows = query.query(params_from_iter(chunk.iter().map(|k| k.0)))?;
            while let Some(row) = rows.next()? {
                let bytes = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
                if let Ok(gray) = <Gray>::try_from(bytes) {
                    found.insert(row.get::<_, i64>(0)?, Box::new(gray));
                }
            }
        }
        Ok(assets.iter().map(|k| found.get(&k.0).cloned()).collect())
    }
}
