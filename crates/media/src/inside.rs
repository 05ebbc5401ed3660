//! Inside: what an asset holds beside its picture that a re-encoded copy of the picture does not have.
//!
//! Motion videos (Google's motion photo 1.0 and its forerunner, Samsung's trailer, `mpvd` boxes), gain maps (Ultra HDR 1.0, ISO 21496-1, Apple's auxiliary image), depth maps,
//! sounds, and further pictures of a multi-picture file (CIPA DC-007) that are no thumbnails of it. Told from what the head and the end say; nothing is
//! decoded, and a few hundred kilobytes are read whatever the asset's size. Absent on purpose: whether it is whole (`picture`), and video files.

use std::{collections::BTreeSet, io};

use lightproof_model::{
    media_type::{Class, MediaType},
    read_at::ReadAt,
};
use memchr::memmem;

use crate::facts::multi_picture;

/// What of the head is looked at.
const HEAD: u64 = 512 << 10;
/// What of the end is looked at: Samsung's directory stands there.
const END: u64 = 64 << 10;
/// Boxes of a file's first level that are looked at.
const MOST_BOXES: usize = 64;

/// Something inside, in the order in which it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Motion,
    GainMap,
    Depth,
    Sound,
    Picture,
}

impl Part {
    fn words(self) -> &'static str {
        match self {
            Part::Motion => "a motion video",
            Part::GainMap => "a gain map",
            Part::Depth => "a depth map",
            Part::Sound => "a sound",
            Part::Picture => "another picture",
        }
    }
}

/// What is inside, in words; nothing where there is nothing but the picture.
///
/// # Errors
/// Whatever the medium reports.
pub fn inside(asset: &dyn ReadAt, media_type: MediaType) -> io::Result<Option<String>> {
    if media_type.class() != Class::Photo {
        return Ok(None);
    }
    let head = read(asset, 0, HEAD)?;
    let from = asset.len().saturating_sub(END);
    let end = if from == 0 { head.clone() } else { read(asset, from, END)? };
    let mut parts = BTreeSet::new();
    if head.starts_with(&[0xff, 0xd8]) {
        jpeg(&head, &mut parts);
        if has(&end, b"SEFT") && has(&end, b"MotionPhoto_Data") {
            parts.insert(Part::Motion);
        }
    } else if head.get(4..8) == Some(b"ftyp") {
        boxes(asset, &head, &mut parts)?;
    }
    let words: Vec<&str> = parts.into_iter().map(Part::words).collect();
    Ok(if words.is_empty() { None } else { Some(words.join(", ")) })
}

fn read(asset: &dyn ReadAt, from: u64, most: u64) -> io::Result<Vec<u8>> {
    let length = asset.len().saturating_sub(from).min(most);
    let mut bytes = vec![0; usize::try_from(length).unwrap_or_default()];
    let mut filled = 0;
    while filled < bytes.len() {
        match asset.read_at(from + filled as u64, &mut bytes[filled..])? {
            0 => break,
            read => filled += read,
        }
    }
    bytes.truncate(filled);
    Ok(bytes)
}

fn has(bytes: &[u8], what: &[u8]) -> bool {
    memmem::find(bytes, what).is_some()
}

/// What the segments before the picture say.
fn jpeg(head: &[u8], parts: &mut BTreeSet<Part>) {
    let mut at = 2;
    while let Some([0xff, marker]) = head.get(at..at + 2).map(|two| [two[0], two[1]]) {
        match marker {
            0xff => {
                at += 1;
                continue;
            }
            // Where the picture begins, nothing more is said of it.
            0xda | 0xd9 => break,
            0x01 | 0xd0..=0xd7 => {
                at += 2;
                continue;
            }
            _ => {}
        }
        let Some(length) = head.get(at + 2..at + 4).map(|two| usize::from(u16::from_be_bytes([two[0], two[1]]))) else { break };
        if length < 2 {
            break;
        }
        let payload = head.get(at + 4..(at + 2 + length).min(head.len())).unwrap_or_default();
        match marker {
            0xe1 if payload.starts_with(b"http://ns.adobe.com/xap/1.0/\0") => xmp(payload, parts),
            0xe2 => {
                let further = payload.strip_prefix(b"MPF\0").and_then(multi_picture::entries).unwrap_or_default();
                // A large thumbnail is made of the picture itself.
                let is_another = |entry: &multi_picture::Entry| entry.kind >> 16 != 1 && entry.length > 0;
                if further.iter().skip(1).any(is_another) {
                    parts.insert(Part::Picture);
                }
            }
            _ => {}
        }
        at += 2 + length;
    }
    // A gain map or a depth map is one of the further pictures of the index.
    if parts.contains(&Part::GainMap) || parts.contains(&Part::Depth) {
        parts.remove(&Part::Picture);
    }
}

