//! Fingerprints: what a picture looks like in 64 bits to find it, and in 32×32 grays to confirm it.
//!
//! The eight ways to turn a picture are bit operations on the hash and index operations on the grays, so turned and
//! mirrored copies are found without decoding anything again. Both distances are symmetric and keep their value when
//! both pictures are turned alike.
//! Absent on purpose: how the grays are taken from encoded bytes (`media`), and any search.

use std::fmt;

/// Version of all that makes a fingerprint; a stored one of another version is made anew.
pub const FINGERPRINT_VERSION: u32 = 2;

/// Side of the small gray picture, in cells.
pub const GRAY_SIDE: usize = 32;

/// Bits of the hash that tell anything: the place of the mean is always 0.
pub const EFFECTIVE_BITS: u32 = 63;

/// The gray picture a fingerprint is made of: 32×32 area means, row by row, upright, uniform borders trimmed.
pub type Gray = [u8; GRAY_SIDE * GRAY_SIDE];

/// What a picture looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint {
    /// 64 bits: near-duplicates differ in few of them.
    pub hash: u64,
    /// The gray picture, for the finer comparison.
    pub gray: Box<Gray>,
}

/// One of the eight ways to turn or mirror a picture; the words say what is done to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Turn {
    /// Nothing is done (EXIF orientation 1).
    Upright,
    /// Left and right change places (2).
    Mirrored,
    /// Turned by half (3).
    Half,
    /// Top and bottom change places (4).
    Flipped,
    /// Rows become columns (5).
    Transposed,
    /// Turned a quarter clockwise (6).
    Right,
    /// Rows become columns, the other way round (7).
    Transversed,
    /// Turned a quarter counter-clockwise (8).
    Left,
}

impl Turn {
    /// All turns, in the order of the EXIF orientations 1 to 8.
    pub const ALL: [Turn; 8] =
        [Turn::Upright, Turn::Mirrored, Turn::Half, Turn::Flipped, Turn::Transposed, Turn::Right, Turn::Transversed, Turn::Left];

    /// What must be done to a picture of this EXIF orientation (Exif 2.32, tag 0x0112) to show it upright.
    #[must_use]
    pub fn from_orientation(orientation: u16) -> Option<Turn> {
        usize::from(orientation).checked_sub(1).and_then(|i| Turn::ALL.get(i)).copied()
    }

    /// Whether the source is mirrored across, mirrored down, and then its rows become columns.
    const fn parts(self) -> (bool, bool, bool) {
        match self {
            Turn::Upright => (false, false, false),
            Turn::Mirrored => (true, false, false),
            Turn::Half => (true, true, false),
            Turn::Flipped => (false, true, false),
            Turn::Transposed => (false, false, true),
            Turn::Right => (false, true, true),
            Turn::Transversed => (true, true, true),
            Turn::Left => (true, false, true),
        }
    }

    fn of_parts(parts: (bool, bool, bool)) -> Turn {
        match parts {
            (false, false, false) => Turn::Upright,
            (true, false, false) => Turn::Mirrored,
            (true, true, false) => Turn::Half,
            (false, true, false) => Turn::Flipped,
            (false, false, true) => Turn::Transposed,
            (false, true, true) => Turn::Right,
            (true, true, true) => Turn::Transversed,
            (true, false, true) => Turn::Left,
        }
    }

    /// The turn that takes this one back.
    #[must_use]
    pub fn inverse(self) -> Turn {
        match self {
            Turn::Right => Turn::Left,
            Turn::Left => Turn::Right,
            Turn::Upright | Turn::Mirrored | Turn::Half | Turn::Flipped | Turn::Transposed | Turn::Transversed => self,
        }
    }

    /// This turn, and then another.
    #[must_use]
    pub fn then(self, next: Turn) -> Turn {
        let ((x, y, t), (nx, ny, nt)) = (self.parts(), next.parts());
        // A mirroring done after rows became columns is, seen from before, one of the other axis.
        let (nx, ny) = if t { (ny, nx) } else { (nx, ny) };
        Turn::of_parts((x ^ nx, y ^ ny, t ^ nt))
    }
}

/// The hash of a gray picture: the signs of its 8×8 lowest coefficients, bit `u + 8 v`, without the mean.
///
/// Mirroring negates the coefficients of odd order and transposing swaps `u` and `v`: that is why signs are taken, and
/// not comparisons with a median. Integer arithmetic throughout, so that every machine gives the same bits.
#[must_use]
pub fn hash_of(gray: &Gray) -> u64 {
    let coefficients = coefficients(gray);
    (1..64).filter(|&i| coefficients[i] > 0).fold(0, |hash, i| hash | 1 << i)
}

/// How many of the hash's coefficients stand out of the noise that re-encoding makes, 0 to 63.
///
/// Signs of the others are chance: a page with few of them cannot be told from another.
#[must_use]
pub fn telling_coefficients(gray: &Gray) -> usize {
    let (_, weight) = weights();
    // A cosine of amplitude `a` gives about a quarter of its amplitude times the weights' sum.
    let noise = NOISE_HUNDREDTHS * weight / 400 * weight;
    coefficients(gray)[1..].iter().filter(|c| c.abs() >= noise).count()
}

