//! Showing: every format as a person sees it, in every turn and in two sizes.

#![no_main]

use libfuzzer_sys::fuzz_target;
use lightproof_fuzz::{LIMITS, chosen, forgive_guarded_panics, split, unguarded_panics_end_the_run};
use lightproof_media::showing::{Wanted, show};
use lightproof_model::media_type::MediaType;

fuzz_target!(init: forgive_guarded_panics(), |input: &[u8]| {
    let (file, selector) = split(input);
    let media_type = chosen(&MediaType::ALL, file, selector);
    let longest_side = if selector.is_multiple_of(2) { 48 } else { Wanted::FULL.longest_side };
    let orientation = Some(u16::from(selector % 10));
    let shown = unguarded_panics_end_the_run(|| show(file, media_type, orientation, Wanted { longest_side }, &LIMITS));
    if let Ok(shown) = shown {
        assert!(shown.width.max(shown.height) <= longest_side && shown.jpeg.starts_with(&[0xff, 0xd8]));
    }
});
