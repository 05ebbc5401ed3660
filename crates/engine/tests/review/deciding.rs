//! What can be decided, by whom, and in which order.

use lightproof_engine::review::{
    deciding::{GroupWord, NotDecided},
    groups::GroupFilter,
    standing::GroupState,
};
use lightproof_model::decision::Verb::{Keep, Later, NotDuplicates, Quarantine};
use lightproof_testkit::library::Library;

use crate::desk::{Desk, dated, photo, two_copies};

#[test]
fn nothing_is_preselected_and_what_is_said_is_remembered() {
    let desk = Desk::with(two_copies());
    let ann = desk.ann();
    let group = ann.only_group();
    assert_eq!(group.line.state, GroupState::Undecided);
    assert!(group.members.iter().all(|m| m.verb.is_none()), "a ranking is evidence, not a preselection");
    assert_eq!(group.members[0].rank, Some(1));
    ann.say(&[("a.jpg", Keep), ("copy/a.jpg", Quarantine)]).unwrap();
    drop(ann);
    let bob = desk.reviewer("Bob");
    assert_eq!(bob.state(), GroupState::Decided);
    assert_eq!((bob.verb("a.jpg"), bob.verb("copy/a.jpg")), (Some(Keep), Some(Quarantine)));
    let decision = bob.only_group().decision.unwrap();
    assert_eq!((decision.reviewer.as_str(), decision.face.as_str(), decision.seen), ("Ann", "page", bob.only_group().line.seen));
}

#[test]
fn states_of_a_group() {
    let desk = Desk::with(two_copies());
    let ann = desk.ann();
    for (said, state) in [
        (&[("a.jpg", Keep)][..], GroupState::Partly),
        (&[("a.jpg", Later), ("copy/a.jpg", Later)], GroupState::Later),
        (&[("a.jpg", NotDuplicates), ("copy/a.jpg", NotDuplicates)], GroupState::NotDuplicates),
        (&[("a.jpg", Keep), ("copy/a.jpg", Keep)], GroupState::Decided),
    ] {
        ann.say(said).unwrap();
        assert_eq!(ann.state(), state, "{said:?}");
    }
}

#[test]
fn the_same_words_twice_are_one_decision() {
    let desk = Desk::with(two_copies());
    let ann = desk.ann();
    let word = ann.word(&ann.only_group(), &[("a.jpg", Keep), ("copy/a.jpg", Quarantine)]);
    let first = ann.0.decide_group(&word).unwrap();
    assert_eq!(ann.0.decide_group(&word).unwrap(), first, "a form that was sent twice");
}

#[test]
fn two_people_who_look_at_once_cannot_overwrite_each_other_in_silence() {
    let desk = Desk::with(two_copies());
    let (ann, bob) = (desk.ann(), desk.reviewer("Bob"));
    let (of_ann, of_bob) = (ann.only_group(), bob.only_group());
    ann.0.decide_group(&ann.word(&of_ann, &[("a.jpg", Keep), ("copy/a.jpg", Quarantine)])).unwrap();
    let word = bob.word(&of_bob, &[("a.jpg", Quarantine), ("copy/a.jpg", Keep)]);
    let refused = bob.0.decide_group(&word).unwrap_err();
    assert_eq!(refused.to_string(), "Ann decided otherwise in the meantime (keep a.jpg, quarantine copy/a.jpg)");
    assert_eq!(bob.verb("a.jpg"), Some(Keep), "and Bob's page knows of it now");
    bob.say(&[("a.jpg", Quarantine), ("copy/a.jpg", Keep)]).unwrap();
    assert_eq!(ann.verb("a.jpg"), Some(Quarantine), "who saw it may decide otherwise, and Ann's page shows that");
}

#[test]
fn what_another_decides_elsewhere_is_never_overlooked() {
    let library = two_copies().and("b.jpg", photo(2).exif(dated(20))).and("copy/b.jpg", photo(2).exif(dated(8)));
    let desk = Desk::with(library);
    let (ann, bob) = (desk.ann(), desk.reviewer("Bob"));
    let (_, lines) = ann.0.looking().groups(&GroupFilter::default(), 0, 10).unwrap();
    let keep_all = |sitting: &crate::desk::Sitting, at: usize| {
        let group = sitting.0.looking().group(&lines[at].id).unwrap().unwrap();
        let words = group.members.iter().map(|m| (m.asset.id.clone(), Keep)).collect();
        let after = group.decision.map(|d| d.key);
        sitting.0.decide_group(&GroupWord { group: group.line.id, seen: group.line.seen, words, after }).unwrap()
    };
    let of_bob = keep_all(&bob, 1);
    keep_all(&ann, 0);
    let state = |at: usize| ann.0.looking().group(&lines[at].id).unwrap().unwrap().line.state;
    assert_eq!((state(0), state(1)), (GroupState::Decided, GroupState::Decided));
    bob.0.take_back(of_bob).unwrap();
    keep_all(&ann, 0);
    ann.0.looking().refresh().unwrap();
    assert_eq!(state(1), GroupState::Undecided, "and so with what is taken back");
}

#[test]
fn the_last_decision_is_taken_back_and_what_held_before_holds_again() {
    let desk = Desk::with(two_copies());
    let ann = desk.ann();
    ann.say(&[("a.jpg", Keep), ("copy/a.jpg", Keep)]).unwrap();
    ann.say(&[("a.jpg", Keep), ("copy/a.jpg", Quarantine)]).unwrap();
    ann.0.undo_last().unwrap();
    assert_eq!(ann.verb("copy/a.jpg"), Some(Keep));
    ann.0.undo_last().unwrap();
    assert_eq!(ann.state(), GroupState::Undecided);
    assert!(matches!(ann.0.undo_last(), Err(NotDecided::NothingToTakeBack)));
}

