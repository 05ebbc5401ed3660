//! What was decided is listed newest first, filtered, and exported without harm.

use std::fs;

use lightproof_testkit::library::{Library, photo};

use super::Desk;
use crate::house::Table;

fn decided() -> Desk {
    let desk = Desk::new();
    let first = desk.groups().say("one.jpg", "keep").say("copies/one.jpg", "quarantine");
    let second = desk.groups().say("two.jpg", "later").say("copies/two.jpg", "later");
    let review = desk.review().say("d50.jpg", "leave").say("copies/d50.jpg", "leave");
    let _ = desk.decide_as("Ann", &[&first], &[]).went_well();
    let _ = desk.decide_as("Bob", &[&second, &review], &[]).went_well();
    desk
}

fn keys(desk: &Desk, further: &[&str]) -> Vec<String> {
    let told = desk.house.json(["decisions"].iter().chain(further));
    told["decisions"].as_array().unwrap().iter().map(|d| d["decision_id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn decisions_are_listed_newest_first_and_filtered() {
    let desk = decided();
    assert_eq!(keys(&desk, &[]), ["d4", "d3", "d2", "d1"]);
    assert_eq!(keys(&desk, &["--reviewer", "Ann"]), ["d1"]);
    assert_eq!(keys(&desk, &["--reviewer", "nobody"]), [""; 0]);
    assert_eq!(keys(&desk, &["--about", "group"]), ["d4", "d1"]);
    assert_eq!(keys(&desk, &["--about", "anomaly"]), ["d3", "d2"]);
    assert_eq!(keys(&desk, &["--asset", "two.jpg"]), ["d4"]);
    let id = desk.house.ids()["copies/one.jpg"].clone();
    assert_eq!(keys(&desk, &["--asset", &id]), ["d1"]);
    assert_eq!(keys(&desk, &["--since", "2000-01-01"]).len(), 4);
    assert_eq!(keys(&desk, &["--since", "2000-01-01T10:11:12"]).len(), 4);
    assert_eq!(keys(&desk, &["--since", "9000-01-01"]), [""; 0]);
    assert_eq!(keys(&desk, &["--state", "holds"]).len(), 4);
    assert_eq!(keys(&desk, &["--state", "changed", "--state", "replaced"]), [""; 0]);
    assert_eq!(desk.house.run(["decisions", "--since", "yesterday"]).code, Some(3));
    assert_eq!(desk.house.run(["decisions", "--state", "gone"]).code, Some(2));
    let ran = desk.house.run(["decisions"]).went_well();
    assert!(ran.stdout.ends_with("4 decisions: 4 holds\n"), "{}", ran.stdout);
}

#[test]
fn decisions_on_a_photograph_are_found_after_a_rename_and_a_survey_made_anew() {
    let desk = decided();
    let before = desk.house.ids()["copies/one.jpg"].clone();
    desk.library.rename("copies", "renamed");
    desk.forget_the_survey();
    let refused = desk.house.run(["decisions"]);
    assert_eq!(refused.code, Some(5));
    assert!(refused.stderr.contains("there is no survey in this ledger; its record holds 4 decisions"), "{}", refused.stderr);
    desk.survey();
    let id = desk.house.ids()["renamed/one.jpg"].clone();
    assert_ne!(id, before);
    for name in [&id[..], "renamed/one.jpg", "copies/one.jpg", &before] {
        assert_eq!(keys(&desk, &["--asset", name]), ["d1"], "{name}");
    }
}

#[test]
fn an_export_makes_no_folders() {
    let desk = decided();
    let ran = desk.house.run(["decisions", "--csv", "no such folder/d.csv"]);
    assert_eq!(ran.code, Some(3));
    assert!(ran.stderr.contains("there is no folder no such folder"), "{}", ran.stderr);
}

#[test]
fn the_evidence_of_a_decision_is_told_when_asked_for() {
    let desk = decided();
    let told = desk.house.json(["decisions", "--evidence", "--reviewer", "Ann"]);
    let members = told["decisions"][0]["evidence"]["members"].as_array().unwrap();
    assert_eq!(members.len(), 2);
    assert!(members.iter().all(|m| m["sha1"].as_str().unwrap().len() == 40 && m["exif_field_count"] == 20), "{told:#}");
    let ran = desk.house.run(["decisions", "--evidence"]).went_well();
    assert!(ran.stdout.contains("was shown:") && ran.stdout.contains("20 EXIF fields"), "{}", ran.stdout);
}

#[test]
fn a_decision_is_taken_back_once_and_what_held_before_holds_again() {
    let desk = decided();
    let other = desk.groups().say("one.jpg", "keep").say("copies/one.jpg", "keep");
    let _ = desk.decide_as("Bob", &[&other], &["--replace"]).went_well();
    assert_eq!(keys(&desk, &["--state", "replaced"]), ["d1"]);
    let _ = desk.house.run(["decide", "--take-back", "d5", "--reviewer", "Ann"]).went_well();
    assert_eq!(keys(&desk, &["--state", "taken-back"]), ["d5"]);
    assert_eq!(keys(&desk, &["--state", "replaced"]), [""; 0]);
    let ran = desk.house.run(["decisions", "--asset", "one.jpg"]).went_well();
    assert!(ran.stdout.contains("taken-back by Ann at 20"), "{}", ran.stdout);
    for (key, code) in [("d5", 5), ("d6", 5), ("99", 5), ("x", 3), ("d-1", 3)] {
        let ran = desk.house.run(["decide", &format!("--take-back={key}"), "--reviewer", "Ann"]);
        assert_eq!(ran.code, Some(code), "{key} {ran:?}");
        assert!(ran.stderr.contains("hint:"), "{}", ran.stderr);
    }
}

#[test]
fn an_export_has_a_row_for_each_asset_and_its_cells_start_no_formula() {
    let library = Library::with("=cmd|'x'!A1.jpg", photo()).and("-1+1.jpg", photo());
    let desk = Desk::over(library);
    let paths: Vec<String> = desk.groups().table.column("path").iter().map(|p| (*p).to_owned()).collect();
    let sheet = paths.iter().fold(desk.groups(), |sheet, path| sheet.say(path, "keep"));
    let _ = desk.decide_as("=HYPERLINK(\"http://x\")", &[&sheet], &[]).went_well();
    let file = desk.house.program.home().join("export.csv");
    let _ = desk.house.run(["decisions", "--csv", "export.csv"]).went_well();
    let table = Table::read(&file);
    assert_eq!(table.rows.len(), 2);
    assert_eq!(table.columns, lightproof_engine::proofs::DECISIONS);
    for row in &table.rows {
        for column in &table.columns {
            assert!(!row[column].starts_with(['=', '+', '-', '@']), "{column}: {row:?}");
        }
        assert_eq!((&row["decision"], &row["state"], &row["about"]), ("keep", "holds", "group"));
    }
    let printed = desk.house.run(["decisions", "--csv", "-"]).went_well();
    assert_eq!(printed.stdout.as_bytes(), fs::read(&file).unwrap());
    let _ = desk.house.run(["decisions", "--csv", "export.csv"]).went_well();
}

#[test]
fn an_export_takes_the_place_of_nothing_but_an_export() {
    let desk = decided();
    let before = desk.library.snapshot();
    let photograph = desk.library.at("one.jpg");
    for there in [photograph.as_os_str(), desk.library.path().as_os_str(), desk.house.proofs().join("manifest.csv").as_os_str()] {
        let ran = desk.house.run(["decisions".as_ref(), "--csv".as_ref(), there]);
        assert_eq!(ran.code, Some(3), "{ran:?}");
    }
    before.assert_untouched(&desk.library.snapshot());
}

#[test]
fn what_a_terminal_would_obey_is_shown_escaped() {
    let desk = Desk::over(Library::with("\u{1b}[2Ja.jpg", photo()).and("b.jpg", photo()));
    let sheet = desk.groups().say("b.jpg", "keep").say("\u{1b}[2Ja.jpg", "nonsense");
    let refused = desk.decide(&[&sheet], &[]);
    let _ = desk.decide(&[&sheet.say("\u{1b}[2Ja.jpg", "quarantine")], &[]).went_well();
    let listed = desk.house.run(["decisions"]).went_well();
    for shown in [refused.stdout, refused.stderr, listed.stdout] {
        assert!(!shown.contains('\u{1b}'), "{shown:?}");
    }
}

#[test]
fn what_a_file_decided_is_listed_together_and_taken_back_as_a_whole() {
    let desk = Desk::new();
    let sheet = desk.groups().say("one.jpg", "keep").say("copies/one.jpg", "keep");
    let review = desk.review().say("d50.jpg", "leave").say("copies/d50.jpg", "leave");
    let _ = desk.decide(&[&review, &sheet], &[]).went_well();
    let all = desk.decisions(&[]);
    assert!(all.len() > 2, "{all:?}");
    assert_eq!(desk.decisions(&["--together", "d2"]), all, "any of them stands for all");
    let listed = desk.house.run(["decisions"]).went_well().stdout;
    assert!(listed.contains("together with d1"), "{listed}");
    let back = |key: &str| desk.house.run(["decide", "--take-back-all", key, "--reviewer", "Ann"]);
    let told = back("d2").went_well().stdout;
    assert!(told.contains("that were made together (d1 to d"), "{told}");
    assert_eq!(desk.decisions(&["--state", "holds"]), [""; 0]);
    assert_eq!(desk.decisions(&["--state", "taken-back"]).len(), all.len());
    assert_eq!(back("d2").code, Some(5), "there is nothing more to take back");
}
