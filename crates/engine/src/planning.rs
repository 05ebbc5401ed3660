//! Planning: from the decisions that hold to a plan, kept in the record, and nothing else.
//!
//! Every decided group is handed to `model::plan::propose` as the latest survey found it, with what the journal set aside since. What is refused
//! is told with its reason and is no part of the plan. Absent on purpose: rankings, and any step that no decision asked for.

mod asked;
mod at_servers;
mod dates;
mod shown;

use std::{collections::BTreeSet, path::PathBuf};

use lightproof_ledger::{About, PlanRow};
use lightproof_model::plan::{self, NotPlanned, PlanDigest, Proposal, Refused, Wish};

pub use shown::{Owned, Sums, cannot_be_taken_back, sums};

use crate::{
    EngineError, Kind,
    carrying::CarryError,
    review::{
        Looking,
        log::{LogFilter, LogState},
    },
    servers::ServerRequest,
};

/// What is planned beside the decisions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wishes {
    /// Limits, and what may be exceeded.
    pub wish: Wish,
    /// Folders that an Immich server keeps: nothing in them is moved.
    pub kept_by_servers: Vec<PathBuf>,
}

/// A decision to set something aside of which the latest survey shows no group any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotFound {
    /// The decision's key.
    pub decision: i64,
    /// Who decided.
    pub reviewer: String,
    /// The paths that were to be set aside, for people.
    pub paths: Vec<String>,
}

/// A plan that was made and kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// Its digest.
    pub digest: PlanDigest,
    /// The plan and what is not in it.
    pub proposal: Proposal,
    /// Decisions whose group is not there any more.
    pub not_found: Vec<NotFound>,
}

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// A limit.
    #[error(transparent)]
    Limit(#[from] NotPlanned),
    /// No such plan.
    #[error("there is no plan {0}")]
    NoSuchPlan(String),
    /// Several begin so.
    #[error("{0} plans begin with {1}")]
    Several(usize, String),
    /// A server cannot be asked.
    #[error(transparent)]
    Reach(#[from] CarryError),
    /// The ledger or a source failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl PlanError {
    /// What kind of error it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            PlanError::Limit(_) | PlanError::Several(..) => Kind::Refused,
            PlanError::NoSuchPlan(_) => Kind::NotFound,
            PlanError::Reach(error) => error.kind(),
            PlanError::Engine(error) => error.kind(),
        }
    }

    /// What a person can do.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            PlanError::Limit(NotPlanned::TooMany { assets, .. }) => {
                format!(
                    "if that is what you mean, say so: --max-assets {assets}; it becomes part of the plan that you approve of"
                )
            }
            PlanError::Limit(NotPlanned::TooLarge { assets, of, .. }) => {
                let needed = (u128::from(*assets) * 100).div_ceil(u128::from((*of).max(1))).min(100);
                format!("if that is what you mean, say so: --max-share {needed}; it becomes part of the plan that you approve of")
            }
            PlanError::NoSuchPlan(_) => "`lightproof plan list` lists the plans; the first digits of one are enough".to_owned(),
            PlanError::Several(..) => "name more digits of the plan you mean".to_owned(),
            PlanError::Reach(error) => error.hint(),
            PlanError::Engine(error) => error.hint(),
        }
    }
}

impl From<lightproof_ledger::LedgerError> for PlanError {
    fn from(error: lightproof_ledger::LedgerError) -> PlanError {
        PlanError::Engine(error.into())
    }
}