/// Amplitude in hundredths of a gray below which a coefficient is noise.
const NOISE_HUNDREDTHS: i64 = 30;

/// The 8×8 lowest coefficients of a gray picture about its weighted mean; index `u + 8 v`.
///
/// A DCT-II under a raised cosine: the margins count half, so that a crop or a caption there changes few signs.
#[must_use]
pub fn coefficients(gray: &Gray) -> [i64; 64] {
    let (waves, weight) = weights();
    let mut rows = [[0i64; 8]; GRAY_SIDE];
    for (sums, row) in rows.iter_mut().zip(gray.as_chunks::<GRAY_SIDE>().0) {
        for (sum, wave) in sums.iter_mut().zip(&waves) {
            *sum = i64::from(row.iter().zip(wave).map(|(&g, &w)| i32::from(g) * w).sum::<i32>());
        }
    }
    let sums: [i64; 64] = std::array::from_fn(|i| {
        let (u, v) = (i % 8, i / 8);
        rows.iter().zip(&waves[v]).map(|(row, &w)| row[u] * i64::from(w)).sum()
    });
    let ones: [i64; 8] = std::array::from_fn(|order| waves[order].iter().map(|&w| i64::from(w)).sum());
    // The weighted mean is taken from every cell. Division rounds towards zero, so a mirrored picture stays its mirror.
    std::array::from_fn(|i| {
        sums[i] - (i128::from(sums[0]) * i128::from(ones[i % 8] * ones[i / 8]) / i128::from(weight * weight)) as i64
    })
}

/// Cosines of orders 0 to 7 under the weights, times 256, exactly odd or even about the middle; and the weights' sum.
fn weights() -> ([[i32; GRAY_SIDE]; 8], i64) {
    let mut waves = [[0; GRAY_SIDE]; 8];
    for (order, wave) in waves.iter_mut().enumerate() {
        for x in 0..GRAY_SIDE / 2 {
            let place = std::f64::consts::PI * (x as f64 + 0.5) / GRAY_SIDE as f64;
            let weight = 0.5 + 0.5 * place.sin().powi(2);
            let value = ((place * order as f64).cos() * weight * 256.0).round() as i32;
            wave[x] = value;
            wave[GRAY_SIDE - 1 - x] = if order % 2 == 0 { value } else { -value };
        }
    }
    let sum = waves[0].iter().map(|&w| i64::from(w)).sum();
    (waves, sum)
}

/// The hash that the turned picture has (but for coefficients that are exactly zero).
#[must_use]
pub fn turned_hash(hash: u64, turn: Turn) -> u64 {
    let (x, y, transpose) = turn.parts();
    let hash = hash ^ if x { 0xaaaa_aaaa_aaaa_aaaa } else { 0 } ^ if y { 0xff00_ff00_ff00_ff00 } else { 0 };
    if transpose { transposed(hash) } else { hash }
}

/// Swaps rows and columns of an 8×8 bit matrix (H. S. Warren, Hacker's Delight, 7-3).
fn transposed(hash: u64) -> u64 {
    let swap = |h: u64, mask: u64, by: u32| {
        let t = (h ^ (h >> by)) & mask;
        h ^ t ^ (t << by)
    };
    swap(swap(swap(hash, 0x00aa_00aa_00aa_00aa, 7), 0x0000_cccc_0000_cccc, 14), 0x0000_0000_f0f0_f0f0, 28)
}

/// The gray picture, turned.
#[must_use]
pub fn turned_gray(gray: &Gray, turn: Turn) -> Gray {
    let (mirror_x, mirror_y, transpose) = turn.parts();
    let mut out = [0; GRAY_SIDE * GRAY_SIDE];
    for (i, cell) in out.iter_mut().enumerate() {
        let (x, y) = (i % GRAY_SIDE, i / GRAY_SIDE);
        let (x, y) = if transpose { (y, x) } else { (x, y) };
        let x = if mirror_x { GRAY_SIDE - 1 - x } else { x };
        let y = if mirror_y { GRAY_SIDE - 1 - y } else { y };
        *cell = gray[y * GRAY_SIDE + x];
    }
    out
}

/// In how many bits two hashes differ.
#[must_use]
pub fn hash_distance(a: u64, b: u64) -> u32 {
    (a ^ b).count_ones()
}

/// How far two gray pictures are from each other, in ten-thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FineDistance(pub u16);

impl fmt::Display for FineDistance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:04}", self.0 / 10_000, self.0 % 10_000)
    }
}

/// Hash distance within which a pair of fingerprints is a candidate.
pub const RADIUS: u32 = 7;

/// Finer distance within which two pictures look alike.
pub const ALIKE: FineDistance = FineDistance(1_300);

/// Finer distance within what re-encoding and resizing do; frames of a burst lie beyond it.
pub const REENCODED: FineDistance = FineDistance(150);

