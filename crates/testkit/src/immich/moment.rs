//! `Moment`: an instant as the database holds it, to the microsecond; written in the two ways in which Immich writes it.

use std::fmt;

use jiff::{Timestamp, civil, fmt::strtime, tz::Offset, tz::TimeZone};

/// Microseconds since 1970, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Moment(i64);

impl Moment {
    /// So many microseconds since 1970.
    #[must_use]
    pub fn micros(micros: i64) -> Moment {
        Moment(micros)
    }

    /// Microseconds since 1970.
    #[must_use]
    pub fn as_micros(self) -> i64 {
        self.0
    }

    /// So many microseconds later.
    #[must_use]
    pub fn later(self, micros: i64) -> Moment {
        Moment(self.0.saturating_add(micros))
    }

    /// As a request says it: an instant, or a day; anything finer than a millisecond is lost, as in JavaScript's `Date`.
    pub(super) fn asked(text: &str) -> Option<Moment> {
        let read = read(text)?;
        Some(Moment(read.0.div_euclid(1000) * 1000))
    }

    /// Whether a text is an instant with its offset.
    pub(super) fn is_exact(text: &str) -> bool {
        text.parse::<Timestamp>().is_ok()
    }

    /// What a wall clock of this zone shows, as if it were UTC.
    pub(super) fn in_zone(self, zone: Option<&TimeZone>) -> Moment {
        zone.map_or(self, |zone| self.later(i64::from(zone.to_offset(self.timestamp()).seconds()) * 1_000_000))
    }

    fn timestamp(self) -> Timestamp {
        let kept = self.0.clamp(Timestamp::MIN.as_microsecond(), Timestamp::MAX.as_microsecond());
        Timestamp::from_microsecond(kept).unwrap_or_default()
    }

    /// `2024-07-14T08:21:33.120Z`: as the fields of an answer are written, cut to milliseconds.
    pub(super) fn json(self) -> Json {
        Json(self)
    }

    /// `2024-07-14T08:21:33.12+00:00`: as PostgreSQL writes it inside what it aggregates, to the microsecond.
    pub(super) fn aggregated(self) -> Aggregated {
        Aggregated(self)
    }

    /// `Sun, 22 Nov 2026 12:16:26 GMT`: as headers have it.
    pub(super) fn http(self) -> String {
        let civil = TimeZone::UTC.to_datetime(self.timestamp());
        strtime::format("%a, %d %b %Y %H:%M:%S GMT", civil).unwrap_or_default()
    }

    /// Of a header.
    pub(super) fn from_http(text: &str) -> Option<Moment> {
        let civil = civil::DateTime::strptime("%a, %d %b %Y %H:%M:%S GMT", text).ok()?;
        Some(Moment(Offset::UTC.to_timestamp(civil).ok()?.as_microsecond()))
    }

    /// The day, at midnight.
    pub(super) fn day(self) -> Moment {
        const DAY: i64 = 86_400_000_000;
        Moment(self.0.div_euclid(DAY) * DAY)
    }
}

fn read(text: &str) -> Option<Moment> {
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Some(Moment(instant.as_microsecond()));
    }
    // A day reads as its midnight.
    let civil: civil::DateTime = text.parse().ok()?;
    Some(Moment(Offset::UTC.to_timestamp(civil).ok()?.as_microsecond()))
}

impl From<&str> for Moment {
    /// # Panics
    /// When the text is no instant: a test is written wrongly.
    fn from(text: &str) -> Moment {
        read(text).unwrap_or_else(|| panic!("not an instant: {text}"))
    }
}

impl From<&String> for Moment {
    fn from(text: &String) -> Moment {
        Moment::from(text.as_str())
    }
}

pub(super) struct Json(Moment);

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = TimeZone::UTC.to_datetime(Moment(self.0.0.div_euclid(1000) * 1000).timestamp());
        // A server reads its database's words with V8, to which a year of one or two digits is one of about now.
        let year = match at.year() {
            year @ 0..50 => year + 2000,
            year @ 50..100 => year + 1900,
            year => year,
        };
        let date = at.date().with().year(year).build().unwrap_or(at.date());
        write!(f, "{date}T{:02}:{:02}:{:02}.{:03}Z", at.hour(), at.minute(), at.second(), at.millisecond())
    }
}

impl serde::Serialize for Json {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

pub(super) struct Aggregated(Moment);

impl fmt::Display for Aggregated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = TimeZone::UTC.to_datetime(self.0.timestamp());
        write!(f, "{}T{:02}:{:02}:{:02}", at.date(), at.hour(), at.minute(), at.second())?;
        let micros = format!("{:06}", self.0.0.rem_euclid(1_000_000));
        match micros.trim_end_matches('0') {
            "" => f.write_str("+00:00"),
            fraction => write!(f, ".{fraction}+00:00"),
        }
    }
}

impl serde::Serialize for Aggregated {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_as_immich_writes_it() {
        let moment = Moment::from("2026-11-22T12:15:07.042189Z");
        assert_eq!(moment.json().to_string(), "2026-11-22T12:15:07.042Z");
        assert_eq!(moment.aggregated().to_string(), "2026-11-22T12:15:07.042189+00:00");
        assert_eq!(moment.http(), "Sun, 22 Nov 2026 12:15:07 GMT");
        assert_eq!(Moment::from_http(&moment.http()), Some(Moment::from("2026-11-22T12:15:07Z")));
        let half = Moment::from("1924-07-14T10:21:33.12+02:00");
        assert_eq!((half.json().to_string(), half.aggregated().to_string()).0, "1924-07-14T08:21:33.120Z");
        assert_eq!(half.aggregated().to_string(), "1924-07-14T08:21:33.12+00:00");
        for (year, written) in [("0001", "2001"), ("0049", "2049"), ("0050", "1950"), ("0099", "1999"), ("0100", "0100")] {
            let moment = Moment::from(format!("{year}-06-01T00:00:00Z").as_str());
            assert_eq!(moment.json().to_string(), format!("{written}-06-01T00:00:00.000Z"));
        }
    }

    #[test]
    fn a_request_has_no_more_than_milliseconds() {
        assert_eq!(Moment::asked("2026-11-22T12:15:07.042999Z"), Some(Moment::from("2026-11-22T12:15:07.042Z")));
        assert_eq!(Moment::asked("2026-11-22"), Some(Moment::from("2026-11-22T00:00:00Z")));
        assert_eq!(Moment::asked("2026-11-22T12:15:07"), Some(Moment::from("2026-11-22T12:15:07Z")));
        assert_eq!(Moment::asked("yesterday"), None);
    }
}
