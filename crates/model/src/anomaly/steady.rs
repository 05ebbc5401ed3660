//! A steady lag: file modification times that follow the recorded dates at one distance.
//!
//! When many shots of a run were modified at their recorded date plus one and the same span, the modification times
//! were kept by another clock that was running (a card reader's host, a later transfer that preserved them), and the span is by how
//! much the camera was off. Copying gives all files one time instead, and the camera's own clock no span at all.

use super::{
    shot::Trace,
    wall::{DAY, HOUR, MINUTE},
};

const QUARTER: i64 = 15 * MINUTE;
/// File systems keep times to two seconds (FAT), and writing a card takes a few.
const JITTER: i64 = 5;

/// By how many seconds the modification times are later than the recorded dates, where that is one number.
///
/// Up to two hours of whole quarter hours may lie between them: summer time began, or a zone was crossed. But two shots a
/// minute apart must have the very same lag, and it must be more than two days: less is a zone and a slow clock.
pub(super) fn steady_lag<'t>(shots: impl Iterator<Item = &'t Trace> + Clone) -> Option<i64> {
    let lag = |shot: &Trace| shot.modified.map(|modified| modified - shot.at);
    let base = shots.clone().next().and_then(lag)?;
    let apart = |shot: &Trace| lag(shot).map(|lag| (lag - base).abs());
    let steady =
        shots.clone().all(|shot| apart(shot).is_some_and(|apart| near_quarter(apart) <= JITTER && apart <= 2 * HOUR + JITTER));
    let alike = shots.filter(|shot| apart(shot).is_some_and(|apart| apart <= JITTER));
    let (first, last) = alike.fold((i64::MAX, i64::MIN), |(low, high), shot| (low.min(shot.at), high.max(shot.at)));
    (steady && last - first >= MINUTE && base.abs() > 2 * DAY).then_some(base)
}

fn near_quarter(seconds: i64) -> i64 {
    let rest = seconds.rem_euclid(QUARTER);
    rest.min(QUARTER - rest)
}

/// The zone in which a body's clock ran, as far as modification times tell: of a shot whose date is trusted.
pub(super) fn zone_of(shot: &Trace) -> Option<i64> {
    let ahead = shot.at - shot.modified?;
    let quarters = (ahead + QUARTER / 2).div_euclid(QUARTER) * QUARTER;
    ((ahead - quarters).abs() <= MINUTE && (-12 * HOUR..=14 * HOUR).contains(&quarters)).then_some(quarters)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shots(pairs: &[(i64, Option<i64>)]) -> Vec<Trace> {
        pairs
            .iter()
            .map(|&(at, modified)| Trace {
                asset: 0,
                came: 0,
                at,
                number: None,
                modified,
                latest: i64::MAX,
                floor: None,
                floor_is_made: false,
                by_container: false,
                trusted: true,
                corrected: false,
            })
            .collect()
    }

    #[test]
    fn only_modification_times_that_run_along_are_steady() {
        const LAG: i64 = 100 * DAY;
        for (why, pairs, expected) in [
            ("one lag", vec![(0, Some(LAG)), (500, Some(LAG + 502))], Some(LAG)),
            ("summer time begins", vec![(0, Some(LAG)), (90, Some(LAG + 90)), (500, Some(LAG + 500 + HOUR))], Some(LAG)),
            ("copied at one moment", vec![(0, Some(LAG)), (500, Some(LAG))], None),
            ("copied at one moment, shots a quarter of an hour apart", vec![(0, Some(LAG)), (900, Some(LAG))], None),
            ("one shot", vec![(0, Some(LAG))], None),
            ("two shots of one second", vec![(7, Some(LAG)), (7, Some(LAG))], None),
            ("the camera's own clock", vec![(0, Some(-7200)), (500, Some(-6700))], None),
            ("one unknown", vec![(0, Some(LAG)), (500, None)], None),
            ("none", vec![], None),
        ] {
            assert_eq!(steady_lag(shots(&pairs).iter()), expected, "{why}");
        }
    }
}
