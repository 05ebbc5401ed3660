//! Digests: SHA-1 of all bytes, and the digest of the encoded image data alone.
//!
//! SHA-1 because Immich knows assets by it; nothing here defends against a forger of collisions,
//! which is why two folder copies are compared byte by byte before one is set aside.

use std::fmt;

/// A digest text that is not hex of the right length.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a digest of {bytes} bytes in hex")]
pub struct NotADigest {
    /// How many bytes the digest has.
    pub bytes: usize,
}

macro_rules! digest {
    ($(#[$doc:meta])* $name:ident, $len:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $len]);

        impl $name {
            /// Reads lower- or upper-case hex.
            ///
            /// # Errors
            /// [`NotADigest`] when the text is not exactly that many bytes in hex.
            pub fn from_hex(text: &str) -> Result<Self, NotADigest> {
                let bytes = from_hex(text).ok_or(NotADigest { bytes: $len })?;
                bytes.try_into().map(Self).map_err(|_| NotADigest { bytes: $len })
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|b| write!(f, "{b:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }
    };
}

digest! {
    /// SHA-1 of all bytes of an asset (FIPS 180-4), 20 bytes.
    Sha1, 20
}
digest! {
    /// Digest of the encoded image data without its metadata, 16 bytes.
    ImageDigest, 16
}

/// The bytes that a hex text stands for, or nothing when it is not hex.
#[must_use]
pub fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    let nibble = |c: u8| (c as char).to_digit(16);
    digits.chunks_exact(2).map(|pair| Some((nibble(pair[0])? * 16 + nibble(pair[1])?) as u8)).collect()
}

/// Bytes as lower-case hex.
#[must_use]
pub fn to_hex(bytes: &[u8]) -> String {
    use fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, b| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{b:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_is_read_back_as_it_was_written() {
        let digest = Sha1([0xab; 20]);
        assert_eq!(Sha1::from_hex(&digest.to_string()), Ok(digest));
        assert_eq!(Sha1::from_hex("ab"), Err(NotADigest { bytes: 20 }));
        assert_eq!(Sha1::from_hex(&"zz".repeat(20)), Err(NotADigest { bytes: 20 }));
        assert_eq!(from_hex("é0"), None);
        assert_eq!(to_hex(&[0, 255]), "00ff");
    }
}
