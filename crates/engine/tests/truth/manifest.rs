//! `manifest.csv` against the reference: nothing is lost on the way from the bytes through ledger and proof.

use std::{collections::BTreeSet, fs, path::Path};

use crate::proofs::{Row, by_path, of_corpus, truth, unsafe_again};

/// Text as the truth files write it, without the blanks around it.
fn shown(text: &str) -> String {
    text.replace("\\0", "\0").split('\0').next().unwrap_or_default().trim().to_owned()
}

/// A date as the design wants it: its shape echoed, anything else empty.
fn date(raw: &str) -> String {
    let raw = raw.trim();
    let like = |pattern: &str| {
        raw.len() >= 19 && raw.bytes().zip(pattern.bytes()).all(|(b, p)| if p == b'9' { b.is_ascii_digit() } else { b == p })
    };
    if !like("9999:99:99 99:99:99")
        && !like("9999-99-99T99:99:99")
        && !like("9999/99/99 99:99:99")
        && !like("9999-99-99 99:99:99")
    {
        return String::new();
    }
    format!("{}-{}-{}T{}", &raw[0..4], &raw[5..7], &raw[8..10], &raw[11..19])
}

/// Differences that are explained: rows of the table in `docs/exif-differences.md`, by column of the reference.
fn explained(part: &str) -> BTreeSet<(String, String)> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/exif-differences.md");
    let text = fs::read_to_string(page).unwrap();
    let cells = |line: &str| {
        let cells: Vec<String> = line.split('|').map(|c| c.trim().trim_matches('`').to_owned()).collect();
        let path = cells.get(1)?.strip_prefix(part)?.strip_prefix('/')?.to_owned();
        Some((path, cells.get(2)?.clone()))
    };
    text.lines().filter_map(cells).collect()
}

/// Columns in which a row differs from the reference's: the reference's name, ours, theirs.
fn differences(ours: &Row, theirs: &Row) -> Vec<(&'static str, String, String)> {
    let column = |name: &str| theirs.get(name).map(String::as_str).unwrap_or_default();
    let first = |a: &str, b: &str| Some(shown(column(a))).filter(|s| !s.is_empty()).unwrap_or_else(|| shown(column(b)));
    let video = !column("QuickTimeCreateDate").is_empty();
    let size = match (column("ImageWidth"), column("ImageHeight")) {
        ("", _) | (_, "") => String::new(),
        (w, h) => format!("{w}x{h}"),
    };
    let own_size = if ours["width"].is_empty() { String::new() } else { format!("{}x{}", ours["width"], ours["height"]) };
    let pairs = [
        ("exif_field_count", ours["exif_field_count"].clone(), column("exif_field_count").to_owned()),
        ("DateTimeOriginal", ours["date_time_original"].clone(), date(&first("DateTimeOriginal", "KeysCreationDate"))),
        ("Make", unsafe_again(&ours["make"]).to_owned(), shown(column("Make"))),
        ("Model", unsafe_again(&ours["model"]).to_owned(), shown(column("Model"))),
        ("SubSecTimeOriginal", unsafe_again(&ours["sub_sec"]).to_owned(), shown(column("SubSecTimeOriginal"))),
        ("OffsetTimeOriginal", unsafe_again(&ours["offset"]).to_owned(), shown(column("OffsetTimeOriginal"))),
        ("SerialNumber", unsafe_again(&ours["serial"]).to_owned(), first("SerialNumber", "MakerNoteSerialNumber")),
        ("Orientation", ours["orientation"].clone(), column("Orientation").to_owned()),
        ("ImageSize", own_size, size),
    ];
    // The reference's columns are EXIF's alone; a video's camera and zone stand in its container.
    let compared = |name: &str| !(video && matches!(name, "Make" | "Model" | "OffsetTimeOriginal"));
    let mut found: Vec<_> = pairs.into_iter().filter(|(name, mine, other)| compared(name) && mine != other).collect();
    let degrees = |text: &str| text.parse::<f64>().ok();
    let near = |mine: &str, other: &str| match (degrees(mine), degrees(other)) {
        (Some(a), Some(b)) => (a - b).abs() < 1e-6,
        (a, b) => a.is_none() && b.is_none(),
    };
    let positioned = degrees(column("GPSLatitude")).is_some() && degrees(column("GPSLongitude")).is_some();
    for (mine, other) in [("latitude", "GPSLatitude"), ("longitude", "GPSLongitude")] {
        if positioned && !near(&ours[mine], column(other)) {
            found.push(("GPSPosition", ours[mine].clone(), column(other).to_owned()));
        }
    }
    found
}

fn compare(part: &'static str, least_equal_counts: f64) {
    let (Some(proofs), Some(expected)) = (of_corpus(part), truth(&format!("{part}/expected.csv"))) else { return };
    let manifest = by_path(&proofs.manifest);
    let allowed = explained(part);
    let (mut unexplained, mut wrong_counts) = (Vec::new(), 0);
    for theirs in &expected {
        let path = theirs["path"].as_str();
        let ours = manifest.get(path).unwrap_or_else(|| panic!("{path} is not in manifest.csv"));
        for (column, mine, other) in differences(ours, theirs) {
            wrong_counts += usize::from(column == "exif_field_count");
            // What nothing was read of has no count; the reference counts none.
            let nothing = column == "exif_field_count" && mine.is_empty() && other == "0" && ours["fate"] != "read";
            if !nothing && !allowed.contains(&(path.to_owned(), column.to_owned())) {
                unexplained.push(format!("{path} {column}: {mine:?}, reference {other:?}"));
            }
        }
    }
    let equal = 1.0 - wrong_counts as f64 / expected.len() as f64;
    println!("{part}: {} assets, counts equal on {:.2} %", expected.len(), equal * 100.0);
    assert!(unexplained.is_empty(), "{} differences:\n{}", unexplained.len(), unexplained.join("\n"));
    assert!(equal >= least_equal_counts);
}

#[test]
fn every_camera_file_has_the_references_facts_in_the_manifest() {
    compare("cameras", 1.0);
}

#[test]
fn every_format_has_the_references_facts_in_the_manifest_or_is_explained() {
    compare("formats", 0.97);
}

#[test]
fn every_file_of_the_corpus_has_one_row() {
    for part in ["cameras", "formats", "broken", "near-dup"] {
        let Some(proofs) = of_corpus(part) else { return };
        let root = lightproof_testkit::corpus::shared_corpus().unwrap().join(part);
        let met: BTreeSet<String> = proofs.manifest.iter().map(|r| unsafe_again(&r["path"]).to_owned()).collect();
        let there: BTreeSet<String> = crate::proofs::files_below(&root)
            .iter()
            .map(|p| p.strip_prefix(&root).unwrap().to_string_lossy().into_owned())
            .collect();
        assert_eq!(met, there, "{part}");
    }
}
