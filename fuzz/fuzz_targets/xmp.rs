//! Dates of XMP sidecars.

#![no_main]

use libfuzzer_sys::fuzz_target;
use lightproof_fuzz::split;
use lightproof_media::facts::xmp::sidecar_date;

fuzz_target!(|input: &[u8]| {
    let (file, _) = split(input);
    let _ = sidecar_date(file);
});
