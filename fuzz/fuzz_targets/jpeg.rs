//! JPEG pictures: the walk to the reduced gray, the digest and the fingerprint.

#![no_main]

use libfuzzer_sys::fuzz_target;
use lightproof_fuzz::{LIMITS, forgive_guarded_panics, split, unguarded_panics_end_the_run};
use lightproof_media::picture::look;
use lightproof_model::media_type::MediaType;

fuzz_target!(init: forgive_guarded_panics(), |input: &[u8]| {
    let (file, selector) = split(input);
    let _ = unguarded_panics_end_the_run(|| look(file, MediaType::Jpeg, Some(u16::from(selector)), &LIMITS));
});
