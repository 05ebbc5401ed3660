//! Dates in doubt as a person looks at them: lists, neighbours, suggestions, and runs that are decided whole.

use lightproof_darkroom::exif::Exif;
use lightproof_engine::review::{
    Looking,
    anomalies::{
        AnomalyFilter,
        body::Order,
        index::{AnomalyState, Worth},
        photo::PhotoView,
    },
    deciding::NotDecided,
    standing::GroupState,
};
use lightproof_model::{
    anomaly::AnomalyKind,
    asset::AssetId,
    decision::{AnomalyVerb, Verb},
};
use lightproof_testkit::library::Library;

use crate::desk::{Desk, Sitting, dated, photo};

fn d50(taken: &str) -> Exif {
    Exif::camera("NIKON CORPORATION", "NIKON D50").taken(taken).fields(20)
}

fn x100(taken: &str) -> Exif {
    Exif::camera("FUJIFILM", "FinePix X100").taken(taken).fields(20)
}

/// A D50 whose clock began anew between two numbers, an X100 that is eight years behind, and a camera that nobody doubts.
fn two_holidays() -> Library {
    let mut library = Library::with("phone.jpg", photo(90).exif(dated(20)));
    for (number, exif) in [
        (410, d50("2009:07:17 18:53:41")),
        (411, d50("2009:07:17 19:12:05")),
        (412, d50("2005:01:01 00:01:15")),
        (413, d50("2005:01:01 00:30:52")),
        (414, d50("2005:01:01 03:56:20")),
        (415, d50("2009:07:19 09:00:00")),
    ] {
        library = library.and(format!("brittany/DSC_{number:04}.JPG"), photo(number).exif(exif));
    }
    for (number, exif) in
        [(2101, x100("2011:05:11 09:03:21")), (2102, x100("2011:05:11 12:53:44")), (2103, x100("2011:05:11 19:30:02"))]
    {
        let path = format!("lisbon/DSCF{number}.JPG");
        library = library.and(&path, photo(number).exif(exif));
        library.set_changed(&path, 1_557_862_000); // 2019-05-14
    }
    library
}

fn of_kind(kind: AnomalyKind) -> AnomalyFilter {
    AnomalyFilter { kinds: vec![kind], ..AnomalyFilter::default() }
}

fn photos(looking: &Looking, filter: &AnomalyFilter) -> Vec<PhotoView> {
    let list = looking.anomalous(filter, 0, 1000).unwrap();
    looking.anomalous_photos(&list.lines).unwrap()
}

fn named(looking: &Looking, name: &str) -> PhotoView {
    let found = photos(looking, &AnomalyFilter { text: Some(name.to_owned()), ..AnomalyFilter::default() });
    assert_eq!(found.len(), 1, "{name}");
    found.into_iter().next().unwrap()
}

fn verb(text: &str) -> AnomalyVerb {
    text.parse().unwrap()
}

fn say(sitting: &Sitting, name: &str, said: &str) {
    let photo = named(sitting.0.looking(), name);
    sitting.0.decide_anomalies(&photo.words(verb(said))).unwrap();
}

#[test]
fn bodies_come_with_their_kinds_and_states_and_sums_agree() {
    let desk = Desk::with(two_holidays());
    let ann = desk.ann();
    let looking = ann.0.looking();
    let bodies = looking.anomalous_bodies(&AnomalyFilter::default()).unwrap();
    let told: Vec<_> = bodies.iter().map(|b| (b.name(), b.photos, b.open_photos)).collect();
    assert_eq!(told, [("NIKON D50".to_owned(), 6, 6), ("FUJIFILM FinePix X100".to_owned(), 3, 3)]);
    let kinds = looking.anomaly_kinds().unwrap();
    let all: u64 = kinds.iter().flat_map(|line| line.states).sum();
    assert_eq!(all, bodies.iter().flat_map(|b| b.states()).sum::<u64>());
    assert_eq!(all as usize, looking.anomalous(&AnomalyFilter::default(), 0, 0).unwrap().anomalies);
    for line in &kinds {
        let filter = AnomalyFilter { camera: Some(line.camera.clone()), ..of_kind(line.kind) };
        assert_eq!(looking.anomalous(&filter, 0, 0).unwrap().photos as u64, line.states.iter().sum::<u64>(), "{line:?}");
    }
}

