//! Every asset found has exactly one fate, and all that lightproof says in numbers agrees: the account for programs, the
//! account for people, the summary and the rows of the CSVs.

use std::{collections::BTreeMap, fs};

use lightproof_testkit::library::{Library, photo, photo_of};
use serde_json::Value;

use crate::house::House;

fn library() -> Library {
    let library = Library::empty();
    lightproof_darkroom::demo::demo().into_iter().for_each(|asset| library.put(asset.path, asset.bytes));
    library
        .and("empty.jpg", "")
        .and("text.jpg", "text")
        .and("notes.txt", "notes")
        .and("twice/a.jpg", photo())
        .and("twice/b.jpg", photo())
        .and("twice/c.jpg", photo_of(9))
        .and_hard_link("twice/d.jpg", "twice/c.jpg")
        .and_link("link", "notes.txt")
        .and_fifo("fifo")
}

/// The numbers above zero of an object.
fn numbers(object: &Value) -> BTreeMap<&str, u64> {
    let all = object.as_object().unwrap().iter().map(|(key, n)| (key.as_str(), n.as_u64().unwrap()));
    all.filter(|(_, n)| *n > 0).collect()
}

/// The table below a heading of the summary: first cell and the number in a column.
fn table(summary: &str, heading: &str, column: usize) -> BTreeMap<String, u64> {
    let section = summary.split(&format!("## {heading}\n")).nth(1).unwrap_or_else(|| panic!("no {heading} in {summary}"));
    let rows = section.split("\n## ").next().unwrap().lines().filter(|line| line.starts_with("| ")).skip(2);
    let cells = rows.map(|line| line.trim_matches('|').split('|').map(str::trim).collect::<Vec<_>>());
    let mut sums = BTreeMap::new();
    for row in cells {
        let number = row[column].replace(',', "").parse::<u64>().unwrap_or_else(|_| panic!("{row:?}"));
        *sums.entry(row[0].trim_matches('*').to_owned()).or_default() += number;
    }
    sums.retain(|_, n| *n > 0);
    sums
}

fn without_all(mut sums: BTreeMap<String, u64>) -> (BTreeMap<String, u64>, u64) {
    let all = sums.remove("all").unwrap_or_default();
    (sums, all)
}

fn owned(counts: BTreeMap<&str, u64>) -> BTreeMap<String, u64> {
    counts.into_iter().map(|(key, n)| (key.to_owned(), n)).collect()
}

