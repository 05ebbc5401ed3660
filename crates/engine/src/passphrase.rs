//! Passphrase: the key that signs approvals, derived when a person types it and never kept.
//!
//! Argon2id (RFC 9106) makes 32 bytes of passphrase and salt; they are the seed of an Ed25519 key pair (RFC 8032). Stored are the salt, the cost and the public
//! key: whoever reads them can verify an approval and cannot make one. Deriving takes tenths of a second and 64 MiB, which slows guessing.
//! Absent on purpose: where these are stored, and where the passphrase comes from. It comes from a person's keyboard.

use argon2::{Algorithm, Argon2, Params, Version};
use lightproof_model::approval::Approval;
use ring::{
    rand::{SecureRandom, SystemRandom},
    signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey},
};
use zeroize::Zeroizing;

/// Fewer characters are no passphrase.
pub const SHORTEST: usize = 10;

/// What deriving a key costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Memory, KiB.
    pub memory: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Cost {
    /// The second recommended option of RFC 9106, section 4: 64 MiB and three passes, here with one lane.
    pub const USUAL: Cost = Cost { memory: 64 * 1024, passes: 3, lanes: 1 };

    /// No stored cost may hold the program up: more is not what lightproof stored.
    fn params(self) -> Option<Params> {
        let fits = self.memory <= 4 * Cost::USUAL.memory && self.passes <= 16 && self.lanes <= 8;
        fits.then(|| Params::new(self.memory, self.passes, self.lanes, Some(32)).ok()).flatten()
    }
}

/// What is stored of a passphrase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// 16 bytes at random.
    pub salt: [u8; 16],
    /// What deriving cost.
    pub cost: Cost,
    /// The Ed25519 public key.
    pub key: [u8; 32],
}

/// Why a passphrase is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotThePassphrase {
    /// Too short to be one.
    #[error("a passphrase has at least {SHORTEST} characters")]
    TooShort,
    /// Another one was set.
    #[error("this is not the passphrase that was set")]
    Wrong,
    /// The system gives no random numbers, or no memory; or what is stored was not stored by lightproof.
    #[error("the key cannot be derived")]
    Underivable,
}

impl PublicKey {
    /// For a new passphrase.
    ///
    /// # Errors
    /// [`NotThePassphrase::TooShort`], or that no key can be derived.
    pub fn of(passphrase: &str, cost: Cost) -> Result<PublicKey, NotThePassphrase> {
        if passphrase.chars().count() < SHORTEST {
            return Err(NotThePassphrase::TooShort);
        }
        let salt = random()?;
        let pair = pair(passphrase, &salt, cost)?;
        let key = pair.public_key().as_ref().try_into().map_err(|_| NotThePassphrase::Underivable)?;
        Ok(PublicKey { salt, cost, key })
    }

    /// Signs with the passphrase that belongs to this key.
    ///
    /// # Errors
    /// [`NotThePassphrase::Wrong`], or that no key can be derived.
    pub fn sign(&self, passphrase: &str, approval: &Approval) -> Result<[u8; 64], NotThePassphrase> {
        let pair = pair(passphrase, &self.salt, self.cost)?;
        if pair.public_key().as_ref() != self.key {
            return Err(NotThePassphrase::Wrong);
        }
        pair.sign(approval.message().as_bytes()).as_ref().try_into().map_err(|_| NotThePassphrase::Underivable)
    }

    /// Whether this is the passphrase.
    ///
    /// # Errors
    /// [`NotThePassphrase::Wrong`], or that no key can be derived.
    pub fn belongs_to(&self, passphrase: &str) -> Result<(), NotThePassphrase> {
        let pair = pair(passphrase, &self.salt, self.cost)?;
        if pair.public_key().as_ref() == self.key { Ok(()) } else { Err(NotThePassphrase::Wrong) }
    }

    /// Whether a signature is that of this key's passphrase under exactly this approval.
    #[must_use]
    pub fn signed(&self, approval: &Approval, signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, &self.key).verify(approval.message().as_bytes(), signature).is_ok()
    }
}

