//! `Turns`: no more than so many at once, whatever it is that costs.
//!
//! A turn ends when it is dropped, also by a panic. Absent on purpose: an order among those who wait.

use std::sync::{Condvar, Mutex, PoisonError};

/// So many turns, each held by one at a time.
#[derive(Debug)]
pub struct Turns {
    free: Mutex<usize>,
    given_back: Condvar,
}

impl Turns {
    /// So many at once.
    #[must_use]
    pub fn new(most: usize) -> Turns {
        Turns { free: Mutex::new(most), given_back: Condvar::new() }
    }

    /// Waits for a turn, which ends when it is dropped.
    #[must_use]
    pub fn take(&self) -> Turn<'_> {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let mut free = self.given_back.wait_while(free, |free| *free == 0).unwrap_or_else(PoisonError::into_inner);
        *free -= 1;
        Turn(self)
    }
}

/// A turn that is held.
#[derive(Debug)]
pub struct Turn<'a>(&'a Turns);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *self.0.free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.0.given_back.notify_one();
    }
}
