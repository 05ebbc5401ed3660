//! Structure of videos, with all bytes at hand and by position alone, on a disk that fails too.

#![no_main]

use libfuzzer_sys::fuzz_target;
use lightproof_fuzz::{FailingFrom, chosen, split};
use lightproof_media::video::look;
use lightproof_model::{
    media_type::MediaType::{self, Avi, Mkv, Mov, Mp4, Mpg, Mts},
    problem::Integrity,
};

const CHOICES: [MediaType; 6] = [Mov, Mp4, Mkv, Avi, Mpg, Mts];

fuzz_target!(|input: &[u8]| {
    let (file, selector) = split(input);
    let media_type = chosen(&CHOICES, file, selector);
    let whole = look(&file, media_type, Some(file), None);
    let again = look(&file, media_type, Some(file), None);
    assert_eq!(whole, again, "what is told depends on the bytes alone");
    assert!(whole.picture.fingerprint.is_none(), "nothing is decoded without ffmpeg");
    let told = whole.picture.problems.iter().map(|p| p.detail.len()).sum::<usize>();
    assert!(told < 4096, "problems are a few words");
    assert!(whole.picture.problems.iter().all(|p| p.detail.chars().all(|c| !c.is_control())));
    if whole.picture.integrity == Integrity::Damaged {
        assert!(!whole.picture.problems.is_empty(), "damage is told");
    }
    let _ = look(&file, media_type, None, None);
    let _ = look(&FailingFrom { bytes: file, at: file.len() as u64 / 2 }, media_type, None, None);
});
