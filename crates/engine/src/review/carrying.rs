//! Plans as a person sees them on the pages, and that person's consent to one.

use lightproof_ledger::PlanRow;
use lightproof_model::{
    approval::{Approval, Scope},
    journal::{Progress, State, StepOf},
    plan::{Plan, PlanDigest},
};

use super::{Looking, Review};
use crate::{
    EngineError,
    approving::{self, ApprovalError, Consent, Typed, holding},
    planning::{PlanError, Sums, find, sums},
};

/// A plan in a line: how many of its steps are how far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanLine {
    /// The plan.
    pub row: PlanRow,
    /// Steps by their state's word, those that occur.
    pub steps: Vec<(&'static str, u64)>,
}

/// A plan with all that a person looks at before approving.
#[derive(Debug, Clone)]
pub struct PlanView {
    /// Its digest.
    pub digest: PlanDigest,
    /// The plan.
    pub plan: Plan,
    /// It in numbers.
    pub sums: Sums,
    /// How far all plans are.
    pub progress: Progress,
    /// Steps by their state's word, those that occur.
    pub steps: Vec<(&'static str, u64)>,
    /// The approval by which it may be carried out now.
    pub approval: Option<Approval>,
    /// Whether an approval passphrase is set.
    pub can_be_approved: bool,
}

/// The word for how far a step is.
#[must_use]
pub fn state_word(state: Option<&State>) -> &'static str {
    match state {
        None => "to do",
        Some(State::Open(_)) => "open",
        Some(State::Done(_) | State::Stays(..)) => "done",
        Some(State::Skipped(_)) => "skipped",
        Some(State::TakenBack) => "taken-back",
    }
}

/// How many steps of a plan are how far.
#[must_use]
pub fn states(digest: &PlanDigest, steps: impl Iterator<Item = u32>, progress: &Progress) -> Vec<(&'static str, u64)> {
    let words = ["to do", "done", "skipped", "open", "taken-back"];
    let mut counts: Vec<(&'static str, u64)> = words.into_iter().map(|word| (word, 0)).collect();
    for number in steps {
        let word = state_word(progress.of(&StepOf { plan: digest.clone(), number }));
        counts.iter_mut().filter(|(known, _)| *known == word).for_each(|(_, n)| *n += 1);
    }
    counts.retain(|(_, n)| *n > 0);
    counts
}

impl Looking {
    /// All plans, the latest first.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn plans(&self) -> Result<Vec<PlanLine>, EngineError> {
        let progress = self.ledger.progress()?;
        let line = |row: PlanRow| PlanLine { steps: states(&row.digest, 1..=row.steps as u32, &progress), row };
        Ok(self.ledger.plans()?.into_iter().map(line).collect())
    }

    /// The plan whose digest begins so.
    ///
    /// # Errors
    /// [`PlanError`].
    pub fn plan(&self, beginning: &str, now: i64) -> Result<PlanView, PlanError> {
        let (digest, plan) = find(&self.ledger, beginning)?;
        let progress = self.ledger.progress()?;
        let steps = states(&digest, plan.steps.iter().map(|step| step.number), &progress);
        let approval = holding(&self.ledger, &digest, &progress, None, now)?.ok();
        let can_be_approved = approving::is_set(&self.ledger)?;
        Ok(PlanView { sums: sums(&self.ledger, &plan)?, digest, plan, progress, steps, approval, can_be_approved })
    }
}

impl Review {
    /// The same, as of now.
    ///
    /// # Errors
    /// [`PlanError`].
    pub fn plan(&self, beginning: &str) -> Result<PlanView, PlanError> {
        self.looking.plan(beginning, (self.clock)())
    }

    /// This person approves of a plan, or of a part of it.
    ///
    /// # Errors
    /// [`ApprovalError`]; then nothing is approved.
    pub fn approve(&self, digest: &PlanDigest, scope: Scope, hours: u16, passphrase: &Typed) -> Result<Approval, ApprovalError> {
        let ledger = &self.looking.ledger;
        let plan = ledger.plan(digest)?.ok_or(ApprovalError::NoSteps)?;
        let holds_for = i64::from(hours) * 60 * 60 * 1000;
        let consent = Consent { plan: digest.clone(), scope, reviewer: self.reviewer.clone(), holds_for };
        Ok(approving::approve(ledger, &plan, consent, passphrase, (self.clock)())?.approval)
    }
}
