//! Ids as the ledger gives them out: short, stable, beginning with a letter.
//!
//! An id is derived from what was there at first sight, so that a survey made anew gives the same ids.

use sha1::{Digest, Sha1};

const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// `length` characters (at most 16) that stand for the parts; `again` tells apart what would collide.
pub(crate) fn derived(prefix: char, parts: &[&[u8]], again: u32, length: usize) -> String {
    let mut hasher = Sha1::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hasher.update(again.to_le_bytes());
    let digest = hasher.finalize();
    let bits = digest.iter().take(10).fold(0u128, |n, b| n << 8 | u128::from(*b));
    std::iter::once(prefix).chain((0..length.min(16)).map(|i| ALPHABET[(bits >> (5 * i)) as usize & 31] as char)).collect()
}

/// A folder's name as the readable half of a source id: lower case, letters and digits, beginning with a letter.
#[must_use]
pub fn source_slug(root: &[u8]) -> String {
    let name = root.rsplit(|&b| b == b'/').find(|part| !part.is_empty()).unwrap_or(b"root");
    let slug: String = name
        .iter()
        .map(|b| if b.is_ascii_alphanumeric() { b.to_ascii_lowercase() as char } else { '-' })
        .skip_while(|c| !c.is_ascii_alphabetic())
        .take(24)
        .collect();
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "source".to_owned() } else { slug.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_begin_with_a_letter_and_differ_where_their_parts_do() {
        let id = derived('a', &[b"source", b"2009/x.jpg"], 0, 13);
        assert_eq!(id.len(), 14);
        assert!(id.starts_with('a'));
        assert_eq!(id, derived('a', &[b"source", b"2009/x.jpg"], 0, 13));
        assert_ne!(id, derived('a', &[b"source2", b"009/x.jpg"], 0, 13), "parts do not run into each other");
        assert_ne!(id, derived('a', &[b"source", b"2009/x.jpg"], 1, 13));
    }

    #[test]
    fn a_source_is_named_after_its_folder() {
        assert_eq!(source_slug(b"/home/alice/Pictures"), "pictures");
        assert_eq!(source_slug("/mnt/2009 Ferien Süd/".as_bytes()), "ferien-s--d");
        assert_eq!(source_slug(b"/"), "root");
        assert_eq!(source_slug(b"/2009"), "source", "an id begins with a letter");
    }
}
