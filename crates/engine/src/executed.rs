//! Executed: what lightproof itself carried out makes no decision stale.
//!
//! Evidence that a decision was made on is read as it would be after what was executed since: what is set aside is expected to be gone, and a date
//! that was given is expected to be there.

use std::collections::BTreeSet;

use lightproof_ledger::Ledger;
use lightproof_model::{
    asset::AssetId,
    seen::{Place, SeenAnomaly, SeenMember},
};

use lightproof_sources::immich::listed::RemoteId;

use crate::EngineError;

/// Amends what was seen of a group; which of its assets are set aside.
pub(crate) fn amend_group(
    ledger: &Ledger,
    then: &mut [SeenMember],
    now: &[SeenMember],
) -> Result<BTreeSet<AssetId>, EngineError> {
    let executed = ledger.executed()?;
    let mut aside = BTreeSet::new();
    for member in then {
        let Place { source, path, .. } = &member.place;
        let is_now = now.iter().find(|is| is.place.source == *source && is.place.path == *path);
        let known = if is_now.is_none() { ledger.asset(member.asset.as_str())? } else { None };
        let listed = known.map(|asset| ledger.listed_as(asset.key)).transpose()?.flatten();
        let on_server = listed.is_some_and(|row| executed.is_aside_on_server(source, &RemoteId(row.remote).to_string()));
        if is_now.is_none() && (executed.is_aside(source, path) || on_server) {
            aside.insert(member.asset.clone());
        }
        // Only what the fix gave is expected; any other date is a difference.
        if let (Some(given), Some(is)) = (executed.dated(source, path), is_now)
            && is.date_corrected.or(is.date_time_original.at()) == Some(given)
        {
            member.date_corrected = is.date_corrected;
        }
    }
    Ok(aside)
}

/// Amends what was seen of an anomaly.
pub(crate) fn amend_anomaly(ledger: &Ledger, then: &mut SeenAnomaly, now: &SeenAnomaly) -> Result<(), EngineError> {
    let given = ledger.executed()?.dated(&now.place.source, &now.place.path);
    if given.is_some() && now.date_corrected.or(now.date_time_original.at()) == given {
        then.date_corrected = now.date_corrected;
    }
    Ok(())
}
