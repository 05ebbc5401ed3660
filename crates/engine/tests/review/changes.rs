//! What happens to a decision when the library changes, the survey is made anew, or a photograph gets another name.

use lightproof_engine::review::{groups::GroupFilter, standing::GroupState};
use lightproof_model::decision::Verb::{Keep, NotDuplicates, Quarantine};

use crate::desk::{Desk, dated, photo, two_copies};

const SAID: [(&str, lightproof_model::decision::Verb); 2] = [("a.jpg", Keep), ("copy/a.jpg", Quarantine)];

#[test]
fn a_decision_outlives_the_survey_it_was_made_on() {
    let desk = Desk::with(two_copies());
    desk.ann().say(&SAID).unwrap();
    desk.lose_the_survey();
    desk.survey();
    assert_eq!((desk.ann().state(), desk.ann().verb("copy/a.jpg")), (GroupState::Decided, Some(Quarantine)));
}

#[test]
fn a_rename_loses_no_decision_not_even_with_the_survey_lost() {
    for lost in [false, true] {
        let desk = Desk::with(two_copies());
        desk.ann().say(&SAID).unwrap();
        desk.library.rename("copy/a.jpg", "holiday.jpg");
        if lost {
            desk.lose_the_survey();
        }
        desk.survey();
        let ann = desk.ann();
        assert_eq!((ann.state(), ann.verb("holiday.jpg")), (GroupState::Decided, Some(Quarantine)), "survey lost: {lost}");
        assert_eq!(ann.only_group().changes, [""; 0]);
    }
}

#[test]
fn a_new_copy_brings_the_group_back_with_the_difference() {
    let desk = Desk::with(two_copies());
    desk.ann().say(&SAID).unwrap();
    desk.library.put("third.jpg", photo(1).exif(dated(5)));
    desk.survey();
    let ann = desk.ann();
    let group = ann.only_group();
    assert_eq!(group.line.state, GroupState::Changed);
    assert_eq!(group.changes, ["third.jpg was not in this group then"]);
    assert_eq!(group.members.len(), 3);
    ann.say(&[("a.jpg", Keep), ("copy/a.jpg", Quarantine), ("third.jpg", Quarantine)]).unwrap();
    assert_eq!(ann.state(), GroupState::Decided);
}

#[test]
fn a_copy_of_the_same_bytes_brings_it_back_too() {
    let desk = Desk::with(two_copies());
    desk.ann().say(&SAID).unwrap();
    let bytes = desk.library.read("a.jpg");
    desk.library.put("b/a.jpg", bytes);
    desk.survey();
    assert_eq!(desk.ann().only_group().changes, ["b/a.jpg was not in this group then"]);
}

#[test]
fn an_edited_file_brings_it_back() {
    let desk = Desk::with(two_copies());
    desk.ann().say(&SAID).unwrap();
    desk.library.put("copy/a.jpg", photo(1).exif(dated(12)));
    desk.survey();
    assert_eq!(desk.ann().only_group().changes, ["copy/a.jpg has other bytes than the reviewer saw"]);
    assert_eq!(desk.ann().state(), GroupState::Changed);
}

#[test]
fn not_duplicates_do_not_come_back_until_that_is_taken_back() {
    let desk = Desk::with(two_copies());
    let all = GroupFilter::default();
    let ann = desk.ann();
    let decision = ann.say(&[("a.jpg", NotDuplicates), ("copy/a.jpg", NotDuplicates)]).unwrap();
    drop(ann);
    for lost in [false, true] {
        if lost {
            desk.lose_the_survey();
        }
        desk.survey();
        assert_eq!(desk.ann().0.looking().groups(&all, 0, 10).unwrap().0, 0, "survey lost: {lost}");
    }
    desk.ann().0.take_back(decision).unwrap();
    desk.survey();
    assert_eq!(desk.ann().state(), GroupState::Undecided);
}

#[test]
fn who_was_called_no_duplicate_leaves_and_the_decision_on_the_others_holds() {
    let desk = Desk::with(two_copies().and("third.jpg", photo(1).exif(dated(5))));
    desk.ann().say(&[("a.jpg", Keep), ("copy/a.jpg", Quarantine), ("third.jpg", NotDuplicates)]).unwrap();
    desk.survey();
    let ann = desk.ann();
    assert_eq!(ann.only_group().members.len(), 2);
    assert_eq!((ann.state(), ann.verb("copy/a.jpg")), (GroupState::Decided, Some(Quarantine)));
}

#[test]
fn what_was_set_apart_and_meets_a_new_copy_was_never_judged() {
    let desk = Desk::with(two_copies());
    desk.ann().say(&[("a.jpg", NotDuplicates), ("copy/a.jpg", NotDuplicates)]).unwrap();
    let bytes = desk.library.read("a.jpg");
    desk.library.put("b/a.jpg", bytes);
    desk.survey();
    let ann = desk.ann();
    assert_eq!(ann.state(), GroupState::Undecided);
    ann.say(&[("a.jpg", Keep), ("b/a.jpg", Quarantine)]).unwrap();
    assert_eq!(ann.state(), GroupState::Decided);
}

#[test]
fn a_decision_made_after_a_rename_outlives_a_lost_survey_that_gives_other_ids() {
    let desk = Desk::with(two_copies());
    desk.library.rename("copy/a.jpg", "holiday.jpg");
    desk.survey();
    desk.ann().say(&[("a.jpg", Keep), ("holiday.jpg", Quarantine)]).unwrap();
    desk.lose_the_survey();
    desk.survey();
    let ann = desk.ann();
    assert_eq!((ann.state(), ann.verb("holiday.jpg")), (GroupState::Decided, Some(Quarantine)));
    ann.say(&[("a.jpg", Keep), ("holiday.jpg", Keep)]).expect("its members are those of today");
}

#[test]
fn names_that_were_exchanged_before_a_decision_do_not_turn_it_round_when_the_survey_is_lost() {
    let desk = Desk::with(two_copies());
    desk.library.rename("a.jpg", "between.jpg");
    desk.library.rename("copy/a.jpg", "a.jpg");
    desk.library.rename("between.jpg", "copy/a.jpg");
    desk.survey();
    desk.ann().say(&[("copy/a.jpg", Keep), ("a.jpg", Quarantine)]).unwrap();
    desk.lose_the_survey();
    desk.survey();
    let ann = desk.ann();
    assert_eq!((ann.verb("copy/a.jpg"), ann.verb("a.jpg")), (Some(Keep), Some(Quarantine)));
}

#[test]
fn what_was_shown_before_a_change_cannot_be_decided_after_it() {
    let desk = Desk::with(two_copies());
    let ann = desk.ann();
    let old = ann.word(&ann.only_group(), &SAID);
    drop(ann);
    desk.library.rename("a.jpg", "b.jpg");
    desk.survey();
    desk.ann().0.decide_group(&old).expect("a rename is no change");
    desk.library.put("copy/a.jpg", photo(1).exif(dated(12)));
    desk.survey();
    let ann = desk.ann();
    let refused = ann.0.decide_group(&old).unwrap_err().to_string();
    assert!(refused.starts_with("there is no group "), "other contents are another group: {refused}");
}
