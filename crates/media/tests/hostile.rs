//! No bytes make `media` panic, hang or read without bound: every file of the shared corpus, cut and with bytes changed.
//!
//! The limits themselves are tested on files made to break them: loops, absurd counts, deep nesting.
// The lints let tests unwrap and print, but not the functions that tests share.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::{
    cell::Cell,
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use lightproof_media::{
    facts::{read_facts, xmp::sidecar_date},
    picture::{Limits, look, look_by_position},
    sniff, video,
};
use lightproof_model::{
    media_type::{Class, MediaType},
    probe::{Facts, Picture},
    problem::{Integrity, ProblemKind},
    read_at::ReadAt,
};

/// Reads are counted; a file may claim to be longer than its bytes.
struct Watched<'a> {
    bytes: &'a [u8],
    len: u64,
    read: Cell<u64>,
}

impl ReadAt for Watched<'_> {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let there = self.bytes.read_at(offset, buf)?;
        let n = (buf.len() as u64).min(self.len.saturating_sub(offset)) as usize;
        buf[there..n].fill(0);
        self.read.set(self.read.get() + n as u64);
        Ok(n)
    }
}

fn probe(bytes: &[u8], name: &[u8]) -> Facts {
    probe_as(bytes, sniff::sniff(&bytes[..bytes.len().min(sniff::HEAD)], Some(name)))
}

fn probe_as(bytes: &[u8], media_type: MediaType) -> Facts {
    let watched = Watched { bytes, len: bytes.len() as u64, read: Cell::new(0) };
    let begin = Instant::now();
    let facts = read_facts(&watched, media_type);
    let (whole, far) = (video::look(&bytes, media_type, Some(bytes), None), video::look(&bytes, media_type, None, None));
    assert_eq!(whole.duration_ms, far.duration_ms);
    assert!(begin.elapsed() < Duration::from_secs(5), "took {:?}", begin.elapsed());
    assert!(watched.read.get() <= 32 << 20, "read {} bytes", watched.read.get());
    assert!(facts.exif.iter().all(|f| f.value.chars().count() <= 256));
    facts
}

