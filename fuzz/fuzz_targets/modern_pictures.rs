//! Pictures in boxes: HEIF, AVIF, JPEG XL and JPEG 2000, their structure and the decoders below it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use lightproof_fuzz::{LIMITS, chosen, forgive_guarded_panics, split, unguarded_panics_end_the_run};
use lightproof_media::picture::look;
use lightproof_model::media_type::MediaType;

const PICTURES: [MediaType; 4] = [MediaType::Heic, MediaType::Avif, MediaType::Jxl, MediaType::Jp2];

fuzz_target!(init: forgive_guarded_panics(), |input: &[u8]| {
    let (file, selector) = split(input);
    let media_type = chosen(&PICTURES, file, selector);
    if PICTURES.contains(&media_type) {
        let _ = unguarded_panics_end_the_run(|| look(file, media_type, None, &LIMITS));
    }
});
