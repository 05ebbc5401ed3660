use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use super::*;

/// The corpus of real photographs beside the workspace; says so when it is missing.
pub(super) fn corpus() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    if path.is_dir() {
        return Some(path);
    }
    assert!(std::env::var("CI").as_deref() != Ok("true"), "shared corpus missing: {}", path.display());
    println!("shared corpus missing: {}", path.display());
    None
}

/// All files below a folder, in a stable order.
pub(super) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    files
}

/// The media type of a file of the corpus, by its first bytes.
fn told(bytes: &[u8]) -> MediaType {
    match bytes {
        [0xff, 0xd8, ..] => MediaType::Jpeg,
        b if b.starts_with(b"\x89PNG") => MediaType::Png,
        b if b.starts_with(b"GIF8") => MediaType::Gif,
        b if b.starts_with(b"BM") => MediaType::Bmp,
        b if b.starts_with(b"II*\0") || b.starts_with(b"MM\0*") => MediaType::Tiff,
        b if b.get(8..12) == Some(b"WEBP") => MediaType::WebP,
        b if b.get(8..12) == Some(b"avif") => MediaType::Avif,
        b if b.get(4..8) == Some(b"ftyp") => MediaType::Heic,
        b if b.get(4..8) == Some(b"jP  ") || b.starts_with(&[0xff, 0x4f, 0xff, 0x51]) => MediaType::Jp2,
        b if b.starts_with(&[0xff, 0x0a]) || b.get(4..8) == Some(b"JXL ") => MediaType::Jxl,
        _ => MediaType::Other,
    }
}

fn seen(bytes: &[u8]) -> Picture {
    look(bytes, told(bytes), None, &Limits::default())
}

#[test]
fn whatever_the_bytes_there_is_an_answer_in_time() {
    let Some(corpus) = corpus() else { return };
    let mut state = 88_172_645_463_325_252u64;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as usize
    };
    for path in ["cameras", "formats", "broken", "near-dup"].iter().flat_map(|part| files_below(&corpus.join(part))) {
        let bytes = std::fs::read(&path).unwrap();
        let mut mutant = bytes.clone();
        for _ in 0..(bytes.len() / 500).clamp(3, 200) {
            if !mutant.is_empty() {
                let at = random() % mutant.len();
                mutant[at] = random() as u8;
            }
        }
        let cut = |share: usize| bytes[..bytes.len() * share / 100].to_vec();
        let media_type = told(&bytes);
        for (what, bytes) in [("whole", bytes.clone()), ("half", cut(50)), ("most", cut(90)), ("mutant", mutant)] {
            let start = Instant::now();
            let picture = look(&bytes, media_type, Some(6), &Limits::default());
            assert!(start.elapsed() < Duration::from_secs(20), "{what} of {}: {:?}", path.display(), start.elapsed());
            let why = |kind| matches!(kind, ProblemKind::NotFingerprinted | ProblemKind::BeyondThisBuild);
            let reasons = picture.problems.iter().filter(|p| why(p.kind)).count();
            assert_eq!(reasons, usize::from(picture.fingerprint.is_none()), "{what} of {}", path.display());
        }
    }
}

#[test]
fn integrity_agrees_with_libjpeg() {
    let Some(corpus) = corpus() else { return };
    if Command::new("djpeg").arg("-version").output().is_err() {
        println!("djpeg is missing: not compared");
        return;
    }
    for path in ["cameras", "formats", "broken", "near-dup"].iter().flat_map(|part| files_below(&corpus.join(part))) {
        let bytes = std::fs::read(&path).unwrap();
        if told(&bytes) != MediaType::Jpeg {
            continue;
        }
        let exit = Command::new("djpeg").arg("-fast").arg(&path).output().unwrap().status.code();
        let picture = seen(&bytes);
        match exit {
            Some(0) => assert_eq!(picture.integrity, Integrity::Intact, "{}: {:?}", path.display(), picture.problems),
            _ => {
                assert!(
                    matches!(picture.integrity, Integrity::Damaged | Integrity::Unreadable),
                    "{}: {:?}",
                    path.display(),
                    picture.problems
                );
                assert!(picture.problems.iter().any(|p| p.kind == ProblemKind::DamagedImage));
            }
        }
    }
}

