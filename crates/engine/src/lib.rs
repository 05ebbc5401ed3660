//! The engine: the one API of all faces.
//!
//! Here the pipeline runs: manifest, groups, anomalies, summary, from sources through `media` into the ledger and
//! out as proofs. Rules are `model`'s. Absent on purpose: printing, terminals, arguments; and any road from a
//! ranking to an action.

pub mod account;
pub mod approving;
pub mod carrying;
mod confirm;
mod devices;
pub mod disks;
mod error;
mod executed;
pub mod explain;
mod flagging;
mod grouping;
mod manifest;
pub mod passphrase;
pub mod pictures;
pub mod pipeline;
pub mod planning;
pub mod proofs;
mod read_all;
mod reading;
pub mod review;
pub mod roots;
pub mod servers;
pub mod settings;
mod states;
mod summarise;
mod telling;
mod units;
pub mod watch;

pub use error::{EngineError, Kind};
pub use lightproof_ledger::{
    About, DecisionKey, Depth, Entry, Evidence, FolderNote, FolderNoteKind, Ledger, ListedRow, Place, PlanRow, SourceKind,
    StoredAnomaly, StoredAsset, StoredDecision, StoredGroup, StoredSource, StoredWord,
};
pub use lightproof_media::video::Ffmpeg;
pub use lightproof_sources::immich::listed::RemoteId;
pub use read_all::READER;
pub use reading::QUICK;
