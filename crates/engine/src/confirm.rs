//! Confirming: what a quick survey found by previews is read in full before anything is said of it.
//!
//! Goes on until nothing is left to read: what the whole of an asset shows may be near a preview that its own preview was not
//! near. A second quick survey of an unchanged library then finds nothing to read either.
//! Absent on purpose: which assets those are (`model::quick`).

use std::collections::HashSet;

use lightproof_ledger::{AssetKey, Depth, Ledger, Place, RunKey};
use lightproof_model::{
    asset::Fate,
    quick::{Glimpse, Seen, Standing, suspects},
    same_shot::{CaptureMoment, Words},
};

use crate::{
    EngineError,
    account::WalkAccount,
    grouping::{FromLedger, limits},
    manifest::Walk,
    read_all::{From, What, read_all},
    units::{form_units, is_picture, number},
    watch::{Pass, Watch},
};

/// Reads in full whatever may belong into a group, with its unit.
pub(crate) fn confirm(
    ledger: &mut Ledger,
    from: From<'_>,
    run: RunKey,
    walk: &Walk<'_>,
    watch: &dyn Watch,
    account: &mut WalkAccount,
) -> Result<(), EngineError> {
    loop {
        // A unit is read whole or not at all: what is shown of a group lists every part.
        form_units(ledger, run)?;
        let doubtful = doubtful(ledger, run, walk)?;
        if doubtful.is_empty() {
            return Ok(());
        }
        let bytes = doubtful.iter().map(|(_, _, bytes)| bytes).sum();
        watch.to_read(Pass::Confirming, doubtful.len() as u64, bytes);
        let doubtful: Vec<(AssetKey, Place)> = doubtful.into_iter().map(|(asset, place, _)| (asset, place)).collect();
        let before = account.confirmed;
        read_all(ledger, from, run, walk, What::Whole(&doubtful), watch, account)?;
        // What can be reached by no road of this run stays in doubt, and in no group.
        if account.confirmed == before {
            return Ok(());
        }
    }
}

/// What must be read in full, in the order of places, with its size.
fn doubtful(ledger: &mut Ledger, run: RunKey, walk: &Walk<'_>) -> Result<Vec<(AssetKey, Place, u64)>, EngineError> {
    let mut words = Words::default();
    let (mut glimpses, mut in_part, mut units) = (Vec::new(), Vec::new(), Vec::new());
    ledger.for_each_asset(run, |asset| {
        if !is_picture(&asset) || !matches!(asset.fate, Some(Fate::Read | Fate::Unchanged)) {
            return Ok::<(), EngineError>(());
        }
        let number = number(&asset);
        let is_part = asset.depth == Depth::Quick;
        glimpses.push(Glimpse {
            asset: number,
            seen: if is_part { Seen::Part } else { Seen::Whole },
            standing: if asset.companion_of.is_some() { Standing::Companion } else { Standing::Main },
            hash: asset.hash.or(asset.preview_hash),
            bytes: asset.stamp.size,
            moment: CaptureMoment::of(&asset.facts, &mut words),
            container_time: asset.facts.container_time_utc,
        });
        if let Some(main) = asset.companion_of {
            units.push((number, u32::try_from(main.0).unwrap_or(u32::MAX)));
        }
        if is_part {
            in_part.push((number, asset.key));
        }
        Ok(())
    })?;
    if in_part.is_empty() {
        return Ok(Vec::new());
    }
    let limits = limits(walk.radius);
    let mut named: HashSet<u32> = suspects(&glimpses, &limits, &mut FromLedger(ledger))?.into_iter().collect();
    drop(glimpses);
    named.extend(units.iter().filter(|(part, _)| named.contains(part)).map(|(_, main)| *main).collect::<Vec<_>>());
    named.extend(units.iter().filter(|(_, main)| named.contains(main)).map(|(part, _)| *part).collect::<Vec<_>>());
    let doubtful = in_part.into_iter().filter(|(number, _)| named.contains(number));
    doubtful
        .map(|(_, key)| {
            let asset = ledger.asset_of_key(key)?;
            Ok((key, asset.place, asset.stamp.size))
        })
        .collect()
}
