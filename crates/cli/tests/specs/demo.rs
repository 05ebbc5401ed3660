//! `demo` and a survey of it: the troubles of a real library are found, each called what it is.

use std::collections::BTreeMap;

use lightproof_darkroom::exif::Exif;
use lightproof_testkit::library::{Library, photo, photo_of};

use crate::house::{House, Row, Table};

fn surveyed() -> (House, serde_json::Value) {
    let house = House::default();
    let told = house.json(["demo", "library"]);
    let account = house.survey_all(["library"]);
    assert_eq!(told["assets"], account["assets"]);
    (house, account)
}

/// The members of the group of an asset, with their bases.
fn group_of<'t>(groups: &'t Table, path: &str) -> BTreeMap<&'t str, &'t str> {
    let group = &groups.at(path)["group"];
    groups.rows.iter().filter(|row| row["group"] == *group).map(|row| (&row["path"], &row["basis"])).collect()
}

fn kinds(review: &Table, path: &str) -> Vec<String> {
    review.rows.iter().filter(|row| row["path"] == *path).map(|row| row["kind"].to_owned()).collect()
}

#[test]
fn copies_are_grouped_by_what_they_share() {
    let (house, _) = surveyed();
    let groups = house.groups();
    let roll = |name: &str| format!("2021/Phone/{name}.jpg");
    let backup = |name: &str| format!("Backup of phone/DCIM/{name}.jpg");
    let exact = "PXL_20210612_101755830";
    assert_eq!(group_of(&groups, &roll(exact)), [(&*roll(exact), "same-bytes"), (&*backup(exact), "same-bytes")].into());
    let stripped = roll("PXL_20210613_070921006");
    assert_eq!(group_of(&groups, &stripped), [(&*stripped, "same-image"), ("For printing/01.jpg", "same-image")].into());
    let edited = roll("PXL_20210615_183110940");
    assert!(group_of(&groups, &edited).values().all(|basis| *basis == "same-shot"));
    let sent = group_of(&groups, &roll("PXL_20210612_093012115"));
    assert_eq!((sent.len(), sent["WhatsApp Images/IMG-20210613-WA0003.jpg"]), (3, "looks-alike"));
    let turned = group_of(&groups, &roll("PXL_20210612_140203477"));
    assert_eq!(turned["For printing/02.jpg"], "looks-alike", "turned pixels are found");
}

#[test]
fn a_burst_is_a_series_without_a_ranking() {
    let (house, _) = surveyed();
    let groups = house.groups();
    let series: Vec<&Row> = groups.rows.iter().filter(|row| row["basis"] == *"series").collect();
    assert_eq!(series.len(), 4);
    assert!(series.iter().all(|row| row["path"].contains("_BURST") && row["rank"].is_empty() && !row["ground"].is_empty()));
}

#[test]
fn most_fields_come_first_and_decisions_are_left_to_a_person() {
    let (house, _) = surveyed();
    let groups = house.groups();
    assert!(groups.rows.iter().all(|row| row["decision"].is_empty() && row["seen"].starts_with("v1-")));
    let (first, stripped) = (groups.at("2021/Phone/PXL_20210613_070921006.jpg"), groups.at("For printing/01.jpg"));
    assert_eq!((&first["rank"], &first["exif_field_count"]), ("1", "42"));
    assert_eq!((&stripped["rank"], &stripped["exif_field_count"]), ("2", "0"));
    assert!(house.review().rows.iter().all(|row| row["decision"].is_empty()));
}

#[test]
fn every_asset_of_a_d50_and_an_x100_is_flagged_whatever_its_date_says() {
    let (house, _) = surveyed();
    let (manifest, review) = (house.manifest(), house.review());
    for model in ["NIKON D50", "FinePix X100"] {
        let of_model = manifest.rows.iter().filter(|row| row["model"] == *model);
        let paths: Vec<&str> = of_model.map(|row| &row["path"]).collect();
        assert!(paths.len() >= 8, "{model}: {paths:?}");
        assert!(paths.iter().all(|path| kinds(&review, path).contains(&"known-camera".to_owned())), "{model}");
    }
    assert!(kinds(&review, "2009/2009-07 Brittany/DSC_0415.JPG").contains(&"reset-run".to_owned()));
}

