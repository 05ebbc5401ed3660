//! Times the join on hashes at random and on a skewed set: `cargo run --release -p lightproof-model --example join`.
//!
//! Prints wall and CPU seconds and the number of pairs, and compares a part with all-with-all.

use std::{num::NonZeroUsize, time::Instant};

use lightproof_model::hamming_join::{Turns, join};

fn turned(turn: u8, hash: u64) -> u64 {
    let mut table = hash;
    if turn & 4 != 0 {
        // The transpose of an 8×8 table of bits (Hacker's Delight, 7-3).
        let swap = |x: u64, mask: u64, by: u32| {
            let t = (x ^ (x >> by)) & mask;
            x ^ t ^ (t << by)
        };
        table = swap(swap(swap(hash, 0x00aa_00aa_00aa_00aa, 7), 0x0000_cccc_0000_cccc, 14), 0x0000_0000_f0f0_f0f0, 28);
    }
    let columns = if turn & 1 != 0 { 0xaaaa_aaaa_aaaa_aaaa } else { 0 };
    let rows = if turn & 2 != 0 { 0xff00_ff00_ff00_ff00 } else { 0 };
    table ^ columns ^ rows
}

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn near(&mut self, middle: u64, bits: u64) -> u64 {
        let flips = self.next() % (bits + 1);
        (0..flips).fold(middle, |hash, _| hash ^ 1 << (self.next() % 64))
    }
}

/// 93 % at random, 5 % in bursts of fifty within 4 bits of their middle, 2 % within `bits` of one picture.
fn skewed(count: usize, bits: u64) -> Vec<u64> {
    let mut random = Random(7);
    let one = random.next();
    let mut burst = 0;
    (0..count)
        .map(|k| match k % 100 {
            0..=4 => {
                if k / 100 % 10 == 0 && k % 100 == 0 {
                    burst = random.next();
                }
                random.near(burst, 4)
            }
            5..=6 => random.near(one, bits),
            _ => random.next(),
        })
        .collect()
}

/// CPU seconds of this process so far, where the system tells (proc(5): fields 14 and 15 of stat, in hundredths).
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    [11, 12].iter().filter_map(|&k| fields.get(k)?.parse::<f64>().ok()).sum::<f64>() / 100.0
}

#[allow(clippy::print_stdout)]
fn main() {
    let turns = Turns::new(8, turned);
    let workers = NonZeroUsize::new(2).expect("two is not zero");
    for count in [135_000, 1_000_000] {
        let mut random = Random(1);
        let uniform = (0..count).map(|_| random.next()).collect();
        for (name, hashes) in [
            ("uniform", uniform),
            ("skewed, 2 % within 2 bits", skewed(count, 2)),
            ("skewed, 2 % within 4 bits", skewed(count, 4)),
        ] {
            let hashes: Vec<u64> = hashes;
            let (begun, cpu_begun) = (Instant::now(), cpu());
            let (mut pairs, mut sum) = (0u64, 0u64);
            join(&hashes, 7, &turns, workers, |pair| {
                pairs += 1;
                sum += u64::from(pair.distance);
            });
            let (wall, used) = (begun.elapsed().as_secs_f64(), cpu() - cpu_begun);
            let part = &hashes[..20_000];
            let mut found = 0u64;
            join(part, 7, &turns, workers, |_| found += 1);
            let brute: u64 = (0..part.len())
                .map(|high| part[..high].iter().filter(|&&low| turns.nearest(low, part[high]).1 <= 7).count() as u64)
                .sum();
            let exact = if found == brute { "exact" } else { "NOT EXACT" };
            println!(
                "{count:>8} {name:<26} wall {wall:5.2} s  cpu {used:5.2} s  {pairs:>10} pairs (bits {sum})  first 20,000: {found} {exact}"
            );
        }
    }
}