/// A JPEG without its metadata segments (APP0–APP13, APP15, COM), its image data untouched.
fn stripped_jpeg(bytes: &[u8]) -> Vec<u8> {
    let (mut out, mut at) = (vec![0xff, 0xd8], 2);
    while bytes[at + 1] != 0xda {
        let length = 2 + usize::from(u16::from_be_bytes([bytes[at + 2], bytes[at + 3]]));
        if !matches!(bytes[at + 1], 0xe1..=0xed | 0xef | 0xfe) {
            out.extend(&bytes[at..at + length]);
        }
        at += length;
    }
    out.extend(&bytes[at..]);
    out
}

#[test]
fn the_digest_of_a_jpeg_forgets_metadata_and_nothing_else() {
    let Some(corpus) = corpus() else { return };
    let bytes = std::fs::read(corpus.join("near-dup/made/Canon_PowerShot_S230/Canon_PowerShot_S230.jpg")).unwrap();
    let digest = |bytes: &[u8]| seen(bytes).image_digest.unwrap();
    let whole = digest(&bytes);
    assert_eq!(digest(&stripped_jpeg(&bytes)), whole);
    assert_eq!(digest(&[&bytes[..], &[0; 700]].concat()), whole, "zeros behind the end are padding");
    assert_ne!(digest(&[&bytes[..], b"a video"].concat()), whole, "a motion photo is not its still");
    let mut other = bytes.clone();
    let middle = bytes.len() - 1000;
    other[middle] ^= 1;
    assert_ne!(digest(&other), whole);
    let prog = std::fs::read(corpus.join("near-dup/made/Canon_PowerShot_S230/Canon_PowerShot_S230-prog.jpg")).unwrap();
    assert_ne!(digest(&prog), whole);
}

#[test]
fn the_digest_of_a_png_and_a_webp_forgets_metadata() {
    let Some(corpus) = corpus() else { return };
    let file = |ext: &str| {
        let mut files = files_below(&corpus.join("near-dup/made"));
        files.retain(|f| f.extension().is_some_and(|e| e == ext));
        std::fs::read(&files[0]).unwrap()
    };
    let png = file("png");
    let text = [&[0, 0, 0, 5][..], b"tEXta\0bcd", &[0; 4]].concat();
    let tagged = [&png[..33], &text, &png[33..]].concat();
    assert_eq!(seen(&tagged).image_digest, seen(&png).image_digest);
    let webp = file("webp");
    let tagged = [&webp, &b"EXIF\x04\0\0\0abcd"[..]].concat();
    let declared = (tagged.len() as u32 - 8).to_le_bytes();
    let tagged = [&tagged[..4], &declared, &tagged[8..]].concat();
    assert_eq!(seen(&tagged).image_digest, seen(&webp).image_digest);
}

#[test]
fn unrelated_broken_files_share_no_digest() {
    let Some(corpus) = corpus() else { return };
    let mut by_digest: BTreeMap<ImageDigest, Vec<u8>> = BTreeMap::new();
    for path in files_below(&corpus.join("broken/header-only")).iter().chain(&files_below(&corpus.join("broken/truncated"))) {
        let bytes = std::fs::read(path).unwrap();
        if let Some(digest) = seen(&bytes).image_digest {
            let before = by_digest.insert(digest, bytes.clone());
            assert!(before.is_none_or(|b| b == bytes), "{} shares its digest with another", path.display());
        }
    }
    for bytes in [&b"\xff\xd8"[..], b"\x89PNG\r\n\x1a\n", b"GIF89a", b"II*\0", b""] {
        assert_eq!(seen(bytes).image_digest, None);
    }
}

#[test]
fn an_enormous_declared_size_costs_little() {
    let Some(corpus) = corpus() else { return };
    let mut bytes = std::fs::read(corpus.join("near-dup/made/Canon_PowerShot_S230/Canon_PowerShot_S230.jpg")).unwrap();
    let frame = bytes.windows(4).rposition(|w| w == [0xff, 0xc0, 0, 17]).unwrap();
    bytes[frame + 5..frame + 9].fill(0xff);
    let start = Instant::now();
    let picture = seen(&bytes);
    assert!(start.elapsed() < Duration::from_secs(2));
    assert_eq!(picture.dimensions, Some(Dimensions { width: 65_535, height: 65_535 }));
    assert_eq!(picture.integrity, Integrity::Damaged);
}

#[test]
fn a_format_without_a_decoder_says_so() {
    let picture = look(b"anything", MediaType::Mp4, None, &Limits::default());
    assert_eq!(picture.problems[0].to_string(), "beyond-this-build: no decoder for video/mp4");
    assert_eq!(picture.integrity, Integrity::NotChecked);
}
