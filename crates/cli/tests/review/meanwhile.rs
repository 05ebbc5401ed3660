//! What happens meanwhile: another tab, a spreadsheet, a power cut. Nothing is overwritten in silence, and nothing is lost.

use lightproof_testkit::library::{Library, photo, photo_of};

use crate::{house::Table, visit::Visit};

/// Two groups of two.
fn two_groups() -> Library {
    let library = Library::with("a/one.jpg", photo()).and("b/one.jpg", photo());
    library.and("a/two.jpg", photo_of(2)).and("b/two.jpg", photo_of(2))
}

#[test]
fn two_tabs_cannot_overwrite_each_other_in_silence() {
    let Some(visit) = Visit::to(two_groups()) else { return };
    visit.open_group_of("one.jpg");
    let (here, group) = (visit.browser.tab(), visit.group().unwrap());
    visit.browser.new_tab();
    visit.open(&format!("/groups/{group}"));
    visit.press_on(&["a"]);

    visit.browser.show(&here);
    visit.browser.press(&["k", "q", "Enter"]);
    visit.browser.wait_for("[role=alert]");
    let alert = visit.browser.text("[role=alert]");
    assert!(alert.starts_with("Nothing was recorded.") && alert.contains("keep"), "{alert}");
    assert_eq!(visit.state(), "decided", "the group is shown as it is now");
    assert_eq!(visit.decisions().len(), 1);

    // Whoever has now seen the other's decision may decide otherwise.
    visit.browser.press(&["k", "q", "Enter"]);
    visit.hear("Recorded: ");
    assert_eq!(visit.decisions().len(), 2);
}

#[test]
fn a_tab_and_a_spreadsheet_cannot_overwrite_each_other_in_silence() {
    let Some(visit) = Visit::to(two_groups()) else { return };
    let early = filled(visit.house.groups(), "one.jpg", "quarantine");
    visit.open_group_of("one.jpg");
    visit.press_on(&["a"]);

    // The sheet was written before the page decided.
    let refused = visit.house.run(["decide", "--from", &early.write(&visit), "--reviewer", "Ben"]);
    assert_ne!(refused.code, Some(0), "{}", refused.stdout);
    assert_eq!(visit.decisions().len(), 1);

    // And the other way round: the page was opened before the sheet decided.
    visit.open_group_of("two.jpg");
    let other = filled(visit.house.groups(), "two.jpg", "quarantine").write(&visit);
    let _ = visit.house.run(["decide", "--from", &other, "--reviewer", "Ben"]).went_well();
    visit.browser.press(&["a"]);
    visit.browser.wait_for("[role=alert]");
    let alert = visit.browser.text("[role=alert]");
    assert!(alert.contains("Ben") && alert.starts_with("Nothing was recorded."), "{alert}");
    assert_eq!(visit.decisions().len(), 2);
}

#[test]
fn a_decision_that_the_page_has_confirmed_survives_a_power_cut() {
    let Some(visit) = Visit::to(two_groups()) else { return };
    visit.open_group_of("one.jpg");
    let group = visit.group().unwrap();
    visit.browser.press(&["k", "q", "Enter"]);
    visit.hear("Recorded: keep");
    let visit = visit.after_a_power_cut();
    visit.open(&format!("/groups/{group}"));
    assert_eq!(visit.state(), "decided");
    assert_eq!(visit.decisions().len(), 1);
}

#[test]
fn a_link_opens_the_pages_once_and_a_cookie_of_an_earlier_start_opens_nothing() {
    let Some(visit) = Visit::to(two_groups()) else { return };
    assert!(visit.browser.cookies().iter().all(|c| c["httpOnly"] == true && c["sameSite"] == "Strict"));
    visit.browser.forget_cookies();
    visit.browser.go(visit.pages.link());
    assert!(!visit.browser.has("nav[aria-label=Pages]"), "{}", visit.said());
    visit.open("/groups");
    assert!(!visit.browser.has("table.rows"), "{}", visit.said());
}

/// A sheet in which the first member of a group is kept and all others get a word.
struct Filled(Table);

fn filled(groups: Table, name: &str, others: &str) -> Filled {
    let mut groups = groups;
    let mut first = true;
    for row in groups.rows.iter_mut().filter(|row| row["path"].ends_with(name)) {
        row.set("decision", if std::mem::take(&mut first) { "keep" } else { others });
    }
    Filled(groups)
}

impl Filled {
    fn write(&self, visit: &Visit) -> String {
        let path = visit.house.program.home().join("filled.csv");
        let mut csv = csv::Writer::from_path(&path).unwrap();
        csv.write_record(&self.0.columns).unwrap();
        self.0.rows.iter().for_each(|row| csv.write_record(self.0.columns.iter().map(|c| &row[c])).unwrap());
        csv.flush().unwrap();
        path.to_string_lossy().into_owned()
    }
}
