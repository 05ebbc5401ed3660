//! Chain: the digest of each entry over its text and the digest before it (SHA-256, FIPS 180-4).

use sha2::{Digest, Sha256};

use crate::digest::to_hex;

/// The digest of an entry, as 64 hex digits; of the beginning, before any entry, 64 zeros.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Link(String);

impl Link {
    /// What stands before the first entry.
    #[must_use]
    pub fn beginning() -> Link {
        Link("0".repeat(64))
    }

    /// Wraps a digest as it was read back.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Link {
        Link(text.into())
    }

    /// The digest as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The digest of the entry that follows: over this one, its number, its time and its text, each with its length before it.
    #[must_use]
    pub fn next(&self, number: u64, at: i64, body: &str) -> Link {
        let mut digest = Sha256::new();
        digest.update(b"lightproof journal 1\n");
        digest.update(self.0.as_bytes());
        digest.update(number.to_be_bytes());
        digest.update(at.to_be_bytes());
        digest.update((body.len() as u64).to_be_bytes());
        digest.update(body.as_bytes());
        Link(to_hex(&digest.finalize()))
    }
}

/// An entry as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// Its place, from 1 without a gap.
    pub number: u64,
    /// When it was written, milliseconds since 1970, UTC.
    pub at: i64,
    /// What it says.
    pub body: String,
    /// Its digest.
    pub link: Link,
}

/// How far a journal had come when this was written down elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Where it was written down, for a person.
    pub kept_at: String,
    /// Number of the latest entry.
    pub number: u64,
    /// Its digest.
    pub link: Link,
}

/// Where a journal is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// An entry is missing, or stands where it does not belong.
    #[error("entry {found} stands where entry {expected} should")]
    Order {
        /// Which should be there.
        expected: u64,
        /// Which is.
        found: u64,
    },
    /// An entry's text, time or digest was changed.
    #[error("entry {number} is not as it was written")]
    Changed {
        /// Which.
        number: u64,
    },
    /// The end is missing.
    #[error("the journal ends with entry {last}, and {kept_at} knows of entry {number}: its end was cut off")]
    Cut {
        /// The last entry that is there.
        last: u64,
        /// The entry that was there.
        number: u64,
        /// Who knows.
        kept_at: String,
    },
    /// Another journal.
    #[error("{kept_at} knows another entry {number}: this is not the journal it was written with, or all of it was written anew")]
    Another {
        /// Which entry.
        number: u64,
        /// Who knows.
        kept_at: String,
    },
}

/// Whether these entries are as they were written, in order and to the end that others know of. How many there are.
///
/// # Errors
/// The first [`Broken`] place, or whatever reading an entry returns.
pub fn verify<E: From<Broken>>(entries: impl Iterator<Item = Result<Text, E>>, heads: &[Head]) -> Result<u64, E> {
    let (mut last, mut link) = (0, Link::beginning());
    for entry in entries {
        let entry = entry?;
        if entry.number != last + 1 {
            return Err(Broken::Order { expected: last + 1, found: entry.number }.into());
        }
        link = link.next(entry.number, entry.at, &entry.body);
        last = entry.number;
        if link != entry.link {
            return Err(Broken::Changed { number: last }.into());
        }
        if let Some(other) = heads.iter().find(|head| head.number == last && head.link != link) {
            return Err(Broken::Another { number: last, kept_at: other.kept_at.clone() }.into());
        }
    }
    match heads.iter().filter(|head| head.number > last).max_by_key(|head| head.number) {
        Some(head) => Err(Broken::Cut { last, number: head.number, kept_at: head.kept_at.clone() }.into()),
        None => Ok(last),
    }
}
