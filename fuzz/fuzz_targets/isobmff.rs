//! ISO base media boxes and HEIF image items.

#![no_main]

use libfuzzer_sys::fuzz_target;
use lightproof_fuzz::split;
use lightproof_media::isobmff::{Heif, boxes, read, top_level};
use lightproof_model::read_at::ReadAt;

const LIMIT: u64 = 1 << 20;

fuzz_target!(|input: &[u8]| {
    let (file, _) = split(input);
    let mut end = 0;
    for outer in top_level(&file) {
        assert!(outer.start >= end && outer.payload.start > outer.start, "boxes follow one another");
        assert!(outer.payload.end <= ReadAt::len(&file), "no box reaches behind the end");
        end = outer.payload.end;
        for inner in boxes(&file, outer.payload.clone()) {
            let payload = read(&file, inner.payload.clone(), LIMIT);
            assert!(payload.is_none_or(|bytes| bytes.len() as u64 <= LIMIT));
            let _ = Heif::read_meta(&file, inner.payload);
        }
    }
    let Some(heif) = Heif::read(&file) else { return };
    for id in heif.items.keys().copied().take(64) {
        let _ = heif.dimensions(id);
        let _ = heif.properties_of(id).count();
        let _ = heif.referring_to(id, b"thmb").chain(heif.referred_by(id, b"dimg")).count();
        assert!(heif.data(&file, id, LIMIT).is_none_or(|bytes| bytes.len() as u64 <= LIMIT));
    }
});
