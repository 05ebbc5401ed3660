//! The whole loop: open the pages, walk the groups by keyboard, decide, come back later, take back, export.

use std::collections::BTreeSet;

use crate::visit::{REVIEWER, Visit};

/// The groups that wait for a person, out of the CSV: duplicates with a ranking.
fn waiting(visit: &Visit) -> BTreeSet<String> {
    let groups = visit.house.groups();
    let blocked: BTreeSet<&str> = groups.rows.iter().filter(|r| r["rank"].is_empty()).map(|r| &r["group"]).collect();
    groups.rows.iter().map(|r| &r["group"]).filter(|g| !blocked.contains(g)).map(str::to_owned).collect()
}

/// Walks by `n` from the first waiting group until it comes round: all that were shown, in order.
fn walked(visit: &Visit) -> Vec<String> {
    visit.open("/next");
    let first = visit.group().unwrap();
    let mut seen = vec![first.clone()];
    loop {
        assert_eq!(visit.browser.count("main input:checked"), 0, "nothing is marked before a person marks it");
        visit.press_on(&["n"]);
        let group = visit.group().unwrap();
        if group == first {
            return seen;
        }
        assert!(!seen.contains(&group), "{group} came twice before all had come once");
        seen.push(group);
    }
}

#[test]
fn a_person_walks_all_waiting_groups_of_the_demo_by_keyboard_decides_and_finds_it_again() {
    let Some(visit) = Visit::to_the_demo() else { return };
    let all = walked(&visit);
    assert_eq!(all.iter().cloned().collect::<BTreeSet<_>>(), waiting(&visit));

    // The first two members of the first group: one is kept, the other set aside.
    let group = visit.group().unwrap();
    visit.press_on(&["k", "q", "Enter"]);
    assert!(visit.message().starts_with("Recorded: keep "), "{}", visit.message());
    assert_eq!(visit.group().as_ref(), all.get(1), "the next waiting group follows");

    visit.open(&format!("/groups/{group}"));
    assert_eq!(visit.state(), "decided");
    visit.browser.reload();
    let said = visit.said();
    assert!(said.contains(&format!("Decided by {REVIEWER}")) && visit.state() == "decided", "{said}");
    assert_eq!(visit.browser.texts(".member dd strong").iter().filter(|t| ["keep", "quarantine"].contains(&&***t)).count(), 2);

    // Another group later, and that is taken back.
    visit.open(&format!("/groups/{}", all[2]));
    visit.press_on(&["l"]);
    visit.press_and_hear(&["u"], "Taken back: later");
    assert_eq!((visit.group().as_ref(), visit.state()), (all.get(2), "undecided".to_owned()));
    let after = walked(&visit);
    assert_eq!(after.len(), all.len() - 1, "what is decided does not come again");
    visit.all_was_quiet();
}

#[test]
fn decisions_made_on_the_pages_are_exported_with_reviewer_time_and_evidence() {
    let Some(visit) = Visit::to_the_demo() else { return };
    visit.open("/next");
    let group = visit.group().unwrap();
    visit.press_on(&["k", "q", "Enter"]);
    let decisions = visit.decisions();
    assert_eq!(decisions.len(), 1, "{decisions:?}");
    let told = decisions[0].to_string();
    let seen = visit.house.groups().rows.iter().find(|r| r["group"] == *group).map(|r| r["seen"].to_owned()).unwrap();
    assert!(told.contains(REVIEWER) && told.contains(&group) && told.contains(&seen), "{told}");
}

#[test]
fn groups_of_real_photographs_are_walked_and_decided_with_their_pictures_in_view() {
    let Some(visit) = Visit::to_the_corpus("near-dup") else { return };
    visit.open("/next");
    for _ in 0..12 {
        // Those too that lie below the window.
        visit.browser.wait_until("[...document.querySelectorAll('.member img')].every(i => i.complete)");
        let shown = "return [...document.querySelectorAll('.member img')].map(i => i.naturalWidth)";
        let widths = visit.browser.script(shown, &[]);
        let widths: Vec<u64> = widths.as_array().unwrap().iter().map(|w| w.as_u64().unwrap()).collect();
        assert!(widths.len() >= 2 && widths.iter().all(|w| *w > 0), "{widths:?} at {}", visit.browser.url());
        visit.press_on(&["a"]);
        assert!(visit.message().starts_with("Recorded: keep"), "{}", visit.message());
    }
    visit.all_was_quiet();
}
