//! The list of decisions: newest first, by filter, taken back one by one.

use crate::{
    desk::{Desk, two_pairs},
    person::{Browser, holds},
    raw::Served,
};

#[test]
fn decisions_are_listed_exported_and_taken_back() {
    let desk = Desk::with(two_pairs());
    let served = Served::of(&desk);
    let ann = Browser::at(&served);
    holds(&ann.get("/decisions"), "No decision is like that.");
    ann.decide(&ann.get(&ann.next()), "do=later");
    ann.decide(&ann.get(&ann.next()), "do=keep");
    let list = ann.get("/decisions");
    holds(&list, "2 decisions");
    holds(&ann.get("/decisions?state=holds&reviewer=Ann&about=group"), "2 decisions");
    holds(&ann.get("/decisions?reviewer=Bob"), "No decision is like that.");
    let csv = ann.get("/decisions.csv");
    assert_eq!(csv.header("content-type"), Some("text/csv; charset=utf-8"));
    assert!(csv.body.contains("later") && csv.body.contains("keep"), "{}", csv.body);

    let back = list.body.split("action=\"").find(|a| a.contains("/take-back")).unwrap().split('"').next().unwrap().to_owned();
    assert_eq!(ann.post(&back, "").status, 303);
    holds(&ann.get("/decisions"), ">taken-back</span>");
    assert_eq!(ann.post(&back, "").status, 422, "once");
    assert_eq!(ann.post("/decisions/99/take-back", "").status, 422);
    assert_eq!(ann.get("/decisions?state=holds").body.matches("/take-back").count(), 1);
}
