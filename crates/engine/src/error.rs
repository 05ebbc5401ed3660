//! What can go wrong in the engine, each worded once.

use std::path::PathBuf;

use lightproof_ledger::LedgerError;
use lightproof_sources::{error::SourceError, immich::error::ImmichError};

/// An error of the engine.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// A folder cannot be surveyed.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The ledger failed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A server cannot be surveyed.
    #[error("immich:{server} cannot be surveyed: {error}")]
    Server {
        /// Its name.
        server: String,
        /// Why.
        error: Box<ImmichError>,
    },
    /// An owner's key cannot be used.
    #[error("the key of {owner} at immich:{server} cannot be used: {error}")]
    Owner {
        /// The server's name.
        server: String,
        /// Whose key.
        owner: String,
        /// Why.
        error: Box<ImmichError>,
    },
    /// No key is known.
    #[error("no key is known for immich:{server}")]
    NoKey {
        /// The server's name.
        server: String,
    },
    /// Two names, one user.
    #[error("{owner} and {other} are one user")]
    OneUserTwice {
        /// The one.
        owner: String,
        /// The other.
        other: String,
    },
    /// Under this name there was another user last time.
    #[error("{owner} at immich:{server} is another user of the server than last time")]
    AnotherUser {
        /// The server's name.
        server: String,
        /// The owner.
        owner: String,
    },
    /// Nothing to survey was named.
    #[error("no folder or server to survey was named")]
    NoSource,
    /// At this path there was another file system or folder last time.
    #[error("{} is not the folder that was surveyed here last time: it lies on another device, or was made anew", path.display())]
    AnotherRoot {
        /// The folder.
        path: PathBuf,
    },
    /// The proofs would be written into the library.
    #[error("the proofs would be written to {}, below the surveyed folder {}", out.display(), root.display())]
    OutBelowRoot {
        /// Where the proofs would go.
        out: PathBuf,
        /// The surveyed folder.
        root: PathBuf,
    },
    /// The ledger would be written into the library.
    #[error("the ledger would be written to {}, below the surveyed folder {}", ledger.display(), root.display())]
    LedgerBelowRoot {
        /// Where the ledger would go.
        ledger: PathBuf,
        /// The surveyed folder.
        root: PathBuf,
    },
    /// Thumbnails would be written into a library.
    #[error("thumbnails would be kept in {}, below the surveyed folder {}", cache.display(), root.display())]
    CacheBelowRoot {
        /// Where they would go.
        cache: PathBuf,
        /// The surveyed folder.
        root: PathBuf,
    },
    /// SQLite's locks cannot be trusted there.
    #[error("the ledger at {} lies on a network file system ({file_system})", ledger.display())]
    LedgerOnNetwork {
        /// Where the ledger would go.
        ledger: PathBuf,
        /// What file system that is.
        file_system: String,
    },
    /// A stage was asked for before there was anything to work on.
    #[error("nothing has been surveyed yet")]
    NothingSurveyed,
    /// The survey is gone, and what people said is not.
    #[error("there is no survey in this ledger; its record holds {decisions} decision{}", if *decisions == 1 { "" } else { "s" })]
    SurveyMissing {
        /// How many were made, those that were taken back included.
        decisions: i64,
    },
    /// What is to be reviewed is older than the manifest.
    #[error("the last manifest has no {} yet", match stage {
        crate::watch::Stage::FlagAnomalies => "anomalies",
        _ => "groups",
    })]
    NotYet {
        /// The stage that finds it.
        stage: crate::watch::Stage,
    },
    /// No such group.
    #[error("there is no group {wanted}")]
    NoSuchGroup {
        /// What was asked for.
        wanted: String,
    },
    /// The latest run over the library did not come to its end.
    #[error("the last survey was interrupted, so its manifest is not complete")]
    Unfinished,
    /// The person asked to stop.
    #[error("stopped as asked; what was read is kept")]
    Stopped,
    /// No such asset.
    #[error("no asset has the id or path {wanted:?}")]
    NoSuchAsset {
        /// What was asked for.
        wanted: String,
    },
    /// A proof could not be written.
    #[error("{} cannot be written: {error}", path.display())]
    Proof {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// The system gives no thread to read with.
    #[error("no thread to read with: {0}")]
    NoThread(std::io::Error),
    /// The settings cannot be used.
    #[error("the settings in {} cannot be used: {what}", path.display())]
    Settings {
        /// The file.
        path: PathBuf,
        /// What is wrong and where.
        what: String,
    },
}

/// What kind of error it is, for programs and exit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// What was asked for cannot be done as asked.
    Refused,
    /// Something that was named is not there.
    NotFound,
    /// Another process is in the way.
    InUse,
    /// The disk or the database failed.
    Failed,
    /// The person asked to stop.
    Stopped,
}

