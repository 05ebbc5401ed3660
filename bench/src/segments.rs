//! JPEG segments: taking the metadata of one file, and putting it into another.
//!
//! The blocks are copied as they are, maker notes included. Absent on purpose: what they mean.

/// The APP segments that tell of a photograph: EXIF, XMP, ICC, IPTC; each with its marker and length.
///
/// JFIF, Adobe's colour transform and the index of further pictures (MPF) belong to the encoding and stay behind.
pub fn metadata(jpeg: &[u8]) -> Vec<u8> {
    let mut kept = Vec::new();
    let mut at = 2;
    while let Some(&[0xFF, marker, high, low]) = jpeg.get(at..at + 4).and_then(|s| s.first_chunk::<4>()) {
        let end = at + 2 + usize::from(u16::from_be_bytes([high, low]));
        let Some(segment) = jpeg.get(at..end) else { break };
        let told = matches!(marker, 0xE1..=0xED) && !segment[4..].starts_with(b"MPF\0");
        if told {
            kept.extend_from_slice(segment);
        }
        if marker == 0xDA {
            break;
        }
        at = end;
    }
    kept
}

/// Whether there is an EXIF block among these segments.
pub fn have_exif(segments: &[u8]) -> bool {
    segments.windows(6).any(|w| w == b"Exif\0\0")
}

/// The encoded picture with these segments in place of its JFIF header.
pub fn with_metadata(encoded: &[u8], segments: &[u8]) -> Vec<u8> {
    let behind_jfif = match encoded {
        [0xFF, 0xD8, 0xFF, 0xE0, high, low, ..] => 4 + usize::from(u16::from_be_bytes([*high, *low])),
        _ => 2,
    };
    [&[0xFF, 0xD8], segments, &encoded[behind_jfif..]].concat()
}
