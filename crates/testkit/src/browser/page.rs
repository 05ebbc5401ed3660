//! What a person does on a page and what they then see: texts, clicks, keys, and waiting for what is about to come.
//!
//! Elements are named by CSS selectors. A click fails, as for a person, when something lies over the element.

use std::{
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::{Browser, keys, text_of, wire::Refused};

/// How long something may take to appear; far more than it takes, for busy machines.
const DEADLINE: Duration = Duration::from_secs(20);
const BETWEEN_LOOKS: Duration = Duration::from_millis(10);
/// The key under which WebDriver hands out elements.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

impl Browser {
    /// The text of the first such element, as it is rendered; waits for it to be there.
    #[must_use]
    pub fn text(&self, css: &str) -> String {
        self.with_element(css, |element| self.wire.try_get(&format!("element/{element}/text")).map(|text| text_of(&text)))
    }

    /// The texts of all such elements that are there now, as they are rendered.
    #[must_use]
    pub fn texts(&self, css: &str) -> Vec<String> {
        let texts = self.script("return [...document.querySelectorAll(arguments[0])].map(e => e.innerText)", &[json!(css)]);
        texts.as_array().expect("the script gives a list").iter().map(text_of).collect()
    }

    /// Whether there is such an element now.
    #[must_use]
    pub fn has(&self, css: &str) -> bool {
        self.count(css) > 0
    }

    /// How many such elements there are now.
    #[must_use]
    pub fn count(&self, css: &str) -> usize {
        let found = self.wire.post("elements", &json!({ "using": "css selector", "value": css }));
        found.as_array().map_or(0, Vec::len)
    }

    /// An attribute of the first such element; waits for the element.
    #[must_use]
    pub fn attribute(&self, css: &str, name: &str) -> Option<String> {
        let value = self.with_element(css, |element| self.wire.try_get(&format!("element/{element}/attribute/{name}")));
        value.as_str().map(str::to_owned)
    }

    /// Clicks on the first such element; waits for it to be there and free to be clicked.
    pub fn click(&self, css: &str) {
        self.with_element(css, |element| self.wire.try_post(&format!("element/{element}/click"), &json!({})));
    }

    /// Presses keys, one after another, wherever the focus is: `j`, `Enter`, `Control+z`.
    pub fn press(&self, names: &[&str]) {
        self.wire.post("actions", &keys::pressing(names));
    }

    /// Clicks into a field, empties it and types a text.
    pub fn type_into(&self, css: &str, text: &str) {
        self.with_element(css, |element| self.wire.try_post(&format!("element/{element}/clear"), &json!({})));
        self.click(css);
        self.wire.post("actions", &keys::typing(text));
    }

    /// Waits for such an element.
    pub fn wait_for(&self, css: &str) {
        self.with_element(css, |_| Ok(()));
    }

    /// Waits until no such element is there any more.
    pub fn wait_until_gone(&self, css: &str) {
        self.until(&format!("{css} to be gone"), || if self.has(css) { Err(not_yet()) } else { Ok(()) });
    }

    /// Waits until an expression in JavaScript is true, also across a change of page; gives its value.
    pub fn wait_until(&self, expression: &str) -> Value {
        let body = json!({ "script": format!("return ({expression})"), "args": [] });
        self.until(expression, || {
            let value = self.wire.try_post("execute/sync", &body)?;
            let yes = !matches!(&value, Value::Null | Value::Bool(false)) && value != 0 && value != "";
            if yes { Ok(value) } else { Err(not_yet()) }
        })
    }

    /// Does something that leads to another page, and waits for that page to have loaded.
    pub fn leads_on(&self, act: impl FnOnce(&Self)) {
        self.script("window.thePageBefore = true", &[]);
        act(self);
        self.wait_until("window.thePageBefore === undefined && document.readyState === 'complete'");
    }

    /// The same without asking the page: for pages without scripts.
    pub fn leads_on_without_scripts(&self, act: impl FnOnce(&Self)) {
        let before = self.root();
        act(self);
        self.until("another page", || {
            let now = self.root();
            if now.is_some() && now != before { Ok(()) } else { Err(not_yet()) }
        });
    }

    /// The root element: another one for each page.
    fn root(&self) -> Option<String> {
        let found = self.wire.try_post("element", &json!({ "using": "css selector", "value": ":root" }));
        Some(text_of(&found.ok()?[ELEMENT]))
    }

    fn with_element<T>(&self, css: &str, act: impl Fn(&str) -> Result<T, Refused>) -> T {
        self.until(css, || {
            let found = self.wire.try_post("element", &json!({ "using": "css selector", "value": css }))?;
            act(found[ELEMENT].as_str().expect("an element has an id"))
        })
    }

    /// Tries again until it goes, while what stands in the way is something that passes.
    fn until<T>(&self, what: &str, attempt: impl Fn() -> Result<T, Refused>) -> T {
        let end = Instant::now() + DEADLINE;
        loop {
            match attempt() {
                Ok(value) => return value,
                Err(refused) if !refused.passes() || Instant::now() > end => self.wire.give_up(what, &refused),
                Err(_) => thread::park_timeout(BETWEEN_LOOKS),
            }
        }
    }
}

fn not_yet() -> Refused {
    Refused { error: NOT_YET.into(), message: "waited in vain".into() }
}

const NOT_YET: &str = "not yet";

impl Refused {
    /// Whether it may be otherwise in a moment: the page is still being built, or is just being replaced.
    fn passes(&self) -> bool {
        const PASSING: [&str; 7] = [
            NOT_YET,
            "no such element",
            "stale element reference",
            "element not interactable",
            "element click intercepted",
            "javascript error",
            "unknown error",
        ];
        PASSING.contains(&self.error.as_str())
    }
}
