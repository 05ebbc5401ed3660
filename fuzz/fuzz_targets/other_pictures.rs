//! Pictures that are no JPEG: those that are fingerprinted, and those of which only a digest is taken.
//! HEIF and its like have a target of their own.

#![no_main]

use libfuzzer_sys::fuzz_target;
use lightproof_fuzz::{LIMITS, chosen, forgive_guarded_panics, split, unguarded_panics_end_the_run};
use lightproof_media::picture::look;
use lightproof_model::media_type::MediaType;

const PICTURES: [MediaType; 6] = [
    MediaType::Png,
    MediaType::WebP,
    MediaType::Gif,
    MediaType::Tiff,
    MediaType::Bmp,
    MediaType::Nef,
];

fuzz_target!(init: forgive_guarded_panics(), |input: &[u8]| {
    let (file, selector) = split(input);
    let media_type = chosen(&PICTURES, file, selector);
    // JPEGs have a target of their own.
    if media_type != MediaType::Jpeg {
        let _ = unguarded_panics_end_the_run(|| look(file, media_type, None, &LIMITS));
    }
});
