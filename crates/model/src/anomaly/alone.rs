//! Anomalies that one asset shows by itself: streaming, no neighbours.
//!
//! The date judged is the one that ranks: a corrected one where a fix or a sidecar gave it, else DateTimeOriginal.

use super::{
    Anomaly, AnomalyKind, Body, Shot, gps, known,
    shot::{Trace, midnight},
    wall::{DAY, ZONES_AHEAD, seconds, wall},
};
use crate::{
    camera::{Camera, CameraTable},
    media_type::Class,
    moment::{RecordedDate, WallClock},
};

/// A clock a day ahead is a slip, and not worth a review.
const GRACE: i64 = DAY;

/// Judges an asset of which nothing but itself is known. `now` is UTC.
///
/// For assets of one known body use [`super::judge_body`] instead: it says all this and what the neighbours show.
#[must_use]
pub fn judge_alone(body: &Body, shot: &Shot, table: &CameraTable, now: WallClock) -> Vec<Anomaly> {
    let camera = body.camera(table);
    let trace = trace(shot, camera, now);
    let mut found = facts(body, shot, camera, trace.as_ref(), now);
    if let Some(suggestion) = known::verdict_alone(camera, trace.as_ref()) {
        for anomaly in found.iter_mut().filter(|a| takes_the_clocks_suggestion(a)) {
            anomaly.suggestion = Some(suggestion);
        }
    }
    found
}

/// Whether what is found out about the clock is also the suggestion for this anomaly.
pub(super) fn takes_the_clocks_suggestion(anomaly: &Anomaly) -> bool {
    matches!(anomaly.kind, AnomalyKind::KnownCamera | AnomalyKind::BeforeCamera | AnomalyKind::ResetRun)
}

/// Everything one asset shows, before anything is suggested about its clock.
pub(super) fn facts(body: &Body, shot: &Shot, camera: Option<&Camera>, trace: Option<&Trace>, now: WallClock) -> Vec<Anomaly> {
    if matches!(shot.class, Class::Sidecar | Class::Other) {
        return Vec::new();
    }
    [
        known::always(body, shot.at(), camera),
        undated(shot),
        trace.and_then(|trace| before_camera(body, trace)),
        trace.and_then(|trace| too_late(trace, now)),
        shot.date
            .at()
            .filter(|_| shot.corrected.is_none())
            .and_then(|at| gps::judge(at, shot.gps_time_utc?, shot.offset.as_deref(), shot.position)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The dated shot as its neighbours see it; nothing for an undated one.
pub(super) fn trace(shot: &Shot, camera: Option<&Camera>, now: WallClock) -> Option<Trace> {
    let at = seconds(shot.at().or_else(|| container_time(shot))?);
    let announced = camera.and_then(|c| c.announced).map(midnight);
    let made = shot.body_made.map(midnight);
    let seen = shot.first_seen.filter(|&seen| wall(seen).is_some()).unwrap_or(i64::MAX).min(seconds(now));
    Some(Trace {
        asset: shot.asset,
        came: 0,
        at,
        number: shot.number,
        // A file system may hold any number; one that no calendar has is no time.
        modified: shot.modified.filter(|&modified| wall(modified).is_some()),
        latest: seen.saturating_add(ZONES_AHEAD),
        floor: announced.max(made),
        floor_is_made: made.is_some() && made > announced,
        by_container: shot.at().is_none(),
        trusted: true,
        corrected: shot.corrected.is_some(),
    })
}

/// A video's creation time as its container has it. 1904 and 1970 are the zeros of its clock (QuickTime, Unix).
fn container_time(shot: &Shot) -> Option<WallClock> {
    let set = |at: &WallClock| !matches!((at.year(), at.month(), at.day()), (1904 | 1970, 1, 1));
    shot.container_time_utc.filter(|_| shot.class == Class::Video).filter(set)
}

fn undated(shot: &Shot) -> Option<Anomaly> {
    if shot.corrected.is_some() {
        return None;
    }
    match &shot.date {
        RecordedDate::At(_) => None,
        RecordedDate::Missing if shot.class == Class::Video => container_time(shot).is_none().then(|| {
            Anomaly::new(AnomalyKind::MissingDate, "no DateTimeOriginal, and the container has no creation time either")
        }),
        RecordedDate::Missing => Some(Anomaly::new(AnomalyKind::MissingDate, "no DateTimeOriginal")),
        RecordedDate::Zero { raw } => {
            Some(Anomaly::new(AnomalyKind::ZeroDate, format!("DateTimeOriginal is \"{}\": the clock was not set", raw.trim())))
        }
        RecordedDate::Impossible { raw } => {
            let evidence = format!("DateTimeOriginal is \"{}\": no calendar has that", shortened(raw));
            Some(Anomaly::new(AnomalyKind::ImpossibleDate, evidence))
        }
    }
}

/// What can be shown of a value that may be of any length and hold anything.
fn shortened(raw: &str) -> String {
    const LONGEST: usize = 40;
    let shown: String = raw.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).take(LONGEST).collect();
    if raw.chars().count() > LONGEST { shown + "…" } else { shown }
}

fn before_camera(body: &Body, trace: &Trace) -> Option<Anomaly> {
    let floor = trace.floor?;
    // A container's time is UTC: up to half a day from the wall clock.
    let slack = if trace.by_container { ZONES_AHEAD } else { 0 };
    if trace.at + slack >= floor {
        return None;
    }
    let (at, day) = (wall(trace.at)?, wall(floor)?.date());
    let evidence = if trace.floor_is_made {
        format!("recorded {at}, but this body was made on {day}")
    } else {
        format!("recorded {at}, but the {} was not announced before {day}", body.name())
    };
    Some(Anomaly::new(AnomalyKind::BeforeCamera, evidence))
}

fn too_late(trace: &Trace, now: WallClock) -> Option<Anomaly> {
    let at = wall(trace.at)?;
    if trace.at > seconds(now).saturating_add(ZONES_AHEAD + GRACE) {
        return Some(Anomaly::new(AnomalyKind::FutureDate, format!("recorded {at}, and it is {} UTC", now.date())));
    }
    if trace.at > trace.latest.saturating_add(GRACE) {
        let seen = wall(trace.latest - ZONES_AHEAD)?.date();
        return Some(Anomaly::new(AnomalyKind::LateDate, format!("recorded {at}, but it was first seen on {seen} UTC")));
    }
    None
}

/// Says again what a trace showed alone: cheaper than to keep the text for each of a million shots.
pub(super) fn again(kind: AnomalyKind, body: &Body, camera: Option<&Camera>, trace: &Trace, now: WallClock) -> Option<Anomaly> {
    match kind {
        AnomalyKind::KnownCamera => known::always(body, wall(trace.at).filter(|_| !trace.by_container), camera),
        AnomalyKind::BeforeCamera => before_camera(body, trace),
        AnomalyKind::FutureDate | AnomalyKind::LateDate => too_late(trace, now),
        _ => None,
    }
}
