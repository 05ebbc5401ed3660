//! `SecretName`: of which server and which owner a key is.

use std::fmt;

use lightproof_sources::immich::names::{self, NotAName};

/// The name of a key: which owner's, on which server.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SecretName {
    server: String,
    owner: String,
}

impl SecretName {
    /// The key of an owner on a server.
    ///
    /// # Errors
    /// [`NotAName`] when one of them cannot be called so.
    pub fn new(server: &str, owner: &str) -> Result<SecretName, NotAName> {
        names::server(server)?;
        names::owner(owner)?;
        Ok(SecretName { server: server.to_owned(), owner: owner.to_owned() })
    }

    /// The server's name.
    #[must_use]
    pub fn server(&self) -> &str {
        &self.server
    }

    /// The owner's name.
    #[must_use]
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// The environment variable that may hold it: upper case, and `_` for all but letters without accents and digits.
    #[must_use]
    pub fn variable(&self) -> String {
        let plain = |text: &str| -> String {
            text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect()
        };
        format!("LIGHTPROOF_IMMICH_{}_{}_KEY", plain(&self.server), plain(&self.owner))
    }
}

impl fmt::Display for SecretName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on {}", self.owner, self.server)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_is_named_after_server_and_owner() {
        for (server, owner, variable) in [
            ("home", "alice", "LIGHTPROOF_IMMICH_HOME_ALICE_KEY"),
            ("nas-2", "Ann Marie", "LIGHTPROOF_IMMICH_NAS_2_ANN_MARIE_KEY"),
            ("home", "Zoë", "LIGHTPROOF_IMMICH_HOME_ZO__KEY"),
        ] {
            assert_eq!(SecretName::new(server, owner).unwrap().variable(), variable);
        }
        assert_eq!(SecretName::new("two words", "alice"), Err(NotAName::Server));
        assert_eq!(SecretName::new("home", "-x"), Err(NotAName::Owner));
    }
}
