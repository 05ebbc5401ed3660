//! The recorded date against the GPS time stamp: a zone, the wrong zone, or a clock that is off.
//!
//! Wall clocks differ from UTC by whole quarter hours. What real photographs add to that: a phone stamps its last
//! fix, which may be minutes old, and a camera's clock strays by a minute or so in a month. Of 51 photographs with
//! both times, half lie within 6 s of a quarter hour and the farthest 101 s. Three minutes either way leave room
//! for twice that; at whole hours, where nearly all zones are, five. More would take in whatever clock.

use super::{
    Anomaly, AnomalyKind, Confidence, Correction, Interval, Suggestion,
    wall::{DAY, HOUR, MINUTE, ZONES_AHEAD, ZONES_BEHIND, offset_words, seconds, wall, words},
};
use crate::{
    moment::{WallClock, offset_seconds},
    probe::Position,
};

const QUARTER: i64 = 15 * MINUTE;
const SLACK_AT_HOURS: i64 = 5 * MINUTE;
const SLACK_AT_QUARTERS: i64 = 3 * MINUTE;
/// A zone is rarely further from the sun than this; DESIGN's bound.
const FROM_THE_SUN: f64 = 3.0;
/// A receiver whose week counter ran over is behind by 1024 weeks.
const WEEKS_1024: i64 = 1024 * 7 * DAY;
/// Before this no camera wrote GPS times: the receiver had not yet heard a satellite.
const FIRST_GPS_STAMPS: WallClock = jiff::civil::DateTime::constant(1998, 1, 1, 0, 0, 0, 0);

/// What the difference between the recorded date and GPS time amounts to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Difference {
    /// Whole quarter hours, as zones have them: this offset from UTC, seconds.
    Zone(i64),
    /// Anything else, seconds.
    Off(i64),
}

/// Whole quarter hours between −12 and +14 h are a zone, whatever place it belongs to.
pub(super) fn difference(seconds: i64) -> Difference {
    let hours = nearest(seconds, HOUR);
    let quarters = nearest(seconds, QUARTER);
    let offset = if (seconds - hours).abs() <= SLACK_AT_HOURS {
        hours
    } else if (seconds - quarters).abs() <= SLACK_AT_QUARTERS {
        quarters
    } else {
        return Difference::Off(seconds);
    };
    if (-ZONES_BEHIND..=ZONES_AHEAD).contains(&offset) { Difference::Zone(offset) } else { Difference::Off(seconds) }
}

/// GPS time, where it can be one.
pub(super) fn believable(gps: Option<WallClock>) -> Option<i64> {
    gps.filter(|&gps| gps >= FIRST_GPS_STAMPS).map(seconds)
}

/// Judges a recorded date against GPS time.
pub(super) fn judge(at: WallClock, gps: WallClock, offset: Option<&str>, position: Option<Position>) -> Option<Anomaly> {
    let gps_seconds = believable(Some(gps))?;
    let stated = offset.and_then(offset_seconds);
    let solar = position.and_then(solar_hours);
    match difference(seconds(at) - gps_seconds) {
        Difference::Zone(zone) => wrong_zone(zone, stated, solar).map(|why| {
            let evidence = format!("recorded {at}, GPS {gps} UTC: that is zone {}, but {why}", offset_words(zone));
            Anomaly::new(AnomalyKind::TimeZone, evidence)
        }),
        Difference::Off(off) => Some(contradiction(at, gps, off, stated, solar)),
    }
}

fn wrong_zone(zone: i64, stated: Option<i64>, solar: Option<f64>) -> Option<String> {
    if let Some(stated) = stated.filter(|stated| (stated - zone).abs() > SLACK_AT_HOURS) {
        return Some(format!("OffsetTimeOriginal says {}", offset_words(stated)));
    }
    let far = |solar: &f64| (zone as f64 / HOUR as f64 - solar).abs() > FROM_THE_SUN;
    solar.filter(far).map(|solar| format!("the sun there is {solar:+.1} h from UTC"))
}

