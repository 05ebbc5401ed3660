//! What is cut short is not intact: each intact file of the corpus' formats, cut at a half and at nine tenths; and with
//! 4 KB zeroed where the container holds checksums. No file of a camera is called damaged without a reason that is known.
//!
//! The verdicts are those of `picture::look` and `video::look`, whatever the format: a type that joins is judged without a change here.
// The lints let tests unwrap and print, but not the functions that tests share.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use lightproof_media::{
    picture::{Limits, look},
    sniff::{HEAD, sniff},
    video,
};
use lightproof_model::{
    media_type::{Class, MediaType},
    probe::Picture,
    problem::Integrity,
};
use lightproof_testkit::corpus::shared_corpus as corpus;

/// Types whose integrity this build does not look at.
const UNCHECKED: [MediaType; 1] = [MediaType::Other];

/// Raws of which the publisher kept the metadata and little of the picture.
const CUT_DOWN: &str = "cut down: no sensor data to speak of";

/// Files of the corpus that are damaged as they were published; mutants of a fuzzer, most of them. JPEGs are judged by djpeg.
const DAMAGED: [(&str, &str); 29] = [
    ("cameras/_nomake/libtiff_segfault.tif", "made to break libtiff: strips that are not declared"),
    ("cameras/_nomake/m1-5512ff2fc91566c07c8c8d3fd352a731.tif", "a mutant: directories beyond its end"),
    ("cameras/_nomake/value-beyond-eof.tif", "made to point beyond its end"),
    ("cameras/fujifilm/m1-f4830e8d4fa458f78a09fcaaf260569c.tif", "a mutant: its JPEG strips are broken"),
    ("cameras/fujifilm/m2-f4830e8d4fa458f78a09fcaaf260569c.tif", "a mutant: its JPEG strips are broken"),
    ("cameras/techsoft/m1-f228b1103fd7b629c08c1bbba94708e0.tif", "a mutant: no places of strips"),
    ("formats/gif/ce774930ac70449f38a18789c70095b8.gif", "its chain of blocks breaks off"),
    ("formats/png/c-m1-d87a07bdc461bf81e43447ca0620d71d.png", "a mutant: rows with filters that do not exist"),
    ("formats/tiff/m1-f4830e8d4fa458f78a09fcaaf260569c.tif", "a mutant: its JPEG strips are broken"),
    ("formats/heif/NegativeArraySizeException.HeifReader.processBoxes.heif", "made to break a reader: no primary image"),
    ("formats/heif/NegativeArraySizeException.ItemInfoBox.init.heif", "made to break a reader: a box beyond its end"),
    ("formats/jp2/zero_height.j2k", "made to have no height"),
    ("formats/jxl/JXL2.jxl", "cut down: its metadata without most of the codestream"),
    ("formats/raw/Canon-R6-pruned.CR3", CUT_DOWN),
    ("formats/raw/CanonRaw.cr2", CUT_DOWN),
    ("formats/raw/CanonRaw.crw", CUT_DOWN),
    ("formats/raw/DNG.dng", CUT_DOWN),
    ("formats/raw/FujiFilm.raf", CUT_DOWN),
    ("formats/raw/IMG_1361.dng", CUT_DOWN),
    ("formats/raw/Nikon.nef", CUT_DOWN),
    ("formats/raw/PhaseOne.iiq", CUT_DOWN),
    ("formats/raw/Sigma.x3f", CUT_DOWN),
    ("formats/raw/exiv2-canon-powershot-s40.crw", CUT_DOWN),
    ("formats/raw/jølstravatnet.pef", CUT_DOWN),
    ("formats/raw/sample.arw", CUT_DOWN),
    ("formats/raw/sample.dng", CUT_DOWN),
    ("formats/video/Pentax.avi", "cut down: headers alone"),
    ("formats/video/QuickTime.mov", "cut down: tables without places"),
    ("formats/video/sony-a7-xavc.MP4", "cut down: no media data"),
];

/// The files below a folder of the corpus, by their path in it, truth files left out.
fn files(corpus: &Path, part: &str) -> BTreeMap<String, Vec<u8>> {
    let (mut found, mut folders) = (BTreeMap::new(), vec![corpus.join(part)]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_none_or(|e| e != "csv") {
                found.insert(path.strip_prefix(corpus).unwrap().to_string_lossy().into_owned(), fs::read(&path).unwrap());
            }
        }
    }
    found
}

fn type_of(name: &str, bytes: &[u8]) -> MediaType {
    sniff(&bytes[..bytes.len().min(HEAD)], Some(name.rsplit('/').next().unwrap().as_bytes()))
}

fn seen(bytes: &[u8], media_type: MediaType) -> Picture {
    if media_type.class() == Class::Video {
        return video::look(&bytes, media_type, Some(bytes), None).picture;
    }
    look(bytes, media_type, None, &Limits::default())
}

fn told(picture: &Picture) -> String {
    picture.problems.iter().map(ToString::to_string).collect::<Vec<_>>().join(" | ")
}

fn known_damaged(name: &str) -> bool {
    DAMAGED.iter().any(|(path, _)| *path == name)
}

