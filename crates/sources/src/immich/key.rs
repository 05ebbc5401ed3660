//! `ApiKey`: the secret with which one owner's assets are read.
//!
//! It cannot be printed, compared or taken apart outside this crate; its memory is overwritten when it is dropped.

use std::fmt;

use zeroize::Zeroizing;

/// An API key of one Immich user.
#[derive(Clone)]
pub struct ApiKey(Zeroizing<String>);

/// What was given cannot be a key; what it was is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("that is no API key: a key is one line of letters and digits")]
pub struct NotAKey;

impl ApiKey {
    /// A key as a person or a provider gives it; white space around it is not part of it.
    ///
    /// # Errors
    /// [`NotAKey`] when it is empty or holds what a header cannot carry.
    pub fn new(text: &str) -> Result<ApiKey, NotAKey> {
        let text = text.trim();
        let fits = !text.is_empty() && text.len() <= 512 && text.bytes().all(|b| b.is_ascii_graphic());
        if fits { Ok(ApiKey(Zeroizing::new(text.to_owned()))) } else { Err(NotAKey) }
    }

    /// The key itself, for the header of a request and for the provider that keeps it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_one_word_and_never_shown() {
        let key = ApiKey::new(" canary123\n").unwrap();
        assert_eq!(key.expose(), "canary123");
        assert!(!format!("{key:?}").contains("canary"));
        for wrong in ["", "  ", "two words", "zwölf", "line\nline"] {
            assert_eq!(ApiKey::new(wrong).unwrap_err(), NotAKey, "{wrong:?}");
        }
    }
}
