//! `Original`: the bytes of an asset's file, of which only the beginning need be real.

use std::{fmt, sync::Arc};

use sha1::{Digest, Sha1};

/// The bytes of a file: a beginning that is held, then zeros up to the length. Cheap to clone.
#[derive(Clone, PartialEq, Eq)]
pub struct Original {
    head: Arc<[u8]>,
    length: u64,
    sha1: [u8; 20],
}

impl Original {
    /// These bytes and no more.
    #[must_use]
    pub fn whole(bytes: impl Into<Arc<[u8]>>) -> Original {
        let head = bytes.into();
        Original { length: head.len() as u64, sha1: Sha1::digest(&head).into(), head }
    }

    /// These bytes, then zeros up to so many in all: ten thousand photographs of 3 MB take no memory.
    ///
    /// Its SHA-1 is that of its beginning and its length, since nobody wants to hash the zeros; [`Original::sha1_for`] sets another.
    #[must_use]
    pub fn filled(head: impl Into<Arc<[u8]>>, length: u64) -> Original {
        let head = head.into();
        if length <= head.len() as u64 {
            return Original::whole(&head[..length as usize]);
        }
        let sha1 = Sha1::new_with_prefix(&head).chain_update(length.to_be_bytes()).finalize().into();
        Original { head, length, sha1 }
    }

    /// The same with the SHA-1 that the server shall tell.
    #[must_use]
    pub fn sha1_for(mut self, sha1: [u8; 20]) -> Original {
        self.sha1 = sha1;
        self
    }

    /// What the server tells as its SHA-1.
    #[must_use]
    pub fn sha1(&self) -> [u8; 20] {
        self.sha1
    }

    /// Bytes in all.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Writes the bytes from one place up to another into `out`.
    pub(super) fn copy(&self, from: u64, to: u64, out: &mut Vec<u8>) {
        let (from, to) = (from.min(self.length), to.min(self.length));
        let held = self.head.len() as u64;
        if from < held {
            out.extend_from_slice(&self.head[from as usize..to.min(held) as usize]);
        }
        let zeros = to.saturating_sub(from.max(held));
        out.resize(out.len() + zeros as usize, 0);
    }
}

impl fmt::Debug for Original {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Original({} bytes, {} held)", self.length, self.head.len())
    }
}

impl From<Vec<u8>> for Original {
    fn from(bytes: Vec<u8>) -> Original {
        Original::whole(bytes)
    }
}

impl From<&[u8]> for Original {
    fn from(bytes: &[u8]) -> Original {
        Original::whole(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filled_original_has_its_length_and_reads_alike_at_any_place() {
        let original = Original::filled(*b"head", 10);
        let mut all = Vec::new();
        original.copy(0, 99, &mut all);
        assert_eq!(all, b"head\0\0\0\0\0\0");
        for from in 0..=10 {
            for to in from..=10 {
                let mut part = Vec::new();
                original.copy(from, to, &mut part);
                assert_eq!(part, &all[from as usize..to as usize], "{from}..{to}");
            }
        }
        assert_ne!(original.sha1(), Original::filled(*b"head", 11).sha1());
        assert_eq!(Original::filled(*b"head", 3), Original::whole(*b"hea"));
    }
}
