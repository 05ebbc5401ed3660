//! Names and EXIF texts of others are shown as text, whatever they hold.

use lightproof_darkroom::{exif::Exif, photo::Photo};
use lightproof_testkit::library::{Library, name};

use crate::{desk::Desk, raw::Served};

const SCRIPT: &str = "<script>alert(1)</script>";

#[test]
fn a_script_in_a_name_or_in_exif_is_text_on_every_page() {
    let exif = |model: &str| Exif::camera("\"><img src=x onerror=alert(1)>", model).taken("2015:05:05 10:00:00").lens(SCRIPT);
    let photo = |model: &str| Photo::drawn(5).size(320, 240).exif(exif(model));
    let library = Library::with("<script>alert(1)<", photo(SCRIPT))
        .and("'\"><b onmouseover=alert(1)>.jpg", photo("another"))
        .and(name(b"\xff<script>\xe2\x80\xaegpj.jpg"), photo(SCRIPT))
        .and("javascript:alert(1)/&lt;.jpg", photo(SCRIPT));
    let desk = Desk::with(library);
    let served = Served::of(&desk);
    let cookie = served.come_in();
    let list = served.page("/groups", &cookie);
    let mut pages: Vec<String> =
        list.body.split("href=\"/groups/").skip(1).map(|p| format!("/groups/{}", p.split('"').next().unwrap())).collect();
    assert!(!pages.is_empty(), "{}", list.body);
    let text = format!("?text={}", "%3Cscript%3Ealert(1)%3C%2Fscript%3E%22%3E%3Cimg+src%3Dx%3E");
    pages.extend([
        "/".to_owned(),
        "/groups".to_owned(),
        format!("/groups{text}"),
        format!("/groups?source={SCRIPT}").replace(' ', ""),
    ]);
    let mut shown = 0;
    for path in &pages {
        let page = served.page(path, &cookie);
        for forbidden in ["<script>", "<img src=x", "<b onmouseover", "\"><b ", "\"><img src=x", "\u{202e}", "href=\"javascript:"]
        {
            assert!(!page.body.contains(forbidden), "{forbidden} in {path}");
        }
        shown += page.body.matches("&lt;script&gt;").count();
    }
    assert!(shown > 4, "the texts are shown: {shown}");
}
