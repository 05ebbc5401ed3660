//! QuickTime and MP4: whether all that the movie header promises is there (ISO/IEC 14496-12; QuickTime File Format).
//!
//! Boxes must end exactly at the end of the file, every chunk of samples must lie in media data that is there, and frames of
//! H.264 and HEVC must be filled by their units. Fragmented files are walked fragment by fragment.
//! Absent on purpose: what cannot be told without decoding; these formats have no checksums.

mod fragments;
mod samples;
mod tracks;

use std::ops::Range;

use lightproof_model::read_at::ReadAt;

use self::tracks::{Movie, Track};
use super::{
    Part, Structure,
    reader::{array, is_zero, percent, read},
};
use crate::isobmff::FourCc;

/// Boxes of one file that are looked at: a day in fragments of a second.
const MOST_BOXES: usize = 1 << 18;
/// The largest movie header that is read: a day of 60 frames a second needs a third of it.
const MOST_MOOV: u64 = 64 << 20;

/// A box of the file itself.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Top {
    kind: FourCc,
    start: u64,
    /// What there is of its payload.
    payload: Range<u64>,
    /// Where it would end.
    declared_end: u64,
}

impl Top {
    fn is_cut(&self) -> bool {
        self.declared_end > self.payload.end
    }

    /// Whether samples may lie in it. Old recorders put them into boxes of any name.
    fn holds_samples(&self) -> bool {
        !matches!(&self.kind, b"ftyp" | b"moov" | b"moof" | b"sidx" | b"styp" | b"mfra" | b"meta" | b"udta")
    }
}

/// Walks a file of the QuickTime family.
pub(super) fn walk(bytes: &dyn ReadAt, all: bool) -> Structure {
    let mut structure = Structure::default();
    let (tops, end) = top_boxes(bytes);
    tail(bytes, end, &tops, &mut structure);
    let data = tops.iter().filter(|top| top.kind == *b"mdat");
    for mdat in data.clone().filter(|top| top.is_cut()) {
        let (there, declared) = (mdat.payload.end - mdat.payload.start, mdat.declared_end - mdat.payload.start);
        structure.fault(format!("truncated: {} % of the media data (mdat) is there", percent(there, declared)));
    }
    for other in tops.iter().filter(|top| top.is_cut() && top.kind != *b"mdat") {
        structure.fault(format!("truncated in the box {}", name(other.kind)));
    }
    let Some(moov) = tops.iter().find(|top| top.kind == *b"moov") else {
        structure.fault("moov missing: the recording was not closed");
        structure.no_pictures = Some("moov missing");
        return structure;
    };
    let Some(held) = read(bytes, moov.payload.clone(), MOST_MOOV) else {
        structure.unchecked = true;
        return structure;
    };
    let Some(movie) = Movie::read(&held) else {
        // QuickTime 3 could store the header compressed; nothing is known of its samples then.
        structure.unchecked = true;
        return structure;
    };
    if movie.is_broken {
        structure.fault("the movie header is broken");
    }
    let fragments = tops.iter().any(|top| top.kind == *b"moof").then(|| fragments::walk(bytes, &tops, &movie));
    let hosts: Vec<Range<u64>> = tops.iter().filter(|top| top.holds_samples()).map(|top| top.payload.clone()).collect();
    for track in &movie.tracks {
        lay_of(bytes, track, &hosts, all, &mut structure);
    }
    describe(&movie, fragments.as_ref(), &mut structure);
    structure.digest = digest(&movie, &tops);
    structure.digest.push(Part::Data("tail", end..bytes.len()));
    if fragments.is_none()
        && let Some(track) = movie.picture()
    {
        structure.excerpt = samples::excerpt(track, &tops, structure.duration_ms);
    }
    structure
}

/// The boxes of the file, and where they end.
fn top_boxes(bytes: &dyn ReadAt) -> (Vec<Top>, u64) {
    let (length, mut at, mut tops) = (bytes.len(), 0u64, Vec::new());
    while length - at >= 8 && tops.len() < MOST_BOXES {
        let Some(head) = array::<8>(bytes, at) else { break };
        let [a, b, c, d, kind @ ..] = head;
        if !kind.iter().all(|&b| (0x20..0x7F).contains(&b) || b == 0xA9) {
            break;
        }
        let (header, size) = match u32::from_be_bytes([a, b, c, d]) {
            0 => (8, length - at),
            1 => match array::<8>(bytes, at + 8) {
                Some(size) => (16, u64::from_be_bytes(size)),
                None => break,
            },
            n => (8, u64::from(n)),
        };
        if size < header {
            break;
        }
        let declared_end = at.saturating_add(size);
        let end = declared_end.min(length);
        tops.push(Top { kind, start: at, payload: (at + header).min(end)..end, declared_end });
        at = end;
    }
    (tops, at)
}

/// What follows the last box: nothing, padding, or a trailer that is known.
fn tail(bytes: &dyn ReadAt, end: u64, tops: &[Top], structure: &mut Structure) {
    let length = bytes.len();
    if end == length || tops.len() == MOST_BOXES || is_zero(bytes, end..length) {
        return;
    }
    // Insta360 writes its own data behind the boxes and ends with this text.
    let known = length.checked_sub(32).and_then(|at| array::<32>(bytes, at));
    if known.as_ref() == Some(b"8db42d694ccc418790edff439fe026bf") {
        return;
    }
    let met = |kind: &FourCc| tops.iter().any(|top| top.kind == *kind);
    let told = format!("{} bytes of an unknown kind from byte {end} on", length - end);
    // Behind all that a video needs it is a trailer that nobody has told of.
    if met(b"moov") && met(b"mdat") {
        structure.notes.push(told);
    } else {
        structure.fault(told);
    }
}