fn corpus() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    if !root.is_dir() {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "shared corpus missing: {}", root.display());
        println!("shared corpus missing: {}", root.display());
        return Vec::new();
    }
    let (mut found, mut folders) = (Vec::new(), vec![root]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
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
fn every_file_of_the_corpus_is_read_whatever_its_name_says() {
    for path in corpus() {
        let bytes = fs::read(&path).unwrap();
        probe(&bytes, path.file_name().unwrap().as_encoded_bytes());
        let _ = sidecar_date(&bytes);
    }
}

#[test]
fn cut_and_changed_files_are_read_as_far_as_they_go() {
    let mut dice = Dice(1);
    for path in corpus().iter().step_by(4) {
        let mut bytes = fs::read(path).unwrap();
        bytes.truncate(300_000);
        let name = path.file_name().unwrap().as_encoded_bytes();
        for _ in 0..4 {
            probe(&bytes[..dice.below(bytes.len().min(4096))], name);
            probe(&bytes[..dice.below(bytes.len())], name);
        }
        for _ in 0..12 {
            let mut changed = bytes.clone();
            for _ in 0..=dice.below(4) {
                let at = dice.below(changed.len().min(2048));
                if let Some(b) = changed.get_mut(at) {
                    *b = [0, 1, 0x7F, 0x80, 0xFF, dice.below(256) as u8][dice.below(6)];
                }
            }
            probe(&changed, name);
        }
    }
}

#[test]
fn any_bytes_are_read_as_any_type() {
    let mut dice = Dice(7);
    for path in corpus().iter().step_by(60) {
        let mut bytes = fs::read(path).unwrap();
        bytes.truncate(20_000);
        for media_type in MediaType::ALL {
            probe_as(&bytes, media_type);
        }
    }
    let noise: Vec<u8> = (0..4096).map(|_| dice.below(256) as u8).collect();
    for media_type in MediaType::ALL {
        for cut in [0, 1, 7, 8, 31, 100, 4096] {
            probe_as(&noise[..cut], media_type);
        }
    }
}

/// A little-endian TIFF whose directory at 8 has these rows: tag, format, count, value.
fn tiff(rows: &[(u16, u16, u32, u32)], next: u32) -> Vec<u8> {
    let mut b = b"II*\0\x08\0\0\0".to_vec();
    b.extend((rows.len() as u16).to_le_bytes());
    for &(tag, format, count, value) in rows {
        b.extend(tag.to_le_bytes());
        b.extend(format.to_le_bytes());
        b.extend(count.to_le_bytes());
        b.extend(value.to_le_bytes());
    }
    b.extend(next.to_le_bytes());
    b
}

fn is_damaged(facts: &Facts) -> bool {
    facts.problems.iter().any(|p| p.kind == ProblemKind::DamagedExif)
}

#[test]
fn directories_that_point_at_themselves_end() {
    let itself = tiff(&[(0x8769, 4, 1, 8), (0x8825, 4, 1, 8), (0x014A, 4, 1, 8), (0x0112, 3, 1, 6)], 8);
    let facts = probe(&itself, b"a.tif");
    assert_eq!(facts.orientation, Some(6));
    assert!(is_damaged(&facts));
}

#[test]
fn absurd_counts_and_far_offsets_cost_nothing() {
    for row in [(0x010F, 2, u32::MAX, 8), (0x010F, 12, u32::MAX, 8), (0x010F, 2, 100, u32::MAX - 50), (0x8769, 4, u32::MAX, 200)]
    {
        let facts = probe(&tiff(&[(0x0112, 3, 1, 6), row], 0), b"a.tif");
        assert_eq!(facts.orientation, Some(6), "{row:?}");
        assert!(facts.exif_field_count <= 2);
    }
    let mut claims_many = tiff(&[(0x0112, 3, 1, 6)], 0);
    claims_many[8..10].copy_from_slice(&u16::MAX.to_le_bytes());
    assert!(is_damaged(&probe(&claims_many, b"a.tif")));
}

#[test]
fn a_sparse_file_of_two_gibibytes_is_read_at_its_ends_only() {
    let head = tiff(&[(0x0112, 3, 1, 6), (0x010E, 2, 0x7000_0000, 4096)], 0);
    for (bytes, media_type) in [(head.as_slice(), MediaType::Tiff), (b"\x89PNG\r\n\x1a\n", MediaType::Png), (b"", MediaType::Mov)]
    {
        let sparse = Watched { bytes, len: 2 << 30, read: Cell::new(0) };
        let _ = read_facts(&sparse, media_type);
        assert!(sparse.read.get() <= 32 << 20, "{media_type:?} read {}", sparse.read.get());
    }
}

#[test]
fn a_sparse_video_of_three_gibibytes_is_looked_at_in_places_only() {
    let boxed = |size: u32, kind: &[u8], rest: &[u8]| [&size.to_be_bytes(), kind, rest].concat();
    let fragments: Vec<u8> = (0..4000).flat_map(|_| boxed(16, b"moof", b"\0\0\0\x08traf")).collect();
    for (bytes, media_type) in [
        (boxed(1, b"mdat", &(3u64 << 30).to_be_bytes()), MediaType::Mov),
        ([boxed(16, b"moov", b"\0\0\0\x08mvex"), fragments].concat(), MediaType::Mp4),
        (b"\x1A\x45\xDF\xA3\x80\x18\x53\x80\x67\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x1F\x43\xB6\x75\x80".to_vec(), MediaType::Mkv),
        (b"RIFF\xF8\xFF\xFF\x7FAVI LIST\xE8\xFF\xFF\x7Fmovi".to_vec(), MediaType::Avi),
        (b"\0\0\x01\xBA\x21\0\x01\0\x01\x80\0\x01\0\0\x01\xE0\xFF\xFF".to_vec(), MediaType::Mpg),
        (b"\x47\0\x11\x10".to_vec(), MediaType::Mts),
    ] {
        let sparse = Watched { bytes: &bytes, len: 3 << 30, read: Cell::new(0) };
        let begin = Instant::now();
        let seen = video::look(&sparse, media_type, None, None);
        assert_ne!(seen.picture.integrity, lightproof_model::problem::Integrity::Intact, "{media_type:?}");
        assert!(sparse.read.get() <= 128 << 20, "{media_type:?} read {}", sparse.read.get());
        assert!(begin.elapsed() < Duration::from_secs(5), "{media_type:?} took {:?}", begin.elapsed());
    }
}

#[test]
fn deep_nesting_of_directories_is_bounded() {
    // 20,000 directories, each pointing at the next through SubIFDs and through the chain.
    let mut b = b"II*\0\x08\0\0\0".to_vec();
    for _ in 0..20_000u32 {
        let next = b.len() as u32 + 18;
        b.extend([1, 0, 0x4A, 0x01, 4, 0, 1, 0, 0, 0]);
        b.extend(next.to_le_bytes());
        b.extend(next.to_le_bytes());
    }
    probe(&b, b"deep.tif");
}

/// What is seen of a raw, which is not intact and takes no time.
fn raw(bytes: &[u8], media_type: MediaType) -> Picture {
    let begin = Instant::now();
    let picture = look(bytes, media_type, None, &Limits::default());
    assert!(begin.elapsed() < Duration::from_secs(10), "{media_type:?} took {:?}", begin.elapsed());
    assert_ne!(picture.integrity, Integrity::Intact, "{media_type:?}");
    picture
}

#[test]
fn raws_whose_directories_loop_or_point_everywhere_are_damaged_and_no_more() {
    let raws = || MediaType::ALL.into_iter().filter(|t| t.class() == Class::Raw);
    let itself = tiff(&[(0x0111, 4, 1, 8), (0x0117, 4, 1, u32::MAX), (0x014A, 4, 1, 8), (0x8769, 4, 1, 8)], 8);
    let far = tiff(&[(0x0100, 4, 1, u32::MAX), (0x0101, 4, 1, u32::MAX), (0x0201, 4, 1, 8), (0x0202, 4, 1, u32::MAX)], u32::MAX);
    // A hundred thousand strips, all in one place: the list is a list of itself.
    let mut many = tiff(&[(0x0106, 3, 1, 32803), (0x0111, 4, 100_000, 8), (0x0117, 4, 100_000, 8)], 0);
    many.resize(500_000, 1);
    // Values that decoding needs, each the whole file, from as many directories as there may be.
    let mut values = b"II*\0\x08\0\0\0".to_vec();
    for i in 1..=200u32 {
        let rows = [0xC618u16, 0xC61A, 0xC740, 0xC741].map(|tag| (tag, 7u16, 60_000u32, 8u32));
        values.extend(&tiff(&rows, 8 + i * 54)[8..]);
    }
    values.resize(100_000, 7);
    for bytes in [itself, far, many, values] {
        for media_type in raws() {
            raw(&bytes, media_type);
        }
    }
}

#[test]
fn sample_tables_heaps_and_sections_of_absurd_length_cost_nothing() {
    let boxed = |kind: &[u8; 4], payload: &[u8]| [&(payload.len() as u32 + 8).to_be_bytes()[..], kind, payload].concat();
    let be = |numbers: &[u32]| numbers.iter().flat_map(|n| n.to_be_bytes()).collect::<Vec<u8>>();
    let table = [
        boxed(b"stsz", &be(&[0, 0xFFFF, u32::MAX])),
        boxed(b"stco", &be(&[0, u32::MAX, 0])),
        boxed(b"stsc", &be(&[0, 1, 1, u32::MAX])),
    ];
    let track = boxed(b"trak", &boxed(b"mdia", &boxed(b"minf", &boxed(b"stbl", &table.concat()))));
    let movie = [boxed(b"ftyp", b"crx \0\0\0\x01"), boxed(b"moov", &track.repeat(4000)), boxed(b"mdat", &[0; 64])].concat();
    raw(&movie, MediaType::Cr3);

    // A heap whose directory holds a heap that is the file itself, and so on.
    let mut heap = b"II\x1A\0\0\0HEAPCCDR\0\0\0\0\0\0\0\0\0\0\0\0".to_vec();
    heap.extend(60_000u16.to_le_bytes());
    for _ in 0..6000 {
        heap.extend(0x300Au16.to_le_bytes());
        heap.extend(u32::MAX.to_le_bytes());
        heap.extend(0u32.to_le_bytes());
    }
    heap.extend(0u32.to_le_bytes());
    raw(&heap, MediaType::Crw);

    let mut sections = b"FOVb\x02\0\x02\0".to_vec();
    sections.resize(300, 0xFF);
    sections.extend(b"SECd\0\0\x02\0");
    sections.extend(u32::MAX.to_le_bytes());
    for _ in 0..1000 {
        sections.extend([0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, b'I', b'M', b'A', b'2']);
    }
    sections.extend(300u32.to_le_bytes());
    raw(&sections, MediaType::X3f);
}

#[test]
fn a_raw_of_two_gibibytes_is_looked_at_by_position_and_read_in_part() {
    let rows = [
        (0x0106, 3, 1, 32803),
        (0x0111, 4, 1, 4096),
        (0x0117, 4, 1, 0x7000_0000),
        (0x0201, 4, 1, 64),
        (0x0202, 4, 1, 0x6000_0000),
    ];
    let sparse = Watched { bytes: &tiff(&rows, 0), len: 2 << 30, read: Cell::new(0) };
    let picture = look_by_position(&sparse, MediaType::Nef, None).unwrap();
    assert!(picture.fingerprint.is_none());
    assert!(sparse.read.get() <= 1 << 20, "read {}", sparse.read.get());
}

/// Looks at a picture within the time that any picture may take.
fn seen(what: &str, bytes: &[u8], media_type: MediaType) -> Picture {
    let begin = Instant::now();
    let picture = look(bytes, media_type, None, &Limits::default());
    assert!(begin.elapsed() < Duration::from_secs(10), "{what} took {:?}", begin.elapsed());
    picture
}

#[test]
fn any_bytes_are_looked_at_as_any_type() {
    let mut dice = Dice(11);
    for path in corpus().iter().step_by(40) {
        let mut bytes = fs::read(path).unwrap();
        bytes.truncate(20_000);
        for media_type in MediaType::ALL {
            seen(&format!("{} as {media_type:?}", path.display()), &bytes, media_type);
        }
    }
    for media_type in MediaType::ALL {
        for cut in [0, 1, 7, 8, 31, 100, 4096] {
            let noise: Vec<u8> = (0..cut).map(|_| dice.below(256) as u8).collect();
            seen("noise", &noise, media_type);
        }
    }
}

#[test]
fn pictures_behind_pictures_end() {
    let small = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds/small.jpg")).unwrap();
    let empty = [&small[..], &[0xff, 0xd8, 0xff, 0xd9].repeat(500_000)].concat();
    seen("half a million pictures behind one", &empty, MediaType::Jpeg);
    // A second frame of 65,535 × 65,535 in each of many.
    let frame = b"\xff\xd8\xff\xc0\0\x0b\x08\xff\xff\xff\xff\x01\x01\x11\0\xff\xda\0\x08\x01\x01\0\0\x3f\0\xff\xd9";
    seen("enormous pictures behind one", &[&small[..], &frame.repeat(10_000)].concat(), MediaType::Jpeg);
    let claims = [&small[..], b"SEFH\x6b\0\0\0\xff\xff\xff\xff", &[0xff; 40], b"\x30\0\0\0SEFT"].concat();
    assert_eq!(seen("a trailer that claims much", &claims, MediaType::Jpeg).integrity, Integrity::Damaged);
    let footers = [&small[..], &b"\0\0\0\0cbipcbbl".repeat(100_000)].concat();
    seen("a hundred thousand trailers", &footers, MediaType::Jpeg);
}

#[test]
fn strips_that_overlap_or_unpack_without_end_cost_little() {
    // A million strips of one byte each, all of them the whole file.
    let count = 250_000u32;
    let rows = [
        (0x0100, 4, 1, 1),
        (0x0101, 4, 1, count),
        (0x0103, 3, 1, 7),
        (0x010a, 3, 1, 2),
        (0x0111, 4, count, 200),
        (0x0116, 4, 1, 1),
        (0x0117, 4, count, 200 + count * 4),
    ];
    let mut strips = tiff(&rows, 0);
    strips.resize(200, 0);
    strips.extend(8u32.to_le_bytes().repeat(count as usize));
    strips.extend((count * 8).to_le_bytes().repeat(count as usize));
    seen("strips that overlap", &strips, MediaType::Tiff);
    for compression in [1, 3, 4, 5, 7, 8, 32773] {
        let huge = tiff(
            &[
                (0x0100, 4, 1, u32::MAX),
                (0x0101, 4, 1, u32::MAX),
                (0x0102, 3, 1, 64),
                (0x0103, 3, 1, compression),
                (0x0111, 4, 1, 8),
                (0x0115, 3, 1, 64),
                (0x0117, 4, 1, 20),
            ],
            0,
        );
        let picture = seen("a TIFF of any size", &huge, MediaType::Tiff);
        assert!(picture.fingerprint.is_none());
    }
}

#[test]
fn bitmaps_of_any_declared_size_cost_little() {
    for (bits, coding) in [(1u16, 0u32), (8, 0), (8, 1), (4, 2), (32, 3)] {
        for (width, height) in [(i32::MAX, i32::MAX), (i32::MAX, i32::MIN), (1, i32::MAX), (16_000, 16_000)] {
            let mut bitmap = b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0".to_vec();
            bitmap.extend(width.to_le_bytes());
            bitmap.extend(height.to_le_bytes());
            bitmap.extend([1, 0]);
            bitmap.extend(bits.to_le_bytes());
            bitmap.extend(coding.to_le_bytes());
            bitmap.resize(200, 1);
            let picture = seen(&format!("{width} × {height} of {bits} bits"), &bitmap, MediaType::Bmp);
            assert_ne!(picture.integrity, Integrity::Intact);
        }
    }
}

#[test]
fn chunks_and_tags_without_end_are_walked_once() {
    let riff = [&b"RIFF\xff\xff\xff\xffWEBP"[..], &b"ANMF\0\0\0\0".repeat(500_000)].concat();
    seen("half a million empty frames", &riff, MediaType::WebP);
    let png = [&b"\x89PNG\r\n\x1a\n"[..], &b"\0\0\0\0tEXt\0\0\0\0".repeat(500_000)].concat();
    seen("half a million empty texts", &png, MediaType::Png);
    seen("deep tags", &b"<a>".repeat(300_000), MediaType::Xmp);
    seen("open quotes", &b"<a b='".repeat(150_000), MediaType::Xmp);
    seen("open comments", &b"<!--".repeat(200_000), MediaType::Xmp);
    seen("deep brackets", &b"[{\"a\":".repeat(100_000), MediaType::TakeoutJson);
}

#[test]
fn boxes_in_boxes_without_end_are_followed_a_few_deep() {
    let boxed = |kind: &[u8; 4], inner: &[u8]| [&(inner.len() as u32 + 8).to_be_bytes()[..], kind, inner].concat();
    let depth = 200_000usize;
    let nested: Vec<u8> = (0..depth).flat_map(|i| [&((depth - i) as u32 * 8).to_be_bytes()[..], b"ipco"].concat()).collect();
    let meta = boxed(b"meta", &[&[0; 4][..], &boxed(b"iprp", &nested)].concat());
    seen("nested boxes", &[boxed(b"ftyp", b"heic\0\0\0\0mif1"), meta].concat(), MediaType::Heic);
}

#[test]
fn a_codestream_of_any_declared_size_costs_little() {
    let side = (1u32 << 31).to_be_bytes();
    let sizes = [side, side, [0; 4], [0; 4], side, side, [0; 4], [0; 4]].concat();
    let components = [7, 1, 1].repeat(4);
    let siz = [&[0, 0][..], &sizes, &[0, 4], &components].concat();
    let length = (siz.len() as u16 + 2).to_be_bytes();
    let stream = [b"\xFF\x4F\xFF\x51".as_slice(), &length, &siz, b"\xFF\xD9"].concat();
    let picture = seen("a codestream of 2^64 samples", &stream, MediaType::Jp2);
    assert!(picture.fingerprint.is_none() && picture.dimensions.is_some(), "{picture:?}");
}