/// What XMP says is inside, searched as text: its writers use attributes and elements alike.
fn xmp(xmp: &[u8], parts: &mut BTreeSet<Part>) {
    let one = |name: &[u8]| {
        memmem::find_iter(xmp, name).any(|at| {
            let rest = xmp.get(at + name.len()..).unwrap_or_default();
            [b"=\"1\"".as_slice(), b"='1'", b">1<"].iter().any(|said| rest.starts_with(said))
        })
    };
    if one(b"MicroVideo") || one(b"MotionPhoto") {
        parts.insert(Part::Motion);
    }
    let semantic = |word: &str| {
        let forms = [format!("Semantic=\"{word}\""), format!("Semantic='{word}'"), format!("Semantic>{word}<")];
        forms.iter().any(|form| has(xmp, form.as_bytes()))
    };
    if semantic("MotionPhoto") {
        parts.insert(Part::Motion);
    }
    if semantic("GainMap") || has(xmp, b"HDRGainMapVersion") || has(xmp, b"hdrgm:Version") {
        parts.insert(Part::GainMap);
    }
    if semantic("Depth") || has(xmp, b"GDepth:Mime") || has(xmp, b"GDepth:Format") {
        parts.insert(Part::Depth);
    }
    if has(xmp, b"GAudio:Mime") {
        parts.insert(Part::Sound);
    }
    if has(xmp, b"GImage:Mime") {
        parts.insert(Part::Picture);
    }
}

/// What a HEIF or AVIF says: its boxes of the first level, and the kinds of its auxiliary images.
fn boxes(asset: &dyn ReadAt, head: &[u8], parts: &mut BTreeSet<Part>) -> io::Result<()> {
    let mut at = 0;
    for _ in 0..MOST_BOXES {
        let header = match head.get(usize::try_from(at).unwrap_or(usize::MAX)..).filter(|rest| rest.len() >= 16) {
            Some(rest) => rest[..16].to_vec(),
            None => read(asset, at, 16)?,
        };
        let Some((size, kind)) = header.split_first_chunk::<4>() else { break };
        let kind = kind.get(..4).unwrap_or_default();
        let size = match u32::from_be_bytes(*size) {
            0 => asset.len().saturating_sub(at),
            1 => header.get(8..16).and_then(|wide| wide.try_into().ok()).map_or(0, u64::from_be_bytes),
            size => size.into(),
        };
        match kind {
            b"mpvd" => drop(parts.insert(Part::Motion)),
            b"meta" => auxiliary(&read(asset, at, size.min(HEAD))?, parts),
            b"sefd" if has(&read(asset, at, size.min(END))?, b"MotionPhoto_Data") => drop(parts.insert(Part::Motion)),
            _ => {}
        }
        if size < 8 || at.saturating_add(size) >= asset.len() {
            break;
        }
        at += size;
    }
    Ok(())
}

