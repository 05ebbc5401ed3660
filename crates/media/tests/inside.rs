//! What is inside the real photographs of the shared corpus.

#![allow(clippy::unwrap_used)] // helpers of tests, which clippy.toml's exception does not reach

use std::path::{Path, PathBuf};

use lightproof_media::{inside::inside, sniff};
use lightproof_testkit::corpus::shared_corpus;

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

#[test]
fn what_cameras_and_telephones_put_inside_is_told_and_nothing_else() {
    let Some(corpus) = shared_corpus() else { return };
    let mut all = Vec::new();
    for part in ["cameras", "formats", "near-dup"] {
        files(&corpus.join(part), &mut all);
    }
    all.sort();
    let mut told = Vec::new();
    for path in &all {
        let bytes = std::fs::read(path).unwrap();
        let media_type = sniff::sniff(&bytes[..bytes.len().min(sniff::HEAD)], None);
        if let Some(words) = inside(&bytes.as_slice(), media_type).unwrap() {
            told.push(format!("{}: {words}", path.strip_prefix(&corpus).unwrap().display()));
        }
    }
    // What ExifTool tells of MPF, Container, MotionPhoto and auxiliary images, file by file; large thumbnails and mattes of raws are not inside.
    let expected = [
        "cameras/apple/apple_gainmap_new.jpg: another picture",
        "cameras/apple/apple_gainmap_old.jpg: another picture",
        "cameras/google/Google.jpg: a gain map",
        "cameras/google/ultrahdr.jpg: a gain map",
        "cameras/nintendo/frozenpond.mpo: another picture",
        "cameras/samsung/ignore_frame_size.mpo: another picture",
        "formats/avif/colors_hdr_rec2020.avif: a gain map",
        "formats/heif/iphone_15_pro.heic: a gain map",
        "formats/live-motion/IMG_4394.HEIC: a gain map",
        "formats/live-motion/PXL_20200710_061629144.MP.jpg: a motion video",
        "formats/mpo/frozenpond.mpo: another picture",
        "formats/mpo/ignore_frame_size.mpo: another picture",
        "near-dup/upstream/apple-photos/B60C31AC_d480.jpeg: another picture",
        "near-dup/upstream/apple-photos/EA3D27D0_d1024.jpeg: another picture",
        "near-dup/upstream/apple-photos/EA3D27D0_d480.jpeg: another picture",
    ];
    assert_eq!(told, expected, "of {} files", all.len());
}
