//! Catching up: the stored rankings take account of what people decided on anomalies since the groups were last told.
//!
//! Telling a group anew changes nothing when nothing was decided, so a kill in between costs a repetition and no more.

use std::collections::BTreeSet;

use lightproof_ledger::{About, Evidence, Ledger, RunKey};
use lightproof_model::asset::GroupId;

use crate::{EngineError, telling::Telling};

/// Tells anew the groups whose anomalies were decided on since; their ids.
pub(crate) fn hear(ledger: &Ledger, run: RunKey) -> Result<BTreeSet<GroupId>, EngineError> {
    let (heard, last) = (ledger.heard()?, ledger.last_decision()?);
    let mut groups = BTreeSet::new();
    if heard == last {
        return Ok(groups);
    }
    ledger.for_each_decision(heard, |decision| {
        if decision.about == About::Anomaly {
            for word in &decision.words {
                if let Some(asset) = ledger.asset(word.asset.as_str())? {
                    groups.extend(ledger.groups_of(asset.key)?);
                }
            }
        }
        Ok::<(), EngineError>(())
    })?;
    let telling = Telling::of_few(ledger, run)?;
    for id in &groups {
        let Some(stored) = ledger.group(id)? else { continue };
        if let Some(told) = telling.retell(&stored)? {
            ledger.keep_shown(&told.row.seen, &Evidence::Group(told.evidence))?;
            ledger.tell_anew(&told.row)?;
        }
    }
    ledger.hear(last)?;
    Ok(groups)
}