/// The finer comparison: one minus the correlation of the grays, and at most 0.02 more for what their tones differ.
///
/// Correlation forgives brightness and contrast, as an edit changes them. Re-encoding keeps the tones, and a bracketed
/// or moved frame does not: that is what the second part tells, 0.002 for each gray of root mean square, up to ten.
#[must_use]
pub fn fine_distance(a: &Gray, b: &Gray) -> FineDistance {
    // One plain loop per sum: each becomes a few vector instructions.
    let sum = |g: &Gray| f64::from(g.iter().map(|&g| u32::from(g)).sum::<u32>());
    let product = |a: &Gray, b: &Gray| {
        f64::from(a.iter().zip(b).map(|(&a, &b)| i32::from(i16::from(a)) * i32::from(i16::from(b))).sum::<i32>())
    };
    let n = (GRAY_SIDE * GRAY_SIDE) as f64;
    let (sa, sb, aa, bb, ab) = (sum(a), sum(b), product(a, a), product(b, b), product(a, b));
    let (va, vb, covariance) = (aa - sa * sa / n, bb - sb * sb / n, ab - sa * sb / n);
    let shape = if va > 0.0 && vb > 0.0 { 1.0 - covariance / (va * vb).sqrt() } else { 2.0 };
    let tone = ((aa + bb - 2.0 * ab).max(0.0) / n).sqrt().min(10.0) / 500.0;
    FineDistance(((shape + tone) * 10_000.0).round().clamp(0.0, 20_200.0) as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture of smooth noise: the same for the same seed.
    fn noise(seed: u64) -> Gray {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let coarse: [[f64; 9]; 9] = std::array::from_fn(|_| {
            std::array::from_fn(|_| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                (state >> 40) as f64 / f64::from(1 << 24) * 200.0 + 20.0
            })
        });
        std::array::from_fn(|i| {
            let (x, y) = ((i % GRAY_SIDE) as f64 / 4.0, (i / GRAY_SIDE) as f64 / 4.0);
            let (cx, cy, fx, fy) = (x as usize, y as usize, x.fract(), y.fract());
            let across = |row: usize| coarse[row][cx] * (1.0 - fx) + coarse[row][cx + 1] * fx;
            (across(cy) * (1.0 - fy) + across(cy + 1) * fy).round() as u8
        })
    }

    #[test]
    fn turning_the_hash_is_turning_the_picture() {
        for seed in 0..50 {
            let gray = noise(seed);
            for turn in Turn::ALL {
                assert_eq!(hash_of(&turned_gray(&gray, turn)), turned_hash(hash_of(&gray), turn), "{seed} {turn:?}");
            }
        }
    }

    #[test]
    fn turns_are_a_group_and_act_alike_on_hash_and_gray() {
        let gray = noise(7);
        let hash = hash_of(&gray);
        for a in Turn::ALL {
            assert_eq!(a.then(a.inverse()), Turn::Upright);
            assert_eq!(turned_hash(turned_hash(hash, a), a.inverse()), hash);
            for b in Turn::ALL {
                assert_eq!(turned_gray(&turned_gray(&gray, a), b), turned_gray(&gray, a.then(b)), "{a:?} {b:?}");
                assert_eq!(turned_hash(turned_hash(hash, a), b), turned_hash(hash, a.then(b)), "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn orientation_6_brings_the_left_column_to_the_top() {
        let mut gray = [0; GRAY_SIDE * GRAY_SIDE];
        (0..GRAY_SIDE).for_each(|y| gray[y * GRAY_SIDE] = 200);
        let upright = turned_gray(&gray, Turn::from_orientation(6).unwrap());
        assert!(upright[..GRAY_SIDE].iter().all(|&g| g == 200));
        assert_eq!(Turn::from_orientation(0), None);
        assert_eq!(Turn::from_orientation(9), None);
    }

    #[test]
    fn the_finer_distance_forgives_contrast_but_tells_it_from_a_copy() {
        let gray = noise(3);
        let flat: Gray = gray.map(|g| g / 2 + 60);
        assert_eq!(fine_distance(&gray, &gray), FineDistance(0));
        assert!(fine_distance(&gray, &flat) <= ALIKE);
        assert!(fine_distance(&gray, &flat) > REENCODED);
        assert_eq!(fine_distance(&gray, &flat), fine_distance(&flat, &gray));
    }

    #[test]
    fn strangers_are_far_from_each_other() {
        for seed in 0..40 {
            let (a, b) = (noise(seed), noise(seed + 1000));
            for turn in Turn::ALL {
                assert!(fine_distance(&a, &turned_gray(&b, turn)) > ALIKE, "{seed} {turn:?}");
            }
        }
    }

    #[test]
    fn a_blank_picture_tells_nothing() {
        assert_eq!(telling_coefficients(&[200; GRAY_SIDE * GRAY_SIDE]), 0);
        assert!(telling_coefficients(&noise(1)) > 40);
        assert_eq!(fine_distance(&[200; GRAY_SIDE * GRAY_SIDE], &noise(1)).0, 20_200);
    }
}
