//! Photographs as cameras and editors wrote them: what is flagged among them, file by file.

use crate::corpus::{NOW, judged, kinds, photos, rows};

/// Every file outside `clock/` and `made-dates/` with an anomaly that holds back a ranking. Each was looked at.
const FLAGGED: &[(&str, &str)] = &[
    // A date that no camera wrote: a test picture, and a camera whose clock was never set.
    ("_nomake/test-tags-1.jpg", "reset-run"),
    ("sanyo/Sanyo SR6.jpg", "reset-run"),
    ("fujifilm/m2-f4830e8d4fa458f78a09fcaaf260569c.tif", "impossible-date"),
    ("kodak/2216-11-15-11-46-51-sep-2216-11-15-11-46-51a.jpg", "future-date"),
    // A genuine photograph by the one D50 there is.
    ("nikon/Nikon D50 - 2007.12.19.n.DSC_3656.JPG", "known-camera"),
    // This P6000 says the 22nd, its GPS stamps say the 23rd.
    ("nikon/DSCN0025.jpg", "gps-contradiction"),
    ("nikon/DSCN0029.jpg", "gps-contradiction"),
    ("nikon/DSCN0040.jpg", "gps-contradiction"),
    ("nikon/empty-imagedesc-in-ifd0.jpg", "gps-contradiction"),
    // A camera of 2013 that says 2000.
    ("nikon/cvo9xd_keong_macan_2020_g1.png", "before-camera"),
    ("nikon/cvo9xd_keong_macan_srgb8.png", "before-camera"),
];

#[test]
fn nothing_else_among_real_photographs_holds_back_a_ranking() {
    let Some(photos) = photos() else { return };
    let found = judged(photos, NOW);
    let flagged: Vec<(&str, &str)> = found
        .iter()
        .filter(|(path, _)| !path.starts_with("clock/") && !path.starts_with("made-dates/"))
        .flat_map(|(path, anomalies)| anomalies.iter().map(move |a| (path.as_str(), a)))
        .filter(|(_, anomaly)| anomaly.kind.blocks_ranking())
        .map(|(path, anomaly)| (path, anomaly.kind.word()))
        .collect();
    let sorted = |list: &[(&str, &str)]| {
        let mut list: Vec<String> = list.iter().map(|(path, kind)| format!("{path}: {kind}")).collect();
        list.sort();
        list.join("\n")
    };
    assert_eq!(sorted(&flagged), sorted(FLAGGED));
}

#[test]
fn a_first_of_january_accuses_nobody_unless_it_is_midnight_to_the_second() {
    let (Some(photos), Some(suspects)) = (photos(), rows("clock-upstream.csv")) else { return };
    let found = judged(photos, NOW);
    for suspect in suspects {
        let midnight = suspect["DateTimeOriginal"].ends_with("00:00:00");
        assert_eq!(kinds(&found[&suspect["path"]]).contains(&"reset-run"), midnight, "{}", suspect["path"]);
    }
}

#[test]
fn local_time_stamped_as_gps_time_is_a_matter_of_zones() {
    let Some(photos) = photos() else { return };
    let found = judged(photos, NOW);
    for path in ["canon/FurnaceCreekInn.jpg", "nikon/sample1.jpg", "panasonic/withPanasonicFaces.jpg"] {
        assert_eq!(kinds(&found[path]), ["time-zone"], "{path}");
    }
    for path in
        ["google/Google.jpg", "gopro/GoPro.jpg", "htc/2011-05-07-13-02-49-sep-2011-05-07-13-02-49a.jpg", "lge/coffee-sf.jpg"]
    {
        assert!(kinds(&found[path]).is_empty(), "{path}");
    }
}

#[test]
fn dates_that_were_broken_on_purpose_are_called_what_they_are() {
    let Some(photos) = photos() else { return };
    let found = judged(photos, NOW);
    for (name, expected) in [
        ("dto-blanks-colons", vec!["zero-date"]),
        ("dto-dashes", vec!["gps-contradiction"]),
        ("dto-date-only", vec!["impossible-date"]),
        ("dto-epoch", vec!["reset-run"]),
        ("dto-far-future", vec!["future-date"]),
        ("dto-feb30", vec!["impossible-date"]),
        ("dto-hour24", vec!["impossible-date"]),
        ("dto-month13", vec!["impossible-date"]),
        ("dto-second60", vec!["impossible-date"]),
        ("dto-spaces", vec!["missing-date"]),
        ("dto-words", vec!["impossible-date"]),
        ("dto-year1899", vec!["before-camera"]),
        ("dto-zeros", vec!["zero-date"]),
        ("offset-only", vec!["gps-contradiction"]),
        ("only-createdate", vec!["missing-date"]),
        ("only-gps", vec!["missing-date"]),
        ("exif-vs-xmp-conflict", vec![]),
    ] {
        assert_eq!(kinds(&found[&format!("made-dates/{name}.jpg")]), expected, "{name}");
    }
}
