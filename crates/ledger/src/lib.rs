//! The ledger: what lightproof knows, on disk.
//!
//! Two SQLite files in one folder: `survey.sqlite`, which reading the library again would rebuild, and
//! `record.sqlite`, which holds what a person said and is written with `synchronous=FULL`.
//! The only crate that knows SQL. Absent on purpose: walking, reading assets, and every rule.

mod anomalies;
mod approvals;
mod assets;
mod decisions;
mod error;
mod evidence;
mod groups;
mod ids;
mod inventory;
mod journal;
mod listings;
mod migrate;
mod open;
mod passes;
mod plans;
mod probably;
mod runs;
mod settle;
mod sources;
mod stored;
mod storing;

pub use anomalies::{AnomalyLineRow, ShotRow, StoredAnomaly};
pub use approvals::{StoredApproval, StoredKey};
pub use assets::{Depth, Met, Wanted};
pub use decisions::{About, DecisionKey, Ending, Meanwhile, NewDecision, Step, StepBack, StoredDecision, StoredWord, Written};
pub use error::{Kind, LedgerError};
pub use evidence::Evidence;
pub use groups::{GroupLineRow, GroupRow, MemberRow, StoredGroup};
pub use ids::source_slug;
pub use inventory::{BriefRow, Narrow};
pub use journal::Entry;
pub use listings::ListedRow;
pub use open::{CARRYING, Ledger, NAMES};
pub use plans::PlanRow;
pub use runs::{FolderNote, FolderNoteKind, Run, RunKey};
pub use settle::Settled;
pub use sources::{Recognised, RootIdentity, SourceKind, StoredSource};
pub use stored::{AssetKey, Place, Stamp, StoredAsset};
pub use storing::Reading;
