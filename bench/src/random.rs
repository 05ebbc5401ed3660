//! Randomness that is the same on every machine: SplitMix64, and grain drawn from it.

/// A stream of numbers from a seed.
pub struct Random(u64);

impl Random {
    pub fn seeded(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0xD1B5_4A32_D192_ED03)
    }

    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// 0 … 1.
    pub fn share(&mut self) -> f32 {
        (self.bits() >> 40) as f32 / (1u64 << 24) as f32
    }

    /// About normal, of variance 1: the sum of four uniform bytes pairs, from one draw.
    pub fn grain(&mut self) -> f32 {
        let bits = self.bits();
        let sum = (0..4).map(|i| (bits >> (i * 16) & 0xFFFF) as f32).sum::<f32>();
        // Four uniforms of 0 … 65535: mean 131070, standard deviation 65536 / √12 · 2.
        (sum - 131_070.0) / 37_837.2
    }
}
