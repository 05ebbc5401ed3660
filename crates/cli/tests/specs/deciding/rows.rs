//! Each row is taken or refused with its line and the reason, and all of them together.

use super::{Desk, Sheet, reasons, sums};

fn one(desk: &Desk) -> Sheet {
    desk.groups().say("one.jpg", "keep").say("copies/one.jpg", "quarantine")
}

#[test]
fn what_was_filled_in_is_decided_and_the_library_is_untouched() {
    let desk = Desk::new();
    let before = desk.library.snapshot();
    let ran = desk.decide(&[&one(&desk)], &[]).went_well();
    assert!(ran.stdout.contains("2  accepted") && ran.stdout.contains("4  undecided"), "{}", ran.stdout);
    assert_eq!(desk.decisions(&[]), ["copies/one.jpg quarantine holds", "one.jpg keep holds"]);
    before.assert_untouched(&desk.library.snapshot());
}

#[test]
fn the_same_file_once_more_is_already_so_and_adds_nothing() {
    let desk = Desk::new();
    let sheet = one(&desk);
    assert_eq!(sums(&desk.told(&[&sheet], &[])), [2, 0, 0, 4]);
    let again = desk.told(&[&sheet], &[]);
    assert_eq!((sums(&again), &again["written"]), ([0, 2, 0, 4], &false.into()));
    assert_eq!(desk.decisions(&[]).len(), 2);
}

#[test]
fn a_blank_column_decides_nothing() {
    let desk = Desk::new();
    let told = desk.told(&[&desk.groups(), &desk.review()], &[]);
    let rows = desk.groups().table.rows.len() + desk.review().table.rows.len();
    assert_eq!(sums(&told), [0, 0, 0, rows as u64]);
    assert_eq!(told["rows"].as_array().unwrap().len(), rows, "every row is told");
    assert_eq!(desk.decisions(&[]), [""; 0]);
}

#[test]
fn rows_that_cannot_be_taken_are_refused_with_line_and_reason() {
    let desk = Desk::new();
    let line = |path: &str| 2 + desk.groups().table.rows.iter().position(|row| row["path"] == *path).unwrap() as u64;
    let (first, second) = (line("one.jpg"), line("copies/one.jpg"));
    for (sheet, at, reason) in [
        (one(&desk).say("copies/one.jpg", "remove"), second, "\"remove\" is no decision: it may be keep, quarantine"),
        (one(&desk).set("copies/one.jpg", "group", "gnone"), second, "there is no group gnone now"),
        (one(&desk).set("copies/one.jpg", "asset_id", "anone"), second, "anone is no member of this group"),
        (one(&desk).set("copies/one.jpg", "source", "other"), second, "not in other"),
        (one(&desk).set("copies/one.jpg", "seen", ""), second, "has no `seen`"),
        (one(&desk).set("copies/one.jpg", "asset_id", ""), second, "names no asset_id"),
        (one(&desk).set("copies/one.jpg", "group", ""), second, "names no group"),
        (one(&desk).set("copies/one.jpg", "seen", "v1-0"), second, "`seen` is another one than in line"),
        (
            one(&desk).set("copies/one.jpg", "seen", "v1-0").set("one.jpg", "seen", "v1-0"),
            first,
            "nothing is known of what it showed",
        ),
        (desk.groups().say("one.jpg", "quarantine"), first, "without an explicit keep"),
        (desk.groups().say("d50.jpg", "keep"), line("d50.jpg"), "is not reviewed (known-camera): decide on that anomaly first"),
    ] {
        let told = desk.told(&[&sheet], &[]);
        let refused = reasons(&told);
        assert!(refused.iter().any(|(l, why)| *l == at && why.contains(reason)), "{reason} at {at}: {refused:#?}");
        assert_eq!(told["written"], false);
        let ran = desk.decide(&[&sheet], &[]);
        assert_eq!(ran.code, Some(3), "{ran:?}");
        assert!(ran.stdout.contains(&format!("line {at}")) && ran.stdout.contains(reason), "{}", ran.stdout);
        assert!(ran.stderr.contains("nothing was written") && ran.stderr.contains("--partial"), "{}", ran.stderr);
    }
    assert_eq!(desk.decisions(&[]), [""; 0]);
}

