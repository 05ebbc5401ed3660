//! `Visit`: a surveyed library, its review running, and a browser that has come in by the link.

use std::ffi::OsStr;

use lightproof_testkit::{
    browser::{Browser, Complaint},
    corpus::shared_corpus,
    library::Library,
    reviewing::Reviewing,
};
use serde_json::{Value, json};

use crate::house::House;

/// A person at the pages. The browser ends first, then the server, then the house.
pub struct Visit {
    pub browser: Browser,
    pub pages: Reviewing,
    pub house: House,
    /// The photographs that a test made; they must stay to be seen.
    library: Option<Library>,
}

/// Who reviews.
pub const REVIEWER: &str = "Anna Berg";

impl Visit {
    /// To the library of `lightproof demo`.
    pub fn to_the_demo() -> Option<Self> {
        Self::to_what(|house| {
            let _ = house.json(["demo", "library"]);
            let _ = house.survey_all(["library"]);
        })
    }

    /// To a library that a test made.
    pub fn to(library: Library) -> Option<Self> {
        let visit = Self::to_what(|house| drop(house.survey(&library)))?;
        Some(Self { library: Some(library), ..visit })
    }

    /// To a folder of the shared corpus.
    pub fn to_the_corpus(folder: &str) -> Option<Self> {
        let folder = shared_corpus()?.join(folder);
        Self::to_what(|house| drop(house.survey_all([folder])))
    }

    fn to_what(prepare: impl FnOnce(&House)) -> Option<Self> {
        let browser = Browser::start()?;
        let house = House::default();
        prepare(&house);
        let pages = reviewing(&house);
        browser.go(pages.link());
        Some(Self { browser, pages, house, library: None })
    }

    /// The server goes down hard, and another one starts; the browser comes in by its link.
    pub fn after_a_power_cut(self) -> Self {
        self.pages.kill();
        let pages = reviewing(&self.house);
        self.browser.go(pages.link());
        Self { browser: self.browser, pages, house: self.house, library: self.library }
    }

    /// The pages end, the library changes and is surveyed again, and the pages are opened anew.
    pub fn after_another_survey(self, change: impl FnOnce(&Library)) -> Self {
        self.pages.kill();
        let library = self.library.expect("a test that changes a library has made one");
        change(&library);
        let _ = self.house.survey(&library);
        let pages = reviewing(&self.house);
        self.browser.go(pages.link());
        Self { browser: self.browser, pages, house: self.house, library: Some(library) }
    }

    /// Opens a page by its path.
    pub fn open(&self, path: &str) {
        self.browser.go(&self.pages.at(path));
    }

    /// Opens the page of the only group with a member whose path holds a text.
    pub fn open_group_of(&self, path: &str) {
        self.open(&format!("/groups?text={}", path.replace(' ', "+")));
        assert_eq!(self.browser.count("table.rows tbody tr"), 1, "groups of {path}");
        let group = self.browser.attribute("table.rows tbody th a", "href").unwrap_or_default();
        // Without the filter: what follows are all other groups.
        self.open(group.split('?').next().unwrap_or_default());
    }

    /// The id of the group that is shown.
    pub fn group(&self) -> Option<String> {
        let group = self.browser.script("return location.pathname.match(/^\\/groups\\/([^/]+)$/)?.[1]", &[]);
        group.as_str().map(str::to_owned)
    }

    /// The word of the state that the page shows.
    pub fn state(&self) -> String {
        self.browser.text("#main .state")
    }

    /// What the page tells of the last thing done.
    pub fn message(&self) -> String {
        self.browser.text("#message")
    }

    /// What stands on the page.
    pub fn said(&self) -> String {
        self.browser.text("main")
    }

    /// Presses keys that lead to another group, and waits for it.
    pub fn press_on(&self, keys: &[&str]) {
        let before = json!(self.group().expect("a group is shown"));
        self.browser.press(keys);
        self.browser.wait_until(&format!("location.pathname !== '/groups/' + {before} && document.readyState === 'complete'"));
    }

    /// Presses keys that change what is told, and waits for that.
    pub fn press_and_hear(&self, keys: &[&str], words: &str) {
        self.browser.press(keys);
        self.hear(words);
    }

    /// Waits until the page tells something that begins like this.
    pub fn hear(&self, words: &str) {
        let words = json!(words);
        self.browser.wait_until(&format!("document.getElementById('message')?.textContent.startsWith({words})"));
    }

    /// All decisions, as the program exports them.
    pub fn decisions(&self) -> Vec<Value> {
        let told = self.house.json(["decisions"]);
        told["decisions"].as_array().cloned().unwrap_or_else(|| panic!("no decisions in {told}"))
    }

    /// The browser asked no other host, complained of nothing, and no page broke its own policy.
    pub fn all_was_quiet(&self) {
        self.all_was_quiet_but(|_| false);
    }

    /// The same, apart from complaints that a test expects: a picture that cannot be shown is one.
    pub fn all_was_quiet_but(&self, expected: impl Fn(&Complaint) -> bool) {
        assert_eq!(self.browser.requests_elsewhere(), [] as [String; 0]);
        let complaints: Vec<Complaint> = self.browser.complaints().into_iter().filter(|c| !expected(c)).collect();
        assert_eq!(complaints, []);
    }
}

fn reviewing(house: &House) -> Reviewing {
    let arguments: [&OsStr; 5] = ["review", "--no-open", "--json", "--reviewer", REVIEWER].map(OsStr::new);
    Reviewing::start(house.program.command(arguments))
}
