//! Groups on the pages: looked at, decided one at a time, and never in silence over somebody else's word.

use crate::{
    desk::{Desk, pair, pair_of_a_d50, two_pairs},
    person::{Browser, holds, values},
    raw::{Answer, Served},
};

#[test]
fn a_group_is_shown_with_pictures_places_and_the_ranking_and_nothing_is_marked() {
    let desk = Desk::with(pair());
    let served = Served::of(&desk);
    let ann = Browser::at(&served);
    let list = ann.get("/groups");
    holds(&list, "2 assets with the same bytes");
    let page = ann.get(&ann.next());
    assert_eq!(page.status, 200);
    for words in
        ["same-bytes", "copy/a.jpg", "full tie", "/thumbnail", "20 EXIF fields", "value=\"keep\"", "value=\"quarantine\"", "Ann"]
    {
        holds(&page, words);
    }
    for marked in ["checked", "selected"] {
        assert!(!page.body.contains(marked), "{marked} in {}", page.body);
    }
}

#[test]
fn a_decision_is_recorded_leads_to_the_next_group_and_can_be_taken_back() {
    let desk = Desk::with(two_pairs());
    let served = Served::of(&desk);
    let ann = Browser::at(&served);
    let first = ann.next();
    let page = ann.get(&first);
    let members = values(&page.body, "member");
    let decided = ann.decide(&page, &format!("do=record&word%3A{}=keep&word%3A{}=quarantine", members[0], members[1]));
    assert_eq!(decided.status, 303, "{decided:?}");
    let second = decided.header("location").unwrap();
    assert!(!second.starts_with(&first), "the next one: {second}");
    holds(&ann.get(second), "Recorded: ");
    let again = ann.get(&first);
    holds(&again, "Decided by");
    assert!(!again.body.contains("checked"), "what was decided is told in words");

    let last = values(&again.body, "last");
    let overtaken = ann.post("/undo", "last=0");
    assert_eq!(overtaken.header("location"), None, "another window decided since: {overtaken:?}");
    let undone = ann.post("/undo", &format!("last={}", last[0]));
    assert!(undone.header("location").unwrap().starts_with(&first), "{undone:?}");
    holds(&ann.get(undone.header("location").unwrap()), "Taken back: ");
    assert!(!ann.get(&first).body.contains("Decided by"));
}

#[test]
fn a_whole_group_can_be_kept_put_off_or_called_no_duplicates() {
    for (button, state) in [("keep", "decided"), ("later", "later"), ("not-duplicates", "not duplicates")] {
        let desk = Desk::with(pair());
        let served = Served::of(&desk);
        let ann = Browser::at(&served);
        let group = ann.next();
        assert_eq!(ann.decide(&ann.get(&group), &format!("do={button}")).status, 303);
        holds(&ann.get(&group), &format!(">{state}</span>"));
        assert!(ann.next().starts_with("/groups?done=all"));
    }
}

#[test]
fn nothing_is_set_aside_without_a_keep_and_the_marks_stay() {
    let desk = Desk::with(pair());
    let served = Served::of(&desk);
    let ann = Browser::at(&served);
    let page = ann.get(&ann.next());
    let members = values(&page.body, "member");
    let refused = ann.decide(&page, &format!("do=record&word%3A{}=quarantine", members[0]));
    assert_eq!(refused.status, 422);
    holds(&refused, "nothing of a group is set aside without an explicit keep in it");
    assert_eq!(refused.body.matches(" checked").count(), 1, "{}", refused.body);
    assert_eq!(ann.decide(&page, "do=record").status, 422, "nothing marked");
    assert_eq!(ann.decide(&page, "do=quarantine").status, 422, "no button sets a whole group aside");
    assert_eq!(ann.decide(&page, "do=record&word%3Astranger=keep").status, 422, "no member");
    assert!(!ann.get(&ann.next()).body.contains("Decided by"));
}

