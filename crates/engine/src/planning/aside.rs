//! Aside: what is set aside now, as the journal tells.

use std::collections::{BTreeMap, HashMap, HashSet};

use lightproof_ledger::Ledger;
use lightproof_model::{
    asset::SourceId,
    journal::{Progress, State, StepOf, Trace},
    plan::{Act, Hold, Plan, PlanDigest},
};

use crate::EngineError;

/// All that is set aside, by where it was.
#[derive(Debug, Clone, Default)]
pub struct Aside {
    /// Paths below the root of a folder, or of the server's file system, each with where it lies now; nothing for what a server shows elsewhere.
    places: HashMap<(SourceId, Vec<u8>), Option<Vec<u8>>>,
    remote: HashSet<(SourceId, String)>,
}

impl Aside {
    /// As the journal has it now.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn read(ledger: &Ledger) -> Result<Aside, EngineError> {
        Aside::of(ledger, &progress(ledger)?)
    }

    /// From how far all plans are.
    ///
    /// # Errors
    /// When a plan of the journal cannot be read.
    pub fn of(ledger: &Ledger, progress: &Progress) -> Result<Aside, EngineError> {
        let mut aside = Aside::default();
        let mut plans: BTreeMap<PlanDigest, Option<Plan>> = BTreeMap::new();
        for (step, state) in progress.steps() {
            let trace = match state {
                State::Done(trace) | State::Stays(trace, _) => trace,
                // On its way back: until that is known to be done, it is where the way there left it.
                State::Open(_) => match progress.trace(step) {
                    Some(trace) => trace,
                    None => continue,
                },
                State::Skipped(_) | State::TakenBack => continue,
            };
            if !plans.contains_key(&step.plan) {
                plans.insert(step.plan.clone(), ledger.plan(&step.plan)?);
            }
            if let Some(plan) = plans.get(&step.plan).and_then(Option::as_ref) {
                aside.take(plan, step, trace);
            }
        }
        Ok(aside)
    }

    fn take(&mut self, plan: &Plan, step: &StepOf, trace: &Trace) {
        let Some(Act::SetAside(unit)) = plan.steps.iter().find(|s| s.number == step.number).map(|s| &s.act) else { return };
        let to = |path: &[u8]| match trace {
            Trace::Moved(renames) => renames.iter().find(|r| r.from == path).map(|r| r.to.clone()),
            _ => None,
        };
        for part in unit.parts() {
            let moved = to(&part.place.path);
            if matches!(trace, Trace::Moved(_)) && moved.is_none() {
                continue;
            }
            self.places.insert((part.place.source.clone(), part.place.path.clone()), moved);
            if let Hold::Server { id, .. } = &part.hold {
                self.remote.insert((part.place.source.clone(), id.clone()));
            }
        }
    }

    /// Whether what was at a place is set aside.
    #[must_use]
    pub fn holds(&self, source: &SourceId, path: &[u8]) -> bool {
        self.places.contains_key(&(source.clone(), path.to_vec()))
    }

    /// Whether an asset of a server is set aside, by the server's id.
    #[must_use]
    pub fn holds_remote(&self, source: &SourceId, id: &str) -> bool {
        self.remote.contains(&(source.clone(), id.to_owned()))
    }

    /// What is set aside of a folder: where it was and where it lies, both below the root; by path.
    #[must_use]
    pub fn of_folder(&self, source: &SourceId) -> Vec<(&[u8], &[u8])> {
        let mut all: Vec<(&[u8], &[u8])> = self
            .places
            .iter()
            .filter(|((of, _), _)| of == source)
            .filter_map(|((_, from), to)| Some((from.as_slice(), to.as_deref()?)))
            .collect();
        all.sort_unstable();
        all
    }
}

/// How far all plans are.
///
/// # Errors
/// When the record cannot be read.
pub fn progress(ledger: &Ledger) -> Result<Progress, EngineError> {
    let mut progress = Progress::default();
    ledger.for_each_text(0, |text| {
        progress.take(lightproof_ledger::Entry::read(&text)?.event);
        Ok::<(), EngineError>(())
    })?;
    Ok(progress)
}
