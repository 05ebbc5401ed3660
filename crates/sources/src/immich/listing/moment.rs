//! `Moment`: a time as a server writes it in JSON, in whole milliseconds.
//!
//! The server's database has microseconds and its JSON milliseconds, cut off: a moment is never later than what it stands for. Years
//! before 0001 and after 9999 are understood, as JSON writes them (`-000043`, `+010000`), and never written: servers refuse them.

use std::fmt;

/// Milliseconds since 1970-01-01 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Moment(pub(super) i64);

impl Moment {
    /// 0001-01-01T00:00:00.000Z, the earliest that a server takes.
    pub(super) const FIRST: Moment = Moment(-62_135_596_800_000);
    /// 9999-12-31T23:59:59.999Z, the latest.
    pub(super) const LAST: Moment = Moment(253_402_300_799_999);

    /// Reads `YYYY-MM-DDTHH:MM:SS[.fff…]Z`, or with an offset `±HH:MM`.
    pub(super) fn parse(text: &str) -> Option<Moment> {
        let (date, time) = text.split_once('T')?;
        let (sign, digits) = match date.as_bytes().first()? {
            b'-' => (-1, &date[1..]),
            b'+' => (1, &date[1..]),
            _ => (1, date),
        };
        let mut parts = digits.splitn(3, '-');
        let (year, month, day) = (number(parts.next()?, 4..=6)?, number(parts.next()?, 2..=2)?, number(parts.next()?, 2..=2)?);
        let (clock, offset) = match time.find(['Z', '+', '-']) {
            Some(at) => (&time[..at], offset_minutes(&time[at..])?),
            None => return None,
        };
        let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
        let mut parts = clock.splitn(3, ':');
        let (hour, minute, second) =
            (number(parts.next()?, 2..=2)?, number(parts.next()?, 2..=2)?, number(parts.next()?, 2..=2)?);
        let fits = (1..=12).contains(&month) && (1..=31).contains(&day) && hour <= 24 && minute <= 59 && second <= 60;
        if !fits || fraction.is_empty() || !fraction.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let millis = fraction.bytes().chain(*b"00").take(3).fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'));
        let minutes = (days(sign * year, month, day) * 24 + hour) * 60 + minute - offset;
        Some(Moment((minutes * 60 + second) * 1000 + millis))
    }

    /// So many milliseconds later.
    pub(super) fn plus(self, millis: i64) -> Moment {
        Moment(self.0.saturating_add(millis))
    }
}

/// As servers take it; a moment that they refuse is written as the nearest that they take.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.0.clamp(Moment::FIRST.0, Moment::LAST.0);
        let (day, rest) = (millis.div_euclid(86_400_000), millis.rem_euclid(86_400_000));
        let (year, month, day) = date(day);
        let (seconds, millis) = (rest / 1000, rest % 1000);
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z")
    }
}

fn number(text: &str, digits: std::ops::RangeInclusive<usize>) -> Option<i64> {
    let fits = digits.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}

fn offset_minutes(text: &str) -> Option<i64> {
    if text == "Z" {
        return Some(0);
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let (hours, minutes) = text.get(1..)?.split_once(':')?;
    Some(sign * (number(hours, 2..=2)? * 60 + number(minutes, 2..=2)?))
}

/// Days since 1970-01-01 of a date in the proleptic Gregorian calendar: years that begin in March, in eras of 400.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The date of a day since 1970-01-01.
fn date(day: i64) -> (i64, i64, i64) {
    let day = day + 719_468;
    let (era, of_era) = (day.div_euclid(146_097), day.rem_euclid(146_097));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (era * 400 + year + i64::from(month <= 2), month, of_year - (153 * shifted + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_as_it_was_read() {
        for (text, millis) in [
            ("1970-01-01T00:00:00.000Z", 0),
            ("2024-02-29T12:30:15.250Z", 1_709_209_815_250),
            ("1969-12-31T23:59:59.999Z", -1),
            ("0001-01-01T00:00:00.000Z", Moment::FIRST.0),
            ("9999-12-31T23:59:59.999Z", Moment::LAST.0),
            ("1900-03-01T00:00:00.000Z", -2_203_891_200_000),
        ] {
            assert_eq!((Moment::parse(text), Moment(millis).to_string()), (Some(Moment(millis)), text.to_owned()));
        }
    }

    #[test]
    fn other_ways_of_writing_are_read_and_never_later_than_they_stand_for() {
        for (text, as_written) in [
            ("2024-05-05T12:00:00Z", "2024-05-05T12:00:00.000Z"),
            ("2024-05-05T12:00:00.123999Z", "2024-05-05T12:00:00.123Z"),
            ("2024-05-05T12:00:00.5+02:00", "2024-05-05T10:00:00.500Z"),
            ("2024-05-05T12:00:00-00:30", "2024-05-05T12:30:00.000Z"),
            ("-000043-03-15T00:00:00.000Z", "0001-01-01T00:00:00.000Z"),
            ("+010000-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(Moment::parse(text).unwrap().to_string(), as_written, "{text}");
        }
        for wrong in
            ["", "2024", "2024-05-05", "2024-13-05T00:00:00Z", "2024-05-05T00:00:00", "2024-05-05T00:00:00.Z", "T", "ä-T:Z"]
        {
            assert_eq!(Moment::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn every_day_is_the_one_that_follows() {
        let mut before = date(-800_000);
        for day in -799_999..=100_000 {
            let (year, month, of_month) = date(day);
            assert_eq!(days(year, month, of_month), day);
            assert!((year, month, of_month) > before);
            before = (year, month, of_month);
        }
    }
}
