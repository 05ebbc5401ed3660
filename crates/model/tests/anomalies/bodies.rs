//! Anomalies of made-up bodies: what the neighbours show, told as small stories.

use jiff::{
    SignedDuration,
    civil::{DateTime, date},
};
use lightproof_model::{
    anomaly::{Anomaly, AnomalyKind, Body, FileNumber, Shot, judge_alone, judge_body},
    camera::{Camera, CameraTable, ClockFault},
    media_type::Class,
    moment::{RecordedDate, WallClock},
    probe::Position,
};
use proptest::prelude::*;

const NOW: WallClock = date(2026, 6, 1).at(12, 0, 0, 0);

fn table() -> CameraTable {
    let camera = |model: &str, announced: &str, fault| Camera {
        models: vec![model.to_owned()],
        announced: Camera::date_of(announced),
        fault,
        ..Camera::default()
    };
    CameraTable::new([
        camera("PLAIN 1", "2003-02", None),
        camera("FORGETFUL 2", "2012-03", Some(ClockFault::ResetsTo(date(2012, 1, 1)))),
        camera("LATE 3", "2010-09", Some(ClockFault::Behind(8 * 31_557_600))),
    ])
}

fn body(model: &str) -> Body {
    Body::of(Some("Maker"), Some(model), None, None)
}

fn shot(number: u32, at: DateTime) -> Shot {
    Shot {
        date: RecordedDate::At(at),
        number: FileNumber::of("holiday", &format!("DSC_{number:04}.JPG")),
        ..Shot::new(u64::from(number), Class::Photo)
    }
}

/// Shots a minute apart from `at` on.
fn minutes(numbers: std::ops::RangeInclusive<u32>, at: DateTime) -> Vec<Shot> {
    numbers.clone().map(|n| shot(n, at + SignedDuration::from_mins(i64::from(n - numbers.start())))).collect()
}

fn judge(model: &str, shots: Vec<Shot>) -> Vec<(u64, Anomaly)> {
    let mut found = Vec::new();
    judge_body(&body(model), shots, &table(), NOW, &mut |asset, anomaly| found.push((asset, anomaly)));
    found.sort_by_key(|(asset, anomaly)| (*asset, anomaly.kind));
    found
}

/// The assets that have an anomaly of a kind.
fn flagged(kind: AnomalyKind, found: &[(u64, Anomaly)]) -> Vec<u64> {
    found.iter().filter(|(_, a)| a.kind == kind).map(|(asset, _)| *asset).collect()
}

#[test]
fn a_clock_that_fell_back_shows_by_its_file_numbers() {
    let shots = [
        minutes(1..=3, date(2004, 8, 2).at(10, 0, 0, 0)),
        minutes(10..=12, date(2007, 5, 1).at(10, 0, 0, 0)),
        minutes(13..=15, date(2005, 1, 1).at(0, 3, 0, 0)),
        minutes(16..=18, date(2007, 5, 2).at(9, 0, 0, 0)),
    ]
    .concat();
    let found = judge("PLAIN 1", shots);
    assert_eq!(flagged(AnomalyKind::ResetRun, &found), [13, 14, 15]);
    assert_eq!(found.len(), 3);
    let suggestion = found[0].1.suggestion.unwrap();
    assert_eq!(suggestion.interval.earliest, Some(date(2007, 5, 1).at(10, 2, 0, 0)));
    assert_eq!(suggestion.interval.latest, Some(date(2007, 5, 2).at(8, 58, 0, 0)));
    assert_eq!(suggestion.confidence.word(), "medium");
    assert!(found.iter().all(|(_, a)| a.run.is_some() && a.run == found[0].1.run));
}

