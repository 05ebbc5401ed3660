//! `SecretError`: why a secret could not be got or kept; worded once, and never with a secret in it.

/// Why a secret could not be got or kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// Others can read or change it.
    #[error("{place} can be read or changed by others (mode {mode:03o}), so no key is read from it and none written to it")]
    NotPrivate {
        /// The file or folder.
        place: String,
        /// Its permissions.
        mode: u32,
        /// What they should be.
        should_be: u32,
    },
    /// It is somebody else's.
    #[error("{place} belongs to another user, so no key is read from it and none written to it")]
    AnotherUsers {
        /// The file or folder.
        place: String,
    },
    /// It is not a plain file in a plain folder.
    #[error("{place} is not {expected} but something else, perhaps a symbolic link: no key is read through it")]
    NotPlain {
        /// What was found.
        place: String,
        /// `a file` or `a folder`.
        expected: &'static str,
    },
    /// The disk refused.
    #[error("{place} cannot be {what}: {why}")]
    Disk {
        /// The file or folder.
        place: String,
        /// `read` or `written`.
        what: &'static str,
        /// What the system said.
        why: String,
    },
    /// It holds something else than keys.
    #[error("{place} cannot be understood{}", line.map(|n| format!(" (line {n})")).unwrap_or_default())]
    Garbled {
        /// The file, variable or keyring.
        place: String,
        /// The line, where there are lines.
        line: Option<usize>,
    },
    /// This provider never keeps what it is given.
    #[error("nothing can be stored in {place}: it is only read")]
    ReadOnly {
        /// Where a person can put it.
        place: String,
    },
    /// The program that speaks to the keyring is missing.
    #[error("the keyring cannot be asked: the program `{program}` is not there")]
    NoProgram {
        /// The program.
        program: String,
    },
    /// The keyring refused.
    #[error("the keyring did not {what}: {why}")]
    Keyring {
        /// `answer`, `keep the key`, …
        what: &'static str,
        /// What its program said.
        why: String,
    },
    /// Two names share one variable, so whose key it holds is not sure.
    #[error("the environment variable {variable} would be the key of {one} and of {other}")]
    Ambiguous {
        /// The variable.
        variable: String,
        /// One name.
        one: String,
        /// The other.
        other: String,
    },
}

impl SecretError {
    /// A word for programs.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            SecretError::NotPrivate { .. } | SecretError::AnotherUsers { .. } | SecretError::NotPlain { .. } => {
                "secrets-not-private"
            }
            SecretError::Disk { .. } => "secrets-disk",
            SecretError::Garbled { .. } => "secrets-garbled",
            SecretError::ReadOnly { .. } => "secrets-read-only",
            SecretError::NoProgram { .. } | SecretError::Keyring { .. } => "secrets-keyring",
            SecretError::Ambiguous { .. } => "secrets-ambiguous",
        }
    }

    /// What a person can do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            SecretError::NotPrivate { place, should_be, .. } => {
                format!("`chmod {should_be:o} '{place}'`; if others may have read it, make new keys in Immich. A file system that keeps no permissions is no place for keys")
            }
            SecretError::AnotherUsers { .. } => "run lightproof as the user who stored the keys, or make it yours with `chown`".to_owned(),
            SecretError::NotPlain { .. } => "put a plain file or folder there".to_owned(),
            SecretError::Disk { .. } => "check that it may be read and written and that the disk has room".to_owned(),
            SecretError::Garbled { .. } => {
                "correct it, or move it away and add the keys again with `lightproof immich key add`".to_owned()
            }
            SecretError::ReadOnly { .. } => {
                "set it there yourself, or choose another provider in the settings: [secrets] provider = \"file\"".to_owned()
            }
            SecretError::NoProgram { .. } => {
                "install it (on Debian and Ubuntu: libsecret-tools), or choose another provider in the settings: [secrets] provider = \"file\"".to_owned()
            }
            SecretError::Keyring { .. } => {
                "a keyring needs a session in which it is unlocked; on a server choose [secrets] provider = \"file\" in the settings".to_owned()
            }
            SecretError::Ambiguous { .. } => "give one of them another name".to_owned(),
        }
    }
}