#[test]
fn lists_are_paged_without_gap_or_overlap_and_in_the_order_of_next() {
    let desk = Desk::with(two_holidays());
    let ann = desk.ann();
    let looking = ann.0.looking();
    let all = looking.anomalous(&AnomalyFilter::default(), 0, 100).unwrap();
    let mut paged = Vec::new();
    for offset in (0..all.photos).step_by(2) {
        paged.extend(looking.anomalous(&AnomalyFilter::default(), offset, 2).unwrap().lines);
    }
    assert_eq!(paged, all.lines);
    let mut walked = Vec::new();
    let mut at: Option<AssetId> = None;
    for _ in 0..all.photos {
        at = looking.next_anomaly(&AnomalyFilter::default(), at.as_ref()).unwrap();
        walked.extend(at.clone());
    }
    assert_eq!(walked, all.lines.iter().map(|line| line.asset.clone()).collect::<Vec<_>>());
}

#[test]
fn a_reset_clock_is_shown_between_the_shots_that_its_numbers_lie_between() {
    let desk = Desk::with(two_holidays());
    let ann = desk.ann();
    for (middle, name) in [(true, "DSC_0413"), (false, "DSC_0412")] {
        let [before, after] = named(ann.0.looking(), name).neighbours.map(Option::unwrap);
        assert_eq!(
            (before.name.as_slice(), after.name.as_slice()),
            (&b"DSC_0411.JPG"[..], &b"DSC_0415.JPG"[..]),
            "{name} {middle}"
        );
        assert_eq!((before.order, before.worth), (Order::Number, Worth::NotReviewed));
        assert_eq!(before.at.to_string(), "2009-07-17T19:12:05");
    }
    say(&ann, "DSC_0411", "leave");
    say(&ann, "DSC_0412", "shift +143251200");
    let [before, _] = named(ann.0.looking(), "DSC_0413").neighbours.map(Option::unwrap);
    assert_eq!((before.name.as_slice(), before.worth), (&b"DSC_0412.JPG"[..], Worth::Decided));
    assert_eq!(before.at.to_string(), "2009-07-17T00:01:15", "the date that was decided, not the recorded one");
}

#[test]
fn a_run_is_decided_whole_with_one_word_for_each_photograph() {
    let desk = Desk::with(two_holidays());
    let ann = desk.ann();
    let looking = ann.0.looking();
    let body =
        looking.anomalous_bodies(&AnomalyFilter { camera: Some("FUJIFILM FinePix X100".into()), ..Default::default() }).unwrap();
    let view = looking.body(&body[0].id).unwrap().unwrap();
    assert_eq!(view.shots.len(), 3);
    assert_eq!(view.runs.len(), 1, "{:?}", view.runs);
    let run = looking.anomaly_run(&view.runs[0].run).unwrap().unwrap();
    assert_eq!((run.photos.len(), run.open()), (3, 3));
    let suggested = run.suggested.clone().expect("one shift for all");
    assert_eq!(suggested.at.unwrap().year(), 2019);
    let keys = ann.0.decide_run(&run.run, &run.shown, suggested.verb).unwrap();
    assert_eq!(keys.len(), run.photos.iter().map(|photo| photo.anomalies.len()).sum::<usize>());
    let now = looking.anomaly_run(&run.run).unwrap().unwrap();
    assert_eq!(now.open(), 0);
    assert!(now.photos.iter().all(|photo| photo.anomalies.iter().all(|a| a.verb == Some(suggested.verb))));
    for key in keys {
        ann.0.take_back(key).unwrap();
    }
    assert_eq!(looking.anomaly_run(&run.run).unwrap().unwrap().shown, run.shown, "as it was");
}

