//! Verbs: the words of the `decision` columns.
//!
//! Read as people write them: blanks around and capital letters make no difference. Anything else is refused with what can be said.

use std::{fmt, str::FromStr};

use crate::{anomaly::Correction, moment::RecordedDate};

/// What is said of a member of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verb {
    /// It stays.
    Keep,
    /// It is to be set aside.
    Quarantine,
    /// Not now.
    Later,
    /// It is no duplicate of the others.
    NotDuplicates,
}

/// A text in a `decision` column that says nothing known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no decision: it may be {allowed}")]
pub struct NotAVerb {
    text: String,
    allowed: &'static str,
}

impl Verb {
    /// All verbs, in the order in which they are printed.
    pub const ALL: [Verb; 4] = [Verb::Keep, Verb::Quarantine, Verb::Later, Verb::NotDuplicates];

    /// The word in the `decision` column.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Verb::Keep => "keep",
            Verb::Quarantine => "quarantine",
            Verb::Later => "later",
            Verb::NotDuplicates => "not-duplicates",
        }
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Verb {
    type Err = NotAVerb;

    fn from_str(text: &str) -> Result<Verb, NotAVerb> {
        let said = text.trim().to_ascii_lowercase();
        Verb::ALL
            .into_iter()
            .find(|verb| verb.word() == said)
            .ok_or_else(|| NotAVerb { text: text.trim().to_owned(), allowed: "keep, quarantine, later or not-duplicates" })
    }
}

/// What is said of an anomaly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AnomalyVerb {
    /// What is to be done about the date.
    Resolve(Correction),
    /// Not now.
    Later,
}

impl AnomalyVerb {
    /// Whether the anomaly is resolved by it.
    #[must_use]
    pub fn resolves(self) -> bool {
        matches!(self, AnomalyVerb::Resolve(_))
    }
}

impl fmt::Display for AnomalyVerb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AnomalyVerb::Resolve(correction) => correction.fmt(f),
            AnomalyVerb::Later => f.write_str("later"),
        }
    }
}

/// Seconds in a hundred years: no clock is further off.
const FARTHEST: u64 = 100 * 366 * 86_400;

impl FromStr for AnomalyVerb {
    type Err = NotAVerb;

    fn from_str(text: &str) -> Result<AnomalyVerb, NotAVerb> {
        let refused = || NotAVerb {
            text: text.trim().to_owned(),
            allowed: "leave, fix YYYY-MM-DDTHH:MM:SS, shift +SECONDS or -SECONDS, or later",
        };
        let said = text.trim().to_ascii_lowercase();
        let (word, rest) = said.split_once(char::is_whitespace).map_or((said.as_str(), ""), |(word, rest)| (word, rest.trim()));
        match (word, rest) {
            ("leave", "") => Ok(AnomalyVerb::Resolve(Correction::Leave)),
            ("later", "") => Ok(AnomalyVerb::Later),
            ("fix", at) => date(at).map(|at| AnomalyVerb::Resolve(Correction::Fix(at))).ok_or_else(refused),
            ("shift", by) => by
                .parse()
                .ok()
                .filter(|by: &i64| *by != 0 && by.unsigned_abs() <= FARTHEST)
                .map(|by| AnomalyVerb::Resolve(Correction::Shift(by)))
                .ok_or_else(refused),
            _ => Err(refused()),
        }
    }
}

/// A wall clock as `YYYY-MM-DDTHH:MM:SS`, in small letters; a blank may stand for the `t`.
fn date(text: &str) -> Option<crate::moment::WallClock> {
    let exact = text.len() == 19 && text.is_ascii() && matches!(text.as_bytes()[10], b't' | b' ');
    let exif = exact.then(|| format!("{} {}", text[..10].replace('-', ":"), &text[11..]))?;
    RecordedDate::parse(&exif).at()
}
