//! Damage that is made to whole JPEGs, judged beside libjpeg: each file that `djpeg` warns of is told, whatever was done.
//!
//! Baseline, restart intervals and progressive coding; cuts, noise, holes, splices, a lost end marker. The counts are
//! printed and stand in `docs/integrity.md`.
// The lints let tests unwrap and print, but not the functions that tests share.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use lightproof_media::picture::{Limits, look};
use lightproof_model::{media_type::MediaType, problem::Integrity};
use lightproof_testkit::corpus::shared_corpus as corpus;

/// Numbers that only look random, the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n.max(1)
    }
}

/// Bytes that are overwritten, taken out or doubled at a time.
const PIECE: usize = 4096;

/// One kind of damage, from the first byte of the first scan on.
type Damage = fn(&[u8], usize, &mut Dice) -> Vec<u8>;

const DAMAGES: [(&str, Damage); 6] = [
    ("cut", |bytes, scan, dice| bytes[..scan + dice.below(bytes.len() - scan)].to_vec()),
    ("4 KB of noise", |bytes, scan, dice| {
        let mut damaged = bytes.to_vec();
        let at = scan + dice.below(bytes.len() - scan);
        let end = (at + PIECE).min(bytes.len());
        damaged[at..end].iter_mut().for_each(|b| *b = dice.below(256) as u8);
        damaged
    }),
    ("4 KB of zeros", |bytes, scan, dice| {
        let mut damaged = bytes.to_vec();
        let at = scan + dice.below(bytes.len() - scan);
        damaged[at..(at + PIECE).min(bytes.len())].fill(0);
        damaged
    }),
    ("a piece taken out", |bytes, scan, dice| {
        let at = scan + dice.below(bytes.len() - scan);
        let behind = (at + 1 + dice.below(PIECE)).min(bytes.len());
        [&bytes[..at], &bytes[behind..]].concat()
    }),
    ("a piece doubled", |bytes, scan, dice| {
        let at = scan + dice.below(bytes.len() - scan);
        let behind = (at + 1 + dice.below(PIECE)).min(bytes.len());
        [&bytes[..behind], &bytes[at..]].concat()
    }),
    ("no end marker", |bytes, _, _| {
        let end = bytes.windows(2).rposition(|w| w == [0xff, 0xd9]).unwrap();
        [&bytes[..end], &bytes[end + 2..]].concat()
    }),
];

/// Whether djpeg has nothing to say of it.
fn djpeg_is_content(bytes: &[u8]) -> bool {
    let mut child = Command::new("djpeg")
        .args(["-scale", "1/8", "-outfile", "/dev/null"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It may stop reading before the end.
    let _ = child.stdin.take().unwrap().write_all(bytes);
    let out = child.wait_with_output().unwrap();
    out.status.success() && out.stderr.is_empty()
}

fn is_damaged(bytes: &[u8]) -> bool {
    let picture = look(bytes, MediaType::Jpeg, None, &Limits::default());
    matches!(picture.integrity, Integrity::Damaged | Integrity::Unreadable)
}

/// How a JPEG is coded, and where its first scan begins.
fn coding(bytes: &[u8]) -> Option<(&'static str, usize)> {
    let (mut at, mut progressive, mut restarts) = (2, false, false);
    loop {
        let (&[0xff, marker, high, low], _) = bytes.get(at..)?.split_first_chunk::<4>()? else { return None };
        let length = usize::from(u16::from_be_bytes([high, low]));
        match marker {
            0xc2 => progressive = true,
            0xdd => restarts = bytes.get(at + 4..at + 6)? != [0, 0],
            0xda => {
                let coding = if progressive {
                    "progressive"
                } else if restarts {
                    "restarts"
                } else {
                    "baseline"
                };
                return Some((coding, at + 2 + length));
            }
            _ => {}
        }
        at += 2 + length;
    }
}

/// Whole JPEGs of the corpus, a few of each coding.
fn samples(corpus: &Path) -> Vec<(&'static str, usize, Vec<u8>)> {
    let (mut paths, mut folders) = (Vec::new(), vec![corpus.join("cameras"), corpus.join("near-dup")]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { paths.push(path) }
        }
    }
    paths.sort();
    let mut taken: BTreeMap<&str, usize> = BTreeMap::new();
    let mut samples = Vec::new();
    for path in paths {
        let bytes = fs::read(&path).unwrap();
        let Some((coding, scan)) = coding(&bytes).filter(|_| bytes.starts_with(&[0xff, 0xd8])) else { continue };
        let count = taken.entry(coding).or_default();
        let much = bytes.len().saturating_sub(scan) > 8 * PIECE && bytes.len() < 400_000;
        if *count < 14 && much && !is_damaged(&bytes) && djpeg_is_content(&bytes) {
            *count += 1;
            samples.push((coding, scan, bytes));
        }
    }
    samples
}

#[test]
fn whatever_djpeg_warns_of_is_told() {
    let Some(corpus) = corpus() else { return };
    if Command::new("djpeg").arg("-version").output().is_err() {
        println!("djpeg is missing: not compared");
        return;
    }
    let mut dice = Dice(9);
    let mut counts: BTreeMap<(&str, &str), [u32; 4]> = BTreeMap::new();
    let samples = samples(&corpus);
    for (coding, scan, bytes) in &samples {
        for (name, damage) in DAMAGES {
            for _ in 0..if name == "no end marker" { 1 } else { 4 } {
                let damaged = damage(bytes, *scan, &mut dice);
                let (content, told) = (djpeg_is_content(&damaged), is_damaged(&damaged));
                let count = counts.entry((name, coding)).or_default();
                count[0] += 1;
                count[1] += u32::from(!content);
                count[2] += u32::from(told);
                count[3] += u32::from(!content && !told);
            }
        }
    }
    println!("damage | coding | made | djpeg warns | told | missed");
    for ((name, coding), [made, warned, told, missed]) in &counts {
        println!("{name} | {coding} | {made} | {warned} | {told} | {missed}");
    }
    let missed: u32 = counts.values().map(|count| count[3]).sum();
    assert!(samples.len() >= 20, "only {} samples", samples.len());
    assert_eq!(missed, 0, "djpeg warns of {missed} that are called intact");
}
