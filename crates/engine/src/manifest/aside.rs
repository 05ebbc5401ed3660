//! What is set aside of a folder: met where it lies, as the journal tells, and listed under the place that it had.

use lightproof_ledger::{AssetKey, Depth, Ledger, Met, Place, RunKey, Wanted};
use lightproof_model::asset::Fate;
use lightproof_sources::{
    folder::{FolderSource, hands::Hands},
    source::Source,
};

use crate::{EngineError, account::WalkAccount, devices::Devices, roots::Root};

/// Lists what is set aside of a root. What a person took out of the quarantine is not there, and is told like all that vanished.
pub(super) fn list_aside(
    ledger: &Ledger,
    root: &Root,
    run: RunKey,
    devices: &Devices,
    now: i64,
    account: &mut WalkAccount,
) -> Result<(), EngineError> {
    let Some(folder) = root.folder() else { return Ok(()) };
    let executed = ledger.executed()?;
    for (path, left) in executed.aside_in(&root.source.id) {
        let lies = Hands::aside(left.plan.folder(), path);
        let found = meet(ledger, root, folder, run, devices, now, path, &lies)?;
        if let Some(asset) = found {
            ledger.hold(asset, Fate::SetAside, None)?;
            account.assets += 1;
        }
    }
    Ok(())
}

#[allow(clippy::too_many_arguments)] // one asset, met once
fn meet(
    ledger: &Ledger,
    root: &Root,
    folder: &FolderSource,
    run: RunKey,
    devices: &Devices,
    now: i64,
    path: &[u8],
    lies: &[u8],
) -> Result<Option<AssetKey>, EngineError> {
    let Ok(opened) = folder.open(lies) else { return Ok(None) };
    let place = Place::of(&root.source.id, path);
    if let Some(asset) = ledger.still_known(run, &place)? {
        return Ok(Some(asset));
    }
    // A survey that was made anew does not know it; or something else has its place by now, and it is told where it lies.
    let place = if ledger.asset_at(&place)?.is_some() { Place::of(&root.source.id, lies) } else { place };
    let Ok(stat) = opened.stat() else { return Ok(None) };
    let wanted = Wanted { depth: Depth::Nothing, version: 0, or: None };
    Ok(match ledger.meet(run, &place, devices.stamp(&stat), wanted, now)? {
        Met::ToRead(asset) | Met::Unchanged(asset) => Some(asset),
        Met::Already(_) | Met::FurtherPlace(_) | Met::PerhapsMoved(_) => None,
    })
}
