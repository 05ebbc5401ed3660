//! The budget: memory that all workers share for the assets they have in hand.
//!
//! Absent on purpose: what decoding takes; each worker has a limit of its own for that.

use std::sync::{Condvar, Mutex, PoisonError};

use lightproof_media::video::EXCERPT;
use lightproof_sources::reading::WHOLE_BUFFER;

/// Memory for whole assets, shared by all workers, so that sixteen videos at once do not take sixteen buffers.
pub struct Budget {
    free: Mutex<u64>,
    freed: Condvar,
}

impl Budget {
    /// A budget of so many bytes, at least enough for one asset and a copy of it.
    #[must_use]
    pub fn of(bytes: u64) -> Budget {
        Budget { free: Mutex::new(bytes.max(2 * WHOLE_BUFFER.max(EXCERPT))), freed: Condvar::new() }
    }

    /// Does work that takes so many bytes, once that many are free.
    pub fn with<T>(&self, bytes: u64, work: impl FnOnce() -> T) -> T {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        while *free < bytes {
            free = self.freed.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
        *free -= bytes;
        drop(free);
        let _taken = Taken { budget: self, bytes };
        work()
    }
}

/// Bytes in use; given back when the work ends, in whatever way.
struct Taken<'a> {
    budget: &'a Budget,
    bytes: u64,
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        *self.budget.free.lock().unwrap_or_else(PoisonError::into_inner) += self.bytes;
        self.budget.freed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    #[test]
    fn what_a_panic_had_in_hand_is_free_again() {
        let budget = Budget::of(0);
        assert!(catch_unwind(AssertUnwindSafe(|| budget.with(2 * WHOLE_BUFFER, || panic!("a decoder")))).is_err());
        assert_eq!(budget.with(2 * WHOLE_BUFFER, || 7), 7);
    }
}
