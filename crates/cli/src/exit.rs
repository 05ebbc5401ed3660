//! Exit codes and how an error is told to a person or a program.

use std::{fmt, process::ExitCode};

use lightproof_engine::{EngineError, Kind};
use serde_json::json;

use crate::out::Out;

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

/// The code of an error; see `args::EXIT_CODES`.
fn code(error: &anyhow::Error) -> u8 {
    if error.is::<Refusal>() {
        return 3;
    }
    match error.downcast_ref::<EngineError>().map(EngineError::kind) {
        Some(Kind::Failed) | None => 1,
        Some(Kind::Refused) => 3,
        Some(Kind::InUse) => 4,
        Some(Kind::NotFound) => 5,
        Some(Kind::Stopped) => 130,
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

/// Tells an error and gives its exit code.
pub fn failed(error: &anyhow::Error, out: &Out) -> ExitCode {
    // A closed pipe is the reader's choice, not a failure.
    if error.downcast_ref::<std::io::Error>().is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe) {
        return ExitCode::SUCCESS;
    }
    let refused = error.downcast_ref::<Refusal>().map(|refusal| refusal.hint.to_owned());
    let hint = refused.or_else(|| error.downcast_ref::<EngineError>().map(EngineError::hint));
    if out.is_json() {
        let told = json!({ "error": { "kind": word(error), "message": error.to_string(), "hint": hint } });
        // Nothing more can be done when standard output itself is gone.
        let _ = out.json(&told);
    }
    out.tell_error(&error.to_string(), hint.as_deref());
    ExitCode::from(code(error))
}
