//! Camera raws: any bytes, looked at as any raw, held whole and read by position.

#![no_main]

use libfuzzer_sys::fuzz_target;
use lightproof_fuzz::{FailingFrom, LIMITS, chosen, forgive_guarded_panics, split, unguarded_panics_end_the_run};
use lightproof_media::picture::{look, look_by_position};
use lightproof_model::{
    media_type::{Class, MediaType},
    probe::Picture,
};

const RAWS: [MediaType; 15] = [
    MediaType::Dng,
    MediaType::Nef,
    MediaType::Cr2,
    MediaType::Cr3,
    MediaType::Crw,
    MediaType::Arw,
    MediaType::Raf,
    MediaType::Orf,
    MediaType::Rw2,
    MediaType::Pef,
    MediaType::Iiq,
    MediaType::Kdc,
    MediaType::X3f,
    MediaType::Mrw,
    MediaType::Srw,
];

fuzz_target!(init: forgive_guarded_panics(), |input: &[u8]| {
    let (file, selector) = split(input);
    let media_type = chosen(&RAWS, file, selector);
    if media_type.class() != Class::Raw {
        return;
    }
    unguarded_panics_end_the_run(|| {
        let whole = look(file, media_type, Some(u16::from(selector)), &LIMITS);
        let by_position = look_by_position(&file, media_type, Some(u16::from(selector)));
        assert_eq!(Some(Picture { image_digest: None, ..whole }), by_position, "held or not, a raw shows the same");
        let failing = FailingFrom { bytes: file, at: file.len() as u64 * u64::from(selector) / 256 };
        let _ = look_by_position(&failing, media_type, None);
    });
});
