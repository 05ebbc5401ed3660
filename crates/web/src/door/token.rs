//! 256 random bits, as a link or a cookie bears them in hex.

use std::fmt::Write;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// 256 random bits.
#[derive(Clone)]
pub struct Token(Zeroizing<[u8; 32]>);

impl Token {
    /// From the random source of the system.
    pub fn random() -> Token {
        let mut bits = Zeroizing::new([0; 32]);
        getrandom::fill(&mut bits[..]).expect("the system gives random bytes: no program gets far without");
        Token(bits)
    }

    /// 64 digits.
    pub fn to_hex(&self) -> String {
        self.0.iter().fold(String::with_capacity(64), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    /// Whether a text names this token; takes as long whatever the text differs in.
    pub fn is(&self, text: &str) -> bool {
        // A length is no secret.
        text.len() == 64 && bool::from(self.to_hex().as_bytes().ct_eq(text.as_bytes()))
    }
}
