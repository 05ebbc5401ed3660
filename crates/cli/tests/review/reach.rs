//! The pages for everyone: by a screen reader, by the keyboard alone, without scripts, and when the server is gone.

use lightproof_testkit::library::{Library, photo, photo_of};

use crate::visit::Visit;

fn two_groups() -> Library {
    let library = Library::with("a/one.jpg", photo()).and("b/one.jpg", photo());
    library.and("a/two.jpg", photo_of(2)).and("b/two.jpg", photo_of(2))
}

#[test]
fn every_control_has_a_name_and_headings_are_in_order() {
    let Some(visit) = Visit::to_the_demo() else { return };
    visit.open("/next");
    let group = visit.browser.url();
    let paths = ["/", "/groups", "/bulk", "/anomalies", "/anomalies/next", "/problems", "/decisions", "/assets"];
    for page in paths.map(|path| visit.pages.at(path)).into_iter().chain([group]) {
        visit.browser.go(&page);
        assert_eq!(visit.browser.nameless_controls(), [], "{page}");
        let headings = visit.browser.headings();
        let levels: Vec<u64> = headings.iter().map(|(level, _)| *level).collect();
        assert!(levels.first() == Some(&1) && levels.iter().filter(|l| **l == 1).count() == 1, "{page}: {headings:?}");
        assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{page}: {headings:?}");
        assert!(headings.iter().all(|(_, text)| !text.is_empty()), "{page}: {headings:?}");
        let pictures = visit.browser.script("return [...document.images].filter(i => !i.hasAttribute('alt')).length", &[]);
        assert_eq!(pictures, 0, "{page}: pictures without a text in their place");
        assert_eq!(visit.browser.attribute("html", "lang").as_deref(), Some("en"), "{page}");
    }
}

#[test]
fn the_focus_is_seen_everywhere_and_not_lost_after_a_decision() {
    let Some(visit) = Visit::to(two_groups()) else { return };
    visit.open_group_of("one.jpg");
    let mut reached = Vec::new();
    for _ in 0..25 {
        visit.browser.press(&["Tab"]);
        let focused = visit.browser.script(FOCUSED, &[]);
        assert_ne!(focused["seen"], false, "the focus cannot be seen: {focused}");
        reached.push(focused["what"].as_str().unwrap_or_default().to_owned());
    }
    for what in ["To the content", "Record what is marked", "Keep all", "Not duplicates"] {
        assert!(reached.iter().any(|r| r.contains(what)), "{what} is not reached by Tab: {reached:#?}");
    }
    visit.press_on(&["a"]);
    let focused = visit.browser.script("return document.activeElement.id || document.activeElement.tagName", &[]);
    assert_ne!(focused, "BODY", "the focus is lost after a decision");
    // From there, Tab goes on within the page and not back to its top.
    visit.browser.press(&["Tab"]);
    assert_eq!(visit.browser.script("return document.activeElement.closest('main') !== null", &[]), true);
}

/// What has the focus, and whether that can be seen: by an outline, a border or a shadow that it does not have otherwise.
const FOCUSED: &str = r"
    const e = document.activeElement;
    if (e === document.body) return { what: 'body' };
    const look = s => [s.outlineStyle === 'none' ? '' : s.outline, s.boxShadow, s.borderColor, s.backgroundColor, s.textDecoration].join('|');
    const inside = [e, ...e.querySelectorAll('*')], around = e.closest('label');
    const all = around ? [around, ...inside] : inside;
    const focused = all.map(x => look(getComputedStyle(x))).join();
    e.blur();
    const plain = all.map(x => look(getComputedStyle(x))).join();
    e.focus();
    return { what: (e.labels?.[0]?.innerText || e.innerText || e.value || '').trim() || e.tagName, seen: focused !== plain };";

#[test]
fn a_keyboard_alone_opens_the_help_and_goes_from_page_to_page() {
    let Some(visit) = Visit::to(two_groups()) else { return };
    visit.open("/next");
    visit.browser.press(&["?"]);
    visit.browser.wait_for("dialog[open]");
    let help = visit.browser.text("dialog[open]");
    for words in ["next undecided group", "quarantine the chosen member", "show these keys"] {
        assert!(help.contains(words), "{help}");
    }
    visit.browser.press(&["Escape"]);
    visit.browser.wait_until_gone("dialog[open]");
    visit.browser.leads_on(|b| b.press(&["g", "o"]));
    assert_eq!(visit.browser.script("return location.pathname", &[]), "/");
}

#[test]
fn without_scripts_the_forms_still_decide() {
    let Some(visit) = Visit::to(two_groups()) else { return };
    visit.browser.scripts(false);
    visit.open("/next");
    visit.browser.click(".member:nth-of-type(1) input[value=keep]");
    visit.browser.click(".member:nth-of-type(2) input[value=quarantine]");
    visit.browser.leads_on_without_scripts(|b| b.click("button[data-does=record]"));
    assert!(visit.browser.text("#message").starts_with("Recorded: keep"), "{}", visit.browser.text("main"));
    visit.browser.leads_on_without_scripts(|b| b.click("button[data-does=undo]"));
    assert!(visit.browser.text("#message").starts_with("Taken back: "), "{}", visit.browser.text("main"));
    assert_eq!(visit.browser.text("#main .state"), "undecided");
}

#[test]
fn a_decision_that_could_not_be_sent_is_never_shown_as_recorded() {
    let Some(visit) = Visit::to(two_groups()) else { return };
    visit.open_group_of("one.jpg");
    visit.browser.offline(true);
    visit.browser.press(&["k", "q", "Enter"]);
    visit.browser.wait_until(
        "!document.querySelector('button[data-does=record]') || /not|cannot|gone|fail/i.test(document.body.innerText)",
    );
    assert_eq!(visit.browser.script("return document.body.innerText.includes('Recorded:')", &[]), false);
    visit.browser.offline(false);
    visit.open("/groups?state=decided");
    assert!(visit.browser.text("main").contains("No group is like that."));
}
