//! Canon's CR3: a movie whose tracks are a full-size JPEG and sensor data, with two more previews in boxes of their own.
//!
//! Layout as ExifTool documents it; sample tables are those of ISO/IEC 14496-12.
//! Absent on purpose: metadata boxes (`facts`).

use std::ops::Range;

use lightproof_model::read_at::ReadAt;

use super::contents::{Contents, Piece, Preview, Sensor, least_of, sides};
use crate::{
    facts::value::Order,
    isobmff::{BoxAt, FourCc, boxes, read, top_level},
};

/// Canon's box below `moov`, with the thumbnail.
const CANON: [u8; 16] = [0x85, 0xC0, 0xB6, 0x87, 0x82, 0x0F, 0x11, 0xE0, 0x81, 0x11, 0xF4, 0xCE, 0x46, 0x2B, 0x6A, 0x48];
/// The box of the preview.
const PREVIEW: [u8; 16] = [0xEA, 0xF4, 0x2B, 0x5E, 0x1C, 0x98, 0x4B, 0x88, 0xB9, 0xFB, 0xB7, 0xDC, 0x40, 0x6E, 0x4D, 0x16];
/// Tracks, and samples of one track.
const MAX_TRACKS: usize = 16;
const MAX_SAMPLES: u64 = 4096;

/// What a CR3 holds.
pub(super) fn cr3(bytes: &dyn ReadAt) -> Contents {
    let mut contents = Contents::default();
    let (mut movie, mut media, mut tracks) = (false, false, 0);
    for b in top_level(bytes) {
        if b.cut {
            contents.fault(format!("truncated in box {}", String::from_utf8_lossy(&b.kind)));
        }
        match (&b.kind, b.uuid) {
            (b"moov", _) => {
                movie = true;
                for inner in boxes(bytes, b.payload.clone()) {
                    match (&inner.kind, inner.uuid) {
                        (b"uuid", Some(CANON)) => thumbnail(bytes, inner.payload, &mut contents),
                        (b"trak", _) if tracks < MAX_TRACKS => {
                            tracks += 1;
                            track(bytes, inner.payload, &mut contents);
                        }
                        _ => {}
                    }
                }
            }
            (b"uuid", Some(PREVIEW)) => preview(bytes, b.payload, &mut contents),
            (b"mdat", _) => media = true,
            _ => {}
        }
    }
    if !movie {
        contents.fault("there is no box of tracks");
    }
    if !media {
        contents.fault("there is no box of image data");
    }
    contents
}

/// `THMB`: version, width, height, length, then the JPEG.
fn thumbnail(bytes: &dyn ReadAt, payload: Range<u64>, contents: &mut Contents) {
    if let Some(b) = boxes(bytes, payload).find(|b| b.kind == *b"THMB") {
        jpeg_in(bytes, &b, 8, contents);
    }
}

/// `PRVW` behind eight bytes: six bytes, width, height, two bytes, length, then the JPEG.
fn preview(bytes: &dyn ReadAt, payload: Range<u64>, contents: &mut Contents) {
    if let Some(b) = boxes(bytes, payload.start + 8..payload.end).find(|b| b.kind == *b"PRVW") {
        jpeg_in(bytes, &b, 12, contents);
    }
}

/// A JPEG 16 bytes into a box, its length at `length`; something else where the camera was set to HDR PQ, which previews in HEVC.
fn jpeg_in(bytes: &dyn ReadAt, b: &BoxAt, length: u64, contents: &mut Contents) {
    let at = b.payload.start + 16;
    match be(bytes, b.payload.start + length, 4) {
        Some(len) => match be(bytes, at, 2) {
            None | Some(0 | 0xFFD8) => contents.previews.push(Preview::jpeg(at, len)),
            Some(_) => contents.more.push(Piece::new(at, len)),
        },
        None => contents.fault("a preview's box is cut"),
    }
}

/// A track: its sample description says what it is, its tables where it lies.
fn track(bytes: &dyn ReadAt, payload: Range<u64>, contents: &mut Contents) {
    let inner = |range: Range<u64>, kind: &FourCc| boxes(bytes, range).find(|b| b.kind == *kind).map(|b| b.payload);
    let table = inner(payload, b"mdia").and_then(|m| inner(m, b"minf")).and_then(|m| inner(m, b"stbl"));
    let Some(table) = table else { return contents.fault("a track has no sample table") };
    let Some(pieces) = samples(bytes, table.clone()) else { return contents.fault("a track's sample table is cut") };
    let description = inner(table, b"stsd").and_then(|d| boxes(bytes, d.start + 8..d.end).next());
    let Some(entry) = description.filter(|e| e.kind == *b"CRAW") else {
        // Metadata of the shot, timed.
        return contents.beside.extend(pieces);
    };
    // A visual sample entry: width and height 24 bytes in, boxes 82 bytes in.
    let size = be(bytes, entry.payload.start + 24, 2).zip(be(bytes, entry.payload.start + 26, 2)).and_then(|(w, h)| sides(w, h));
    let mut coded = boxes(bytes, entry.payload.start + 82..entry.payload.end);
    if coded.any(|b| b.kind == *b"JPEG") {
        contents.previews.extend(pieces.iter().map(|p| Preview { size, ..Preview::jpeg(p.at, p.len) }));
    } else {
        contents.needs("track", read(bytes, entry.payload.clone(), 4096));
        contents.sensor.push(Sensor { pieces, size, least: least_of(size), jpeg: false });
    }
}

/// Where a track's samples lie: one chunk after another, each of some samples.
fn samples(bytes: &dyn ReadAt, table: Range<u64>) -> Option<Vec<Piece>> {
    let find = |kind: &FourCc| boxes(bytes, table.clone()).find(|b| b.kind == *kind && !b.cut).map(|b| b.payload.start);
    let sizes = find(b"stsz")?;
    let (chunks, width) = match (find(b"co64"), find(b"stco")) {
        (Some(chunks), _) => (chunks, 8),
        (None, chunks) => (chunks?, 4),
    };
    let (all, count, chunk_count) = (be(bytes, sizes + 4, 4)?, be(bytes, sizes + 8, 4)?, be(bytes, chunks + 4, 4)?);
    let count = count.min(MAX_SAMPLES);
    let each = find(b"stsc").and_then(|at| be(bytes, at + 12, 4)).unwrap_or(1).max(1);
    let mut pieces = Vec::new();
    for chunk in 0..chunk_count.min(MAX_SAMPLES) {
        let mut at = be(bytes, chunks + 8 + chunk * width, width)?;
        for sample in (chunk * each..count).take(each as usize) {
            let len = if all > 0 { all } else { be(bytes, sizes + 12 + sample * 4, 4)? };
            pieces.push(Piece::new(at, len));
            at = at.saturating_add(len);
        }
    }
    Some(pieces)
}

fn be(bytes: &dyn ReadAt, at: u64, width: u64) -> Option<u64> {
    Order::Big.uint(&read(bytes, at..at.checked_add(width)?, 8)?, 0, width as usize)
}
