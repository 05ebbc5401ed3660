//! Weighing dates: the filled rows of anomalies against what is there now.
//!
//! Rows that speak of one anomaly say the same or none of them is taken; so do copies with the same bytes, which have one date.

use std::collections::HashMap;

use lightproof_ledger::{DecisionKey, Evidence, StoredAsset};
use lightproof_model::{
    asset::AssetId,
    decision::{AnomalyVerb, anomaly_changes, judge_date},
};

use super::{
    Outcome,
    gather::{AnomalyRow, At},
    weigh::{Not, Weighing, because, changed},
};
use crate::{
    EngineError,
    review::deciding::{AnomalyWord, anomaly_decision, dated},
    states::States,
    telling::anomaly_evidence,
};

/// An anomaly that a row speaks of.
struct Meant {
    asset: StoredAsset,
    kind: String,
}

/// What a row speaks of and says, or why it cannot be taken.
type Weighed = Result<(Meant, AnomalyVerb), Not>;

impl Weighing<'_> {
    pub(super) fn anomalies(&mut self, rows: &[AnomalyRow]) -> Result<(), EngineError> {
        // The same anomaly in several rows: one word, or none can be taken.
        let mut said: HashMap<(AssetId, String), (At, AnomalyVerb)> = HashMap::new();
        let mut at_odds: HashMap<(AssetId, String), (At, At)> = HashMap::new();
        let mut meant: Vec<(&AnomalyRow, Weighed)> = Vec::with_capacity(rows.len());
        for row in rows {
            let weighed = self.meant(row);
            if let Ok((what, verb)) = &weighed {
                let named = (what.asset.id.clone(), what.kind.clone());
                match said.get(&named) {
                    Some((first, other)) if other != verb => {
                        at_odds.entry(named).or_insert((*first, row.at));
                    }
                    Some(_) => {}
                    None => {
                        said.insert(named, (row.at, *verb));
                    }
                }
            }
            meant.push((row, weighed));
        }
        let mut done: HashMap<(AssetId, String), Outcome> = HashMap::new();
        for (row, weighed) in meant {
            let outcome = match weighed {
                Err(Not::Failed(error)) => return Err(error),
                Err(Not::Because(why)) => Outcome::Refused(why),
                Ok((what, verb)) => {
                    let named = (what.asset.id.clone(), what.kind.clone());
                    if let Some((first, second)) = at_odds.get(&named) {
                        Outcome::Refused(format!(
                            "{} and {} say different things of this anomaly",
                            self.place(*first),
                            self.place(*second)
                        ))
                    } else if let Some(outcome) = done.get(&named) {
                        outcome.clone()
                    } else {
                        let outcome = match self.anomaly(&what, row, verb) {
                            Ok(outcome) => outcome,
                            Err(Not::Because(why)) => Outcome::Refused(why),
                            Err(Not::Failed(error)) => return Err(error),
                        };
                        done.insert(named, outcome.clone());
                        outcome
                    }
                }
            };
            self.end(row.at, "".into(), row.asset.clone(), outcome);
        }
        Ok(())
    }

    /// What a row of an anomaly speaks of, and what it says.
    fn meant(&self, row: &AnomalyRow) -> Result<(Meant, AnomalyVerb), Not> {
        let looking = &self.review.looking;
        let ledger = looking.ledger();
        let verb: AnomalyVerb = match row.decision.parse() {
            Ok(verb) => verb,
            Err(error) => return because(error.to_string()),
        };
        let Some(asset) = ledger.asset(&row.asset)? else {
            return because(format!("there is no asset {}", row.asset));
        };
        if asset.place.source.as_str() != &*row.source {
            return because(format!("asset {} is in the source {}, not in {}", row.asset, asset.place.source, row.source));
        }
        if let Err(refusal) = judge_date(&dated(&asset), verb) {
            return because(refusal.to_string());
        }
        let today = ledger.anomalies_of(asset.key)?;
        if let Some(found) = today.iter().find(|anomaly| *anomaly.seen == *row.seen) {
            return Ok((Meant { kind: found.kind.clone(), asset }, verb));
        }
        let then = match ledger.evidence(&row.seen)? {
            Some(Evidence::Anomaly(then)) => then,
            Some(Evidence::Group(_)) => return because("its `seen` is that of a group, not of an anomaly"),
            None => return because("the evidence changed since the file was written: nothing is known of what it showed"),
        };
        let now = anomaly_evidence(&asset, &looking.owner(&asset.place.source), &then.kind);
        let differ = anomaly_changes(&then, &now);
        if !differ.is_empty() {
            return because(changed(&differ));
        }
        if !today.iter().any(|anomaly| anomaly.kind == then.kind) {
            return because(format!("{} has no anomaly of the kind {} now", row.asset, then.kind));
        }
        Ok((Meant { kind: then.kind, asset }, verb))
    }

    fn anomaly(&mut self, what: &Meant, row: &AnomalyRow, verb: AnomalyVerb) -> Result<Outcome, Not> {
        let looking = &self.review.looking;
        let ledger = looking.ledger();
        let owner = looking.owner(&what.asset.place.source);
        let Some(found) = ledger.anomalies_of(what.asset.key)?.into_iter().find(|anomaly| anomaly.kind == what.kind) else {
            return because(format!("{} has no anomaly of the kind {} now", row.asset, what.kind));
        };
        let state = States::Asked.of(ledger, &what.asset, &owner, &found)?;
        let holds = state.key.filter(|_| state.stale.is_empty());
        let says_it = holds.is_some() && state.verb == Some(verb);
        if let Some(key) = holds.filter(|_| !says_it && (!self.wish.replace || self.fresh_has(state.key))) {
            let stored = ledger.decision(key)?;
            if self.fresh.contains(&key) {
                return because("another asset with the same bytes is decided otherwise in the same run");
            }
            let put_off = state.verb == Some(AnomalyVerb::Later);
            match stored {
                Some(stored) if !(put_off && stored.reviewer == self.review.reviewer.as_str()) => {
                    return because(Self::told(&stored));
                }
                _ => {}
            }
        }
        if says_it && !self.fresh_has(state.key) {
            return Ok(Outcome::Already);
        }
        let now = anomaly_evidence(&what.asset, &owner, &what.kind);
        let word = AnomalyWord {
            asset: what.asset.id.clone(),
            kind: what.kind.clone(),
            seen: found.seen.clone(),
            verb,
            after: state.key,
        };
        let new = anomaly_decision(&what.asset, &found, now, &word);
        self.fresh.insert(self.step.add(&new)?);
        self.imported.anomalies += 1;
        self.touched.extend(ledger.groups_of(what.asset.key)?);
        Ok(Outcome::Accepted)
    }

    fn fresh_has(&self, key: Option<DecisionKey>) -> bool {
        key.is_some_and(|key| self.fresh.contains(&key))
    }
}
