//! `LIBRARY_SUMMARY.md`: its tables, added up again from the CSVs.

use std::collections::BTreeMap;

use lightproof_testkit::corpus::shared_corpus;

use crate::{
    proofs::{House, Proofs, Row, of_corpus, weakest},
    rules,
};

/// The rows of the table under a heading, cells trimmed, the head left out.
fn table(summary: &str, heading: &str) -> Vec<Vec<String>> {
    let from = summary.find(&format!("\n## {heading}\n")).unwrap_or_else(|| panic!("no table {heading}"));
    let section = summary[from + 4..].split("\n## ").next().unwrap();
    let cells = |line: &str| line.trim_matches('|').split(" | ").map(|c| c.trim().replace('\\', "")).collect::<Vec<_>>();
    section.lines().filter(|l| l.starts_with('|')).skip(2).map(cells).collect()
}

fn number(cell: &str) -> u64 {
    cell.replace(',', "").parse().unwrap_or_else(|_| panic!("{cell:?} is no number"))
}

/// Names and numbers of a table: the columns of these places, without the closing row.
fn numbers(rows: &[Vec<String>], name: usize, count: usize) -> BTreeMap<String, u64> {
    let own = rows.iter().filter(|row| row[name] != "**all**" && !row[name].is_empty());
    own.map(|row| (row[name].clone(), number(&row[count]))).filter(|(_, n)| *n > 0).collect()
}

fn counted<K: Ord>(keys: impl IntoIterator<Item = K>) -> BTreeMap<K, u64> {
    let mut counts = BTreeMap::new();
    keys.into_iter().for_each(|key| *counts.entry(key).or_default() += 1);
    counts
}

/// The date that ranks, by the CSV; impossible and zero dates are none.
fn date(row: &Row) -> Option<&str> {
    // A sixtieth second is no second of a clock, though a parser may take it for a leap second.
    let is_date = |d: &&str| d.parse::<jiff::civil::DateTime>().is_ok() && !d.starts_with("0000") && !d.ends_with(":60");
    [row["date_corrected"].as_str(), row["date_time_original"].as_str()].into_iter().find(is_date)
}

fn adds_up(proofs: &Proofs) {
    let text = &proofs.summary;
    let all = proofs.manifest.len() as u64;
    let by = |column: &str| counted(proofs.manifest.iter().map(|r| r[column].clone()).filter(|c| !c.is_empty()));
    let fates = table(text, "Fates");
    assert_eq!(numbers(&fates, 0, 1), by("fate"));
    assert_eq!(number(&fates.last().unwrap()[1]), all);
    assert_eq!(numbers(&table(text, "Integrity"), 0, 1), by("integrity"));
    assert_eq!(
        numbers(&table(text, "Owners"), 0, 1).values().sum::<u64>(),
        proofs.manifest.iter().filter(|r| !r["owner"].is_empty()).count() as u64
    );

    // By type; what was not read has none in the manifest and is of no known type here.
    let mut types: BTreeMap<String, u64> = BTreeMap::new();
    for row in table(text, "Types").iter().filter(|row| row[0] != "**all**") {
        *types.entry(row[1].clone()).or_default() += number(&row[2]);
    }
    assert_eq!(types.values().sum::<u64>(), all);
    assert!(by("media_type").iter().all(|(mime, n)| types[mime] >= *n), "{types:?}");

    // By month: each cell, each row, each column, and together with the undated all assets.
    let months = table(text, "Months");
    let dated: Vec<&str> = proofs.manifest.iter().filter_map(date).collect();
    let truth = counted(dated.iter().map(|d| d[..7].to_owned()));
    let mut told: BTreeMap<String, u64> = BTreeMap::new();
    for row in months.iter().filter(|r| r[0] != "**all**") {
        for (month, cell) in row[1..13].iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
            told.insert(format!("{}-{:02}", row[0], month + 1), number(cell));
        }
        let sum: u64 = row[1..13].iter().filter(|c| !c.is_empty()).map(|c| number(c)).sum();
        assert_eq!(sum, number(&row[13]), "{}", row[0]);
    }
    let apart: Vec<_> = told
        .iter()
        .filter(|(m, n)| truth.get(*m) != Some(n))
        .chain(truth.iter().filter(|(m, n)| told.get(*m) != Some(n)))
        .collect();
    assert!(apart.is_empty(), "{apart:?}");
    let undated: u64 = numbers(&table(text, "Without a date"), 0, 1).values().sum();
    assert_eq!(dated.len() as u64 + undated, all);

    let cameras = table(text, "Cameras");
    assert_eq!(cameras.iter().map(|r| number(&r[1])).sum::<u64>(), all);
    assert_eq!(cameras.iter().map(|r| number(&r[3])).sum::<u64>(), dated.len() as u64);

    let problems = numbers(&table(text, "Problems"), 0, 1);
    let stated: u64 = proofs.manifest.iter().filter(|r| !r["problems"].is_empty()).count() as u64;
    assert!(problems.values().sum::<u64>() >= stated, "{problems:?} for {stated} assets with problems");

    groups_and_anomalies_add_up(proofs);
}

