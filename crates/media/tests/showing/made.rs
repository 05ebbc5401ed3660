//! Pictures made for the test: orientation, colours of every depth, transparency, profiles, sizes.

use jpeg_encoder::{ColorType, Encoder};
use lightproof_darkroom::{canvas::Canvas, jpeg::encoded, photo::Photo};
use lightproof_media::{
    facts::read_facts,
    picture::Limits,
    showing::{MadeOf, NotShown, Wanted, as_it_is, show},
    sniff,
};
use lightproof_model::media_type::{Class, MediaType};
use lightproof_testkit::spliced_raw::{SplicedRaw, TYPES};

use crate::seen::{Pixels, Rgb, SMALL, near, shown_as};

const RED: Rgb = [220.0, 30.0, 20.0];
const GREEN: Rgb = [30.0, 190.0, 40.0];
const BLUE: Rgb = [20.0, 40.0, 210.0];
const SAND: Rgb = [230.0, 210.0, 150.0];

/// Red, green, blue and sand: upper left, upper right, lower left, lower right.
fn four_corners(width: u32, height: u32) -> Canvas {
    let mut canvas = Canvas::black(width, height);
    let (middle, half) = (width as usize / 2, height as usize / 2);
    canvas.fill(|x, y| match (x < middle, y < half) {
        (true, true) => RED,
        (false, true) => GREEN,
        (true, false) => BLUE,
        (false, false) => SAND,
    });
    canvas
}

fn are(seen: [Rgb; 4], expected: [Rgb; 4], what: &str) {
    assert!(seen.iter().zip(expected).all(|(s, e)| near(*s, e, 8.0)), "{what}: {seen:?}");
}

#[test]
fn every_orientation_is_shown_upright() {
    let jpeg = encoded(&four_corners(320, 200), 95);
    // What shows in the corners when the stored picture is seen through each orientation (Exif 2.32, table 4).
    for (orientation, corners) in [
        (None, [RED, GREEN, BLUE, SAND]),
        (Some(1), [RED, GREEN, BLUE, SAND]),
        (Some(2), [GREEN, RED, SAND, BLUE]),
        (Some(3), [SAND, BLUE, GREEN, RED]),
        (Some(4), [BLUE, SAND, RED, GREEN]),
        (Some(5), [RED, BLUE, GREEN, SAND]),
        (Some(6), [BLUE, RED, SAND, GREEN]),
        (Some(7), [SAND, GREEN, BLUE, RED]),
        (Some(8), [GREEN, SAND, RED, BLUE]),
        (Some(9), [RED, GREEN, BLUE, SAND]),
    ] {
        for longest_side in [320, 100] {
            let shown = shown_as(&jpeg, orientation, Wanted { longest_side }).unwrap();
            let turned = orientation.is_some_and(|o| (5..=8).contains(&o));
            assert_eq!(shown.width < shown.height, turned, "{orientation:?}");
            assert_eq!(shown.width.max(shown.height), longest_side);
            are(Pixels::of(&shown).corners(), corners, &format!("{orientation:?}"));
        }
    }
}

#[test]
fn every_raw_shows_its_preview_upright() {
    let jpeg = encoded(&four_corners(320, 200), 95);
    for (orientation, corners) in [(1, [RED, GREEN, BLUE, SAND]), (6, [BLUE, RED, SAND, GREEN])] {
        for (media_type, extension) in TYPES {
            let raw = SplicedRaw::of(media_type, &jpeg).orientation(orientation).bytes();
            let told = read_facts(&raw.as_slice(), media_type).orientation;
            let shown = show(&raw, media_type, told, SMALL, &Limits::default()).unwrap();
            assert_eq!(shown.made_of, MadeOf::Preview);
            are(Pixels::of(&shown).corners(), corners, &format!("{extension} {orientation}"));
        }
    }
}

/// A PNG of one row of colours, three rows high.
fn png_of(colour: png::ColorType, depth: png::BitDepth, palette: Option<&[u8]>, row: &[u8], width: u32) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, width, 3);
    encoder.set_color(colour);
    encoder.set_depth(depth);
    if let Some(palette) = palette {
        encoder.set_palette(palette.to_vec());
        encoder.set_trns(vec![255, 255, 0]);
    }
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&row.repeat(3)).unwrap();
    drop(writer);
    out
}

