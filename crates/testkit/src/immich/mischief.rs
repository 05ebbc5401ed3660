//! `Misbehaviour`: what the fake does instead of answering well, and when.

use std::time::Duration;

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Misbehaviour {
    /// 429, come again after so many seconds.
    TooMany {
        /// Seconds.
        retry_after: u32,
    },
    /// This status with an error as Immich writes it.
    Fails(u16),
    /// Does what was asked for, and answers with this status and an error as Immich writes it.
    FailsAfterwards(u16),
    /// This status with a proxy's web page.
    FailsWithPage(u16),
    /// 200 with a web page.
    WebPage,
    /// The connection is reset before a byte of the answer.
    ResetBefore,
    /// The connection is reset after the headers.
    ResetAfterHeaders,
    /// The connection ends after so many bytes of the body, though the headers promise all of it.
    EndsAfter(u64),
    /// Half of the body, whose length the headers tell truly: it is the text that breaks off.
    HalfTheText,
    /// The headers promise so many bytes more than come; then the connection ends.
    LengthTooLong(u64),
    /// The headers promise so many bytes less than come: the rest lies on the line before the next answer.
    LengthTooShort(u64),
    /// One byte at a time, with this pause after each.
    Drips(Duration),
    /// No answer, for as long as the other side waits.
    Hangs,
    /// The answer, this much later.
    Late(Duration),
    /// 302 to another host: the trap (see [`super::FakeImmich::trap`]).
    SendsToTrap,
    /// This redirect to this address.
    SendsTo(u16, String),
    /// 500 with the key of the request in its text.
    EchoesKey,
    /// 401, as when the key was revoked.
    ForgetsKey,
    /// The whole file with 200, whatever range was asked for.
    IgnoresRange,
    /// 206 with a `Content-Range` that tells of other bytes than come.
    LiesAboutRange,
    /// 206 with a whole length other than the file's.
    LiesAboutLength,
    /// An asset of this user is added before the request is answered, as by a phone that backs up.
    Gains(super::Id),
    /// From now on, the server is in maintenance mode; this request too.
    BeginsMaintenance,
}

/// Which of the requests that fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// All.
    Always,
    /// The first so many.
    First(u64),
    /// All after so many.
    After(u64),
    /// Only this one, counted from 1.
    Nth(u64),
    /// From this one to that one, counted from 1.
    FromTo(u64, u64),
    /// Each so-manieth.
    Every(u64),
}

impl When {
    fn fits(self, count: u64) -> bool {
        match self {
            When::Always => true,
            When::First(n) => count <= n,
            When::After(n) => count > n,
            When::Nth(n) => count == n,
            When::FromTo(first, last) => (first..=last).contains(&count),
            When::Every(n) => n > 0 && count.is_multiple_of(n),
        }
    }
}

/// One misbehaviour for some requests.
#[derive(Debug)]
pub(super) struct Rule {
    pub pattern: String,
    pub when: When,
    pub what: Misbehaviour,
    pub count: u64,
}

impl Rule {
    /// Counts this request if it fits; what goes wrong with it, if anything does.
    pub fn strikes(&mut self, method: &str, path: &str) -> Option<Misbehaviour> {
        let fits = match self.pattern.split_once(' ') {
            Some((wanted, pattern)) => wanted == method && matches(pattern, path),
            None => matches(&self.pattern, path),
        };
        self.count += u64::from(fits);
        (fits && self.when.fits(self.count)).then(|| self.what.clone())
    }
}

/// `*` stands for anything.
fn matches(pattern: &str, path: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == path,
        Some((start, rest)) => path.strip_prefix(start).is_some_and(|path| {
            let mut ends = path.char_indices().map(|(at, _)| at).chain([path.len()]);
            ends.any(|at| matches(rest, &path[at..]))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_fits_paths_and_methods() {
        for (pattern, method, path, fits) in [
            ("*", "GET", "/api/users/me", true),
            ("/api/assets/*/original", "GET", "/api/assets/1/original", true),
            ("/api/assets/*/original", "GET", "/api/assets/1/thumbnail", false),
            ("/api/assets/*", "GET", "/api/assets/1/thumbnail", true),
            ("POST /api/search/*", "POST", "/api/search/metadata", true),
            ("POST /api/search/*", "GET", "/api/search/metadata", false),
            ("/api/users", "GET", "/api/users/me", false),
        ] {
            let mut rule = Rule { pattern: pattern.to_owned(), when: When::Always, what: Misbehaviour::Hangs, count: 0 };
            assert_eq!(rule.strikes(method, path).is_some(), fits, "{pattern} {method} {path}");
        }
    }

    #[test]
    fn a_rule_counts_what_fits_and_strikes_when_it_is_said_to() {
        for (when, struck) in [
            (When::Always, [true, true, true, true]),
            (When::First(2), [true, true, false, false]),
            (When::After(1), [false, true, true, true]),
            (When::Nth(3), [false, false, true, false]),
            (When::FromTo(2, 3), [false, true, true, false]),
            (When::Every(2), [false, true, false, true]),
        ] {
            let mut rule = Rule { pattern: "/a".to_owned(), when, what: Misbehaviour::WebPage, count: 0 };
            assert_eq!([(); 4].map(|()| rule.strikes("GET", "/a").is_some()), struck, "{when:?}");
            assert!(rule.strikes("GET", "/b").is_none());
        }
    }
}