fn groups_and_anomalies_add_up(proofs: &Proofs) {
    let text = &proofs.summary;
    let groups = proofs.by_group();
    let mains = |rows: &Vec<&Row>| rows.iter().filter(|r| !rules::is_companion(r)).count() as u64;
    let duplicates = || groups.values().filter(|rows| weakest(rows) != "series");
    let told = table(text, "Groups");
    assert_eq!(numbers(&told, 0, 1), counted(duplicates().map(|rows| weakest(rows).to_owned())));
    assert_eq!(numbers(&told, 0, 2).values().sum::<u64>(), duplicates().map(mains).sum::<u64>());
    let unranked = duplicates().filter(|rows| rows.iter().all(|r| r["rank"].is_empty())).count() as u64;
    assert_eq!(numbers(&told, 0, 4).values().sum::<u64>(), unranked);
    let series: Vec<u64> = groups.values().filter(|rows| weakest(rows) == "series").map(mains).collect();
    let line = text.lines().find(|l| l.starts_with("Series, shown for information")).unwrap();
    let stated: Vec<u64> =
        line.split(|c: char| !c.is_ascii_digit() && c != ',').filter_map(|w| w.replace(',', "").parse().ok()).collect();
    assert_eq!(stated, [series.len() as u64, series.iter().sum()], "{line}");

    let kinds = counted(proofs.review.iter().map(|r| r["kind"].clone()));
    let anomalies = table(text, "Anomalies");
    assert_eq!(numbers(&anomalies, 0, 1), kinds);
    assert_eq!(anomalies.last().map_or(0, |all| number(&all[1])), proofs.review.len() as u64);
    let mut by_camera: BTreeMap<String, u64> = BTreeMap::new();
    for row in table(text, "Anomalies by camera") {
        *by_camera.entry(row[0].clone()).or_default() += number(&row[2]);
    }
    assert_eq!(by_camera, kinds);
}

#[test]
fn the_numbers_of_the_summary_are_those_of_the_csvs() {
    for part in ["near-dup", "cameras", "formats", "broken"] {
        let Some(proofs) = of_corpus(part) else { return };
        println!("{part}");
        adds_up(proofs);
    }
}

#[test]
fn owners_are_counted_apart_and_groups_cross_them() {
    let Some(corpus) = shared_corpus() else { return };
    let bobs = tempfile::tempdir().unwrap();
    let clock = corpus.join("cameras/clock/newyear-control");
    for name in ["IMG_0701.JPG", "IMG_0702.JPG"] {
        crate::proofs::copy(&clock.join(name), &bobs.path().join(name));
    }
    let proofs = House::new().survey(&[(clock.as_path(), "alice"), (bobs.path(), "bob")]);
    rules::hold(&proofs);
    adds_up(&proofs);
    let owners = table(&proofs.summary, "Owners");
    assert_eq!(numbers(&owners, 0, 1), BTreeMap::from([("alice".to_owned(), 3), ("bob".to_owned(), 2)]));
    for rows in proofs.by_group().values().filter(|rows| weakest(rows) == "same-bytes") {
        let mut of: Vec<&str> = rows.iter().map(|r| r["owner"].as_str()).collect();
        of.sort_unstable();
        assert_eq!(of, ["alice", "bob"]);
    }
}
