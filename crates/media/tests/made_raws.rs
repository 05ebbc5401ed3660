//! Raws made around a drawn photograph, of every type: each shows the picture that lies where its maker puts it.
//!
//! That the made files are what they claim to be is checked against ExifTool, where it is installed.
// The lints let tests unwrap and print, but not the functions that tests share.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods)]

use std::process::Command;

use lightproof_darkroom::{
    canvas::{Canvas, Colour},
    photo::Photo,
};
use lightproof_media::{
    facts::read_facts,
    picture::{Limits, look},
    sniff,
};
use lightproof_model::{
    fingerprint::Fingerprint,
    media_type::MediaType,
    probe::{Dimensions, Picture},
    problem::{Integrity, ProblemKind},
};
use lightproof_testkit::spliced_raw::{SplicedRaw, TAKEN, TYPES};

fn photo(seed: u64) -> Photo {
    Photo::drawn(seed).size(480, 320)
}

fn seen(bytes: &[u8], extension: &str) -> Picture {
    let name = format!("a.{extension}");
    let media_type = sniff::sniff(&bytes[..bytes.len().min(sniff::HEAD)], Some(name.as_bytes()));
    look(bytes, media_type, read_facts(&bytes, media_type).orientation, &Limits::default())
}

/// Bits in which two fingerprints differ.
fn apart(one: &Fingerprint, other: &Fingerprint) -> u32 {
    (one.hash ^ other.hash).count_ones()
}

fn damage(picture: &Picture) -> String {
    let details = picture.problems.iter().filter(|p| p.kind == ProblemKind::DamagedImage).map(|p| p.detail.as_str());
    details.collect::<Vec<_>>().join("; ")
}

#[test]
fn every_raw_shows_what_its_jpeg_shows_and_is_intact() {
    let jpeg = photo(3).jpeg(90);
    for orientation in [1, 6] {
        let shown = look(&jpeg, MediaType::Jpeg, Some(orientation), &Limits::default()).fingerprint.unwrap();
        for (media_type, extension) in TYPES {
            let raw = SplicedRaw::of(media_type, &jpeg).orientation(orientation).bytes();
            let name = format!("a.{extension}");
            assert_eq!(sniff::sniff(&raw[..sniff::HEAD], Some(name.as_bytes())), media_type);
            let picture = seen(&raw, extension);
            assert_eq!(picture.integrity, Integrity::Intact, "{extension}: {:?}", picture.problems);
            assert_eq!(picture.problems, [], "{extension}");
            assert!(apart(picture.fingerprint.as_ref().unwrap(), &shown) <= 2, "{extension} {orientation}");
            assert!(picture.image_digest.is_some(), "{extension}");
        }
    }
}

#[test]
fn facts_are_still_read() {
    let jpeg = photo(3).jpeg(90);
    for (media_type, extension) in TYPES {
        let raw = SplicedRaw::of(media_type, &jpeg).orientation(8);
        let (make, model) = raw.camera();
        let bytes = raw.bytes();
        let facts = read_facts(&bytes.as_slice(), media_type);
        assert_eq!(facts.problems, [], "{extension}");
        let size = Dimensions { width: 480, height: 320 };
        assert_eq!(facts.dimensions.or(seen(&bytes, extension).dimensions), Some(size), "{extension}");
        // The maker's records of a CRW are no EXIF.
        if media_type != MediaType::Crw {
            assert_eq!((facts.make.as_deref(), facts.model.as_deref()), (Some(make), Some(model)));
            assert_eq!(facts.orientation, Some(8), "{extension}");
            let taken = facts.date_time_original.at().unwrap().strftime("%Y:%m:%d %H:%M:%S").to_string();
            assert_eq!(taken, TAKEN, "{extension}");
        }
    }
}

#[test]
fn of_two_previews_the_larger_is_shown() {
    let (large, small) = (photo(3).jpeg(90), photo(4).resized(160, 120).jpeg(85));
    let shown = look(&large, MediaType::Jpeg, None, &Limits::default()).fingerprint.unwrap();
    for (media_type, extension) in TYPES {
        let picture = seen(&SplicedRaw::of(media_type, &large).small(&small).bytes(), extension);
        assert!(apart(picture.fingerprint.as_ref().unwrap(), &shown) <= 2, "{extension}");
        assert_eq!(picture.problems, [], "{extension}");
    }
}