#[test]
fn one_refused_row_refuses_all_unless_partial_and_a_group_falls_whole() {
    let desk = Desk::new();
    let sheet = one(&desk).say("two.jpg", "keep").say("copies/two.jpg", "whatever");
    let told = desk.told(&[&sheet], &[]);
    assert_eq!((sums(&told), &told["written"]), ([2, 0, 2, 2], &false.into()));
    assert!(reasons(&told).iter().any(|(_, why)| why.contains("taken whole or not at all")), "{told:#}");
    assert_eq!(desk.decisions(&[]), [""; 0]);
    let told = desk.told(&[&sheet], &["--partial"]);
    assert_eq!((sums(&told), &told["written"]), ([2, 0, 2, 2], &true.into()));
    assert_eq!(desk.decide(&[&sheet], &["--partial"]).code, Some(0), "what is refused was told");
    assert_eq!(desk.decisions(&[]), ["copies/one.jpg quarantine holds", "one.jpg keep holds"]);
}

#[test]
fn a_dry_run_writes_nothing() {
    let desk = Desk::new();
    let told = desk.told(&[&one(&desk)], &["--dry-run"]);
    assert_eq!((sums(&told), &told["written"]), ([2, 0, 0, 4], &false.into()));
    assert_eq!(desk.decisions(&[]), [""; 0]);
}

#[test]
fn an_anomaly_and_the_group_that_waits_for_it_are_decided_in_one_run() {
    let desk = Desk::new();
    let groups = desk.groups().say("d50.jpg", "keep").say("copies/d50.jpg", "quarantine");
    let review = desk.review().say("d50.jpg", "leave").say("copies/d50.jpg", "leave");
    let told = desk.told(&[&groups, &review], &[]);
    assert_eq!((sums(&told)[0], sums(&told)[2]), (4, 0), "{told:#}");
    let once_more = desk.told(&[&groups, &review], &[]);
    assert_eq!((sums(&once_more)[1], sums(&once_more)[2]), (4, 0), "{once_more:#}");
    assert_eq!(desk.decisions(&["--about", "group"]), ["copies/d50.jpg quarantine holds", "d50.jpg keep holds"]);
    desk.survey();
    assert_eq!(desk.decisions(&["--about", "group"]), ["copies/d50.jpg quarantine holds", "d50.jpg keep holds"]);
    assert!(desk.groups().table.rows.iter().all(|row| !row["rank"].is_empty()), "every clock is reviewed");
}

#[test]
fn a_group_whose_anomaly_is_refused_leaves_nothing_of_both() {
    let desk = Desk::new();
    let groups = desk.groups().say("d50.jpg", "keep");
    let told = desk.told(&[&desk.review().say("d50.jpg", "fix yesterday"), &groups], &["--partial"]);
    assert_eq!((&told["written"], told["sums"]["refused"].as_u64()), (&false.into(), Some(2)), "{told:#}");
    assert!(reasons(&told).iter().any(|(_, why)| why.contains("is not reviewed")), "{told:#}");
    assert_eq!(desk.decisions(&[]), [""; 0]);
    let review = desk.review().say("d50.jpg", "leave").say("copies/d50.jpg", "fix yesterday");
    let told = desk.told(&[&review, &groups], &[]);
    assert_eq!(told["written"], false);
    assert_eq!(desk.decisions(&[]), [""; 0]);
    let told = desk.told(&[&review, &groups], &["--partial"]);
    assert!(reasons(&told).iter().any(|(_, why)| why.contains("\"fix yesterday\" is no decision")), "{told:#}");
    // Copies with equal bytes share one date: what is left of both is enough for the group.
    assert_eq!(desk.decisions(&[]), ["copies/d50.jpg - holds", "d50.jpg keep holds", "d50.jpg leave holds"]);
}

#[test]
fn one_content_has_one_date_whatever_its_copies_are_called() {
    let desk = Desk::new();
    let review = desk.review().say("d50.jpg", "leave").say("copies/d50.jpg", "shift +3600");
    let told = desk.told(&[&review], &[]);
    assert!(reasons(&told)[0].1.contains("the same bytes is decided otherwise in the same run"), "{told:#}");
    let _ = desk.decide(&[&desk.review().say("d50.jpg", "leave")], &[]).went_well();
    let ran = desk.decide_as("Bob", &[&desk.review().say("copies/d50.jpg", "shift +3600")], &[]);
    assert!(ran.code == Some(3) && ran.stdout.contains("Ann decided otherwise"), "{ran:?}");
}

#[test]
fn a_blocked_group_can_be_decided_with_a_new_file_once_its_anomalies_are() {
    let desk = Desk::new();
    let blocked = desk.groups().say("d50.jpg", "keep").say("copies/d50.jpg", "keep");
    assert_eq!(desk.decide(&[&blocked], &[]).code, Some(3));
    let _ = desk.decide(&[&desk.review().say("d50.jpg", "leave").say("copies/d50.jpg", "leave")], &[]).went_well();
    let _ = desk.house.run(["group-duplicates"]).went_well();
    let _ = desk.decide(&[&desk.groups().say("d50.jpg", "keep").say("copies/d50.jpg", "keep")], &[]).went_well();
}

