//! Inventory: assets as lists, by what was found of them, so that every number of the overview leads to what it counts.
//!
//! The same rules count and list. Absent on purpose: anything that can be decided here.

use std::path::Path;

use lightproof_ledger::{BriefRow, Depth, Narrow, StoredAsset};
use lightproof_model::{
    asset::{AssetId, Fate, SourceId},
    media_type::MediaType,
    problem::{Integrity, ProblemKind},
    summary::{Tallied, Undated, undated},
};

use super::Looking;
use crate::{
    EngineError,
    explain::{Explanation, explain},
};

/// When assets are dated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dated {
    /// In this year or month: `2009`, `2009-07`.
    In(String),
    /// Not at all, for this reason.
    Not(Undated),
}

/// Which assets are meant. What is not set excludes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AssetFilter {
    /// In this source.
    pub source: Option<SourceId>,
    /// Of this fate.
    pub fate: Option<Fate>,
    /// Of this integrity.
    pub integrity: Option<Integrity>,
    /// With a problem of this kind.
    pub problem: Option<ProblemKind>,
    /// Unreadable or damaged.
    pub not_whole: bool,
    /// Read in part only.
    pub in_part: bool,
    /// Dated like this.
    pub dated: Option<Dated>,
    /// With a path that holds this text, whatever the case of ASCII letters.
    pub text: Option<String>,
}

impl Looking {
    /// Assets that a filter lets through, by source and path: how many, and those from `offset` on.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn assets(&self, filter: &AssetFilter, offset: usize, most: usize) -> Result<(usize, Vec<StoredAsset>), EngineError> {
        let narrow = Narrow {
            source: filter.source.clone(),
            fate: filter.fate,
            dated: match &filter.dated {
                Some(Dated::In(dated)) => Some(dated.clone()),
                _ => None,
            },
            with_problems: filter.problem.is_some() || filter.not_whole,
            text: filter.text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned),
        };
        let (mut total, mut keys) = (0, Vec::new());
        self.ledger().for_each_brief(self.run(), &narrow, |row| {
            if passes(filter, &row) {
                if total >= offset && keys.len() < most {
                    keys.push(row.key);
                }
                total += 1;
            }
            Ok::<(), EngineError>(())
        })?;
        let assets = keys.into_iter().map(|key| self.ledger().asset_of_key(key)).collect::<Result<_, _>>()?;
        Ok((total, assets))
    }
}

impl Looking {
    /// All that is known of an asset; nothing where there is no asset of that id.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn explanation(&self, id: &AssetId) -> Result<Option<Explanation>, EngineError> {
        // By its id alone: a page names no path.
        match self.ledger().asset(id.as_str())? {
            Some(asset) => explain(self.ledger(), Path::new(asset.id.as_str())).map(Some),
            None => Ok(None),
        }
    }
}

fn passes(filter: &AssetFilter, row: &BriefRow) -> bool {
    let at = || row.corrected.or_else(|| row.date.at());
    filter.integrity.is_none_or(|integrity| row.integrity == integrity)
        && filter.problem.is_none_or(|kind| row.problems.iter().any(|problem| problem.kind == kind))
        && (!filter.not_whole || is_not_whole(row))
        && (!filter.in_part || is_read_in_part(row))
        && filter.dated.as_ref().is_none_or(|dated| match dated {
            Dated::In(_) => at().is_some(),
            Dated::Not(why) => undated(&tallied(row, "", false)) == Some(*why),
        })
}

/// Whether an asset could not be read, or is damaged.
pub(crate) fn is_not_whole(row: &BriefRow) -> bool {
    row.fate == Some(Fate::Unreadable) || matches!(row.integrity, Integrity::Damaged | Integrity::Unreadable)
}

/// Whether a quick survey read no more of an asset than head and preview.
pub(crate) fn is_read_in_part(row: &BriefRow) -> bool {
    row.depth == Depth::Quick && matches!(row.fate, Some(Fate::Read | Fate::Unchanged))
}

/// An asset as the summary counts it.
pub(crate) fn tallied<'a>(row: &'a BriefRow, owner: &'a str, anomalous: bool) -> Tallied<'a> {
    Tallied {
        fate: row.fate.unwrap_or(Fate::Unreadable),
        media_type: row.media_type.unwrap_or(MediaType::Other),
        bytes: row.bytes,
        owner,
        make: row.make.as_deref(),
        model: row.model.as_deref(),
        date: &row.date,
        corrected: row.corrected,
        container_time: row.container_time,
        anomalous,
        integrity: row.integrity,
        problems: &row.problems,
    }
}
