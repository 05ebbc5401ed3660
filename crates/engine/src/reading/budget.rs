//! The budget: memory that all workers share for the assets they have in hand.
//!
//! Absent on purpose: what decoding takes; each worker has a limit of its own for that.

use std::sync::{Condvar, Mutex, PoisonError};

use lightproof_sources::reading::WHOLE_BUFFER;

/// Memory for whole assets, shared by all workers, so that sixteen videos at once do not take sixteen buffers.
pub struct Budget {
    free: Mutex<u64>,
    freed: Condvar,
}

impl Budget {
    /// A budget of so many bytes, at least enough for one asset.
    #[must_use]
    pub fn of(bytes: u64) -> Budget {
        Budget { free: Mutex::new(bytes.max(WHOLE_BUFFER)), freed: Condvar::new() }
    }

    /// Does work that takes so many bytes, once that many are free.
    pub fn with<T>(&self, bytes: u64, work: impl FnOnce() -> T) -> T {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        while *free < bytes {
            free = self.freed.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
        *free -= bytes;
        drop(free);
        let done = work();
        *self.free.lock().unwrap_or_else(PoisonError::into_inner) += bytes;
        self.freed.notify_all();
        done
    }
}
