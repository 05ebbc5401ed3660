//! `manifest.csv` and the other CSVs: columns, rows, cells and order.

use std::fs;

use lightproof_darkroom::exif::{Exif, Value};
use lightproof_model::exif::Directory;
use lightproof_testkit::library::{Library, name, photo, photo_of};

use crate::house::{House, Table};

const CSVS: [&str; 4] = ["manifest.csv", "manifest_fields.csv", "duplicate_groups.csv", "review_needed.csv"];

fn survey_with_fields(house: &House, library: &Library) {
    house.survey_all([library.path().as_os_str(), "--all-fields".as_ref()]);
}

#[test]
fn the_columns_are_those_of_the_contract() {
    let (house, library) = (House::default(), Library::with("a.jpg", photo()));
    survey_with_fields(&house, &library);
    let columns = |name: &str| Table::read(&house.proofs().join(name)).columns.join(", ");
    assert_eq!(
        columns("manifest.csv"),
        "asset_id, source, owner, path, path_raw, bytes, modified, media_type, sha1, image_digest, phash, exif_field_count, \
         date_time_original, date_corrected, sub_sec, offset, make, model, serial, lens, latitude, longitude, gps_time_utc, \
         orientation, width, height, companion_of, fate, integrity, problems, server_id, uploaded_as, visibility"
    );
    assert_eq!(
        columns("duplicate_groups.csv"),
        "group, basis, source, path, asset_id, owner, distance, exif_field_count, date_time_original, date_corrected, rank, \
         ground, seen, decision"
    );
    assert_eq!(
        columns("review_needed.csv"),
        "asset_id, source, owner, path, kind, run, evidence, suggestion, confidence, seen, decision"
    );
    assert_eq!(columns("manifest_fields.csv"), "asset, directory, tag, name, value");
}

#[test]
fn every_file_met_has_one_row_with_a_fate_and_where_it_was_not_read_a_reason() {
    let library = Library::with("a.jpg", photo())
        .and("a.jpg.xmp", "<x:xmpmeta xmlns:x='adobe:ns:meta/'/>")
        .and("deep/er/b.png", photo_of(2).png())
        .and("notes.txt", "a text")
        .and("no extension", "?")
        .and("empty.jpg", "")
        .and("text.jpg", "no photograph at all")
        .and("torn.jpg", &photo_of(4).jpeg(85)[..5000])
        .and("misnamed.png", photo_of(5))
        .and_link("link.jpg", "a.jpg")
        .and_fifo("fifo");
    let house = House::default();
    assert_eq!(house.survey(&library)["assets"], 11);
    let manifest = house.manifest();
    for (path, fate, integrity, problem) in [
        ("a.jpg", "read", "intact", ""),
        ("a.jpg.xmp", "read", "intact", ""),
        ("deep/er/b.png", "read", "intact", ""),
        ("notes.txt", "skipped", "not-checked", "skipped: not a photograph, video or sidecar"),
        ("no extension", "skipped", "not-checked", "skipped: not a photograph, video or sidecar"),
        ("empty.jpg", "unreadable", "unreadable", "empty: there are no bytes in it"),
        ("text.jpg", "unreadable", "unreadable", "wrong-extension: its name says image/jpeg, but its bytes"),
        ("torn.jpg", "read", "damaged", "damaged-image: "),
        ("misnamed.png", "read", "intact", "wrong-extension: its name says image/png, its bytes are image/jpeg"),
        ("link.jpg", "skipped", "not-checked", "skipped: "),
        ("fifo", "skipped", "not-checked", "skipped: "),
    ] {
        let row = manifest.at(path);
        assert_eq!((&row["fate"], &row["integrity"]), (fate, integrity), "{path}");
        assert!(row["problems"].starts_with(problem) && row["problems"].is_empty() == problem.is_empty(), "{row:?}");
    }
    assert_eq!(manifest.rows.len(), 11);
}

