//! What an answer means: the refusals and failures of a server, as [`ImmichError`]s.
//!
//! Whatever a server says is shortened, stripped of what a terminal would obey, and never holds the key, even where the server sends
//! the key back.

use serde::Deserialize;
use ureq::http::{HeaderMap, header};

use super::{error::ImmichError, key::ApiKey, reply::content_type};

/// How often a request is sent again after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Again {
    /// The answer will not change.
    Never,
    /// Once: it may have been an accident.
    Once,
    /// As often as patience lasts.
    Often,
}

/// A request that failed.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) error: ImmichError,
    pub(super) again: Again,
    /// How many seconds the server asks to wait.
    pub(super) after: Option<u64>,
    /// Whether maintenance mode might be behind it.
    pub(super) maintenance: bool,
}

impl Failure {
    pub(super) fn new(error: ImmichError, again: Again) -> Failure {
        Failure { error, again, after: None, maintenance: false }
    }
}

/// Of what is spoken: the server, what it is asked for, and the key that must not be repeated.
#[derive(Debug, Clone, Copy)]
pub(super) struct Topic<'a> {
    pub(super) url: &'a str,
    pub(super) what: &'a str,
    pub(super) key: Option<&'a ApiKey>,
}

/// An error as Immich words it: 2.x with `message`, `error` and `statusCode`, 3.x with more.
#[derive(Debug, Deserialize)]
struct Refusal {
    message: serde_json::Value,
    #[serde(default, rename = "statusCode")]
    status_code: Option<serde_json::Value>,
    #[serde(default)]
    error: Option<serde_json::Value>,
}

impl Refusal {
    fn read(body: &[u8]) -> Option<Refusal> {
        let refusal: Refusal = serde_json::from_slice(body).ok()?;
        (refusal.status_code.is_some() || refusal.error.is_some()).then_some(refusal)
    }

    fn words(&self) -> String {
        match &self.message {
            serde_json::Value::String(words) => words.clone(),
            serde_json::Value::Array(list) => list
                .iter()
                .map(|words| words.as_str().map_or_else(|| words.to_string(), str::to_owned))
                .collect::<Vec<_>>()
                .join("; "),
            other => other.to_string(),
        }
    }
}

/// Characters of a server's words that are repeated.
const WORDS: usize = 200;
/// Characters of what is not Immich's that are repeated.
const EXCERPT: usize = 60;

