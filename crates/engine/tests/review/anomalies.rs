//! Clocks come first: a group waits for them, and is ranked as soon as a person looked at them.

use lightproof_darkroom::exif::Exif;
use lightproof_engine::review::{deciding::NotDecided, standing::GroupState};
use lightproof_model::decision::{
    Refusal,
    Verb::{Keep, Quarantine},
};

use crate::desk::{Desk, dated, photo, two_of_a, two_of_a_d50};

const BOTH: [&str; 2] = ["a.jpg", "copy/a.jpg"];
const SAID: [(&str, lightproof_model::decision::Verb); 2] = [("a.jpg", Keep), ("copy/a.jpg", Quarantine)];

#[test]
fn a_group_waits_for_its_clocks_and_says_why() {
    let desk = Desk::with(two_of_a_d50());
    let ann = desk.ann();
    let group = ann.only_group();
    assert_eq!(group.line.state, GroupState::Blocked);
    assert_eq!(group.blocked_by.as_ref().map(|(_, kind)| kind.as_str()), Some("known-camera"));
    assert!(group.members.iter().all(|m| m.rank.is_none() && m.ground.contains("not reviewed (known-camera)")));
    assert!(matches!(ann.say(&SAID), Err(NotDecided::Refused(Refusal::OpenAnomaly { .. }))));
}

#[test]
fn what_a_person_says_of_the_dates_opens_the_group_at_once() {
    for verb in ["leave", "shift +3600", "fix 2009-07-17T18:20:10"] {
        let desk = Desk::with(two_of_a_d50());
        let ann = desk.ann();
        ann.say_of_dates(&BOTH[..1], verb).unwrap();
        assert_eq!(ann.state(), GroupState::Blocked, "the copy's clock is open still");
        ann.say_of_dates(&BOTH, verb).unwrap();
        let group = ann.only_group();
        assert_eq!((group.line.state, group.members[0].rank), (GroupState::Undecided, Some(1)), "{verb}");
        assert_eq!(group.members[0].ground.contains("not yet carried out"), verb != "leave", "{}", group.members[0].ground);
        ann.say(&SAID).unwrap();
        drop(ann);
        desk.survey();
        assert_eq!(desk.ann().state(), GroupState::Decided, "{verb}: the next survey says the same");
    }
}

#[test]
fn later_leaves_a_clock_open() {
    let desk = Desk::with(two_of_a_d50());
    let ann = desk.ann();
    ann.say_of_dates(&BOTH, "later").unwrap();
    assert_eq!(ann.state(), GroupState::Blocked);
    assert!(ann.anomalies("a.jpg").iter().all(|a| a.is_open() && a.verb.is_some()));
}

#[test]
fn a_word_on_a_clock_that_is_taken_back_brings_the_group_back() {
    let desk = Desk::with(two_of_a_d50());
    let ann = desk.ann();
    let words = ann.say_of_dates(&BOTH, "leave").unwrap();
    ann.say(&SAID).unwrap();
    ann.0.take_back(words[0]).unwrap();
    let group = ann.only_group();
    assert_eq!(group.line.state, GroupState::Blocked);
    assert_eq!(group.changes, ["the anomaly known-camera of a.jpg was `leave` then, and is now `open`"]);
}

#[test]
fn another_word_on_a_clock_makes_the_decision_on_the_group_stale() {
    let desk = Desk::with(two_of_a_d50());
    let ann = desk.ann();
    ann.say_of_dates(&BOTH, "leave").unwrap();
    ann.say(&SAID).unwrap();
    ann.say_of_dates(&BOTH[..1], "shift +3600").unwrap();
    assert_eq!(ann.state(), GroupState::Changed);
}

#[test]
fn words_on_dates_outlive_renames_and_lost_surveys() {
    for lost in [false, true] {
        let desk = Desk::with(two_of_a_d50());
        desk.ann().say_of_dates(&BOTH, "leave").unwrap();
        desk.library.rename("a.jpg", "renamed.jpg");
        if lost {
            desk.lose_the_survey();
        }
        desk.survey();
        assert_eq!(desk.ann().state(), GroupState::Undecided, "survey lost: {lost}");
    }
}

#[test]
fn words_on_dates_fall_with_other_bytes() {
    let desk = Desk::with(two_of_a_d50());
    desk.ann().say_of_dates(&BOTH, "leave").unwrap();
    let edited = Exif::camera("NIKON CORPORATION", "NIKON D50").taken("2009:07:17 18:20:10").fields(15);
    desk.library.put("a.jpg", photo(1).exif(edited));
    desk.survey();
    let ann = desk.ann();
    assert_eq!(ann.state(), GroupState::Blocked);
    assert_eq!(ann.anomalies("a.jpg")[0].changes, ["a.jpg has other bytes than the reviewer saw"]);
}

#[test]
fn what_another_said_of_a_date_is_not_overwritten_in_silence() {
    let desk = Desk::with(two_of_a_d50());
    let (ann, bob) = (desk.ann(), desk.reviewer("Bob"));
    let seen_by_bob = bob.anomalies("a.jpg").remove(0);
    ann.say_of_dates(&BOTH, "leave").unwrap();
    let word = lightproof_engine::review::deciding::AnomalyWord {
        asset: seen_by_bob.asset,
        kind: seen_by_bob.found.kind,
        seen: seen_by_bob.found.seen,
        verb: "shift +3600".parse().unwrap(),
        after: None,
    };
    let (_, refused) = bob.0.decide_anomalies(&[word]).unwrap_err();
    assert_eq!(refused.to_string(), "Ann decided otherwise in the meantime (leave a.jpg)");
}

#[test]
fn a_camera_that_is_doubted_later_holds_its_groups_back_at_once() {
    let desk = Desk::with(two_of_a("OLYMPUS", "E-500"));
    assert_eq!(desk.ann().state(), GroupState::Undecided);
    desk.flag_with("[[camera]]\nmake = \"OLYMPUS\"\nmodels = [\"E-500\"]\nresets_to = \"2005-01-01\"\n");
    let ann = desk.ann();
    assert_eq!(ann.state(), GroupState::Blocked);
    assert!(matches!(ann.say(&SAID), Err(NotDecided::Refused(Refusal::OpenAnomaly { .. }))));
}

#[test]
fn groups_without_doubtful_clocks_are_not_told_anew() {
    let desk = Desk::with(two_of_a_d50().and("b.jpg", photo(2).exif(dated(20))).and("copy/b.jpg", photo(2).exif(dated(8))));
    let ann = desk.ann();
    let filter = lightproof_engine::review::groups::GroupFilter { states: vec![GroupState::Undecided], ..Default::default() };
    let (total, lines) = ann.0.looking().groups(&filter, 0, 10).unwrap();
    assert_eq!(total, 1, "the other one waits for its clock");
    assert_eq!(ann.0.looking().group(&lines[0].id).unwrap().unwrap().blocked_by, None);
}
