//! What a server shows of an asset's date, what is sent to have another shown, and which zone it will then have on record.
//!
//! Pure. Knows no rules of zones: that a place has summer time is the server's to know, and shows in what it answers.

use std::fmt;

use jiff::{SignedDuration, Timestamp, civil, tz::Offset};
use lightproof_model::moment::{WallClock, offset_seconds};

use super::super::super::{version::Version, wire::Dated};

/// Seconds of the farthest offsets that there are, either way.
const FARTHEST: i64 = 14 * 3600;

/// What a server shows of an asset's date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownDate {
    /// The wall clock, with what it has of a second.
    pub local: WallClock,
    /// The instant for which that stands.
    pub taken: Option<Timestamp>,
    /// DateTimeOriginal as it is on record. A server that was asked for another date tells that one here at once, and shows it later.
    pub date_time_original: Option<String>,
    /// The zone on record: `Europe/Paris`, `UTC+2`.
    pub zone: Option<String>,
    /// When the asset's row last changed.
    pub updated: String,
}

impl ShownDate {
    pub(super) fn read(dated: Dated) -> Option<ShownDate> {
        let local = dated.local_date_time.parse::<Timestamp>().ok()?;
        let recorded = dated.exif_info;
        Some(ShownDate {
            local: Offset::UTC.to_datetime(local),
            taken: dated.file_created_at.parse().ok(),
            date_time_original: recorded.date_time_original,
            zone: recorded.time_zone,
            updated: dated.updated_at,
        })
    }

    /// The wall clock to the second: `YYYY-MM-DDTHH:MM:SS`.
    #[must_use]
    pub fn wall_clock(&self) -> String {
        to_the_second(self.local)
    }

    /// Whether it shows this, to the second.
    #[must_use]
    pub fn is(&self, wanted: WallClock) -> bool {
        self.wall_clock() == to_the_second(wanted)
    }

    /// Whether this instant is on record, be it shown or not.
    pub(super) fn records(&self, instant: Timestamp) -> bool {
        self.recorded().is_some_and(|recorded| recorded.as_millisecond() == instant.as_millisecond())
    }

    /// Whether another date was asked for that it does not show yet.
    #[must_use]
    pub fn is_under_way(&self) -> bool {
        self.taken.is_some_and(|taken| self.recorded().is_some() && !self.records(taken))
    }

    fn recorded(&self) -> Option<Timestamp> {
        self.date_time_original.as_deref()?.parse().ok()
    }

    /// Whether the server has taken over what was sent, since it showed what it did before.
    pub(super) fn moved(&self, before: &ShownDate, sent: Sent) -> bool {
        let stands_for = |shown: &ShownDate| shown.taken.is_some_and(|at| at.as_millisecond() == sent.instant.as_millisecond());
        self.local != before.local || (stands_for(self) && !stands_for(before))
    }

    /// What is sent to have the same shown again.
    pub(super) fn as_sent(&self) -> Option<Sent> {
        let zone = self.zone.as_deref().and_then(fixed);
        Sent::at(self.local, self.applied().or(zone).unwrap_or(0))
    }

    /// Seconds by which the wall clock is ahead of the instant, where that can be an offset.
    fn applied(&self) -> Option<i64> {
        let ahead = instant(self.local)?.duration_since(self.taken?).as_secs();
        is_offset(ahead).then_some(ahead)
    }

    /// The offset to begin with: what the server will make of it shows afterwards.
    pub(super) fn offset(&self, version: Version) -> i64 {
        let fixed = self.zone.as_deref().and_then(fixed);
        // A server that loses offsets has zones on record that it does not go by.
        let first = if version.keeps_offset() { fixed.or(self.applied()) } else { self.applied().or(fixed) };
        first.unwrap_or(0)
    }
}

/// What is sent: a wall clock and how far it is ahead of UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sent {
    /// The instant that it stands for.
    pub instant: Timestamp,
    wall: WallClock,
    offset: i64,
}

