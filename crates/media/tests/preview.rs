//! Previews: found where cameras put them, by few bytes, and near the picture's own fingerprint.
#![allow(clippy::unwrap_used, clippy::print_stdout)] // helpers of tests; what a machine lacks is said

use std::{cell::Cell, fs, io, path::Path};

use lightproof_darkroom::{exif::Exif, jpeg, photo::Photo};
use lightproof_media::{facts::read_facts, picture, preview, sniff::sniff};
use lightproof_model::{
    fingerprint::{Fingerprint, Turn, hash_distance, turned_hash},
    media_type::MediaType,
    read_at::ReadAt,
};

/// Bytes whose reads are counted.
struct Counted<'a>(&'a [u8], Cell<u64>);

impl ReadAt for Counted<'_> {
    fn len(&self) -> u64 {
        self.0.len() as u64
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.0.read_at(offset, buf)?;
        self.1.set(self.1.get() + read as u64);
        Ok(read)
    }
}

fn of_preview(bytes: &[u8]) -> Option<Fingerprint> {
    preview::fingerprint(&bytes, MediaType::Jpeg, &read_facts(&bytes, MediaType::Jpeg))
}

fn of_picture(bytes: &[u8]) -> Fingerprint {
    let facts = read_facts(&bytes, MediaType::Jpeg);
    picture::look(bytes, MediaType::Jpeg, facts.orientation, &picture::Limits::default()).fingerprint.unwrap()
}

fn photo(width: u32, height: u32) -> Photo {
    Photo::drawn(3).size(width, height)
}

fn with_thumbnail(photo: &Photo, thumbnail: Vec<u8>) -> Vec<u8> {
    photo.clone().exif(Exif::of_count(12).orientation(6).thumbnail(thumbnail)).jpeg(85)
}

/// A 160×120 thumbnail of a wider picture between black bars.
fn letterboxed(photo: &Photo) -> Vec<u8> {
    let (canvas, full) = (photo.canvas(), (160usize, 120usize));
    let height = full.0 * canvas.height() as usize / canvas.width() as usize;
    let small = canvas.resized(160, height as u32);
    let mut gray = vec![4; full.0 * full.1];
    let top = (full.1 - height) / 2;
    let cells = small.rgb().chunks_exact(3).map(|p| ((u32::from(p[0]) + 2 * u32::from(p[1]) + u32::from(p[2])) / 4) as u8);
    gray[top * full.0..].iter_mut().zip(cells).for_each(|(to, cell)| *to = cell);
    jpeg::encoded_gray(&gray, 160, 120, 80)
}

/// The same file with a multi-picture index (CIPA DC-007) and a picture of a type behind its end.
fn with_picture_behind(bytes: &[u8], kind: u32, behind: &[u8]) -> Vec<u8> {
    let build = |offset: u32| {
        let mut index = b"MPF\0II*\0\x08\0\0\0\x01\0".to_vec();
        index.extend(0xB002u16.to_le_bytes());
        index.extend(7u16.to_le_bytes());
        index.extend(32u32.to_le_bytes());
        index.extend(26u32.to_le_bytes());
        index.extend([0; 4]);
        for (kind, length, offset) in [(0x2003_0000, bytes.len() as u32, 0), (kind, behind.len() as u32, offset)] {
            [kind, length, offset].into_iter().for_each(|number: u32| index.extend(number.to_le_bytes()));
            index.extend([0; 4]);
        }
        let length = (index.len() as u16 + 2).to_be_bytes();
        [&bytes[..2], &[0xFF, 0xE2], &length, &index, &bytes[2..], behind].concat()
    };
    // Offsets are from the header behind "MPF\0": start marker, segment marker and length stand before it.
    let with = build(0);
    build((with.len() - behind.len() - 10) as u32)
}

fn near(a: &Fingerprint, b: &Fingerprint) -> u32 {
    Turn::ALL.into_iter().map(|turn| hash_distance(a.hash, turned_hash(b.hash, turn))).min().unwrap()
}

