//! MPEG program streams: whether packs and packets follow one another to the end (ISO/IEC 11172-1, 13818-1).
//!
//! The format declares no length. A cut between two packets shows in how the pictures end: a writer that came to its end closes
//! with a code, a packet shorter than the others, or at least the last slice of a picture; one that was cut stops anywhere.
//! Absent on purpose: elementary streams, which have no structure that could be held against them.

use std::ops::Range;

use lightproof_model::{probe::Dimensions, read_at::ReadAt};

use super::{
    Part, Structure,
    reader::{array, fill, read},
};

/// How far a packet may be looked for where one is lost.
const RESYNC: usize = 1 << 20;
/// A large file is looked at in so many windows of this length.
const WINDOWS: u64 = 64;
const WINDOW: u64 = 512 << 10;
/// Where the picture's header is looked for.
const HEAD: u64 = 1 << 20;

/// Walks a stream; and tells the demuxer for it.
pub(super) fn walk(bytes: &dyn ReadAt, all: bool) -> (&'static str, Structure) {
    let mut structure = Structure::default();
    let length = bytes.len();
    let head = read(bytes, 0..length.min(HEAD), HEAD).unwrap_or_default();
    structure.dimensions = sequence(&head);
    if array::<4>(bytes, 0) != Some(*b"\0\0\x01\xBA") {
        structure.unchecked = true;
        structure.digest.push(Part::Data("stream", 0..length));
        return ("mpegvideo", structure);
    }
    structure.digest.push(Part::Data("stream", 0..length));
    let mut passed = Passed::default();
    if all || length <= WINDOWS * WINDOW {
        walk_from(bytes, 0, length, true, &mut structure, &mut passed);
    } else {
        for k in 0..WINDOWS {
            let last = k + 1 == WINDOWS;
            let from = if last { length.saturating_sub(WINDOW) } else { (length / WINDOWS).saturating_mul(k) };
            let Some(from) = find_pack(bytes, from) else {
                structure.fault(format!("no packet within a megabyte from byte {from} on"));
                continue;
            };
            let to = if last { length } else { from.saturating_add(WINDOW).min(length) };
            walk_from(bytes, from, to, last, &mut structure, &mut passed);
        }
    }
    if structure.faults.is_empty() && passed.stops_short(bytes) {
        structure.fault("truncated: it stops in the middle of its pictures, without an end code");
    }
    structure.duration_ms = passed.clock.duration_ms();
    ("mpeg", structure)
}

/// What was passed by on the way.
#[derive(Default)]
struct Passed {
    clock: Clock,
    /// Packets of pictures, their greatest length, and where the last of them lies.
    packets: u64,
    longest: u64,
    last: Range<u64>,
    /// Whether the end code was the last thing.
    is_closed: bool,
}

impl Passed {
    fn packet(&mut self, code: Option<u8>, head: &[u8], place: Range<u64>) {
        self.is_closed = code == Some(0xB9);
        if let Some(0xE0..=0xEF) = code {
            if let Some(time) = head.get(6..).and_then(presented) {
                self.clock.tick(time);
            }
            self.packets += 1;
            self.longest = self.longest.max(place.end - place.start);
            self.last = place;
        }
    }

    /// Whether the last packet of pictures is as full as any (the first in a pack leaves room for the pack's header), and ends
    /// neither in the code that ends a sequence nor in stuffing.
    fn stops_short(&self, bytes: &dyn ReadAt) -> bool {
        let length = self.last.end - self.last.start;
        let full = self.packets > 2 && length + PACK_HEADERS >= self.longest;
        let end = self.last.end.checked_sub(4).and_then(|at| array::<4>(bytes, at));
        let stuffed = matches!(end, Some([0, 0, 1, 0xB7] | [0, 0, 0, 0] | [0xFF, 0xFF, 0xFF, 0xFF]));
        full && !self.is_closed && !stuffed && self.lacks_slices(bytes)
    }

    /// Whether the last picture ends with another slice than the one before it. Slices are named by the row they begin in.
    fn lacks_slices(&self, bytes: &dyn ReadAt) -> bool {
        let Some(tail) = read(bytes, self.last.end.saturating_sub(TAIL)..self.last.end, TAIL) else { return false };
        let codes = memchr::memmem::rfind_iter(&tail, b"\0\0\x01").filter_map(|at| tail.get(at + 3)).copied();
        let mut of_pictures = codes.filter(|code| *code <= LAST_SLICE);
        let Some(last) = of_pictures.next() else { return false };
        let before = of_pictures.skip_while(|code| *code != PICTURE).find(|code| *code != PICTURE);
        last == PICTURE || before.is_some_and(|before| before != last)
    }
}

/// Start codes: of a picture, and the highest of a slice.
const PICTURE: u8 = 0;
const LAST_SLICE: u8 = 0xAF;

/// In how many bytes before the end the last slice is looked for.
const TAIL: u64 = 256 << 10;