impl EngineError {
    /// What a server said or did, where one is the matter.
    #[must_use]
    pub fn of_server(&self) -> Option<&ImmichError> {
        match self {
            EngineError::Server { error, .. } | EngineError::Owner { error, .. } => Some(error),
            _ => None,
        }
    }

    /// What kind of error it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            EngineError::Source(_)
            | EngineError::NoKey { .. }
            | EngineError::OneUserTwice { .. }
            | EngineError::AnotherUser { .. }
            | EngineError::NoSource
            | EngineError::AnotherRoot { .. }
            | EngineError::OutBelowRoot { .. }
            | EngineError::LedgerBelowRoot { .. }
            | EngineError::CacheBelowRoot { .. }
            | EngineError::LedgerOnNetwork { .. }
            | EngineError::Unfinished
            | EngineError::Settings { .. } => Kind::Refused,
            EngineError::NotYet { .. } => Kind::Refused,
            EngineError::NothingSurveyed
            | EngineError::SurveyMissing { .. }
            | EngineError::NoSuchAsset { .. }
            | EngineError::NoSuchGroup { .. } => Kind::NotFound,
            EngineError::Server { error, .. } | EngineError::Owner { error, .. } => match **error {
                ImmichError::Unreachable { .. }
                | ImmichError::TooSlow { .. }
                | ImmichError::Failed { .. }
                | ImmichError::Garbled { .. } => Kind::Failed,
                _ => Kind::Refused,
            },
            EngineError::Ledger(error) if error.kind() == lightproof_ledger::Kind::InUse => Kind::InUse,
            EngineError::Ledger(_) | EngineError::Proof { .. } | EngineError::NoThread(_) => Kind::Failed,
            EngineError::Stopped => Kind::Stopped,
        }
    }

    /// What a person can do.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            EngineError::Source(error) => error.hint().to_string(),
            EngineError::Server { error, .. } => match error.as_ref() {
                ImmichError::Untrusted { sha256: Some(sha256), .. } => format!("it shows {sha256}; {}", error.hint()),
                _ => error.hint().to_owned(),
            },
            EngineError::Owner { server, owner, error } => {
                format!("{}; or take {owner} out of `owners` of [immich.{server}] in the settings", error.hint())
            }
            EngineError::NoKey { server } => {
                format!("give it one with `lightproof immich key add --server {server} --owner NAME`")
            }
            EngineError::OneUserTwice { .. } => "name each user once: their assets would be surveyed twice".to_owned(),
            EngineError::AnotherUser { .. } => {
                "check that the key is the right one; if the server was set up anew and its users have new ids, say so once with \
                 --accept-changed-root, and their assets keep theirs"
                    .to_owned()
            }
            EngineError::Ledger(error) => error.hint().to_owned(),
            EngineError::NoSource => "name one or more folders, for example: lightproof survey ~/Pictures".to_owned(),
            EngineError::AnotherRoot { .. } => {
                "check that the right drive is mounted there; if the library really moved to this \
                 device, say so once with --accept-changed-root, and its assets keep their ids"
                    .to_owned()
            }
            EngineError::OutBelowRoot { .. } => {
                "nothing is written below a surveyed folder unless you ask for it: name a folder with --out".to_owned()
            }
            EngineError::LedgerBelowRoot { .. } => {
                "nothing is written below a surveyed folder unless you ask for it: name a folder with --ledger".to_owned()
            }
            EngineError::CacheBelowRoot { .. } => "name a folder outside every library with --cache".to_owned(),
            EngineError::LedgerOnNetwork { .. } => "name a folder on a local disk with --ledger".to_owned(),
            EngineError::SurveyMissing { .. } => {
                "run `lightproof survey` with the same sources: what was decided holds as before, and can then be listed"
                    .to_owned()
            }
            EngineError::NothingSurveyed => "run `lightproof survey FOLDER` first".to_owned(),
            EngineError::Unfinished => "run the same survey again: it goes on where it was".to_owned(),
            EngineError::NotYet { stage } => format!("run `lightproof {}`, or survey again", stage.command()),
            EngineError::NoSuchGroup { .. } => {
                "groups are named in duplicate_groups.csv; a group that changed since the file was written has another name"
                    .to_owned()
            }
            EngineError::Stopped => "run the same command again: it goes on where it was".to_owned(),
            EngineError::NoSuchAsset { .. } => {
                "ids stand in the column asset_id of manifest.csv; a path is given below its source's root or from /".to_owned()
            }
            EngineError::NoThread(_) => "try fewer with --workers".to_owned(),
            EngineError::Proof { .. } => {
                "check that the folder exists, may be written and has room, or name another with --out".to_owned()
            }
            EngineError::Settings { .. } => "`lightproof config example` prints a file with every setting explained".to_owned(),
        }
    }
}
