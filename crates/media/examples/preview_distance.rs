//! How far the fingerprint of a preview is from that of its picture, over the JPEGs and HEICs below folders.
#![allow(clippy::print_stdout)] // its purpose

use std::{fs, path::PathBuf};

use lightproof_media::{facts::read_facts, picture, preview, sniff::sniff};
use lightproof_model::fingerprint::{Turn, fine_distance, hash_distance, turned_gray, turned_hash};

fn main() {
    let mut folders: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let (mut bits, mut fine, mut fingerprinted) = (Vec::new(), Vec::new(), 0);
    while let Some(folder) = folders.pop() {
        let Ok(listed) = fs::read_dir(&folder) else { continue };
        for path in listed.flatten().map(|e| e.path()) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let Ok(bytes) = fs::read(&path) else { continue };
            let media_type = sniff(&bytes[..bytes.len().min(4096)], None);
            let facts = read_facts(&bytes.as_slice(), media_type);
            let whole = picture::look(&bytes, media_type, facts.orientation, &picture::Limits::default());
            let Some(whole) = whole.fingerprint else { continue };
            fingerprinted += 1;
            let Some(small) = preview::fingerprint(&bytes.as_slice(), media_type, &facts) else { continue };
            let nearest = Turn::ALL.into_iter().min_by_key(|&t| hash_distance(whole.hash, turned_hash(small.hash, t)));
            let turn = nearest.unwrap_or(Turn::Upright);
            let distance = hash_distance(whole.hash, turned_hash(small.hash, turn));
            let finer = fine_distance(&whole.gray, &turned_gray(&small.gray, turn));
            if distance > 6 {
                println!("{distance:>2} bits, {finer}, {turn:?}: {}", path.display());
            }
            bits.push(distance);
            fine.push(finer.0);
        }
    }
    let told = |name: &str, all: &mut Vec<u32>| {
        all.sort_unstable();
        let at = |share: f64| all.get(((all.len().max(1) - 1) as f64 * share) as usize).copied().unwrap_or(0);
        println!(
            "{name}: median {}, 75 % {}, 90 % {}, 95 % {}, 98 % {}, most {}",
            at(0.5),
            at(0.75),
            at(0.9),
            at(0.95),
            at(0.98),
            at(1.0)
        );
    };
    println!("{} previews of {fingerprinted} fingerprinted", bits.len());
    told("bits", &mut bits);
    told("finer, in ten-thousandths", &mut fine.iter().map(|&f| u32::from(f)).collect());
}
