//! The join against a comparison of all with all.

use proptest::prelude::*;

use super::*;

/// The symmetries of an 8×8 table of signs, as a transform without its signs' sizes has them: a flip inverts the odd columns or rows, a
/// transposition swaps row and column.
fn turned(turn: u8, hash: u64) -> u64 {
    let mut table = hash;
    if turn & 4 != 0 {
        table = (0..64).filter(|bit| hash >> bit & 1 == 1).fold(0, |t, bit| t | 1 << (bit % 8 * 8 + bit / 8));
    }
    let columns = if turn & 1 != 0 { 0xaaaa_aaaa_aaaa_aaaa } else { 0 };
    let rows = if turn & 2 != 0 { 0xff00_ff00_ff00_ff00 } else { 0 };
    table ^ columns ^ rows
}

fn eight() -> Turns {
    Turns::new(8, turned)
}

fn by_brute_force(hashes: &[u64], radius: u8, turns: &Turns) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for high in 0..hashes.len() {
        for low in 0..high {
            let (turn, distance) = turns.nearest(hashes[low], hashes[high]);
            if distance <= radius {
                pairs.push(Pair { low: low as u32, high: high as u32, turn, distance });
            }
        }
    }
    pairs.sort_unstable();
    pairs
}

fn joined(hashes: &[u64], radius: u8, turns: &Turns, workers: usize) -> Vec<Pair> {
    let mut pairs = Vec::new();
    join(hashes, radius, turns, NonZeroUsize::new(workers).unwrap(), |pair| pairs.push(pair));
    pairs
}

fn splitmix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A third at random, a third in turned bursts round a few, a third nearly equal.
fn skewed(count: usize, seed: u64) -> Vec<u64> {
    let mut state = seed;
    let middles: Vec<u64> = (0..1 + count / 20).map(|_| splitmix(&mut state)).collect();
    (0..count)
        .map(|k| {
            let any = splitmix(&mut state);
            let flips = |n: u64, state: &mut u64| (0..n).fold(0u64, |f, _| f ^ 1 << (splitmix(state) % 64));
            match k % 3 {
                0 => any,
                1 => {
                    let middle = middles[any as usize % middles.len()];
                    turned((any >> 32) as u8 % 8, middle ^ flips(any >> 40 & 3, &mut state))
                }
                _ => middles[0] ^ flips(any & 3, &mut state),
            }
        })
        .collect()
}

#[test]
fn the_join_finds_exactly_what_comparing_all_with_all_finds() {
    for (count, seed) in [(0, 1), (1, 2), (2, 3), (60, 4), (1500, 5)] {
        let hashes = skewed(count, seed);
        for radius in [0, 1, 3, 5, 7, 8, 11] {
            for turns in [Turns::none(), eight()] {
                let mut found = joined(&hashes, radius, &turns, 2);
                found.sort_unstable();
                assert_eq!(found, by_brute_force(&hashes, radius, &turns), "{count} hashes, radius {radius}");
            }
        }
    }
}

#[test]
fn the_order_of_pairs_does_not_depend_on_the_number_of_workers() {
    let hashes = skewed(3000, 9);
    let alone = joined(&hashes, 7, &eight(), 1);
    assert!(alone.len() > 100_000);
    assert!(alone == joined(&hashes, 7, &eight(), 2));
    assert!(alone == joined(&hashes, 7, &eight(), 3));
}

#[test]
fn a_picture_that_resembles_its_own_transpose_is_met_once_and_at_the_first_of_its_nearest_turns() {
    let symmetric = (0..8).fold(0u64, |t, k| t | 1 << (k * 9)); // the diagonal
    let hashes = [symmetric, symmetric ^ 2, turned(1, symmetric), turned(5, symmetric) ^ 3];
    let mut found = joined(&hashes, 7, &eight(), 2);
    found.sort_unstable();
    assert_eq!(found, by_brute_force(&hashes, 7, &eight()));
    assert_eq!(found.len(), 6);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_set_round_any_middle_is_joined_exactly(
        middle: u64,
        flips in prop::collection::vec((0u8..8, prop::collection::vec(0u32..64, 0..9)), 0..60),
        radius in 0u8..13,
    ) {
        let hashes: Vec<u64> = flips
            .iter()
            .map(|(turn, bits)| turned(*turn, bits.iter().fold(middle, |hash, bit| hash ^ 1 << bit)))
            .collect();
        let mut found = joined(&hashes, radius, &eight(), 2);
        found.sort_unstable();
        prop_assert_eq!(found, by_brute_force(&hashes, radius, &eight()));
    }
}
