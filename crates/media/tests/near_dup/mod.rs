//! Fingerprints of the near-duplicate corpus with what is known of them, for the recall test and its table.
#![allow(dead_code)]

use std::path::{Path, PathBuf};

use lightproof_media::picture::{Limits, look};
use lightproof_model::{
    fingerprint::{FineDistance, Fingerprint, Turn, fine_distance, hash_distance, turned_gray, turned_hash},
    media_type::MediaType,
};

/// Tiers that a plain perceptual hash does not find.
pub const HARD: [&str; 3] = ["rotated-pixels", "mirrored", "cropped-large"];

/// One file of the corpus.
pub struct Shot {
    pub name: String,
    pub group: String,
    pub tier: String,
    pub set: String,
    pub print: Fingerprint,
}

/// Reads `near-dup/details.csv` and fingerprints its files; those without a fingerprint come back as sentences.
pub fn near_dup(corpus: &Path) -> (Vec<Shot>, Vec<String>) {
    let (mut shots, mut without) = (Vec::new(), Vec::new());
    for line in std::fs::read_to_string(corpus.join("near-dup/details.csv")).unwrap().lines().skip(1) {
        let [name, group, _, tier, _, _, set] = fields(line).try_into().unwrap();
        match fingerprint(&corpus.join("near-dup").join(&name)) {
            Ok(print) => shots.push(Shot { name, group, tier, set, print }),
            Err(why) => without.push(format!("{name}: {why}")),
        }
    }
    (shots, without)
}

/// Fingerprints whatever else is in a folder.
pub fn others(corpus: &Path, part: &str) -> Vec<Shot> {
    let mut files = Vec::new();
    below(&corpus.join(part), &mut files);
    let shot = |path: PathBuf| {
        let name = path.strip_prefix(corpus).unwrap().to_string_lossy().into_owned();
        let print = fingerprint(&path).ok()?;
        Some(Shot { group: String::new(), tier: String::new(), set: String::new(), name, print })
    };
    files.into_iter().filter_map(shot).collect()
}

/// The nearest of eight turns: hash distance and finer distance; 64 where no turn is within 16 bits.
pub fn nearest(a: &Fingerprint, b: &Fingerprint) -> (u32, FineDistance) {
    Turn::ALL
        .iter()
        .map(|&turn| (hash_distance(a.hash, turned_hash(b.hash, turn)), turn))
        .filter(|&(distance, _)| distance <= 16)
        .map(|(distance, turn)| (distance, fine_distance(&a.gray, &turned_gray(&b.gray, turn))))
        .min_by_key(|&(_, fine)| fine)
        .unwrap_or((64, FineDistance(u16::MAX)))
}

fn fingerprint(path: &Path) -> Result<Fingerprint, String> {
    let bytes = std::fs::read(path).unwrap();
    let media_type = match &bytes[..] {
        [0xff, 0xd8, ..] => MediaType::Jpeg,
        b if b.starts_with(b"\x89PNG") => MediaType::Png,
        b if b.starts_with(b"GIF8") => MediaType::Gif,
        b if b.starts_with(b"BM") => MediaType::Bmp,
        b if b.starts_with(b"II*\0") || b.starts_with(b"MM\0*") => MediaType::Tiff,
        b if b.get(8..12) == Some(b"WEBP") => MediaType::WebP,
        b if b.get(8..12) == Some(b"avif") => MediaType::Avif,
        b if b.get(4..8) == Some(b"ftyp") => MediaType::Heic,
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

pub fn below(folder: &Path, files: &mut Vec<PathBuf>) {
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
