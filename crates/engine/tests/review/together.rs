//! What is decided in one step: it is taken back as a whole or not at all, and others decide while a file is weighed.

use std::{cell::RefCell, path::Path};

use lightproof_engine::{
    DecisionKey,
    review::{
        Face, Looking, Review,
        deciding::{GroupWord, NotDecided},
        groups::{GroupFilter, GroupLine},
        import::{Filled, Wish},
        standing::GroupState,
    },
};
use lightproof_model::decision::{
    Reviewer,
    Verb::{self, Keep, Later},
};

use crate::desk::{Desk, Sitting, dated, photo, two_copies};

fn three_groups() -> Desk {
    let library = two_copies().and("b.jpg", photo(2).exif(dated(20))).and("copy/b.jpg", photo(2).exif(dated(8)));
    Desk::with(library.and("c.jpg", photo(3).exif(dated(20))).and("copy/c.jpg", photo(3).exif(dated(8))))
}

fn lines(sitting: &Sitting) -> Vec<GroupLine> {
    sitting.0.looking().refresh().unwrap();
    sitting.0.looking().groups(&GroupFilter::default(), 0, 10).unwrap().1
}

fn word(sitting: &Sitting, line: &GroupLine, verb: Verb) -> GroupWord {
    let group = sitting.0.looking().group(&line.id).unwrap().unwrap();
    let words = group.members.iter().map(|m| (m.asset.id.clone(), verb)).collect();
    GroupWord { group: line.id.clone(), seen: line.seen.clone(), words, after: group.decision.map(|d| d.key) }
}

fn states(sitting: &Sitting) -> Vec<GroupState> {
    lines(sitting).iter().map(|line| line.state).collect()
}

#[test]
fn what_was_decided_together_is_undone_together_and_what_was_before_is_not() {
    let desk = three_groups();
    let ann = desk.ann();
    let all = lines(&ann);
    ann.0.decide_group(&word(&ann, &all[2], Keep)).unwrap();
    let keys = ann.0.decide_groups(&[word(&ann, &all[0], Keep), word(&ann, &all[1], Keep)]).unwrap();
    let last = ann.0.looking().last_step_of("Ann").unwrap().unwrap();
    assert_eq!((last.key, last.count, last.is_import), (keys[1], 2, false), "the page can say how many");
    assert!(matches!(ann.0.undo(keys[0]), Err(NotDecided::Overtaken { .. })), "another was shown as the last");
    assert_eq!(ann.0.undo(keys[1]).unwrap(), keys);
    assert_eq!(states(&ann), [GroupState::Undecided, GroupState::Undecided, GroupState::Decided]);
    assert_eq!(ann.0.undo_last().unwrap().len(), 1);
    assert_eq!(states(&ann), [GroupState::Undecided; 3]);
}

#[test]
fn of_a_step_nothing_is_taken_back_where_one_was_replaced_and_that_one_is_told() {
    let desk = three_groups();
    let (ann, bob) = (desk.ann(), desk.reviewer("Bob"));
    let all = lines(&ann);
    let keys = ann.0.decide_groups(&[word(&ann, &all[0], Keep), word(&ann, &all[1], Keep)]).unwrap();
    bob.0.looking().refresh().unwrap();
    let of_bob = bob.0.decide_group(&word(&bob, &all[0], Later)).unwrap();
    let refused = ann.0.undo(keys[1]).unwrap_err();
    let told =
        format!("nothing of the 2 is taken back, since one of them was replaced: d{} by d{} of Bob (", keys[0].0, of_bob.0);
    assert!(refused.to_string().starts_with(&told), "{refused}");
    assert_eq!(states(&ann), [GroupState::Later, GroupState::Decided, GroupState::Undecided]);
    ann.0.take_back(keys[1]).unwrap();
    bob.0.take_back(of_bob).unwrap();
    assert_eq!(ann.0.undo_last().unwrap(), keys[..1], "what was taken back before stays so");
}

/// The rows of a file that keeps all of these groups.
fn file(sitting: &Sitting, lines: &[GroupLine]) -> Filled {
    let mut csv = "source,asset_id,group,seen,decision\n".to_owned();
    for line in lines {
        for member in sitting.0.looking().group(&line.id).unwrap().unwrap().members {
            csv += &format!("{},{},{},{},keep\n", member.asset.place.source, member.asset.id, line.id, line.seen);
        }
    }
    let mut filled = Filled::new(false);
    filled.read_from(Path::new("duplicate_groups.csv"), csv.as_bytes()).unwrap();
    filled
}

#[test]
fn what_came_from_a_file_is_taken_back_as_a_whole_but_not_by_a_click() {
    let desk = three_groups();
    let looking = Looking::open(&desk.ledger()).unwrap();
    let ann = Sitting(Review::by(looking, Reviewer::new("Ann").unwrap(), Face::Csv, || 1_795_435_200_000));
    let imported = ann.0.import(file(&ann, &lines(&ann)), Wish::default()).unwrap();
    assert!(imported.written && imported.groups == 3, "{imported:?}");
    let on_the_page = desk.ann();
    let last = on_the_page.0.looking().last_step_of("Ann").unwrap().unwrap();
    let refused = on_the_page.0.undo(last.key).unwrap_err();
    assert!(matches!(refused, NotDecided::FromFile { count: 3, first: DecisionKey(1) }), "{refused:?}");
    assert!(refused.hint().contains("--take-back-all d1"), "{}", refused.hint());
    assert_eq!(states(&on_the_page), [GroupState::Decided; 3]);
    assert_eq!(on_the_page.0.take_back_step(DecisionKey(2)).unwrap().len(), 3);
    assert_eq!(states(&on_the_page), [GroupState::Undecided; 3]);
}

type Meanwhile = Box<dyn FnMut()>;

thread_local! {
    /// What another does whenever the clock is looked at.
    static MEANWHILE: RefCell<Option<Meanwhile>> = const { RefCell::new(None) };
}

#[test]
fn a_file_is_taken_however_often_others_decide_meanwhile_and_is_judged_by_what_they_said() {
    let desk = three_groups();
    let (bob, all) = (desk.reviewer("Bob"), lines(&desk.ann()));
    let looking = Looking::open(&desk.ledger()).unwrap();
    let clock = || {
        MEANWHILE.with_borrow_mut(|meanwhile| meanwhile.iter_mut().for_each(|does| does()));
        1_795_435_200_000
    };
    let ann = Sitting(Review::by(looking, Reviewer::new("Ann").unwrap(), Face::Csv, clock));
    let (two, three) = (file(&ann, &all[..2]), file(&ann, &all));
    let third = all[2].clone();
    MEANWHILE.set(Some(Box::new(move || {
        bob.0.looking().refresh().unwrap();
        let verb = if states(&bob)[2] == GroupState::Later { Keep } else { Later };
        bob.0.decide_group(&word(&bob, &third, verb)).unwrap();
    })));
    let taken = ann.0.import(two, Wish::default()).unwrap();
    let refused = ann.0.import(three, Wish::default()).unwrap();
    MEANWHILE.set(None);
    assert!(taken.written && taken.sums.accepted == 4, "{taken:?}");
    assert!(refused.sums.already >= 4, "{refused:?}");
    assert_eq!(states(&ann)[..2], [GroupState::Decided; 2]);
}
