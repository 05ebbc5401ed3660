//! `duplicate_groups.csv` against the known truth of `near-dup/`: what is found, and that no strangers meet.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use lightproof_testkit::corpus::shared_corpus;

use crate::proofs::{House, Proofs, Row, by_path, copy, files_below, of_corpus, survey, truth, weakest};

/// Tiers that a plain perceptual hash does not find.
const HARD: [&str; 3] = ["rotated-pixels", "mirrored", "cropped-large"];

/// For each path the duplicate group and the series it is in.
fn homes(proofs: &Proofs) -> BTreeMap<&str, [Option<&str>; 2]> {
    let mut homes: BTreeMap<&str, [Option<&str>; 2]> = BTreeMap::new();
    for (group, rows) in proofs.by_group() {
        let series = usize::from(weakest(&rows) == "series");
        rows.iter().for_each(|row| homes.entry(row["path"].as_str()).or_default()[series] = Some(group));
    }
    homes
}

fn pairs(rows: &[Row]) -> impl Iterator<Item = (&Row, &Row)> {
    rows.iter().enumerate().flat_map(move |(i, a)| rows[..i].iter().map(move |b| (b, a)))
}

#[test]
fn no_two_different_photographs_share_a_duplicate_group() {
    let (Some(proofs), Some(details)) = (of_corpus("near-dup"), truth("near-dup/details.csv")) else { return };
    let homes = homes(proofs);
    let (mut merged, mut series, mut apart) = (Vec::new(), 0, 0);
    for (a, b) in pairs(&details).filter(|(a, b)| a["group"] != b["group"]) {
        let confusable = !a["confusable_set"].is_empty() && a["confusable_set"] == b["confusable_set"];
        let of = |row: &Row| homes.get(row["path"].as_str()).copied().unwrap_or_default();
        let together = |which: usize| of(a)[which].is_some() && of(a)[which] == of(b)[which];
        let frames = ["burst-iphone6s", "colour-chart"].contains(&a["confusable_set"].as_str());
        if together(0) {
            merged.push(format!("{} | {} (confusable: {confusable}, frames: {})", a["path"], b["path"], confusable && frames));
        }
        if together(1) && !confusable {
            println!("strangers in one series, for information: {} | {}", a["path"], b["path"]);
        }
        series += usize::from(confusable && together(1));
        apart += usize::from(confusable && !together(0) && !together(1));
    }
    println!("confusable pairs: {series} in series, {apart} apart, {} merged", merged.len());
    assert!(merged.is_empty(), "false merges:\n{}", merged.join("\n"));
    assert!(series > 0, "a burst shows as a series");
}

#[test]
fn the_versions_of_one_photograph_are_found() {
    let (Some(proofs), Some(details)) = (of_corpus("near-dup"), truth("near-dup/details.csv")) else { return };
    let homes = homes(proofs);
    let mut tiers: BTreeMap<&str, [u32; 2]> = BTreeMap::new();
    for (a, b) in pairs(&details).filter(|(a, b)| a["group"] == b["group"]) {
        let of = |row: &Row| homes.get(row["path"].as_str()).and_then(|h| h[0]);
        let found = u32::from(of(a).is_some() && of(a) == of(b));
        let hard = |row: &Row| HARD.contains(&row["tier"].as_str());
        let mut count = |tier| {
            let [hit, all] = tiers.entry(tier).or_default();
            (*hit, *all) = (*hit + found, *all + 1);
        };
        count("(all)");
        if !hard(a) && !hard(b) {
            count("(plain)");
        }
        // A tier's row holds its pairs with every other tier but the hard ones.
        for (own, other) in [(a, b), (b, a)] {
            if !hard(other) && (own["tier"] != other["tier"] || std::ptr::eq(own, a)) {
                count(own["tier"].as_str());
            }
        }
    }
    for (tier, [hit, all]) in &tiers {
        println!("{tier:<30} {hit:>4} of {all:>4}  {:.3}", f64::from(*hit) / f64::from(*all));
    }
    let recall = |tier: &str| f64::from(tiers[tier][0]) / f64::from(tiers[tier][1]);
    assert!(recall("(plain)") >= 0.985, "{}", recall("(plain)"));
    assert!(recall("(all)") >= 0.90, "{}", recall("(all)"));
}

