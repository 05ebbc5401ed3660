//! What is left of damaged pictures, and bytes that mean harm.

use std::fs;

use lightproof_darkroom::{
    jpeg::{cut_short, encoded, with_exif},
    photo::Photo,
};
use lightproof_media::{
    picture::Limits,
    showing::{MadeOf, Wanted, show},
    sniff,
};
use lightproof_model::media_type::MediaType;
use lightproof_testkit::corpus::shared_corpus;
use proptest::prelude::*;

use crate::seen::{Pixels, SMALL, near, shown_as};

#[test]
fn of_a_cut_jpeg_the_upper_part_is_shown_and_the_rest_is_gray() {
    let whole = Photo::drawn(8).size(800, 600).jpeg(90);
    let there = Pixels::of(&shown_as(&whole, None, SMALL).unwrap());
    for share in [0.4, 0.6, 0.9] {
        let left = Pixels::of(&shown_as(&cut_short(&whole, share), None, SMALL).unwrap());
        assert_eq!((left.width, left.height), (there.width, there.height));
        let upper = [0.0, 0.2];
        assert!(near(left.mean([0.0, 1.0], upper), there.mean([0.0, 1.0], upper), 2.0), "{share}");
        let lowest = left.mean([0.2, 0.8], [0.98, 1.0]);
        assert!(near(lowest, [128.0; 3], 3.0), "{share}: {lowest:?}");
    }
}

#[test]
fn of_a_cut_png_the_upper_part_is_shown() {
    let whole = Photo::drawn(8).size(400, 300).png();
    let there = Pixels::of(&shown_as(&whole, None, SMALL).unwrap());
    let left = Pixels::of(&shown_as(&cut_short(&whole, 0.6), None, SMALL).unwrap());
    assert!(near(left.mean([0.0, 1.0], [0.0, 0.3]), there.mean([0.0, 1.0], [0.0, 0.3]), 1.0));
    let nothing = shown_as(&whole[..60], None, SMALL).unwrap_err().to_string();
    assert!(nothing.starts_with("it is damaged: "), "{nothing}");
}

#[test]
fn where_nothing_but_the_preview_is_left_that_is_shown_and_told() {
    let photo = Photo::drawn(8).size(800, 600);
    let small = encoded(&photo.clone().resized(160, 120).canvas(), 80);
    // An Exif block whose second directory points to a JPEG (Exif 2.32, 4.5.5).
    let mut tiff = b"II*\0\x08\0\0\0\0\0\x0e\0\0\0\x02\0".to_vec();
    for (tag, value) in [(0x0201u16, 44u32), (0x0202, small.len() as u32)] {
        tiff.extend(tag.to_le_bytes());
        tiff.extend([4, 0, 1, 0, 0, 0]);
        tiff.extend(value.to_le_bytes());
    }
    tiff.resize(44, 0);
    tiff.extend(&small);
    let whole = with_exif(&photo.jpeg(90), &tiff);
    let shown = shown_as(&whole, None, SMALL).unwrap();
    assert_eq!((shown.made_of, shown.width), (MadeOf::Whole, 480), "as long as there is more than the preview");
    let left = shown_as(&whole[..tiff.len() + 40], None, SMALL).unwrap();
    assert_eq!((left.made_of, left.width, left.height), (MadeOf::Preview, 160, 120));
    let (mean, _) = Pixels::of(&left).apart(&Pixels::of(&shown));
    assert!(mean < 6.0, "{mean}");
    let without = shown_as(&photo.jpeg(90)[..60], None, SMALL).unwrap_err().to_string();
    assert!(without.starts_with("it is damaged: "), "{without}");
}

#[test]
fn whatever_shows_something_in_a_survey_is_shown_and_nothing_panics() {
    let Some(corpus) = shared_corpus() else { return };
    let (mut shown, mut not) = (0, Vec::new());
    for folder in ["formats", "broken"] {
        for path in files(&corpus.join(folder)) {
            let bytes = fs::read(&path).unwrap();
            let name = path.file_name().unwrap().as_encoded_bytes();
            let media_type = sniff::sniff(&bytes[..bytes.len().min(sniff::HEAD)], Some(name));
            let limits = Limits { decoded_bytes: 512 << 20 };
            let seen = lightproof_media::picture::look(&bytes, media_type, None, &Limits::default());
            match show(&bytes, media_type, None, Wanted { longest_side: 64 }, &limits) {
                Ok(small) => {
                    assert!(small.width <= 64 && small.height <= 64);
                    shown += 1;
                }
                Err(why) => {
                    let why = why.to_string();
                    assert!(why.len() < 200 && !why.contains('\n') && !why.contains("zune"), "{}: {why}", path.display());
                    if seen.fingerprint.is_some() {
                        not.push(format!("{}: {why}", path.display()));
                    }
                }
            }
        }
    }
    println!("{shown} shown");
    assert!(shown > 200 && not.is_empty(), "fingerprinted and not shown: {not:#?}");
}

fn files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

const TYPES: [MediaType; 12] = [
    MediaType::Jpeg,
    MediaType::Png,
    MediaType::Gif,
    MediaType::WebP,
    MediaType::Bmp,
    MediaType::Tiff,
    MediaType::Heic,
    MediaType::Avif,
    MediaType::Jp2,
    MediaType::Jxl,
    MediaType::Nef,
    MediaType::Cr3,
];

proptest! {
    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600), which in 0..TYPES.len(), turn in any::<u16>()) {
        let limits = Limits { decoded_bytes: 4 << 20 };
        let _ = show(&bytes, TYPES[which], Some(turn), SMALL, &limits);
    }

    #[test]
    fn a_photograph_with_changed_bytes_never_panics(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        cut in any::<prop::sample::Index>(),
        png in any::<bool>(),
    ) {
        let photo = Photo::drawn(2).size(96, 64).exif_fields(6);
        let mut bytes = if png { photo.png() } else { photo.jpeg(80) };
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        bytes.truncate(cut.index(bytes.len()) + 1);
        let limits = Limits { decoded_bytes: 4 << 20 };
        for media_type in [MediaType::Jpeg, MediaType::Png] {
            let _ = show(&bytes, media_type, None, SMALL, &limits);
        }
    }
}
