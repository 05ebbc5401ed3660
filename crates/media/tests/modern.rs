//! HEIF, AVIF, JPEG XL and JPEG 2000: shown as others show them, like the JPEG they were made of, and whole or not.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use lightproof_media::{
    isobmff::Heif,
    picture::{Limits, look},
    sniff::{HEAD, sniff},
};
use lightproof_model::{
    fingerprint::{ALIKE, Fingerprint, RADIUS, Turn, fine_distance, hash_distance, turned_gray},
    media_type::MediaType,
    probe::Picture,
    problem::Integrity,
};
use lightproof_testkit::corpus::shared_corpus as corpus;

fn type_of(bytes: &[u8]) -> MediaType {
    sniff(&bytes[..bytes.len().min(HEAD)], None)
}

fn seen(bytes: &[u8], orientation: Option<u16>) -> Picture {
    look(bytes, type_of(bytes), orientation, &Limits::default())
}

fn is_modern(bytes: &[u8]) -> bool {
    matches!(type_of(bytes), MediaType::Heic | MediaType::Avif | MediaType::Jxl | MediaType::Jp2)
}

/// The files of these folders that are of the formats at hand.
fn modern(corpus: &Path, folders: &[&str]) -> Vec<(PathBuf, Vec<u8>)> {
    let mut folders: Vec<PathBuf> = folders.iter().map(|f| corpus.join(f)).collect();
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let bytes = fs::read(&path).unwrap();
                found.extend(is_modern(&bytes).then_some((path, bytes)));
            }
        }
    }
    found.sort();
    found
}

/// Runs a program; whether it did what it was told. A missing one is told, and is a failure on CI.
fn ran(program: &str, arguments: &[&str]) -> bool {
    match Command::new(program).args(arguments).output() {
        Ok(output) => output.status.success(),
        Err(_) => {
            assert!(std::env::var("CI").as_deref() != Ok("true"), "{program} is missing: scripts/install-deps");
            println!("{program} is missing: not compared");
            false
        }
    }
}

fn apart(a: &Fingerprint, b: &Fingerprint) -> (u32, u16) {
    (hash_distance(a.hash, b.hash), fine_distance(&a.gray, &b.gray).0)
}

#[test]
fn a_conversion_looks_like_the_jpeg_that_it_was_made_of() {
    let Some(corpus) = corpus() else { return };
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    // One of even and one of odd size, and one that EXIF turns by a quarter.
    for (name, orientation) in [
        ("near-dup/made/Canon_PowerShot_S230/Canon_PowerShot_S230.jpg", 1),
        ("near-dup/made/Issue_587_(dotnet)/Issue_587_(dotnet).jpg", 1),
        ("near-dup/upstream/orientation/landscape_6.jpg", 6),
    ] {
        let jpeg = corpus.join(name);
        let jpeg = jpeg.to_str().unwrap();
        let original = seen(&fs::read(jpeg).unwrap(), Some(orientation)).fingerprint.unwrap();
        let (plain, to) = (at("plain.ppm"), |extension: &str| at(&format!("copy.{extension}")));
        let pixels = ran("djpeg", &["-outfile", &plain, jpeg]);
        let conversions = [
            ("cjxl, the JPEG's own coefficients", ran("cjxl", &[jpeg, &to("j.jxl")]), to("j.jxl"), None),
            ("cjxl", ran("cjxl", &["-j", "0", "-d", "1.5", "-e", "4", jpeg, &to("jxl")]), to("jxl"), None),
            ("cjxl, lossless", pixels && ran("cjxl", &["-d", "0", "-e", "2", &plain, &to("l.jxl")]), to("l.jxl"), Some(())),
            ("avifenc", ran("avifenc", &["-s", "9", "--min", "20", "--max", "30", jpeg, &to("avif")]), to("avif"), None),
            // These two leave the turn to EXIF, of which a HEIF takes no notice, or which is not carried over.
            ("heif-enc", pixels && ran("heif-enc", &["-q", "60", jpeg, "-o", &to("heic")]), to("heic"), Some(())),
            ("opj_compress", pixels && ran("opj_compress", &["-i", &plain, "-r", "20", "-o", &to("jp2")]), to("jp2"), Some(())),
            ("cwebp", ran("cwebp", &["-quiet", "-q", "75", jpeg, "-o", &to("webp")]), to("webp"), Some(())),
        ];
        for (tool, made, path, unturned) in conversions {
            if !made {
                continue;
            }
            let picture = seen(&fs::read(path).unwrap(), (type_of_jp2_or_webp(tool)).then_some(orientation));
            assert_eq!(picture.integrity, Integrity::Intact, "{tool} of {name}: {:?}", picture.problems);
            let print = picture.fingerprint.unwrap_or_else(|| panic!("{tool} of {name}: {:?}", picture.problems));
            let as_stored = seen(&fs::read(jpeg).unwrap(), None).fingerprint.unwrap();
            let applied = unturned.is_none() || type_of_jp2_or_webp(tool);
            let (hash, fine) = apart(if applied { &original } else { &as_stored }, &print);
            println!("{name}, {tool}: {hash} bits, finer {fine}");
            assert!(hash <= RADIUS && fine <= ALIKE.0, "{tool} of {name}: {hash} bits, finer {fine}");
        }
    }
}

