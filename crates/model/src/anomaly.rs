//! Anomalies: what of an asset's date cannot be, or cannot be relied on.
//!
//! An anomaly is evidence and at most a suggestion. It changes no date: only a person's decision does.
//! [`judge_alone`] needs one asset; [`judge_body`] needs the neighbours of one camera body, and memory for one.
//! Absent on purpose: what other cameras nearby show, and any use of file names beyond the order of numbers.

mod alone;
mod body;
mod gps;
mod known;
mod number;
mod reset;
mod shot;
mod steady;
mod wall;

pub use alone::judge_alone;
pub use body::judge_body;
pub use number::FileNumber;
pub use shot::{Body, Shot};

use std::fmt;

use crate::moment::WallClock;

/// The kind of an anomaly; the word stands in the `kind` column of `review_needed.csv`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AnomalyKind {
    /// The model's clock is known to fail: always reviewed, whatever the date says.
    KnownCamera,
    /// There is no DateTimeOriginal.
    MissingDate,
    /// DateTimeOriginal holds no digit but zero.
    ZeroDate,
    /// DateTimeOriginal is a date that no calendar has, or no date at all.
    ImpossibleDate,
    /// Dated before the model was announced, or before this body was made.
    BeforeCamera,
    /// Dated later than now.
    FutureDate,
    /// The date and the GPS time stamp cannot both be right.
    GpsContradiction,
    /// One of consecutive shots that begin where a clock begins after it lost its time.
    ResetRun,
    /// Dated later than the asset was first seen.
    LateDate,
    /// The date is another zone's than the position or OffsetTimeOriginal say.
    TimeZone,
}

impl AnomalyKind {
    /// All kinds, in the order in which they are printed.
    pub const ALL: [AnomalyKind; 10] = {
        use AnomalyKind::{
            BeforeCamera, FutureDate, GpsContradiction, ImpossibleDate, KnownCamera, LateDate, MissingDate, ResetRun, TimeZone,
            ZeroDate,
        };
        [
            KnownCamera,
            MissingDate,
            ZeroDate,
            ImpossibleDate,
            BeforeCamera,
            FutureDate,
            GpsContradiction,
            ResetRun,
            LateDate,
            TimeZone,
        ]
    };

    /// The word in CSVs and JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            AnomalyKind::KnownCamera => "known-camera",
            AnomalyKind::MissingDate => "missing-date",
            AnomalyKind::ZeroDate => "zero-date",
            AnomalyKind::ImpossibleDate => "impossible-date",
            AnomalyKind::BeforeCamera => "before-camera",
            AnomalyKind::FutureDate => "future-date",
            AnomalyKind::GpsContradiction => "gps-contradiction",
            AnomalyKind::ResetRun => "reset-run",
            AnomalyKind::LateDate => "late-date",
            AnomalyKind::TimeZone => "time-zone",
        }
    }

    /// The kind for a word of the `kind` column.
    #[must_use]
    pub fn from_word(word: &str) -> Option<AnomalyKind> {
        AnomalyKind::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Whether a group with such a member gets no ranking until a person has resolved it.
    ///
    /// A missing or zero date only loses the tie-break, and a zone moves a date by hours that wall clocks keep.
    #[must_use]
    pub fn blocks_ranking(self) -> bool {
        !matches!(self, AnomalyKind::MissingDate | AnomalyKind::ZeroDate | AnomalyKind::TimeZone)
    }
}

/// One anomaly of one asset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anomaly {
    /// What kind.
    pub kind: AnomalyKind,
    /// Consecutive shots of one body with one fault, which may be decided together.
    pub run: Option<RunId>,
    /// What was seen, for a person.
    pub evidence: String,
    /// What might be done about it.
    pub suggestion: Option<Suggestion>,
}

impl Anomaly {
    pub(crate) fn new(kind: AnomalyKind, evidence: impl Into<String>) -> Self {
        Self { kind, run: None, evidence: evidence.into(), suggestion: None }
    }

    /// The text of the `evidence` column: what was seen, and within which bounds the true date must lie.
    #[must_use]
    pub fn evidence_cell(&self) -> String {
        match self.suggestion.as_ref().map(|s| s.interval) {
            Some(interval) if interval != Interval::default() => format!("{}; {interval}", self.evidence),
            _ => self.evidence.clone(),
        }
    }

    /// The text of the `suggestion` column, as it may be copied into `decision`; empty when there is none.
    #[must_use]
    pub fn suggestion_cell(&self) -> String {
        self.suggestion.as_ref().map(|s| s.correction.to_string()).unwrap_or_default()
    }

    /// The text of the `confidence` column; empty when nothing is suggested.
    #[must_use]
    pub fn confidence_cell(&self) -> &'static str {
        self.suggestion.as_ref().map_or("", |s| s.confidence.word())
    }
}

