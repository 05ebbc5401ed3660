//! `explain`: all that is known of one asset, by whatever leads to it.

use lightproof_darkroom::exif::Exif;
use lightproof_testkit::library::{Library, name, photo, photo_of};

use crate::house::House;

fn library() -> Library {
    let d50 = Exif::camera("NIKON CORPORATION", "NIKON D50").taken("2005:01:01 00:10:00").fields(20);
    Library::with("2019/a.jpg", photo())
        .and("copies/a.jpg", photo().stripped())
        .and_hard_link("hard/link.jpg", "2019/a.jpg")
        .and("2019/a.jpg.xmp", "<x:xmpmeta xmlns:x='adobe:ns:meta/'/>")
        .and("d50.jpg", photo_of(2).exif(d50))
        .and("notes.txt", "notes")
        .and(name(b"\xff.jpg"), photo_of(3))
}

#[test]
fn an_asset_is_found_by_id_by_any_path_and_by_every_place_that_leads_to_it() {
    let (house, library) = (House::default(), library());
    house.survey(&library);
    let id = house.ids()["2019/a.jpg"].clone();
    let full = |path: &str| library.at(path).into_os_string();
    for wanted in [
        id.clone().into(),
        full("2019/a.jpg"),
        "2019/a.jpg".into(),
        full("hard/link.jpg"),
        "hard/link.jpg".into(),
        full("2019/../hard/./link.jpg"),
    ] {
        assert_eq!(house.json(["explain".as_ref(), wanted.as_os_str()])["asset_id"], id, "{wanted:?}");
    }
    let mut from_within = house.program.command(["explain", "a.jpg", "--json"]);
    let ran = from_within.current_dir(library.at("2019")).output().unwrap();
    assert!(String::from_utf8(ran.stdout).unwrap().contains(&id), "a path from where one is");
    let odd = house.json(["explain".as_ref(), library.at(name(b"\xff.jpg")).as_os_str()]);
    assert_eq!(odd["path"], "\u{fffd}.jpg");
}

#[test]
fn what_is_not_there_is_said_with_exit_code_5() {
    let (house, library) = (House::default(), library());
    house.survey(&library);
    for wanted in ["nowhere.jpg", "/nowhere/a.jpg", "aaaaaaaaaaaaaa", ""] {
        let ran = house.run(["explain", wanted]);
        assert!(ran.code == Some(5) || (wanted.is_empty() && ran.code == Some(2)), "{wanted:?} {}", ran.stderr);
        assert!(ran.stderr.contains("asset_id") || wanted.is_empty(), "{}", ran.stderr);
    }
}

#[test]
fn it_tells_fields_group_rank_and_ground_companions_and_further_places() {
    let (house, library) = (House::default(), library());
    house.survey(&library);
    let told = house.json(["explain", "2019/a.jpg"]);
    assert_eq!((&told["exif_field_count"], told["fields"].as_array().unwrap().len()), (&20.into(), 20));
    assert_eq!(told["further_places"], serde_json::json!(["hard/link.jpg"]));
    assert_eq!(told["companions"][0]["path"], "2019/a.jpg.xmp");
    let group = &told["groups"][0];
    assert_eq!(group["basis"], "same-image");
    let row = house.groups().at("2019/a.jpg").clone();
    let member = group["members"].as_array().unwrap().iter().find(|m| m["path"] == "2019/a.jpg").unwrap();
    assert_eq!((&member["rank"], member["ground"].as_str().unwrap()), (&1.into(), &row["ground"]));
    assert_eq!(group["seen"], row["seen"]);
    let sidecar = house.json(["explain", "2019/a.jpg.xmp"]);
    assert_eq!(sidecar["companion_of"]["path"], "2019/a.jpg");

    let text = house.run(["explain", "2019/a.jpg"]).went_well().stdout;
    for part in [
        "2019/a.jpg",
        "also at",
        "hard/link.jpg",
        "companion",
        "same-image",
        &row["ground"],
        "20 EXIF fields count",
        "DateTimeOriginal",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn it_tells_anomalies_with_their_evidence() {
    let (house, library) = (House::default(), library());
    house.survey(&library);
    let told = house.json(["explain", "d50.jpg"]);
    let review = house.review();
    let rows: Vec<_> = review.rows.iter().filter(|row| row["path"] == *"d50.jpg").collect();
    assert!(rows.iter().any(|row| row["kind"] == *"known-camera"));
    let anomalies = told["anomalies"].as_array().unwrap();
    assert_eq!(anomalies.len(), rows.len());
    let text = house.run(["explain", "d50.jpg"]).went_well().stdout;
    assert!(rows.iter().all(|row| text.contains(&row["evidence"])), "{text}");
}

#[test]
fn what_was_skipped_says_why() {
    let (house, library) = (House::default(), library());
    house.survey(&library);
    let told = house.json(["explain", "notes.txt"]);
    assert_eq!((&told["fate"], &told["problems"][0]["kind"]), (&"skipped".into(), &"skipped".into()));
}