#[test]
fn all_numbers_agree() {
    let (house, library) = (House::default(), library());
    for again in [false, true] {
        let account = house.survey(&library);
        let (manifest, groups, review) = (house.manifest(), house.groups(), house.review());
        let summary = fs::read_to_string(house.proofs().join("LIBRARY_SUMMARY.md")).unwrap();

        // Fates.
        let assets = account["assets"].as_u64().unwrap();
        assert_eq!(manifest.rows.len() as u64, assets);
        assert_eq!(numbers(&account["fates"]), manifest.counts("fate"));
        assert_eq!(numbers(&account["fates"]).values().sum::<u64>(), assets);
        assert_eq!(without_all(table(&summary, "Fates", 1)), (owned(manifest.counts("fate")), assets));
        assert_eq!(account["opened"] == 0, again, "{account}");

        // Groups.
        let found = account["groups"].as_object().unwrap();
        let of_basis =
            |key: &'static str| found.iter().map(move |(b, n)| (b.as_str(), n[key].as_u64().unwrap())).filter(|(_, n)| *n > 0);
        let mut group_basis: BTreeMap<&str, &str> = BTreeMap::new();
        const WEAKEST_LAST: [&str; 5] = ["same-bytes", "same-image", "same-shot", "looks-alike", "series"];
        let strength = |basis: &str| WEAKEST_LAST.iter().position(|b| *b == basis).unwrap();
        for row in &groups.rows {
            let basis = group_basis.entry(&row["group"]).or_insert(&row["basis"]);
            if strength(&row["basis"]) > strength(basis) {
                *basis = &row["basis"];
            }
        }
        let mut counted: BTreeMap<&str, u64> = BTreeMap::new();
        group_basis.values().for_each(|basis| *counted.entry(basis).or_default() += 1);
        assert_eq!(of_basis("groups").collect::<BTreeMap<_, _>>(), counted);
        let members = groups.rows.iter().filter(|row| !row["ground"].starts_with("companion of")).count() as u64;
        assert_eq!(of_basis("members").map(|(_, n)| n).sum::<u64>(), members);
        let mut without_series = owned(counted);
        let series = without_series.remove("series").unwrap_or_default();
        assert_eq!(table(&summary, "Groups", 1), without_series);
        assert!(summary.contains(&format!("information: {series} with 4 members")), "{summary}");

        // Anomalies.
        assert_eq!(numbers(&account["anomalies"]), review.counts("kind"));
        let (kinds, all) = without_all(table(&summary, "Anomalies", 1));
        assert_eq!((kinds, all), (owned(review.counts("kind")), review.rows.len() as u64));
        assert_eq!(account["assets_with_anomalies"].as_u64().unwrap(), review.counts("asset_id").len() as u64);

        // Problems and integrity.
        let mut problems: BTreeMap<String, u64> = BTreeMap::new();
        for row in manifest.rows.iter().filter(|row| !row["problems"].is_empty()) {
            for problem in row["problems"].split("; ").filter_map(|p| p.split_once(": ")) {
                *problems.entry(problem.0.to_owned()).or_default() += 1;
            }
        }
        problems.remove("also-at"); // told in the manifest; no problem of the asset
        assert_eq!(table(&summary, "Problems", 1), problems);
        assert_eq!(without_all(table(&summary, "Integrity", 1)), (owned(manifest.counts("integrity")), assets));

        // Dates, owners, cameras.
        let (undated, undated_all) = without_all(table(&summary, "Without a date", 1));
        assert_eq!(undated.values().sum::<u64>(), undated_all);
        let (years, dated) = without_all(table(&summary, "Months", 13));
        assert_eq!(years.values().sum::<u64>(), dated);
        assert_eq!(dated + undated_all, assets);
        assert_eq!(table(&summary, "Owners", 1).values().sum::<u64>(), assets);
        assert_eq!(without_all(table(&summary, "Types", 2)).1, assets);
    }
}

#[test]
fn the_account_for_people_says_the_same_as_the_one_for_programs() {
    let (house, library) = (House::default(), library());
    let account = house.survey(&library);
    let told = house.run(["survey".as_ref(), library.path().as_os_str()]).went_well().stdout;
    let line =
        |number: u64, what: &str| told.lines().any(|l| l.trim_start().starts_with(&format!("{number} ")) && l.contains(what));
    assert!(told.starts_with(&format!("{} assets", account["assets"])), "{told}");
    let unchanged = account["fates"]["read"].as_u64().unwrap();
    assert!(line(unchanged, "unchanged") && line(account["fates"]["skipped"].as_u64().unwrap(), "skipped"), "{told}");
    assert!(line(account["further_places"].as_u64().unwrap(), "further places"), "{told}");
    for (kind, number) in numbers(&account["anomalies"]) {
        assert!(line(number, kind), "{kind} {number}: {told}");
    }
    for (basis, found) in account["groups"].as_object().unwrap() {
        let groups = found["groups"].as_u64().unwrap();
        assert!(groups == 0 || line(groups, basis), "{basis} {groups}: {told}");
    }
    assert!(told.contains("Next\n") && told.contains("review_needed.csv") && told.contains("LIBRARY_SUMMARY.md"), "{told}");
}

#[test]
fn quiet_says_nothing_and_a_pipe_gets_no_progress() {
    let (house, library) = (House::default(), library());
    let survey = ["survey".as_ref(), library.path().as_os_str()];
    assert_eq!(house.run(survey).went_well().stderr, "");
    let quiet = house.run(survey.into_iter().chain(["--quiet".as_ref()])).went_well();
    assert_eq!((quiet.stdout.as_str(), quiet.stderr.as_str()), ("", ""));
}
