//! Media types and metadata: any bytes, read as any type, from a medium that is sound and from one that fails.

#![no_main]

use libfuzzer_sys::fuzz_target;
use lightproof_fuzz::{FailingFrom, chosen, split};
use lightproof_media::{facts::read_facts, sniff::sniff};
use lightproof_model::{media_type::MediaType, probe::Position};

/// Names whose extension takes part in telling the type.
const NAMES: [&[u8]; 8] =
    [b"a.nef", b"a.JPG", b"a.orf", b"a.xmp", b"a.jpg.json", b"a.jpg.supplemental-metadata.json", b".", b"a.\xff"];

fuzz_target!(|input: &[u8]| {
    let (file, selector) = split(input);
    for name in NAMES {
        let _ = sniff(file, Some(name));
    }
    let media_type = chosen(&MediaType::ALL, file, selector);
    let facts = read_facts(&file, media_type);
    assert_eq!(facts, read_facts(&file, media_type), "the same bytes tell the same facts");
    let on_earth = |p: &Position| p.latitude.abs() <= 90.0 && p.longitude.abs() <= 180.0;
    assert!(facts.position.as_ref().is_none_or(on_earth), "{:?}", facts.position);
    let failing = FailingFrom { bytes: file, at: file.len() as u64 * u64::from(selector) / 256 };
    let _ = read_facts(&failing, media_type);
});
