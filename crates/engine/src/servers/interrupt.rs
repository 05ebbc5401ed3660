//! Stopping while a server is waited for: what is asked of it breaks off as soon as a person asks to stop.
//!
//! Absent on purpose: what was read until then, which is kept as it is.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use lightproof_sources::immich::http::Line;

/// How often it is looked whether a stop was asked for.
const GLANCE: Duration = Duration::from_millis(100);

/// Watches whether a stop is asked for, as long as it lives, and then ends all lines that it knows.
#[derive(Default)]
pub(crate) struct Interrupt {
    lines: Arc<Mutex<Vec<Arc<Line>>>>,
    done: Arc<AtomicBool>,
    watcher: Option<JoinHandle<()>>,
}

impl Interrupt {
    /// Watches; where nothing tells of a stop, or the system gives no thread, it never interrupts.
    pub(crate) fn by(stop_asked: Option<fn() -> bool>) -> Interrupt {
        let mut interrupt = Interrupt::default();
        let (lines, done) = (Arc::clone(&interrupt.lines), Arc::clone(&interrupt.done));
        if let Some(stop_asked) = stop_asked {
            let watch = move || {
                while !done.load(Ordering::Relaxed) {
                    if stop_asked() {
                        let lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
                        lines.iter().for_each(|line| line.give_up());
                    }
                    std::thread::sleep(GLANCE);
                }
            };
            interrupt.watcher = std::thread::Builder::new().name("interrupt".to_owned()).spawn(watch).ok();
        }
        interrupt
    }

    /// Ends this line too, should a stop be asked for.
    pub(crate) fn knows(&self, line: &Arc<Line>) {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(line));
    }
}

impl Drop for Interrupt {
    fn drop(&mut self) {
        self.done.store(true, Ordering::Relaxed);
        if let Some(watcher) = self.watcher.take() {
            // It ends at its next glance; that it failed changes nothing here.
            let _ = watcher.join();
        }
    }
}