/// Makes the plan that carries out what is decided, and keeps it. Servers are asked only where kept assets shall join albums, dates are to be
/// set, or something may be inside what is set aside. Equal decisions on an equal library give the plan that is there already.
///
/// # Errors
/// [`PlanError::Limit`] where a limit is exceeded; what the ledger reports.
pub fn plan(looking: &Looking, wishes: &Wishes, servers: &[ServerRequest], now: i64) -> Result<Planned, PlanError> {
    looking.refresh()?;
    let ledger = looking.ledger();
    let asking = asked::Asking::new(looking, wishes)?;
    let (mut groups, spoken) = asking.groups()?;
    let mut fixes = asking.fixes()?;
    let servers = at_servers::AtServers::of(servers);
    if wishes.wish.inherit_albums {
        asking.tell_albums(&mut groups, &servers)?;
    }
    asking.tell_zones(&mut fixes, &servers)?;
    asking.tell_inside(&mut groups, &servers)?;
    let libraries = ledger.assets_by_source(looking.run())?.into_iter().collect();
    let proposal = plan::propose(&groups, &fixes, &libraries, &wishes.wish)?;
    let not_found = not_found(looking, &spoken)?;
    let digest = proposal.plan.digest();
    // What does nothing is told, and not kept: nobody will carry it out.
    if !proposal.plan.steps.is_empty() {
        ledger.keep_plan(&proposal.plan, now, env!("CARGO_PKG_VERSION"))?;
    }
    Ok(Planned { digest, proposal, not_found })
}

/// What people asked for, as it stands now.
pub(crate) fn asked_for(looking: &Looking, wishes: &Wishes) -> Result<(Vec<plan::AskedGroup>, Vec<plan::AskedFix>), EngineError> {
    let asking = asked::Asking::new(looking, wishes)?;
    Ok((asking.groups()?.0, asking.fixes()?))
}

/// Decisions that hold, would set something aside, and speak of no group that is there.
fn not_found(looking: &Looking, spoken: &BTreeSet<i64>) -> Result<Vec<NotFound>, EngineError> {
    let executed = looking.ledger().executed()?;
    let filter =
        LogFilter { about: Some(About::Group), states: vec![LogState::Holds, LogState::Changed], ..LogFilter::default() };
    let mut found = Vec::new();
    looking.log(&filter, |line| {
        let decision = line.decision;
        if spoken.contains(&decision.key.0) {
            return Ok::<(), EngineError>(());
        }
        let moved = decision.words.iter().filter(|word| word.verb.as_deref() == Some("quarantine"));
        let left: Vec<String> = moved
            .filter(|word| !executed.is_aside(&word.source, &word.path))
            .map(|word| String::from_utf8_lossy(&word.path).into_owned())
            .collect();
        if !left.is_empty() {
            found.push(NotFound { decision: decision.key.0, reviewer: decision.reviewer, paths: left });
        }
        Ok(())
    })?;
    found.sort_by_key(|one| one.decision);
    Ok(found)
}

/// The plan whose digest begins so.
///
/// # Errors
/// [`PlanError::NoSuchPlan`] and [`PlanError::Several`]; what the ledger reports.
pub fn find(ledger: &lightproof_ledger::Ledger, beginning: &str) -> Result<(PlanDigest, plan::Plan), PlanError> {
    let beginning = beginning.trim().to_ascii_lowercase();
    let none = || PlanError::NoSuchPlan(beginning.clone());
    let named: Vec<PlanRow> =
        ledger.plans()?.into_iter().filter(|row| !beginning.is_empty() && row.digest.as_str().starts_with(&beginning)).collect();
    match &named[..] {
        [] => Err(none()),
        [one] => Ok((one.digest.clone(), ledger.plan(&one.digest)?.ok_or_else(none)?)),
        several => Err(PlanError::Several(several.len(), beginning.clone())),
    }
}

/// The same, for whoever only looks.
///
/// # Errors
/// As [`find`].
pub fn find_by(looking: &Looking, beginning: &str) -> Result<(PlanDigest, plan::Plan), PlanError> {
    find(looking.ledger(), beginning)
}

/// The reasons of refusals in a line, with how many units each refuses; the most frequent first.
#[must_use]
pub fn reasons(refused: &[Refused]) -> Vec<(&'static str, u64)> {
    let mut counts: std::collections::BTreeMap<&'static str, u64> = std::collections::BTreeMap::new();
    for one in refused {
        *counts.entry(shown::kind(&one.why)).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(word, n)| (std::cmp::Reverse(*n), *word));
    counts
}

pub use shown::kind as reason;
