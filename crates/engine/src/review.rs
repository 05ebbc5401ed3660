//! Review: what faces look at before a person decides, and how that person's words get into the record.
//!
//! [`Looking`] shows and cannot decide: it is all that a program gets. [`Review`] is a named person's, who can. Every decision goes with
//! the digest of what was shown and with the decision that the person saw in force; whatever changed since is refused, not overwritten.
//! Absent on purpose: any road from a ranking to a decision, and deciding on what was not listed.

pub mod anomalies;
pub mod back;
pub mod carrying;
mod catch_up;
pub mod deciding;
pub mod groups;
pub mod import;
mod index;
pub mod inventory;
pub mod listed;
pub mod log;
pub mod overview;
pub mod single;
pub mod standing;

use std::{cell::RefCell, collections::HashMap, path::Path, sync::Arc};

use lightproof_ledger::{Ledger, RunKey};
use lightproof_model::{asset::SourceId, decision::Reviewer};

use crate::{EngineError, error::Kind, pipeline, proofs::owners, watch::Stage};
use index::Index;

/// Where a decision was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    /// The local page.
    Page,
    /// A filled-in CSV.
    Csv,
    /// The terminal.
    Terminal,
}

impl Face {
    /// The word in the record.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Face::Page => "page",
            Face::Csv => "csv",
            Face::Terminal => "terminal",
        }
    }
}

/// The evidence, for whoever may look: a value without any way to decide.
pub struct Looking {
    ledger: Ledger,
    run: RunKey,
    owners: HashMap<SourceId, String>,
    index: RefCell<Index>,
    // Built when first asked for.
    anomalies: RefCell<Option<anomalies::index::AnomalyIndex>>,
    cameras: RefCell<Option<Vec<[Option<String>; 4]>>>,
    surveyed: RefCell<Option<Arc<overview::Surveyed>>>,
}

/// Decisions of others from which on the index is read anew as a whole.
const MANY: i64 = 5_000;

impl Looking {
    /// Opens the ledger together with others who look; a survey waits meanwhile.
    ///
    /// # Errors
    /// [`EngineError::NothingSurveyed`], [`EngineError::SurveyMissing`], [`EngineError::Unfinished`], or that the ledger is in use by a survey. Findings that are older than
    /// the manifest are [`EngineError::NotYet`].
    pub fn open(ledger: &Path) -> Result<Looking, EngineError> {
        pipeline::check_ledger(ledger)?;
        if ["survey.sqlite", "record.sqlite"].iter().all(|name| !ledger.join(name).exists()) {
            return Err(EngineError::NothingSurveyed);
        }
        let ledger = Ledger::open_shared(ledger)?;
        let run = match (pipeline::latest(&ledger), ledger.decisions_made()?) {
            (Err(EngineError::NothingSurveyed), decisions) if decisions > 0 => {
                return Err(EngineError::SurveyMissing { decisions });
            }
            (run, _) => run?,
        };
        for stage in [Stage::FlagAnomalies, Stage::GroupDuplicates] {
            if !ledger.stage_is_done(stage.command(), run)? {
                return Err(EngineError::NotYet { stage });
            }
        }
        let owners = owners(&ledger)?;
        catch_up::hear(&ledger, run)?;
        let index = RefCell::new(Index::build(&ledger)?);
        Ok(Looking {
            ledger,
            run,
            owners,
            index,
            anomalies: RefCell::default(),
            cameras: RefCell::default(),
            surveyed: RefCell::default(),
        })
    }

    /// Takes account of what others decided in the meantime.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn refresh(&self) -> Result<(), EngineError> {
        let (last, until) = (self.ledger.last_decision()?, self.index.borrow().until());
        if last == until {
            return Ok(());
        }
        match catch_up::hear(&self.ledger, self.run) {
            // Another process tells the groups anew. Until it has, those that waited for a clock wait still.
            Err(error) if error.kind() == Kind::InUse => {}
            heard => heard?,
        }
        if last.0 - until.0 > MANY {
            *self.index.borrow_mut() = Index::build(&self.ledger)?;
            return Ok(());
        }
        self.index.borrow_mut().catch_up(&self.ledger)
    }

    /// The same after a write, which is done whatever becomes of this: whoever looks next repeats it.
    pub(crate) fn refresh_after_writing(&self) {
        let _ = self.refresh();
    }

    /// The ledger's own rows, for views of this crate.
    pub(crate) fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The run whose findings are shown.
    pub(crate) fn run(&self) -> RunKey {
        self.run
    }

    /// Whose a source is; empty when nobody said.
    pub(crate) fn owner(&self, source: &SourceId) -> String {
        self.owners.get(source).cloned().unwrap_or_default()
    }
}

/// A review by a named person.
pub struct Review {
    looking: Looking,
    reviewer: Reviewer,
    face: Face,
    /// The present, milliseconds since 1970, UTC.
    clock: fn() -> i64,
}

impl Review {
    /// A person looks, and may decide.
    #[must_use]
    pub fn by(looking: Looking, reviewer: Reviewer, face: Face, clock: fn() -> i64) -> Review {
        Review { looking, reviewer, face, clock }
    }

    /// What can be looked at.
    #[must_use]
    pub fn looking(&self) -> &Looking {
        &self.looking
    }

    /// Who decides.
    #[must_use]
    pub fn reviewer(&self) -> &Reviewer {
        &self.reviewer
    }
}
