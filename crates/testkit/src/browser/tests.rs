//! The client against pages of its own, served from a socket in the test.

use std::{
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    thread,
};

use super::*;

/// A server of one page at every address; it ends with the test's process.
struct Pages {
    address: SocketAddr,
}

impl Pages {
    fn of(html: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                thread::spawn(move || answer(stream, html));
            }
        });
        Self { address }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

fn answer(mut stream: TcpStream, html: &str) -> Option<()> {
    let mut lines = BufReader::new(stream.try_clone().ok()?).lines();
    let first = lines.next()?.ok()?;
    while !lines.next()?.ok()?.is_empty() {}
    let path = first.split(' ').nth(1)?;
    let body = if path == "/favicon.ico" { String::new() } else { html.replace("PATH", path) };
    let policy = "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'unsafe-inline'";
    let head =
        format!("Content-Type: text/html; charset=utf-8\r\nContent-Security-Policy: {policy}\r\nContent-Length: {}", body.len());
    write!(stream, "HTTP/1.1 200 OK\r\n{head}\r\nConnection: close\r\n\r\n{body}").ok()
}

const PLAIN: &str = r#"<!doctype html><html lang="en"><meta charset="utf-8"><title>Page PATH</title>
<style>:root { color-scheme: light dark } body { margin: 0 } .wide { width: 500px }</style>
<h1>Page PATH</h1><h3>Below</h3>
<p id="said">nothing</p><input aria-label="Words"><button id="say">Say</button><button id="mute"></button><a href="/next">Next</a>
<div class="wide">wide</div><div style="height: 3000px"></div><p id="end">end</p>
<script>
  const said = document.getElementById('said');
  document.getElementById('say').onclick = () => setTimeout(() => said.textContent = document.querySelector('input').value, 30);
  addEventListener('keydown', e => { if (e.target === document.body) said.textContent = (e.ctrlKey ? 'Control+' : '') + e.key; });
</script>"#;

#[test]
fn a_browser_clicks_types_and_presses_as_a_person_and_sees_what_follows() {
    let Some(browser) = Browser::start() else { return };
    let pages = Pages::of(PLAIN);
    browser.go(&pages.url("/first"));
    assert_eq!((browser.title(), browser.text("h1")), ("Page /first".into(), "Page /first".into()));

    browser.press(&["j"]);
    assert_eq!(browser.text("#said"), "j");
    browser.press(&["ArrowDown", "Control+z"]);
    assert_eq!(browser.text("#said"), "Control+z");

    browser.type_into("input", "Bäume");
    browser.click("#say");
    browser.wait_until("document.getElementById('said').textContent === 'Bäume'");
    assert_eq!(browser.texts("h1, h3"), ["Page /first", "Below"]);
    assert_eq!((browser.count("button"), browser.has("table")), (2, false));

    browser.leads_on(|b| b.click("a"));
    assert_eq!(browser.url(), pages.url("/next"));
    browser.back();
    browser.wait_until("location.pathname === '/first'");
    assert_eq!(browser.attribute("a", "href").as_deref(), Some("/next"));
    let sum = browser.script("return Promise.resolve(arguments[0] + arguments[1])", &[json!(20), json!(22)]);
    assert_eq!(sum, 42);
}

