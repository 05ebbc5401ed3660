//! `Keyring`: keys in the keyring of the desktop, through the program that comes with it.
//!
//! Linux: `secret-tool` of libsecret (GNOME Keyring, KWallet, KeePassXC). macOS: `security`. Both are handed a key on their standard
//! input. No library is linked: the keyring's own program is the smallest thing to trust, and a headless server needs none of it.

use std::{ffi::OsString, time::Duration};

use zeroize::Zeroizing;

use super::{
    Provider, Secret, SecretError, SecretName,
    program::{Answer, NoAnswer, ask},
};

/// Keys in the keyring.
#[derive(Debug, Clone)]
pub struct Keyring {
    program: OsString,
    dialect: Dialect,
    patience: Duration,
}

/// How the program is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dialect {
    SecretTool,
    Security,
}

const SERVICE: &str = "lightproof";

/// How long a person may take to unlock it.
const PATIENCE: Duration = Duration::from_secs(120);

impl Keyring {
    /// The keyring of this system.
    #[must_use]
    pub fn of_this_system() -> Keyring {
        let (program, dialect) =
            if cfg!(target_os = "macos") { ("security", Dialect::Security) } else { ("secret-tool", Dialect::SecretTool) };
        Keyring { program: program.into(), dialect, patience: PATIENCE }
    }

    /// A keyring behind a program that is spoken to as `secret-tool` is.
    #[must_use]
    pub fn with_secret_tool(program: impl Into<OsString>, patience: Duration) -> Keyring {
        Keyring { program: program.into(), dialect: Dialect::SecretTool, patience }
    }

    /// A keyring behind a program that is spoken to as macOS's `security` is.
    #[must_use]
    pub fn with_security(program: impl Into<OsString>, patience: Duration) -> Keyring {
        Keyring { program: program.into(), dialect: Dialect::Security, patience }
    }

    fn ask(&self, arguments: &[&str], said: &[u8], what: &'static str) -> Result<Answer, SecretError> {
        ask(&self.program, arguments, said, self.patience).map_err(|no| match no {
            NoAnswer::NotThere => SecretError::NoProgram { program: self.program.to_string_lossy().into_owned() },
            NoAnswer::Failed(why) => SecretError::Keyring { what, why },
        })
    }

    fn account(name: &SecretName) -> String {
        format!("{}/{}", name.server(), name.owner())
    }
}

impl Provider for Keyring {
    fn word(&self) -> &'static str {
        "keyring"
    }

    fn place(&self, name: &SecretName) -> String {
        format!("the keyring, as \"{SERVICE}: {name}\"")
    }

    fn is_writable(&self) -> bool {
        true
    }

    fn get(&self, name: &SecretName) -> Result<Option<Secret>, SecretError> {
        let account = Keyring::account(name);
        let answer = match self.dialect {
            Dialect::SecretTool => {
                self.ask(&["lookup", "service", SERVICE, "server", name.server(), "owner", name.owner()], b"", "answer")?
            }
            Dialect::Security => self.ask(&["find-generic-password", "-s", SERVICE, "-a", &account, "-w"], b"", "answer")?,
        };
        let none = match self.dialect {
            // It says nothing at all when there is none.
            Dialect::SecretTool => answer.complaint.is_empty(),
            Dialect::Security => answer.complaint.contains("could not be found"),
        };
        match answer.went_well {
            false if none => Ok(None),
            false => Err(SecretError::Keyring { what: "answer", why: answer.complaint }),
            true => {
                let text = std::str::from_utf8(&answer.printed).ok().and_then(Secret::new);
                text.map(Some).ok_or_else(|| SecretError::Garbled { place: self.place(name), line: None })
            }
        }
    }

    fn put(&self, name: &SecretName, secret: &Secret) -> Result<(), SecretError> {
        let what = "keep the key";
        let label = format!("{SERVICE}: {name}");
        let answer = match self.dialect {
            Dialect::SecretTool => {
                let label = format!("--label={label}");
                let arguments = ["store", &label, "service", SERVICE, "server", name.server(), "owner", name.owner()];
                self.ask(&arguments, secret.expose().as_bytes(), what)?
            }
            Dialect::Security => {
                // In hexadecimal, so that nothing in it can be taken for another command; names hold no double quotes.
                let account = Keyring::account(name);
                let mut said = Zeroizing::new(String::with_capacity(1024 + 2 * secret.expose().len()));
                said.push_str(&format!("add-generic-password -U -s {SERVICE} -a \"{account}\" -l \"{label}\" -X "));
                let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).expect("four bits are a hexadecimal digit");
                said.extend(secret.expose().bytes().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]));
                said.push('\n');
                self.ask(&["-i"], said.as_bytes(), what)?
            }
        };
        if !answer.went_well {
            let why = answer.complaint.replace(secret.expose(), "…");
            return Err(SecretError::Keyring { what, why });
        }
        // `security -i` ends well even when a command failed.
        match self.get(name)? {
            Some(kept) if kept.expose() == secret.expose() => Ok(()),
            _ => Err(SecretError::Keyring { what, why: "it does not give back what it was handed".to_owned() }),
        }
    }
}