fn contradiction(at: WallClock, gps: WallClock, off: i64, stated: Option<i64>, solar: Option<f64>) -> Anomaly {
    let side = if off < 0 { "behind" } else { "ahead of" };
    let mut anomaly =
        Anomaly::new(AnomalyKind::GpsContradiction, format!("recorded {at} is {} {side} GPS time {gps} UTC", words(off)));
    if matches!(difference(off - WEEKS_1024), Difference::Zone(_)) {
        anomaly.evidence += "; 1024 weeks and a zone: the receiver's week counter ran over, the date may be right";
        anomaly.suggestion =
            Some(Suggestion { correction: Correction::Leave, interval: Interval::default(), confidence: Confidence::Medium });
        return anomaly;
    }
    if let Some((shift, confidence)) = whole_days(off, stated, solar) {
        anomaly.evidence += "; the time of day fits, the day does not: one of the two dates is wrong";
        anomaly.suggestion = Some(towards(at, shift, shift, shift, confidence));
    } else if let Some(stated) = stated {
        let shift = stated - off;
        anomaly.suggestion = Some(towards(at, shift, shift - SLACK_AT_HOURS, shift + SLACK_AT_HOURS, Confidence::Medium));
    } else if let Some(solar) = solar {
        let local = (solar.round() as i64) * HOUR;
        let around = (FROM_THE_SUN as i64) * HOUR;
        anomaly.suggestion = Some(towards(at, local - off, local - off - around, local - off + around, Confidence::Low));
    } else {
        let (low, high) = (-ZONES_BEHIND - off, ZONES_AHEAD - off);
        anomaly.suggestion = Some(towards(at, -off, low, high, Confidence::Low));
    }
    anomaly
}

/// A suggestion drawn from a shot of the same body nearby in time, whose difference was a zone.
pub(super) fn by_neighbour(at: i64, gps: i64, zone: i64) -> Option<Suggestion> {
    let shift = gps + zone - at;
    let at = wall(at)?;
    Some(towards(at, shift, shift - SLACK_AT_HOURS, shift + SLACK_AT_HOURS, Confidence::Medium))
}

/// The shift by whole days that leaves a zone which fits the place. Where no place is known, only the date may be wrong
/// by a day: with more freedom than that every whole hour would fit.
fn whole_days(off: i64, stated: Option<i64>, solar: Option<f64>) -> Option<(i64, Confidence)> {
    let target = stated.or(solar.map(|solar| (solar * HOUR as f64) as i64))?;
    let days = ((target - off) as f64 / DAY as f64).round() as i64;
    match difference(off + days * DAY) {
        Difference::Zone(zone) if days != 0 && wrong_zone(zone, stated, solar).is_none() => {
            Some((days * DAY, if stated.is_some() { Confidence::Medium } else { Confidence::Low }))
        }
        _ => None,
    }
}

fn towards(at: WallClock, shift: i64, low: i64, high: i64, confidence: Confidence) -> Suggestion {
    let bound = |shift: i64| wall(seconds(at) + shift);
    Suggestion {
        correction: Correction::Shift(shift),
        interval: Interval { earliest: bound(low), latest: bound(high) },
        confidence,
    }
}

fn nearest(seconds: i64, step: i64) -> i64 {
    (seconds + step / 2).div_euclid(step) * step
}

