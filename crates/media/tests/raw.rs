//! Camera raws of the shared corpus: what is whole is called so, what was cut is not, and why is said.
// The lints let tests unwrap and print, but not the functions that tests share.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::{
    fs,
    path::{Path, PathBuf},
};

use lightproof_media::{
    facts::read_facts,
    picture::{Limits, look, look_by_position},
    sniff,
};
use lightproof_model::{
    media_type::{Class, MediaType},
    probe::Picture,
    problem::{Integrity, ProblemKind},
};

/// The raws of the corpus with their bytes.
fn raws() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/formats/raw");
    if !folder.is_dir() {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "shared corpus missing: {}", folder.display());
        println!("shared corpus missing: {}", folder.display());
        return Vec::new();
    }
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|p| (p.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(p).unwrap())).collect()
}

fn told(name: &str, bytes: &[u8]) -> MediaType {
    sniff::sniff(&bytes[..bytes.len().min(sniff::HEAD)], Some(name.as_bytes()))
}

fn seen(name: &str, bytes: &[u8]) -> Picture {
    let media_type = told(name, bytes);
    look(bytes, media_type, read_facts(&bytes, media_type).orientation, &Limits::default())
}

fn damage(picture: &Picture) -> String {
    let details = picture.problems.iter().filter(|p| p.kind == ProblemKind::DamagedImage).map(|p| p.detail.as_str());
    details.collect::<Vec<_>>().join("; ")
}

#[test]
fn complete_raws_are_intact_and_cut_downs_say_what_is_missing() {
    // What the makers' own structure tells, read by hand with `exiftool -v3`.
    let truth: [(&str, &str, bool); 17] = [
        ("CRW_0112.CRW", "", true),
        ("Canon-R6-pruned.CR3", "preview only: the sensor data is missing", true),
        ("CanonRaw.cr2", "no whole JPEG stream", false),
        ("CanonRaw.crw", "22 bytes are too few for sensor data", false),
        ("DNG.dng", "22 bytes are too few for sensor data", false),
        ("FujiFilm.raf", "22 bytes are too few for sensor data", false),
        ("IMG_1361.dng", "the sensor data is missing", false),
        ("Nikon.nef", "18 bytes are too few for sensor data", false),
        ("P003911.KDC", "", true),
        ("P003912.KDC", "", true),
        ("PhaseOne.iiq", "15 bytes are too few for sensor data", false),
        ("Sigma.x3f", "20 bytes are too few for sensor data", false),
        ("canon_eos_6d.dng", "", true),
        ("exiv2-canon-powershot-s40.crw", "preview only: the sensor data is missing", true),
        ("jølstravatnet.pef", "preview only: the sensor data is missing", true),
        ("sample.arw", "preview only: the sensor data is missing", true),
        ("sample.dng", "truncated: the sensor data is cut, 0 % of it is there", true),
    ];
    let raws = raws();
    assert!(raws.is_empty() || raws.len() == truth.len());
    for ((name, bytes), (of, why, shows)) in raws.iter().zip(truth) {
        assert_eq!(name, of);
        let picture = seen(name, bytes);
        assert_eq!(picture.integrity == Integrity::Intact, why.is_empty(), "{name}: {:?}", picture.problems);
        assert!(damage(&picture).contains(why), "{name}: {:?}", picture.problems);
        assert_eq!(picture.fingerprint.is_some(), shows, "{name}: {:?}", picture.problems);
        assert!(picture.dimensions.is_some() || name == "CanonRaw.cr2" || name == "IMG_1361.dng", "{name}");
    }
}

#[test]
fn an_intact_raw_that_is_cut_anywhere_is_no_longer_intact() {
    for (name, bytes) in raws() {
        if seen(&name, &bytes).integrity != Integrity::Intact {
            continue;
        }
        for percent in [1, 10, 50, 75, 90, 99] {
            let picture = seen(&name, &bytes[..bytes.len() * percent / 100]);
            assert_ne!(picture.integrity, Integrity::Intact, "{name} cut at {percent} %");
            assert!(!damage(&picture).is_empty(), "{name} cut at {percent} %: {:?}", picture.problems);
        }
    }
}

#[test]
fn a_raw_read_by_position_shows_the_same_picture() {
    for (name, bytes) in raws() {
        let media_type = told(&name, &bytes);
        let orientation = read_facts(&bytes.as_slice(), media_type).orientation;
        let whole = look(&bytes, media_type, orientation, &Limits::default());
        let by_position = look_by_position(&bytes.as_slice(), media_type, orientation).unwrap();
        assert_eq!(Picture { image_digest: None, ..whole }, by_position, "{name}");
    }
    assert!(look_by_position(&b"".as_slice(), MediaType::Jpeg, None).is_none());
}

#[test]
fn a_thumbnail_with_bars_shows_what_the_preview_shows() {
    for (name, bytes) in raws().into_iter().filter(|(name, _)| name == "Canon-R6-pruned.CR3") {
        let preview = seen(&name, &bytes);
        // What is left is the thumbnail of 160×120, of a sensor of 3:2.
        let thumbnail = seen(&name, &bytes[..100_000]);
        let [preview, thumbnail] = [preview, thumbnail].map(|p| p.fingerprint.unwrap());
        let apart = (preview.hash ^ thumbnail.hash).count_ones();
        println!("{apart} bits");
        assert!(apart <= 4, "{apart} bits");
    }
}

#[test]
fn raws_share_no_digest_and_a_changed_byte_of_image_data_makes_another() {
    let mut digests = Vec::new();
    for (name, bytes) in raws() {
        let picture = seen(&name, &bytes);
        digests.extend(picture.image_digest);
        if picture.integrity == Integrity::Intact {
            let mut other = bytes.clone();
            let middle = bytes.len() / 2;
            other[middle] ^= 1;
            assert_ne!(seen(&name, &other).image_digest, picture.image_digest, "{name}");
        }
    }
    let all = digests.len();
    digests.sort_by_key(|d| d.0);
    digests.dedup();
    assert_eq!(digests.len(), all);
}

#[test]
fn any_bytes_are_looked_at_as_any_raw() {
    let raws = raws();
    let mut state = 88_172_645_463_325_252u64;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as usize
    };
    for (name, bytes) in &raws {
        let bytes = &bytes[..bytes.len().min(200_000)];
        for media_type in MediaType::ALL.into_iter().filter(|t| t.class() == Class::Raw) {
            for _ in 0..6 {
                let mut mutant = bytes.to_vec();
                for _ in 0..random() % 12 {
                    let at = random() % mutant.len().min([64, 2048, usize::MAX][random() % 3]);
                    mutant[at] = [0, 1, 0x7F, 0x80, 0xFF, random() as u8][random() % 6];
                }
                mutant.truncate(random() % mutant.len() + 1);
                let picture = look(&mutant, media_type, Some(6), &Limits::default());
                let reasons = picture.problems.iter().filter(|p| p.kind == ProblemKind::NotFingerprinted).count();
                assert_eq!(reasons, usize::from(picture.fingerprint.is_none()), "{name} as {media_type:?}");
            }
        }
    }
}
