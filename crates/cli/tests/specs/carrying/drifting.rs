//! Drifting: what is not as it was planned is skipped with its reason, and the rest goes on.

use lightproof_engine::{Ledger, carrying};
use lightproof_sources::folder::{FolderSource, hands::Hands};
use lightproof_testkit::library::photo_of;

use super::{Well, counts, decided, reasons};

#[test]
fn what_drifted_since_is_skipped_and_the_rest_goes_on() {
    let desk = decided(&["a", "b", "c", "d", "e"]);
    let plan = desk.approved(&[]);
    // The moved one has other bytes; the kept one has; the kept one is gone; the moved one has a second name.
    desk.library.put("copies/a.jpg", photo_of(7_000));
    desk.library.put("b.jpg", photo_of(7_001));
    desk.library.take_away("c.jpg");
    std::fs::hard_link(desk.library.at("copies/d.jpg"), desk.library.at("second name.jpg")).unwrap();
    let rehearsed = desk.house.json(["execute", &plan, "--dry-run"]);
    let told = desk.execute(&plan);
    assert_eq!(counts(&told), (1, 4), "{told}");
    assert_eq!((counts(&rehearsed), reasons(&rehearsed)), (counts(&told), reasons(&told)), "the rehearsal told it");
    for (path, why) in [
        ("copies/a.jpg", "other bytes than were seen"),
        ("copies/b.jpg", "does not hold the same bytes any more"),
        ("copies/c.jpg", "cannot be compared"),
        ("copies/d.jpg", "2 names"),
    ] {
        let found = reasons(&told).into_iter().find(|(of, _)| of == path).unwrap();
        assert!(found.1.contains(why), "{found:?}");
        assert!(desk.library.at(path).exists(), "{path} stays");
    }
    assert!(!desk.library.at("copies/e.jpg").exists());
}

#[test]
fn who_decides_otherwise_meanwhile_is_heard() {
    let desk = decided(&["a", "b", "c"]);
    let plan = desk.approved(&[]);
    let sheet = desk.groups().say("copies/a.jpg", "keep").say("a.jpg", "keep");
    desk.decide_as("Bob", &[&sheet], &["--replace"]).well();
    let key =
        desk.house.json(["decisions", "--asset", "copies/b.jpg"])["decisions"][0]["decision_id"].as_str().unwrap().to_owned();
    desk.house.run(["decide", "--take-back", &key, "--reviewer", "Bob"]).well();
    let told = desk.execute(&plan);
    assert_eq!(counts(&told), (1, 2), "{told}");
    assert!(desk.library.at("copies/a.jpg").exists() && desk.library.at("copies/b.jpg").exists());
}

#[test]
fn a_rehearsal_writes_nothing_at_all() {
    let desk = decided(&["a", "b"]);
    let plan = desk.plan(&[]);
    let before = desk.library.snapshot();
    let told = desk.house.json(["execute", &plan, "--dry-run"]);
    assert_eq!(counts(&told), (2, 0));
    before.assert_untouched(&desk.library.snapshot());
    assert!(!desk.library.at(".lightproof").exists());
    assert!(desk.house.json(["journal", "list"])["runs"].as_array().unwrap().is_empty());
}

#[test]
fn two_cannot_carry_out_in_one_root_not_even_with_two_ledgers() {
    let desk = decided(&["a"]);
    let plan = desk.approved(&[]);
    let source = FolderSource::at(desk.library.path()).unwrap();
    let hands = Hands::on(&source).unwrap();
    let refused = desk.house.run(["execute", &plan]);
    assert_eq!(refused.code, Some(4), "{refused:?}");
    assert!(refused.stderr.contains(&format!("process {}", std::process::id())), "who is told: {refused:?}");
    drop(hands);
    assert_eq!(counts(&desk.execute(&plan)), (1, 0), "the approval was not used up by being refused");
}

#[test]
#[allow(clippy::disallowed_methods)] // the test unplugs the drive
fn a_root_that_is_not_there_refuses_the_whole_before_anything_is_touched() {
    let desk = decided(&["a"]);
    let plan = desk.approved(&[]);
    let away = desk.library.path().with_extension("away");
    std::fs::rename(desk.library.path(), &away).unwrap();
    let refused = desk.house.run(["execute", &plan]);
    std::fs::rename(&away, desk.library.path()).unwrap();
    assert_eq!(refused.code, Some(3), "{refused:?}");
    assert_eq!(counts(&desk.execute(&plan)), (1, 0));
}

#[test]
fn a_journal_whose_end_was_cut_off_shows_by_what_the_root_knows() {
    let desk = decided(&["a", "b"]);
    let plan = desk.approved(&[]);
    let record = desk.house.ledger().join("record.sqlite");
    let before = std::fs::read(&record).unwrap();
    assert!(!record.with_extension("sqlite-wal").exists(), "all is in the file");
    desk.execute(&plan);
    desk.house.run(["journal", "verify"]).well();
    #[allow(clippy::disallowed_methods)] // an older record is put back
    std::fs::write(&record, before).unwrap();
    let found = desk.house.run(["journal", "verify"]);
    assert_eq!(found.code, Some(1));
    assert!(found.stderr.contains("its end was cut off"), "{}", found.stderr);
    let ledger = Ledger::open_shared(&desk.house.ledger()).unwrap();
    assert!(carrying::verify(&ledger).unwrap().entries.is_err());
}
