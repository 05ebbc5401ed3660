//! The overview: what was surveyed, in numbers, with the rules of the summary.
//!
//! A survey waits while somebody looks, so what it found is counted once. What people decide is told by the lists themselves.

use std::{collections::HashSet, sync::Arc};

use lightproof_ledger::{AssetKey, FolderNote, Narrow, StoredSource};
use lightproof_model::{asset::Fate, moment::WallClock, summary::Summary};

use super::{
    Looking,
    inventory::{is_not_whole, is_read_in_part, tallied},
};
use crate::{EngineError, flagging::utc};

/// A source that was surveyed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SurveyedSource {
    /// The source.
    pub source: StoredSource,
    /// How many assets were found in it.
    pub assets: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Assets by fate, in the order of [`Fate::ALL`].
    pub fates: [u64; Fate::ALL.len()],
}

/// What was surveyed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surveyed {
    /// When, UTC.
    pub at: Option<WallClock>,
    /// What was surveyed.
    pub sources: Vec<SurveyedSource>,
    /// What was counted, but for groups and anomalies.
    pub summary: Summary,
    /// Unreadable or damaged assets.
    pub not_whole: u64,
    /// Folders that were not walked, with the reason.
    pub folders: Vec<FolderNote>,
    /// What was out of reach, or not as expected, in sentences.
    pub notices: Vec<String>,
}

impl Looking {
    /// What was surveyed.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn surveyed(&self) -> Result<Arc<Surveyed>, EngineError> {
        let known = self.surveyed.borrow().clone();
        if let Some(known) = known {
            return Ok(known);
        }
        let surveyed = Arc::new(self.count()?);
        *self.surveyed.borrow_mut() = Some(surveyed.clone());
        Ok(surveyed)
    }

    fn count(&self) -> Result<Surveyed, EngineError> {
        let ledger = self.ledger();
        let latest = ledger.latest_run()?;
        let of_run = |source: &StoredSource| latest.as_ref().is_none_or(|run| run.sources.contains(&source.id));
        let mut sources: Vec<SurveyedSource> = ledger
            .sources()?
            .into_iter()
            .filter(of_run)
            .map(|source| SurveyedSource { source, assets: 0, bytes: 0, fates: Default::default() })
            .collect();
        let anomalous: HashSet<AssetKey> = {
            let index = self.anomaly_index()?;
            let holds_back =
                |photo: &&super::anomalies::index::PhotoLine| photo.anomalies.iter().any(|a| a.kind.blocks_ranking());
            index.photos().iter().filter(holds_back).map(|photo| photo.key).collect()
        };
        let (mut summary, mut not_whole) = (Summary::default(), 0);
        let mut last = 0;
        ledger.for_each_brief(self.run(), &Narrow::default(), |row| {
            // Assets come source by source.
            if sources.get(last).is_none_or(|known| known.source.id != row.source) {
                last = sources.iter().position(|known| known.source.id == row.source).unwrap_or(usize::MAX);
            }
            let mut owner = "";
            if let Some(of) = sources.get_mut(last) {
                of.assets += 1;
                of.bytes += row.bytes;
                let fate = row.fate.unwrap_or(Fate::Unreadable);
                of.fates[Fate::ALL.iter().position(|known| *known == fate).unwrap_or_default()] += 1;
                owner = &of.source.owner;
            }
            summary.add_asset(&tallied(&row, owner, anomalous.contains(&row.key)));
            not_whole += u64::from(is_not_whole(&row));
            if is_read_in_part(&row) {
                summary.add_read_in_part();
            }
            Ok::<(), EngineError>(())
        })?;
        Ok(Surveyed {
            at: latest.map(|run| utc(run.started)),
            sources,
            summary,
            not_whole,
            folders: ledger.folder_notes(self.run())?,
            notices: ledger.notices(self.run())?,
        })
    }
}