/// A number used once.
///
/// # Errors
/// [`NotThePassphrase::Underivable`] where the system gives no random numbers.
pub fn nonce() -> Result<[u8; 16], NotThePassphrase> {
    random()
}

fn random() -> Result<[u8; 16], NotThePassphrase> {
    let mut bytes = [0; 16];
    SystemRandom::new().fill(&mut bytes).map_err(|_| NotThePassphrase::Underivable)?;
    Ok(bytes)
}

fn pair(passphrase: &str, salt: &[u8; 16], cost: Cost) -> Result<Ed25519KeyPair, NotThePassphrase> {
    let params = cost.params().ok_or(NotThePassphrase::Underivable)?;
    let mut seed = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.as_bytes(), salt, &mut seed[..])
        .map_err(|_| NotThePassphrase::Underivable)?;
    Ed25519KeyPair::from_seed_unchecked(&seed[..]).map_err(|_| NotThePassphrase::Underivable)
}

#[cfg(test)]
mod tests {
    use lightproof_model::{approval::Scope, decision::Reviewer, digest::to_hex, plan::PlanDigest};

    use super::*;

    /// Quick to derive; what the cost is makes no difference to what is shown here.
    const QUICK: Cost = Cost { memory: 64, passes: 1, lanes: 1 };

    fn approval() -> Approval {
        Approval {
            plan: PlanDigest::new(&"ab".repeat(32)).unwrap(),
            scope: Scope::All,
            reviewer: Reviewer::new("Ann").unwrap(),
            nonce: nonce().unwrap(),
            given: 0,
            expires: 1,
        }
    }

    #[test]
    fn who_knows_the_passphrase_signs_and_who_does_not_cannot() {
        let key = PublicKey::of("correct horse", QUICK).unwrap();
        let approval = approval();
        let signature = key.sign("correct horse", &approval).unwrap();
        assert!(key.signed(&approval, &signature));
        assert_eq!(key.sign("correct hors", &approval), Err(NotThePassphrase::Wrong));
        assert_eq!(key.belongs_to("correct horse"), Ok(()));
        assert_eq!(key.belongs_to("Correct horse"), Err(NotThePassphrase::Wrong));
    }

    #[test]
    fn a_signature_fits_one_text_and_one_key() {
        let (key, other) = (PublicKey::of("correct horse", QUICK).unwrap(), PublicKey::of("correct horse", QUICK).unwrap());
        let approval = approval();
        let signature = key.sign("correct horse", &approval).unwrap();
        assert!(!other.signed(&approval, &signature), "the same words with another salt are another key");
        assert!(!key.signed(&Approval { expires: 2, ..approval.clone() }, &signature));
        for at in [0, 31, 32, 63] {
            let mut bent = signature;
            bent[at] ^= 1;
            assert!(!key.signed(&approval, &bent));
        }
        assert!(!key.signed(&approval, &[]) && !key.signed(&approval, &[0; 64]));
    }

    #[test]
    fn the_key_of_a_passphrase_stays_the_same_for_good() {
        // Reference: argon2 (the program) 20190702, `-id -m 16 -t 3 -p 1 -l 32 -r`; public key by openssl 3 of that seed.
        let stored = pair("correct horse", b"0123456789abcdef", Cost::USUAL).unwrap();
        assert_eq!(to_hex(stored.public_key().as_ref()), "69dc04cdefa1a0bc18d27ebebc7f3ee3ab89f54e18015616262c9e16294f5694");
    }

    #[test]
    fn what_is_too_short_or_was_not_stored_by_lightproof_is_refused() {
        assert_eq!(PublicKey::of("short", QUICK), Err(NotThePassphrase::TooShort));
        let endless = PublicKey { salt: [0; 16], cost: Cost { memory: u32::MAX, passes: 1, lanes: 1 }, key: [0; 32] };
        assert_eq!(endless.belongs_to("correct horse"), Err(NotThePassphrase::Underivable));
    }
}