#[test]
fn where_the_larger_preview_is_damaged_the_smaller_is_shown_and_the_damage_told() {
    let (large, small) = (photo(3).jpeg(90), photo(4).resized(160, 120).jpeg(85));
    let shown = look(&small, MediaType::Jpeg, None, &Limits::default()).fingerprint.unwrap();
    let mut torn = large.clone();
    let from = torn.len() / 2;
    torn[from..].fill(0);
    for (media_type, extension) in TYPES {
        // These keep no second preview that stands beside the first.
        if matches!(media_type, MediaType::Raf | MediaType::Rw2) {
            continue;
        }
        let picture = seen(&SplicedRaw::of(media_type, &torn).small(&small).bytes(), extension);
        assert_eq!(picture.integrity, Integrity::Damaged, "{extension}");
        assert!(damage(&picture).contains("the preview of 480×320"), "{extension}: {:?}", picture.problems);
        assert!(apart(picture.fingerprint.as_ref().unwrap(), &shown) <= 2, "{extension}");
    }
}

#[test]
fn a_raw_that_is_cut_is_not_intact() {
    let (large, small) = (photo(3).jpeg(90), photo(3).resized(160, 120).jpeg(85));
    for (media_type, extension) in TYPES {
        let raw = SplicedRaw::of(media_type, &large).small(&small).bytes();
        for percent in [5, 25, 50, 75, 90, 99] {
            let picture = seen(&raw[..raw.len() * percent / 100], extension);
            assert_ne!(picture.integrity, Integrity::Intact, "{extension} cut at {percent} %");
            assert!(!damage(&picture).is_empty(), "{extension} cut at {percent} %: {:?}", picture.problems);
        }
    }
}

#[test]
fn the_digest_forgets_what_exif_says_and_nothing_else() {
    let (jpeg, other) = (photo(3).jpeg(90), photo(4).jpeg(90));
    for (media_type, extension) in TYPES {
        let raw = SplicedRaw::of(media_type, &jpeg);
        let digest = |raw: &SplicedRaw| seen(&raw.bytes(), extension).image_digest.unwrap();
        assert_eq!(digest(&raw), digest(&raw.clone().orientation(6)), "{extension}");
        assert_ne!(digest(&raw), digest(&SplicedRaw::of(media_type, &other)), "{extension}: another preview");
        let mut bytes = raw.bytes();
        let middle = bytes.len() - 2000;
        bytes[middle] ^= 2;
        assert_ne!(seen(&bytes, extension).image_digest.unwrap(), digest(&raw), "{extension}: other sensor data");
    }
}

#[test]
fn bars_of_a_thumbnail_are_no_part_of_the_picture() {
    // A sensor of 3:2 and a thumbnail of 4:3, as many cameras have them, of a scene as dark as the bars.
    let scene = photo(3).canvas();
    let dark = |canvas: &Canvas| -> Vec<Colour> {
        canvas.rgb().as_chunks::<3>().0.iter().map(|p| p.map(|c| f32::from(c) / 8.0)).collect()
    };
    let painted = |width: u32, height: u32, bar: usize, inside: &[Colour]| {
        let mut canvas = Canvas::black(width, height);
        let across = width as usize;
        canvas.fill(|x, y| y.checked_sub(bar).and_then(|y| inside.get(y * across + x)).copied().unwrap_or([0.0; 3]));
        lightproof_darkroom::jpeg::encoded(&canvas, 95)
    };
    let jpeg = painted(480, 320, 0, &dark(&scene));
    let whole = look(&jpeg, MediaType::Jpeg, None, &Limits::default()).fingerprint.unwrap();
    let thumbnail = painted(160, 120, 7, &dark(&scene.resized(160, 106)));
    for (media_type, extension) in TYPES {
        // Tells no size of its sensor.
        if media_type == MediaType::Cr2 {
            continue;
        }
        let picture = seen(&SplicedRaw::of(media_type, &thumbnail).sensor(480, 320).bytes(), extension);
        let apart = apart(picture.fingerprint.as_ref().unwrap(), &whole);
        assert!(apart <= 4, "{extension}: {apart} bits");
    }
}

