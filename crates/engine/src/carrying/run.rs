//! Run: steps one after the other, each with its intent before it and its outcome after it in the journal.

use std::time::{Duration, Instant};

use lightproof_ledger::Ledger;
use lightproof_model::{
    journal::{Event, Outcome, Progress, State, StepOf, Way},
    plan::{PlanDigest, Step},
};

use super::{Account, CarryError, Following, Order, StepFate, Stopped, acts::Became, journal::keep_heads, reach::World, told};

/// How long the end of the journal that a root knows may be behind.
const HEADS_EVERY: Duration = Duration::from_secs(2);

/// A run under way.
pub(super) struct Run<'a> {
    pub(super) world: &'a World,
    ledger: &'a Ledger,
    order: Order<'a>,
    following: &'a dyn Following,
    plan: &'a PlanDigest,
    way: Way,
    progress: Progress,
    account: Account,
    /// What is known and not on disk yet: it goes there with the next intent, in one transaction.
    pending: Vec<Event>,
    heads_kept: Instant,
}

impl<'a> Run<'a> {
    pub(super) fn new(
        ledger: &'a Ledger,
        world: &'a World,
        (plan, way): (&'a PlanDigest, Way),
        (order, following): (Order<'a>, &'a dyn Following),
        (progress, account): (Progress, Account),
    ) -> Run<'a> {
        let (pending, heads_kept) = (Vec::new(), Instant::now());
        Run { world, ledger, order, following, plan, way, progress, account, pending, heads_kept }
    }

    /// The run begins: with these entries, where it does not go on with one that was begun before.
    pub(super) fn begin(&mut self, events: Vec<Event>) -> Result<(), CarryError> {
        events.into_iter().for_each(|event| self.note(event));
        self.put_on_disk()?;
        keep_heads(self.ledger, self.world)
    }

    fn note(&mut self, event: Event) {
        self.progress.take(event.clone());
        self.pending.push(event);
    }

    fn put_on_disk(&mut self) -> Result<(), CarryError> {
        if !self.pending.is_empty() {
            self.ledger.journal(&self.pending, (self.order.clock)())?;
            self.pending.clear();
        }
        Ok(())
    }

    /// A step that this one needs and that is not done.
    pub(super) fn lacks(&self, step: &Step) -> Option<String> {
        let is_done = |number: &u32| {
            let of = StepOf { plan: self.plan.clone(), number: *number };
            matches!(self.progress.of(&of), Some(State::Done(_) | State::Stays(..)))
        };
        let lacking = step.needs.iter().find(|number| !is_done(number))?;
        Some(format!("it needs step {lacking}, which is not done"))
    }

    /// One step: the intent, the work, and what became of it. Whether the run goes on.
    pub(super) fn step(
        &mut self,
        step: &Step,
        work: impl FnOnce(&Self) -> Result<Became, CarryError>,
    ) -> Result<bool, CarryError> {
        if self.following.stop_asked() {
            self.account.stopped = Some(Stopped::Asked);
            return Ok(false);
        }
        let of = StepOf { plan: self.plan.clone(), number: step.number };
        self.note(Event::Intended { step: of.clone(), way: self.way });
        self.put_on_disk()?;
        let (outcome, stopped) = match work(self)? {
            Became::Closed(outcome) => (outcome, None),
            Became::Unreachable(why) => (Outcome::Skipped(why.clone()), Some(Stopped::Unreachable(why))),
        };
        let fate = match &outcome {
            Outcome::Done(_) => StepFate::Done,
            Outcome::Skipped(why) => StepFate::Skipped(why.clone()),
            Outcome::Unknown(why) => StepFate::Unknown(why.clone()),
        };
        self.note(Event::Closed { step: of, way: self.way, outcome });
        let told = told(self.plan, step, fate);
        self.following.over(&told);
        match &told.fate {
            StepFate::Done | StepFate::WouldBeDone => self.account.done += 1,
            StepFate::Skipped(_) => self.account.skipped.push(told),
            StepFate::Unknown(_) => self.account.stopped = Some(Stopped::Unknown(told)),
        }
        if stopped.is_some() {
            self.account.stopped = stopped;
        }
        if self.heads_kept.elapsed() > HEADS_EVERY {
            self.put_on_disk()?;
            keep_heads(self.ledger, self.world)?;
            self.heads_kept = Instant::now();
        }
        Ok(self.account.stopped.is_none())
    }

    /// The run is over, or stops here.
    pub(super) fn end(mut self, untold: Option<Stopped>) -> Result<Account, CarryError> {
        self.account.stopped = self.account.stopped.or(untold);
        if self.account.stopped.is_none() {
            self.note(Event::Ended { plan: self.plan.clone(), way: self.way });
        }
        self.put_on_disk()?;
        keep_heads(self.ledger, self.world)?;
        Ok(self.account)
    }
}
