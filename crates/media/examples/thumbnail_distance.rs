//! How far the fingerprints of a server's thumbnails are from those of their originals.
//!
//! The list has a line for each pair: thumbnail, how it was made, original; with tabs between.
#![allow(clippy::print_stdout)] // its purpose

use std::fs;

use lightproof_media::{
    facts::read_facts,
    picture::{Limits, look, look_at_thumbnail},
    sniff::sniff,
};
use lightproof_model::{
    fingerprint::{ALIKE, Fingerprint, RADIUS, REENCODED, fine_distance, hash_distance},
    probe::Picture,
    problem::Integrity,
};

fn original(path: &str) -> Option<Picture> {
    let bytes = fs::read(path).ok()?;
    let media_type = sniff(&bytes[..bytes.len().min(4096)], Some(path.as_bytes()));
    let orientation = read_facts(&bytes.as_slice(), media_type).orientation;
    Some(look(&bytes, media_type, orientation, &Limits::default())).filter(|seen| seen.integrity == Integrity::Intact)
}

fn main() {
    let list = std::env::args().nth(1).and_then(|path| fs::read_to_string(path).ok()).unwrap_or_default();
    let (mut pairs, mut only): (Vec<(String, Fingerprint, Fingerprint)>, [u32; 2]) = (Vec::new(), [0; 2]);
    for line in list.lines() {
        let [small, how, whole] = line.split('\t').collect::<Vec<_>>()[..] else { continue };
        let (Some(whole_seen), Ok(bytes)) = (original(whole), fs::read(small)) else { continue };
        match (whole_seen.fingerprint, look_at_thumbnail(&bytes).fingerprint) {
            (Some(whole_print), Some(small_print)) => pairs.push((format!("{how} {whole}"), whole_print, small_print)),
            (Some(_), None) => only[0] += 1,
            (None, Some(_)) => only[1] += 1,
            (None, None) => {}
        }
    }
    let (mut bits, mut fine, mut found, mut re_encoded) = (Vec::new(), Vec::new(), 0, 0);
    for (name, whole, small) in &pairs {
        let (differ, apart) = (hash_distance(whole.hash, small.hash), fine_distance(&whole.gray, &small.gray));
        if differ > RADIUS || apart > REENCODED {
            println!("{differ:>2} bits, {apart}: {name}");
        }
        found += u32::from(differ <= RADIUS && apart <= ALIKE);
        re_encoded += u32::from(differ <= RADIUS && apart <= REENCODED);
        bits.push(differ);
        fine.push(u32::from(apart.0));
    }
    println!("{} sound pairs; a fingerprint of the original alone {}, of the thumbnail alone {}", pairs.len(), only[0], only[1]);
    println!("found {found}, within re-encoding {re_encoded}");
    for (name, all) in [("bits", &mut bits), ("finer, in ten-thousandths", &mut fine)] {
        all.sort_unstable();
        let at = |share: f64| all.get(((all.len().max(1) - 1) as f64 * share) as usize).copied().unwrap_or(0);
        println!("{name}: median {}, 90 % {}, 98 % {}, 99 % {}, most {}", at(0.5), at(0.9), at(0.98), at(0.99), at(1.0));
    }
}