#[test]
fn a_row_holds_what_the_rule_and_a_reviewer_need() {
    let exif = Exif::camera("Canon", "Canon EOS 40D").taken("2010:08:01 12:30:45").sub_sec("07").offset("+02:00");
    let exif = exif.serial("0123456789").lens("EF-S17-55mm").gps(48.5, -4.25).gps_time("2010:08:01 10:30:45").orientation(6);
    let count = exif.field_count();
    let library = Library::with("a.jpg", photo().exif(exif));
    library.set_changed("a.jpg", 1_280_658_645);
    let house = House::default();
    house.survey(&library);
    let manifest = house.manifest();
    let row = manifest.at("a.jpg");
    for (column, value) in [
        ("bytes", library.read("a.jpg").len().to_string().as_str()),
        ("modified", "2010-08-01T10:30:45Z"),
        ("media_type", "image/jpeg"),
        ("exif_field_count", &count.to_string()),
        ("date_time_original", "2010-08-01T12:30:45"),
        ("date_corrected", ""),
        ("sub_sec", "07"),
        ("offset", "'+02:00"),
        ("make", "Canon"),
        ("model", "Canon EOS 40D"),
        ("serial", "0123456789"),
        ("lens", "EF-S17-55mm"),
        ("latitude", "48.5"),
        ("longitude", "-4.25"),
        ("gps_time_utc", "2010-08-01T10:30:45"),
        ("orientation", "6"),
        ("width", "320"),
        ("height", "240"),
        ("companion_of", ""),
        ("path_raw", ""),
    ] {
        assert_eq!(&row[column], value, "{column}");
    }
    assert_eq!((row["sha1"].len(), row["image_digest"].len(), row["phash"].len()), (40, 33, 17));
    assert!(row["asset_id"].starts_with('a') && !row["source"].is_empty());
}

#[test]
fn generate_manifest_alone_reads_heads_and_fills_the_hash_columns_only_when_asked_to() {
    let (house, library) = (House::default(), Library::with("a.jpg", photo()).and("b.png", photo_of(2).png()));
    let path = library.path().as_os_str();
    house.json(["generate-manifest".as_ref(), path]);
    let heads = house.manifest();
    for column in ["sha1", "image_digest", "phash"] {
        assert_eq!(heads.column(column), ["", ""], "{column}");
    }
    assert_eq!(&heads.at("a.jpg")["exif_field_count"], "20");
    assert!(!house.proofs().join("duplicate_groups.csv").exists(), "one stage writes one proof");
    house.json(["generate-manifest".as_ref(), path, "--hash".as_ref()]);
    let whole = house.manifest();
    for column in ["sha1", "image_digest", "phash"] {
        assert!(whole.column(column).iter().all(|cell| !cell.is_empty()), "{column}");
    }
    let hashes = ["sha1", "image_digest", "phash", "integrity"];
    assert_eq!(whole.without(&hashes), heads.without(&hashes));
}

#[test]
fn cells_that_would_start_a_formula_are_neutralised_whatever_says_them() {
    let exif = Exif::camera("=make()", "@model").taken("2010:08:01 12:30:45").serial("-1+cmd").lens("\tlens");
    let exif = exif.set(Directory::Ifd0, 0x010E, Value::Text("=HYPERLINK(\"http://x\")".into()));
    let library = Library::with("=1+1.jpg", photo().exif(exif.clone()));
    for (seed, name) in (2..).zip(["+a.jpg", "-b.jpg", "@c.jpg", "\td.jpg", "-0/e.jpg"]) {
        library.put(name, photo_of(seed).exif(exif.clone()));
    }
    library.put("-b copy.jpg", photo_of(3).exif(exif));
    library.put("=undated.jpg", photo_of(9).exif(Exif::camera("=make()", "=model()")));
    let house = House::default();
    let owner = "@SUM(1+1)*cmd|'/c calc'!A0";
    house.survey_all([library.path().as_os_str(), "--all-fields".as_ref(), "--owner".as_ref(), owner.as_ref()]);
    for name in CSVS {
        let table = Table::read(&house.proofs().join(name));
        assert!(!table.rows.is_empty(), "{name}");
        for row in &table.rows {
            for column in table.columns.iter().filter(|c| !["latitude", "longitude"].contains(&c.as_str())) {
                assert!(!row[column].starts_with(['=', '+', '-', '@', '\t', '\r', '\n']), "{name} {column}: {:?}", &row[column]);
            }
        }
    }
    let row = house.manifest().at("'=1+1.jpg").clone();
    assert_eq!((&row["owner"], &row["make"], &row["model"]), ("'@SUM(1+1)*cmd|'/c calc'!A0", "'=make()", "'@model"));
}

#[test]
fn names_with_commas_quotes_line_ends_and_tabs_are_read_back_as_they_are() {
    let names = ["a,b.jpg", "say \"cheese\".jpg", "two\nlines.jpg", "two\r\nlines.jpg", "a\tb.jpg", "ü é 漢字 🌅.jpg", " .jpg"];
    let library = Library::empty();
    (1..).zip(names).for_each(|(seed, name)| library.put(name, photo_of(seed)));
    let house = House::default();
    house.survey(&library);
    let mut sorted = names;
    sorted.sort_unstable();
    assert_eq!(house.manifest().column("path"), sorted);
}