#[test]
fn an_early_sigma_shows_its_plain_pixels() {
    let canvas = photo(6).resized(180, 120).canvas();
    let (width, height) = (canvas.width(), canvas.height());
    let longs = |numbers: &[u32]| numbers.iter().flat_map(|n| n.to_le_bytes()).collect::<Vec<u8>>();
    let section = |kind: u32, format: u32, size: [u32; 3], data: &[u8]| {
        [&b"SECi"[..], &longs(&[0x0002_0000, kind, format]), &longs(&size), data].concat()
    };
    // Rows are filled up to whole words.
    let row = (width * 3).next_multiple_of(32);
    let rows: Vec<u8> = canvas
        .rgb()
        .chunks_exact(width as usize * 3)
        .flat_map(|line| [line, &vec![0xEE; (row - width * 3) as usize]].concat())
        .collect();
    let mut bytes = [&b"FOVb"[..], &longs(&[0x0002_0001]), &[7; 16], &longs(&[0, 1440, 960, 0])].concat();
    bytes.resize(300, 0);
    let mut directory = [&b"SECd"[..], &longs(&[0x0002_0000, 2])].concat();
    for section in [section(2, 3, [width, height, row], &rows), section(3, 6, [1440, 960, 0], &vec![0x5A; 400_000])] {
        directory.extend([longs(&[bytes.len() as u32, section.len() as u32]), b"IMAG".to_vec()].concat());
        bytes.extend(section);
    }
    let at = bytes.len() as u32;
    let bytes = [bytes, directory, longs(&[at])].concat();
    let picture = seen(&bytes, "x3f");
    assert_eq!((picture.integrity, picture.problems.as_slice()), (Integrity::Intact, &[][..]));
    let png = look(&photo(6).resized(180, 120).png(), MediaType::Png, None, &Limits::default());
    assert!(apart(picture.fingerprint.as_ref().unwrap(), png.fingerprint.as_ref().unwrap()) <= 1);
    assert_ne!(seen(&bytes[..bytes.len() / 2], "x3f").integrity, Integrity::Intact);
}

#[test]
fn exiftool_finds_the_same_type_and_the_same_preview() {
    if Command::new("exiftool").arg("-ver").output().is_err() {
        println!("exiftool is missing: not compared");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (large, small) = (photo(3).jpeg(90), photo(4).resized(160, 120).jpeg(85));
    let exiftool =
        |path: &std::path::Path, arguments: &[&str]| Command::new("exiftool").args(arguments).arg(path).output().unwrap().stdout;
    for (media_type, extension) in TYPES {
        let path = folder.path().join(format!("made.{extension}"));
        std::fs::write(&path, SplicedRaw::of(media_type, &large).small(&small).bytes()).unwrap();
        let told = String::from_utf8(exiftool(&path, &["-s3", "-FileType", "-DateTimeOriginal"])).unwrap();
        assert_eq!(told, format!("{}\n{TAKEN}\n", extension.to_uppercase()));
        let extracted = exiftool(&path, &["-b", "-PreviewImage", "-JpgFromRaw", "-ThumbnailImage"]);
        // EXIF may stand in it; behind its first segment the preview is as it was.
        let found = extracted.windows(large.len() - 400).any(|w| w == &large[400..]);
        assert!(found, "{extension}: the large preview");
    }
}

#[test]
fn what_another_program_writes_into_the_metadata_changes_neither_digest_nor_integrity() {
    use MediaType::{Arw, Cr2, Crw, Iiq, Nef, Orf, Pef, Raf, Srw, X3f};
    if Command::new("exiftool").arg("-ver").output().is_err() {
        println!("exiftool is missing: not compared");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (large, small) = (photo(3).jpeg(90), photo(3).resized(160, 120).jpeg(85));
    // It writes no KDC, and finds these CR3, RW2 and DNG too bare.
    let writable = |t: MediaType| matches!(t, Arw | Cr2 | Crw | Iiq | Nef | Orf | Pef | Raf | Srw | X3f);
    for (media_type, extension) in TYPES.into_iter().filter(|(t, _)| writable(*t)) {
        let path = folder.path().join(format!("made.{extension}"));
        let bytes = SplicedRaw::of(media_type, &large).small(&small).bytes();
        std::fs::write(&path, &bytes).unwrap();
        let written = Command::new("exiftool")
            .args(["-q", "-overwrite_original", "-Artist=Somebody", "-XMP:Title=A title", "-Orientation#=8"])
            .arg(&path)
            .status();
        assert!(written.unwrap().success(), "{extension}");
        let rewritten = std::fs::read(&path).unwrap();
        assert_ne!(rewritten, bytes);
        let (before, after) = (seen(&bytes, extension), seen(&rewritten, extension));
        assert_eq!(after.image_digest, before.image_digest, "{extension}");
        assert_eq!((after.integrity, after.problems), (Integrity::Intact, vec![]), "{extension}");
    }
}
