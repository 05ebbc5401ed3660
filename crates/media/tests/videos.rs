//! Videos, held against the shared corpus: what is whole is told as whole, and what was cut or overwritten is not.
// The lints let tests unwrap and print, but not the functions that tests share.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use lightproof_media::{
    sniff,
    video::{self, Seen},
};
use lightproof_model::{media_type::MediaType, problem::Integrity, read_at::ReadAt};

/// Upstream cut these down: they have headers, and nothing or next to nothing of the pictures that the headers promise.
const CUT_DOWN: [&str; 3] = ["Pentax.avi", "QuickTime.mov", "sony-a7-xavc.MP4"];

/// Every video of the corpus: its name and bytes.
fn videos() -> Vec<(String, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/formats");
    if !root.is_dir() {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "shared corpus missing: {}", root.display());
        println!("shared corpus missing: {}", root.display());
        return Vec::new();
    }
    let listed = |folder: &str| fs::read_dir(root.join(folder)).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> = listed("video").chain(listed("live-motion")).collect();
    paths.sort();
    let named = |path: PathBuf| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(path).unwrap());
    paths.into_iter().map(named).filter(|(_, bytes)| is_video(type_of(bytes))).collect()
}

fn is_video(media_type: MediaType) -> bool {
    media_type.class() == lightproof_model::media_type::Class::Video
}

fn type_of(bytes: &[u8]) -> MediaType {
    sniff::sniff(&bytes[..bytes.len().min(sniff::HEAD)], None)
}

fn look(bytes: &[u8]) -> Seen {
    video::look(&bytes, type_of(bytes), Some(bytes), None)
}

/// Bytes that can be read by position alone, as those of a large file.
struct Far<'a>(&'a [u8]);

impl ReadAt for Far<'_> {
    fn len(&self) -> u64 {
        self.0.len() as u64
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        self.0.read_at(offset, buf)
    }
}

fn far(bytes: &[u8]) -> Seen {
    video::look(&Far(bytes), type_of(bytes), None, None)
}

fn integrity(seen: &Seen) -> Integrity {
    seen.picture.integrity
}

#[test]
fn what_is_whole_is_intact_and_what_upstream_cut_down_is_not() {
    for (name, bytes) in videos() {
        let expected = if CUT_DOWN.contains(&name.as_str()) { Integrity::Damaged } else { Integrity::Intact };
        assert_eq!(integrity(&look(&bytes)), expected, "{name}: {:?}", look(&bytes).picture.problems);
        assert_eq!(integrity(&far(&bytes)), expected, "{name} by position: {:?}", far(&bytes).picture.problems);
    }
}

#[test]
fn cut_at_half_or_at_nine_tenths_none_is_intact() {
    for (name, bytes) in videos() {
        for percent in [50, 90] {
            let cut = &bytes[..bytes.len() * percent / 100];
            assert_ne!(integrity(&look(cut)), Integrity::Intact, "{name} at {percent} %");
            assert_ne!(integrity(&far(cut)), Integrity::Intact, "{name} at {percent} % by position");
        }
    }
}

#[test]
fn dimensions_and_durations_are_told() {
    let expected = [
        ("MVC-008V.MPG", (160, 112), 1_360),
        ("MVI_0121.AVI", (160, 120), 9_466),
        ("Sony ILCE-7M3 (A7M3).mts", (1920, 1080), 520),
        ("Turning Lime.mpg", (640, 480), 1_130),
        ("isom-avc1.mp4", (320, 180), 1_000),
        ("sample.3gp", (176, 144), 4_933),
        ("webm_480.webm", (480, 270), 30_543),
        ("IMG_4394.mov", (1920, 1440), 1_798),
    ];
    for (name, bytes) in videos() {
        let Some((_, (width, height), ms)) = expected.iter().find(|(n, ..)| *n == name) else { continue };
        let seen = look(&bytes);
        let dimensions = seen.picture.dimensions.unwrap();
        assert_eq!((dimensions.width, dimensions.height), (*width, *height), "{name}");
        assert!(seen.duration_ms.unwrap().abs_diff(*ms) <= 40, "{name}: {:?}", seen.duration_ms);
    }
}