#[test]
fn dates_that_are_zero_impossible_missing_or_contradicted_are_called_so_and_good_ones_are_left_alone() {
    let (house, _) = surveyed();
    let review = house.review();
    for (path, kind) in [
        ("2006/CIMG0007.JPG", "zero-date"),
        ("2006/CIMG0010.JPG", "impossible-date"),
        ("Scans/Grandmother 001.jpg", "missing-date"),
        ("2021/Phone/PXL_20210119_160530702.jpg", "gps-contradiction"),
    ] {
        assert_eq!(kinds(&review, path), [kind], "{path}");
    }
    for path in ["2006/CIMG0008.JPG", "2009/2009-07 Brittany/DSCN0310.JPG", "2021/Phone/PXL_20210612_093012115.jpg"] {
        assert_eq!(kinds(&review, path), [""; 0], "{path}");
    }
}

#[test]
fn a_broken_transfer_is_damaged_and_a_note_is_skipped() {
    let (house, account) = surveyed();
    let manifest = house.manifest();
    let damaged: Vec<&Row> = manifest.rows.iter().filter(|row| row["integrity"] == *"damaged").collect();
    assert_eq!(damaged.len(), 1);
    assert_eq!((&damaged[0]["path"], &damaged[0]["fate"]), ("2021/Phone/PXL_20210619_171040512.jpg", "read"));
    assert!(damaged[0]["problems"].starts_with("damaged-image: "));
    assert_eq!(account["fates"]["skipped"], 1);
}

#[test]
fn the_sidecar_is_a_companion_of_its_photograph() {
    let (house, _) = surveyed();
    let manifest = house.manifest();
    let main = manifest.at("2009/2009-07 Brittany/DSC_0410.JPG");
    assert_eq!(&manifest.at("2009/2009-07 Brittany/DSC_0410.JPG.xmp")["companion_of"], &main["asset_id"]);
}

#[test]
fn a_group_with_a_clock_that_nobody_reviewed_has_no_ranking_and_says_why() {
    let exif = |make, model, date| Exif::camera(make, model).taken(date).fields(25);
    for (make, model, date) in
        [("NIKON CORPORATION", "NIKON D50", "2009:07:17 10:00:00"), ("FUJIFILM", "FinePix X100", "2011:05:11 12:00:00")]
    {
        let library = Library::with("a.jpg", photo().exif(exif(make, model, date)))
            .and("b.jpg", photo().stripped())
            .and("c.jpg", photo_of(5))
            .and("d.jpg", photo_of(5).stripped());
        let house = House::default();
        let account = house.survey(&library);
        assert_eq!(account["groups_without_ranking"], 1);
        let groups = house.groups();
        for path in ["a.jpg", "b.jpg"] {
            let row = groups.at(path);
            assert!(row["rank"].is_empty() && row["ground"].contains(model) && row["ground"].contains("not reviewed"), "{row:?}");
        }
        assert_eq!((&groups.at("c.jpg")["rank"], &groups.at("d.jpg")["rank"]), ("1", "2"));
    }
}

#[test]
fn the_demo_is_never_written_over_what_is_there() {
    let library = Library::with("mine.jpg", photo()).and_folder("empty");
    let house = House::default();
    let ran = house.run(["demo".as_ref(), library.path().as_os_str()]);
    assert_eq!(ran.code, Some(3));
    assert!(ran.stderr.contains("is not empty") && ran.stderr.contains("hint:"), "{}", ran.stderr);
    assert_eq!(std::fs::read_dir(library.path()).unwrap().count(), 2);
    assert_eq!(library.read("mine.jpg"), photo().jpeg(85));
    let _ = house.run(["demo".as_ref(), library.at("empty").as_os_str()]).went_well();
}
