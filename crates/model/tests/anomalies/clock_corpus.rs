//! `cameras/clock/`: clocks with known truth, and controls. The truth file says what each photo's clock did.

use std::collections::BTreeMap;

use lightproof_model::{
    anomaly::{Anomaly, Confidence, Correction},
    moment::RecordedDate,
};

use crate::corpus::{NOW, Photo, judged, kinds, photos, rows};

/// What is known of the files' modification times.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Modified {
    /// Nothing.
    Unknown,
    /// They were kept by a right clock, as the truth file suggests.
    True,
    /// All files were copied lately.
    Copied,
}

struct Truth {
    path: String,
    camera: String,
    anomaly: String,
    seconds_to_add: i64,
}

fn truths() -> Option<Vec<Truth>> {
    let read = |row: &BTreeMap<String, String>| Truth {
        path: format!("clock/{}", row["path"]),
        camera: row["camera"].clone(),
        anomaly: row["anomaly"].clone(),
        seconds_to_add: -row["offset_seconds"].parse::<i64>().unwrap(),
    };
    Some(rows("clock/clock.csv")?.iter().map(read).collect())
}

fn judged_with(modified: Modified) -> Option<BTreeMap<String, Vec<Anomaly>>> {
    let mut photos: Vec<Photo> = photos()?.into_iter().filter(|p| p.path.starts_with("clock/")).collect();
    let times: BTreeMap<String, i64> = rows("clock/clock.csv")?
        .iter()
        .map(|row| (format!("clock/{}", row["path"]), row["suggested_mtime_utc"].parse::<jiff::Timestamp>().unwrap().as_second()))
        .collect();
    for photo in &mut photos {
        photo.shot.modified = match modified {
            Modified::Unknown => None,
            Modified::True => Some(times[&photo.path]),
            Modified::Copied => Some(1_764_000_000),
        };
    }
    Some(judged(photos, NOW))
}

fn shift(anomaly: &Anomaly) -> Option<(i64, Confidence)> {
    match anomaly.suggestion?.correction {
        Correction::Shift(seconds) => Some((seconds, anomaly.suggestion?.confidence)),
        _ => None,
    }
}

const ALL_TIMES: [Modified; 3] = [Modified::Unknown, Modified::True, Modified::Copied];

#[test]
fn every_shot_of_a_camera_with_a_known_fault_is_flagged_whatever_its_date_says() {
    for modified in ALL_TIMES {
        let (Some(found), Some(truths)) = (judged_with(modified), truths()) else { return };
        for truth in truths {
            let known = ["NIKON D50", "FinePix X100"].contains(&truth.camera.as_str());
            assert_eq!(kinds(&found[&truth.path]).contains(&"known-camera"), known, "{}", truth.path);
        }
    }
}

#[test]
fn right_clocks_raise_nothing_beyond_that_rule() {
    for modified in ALL_TIMES {
        let (Some(found), Some(truths)) = (judged_with(modified), truths()) else { return };
        // Zones that only a neighbouring camera shows are nothing that one body's shots can tell.
        for truth in truths.iter().filter(|t| t.anomaly == "none" || t.anomaly.starts_with("timezone")) {
            for anomaly in &found[&truth.path] {
                assert_eq!(anomaly.kind.word(), "known-camera", "{}", truth.path);
                assert_eq!(anomaly.suggestion_cell(), "leave", "{}", truth.path);
                assert_eq!(anomaly.run, None, "{}", truth.path);
            }
        }
    }
}

#[test]
fn a_reset_clock_is_found_as_one_run_with_the_truth_in_its_interval() {
    for modified in ALL_TIMES {
        let (Some(found), Some(truths)) = (judged_with(modified), truths()) else { return };
        let mut runs = Vec::new();
        for truth in truths.iter().filter(|t| t.anomaly.starts_with("reset")) {
            let reset =
                found[&truth.path].iter().find(|a| a.kind.word() == "reset-run").unwrap_or_else(|| panic!("{}", truth.path));
            runs.push(reset.run.clone().unwrap());
            let (shift, confidence) = shift(reset).unwrap();
            let interval = reset.suggestion.unwrap().interval;
            let true_date = true_date(truth);
            assert!(interval.earliest.is_none_or(|earliest| earliest <= true_date), "{} {interval}", truth.path);
            assert!(interval.latest.is_none_or(|latest| latest >= true_date), "{} {interval}", truth.path);
            if modified == Modified::True {
                assert_eq!((shift, confidence), (truth.seconds_to_add, Confidence::High), "{}", truth.path);
            } else {
                assert_eq!(confidence, Confidence::Low);
                assert!(interval.earliest.is_some(), "the shot before the run bounds it");
            }
            assert!(found[&truth.path].iter().all(|a| a.run == reset.run && a.suggestion == reset.suggestion), "{}", truth.path);
        }
        runs.dedup();
        assert_eq!(runs.len(), 1);
    }
}

#[test]
fn a_clock_eight_years_behind_is_found_with_its_span() {
    for modified in ALL_TIMES {
        let (Some(found), Some(truths)) = (judged_with(modified), truths()) else { return };
        for truth in truths.iter().filter(|t| t.anomaly == "years-behind") {
            for anomaly in &found[&truth.path] {
                let (shift, confidence) = shift(anomaly).unwrap();
                assert_eq!(shift, truth.seconds_to_add, "{}", truth.path);
                let expected = if modified == Modified::True { Confidence::High } else { Confidence::Medium };
                assert_eq!(confidence, expected, "{}", truth.path);
                assert!(anomaly.run.is_some(), "{}", truth.path);
            }
        }
    }
}

fn true_date(truth: &Truth) -> lightproof_model::moment::WallClock {
    let rows = rows("clock/clock.csv").unwrap();
    let row = rows.iter().find(|row| truth.path.ends_with(&row["path"])).unwrap();
    RecordedDate::parse(&row["true_local"]).at().unwrap()
}