/// Whether djpeg decodes a JPEG without an error or a warning; nothing when it is not installed.
fn djpeg_is_content(path: &Path) -> Option<bool> {
    let out = Command::new("djpeg").args(["-fast", "-outfile", "/dev/null"]).arg(path).output().ok()?;
    Some(out.status.success() && out.stderr.is_empty())
}

#[test]
fn what_is_cut_at_a_half_or_at_nine_tenths_is_not_intact() {
    let Some(corpus) = corpus() else { return };
    let (mut counts, mut failed): (BTreeMap<(String, &str), u32>, Vec<String>) = Default::default();
    for (name, bytes) in files(&corpus, "formats") {
        let media_type = type_of(&name, &bytes);
        let whole = seen(&bytes, media_type);
        *counts.entry((format!("{media_type:?}"), whole.integrity.word())).or_default() += 1;
        match whole.integrity {
            Integrity::Intact => {}
            Integrity::NotChecked => {
                if !UNCHECKED.contains(&media_type) {
                    failed.push(format!("{name} is not checked: {}", told(&whole)));
                }
                continue;
            }
            Integrity::Damaged | Integrity::Unreadable => {
                if !UNCHECKED.contains(&media_type) && !known_damaged(&name) {
                    failed.push(format!("{name} is damaged: {}", told(&whole)));
                }
                continue;
            }
        }
        for percent in [50, 90] {
            let cut = seen(&bytes[..bytes.len() * percent / 100], media_type);
            let noticed = matches!(cut.integrity, Integrity::Damaged | Integrity::Unreadable);
            if !(noticed && !cut.problems.is_empty() || UNCHECKED.contains(&media_type)) {
                failed.push(format!("{name} cut at {percent} % is {}: {}", cut.integrity.word(), told(&cut)));
            }
        }
    }
    println!("{counts:?}");
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn a_cut_behind_the_end_marker_of_the_first_picture_shows() {
    let Some(corpus) = corpus() else { return };
    for name in [
        "cameras/nintendo/frozenpond.mpo",
        "cameras/samsung/ignore_frame_size.mpo",
        "cameras/apple/apple_gainmap_new.jpg",
        "cameras/apple/apple_gainmap_old.jpg",
        "cameras/apple/image-isom-avc1.jpg",
        "formats/live-motion/PXL_20200710_061629144.MP.jpg",
        "near-dup/upstream/apple-photos/EA3D27D0_d1024.jpeg",
    ] {
        let bytes = fs::read(corpus.join(name)).unwrap();
        let whole = seen(&bytes, MediaType::Jpeg);
        assert_eq!((whole.integrity, told(&whole).contains("trailing")), (Integrity::Intact, false), "{name}: {}", told(&whole));
        for permille in [900, 950, 980, 990, 999] {
            let cut = seen(&bytes[..bytes.len() * permille / 1000], MediaType::Jpeg);
            assert_eq!(cut.integrity, Integrity::Damaged, "{name} cut at {permille} ‰: {}", told(&cut));
        }
    }
}

/// Numbers that only look random, the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n.max(1)
    }
}

#[test]
fn four_zeroed_kilobytes_are_found_wherever_they_lie_in_a_png() {
    let Some(corpus) = corpus() else { return };
    let (mut dice, mut holes) = (Dice(3), 0);
    for (name, bytes) in files(&corpus, "formats/png") {
        if seen(&bytes, MediaType::Png).integrity != Integrity::Intact {
            continue;
        }
        for _ in 0..12 {
            let mut damaged = bytes.clone();
            let at = 8 + dice.below(bytes.len().saturating_sub(4096 + 8));
            let end = (at + 4096).min(bytes.len());
            damaged[at..end].fill(0);
            let picture = seen(&damaged, MediaType::Png);
            if damaged == bytes {
                continue;
            }
            assert_ne!(picture.integrity, Integrity::Intact, "{name}, zeros from {at}");
            holes += 1;
        }
    }
    assert!(holes >= 100, "only {holes} holes were made");
}

#[test]
fn what_is_listed_as_damaged_is_damaged() {
    let Some(corpus) = corpus() else { return };
    for (name, why) in DAMAGED {
        let bytes = fs::read(corpus.join(name)).unwrap();
        let picture = seen(&bytes, type_of(name, &bytes));
        assert!(matches!(picture.integrity, Integrity::Damaged | Integrity::Unreadable), "{name} ({why}): {}", told(&picture));
    }
}

#[test]
fn no_camera_file_is_called_damaged_that_others_read_without_a_word() {
    let Some(corpus) = corpus() else { return };
    for (name, bytes) in ["cameras", "near-dup"].iter().flat_map(|part| files(&corpus, part)) {
        let media_type = type_of(&name, &bytes);
        let picture = seen(&bytes, media_type);
        if !matches!(picture.integrity, Integrity::Damaged | Integrity::Unreadable) || known_damaged(&name) {
            continue;
        }
        assert_eq!(media_type, MediaType::Jpeg, "{name}: {}", told(&picture));
        match djpeg_is_content(&corpus.join(&name)) {
            Some(content) => assert!(!content, "{name}: {}", told(&picture)),
            None => println!("djpeg is missing: {name} is not compared"),
        }
    }
}