#[test]
fn a_browser_has_any_width_both_colours_and_a_picture_of_the_whole_page() {
    let Some(browser) = Browser::start() else { return };
    browser.go(&Pages::of(PLAIN).url("/"));
    let overflows = "return document.scrollingElement.scrollWidth > innerWidth";
    assert_eq!(browser.script(overflows, &[]), false);
    browser.resize(360, 640);
    assert_eq!((browser.script("return innerWidth", &[]), browser.script(overflows, &[])), (json!(360), json!(true)));
    for dark in [true, false] {
        browser.dark(dark);
        assert_eq!(browser.script("return matchMedia('(prefers-color-scheme: dark)').matches", &[]), dark);
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/er.png");
    browser.screenshot(&path);
    let png = std::fs::read(path).unwrap();
    let side = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    assert_eq!((&png[1..4], side(16)), (&b"PNG"[..], 500));
    assert!(side(20) > 3000, "{} high", side(20));
}

#[test]
fn what_a_page_asks_of_other_hosts_and_what_its_policy_forbids_is_heard() {
    let Some(browser) = Browser::start() else { return };
    let quiet = Pages::of(PLAIN);
    browser.go(&quiet.url("/quiet"));
    assert_eq!((browser.requests_elsewhere(), browser.complaints()), (vec![], vec![]));
    assert!(browser.requests().contains(&quiet.url("/quiet")));

    let loud = Pages::of(
        "<img src='http://pictures.example/a.png'><a href='http://next.example/'>away</a>
         <script>setTimeout(() => { throw new Error('broken') })</script>",
    );
    browser.go(&loud.url("/"));
    let of_source = |source: &str| browser.complaints().into_iter().any(|c| c.source == source);
    assert!(of_source("security") && of_source("javascript"), "{:?}", browser.complaints());
    browser.script("document.querySelector('a').click()", &[]);
    browser.wait_until("location.protocol === 'chrome-error:'");
    assert!(browser.requests_elsewhere().contains(&"http://next.example/".to_owned()), "{:?}", browser.requests());
}

#[test]
fn names_roles_and_headings_are_told_as_a_screen_reader_would() {
    let Some(browser) = Browser::start() else { return };
    browser.go(&Pages::of(PLAIN).url("/"));
    let tree = browser.accessibility_tree();
    let named = |role: &str, name: &str| tree.iter().any(|c| c.role == role && c.name == name);
    assert!(named("button", "Say") && named("link", "Next") && named("textbox", "Words"), "{tree:?}");
    let nameless: Vec<String> = browser.nameless_controls().into_iter().map(|c| c.role).collect();
    assert_eq!(nameless, ["button"]);
    assert_eq!(browser.headings(), [(1, "Page /".to_owned()), (3, "Below".to_owned())]);
}

#[test]
fn a_page_can_be_without_scripts_and_without_a_network() {
    let Some(browser) = Browser::start() else { return };
    let pages = Pages::of(PLAIN);
    browser.scripts(false);
    browser.go(&pages.url("/"));
    browser.type_into("input", "words");
    browser.press(&["Tab", "Enter"]);
    assert_eq!(browser.text("#said"), "nothing");
    browser.leads_on_without_scripts(|b| b.click("a"));
    browser.scripts(true);
    browser.reload();
    browser.press(&["j"]);
    assert_eq!(browser.text("#said"), "j");

    browser.offline(true);
    assert_eq!(browser.script("return fetch('/x').then(() => 'answered', () => 'cut')", &[]), "cut");
    browser.offline(false);
    browser.reload();
    assert_eq!(browser.text("h1"), "Page /next");
}

#[test]
fn tabs_are_told_apart_and_share_their_cookies() {
    let Some(browser) = Browser::start() else { return };
    let pages = Pages::of(PLAIN);
    browser.go(&pages.url("/one"));
    browser.script("document.cookie = 'a=b'", &[]);
    let one = browser.tab();
    let two = browser.new_tab();
    browser.go(&pages.url("/two"));
    assert_eq!(browser.script("return document.cookie", &[]), "a=b");
    browser.show(&one);
    assert_eq!(browser.text("h1"), "Page /one");
    assert_ne!(one, two);
    browser.forget_cookies();
    assert_eq!(browser.cookies(), [] as [serde_json::Value; 0]);
}

#[test]
fn the_time_from_a_key_to_the_painted_page_is_measured_within_a_page_and_across_pages() {
    const SLOW: &str = "<!doctype html><h1>PATH</h1><script>
        const block = ms => { const end = performance.now() + ms; while (performance.now() < end); };
        addEventListener('keydown', e => {
          if (e.key === 'j') setTimeout(() => { block(120); document.querySelector('h1').textContent += '.' });
          if (e.key === 'n') { block(80); location = location.pathname + '1' }
        })</script>";
    let Some(browser) = Browser::start() else { return };
    browser.time_pages("document.querySelector('h1').textContent");
    browser.go(&Pages::of(SLOW).url("/"));
    let within = browser.press_and_time("j");
    assert!(within.content >= 120.0 && within.content < 5000.0 && within.pictures >= within.content, "{within:?}");
    let across = browser.press_and_time("n");
    assert!(across.content >= 80.0 && across.content < 5000.0, "{across:?}");
    assert_eq!(browser.text("h1"), "/1");
}

#[test]
fn nothing_is_left_running_when_a_browser_is_dropped() {
    let Some(browser) = Browser::start() else { return };
    let home = browser.driver.home().to_owned();
    let running = || std::fs::read_dir("/proc").unwrap().flatten().filter(|p| belongs(&p.path(), &home)).count();
    assert!(running() > 2);
    drop(browser);
    assert_eq!((running(), home.exists()), (0, false));
}

/// Whether a process was started from a folder, or with it in its arguments.
fn belongs(process: &std::path::Path, home: &std::path::Path) -> bool {
    let arguments = std::fs::read(process.join("cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&arguments).contains(&*home.to_string_lossy())
}