/// A number that follows from a text (FNV-1a), to shuffle with.
fn shuffled(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3))
}

/// A folder with the files of another under names in another order.
fn renamed(from: &Path, to: &Path, seed: &str) {
    for file in files_below(from).iter().filter(|f| f.extension().is_none_or(|e| e != "csv")) {
        let number = shuffled(&format!("{seed}{}", file.display()));
        let extension = file.extension().unwrap_or_default().to_string_lossy();
        copy(file, &to.join(format!("{:02}/{number:016x}.{extension}", number % 17)));
    }
}

#[test]
fn names_and_order_make_no_difference() {
    let (Some(proofs), Some(corpus)) = (of_corpus("near-dup"), shared_corpus()) else { return };
    for seed in ["one", "two"] {
        let folder = tempfile::tempdir().unwrap();
        renamed(&corpus.join("near-dup"), folder.path(), seed);
        let other = survey(folder.path());
        crate::rules::hold(&other);
        assert_eq!(other.by_content(), proofs.by_content(), "{seed}");
    }
}

#[test]
fn more_copies_of_some_change_no_other_group() {
    let Some(corpus) = shared_corpus() else { return };
    let folder = tempfile::tempdir().unwrap();
    renamed(&corpus.join("near-dup"), folder.path(), "grow");
    let house = House::new();
    let before = house.survey(&[(folder.path(), "")]);
    let manifest = by_path(&before.manifest);
    // Copies of members of two groups of each basis, and of some that were alone.
    let mut grown: BTreeSet<String> = BTreeSet::new();
    let mut by_basis: BTreeMap<&str, u32> = BTreeMap::new();
    let mut copied = Vec::new();
    for (group, rows) in before.by_group() {
        let count = by_basis.entry(weakest(&rows)).or_default();
        *count += 1;
        if *count <= 2 {
            grown.insert(group.to_owned());
            copied.push(rows[0]["path"].clone());
        }
    }
    let grouped: BTreeSet<&str> = before.groups.iter().map(|r| r["path"].as_str()).collect();
    let alone = manifest.keys().filter(|p| !grouped.contains(*p) && !p.ends_with(".csv")).step_by(9);
    copied.extend(alone.map(|p| (*p).to_owned()));
    for (n, path) in copied.iter().enumerate() {
        copy(&folder.path().join(path), &folder.path().join(format!("copies/{n}-{}", path.replace('/', "-"))));
    }
    let after = house.survey(&[(folder.path(), "")]);
    crate::rules::hold(&after);
    let contents: BTreeSet<&str> = copied.iter().map(|p| manifest[p.as_str()]["sha1"].as_str()).collect();
    let untouched = |proofs: &Proofs| -> BTreeMap<String, (String, Vec<String>, String)> {
        let seen: BTreeMap<&str, &str> = proofs.groups.iter().map(|r| (r["group"].as_str(), r["seen"].as_str())).collect();
        proofs
            .by_content()
            .into_iter()
            .filter(|(_, (_, members))| !members.iter().any(|m| contents.contains(m.as_str())))
            .map(|(id, (basis, members))| (id.clone(), (basis, members, seen[id.as_str()].to_owned())))
            .collect()
    };
    assert_eq!(untouched(&before), untouched(&after), "a group without a newcomer changed");
    // Every copy is with its original, and an old group keeps its members.
    let homes = homes(&after);
    for (n, path) in copied.iter().enumerate() {
        let copy = format!("copies/{n}-{}", path.replace('/', "-"));
        let together = |which: usize| {
            homes.get(path.as_str()).is_some_and(|h| h[which].is_some() && h[which] == homes[copy.as_str()][which])
        };
        assert!(together(0), "{path} and its copy are apart");
    }
    let after = after.by_content();
    for (id, (_, members)) in before.by_content().into_iter().filter(|(id, _)| id.starts_with('g')) {
        let holds = |other: &(String, Vec<String>)| members.iter().all(|m| other.1.contains(m));
        assert!(after.values().any(holds), "the members of {id} are together no more");
    }
}
