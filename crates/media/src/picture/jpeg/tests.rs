use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
};

use super::*;
use crate::picture::tests::{corpus, files_below};

/// libjpeg's 1/8 gray through its own `djpeg`: width, height and samples.
fn djpeg(path: &Path) -> Option<(usize, usize, Vec<u8>, bool)> {
    let out = Command::new("djpeg").args(["-scale", "1/8", "-grayscale", "-pnm"]).arg(path).output().ok()?;
    let clean = out.status.success() && out.stderr.is_empty();
    let text_end = out.stdout.iter().enumerate().filter(|(_, b)| **b == b'\n').nth(2)?.0 + 1;
    let head = String::from_utf8_lossy(&out.stdout[..text_end]).into_owned();
    let numbers: Vec<usize> = head.split_whitespace().skip(1).map(|n| n.parse().unwrap()).collect();
    Some((numbers[0], numbers[1], out.stdout[text_end..].to_vec(), clean))
}

fn eighth(bytes: &[u8]) -> Option<Reduced> {
    let walk = walk(bytes);
    let quants: Option<Vec<i32>> = walk.dc_quants.iter().take(walk.planes.len()).copied().collect();
    walk.frame.as_ref()?.gray(walk.colour, &walk.planes, &quants?)
}

#[test]
fn the_eighth_is_libjpegs_bit_for_bit() {
    let Some(corpus) = corpus() else { return };
    if Command::new("djpeg").arg("-version").output().is_err() {
        println!("djpeg is missing: not compared");
        return;
    }
    let mut outcomes: BTreeMap<&str, Vec<PathBuf>> = BTreeMap::new();
    for part in ["cameras", "formats", "near-dup"] {
        for path in files_below(&corpus.join(part)) {
            let bytes = std::fs::read(&path).unwrap();
            if !bytes.starts_with(&[0xff, 0xd8, 0xff]) {
                continue;
            }
            let outcome = match (djpeg(&path), eighth(&bytes)) {
                (None, None) => "neither",
                (Some((.., true)), None) => "djpeg only",
                (Some((.., false)), None) => "neither",
                (None, Some(_)) => "walk only",
                (Some((w, h, samples, clean)), Some(reduced)) => {
                    let ours: Vec<u8> = reduced.cells.iter().map(|&c| c.round() as u8).collect();
                    let near = samples.len() == ours.len() && samples.iter().zip(&ours).all(|(a, b)| a.abs_diff(*b) <= 1);
                    match (w == reduced.width && h == reduced.height, samples == ours) {
                        (true, true) => "equal",
                        (true, false) if near => "within one",
                        (true, false) if clean => "other samples",
                        (true, false) => "other samples, with a warning",
                        _ => "other size",
                    }
                }
            };
            outcomes.entry(outcome).or_default().push(path);
        }
    }
    // Files that libjpeg itself warns of are filled up in different ways.
    for outcome in ["djpeg only", "within one", "other samples", "other size"] {
        assert!(!outcomes.contains_key(outcome), "{outcome}: {:?}", outcomes[outcome]);
    }
    assert!(outcomes.get("equal").is_some_and(|equal| equal.len() > 400), "too few were compared");
}

/// Walks every sequential scan and every DC scan twice, fast and slow; tells how many scans and intact ones there were.
fn agree(bytes: &[u8], what: &dyn Fn() -> String) -> (u32, u32) {
    let mut walk = Walk::new();
    let (mut scans, mut whole) = (0, 0);
    for segment in Segments::new(bytes) {
        match segment {
            Segment::Plain { marker, payload } => walk.segment(marker, payload),
            Segment::Scan { header, data } => {
                let slow = slowly(&walk, header, &bytes[data.clone()]);
                let (before, faults) = (walk.progress, std::mem::take(&mut walk.faults));
                walk.scan(header, &bytes[data]);
                let Some((expected, expected_planes)) = slow else { continue };
                scans += 1;
                whole += u32::from(expected.faults.is_empty());
                // The order of scans is no matter of how one is walked.
                walk.faults.retain(|fault| !fault.starts_with("a scan out of order"));
                assert_eq!(walk.faults, expected.faults, "{}", what());
                assert!(walk.planes == expected_planes, "other samples in {}", what());
                if walk.progress != before {
                    let progress = (walk.progress.0 - before.0, walk.progress.1 - before.1);
                    assert_eq!(progress, (expected.decoded, expected.all), "{}", what());
                }
                walk.faults = faults;
            }
            _ => {}
        }
    }
    (scans, whole)
}

