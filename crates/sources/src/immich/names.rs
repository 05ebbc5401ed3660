//! Names that a person gives: of a server, and of an owner of assets on it.
//!
//! A server's name stands in `immich:NAME`, an owner's in columns and in the places where keys are kept, so both are kept simple.

/// Why a text is no name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAName {
    /// No server is called so.
    #[error("a server's name is up to 64 letters without accents, digits, `-`, `_` and `.`, and begins with a letter or digit")]
    Server,
    /// No owner is called so.
    #[error("an owner's name is up to 64 letters, digits, spaces and `.-_@+'`, and begins with a letter or digit")]
    Owner,
}

/// Checks the name of a server.
///
/// # Errors
/// [`NotAName::Server`].
pub fn server(name: &str) -> Result<(), NotAName> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let begins = name.starts_with(|c: char| c.is_ascii_alphanumeric());
    if begins && name.len() <= 64 && name.chars().all(fits) { Ok(()) } else { Err(NotAName::Server) }
}

/// Checks the name of an owner.
///
/// # Errors
/// [`NotAName::Owner`].
pub fn owner(name: &str) -> Result<(), NotAName> {
    // Accents may be characters of their own (U+0300 to U+036F).
    let fits = |c: char| c.is_alphanumeric() || " .-_@+'".contains(c) || ('\u{300}'..='\u{36f}').contains(&c);
    let begins = name.starts_with(char::is_alphanumeric) && !name.ends_with(' ');
    if begins && name.chars().count() <= 64 && name.chars().all(fits) { Ok(()) } else { Err(NotAName::Owner) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_simple() {
        for good in ["home", "nas-2", "immich.example.org", "A_b"] {
            assert_eq!(server(good), Ok(()), "{good}");
        }
        for wrong in ["", "-x", "two words", "zoë", "a/b", "a:b", &"x".repeat(65)] {
            assert_eq!(server(wrong), Err(NotAName::Server), "{wrong}");
        }
        for good in ["alice", "Zoë", "O'Brien", "Ann Marie", "bob@example.org", "Ame\u{301}lie", "王"] {
            assert_eq!(owner(good), Ok(()), "{good}");
        }
        for wrong in ["", " a", "a ", "-x", "a\nb", "a=b", "a\"b", "a\u{202e}b", "a/b", &"x".repeat(65)] {
            assert_eq!(owner(wrong), Err(NotAName::Owner), "{wrong:?}");
        }
    }
}
