//! Texts of photographs are shown as text, whatever they say, and no page asks anything of another host.

use lightproof_darkroom::{
    exif::{Exif, Value},
    photo::Photo,
};
use lightproof_model::exif::Directory;
use lightproof_testkit::library::{Library, photo_of};

use crate::visit::Visit;

const DESCRIPTION: &str = "<script>window.ran = 'description'</script><img src=x onerror=\"window.ran = 'image'\">";
const NAME: &str = "<img src=x onerror=window.ran='name'><script>&lt;\"'.jpg";
const FOLDER: &str = "<img src='http:' onerror=window.ran='folder'>";

fn described(text: &str) -> Photo {
    let exif = Exif::camera("<b>Make</b>", "\"><svg onload=window.ran='model'>").taken("2012:07:08 10:00:00");
    photo_of(9).exif(exif.set(Directory::Ifd0, 0x010E, Value::Text(text.into())))
}

fn hostile() -> Library {
    let library = Library::with(NAME, described(DESCRIPTION)).and(format!("{FOLDER}/{NAME}"), described("harmless"));
    library
        .and(format!("{NAME}-undated.jpg"), photo_of(3).stripped())
        .and(format!("{FOLDER}/torn.jpg"), &b"\xff\xd8\xff\xe0torn"[..])
}

#[test]
fn a_photograph_whose_name_and_description_are_scripts_shows_them_as_text_and_runs_nothing() {
    let Some(visit) = Visit::to(hostile()) else { return };
    let ran = || visit.browser.script("return window.ran ?? null", &[]);
    for page in ["/", "/groups", "/groups?text=%3Cscript%3E", "/anomalies", "/problems"] {
        visit.open(page);
        assert_eq!(ran(), serde_json::Value::Null, "{page}");
        assert_eq!(visit.browser.count("script:not([src]), svg[onload], img[onerror]"), 0, "{page}");
    }
    visit.open("/next");
    visit.browser.wait_for_pictures();
    let said = visit.said();
    assert!(said.contains(DESCRIPTION) && said.contains("<b>Make</b>"), "{said}");
    assert!(visit.browser.texts(".member h3").iter().all(|name| name.contains(NAME)), "{said}");
    visit.browser.press(&["o"]);
    visit.browser.wait_for("dialog[open]");
    visit.browser.press(&["Escape", "a"]);
    visit.browser.wait_until("document.getElementById('message')?.textContent.startsWith('Recorded')");
    assert_eq!(ran(), serde_json::Value::Null);
    visit.all_was_quiet_but(|said| said.source == "network" && said.text.contains("/pictures/"));
}

#[test]
fn a_page_that_others_frame_or_post_to_is_refused_by_the_browser_or_the_server() {
    let Some(visit) = Visit::to(hostile()) else { return };
    visit.open("/next");
    let group = visit.group().unwrap();
    // Another origin: the same machine under another name.
    let other = visit.pages.at("").replace("127.0.0.1", "localhost");
    visit.browser.go(&format!("{other}/groups"));
    assert!(!visit.browser.has("table.rows"), "a name that was not allowed is not answered: {}", visit.said());
    let post = format!(
        "return fetch('{}', {{ method: 'POST', mode: 'no-cors', credentials: 'include', body: new URLSearchParams({{ do: 'keep' }}) }})
         .then(() => 'sent', () => 'stopped')",
        visit.pages.at(&format!("/groups/{group}/decide"))
    );
    let _ = visit.browser.script(&post, &[]);
    visit.open(&format!("/groups/{group}"));
    assert_eq!(visit.state(), "undecided");
}
