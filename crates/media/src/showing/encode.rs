//! The JPEG that goes to a browser, with the colour profile of what it was made of.
//!
//! A profile comes from the picture that is shown: it is data of others, only carried along, and only if it is one for red, green and
//! blue. Absent on purpose: every other metadata; what is shown says nothing of where it was taken.

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use super::{Wanted, reduce::Colours};

/// Quality of what is looked at large, and of what stands beside others.
const LARGE: u8 = 90;
const SMALL: u8 = 82;
/// Pixels along the longer side up to which a picture is small.
const SMALL_SIDE: u32 = 800;
/// Pixels along the longer side below which every one of them keeps its colour.
const FEW: usize = 256;
/// Bytes of a profile that are worth carrying along; one for a display has 500 to 4000.
const PROFILE: usize = 256 << 10;

/// Encodes a picture; nothing where no JPEG can hold it.
pub(super) fn jpeg(colours: &Colours, profile: Option<&[u8]>, wanted: Wanted) -> Option<Vec<u8>> {
    let (width, height) = (u16::try_from(colours.width).ok()?, u16::try_from(colours.height).ok()?);
    let quality = if wanted.longest_side <= SMALL_SIDE { SMALL } else { LARGE };
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, quality);
    // One colour sample for four pixels is right for photographs, and not for what is zoomed into, or what has few pixels.
    let few = colours.width.max(colours.height) < FEW;
    let sampling = if quality == SMALL && !few { SamplingFactor::F_2_2 } else { SamplingFactor::F_1_1 };
    encoder.set_sampling_factor(sampling);
    if let Some(profile) = profile {
        encoder.add_icc_profile(profile).ok()?;
    }
    encoder.encode(colours.pixels.as_flattened(), width, height, ColorType::Rgb).ok()?;
    Some(bytes)
}

/// Whether a profile says what red, green and blue are: of a display, a camera or a working space (ICC.1:2022, 7.2).
pub(super) fn is_usable(profile: &[u8]) -> bool {
    let told = |at: usize| profile.get(at..at + 4).unwrap_or_default();
    let (class, space, signature) = (told(12), told(16), told(36));
    let size = profile.first_chunk::<4>().map_or(0, |size| u32::from_be_bytes(*size) as usize);
    let fits = (128..=PROFILE).contains(&profile.len()) && (128..=profile.len()).contains(&size);
    fits && signature == b"acsp" && space == b"RGB " && matches!(class, b"mntr" | b"scnr" | b"spac")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(class: &[u8; 4], space: &[u8; 4], length: usize) -> Vec<u8> {
        let mut profile = vec![0; length];
        profile[..4].copy_from_slice(&(length as u32).to_be_bytes());
        profile[12..16].copy_from_slice(class);
        profile[16..20].copy_from_slice(space);
        profile[36..40].copy_from_slice(b"acsp");
        profile
    }

    #[test]
    fn only_profiles_for_red_green_and_blue_go_along() {
        for (class, space, length, usable) in [
            (b"mntr", b"RGB ", 200, true),
            (b"scnr", b"RGB ", 200, true),
            (b"prtr", b"RGB ", 200, false),
            (b"mntr", b"CMYK", 200, false),
            (b"mntr", b"GRAY", 200, false),
            (b"mntr", b"RGB ", PROFILE + 1, false),
        ] {
            assert_eq!(is_usable(&profile(class, space, length)), usable, "{class:?} {space:?} {length}");
        }
        assert!(!is_usable(b"") && !is_usable(&[0; 200]));
        let mut cut = profile(b"mntr", b"RGB ", 200);
        cut.truncate(150);
        assert!(!is_usable(&cut));
    }

    #[test]
    fn a_profile_is_carried_whole_through_several_segments() {
        let large = profile(b"mntr", b"RGB ", 150_000);
        let colours = Colours { width: 9, height: 8, pixels: vec![[1, 2, 3]; 72] };
        let encoded = jpeg(&colours, Some(&large), Wanted { longest_side: 480 }).unwrap();
        let mut decoder = zune_jpeg::JpegDecoder::new(zune_core::bytestream::ZCursor::new(&encoded[..]));
        decoder.decode_headers().unwrap();
        assert_eq!((decoder.icc_profile(), decoder.dimensions()), (Some(large), Some((9, 8))));
    }
}
