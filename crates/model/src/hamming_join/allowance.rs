//! How many bits each chunk may differ in, so that no pair within the radius is missed.
//!
//! Give each chunk c an allowance t(c) with Σ(t(c) + 1) = radius + 1, and each half what its two chunks have: t + t' + 1. If both
//! halves differed in more than theirs, the whole would differ in more than the radius; so some half keeps to its
//! allowance, and by the same count one of its chunks keeps to its own. That half and chunk are where the pair is met.

use super::bucketed::{part, sibling};

/// The allowances of four chunks and two halves. A share is one more than an allowance: zero means "need not be looked at".
pub(super) struct Allowance {
    shares: [u32; 4],
}

impl Allowance {
    pub(super) const CHUNKS: std::ops::Range<u32> = 0..4;

    /// The radius spread as evenly as it goes.
    pub(super) fn of(radius: u32) -> Allowance {
        Allowance { shares: std::array::from_fn(|chunk| (radius + 1) / 4 + u32::from((chunk as u32) < (radius + 1) % 4)) }
    }

    fn half_share(&self, chunk: u32) -> u32 {
        self.shares[chunk as usize] + self.shares[sibling(chunk) as usize]
    }

    /// What may be exclusive-ored to a key of this chunk, and how many bits the sibling chunk may then differ in.
    pub(super) fn near_keys(&self, chunk: u32, key_bits: u32) -> Vec<(usize, u16)> {
        let near = |&key: &usize| key.count_ones() < self.shares[chunk as usize];
        (0..1 << key_bits).filter(near).map(|key| (key, (self.half_share(chunk) - 1 - key.count_ones()) as u16)).collect()
    }

    /// The first chunk at which two hashes with these differing bits are met.
    #[inline]
    pub(super) fn first_near_chunk(&self, differing: u64) -> Option<u32> {
        Allowance::CHUNKS.into_iter().find(|&chunk| {
            let (own, other) = (part(differing, chunk).count_ones(), part(differing, sibling(chunk)).count_ones());
            own < self.shares[chunk as usize] && own + other < self.half_share(chunk)
        })
    }
}
