//! Many groups at once: exactly those that are listed, after their number was typed, or none.

use lightproof_testkit::library::{Library, photo_of};

use crate::visit::Visit;

/// Three groups with one copy in each of two folders, and one with a third copy elsewhere, which is not meant.
fn two_folders() -> Library {
    let library = (1..=4).fold(Library::empty(), |library, seed| {
        library.and(format!("camera/{seed}.jpg"), photo_of(seed)).and(format!("backup/{seed}.jpg"), photo_of(seed))
    });
    library.and("elsewhere/4.jpg", photo_of(4))
}

/// Asks for the groups of the two folders.
fn list(visit: &Visit) {
    visit.open("/bulk");
    assert_eq!(visit.browser.text("select[name=keep-source]"), visit.browser.text("select[name=aside-source]"));
    let choose = "for (const s of document.querySelectorAll('select[name$=source]')) s.selectedIndex = 1";
    visit.browser.script(choose, &[]);
    visit.browser.type_into("input[name=keep-folder]", "camera");
    visit.browser.type_into("input[name=aside-folder]", "backup");
    visit.browser.leads_on(|b| b.click("form.filters button.main"));
}

/// Types a number and sends it.
fn type_number(visit: &Visit, number: &str) {
    visit.browser.type_into("#number", number);
    visit.browser.leads_on(|b| b.click("form.confirm button[type=submit]"));
}

#[test]
fn listed_groups_are_decided_once_their_number_is_typed() {
    let Some(visit) = Visit::to(two_folders()) else { return };
    list(&visit);
    let listed = visit.browser.texts("table.rows tbody tr");
    assert_eq!(listed.len(), 3, "{listed:?}");
    for (seed, row) in (1..=3).map(|seed| (seed, listed.join("\n"))) {
        assert!(row.contains(&format!("camera/{seed}.jpg")) && row.contains(&format!("backup/{seed}.jpg")), "{row}");
    }
    assert!(!visit.said().contains("4.jpg"), "a group with a member elsewhere is not meant: {}", visit.said());
    assert_eq!(visit.browser.attribute("#number", "value").as_deref().unwrap_or_default(), "", "a person types it");
    visit.browser.keep_screenshot("bulk-1280-light");

    for wrong in ["2", "4", "30"] {
        type_number(&visit, wrong);
        assert!(visit.browser.text("[role=alert]").starts_with("Nothing was recorded"), "{wrong}: {}", visit.said());
        assert_eq!(visit.decisions().len(), 0, "{wrong}");
    }
    type_number(&visit, "3");
    assert!(visit.said().contains("3 decisions recorded"), "{}", visit.said());
    let decisions = visit.decisions();
    assert_eq!(decisions.len(), 3, "{decisions:?}");
    visit.open_group_of("camera/2.jpg");
    assert_eq!(visit.state(), "decided");
    let said = visit.browser.texts(".member");
    let of = |path: &str| said.iter().find(|s| s.contains(path)).cloned().unwrap_or_default();
    assert!(of("camera/2.jpg").contains("keep") && of("backup/2.jpg").contains("quarantine"), "{said:?}");
    visit.open_group_of("elsewhere/4.jpg");
    assert_eq!(visit.state(), "undecided");
    // A number that is wrong is answered by a status of its own, which the console tells.
    visit.all_was_quiet_but(|said| said.source == "network" && said.text.contains("422"));
}

#[test]
fn a_list_that_changed_in_between_is_refused_whatever_number_is_typed() {
    let Some(visit) = Visit::to(two_folders()) else { return };
    list(&visit);
    let here = visit.browser.tab();
    visit.browser.new_tab();
    visit.open_group_of("camera/1.jpg");
    visit.press_on(&["l"]);
    visit.open_group_of("camera/2.jpg");
    visit.press_on(&["a"]);
    let before = visit.decisions().len();

    visit.browser.show(&here);
    type_number(&visit, "3");
    assert!(visit.browser.text("[role=alert]").starts_with("Nothing was recorded"), "{}", visit.said());
    assert_eq!(visit.decisions().len(), before);
    assert!(!visit.said().contains("camera/2.jpg"), "the list is shown as it is now: {}", visit.said());
}
