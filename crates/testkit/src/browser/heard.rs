//! What the browser asked for and complained of: every address requested, every error, every breach of the page's policy.
//!
//! The driver hands each line out once; here they are kept.

use serde_json::{Value, json};

use super::{Browser, text_of};

/// Something the browser wrote to its console.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// `SEVERE`, `WARNING`, `INFO`, …
    pub level: String,
    /// `javascript`, `network`, `security` (a breach of the content security policy), `console-api`, …
    pub source: String,
    /// What it said.
    pub text: String,
}

#[derive(Debug, Default)]
pub(super) struct Heard {
    requests: Vec<String>,
    complaints: Vec<Complaint>,
}

impl Browser {
    /// The addresses of all requests since the browser started, in order; those too that were blocked or failed.
    #[must_use]
    pub fn requests(&self) -> Vec<String> {
        let lines = self.wire.post("se/log", &json!({ "type": "performance" }));
        let lines = lines.as_array().map(Vec::as_slice).unwrap_or_default();
        let mut heard = self.heard.borrow_mut();
        heard.requests.extend(lines.iter().filter_map(|line| requested(line["message"].as_str()?)));
        heard.requests.clone()
    }

    /// The requests that left this machine, or would have.
    #[must_use]
    pub fn requests_elsewhere(&self) -> Vec<String> {
        self.requests().into_iter().filter(|url| !is_here(url)).collect()
    }

    /// All that was written to the console since the browser started.
    #[must_use]
    pub fn console(&self) -> Vec<Complaint> {
        let lines = self.wire.post("se/log", &json!({ "type": "browser" }));
        let lines = lines.as_array().map(Vec::as_slice).unwrap_or_default();
        let mut heard = self.heard.borrow_mut();
        heard.complaints.extend(lines.iter().map(|line| Complaint {
            level: text_of(&line["level"]),
            source: text_of(&line["source"]),
            text: text_of(&line["message"]),
        }));
        heard.complaints.clone()
    }

    /// The warnings and errors among them: scripts that failed, what could not be loaded, breaches of the policy.
    #[must_use]
    pub fn complaints(&self) -> Vec<Complaint> {
        self.console().into_iter().filter(|said| ["SEVERE", "WARNING"].contains(&said.level.as_str())).collect()
    }
}

/// The address of a request, out of an event of the DevTools protocol.
fn requested(event: &str) -> Option<String> {
    let event: Value = serde_json::from_str(event).ok()?;
    let (message, parameters) = (&event["message"], &event["message"]["params"]);
    match message["method"].as_str()? {
        "Network.requestWillBeSent" => parameters["request"]["url"].as_str().map(str::to_owned),
        "Network.webSocketCreated" => parameters["url"].as_str().map(str::to_owned),
        _ => None,
    }
}

/// Whether an address is on this machine, or is no address on a network at all.
fn is_here(url: &str) -> bool {
    let (scheme, rest) = url.split_once(':').unwrap_or(("", url));
    if ["data", "blob", "about", "chrome", "devtools", "chrome-error"].contains(&scheme) {
        return true;
    }
    let authority = rest.trim_start_matches('/').split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    ["127.0.0.1", "localhost", "[::1]"].contains(&host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_loopback_is_here() {
        for url in ["http://127.0.0.1:8080/a?b", "http://localhost/", "http://[::1]:9/x", "data:text/plain,x", "blob:http://a/1"]
        {
            assert!(is_here(url), "{url}");
        }
        for url in ["https://example.org/", "http://127.0.0.1.example.org/", "ws://10.0.0.1:80/", "http://user@127.0.0.1:80/"] {
            assert!(!is_here(url), "{url}");
        }
    }

    #[test]
    fn a_request_is_known_by_its_event() {
        let event =
            r#"{"message":{"method":"Network.requestWillBeSent","params":{"request":{"url":"http://a/"}}},"webview":"x"}"#;
        assert_eq!(requested(event).as_deref(), Some("http://a/"));
        assert_eq!(requested(r#"{"message":{"method":"Network.dataReceived","params":{}}}"#), None);
    }
}