fn name(kind: FourCc) -> String {
    kind.iter().map(|&b| if b.is_ascii_graphic() { char::from(b) } else { '?' }).collect()
}

/// Whether the samples of a track are there.
fn lay_of(bytes: &dyn ReadAt, track: &Track<'_>, hosts: &[Range<u64>], all: bool, structure: &mut Structure) {
    let what = track.what();
    if track.is_elsewhere {
        if track.is_picture() {
            structure.no_pictures = Some("its pictures lie in another file");
        }
        return;
    }
    if track.samples.is_broken() {
        structure.fault(format!("the tables of the {what} are broken"));
    }
    let (mut total, mut beyond, mut outside) = (0u64, 0u64, 0u64);
    for chunk in track.samples.chunks() {
        let count = u64::from(chunk.samples);
        total += count;
        if chunk.length == 0 {
            continue; // nothing but samples of no bytes
        }
        // Sound of one size states the size of something else in old files: only where a chunk begins can be trusted.
        let length = if track.samples.is_plain_sound(track.handler) { 1 } else { chunk.length };
        let Some(end) = chunk.offset.checked_add(length).filter(|&end| end <= bytes.len()) else {
            beyond += count;
            continue;
        };
        let host = hosts.partition_point(|host| host.end <= chunk.offset);
        if !hosts.get(host).is_some_and(|host| host.start <= chunk.offset && end <= host.end) {
            outside += count;
        }
    }
    let stated = u64::from(track.samples.count());
    if total < stated {
        structure.fault(format!("the {what} have {stated} samples, and only {total} of them have a place"));
        if total == 0 && track.is_picture() {
            structure.no_pictures = Some("its pictures have no place in it");
        }
    }
    if beyond > 0 {
        structure.fault(format!("truncated: of the {what}, {} % of {total} samples are there", percent(total - beyond, total)));
        if beyond == total && track.is_picture() {
            structure.no_pictures = Some("its pictures lie beyond its end");
        }
    }
    if outside > 0 {
        structure.fault(format!("{outside} of {total} samples of the {what} lie outside the media data"));
    }
    if track.is_picture() {
        let broken = samples::broken_units(bytes, track, all);
        if let Some(first) = broken.first {
            let (n, seen) = (broken.count, broken.seen);
            structure.fault(format!("a hole or other bytes in {n} of {seen} frames looked at, the first at byte {first}"));
        }
    }
}

/// Dimensions, duration, and whether there is a picture at all.
fn describe(movie: &Movie<'_>, fragments: Option<&fragments::Fragments>, structure: &mut Structure) {
    fragments.iter().flat_map(|fragments| &fragments.faults).for_each(|fault| structure.fault(fault.clone()));
    let Some(track) = movie.picture() else {
        structure.no_pictures = structure.no_pictures.or(Some("there is no picture track in it"));
        return;
    };
    structure.dimensions = track.dimensions;
    structure.duration_ms = movie.duration_ms(track);
    if let Some(fragments) = fragments {
        let found = fragments.duration_ms(track);
        // What a closed file declares, and what its fragments add up to.
        if let (Some(declared), Some(found)) = (fragments.declared_ms, found)
            && track.samples.count() == 0
            && found.saturating_mul(100) < declared.saturating_mul(95)
        {
            structure.fault(format!("truncated: {} % of its duration is there", percent(found, declared)));
        }
        structure.duration_ms = structure.duration_ms.or(found);
    } else if track.samples.count() == 0 {
        if movie.is_fragmented {
            structure.fault("truncated: there is not one fragment");
        }
        structure.no_pictures = structure.no_pictures.or(Some("its picture track is empty"));
    }
}

/// What decoding needs: codec settings and tables of each track, with places relative to the media data, and the media data.
fn digest(movie: &Movie<'_>, tops: &[Top]) -> Vec<Part> {
    let mut parts = vec![Part::Held("time", movie.timescale.to_be_bytes().to_vec())];
    let data: Vec<&Range<u64>> = tops.iter().filter(|top| top.kind == *b"mdat").map(|top| &top.payload).collect();
    for track in &movie.tracks {
        parts.push(Part::Held("track", track.handler.to_vec()));
        for (name, table) in track.decoding() {
            parts.push(Part::Held(name, table.to_vec()));
        }
        let mut places = Vec::new();
        for chunk in track.samples.chunks() {
            let host = data.partition_point(|host| host.end <= chunk.offset);
            let inside = data.get(host).and_then(|host| chunk.offset.checked_sub(host.start));
            let place = inside.map_or((u64::MAX, chunk.offset), |offset| (host as u64, offset));
            places.extend(place.0.to_be_bytes());
            places.extend(place.1.to_be_bytes());
        }
        parts.push(Part::Held("places", places));
    }
    for top in tops {
        match &top.kind {
            b"mdat" => parts.push(Part::Data("mdat", top.payload.clone())),
            // Says which samples of the media data behind it are which.
            b"moof" => parts.push(Part::Data("moof", top.payload.clone())),
            // Metadata, an index, room for either, and a preview of it.
            b"ftyp" | b"styp" | b"moov" | b"udta" | b"meta" | b"uuid" | b"sidx" | b"mfra" | b"free" | b"skip" | b"wide"
            | b"pnot" | b"PICT" | b"sefd" => {}
            _ => parts.push(Part::Data("further", top.payload.clone())),
        }
    }
    parts
}
