//! Units: what belongs to one photograph is told with it, in the manifest and in its group.

use lightproof_darkroom::exif::{Exif, Value};
use lightproof_model::exif::Directory;
use lightproof_testkit::library::{Library, photo, photo_of};

use crate::house::House;

const TAKEN: &str = "2010:08:01 12:30:45";

pub fn camera(taken: &str) -> Exif {
    Exif::camera("Canon", "Canon EOS 40D").taken(taken).sub_sec("50").serial("0123456789").fields(30)
}

/// The head of a DNG: metadata without a picture (DNG 1.4, DNGVersion and DNGBackwardVersion).
pub fn dng(taken: &str) -> Vec<u8> {
    let version = |bytes: [u8; 4]| Value::Bytes(bytes.to_vec());
    camera(taken).set(Directory::Ifd0, 0xC612, version([1, 4, 0, 0])).set(Directory::Ifd0, 0xC613, version([1, 1, 0, 0])).tiff()
}

/// A sidecar that gives a date.
pub fn xmp(date: &str) -> String {
    format!(
        r#"<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:DateTimeOriginal="{date}"/></rdf:RDF></x:xmpmeta>"#
    )
}

/// What is a companion of what, by path.
fn companions(house: &House) -> Vec<(String, String)> {
    let manifest = house.manifest();
    let path_of = |id: &str| manifest.rows.iter().find(|row| row["asset_id"] == *id).unwrap()["path"].to_owned();
    let all = manifest.rows.iter().filter(|row| !row["companion_of"].is_empty());
    all.map(|row| (row["path"].to_owned(), path_of(&row["companion_of"]))).collect()
}

fn told(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(part, main)| ((*part).to_owned(), (*main).to_owned())).collect()
}

#[test]
fn a_raw_beside_its_jpeg_is_a_companion_only_when_the_capture_moment_agrees() {
    let other = "2010:08:01 12:31:45";
    let library = Library::with("a/IMG_1.JPG", photo().exif(camera(TAKEN)))
        .and("a/IMG_1.DNG", dng(TAKEN))
        .and("a/IMG_2.JPG", photo_of(2).exif(camera(TAKEN)))
        .and("a/IMG_2.DNG", dng(other))
        .and("b/IMG_1.DNG", dng(TAKEN))
        .and("c/alone.dng", dng(TAKEN));
    let house = House::default();
    house.survey(&library);
    assert_eq!(&house.manifest().at("a/IMG_1.DNG")["media_type"], "image/x-adobe-dng");
    assert_eq!(companions(&house), told(&[("a/IMG_1.DNG", "a/IMG_1.JPG")]));
}

#[test]
fn sidecars_of_every_kind_are_companions_of_the_photograph_that_their_names_point_to() {
    let takeout = r#"{"title":"IMG_4.jpg","photoTakenTime":{"timestamp":"1280658645"}}"#;
    let aae =
        r#"<?xml version="1.0"?><!DOCTYPE plist><plist version="1.0"><dict><key>adjustmentBaseVersion</key></dict></plist>"#;
    let library = Library::with("IMG_1.jpg", photo())
        .and("IMG_1.jpg.xmp", &*xmp("2010-08-01T12:30:45"))
        .and("IMG_2.jpg", photo_of(2))
        .and("IMG_2.xmp", &*xmp("2010-08-01T12:30:45"))
        .and("IMG_3.jpg", photo_of(3))
        .and("IMG_3.AAE", aae)
        .and("IMG_4.jpg", photo_of(4))
        .and("IMG_4.jpg.json", takeout)
        .and("nobody.xmp", &*xmp("2010-08-01T12:30:45"));
    let house = House::default();
    house.survey(&library);
    let expected =
        [("IMG_1.jpg.xmp", "IMG_1.jpg"), ("IMG_2.xmp", "IMG_2.jpg"), ("IMG_3.AAE", "IMG_3.jpg"), ("IMG_4.jpg.json", "IMG_4.jpg")];
    assert_eq!(companions(&house), told(&expected));
}

#[test]
fn the_date_of_a_sidecar_corrects_that_of_its_photograph_and_ranks() {
    let library = Library::with("a.jpg", photo().exif(camera(TAKEN)))
        .and("b.jpg", photo().exif(camera(TAKEN)))
        .and("b.jpg.xmp", &*xmp("2009-08-01T12:30:45"))
        .and("c.jpg", photo_of(3).exif(camera(TAKEN)))
        .and("c.jpg.xmp", &*xmp("2010-08-01T12:30:45"));
    let house = House::default();
    house.survey(&library);
    let manifest = house.manifest();
    let dates = |path: &str| (manifest.at(path)["date_time_original"].to_owned(), manifest.at(path)["date_corrected"].to_owned());
    assert_eq!(dates("b.jpg"), ("2010-08-01T12:30:45".into(), "2009-08-01T12:30:45".into()));
    assert_eq!(dates("a.jpg").1, "");
    assert_eq!(dates("c.jpg").1, "", "a sidecar that repeats the date corrects nothing");
    let groups = house.groups();
    assert_eq!((&groups.at("b.jpg")["rank"], &groups.at("a.jpg")["rank"]), ("1", "2"), "the oldest goes first at equal fields");
    assert_eq!(&groups.at("b.jpg")["date_corrected"], "2009-08-01T12:30:45");

    library.take_away("b.jpg.xmp");
    house.survey(&library);
    assert_eq!(&house.manifest().at("b.jpg")["date_corrected"], "", "what a sidecar gave goes with it");
}

