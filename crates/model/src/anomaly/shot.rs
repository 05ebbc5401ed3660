//! A shot: of one asset, just what judging its date needs.
//!
//! Small on purpose: all shots of one body are in memory together, and a body may have made a million.

use jiff::civil::Date;

use super::{
    number::FileNumber,
    wall::{DAY, HOUR, ZONES_AHEAD, ZONES_BEHIND, seconds},
};
use crate::{
    camera::{Camera, CameraTable},
    media_type::Class,
    moment::{RecordedDate, WallClock},
    probe::Position,
};

/// One camera body, as its photos tell it apart: make, model and serial (the internal one where there is no other).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Body {
    /// EXIF Make.
    pub make: Option<String>,
    /// EXIF Model.
    pub model: Option<String>,
    /// Serial number, else the internal serial number. Without one, all cameras of the model are one body.
    pub serial: Option<String>,
}

impl Body {
    /// The body that a photo's facts tell of. Blank texts count as absent.
    #[must_use]
    pub fn of(make: Option<&str>, model: Option<&str>, serial: Option<&str>, internal_serial: Option<&str>) -> Body {
        let text = |text: Option<&str>| {
            let text = text?.trim_matches(|c: char| c == '\0' || c.is_whitespace());
            (!text.is_empty()).then(|| text.to_owned())
        };
        Body { make: text(make), model: text(model), serial: text(serial).or_else(|| text(internal_serial)) }
    }

    /// Whether anything says which camera it was.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.model.is_some()
    }

    pub(super) fn camera<'t>(&self, table: &'t CameraTable) -> Option<&'t Camera> {
        table.find(self.make.as_deref(), self.model.as_deref())
    }

    pub(super) fn name(&self) -> &str {
        self.model.as_deref().unwrap_or("this camera")
    }
}

/// Of one asset, what judging its date needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Shot {
    /// Names the asset to the caller; handed back with its anomalies.
    pub asset: u64,
    /// Photo, raw, video or neither.
    pub class: Class,
    /// DateTimeOriginal.
    pub date: RecordedDate,
    /// The date by an executed fix or a recognised sidecar. It is the date that ranks, so it is the one judged.
    pub corrected: Option<WallClock>,
    /// OffsetTimeOriginal, as written.
    pub offset: Option<String>,
    /// GPS position.
    pub position: Option<Position>,
    /// GPS time stamp, UTC.
    pub gps_time_utc: Option<WallClock>,
    /// A video container's creation time, UTC.
    pub container_time_utc: Option<WallClock>,
    /// The day on which the body was made, where its internal serial number tells.
    pub body_made: Option<Date>,
    /// Its number among the body's files.
    pub number: Option<FileNumber>,
    /// When the file was last modified, seconds since 1970 UTC.
    pub modified: Option<i64>,
    /// When a survey first saw it, seconds since 1970 UTC.
    pub first_seen: Option<i64>,
}

impl Shot {
    /// A shot of which nothing but its name and class is known.
    #[must_use]
    pub fn new(asset: u64, class: Class) -> Shot {
        Shot {
            asset,
            class,
            date: RecordedDate::Missing,
            corrected: None,
            offset: None,
            position: None,
            gps_time_utc: None,
            container_time_utc: None,
            body_made: None,
            number: None,
            modified: None,
            first_seen: None,
        }
    }

    /// The date that ranks.
    pub(super) fn at(&self) -> Option<WallClock> {
        self.corrected.or_else(|| self.date.at())
    }
}

/// What the body's other shots need to know of one dated shot: seconds of wall clock or UTC, a hundred bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Trace {
    pub asset: u64,
    /// Its place in the order in which the shots came.
    pub came: u32,
    pub at: i64,
    pub number: Option<FileNumber>,
    pub modified: Option<i64>,
    /// No true wall clock is later: now, or when it was first seen, in the easternmost zone.
    pub latest: i64,
    /// First second of the day on which the model was announced or the body was made.
    pub floor: Option<i64>,
    /// Whether the body's own making is what `floor` says.
    pub floor_is_made: bool,
    /// A video's container says when it was made: UTC, not wall clock.
    pub by_container: bool,
    /// Nothing contradicts its date when it is looked at alone.
    pub trusted: bool,
    /// A corrected date is a person's word, not the clock's.
    pub corrected: bool,
}

impl Trace {
    /// How the file's modification time relates to the recorded date.
    pub fn modified_against(&self, at: i64) -> Modified {
        let Some(modified) = self.modified else { return Modified::Unknown };
        // Local time minus UTC is −12 … +14 h; the minutes are for the time it takes to write a card.
        let ahead = at - modified;
        if (-ZONES_BEHIND - HOUR..=ZONES_AHEAD + HOUR).contains(&ahead) {
            Modified::Agrees
        } else if ahead > 0 {
            Modified::Earlier
        } else {
            Modified::Later
        }
    }

    /// No true date of this shot is later than this. A modification time that agrees with the recorded date is
    /// most likely the same clock's word, and bounds nothing.
    pub fn ceiling(&self) -> i64 {
        match (self.modified, self.modified_against(self.at)) {
            (Some(modified), Modified::Later) => self.latest.min(modified + ZONES_AHEAD + DAY),
            _ => self.latest,
        }
    }
}

/// The file's modification time, seen from a wall-clock date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Modified {
    Unknown,
    Agrees,
    Earlier,
    Later,
}

/// The first second of a day.
pub(super) fn midnight(day: Date) -> i64 {
    seconds(day.at(0, 0, 0, 0))
}