/// Bytes that a pack's and the system's headers take from the first packet behind them.
const PACK_HEADERS: u64 = 64;

/// First and last presentation time of pictures, in 1/90,000 s.
#[derive(Default)]
pub(super) struct Clock {
    first: Option<u64>,
    last: u64,
}

impl Clock {
    pub(super) fn tick(&mut self, time: u64) {
        let first = *self.first.get_or_insert(time);
        // Pictures are not stored in the order they show; a clock that starts anew is another recording.
        if time < first && first - time < 90_000 {
            self.first = Some(time);
        }
        self.last = self.last.max(time);
    }

    /// Up to the last picture, and the time that it shows.
    pub(super) fn duration_ms(&self) -> Option<u64> {
        let span = self.last.checked_sub(self.first?)?;
        Some(span / 90 + 40).filter(|&ms| ms > 40 && ms < 48 * 3_600_000)
    }
}

/// The 33 bits of a time stamp in its five bytes.
pub(super) fn time_stamp(b: &[u8]) -> Option<u64> {
    let b = b.get(..5)?;
    let part = |k: usize| u64::from(b[k]);
    Some((part(0) >> 1 & 7) << 30 | part(1) << 22 | (part(2) >> 1) << 15 | part(3) << 7 | part(4) >> 1)
}

/// The presentation time in a packet's header, which begins behind its length.
fn presented(header: &[u8]) -> Option<u64> {
    let mut at = 0;
    if header.first()? >> 6 == 2 {
        return (header.get(1)? & 0x80 != 0).then(|| time_stamp(header.get(3..)?)).flatten();
    }
    // MPEG-1: stuffing, then perhaps the size of a buffer.
    while header.get(at) == Some(&0xFF) {
        at += 1;
    }
    if header.get(at)? >> 6 == 1 {
        at += 2;
    }
    matches!(header.get(at)? >> 4, 2 | 3).then(|| time_stamp(header.get(at..)?)).flatten()
}

/// The next pack within a megabyte; most are a few bytes away.
fn find_pack(bytes: &dyn ReadAt, from: u64) -> Option<u64> {
    [4096, RESYNC as u64].into_iter().find_map(|near| {
        let held = read(bytes, from..bytes.len().min(from.saturating_add(near)), near)?;
        let at = memchr::memmem::find(&held, b"\0\0\x01\xBA")?;
        Some(from + at as u64)
    })
}

/// Follows the packets from one of them on.
fn walk_from(bytes: &dyn ReadAt, from: u64, to: u64, to_end: bool, structure: &mut Structure, passed: &mut Passed) {
    let mut at = from;
    let mut head = [0; 48];
    while at < to {
        let there = fill(bytes, at, &mut head);
        let head = &head[..there];
        let code = head.strip_prefix(b"\0\0\x01").and_then(|rest| rest.first()).copied();
        let length = |at: usize| Some(6 + u64::from(super::reader::be16(head, at)?));
        let size = match code {
            Some(0xB9) => Some(4),
            // MPEG-2 packs tell their stuffing, MPEG-1 packs have none.
            Some(0xBA) if head.get(4).is_some_and(|b| b >> 6 == 1) => head.get(13).map(|b| 14 + u64::from(b & 7)),
            Some(0xBA) => Some(12),
            Some(0xBB..=0xFF) => length(4),
            _ => {
                let Some(next) = lost(bytes, at, structure) else { return };
                at = next;
                continue;
            }
        };
        match size.and_then(|size| at.checked_add(size)) {
            Some(next) if next <= bytes.len() => {
                passed.packet(code, head, at..next);
                at = next;
            }
            _ if to_end || size.is_some() => return structure.fault(format!("truncated in the packet at byte {at}")),
            _ => return,
        }
    }
}

/// Where no packet is: padding of zeros is passed over, anything else is a fault. The next pack, if there is one.
fn lost(bytes: &dyn ReadAt, at: u64, structure: &mut Structure) -> Option<u64> {
    let next = find_pack(bytes, at);
    let end = next.unwrap_or(bytes.len());
    let after_end_code = at >= 4 && array::<4>(bytes, at - 4) == Some(*b"\0\0\x01\xB9");
    if !super::reader::is_zero(bytes, at..end) || (end - at >= 2048 && !after_end_code) {
        structure.fault(format!("{} bytes from byte {at} on are no packet", end - at));
    }
    if structure.faults.len() >= super::MOST_FAULTS {
        return None;
    }
    next
}

/// Width and height in the first sequence header.
pub(super) fn sequence(head: &[u8]) -> Option<Dimensions> {
    let at = memchr::memmem::find(head, b"\0\0\x01\xB3")? + 4;
    let [a, b, c] = *head.get(at..at + 3)?.first_chunk::<3>()?;
    let (width, height) = (u32::from(a) << 4 | u32::from(b) >> 4, u32::from(b & 15) << 8 | u32::from(c));
    (width > 0 && height > 0).then_some(Dimensions { width, height })
}