/// The slow walk of a scan, where there is something to walk.
fn slowly(walk: &Walk, header: &[u8], data: &[u8]) -> Option<(Walked, Vec<Plane>)> {
    let frame = walk.frame.as_ref().filter(|f| !matches!(f.coding, Coding::Other(_)) && f.height > 0)?;
    let header = ScanHeader::read(header, frame)?;
    let progressive = frame.coding == Coding::Progressive;
    let missing = |&(_, dc, ac): &(usize, usize, usize)| {
        (walk.dc[dc].spec.is_none() && (!progressive || header.high == 0)) || (walk.ac[ac].spec.is_none() && !progressive)
    };
    if (progressive && header.from > 0) || header.components.iter().any(missing) {
        return None;
    }
    let mut planes = walk.planes.clone();
    if walk.scans == 0 {
        let gray = &frame.components[..frame.gray_components(frame.colour(walk.jfif, walk.adobe))];
        planes = gray.iter().map(|c| frame.blocks(c)).map(|(w, h)| Plane::new(w, h)).collect();
    }
    let specs = slow::Specs {
        dc: std::array::from_fn(|i| walk.dc[i].spec.as_ref()),
        ac: std::array::from_fn(|i| walk.ac[i].spec.as_ref()),
    };
    let walked = slow::walk(data, frame, &header, &specs, walk.restart, &mut planes);
    Some((walked, planes))
}

/// The JPEGs of the corpus, by path and bytes.
fn jpegs(parts: &[&str]) -> Vec<(PathBuf, Vec<u8>)> {
    let Some(corpus) = corpus() else { return Vec::new() };
    let files = parts.iter().flat_map(|part| files_below(&corpus.join(part)));
    let read = files.map(|path| (path.clone(), std::fs::read(path).unwrap()));
    read.filter(|(_, bytes)| bytes.starts_with(&[0xff, 0xd8, 0xff])).collect()
}

#[test]
fn the_fast_walk_sees_in_every_photograph_what_the_slow_one_sees() {
    let mut seen = (0, 0);
    for (path, bytes) in jpegs(&["cameras", "formats", "near-dup", "broken"]) {
        let (scans, whole) = agree(&bytes, &|| path.display().to_string());
        seen = (seen.0 + scans, seen.1 + whole);
    }
    println!("{seen:?} scans, and whole ones");
    assert!(corpus().is_none() || (seen.0 > 600 && seen.1 > 500 && seen.0 > seen.1), "{seen:?}");
}

/// Numbers that only look random, the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n.max(1)
    }
}

/// One kind of damage somewhere behind the first scan header, or in a table before it.
fn damaged(bytes: &[u8], dice: &mut Dice, kind: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let scan = bytes.windows(2).rposition(|w| w == [0xff, 0xda]).unwrap_or(0) + 2;
    let behind = bytes.len().saturating_sub(scan).max(1);
    let at = scan + dice.below(behind);
    let to = (at + 1 + dice.below(behind / 4 + 1)).min(bytes.len());
    let (from, at) = (at.min(to), at.min(bytes.len() - 1));
    match kind {
        0 => (0..3).for_each(|_| bytes[scan + (at - scan + dice.below(50)) % behind] = dice.below(256) as u8),
        1 => bytes[from..to].fill(0),
        2 => bytes.truncate(at),
        3 => bytes[at] ^= 1 << dice.below(8),
        4 => bytes[from..to].iter_mut().for_each(|b| *b = dice.below(256) as u8),
        5 => drop(bytes.drain(from..to)),
        6 => drop(bytes.splice(at..at, [0xff, 0xd0 | dice.below(8) as u8])),
        // A table of another picture, or a nonsensical one.
        7 => {
            let tables: Vec<usize> = (2..scan).filter(|&i| bytes[i..].starts_with(&[0xff, 0xc4])).collect();
            if let Some(&table) = tables.get(dice.below(tables.len())) {
                let place = table + 4 + dice.below(60);
                bytes[place.min(scan)] = dice.below(256) as u8;
            }
        }
        // Another size, another restart interval, other sampling.
        8 => {
            let frame = bytes[..scan].windows(2).rposition(|w| w[0] == 0xff && matches!(w[1], 0xc0..=0xc2));
            let place = frame.unwrap_or(0) + 5 + dice.below(14);
            bytes[place] = dice.below(256) as u8;
            bytes[frame.unwrap_or(0) + 5] = dice.below(8) as u8;
            bytes[frame.unwrap_or(0) + 7] = dice.below(8) as u8;
        }
        _ => drop(bytes.splice(scan - 2..scan - 2, [0xff, 0xdd, 0, 4, 0, 1 + dice.below(255) as u8])),
    }
    bytes
}

