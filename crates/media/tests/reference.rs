//! Facts equal the reference's on real photographs: `cameras/` and `formats/` of the shared corpus.
//!
//! Differences that are known and explained stand in `docs/exif-differences.md`; no other is allowed, and none may
//! stand there that is gone.
// The lints let tests unwrap and print, but not the functions that tests share.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use lightproof_media::{facts::read_facts, sniff};
use lightproof_model::{moment::RecordedDate, probe::Facts};
use lightproof_testkit::corpus::shared_corpus as corpus;

type Row = BTreeMap<String, String>;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn rows(path: &Path) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    reader.deserialize().map(|row| row.unwrap()).collect()
}

fn facts(path: &Path) -> Facts {
    let bytes = fs::read(path).unwrap();
    let name = path.file_name().unwrap().as_encoded_bytes();
    let media_type = sniff::sniff(&bytes[..bytes.len().min(sniff::HEAD)], Some(name));
    read_facts(&bytes.as_slice(), media_type)
}

/// Text as the truth files write it, without the blanks that we trim.
fn shown(text: &str) -> String {
    let text: String = text.replace("\\0", "\0").chars().filter(|c| *c == '\0' || !c.is_control()).collect();
    text.trim_matches(|c: char| c == '\0' || c.is_whitespace()).to_owned()
}

/// Every column in which one asset differs: column, ours, the reference's.
fn differences(ours: &Facts, theirs: &Row) -> Vec<(&'static str, String, String)> {
    let column = |name: &str| theirs.get(name).map(String::as_str).unwrap_or_default();
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let mut out = Vec::new();
    let mut compare = |name: &'static str, mine: String, other: String| {
        let mine: String = mine.chars().filter(|c| !c.is_control()).collect();
        if mine != other {
            out.push((name, mine, other));
        }
    };
    compare("exif_field_count", ours.exif_field_count.to_string(), column("exif_field_count").to_owned());
    let date = Some(column("DateTimeOriginal")).filter(|d| !d.is_empty()).unwrap_or(column("KeysCreationDate"));
    compare("DateTimeOriginal", ours.date_time_original.echo(), RecordedDate::parse(date).echo());
    let video = !column("FileType").is_empty() && !column("QuickTimeCreateDate").is_empty();
    if !video {
        // The reference's columns are EXIF's alone; a video's camera stands in its container.
        compare("Make", text(&ours.make), shown(column("Make")));
        compare("Model", text(&ours.model), shown(column("Model")));
        compare("OffsetTimeOriginal", text(&ours.offset), shown(column("OffsetTimeOriginal")));
    }
    compare("SubSecTimeOriginal", text(&ours.sub_sec), shown(column("SubSecTimeOriginal")));
    compare("Orientation", ours.orientation.map(|o| o.to_string()).unwrap_or_default(), column("Orientation").to_owned());
    let serial = Some(shown(column("SerialNumber"))).filter(|s| !s.is_empty());
    compare("SerialNumber", text(&ours.serial), serial.unwrap_or(shown(column("MakerNoteSerialNumber"))));
    compare("InternalSerialNumber", text(&ours.internal_serial), shown(column("InternalSerialNumber")).replace('\0', ""));
    let degrees = |text: &str| text.parse::<f64>().ok();
    let position = degrees(column("GPSLatitude")).zip(degrees(column("GPSLongitude")));
    let near = match (ours.position, position) {
        (Some(a), Some(b)) => (a.latitude - b.0).abs() < 1e-6 && (a.longitude - b.1).abs() < 1e-6,
        (a, b) => a.is_none() && b.is_none(),
    };
    if !near {
        compare("GPSPosition", format!("{:?}", ours.position), format!("{} {}", column("GPSLatitude"), column("GPSLongitude")));
    }
    let stamp = format!(
        "{} {}",
        column("GPSDateStamp").trim().get(..10).unwrap_or_default(),
        column("GPSTimeStamp").split('.').next().unwrap_or_default()
    );
    let gps = ours.gps_time_utc.map(|t| t.strftime("%Y:%m:%d %H:%M:%S").to_string()).unwrap_or_default();
    compare(
        "GPSTime",
        gps,
        RecordedDate::parse(&stamp).at().map(|t| t.strftime("%Y:%m:%d %H:%M:%S").to_string()).unwrap_or_default(),
    );
    let size = ours.dimensions.map(|d| format!("{}x{}", d.width, d.height)).unwrap_or_default();
    let truth = format!("{}x{}", column("ImageWidth"), column("ImageHeight"));
    compare("ImageSize", size, if truth == "x" { String::new() } else { truth });
    if !column("ContentIdentifier").is_empty() {
        compare("ContentIdentifier", text(&ours.content_identifier), column("ContentIdentifier").to_owned());
    }
    if column("QuickTimeCreateDate").starts_with(|c: char| c.is_ascii_digit()) {
        let utc = ours.container_time_utc.map(|t| t.strftime("%Y:%m:%d %H:%M:%S").to_string()).unwrap_or_default();
        let theirs = RecordedDate::parse(column("QuickTimeCreateDate")).at();
        compare("QuickTimeCreateDate", utc, theirs.map(|t| t.strftime("%Y:%m:%d %H:%M:%S").to_string()).unwrap_or_default());
    }
    out
}

