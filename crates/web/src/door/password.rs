//! The password without which nothing but this machine itself is listened to.
//!
//! Only a salted digest of it stays in memory, and for this one run: there is nothing stored to protect by a slow hash.

use std::fmt;

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::token::Token;

/// Fewer characters are no password.
const SHORTEST: usize = 8;

/// A password to come in by.
#[derive(Clone)]
pub struct Password {
    salt: String,
    digest: [u8; 32],
}

/// A password that is too short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a password has at least {SHORTEST} characters")]
pub struct WeakPassword;

impl Password {
    /// Takes a password as it was typed.
    ///
    /// # Errors
    /// [`WeakPassword`] when it is too short.
    pub fn new(typed: &str) -> Result<Password, WeakPassword> {
        if typed.chars().count() < SHORTEST {
            return Err(WeakPassword);
        }
        let salt = Token::random().to_hex();
        Ok(Password { digest: digest(&salt, typed), salt })
    }

    /// Whether this is the password; takes as long whatever it differs in.
    pub(super) fn is(&self, typed: &str) -> bool {
        self.digest.ct_eq(&digest(&self.salt, typed)).into()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password")
    }
}

fn digest(salt: &str, typed: &str) -> [u8; 32] {
    Sha256::new().chain_update(salt).chain_update(typed).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_itself_alone_and_is_not_printed() {
        let password = Password::new("long enough").unwrap();
        assert!(password.is("long enough"));
        assert!(!password.is("long enough "));
        assert!(!password.is(""));
        assert_eq!(format!("{password:?}"), "Password");
        assert_eq!(Password::new("short").unwrap_err(), WeakPassword);
    }
}
