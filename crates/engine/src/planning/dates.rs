//! Dates: what people said of doubtful dates, as dates to be written.

use lightproof_ledger::{Evidence, StoredAsset};
use lightproof_model::{
    anomaly::Correction,
    decision::AnomalyVerb,
    plan::{AskedFix, Stands},
    seen::Seen,
    unit,
};

use super::asked::Asking;
use crate::{
    EngineError,
    review::{
        anomalies::{
            AnomalyFilter,
            index::{AnomalyState, corrected},
        },
        deciding::dated,
    },
};

pub(super) fn fixes(asking: &Asking<'_>) -> Result<Vec<AskedFix>, EngineError> {
    let looking = asking.looking;
    let decided = AnomalyFilter { states: vec![AnomalyState::Decided, AnomalyState::Changed], ..AnomalyFilter::default() };
    let mut fixes = Vec::new();
    for photo in looking.anomalous(&decided, 0, usize::MAX)?.lines {
        let Some(asset) = looking.asset(&photo.asset)? else { continue };
        for anomaly in looking.anomalies_of(&asset)? {
            let (Some(AnomalyVerb::Resolve(correction)), Some(key)) = (anomaly.verb, anomaly.decision) else { continue };
            let Some(decision) = looking.ledger().decision(key)? else { continue };
            // A shift is counted from the date that the person saw, which a fix carried out since may have replaced.
            let seen = match looking.ledger().evidence(&decision.seen)? {
                Some(Evidence::Anomaly(then)) => then.date_corrected.or(then.date_time_original.at()),
                _ => continue,
            };
            let (was, verb) = (dated(&asset).at(), AnomalyVerb::Resolve(correction));
            let Some(becomes) = corrected(seen, verb).filter(|_| correction != Correction::Leave) else { continue };
            let stands = if anomaly.changes.is_empty() { Stands::Holds } else { Stands::Changed(anomaly.changes.clone()) };
            let part = asking.part(&asset, None, None)?;
            let companions = looking.ledger().companions_of(looking.run(), asset.key)?;
            let named = |wanted: &[u8]| {
                let here =
                    |part: &&StoredAsset| (&part.place.source, &part.place.folder) == (&asset.place.source, &asset.place.folder);
                let is = |part: &&StoredAsset| unit::key(&part.place.name) == unit::key(wanted);
                companions.iter().filter(here).find(is).and_then(|part| part.sha1)
            };
            let name = &asset.place.name;
            // As `Hands::sidecar` finds it: its own, else one of its stem alone.
            let sidecar = named(&[&name[..], b".xmp"].concat()).or_else(|| named(&[unit::stem(name), b".xmp"].concat()));
            fixes.push(AskedFix {
                reviewer: decision.reviewer,
                seen: Seen::new(decision.seen),
                stands,
                part,
                was,
                becomes,
                sidecar,
                shows: None,
                zone: None,
            });
        }
    }
    Ok(fixes)
}