impl Topic<'_> {
    /// What a server refused or failed to do: its answer had a status of 400 or more.
    pub(super) fn refusal(&self, status: u16, headers: &HeaderMap, body: &[u8]) -> Failure {
        let refusal = Refusal::read(body);
        let words = refusal.as_ref().map(Refusal::words);
        let why = words.as_ref().map_or_else(|| self.excerpt(headers, body), |words| self.presentable(words, WORDS));
        let failed = || ImmichError::Failed { url: self.url.to_owned(), what: self.what.to_owned(), status, why: why.clone() };
        let (error, again, maintenance) = match (status, words.as_deref()) {
            (408 | 429, _) => (failed(), Again::Often, false),
            // An original that is not where it should be is answered so, each time.
            (500, Some(_)) => (failed(), Again::Once, true),
            (502..=504, _) | (500.., Some(_)) => (failed(), Again::Often, true),
            (500.., None) => (self.not_immich(status, headers, body), Again::Often, true),
            (_, None) => (self.not_immich(status, headers, body), Again::Never, true),
            (401, Some(words)) if words.contains("Elevated permission") => {
                (ImmichError::Forbidden { permission: format!("ask for {}: {why}", self.what) }, Again::Never, false)
            }
            (401, Some(_)) => (ImmichError::BadKey { url: self.url.to_owned() }, Again::Never, true),
            (403, Some(words)) => {
                let permission = match words.strip_prefix("Missing required permission: ") {
                    Some(permission) => self.presentable(permission, WORDS),
                    None if words == "Forbidden" => format!("ask for {}", self.what),
                    None => format!("ask for {}: {why}", self.what),
                };
                (ImmichError::Forbidden { permission }, Again::Never, false)
            }
            (400 | 404 | 410, Some(words)) => {
                let error = ImmichError::NotThere { url: self.url.to_owned(), what: self.what.to_owned(), why: why.clone() };
                (error, Again::Never, words.starts_with("Cannot "))
            }
            (_, Some(_)) => (failed(), Again::Never, false),
        };
        let after = headers.get(header::RETRY_AFTER).and_then(|after| after.to_str().ok()?.trim().parse().ok());
        Failure { error, again, after, maintenance }
    }

    /// Where a server sends on to, without what may be secret in it: as an address to connect with, where it is the same call there.
    pub(super) fn redirected(&self, headers: &HeaderMap) -> Failure {
        let location =
            headers.get(header::LOCATION).map(|to| String::from_utf8_lossy(to.as_bytes()).into_owned()).unwrap_or_default();
        let to = location.split(['?', '#']).next().unwrap_or_default();
        let to = match to.split_once("://") {
            Some((scheme, rest)) => {
                let (host, path) = rest.split_once('/').map_or((rest, String::new()), |(host, path)| (host, format!("/{path}")));
                format!("{scheme}://{}{path}", host.rsplit('@').next().unwrap_or_default())
            }
            None if to.is_empty() => "nowhere".to_owned(),
            None => to.to_owned(),
        };
        let to = to.strip_suffix(&format!("/api{}", self.what)).filter(|to| !to.is_empty()).unwrap_or(&to);
        Failure::new(ImmichError::Redirected { url: self.url.to_owned(), to: self.presentable(to, WORDS) }, Again::Never)
    }

    /// An answer that is not Immich's.
    pub(super) fn not_immich(&self, status: u16, headers: &HeaderMap, body: &[u8]) -> ImmichError {
        let instead = format!("{status} {}", self.excerpt(headers, body));
        ImmichError::NotImmich { url: self.url.to_owned(), what: self.what.to_owned(), instead }
    }

    /// An answer that cannot be understood.
    pub(super) fn garbled(&self, why: &str) -> ImmichError {
        ImmichError::Garbled { url: self.url.to_owned(), what: self.what.to_owned(), why: self.presentable(why, WORDS) }
    }

    /// No connection.
    pub(super) fn unreachable(&self, why: &str) -> ImmichError {
        ImmichError::Unreachable { url: self.url.to_owned(), why: self.presentable(why, WORDS) }
    }

    /// Took too long.
    pub(super) fn too_slow(&self) -> ImmichError {
        ImmichError::TooSlow { url: self.url.to_owned(), what: self.what.to_owned() }
    }

    fn excerpt(&self, headers: &HeaderMap, body: &[u8]) -> String {
        let kind = content_type(headers).unwrap_or_else(|| "no type".to_owned());
        let body = &body[..body.len().min(4096)];
        let text = self.presentable(&String::from_utf8_lossy(body), EXCERPT);
        let kind = self.presentable(&kind, EXCERPT);
        if text.is_empty() { format!("{kind}, empty") } else { format!("{kind}: {text}") }
    }

    /// A server's words as they may be shown: on one line, so long, and without the key.
    fn presentable(&self, text: &str, most: usize) -> String {
        let text = self.without_key(text);
        let shown = text.chars().map(|c| if c.is_control() || is_unseen(c) { ' ' } else { c }).collect::<String>();
        let shown = self.without_key(&shown.split_whitespace().collect::<Vec<_>>().join(" "));
        match shown.char_indices().nth(most) {
            Some((end, _)) => format!("{}…", &shown[..end]),
            None => shown,
        }
    }

    /// Whatever the case: types and hosts come back in small letters.
    fn without_key(&self, text: &str) -> String {
        let Some(key) = self.key.map(|key| key.expose().to_ascii_lowercase()) else { return text.to_owned() };
        let small = text.to_ascii_lowercase();
        let mut rest = 0;
        let mut shown = String::new();
        for (at, _) in small.match_indices(&key) {
            shown.push_str(&text[rest..at]);
            shown.push('…');
            rest = at + key.len();
        }
        shown + &text[rest..]
    }
}

/// Characters that turn or hide what stands around them.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fffd}')
}