#[test]
fn a_png_of_every_kind_has_its_colours_and_white_below_what_is_clear() {
    use png::{BitDepth::*, ColorType::*};
    let wide = |samples: &[u16]| samples.iter().flat_map(|s| s.to_be_bytes()).collect::<Vec<u8>>();
    let repeated = |pixel: &[u8]| pixel.repeat(8);
    for (what, bytes, expected) in [
        ("RGB", png_of(Rgb, Eight, None, &repeated(&[200, 30, 90]), 8), [200.0, 30.0, 90.0]),
        ("RGB of 16 bits", png_of(Rgb, Sixteen, None, &repeated(&wide(&[0xc8c8, 0x1e1e, 0x5a5a])), 8), [200.0, 30.0, 90.0]),
        ("gray", png_of(Grayscale, Eight, None, &repeated(&[77]), 8), [77.0; 3]),
        ("bits", png_of(Grayscale, One, None, &[0xff], 8), [255.0; 3]),
        ("half clear", png_of(Rgba, Eight, None, &repeated(&[0, 0, 255, 128]), 8), [127.0, 127.0, 255.0]),
        ("all clear", png_of(GrayscaleAlpha, Eight, None, &repeated(&[0, 0]), 8), [255.0; 3]),
        ("palette", png_of(Indexed, Two, Some(&[9, 9, 9, 10, 200, 60, 0, 0, 0]), &[0b0101_0101; 2], 8), [10.0, 200.0, 60.0]),
        ("clear of a palette", png_of(Indexed, Two, Some(&[9, 9, 9, 1, 2, 3, 0, 0, 0]), &[0b1010_1010; 2], 8), [255.0; 3]),
    ] {
        let seen = Pixels::of(&shown_as(&bytes, None, SMALL).unwrap()).mean([0.0, 1.0], [0.0, 1.0]);
        assert!(near(seen, expected, 4.0), "{what}: {seen:?}");
    }
}

/// A TIFF of one strip with these fields behind the sizes.
fn tiff_of(size: (u32, u32), fields: &[(u16, u16, u32, u32)], data: &[u8], more: &[u8]) -> Vec<u8> {
    let mut all: Vec<(u16, u16, u32, u32)> = vec![(256, 4, 1, size.0), (257, 4, 1, size.1), (278, 4, 1, size.1)];
    all.extend_from_slice(fields);
    let head = 8 + 2 + (all.len() + 2) * 12 + 4;
    all.push((273, 4, 1, (head + more.len()) as u32));
    all.push((279, 4, 1, data.len() as u32));
    all.sort_unstable();
    let mut out = b"II*\0\x08\0\0\0".to_vec();
    out.extend((all.len() as u16).to_le_bytes());
    for (tag, kind, count, value) in all {
        // What does not fit lies right behind the directory.
        let value = if value == u32::MAX { head as u32 } else { value };
        out.extend([&tag.to_le_bytes()[..], &kind.to_le_bytes(), &count.to_le_bytes(), &value.to_le_bytes()].concat());
    }
    out.extend([0; 4]);
    [&out[..], more, data].concat()
}

#[test]
fn a_tiff_of_every_kind_has_its_colours() {
    let eight = |n: u32| (258u16, 3u16, 1u32, n);
    let samples = |n: u32| (277u16, 3u16, 1u32, n);
    let means = |n: u32| (262u16, 3u16, 1u32, n);
    let repeated = |pixel: &[u8]| pixel.repeat(16);
    let palette: Vec<u8> = [0u16, 0x0a0a, 0, 0xc8c8, 0, 0x3c3c].iter().flat_map(|v| v.to_le_bytes()).collect();
    let colours = [palette[..4].to_vec(), palette[4..8].to_vec(), palette[8..].to_vec()].concat();
    for (what, bytes, expected) in [
        ("RGB", tiff_of((4, 4), &[eight(8), samples(3), means(2)], &repeated(&[200, 30, 90]), &[]), [200.0, 30.0, 90.0]),
        (
            "RGB of 16 bits",
            tiff_of((4, 4), &[eight(16), samples(3), means(2)], &repeated(&[0, 200, 0, 30, 0, 90]), &[]),
            [200.0, 30.0, 90.0],
        ),
        ("ink", tiff_of((4, 4), &[eight(8), samples(4), means(5)], &repeated(&[0, 255, 128, 0]), &[]), [255.0, 0.0, 127.0]),
        ("black ink", tiff_of((4, 4), &[eight(8), samples(4), means(5)], &repeated(&[0, 0, 0, 255]), &[]), [0.0; 3]),
        ("white is 0", tiff_of((4, 4), &[eight(8), samples(1), means(0)], &repeated(&[55]), &[]), [200.0; 3]),
        (
            "palette",
            tiff_of((8, 4), &[eight(1), samples(1), means(3), (320, 3, 6, u32::MAX)], &[0xff; 4], &colours),
            [10.0, 200.0, 60.0],
        ),
        // L* 53.2, a* 80.1, b* 67.2 is the red of sRGB under D65, and near it under D50.
        ("lightness", tiff_of((4, 4), &[eight(8), samples(3), means(8)], &repeated(&[138, 81, 70]), &[]), [255.0, 0.0, 0.0]),
        (
            "differences",
            tiff_of((4, 4), &[eight(8), samples(3), means(6), (530, 3, 2, 0x0001_0001)], &repeated(&[76, 85, 255]), &[]),
            [254.0, 0.0, 0.0],
        ),
        (
            "differences in blocks",
            tiff_of(
                (4, 4),
                &[eight(8), samples(3), means(6), (530, 3, 2, 0x0002_0002)],
                &[76, 76, 76, 76, 85, 255].repeat(4),
                &[],
            ),
            [254.0, 0.0, 0.0],
        ),
    ] {
        let shown = shown_as(&bytes, None, SMALL).unwrap_or_else(|why| panic!("{what}: {why}"));
        let seen = Pixels::of(&shown).mean([0.0, 1.0], [0.0, 1.0]);
        assert!(near(seen, expected, 16.0), "{what}: {seen:?}");
    }
}

