//! Ids of groups: made of what the members are, so that they stay as long as these do.

use sha2::{Digest, Sha256};

use crate::{asset::GroupId, digest::Sha1};

/// Sixteen characters of base 32 carry 80 bits: among a million groups two share an id once in 2·10¹².
const BYTES: usize = 10;

/// A letter, and the digest of the different contents; how many copies there are of each makes no difference.
pub(super) fn id(letter: char, mut contents: Vec<Sha1>) -> GroupId {
    contents.sort_unstable();
    contents.dedup();
    let mut digest = Sha256::new();
    digest.update(b"lightproof group 1\0");
    contents.iter().for_each(|content| digest.update(content.0));
    let digest = digest.finalize();
    GroupId::new(format!("{letter}{}", base32(&digest[..BYTES])))
}

/// RFC 4648 base 32 in lower case, without padding.
pub(crate) fn base32(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let bit = |k: usize| bytes.get(k / 8).is_some_and(|byte| byte >> (7 - k % 8) & 1 == 1);
    let digit = |d: usize| (0..5).fold(0, |value, k| value << 1 | usize::from(bit(d * 5 + k)));
    (0..(bytes.len() * 8).div_ceil(5)).map(|d| char::from(ALPHABET[digit(d)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_tells_contents_and_nothing_of_order_or_number() {
        let (a, b) = (Sha1([1; 20]), Sha1([2; 20]));
        assert_eq!(id('g', vec![a, b]), id('g', vec![b, a, b]));
        assert_ne!(id('g', vec![a, b]), id('g', vec![a]));
        assert_ne!(id('g', vec![a, b]), id('s', vec![a, b]));
    }

    #[test]
    fn base_32_is_that_of_rfc_4648() {
        for (text, encoded) in [("", ""), ("f", "my"), ("foobar", "mzxw6ytboi")] {
            assert_eq!(base32(text.as_bytes()), encoded);
        }
    }
}
