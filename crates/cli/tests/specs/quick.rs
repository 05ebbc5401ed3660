//! `survey --quick`: previews first, and nothing is said of what was not read in full.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsStr,
};

use lightproof_darkroom::{exif::Exif, photo::Photo};
use lightproof_testkit::library::Library;
use serde_json::Value;

use crate::{
    house::{House, Row},
    traced::traced,
};

/// What a quick survey reads of one asset, at most.
const QUICK: u64 = 256 << 10;

/// A photograph as a camera writes it: with EXIF and this thumbnail, and too large to be read whole by the way.
fn camera(seed: u64, date: &str, thumbnail: &Photo) -> Vec<u8> {
    let exif = Exif::camera("Example", "Example One").taken(date).fields(20).thumbnail(thumbnail.jpeg(80));
    large(Photo::drawn(seed).size(960, 720).exif(exif).jpeg(90))
}

/// Zeros behind the end are padding and no damage.
fn large(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.resize(bytes.len() + 600_000, 0);
    bytes
}

fn thumbnail(seed: u64) -> Photo {
    Photo::drawn(seed).size(960, 720).resized(160, 120)
}

/// A QuickTime movie of no frame, told by one byte.
fn movie(told: u8, size: usize) -> Vec<u8> {
    let mut bytes = b"\0\0\0\x14ftypqt  \0\0\0\0qt  ".to_vec();
    bytes.extend((size as u32).to_be_bytes());
    bytes.extend(b"mdat");
    bytes.resize(20 + size, told);
    bytes
}

fn library() -> Library {
    Library::with("alone.jpg", camera(1, "2019:05:01 10:00:00", &thumbnail(1)))
        .and("twice/a.jpg", camera(2, "2019:05:02 10:00:00", &thumbnail(2)))
        .and("twice/small.jpg", Photo::drawn(2).size(960, 720).resized(320, 240).jpeg(80))
        .and("copy/a.jpg", camera(3, "2019:05:03 10:00:00", &thumbnail(3)))
        .and("copy/b.jpg", camera(3, "2019:05:03 10:00:00", &thumbnail(3)))
        // Two photographs that a careless program gave one thumbnail.
        .and("careless/a.jpg", camera(4, "2019:05:04 10:00:00", &thumbnail(4)))
        .and("careless/b.jpg", camera(5, "2019:05:05 10:00:00", &thumbnail(4)))
        // No preview; one of another shape, and one of too little structure.
        .and("plain/none.jpg", large(Photo::drawn(6).size(960, 720).exif_fields(20).jpeg(90)))
        .and("plain/other-shape.jpg", camera(7, "2019:05:07 10:00:00", &Photo::drawn(7).size(160, 160)))
        .and("plain/blank.jpg", camera(8, "2019:05:08 10:00:00", &Photo::drawn(8).size(160, 120).lightened(255)))
        .and("plain/picture.png", Photo::drawn(9).size(640, 480).png())
        .and("movies/alone.mov", movie(1, 300_000))
        .and("movies/a.mov", movie(2, 310_000))
        .and("movies/b.mov", movie(2, 310_000))
        .and("movies/same-size.mov", movie(3, 310_000))
}

/// Those of which no more than head and preview tell anything.
const IN_PART: [&str; 2] = ["alone.jpg", "movies/alone.mov"];

fn quick(house: &House, library: &Library) -> Value {
    house.survey_all([OsStr::new("--quick"), library.path().as_os_str()])
}

/// For each group its basis and the paths in it.
fn groups(house: &House) -> Vec<(String, Vec<String>)> {
    let mut by_id: BTreeMap<String, (String, Vec<String>)> = BTreeMap::new();
    for row in house.groups().rows {
        let group = by_id.entry(row["group"].to_owned()).or_default();
        group.0 = row["basis"].to_owned();
        group.1.push(row["path"].to_owned());
    }
    let mut groups: Vec<_> = by_id.into_values().collect();
    groups.iter_mut().for_each(|(_, paths)| paths.sort());
    groups.sort_by(|a, b| a.1.cmp(&b.1));
    groups
}

#[test]
fn what_is_like_no_other_is_read_in_part_and_says_so() {
    let (house, library) = (House::default(), library());
    let account = quick(&house, &library);
    assert_eq!((&account["read_in_part"], &account["fates"]["read"]), (&2.into(), &15.into()), "{account}");
    let manifest = house.manifest();
    for row in &manifest.rows {
        let empty = |column: &str| row[column].is_empty();
        let in_part = IN_PART.contains(&&row["path"]);
        assert_eq!((empty("sha1"), &row["integrity"] == "not-checked"), (in_part, in_part), "{row:?}");
        assert!(!in_part || (empty("phash") && empty("image_digest")), "a preview passes for the picture: {row:?}");
    }
    let alone: &Row = manifest.at("alone.jpg");
    assert_eq!((&alone["exif_field_count"], &alone["date_time_original"]), ("20", "2019-05-01T10:00:00"));
    assert_eq!((&alone["width"], &alone["model"], &alone["problems"]), ("960", "Example One", ""));

    let summary = std::fs::read_to_string(house.proofs().join("LIBRARY_SUMMARY.md")).unwrap();
    assert!(summary.contains("Read in part only, by a quick survey: 2 assets. Their integrity was not checked"), "{summary}");
    let told = House::default().run(["survey".as_ref(), "--quick".as_ref(), library.path().as_os_str()]).went_well().stdout;
    assert!(told.contains("2  of them read in part only: integrity not checked"), "{told}");
}

