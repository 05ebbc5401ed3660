//! The shared corpus of real photographs with truth files, where it is at hand.
//!
//! It lies beside the workspace and is no part of it: tests that want it say plainly when it is missing, and CI has it.

use std::path::{Path, PathBuf};

/// The folder `shared` beside the workspace; nothing, after saying so, when it is not there.
///
/// # Panics
/// When it is missing and the environment says `CI=true`.
#[must_use]
pub fn shared() -> Option<PathBuf> {
    let workspace =
        Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("this crate lies two folders below the workspace");
    let shared = workspace.parent()?.join("shared");
    if shared.join("corpus").is_dir() {
        return Some(shared);
    }
    assert!(std::env::var("CI").as_deref() != Ok("true"), "shared corpus missing: {}", shared.display());
    #[allow(clippy::print_stderr)] // a test that is skipped has to say so
    {
        eprintln!("shared corpus missing: {}", shared.display());
    }
    None
}

/// The folder `shared/corpus`, likewise.
///
/// # Panics
/// As [`shared`] does.
#[must_use]
pub fn shared_corpus() -> Option<PathBuf> {
    Some(shared()?.join("corpus"))
}
