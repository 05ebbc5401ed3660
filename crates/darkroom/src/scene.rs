//! Scenes: a sky, a sun, clouds, ridges, houses and a figure, drawn from a seed.
//!
//! The large shapes differ strongly from seed to seed, in place and in brightness, so that pictures of two seeds
//! are as unlike as two photographs of different places. A later frame of one scene is the same place a moment
//! later: the figure has moved, the camera has shaken, and the grain is another.

use std::f32::consts::TAU;

use crate::{
    canvas::{Canvas, Colour},
    random::{Random, scramble},
};

/// A place with a light, to be drawn in any size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scene {
    /// Which place.
    pub seed: u64,
    /// Which moment: 0, 1, 2 … of a burst.
    pub frame: u32,
}

/// Half of the range of the film grain, in steps of brightness.
const GRAIN: f32 = 5.0;

impl Scene {
    /// Draws the scene.
    #[must_use]
    pub fn drawn(self, width: u32, height: u32) -> Canvas {
        let mut canvas = Canvas::black(width, height);
        let mut random = Random::seeded(scramble(self.seed ^ 0x11_6874_7072_6F6F));
        let shake = self.shake();
        let horizon = random.between(0.25, 0.8);
        draw_sky(&mut canvas, &mut random);
        draw_clouds(&mut canvas, &mut random, shake);
        draw_sun(&mut canvas, &mut random, shake);
        draw_ridges(&mut canvas, &mut random, horizon, shake);
        draw_houses(&mut canvas, &mut random, shake);
        draw_figures(&mut canvas, &mut random, shake, self.frame);
        grain(&mut canvas, scramble(self.seed.wrapping_mul(31).wrapping_add(u64::from(self.frame))));
        canvas
    }

    /// How far the camera has moved since the first frame, in shares of the picture.
    fn shake(self) -> [f32; 2] {
        if self.frame == 0 {
            return [0.0; 2];
        }
        let mut random = Random::seeded(self.seed ^ (u64::from(self.frame) << 32));
        [random.between(-0.003, 0.003), random.between(-0.003, 0.003)]
    }
}

fn colour(random: &mut Random, light: f32) -> Colour {
    [(); 3].map(|()| (light + random.between(-45.0, 45.0)).clamp(0.0, 255.0))
}

fn any_colour(random: &mut Random) -> Colour {
    let light = random.between(10.0, 245.0);
    colour(random, light)
}

fn between(a: Colour, b: Colour, share: f32) -> Colour {
    [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share]
}

fn draw_sky(canvas: &mut Canvas, random: &mut Random) {
    let (from, to) = (any_colour(random), any_colour(random));
    let (dx, dy) = random.between(0.0, TAU).sin_cos();
    let (w, h) = (canvas.width() as f32, canvas.height() as f32);
    canvas.fill(|x, y| between(from, to, (0.5 + (x as f32 / w - 0.5) * dx + (y as f32 / h - 0.5) * dy).clamp(0.0, 1.0)));
}

/// A soft ellipse around a centre.
fn blot(canvas: &mut Canvas, centre: [f32; 2], radius: [f32; 2], ink: Colour, opacity: f32, edge: f32) {
    let reach = 1.0 + edge;
    let span = |i: usize| [centre[i] - radius[i] * reach, centre[i] + radius[i] * reach];
    canvas.paint(span(0), span(1), |u, v| {
        let (a, b) = ((u - centre[0]) / radius[0], (v - centre[1]) / radius[1]);
        let out = a * a + b * b;
        // Most of it is within or without: the root is needed at the edge only.
        let share = if out >= reach * reach {
            0.0
        } else if out <= (1.0 - edge) * (1.0 - edge) {
            1.0
        } else {
            (reach - out.sqrt()) / (2.0 * edge)
        };
        (ink, opacity * share)
    });
}

fn draw_clouds(canvas: &mut Canvas, random: &mut Random, [dx, dy]: [f32; 2]) {
    for _ in 0..5 + random.below(5) {
        let centre = [random.between(0.0, 1.0) + dx, random.between(0.0, 1.0) + dy];
        let radius = [random.between(0.08, 0.3), random.between(0.06, 0.25)];
        let (ink, opacity) = (any_colour(random), random.between(0.5, 0.95));
        blot(canvas, centre, radius, ink, opacity, 0.35);
    }
}

fn draw_sun(canvas: &mut Canvas, random: &mut Random, [dx, dy]: [f32; 2]) {
    let centre = [random.between(0.05, 0.95) + dx, random.between(0.05, 0.6) + dy];
    let size = random.between(0.03, 0.1);
    blot(canvas, centre, [size * 2.5, size * 3.3], [255.0, 240.0, 200.0], 0.5, 0.9);
    blot(canvas, centre, [size, size * 1.33], [255.0, 252.0, 235.0], 1.0, 0.05);
}