#[test]
fn a_name_that_is_not_utf_8_is_shown_lossily_and_kept_without_loss() {
    let library = Library::with(name(b"M\xFCnchen/a.jpg"), photo()).and(name(b"M\xFCnchen/\xff.jpg"), photo_of(2));
    library.put("Munich/a.jpg", photo());
    let house = House::default();
    house.survey(&library);
    let manifest = house.manifest();
    assert_eq!(manifest.rows.len(), 3);
    assert_eq!(&manifest.at("M\u{fffd}nchen/\u{fffd}.jpg")["path_raw"], "4dfc6e6368656e2fff2e6a7067");
    assert_eq!(&manifest.at("M\u{fffd}nchen/a.jpg")["path_raw"], "4dfc6e6368656e2f612e6a7067");
    assert_eq!(&manifest.at("Munich/a.jpg")["path_raw"], "");
}

#[test]
fn rows_end_as_rfc_4180_has_it_and_the_text_is_utf_8() {
    let (house, library) = (House::default(), Library::with("a.jpg", photo()).and("b.jpg", photo()));
    survey_with_fields(&house, &library);
    for name in CSVS {
        let text = fs::read_to_string(house.proofs().join(name)).unwrap();
        assert!(text.ends_with("\r\n"), "{name}");
        assert!(!text.replace("\r\n", "").contains(['\r', '\n']), "{name}");
    }
}

#[test]
fn two_houses_write_the_same_bytes_of_the_same_library() {
    let library = Library::with("b/a.jpg", photo()).and("a.jpg", photo()).and("b.jpg", photo().stripped()).and("b/c.txt", "c");
    (10..30).for_each(|seed| library.put(format!("many/{seed}.jpg"), photo_of(seed % 17)));
    let written = || {
        let house = House::default();
        survey_with_fields(&house, &library);
        CSVS.map(|name| fs::read(house.proofs().join(name)).unwrap())
    };
    assert!(written() == written());
}

#[test]
fn a_second_survey_writes_the_same_manifest_but_for_the_fates() {
    let library = Library::with("a.jpg", photo()).and("b.jpg", photo()).and("c.txt", "c").and("d.jpg", "");
    let house = House::default();
    let proofs = || {
        survey_with_fields(&house, &library);
        CSVS[1..].iter().map(|name| fs::read(house.proofs().join(name)).unwrap()).collect::<Vec<_>>()
    };
    let first = (proofs(), house.manifest());
    let second = (proofs(), house.manifest());
    assert!(first.0 == second.0);
    assert_eq!(first.1.clone().without(&["fate"]), second.1.clone().without(&["fate"]));
    assert_eq!(first.1.column("fate"), ["read", "read", "skipped", "unreadable"]);
    assert_eq!(second.1.column("fate"), ["unchanged", "unchanged", "skipped", "unreadable"]);
}

#[test]
fn rows_are_sorted_by_source_folder_and_name() {
    let library =
        Library::with("b.jpg", photo()).and("a/z.jpg", photo_of(2)).and("a/B.jpg", photo_of(3)).and("a b/c.jpg", photo_of(4));
    let house = House::default();
    house.survey(&library);
    assert_eq!(house.manifest().column("path"), ["b.jpg", "a/B.jpg", "a/z.jpg", "a b/c.jpg"]);
}

#[test]
fn every_exif_field_of_every_asset_is_in_the_long_table() {
    let exif = Exif::camera("Canon", "Canon EOS 40D").taken("2010:08:01 12:30:45").gps(48.5, -4.25);
    let (house, library) = (House::default(), Library::with("a.jpg", photo().exif(exif)).and("b.jpg", photo_of(2)));
    survey_with_fields(&house, &library);
    let fields = Table::read(&house.proofs().join("manifest_fields.csv"));
    let manifest = house.manifest();
    let of = |path: &str| fields.rows.iter().filter(|row| row["asset"] == manifest.at(path)["asset_id"]).collect::<Vec<_>>();
    assert_eq!(of("b.jpg").len().to_string(), manifest.at("b.jpg")["exif_field_count"]);
    let told: Vec<[&str; 4]> =
        of("a.jpg").iter().map(|row| ["directory", "tag", "name", "value"].map(|column| &row[column])).collect();
    for field in [
        ["IFD0", "0x010f", "Make", "Canon"],
        ["ExifIFD", "0x9003", "DateTimeOriginal", "2010:08:01 12:30:45"],
        ["GPS", "0x0001", "GPSLatitudeRef", "N"],
    ] {
        assert!(told.contains(&field), "{field:?} in {told:#?}");
    }
}