impl Sent {
    /// A wall clock so many seconds ahead of UTC; nothing where no server takes that.
    pub fn at(wall: WallClock, offset: i64) -> Option<Sent> {
        let instant = instant(wall)?.checked_sub(SignedDuration::from_secs(offset)).ok()?;
        Sent::as_if(instant, wall)
    }

    /// The instant, so that whoever keeps what is sent shows the wall clock; in UTC, where no offset brings the two together.
    fn as_if(at: Timestamp, wall: WallClock) -> Option<Sent> {
        let offset = instant(wall)?.duration_since(at).as_secs();
        let sent = if is_offset(offset) {
            Sent { instant: at, wall, offset }
        } else {
            Sent { instant: at, wall: Offset::UTC.to_datetime(at), offset: 0 }
        };
        (1..=9999).contains(&sent.wall.year()).then_some(sent)
    }

    /// What is to be sent next, after this was shown as something else than what is wanted.
    pub fn instead(self, wanted: WallClock, shown: WallClock) -> Option<Sent> {
        let whole = |clock: WallClock| instant(clock.with().subsec_nanosecond(0).build().ok()?).map(Timestamp::as_second);
        let missing = SignedDuration::from_secs(whole(wanted)? - whole(shown)?);
        Sent::as_if(self.instant.checked_add(missing).ok()?, wanted)
    }
}

/// As every version takes it: to the millisecond, with an offset.
impl fmt::Display for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, offset) = (if self.offset < 0 { '-' } else { '+' }, self.offset.abs());
        let (hours, minutes) = (offset / 3600, offset / 60 % 60);
        write!(f, "{}.{:03}{sign}{hours:02}:{minutes:02}", to_the_second(self.wall), self.wall.millisecond())
    }
}

/// `YYYY-MM-DDTHH:MM:SS`.
pub(super) fn to_the_second(at: WallClock) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

/// What the plan says of an asset before anybody approves: the zone that the server will have on record afterwards; nothing where that is the one
/// it has now.
///
/// A zone cannot be sent by its name, only an offset. Which one that is tells a server by what it shows now; but where a name stands for it and the
/// server loses offsets, it is the one that the place has on the day of the date, which only the server knows.
#[must_use]
pub fn zone_that_will_be_recorded(version: Version, shown: &ShownDate) -> Option<String> {
    let becomes = shown.offset(version);
    match shown.zone.as_deref() {
        Some(zone) if fixed(zone) == Some(becomes) => None,
        Some(zone) if fixed(zone).is_none() && !version.keeps_offset() => Some(format!("the offset of {zone} on that day")),
        _ => Some(name_of(becomes)),
    }
}

/// `UTC`, `UTC+2`, `UTC-3:30`: as servers name an offset.
fn name_of(offset: i64) -> String {
    let (sign, far) = (if offset < 0 { '-' } else { '+' }, offset.abs());
    match (far / 3600, far / 60 % 60) {
        (0, 0) => "UTC".to_owned(),
        (hours, 0) => format!("UTC{sign}{hours}"),
        (hours, minutes) => format!("UTC{sign}{hours}:{minutes:02}"),
    }
}

/// Seconds ahead of UTC of a zone that is an offset and nothing else.
fn fixed(zone: &str) -> Option<i64> {
    if ["UTC", "GMT", "Z", "Etc/UTC", "Etc/GMT"].contains(&zone) {
        return Some(0);
    }
    let offset = zone.strip_prefix("UTC").unwrap_or(zone);
    let (sign, digits) = offset.split_at_checked(1)?;
    let (hours, minutes) = digits.split_once(':').unwrap_or((digits, "00"));
    offset_seconds(&format!("{sign}{hours:0>2}:{minutes}"))
}

fn is_offset(seconds: i64) -> bool {
    seconds % 60 == 0 && seconds.abs() <= FARTHEST
}

/// The instant at which UTC shows this.
fn instant(clock: civil::DateTime) -> Option<Timestamp> {
    Offset::UTC.to_timestamp(clock).ok()
}

#[cfg(test)]
mod tests;