fn draw_ridges(canvas: &mut Canvas, random: &mut Random, horizon: f32, [dx, dy]: [f32; 2]) {
    let count = 1 + random.below(3);
    for ridge in 0..count {
        let base = horizon + (1.0 - horizon) * ridge as f32 / count as f32 + dy;
        let waves: Vec<[f32; 3]> = [1.5, 4.0, 11.0]
            .map(|f| [f * random.between(0.6, 1.6), random.between(0.0, TAU), random.between(0.02, 0.16) / f])
            .to_vec();
        let (top, foot) = (any_colour(random), any_colour(random));
        let crest: Vec<f32> = (0..canvas.width())
            .map(|x| {
                let u = (x as f32 + 0.5) / canvas.width() as f32 - dx;
                base + waves.iter().map(|[f, phase, high]| (u * f * TAU + phase).sin() * high).sum::<f32>()
            })
            .collect();
        let highest = crest.iter().copied().fold(1.0, f32::min);
        let last = crest.len() - 1;
        canvas.paint([0.0, 1.0], [highest, 1.0], |u, v| {
            let crest = crest[((u * crest.len() as f32) as usize).min(last)];
            (between(top, foot, ((v - crest) * 2.5).clamp(0.0, 1.0)), if v > crest { 1.0 } else { 0.0 })
        });
    }
}

fn draw_houses(canvas: &mut Canvas, random: &mut Random, [dx, dy]: [f32; 2]) {
    for _ in 0..random.below(8) {
        let (left, wide) = (random.between(-0.05, 0.95) + dx, random.between(0.06, 0.22));
        let (top, high) = (random.between(0.1, 0.8) + dy, random.between(0.12, 0.5));
        let (wall, window) = (any_colour(random), any_colour(random));
        let panes = random.between(3.0, 7.0);
        canvas.paint([left, left + wide], [top, top + high], |u, v| {
            let (a, b) = ((u - left) / wide * panes, (v - top) / high * panes * 1.5);
            let pane = (0.3..0.7).contains(&a.fract()) && (0.3..0.75).contains(&b.fract());
            (if pane { window } else { wall }, 1.0)
        });
    }
}

fn draw_figures(canvas: &mut Canvas, random: &mut Random, [dx, dy]: [f32; 2], frame: u32) {
    let pace = random.between(-0.008, 0.008);
    for _ in 0..1 + random.below(3) {
        let step = pace * frame as f32;
        let (x, y, size) = (random.between(0.1, 0.9) + dx + step, random.between(0.4, 0.95) + dy, random.between(0.05, 0.16));
        let (coat, face) = (any_colour(random), colour(random, 190.0));
        blot(canvas, [x, y], [size * 0.8, size * 1.8], coat, 1.0, 0.06);
        blot(canvas, [x, y - size * 2.1], [size * 0.4, size * 0.55], face, 1.0, 0.06);
    }
}

fn grain(canvas: &mut Canvas, seed: u64) {
    let width = canvas.width() as usize;
    let old = canvas.rgb().to_vec();
    canvas.fill(|x, y| {
        let at = y * width + x;
        let noise = scramble(seed ^ at as u64);
        let step = |bits: u64| ((bits & 0xFFFF) as f32 / 65535.0 - 0.5) * 2.0 * GRAIN;
        let old = |i: usize| f32::from(old[at * 3 + i]);
        [old(0) + step(noise), old(1) + step(noise >> 16), old(2) + step(noise >> 32)]
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A 64-bit hash of the signs of the low frequencies of a 32×32 gray picture.
    fn hash(canvas: &Canvas) -> u64 {
        let small = canvas.resized(32, 32);
        let gray: Vec<f32> = small.rgb().chunks_exact(3).map(|p| p.iter().map(|&c| f32::from(c)).sum()).collect();
        let wave = |k: usize, i: usize| ((i as f32 + 0.5) * k as f32 * std::f32::consts::PI / 32.0).cos();
        let strengths: Vec<f32> =
            (0..64).map(|n| (0..1024).map(|i| gray[i] * wave(n % 8, i % 32) * wave(n / 8, i / 32)).sum()).collect();
        let mut sorted = strengths[1..].to_vec();
        sorted.sort_by(f32::total_cmp);
        strengths.iter().enumerate().fold(0, |bits, (n, s)| bits | (u64::from(*s > sorted[31]) << n))
    }

    #[test]
    fn no_two_seeds_look_alike() {
        let hashes: Vec<u64> = (0..300).map(|seed| hash(&Scene { seed, frame: 0 }.drawn(160, 120))).collect();
        let distances = (0..hashes.len()).flat_map(|i| (0..i).map(move |j| (i, j)));
        let nearest = distances.map(|(i, j)| (hashes[i] ^ hashes[j]).count_ones()).min().unwrap();
        assert!(nearest >= 9, "two scenes are only {nearest} bits apart");
    }

    #[test]
    fn the_next_frames_look_alike_and_are_other_pictures() {
        let mut distances = Vec::new();
        for seed in (0..40).chain([5100]) {
            let frames = [0, 1, 2, 3].map(|frame| Scene { seed, frame }.drawn(320, 240));
            for next in &frames[1..] {
                assert_ne!(next, &frames[0]);
                distances.push((hash(&frames[0]) ^ hash(next)).count_ones());
            }
        }
        // The last are the burst of the demo library.
        assert!(distances[120..].iter().all(|&d| d <= 4), "{distances:?}");
        distances.sort_unstable();
        assert!(distances[distances.len() * 9 / 10] <= 6 && distances[distances.len() - 1] <= 10, "{distances:?}");
    }

    #[test]
    fn a_scene_looks_the_same_in_every_size() {
        for seed in 0..20 {
            let [small, large] = [160, 640].map(|width| Scene { seed, frame: 0 }.drawn(width, width * 3 / 4));
            let distance = (hash(&small) ^ hash(&large)).count_ones();
            assert!(distance <= 6, "scene {seed} differs by {distance} bits between two sizes");
        }
    }
}
