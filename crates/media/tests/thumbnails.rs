//! A server's thumbnail is found to be its original's, and no other's: on real photographs.
#![allow(clippy::unwrap_used)]

mod near_dup;

use std::{fs, path::Path};

use lightproof_media::{
    facts::read_facts,
    picture::{Limits, look, look_at_thumbnail},
    sniff::sniff,
};
use lightproof_model::{
    fingerprint::{ALIKE, Fingerprint, RADIUS, REENCODED, fine_distance, hash_distance},
    media_type::MediaType,
    problem::Integrity,
};
use lightproof_testkit::immich::thumbnail::thumbnail;
use zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions};
use zune_jpeg::JpegDecoder;

struct Pair {
    name: String,
    original: Fingerprint,
    thumbnail: Fingerprint,
}

/// A sound JPEG's fingerprint, and that of the thumbnail which a server would make of it.
fn pair(path: &Path) -> Option<Pair> {
    let bytes = fs::read(path).ok()?;
    let media_type = sniff(&bytes[..bytes.len().min(4096)], None);
    if media_type != MediaType::Jpeg {
        return None;
    }
    let orientation = read_facts(&bytes.as_slice(), media_type).orientation;
    let seen = look(&bytes, media_type, orientation, &Limits::default());
    let original = seen.fingerprint.filter(|_| seen.integrity == Integrity::Intact)?;
    let options = DecoderOptions::default().set_strict_mode(false).jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(&bytes), options);
    let rgb = decoder.decode().ok()?;
    let (width, height) = decoder.dimensions()?;
    if decoder.output_colorspace() != Some(ColorSpace::RGB) || rgb.len() != width * height * 3 {
        return None;
    }
    let small = thumbnail(&rgb, width as u32, height as u32, orientation.and_then(|o| u8::try_from(o).ok()).unwrap_or(1));
    let name = path.display().to_string();
    let seen = look_at_thumbnail(&small);
    assert!(seen.fingerprint.is_some(), "{name}: {:?}", seen.problems);
    Some(Pair { thumbnail: seen.fingerprint?, name, original })
}

#[test]
fn a_thumbnail_is_found_to_be_its_originals_and_no_strangers() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    if !corpus.is_dir() {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "shared corpus missing: {}", corpus.display());
        println!("shared corpus missing: {}", corpus.display());
        return;
    }
    let mut files = Vec::new();
    ["cameras", "near-dup"].iter().for_each(|part| near_dup::below(&corpus.join(part), &mut files));
    let pairs: Vec<Pair> = files.iter().filter_map(|path| pair(path)).collect();
    assert!(pairs.len() > 400, "{} photographs", pairs.len());

    let distance = |a: &Fingerprint, b: &Fingerprint| (hash_distance(a.hash, b.hash), fine_distance(&a.gray, &b.gray));
    let far: Vec<String> = pairs
        .iter()
        .map(|pair| (distance(&pair.original, &pair.thumbnail), pair))
        .filter(|((bits, fine), _)| *bits > RADIUS || *fine > ALIKE)
        .map(|((bits, fine), pair)| format!("{bits} bits, {fine}: {}", pair.name))
        .collect();
    let as_re_encoded = pairs.iter().filter(|pair| distance(&pair.original, &pair.thumbnail).1 <= REENCODED).count();
    println!("{} photographs, {as_re_encoded} within re-encoding, not found: {far:#?}", pairs.len());
    assert!(far.len() * 100 <= pairs.len(), "more than one in a hundred is not found: {far:#?}");
    assert!(as_re_encoded * 100 >= pairs.len() * 97, "{as_re_encoded} of {} within re-encoding", pairs.len());

    // Whatever originals are told apart are told apart by a thumbnail, too.
    let (shots, _) = near_dup::near_dup(&corpus);
    for pair in &pairs {
        let Some(own) = shots.iter().find(|shot| pair.name.ends_with(&format!("near-dup/{}", shot.name))) else { continue };
        for other in shots.iter().filter(|shot| shot.group != own.group && (own.set.is_empty() || own.set != shot.set)) {
            let (bits, fine) = near_dup::nearest(&pair.thumbnail, &other.print);
            assert!(bits > RADIUS || fine > ALIKE, "strangers: {} and {}, {bits} bits, {fine}", pair.name, other.name);
        }
    }
}
