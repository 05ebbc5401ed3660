//! How far the fingerprint of a server's thumbnail is from that of the original, over a list of pairs.
//!
//! The list has a line for each pair: the thumbnail, a word for what was done, the original; between tabs.
#![allow(clippy::print_stdout)] // its purpose

use std::{collections::BTreeMap, fs};

use lightproof_media::{facts::read_facts, picture, sniff::sniff};
use lightproof_model::fingerprint::{
    ALIKE, Fingerprint, RADIUS, REENCODED, Turn, fine_distance, hash_distance, turned_gray, turned_hash,
};

struct Pair {
    name: String,
    whole: Fingerprint,
    small: Fingerprint,
}

fn of(path: &str) -> (Option<Fingerprint>, String) {
    let Ok(bytes) = fs::read(path) else { return (None, "gone".into()) };
    let media_type = sniff(&bytes[..bytes.len().min(4096)], Some(path.as_bytes()));
    let facts = read_facts(&bytes.as_slice(), media_type);
    let seen = picture::look(&bytes, media_type, facts.orientation, &picture::Limits::default());
    let why =
        format!("{media_type:?} {:?} {:?}", seen.integrity, seen.problems.iter().map(|p| p.to_string()).collect::<Vec<_>>());
    (seen.fingerprint, why)
}

fn main() {
    let list = std::env::args().nth(1).expect("a list");
    let (mut pairs, mut only): (Vec<Pair>, BTreeMap<&str, u32>) = (Vec::new(), BTreeMap::new());
    for line in fs::read_to_string(list).expect("a list").lines() {
        let [thumb, how, whole] = line.split('\t').collect::<Vec<_>>().try_into().expect("three columns");
        let ((small, why_small), (original, why)) = (of(thumb), of(whole));
        match (small, original) {
            (Some(small), Some(original)) => pairs.push(Pair { name: format!("{how} {whole}"), whole: original, small }),
            (None, None) => *only.entry("neither").or_default() += 1,
            (Some(_), None) => {
                *only.entry("thumbnail only").or_default() += 1;
                println!("THUMB ONLY {how} {whole} {why}");
            }
            (None, Some(_)) => {
                *only.entry("original only").or_default() += 1;
                println!("ORIGINAL ONLY {how} {whole} {why_small}");
            }
        }
    }
    println!("{} pairs; {only:?}", pairs.len());
    let (mut bits, mut fine) = (Vec::new(), Vec::new());
    for p in &pairs {
        let (d, f) = (hash_distance(p.whole.hash, p.small.hash), fine_distance(&p.whole.gray, &p.small.gray));
        let turn = Turn::ALL
            .into_iter()
            .min_by_key(|&t| hash_distance(p.whole.hash, turned_hash(p.small.hash, t)))
            .unwrap_or(Turn::Upright);
        if d > 3 || f > REENCODED {
            let t = hash_distance(p.whole.hash, turned_hash(p.small.hash, turn));
            println!(
                "{d:>2} bits {f} ({turn:?} {t} {}) {}",
                fine_distance(&p.whole.gray, &turned_gray(&p.small.gray, turn)),
                p.name
            );
        }
        bits.push(d);
        fine.push(u32::from(f.0));
    }
    let (found, same) = (
        pairs
            .iter()
            .filter(|p| {
                hash_distance(p.whole.hash, p.small.hash) <= RADIUS && fine_distance(&p.whole.gray, &p.small.gray) <= ALIKE
            })
            .count(),
        pairs
            .iter()
            .filter(|p| {
                hash_distance(p.whole.hash, p.small.hash) <= RADIUS && fine_distance(&p.whole.gray, &p.small.gray) <= REENCODED
            })
            .count(),
    );
    println!("within radius and alike {found}, within re-encoding {same}, of {}", pairs.len());
    let told = |name: &str, all: &mut Vec<u32>| {
        all.sort_unstable();
        let at = |share: f64| all.get(((all.len().max(1) - 1) as f64 * share) as usize).copied().unwrap_or(0);
        println!(
            "{name}: median {}, 90 % {}, 95 % {}, 98 % {}, 99 % {}, most {}",
            at(0.5),
            at(0.9),
            at(0.95),
            at(0.98),
            at(0.99),
            at(1.0)
        );
    };
    told("bits", &mut bits);
    told("finer", &mut fine);
}