#[test]
fn two_tabs_cannot_overwrite_each_other() {
    let desk = Desk::with(pair());
    let served = Served::of(&desk);
    let ann = Browser::at(&served);
    let group = ann.next();
    let (one, other) = (ann.get(&group), ann.get(&group));
    assert_eq!(ann.decide(&one, "do=later").status, 303);
    let refused = ann.decide(&other, "do=keep");
    assert_eq!(refused.status, 409);
    holds(&refused, "Ann was faster");
    holds(&ann.get(&group), ">later</span>");
    assert_eq!(ann.decide(&refused, "do=keep").status, 303, "decided again, on what is shown now");
}

#[test]
fn a_form_about_other_evidence_is_refused_with_the_difference() {
    let desk = Desk::with(pair());
    let group;
    let before = {
        let served = Served::of(&desk);
        let ann = Browser::at(&served);
        group = ann.next();
        let page = ann.get(&group);
        ann.decide(&page, "do=later");
        page
    };
    desk.library.put("third/a.jpg", desk.library.read("a.jpg"));
    desk.survey();
    let served = Served::of(&desk);
    let ann = Browser::at(&served);
    let now = ann.next();
    let page = ann.get(&now);
    holds(&page, "Changed since you decided.");
    holds(&page, "third/a.jpg");
    let stale = before.body.replace(&format!("{group}/decide"), &format!("{now}/decide"));
    let refused = ann.decide(&Answer { body: stale, ..before }, "do=keep");
    assert_eq!(refused.status, 409, "{refused:?}");
    holds(&refused, "Nothing was recorded.");
    holds(&refused, "third/a.jpg");
}

#[test]
fn a_group_that_waits_for_an_anomaly_has_no_form_and_leads_there() {
    let desk = Desk::with(pair_of_a_d50());
    let served = Served::of(&desk);
    let ann = Browser::at(&served);
    let list = ann.get("/groups");
    holds(&list, "waits for an anomaly");
    let group = list.body.split("href=\"/groups/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let page = ann.get(&format!("/groups/{group}"));
    holds(&page, "This group cannot be decided yet.");
    holds(&page, "href=\"/anomalies/");
    holds(&page, "no ranking: clock of NIKON D50 not reviewed");
    assert!(!page.body.contains("/decide"), "no form");
    let forced = ann.post(&format!("/groups/{group}/decide"), "do=keep&member=x&seen=x");
    assert!([409, 422].contains(&forced.status), "{forced:?}");
}

#[test]
fn a_list_keeps_to_its_filter_and_so_does_the_way_through_it() {
    let desk = Desk::with(two_pairs());
    let served = Served::of(&desk);
    let ann = Browser::at(&served);
    holds(&ann.get("/groups?text=b.jpg"), "1 group of this filter");
    holds(&ann.get("/groups?basis=series"), "No group is like that.");
    holds(&ann.get("/groups?page=99"), "2 groups");
    let next = ann.get("/next?text=b.jpg");
    let group = next.header("location").unwrap();
    assert!(group.ends_with("?text=b.jpg"), "{group}");
    let decided = ann.decide(&ann.get(group), "do=later");
    assert_eq!(decided.status, 303);
    assert!(ann.get("/next?text=b.jpg").header("location").unwrap().starts_with("/groups?text=b.jpg&done=all"));
    assert!(ann.next().starts_with("/groups/"), "the other group still waits");
}

#[test]
fn what_is_not_there_is_said_to_be_not_there() {
    let desk = Desk::shared();
    let served = Served::of(desk);
    let ann = Browser::at(&served);
    for path in ["/groups/gnone", "/groups/..%2f..", "/groups/%00", "/pictures/anone/thumbnail", "/pictures/anone/full"] {
        assert_eq!(ann.get(path).status, 404, "{path}");
    }
    assert_eq!(ann.post("/groups/gnone/decide", "do=keep&member=x&seen=x").status, 404);
    assert_eq!(ann.post("/undo", "").status, 422, "nothing was decided");
}
