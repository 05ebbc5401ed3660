//! Ctrl-C: the first asks the engine to stop where nothing is lost, the second ends the process at once.

use std::sync::atomic::{AtomicUsize, Ordering};

static ASKED: AtomicUsize = AtomicUsize::new(0);

/// Begins to listen for Ctrl-C, SIGTERM and SIGHUP.
pub fn listen() {
    // Where signals cannot be handled, a kill still loses nothing: the ledger is written in whole batches.
    let _ = ctrlc::set_handler(|| {
        if ASKED.fetch_add(1, Ordering::Relaxed) > 0 {
            std::process::exit(130);
        }
    });
}

/// Whether a stop was asked for.
pub fn asked() -> bool {
    ASKED.load(Ordering::Relaxed) > 0
}