/// Names a run: consecutive shots of one body with one fault. The same shots get the same name in every survey.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId(String);

impl RunId {
    /// Wraps a run's name as it was read back.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The name: it begins with a letter.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What might be done about an anomaly, and how far that can be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Suggestion {
    /// The decision that a person may take over.
    pub correction: Correction,
    /// Bounds of the asset's true wall-clock date.
    pub interval: Interval,
    /// How far it can be relied on.
    pub confidence: Confidence,
}

/// A correction in the words of the `decision` column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Correction {
    /// The date is right as it stands.
    Leave,
    /// This is the date.
    Fix(WallClock),
    /// The date is off by this many seconds, which are to be added.
    Shift(i64),
}

impl fmt::Display for Correction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Correction::Leave => f.write_str("leave"),
            Correction::Fix(at) => write!(f, "fix {}", at.strftime("%Y-%m-%dT%H:%M:%S")),
            Correction::Shift(seconds) => write!(f, "shift {seconds:+}"),
        }
    }
}

/// Bounds of a true date, wall clock; `None` is an open end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Interval {
    /// Not before this.
    pub earliest: Option<WallClock>,
    /// Not after this.
    pub latest: Option<WallClock>,
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.earliest, self.latest) {
            (Some(earliest), Some(latest)) => write!(f, "the true date lies between {earliest} and {latest}"),
            (Some(earliest), None) => write!(f, "the true date is not before {earliest}"),
            (None, Some(latest)) => write!(f, "the true date is not after {latest}"),
            (None, None) => f.write_str("nothing bounds the true date"),
        }
    }
}

impl Interval {
    /// What an `evidence` cell says of the true date: the text without it, and the bounds.
    #[must_use]
    pub fn told_in(cell: &str) -> (&str, Interval) {
        let unbounded = (cell, Interval::default());
        let Some((evidence, bounds)) = cell.rsplit_once("; the true date ") else { return unbounded };
        let at = |text: &str| text.parse::<WallClock>().ok();
        let interval = if let Some(bounds) = bounds.strip_prefix("lies between ") {
            bounds.split_once(" and ").map(|(a, b)| Interval { earliest: at(a), latest: at(b) })
        } else if let Some(earliest) = bounds.strip_prefix("is not before ") {
            Some(Interval { earliest: at(earliest), latest: None })
        } else {
            bounds.strip_prefix("is not after ").map(|latest| Interval { earliest: None, latest: at(latest) })
        };
        match interval {
            Some(interval) if format!("the true date {bounds}") == interval.to_string() => (evidence, interval),
            _ => unbounded,
        }
    }
}

/// How far a suggestion can be relied on; the word stands in the `confidence` column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// One sign, or none but a rule of thumb.
    Low,
    /// One independent witness supports it.
    Medium,
    /// Independent witnesses agree.
    High,
}

impl Confidence {
    /// The word in CSVs and JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Confidence::Low => "low",
            Confidence::Medium => "medium",
            Confidence::High => "high",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_found_again_by_its_word() {
        for kind in AnomalyKind::ALL {
            assert_eq!(AnomalyKind::from_word(kind.word()), Some(kind));
        }
    }

    #[test]
    fn only_missing_dates_zero_dates_and_zones_leave_a_group_its_ranking() {
        let harmless: Vec<_> = AnomalyKind::ALL.into_iter().filter(|k| !k.blocks_ranking()).map(AnomalyKind::word).collect();
        assert_eq!(harmless, ["missing-date", "zero-date", "time-zone"]);
    }

    #[test]
    fn the_bounds_of_a_date_are_read_back_from_the_evidence() {
        let at = |hour| Some(jiff::civil::date(2009, 7, 18).at(hour, 12, 40, 0));
        for (earliest, latest) in [(at(1), at(2)), (at(1), None), (None, at(2))] {
            let interval = Interval { earliest, latest };
            assert_eq!(Interval::told_in(&format!("a; b; {interval}")), ("a; b", interval));
        }
        for text in ["", "a; b", "a; the true date lies", "a; the true date is not before noon"] {
            assert_eq!(Interval::told_in(text), (text, Interval::default()));
        }
    }

    #[test]
    fn a_suggestion_reads_as_the_decision_it_suggests() {
        assert_eq!(Correction::Leave.to_string(), "leave");
        assert_eq!(Correction::Shift(-3600).to_string(), "shift -3600");
        assert_eq!(Correction::Shift(252_460_800).to_string(), "shift +252460800");
        let at = jiff::civil::date(2009, 7, 18).at(10, 12, 40, 0);
        assert_eq!(Correction::Fix(at).to_string(), "fix 2009-07-18T10:12:40");
    }
}
