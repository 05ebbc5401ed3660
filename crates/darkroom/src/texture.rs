//! Textures: small gray pictures that are quick to make and unlike each other, for libraries of a million.
//!
//! A sum of low frequencies with random strengths, so that every bit of a perceptual hash is a coin toss.

use crate::random::{Random, scramble};

/// Width of a texture in pixels.
pub const WIDTH: usize = 64;
/// Height of a texture in pixels.
pub const HEIGHT: usize = 48;

/// How many frequencies in each direction.
const WAVES: usize = 9;

/// Draws textures; holds the tables that all of them need.
#[derive(Debug, Clone)]
pub struct Textures {
    across: Vec<[f32; WAVES]>,
    down: Vec<[f32; WAVES]>,
}

impl Default for Textures {
    fn default() -> Self {
        let table = |len: usize| {
            let wave = |i: usize, k: usize| ((i as f32 + 0.5) * k as f32 * std::f32::consts::PI / len as f32).cos();
            (0..len).map(|i| std::array::from_fn(|k| wave(i, k))).collect()
        };
        Self { across: table(WIDTH), down: table(HEIGHT) }
    }
}

impl Textures {
    /// The gray pixels of the texture of a seed, row by row.
    #[must_use]
    pub fn drawn(&self, seed: u64) -> Vec<u8> {
        let mut random = Random::seeded(scramble(seed));
        let mut strengths = [[0.0; WAVES]; WAVES];
        for (l, row) in strengths.iter_mut().enumerate() {
            for (k, strength) in row.iter_mut().enumerate() {
                *strength = random.between(-1.0, 1.0) * 60.0 / (1.0 + 0.35 * (k + l) as f32);
            }
        }
        strengths[0][0] = random.between(-30.0, 30.0);
        let mut pixels = Vec::with_capacity(WIDTH * HEIGHT);
        for down in &self.down {
            let row: [f32; WAVES] = std::array::from_fn(|k| (0..WAVES).map(|l| strengths[l][k] * down[l]).sum());
            let gray = |across: &[f32; WAVES]| 128.0 + row.iter().zip(across).map(|(r, a)| r * a).sum::<f32>() * 0.4;
            pixels.extend(self.across.iter().map(|across| gray(across).clamp(0.0, 255.0) as u8));
        }
        pixels
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn textures_are_contrasty_and_no_two_are_alike() {
        let textures = Textures::default();
        let drawn: Vec<Vec<u8>> = (0..50).map(|seed| textures.drawn(seed)).collect();
        for (i, a) in drawn.iter().enumerate() {
            assert_eq!(a.len(), WIDTH * HEIGHT);
            assert!(a.iter().max().unwrap() - a.iter().min().unwrap() > 60);
            for b in &drawn[..i] {
                let apart: u32 = a.iter().zip(b).map(|(a, b)| u32::from(a.abs_diff(*b))).sum();
                assert!(apart / (WIDTH * HEIGHT) as u32 > 10);
            }
        }
    }
}