/// Kinds of auxiliary images, by the names that are written out in `auxC` and `infe` boxes.
fn auxiliary(meta: &[u8], parts: &mut BTreeSet<Part>) {
    if has(meta, b"aux:hdrgainmap") || has(meta, b"infe\x02\0\0\0") && has(meta, b"tmap") {
        parts.insert(Part::GainMap);
    }
    if has(meta, b"auxiliary:depth") || has(meta, b"urn:mpeg:hevc:2015:auxid:2\0") || has(meta, b"aux:disparitymap") {
        parts.insert(Part::Depth);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(bytes: &[u8], media_type: MediaType) -> Option<String> {
        inside(&bytes, media_type).unwrap()
    }

    fn jpeg_with(segments: &[(u8, &[u8])], tail: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0xff, 0xd8];
        for (marker, payload) in segments {
            bytes.extend([0xff, *marker]);
            bytes.extend(((payload.len() + 2) as u16).to_be_bytes());
            bytes.extend(*payload);
        }
        bytes.extend([0xff, 0xda, 0, 2, 1, 2, 3, 0xff, 0xd9]);
        bytes.extend(tail);
        bytes
    }

    fn xmp_segment(text: &str) -> Vec<u8> {
        [b"http://ns.adobe.com/xap/1.0/\0".as_slice(), text.as_bytes()].concat()
    }

    #[test]
    fn what_xmp_says_is_inside_is_told_whatever_way_it_is_written() {
        for (text, expected) in [
            ("<rdf:Description GCamera:MotionPhoto=\"1\"/>", Some("a motion video")),
            ("<GCamera:MicroVideo>1</GCamera:MicroVideo>", Some("a motion video")),
            ("<rdf:Description GCamera:MotionPhoto=\"0\"/>", None),
            ("<Container:Item Item:Semantic=\"GainMap\"/>", Some("a gain map")),
            (
                "<Item:Semantic>MotionPhoto</Item:Semantic><Item:Semantic>GainMap</Item:Semantic>",
                Some("a motion video, a gain map"),
            ),
            ("<rdf:Description GDepth:Mime='image/png' GAudio:Mime='audio/mp4'/>", Some("a depth map, a sound")),
            ("<rdf:Description xmp:Rating='5'/>", None),
        ] {
            let bytes = jpeg_with(&[(0xe1, &xmp_segment(text))], b"");
            assert_eq!(told(&bytes, MediaType::Jpeg).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_samsung_trailer_with_a_video_is_told_and_a_plain_picture_has_nothing_inside() {
        let plain = jpeg_with(&[(0xe0, b"JFIF\0")], b"");
        assert_eq!(told(&plain, MediaType::Jpeg), None);
        let samsung = jpeg_with(&[(0xe0, b"JFIF\0")], b"....MotionPhoto_Data....SEFH....SEFT");
        assert_eq!(told(&samsung, MediaType::Jpeg).as_deref(), Some("a motion video"));
    }

    #[test]
    fn boxes_behind_the_picture_are_told() {
        let atom = |kind: &[u8], payload: &[u8]| [&((payload.len() + 8) as u32).to_be_bytes(), kind, payload].concat();
        let heif = |rest: &[Vec<u8>]| [atom(b"ftyp", b"heic\0\0\0\0"), rest.concat()].concat();
        let apple = heif(&[atom(b"meta", b"....auxCurn:com:apple:photo:2020:aux:hdrgainmap\0")]);
        assert_eq!(told(&apple, MediaType::Heic).as_deref(), Some("a gain map"));
        let google = heif(&[atom(b"meta", b"...."), atom(b"mdat", &[0; 900_000]), atom(b"mpvd", &[0; 10])]);
        assert_eq!(told(&google, MediaType::Heic).as_deref(), Some("a motion video"));
        assert_eq!(told(&heif(&[atom(b"meta", b"....urn:mpeg:hevc:2015:auxid:1\0")]), MediaType::Heic), None, "alpha");
    }

    #[test]
    fn whatever_the_bytes_nothing_panics_and_videos_are_not_asked() {
        let mut seed = 1_u64;
        for length in 0..2_000 {
            let bytes: Vec<u8> = (0..length)
                .map(|_| {
                    seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    (seed >> 33) as u8
                })
                .collect();
            for front in [b"".as_slice(), &[0xff, 0xd8, 0xff], b"\0\0\0\x14ftyp", b"\0\0\0\x08ftyp\0\0\0\0meta"] {
                let _ = told(&[front, &bytes].concat(), MediaType::Jpeg);
            }
        }
        assert_eq!(told(b"\0\0\0\x14ftypqt  mpvd", MediaType::Mov), None);
    }
}