#[test]
fn nobody_undoes_the_decisions_of_another_by_chance() {
    let desk = Desk::with(two_copies());
    desk.ann().say(&[("a.jpg", Keep), ("copy/a.jpg", Keep)]).unwrap();
    assert!(matches!(desk.reviewer("Bob").0.undo_last(), Err(NotDecided::NothingToTakeBack)));
}

#[test]
fn a_decision_that_was_taken_back_meanwhile_is_told() {
    let desk = Desk::with(two_copies());
    let (ann, bob) = (desk.ann(), desk.reviewer("Bob"));
    ann.say(&[("a.jpg", Keep), ("copy/a.jpg", Keep)]).unwrap();
    let seen_by_bob = bob.only_group();
    ann.0.undo_last().unwrap();
    let word = bob.word(&seen_by_bob, &[("a.jpg", Keep), ("copy/a.jpg", Quarantine)]);
    assert!(matches!(bob.0.decide_group(&word), Err(NotDecided::Overtaken { by_decision: None, .. })));
}

#[test]
fn several_groups_are_decided_all_or_none() {
    let library = two_copies().and("b.jpg", photo(2).exif(dated(20))).and("copy/b.jpg", photo(2).exif(dated(8)));
    let desk = Desk::with(library);
    let ann = desk.ann();
    let (total, lines) = ann.0.looking().groups(&GroupFilter::default(), 0, 10).unwrap();
    assert_eq!(total, 2);
    let words: Vec<_> = lines
        .iter()
        .map(|line| {
            let group = ann.0.looking().group(&line.id).unwrap().unwrap();
            let paths: Vec<String> = group.members.iter().map(|m| String::from_utf8(m.asset.place.path()).unwrap()).collect();
            ann.word(&group, &[(&paths[0], Keep), (&paths[1], Quarantine)])
        })
        .collect();
    let mut torn = words.clone();
    torn[1].words.values_mut().for_each(|verb| *verb = Quarantine);
    let (at, error) = ann.0.decide_groups(&torn).unwrap_err();
    assert_eq!((at, error.to_string().as_str()), (1, "nothing of a group is set aside without an explicit keep in it"));
    let undecided = GroupFilter { states: vec![GroupState::Undecided], ..GroupFilter::default() };
    assert_eq!(ann.0.looking().groups(&undecided, 0, 10).unwrap().0, 2);
    assert_eq!(ann.0.decide_groups(&words).unwrap().len(), 2);
    assert_eq!(ann.0.looking().groups(&undecided, 0, 10).unwrap().0, 0);
    let progress = ann.0.looking().progress();
    let quarantined: u64 = ["copy/a.jpg", "copy/b.jpg"].iter().map(|path| desk.library.read(path).len() as u64).sum();
    assert_eq!(progress.set_aside, quarantined, "the copies have fewer fields, so they stand second");
}

#[test]
fn the_next_group_is_one_that_waits() {
    let mut library = Library::empty();
    for seed in 1..=3 {
        library = library
            .and(format!("{seed}.jpg"), photo(seed).exif(dated(20)))
            .and(format!("copy/{seed}.jpg"), photo(seed).exif(dated(8)));
    }
    let desk = Desk::with(library);
    let ann = desk.ann();
    let looking = ann.0.looking();
    let (_, lines) = looking.groups(&GroupFilter::default(), 0, 10).unwrap();
    let any = GroupFilter::default();
    assert_eq!(looking.next(&any, None).unwrap().as_ref(), Some(&lines[0].id));
    assert_eq!(looking.next(&any, Some(&lines[2].id)).unwrap().as_ref(), Some(&lines[0].id), "it begins anew at the end");
    for line in &lines[..2] {
        let group = looking.group(&line.id).unwrap().unwrap();
        let words = group.members.iter().map(|m| (m.asset.id.clone(), Keep)).collect();
        let word = lightproof_engine::review::deciding::GroupWord {
            group: line.id.clone(),
            seen: line.seen.clone(),
            words,
            after: None,
        };
        ann.0.decide_group(&word).unwrap();
    }
    assert_eq!(looking.next(&any, Some(&lines[0].id)).unwrap().as_ref(), Some(&lines[2].id));
    assert_eq!(looking.next(&any, Some(&lines[2].id)).unwrap(), None, "no other waits");
    assert_eq!(looking.beside(&any, &lines[1].id).unwrap(), (Some(lines[0].id.clone()), Some(lines[2].id.clone())));
    let by_name = GroupFilter { text: Some("COPY/2".into()), ..GroupFilter::default() };
    assert_eq!(looking.groups(&by_name, 0, 10).unwrap().0, 1);
    let nowhere = GroupFilter { text: Some("%".into()), ..GroupFilter::default() };
    assert_eq!(looking.groups(&nowhere, 0, 10).unwrap().0, 0, "a percent sign is a percent sign");
}

#[test]
fn fields_are_told_side_by_side_and_those_that_differ_are_marked() {
    let desk = Desk::with(two_copies());
    let ann = desk.ann();
    let group = ann.only_group();
    let rows = ann.0.looking().fields(&group).unwrap();
    let date = rows.iter().find(|row| row.name.ends_with(" DateTimeOriginal")).unwrap();
    assert!(!date.differs && date.counts, "{date:?}");
    let only_in_one = rows.iter().filter(|row| row.differs && row.values.contains(&None)).count();
    let counts: Vec<u32> = group.members.iter().map(|m| m.asset.facts.exif_field_count).collect();
    assert_eq!(only_in_one as u32, counts[0] - counts[1], "the one has all that the other has");
}