#[test]
fn a_real_new_year_night_accuses_nobody() {
    for (story, shots) in [
        ("alone", minutes(701..=703, date(2005, 1, 1).at(0, 4, 10, 0))),
        (
            "between its neighbours",
            [
                minutes(690..=700, date(2004, 12, 31).at(23, 30, 0, 0)),
                minutes(701..=703, date(2005, 1, 1).at(0, 4, 10, 0)),
                minutes(704..=720, date(2005, 1, 6).at(12, 0, 0, 0)),
            ]
            .concat(),
        ),
        (
            "the counter wraps",
            [minutes(9990..=9999, date(2004, 12, 31).at(23, 30, 0, 0)), minutes(1..=9, date(2005, 1, 1).at(0, 4, 10, 0))]
                .concat(),
        ),
        (
            "a fresh card",
            [
                minutes(340..=350, date(2004, 12, 31).at(23, 30, 0, 0)),
                minutes(1..=9, date(2005, 1, 1).at(0, 4, 10, 0)),
                minutes(10..=12, date(2005, 3, 1).at(0, 4, 10, 0)),
            ]
            .concat(),
        ),
        (
            "the counter has come round again, and some were sorted out",
            [
                minutes(690..=699, date(2004, 12, 31).at(22, 0, 0, 0)),
                minutes(702..=705, date(2005, 1, 1).at(0, 4, 10, 0)),
                minutes(706..=709, date(2005, 1, 3).at(0, 4, 10, 0)),
                minutes(701..=701, date(2008, 7, 1).at(0, 4, 10, 0)),
            ]
            .concat(),
        ),
    ] {
        assert_eq!(judge("PLAIN 1", shots), [], "{story}");
    }
}

#[test]
fn before_the_camera_existed_a_first_of_january_is_no_new_year() {
    let found = judge("PLAIN 1", minutes(1..=4, date(2000, 1, 1).at(3, 0, 0, 0)));
    assert_eq!(flagged(AnomalyKind::ResetRun, &found), [1, 2, 3, 4]);
    assert_eq!(flagged(AnomalyKind::BeforeCamera, &found), [1, 2, 3, 4]);
}

#[test]
fn two_resets_are_two_runs_and_the_clock_between_them_is_left_alone() {
    let shots = [
        minutes(100..=102, date(2014, 5, 1).at(10, 0, 0, 0)),
        minutes(103..=105, date(2012, 1, 1).at(5, 0, 0, 0)),
        minutes(106..=109, date(2014, 7, 1).at(10, 0, 0, 0)),
        minutes(110..=112, date(2012, 1, 1).at(4, 59, 0, 0)),
    ]
    .concat();
    let found = judge("FORGETFUL 2", shots);
    let runs: Vec<_> = found.iter().filter(|(_, a)| a.kind == AnomalyKind::ResetRun).map(|(n, a)| (*n, a.run.clone())).collect();
    assert_eq!(flagged(AnomalyKind::ResetRun, &found), [103, 104, 105, 110, 111, 112]);
    assert_eq!(runs[0].1, runs[2].1);
    assert_ne!(runs[0].1, runs[3].1);
    assert_eq!(flagged(AnomalyKind::KnownCamera, &found).len(), 13, "the known camera is always flagged");
}

#[test]
fn shots_without_numbers_still_form_a_run_at_the_known_reset_date() {
    let unnumbered = |shot: Shot| Shot { number: None, ..shot };
    let shots = minutes(1..=3, date(2012, 1, 1).at(7, 0, 0, 0)).into_iter().map(unnumbered).collect();
    assert_eq!(flagged(AnomalyKind::ResetRun, &judge("FORGETFUL 2", shots)), [1, 2, 3]);
}

#[test]
fn an_undated_shot_of_a_known_camera_is_flagged_too() {
    let found = judge("LATE 3", vec![Shot::new(7, Class::Photo)]);
    assert_eq!(found.iter().map(|(_, a)| a.kind.word()).collect::<Vec<_>>(), ["known-camera", "missing-date"]);
}

