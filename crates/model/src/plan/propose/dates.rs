//! Dates: which decided dates may be written, one for each asset.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    AskedFix, Refused, Why,
    weigh::{may_be_touched, stands},
};
use crate::{
    asset::AssetId,
    plan::{Fix, Ground},
};

/// The dates that may be written, by place; of the others `refused` is told.
pub(super) fn weigh(fixes: &[AskedFix], moving: &BTreeSet<&AssetId>, refused: &mut Vec<Refused>) -> Vec<(Ground, Fix)> {
    let mut by_asset: BTreeMap<_, Vec<&AskedFix>> = BTreeMap::new();
    for fix in fixes {
        by_asset.entry((&fix.part.subject.place, &fix.part.subject.asset)).or_default().push(fix);
    }
    let mut dated = Vec::new();
    for fixes in by_asset.into_values() {
        for (at, fix) in fixes.iter().enumerate() {
            // Several anomalies of one asset may have led to one date: that is one step.
            let others = || fixes.iter().filter(|other| other.becomes != fix.becomes && stands(&other.stands).is_ok());
            let said_before = || fixes[..at].iter().any(|other| passes(other, moving).is_ok());
            match (passes(fix, moving), others().next()) {
                (Ok(()), Some(other)) => {
                    let (first, second) = (fix.becomes.min(other.becomes), fix.becomes.max(other.becomes));
                    refused.push(refusal(fix, Why::TwoDates(first, second)));
                }
                (Ok(()), None) if said_before() => {}
                (Ok(()), None) => dated.push(step(fix)),
                (Err(why), _) => refused.push(refusal(fix, why)),
            }
        }
    }
    dated
}

fn passes(fix: &AskedFix, moving: &BTreeSet<&AssetId>) -> Result<(), Why> {
    stands(&fix.stands)?;
    may_be_touched(&fix.part)?;
    if moving.contains(&fix.part.subject.asset) {
        return Err(Why::SetAsideByThisPlan);
    }
    if fix.was == Some(fix.becomes) {
        return Err(Why::DatedAlready(fix.becomes));
    }
    Ok(())
}

fn refusal(fix: &AskedFix, why: Why) -> Refused {
    Refused { subject: fix.part.subject.clone(), seen: fix.seen.clone(), why }
}

fn step(fix: &AskedFix) -> (Ground, Fix) {
    let ground = Ground { reviewer: fix.reviewer.clone(), seen: fix.seen.clone() };
    let (subject, zone) = (fix.part.subject.clone(), fix.zone.clone());
    (ground, Fix { subject, was: fix.was, becomes: fix.becomes, sidecar: fix.sidecar, shows: fix.shows, zone })
}
