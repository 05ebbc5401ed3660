//! Sidecars: the date of XMP, and whether the text of each kind is whole.

#![no_main]

use libfuzzer_sys::fuzz_target;
use lightproof_fuzz::{LIMITS, split};
use lightproof_media::{facts::xmp::sidecar_date, picture::look};
use lightproof_model::{media_type::MediaType, problem::Integrity};

fuzz_target!(|input: &[u8]| {
    let (file, _) = split(input);
    let _ = sidecar_date(file);
    for media_type in [MediaType::Xmp, MediaType::Aae, MediaType::TakeoutJson] {
        let seen = look(file, media_type, None, &LIMITS);
        let told = seen.problems.is_empty();
        assert_eq!(told, seen.integrity == Integrity::Intact, "what is not whole has a reason");
    }
});
