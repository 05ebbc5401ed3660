//! Many groups at once: exactly those that were listed and counted, or none.

use crate::{
    desk::{Desk, two_pairs},
    person::{Browser, holds, values},
    raw::Served,
};

/// The question for the copies in `copy` of the only source.
fn asked(ann: &Browser<'_>, kept: &str, aside: &str) -> String {
    let page = ann.get("/bulk");
    let source =
        page.body.split("<option value=\"").skip(1).find(|o| !o.starts_with('"')).unwrap().split('"').next().unwrap().to_owned();
    format!("basis=same-bytes&keep-source={source}&keep-folder={kept}&aside-source={source}&aside-folder={aside}")
}

#[test]
fn groups_of_two_places_are_listed_counted_and_decided_one_by_one() {
    let desk = Desk::with(two_pairs().and("copy/kept/c.jpg", lightproof_testkit::library::photo_of(3)));
    desk.library.rename("a.jpg", "first/a.jpg");
    desk.library.rename("b.jpg", "first/b.jpg");
    desk.survey();
    let served = Served::of(&desk);
    let ann = Browser::at(&served);
    let asked = asked(&ann, "first", "copy");
    let list = ann.get(&format!("/bulk?{asked}"));
    for path in ["2 groups", "first/a.jpg", "copy/a.jpg", "first/b.jpg", "copy/b.jpg"] {
        holds(&list, path);
    }
    let digest = values(&list.body, "digest")[0].clone();
    let send = |number: &str, digest: &str| ann.post("/bulk", &format!("{asked}&number={number}&digest={digest}")).status;
    assert_eq!(send("3", &digest), 422, "another number");
    assert_eq!(send("", &digest), 422, "no number");
    assert_eq!(send("2", &"0".repeat(40)), 422, "another list");
    assert!(ann.next().starts_with("/groups/g"), "nothing was decided");
    assert_eq!(send("2", &digest), 200);
    assert!(ann.next().starts_with("/groups?done=all"));
    holds(&ann.get("/decisions"), "2 decisions");
    assert_eq!(send("2", &digest), 422, "once");
}

#[test]
fn a_list_that_changed_since_it_was_shown_is_refused() {
    let desk = Desk::with(two_pairs());
    desk.library.rename("a.jpg", "first/a.jpg");
    desk.library.rename("b.jpg", "first/b.jpg");
    desk.survey();
    let served = Served::of(&desk);
    let ann = Browser::at(&served);
    let asked = asked(&ann, "first", "copy");
    let digest = values(&ann.get(&format!("/bulk?{asked}")).body, "digest")[0].clone();
    ann.decide(&ann.get(&ann.next()), "do=later");
    for number in ["1", "2"] {
        assert_eq!(ann.post("/bulk", &format!("{asked}&number={number}&digest={digest}")).status, 422);
    }
    holds(&ann.get("/decisions"), "1 decision,");
}

#[test]
fn places_that_overlap_and_groups_with_a_member_elsewhere_are_not_meant() {
    let desk = Desk::with(two_pairs());
    let served = Served::of(&desk);
    let ann = Browser::at(&served);
    let within = ann.get(&format!("/bulk?{}", asked(&ann, "", "copy")));
    assert_eq!(within.status, 422);
    holds(&within, "lies within the other");
    holds(&ann.get(&format!("/bulk?{}", asked(&ann, "nowhere", "copy"))), "No undecided group");
    assert_eq!(ann.post("/bulk", "number=1&digest=x").status, 422, "no places");
    let looks = asked(&ann, "first", "copy").replace("same-bytes", "looks-alike");
    assert_eq!(ann.get(&format!("/bulk?{looks}")).status, 422, "decided one by one");
}
