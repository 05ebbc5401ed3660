//! Previews: where they lie, their bars, their fingerprints; from a medium that is sound and from one that fails.

#![no_main]

use libfuzzer_sys::fuzz_target;
use lightproof_fuzz::{FailingFrom, chosen, forgive_guarded_panics, split, unguarded_panics_end_the_run};
use lightproof_media::{facts::read_facts, preview::fingerprint};
use lightproof_model::{
    media_type::MediaType,
    probe::{Dimensions, Facts},
};

const PREVIEWED: [MediaType; 2] = [MediaType::Jpeg, MediaType::Heic];

/// Aspects of pictures, so that thumbnails of any shape meet one with bars and one without.
const SHAPES: [(u32, u32); 6] = [(4, 3), (3, 2), (16, 9), (3, 4), (1, u32::MAX), (u32::MAX, 1)];

fuzz_target!(init: forgive_guarded_panics(), |input: &[u8]| {
    let (file, selector) = split(input);
    let media_type = chosen(&PREVIEWED, file, selector);
    let _ = unguarded_panics_end_the_run(|| {
        let facts = read_facts(&file, media_type);
        let told = fingerprint(&file, media_type, &facts);
        assert_eq!(told, fingerprint(&file, media_type, &facts), "the same bytes show the same preview");
        let (width, height) = SHAPES[usize::from(selector) % SHAPES.len()];
        let facts = Facts { dimensions: Some(Dimensions { width, height }), ..facts };
        let _ = fingerprint(&file, media_type, &facts);
        let failing = FailingFrom { bytes: file, at: file.len() as u64 * u64::from(selector) / 256 };
        let _ = fingerprint(&failing, media_type, &facts);
    });
});
