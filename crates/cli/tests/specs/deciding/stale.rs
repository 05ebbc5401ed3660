//! A file that was filled in on other evidence than today's is refused with the difference; what did not change stays decided.

use std::fs;

use lightproof_testkit::library::{Contents, photo, photo_of};

use super::{Desk, Sheet, reasons, sums};

fn one(desk: &Desk) -> Sheet {
    desk.groups().say("one.jpg", "keep").say("copies/one.jpg", "quarantine")
}

fn refused_because(desk: &Desk, sheet: &Sheet, reason: &str) {
    let told = desk.told(&[sheet], &[]);
    let refused = reasons(&told);
    assert!(refused.len() == 2 && refused.iter().all(|(_, why)| why.contains(reason)), "{reason}: {refused:#?}");
}

#[test]
fn a_file_from_before_a_copy_was_edited_is_refused() {
    let desk = Desk::new();
    let old = one(&desk);
    let edited = lightproof_darkroom::photo::Photo::drawn(1).size(320, 240).exif_fields(20).jpeg(70);
    fs::write(desk.library.at("copies/one.jpg"), edited).unwrap();
    desk.survey();
    refused_because(&desk, &old, "copies/one.jpg has other bytes than the reviewer saw");
}

#[test]
fn a_file_from_before_a_new_copy_came_is_refused() {
    let desk = Desk::new();
    let old = one(&desk);
    fs::write(desk.library.at("third.jpg"), photo().bytes()).unwrap();
    desk.survey();
    refused_because(&desk, &old, "third.jpg was not in this group then");
    let _ = desk.decide(&[&one(&desk).say("third.jpg", "later")], &[]).went_well();
}

#[test]
fn a_decision_whose_group_got_a_copy_is_listed_as_changed_and_may_be_made_anew() {
    let desk = Desk::new();
    let _ = desk.decide(&[&one(&desk)], &[]).went_well();
    fs::write(desk.library.at("third.jpg"), photo().bytes()).unwrap();
    desk.survey();
    let ran = desk.house.run(["decisions", "--state", "changed"]).went_well();
    assert!(ran.stdout.contains("since then: third.jpg was not in this group then"), "{}", ran.stdout);
    let told = desk.told(&[&one(&desk).say("third.jpg", "keep")], &[]);
    assert_eq!(sums(&told)[0], 3, "what does not hold is in nobody's way: {told:#}");
    assert_eq!(desk.decisions(&["--state", "holds"]).len(), 3);
}

#[test]
fn a_copy_that_is_gone_leaves_the_decision_changed() {
    let desk = Desk::new();
    let _ = desk.decide(&[&one(&desk)], &[]).went_well();
    fs::remove_file(desk.library.at("copies/one.jpg")).unwrap();
    desk.survey();
    let ran = desk.house.run(["decisions"]).went_well();
    assert!(ran.stdout.contains("copies/one.jpg is no longer in this group"), "{}", ran.stdout);
}

#[test]
fn a_rename_keeps_the_decision_and_the_file_from_before() {
    let desk = Desk::new();
    let old = one(&desk);
    let _ = desk.decide(&[&old], &[]).went_well();
    fs::rename(desk.library.at("copies/one.jpg"), desk.library.at("copies/renamed.jpg")).unwrap();
    desk.survey();
    assert_eq!(desk.decisions(&[]), ["copies/one.jpg quarantine holds", "one.jpg keep holds"]);
    let told = desk.told(&[&old], &[]);
    assert_eq!((sums(&told)[1], sums(&told)[2]), (2, 0), "{told:#}");
}

#[test]
fn decisions_outlive_a_survey_that_is_made_anew_from_nothing() {
    let desk = Desk::new();
    let review = desk.review().say("d50.jpg", "leave").say("copies/d50.jpg", "leave");
    let old = one(&desk);
    let _ = desk.decide(&[&old, &review], &[]).went_well();
    desk.forget_the_survey();
    desk.survey();
    let said = desk.decisions(&[]);
    assert_eq!(said.len(), 4);
    assert!(said.iter().all(|word| word.ends_with("holds")), "{said:?}");
    let told = desk.told(&[&old, &review], &[]);
    assert_eq!((sums(&told)[1], sums(&told)[2]), (4, 0), "{told:#}");
}

#[test]
fn what_was_called_no_duplicate_does_not_come_back_until_that_is_taken_back() {
    let desk = Desk::new();
    let sheet = desk.groups().say("one.jpg", "not-duplicates").say("copies/one.jpg", "not-duplicates");
    let _ = desk.decide(&[&sheet], &[]).went_well();
    desk.survey();
    let paths = desk.groups().table;
    assert!(!paths.column("path").contains(&"one.jpg"), "{:?}", paths.column("path"));
    assert_eq!(desk.decisions(&[]), ["copies/one.jpg not-duplicates holds", "one.jpg not-duplicates holds"]);
    let _ = desk.house.run(["decide", "--take-back", "d1", "--reviewer", "Bob"]).went_well();
    desk.survey();
    assert!(desk.groups().table.column("path").contains(&"one.jpg"));
    assert_eq!(desk.decisions(&[]), ["copies/one.jpg not-duplicates taken-back", "one.jpg not-duplicates taken-back"]);
}

#[test]
fn a_group_that_is_there_no_more_is_refused_with_what_became_of_it() {
    let desk = Desk::new();
    let old = one(&desk);
    fs::write(desk.library.at("copies/one.jpg"), photo_of(77).bytes()).unwrap();
    desk.survey();
    let told = desk.told(&[&old], &[]);
    assert!(
        reasons(&told).iter().all(|(_, why)| why.contains("there is no group g") && why.contains("in no group any more")),
        "{told:#}"
    );
}

#[test]
fn an_anomaly_of_other_bytes_is_refused() {
    let desk = Desk::new();
    let old = desk.review().say("d50.jpg", "leave");
    let edited = super::d50().jpeg(60);
    fs::write(desk.library.at("d50.jpg"), edited).unwrap();
    desk.survey();
    let told = desk.told(&[&old], &[]);
    assert!(reasons(&told)[0].1.contains("d50.jpg has other bytes than the reviewer saw"), "{told:#}");
}
