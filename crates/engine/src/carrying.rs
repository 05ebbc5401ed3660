//! Carrying out: a plan that a person approved of is done step by step, taken back step by step, and found out about after an end that nobody saw.
//!
//! For every step the intent is on disk before anything is looked at or touched, and what became of it before the next one begins. What drifted is
//! skipped with its reason, and the rest goes on. What nobody knows the end of stops the run: the next start looks at the world first.
//! Absent on purpose: deciding, approving, and any act that has no way back.

mod acts;
mod error;
mod in_folder;
mod journal;
mod lock;
mod on_server;
mod reach;
mod run;
mod standing;

use std::path::PathBuf;

use lightproof_ledger::Ledger;
use lightproof_model::{
    journal::{Event, Outcome, Progress, State, StepOf, Way},
    plan::{Plan, PlanDigest, Step},
};

pub use error::CarryError;
pub use journal::{Verified, heads_of_roots, verify};
pub(crate) use reach::{Lines, hands_on_server};

use crate::{EngineError, approving::holding, planning::Wishes, review::Looking, servers::ServerRequest};
use acts::Found;
use reach::{Purpose, World};
use run::Run;

/// What carrying out needs to know beside the plan.
#[derive(Clone, Copy)]
pub struct Order<'a> {
    /// Servers, with the keys that are known.
    pub servers: &'a [ServerRequest],
    /// Folders that a server keeps: nothing in them is moved.
    pub kept_by_servers: &'a [PathBuf],
    /// The present, milliseconds since 1970, UTC.
    pub clock: fn() -> i64,
}

/// What a face hears while a plan is carried out, and where it can ask for a stop between two steps.
pub trait Following {
    /// So many steps are to be done.
    fn begins(&self, _steps: u64) {}

    /// A step is over.
    fn over(&self, _step: &Told) {}

    /// Whether the person asked to stop.
    fn stop_asked(&self) -> bool {
        false
    }
}

/// Nobody follows.
pub struct Unfollowed;

impl Following for Unfollowed {}

/// What became of one step, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Which.
    pub step: StepOf,
    /// What it does, in a word.
    pub act: &'static str,
    /// The asset that it is about: its path.
    pub path: Vec<u8>,
    /// What became of it.
    pub fate: StepFate,
}

/// What became of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepFate {
    /// It is done, or taken back.
    Done,
    /// It would be done.
    WouldBeDone,
    /// Nothing was changed, for this reason.
    Skipped(String),
    /// Nobody knows, for this reason.
    Unknown(String),
}

/// What a run did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Account {
    /// Steps that were done, or taken back.
    pub done: u64,
    /// Steps that had been before.
    pub before: u64,
    /// Steps that are not approved of, or were not asked for.
    pub left_out: u64,
    /// Steps that were found out about, of which a run before did not see the end.
    pub found_out: Vec<Told>,
    /// Steps that changed nothing, each with its reason.
    pub skipped: Vec<Told>,
    /// Why the run did not come to its end, where it did not.
    pub stopped: Option<Stopped>,
}

/// Why a run did not come to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stopped {
    /// The person asked.
    Asked,
    /// Nobody knows what became of a step.
    Unknown(Told),
    /// A server does not answer any more.
    Unreachable(String),
}

/// Carries out a plan that is approved of. A run that did not come to its end goes on.
///
/// # Errors
/// [`CarryError`]: then nothing was touched, but what a run before left half done is found out about.
pub fn execute(
    looking: &Looking,
    digest: &PlanDigest,
    order: Order<'_>,
    following: &dyn Following,
) -> Result<Account, CarryError> {
    let ledger = looking.ledger();
    let _alone = lock::take(ledger.dir())?;
    let plan = plan_of(ledger, digest)?;
    let before = ledger.progress()?;
    let is_done = |step: &Step| {
        matches!(before.of(&StepOf { plan: digest.clone(), number: step.number }), Some(State::Done(_) | State::Stays(..)))
    };
    if plan.steps.iter().all(is_done) && !before.running().any(|(running, ..)| running == digest) {
        return Ok(Account { before: plan.steps.len() as u64, ..Account::default() });
    }
    let running = before.running().find(|(running, way, _)| *running == digest && *way == Way::Forward);
    let used = running.and_then(|(.., nonce)| nonce.map(str::to_owned));
    let now = (order.clock)();
    let approval = holding(ledger, digest, &before, used.as_deref(), now)?;
    let approval = approval.map_err(|why| CarryError::NotApproved { plan: digest.clone(), why })?;
    let nonce = lightproof_model::digest::to_hex(&approval.nonce);
    let world = World::open(ledger, order.servers, &[&plan], Purpose::Act)?;
    let mut account = Account::default();
    let progress = find_out_of(ledger, &world, &[(digest, &plan)], before, order, &mut account)?;
    let (mut todo, mut done) = (Vec::new(), 0);
    for step in &plan.steps {
        match progress.of(&StepOf { plan: digest.clone(), number: step.number }) {
            Some(State::Done(_) | State::Stays(..)) => done += 1,
            // Nobody can tell what became of it: the others do not wait for that.
            Some(State::Open(_)) => {}
            _ if !approval.scope.covers(step.number) => account.left_out += 1,
            _ => todo.push(step),
        }
    }
    account.before = done;
    let untold = untold(&account);
    if todo.is_empty() && (used.is_none() || untold.is_some()) {
        // Nothing to do uses nothing up.
        return Ok(Account { stopped: untold, ..account });
    }
    let standing = standing::Standing::read(looking, order.kept_by_servers)?;
    following.begins(todo.len() as u64);
    let mut run = Run::new(ledger, &world, (digest, Way::Forward), (order, following), (progress, account));
    let goes_on = used.as_deref() == Some(nonce.as_str());
    let begun = Event::Begun { plan: digest.clone(), way: Way::Forward, nonce: Some(nonce) };
    run.begin(if goes_on { Vec::new() } else { vec![begun] })?;
    for step in todo {
        let goes_on = run.step(step, |run| match standing.against(looking, step)?.or_else(|| run.lacks(step)) {
            Some(why) => Ok(acts::Became::skipped(why)),
            None => Ok(acts::act(run.world, digest, step)),
        })?;
        if !goes_on {
            break;
        }
    }
    run.end(untold)
}

