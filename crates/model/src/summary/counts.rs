//! What was counted, table by table, for faces that lay it out themselves.

use super::{Summary, Tallied, Tally, Undated, why_undated};
use crate::{
    asset::Fate,
    problem::{Integrity, ProblemKind},
};

impl Summary {
    /// Assets by fate, those that occur.
    pub fn by_fate(&self) -> impl Iterator<Item = (Fate, Tally)> + '_ {
        self.fates.iter().map(|(fate, tally)| (*fate, *tally))
    }

    /// Assets by integrity, those that occur.
    pub fn by_integrity(&self) -> impl Iterator<Item = (Integrity, u64)> + '_ {
        self.integrity.iter().map(|(integrity, count)| (*integrity, *count))
    }

    /// Problems by kind, those that occur.
    pub fn by_problem(&self) -> impl Iterator<Item = (ProblemKind, u64)> + '_ {
        self.problems.iter().map(|(kind, count)| (*kind, *count))
    }

    /// Assets without a date by the reason for it, those that occur.
    pub fn by_undated(&self) -> impl Iterator<Item = (Undated, u64)> + '_ {
        self.undated.iter().map(|(why, tally)| (*why, tally.0))
    }

    /// Assets of which a quick survey read no more than head and preview.
    #[must_use]
    pub fn in_part(&self) -> u64 {
        self.read_in_part
    }
}

/// Why an asset has no place in the table of months; nothing where it has one.
#[must_use]
pub fn undated(asset: &Tallied<'_>) -> Option<Undated> {
    let at = asset.corrected.or_else(|| asset.date.at());
    at.is_none().then(|| why_undated(asset, asset.media_type.class()))
}