#[test]
fn a_clock_behind_is_moved_only_where_that_stays_in_the_past() {
    for (recorded, modified, expected) in [
        (date(2013, 5, 1), None, "shift +252460800 low"),
        (date(2013, 5, 1), Some(date(2021, 5, 1)), "shift +252460800 medium"),
        (date(2013, 5, 1), Some(date(2013, 5, 1)), "leave medium"),
        (date(2013, 5, 1), Some(date(2014, 5, 1)), "leave low"),
        (date(2022, 5, 1), None, "leave low"),
        (date(2009, 5, 1), None, "shift +252460800 medium"),
        (date(2009, 5, 1), Some(date(2017, 5, 1)), "shift +252460800 high"),
    ] {
        let at = recorded.at(12, 0, 0, 0);
        let modified = modified.map(|day| day.at(11, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp().as_second());
        let shot = Shot { modified, ..shot(1, at) };
        let alone = judge_alone(&body("LATE 3"), &shot, &table(), NOW);
        let known = alone.iter().find(|a| a.kind == AnomalyKind::KnownCamera).unwrap();
        assert_eq!(format!("{} {}", known.suggestion_cell(), known.confidence_cell()), expected, "{recorded} {modified:?}");
        assert_eq!(judge("LATE 3", vec![shot]).remove(0).1.suggestion, known.suggestion, "alone and as a body's only shot");
    }
}

#[test]
fn a_corrected_date_is_the_one_that_is_judged() {
    let wrong = date(1999, 6, 1).at(12, 0, 0, 0);
    let right = Shot { corrected: Some(date(2009, 6, 1).at(12, 0, 0, 0)), ..shot(1, wrong) };
    assert_eq!(judge("PLAIN 1", vec![right.clone()]), []);
    assert_eq!(judge("PLAIN 1", vec![Shot { date: RecordedDate::Missing, ..right }]), []);
    assert_eq!(flagged(AnomalyKind::BeforeCamera, &judge("PLAIN 1", vec![shot(1, wrong)])), [1]);
}

#[test]
fn a_date_to_come_is_one_anomaly_and_not_two() {
    let seen = Some(1_700_000_000); // 2023-11-14
    for (at, expected) in [
        (date(2026, 6, 2).at(20, 0, 0, 0), vec!["late-date"]),
        (date(2026, 6, 4).at(12, 0, 0, 0), vec!["future-date"]),
        (date(2023, 11, 15).at(12, 0, 0, 0), vec![]),
        (date(2023, 11, 18).at(12, 0, 0, 0), vec!["late-date"]),
    ] {
        let found = judge("PLAIN 1", vec![Shot { first_seen: seen, ..shot(1, at) }]);
        assert_eq!(found.iter().map(|(_, a)| a.kind.word()).collect::<Vec<_>>(), expected, "{at}");
    }
}

#[test]
fn videos_are_undated_only_when_their_container_says_nothing_either() {
    let video = |at| Shot { container_time_utc: at, ..Shot::new(1, Class::Video) };
    for (at, expected) in [
        (None, vec!["missing-date"]),
        (Some(date(1904, 1, 1).at(0, 0, 0, 0)), vec!["missing-date"]),
        (Some(date(2012, 1, 2).at(0, 0, 0, 0)), vec![]),
        (Some(date(2001, 1, 2).at(0, 0, 0, 0)), vec!["before-camera"]),
        (Some(date(2031, 1, 2).at(0, 0, 0, 0)), vec!["future-date"]),
    ] {
        let found = judge("PLAIN 1", vec![video(at)]);
        assert_eq!(found.iter().map(|(_, a)| a.kind.word()).collect::<Vec<_>>(), expected, "{at:?}");
    }
    assert_eq!(judge("PLAIN 1", vec![Shot::new(1, Class::Sidecar), Shot::new(2, Class::Other)]), []);
}

#[test]
fn a_contradiction_with_gps_is_resolved_by_the_zone_of_the_days_around() {
    let tuscany = Some(Position { latitude: 43.4, longitude: 11.8 });
    let gps = |number, at: DateTime, gps: DateTime| Shot { gps_time_utc: Some(gps), position: tuscany, ..shot(number, at) };
    let shots = vec![
        gps(1, date(2012, 7, 1).at(12, 0, 0, 0), date(2012, 7, 1).at(10, 0, 20, 0)),
        gps(2, date(2004, 7, 1).at(3, 33, 0, 0), date(2012, 7, 2).at(10, 0, 0, 0)),
    ];
    let found = judge("PLAIN 1", shots);
    assert_eq!(flagged(AnomalyKind::GpsContradiction, &found), [2]);
    let suggestion = found[0].1.suggestion.unwrap();
    let earliest = suggestion.interval.earliest.unwrap();
    assert_eq!(earliest, date(2012, 7, 2).at(11, 55, 0, 0));
    assert_eq!(found[0].1.confidence_cell(), "medium");
}

fn any_shot() -> impl Strategy<Value = Shot> {
    let at = prop_oneof![
        (1995i16..2035, 1i8..=12, 1i8..=28, 0i8..24, 0i8..60).prop_map(|(y, mo, d, h, mi)| date(y, mo, d).at(h, mi, 0, 0)),
        (1999i16..2015, 0i8..3, 0i8..60).prop_map(|(y, h, mi)| date(y, 1, 1).at(h, mi, 0, 0)),
    ];
    let number = prop::option::of((0u32..30, prop::sample::select(vec!["a", "b"])));
    let gps = prop::option::of(prop::sample::select(vec![date(2012, 7, 1).at(10, 0, 20, 0), date(2004, 1, 1).at(0, 0, 0, 0)]));
    let modified = prop::option::of(0i64..2_000_000_000);
    (0u64..1000, prop::option::of(at), number, gps, modified).prop_map(|(asset, at, number, gps, modified)| Shot {
        date: at.map_or(RecordedDate::Missing, RecordedDate::At),
        number: number.and_then(|(n, folder)| FileNumber::of(folder, &format!("IMG_{n:04}.JPG"))),
        gps_time_utc: gps,
        modified,
        first_seen: modified,
        ..Shot::new(asset, Class::Photo)
    })
}

proptest! {
    #[test]
    fn what_is_found_does_not_depend_on_the_order_of_the_shots(
        shots in prop::collection::vec(any_shot(), 0..40), model in prop::sample::select(vec!["PLAIN 1", "FORGETFUL 2", "LATE 3", "UNKNOWN"])
    ) {
        let shots: Vec<Shot> = shots.into_iter().enumerate().map(|(i, shot)| Shot { asset: i as u64, ..shot }).collect();
        let mut backwards = shots.clone();
        backwards.reverse();
        prop_assert_eq!(judge(model, shots), judge(model, backwards));
    }

    #[test]
    fn one_run_has_one_shift_and_no_asset_has_one_anomaly_twice(
        shots in prop::collection::vec(any_shot(), 0..40), model in prop::sample::select(vec!["PLAIN 1", "FORGETFUL 2"])
    ) {
        let shots: Vec<Shot> = shots.into_iter().enumerate().map(|(i, shot)| Shot { asset: i as u64, ..shot }).collect();
        let found = judge(model, shots);
        for pair in found.windows(2) {
            prop_assert!(pair[0].0 != pair[1].0 || pair[0].1.kind != pair[1].1.kind, "{:?}", pair);
        }
        let resets: Vec<&Anomaly> = found.iter().map(|(_, a)| a).filter(|a| a.kind == AnomalyKind::ResetRun && a.run.is_some()).collect();
        for (a, b) in resets.iter().flat_map(|a| resets.iter().map(move |b| (a, b))).filter(|(a, b)| a.run == b.run) {
            prop_assert_eq!(a.suggestion_cell(), b.suggestion_cell());
        }
    }

    #[test]
    fn no_date_zone_or_number_makes_it_panic(
        y in -9999i16..=9999, mtime in any::<Option<i64>>(), seen in any::<Option<i64>>(), offset in ".{0,8}", name in ".{0,20}", lon in any::<f64>()
    ) {
        let at = date(y, 1, 1).at(0, 0, 0, 0);
        let shot = Shot {
            modified: mtime, first_seen: seen, offset: Some(offset), gps_time_utc: Some(date(2012, 1, 1).at(0, 0, 0, 0)),
            position: Some(Position { latitude: 1.0, longitude: lon }), number: FileNumber::of("", &name), ..shot(1, at)
        };
        for model in ["PLAIN 1", "FORGETFUL 2", "LATE 3"] {
            judge(model, vec![shot.clone(), Shot { asset: 2, ..shot.clone() }]);
            prop_assert!(judge_alone(&body(model), &shot, &table(), NOW).len() <= AnomalyKind::ALL.len());
        }
    }
}
