//! What the true date of a reset run may be: bounded by its neighbours, told by a steady lag.
//!
//! The last shot before the run by number and the first after it bound the truth; modification times that follow
//! the recorded dates at one distance name it, up to a zone; and the zone shows at the neighbours.

use super::{super::steady, Ground, ResetRun};
use crate::anomaly::{
    Confidence, Correction, Interval, Suggestion,
    shot::Trace,
    wall::{DAY, HOUR, ZONES_AHEAD, ZONES_BEHIND, seconds, wall, words},
};
use crate::moment::WallClock;

/// What is suggested for a run, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::anomaly) struct Truth {
    /// Evidence for the run as a whole.
    pub evidence: String,
    shift: Option<(i64, Confidence)>,
    low: Option<i64>,
    high: Option<i64>,
}

impl Truth {
    /// Takes over what GPS says of one of the run's shots, which is dated `at`.
    pub fn take_from(&mut self, at: i64, said: &Suggestion) {
        let Correction::Shift(shift) = said.correction else { return };
        let span = |bound: Option<WallClock>| bound.map(|bound| seconds(bound) - at);
        *self = Truth {
            evidence: format!("{}; GPS time of the run contradicts it", self.evidence),
            shift: Some((shift, said.confidence)),
            low: span(said.interval.earliest),
            high: span(said.interval.latest),
        };
    }

    /// The suggestion for one shot of the run.
    pub fn of(&self, shot: &Trace) -> Option<Suggestion> {
        let (shift, confidence) = self.shift?;
        let bound = |by: Option<i64>| by.and_then(|by| wall(shot.at.saturating_add(by)));
        let interval = Interval { earliest: bound(self.low), latest: bound(self.high) };
        Some(Suggestion { correction: Correction::Shift(shift), interval, confidence })
    }
}

/// Finds out what can be known of a run's true date.
pub(in crate::anomaly) fn truth(run: &ResetRun, traces: &[Trace], camera: &str) -> Truth {
    let shots = run.members.iter().map(|&place| &traces[place]);
    let (first, last) = (&traces[run.members[0]], &traces[run.members[run.members.len() - 1]]);
    let (before, after) = neighbours(run, traces);
    let low = before.map(|before| before.at - first.at);
    let ceiling = shots.clone().map(|shot| shot.ceiling() - shot.at).min();
    let high = after.map(|after| after.at - last.at).into_iter().chain(ceiling).min();
    let lag = steady::steady_lag(shots);
    let zone = before.and_then(steady::zone_of).or_else(|| after.and_then(steady::zone_of));

    let mut evidence = ground(run, first, camera);
    if let Some(before) = before {
        evidence += &format!("; by number it follows {}", named(before));
    }
    if let Some(after) = after {
        evidence += &format!("; by number it precedes {}", named(after));
    }
    if let Some(lag) = lag {
        evidence += &format!("; the files were modified a steady {} after their recorded dates", words(lag));
    }
    match lag {
        Some(lag) => {
            let (shift, low, high) = match zone {
                Some(zone) => (lag + zone, Some(lag + zone - HOUR), Some(lag + zone + HOUR)),
                None => (lag, low.max(Some(lag - ZONES_BEHIND)), high.min(Some(lag + ZONES_AHEAD)).or(high)),
            };
            let bounds = low_bound_fits(before, first, shift) && after.is_none_or(|a| last.at + shift <= a.at + HOUR);
            let confidence = match (bounds, zone) {
                (false, _) => Confidence::Low,
                (true, Some(_)) => Confidence::High,
                (true, None) => Confidence::Medium,
            };
            Truth { evidence, shift: Some((shift, confidence)), low, high }
        }
        None => Truth { evidence, shift: between(low, high, after.is_some()), low, high },
    }
}

fn low_bound_fits(before: Option<&Trace>, first: &Trace, shift: i64) -> bool {
    before.is_none_or(|before| first.at + shift >= before.at - HOUR)
}

/// Neighbours that agree with one another.
fn neighbours<'t>(run: &ResetRun, traces: &'t [Trace]) -> (Option<&'t Trace>, Option<&'t Trace>) {
    let (before, after) = (run.before.map(|place| &traces[place]), run.after.map(|place| &traces[place]));
    match (before, after) {
        (Some(b), Some(a)) if b.at > a.at => (None, None),
        both => both,
    }
}

/// A shift from bounds alone: their middle when they are close, else the nearest that the shot before allows.
fn between(low: Option<i64>, high: Option<i64>, bounded_by_shot: bool) -> Option<(i64, Confidence)> {
    match (low, high) {
        (Some(low), Some(high)) if low > high => None,
        // Bounds that allow the recorded date accuse nothing.
        (Some(low), Some(high)) if (low..=high).contains(&0) => None,
        (Some(low), Some(high)) if bounded_by_shot && high - low <= 2 * DAY => Some((low + (high - low) / 2, Confidence::Medium)),
        (Some(low), _) if low > 0 => Some((low, Confidence::Low)),
        (_, Some(high)) if bounded_by_shot => Some((high, Confidence::Low)),
        _ => None,
    }
}

fn ground(run: &ResetRun, first: &Trace, camera: &str) -> String {
    let at = wall(first.at).map(|at| at.to_string()).unwrap_or_default();
    let what = match run.members.len() {
        1 => "this shot".to_owned(),
        n => format!("a run of {n} shots"),
    };
    match run.ground {
        Ground::Table => format!("{what} starts at {at}, where the clock of a {camera} begins after it lost its time"),
        Ground::BeforeCamera => format!("{what} starts at {at}, on a 1 January before the camera existed"),
        Ground::NumberOrder => {
            format!("{what} starts at {at}, on a 1 January, and file numbers and dates go in opposite directions")
        }
        Ground::Midnight => format!("{what} is recorded as {at}: midnight of a 1 January to the second, where many clocks begin"),
    }
}

fn named(shot: &Trace) -> String {
    let number = shot.number.map(|n| format!("shot {} of ", n.number)).unwrap_or_default();
    format!("{number}{}", wall(shot.at).map(|at| at.to_string()).unwrap_or_default())
}
