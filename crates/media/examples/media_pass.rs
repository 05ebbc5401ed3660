//! What the media pass costs for each photo, beside what it cannot do without: `cargo run --release -p lightproof-media
//! --example media_pass -- [--rounds N] FILES…`
//!
//! CPU milliseconds of this thread, each row the median of the rounds; the rows take turns, so that a busy machine burdens
//! all alike. Absent on purpose: any pass or fail.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::{fs::File, hint::black_box, io::Read, path::PathBuf};

use lightproof_media::{facts::read_facts, picture, sniff};
use rustix::time::{ClockId, clock_gettime};
use sha1::Digest;

/// A row of the table: what is measured, and how.
type Row = (&'static str, fn(&Photo, &mut Vec<u8>));

struct Photo {
    path: PathBuf,
    bytes: Vec<u8>,
}

const ROWS: [Row; 9] = [
    ("memory read once", |photo, _| keep(sum(&photo.bytes))),
    ("read from the page cache into a buffer used again", |photo, buffer| {
        buffer.clear();
        File::open(&photo.path).unwrap().read_to_end(buffer).unwrap();
    }),
    ("SHA-1", |photo, _| keep(sha1::Sha1::digest(&photo.bytes))),
    ("BLAKE3 (image digest)", |photo, _| keep(blake3::hash(&photo.bytes))),
    ("one chain of look-ups", |photo, _| keep(chains::<1>(&photo.bytes))),
    ("three chains of look-ups side by side", |photo, _| keep(chains::<3>(&photo.bytes))),
    ("sniff and facts", |photo, _| keep(facts(photo))),
    ("look (digest, integrity, fingerprint)", |photo, _| keep(look(photo, None))),
    ("the media pass: sniff, facts, look", |photo, _| {
        let (media_type, facts) = facts(photo);
        let limits = picture::Limits::default();
        keep(picture::look(&photo.bytes, media_type, facts.orientation, &limits));
    }),
];

fn main() {
    let mut arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let mut rounds = 5;
    if arguments.first().is_some_and(|first| first == "--rounds") {
        rounds = arguments[1].to_str().unwrap().parse().unwrap();
        arguments.drain(..2);
    }
    let mut times = vec![vec![0u64; rounds]; ROWS.len()];
    let (mut bytes, mut buffer) = (0, Vec::new());
    for path in &arguments {
        let photo = Photo { path: path.into(), bytes: std::fs::read(path).unwrap() };
        bytes += photo.bytes.len();
        for round in 0..rounds {
            for ((_, work), times) in ROWS.iter().zip(&mut times) {
                let start = cpu();
                work(&photo, &mut buffer);
                times[round] += cpu() - start;
            }
        }
    }
    let photos = arguments.len().max(1) as f64;
    println!(
        "{} photos of {:.2} MB in the mean, {rounds} rounds, load {}\n",
        arguments.len(),
        bytes as f64 / 1e6 / photos,
        load()
    );
    println!("| what | CPU ms a photo | lowest – highest |\n|---|--:|--:|");
    for ((what, _), times) in ROWS.iter().zip(&mut times) {
        times.sort_unstable();
        let ms = |round: usize| times[round] as f64 / 1e6 / photos;
        println!("| {what} | {:.2} | {:.2} – {:.2} |", ms(rounds / 2), ms(0), ms(rounds - 1));
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    println!("\npeak: {}", status.lines().find(|l| l.starts_with("VmHWM")).unwrap_or("unknown"));
}

fn facts(photo: &Photo) -> (lightproof_model::media_type::MediaType, lightproof_model::probe::Facts) {
    let name = photo.path.file_name().map(|name| name.as_encoded_bytes());
    let media_type = sniff::sniff(&photo.bytes[..photo.bytes.len().min(sniff::HEAD)], name);
    (media_type, read_facts(&photo.bytes.as_slice(), media_type))
}

/// Holds the optimiser to what was computed.
fn keep<T>(value: T) {
    black_box(&value);
}

fn look(photo: &Photo, orientation: Option<u16>) -> lightproof_model::probe::Picture {
    let (media_type, limits) = (lightproof_model::media_type::MediaType::Jpeg, picture::Limits::default());
    picture::look(&photo.bytes, media_type, orientation, &limits)
}

fn sum(bytes: &[u8]) -> u64 {
    bytes.as_chunks::<8>().0.iter().fold(0, |sum, word| sum.wrapping_add(u64::from_ne_bytes(*word)))
}

/// Nothing but look-ups, each at a place that the one before tells: 13 bits wide, 11 bits on in the mean, three to a load,
/// over as many bits as the photo has. What no walk over Huffman codes can leave out, short of looking up more at once.
fn chains<const SIDE_BY_SIDE: usize>(bytes: &[u8]) -> u64 {
    let table: Box<[u16; 1 << 13]> = (0..1u16 << 13).map(|i| 9 + (i ^ i >> 5) % 5).collect::<Vec<_>>().try_into().unwrap();
    let part = bytes.len() / SIDE_BY_SIDE * 8;
    let mut at: [usize; SIDE_BY_SIDE] = std::array::from_fn(|i| part * i);
    while at[0] + 64 < part {
        for at in &mut at {
            let word = bytes.get(*at >> 3..).and_then(|rest| rest.first_chunk::<8>());
            let mut ahead = word.map_or(0, |word| u64::from_be_bytes(*word)) << (*at & 7);
            for _ in 0..3 {
                let used = table[(ahead >> 51) as usize];
                ahead <<= used & 63;
                *at += usize::from(used);
            }
        }
    }
    at.iter().sum::<usize>() as u64
}

fn load() -> String {
    std::fs::read_to_string("/proc/loadavg").map_or_else(|_| "unknown".to_owned(), |text| text.chars().take(14).collect())
}

/// CPU nanoseconds of this thread.
fn cpu() -> u64 {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    now.tv_sec as u64 * 1_000_000_000 + now.tv_nsec as u64
}
