//! Numbers that look random and follow from a seed (SplitMix64, Steele, Lea and Flood 2014).

/// A sequence of numbers that follows from its seed.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// The sequence of a seed.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        scramble(self.0)
    }

    /// A number from `low` up to, not including, `high`.
    pub fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * ((self.bits() >> 40) as f32 / (1u64 << 24) as f32)
    }

    /// A whole number below `bound`; 0 when the bound is 0.
    pub fn below(&mut self, bound: u32) -> u32 {
        ((u128::from(self.bits()) * u128::from(bound)) >> 64) as u32
    }

    /// True with this chance, 0 to 1.
    pub fn chance(&mut self, chance: f32) -> bool {
        self.between(0.0, 1.0) < chance
    }
}

/// Mixes all bits of a number into all others.
#[must_use]
pub fn scramble(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_in_their_range_and_use_it() {
        let mut random = Random::seeded(7);
        let drawn: Vec<u32> = (0..1000).map(|_| random.below(6)).collect();
        assert!((0..6).all(|n| drawn.contains(&n)));
        assert!(drawn.iter().all(|&n| n < 6));
        assert_eq!(random.below(0), 0);
    }
}
