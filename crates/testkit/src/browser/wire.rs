//! `Wire`: one WebDriver session as requests and answers (W3C WebDriver, and the `goog` and `se` endpoints of chromedriver).
//!
//! No proxy is ever asked, whatever the environment says: the driver is on this machine.

use std::time::Duration;

use serde_json::{Value, json};
use ureq::Agent;

use super::driver::{Driver, Programs};

/// No command of a test takes longer; a first start on a busy machine comes nearest.
const PATIENCE: Duration = Duration::from_secs(90);

pub(super) struct Wire {
    agent: Agent,
    session: String,
}

/// What the driver refused, in its own words.
#[derive(Debug)]
pub(super) struct Refused {
    /// The code of the standard: `no such element`, `stale element reference`, …
    pub error: String,
    pub message: String,
}

impl Wire {
    pub fn new_session(driver: &Driver, programs: &Programs) -> Self {
        let config = Agent::config_builder().timeout_global(Some(PATIENCE)).http_status_as_error(false).proxy(None).build();
        let agent: Agent = config.into();
        let base = format!("http://127.0.0.1:{}/session", driver.port);
        let asked = json!({ "capabilities": { "alwaysMatch": wishes(driver, programs) } });
        let made = answer(agent.post(&base).send(asked.to_string()));
        let made = made.unwrap_or_else(|e| panic!("no browser: {}: {}\n{}", e.error, e.message, driver.reported()));
        let id = made["sessionId"].as_str().expect("a session has an id");
        Self { session: format!("{base}/{id}"), agent }
    }

    /// Asks the driver for something.
    pub fn try_get(&self, path: &str) -> Result<Value, Refused> {
        answer(self.agent.get(format!("{}/{path}", self.session)).call())
    }

    /// Tells the driver to do something.
    pub fn try_post(&self, path: &str, body: &Value) -> Result<Value, Refused> {
        answer(self.agent.post(format!("{}/{path}", self.session)).send(body.to_string()))
    }

    pub fn get(&self, path: &str) -> Value {
        self.try_get(path).unwrap_or_else(|refused| self.give_up(path, &refused))
    }

    pub fn post(&self, path: &str, body: &Value) -> Value {
        self.try_post(path, body).unwrap_or_else(|refused| self.give_up(&format!("{path} {body}"), &refused))
    }

    pub fn delete(&self, path: &str) {
        let answered = answer(self.agent.delete(format!("{}/{path}", self.session)).call());
        answered.map_or_else(|refused| self.give_up(path, &refused), drop);
    }

    /// Ends the test, with what stands on the page.
    pub fn give_up(&self, what: &str, refused: &Refused) -> ! {
        let url = self.try_get("url").unwrap_or_default();
        let body = json!({ "script": "return document.body ? document.body.innerText : ''", "args": [] });
        let text = self.try_post("execute/sync", &body).unwrap_or_default();
        let text: String = text.as_str().unwrap_or_default().chars().take(3000).collect();
        panic!("{what}: {}: {}\nat {url}:\n{text}", refused.error, refused.message)
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        let _ = self.agent.delete(&self.session).call(); // whatever is left is ended with its process group
    }
}

/// What the browser shall be: nothing of its own on the network, nothing of the machine's own in it.
fn wishes(driver: &Driver, programs: &Programs) -> Value {
    let profile = format!("--user-data-dir={}", driver.profile().display());
    let mut arguments = vec![
        "--headless=new",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--no-default-browser-check",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-default-apps",
        "--disable-extensions",
        "--disable-dev-shm-usage",
        "--force-color-profile=srgb",
        "--hide-scrollbars",
        // No name resolves and no address is reached but the loopback's.
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost, EXCLUDE [::1]",
        "--no-proxy-server",
        &profile,
    ];
    if rustix::process::geteuid().is_root() {
        arguments.push("--no-sandbox"); // the sandbox refuses to start for root
    }
    json!({
        "browserName": "chrome",
        "unhandledPromptBehavior": "accept and notify",
        "goog:loggingPrefs": { "performance": "ALL", "browser": "ALL" },
        "goog:chromeOptions": {
            "binary": programs.browser,
            "args": arguments,
            "perfLoggingPrefs": { "enableNetwork": true, "enablePage": false },
        },
    })
}

fn answer(answered: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Result<Value, Refused> {
    let broken = |message: String| Refused { error: "the driver does not answer".into(), message };
    let mut answered = answered.map_err(|error| broken(error.to_string()))?;
    let ok = answered.status().is_success();
    // Screenshots of long pages are large.
    let read = answered.body_mut().with_config().limit(256 << 20).read_to_string();
    let body = read.map_err(|error| broken(error.to_string()))?;
    let mut body: Value = serde_json::from_str(&body).map_err(|error| broken(error.to_string()))?;
    let value = body["value"].take();
    if ok {
        return Ok(value);
    }
    let word = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
    Err(Refused { error: word("error"), message: word("message") })
}
