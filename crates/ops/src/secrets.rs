//! Secrets: where the keys of owners are kept, and how they are got from there.
//!
//! A [`Provider`] keeps secrets by [`SecretName`]. A secret's memory is overwritten when it is dropped, it cannot be printed, and no
//! error repeats it. Absent on purpose: taking a secret away. A key ends where it was made: in Immich.

mod environment;
mod error;
mod in_force;
mod keyring;
mod name;
mod private_file;
mod program;
mod secret;

pub use environment::Environment;
pub use error::SecretError;
pub use in_force::{Choice, Found, InForce};
pub use keyring::Keyring;
pub use name::SecretName;
pub use private_file::PrivateFile;
pub use secret::Secret;

/// A place that keeps secrets.
///
/// What every provider promises, and `tests/provider_contract.rs` demands of each:
/// - what was never put is `Ok(None)`, not an error;
/// - what was put is got back byte for byte, by any later `get` of any process of the same user, and putting again replaces it;
/// - names that differ never share a secret, however alike they look;
/// - a place that is not safe, or cannot be understood, is an error, never `Ok(None)`: a caller must not take it for "no key";
/// - neither errors nor [`Provider::place`] nor `Debug` hold a secret, or a part of one;
/// - a secret is never put into the arguments of another program, nor into a file that others can read, not even for a moment.
///
/// A provider that asks a server (Infisical, Vault) keeps these too: its own access token is itself a secret, got from another
/// provider, and a server that does not answer is an error.
pub trait Provider {
    /// The word for it in the settings.
    fn word(&self) -> &'static str;

    /// Where it keeps this secret, for people.
    fn place(&self, name: &SecretName) -> String;

    /// Whether it can put.
    fn is_writable(&self) -> bool;

    /// The secret; nothing when none was put.
    ///
    /// # Errors
    /// [`SecretError`] when the place cannot be read or is not safe.
    fn get(&self, name: &SecretName) -> Result<Option<Secret>, SecretError>;

    /// Keeps a secret, in place of the one that was kept under this name.
    ///
    /// # Errors
    /// [`SecretError`] when the place cannot be written or is not safe, and [`SecretError::ReadOnly`] when it never can.
    fn put(&self, name: &SecretName, secret: &Secret) -> Result<(), SecretError>;
}
