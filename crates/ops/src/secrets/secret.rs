//! `Secret`: one line that nobody may see.

use std::fmt;

use zeroize::Zeroizing;

/// A secret: one line of visible characters. Cannot be printed; its memory is overwritten when it is dropped.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

/// The most bytes that a secret may have.
pub(super) const LONGEST: usize = 4096;

impl Secret {
    /// A secret as a provider or a person gives it; white space around it is not part of it. Nothing when it is empty, too long or
    /// more than one line.
    #[must_use]
    pub fn new(text: &str) -> Option<Secret> {
        let text = text.trim();
        let fits = !text.is_empty() && text.len() <= LONGEST && !text.contains(char::is_control);
        fits.then(|| Secret(Zeroizing::new(text.to_owned())))
    }

    /// The secret itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_one_line_and_never_shown() {
        let secret = Secret::new(" canary two\n").unwrap();
        assert_eq!(secret.expose(), "canary two");
        assert!(!format!("{secret:?} {:?}", Some(&secret)).contains("canary"));
        for wrong in ["", " \n", "a\nb", "a\0b", &"x".repeat(LONGEST + 1)] {
            assert!(Secret::new(wrong).is_none());
        }
    }
}