#[test]
fn a_colour_profile_of_red_green_and_blue_goes_along_and_no_other() {
    let profile = |space: &[u8; 4]| {
        let mut profile = vec![0; 300];
        profile[..4].copy_from_slice(&300u32.to_be_bytes());
        profile[12..16].copy_from_slice(b"mntr");
        profile[16..20].copy_from_slice(space);
        profile[36..40].copy_from_slice(b"acsp");
        profile
    };
    let with = |profile: &[u8], colours: ColorType, pixel: &[u8]| {
        let mut jpeg = Vec::new();
        let mut encoder = Encoder::new(&mut jpeg, 95);
        encoder.add_icc_profile(profile).unwrap();
        encoder.encode(&pixel.repeat(64), 8, 8, colours).unwrap();
        jpeg
    };
    let carried = |jpeg: &[u8]| {
        let mut decoder = zune_jpeg::JpegDecoder::new(zune_core::bytestream::ZCursor::new(jpeg));
        decoder.decode_headers().unwrap();
        decoder.icc_profile()
    };
    let wide = with(&profile(b"RGB "), ColorType::Rgb, &[200, 100, 50]);
    let shown = shown_as(&wide, None, SMALL).unwrap();
    assert_eq!(carried(&shown.jpeg), Some(profile(b"RGB ")));
    assert!(near(Pixels::of(&shown).mean([0.0, 1.0], [0.0, 1.0]), [200.0, 100.0, 50.0], 4.0), "the numbers stay");
    // Of inks the colours are made here, and a profile for inks would spoil them.
    for colours in [ColorType::Cmyk, ColorType::CmykAsYcck] {
        let ink = with(&profile(b"CMYK"), colours, &[0, 200, 255, 0]);
        let shown = shown_as(&ink, None, SMALL).unwrap();
        assert_eq!(carried(&shown.jpeg), None);
        let seen = Pixels::of(&shown).mean([0.0, 1.0], [0.0, 1.0]);
        assert!(near(seen, [255.0, 55.0, 0.0], 6.0), "{seen:?}");
    }
}

#[test]
fn nothing_that_a_photograph_says_of_itself_is_in_what_is_shown() {
    let photo = Photo::drawn(3).size(600, 400).exif_fields(20).jpeg(90);
    let shown = shown_as(&photo, None, SMALL).unwrap();
    assert!(!shown.jpeg.windows(4).any(|four| four == b"Exif"));
    assert_eq!((shown.width, shown.height, shown.made_of), (480, 320, MadeOf::Whole));
    let full = shown_as(&photo, None, Wanted::FULL).unwrap();
    assert_eq!((full.width, full.height), (600, 400), "nothing is enlarged");
}

#[test]
fn what_takes_more_than_allowed_says_so() {
    let limits = Limits { decoded_bytes: 100_000 };
    let canvas = four_corners(400, 300);
    let photo = Photo::drawn(3).size(400, 300);
    let bmp = {
        let mut out = b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0".to_vec();
        out.extend(40_000i32.to_le_bytes());
        out.extend(40_000i32.to_le_bytes());
        out.extend([1, 0, 24, 0]);
        out.resize(54 + 100, 0);
        out
    };
    for bytes in [encoded(&canvas, 90), bmp] {
        let told = show(&bytes, sniff::sniff(&bytes, None), None, Wanted::FULL, &limits);
        assert!(matches!(told, Err(NotShown::TooLarge(_))), "{told:?}");
    }
    // Row by row, a small picture of a large one takes little.
    let png = photo.png();
    assert!(show(&png, MediaType::Png, None, Wanted { longest_side: 60 }, &limits).is_ok());
}

#[test]
fn browsers_get_only_what_they_show_upright_and_what_holds_no_scripts() {
    for media_type in MediaType::ALL {
        for orientation in [None, Some(1), Some(6)] {
            let Some(mime) = as_it_is(media_type, orientation) else { continue };
            assert!(matches!(media_type.class(), Class::Photo | Class::Video) || media_type == MediaType::Thm);
            let known =
                ["image/jpeg", "image/png", "image/gif", "image/webp", "image/avif", "image/bmp", "video/mp4", "video/webm"];
            assert!(known.contains(&mime), "{mime}");
        }
    }
    assert_eq!(as_it_is(MediaType::Jpeg, Some(6)), Some("image/jpeg"));
    assert_eq!([as_it_is(MediaType::Png, Some(1)), as_it_is(MediaType::Png, Some(6))], [Some("image/png"), None]);
    assert_eq!([MediaType::Heic, MediaType::Nef, MediaType::Xmp, MediaType::Other].map(|t| as_it_is(t, None)), [None; 4]);
}
