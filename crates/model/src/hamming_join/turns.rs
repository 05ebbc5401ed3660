//! Turns as the join sees them: permutations of the 64 bits followed by an exclusive or.
//!
//! Turns that share a permutation share one sort. Absent on purpose: which bit stands for what; that is the
//! fingerprint's affair.

/// The ways in which a hash may be turned before it is compared. The first is always "as it is".
#[derive(Debug, Clone)]
pub struct Turns {
    turned: fn(u8, u64) -> u64,
    families: Vec<Family>,
    inverse: Vec<u8>,
}

/// Turns that differ only in what they exclusive-or: turned = permuted ^ mask.
#[derive(Debug, Clone)]
pub(super) struct Family {
    /// A turn whose permutation this is, and the mask to take off again.
    representative: (u8, u64),
    /// Turns of this permutation, each with its mask.
    pub(super) masks: Vec<(u8, u64)>,
    /// Whether the permutation leaves every bit where it is.
    pub(super) keeps_bits: bool,
    images: [u64; 64],
}

impl Turns {
    /// Hashes are compared as they are.
    #[must_use]
    pub fn none() -> Turns {
        Turns::new(1, |_, hash| hash)
    }

    /// The turns 0 … `count` − 1 of a hash. Turn 0 must change nothing, and the turns must form a group: each has
    /// its inverse among them (the eight symmetries of the square do).
    #[must_use]
    pub fn new(count: u8, turned: fn(u8, u64) -> u64) -> Turns {
        let mut families: Vec<Family> = Vec::new();
        for turn in 0..count {
            let mask = turned(turn, 0);
            let images = std::array::from_fn(|bit| turned(turn, 1 << bit) ^ mask);
            match families.iter_mut().find(|f| f.images == images) {
                Some(family) => family.masks.push((turn, mask)),
                None => families.push(Family {
                    representative: (turn, mask),
                    masks: vec![(turn, mask)],
                    keeps_bits: images.iter().enumerate().all(|(bit, &image)| image == 1 << bit),
                    images,
                }),
            }
        }
        let undoes = |there: u8, back: u8| {
            let same = |hash: u64| turned(back, turned(there, hash)) == hash;
            same(0) && (0..64).all(|bit| same(1 << bit))
        };
        let inverse = (0..count).map(|there| (0..count).find(|&back| undoes(there, back)).unwrap_or(there)).collect();
        Turns { turned, families, inverse }
    }

    /// The turn that takes a turn back.
    #[must_use]
    pub fn inverse(&self, turn: u8) -> u8 {
        self.inverse.get(usize::from(turn)).copied().unwrap_or(turn)
    }

    pub(super) fn families(&self) -> &[Family] {
        &self.families
    }

    /// The first turn of `high` that comes nearest to `low`, and the bits that differ then.
    #[must_use]
    pub fn nearest(&self, low: u64, high: u64) -> (u8, u8) {
        let turns = 0..self.inverse.len() as u8;
        turns
            .map(|turn| ((low ^ (self.turned)(turn, high)).count_ones() as u8, turn))
            .min()
            .map_or((0, 64), |(distance, turn)| (turn, distance))
    }
}

impl Family {
    pub(super) fn permuted(&self, turns: &Turns, hash: u64) -> u64 {
        let (turn, mask) = self.representative;
        (turns.turned)(turn, hash) ^ mask
    }
}