#[test]
fn an_exif_thumbnail_is_near_the_picture_and_turned_like_it() {
    for (width, height) in [(1200, 900), (1200, 800), (1280, 720)] {
        let photo = photo(width, height);
        let plain = with_thumbnail(&photo, photo.clone().resized(160, 160 * height / width).jpeg(80));
        let boxed = with_thumbnail(&photo, letterboxed(&photo));
        for bytes in [plain, boxed] {
            let counted = Counted(&bytes, Cell::new(0));
            let facts = read_facts(&counted, MediaType::Jpeg);
            let preview = preview::fingerprint(&counted, MediaType::Jpeg, &facts).unwrap();
            let distance = hash_distance(preview.hash, of_picture(&bytes).hash);
            assert!(distance <= 5, "{width}×{height}: {distance} bits");
            assert!(counted.1.get() < 128 << 10, "{} bytes of {}", counted.1.get(), bytes.len());
        }
    }
}

#[test]
fn a_preview_behind_the_picture_serves_where_the_thumbnail_does_not() {
    const LARGE_THUMBNAIL: u32 = 0x0001_0001;
    const DISPARITY: u32 = 0x0002_0002;
    let photo = photo(1200, 900);
    let square = with_thumbnail(&photo, Photo::drawn(9).size(120, 120).jpeg(80));
    assert_eq!(of_preview(&square), None, "a thumbnail of another shape is no preview of it");
    let large = photo.clone().resized(640, 480).jpeg(80);
    let found = of_preview(&with_picture_behind(&square, LARGE_THUMBNAIL, &large)).unwrap();
    assert!(near(&found, &of_picture(&square)) <= 4);
    assert_eq!(of_preview(&with_picture_behind(&square, DISPARITY, &large)), None, "the other eye's picture is no preview");
    let cut = with_picture_behind(&square, LARGE_THUMBNAIL, &large);
    assert_eq!(of_preview(&cut[..cut.len() - large.len() / 2]), None, "half a preview is none");
}

#[test]
fn what_tells_too_little_is_no_preview() {
    let photo = photo(1200, 900);
    for thumbnail in [
        Vec::new(),
        b"no picture".to_vec(),
        photo.clone().resized(80, 60).jpeg(80),
        jpeg::encoded_gray(&vec![128; 160 * 120], 160, 120, 80),
        jpeg::cut_short(&photo.clone().resized(160, 120).jpeg(80), 0.6),
    ] {
        assert_eq!(of_preview(&with_thumbnail(&photo, thumbnail.clone())), None, "{} bytes", thumbnail.len());
    }
    assert_eq!(of_preview(&photo.jpeg(85)), None);
}

#[test]
fn bytes_cut_or_changed_anywhere_make_nothing_panic() {
    let photo = photo(640, 480);
    let thumbnail = photo.clone().resized(160, 120).jpeg(60);
    let whole = with_picture_behind(&with_thumbnail(&photo, thumbnail.clone()), 0x0001_0001, &thumbnail);
    let head = whole.len().min(6000);
    for at in (0..head).step_by(7) {
        let _ = of_preview(&whole[..at]);
        let mut changed = whole.clone();
        changed[at] ^= 0xFF;
        let _ = of_preview(&changed);
    }
}

#[test]
fn previews_of_real_cameras_are_near_their_pictures() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/cameras");
    if !root.is_dir() {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "shared corpus missing: {}", root.display());
        return println!("shared corpus missing: {}", root.display());
    }
    let (mut distances, mut folders) = (Vec::new(), vec![root]);
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|found| found.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = fs::read(&path).unwrap();
            let media_type = sniff(&bytes[..bytes.len().min(4096)], None);
            let facts = read_facts(&bytes.as_slice(), media_type);
            let Some(preview) = preview::fingerprint(&bytes.as_slice(), media_type, &facts) else { continue };
            let whole = picture::look(&bytes, media_type, facts.orientation, &picture::Limits::default());
            distances.extend(whole.fingerprint.map(|whole| near(&whole, &preview)));
        }
    }
    distances.sort_unstable();
    println!("{} previews: {distances:?}", distances.len());
    assert!(distances.len() >= 100, "{} previews", distances.len());
    assert!(distances[distances.len() * 9 / 10] <= 4 && distances[distances.len() * 95 / 100] <= 7, "{distances:?}");
}
