//! `broken/`: every file has a fate, and where it is not sound, a reason; none is grouped for being broken alike.

use std::collections::{BTreeMap, BTreeSet};

use lightproof_testkit::corpus::shared_corpus;

use crate::{
    proofs::{House, by_path, of_corpus, truth},
    rules,
};

#[test]
fn every_broken_file_has_a_fate_and_a_reason() {
    let (Some(proofs), Some(expected)) = (of_corpus("broken"), truth("broken/expected.csv")) else { return };
    let manifest = by_path(&proofs.manifest);
    let mut fates: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    for row in &expected {
        let ours = manifest.get(row["path"].as_str()).unwrap_or_else(|| panic!("{} has no row", row["path"]));
        *fates.entry((&ours["fate"], &ours["integrity"])).or_default() += 1;
        let sound = ours["fate"] == "read" && matches!(ours["integrity"].as_str(), "intact" | "not-checked");
        assert!(
            sound || !ours["problems"].is_empty(),
            "{}: {} and {} without a reason",
            row["path"],
            ours["fate"],
            ours["integrity"]
        );
        assert!(!ours["problems"].contains("please report"), "{}: {}", row["path"], ours["problems"]);
    }
    println!("{fates:?}");
    for row in expected.iter().filter(|r| r["bytes"] == "0") {
        assert_eq!(manifest[row["path"].as_str()]["fate"], "unreadable", "{}", row["path"]);
    }
}

#[test]
fn what_was_cut_short_or_damaged_is_not_called_intact() {
    let (Some(proofs), Some(expected)) = (of_corpus("broken"), truth("broken/expected.csv")) else { return };
    let manifest = by_path(&proofs.manifest);
    for row in expected.iter().filter(|r| r["class"] == "truncated") {
        let ours = manifest[row["path"].as_str()];
        println!("{}: {} {} {}", row["path"], ours["fate"], ours["integrity"], ours["problems"]);
        assert_ne!(ours["integrity"], "intact", "{}: {:?}", row["path"], ours["problems"]);
    }
}

#[test]
fn files_without_a_picture_share_no_digest_fingerprint_or_group() {
    let Some(proofs) = of_corpus("broken") else { return };
    let grouped: BTreeMap<&str, &str> = proofs.groups.iter().map(|r| (r["asset_id"].as_str(), r["basis"].as_str())).collect();
    for row in &proofs.manifest {
        let pictured = !row["image_digest"].is_empty() || !row["phash"].is_empty();
        assert!(row["fate"] == "read" || !pictured, "{} could not be read and has a digest", row["path"]);
        assert!(
            row["integrity"] != "unreadable" || row["phash"].is_empty(),
            "{} shows nothing and has a fingerprint",
            row["path"]
        );
        if row["bytes"] == "0" || row["fate"] != "read" {
            assert!(!grouped.contains_key(row["asset_id"].as_str()), "{} is in a group", row["path"]);
        }
    }
    let mut by_digest: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for row in proofs.manifest.iter().filter(|r| !r["image_digest"].is_empty()) {
        by_digest.entry(&row["image_digest"]).or_default().insert(&row["path"]);
    }
    for (digest, paths) in by_digest.iter().filter(|(_, paths)| paths.len() > 1) {
        println!("{digest}: {paths:?}");
    }
    for (group, rows) in proofs.by_group() {
        println!("{group}");
        rows.iter().for_each(|r| println!("    {} {} {}", r["basis"], r["distance"], r["path"]));
    }
}

#[test]
fn a_second_survey_opens_nothing_and_tells_the_same() {
    let Some(corpus) = shared_corpus() else { return };
    let house = House::new();
    let [broken, formats] = ["broken", "formats"].map(|part| corpus.join(part));
    let roots = [(broken.as_path(), ""), (formats.as_path(), "")];
    let (first, second) = (house.survey(&roots), house.survey(&roots));
    rules::hold(&second);
    assert!(first.opened > 300);
    assert_eq!(second.opened, 0, "what cannot be read is not read again either");
    for (was, is) in first.manifest.iter().zip(&second.manifest) {
        let mut was = was.clone();
        let fate = if was["fate"] == "read" { "unchanged".to_owned() } else { was["fate"].clone() };
        was.insert("fate".to_owned(), fate);
        assert_eq!(&was, is);
    }
    assert_eq!((first.groups, first.review), (second.groups, second.review));
}