/// The differences that are explained: rows of the table in `docs/exif-differences.md`.
fn explained(set: &str) -> BTreeSet<(String, String)> {
    let text = fs::read_to_string(root().join("docs/exif-differences.md")).unwrap_or_default();
    text.lines()
        .filter_map(|line| {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            let path = cells.get(1)?.trim_matches('`').strip_prefix(set)?.strip_prefix('/')?;
            Some((path.to_owned(), cells.get(2)?.trim_matches('`').to_owned()))
        })
        .collect()
}

fn compare(set: &str, least_equal_counts: f64) {
    let Some(corpus) = corpus() else { return };
    let expected = rows(&corpus.join(set).join("expected.csv"));
    let tags = corpus.join(set).join("expected-tags.csv");
    let tags = if tags.exists() { rows(&tags) } else { Vec::new() };
    let mut open = explained(set);
    let (mut unexplained, mut wrong_counts) = (Vec::new(), 0);
    let mut by_column: BTreeMap<&str, usize> = BTreeMap::new();
    for row in &expected {
        let path = &row["path"];
        let ours = facts(&corpus.join(set).join(path));
        for (column, mine, theirs) in differences(&ours, row) {
            *by_column.entry(column).or_default() += 1;
            println!("{set}/{path} {column}: ours {mine:?}, reference {theirs:?}");
            if column == "exif_field_count" {
                wrong_counts += 1;
                tag_differences(&ours, path, &tags);
            }
            if !open.remove(&(path.clone(), column.to_owned())) {
                unexplained.push(format!("{set}/{path} {column}: ours {mine:?}, reference {theirs:?}"));
            }
        }
    }
    let equal = 1.0 - f64::from(wrong_counts) / expected.len() as f64;
    println!("{set}: {} assets, equal counts {:.2} %, differences {by_column:?}", expected.len(), equal * 100.0);
    assert!(equal >= least_equal_counts, "{set}: counts equal on {:.2} % only", equal * 100.0);
    assert!(unexplained.is_empty(), "unexplained differences:\n{}", unexplained.join("\n"));
    assert!(open.is_empty(), "explained, but no longer there: {open:?}");
}

fn tag_differences(ours: &Facts, path: &str, tags: &[Row]) {
    let key = |ifd: &str, tag: u32| format!("{ifd} {tag:#06x}");
    let theirs: BTreeSet<String> = tags
        .iter()
        .filter(|t| t["path"] == path && t["non_empty"] == "1")
        .map(|t| key(&t["ifd"], u32::from_str_radix(t["tag_id"].trim_start_matches("0x"), 16).unwrap()))
        .collect();
    let mine: BTreeSet<String> = ours.exif.iter().filter(|f| f.counts).map(|f| key(f.directory.name(), f.tag.into())).collect();
    println!("    only ours {:?}", mine.difference(&theirs).collect::<Vec<_>>());
    if !theirs.is_empty() {
        println!("    only the reference's (storage tags included) {:?}", theirs.difference(&mine).collect::<Vec<_>>());
    }
}

#[test]
fn facts_of_every_camera_file_equal_the_reference() {
    compare("cameras", 1.0);
}

#[test]
fn facts_of_every_format_equal_the_reference_or_are_explained() {
    compare("formats", 0.97);
}