#[test]
fn of_two_who_decide_the_later_is_told_and_replaces_only_when_asked() {
    let desk = Desk::new();
    let _ = desk.decide_as("Ann", &[&one(&desk)], &[]).went_well();
    let other = desk.groups().say("one.jpg", "quarantine").say("copies/one.jpg", "keep");
    let ran = desk.decide_as("Bob", &[&other], &[]);
    assert_eq!(ran.code, Some(3));
    assert!(ran.stdout.contains("Ann decided otherwise at 20") && ran.stdout.contains("keep one.jpg"), "{}", ran.stdout);
    let _ = desk.decide_as("Bob", &[&other], &["--replace"]).went_well();
    assert_eq!(desk.decisions(&["--reviewer", "Bob"]), ["copies/one.jpg keep holds", "one.jpg quarantine holds"]);
    assert_eq!(desk.decisions(&["--state", "replaced"]), ["copies/one.jpg quarantine replaced", "one.jpg keep replaced"]);
}

#[test]
fn a_person_goes_on_with_an_own_decision_and_takes_nothing_of_it_back() {
    let desk = Desk::new();
    let first = desk.groups().say("one.jpg", "keep");
    let _ = desk.decide_as("Ann", &[&first], &[]).went_well();
    let second = first.say("copies/one.jpg", "later");
    assert_eq!(desk.decide_as("Bob", &[&second], &[]).code, Some(3), "Bob would speak for Ann");
    let _ = desk.decide_as("Ann", &[&second], &[]).went_well();
    let third = second.say("copies/one.jpg", "quarantine");
    let _ = desk.decide_as("Ann", &[&third], &[]).went_well();
    let turned = third.say("one.jpg", "quarantine").say("copies/one.jpg", "keep");
    assert_eq!(desk.decide_as("Ann", &[&turned], &[]).code, Some(3));
    assert_eq!(desk.decisions(&["--state", "holds"]), ["copies/one.jpg quarantine holds", "one.jpg keep holds"]);
}

#[test]
fn the_same_asset_twice_is_taken_once_or_refused_when_its_rows_differ() {
    let desk = Desk::new();
    let (sheet, blank) = (one(&desk), desk.groups());
    let told = desk.told(&[&sheet, &sheet, &blank], &[]);
    assert_eq!(sums(&told), [4, 0, 0, 14], "{told:#}");
    assert_eq!(desk.decisions(&[]).len(), 2);
    let differs = one(&desk).say("one.jpg", "later");
    let told = desk.told(&[&sheet, &differs], &[]);
    assert!(reasons(&told).iter().any(|(_, why)| why.contains("sheet0.csv says keep of the same asset")), "{told:#}");
}

#[test]
fn who_decides_must_be_said() {
    let desk = Desk::new();
    let file = desk.file("sheet.csv", one(&desk).bytes());
    let ran = desk.house.run(["decide".as_ref(), "--from".as_ref(), file.as_os_str()]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("--reviewer"), "{}", ran.stderr);
    for nobody in ["", "   ", "a\nb"] {
        assert_eq!(desk.decide_as(nobody, &[&one(&desk)], &[]).code, Some(3), "{nobody:?}");
    }
    assert_eq!(desk.decide(&[], &[]).code, Some(2), "--from without a file");
}

#[test]
fn while_a_survey_has_the_ledger_deciding_waits_its_turn() {
    let desk = Desk::new();
    let lock = std::fs::File::open(desk.house.ledger().join("lock")).unwrap();
    lock.lock().unwrap();
    let ran = desk.decide(&[&one(&desk)], &[]);
    assert_eq!(ran.code, Some(4), "{ran:?}");
    assert_eq!(desk.house.run(["decisions"]).code, Some(4));
    lock.unlock().unwrap();
    let _ = desk.decide(&[&one(&desk)], &[]).went_well();
}

#[test]
fn without_a_survey_there_is_nothing_to_decide_on() {
    let desk = Desk::new();
    let sheet = one(&desk);
    let empty = crate::house::House::default();
    let file = desk.file("sheet.csv", sheet.bytes());
    let ran = empty.run(["decide".as_ref(), "--reviewer".as_ref(), "Ann".as_ref(), "--from".as_ref(), file.as_os_str()]);
    assert_eq!(ran.code, Some(5), "{ran:?}");
    assert_eq!(empty.run(["decisions"]).code, Some(5));
}
