//! Exit codes and how an error is told to a person or a program.

use std::{fmt, path::PathBuf, process::ExitCode};

use lightproof_engine::{
    DecisionKey, EngineError, Kind,
    approving::ApprovalError,
    carrying::CarryError,
    planning::PlanError,
    review::{deciding::NotDecided, import::ImportError},
};
use lightproof_ops::secrets::SecretError;
use lightproof_sources::immich::error::ImmichError;
use serde_json::json;

use crate::{hidden::Stopped, out::Out};

/// What a command refuses before it asks the engine.
#[derive(Debug)]
pub struct Refusal {
    /// What is refused, and why.
    pub message: String,
    /// What a person can do.
    pub hint: &'static str,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Refusal {}

/// A file that holds no decisions that can be read.
#[derive(Debug, thiserror::Error)]
#[error("{} cannot be read as a filled-in CSV: {error}", path.display())]
pub struct FileRefused {
    /// Which file.
    pub path: PathBuf,
    /// Why.
    pub error: ImportError,
}

/// A decision that is not there to be taken back.
#[derive(Debug, thiserror::Error)]
#[error("there is no decision d{} that holds and could be taken back", key.0)]
pub struct NoSuchDecision {
    /// Its key.
    pub key: DecisionKey,
}

/// What went wrong has been told already, as part of the result.
#[derive(Debug, thiserror::Error)]
#[error("told above")]
pub struct Told {
    /// The exit code.
    pub code: u8,
}

/// The code of an error; see `args::EXIT_CODES`.
fn code(error: &anyhow::Error) -> u8 {
    if error.is::<Refusal>() || error.is::<SecretError>() {
        return 3;
    }
    if error.is::<Stopped>() {
        return 130;
    }
    if let Some(error) = error.downcast_ref::<ImmichError>() {
        return code_of_server(error);
    }
    if error.is::<NoSuchDecision>() {
        return 5;
    }
    let of_file = error.downcast_ref::<FileRefused>().map(|refused| refused.error.kind());
    let of_decision = error.downcast_ref::<NotDecided>().map(NotDecided::kind);
    let of_plan = error.downcast_ref::<PlanError>().map(PlanError::kind);
    let of_approval = error.downcast_ref::<ApprovalError>().map(ApprovalError::kind);
    let of_carrying = error.downcast_ref::<CarryError>().map(CarryError::kind);
    let of_carrying = of_plan.or(of_approval).or(of_carrying);
    match of_file.or(of_decision).or(of_carrying).or_else(|| error.downcast_ref::<EngineError>().map(EngineError::kind)) {
        Some(Kind::Failed) | None => 1,
        Some(Kind::Refused) => 3,
        Some(Kind::InUse) => 4,
        Some(Kind::NotFound) => 5,
        Some(Kind::Stopped) => 130,
    }
}

/// What may go well another time has failed; what never will as it was asked for is refused.
fn code_of_server(error: &ImmichError) -> u8 {
    match error {
        ImmichError::Unreachable { .. }
        | ImmichError::TooSlow { .. }
        | ImmichError::Garbled { .. }
        | ImmichError::Failed { .. }
        | ImmichError::Maintenance { .. } => 1,
        ImmichError::Untrusted { .. }
        | ImmichError::Redirected { .. }
        | ImmichError::NotImmich { .. }
        | ImmichError::BadKey { .. }
        | ImmichError::Forbidden { .. }
        | ImmichError::TooOld { .. } => 3,
        ImmichError::NotThere { .. } => 5,
    }
}

/// The word of an error for programs.
fn word(error: &anyhow::Error) -> &'static str {
    match code(error) {
        3 => "refused",
        4 => "in-use",
        5 => "not-found",
        130 => "stopped",
        _ => "failed",
    }
}

/// What kind of thing is the matter with a server or a secret, for programs.
fn cause(error: &anyhow::Error) -> Option<&'static str> {
    let server = error.downcast_ref::<ImmichError>().map(ImmichError::kind);
    server.or_else(|| error.downcast_ref::<SecretError>().map(SecretError::kind))
}

fn hint(error: &anyhow::Error) -> Option<String> {
    if let Some(refusal) = error.downcast_ref::<Refusal>() {
        return Some(refusal.hint.to_owned());
    }
    if let Some(error) = error.downcast_ref::<ImmichError>() {
        return Some(match error {
            ImmichError::Untrusted { sha256: Some(sha256), .. } => format!("its fingerprint is {sha256}; {}", error.hint()),
            error => error.hint().to_owned(),
        });
    }
    if let Some(refused) = error.downcast_ref::<FileRefused>() {
        return Some(refused.error.hint().to_owned());
    }
    if error.is::<NoSuchDecision>() {
        return Some("`lightproof decisions` lists decisions with their keys and states".to_owned());
    }
    if let Some(error) = error.downcast_ref::<NotDecided>() {
        return Some(error.hint());
    }
    let of_plan = error.downcast_ref::<PlanError>().map(PlanError::hint);
    let of_approval = error.downcast_ref::<ApprovalError>().map(ApprovalError::hint);
    let of_carrying = error.downcast_ref::<CarryError>().map(CarryError::hint);
    if let Some(hint) = of_plan.or(of_approval).or(of_carrying) {
        return Some(hint);
    }
    let secret = error.downcast_ref::<SecretError>().map(SecretError::hint);
    secret.or_else(|| error.downcast_ref::<EngineError>().map(EngineError::hint))
}

/// Tells an error and gives its exit code.
pub fn failed(error: &anyhow::Error, out: &Out) -> ExitCode {
    // A closed pipe is the reader's choice, not a failure.
    if error.downcast_ref::<std::io::Error>().is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe) {
        return ExitCode::SUCCESS;
    }
    if let Some(told) = error.downcast_ref::<Told>() {
        return ExitCode::from(told.code);
    }
    let hint = hint(error);
    if out.is_json() {
        let mut told = json!({ "error": { "kind": word(error), "message": error.to_string(), "hint": hint } });
        if let Some(cause) = cause(error) {
            told["error"]["cause"] = cause.into();
        }
        // Nothing more can be done when standard output itself is gone.
        let _ = out.json(&told);
    }
    out.tell_error(&error.to_string(), hint.as_deref());
    ExitCode::from(code(error))
}
