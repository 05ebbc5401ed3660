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
