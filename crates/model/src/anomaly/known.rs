//! Cameras whose clock is known to fail: always for review, with a suggestion where something supports one.
//!
//! Witnesses are the day on which the body was made, the model's announcement and the file's modification time.
//! A modification time that agrees with the recorded date is a weak witness: cameras stamp their cards by the same clock.

use super::{
    Anomaly, AnomalyKind, Body, Confidence, Correction, Interval, Suggestion,
    shot::{Modified, Trace},
    steady::steady_lag,
    wall::{DAY, ZONES_AHEAD, wall, words},
};
use crate::{
    camera::{Camera, ClockFault},
    moment::WallClock,
};

/// "About" so many years is within a year of it.
const ABOUT: i64 = 366 * DAY;

/// Every asset of a camera with a known clock fault, dated (`at`) or not.
pub(super) fn always(body: &Body, at: Option<WallClock>, camera: Option<&Camera>) -> Option<Anomaly> {
    let camera = camera.filter(|camera| camera.fault.is_some())?;
    let fault = match (&camera.evidence, camera.fault?) {
        (Some(evidence), _) => evidence.clone(),
        (None, ClockFault::ResetsTo(day)) => format!("the clock of a {} is known to fall back to {day}", body.name()),
        (None, ClockFault::Behind(by)) => format!("the clock of a {} is known to be about {} behind", body.name(), words(by)),
    };
    let recorded = match at {
        Some(at) => format!("recorded {at}"),
        None => "no date is recorded".to_owned(),
    };
    Some(Anomaly::new(AnomalyKind::KnownCamera, format!("{fault}; {recorded}")))
}

/// What one shot says of its clock when it is seen by itself.
pub(super) fn verdict_alone(camera: Option<&Camera>, trace: Option<&Trace>) -> Option<Suggestion> {
    let trace = trace?;
    match camera?.fault? {
        _ if trace.corrected => Some(leave(Confidence::High)),
        ClockFault::Behind(by) => behind(trace, by),
        ClockFault::ResetsTo(_) => not_reset(trace),
    }
}

/// A shot of a camera whose clock falls back, that belongs to no such run.
pub(super) fn not_reset(trace: &Trace) -> Option<Suggestion> {
    if trace.floor.is_some_and(|floor| trace.at < floor) || trace.at > trace.latest {
        return None;
    }
    Some(leave(if trace.modified_against(trace.at) == Modified::Agrees { Confidence::Medium } else { Confidence::Low }))
}

/// A shot of a camera whose clock is behind by `by` seconds.
pub(super) fn behind(trace: &Trace, by: i64) -> Option<Suggestion> {
    let shifted = trace.at.saturating_add(by);
    let possible = shifted <= trace.ceiling();
    let recorded_is_impossible = trace.floor.is_some_and(|floor| trace.at < floor);
    let file_supports = trace.modified_against(shifted) == Modified::Agrees;
    match (recorded_is_impossible, possible, file_supports) {
        (true, true, true) => Some(shift(trace, by, Confidence::High)),
        (true, true, false) | (false, true, true) => Some(shift(trace, by, Confidence::Medium)),
        (true, false, _) => None,
        (false, _, _) if trace.modified_against(trace.at) == Modified::Agrees => Some(leave(Confidence::Medium)),
        (false, false, _) => Some(leave(Confidence::Low)),
        (false, true, false) => Some(shift(trace, by, Confidence::Low)),
    }
}

/// A run of such shots may tell the span more exactly than "about": by modification times that follow at one distance.
pub(super) fn refined<'t>(run: impl Iterator<Item = &'t Trace> + Clone, by: i64, zone: Option<i64>) -> Option<i64> {
    let lag = steady_lag(run)?;
    if (lag - by).abs() > ABOUT {
        return None;
    }
    // Within the zones of the world, the exact span and a zone explain it better than an inexact span.
    let zones = -ZONES_AHEAD..=12 * 3600;
    Some(if zones.contains(&(lag - by)) { by } else { lag + zone.unwrap_or(0) })
}

/// The span that a suggested shift amounts to, where it is about what the camera is known for.
pub(super) fn about(by: i64, said: &Suggestion) -> Option<i64> {
    match said.correction {
        Correction::Shift(shift) if (shift - by).abs() <= ABOUT => Some(shift),
        _ => None,
    }
}

/// A shift of one shot, with the bounds of its true date.
pub(super) fn shift(trace: &Trace, by: i64, confidence: Confidence) -> Suggestion {
    let shifted = trace.at.saturating_add(by);
    let earliest = trace.floor.map_or(shifted - ABOUT, |floor| floor.max(shifted - ABOUT));
    let latest = trace.ceiling().min(shifted + ABOUT);
    Suggestion {
        correction: Correction::Shift(by),
        interval: Interval { earliest: wall(earliest), latest: wall(latest) },
        confidence,
    }
}

fn leave(confidence: Confidence) -> Suggestion {
    Suggestion { correction: Correction::Leave, interval: Interval::default(), confidence }
}
