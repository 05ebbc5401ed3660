//! A run of one camera body: all of it is shown, one form speaks of all that is open, and what it recorded is taken back.

use lightproof_darkroom::{exif::Exif, photo::Photo};
use lightproof_testkit::library::Library;

use crate::visit::Visit;

/// A camera whose clock fell back to its first day: shots numbered on, and dated years before.
fn reset_clock() -> Library {
    let shot = |seed: u64, date: &str| {
        Photo::drawn(seed).size(320, 240).exif(Exif::camera("FUJIFILM", "X100S").serial("31A02345").taken(date))
    };
    let before = ["2019:05:10 12:00:00", "2019:05:10 18:30:00"];
    let fallen = ["2011:01:01 00:03:21", "2011:01:01 00:05:00", "2011:01:01 01:10:40"];
    let mut library = Library::empty();
    for (at, date) in before.iter().chain(&fallen).enumerate() {
        let number = 2101 + at as u64;
        library = library.and(format!("DSCF{number}.JPG"), shot(number, date));
    }
    library
}

fn to_a_run() -> Option<(Visit, String)> {
    let visit = Visit::to(reset_clock())?;
    visit.open("/anomalies/next");
    visit.browser.leads_on(|b| b.press(&["r"]));
    let run = visit.browser.script("return location.pathname", &[]);
    Some((visit, run.as_str().unwrap().to_owned()))
}

#[test]
fn a_run_shows_every_photograph_and_is_decided_with_one_form() {
    let Some((visit, run)) = to_a_run() else { return };
    assert!(run.starts_with("/runs/"), "{run}: {}", visit.said());
    let shown = visit.browser.texts("table.rows tbody tr");
    for number in [2103, 2104, 2105] {
        assert!(shown.iter().any(|row| row.contains(&format!("DSCF{number}.JPG"))), "{number} in {shown:?}");
    }
    visit.browser.wait_for_pictures();
    let torn = "return [...document.images].filter(i => i.offsetParent && i.naturalWidth === 0).map(i => i.src)";
    assert_eq!(visit.browser.script(torn, &[]), serde_json::json!([]));
    assert_eq!(visit.browser.count("form#decide input:checked"), 0, "nothing is marked before a person marks it");
    visit.browser.keep_screenshot("run-1280-light");

    // The date of the first one moves all of them, each keeping its distance.
    visit.browser.press(&["f"]);
    visit.browser.type_into("input[name=at]", "2019-05-11 09:03:21");
    visit.browser.leads_on(|b| b.press(&["Enter"]));
    assert!(visit.said().contains("Recorded: "), "{}", visit.said());
    let decided = visit.browser.texts("table.rows tbody tr");
    assert!(decided.len() >= 3 && decided.iter().all(|row| row.contains("decided: shift +")), "{decided:?}");
    let words: Vec<String> = visit.decisions().iter().map(ToString::to_string).collect();
    assert!(words.len() >= 3 && words.iter().all(|w| w.contains("shift +")), "{words:?}");

    visit.browser.leads_on(|b| b.press(&["u"]));
    assert!(visit.said().contains("Taken back: ") && visit.browser.has("form#decide"), "{}", visit.said());
    visit.all_was_quiet();
}

#[test]
fn a_run_that_was_decided_on_in_between_is_shown_again_and_nothing_is_recorded() {
    let Some((visit, run)) = to_a_run() else { return };
    let here = visit.browser.tab();
    visit.browser.new_tab();
    visit.open("/anomalies/next");
    visit.browser.press(&["l"]);
    visit.browser.leads_on(|b| b.press(&["Enter"]));
    let before = visit.decisions().len();

    visit.browser.show(&here);
    visit.browser.press(&["l"]);
    visit.browser.leads_on(|b| b.press(&["Enter"]));
    assert!(visit.browser.text("[role=alert]").starts_with("Nothing was recorded"), "{run}: {}", visit.said());
    assert_eq!(visit.decisions().len(), before);
}

#[test]
fn a_date_that_no_calendar_has_is_refused_with_what_is_wrong_and_what_was_typed() {
    let Some(visit) = Visit::to(reset_clock()) else { return };
    for scripts in [true, false] {
        visit.browser.scripts(scripts);
        visit.open("/anomalies/next");
        visit.browser.click("form#decide input[name=say][value=fix]");
        visit.browser.type_into("input[name=at]", "2019-02-30 10:00:00");
        visit.browser.leads_on_without_scripts(|b| b.click("form#decide button.main"));
        let alert = visit.browser.text("[role=alert]");
        assert!(alert.starts_with("Nothing was recorded.") && alert.contains("2019-02 has 28 days"), "{alert}");
        assert_eq!(visit.browser.attribute("input[name=at]", "value").as_deref(), Some("2019-02-30 10:00:00"));
    }
    visit.browser.scripts(true);
    assert_eq!(visit.decisions().len(), 0);

    // What was begun and is no date holds back no other word.
    visit.open("/anomalies/next");
    visit.browser.type_into("input[name=at]", "2019-");
    visit.browser.click("form#decide input[name=say][value=leave]");
    visit.browser.leads_on(|b| b.click("form#decide button.main"));
    assert!(!visit.decisions().is_empty(), "{}", visit.said());
}