/// What carrying out would do against the world as it is now. Nothing is written or locked.
///
/// # Errors
/// [`CarryError`].
pub fn rehearse(
    looking: &Looking,
    digest: &PlanDigest,
    order: Order<'_>,
    following: &dyn Following,
) -> Result<Account, CarryError> {
    let ledger = looking.ledger();
    let plan = plan_of(ledger, digest)?;
    let progress = ledger.progress()?;
    let world = World::open(ledger, order.servers, &[&plan], Purpose::Look)?;
    let standing = standing::Standing::read(looking, order.kept_by_servers)?;
    let mut account = Account::default();
    following.begins(plan.steps.len() as u64);
    for step in &plan.steps {
        let of = StepOf { plan: digest.clone(), number: step.number };
        if matches!(progress.of(&of), Some(State::Done(_) | State::Stays(..))) {
            account.before += 1;
            continue;
        }
        if following.stop_asked() {
            account.stopped = Some(Stopped::Asked);
            break;
        }
        let fate = match standing.against(looking, step)? {
            Some(why) => StepFate::Skipped(why),
            None => match acts::check(&world, step) {
                Ok(()) => StepFate::WouldBeDone,
                Err(acts::Against::Reason(why) | acts::Against::Unreachable(why)) => StepFate::Skipped(why),
            },
        };
        let told = told(&of.plan, step, fate);
        following.over(&told);
        match told.fate {
            StepFate::WouldBeDone => account.done += 1,
            _ => account.skipped.push(told),
        }
    }
    Ok(account)
}

/// What is to be taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Undo {
    /// All of a plan that is done.
    Plan(PlanDigest),
    /// These steps of one plan.
    Steps(PlanDigest, std::collections::BTreeSet<u32>),
}

/// Takes back what a plan did, the last step first. No approval is needed: whoever approved of the plan approved of its way back.
///
/// # Errors
/// [`CarryError`]: then nothing was touched, but what a run before left half done is found out about.
pub fn undo(ledger: &Ledger, what: &Undo, order: Order<'_>, following: &dyn Following) -> Result<Account, CarryError> {
    let _alone = lock::take(ledger.dir())?;
    let digest = match what {
        Undo::Plan(digest) | Undo::Steps(digest, _) => digest,
    };
    let plan = plan_of(ledger, digest)?;
    if let Undo::Steps(_, steps) = what
        && let Some(unknown) = steps.iter().find(|number| !plan.steps.iter().any(|step| step.number == **number))
    {
        return Err(CarryError::NoSuchStep { step: StepOf { plan: digest.clone(), number: *unknown } });
    }
    let before = ledger.progress()?;
    let world = World::open(ledger, order.servers, &[&plan], Purpose::Act)?;
    let mut account = Account::default();
    let progress = find_out_of(ledger, &world, &[(digest, &plan)], before, order, &mut account)?;
    let mut todo = Vec::new();
    for step in plan.steps.iter().rev() {
        let asked = match what {
            Undo::Plan(_) => true,
            Undo::Steps(_, steps) => steps.contains(&step.number),
        };
        match progress.of(&StepOf { plan: digest.clone(), number: step.number }) {
            // Nobody can tell what became of it: the others do not wait for that.
            Some(State::Open(_)) => {}
            Some(State::Done(trace) | State::Stays(trace, _)) if asked => todo.push((step, trace.clone())),
            Some(State::Done(_) | State::Stays(..)) => account.left_out += 1,
            _ if asked => account.before += 1,
            _ => {}
        }
    }
    let goes_forward = progress.running().any(|(running, way, _)| running == digest && way == Way::Forward);
    let untold = untold(&account);
    if todo.is_empty() && (!goes_forward || untold.is_some()) {
        return Ok(Account { stopped: untold, ..account });
    }
    following.begins(todo.len() as u64);
    let mut run = Run::new(ledger, &world, (digest, Way::Back), (order, following), (progress, account));
    let begun = Event::Begun { plan: digest.clone(), way: Way::Back, nonce: None };
    // Who takes back wants no more of it done: going on needs a new approval.
    let ended = goes_forward.then(|| Event::Ended { plan: digest.clone(), way: Way::Forward });
    run.begin(ended.into_iter().chain([begun]).collect())?;
    for (step, trace) in todo {
        if !run.step(step, |run| Ok(acts::back(run.world, digest, step, &trace)))? {
            break;
        }
    }
    run.end(untold)
}

