//! Anomalies of all shots of one camera body: what each shows alone, and what only its neighbours show.
//!
//! Memory: a hundred bytes for each dated shot of this body, and its anomalies. The result does not depend on the order of the
//! shots. Absent on purpose: a second body; clocks are compared with none but themselves.

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
/// Includes what [`super::judge_alone`] says. Anomalies of one asset come together and in the order of their kinds only
/// by chance: sort them where it matters.
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
    judged.tell(camera, found);
}

/// What has been found out about one body's shots.
#[derive(Default)]
struct Judged {
    traces: Vec<Trace>,
    /// Anomalies that the neighbours may add to, by place in `traces`.
    waiting: Vec<(usize, Anomaly)>,
    /// What the neighbours say of a shot, by place in `traces`.
    verdicts: Vec<Verdict>,
    /// GPS time and the zone in which the clock ran then.
    zones: Vec<(i64, i64)>,
    /// Where the recorded date and GPS time contradict.
    contradicted: Vec<Contradicted>,
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
    run: Option<RunId>,
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
            match anomaly.kind {
                AnomalyKind::BeforeCamera | AnomalyKind::FutureDate | AnomalyKind::LateDate | AnomalyKind::GpsContradiction => {
                    trace.trusted = false;
                    self.waiting.push((place, anomaly));
                }
                AnomalyKind::KnownCamera => self.waiting.push((place, anomaly)),
                _ => found(shot.asset, anomaly),
            }
        }
        // A date that the clock's known fault most likely made is no witness for others.
        let said = known::verdict_alone(camera, Some(&trace));
        trace.trusted &= !matches!(said, Some(Suggestion { correction: Correction::Shift(_), .. }));
        self.traces.push(trace);
    }

    /// Brings the traces into one order, whatever order they came in.
    fn in_order(&mut self) {
        let mut order: Vec<usize> = (0..self.traces.len()).collect();
        order.sort_by_key(|&i| (self.traces[i].at, self.traces[i].number, self.traces[i].asset));
        let mut place_of = vec![0; order.len()];
        for (place, &was) in order.iter().enumerate() {
            place_of[was] = place;
        }
        self.traces = order.iter().map(|&i| self.traces[i]).collect();
        self.waiting.iter_mut().for_each(|(place, _)| *place = place_of[*place]);
        self.contradicted.iter_mut().for_each(|c| c.place = place_of[c.place]);
        self.waiting.sort_by_key(|(place, anomaly)| (*place, anomaly.kind));
        self.contradicted.sort_by_key(|c| c.place);
        self.verdicts = vec![Verdict::default(); self.traces.len()];
    }

    /// A contradiction with GPS is best resolved by the zone that the same body showed in those days.
    fn find_zones(&mut self) {
        self.zones.sort_unstable();
        for Contradicted { place, gps, alone } in &self.contradicted {
            let next = self.zones.partition_point(|&(at, _)| at < *gps);
            let around = self.zones.get(next).into_iter().chain(next.checked_sub(1).and_then(|i| self.zones.get(i)));
            let nearest = around.filter(|(at, _)| (at - gps).abs() <= SAME_PLACE).min_by_key(|(at, _)| (at - gps).abs());
            let moved = alone.filter(|alone| matches!(alone.correction, Correction::Shift(_)));
            self.verdicts[*place].suggestion = match (nearest, moved) {
                (Some(&(_, zone)), Some(_)) => gps::by_neighbour(self.traces[*place].at, *gps, zone),
                _ => moved,
            };
        }
    }

    /// What GPS says of the first of these shots of which it says anything: it holds for a whole run.
    fn told_by_gps(&self, places: impl IntoIterator<Item = usize>) -> Option<(i64, Suggestion)> {
        places.into_iter().find_map(|place| self.verdicts[place].suggestion.map(|said| (self.traces[place].at, said)))
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
        let id = (run.members.len() > 1).then(|| run_id(body, AnomalyKind::ResetRun, &self.traces[run.members[0]]));
        for &place in &run.members {
            let suggestion = truth.of(&self.traces[place]);
            self.verdicts[place] = Verdict { placed: true, run: id.clone(), suggestion };
            self.waiting.push((place, Anomaly { suggestion, ..Anomaly::new(AnomalyKind::ResetRun, truth.evidence.clone()) }));
        }
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
            let id = (stretch.len() > 1).then(|| run_id(body, AnomalyKind::KnownCamera, &self.traces[range.start]));
            for place in range {
                let suggestion = known::behind(&self.traces[place], by);
                self.verdicts[place] = Verdict { placed: true, run: id.clone(), suggestion };
            }
        }
    }

    /// Consecutive shots that are in no run yet and whose dates cannot be: one clock that was set wrong.
    fn find_other_runs(&mut self, body: &Body) {
        for kind in [AnomalyKind::BeforeCamera, AnomalyKind::FutureDate, AnomalyKind::LateDate, AnomalyKind::GpsContradiction] {
            let mut places: Vec<usize> = self.waiting.iter().filter(|(_, a)| a.kind == kind).map(|&(place, _)| place).collect();
            places.retain(|&place| !self.verdicts[place].placed);
            let near = |a: &usize, b: &usize| {
                *b - *a == 1 && self.traces[*b].at - self.traces[*a].at <= CONSECUTIVE && self.same_fault(*a, *b)
            };
            let runs: Vec<Vec<usize>> = places.chunk_by(near).filter(|run| run.len() > 1).map(<[usize]>::to_vec).collect();
            for run in runs {
                let id = run_id(body, kind, &self.traces[run[0]]);
                for place in run {
                    self.verdicts[place].placed = true;
                    self.verdicts[place].run = Some(id.clone());
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

    /// Hands out what was waiting, with what the neighbours say.
    fn tell(self, camera: Option<&Camera>, found: &mut dyn FnMut(u64, Anomaly)) {
        for (place, mut anomaly) in self.waiting {
            let (trace, verdict) = (&self.traces[place], &self.verdicts[place]);
            let alone = || known::verdict_alone(camera, Some(trace));
            if alone::takes_the_clocks_suggestion(&anomaly) {
                anomaly.suggestion = verdict.suggestion.or_else(|| alone().filter(|_| !verdict.placed));
            } else if anomaly.kind == AnomalyKind::GpsContradiction && !says_leave(&anomaly) {
                anomaly.suggestion = verdict.suggestion.or(anomaly.suggestion);
            }
            anomaly.run.clone_from(&verdict.run);
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