/// Formats whose turn EXIF tells.
fn type_of_jp2_or_webp(tool: &str) -> bool {
    matches!(tool, "opj_compress" | "cwebp")
}

#[test]
fn a_heif_shows_as_libheif_shows_it() {
    let Some(corpus) = corpus() else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut compared = 0;
    for (number, (path, bytes)) in modern(&corpus, &["cameras", "formats", "near-dup"]).into_iter().enumerate() {
        let shown = folder.path().join(format!("{number}.png"));
        let picture = seen(&bytes, None);
        let (Some(print), true) = (picture.fingerprint, type_of(&bytes) == MediaType::Heic) else { continue };
        if !ran("heif-convert", &[path.to_str().unwrap(), shown.to_str().unwrap()]) || !shown.exists() {
            continue;
        }
        let Some(reference) = seen(&fs::read(&shown).unwrap(), None).fingerprint else { continue };
        let turn = Turn::ALL.into_iter().min_by_key(|&t| fine_distance(&turned_gray(&print.gray, t), &reference.gray)).unwrap();
        let (hash, fine) = apart(&print, &reference);
        println!("{}: {hash} bits, finer {fine}", path.display());
        assert_eq!(turn, Turn::Upright, "{}", path.display());
        // A bright margin is a border in the thumbnail and none in the whole picture.
        let bordered = path.ends_with("live-motion/IMG_3589.HEIC");
        assert!(bordered || hash <= RADIUS && fine <= ALIKE.0, "{}: {hash} bits, finer {fine}", path.display());
        compared += 1;
    }
    println!("{compared} compared");
}

#[test]
fn a_rotation_in_the_container_turns_thumbnail_and_picture() {
    let Some(corpus) = corpus() else { return };
    let mut bytes = fs::read(corpus.join("formats/live-motion/IMG_3589.HEIC")).unwrap();
    let at = bytes.windows(4).position(|w| w == b"irot").unwrap() + 4;
    let upright = seen(&bytes, None).fingerprint.unwrap();
    for (quarters, turn) in [(1, Turn::Left), (2, Turn::Half), (3, Turn::Right)] {
        bytes[at] = quarters;
        let turned = seen(&bytes, None).fingerprint.unwrap();
        assert!(fine_distance(&turned_gray(&upright.gray, turn), &turned.gray).0 < 200, "{turn:?}");
    }
}

#[test]
fn what_is_cut_is_no_longer_intact() {
    let Some(corpus) = corpus() else { return };
    for (path, bytes) in modern(&corpus, &["formats"]) {
        if seen(&bytes, None).integrity != Integrity::Intact {
            println!("{}: not intact as it is", path.display());
            continue;
        }
        for share in [50, 90] {
            let picture = seen(&bytes[..bytes.len() * share / 100], None);
            assert_ne!(picture.integrity, Integrity::Intact, "{} cut at {share} %", path.display());
        }
    }
}

#[test]
fn a_hole_in_coded_data_is_found() {
    let Some(corpus) = corpus() else { return };
    for (path, mut bytes) in modern(&corpus, &["formats/heif", "formats/avif", "formats/live-motion"]) {
        let heif = Heif::read(&bytes.as_slice()).unwrap();
        let coded = heif.items.values().filter(|item| matches!(&item.kind, b"hvc1" | b"av01")).flat_map(|item| &item.extents);
        let Some(longest) = coded.max_by_key(|e| e.end - e.start).filter(|e| e.end - e.start > 6000) else { continue };
        if seen(&bytes, None).integrity != Integrity::Intact {
            continue;
        }
        let middle = ((longest.start + longest.end) / 2) as usize - 2048;
        bytes[middle..middle + 4096].fill(0);
        assert_ne!(seen(&bytes, None).integrity, Integrity::Intact, "{}", path.display());
    }
}

#[test]
fn what_follows_the_last_box_is_no_damage() {
    let Some(corpus) = corpus() else { return };
    let video = [&[0, 0, 0, 12][..], b"mpvd", b"film"].concat();
    for name in ["formats/heif/heic-single.heic", "formats/avif/exif.avif", "formats/jxl/cropped_traffic_light.jxl"] {
        let whole = fs::read(corpus.join(name)).unwrap();
        for tail in [&[0; 999][..], &video, b"\xffSEFH some maker's notes SEFT"] {
            let picture = seen(&[&whole, tail].concat(), None);
            assert_eq!(picture.integrity, Integrity::Intact, "{name}: {:?}", picture.problems);
        }
    }
}

#[test]
fn broken_files_are_reported() {
    let Some(corpus) = corpus() else { return };
    for (path, bytes) in modern(&corpus, &["broken"]) {
        let picture = seen(&bytes, None);
        println!("{}: {:?} {:?}", path.display(), picture.integrity, picture.problems);
        // Uncompressed pictures and pictures of one tone are whole: these files broke parsers, not pictures.
        let reported = picture.integrity != Integrity::Intact || !picture.problems.is_empty();
        let whole = ["poc_b_506387278.avif", "phone.jpg"].iter().any(|name| path.ends_with(name));
        assert!(reported || whole, "{}", path.display());
    }
}
