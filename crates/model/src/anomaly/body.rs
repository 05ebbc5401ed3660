//! Anomalies of all shots of one camera body: what each shows alone, and what only its neighbours show.
//!
//! Memory: some 150 bytes for each dated shot of this body, twice that for a flagged one. The result does not depend on the order of the
//! shots. Absent on purpose: a second body; clocks are compared with none but themselves.

use std::collections::HashMap;

use super::{
    Anomaly, AnomalyKind, Body, Correction, RunId, Shot, Suggestion, alone,
    gps::{self, Difference},
    known,
    number::fnv,
    reset::{self, ResetRun},
    shot::{Trace, midnight},
    steady,
    wall::{DAY, MINUTE, seconds},
};
use crate::{
    camera::{Camera, CameraTable, ClockFault},
    moment::WallClock,
};

/// Shots of one fault are consecutive when no more than this lies between two of them.
const CONSECUTIVE: i64 = 2 * DAY;
/// GPS fixes are up to some minutes old.
const ONE_SPAN: i64 = 5 * MINUTE;
/// A zone seen at one shot holds for shots of the next days.
const SAME_PLACE: i64 = 3 * DAY;

/// Judges all shots of one body. `now` is UTC; `found` gets every anomaly with the shot's `asset`.
///
/// Includes what [`super::judge_alone`] says. Anomalies come in no order that could be relied on: an asset's may be far
/// apart.
pub fn judge_body(
    body: &Body,
    shots: impl IntoIterator<Item = Shot>,
    table: &CameraTable,
    now: WallClock,
    found: &mut dyn FnMut(u64, Anomaly),
) {
    let camera = body.camera(table);
    let mut judged = Judged::default();
    for shot in shots {
        judged.take(body, &shot, camera, now, found);
    }
    judged.in_order();
    judged.find_zones();
    judged.find_reset_runs(body, camera);
    judged.find_lagging_runs(body, camera);
    judged.find_other_runs(body);
    judged.tell(body, camera, now, found);
}

/// What has been found out about one body's shots.
#[derive(Default)]
struct Judged {
    traces: Vec<Trace>,
    /// Anomalies that the neighbours may add to, by place in `traces`.
    waiting: Vec<(usize, Waiting)>,
    /// Names of runs, and what is said of reset runs.
    runs: Vec<RunId>,
    resets: Vec<String>,
    /// What the neighbours say of a shot, by place in `traces`; nothing of most shots.
    verdicts: HashMap<usize, Verdict>,
    /// GPS time and the zone in which the clock ran then.
    zones: Vec<(i64, i64)>,
    /// Where the recorded date and GPS time contradict.
    contradicted: Vec<Contradicted>,
}

/// An anomaly to which the neighbours may add.
enum Waiting {
    /// One that is told again from the trace.
    Alone(AnomalyKind),
    /// A contradiction with GPS.
    Gps(Box<Anomaly>),
    /// A reset run; place in `resets`.
    Reset(usize),
}

impl Waiting {
    fn kind(&self) -> AnomalyKind {
        match self {
            Waiting::Alone(kind) => *kind,
            Waiting::Gps(_) => AnomalyKind::GpsContradiction,
            Waiting::Reset(_) => AnomalyKind::ResetRun,
        }
    }
}

/// A shot that its GPS time contradicts.
struct Contradicted {
    /// Place in `traces`.
    place: usize,
    /// GPS time.
    gps: i64,
    /// What the shot alone suggests.
    alone: Option<Suggestion>,
}

#[derive(Default, Clone)]
struct Verdict {
    /// The shot is in a run found already, if of one shot only.
    placed: bool,
    /// Place in `runs`.
    run: Option<usize>,
    suggestion: Option<Suggestion>,
}

impl Judged {
    fn take(&mut self, body: &Body, shot: &Shot, camera: Option<&Camera>, now: WallClock, found: &mut dyn FnMut(u64, Anomaly)) {
        let trace = alone::trace(shot, camera, now);
        let facts = alone::facts(body, shot, camera, trace.as_ref(), now);
        let Some(mut trace) = trace else {
            return facts.into_iter().for_each(|anomaly| found(shot.asset, anomaly));
        };
        let place = self.traces.len();
        if let (Some(at), Some(gps)) = (shot.date.at(), gps::believable(shot.gps_time_utc)) {
            match gps::difference(seconds(at) - gps) {
                Difference::Zone(zone) => self.zones.push((gps, zone)),
                Difference::Off(_) => {
                    let alone = facts.iter().find(|a| a.kind == AnomalyKind::GpsContradiction).and_then(|a| a.suggestion);
                    self.contradicted.push(Contradicted { place, gps, alone });
                }
            }
        }
        for anomaly in facts {
            let kind = anomaly.kind;
            match kind {
                AnomalyKind::KnownCamera | AnomalyKind::BeforeCamera | AnomalyKind::FutureDate | AnomalyKind::LateDate => {
                    self.waiting.push((place, Waiting::Alone(kind)));
                }
                AnomalyKind::GpsContradiction => self.waiting.push((place, Waiting::Gps(Box::new(anomaly)))),
                _ => {
                    found(shot.asset, anomaly);
                    continue;
                }
            }
            trace.trusted &= kind == AnomalyKind::KnownCamera;
        }
        // A date that the clock's known fault most likely made is no witness for others.
        let said = known::verdict_alone(camera, Some(&trace));
        trace.trusted &= !matches!(said, Some(Suggestion { correction: Correction::Shift(_), .. }));
        trace.came = place as u32;
        self.traces.push(trace);
    }

