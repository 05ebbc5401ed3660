//! Hashes sorted by one chunk of 16 bits, so that a bucket is a range.
//!
//! Beside each hash lies the chunk that shares its half: comparing those 16 bits alone rejects all but three strangers in a
//! thousand, many at a time.

use std::ops::Range;

/// How many hashes are looked at in one go: 16 bits each, one vector register of any x86-64 or ARM processor.
pub(super) const BLOCK: usize = 8;
const CHUNK_BITS: u32 = 16;

/// Hashes in the order of one chunk, or of its upper bits where there are too few hashes to fill 65,536 buckets.
pub(super) struct Bucketed {
    chunk: u32,
    shift: u32,
    /// `starts[key]..starts[key + 1]` is the bucket of `key`.
    starts: Vec<u32>,
    pub(super) hashes: Vec<u64>,
    /// The sibling chunks; a block longer than the rest, so that any block can be read whole.
    pub(super) siblings: Vec<u16>,
    /// Which hash of the input this was.
    pub(super) ids: Vec<u32>,
}

impl Bucketed {
    /// A counting sort; stable, so ids ascend within a bucket.
    pub(super) fn by(chunk: u32, key_bits: u32, hashes: impl ExactSizeIterator<Item = u64> + Clone) -> Bucketed {
        let len = hashes.len();
        let mut bucketed = Bucketed {
            chunk,
            shift: CHUNK_BITS - key_bits,
            starts: vec![0; (1 << key_bits) + 1],
            hashes: vec![0; len],
            siblings: vec![0; len + BLOCK],
            ids: vec![0; len],
        };
        for hash in hashes.clone() {
            let key = bucketed.key(hash);
            bucketed.starts[key + 1] += 1;
        }
        for key in bucketed.keys() {
            bucketed.starts[key + 1] += bucketed.starts[key];
        }
        let mut next = bucketed.starts.clone();
        for (id, hash) in (0u32..).zip(hashes) {
            let at = &mut next[bucketed.key(hash)];
            let slot = *at as usize;
            *at += 1;
            bucketed.hashes[slot] = hash;
            bucketed.siblings[slot] = bucketed.sibling(hash);
            bucketed.ids[slot] = id;
        }
        bucketed
    }

    /// The bucket that a hash belongs to.
    pub(super) fn key(&self, hash: u64) -> usize {
        usize::from(part(hash, self.chunk)) >> self.shift
    }

    /// The chunk beside the one that is sorted by.
    pub(super) fn sibling(&self, hash: u64) -> u16 {
        part(hash, sibling(self.chunk))
    }

    pub(super) fn chunk(&self) -> u32 {
        self.chunk
    }

    pub(super) fn keys(&self) -> Range<usize> {
        0..self.starts.len() - 1
    }

    pub(super) fn bucket(&self, key: usize) -> Range<usize> {
        self.starts[key] as usize..self.starts[key + 1] as usize
    }
}

/// A chunk's value in a hash.
pub(super) fn part(hash: u64, chunk: u32) -> u16 {
    (hash >> (chunk * CHUNK_BITS)) as u16
}

/// The chunk that shares a half with this one.
pub(super) fn sibling(chunk: u32) -> u32 {
    chunk ^ 1
}

/// Bits of a key, so that a bucket holds about a block of so many hashes.
pub(super) fn key_bits(hashes: usize) -> u32 {
    (hashes / BLOCK).checked_ilog2().unwrap_or(0).clamp(1, CHUNK_BITS)
}
