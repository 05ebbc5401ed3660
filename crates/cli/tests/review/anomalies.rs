//! Dates in doubt: a person says that they are right, or what they are, and only then the group can be decided.

use lightproof_darkroom::exif::Exif;
use lightproof_testkit::library::{Library, photo_of};

use crate::visit::Visit;

/// Two groups of a camera whose clock is known to lose its time.
fn in_doubt() -> Library {
    let of = |seed: u64, date: &str| photo_of(seed).exif(Exif::camera("NIKON CORPORATION", "NIKON D50").taken(date));
    let library = Library::with("a/one.jpg", of(1, "2009:07:08 10:00:00")).and("b/one.jpg", of(1, "2009:07:08 10:00:00"));
    library.and("a/two.jpg", of(2, "2009:07:09 11:00:00")).and("b/two.jpg", of(2, "2009:07:09 11:00:00"))
}

/// Says something of the date that is shown.
fn say(visit: &Visit, what: &str) {
    visit.browser.click(&format!("form#decide input[name=say][value={what}]"));
}

fn record(visit: &Visit) {
    visit.browser.leads_on(|b| b.click("form#decide button.main"));
}

#[test]
fn a_blocked_group_leads_to_its_anomaly_and_can_be_decided_once_that_is() {
    let Some(visit) = Visit::to(in_doubt()) else { return };
    visit.open_group_of("one.jpg");
    let group = visit.group().unwrap();
    assert!(!visit.browser.has("form#decide") && visit.said().contains("cannot be decided yet"), "{}", visit.said());
    visit.browser.keep_screenshot("blocked-1280-light");
    // Copies may have an anomaly each, or one word may speak of both: whatever still blocks is led to.
    let leads = ".warning a[href^='/anomalies/']";
    for _ in 0..2 {
        visit.open(&format!("/groups/{group}"));
        if visit.browser.has(leads) {
            visit.browser.leads_on(|b| b.click(leads));
            assert!(visit.said().contains("known-camera"), "{}", visit.said());
            visit.browser.wait_for_pictures();
            let torn = "return [...document.images].filter(i => i.offsetParent && i.naturalWidth === 0).map(i => i.src)";
            assert_eq!(visit.browser.script(torn, &[]), serde_json::json!([]));
            visit.browser.keep_screenshot("anomaly-1280-light");
            say(&visit, "leave");
            record(&visit);
        }
    }
    visit.open(&format!("/groups/{group}"));
    assert_eq!(visit.state(), "undecided");
    visit.browser.press(&["k", "q", "Enter"]);
    visit.hear("Recorded: keep");
    visit.open(&format!("/groups/{group}"));
    assert_eq!(visit.state(), "decided");
    visit.all_was_quiet();
}

#[test]
fn a_date_is_fixed_shifted_or_left_and_what_was_said_is_found_again() {
    let Some(visit) = Visit::to(in_doubt()) else { return };
    let first = "table.rows tbody th a[href^='/anomalies/']";
    visit.open("/anomalies");
    let mut said = Vec::new();
    let photographs =
        visit.browser.script("return [...document.querySelectorAll(arguments[0])].map(a => a.pathname)", &[first.into()]);
    let photographs: Vec<String> = serde_json::from_value(photographs).unwrap();
    assert_eq!(photographs.len(), 4, "{}", visit.said());
    for (page, what) in photographs.iter().zip(["leave", "fix", "shift", "later"]) {
        visit.open(page);
        assert_eq!(visit.browser.count("form#decide input:checked"), 0, "nothing is marked before a person marks it");
        say(&visit, what);
        match what {
            "fix" => visit.browser.type_into("input[name=at]", "2012-03-04 05:06:07"),
            "shift" => visit.browser.type_into("input[name=by]", "+3600"),
            _ => {}
        }
        record(&visit);
        visit.open(page);
        visit.browser.reload();
        said.push(visit.said());
    }
    for (said, words) in said.iter().zip(["leave", "fix 2012-03-04T05:06:07", "shift +3600", "later"]) {
        assert!(said.contains(words), "{words} is not in\n{said}");
    }
    let decisions = visit.decisions();
    assert_eq!(decisions.len(), 4, "{decisions:?}");
    visit.all_was_quiet();
}

#[test]
fn a_shift_that_is_no_number_is_refused_with_the_reason_and_nothing_is_recorded() {
    let Some(visit) = Visit::to(in_doubt()) else { return };
    visit.open("/anomalies/next");
    say(&visit, "shift");
    visit.browser.type_into("input[name=by]", "a while");
    visit.browser.press(&["Enter"]);
    visit.browser.wait_for("[role=alert]");
    assert!(visit.browser.text("[role=alert]").starts_with("Nothing was recorded"), "{}", visit.said());
    assert_eq!(visit.decisions().len(), 0);
}
