//! What a person finds after another survey: what changed is told and comes back, and what did not still holds.

use lightproof_darkroom::exif::Exif;
use lightproof_testkit::library::{Library, photo_of};

use crate::visit::Visit;

fn three_groups() -> Library {
    (1..=3).fold(Library::empty(), |library, seed| {
        library.and(format!("a/{seed}.jpg"), photo_of(seed)).and(format!("b/{seed}.jpg"), photo_of(seed))
    })
}

#[test]
fn groups_that_changed_since_they_were_decided_come_back_with_the_difference() {
    let Some(visit) = Visit::to(three_groups()) else { return };
    for seed in 1..=3 {
        visit.open_group_of(&format!("a/{seed}.jpg"));
        visit.browser.press(&["k", "q", "Enter"]);
        visit.hear("Recorded: ");
    }
    visit.open("/next");
    assert!(visit.group().is_none(), "all are decided: {}", visit.said());

    // One gets a further copy, one is edited, one stays as it is.
    let visit = visit.after_another_survey(|library| {
        library.put("c/1.jpg", photo_of(1));
        library.put("b/2.jpg", photo_of(2).exif(Exif::camera("Canon", "Canon EOS 40D").taken("2009:07:18 10:00:00")));
    });
    visit.open_group_of("a/3.jpg");
    assert_eq!(visit.state(), "decided");
    for (path, difference) in
        [("a/1.jpg", "c/1.jpg was not in this group then"), ("a/2.jpg", "b/2.jpg has other bytes than the reviewer saw")]
    {
        visit.open_group_of(path);
        assert_eq!(visit.state(), "changed since you decided", "{path}");
        let told = visit.browser.texts(".warning .changes li");
        assert!(told.iter().any(|line| line.contains(difference)), "{path}: {told:?}");
        assert!(visit.browser.text(".warning").contains("Decided by"), "who decided is told: {}", visit.said());
        assert_eq!(visit.browser.count("main input:checked"), 0, "nothing is taken over from before");
        visit.browser.keep_screenshot(&format!("changed-{}", path.replace('/', "-")));
    }

    // They wait for a person again, and can be decided again.
    visit.open("/next");
    let first = visit.group().expect("a changed group waits");
    visit.press_on(&["a"]);
    visit.open(&format!("/groups/{first}"));
    assert_eq!(visit.state(), "decided");
    visit.all_was_quiet();
}

#[test]
fn undo_takes_back_the_last_decision_alone_and_brings_back_what_held_before() {
    let Some(visit) = Visit::to(three_groups()) else { return };
    visit.open_group_of("a/1.jpg");
    let first = visit.group().unwrap();
    visit.press_on(&["a"]);
    let second = visit.group().unwrap();
    visit.press_on(&["l"]);
    // The first one anew, otherwise.
    visit.open(&format!("/groups/{first}"));
    visit.press_and_hear(&["k", "q", "Enter"], "Recorded: ");
    visit.open(&format!("/groups/{first}"));
    assert!(visit.said().contains("quarantine"), "{}", visit.said());

    visit.press_and_hear(&["u"], "Taken back: ");
    assert_eq!((visit.group().as_deref(), visit.state().as_str()), (Some(&*first), "decided"));
    assert_eq!(visit.browser.texts(".member dd strong"), ["keep", "keep"], "what held before holds again");
    visit.open(&format!("/groups/{second}"));
    assert_eq!(visit.state(), "later");
    visit.all_was_quiet();
}
