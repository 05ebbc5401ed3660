//! Reset runs: consecutive shots that begin where a clock begins after it lost its time.
//!
//! A run starts at the day the camera table names, or on 1 January of any year when something contradicts that it
//! was really then: the camera did not exist, or file numbers and dates go in opposite directions. People do
//! photograph on New Year's night, so without a contradiction there is no run; only midnight to the very second is
//! suspicious by itself.
//! Absent on purpose: what the true date may be (`reset/truth.rs`).

mod truth;

pub(super) use truth::truth;

use std::collections::BTreeMap;

use super::{
    shot::Trace,
    wall::{DAY, wall},
};

/// Numbers that go back by more than this have wrapped from 9999 to 0001.
const WRAP: u32 = 5000;
/// Numbers further apart than this say nothing of what was before and after.
const NEAR: u32 = 1000;
/// Shots of one stretch of photography lie no further apart.
const A_WEEK: i64 = 7 * DAY;
/// Without anything else to tell, a run ends where the camera rested longer than this.
const REST: i64 = 2 * DAY;

/// Why a run counts as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ground {
    /// The camera table says that the clock begins there.
    Table,
    /// It starts on 1 January, and before the camera existed.
    BeforeCamera,
    /// It starts on 1 January, and file numbers go the other way.
    NumberOrder,
    /// It is recorded as midnight of 1 January to the second; nothing else is known.
    Midnight,
}

/// Consecutive shots that begin where a clock begins; places in the slice of traces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ResetRun {
    pub ground: Ground,
    /// In the order of their numbers, of their dates where they have none. Never empty.
    pub members: Vec<usize>,
    /// The last shot before the run by number, whose date can be relied on.
    pub before: Option<usize>,
    /// The first after it.
    pub after: Option<usize>,
}

/// All reset runs of one body. `resets_to` is the second at which its clock is known to begin; `alone` says that
/// the shots are of one single body, so that numbers count across folders.
pub(super) fn reset_runs(traces: &[Trace], resets_to: Option<i64>, alone: bool) -> Vec<ResetRun> {
    if !traces.iter().any(|t| is_start(t, resets_to)) {
        return Vec::new();
    }
    let mut scopes: BTreeMap<Option<(u64, u32)>, Vec<usize>> = BTreeMap::new();
    for (place, trace) in traces.iter().enumerate() {
        let scope = trace.number.map(|n| (if alone { 0 } else { n.folder }, n.prefix));
        scopes.entry(scope).or_default().push(place);
    }
    scopes.into_values().flat_map(|places| Scope::new(traces, resets_to, places).runs()).collect()
}

/// Shots whose numbers count together.
struct Scope<'t> {
    traces: &'t [Trace],
    resets_to: Option<i64>,
    by_number: Vec<usize>,
    by_time: Vec<usize>,
    /// For each place in `by_number`: the next shot from there on that can be relied on.
    next_trusted: Vec<Option<usize>>,
}

/// The last number before a run whose shots can be relied on.
#[derive(Clone, Copy)]
struct Predecessor {
    place: usize,
    number: u32,
    /// The earliest date among shots of that number: after the counter wrapped there are several.
    earliest: i64,
}

impl<'t> Scope<'t> {
    fn new(traces: &'t [Trace], resets_to: Option<i64>, places: Vec<usize>) -> Self {
        let key = |&place: &usize| (traces[place].number.map(|n| n.number), traces[place].at, place);
        let mut by_number = places.clone();
        by_number.sort_by_key(key);
        let mut by_time = places;
        by_time.sort_by_key(|&place| (traces[place].at, place));
        let mut scope = Self { traces, resets_to, by_number, by_time, next_trusted: Vec::new() };
        let mut next = None;
        scope.next_trusted = (0..scope.by_number.len())
            .rev()
            .map(|i| {
                let place = scope.by_number[i];
                if scope.is_witness(place) {
                    next = Some(place);
                }
                next
            })
            .collect();
        scope.next_trusted.reverse();
        scope
    }

    /// Walks by number from start to start.
    fn runs(&self) -> Vec<ResetRun> {
        let mut runs = Vec::new();
        let mut before: Option<Predecessor> = None;
        let mut i = 0;
        while let Some(&place) = self.by_number.get(i) {
            if !is_start(&self.traces[place], self.resets_to) {
                before = self.succeeded(before, place);
                i += 1;
                continue;
            }
            let end = self.end_of_run(i, before);
            self.judge(i..end, before, &mut runs);
            // Shots that make no run are witnesses for the next.
            if runs.last().is_none_or(|run| run.members.last() != self.by_number.get(end - 1)) {
                before = self.by_number[i..end].iter().fold(before, |before, &place| self.succeeded(before, place));
            }
            i = end;
        }
        runs
    }

    /// Where the run that starts at `i` ends: when the clock was set, when it had caught up with the shot before the
    /// run, or when the camera rested.
    fn end_of_run(&self, i: usize, before: Option<Predecessor>) -> usize {
        let first = self.traces[self.by_number[i]];
        let caught_up = before.filter(|before| before.earliest >= first.at + DAY).map(|before| before.earliest);
        let mut last = first.at;
        let mut end = i + 1;
        while let Some(&place) = self.by_number.get(end) {
            let shot = &self.traces[place];
            let impossible = shot.floor.is_some_and(|floor| shot.at < floor);
            let goes_on = caught_up.map_or(shot.at - last <= REST, |until| shot.at < until);
            if shot.corrected || shot.at < last || !(impossible || goes_on) {
                break;
            }
            last = shot.at;
            end += 1;
        }
        end
    }

