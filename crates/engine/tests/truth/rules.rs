//! What must hold in the CSVs of any library, recomputed from the CSVs alone: sums, identities, THE RULE.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use crate::proofs::{BASES, Proofs, Row, by_path, of_corpus, weakest};

/// The anomalies that do not hold back a ranking.
const HARMLESS: [&str; 3] = ["missing-date", "zero-date", "time-zone"];

/// Whether a row stands for a companion, which goes where its main asset goes.
pub fn is_companion(row: &Row) -> bool {
    row["ground"].starts_with("companion of ")
}

/// Everything that must hold, whatever the library.
pub fn hold(proofs: &Proofs) {
    manifest_rows_are_one_for_each_asset(proofs);
    rows_of_groups_and_anomalies_repeat_the_manifest(proofs);
    an_asset_is_in_one_duplicate_group_and_one_series_at_most(proofs);
    rows_of_a_group_belong_together(proofs);
    rankings_follow_the_rule(proofs);
}

fn manifest_rows_are_one_for_each_asset(proofs: &Proofs) {
    let ids: BTreeSet<&str> = proofs.manifest.iter().map(|r| r["asset_id"].as_str()).collect();
    assert_eq!(ids.len(), proofs.manifest.len(), "an asset_id stands twice");
    let order: Vec<(&str, &str)> = proofs.manifest.iter().map(|r| (r["source"].as_str(), r["path"].as_str())).collect();
    assert_eq!(order.iter().collect::<BTreeSet<_>>().len(), order.len(), "a place stands twice");
    for row in &proofs.manifest {
        let path = &row["path"];
        assert!(row["asset_id"].starts_with(|c: char| c.is_ascii_lowercase()), "{path}");
        assert!(matches!(row["fate"].as_str(), "read" | "unchanged" | "unreadable" | "skipped" | "set-aside"), "{path}");
        assert!(matches!(row["integrity"].as_str(), "intact" | "damaged" | "unreadable" | "not-checked"), "{path}");
        let main = &row["companion_of"];
        assert!(main.is_empty() || (ids.contains(main.as_str()) && *main != row["asset_id"]), "{path} is a companion of nothing");
        if row["fate"] == "unreadable" || row["fate"] == "skipped" || row["integrity"] == "damaged" {
            assert!(!row["problems"].is_empty(), "{path} is {} and {} without a reason", row["fate"], row["integrity"]);
        }
    }
    let count = |fate: &str| proofs.manifest.iter().filter(|r| r["fate"] == fate).count() as u64;
    assert!(proofs.fates.iter().all(|(fate, n)| count(fate) == *n), "{:?}", proofs.fates);
}

fn rows_of_groups_and_anomalies_repeat_the_manifest(proofs: &Proofs) {
    let manifest: BTreeMap<&str, &Row> = proofs.manifest.iter().map(|r| (r["asset_id"].as_str(), r)).collect();
    for row in proofs.groups.iter().chain(&proofs.review) {
        let asset = manifest[row["asset_id"].as_str()];
        for column in ["source", "path", "owner", "exif_field_count", "date_time_original", "date_corrected"] {
            if let Some(cell) = row.get(column).filter(|_| column != "exif_field_count" || !asset[column].is_empty()) {
                assert_eq!(cell, &asset[column], "{column} of {}", asset["path"]);
            }
        }
        assert_eq!(row["decision"], "", "nothing is decided by a program");
        assert!(row["seen"].len() >= 32 && !row["seen"].starts_with(['=', '+', '-', '@']), "{}", row["seen"]);
    }
}

fn an_asset_is_in_one_duplicate_group_and_one_series_at_most(proofs: &Proofs) {
    let mut met = BTreeSet::new();
    for (group, rows) in proofs.by_group() {
        let series = weakest(&rows) == "series";
        for row in rows {
            assert!(met.insert((series, row["asset_id"].as_str())), "{} is in {group} and in another", row["path"]);
        }
    }
}

fn rows_of_a_group_belong_together(proofs: &Proofs) {
    let mut seen_of: BTreeMap<&str, &str> = BTreeMap::new();
    for (group, rows) in proofs.by_group() {
        assert!(group.starts_with(['g', 's']), "{group}");
        assert!(rows.iter().filter(|r| !is_companion(r)).count() > 1, "{group} has one member");
        assert!(rows.iter().all(|r| r["seen"] == rows[0]["seen"]), "{group} was seen in two ways");
        assert_eq!(seen_of.insert(&rows[0]["seen"], group), None, "{group} was seen as another group was");
        assert!(rows.iter().all(|r| (r["basis"] == "series") == (weakest(&rows) == "series")), "{group} is half a series");
        for row in rows {
            assert!(BASES.contains(&row["basis"].as_str()));
            assert!(row["distance"].parse::<u32>().unwrap() <= 7, "{} in {group}", row["path"]);
            assert!(!row["ground"].is_empty(), "{} in {group} without a ground", row["path"]);
        }
    }
}

fn rankings_follow_the_rule(proofs: &Proofs) {
    let kinds = proofs.kinds();
    let blocked = |row: &Row| kinds.get(row["asset_id"].as_str()).is_some_and(|k| k.iter().any(|k| !HARMLESS.contains(k)));
    for (group, rows) in proofs.by_group() {
        let members: Vec<&&Row> = rows.iter().filter(|r| !is_companion(r)).collect();
        assert!(rows.iter().filter(|r| is_companion(r)).all(|r| r["rank"].is_empty()), "{group}");
        if weakest(&rows) == "series" || members.iter().any(|r| blocked(r)) {
            let reason = if weakest(&rows) == "series" { "series" } else { "not reviewed" };
            for row in &members {
                assert!(row["rank"].is_empty() && row["ground"].contains(reason), "{group}: {row:?}");
            }
            continue;
        }
        // Most EXIF fields; on a tie the oldest date; undated comes last; a full tie stays one.
        let key = |row: &Row| {
            let date = [&row["date_corrected"], &row["date_time_original"]].into_iter().find(|d| is_date(d)).cloned();
            (Reverse(row["exif_field_count"].parse::<u32>().unwrap()), date.is_none(), date)
        };
        for row in &members {
            let before = members.iter().filter(|other| key(other) < key(row)).count();
            assert_eq!(row["rank"], (before + 1).to_string(), "{group}: {row:?}");
        }
    }
}

/// Whether a cell is a date of the calendar, near enough for one that is not blocked as impossible.
fn is_date(cell: &str) -> bool {
    !cell.is_empty() && !cell.starts_with("0000") && &cell[5..7] != "00" && &cell[8..10] != "00"
}

#[test]
fn they_hold_for_every_part_of_the_corpus() {
    for part in ["near-dup", "cameras", "formats", "broken"] {
        let Some(proofs) = of_corpus(part) else { return };
        hold(proofs);
        let grouped: BTreeSet<&str> = proofs.groups.iter().map(|r| r["group"].as_str()).collect();
        println!("{part}: {} assets, {} groups, {} anomalies", proofs.manifest.len(), grouped.len(), proofs.review.len());
        assert_eq!(by_path(&proofs.manifest).len(), proofs.manifest.len());
    }
}