#[test]
fn a_group_lists_every_part_of_each_unit() {
    let library = Library::empty();
    for folder in ["a", "b"] {
        library.put(format!("{folder}/IMG_1.JPG"), photo().exif(camera(TAKEN)));
        library.put(format!("{folder}/IMG_1.DNG"), dng(TAKEN));
        library.put(format!("{folder}/IMG_1.JPG.xmp"), &*xmp("2010-08-01T12:30:45"));
    }
    let house = House::default();
    house.survey(&library);
    let groups = house.groups();
    assert_eq!(groups.rows.len(), 6);
    assert_eq!(groups.counts("group").len(), 1, "parts make no groups of their own");
    for row in &groups.rows {
        let is_main = row["path"].ends_with(".JPG");
        assert_eq!(row["rank"].is_empty(), !is_main, "{row:?}");
        assert_eq!(row["ground"].starts_with("companion of"), !is_main, "{row:?}");
    }
}

#[test]
fn a_raw_alone_is_a_duplicate_of_the_unit_that_holds_the_same_raw() {
    let library =
        Library::with("a/IMG_1.JPG", photo().exif(camera(TAKEN))).and("a/IMG_1.DNG", dng(TAKEN)).and("raw/IMG_1.DNG", dng(TAKEN));
    let house = House::default();
    house.survey(&library);
    let groups = house.groups();
    assert_eq!(groups.counts("group").len(), 1, "{groups:#?}");
    assert_eq!(groups.rows.len(), 3);
}

/// A box of a QuickTime file.
fn quicktime(kind: &[u8; 4], parts: &[&[u8]]) -> Vec<u8> {
    let body = parts.concat();
    [&(body.len() as u32 + 8).to_be_bytes()[..], kind, &body].concat()
}

/// A video with nothing but Apple's content identifier (QuickTime File Format, metadata atoms).
fn live_video(identifier: &str) -> Vec<u8> {
    let key = quicktime(b"mdta", &[b"com.apple.quicktime.content.identifier"]);
    let keys = quicktime(b"keys", &[&[0; 4], &1_u32.to_be_bytes(), &key]);
    let data = quicktime(b"data", &[&1_u32.to_be_bytes(), &[0; 4], identifier.as_bytes()]);
    let handler = quicktime(b"hdlr", &[&[0; 8], b"mdta", &[0; 13]]);
    let meta = quicktime(b"meta", &[&handler, &keys, &quicktime(b"ilst", &[&quicktime(&1_u32.to_be_bytes(), &[&data])])]);
    [quicktime(b"ftyp", &[b"qt  ", &[0; 4], b"qt  "]), quicktime(b"moov", &[&meta]), quicktime(b"mdat", &[&[0; 64]])].concat()
}

/// Apple's maker note with the content identifier in tag 0x11.
fn live_photo(identifier: &str) -> Exif {
    let text = [identifier.as_bytes(), b"\0"].concat();
    let head = [&b"Apple iOS\0\0\x01MM"[..], &1_u16.to_be_bytes(), &0x11_u16.to_be_bytes(), &2_u16.to_be_bytes()].concat();
    let note = [head, (text.len() as u32).to_be_bytes().to_vec(), 32_u32.to_be_bytes().to_vec(), vec![0; 4], text].concat();
    Exif::camera("Apple", "iPhone 8").taken(TAKEN).fields(30).set(Directory::Exif, 0x927C, Value::Undefined(note))
}

#[test]
fn the_two_halves_of_a_live_photo_find_each_other_by_their_content_identifier() {
    let (one, two) = ("0E3C1A4B-93B1-4F43-8F8E-6A1B5D5E0001", "0E3C1A4B-93B1-4F43-8F8E-6A1B5D5E0002");
    let library = Library::with("IMG_1.JPG", photo().exif(live_photo(one)))
        .and("IMG_1.MOV", live_video(one))
        .and("IMG_2.JPG", photo_of(2).exif(live_photo(two)))
        .and("IMG_2.MOV", live_video("another"))
        .and("stills/IMG_9.JPG", photo_of(9).exif(live_photo("apart")))
        .and("videos/renamed.MOV", live_video("apart"));
    let house = House::default();
    house.survey(&library);
    assert_eq!(companions(&house), told(&[("IMG_1.MOV", "IMG_1.JPG"), ("videos/renamed.MOV", "stills/IMG_9.JPG")]));
}
