//! `Browser`: a headless Chromium of the test's own, driven as a person would: pages, clicks, keys, and what is then to be seen.
//!
//! Speaks WebDriver to `chromedriver` over the loopback. Each browser has an empty profile and can resolve no name and reach no
//! host but this machine; both programs are gone when it is dropped, and also when the test itself is killed.
//! Whatever goes wrong panics with the page's address and text: a spec that cannot see anything tests nothing.
//! Absent on purpose: sleeping. What takes time is waited for until it is there, up to a deadline.

mod driver;
mod heard;
mod keys;
mod looks;
mod names;
mod page;
mod timing;
mod wire;

use std::cell::RefCell;

use serde_json::{Value, json};

use self::{driver::Driver, heard::Heard, wire::Wire};
pub use self::{heard::Complaint, names::Control, timing::Painted};

/// A running browser with one tab or more.
pub struct Browser {
    wire: Wire,
    heard: RefCell<Heard>,
    // Declared last: the session is ended before its programs are.
    driver: Driver,
}

/// A tab of a browser, to come back to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tab(String);

/// How large the window is unless a test says otherwise.
const WINDOW: (u32, u32) = (1280, 900);

impl Browser {
    /// A new browser with an empty tab; nothing, after saying so, where Chromium or its driver is not installed.
    ///
    /// # Panics
    /// When they are missing and the environment says `CI=true`, and when they are there and do not start.
    #[must_use]
    pub fn start() -> Option<Self> {
        let programs = match driver::installed() {
            Ok(programs) => programs,
            Err(missing) => return skipped(missing),
        };
        let driver = Driver::start(&programs);
        let wire = Wire::new_session(&driver, &programs);
        let browser = Self { wire, heard: RefCell::default(), driver };
        browser.resize(WINDOW.0, WINDOW.1);
        Some(browser)
    }

    /// Opens a page and waits until it has loaded.
    pub fn go(&self, url: &str) {
        self.wire.post("url", &json!({ "url": url }));
    }

    /// Loads the page anew.
    pub fn reload(&self) {
        self.wire.post("refresh", &json!({}));
    }

    /// Goes back to the page before.
    pub fn back(&self) {
        self.wire.post("back", &json!({}));
    }

    /// The address of the page.
    #[must_use]
    pub fn url(&self) -> String {
        text_of(&self.wire.get("url"))
    }

    /// The title of the page.
    #[must_use]
    pub fn title(&self) -> String {
        text_of(&self.wire.get("title"))
    }

    /// The tab that is in front.
    #[must_use]
    pub fn tab(&self) -> Tab {
        Tab(text_of(&self.wire.get("window")))
    }

    /// Opens another tab, as a person does: with the same cookies. It is in front afterwards.
    pub fn new_tab(&self) -> Tab {
        let made = self.wire.post("window/new", &json!({ "type": "tab" }));
        let tab = Tab(text_of(&made["handle"]));
        self.show(&tab);
        self.resize(WINDOW.0, WINDOW.1);
        tab
    }

    /// Brings a tab to the front.
    pub fn show(&self, tab: &Tab) {
        self.wire.post("window", &json!({ "handle": tab.0 }));
    }

    /// Runs JavaScript in the page, as the body of a function of `arguments`; what it returns, awaited if it is a promise.
    pub fn script(&self, body: &str, arguments: &[Value]) -> Value {
        self.wire.post("execute/sync", &json!({ "script": body, "args": arguments }))
    }

    /// Forgets all cookies of the page's host.
    pub fn forget_cookies(&self) {
        self.wire.delete("cookie");
    }

    /// The cookies of the page's host, as WebDriver tells them: `name`, `value`, `httpOnly`, `sameSite`, `path`, …
    #[must_use]
    pub fn cookies(&self) -> Vec<Value> {
        self.wire.get("cookie").as_array().cloned().unwrap_or_default()
    }

    /// One command of the Chrome DevTools protocol.
    pub fn devtools(&self, command: &str, parameters: &Value) -> Value {
        self.wire.post("goog/cdp/execute", &json!({ "cmd": command, "params": parameters }))
    }
}

impl std::fmt::Debug for Browser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Browser").field("port", &self.driver.port).finish_non_exhaustive()
    }
}

fn text_of(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn skipped(missing: &str) -> Option<Browser> {
    assert!(std::env::var("CI").as_deref() != Ok("true"), "no browser to test with: {missing} is not installed");
    #[allow(clippy::print_stderr)] // a test that is skipped has to say so
    {
        eprintln!("skipped, no browser to test with: {missing} is not installed");
    }
    None
}

#[cfg(test)]
mod tests;
