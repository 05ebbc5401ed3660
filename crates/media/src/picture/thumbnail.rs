//! The small upright picture that a server made of an asset: what it tells in place of the picture itself.
//!
//! It has been turned upright, converted to sRGB and scaled by somebody else, so it tells what the picture looks like and nothing more:
//! neither its dimensions, nor its bytes, nor whether they are whole.
//! Absent on purpose: the thumbnails within files (`preview`), which stand for the picture only for a while.

use lightproof_model::{
    media_type::MediaType,
    probe::Picture,
    problem::{Integrity, Problem, ProblemKind},
};

use super::{Limits, look};
use crate::sniff::{HEAD, sniff};

/// What decoding a thumbnail may take: one of 2,000 × 2,000 pixels would be none any more.
const LIMITS: Limits = Limits { decoded_bytes: 16 << 20 };

/// Looks at a thumbnail that a server made of a photograph. A fingerprint or the reason why there is none is all that comes of it.
///
/// Of a video it shows one frame. That is no fingerprint of a video, which is woven of several: nobody may ask for it here.
#[must_use]
pub fn look_at_thumbnail(bytes: &[u8]) -> Picture {
    let media_type = sniff(&bytes[..bytes.len().min(HEAD)], None);
    let is_small_picture = matches!(
        media_type,
        MediaType::Jpeg | MediaType::WebP | MediaType::Png | MediaType::Avif | MediaType::Jxl | MediaType::Gif
    );
    let without = |why: String| Picture {
        integrity: Integrity::NotChecked,
        problems: vec![Problem::new(ProblemKind::NotFingerprinted, why)],
        ..Picture::default()
    };
    if !is_small_picture {
        return without(format!("the server's thumbnail is no picture but {}", media_type.mime()));
    }
    // It is upright, whatever metadata it may have kept.
    let seen = look(bytes, media_type, None, &LIMITS);
    match (seen.integrity, seen.fingerprint) {
        (Integrity::Damaged | Integrity::Unreadable, _) => without("the server's thumbnail is damaged".to_owned()),
        (_, Some(fingerprint)) => {
            Picture { fingerprint: Some(fingerprint), integrity: Integrity::NotChecked, ..Picture::default() }
        }
        (_, None) => {
            let why = seen.problems.into_iter().find(|problem| problem.kind == ProblemKind::NotFingerprinted);
            without(why.map_or_else(|| "the server's thumbnail shows nothing".to_owned(), |problem| problem.detail))
        }
    }
}

#[cfg(test)]
mod tests {
    use lightproof_darkroom::{
        jpeg::{cut_short, encoded},
        photo::Photo,
    };
    use lightproof_model::fingerprint::{ALIKE, RADIUS, fine_distance, hash_distance};

    use super::*;

    fn reason(bytes: &[u8]) -> String {
        let seen = look_at_thumbnail(bytes);
        assert_eq!((seen.fingerprint, seen.integrity, seen.dimensions), (None, Integrity::NotChecked, None));
        seen.problems.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_thumbnail_tells_what_the_picture_looks_like_and_nothing_more() {
        let photo = Photo::drawn(5).size(900, 600);
        let whole = look(&photo.clone().jpeg(92), MediaType::Jpeg, None, &Limits::default()).fingerprint.unwrap();
        let seen = look_at_thumbnail(&photo.resized(375, 250).jpeg(80));
        let small = seen.fingerprint.unwrap();
        assert!(hash_distance(whole.hash, small.hash) <= RADIUS && fine_distance(&whole.gray, &small.gray) <= ALIKE);
        assert_eq!((seen.integrity, seen.dimensions, seen.image_digest), (Integrity::NotChecked, None, None));
        assert_eq!(seen.problems, []);
    }

    #[test]
    fn what_is_no_picture_is_cut_or_blank_gives_no_fingerprint_and_says_why() {
        let jpeg = Photo::drawn(5).size(375, 250).jpeg(80);
        let blank = encoded(&lightproof_darkroom::canvas::Canvas::black(375, 250), 80);
        for (bytes, why) in [
            (&b"<html>502 Bad Gateway</html>"[..], "no picture"),
            (b"", "no picture"),
            (&cut_short(&jpeg, 0.9), "damaged"),
            (&jpeg[..200], "damaged"),
            (&blank, "too little structure"),
        ] {
            assert!(reason(bytes).contains(why), "{why}: {}", reason(bytes));
        }
    }
}
