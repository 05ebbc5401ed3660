//! Why nothing is carried out, each worded once.

use std::{io, path::PathBuf};

use lightproof_ledger::LedgerError;
use lightproof_model::{approval::NotApproved, journal::StepOf, plan::PlanDigest};
use lightproof_sources::folder::hands::HandsError;

use crate::{EngineError, Kind};

/// Why nothing is carried out.
#[derive(Debug, thiserror::Error)]
pub enum CarryError {
    /// No such plan.
    #[error("there is no plan {plan}")]
    NoSuchPlan {
        /// What was asked for.
        plan: PlanDigest,
    },
    /// No such step.
    #[error("there is no step {} in plan {}", step.number, step.plan.folder())]
    NoSuchStep {
        /// What was asked for.
        step: StepOf,
    },
    /// Nobody consents.
    #[error("plan {} is not approved of: {why}", plan.folder())]
    NotApproved {
        /// The plan.
        plan: PlanDigest,
        /// Why.
        why: NotApproved,
    },
    /// Another process is at it.
    #[error("another lightproof carries out a plan of the ledger at {}", ledger.display())]
    InUse {
        /// The ledger.
        ledger: PathBuf,
    },
    /// The lock cannot be had.
    #[error("{} cannot be opened: {cause}", path.display())]
    Lock {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// A root cannot be taken in hand.
    #[error(transparent)]
    Hands(#[from] HandsError),
    /// A source is not there.
    #[error("{from} cannot be reached: {why}")]
    OutOfReach {
        /// Which.
        from: String,
        /// Why.
        why: String,
    },
    /// A server that nobody knows yet.
    #[error("immich:{server} is Immich {version}, newer than what this lightproof knows: nothing is changed on it")]
    NewerServer {
        /// Its name.
        server: String,
        /// Its version.
        version: String,
    },
    /// Where the journal's end is written down in a root.
    #[error("the end of the journal cannot be written down in {}: {cause}", root.display())]
    Head {
        /// The root.
        root: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// Everything else.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl From<LedgerError> for CarryError {
    fn from(error: LedgerError) -> CarryError {
        CarryError::Engine(error.into())
    }
}

impl CarryError {
    /// What kind of error it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            CarryError::NoSuchPlan { .. } | CarryError::NoSuchStep { .. } => Kind::NotFound,
            CarryError::InUse { .. } | CarryError::Hands(HandsError::InUse { .. }) => Kind::InUse,
            CarryError::Lock { .. } | CarryError::Head { .. } | CarryError::Hands(HandsError::Unprepared { .. }) => Kind::Failed,
            CarryError::NotApproved { .. }
            | CarryError::Hands(_)
            | CarryError::OutOfReach { .. }
            | CarryError::NewerServer { .. } => Kind::Refused,
            CarryError::Engine(error) => error.kind(),
        }
    }

    /// What a person can do.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            CarryError::NoSuchPlan { .. } => "`lightproof plan list` lists the plans".to_owned(),
            CarryError::NoSuchStep { step } => format!("`lightproof plan show {} --steps` lists its steps", step.plan.folder()),
            CarryError::NotApproved { plan, why } => match why {
                NotApproved::NotYet => "set the clock right".to_owned(),
                _ => format!("a person approves of it with `lightproof approve {}`", plan.folder()),
            },
            CarryError::InUse { .. } => "wait until it has ended".to_owned(),
            CarryError::Hands(error) => error.hint().to_owned(),
            CarryError::OutOfReach { .. } => {
                "plug the drive in, mount the share, or give the server its key; then run the same command again".to_owned()
            }
            CarryError::NewerServer { .. } => "use a lightproof that knows this version".to_owned(),
            CarryError::Lock { .. } | CarryError::Head { .. } => "check that the folder may be written and has room".to_owned(),
            CarryError::Engine(error) => error.hint(),
        }
    }
}
