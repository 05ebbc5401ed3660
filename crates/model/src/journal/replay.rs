//! Replay: how far plans are carried out, told from the entries in their order.

use std::collections::BTreeMap;

use super::{Event, Outcome, StepOf, Trace, Way};
use crate::plan::PlanDigest;

/// How far one step is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It was intended and not closed, or nobody knows what became of it: the world must be looked at.
    Open(Way),
    /// It is done.
    Done(Trace),
    /// Nothing was changed, for this reason.
    Skipped(String),
    /// It was done and taken back.
    TakenBack,
    /// It was done, and taking it back changed nothing, for this reason.
    Stays(Trace, String),
}

/// How far all plans are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Progress {
    steps: BTreeMap<StepOf, State>,
    /// What a step left before its way back was begun.
    traces: BTreeMap<StepOf, Trace>,
    /// Runs that did not come to their end, with the approval they used.
    running: BTreeMap<(PlanDigest, Way), Option<String>>,
    used: BTreeMap<String, PlanDigest>,
}

impl Progress {
    /// Takes account of the next entry.
    pub fn take(&mut self, event: Event) {
        match event {
            Event::PassphraseSet { .. } | Event::Approved { .. } => {}
            Event::Begun { plan, way, nonce } => {
                if let Some(nonce) = &nonce {
                    self.used.insert(nonce.clone(), plan.clone());
                }
                self.running.insert((plan, way), nonce);
            }
            Event::Ended { plan, way } => drop(self.running.remove(&(plan, way))),
            Event::Intended { step, way } => {
                if let (Way::Back, Some(State::Done(trace) | State::Stays(trace, _))) = (way, self.steps.get(&step)) {
                    self.traces.insert(step.clone(), trace.clone());
                }
                self.steps.insert(step, State::Open(way));
            }
            Event::Closed { step, way, outcome } => self.close(step, way, outcome),
        }
    }

    fn close(&mut self, step: StepOf, way: Way, outcome: Outcome) {
        let state = match (way, outcome) {
            (way, Outcome::Unknown(_)) => State::Open(way),
            (Way::Forward, Outcome::Done(trace)) => State::Done(trace),
            (Way::Forward, Outcome::Skipped(why)) => State::Skipped(why),
            (Way::Back, Outcome::Done(_)) => {
                self.traces.remove(&step);
                State::TakenBack
            }
            // What was never done cannot stay: then there is nothing to say but why.
            (Way::Back, Outcome::Skipped(why)) => match self.traces.remove(&step) {
                Some(trace) => State::Stays(trace, why),
                None => State::Skipped(why),
            },
        };
        self.steps.insert(step, state);
    }

    /// How far a step is; nothing where it was never begun.
    #[must_use]
    pub fn of(&self, step: &StepOf) -> Option<&State> {
        self.steps.get(step)
    }

    /// What an open way back started from.
    #[must_use]
    pub fn trace(&self, step: &StepOf) -> Option<&Trace> {
        self.traces.get(step)
    }

    /// All steps that were begun, in order.
    pub fn steps(&self) -> impl Iterator<Item = (&StepOf, &State)> {
        self.steps.iter()
    }

    /// Plans of which anything was begun, each once, in order.
    pub fn plans(&self) -> impl Iterator<Item = &PlanDigest> {
        let mut last = None;
        self.steps.keys().map(|step| &step.plan).filter(move |plan| last.replace(*plan) != Some(*plan))
    }

    /// Steps of which only the world knows what became of them.
    pub fn open(&self) -> impl Iterator<Item = (&StepOf, Way)> {
        self.steps.iter().filter_map(|(step, state)| match state {
            State::Open(way) => Some((step, *way)),
            _ => None,
        })
    }

    /// Runs that began and did not end, with the approval that each uses.
    pub fn running(&self) -> impl Iterator<Item = (&PlanDigest, Way, Option<&str>)> {
        self.running.iter().map(|((plan, way), nonce)| (plan, *way, nonce.as_deref()))
    }

    /// The plan for which an approval was used up.
    #[must_use]
    pub fn used(&self, nonce: &str) -> Option<&PlanDigest> {
        self.used.get(nonce)
    }
}
