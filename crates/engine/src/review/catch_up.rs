//! Catching up: the stored rankings take account of what people decided on anomalies since the groups were last told.
//!
//! Telling a group anew changes nothing when nothing was decided, so a kill in between costs a repetition and no more.

use std::collections::BTreeSet;

use lightproof_ledger::{About, Evidence, Ledger, RunKey};
use lightproof_model::asset::GroupId;

use crate::{EngineError, telling::Telling};

/// Tells anew the groups whose anomalies were decided on since. Of several processes one does so at a time.
pub(crate) fn hear(ledger: &Ledger, run: RunKey) -> Result<(), EngineError> {
    if ledger.heard()? == ledger.last_decision()? {
        return Ok(());
    }
    ledger.alone_on_the_survey(|| {
        let (heard, last) = (ledger.heard()?, ledger.last_decision()?);
        let mut groups: BTreeSet<GroupId> = BTreeSet::new();
        ledger.for_each_decision(heard, |decision| {
            for word in decision.words.iter().filter(|_| decision.about == About::Anomaly) {
                if let Some(asset) = ledger.asset(word.asset.as_str())? {
                    groups.extend(ledger.groups_of(asset.key)?);
                }
                // What is said of a date is said of these bytes, wherever they are in their source.
                if let Some(content) = word.content {
                    groups.extend(ledger.groups_with_content(&word.source, content)?);
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
        Ok(ledger.hear(last)?)
    })
}