#[test]
fn the_groups_are_those_of_a_full_survey() {
    let (fast, slow, library) = (House::default(), House::default(), library());
    let account = quick(&fast, &library);
    slow.survey(&library);
    assert_eq!(groups(&fast), groups(&slow));
    let paths = |of: &[&str]| of.iter().map(|&path| path.to_owned()).collect::<Vec<_>>();
    let found: Vec<Vec<String>> = groups(&fast).into_iter().map(|(_, paths)| paths).collect();
    for expected in [
        paths(&["copy/a.jpg", "copy/b.jpg"]),
        paths(&["movies/a.mov", "movies/b.mov"]),
        paths(&["twice/a.jpg", "twice/small.jpg"]),
    ] {
        assert!(found.contains(&expected), "{expected:?} in {found:?}");
    }
    assert!(!found.iter().flatten().any(|path| path.starts_with("careless")), "{found:?}");
    // The careless ones, the copies, the one with a small version, and the movies of one size.
    assert_eq!(account["confirmed"], 8, "{account}");
}

#[test]
fn a_second_quick_survey_opens_nothing_and_a_full_one_reads_the_rest() {
    let (house, library) = (House::default(), library());
    let first = quick(&house, &library);
    let found = groups(&house);
    let nothing = |account: &Value| ["opened", "confirmed", "bytes_read"].iter().all(|key| account[*key] == 0);
    let again = quick(&house, &library);
    assert!(nothing(&again), "{again}");
    assert_eq!((&again["read_in_part"], groups(&house)), (&first["read_in_part"], found.clone()));

    // What comes later may be like what was read in part.
    library.put("late.jpg", Photo::drawn(1).size(960, 720).resized(480, 360).jpeg(80));
    let late = quick(&house, &library);
    assert_eq!((&late["opened"], &late["confirmed"], &late["read_in_part"]), (&1.into(), &1.into(), &1.into()), "{late}");
    assert!(groups(&house).iter().any(|(_, paths)| paths == &["alone.jpg", "late.jpg"]));

    let whole = house.survey(&library);
    assert_eq!((&whole["opened"], &whole["read_in_part"]), (&1.into(), &0.into()), "{whole}");
    assert!(house.manifest().rows.iter().all(|row| !row["sha1"].is_empty()));
    assert!(nothing(&quick(&house, &library)), "what is known is kept");
    assert!(house.manifest().rows.iter().all(|row| !row["sha1"].is_empty()));
}

#[test]
fn the_system_is_asked_for_no_more_than_that_of_any_asset_read_in_part() {
    let (house, library) = (House::default(), library());
    let log = house.program.home().join("read");
    let arguments: [&OsStr; 4] = ["survey".as_ref(), "--quick".as_ref(), library.path().as_os_str(), "-q".as_ref()];
    let trace = ["-f", "-y", "-e", "trace=read,pread64", "-o", log.to_str().unwrap()];
    let Some(mut command) = traced(house.program.command(arguments), &trace) else { return };
    assert!(command.status().unwrap().success());
    let trace = std::fs::read_to_string(&log).unwrap();
    let of = |path: &str| -> u64 {
        let named = format!("<{}>", library.at(path).display());
        // What another thread interrupts is told in two lines, and only the first has the name.
        let mut unfinished = BTreeSet::new();
        let told = trace.lines().filter_map(|line| {
            let thread = line.split_whitespace().next()?;
            let ours = if line.contains(" resumed>") { unfinished.remove(thread) } else { line.contains(&named) };
            if ours && line.ends_with("<unfinished ...>") {
                unfinished.insert(thread);
            }
            line.rsplit_once("= ").filter(|_| ours)?.1.trim().parse::<u64>().ok()
        });
        told.sum()
    };
    for path in IN_PART {
        assert!((1..=QUICK).contains(&of(path)), "{path}: {} bytes", of(path));
    }
    assert!(of("copy/a.jpg") > QUICK, "the trace sees what is read in full");
}

#[test]
fn what_was_met_by_another_root_is_confirmed_by_the_road_of_this_one() {
    let library = Library::with("all/2020/a.jpg", camera(2, "2019:05:02 10:00:00", &thumbnail(2)));
    let house = House::default();
    let survey = |folder: &str| house.survey_all([OsStr::new("--quick"), library.at(folder).as_os_str()]);
    assert_eq!(survey("all")["read_in_part"], 1);
    library.put("all/2020/small.jpg", Photo::drawn(2).size(960, 720).resized(320, 240).jpeg(80));
    // The first is at home in the source of the upper folder, which this survey does not walk.
    let account = survey("all/2020");
    assert_eq!((&account["confirmed"], &account["read_in_part"]), (&1.into(), &0.into()), "{account}");
    assert_eq!(house.groups().rows.len(), 2);
}
