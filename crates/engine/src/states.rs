//! States of anomalies: what people decided on each, so far as that still speaks of the same evidence.

use std::collections::HashMap;

use lightproof_ledger::{About, DecisionKey, Evidence, Ledger, StoredAnomaly, StoredAsset, StoredDecision};
use lightproof_model::{
    asset::{AssetId, SourceId},
    decision::{AnomalyVerb, OPEN, anomaly_changes},
    digest::Sha1,
};

use crate::{
    EngineError,
    executed::amend_anomaly,
    telling::{anomaly_evidence, content},
};

/// A decision on an anomaly that was not taken back.
#[derive(Debug, Clone)]
struct Said {
    key: DecisionKey,
    verb: String,
    seen: String,
}

/// The decisions on anomalies that hold.
#[derive(Debug)]
pub(crate) enum States {
    /// All of them, for those who look at everything.
    Loaded(Loaded),
    /// Asked of the record one by one.
    Asked,
}

/// The decisions on anomalies that hold, by asset and by content.
#[derive(Debug, Default)]
pub(crate) struct Loaded {
    by_asset: HashMap<(AssetId, String), Said>,
    by_content: HashMap<(SourceId, Sha1, String), Said>,
}

/// What is decided on one anomaly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct State {
    /// The decision that holds, or is stale.
    pub(crate) key: Option<DecisionKey>,
    /// What it says.
    pub(crate) verb: Option<AnomalyVerb>,
    /// Whether the evidence changed since.
    pub(crate) stale: Vec<String>,
}

impl State {
    /// The state as evidence names it: the words of the `decision` column, or `open`.
    pub(crate) fn word(&self) -> String {
        match self.verb {
            Some(verb) if verb.resolves() && self.stale.is_empty() => verb.to_string(),
            _ => OPEN.to_owned(),
        }
    }
}

impl States {
    /// As the record has them now.
    pub(crate) fn load(ledger: &Ledger) -> Result<States, EngineError> {
        let mut loaded = Loaded::default();
        ledger.for_each_decision(DecisionKey(0), |decision| {
            loaded.take(decision);
            Ok::<(), EngineError>(())
        })?;
        Ok(States::Loaded(loaded))
    }

    /// Whether anything may be decided on an anomaly of an asset that is known by these.
    pub(crate) fn speaks_of(&self, asset: &AssetId, source: &SourceId, content: Option<Sha1>, kind: &str) -> bool {
        let States::Loaded(loaded) = self else { return true };
        let by_content = |content| loaded.by_content.contains_key(&(source.clone(), content, kind.to_owned()));
        !loaded.by_asset.is_empty()
            && (loaded.by_asset.contains_key(&(asset.clone(), kind.to_owned())) || content.is_some_and(by_content))
    }

    /// The latest decision on an anomaly of an asset.
    fn said(&self, ledger: &Ledger, asset: &StoredAsset, kind: &str) -> Result<Option<Said>, EngineError> {
        match self {
            States::Loaded(loaded) => Ok(loaded.said(asset, kind)),
            States::Asked => {
                let named = (&asset.id, &asset.place.source, content(asset));
                let Some(key) = ledger.holding_any(About::Anomaly, Some(kind), [named].into_iter())? else { return Ok(None) };
                let decision = ledger.decision(key)?;
                Ok(decision.and_then(|mut decision| {
                    let verb = decision.words.drain(..).find_map(|word| word.verb)?;
                    Some(Said { key, verb, seen: decision.seen })
                }))
            }
        }
    }

    /// What is decided on an anomaly of an asset.
    pub(crate) fn of(
        &self,
        ledger: &Ledger,
        asset: &StoredAsset,
        owner: &str,
        anomaly: &StoredAnomaly,
    ) -> Result<State, EngineError> {
        let Some(said) = self.said(ledger, asset, &anomaly.kind)? else {
            return Ok(State { key: None, verb: None, stale: Vec::new() });
        };
        let stale = stale(ledger, &said.seen, asset, owner, anomaly)?;
        Ok(State { key: Some(said.key), verb: said.verb.parse().ok(), stale })
    }
}

/// In what an anomaly differs from the one that stands behind a digest, in sentences.
pub(crate) fn stale(
    ledger: &Ledger,
    seen: &str,
    asset: &StoredAsset,
    owner: &str,
    anomaly: &StoredAnomaly,
) -> Result<Vec<String>, EngineError> {
    if seen == anomaly.seen {
        return Ok(Vec::new());
    }
    let now = anomaly_evidence(asset, owner, &anomaly.kind);
    Ok(match ledger.evidence(seen)? {
        Some(Evidence::Anomaly(mut then)) => {
            amend_anomaly(ledger, &mut then, &now)?;
            anomaly_changes(&then, &now).iter().map(ToString::to_string).collect()
        }
        _ => vec!["the evidence of that decision is not known any more".to_owned()],
    })
}

impl Loaded {
    fn take(&mut self, decision: StoredDecision) {
        if decision.about != About::Anomaly || decision.takes_back.is_some() || decision.taken_back_by.is_some() {
            return;
        }
        for word in decision.words {
            let Some(verb) = word.verb else { continue };
            let said = Said { key: decision.key, verb, seen: decision.seen.clone() };
            if let Some(content) = word.content {
                self.by_content.insert((word.source, content, decision.subject.clone()), said.clone());
            }
            self.by_asset.insert((word.asset, decision.subject.clone()), said);
        }
    }

    fn said(&self, asset: &StoredAsset, kind: &str) -> Option<Said> {
        let named = |content| self.by_content.get(&(asset.place.source.clone(), content, kind.to_owned()));
        let by_asset = self.by_asset.get(&(asset.id.clone(), kind.to_owned()));
        by_asset.into_iter().chain(content(asset).and_then(named)).max_by_key(|said| said.key).cloned()
    }
}
