//! How the pages look: on a telephone and on a desk, light and dark, with pictures upright, or with the reason why there is none.

use lightproof_darkroom::{exif::Exif, photo::Photo};
use lightproof_testkit::{
    browser::Complaint,
    library::{Library, photo_of},
};
use serde_json::Value;

use crate::visit::Visit;

/// The pages of a review of the demo, by the names of their screenshots.
fn pages_of_the_demo(visit: &Visit) -> Vec<(&'static str, String)> {
    visit.open("/next");
    let group = visit.browser.url();
    visit.open("/groups?basis=series");
    let series = visit.browser.attribute("table.rows tbody th a", "href").unwrap();
    let mut pages = vec![("group", group), ("series", visit.pages.at(&series))];
    for (name, path) in [("overview", "/"), ("groups", "/groups"), ("anomalies", "/anomalies"), ("problems", "/problems")] {
        pages.push((name, visit.pages.at(path)));
    }
    pages
}

#[test]
fn every_page_fits_a_telephone_and_a_desk_in_light_and_in_dark() {
    let Some(visit) = Visit::to_the_demo() else { return };
    for (name, url) in pages_of_the_demo(&visit) {
        for (width, height) in [(1440, 900), (1024, 768), (768, 1024), (360, 740)] {
            visit.browser.resize(width, height);
            visit.browser.dark(false);
            visit.browser.go(&url);
            visit.browser.wait_for_pictures();
            let wide = visit.browser.script("return document.scrollingElement.scrollWidth", &[]);
            assert!(wide.as_u64().unwrap() <= u64::from(width), "{name} is {wide} wide at {width}: {}", too_wide(&visit));
            visit.browser.keep_screenshot(&format!("{name}-{width}-light"));
            visit.browser.dark(true);
            visit.browser.keep_screenshot(&format!("{name}-{width}-dark"));
        }
    }
    visit.all_was_quiet_but(is_about_a_picture);
}

fn is_about_a_picture(said: &Complaint) -> bool {
    said.source == "network" && said.text.contains("/pictures/")
}

/// What reaches beyond the right edge, for a message.
fn too_wide(visit: &Visit) -> Value {
    let script = "return [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)
        .slice(0, 5).map(e => e.outerHTML.slice(0, 200))";
    visit.browser.script(script, &[])
}

#[test]
fn words_stand_out_from_what_is_behind_them_in_light_and_in_dark() {
    let Some(visit) = Visit::to_the_demo() else { return };
    for (name, url) in pages_of_the_demo(&visit) {
        for dark in [false, true] {
            visit.browser.dark(dark);
            visit.browser.go(&url);
            let faint = visit.browser.script(CONTRAST, &[]);
            assert_eq!(faint, serde_json::json!([]), "{name}, dark: {dark}");
        }
    }
}

/// Texts whose contrast is below 4.5 (WCAG 2.2, 1.4.3), with what they say. Colours in any notation go through a canvas.
const CONTRAST: &str = r"
    const context = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
    const over = (colour, below) => {
        context.fillStyle = `rgb(${below.join()})`; context.fillRect(0, 0, 1, 1);
        context.fillStyle = colour; context.fillRect(0, 0, 1, 1);
        return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    const light = ([r, g, b]) => {
        const linear = c => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
        return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
    };
    const behind = element => {
        const all = [];
        for (let e = element; e; e = e.parentElement) all.unshift(getComputedStyle(e).backgroundColor);
        const page = matchMedia('(prefers-color-scheme: dark)').matches ? [18, 18, 18] : [255, 255, 255];
        return all.reduce((below, colour) => over(colour, below), page);
    };
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), faint = [];
    while (texts.nextNode()) {
        const element = texts.currentNode.parentElement, said = texts.currentNode.textContent.trim();
        if (!said || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) || element.closest(':disabled, svg, .skip')) continue;
        const below = behind(element), [a, b] = [light(over(getComputedStyle(element).color, below)), light(below)];
        const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        if (ratio < 4.49) faint.push(`${ratio.toFixed(2)} ${element.tagName}.${element.className}: ${said.slice(0, 60)}`);
    }
    return [...new Set(faint)].slice(0, 8);";

#[test]
fn pictures_are_shown_upright_and_what_cannot_be_shown_says_so() {
    let turned =
        |orientation| Photo::drawn(5).size(320, 240).exif(Exif::camera("Canon", "Canon EOS 40D").orientation(orientation));
    let torn = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00 and no more".as_slice();
    let library = Library::with("upright/6.jpg", turned(6)).and("again/6.jpg", turned(6));
    let library =
        library.and("a/torn.jpg", torn).and("b/torn.jpg", torn).and("a/level.jpg", photo_of(7)).and("b/level.jpg", photo_of(7));
    let Some(visit) = Visit::to(library) else { return };
    let size = "return [...document.querySelectorAll('.member img')].map(i => [i.naturalWidth, i.naturalHeight])";
    for (name, is_upright) in [("6.jpg", true), ("level.jpg", false)] {
        visit.open_group_of(name);
        visit.browser.wait_for_pictures();
        let sizes = visit.browser.script(size, &[]);
        let sizes: Vec<(u64, u64)> = serde_json::from_value(sizes).unwrap();
        assert!(sizes.len() == 2 && sizes.iter().all(|(w, h)| *w > 0 && (h > w) == is_upright), "{name}: {sizes:?}");
    }
    // The list has shown the torn ones already.
    visit.all_was_quiet_but(is_about_a_picture);
    visit.open_group_of("torn.jpg");
    visit.browser.wait_until("document.querySelectorAll('.member .no-picture').length === 2");
    assert!(visit.browser.texts(".member .no-picture").iter().all(|words| !words.is_empty()));
}

#[test]
fn the_large_view_zooms_to_every_pixel_and_flips_between_two_at_the_same_place() {
    let Some(visit) = Visit::to_the_corpus("near-dup") else { return };
    visit.browser.resize(1440, 900);
    visit.open("/next");
    visit.browser.press(&["o"]);
    visit.browser.wait_for("dialog.view[open]");
    visit.browser.wait_until("[...document.querySelectorAll('.stage img')].every(i => i.complete && i.naturalWidth > 0)");
    visit.browser.keep_screenshot("large-view-fitted");
    let state = "const on = document.querySelector('.stage img.on'); return [on.style.transform, on.alt]";
    let read = || -> (String, String) { serde_json::from_value(visit.browser.script(state, &[])).unwrap() };
    let fitted = read();
    visit.browser.press(&["f", "ArrowRight"]);
    let zoomed = read();
    assert_ne!(zoomed.0, fitted.0, "f zooms");
    visit.browser.press(&["2"]);
    let other = read();
    assert!(other.0 == zoomed.0 && other.1 != zoomed.1, "the other one stands at the same place: {zoomed:?}, {other:?}");
    visit.browser.press(&["Space"]);
    assert_eq!(read(), zoomed, "and back");
    visit.browser.wait_until("document.querySelector('.stage img.on').src.includes('/full')");
    visit.browser.keep_screenshot("large-view-zoomed");
    visit.browser.press(&["Escape"]);
    visit.browser.wait_until_gone("dialog.view[open]");
    assert_eq!(visit.browser.count("main input:checked"), 0, "looking marks nothing");
    visit.all_was_quiet();
}
