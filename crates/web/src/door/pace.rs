//! How fast passwords may be tried: each failure after the first few doubles the wait for everybody.
//!
//! For everybody, because an attacker has many addresses. Who is locked out by that still has the one-time link.

use std::time::{Duration, Instant};

/// As many as a person mistypes.
const FREE: u32 = 3;
const LONGEST: Duration = Duration::from_secs(300);

/// Failures in a row, and when the next attempt is looked at.
#[derive(Default)]
pub struct Pace {
    failures: u32,
    not_before: Option<Instant>,
}

impl Pace {
    /// How many seconds are left to wait.
    pub fn left(&self, now: Instant) -> Option<u64> {
        let left = self.not_before?.checked_duration_since(now)?;
        (!left.is_zero()).then(|| left.as_secs() + 1)
    }

    /// An attempt failed.
    pub fn failed(&mut self, now: Instant) {
        self.failures = self.failures.saturating_add(1);
        let doublings = self.failures.saturating_sub(FREE).min(16);
        let wait = Duration::from_secs(if doublings == 0 { 0 } else { 1 << doublings }).min(LONGEST);
        self.not_before = now.checked_add(wait);
    }

    /// An attempt went well.
    pub fn went_well(&mut self) {
        *self = Pace::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest_and_end_with_the_right_password() {
        let now = Instant::now();
        let mut pace = Pace::default();
        let waits: Vec<_> = (0..14)
            .map(|_| {
                pace.failed(now);
                pace.left(now).unwrap_or(0)
            })
            .collect();
        assert_eq!(waits, [0, 0, 0, 3, 5, 9, 17, 33, 65, 129, 257, 301, 301, 301]);
        assert_eq!(pace.left(now + LONGEST), None);
        pace.went_well();
        assert_eq!(pace.left(now), None);
    }
}
