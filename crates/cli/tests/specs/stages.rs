//! The stages alone: in which order they may run, and that they give what the survey gave.

use std::fs;

use lightproof_testkit::library::{Library, photo, photo_of};

use crate::{
    house::{House, Table},
    traced::traced,
};

const STAGES: [&str; 3] = ["group-duplicates", "flag-anomalies", "generate-summary"];

fn demo() -> Library {
    let library = Library::empty();
    lightproof_darkroom::demo::demo().into_iter().for_each(|asset| library.put(asset.path, asset.bytes));
    library
}

#[test]
fn before_any_survey_there_is_nothing_to_work_on_and_no_ledger_is_made() {
    let house = House::default();
    for arguments in STAGES.map(|stage| vec![stage]).into_iter().chain([vec!["explain", "a.jpg"]]) {
        let ran = house.run(&arguments);
        assert_eq!(ran.code, Some(5), "{arguments:?} {}", ran.stderr);
        assert!(ran.stderr.contains("lightproof survey FOLDER"), "{}", ran.stderr);
        assert!(!house.ledger().exists() && !house.proofs().exists());
        let told: serde_json::Value = serde_json::from_str(&house.run(arguments.into_iter().chain(["--json"])).stdout).unwrap();
        assert_eq!(told["error"]["kind"], "not-found");
    }
}

#[test]
fn after_a_survey_each_stage_alone_writes_the_same_bytes() {
    let (house, library) = (House::default(), demo());
    house.survey(&library);
    let all = ["duplicate_groups.csv", "review_needed.csv", "LIBRARY_SUMMARY.md", "timeline.svg"];
    let read = |out: &std::path::Path, name: &str| fs::read(out.join(name)).ok();
    let again = house.program.home().join("again");
    for (stage, written) in STAGES.into_iter().zip([&all[..1], &all[1..2], &all[2..]]) {
        let told = house.json([stage, "--out", again.to_str().unwrap()]);
        assert_eq!(told["command"], stage);
        assert_eq!(told["proofs"].as_array().unwrap().len(), written.len());
        for name in all {
            assert_eq!(written.contains(&name), again.join(name).exists(), "{stage} {name}");
            if written.contains(&name) {
                assert!(read(&again, name) == read(&house.proofs(), name), "{stage} {name}");
                #[allow(clippy::disallowed_methods)] // the test's own folder
                fs::remove_file(again.join(name)).unwrap();
            }
        }
    }
}

#[test]
fn the_stages_one_by_one_give_what_a_survey_gives() {
    let library = demo();
    let (whole, parts) = (House::default(), House::default());
    whole.survey(&library);
    parts.json(["generate-manifest".as_ref(), library.path().as_os_str(), "--hash".as_ref()]);
    STAGES.into_iter().for_each(|stage| drop(parts.json([stage])));
    for name in ["manifest.csv", "duplicate_groups.csv", "review_needed.csv", "timeline.svg"] {
        assert!(fs::read(whole.proofs().join(name)).unwrap() == fs::read(parts.proofs().join(name)).unwrap(), "{name}");
    }
}

#[test]
fn a_summary_never_counts_the_groups_or_anomalies_of_an_older_manifest() {
    let library =
        Library::with("a.jpg", photo()).and("b.jpg", photo()).and("c.jpg", photo_of(2).stripped()).and("d.jpg", photo_of(3));
    let house = House::default();
    house.survey(&library);
    let id = house.ids()["a.jpg"].clone();
    library.rename("a.jpg", "renamed.jpg");
    library.take_away("b.jpg");
    library.take_away("c.jpg");
    house.json(["generate-manifest".as_ref(), library.path().as_os_str(), "--hash".as_ref()]);
    house.json(["generate-summary"]);
    let summary = fs::read_to_string(house.proofs().join("LIBRARY_SUMMARY.md")).unwrap();
    assert!(summary.contains("**2 assets"), "{summary}");
    for basis in ["| same-bytes | 0 | 0 |", "| same-image | 0 | 0 |"] {
        assert!(summary.contains(basis) || !summary.contains(&basis[..12]), "{summary}");
    }
    let explained = house.json(["explain", &id]);
    assert_eq!((&explained["path"], explained["groups"].as_array().unwrap().len()), (&"renamed.jpg".into(), 0));
    assert_eq!(explained["not_yet"], serde_json::json!([]));

    house.json(["generate-manifest".as_ref(), library.path().as_os_str(), "--hash".as_ref()]);
    assert_eq!(house.json(["explain", &id])["not_yet"], serde_json::json!(["group-duplicates", "flag-anomalies"]));
}

#[test]
fn a_survey_killed_after_its_manifest_leaves_no_half_of_a_finding() {
    let (house, library) = (House::default(), demo());
    house.survey(&library);
    let (groups, review) = (house.groups(), house.review());
    for when in 1..=8 {
        let trace = ["-f", "-o", "/dev/null", "-e", "trace=renameat", "-e", "inject=renameat:signal=SIGKILL:when=1"];
        let write = format!("inject=pwrite64:signal=SIGKILL:when={}", 12 * when);
        let trace = if when % 2 == 0 { ["-f", "-o", "/dev/null", "-e", "trace=pwrite64", "-e", &write] } else { trace };
        let arguments = ["group-duplicates"];
        let Some(mut command) = traced(house.program.command(arguments), &trace) else { return };
        let _ = command.output().unwrap();
        house.json(["generate-summary"]);
        let summary = fs::read_to_string(house.proofs().join("LIBRARY_SUMMARY.md")).unwrap();
        assert!(summary.contains(&format!("| **all** | {} |", review.rows.len())), "{summary}");
    }
    house.json(["group-duplicates"]);
    assert_eq!(house.groups(), groups);
    let _: Table = groups;
}
