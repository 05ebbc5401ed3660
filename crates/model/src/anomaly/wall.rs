//! Wall clock as seconds, and spans in words.
//!
//! Seconds since 1970-01-01T00:00:00 *on that wall clock*: differences are what matters, zones take no part.

use jiff::{SignedDuration, civil};

use crate::moment::WallClock;

pub(super) const MINUTE: i64 = 60;
pub(super) const HOUR: i64 = 3600;
pub(super) const DAY: i64 = 86_400;

/// The easternmost zone is 14 h ahead of UTC: no wall clock is further ahead.
pub(super) const ZONES_AHEAD: i64 = 14 * HOUR;
/// The westernmost zone is 12 h behind UTC.
pub(super) const ZONES_BEHIND: i64 = 12 * HOUR;

const EPOCH: WallClock = civil::DateTime::constant(1970, 1, 1, 0, 0, 0, 0);

/// Seconds of a wall clock.
pub(super) fn seconds(at: WallClock) -> i64 {
    at.duration_since(EPOCH).as_secs()
}

/// The wall clock of these seconds; nothing beyond the years that a calendar date can name.
pub(super) fn wall(seconds: i64) -> Option<WallClock> {
    EPOCH.checked_add(SignedDuration::from_secs(seconds)).ok()
}

/// A span in words, its two largest units, without a sign: `4 y 198 d`, `2 h 15 min`, `41 s`.
pub(super) fn words(seconds: i64) -> String {
    const UNITS: [(u64, &str); 5] = [(31_557_600, "y"), (86_400, "d"), (3600, "h"), (60, "min"), (1, "s")];
    let mut rest = seconds.unsigned_abs();
    let mut parts = Vec::new();
    for (size, unit) in UNITS {
        if rest >= size && parts.len() < 2 {
            parts.push(format!("{} {unit}", rest / size));
        } else if !parts.is_empty() {
            break;
        }
        rest %= size;
    }
    if parts.is_empty() { "0 s".to_owned() } else { parts.join(" ") }
}

/// A zone's offset as `+02:00`.
pub(super) fn offset_words(seconds: i64) -> String {
    let minutes = seconds.unsigned_abs() / 60;
    format!("{}{:02}:{:02}", if seconds < 0 { '-' } else { '+' }, minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_as_a_person_would_say_them() {
        for (seconds, text) in [
            (0, "0 s"),
            (-41, "41 s"),
            (7200, "2 h"),
            (8100, "2 h 15 min"),
            (86_400, "1 d"),
            (86_401, "1 d"),
            (252_460_800, "8 y"),
            (143_374_285, "4 y 198 d"),
        ] {
            assert_eq!(words(seconds), text, "{seconds}");
        }
        assert_eq!(offset_words(-12_600), "-03:30");
    }

    #[test]
    fn seconds_and_wall_clock_are_inverse_as_far_as_the_calendar_goes() {
        for at in [civil::date(1899, 12, 31).at(23, 59, 59, 0), EPOCH, civil::date(2107, 1, 1).at(0, 0, 0, 0)] {
            assert_eq!(wall(seconds(at)), Some(at));
        }
        assert_eq!(wall(i64::MAX), None);
        assert_eq!(wall(i64::MIN), None);
    }
}