#[test]
fn the_fast_walk_sees_in_damaged_photographs_what_the_slow_one_sees() {
    let mut dice = Dice(20_261_123);
    let rounds = std::env::var("LIGHTPROOF_WALK_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(1);
    let mut seen = (0, 0);
    let photographs = jpegs(&["cameras", "near-dup"]);
    for round in 0..rounds {
        for (path, bytes) in photographs.iter().filter(|(_, b)| b.len() < 1 << 20).skip(round % 5).step_by(5) {
            for kind in 0..10 {
                let mutant = damaged(bytes, &mut dice, kind);
                let (scans, whole) = agree(&mutant, &|| format!("damage {kind} of {} in round {round}", path.display()));
                seen = (seen.0 + scans, seen.1 + whole);
            }
        }
    }
    println!("{seen:?} scans, and whole ones");
    assert!(corpus().is_none() || (seen.0 > 800 && seen.1 < seen.0 / 2), "{seen:?}");
}

#[test]
fn several_walks_at_once_tell_nearly_all_of_a_photograph() {
    let large: Vec<_> = jpegs(&["cameras"]).into_iter().filter(|(_, b)| (200_000..2_000_000).contains(&b.len())).collect();
    let mut divided = 0;
    for (path, bytes) in large.iter().take(12) {
        let mut walk = Walk::new();
        for segment in Segments::new(bytes) {
            match segment {
                Segment::Plain { marker, payload } => walk.segment(marker, payload),
                Segment::Scan { header, data } => {
                    let frame = walk.frame.clone().unwrap();
                    let scan = ScanHeader::read(header, &frame).unwrap();
                    if frame.coding != Coding::Sequential || walk.restart > 0 {
                        break;
                    }
                    let data = &bytes[data];
                    let (known, sure) = ends_told(&walk, &frame, &scan, data);
                    divided += 1;
                    assert!(known * 100 > sure * 98, "{}: {known} of {sure} bits", path.display());
                }
                _ => {}
            }
        }
    }
    assert!(corpus().is_none() || divided > 5, "{divided}");
}

/// Bits of a scan's first window that several walks at once can tell, and those that whole MCUs could be read from.
fn ends_told(walk: &Walk, frame: &Frame, scan: &ScanHeader, data: &[u8]) -> (usize, usize) {
    let table = |dc: usize, ac: usize| {
        (DcTable::new(walk.dc[dc].spec.as_ref().unwrap()), AcTable::new(walk.ac[ac].spec.as_ref().unwrap()))
    };
    let tables: Vec<_> = scan.components.iter().map(|&(index, dc, ac)| (index, table(dc, ac))).collect();
    let times = |index: usize| if tables.len() == 1 { 1 } else { frame.components[index].h * frame.components[index].v };
    let blocks = tables.iter().flat_map(|(index, (dc, ac))| (0..times(*index)).map(move |_| (dc, ac))).collect::<Vec<_>>();
    let blocks = lanes::Cycle::period(&blocks);
    let first = lanes::Cycle::first_looks(&blocks);
    let cycle = lanes::Cycle::new(blocks, &first);
    let mut bits = bits::Bits::new(data);
    assert!(bits.ready());
    let (window, sure) = bits.fresh().unwrap();
    (relay::Relay::new().walk(window, &cycle, 0, sure as u32).last().map_or(0, |&end| end as usize), sure)
}