    /// Brings the traces into one order, whatever order they came in.
    fn in_order(&mut self) {
        self.traces.sort_unstable_by_key(|trace| (trace.at, trace.number, trace.asset, trace.came));
        let mut place_of = vec![0_u32; self.traces.len()];
        for (place, trace) in self.traces.iter().enumerate() {
            place_of[trace.came as usize] = place as u32;
        }
        self.waiting.iter_mut().for_each(|(place, _)| *place = place_of[*place] as usize);
        self.contradicted.iter_mut().for_each(|c| c.place = place_of[c.place] as usize);
        self.waiting.sort_by_key(|(place, waiting)| (*place, waiting.kind()));
        self.contradicted.sort_by_key(|c| c.place);
    }

    /// A contradiction with GPS is best resolved by the zone that the same body showed in those days.
    fn find_zones(&mut self) {
        self.zones.sort_unstable();
        for Contradicted { place, gps, alone } in &self.contradicted {
            let next = self.zones.partition_point(|&(at, _)| at < *gps);
            let around = self.zones.get(next).into_iter().chain(next.checked_sub(1).and_then(|i| self.zones.get(i)));
            let nearest = around.filter(|(at, _)| (at - gps).abs() <= SAME_PLACE).min_by_key(|(at, _)| (at - gps).abs());
            let moved = alone.filter(|alone| matches!(alone.correction, Correction::Shift(_)));
            let suggestion = match (nearest, moved) {
                (Some(&(_, zone)), Some(_)) => gps::by_neighbour(self.traces[*place].at, *gps, zone),
                _ => moved,
            };
            self.verdicts.insert(*place, Verdict { suggestion, ..Verdict::default() });
        }
    }

    /// What GPS says of the first of these shots of which it says anything: it holds for a whole run.
    fn told_by_gps(&self, places: impl IntoIterator<Item = usize>) -> Option<(i64, Suggestion)> {
        let said = |place| self.verdicts.get(&place).and_then(|verdict| verdict.suggestion);
        places.into_iter().find_map(|place| said(place).map(|said| (self.traces[place].at, said)))
    }

    fn find_reset_runs(&mut self, body: &Body, camera: Option<&Camera>) {
        let resets_to = camera.and_then(|c| c.fault).and_then(|fault| match fault {
            ClockFault::ResetsTo(day) => Some(midnight(day)),
            ClockFault::Behind(_) => None,
        });
        for run in reset::reset_runs(&self.traces, resets_to, body.serial.is_some()) {
            self.take_reset_run(body, &run);
        }
    }

    fn take_reset_run(&mut self, body: &Body, run: &ResetRun) {
        let mut truth = reset::truth(run, &self.traces, body.name());
        if let Some((at, said)) = self.told_by_gps(run.members.iter().copied()) {
            truth.take_from(at, &said);
        }
        let id = (run.members.len() > 1).then(|| self.name_run(body, AnomalyKind::ResetRun, run.members[0]));
        for &place in &run.members {
            let suggestion = truth.of(&self.traces[place]);
            self.verdicts.insert(place, Verdict { placed: true, run: id, suggestion });
            self.waiting.push((place, Waiting::Reset(self.resets.len())));
        }
        self.resets.push(truth.evidence);
    }

