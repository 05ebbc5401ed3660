//! `Environment`: keys in environment variables, as service managers and containers hand them over. Only read.

use std::{ffi::OsString, fmt};

use zeroize::Zeroizing;

use super::{Provider, Secret, SecretError, SecretName};

/// Keys in `LIGHTPROOF_IMMICH_<SERVER>_<OWNER>_KEY`.
pub struct Environment {
    look: Box<Look>,
}

type Look = dyn Fn(&str) -> Option<OsString>;

/// How all variables begin that hold a key: no other program is handed one of these.
pub(super) const PREFIX: &str = "LIGHTPROOF_IMMICH_";

impl Environment {
    /// The environment of this process.
    #[must_use]
    pub fn of_this_process() -> Environment {
        Environment { look: Box::new(|variable| std::env::var_os(variable)) }
    }

    /// Variables as `look` gives them.
    #[must_use]
    pub fn from(look: impl Fn(&str) -> Option<OsString> + 'static) -> Environment {
        Environment { look: Box::new(look) }
    }

    /// Refuses when two of these names share a variable that is set.
    ///
    /// # Errors
    /// [`SecretError::Ambiguous`].
    pub fn tell_apart(&self, names: &[SecretName]) -> Result<(), SecretError> {
        for (i, one) in names.iter().enumerate() {
            let variable = one.variable();
            let other = names[i + 1..].iter().find(|other| *other != one && other.variable() == variable);
            if let Some(other) = other.filter(|_| (self.look)(&variable).is_some()) {
                return Err(SecretError::Ambiguous { variable, one: one.to_string(), other: other.to_string() });
            }
        }
        Ok(())
    }
}

impl Provider for Environment {
    fn word(&self) -> &'static str {
        "environment"
    }

    fn place(&self, name: &SecretName) -> String {
        format!("the environment variable {}", name.variable())
    }

    fn is_writable(&self) -> bool {
        false
    }

    fn get(&self, name: &SecretName) -> Result<Option<Secret>, SecretError> {
        let garbled = || SecretError::Garbled { place: self.place(name), line: None };
        match (self.look)(&name.variable()) {
            None => Ok(None),
            // A variable that is set to nothing is how many service managers leave one out.
            Some(value) if value.is_empty() => Ok(None),
            Some(value) => {
                let value = Zeroizing::new(value.into_encoded_bytes());
                let text = std::str::from_utf8(&value).map_err(|_| garbled())?;
                Secret::new(text).map(Some).ok_or_else(garbled)
            }
        }
    }

    fn put(&self, name: &SecretName, _: &Secret) -> Result<(), SecretError> {
        Err(SecretError::ReadOnly { place: self.place(name) })
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Environment")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_owners_never_share_a_variable_unnoticed() {
        let name = |owner| SecretName::new("home", owner).unwrap();
        let names = [name("ann-marie"), name("bob"), name("ann marie")];
        let set = Environment::from(|_| Some("canary".into()));
        let told = set.tell_apart(&names).unwrap_err().to_string();
        assert!(told.contains("ann-marie on home") && told.contains("ann marie on home") && !told.contains("canary"), "{told}");
        assert_eq!(set.tell_apart(&names[..2]), Ok(()));
        assert_eq!(Environment::from(|_| None).tell_apart(&names), Ok(()), "only what is set can be mistaken");
    }
}