    fn judge(&self, range: std::ops::Range<usize>, before: Option<Predecessor>, runs: &mut Vec<ResetRun>) {
        let members = &self.by_number[range.clone()];
        let after = self.next_trusted.get(range.end).copied().flatten();
        let first = &self.traces[members[0]];
        let ground = if self.resets_to.is_some_and(|to| starts_at(first, to)) {
            Ground::Table
        } else if first.floor.is_some_and(|floor| first.at < floor) {
            Ground::BeforeCamera
        } else if self.contradicts(members, before, after) {
            Ground::NumberOrder
        } else {
            return self.judge_midnights(members, runs);
        };
        let near = |place: &usize, end: usize| match (self.traces[*place].number, self.traces[end].number) {
            (Some(a), Some(b)) => a.number.abs_diff(b.number) <= NEAR,
            _ => false,
        };
        let before = before.map(|b| b.place).filter(|place| near(place, members[0]));
        let after = after.filter(|place| near(place, members[members.len() - 1]));
        runs.push(ResetRun { ground, members: members.to_vec(), before, after });
    }

    /// Shots of one and the same midnight that nothing else accuses.
    fn judge_midnights(&self, members: &[usize], runs: &mut Vec<ResetRun>) {
        let mut midnights: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
        for &place in members.iter().filter(|&&place| new_year(self.traces[place].at) == Some(0)) {
            midnights.entry(self.traces[place].at).or_default().push(place);
        }
        runs.extend(midnights.into_values().map(|members| ResetRun {
            ground: Ground::Midnight,
            members,
            before: None,
            after: None,
        }));
    }

    /// Whether numbers and dates go in opposite directions at the run, seen both along the numbers and along the dates.
    ///
    /// Both are asked for: the counter wraps at 9999 and starts anew with a card, and each view alone would then accuse
    /// honest shots.
    fn contradicts(&self, members: &[usize], before: Option<Predecessor>, after: Option<usize>) -> bool {
        let (first, last) = (&self.traces[members[0]], &self.traces[members[members.len() - 1]]);
        let (Some(first_number), Some(last_number)) = (number(first), number(last)) else { return false };
        let lower_is_later =
            before.is_some_and(|b| first_number - b.number <= NEAR && b.number < first_number && b.earliest >= first.at + DAY);
        let higher_is_earlier = after.map(|place| &self.traces[place]).is_some_and(|after| {
            number(after).is_some_and(|n| n > last_number && n - last_number <= NEAR) && after.at + DAY <= first.at
        });
        let backwards = |earlier: Option<&usize>, later: Option<&usize>| {
            let of = |place: Option<&usize>| place.and_then(|&place| number(&self.traces[place]));
            matches!((of(earlier), of(later)), (Some(a), Some(b)) if b < a && a - b < WRAP)
        };
        let from = self.by_time.partition_point(|&place| self.traces[place].at < first.at);
        let to = self.by_time.partition_point(|&place| self.traces[place].at <= last.at);
        let earlier = from.checked_sub(1).and_then(|i| self.by_time.get(i));
        let later = self.by_time.get(to);
        // The shot before by date is also the one before by number: the run is where it belongs.
        let in_place = earlier.map(|&place| &self.traces[place]).is_some_and(|earlier| {
            number(earlier).is_some_and(|n| n < first_number && first_number - n <= NEAR) && first.at - earlier.at <= A_WEEK
        });
        !in_place
            && (lower_is_later || higher_is_earlier)
            && (backwards(earlier, members.first()) || backwards(members.last(), later))
    }

    fn succeeded(&self, before: Option<Predecessor>, place: usize) -> Option<Predecessor> {
        let shot = &self.traces[place];
        let Some(number) = number(shot).filter(|_| shot.trusted) else { return before };
        Some(match before {
            Some(before) if before.number == number => Predecessor { place, number, earliest: before.earliest.min(shot.at) },
            _ => Predecessor { place, number, earliest: shot.at },
        })
    }

    /// A shot that can say what was before or after a run.
    fn is_witness(&self, place: usize) -> bool {
        self.traces[place].trusted && !is_start(&self.traces[place], self.resets_to)
    }
}

fn number(shot: &Trace) -> Option<u32> {
    shot.number.map(|n| n.number)
}

/// Whether a run may start with this shot. What a person has corrected is not the clock's word, and a date to come
/// is another anomaly.
fn is_start(shot: &Trace, resets_to: Option<i64>) -> bool {
    !shot.corrected
        && shot.at <= shot.latest.saturating_add(DAY)
        && (new_year(shot.at).is_some() || resets_to.is_some_and(|to| starts_at(shot, to)))
}

/// Within a day of where the clock begins, or later but still before the camera existed.
fn starts_at(shot: &Trace, resets_to: i64) -> bool {
    let until = shot.floor.map_or(resets_to + DAY, |floor| floor.max(resets_to + DAY));
    (resets_to..until).contains(&shot.at)
}

/// Seconds since midnight, on a 1 January.
fn new_year(at: i64) -> Option<i64> {
    let day = wall(at).map(|at| at.date())?;
    (day.month() == 1 && day.day() == 1).then(|| at.rem_euclid(DAY))
}
