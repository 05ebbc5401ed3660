//! Recall by tier and nearest strangers: `cargo run --release -p lightproof-media --example fingerprint_recall -- CORPUS`
//!
//! CORPUS is a folder with `near-dup/details.csv` (path, group, role, tier, transform, made_by, confusable_set), and
//! `cameras/` and `formats/` beside it, in which only strangers are looked for.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use lightproof_media::picture::{Limits, look};
use lightproof_model::{
    fingerprint::{
        FineDistance, Fingerprint, Turn, fine_distance, hash_distance, telling_coefficients, turned_gray, turned_hash,
    },
    media_type::MediaType,
};

/// Tiers that a plain perceptual hash does not find.
const HARD: [&str; 3] = ["rotated-pixels", "mirrored", "cropped-large"];

struct Shot {
    name: String,
    group: String,
    tier: String,
    set: String,
    print: Fingerprint,
}

fn main() {
    let corpus = PathBuf::from(std::env::args_os().nth(1).unwrap());
    let mut shots = Vec::new();
    let mut blank = 0;
    for line in std::fs::read_to_string(corpus.join("near-dup/details.csv")).unwrap().lines().skip(1) {
        let mut fields = fields(line);
        let path = corpus.join("near-dup").join(&fields[0]);
        match fingerprint(&path) {
            Ok(print) => shots.push(Shot {
                set: fields.pop().unwrap(),
                tier: fields.swap_remove(3),
                group: fields.swap_remove(1),
                name: fields.swap_remove(0),
                print,
            }),
            Err(why) => {
                blank += 1;
                println!("no fingerprint: {} ({why})", fields[0]);
            }
        }
    }
    println!("near-dup: {} fingerprints, {blank} without", shots.len());
    recall(&shots);
    let near_dup = shots.len();
    for part in ["cameras", "formats"] {
        let mut files = Vec::new();
        below(&corpus.join(part), &mut files);
        for path in files {
            if let Ok(print) = fingerprint(&path) {
                let name = path.strip_prefix(&corpus).unwrap().to_string_lossy().into_owned();
                shots.push(Shot { group: String::new(), tier: String::new(), set: String::new(), name, print });
            }
        }
    }
    println!("all: {} fingerprints", shots.len());
    let mut telling: Vec<_> = shots.iter().map(|s| (telling_coefficients(&s.print.gray), &s.name)).collect();
    telling.sort_unstable();
    println!("least structure (coefficients that tell):");
    telling.iter().take(40).for_each(|(n, name)| println!("  {n} {name}"));
    strangers(&shots[..near_dup], "near-dup");
    strangers(&shots, "near-dup, cameras, formats");
}

/// The nearest of eight turns: hash distance, and the finer distance of the turn whose sum is least.
fn nearest(a: &Fingerprint, b: &Fingerprint) -> (u32, FineDistance) {
    Turn::ALL
        .iter()
        .map(|&turn| (hash_distance(a.hash, turned_hash(b.hash, turn)), turn))
        .filter(|&(distance, _)| distance <= 16)
        .map(|(distance, turn)| (distance, fine_distance(&a.gray, &turned_gray(&b.gray, turn))))
        .min_by_key(|&(_, fine)| fine)
        .unwrap_or((64, FineDistance(u16::MAX)))
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
                if pair.0 > 7 {
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
    println!("plain pairs beyond 7:");
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
    let limit = if what == "near-dup" { 10 } else { 10 };
    for (fine, hash, set, a, b) in near.iter().filter(|n| n.1 <= limit && (what == "near-dup" || n.0.0 > 200)).take(70) {
        println!("  fine {fine} hash {hash} {} {a} | {b}", if *set { "(confusable)" } else { "" });
    }
}

fn fingerprint(path: &Path) -> Result<Fingerprint, String> {
    let bytes = std::fs::read(path).unwrap();
    let media_type = match &bytes[..] {
        b if b.starts_with(&[0xff, 0xd8]) => MediaType::Jpeg,
        b if b.starts_with(b"\x89PNG") => MediaType::Png,
        b if b.starts_with(b"GIF8") => MediaType::Gif,
        b if b.starts_with(b"BM") => MediaType::Bmp,
        b if b.starts_with(b"II*\0") || b.starts_with(b"MM\0*") => MediaType::Tiff,
        b if b.get(8..12) == Some(b"WEBP") => MediaType::WebP,
        b if b.get(4..8) == Some(b"ftyp") && b.get(8..12) != Some(b"avif") => MediaType::Heic,
        _ => return Err("other".into()),
    };
    let picture = look(&bytes, media_type, orientation(&bytes), &Limits::default());
    picture.fingerprint.ok_or_else(|| picture.problems.iter().map(|p| p.to_string()).collect::<Vec<_>>().join("; "))
}

/// Orientation of IFD0 of the first TIFF header met.
fn orientation(bytes: &[u8]) -> Option<u16> {
    let head = &bytes[..bytes.len().min(1 << 16)];
    let at = head.windows(6).position(|w| w == b"Exif\0\0").map_or(0, |p| p + 6);
    let tiff = head.get(at..)?;
    let little = tiff.starts_with(b"II*\0");
    if !little && !tiff.starts_with(b"MM\0*") {
        return None;
    }
    let two = |at: usize| {
        tiff.get(at..at + 2).map(|b| if little { u16::from_le_bytes([b[0], b[1]]) } else { u16::from_be_bytes([b[0], b[1]]) })
    };
    let four = |at: usize| {
        Some(if little {
            usize::from(two(at + 2)?) << 16 | usize::from(two(at)?)
        } else {
            usize::from(two(at)?) << 16 | usize::from(two(at + 2)?)
        })
    };
    let ifd = four(4)?;
    (0..usize::from(two(ifd)?)).map(|i| ifd + 2 + i * 12).find(|&at| two(at) == Some(0x112)).and_then(|at| two(at + 8))
}

fn below(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() { below(&path, files) } else { files.push(path) }
    }
}

/// Fields of a CSV line (RFC 4180).
fn fields(line: &str) -> Vec<String> {
    let (mut out, mut quoted) = (vec![String::new()], false);
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => out.push(String::new()),
            c => out.last_mut().unwrap().push(c),
        }
    }
    out
}
