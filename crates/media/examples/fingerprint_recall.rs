//! Recall by tier and nearest strangers: `cargo run --release -p lightproof-media --example fingerprint_recall -- CORPUS`
//!
//! CORPUS is a folder with `near-dup/details.csv` (path, group, role, tier, transform, made_by, confusable_set), and
//! `cameras/` and `formats/` beside it, in which only strangers are looked for.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

#[path = "../tests/near_dup/mod.rs"]
mod near_dup;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use lightproof_model::fingerprint::{ALIKE, FineDistance, RADIUS, REENCODED, fine_distance, telling_coefficients};
use near_dup::{HARD, Shot, nearest};

fn main() {
    let corpus = PathBuf::from(std::env::args_os().nth(1).unwrap());
    let (mut shots, without) = near_dup::near_dup(&corpus);
    println!("near-dup: {} fingerprints, {} without", shots.len(), without.len());
    without.iter().for_each(|line| println!("  {line}"));
    recall(&shots);
    strangers(&shots, "near-dup");
    bursts(&shots);
    cost(&shots);
    for part in ["cameras", "formats"] {
        shots.extend(near_dup::others(&corpus, part));
    }
    println!("with cameras and formats: {} fingerprints", shots.len());
    strangers(&shots, "all");
    let mut telling: Vec<_> = shots.iter().map(|s| (telling_coefficients(&s.print.gray), &s.name)).collect();
    telling.sort_unstable();
    println!("least structure (coefficients that tell):");
    telling.iter().take(10).for_each(|(n, name)| println!("  {n} {name}"));
}

/// CPU nanoseconds of this thread (Linux).
fn cpu() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split_whitespace().next().and_then(|n| n.parse().ok()).unwrap()
}

/// What one finer comparison costs.
fn cost(shots: &[Shot]) {
    let (start, mut sum, rounds) = (cpu(), 0u64, 1_000_000);
    for i in 0..rounds {
        let (a, b) = (&shots[i % shots.len()], &shots[(i * 7 + 1) % shots.len()]);
        sum += u64::from(fine_distance(&a.print.gray, &b.print.gray).0);
    }
    println!("finer comparison: {} ns (mean distance {})", (cpu() - start) / rounds as u64, sum / rounds as u64);
}

/// Confusable neighbours against what re-encoding does.
fn bursts(shots: &[Shot]) {
    let (mut frames, mut copies) = (Vec::new(), Vec::new());
    for (i, a) in shots.iter().enumerate() {
        for b in &shots[..i] {
            let (hash, fine) = nearest(&a.print, &b.print);
            if hash > RADIUS {
                continue;
            }
            if a.group != b.group && !a.set.is_empty() && a.set == b.set {
                frames.push(fine);
            }
            let kept = |s: &Shot| s.tier.starts_with("re") || ["original", "format-converted", "thumbnail"].contains(&&*s.tier);
            if a.group == b.group && kept(a) && kept(b) {
                copies.push(fine);
            }
        }
    }
    frames.sort_unstable();
    copies.sort_unstable();
    let within = |all: &[FineDistance]| all.iter().filter(|d| **d <= REENCODED).count();
    println!(
        "confusable pairs within the radius: {}, nearest {:?}, within REENCODED {}",
        frames.len(),
        frames.first(),
        within(&frames)
    );
    println!(
        "re-encoded and resized pairs: {}, farthest {:?}, within REENCODED {}",
        copies.len(),
        copies.last(),
        within(&copies)
    );
}

fn recall(shots: &[Shot]) {
    let mut rows: BTreeMap<String, Vec<(u32, FineDistance)>> = BTreeMap::new();
    let mut misses = Vec::new();
    for (i, a) in shots.iter().enumerate() {
        for b in shots[..i].iter().filter(|b| b.group == a.group) {
            let pair = nearest(&a.print, &b.print);
            let hard = |t: &str| HARD.contains(&t);
            let plain = !hard(&a.tier) && !hard(&b.tier);
            rows.entry(" all".into()).or_default().push(pair);
            if plain {
                rows.entry(" plain".into()).or_default().push(pair);
                if pair.0 > RADIUS || pair.1 > ALIKE {
                    misses.push(format!("  {} {} | {} {} | {} {}", pair.0, pair.1, a.tier, b.tier, a.name, b.name));
                }
            }
            for tier in BTreeSet::from([&a.tier, &b.tier]) {
                let other = if *tier == a.tier { &b.tier } else { &a.tier };
                if !hard(other) || hard(tier) && hard(other) && a.tier == b.tier {
                    rows.entry(tier.clone()).or_default().push(pair);
                }
            }
        }
    }
    println!("{:32} pairs  r<=5   r<=7  r<=9  | hash 50% 90% max | fine(r<=7) 50% 90% 98% max", "tier");
    for (tier, pairs) in rows {
        let share = |r: u32| pairs.iter().filter(|p| p.0 <= r).count() as f32 / pairs.len() as f32;
        let mut hash: Vec<u32> = pairs.iter().map(|p| p.0).collect();
        let mut fine: Vec<u16> = pairs.iter().filter(|p| p.0 <= 7).map(|p| p.1.0).collect();
        hash.sort_unstable();
        fine.sort_unstable();
        let at = |share: f32| fine.get(((fine.len().max(1) - 1) as f32 * share) as usize).copied().unwrap_or(0);
        let hash_at = |share: f32| hash[((hash.len() - 1) as f32 * share) as usize];
        println!(
            "{tier:32} {:5} {:.3}  {:.3} {:.3} | {:3} {:3} {:3} | {:4} {:4} {:4} {:4}",
            pairs.len(),
            share(5),
            share(7),
            share(9),
            hash_at(0.5),
            hash_at(0.9),
            hash_at(1.0),
            at(0.5),
            at(0.9),
            at(0.98),
            at(1.0)
        );
    }
    println!("plain pairs that are not found:");
    misses.iter().for_each(|m| println!("{m}"));
}

fn strangers(shots: &[Shot], what: &str) {
    let mut near = Vec::new();
    let mut by_distance = [0u64; 17];
    for (i, a) in shots.iter().enumerate() {
        for b in &shots[..i] {
            if !a.group.is_empty() && a.group == b.group {
                continue;
            }
            let pair = nearest(&a.print, &b.print);
            by_distance[pair.0.min(16) as usize] += 1;
            let set = !a.set.is_empty() && a.set == b.set;
            near.push((pair.1, pair.0, set, &a.name, &b.name));
        }
    }
    near.sort();
    println!("strangers in {what}: by hash distance 0..16: {by_distance:?}");
    // Beyond `near-dup` nobody has said which files show one photograph: the nearest may be copies.
    let floor = if what == "near-dup" { FineDistance(0) } else { FineDistance(700) };
    for (fine, hash, set, a, b) in near.iter().filter(|n| n.1 <= RADIUS + 3 && n.0 >= floor).take(40) {
        println!("  fine {fine} hash {hash} {} {a} | {b}", if *set { "(confusable)" } else { "" });
    }
}
