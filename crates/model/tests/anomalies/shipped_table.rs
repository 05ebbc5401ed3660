//! The camera table as it ships: well-formed, plausible, and without a camera that it would accuse wrongly.

use std::collections::HashSet;

use jiff::civil::date;
use lightproof_model::camera::{Camera, CameraTable, ClockFault};
use serde::Deserialize;

/// The form of `cameras.toml`; `engine` reads the same.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    camera: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    make: Option<String>,
    models: Vec<String>,
    announced: Option<String>,
    resets_to: Option<String>,
    behind_days: Option<i64>,
    evidence: Option<String>,
}

/// Reads the shipped table.
pub fn shipped() -> Vec<Camera> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../engine/cameras.toml");
    let file: File = toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let day = |text: String| Camera::date_of(&text).unwrap_or_else(|| panic!("{text} is no date"));
    file.camera
        .into_iter()
        .map(|row| Camera {
            fault: match (row.resets_to, row.behind_days) {
                (Some(to), None) => Some(ClockFault::ResetsTo(day(to))),
                (None, Some(days)) => Some(ClockFault::Behind(days * 86_400)),
                (None, None) => None,
                _ => panic!("{:?} has two faults", row.models),
            },
            announced: row.announced.map(day),
            make: row.make,
            models: row.models,
            evidence: row.evidence,
        })
        .collect()
}

#[test]
fn every_camera_has_a_name_of_its_own_and_a_plausible_date() {
    let mut seen = HashSet::new();
    for camera in shipped() {
        assert!(!camera.models.is_empty());
        for model in &camera.models {
            assert_eq!(model, model.trim());
            assert!(seen.insert((camera.make.clone(), model.to_lowercase())), "{model} twice");
        }
        let announced = camera.announced.unwrap_or_else(|| panic!("{:?} has no date", camera.models));
        assert!((date(1995, 1, 1)..date(2026, 1, 1)).contains(&announced), "{:?} {announced}", camera.models);
    }
    assert!(seen.len() > 150, "{}", seen.len());
}

#[test]
fn the_two_cameras_with_known_faults_are_in_it() {
    let table = CameraTable::new(shipped());
    let fault = |make, model| table.find(Some(make), Some(model)).and_then(|c| c.fault);
    assert_eq!(fault("NIKON CORPORATION", "NIKON D50"), Some(ClockFault::ResetsTo(date(2005, 1, 1))));
    assert_eq!(fault("FUJIFILM", "FinePix X100"), Some(ClockFault::Behind(252_460_800)));
    assert_eq!(fault("FUJIFILM", "X100"), Some(ClockFault::Behind(252_460_800)));
    for model in ["X100S", "X100T", "X100F", "X100V", "X100VI"] {
        assert_eq!(fault("FUJIFILM", model), None, "{model}");
    }
    assert_eq!(shipped().iter().filter(|c| c.fault.is_some()).count(), 2);
}

#[test]
fn a_date_that_everybody_knows_is_right() {
    let table = CameraTable::new(shipped());
    let announced = |make, model| table.find(Some(make), Some(model)).and_then(|c| c.announced);
    assert_eq!(announced("Apple", "iPhone 6s"), Some(date(2015, 9, 1)));
    assert_eq!(announced("PENTAX Corporation", "PENTAX K10D"), Some(date(2006, 9, 1)));
    assert_eq!(announced("OLYMPUS IMAGING CORP.", "E-P3"), Some(date(2011, 6, 1)));
    assert_eq!(announced("samsung", "SM-G900F"), Some(date(2014, 2, 1)));
    assert_eq!(announced("LEICA CAMERA AG", "LEICA X1"), Some(date(2009, 9, 1)));
}