/// Finds out about every step of which nobody saw the end. What was done by half is put right; nothing more is done of any plan.
///
/// # Errors
/// [`CarryError`].
pub fn recover(ledger: &Ledger, order: Order<'_>) -> Result<Account, CarryError> {
    let _alone = lock::take(ledger.dir())?;
    let before = ledger.progress()?;
    let digests: std::collections::BTreeSet<PlanDigest> = before.open().map(|(step, _)| step.plan.clone()).collect();
    let mut account = Account::default();
    let mut plans = Vec::new();
    for digest in digests {
        plans.push((plan_of(ledger, &digest)?, digest));
    }
    if plans.is_empty() {
        return Ok(account);
    }
    let open: Vec<&Plan> = plans.iter().map(|(plan, _)| plan).collect();
    let world = World::open(ledger, order.servers, &open, Purpose::Act)?;
    let named: Vec<(&PlanDigest, &Plan)> = plans.iter().map(|(plan, digest)| (digest, plan)).collect();
    find_out_of(ledger, &world, &named, before, order, &mut account)?;
    account.stopped = untold(&account);
    journal::keep_heads(ledger, &world)?;
    Ok(account)
}

/// Closes every open step of these plans by looking at the world. What cannot be told stays open.
fn find_out_of(
    ledger: &Ledger,
    world: &World,
    plans: &[(&PlanDigest, &Plan)],
    mut progress: Progress,
    order: Order<'_>,
    account: &mut Account,
) -> Result<Progress, CarryError> {
    let open: Vec<(StepOf, Way)> = progress.open().map(|(step, way)| (step.clone(), way)).collect();
    for (of, way) in open {
        let Some((digest, plan)) = plans.iter().find(|(digest, _)| **digest == of.plan) else { continue };
        let Some(step) = plan.steps.iter().find(|step| step.number == of.number) else { continue };
        let found = acts::find_out(world, digest, step, way, progress.trace(&of));
        let (outcome, fate) = match found {
            Found::After(trace) => (Some(Outcome::Done(trace)), StepFate::Done),
            Found::Before => {
                let why = match way {
                    Way::Forward => "it was broken off before anything was done",
                    Way::Back => "it was broken off before anything was taken back",
                };
                (Some(Outcome::Skipped(why.to_owned())), StepFate::Skipped(why.to_owned()))
            }
            Found::Unknown(why) => (None, StepFate::Unknown(why)),
        };
        account.found_out.push(told(digest, step, fate));
        if let Some(outcome) = outcome {
            let event = Event::Closed { step: of, way, outcome };
            ledger.journal(std::slice::from_ref(&event), (order.clock)()).map_err(EngineError::from)?;
            progress.take(event);
        }
    }
    Ok(progress)
}

fn plan_of(ledger: &Ledger, digest: &PlanDigest) -> Result<Plan, CarryError> {
    let found = ledger.plan(digest).map_err(EngineError::from)?;
    found.ok_or_else(|| CarryError::NoSuchPlan { plan: digest.clone() })
}

fn told(plan: &PlanDigest, step: &Step, fate: StepFate) -> Told {
    let path = step.act.subject().place.path.clone();
    Told { step: StepOf { plan: plan.clone(), number: step.number }, act: step.act.word(), path, fate }
}

/// A step of which nobody can tell what became of it, if there is one: the run is not over before that is known.
fn untold(account: &Account) -> Option<Stopped> {
    account.found_out.iter().find(|told| matches!(told.fate, StepFate::Unknown(_))).cloned().map(Stopped::Unknown)
}

/// The wishes of a plan that was made, as far as carrying it out weighs them.
pub(crate) fn weighed_by(kept_by_servers: &[PathBuf]) -> Wishes {
    Wishes { kept_by_servers: kept_by_servers.to_vec(), ..Wishes::default() }
}