    /// Consecutive shots of a camera whose clock is behind, as far as the fault is in them.
    fn find_lagging_runs(&mut self, body: &Body, camera: Option<&Camera>) {
        let Some(ClockFault::Behind(by)) = camera.and_then(|c| c.fault) else { return };
        let lags = |trace: &Trace| {
            let said = known::verdict_alone(camera, Some(trace));
            matches!(said, Some(Suggestion { correction: Correction::Shift(_), .. }))
        };
        let zone = self.traces.iter().filter(|t| t.trusted && !lags(t)).find_map(steady::zone_of);
        let lagging: Vec<bool> = self.traces.iter().map(lags).collect();
        let mut start = 0;
        for stretch in lagging.chunk_by(|a, b| a == b) {
            let range = start..start + stretch.len();
            start = range.end;
            if !stretch[0] {
                continue;
            }
            let told = self.told_by_gps(range.clone()).and_then(|(_, said)| known::about(by, &said));
            let by = told.or_else(|| known::refined(self.traces[range.clone()].iter(), by, zone)).unwrap_or(by);
            let id = (stretch.len() > 1).then(|| self.name_run(body, AnomalyKind::KnownCamera, range.start));
            for place in range {
                let suggestion = known::behind(&self.traces[place], by);
                self.verdicts.insert(place, Verdict { placed: true, run: id, suggestion });
            }
        }
    }

    /// Consecutive shots that are in no run yet and whose dates cannot be: one clock that was set wrong.
    fn find_other_runs(&mut self, body: &Body) {
        for kind in [AnomalyKind::BeforeCamera, AnomalyKind::FutureDate, AnomalyKind::LateDate, AnomalyKind::GpsContradiction] {
            let mut places: Vec<usize> =
                self.waiting.iter().filter(|(_, waiting)| waiting.kind() == kind).map(|&(place, _)| place).collect();
            places.retain(|place| self.verdicts.get(place).is_none_or(|verdict| !verdict.placed));
            let near = |a: &usize, b: &usize| {
                *b - *a == 1 && self.traces[*b].at - self.traces[*a].at <= CONSECUTIVE && self.same_fault(*a, *b)
            };
            let runs: Vec<Vec<usize>> = places.chunk_by(near).filter(|run| run.len() > 1).map(<[usize]>::to_vec).collect();
            for run in runs {
                let id = self.name_run(body, kind, run[0]);
                for place in run {
                    let verdict = self.verdicts.entry(place).or_default();
                    (verdict.placed, verdict.run) = (true, Some(id));
                }
            }
        }
    }

    /// Whether GPS, where it says anything, says the same of both: what is decided together must be off by one span.
    fn same_fault(&self, a: usize, b: usize) -> bool {
        let off = |place| {
            let found = self.contradicted.binary_search_by_key(&place, |c| c.place).ok()?;
            Some(self.traces[place].at - self.contradicted[found].gps)
        };
        match (off(a), off(b)) {
            (Some(a), Some(b)) => (a - b).abs() <= ONE_SPAN,
            (None, None) => true,
            _ => false,
        }
    }

    fn name_run(&mut self, body: &Body, kind: AnomalyKind, first: usize) -> usize {
        self.runs.push(run_id(body, kind, &self.traces[first]));
        self.runs.len() - 1
    }

    /// Hands out what was waiting, with what the neighbours say.
    fn tell(self, body: &Body, camera: Option<&Camera>, now: WallClock, found: &mut dyn FnMut(u64, Anomaly)) {
        let nothing = Verdict::default();
        for (place, waiting) in self.waiting {
            let (trace, verdict) = (&self.traces[place], self.verdicts.get(&place).unwrap_or(&nothing));
            let anomaly = match waiting {
                Waiting::Alone(kind) => alone::again(kind, body, camera, trace, now),
                Waiting::Gps(anomaly) => Some(*anomaly),
                Waiting::Reset(reset) => Some(Anomaly::new(AnomalyKind::ResetRun, self.resets[reset].clone())),
            };
            let Some(mut anomaly) = anomaly else { continue };
            let alone = || known::verdict_alone(camera, Some(trace));
            if alone::takes_the_clocks_suggestion(&anomaly) {
                anomaly.suggestion = verdict.suggestion.or_else(|| alone().filter(|_| !verdict.placed));
            } else if anomaly.kind == AnomalyKind::GpsContradiction && !says_leave(&anomaly) {
                anomaly.suggestion = verdict.suggestion.or(anomaly.suggestion);
            }
            anomaly.run = verdict.run.map(|run| self.runs[run].clone());
            found(trace.asset, anomaly);
        }
    }
}

fn says_leave(anomaly: &Anomaly) -> bool {
    anomaly.suggestion.is_some_and(|s| s.correction == Correction::Leave)
}

/// Made of what the run is, not of when it was found: the same in every survey.
fn run_id(body: &Body, kind: AnomalyKind, first: &Trace) -> RunId {
    let text = |text: &Option<String>| text.as_deref().unwrap_or_default().to_lowercase();
    let number = first.number.map(|n| (n.folder, n.prefix, n.number));
    let of = format!("{}|{}|{}|{}|{}|{number:?}", text(&body.make), text(&body.model), text(&body.serial), kind.word(), first.at);
    RunId::new(format!("run-{:012x}", fnv(&of) >> 16))
}
