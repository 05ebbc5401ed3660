//! Dates as a 2.4.1 server was seen to take them over, and as later versions do.

use lightproof_testkit::immich::{DateJob, FakeImmich, Id, NewAsset};
use serde_json::{Value, json};

use crate::client::With;

/// A server with one photograph, of no zone or of Los Angeles.
fn server(zone: bool) -> (FakeImmich, String, Id) {
    let fake = FakeImmich::new();
    let alice = fake.user("Alice");
    let key = fake.key(alice, &["asset.read", "asset.update"]);
    let asset = NewAsset::of(alice, vec![1; 100]).taken("2026-11-22T12:13:38Z");
    let id = fake.add(if zone { asset.zone("America/Los_Angeles", "PST8PDT,M3.2.0,M11.1.0") } else { asset });
    (fake, key, id)
}

/// When it was taken, what it shows, and the date and the zone on record.
fn dates(asset: &Value) -> [&str; 4] {
    let exif = &asset["exifInfo"];
    let said = [&asset["fileCreatedAt"], &asset["localDateTime"], &exif["dateTimeOriginal"], &exif["timeZone"]];
    said.map(|said| said.as_str().unwrap_or("null"))
}

#[test]
fn an_edit_shows_on_record_at_once_and_in_the_date_when_the_job_has_been_there() {
    for (asked, recorded, zone, zone_afterwards) in [
        // As captured; the zone on record is not the one that is gone by.
        ("1999-12-31T23:30:00.000+01:00", "1999-12-31T22:30:00+00:00", "UTC+1", "UTC+1"),
        ("1999-12-31T22:30:00", "1999-12-31T22:30:00+00:00", "null", "UTC+0"),
        ("1999-12-31T22:30:00.000Z", "1999-12-31T22:30:00+00:00", "UTC", "UTC"),
        ("2000-01-01T04:15:00.000+05:45", "1999-12-31T22:30:00+00:00", "UTC+5:45", "UTC+5:45"),
    ] {
        let (fake, key, id) = server(false);
        let with = With { fake: &fake, key: &key };
        let path = format!("/api/assets/{id}");
        let before = "2026-11-22T12:13:38.000Z";
        let answer = with.send("PUT", &path, &json!({ "dateTimeOriginal": asked })).json();
        assert_eq!(dates(&answer), [before, before, recorded, zone]);
        for _ in 0..2 {
            assert_eq!(dates(&with.get(&path).json()), [before, before, recorded, zone]);
        }
        let after = "1999-12-31T22:30:00.000Z";
        assert_eq!(dates(&with.get(&path).json()), [after, after, recorded, zone_afterwards]);
    }
}

#[test]
fn before_2_5_5_the_offset_is_lost_and_the_originals_own_zone_applies() {
    for (version, local) in [((2, 5, 4), "2024-07-14T16:30:00.000Z"), ((2, 5, 5), "2024-07-14T23:30:00.000Z")] {
        let (fake, key, id) = server(true);
        fake.upgrade(version.0, version.1, version.2);
        fake.dates(DateJob::After(1));
        let with = With { fake: &fake, key: &key };
        with.send("PUT", "/api/assets", &json!({ "ids": [id], "dateTimeOriginal": "2024-07-14T23:30:00Z" }));
        let path = format!("/api/assets/{id}");
        let (first, then) = (with.get(&path).json(), with.get(&path).json());
        assert_eq!(dates(&first)[1], "2026-11-22T04:13:38.000Z", "{version:?}: winter's offset");
        assert_eq!(dates(&then)[..2], ["2024-07-14T23:30:00.000Z", local], "{version:?}: summer's");
    }
}

#[test]
fn what_is_no_date_is_refused_and_from_3_on_what_says_no_offset() {
    let (fake, key, id) = server(false);
    let with = With { fake: &fake, key: &key };
    let path = format!("/api/assets/{id}");
    let status = |date: Value| with.send("PUT", &path, &json!({ "dateTimeOriginal": date })).status;
    assert_eq!((status(json!("yesterday")), status(json!(7)), status(json!("2024-07-14T10:21:40"))), (400, 400, 200));
    fake.upgrade(3, 0, 0);
    assert_eq!((status(json!("2024-07-14T10:21:40")), status(json!("2024-07-14T10:21:40Z"))), (400, 200));
}
