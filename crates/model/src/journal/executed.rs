//! Executed: what carrying out plans made of the library, by place: what is set aside, and which dates were given.

use std::collections::{HashMap, HashSet};

use super::{Progress, State, StepOf, Trace, Way};
use crate::{
    asset::SourceId,
    moment::WallClock,
    plan::{Act, Hold, Plan, PlanDigest, Step},
};

/// A place: a source and the path in it.
type At = (SourceId, Vec<u8>);

/// Where something that left its place lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// The plan by which.
    pub plan: PlanDigest,
    /// Whether the journal knows that it did; else it was broken off, and only the world tells.
    pub is_sure: bool,
}

/// What plans made of the library, as far as the journal tells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Executed {
    moved: HashMap<At, Left>,
    remote: HashSet<(SourceId, String)>,
    dated: HashMap<At, WallClock>,
}

impl Executed {
    /// Takes account of a plan, as far as it is carried out.
    pub fn take(&mut self, digest: &PlanDigest, plan: &Plan, progress: &Progress) {
        for step in &plan.steps {
            let of = StepOf { plan: digest.clone(), number: step.number };
            match progress.of(&of) {
                Some(State::Done(trace) | State::Stays(trace, _)) => self.done(digest, step, Some(trace), true),
                // On its way back it is where the way there left it, until that is known to be over.
                Some(State::Open(Way::Back)) => self.done(digest, step, progress.trace(&of), true),
                Some(State::Open(Way::Forward)) => self.done(digest, step, None, false),
                Some(State::Skipped(_) | State::TakenBack) | None => {}
            }
        }
    }

    fn done(&mut self, digest: &PlanDigest, step: &Step, trace: Option<&Trace>, is_sure: bool) {
        match &step.act {
            Act::SetAside(unit) => {
                for part in unit.parts() {
                    match &part.hold {
                        Hold::Folder { .. } => {
                            let left = Left { plan: digest.clone(), is_sure };
                            self.moved.insert((part.place.source.clone(), part.place.path.clone()), left);
                        }
                        Hold::Server { id, .. } if is_sure => {
                            self.remote.insert((part.place.source.clone(), id.clone()));
                        }
                        Hold::Server { .. } => {}
                    }
                }
            }
            Act::FixDate(fix) if trace.is_some() => {
                let place = &fix.subject.place;
                self.dated.insert((place.source.clone(), place.path.clone()), fix.becomes);
            }
            _ => {}
        }
    }

    /// Whether what was at a place of a folder is set aside.
    #[must_use]
    pub fn is_aside(&self, source: &SourceId, path: &[u8]) -> bool {
        self.moved.get(&(source.clone(), path.to_vec())).is_some_and(|left| left.is_sure)
    }

    /// Whether an asset of a server is set aside, by the server's id.
    #[must_use]
    pub fn is_aside_on_server(&self, source: &SourceId, id: &str) -> bool {
        self.remote.contains(&(source.clone(), id.to_owned()))
    }

    /// What is set aside of a folder, or may be: by where it was, in order.
    #[must_use]
    pub fn aside_in(&self, source: &SourceId) -> Vec<(&[u8], &Left)> {
        let mut found: Vec<_> =
            self.moved.iter().filter(|((of, _), _)| of == source).map(|((_, path), left)| (path.as_slice(), left)).collect();
        found.sort_unstable_by_key(|(path, _)| *path);
        found
    }

    /// The date that a fix which is carried out gave to what is at a place.
    #[must_use]
    pub fn dated(&self, source: &SourceId, path: &[u8]) -> Option<WallClock> {
        self.dated.get(&(source.clone(), path.to_vec())).copied()
    }
}