#[test]
fn a_run_that_is_not_what_was_shown_is_not_decided_at_all() {
    let desk = Desk::with(two_holidays());
    let (ann, bob) = (desk.ann(), desk.reviewer("Bob"));
    let run = named(ann.0.looking(), "DSCF2102").anomalies[0].found.run.clone().unwrap();
    let shown = ann.0.looking().anomaly_run(&run).unwrap().unwrap().shown;
    say(&bob, "DSCF2102", "leave");
    assert!(matches!(ann.0.decide_run(&run, &shown, verb("shift +5")), Err(NotDecided::Changed(_))));
    let now = ann.0.looking().anomaly_run(&run).unwrap().unwrap();
    assert_eq!(now.open(), 2);
    ann.0.decide_run(&run, &now.shown, verb("shift +5")).unwrap();
    let kept = named(ann.0.looking(), "DSCF2102");
    assert!(kept.anomalies.iter().all(|a| a.verb == Some(verb("leave"))), "what Bob decided stays");
    assert_eq!(kept.decisions[0].reviewer, "Bob");
}

#[test]
fn states_follow_what_is_decided_taken_back_and_decided_by_others() {
    let desk = Desk::with(two_holidays());
    let (ann, bob) = (desk.ann(), desk.reviewer("Bob"));
    let count = |sitting: &Sitting, state| {
        let filter = AnomalyFilter { states: vec![state], ..AnomalyFilter::default() };
        sitting.0.looking().anomalous(&filter, 0, 0).unwrap().photos
    };
    assert_eq!(count(&ann, AnomalyState::Open), 9);
    say(&ann, "DSC_0410", "leave");
    say(&ann, "DSC_0411", "later");
    for sitting in [&ann, &bob, &desk.reviewer("Eve")] {
        let counts = AnomalyState::ALL.map(|state| count(sitting, state));
        assert_eq!(counts, [7, 0, 1, 1]);
    }
    let decided = named(ann.0.looking(), "DSC_0410").decisions[0].key;
    ann.0.take_back(decided).unwrap();
    assert_eq!(count(&bob, AnomalyState::Open), 8);
}

#[test]
fn a_date_that_is_decided_on_other_bytes_is_shown_as_changed() {
    let desk = Desk::with(two_holidays());
    say(&desk.ann(), "DSC_0410", "leave");
    desk.library.put("brittany/DSC_0410.JPG", photo(410).exif(d50("2009:07:17 18:53:42")));
    desk.survey();
    let ann = desk.ann();
    let filter = AnomalyFilter { states: vec![AnomalyState::Changed], ..AnomalyFilter::default() };
    let found = photos(ann.0.looking(), &filter);
    assert_eq!(found.len(), 1);
    assert!(found[0].is_open() && !found[0].anomalies[0].changes.is_empty());
    ann.0.decide_anomalies(&found[0].words(verb("leave"))).unwrap();
    assert_eq!(ann.0.looking().anomalous(&filter, 0, 0).unwrap().photos, 0);
}

#[test]
fn a_blocked_group_is_found_from_its_photograph_and_ranked_after_leave() {
    let copy = |fields: u32| photo(7).exif(d50("2009:07:17 18:20:10").fields(fields));
    let desk = Desk::with(Library::with("DSC_0001.JPG", copy(20)).and("copy/DSC_0001.JPG", copy(10)));
    let ann = desk.ann();
    assert_eq!(ann.state(), GroupState::Blocked);
    for photo in photos(ann.0.looking(), &AnomalyFilter::default()) {
        assert_eq!(photo.groups, [ann.only_group().line.id]);
        ann.0.decide_anomalies(&photo.words(verb("leave"))).unwrap();
    }
    assert_eq!(ann.state(), GroupState::Undecided);
    ann.say(&[("DSC_0001.JPG", Verb::Keep), ("copy/DSC_0001.JPG", Verb::Quarantine)]).unwrap();
}

#[test]
fn a_library_without_findings_has_empty_lists() {
    let desk = Desk::with(Library::with("a.jpg", photo(1).exif(dated(20))));
    let ann = desk.ann();
    let looking = ann.0.looking();
    assert_eq!(looking.anomalous(&AnomalyFilter::default(), 0, 10).unwrap(), Default::default());
    assert!(looking.anomalous_bodies(&AnomalyFilter::default()).unwrap().is_empty());
    assert!(looking.anomaly_kinds().unwrap().is_empty());
    assert_eq!(looking.next_anomaly(&AnomalyFilter::default(), None).unwrap(), None);
    assert!(looking.body("no-camera").unwrap().is_none());
    assert!(looking.anomaly_run("run-x").unwrap().is_none());
}