/// Hours that the mean sun is ahead of UTC there. A position of 0°, 0° is a receiver without a fix.
fn solar_hours(position: Position) -> Option<f64> {
    let there = position.latitude.abs() > 1e-6 || position.longitude.abs() > 1e-6;
    (there && position.longitude.abs() <= 180.0).then(|| position.longitude / 15.0)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn quarter_hours_are_zones_and_everything_else_is_a_clock() {
        for (seconds, expected) in [
            (7200, Difference::Zone(7200)),
            (7301, Difference::Zone(7200)),
            (-12_600 + 60, Difference::Zone(-12_600)),
            (20_700, Difference::Zone(20_700)),
            (0, Difference::Zone(0)),
            (3600 + 299, Difference::Zone(3600)),
            (3600 + 420, Difference::Off(4020)),
            (900 + 200, Difference::Off(1100)),
            (14 * 3600, Difference::Zone(50_400)),
            (15 * 3600, Difference::Off(54_000)),
            (-22 * 3600, Difference::Off(-79_200)),
            (-13 * 3600, Difference::Off(-46_800)),
        ] {
            assert_eq!(difference(seconds), expected, "{seconds}");
        }
    }

    /// Tuscany: the sun is 0.8 h ahead of UTC.
    const AREZZO: Position = Position { latitude: 43.467, longitude: 11.885 };

    fn kind_of(at: WallClock, gps: WallClock, offset: Option<&str>, place: Option<Position>) -> Option<&'static str> {
        judge(at, gps, offset, place).map(|a| a.kind.word())
    }

    #[test]
    fn a_date_against_gps_time() {
        let gps = date(2012, 3, 4).at(13, 33, 0, 0);
        let noon = |hour, minute| date(2012, 3, 4).at(hour, minute, 0, 0);
        for (at, offset, place, expected) in [
            (noon(14, 33), None, Some(AREZZO), None),
            (noon(15, 33), None, Some(AREZZO), None),
            (noon(14, 33), Some("+01:00"), Some(AREZZO), None),
            (noon(14, 33), Some("+05:30"), Some(AREZZO), Some("time-zone")),
            (noon(8, 33), None, Some(AREZZO), Some("time-zone")),
            (noon(8, 33), None, None, None),
            (noon(8, 33), None, Some(Position { latitude: 0.0, longitude: 0.0 }), None),
            (noon(14, 53), None, Some(AREZZO), Some("gps-contradiction")),
            (date(2012, 3, 3).at(14, 33, 0, 0), None, Some(AREZZO), Some("gps-contradiction")),
            (date(2004, 3, 4).at(14, 33, 0, 0), None, None, Some("gps-contradiction")),
        ] {
            assert_eq!(kind_of(at, gps, offset, place), expected, "{at} {offset:?} {place:?}");
        }
    }

    #[test]
    fn a_right_time_on_the_wrong_day_is_moved_by_days() {
        let found = judge(date(2008, 10, 22).at(16, 28, 39, 0), date(2008, 10, 23).at(14, 27, 7, 0), None, Some(AREZZO)).unwrap();
        assert_eq!(found.suggestion_cell(), "shift +86400");
        assert_eq!(found.confidence_cell(), "low");
    }

    #[test]
    fn a_clock_years_behind_is_moved_to_the_hour_of_the_place() {
        let found = judge(date(2004, 3, 4).at(2, 11, 0, 0), date(2012, 3, 4).at(13, 33, 0, 0), None, Some(AREZZO)).unwrap();
        assert_eq!(found.suggestion_cell(), "shift +252505320");
        let interval = found.suggestion.unwrap().interval;
        assert_eq!(interval.earliest, Some(date(2012, 3, 4).at(11, 33, 0, 0)));
        assert_eq!(interval.latest, Some(date(2012, 3, 4).at(17, 33, 0, 0)));
    }

    #[test]
    fn a_receiver_that_lost_1024_weeks_does_not_accuse_the_clock() {
        let found = judge(date(2019, 4, 8).at(12, 0, 0, 0), date(1999, 8, 23).at(10, 0, 0, 0), None, Some(AREZZO)).unwrap();
        assert_eq!(found.suggestion_cell(), "leave");
    }

    #[test]
    fn a_receiver_that_never_heard_a_satellite_is_no_witness() {
        assert_eq!(judge(date(2019, 4, 8).at(12, 0, 0, 0), date(1980, 1, 6).at(0, 0, 4, 0), None, Some(AREZZO)), None);
    }
}
