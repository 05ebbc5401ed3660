//! Sample tables: where each chunk and sample lies, which can be decoded alone, and when each shows.
//!
//! Tables are read as they stand in the header; a count that claims more rows than there are is cut and told.

use std::ops::Range;

use lightproof_model::read_at::ReadAt;

use super::{Top, tracks::Track};
use crate::{
    isobmff::FourCc,
    video::{
        frames::FRAMES,
        reader::{array, be32, be64, is_zero},
    },
};

/// The tables of one track, each as the bytes of its box.
#[derive(Default)]
pub(super) struct Samples<'a> {
    pub(super) descriptions: &'a [u8],
    pub(super) times: &'a [u8],
    pub(super) offsets_in_time: &'a [u8],
    pub(super) keys: Option<&'a [u8]>,
    pub(super) runs: &'a [u8],
    pub(super) sizes: &'a [u8],
    pub(super) small_sizes: &'a [u8],
    places: &'a [u8],
    wide_places: &'a [u8],
}

/// Samples of one track that are looked at one by one: a day of 60 frames a second.
const MOST_SAMPLES: usize = 6 << 20;

/// Samples that lie together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Chunk {
    pub(super) offset: u64,
    pub(super) length: u64,
    pub(super) samples: u32,
    first: u32,
}

/// The rows of a table behind version, flags and count: what there is of them.
fn rows(table: &[u8], row: usize) -> std::slice::ChunksExact<'_, u8> {
    let claimed = be32(table, 4).unwrap_or(0) as usize;
    let there = table.get(8..).unwrap_or_default();
    there[..there.len().min(claimed.saturating_mul(row))].chunks_exact(row)
}

fn is_short(table: &[u8], row: u64) -> bool {
    be32(table, 4).is_some_and(|rows| u64::from(rows) * row + 8 > table.len() as u64)
}

impl<'a> Samples<'a> {
    pub(super) fn read(stbl: &'a [u8]) -> Samples<'a> {
        let mut samples = Samples::default();
        for (kind, payload, _) in super::tracks::children(stbl) {
            match &kind {
                b"stsd" => samples.descriptions = payload,
                b"stts" => samples.times = payload,
                b"ctts" => samples.offsets_in_time = payload,
                b"stss" => samples.keys = Some(payload),
                b"stsc" => samples.runs = payload,
                b"stsz" => samples.sizes = payload,
                b"stz2" => samples.small_sizes = payload,
                b"stco" => samples.places = payload,
                b"co64" => samples.wide_places = payload,
                _ => {}
            }
        }
        samples
    }

    /// Whether a table claims more rows than it has.
    pub(super) fn is_broken(&self) -> bool {
        let listed =
            self.same_size().is_none() && be32(self.sizes, 8).is_some_and(|n| u64::from(n) * 4 + 12 > self.sizes.len() as u64);
        listed
            || [(self.times, 8), (self.runs, 12), (self.places, 4), (self.wide_places, 8), (self.keys.unwrap_or_default(), 4)]
                .iter()
                .any(|&(table, row)| is_short(table, row))
    }

    /// The size of every sample, where they have one.
    fn same_size(&self) -> Option<u32> {
        be32(self.sizes, 4).filter(|&size| size > 0)
    }

    /// How many samples there are, as far as their sizes are listed.
    pub(super) fn count(&self) -> u32 {
        if self.same_size().is_some() {
            return be32(self.sizes, 8).unwrap_or(0);
        }
        let (claimed, bits) = match self.small_bits() {
            Some(bits) => (be32(self.small_sizes, 8), bits),
            None => (be32(self.sizes, 8), 32),
        };
        let table = if self.small_bits().is_some() { self.small_sizes } else { self.sizes };
        let there = (table.len().saturating_sub(12) as u64) * 8 / bits;
        u64::from(claimed.unwrap_or(0)).min(there) as u32
    }

    fn small_bits(&self) -> Option<u64> {
        be32(self.small_sizes, 4).map(|n| u64::from(n & 0xFF)).filter(|bits| matches!(bits, 4 | 8 | 16))
    }

    fn size(&self, sample: u32) -> Option<u64> {
        if let Some(size) = self.same_size() {
            return (sample < self.count()).then_some(u64::from(size));
        }
        let k = sample as usize;
        match self.small_bits() {
            None => be32(self.sizes, k.checked_mul(4)?.checked_add(12)?).map(u64::from),
            Some(16) => crate::video::reader::be16(self.small_sizes, k.checked_mul(2)?.checked_add(12)?).map(u64::from),
            Some(8) => self.small_sizes.get(k.checked_add(12)?).map(|&n| u64::from(n)),
            Some(_) => self
                .small_sizes
                .get((k / 2).checked_add(12)?)
                .map(|&n| u64::from(if k.is_multiple_of(2) { n >> 4 } else { n & 15 })),
        }
    }

    /// Whether this is sound whose samples are all of one size.
    pub(super) fn is_plain_sound(&self, handler: FourCc) -> bool {
        handler == *b"soun" && self.same_size().is_some()
    }

    /// The chunks in order.
    pub(super) fn chunks(&self) -> impl Iterator<Item = Chunk> + '_ {
        let narrow = rows(self.places, 4).map(|row| be32(row, 0).map_or(0, u64::from));
        let wide = rows(self.wide_places, 8).map(|row| be64(row, 0).unwrap_or(0));
        let mut runs = rows(self.runs, 12).map(|row| (be32(row, 0).unwrap_or(0), be32(row, 4).unwrap_or(0))).peekable();
        let (mut each, mut next, count) = (0, 0u32, self.count());
        narrow.chain(wide).zip(1u32..).map(move |(offset, number)| {
            while let Some(&(_, samples)) = runs.peek().filter(|(first, _)| *first <= number) {
                each = samples;
                runs.next();
            }
            let samples = each.min(count - next);
            let first = next;
            next += samples;
            let length = match self.same_size() {
                Some(size) => u64::from(size) * u64::from(samples),
                None => (first..next).map(|sample| self.size(sample).unwrap_or(0)).sum(),
            };
            Chunk { offset, length, samples, first }
        })
    }

    /// The samples in order: number and place.
    fn each(&self) -> impl Iterator<Item = (u32, Range<u64>)> + '_ {
        let in_chunk = |chunk: Chunk| {
            (chunk.first..chunk.first + chunk.samples).scan(chunk.offset, |at, sample| {
                let start = *at;
                *at = start.saturating_add(self.size(sample)?);
                Some((sample, start..*at))
            })
        };
        self.chunks().flat_map(in_chunk).take(MOST_SAMPLES)
    }

    /// The number of the first sample that is decoded at this time or later.
    fn at_time(&self, time: u64) -> u32 {
        let (mut sample, mut now) = (0u64, 0u64);
        for row in rows(self.times, 8) {
            let (count, each) = (u64::from(be32(row, 0).unwrap_or(0)), u64::from(be32(row, 4).unwrap_or(0)));
            let span = count.saturating_mul(each);
            if each > 0 && now.saturating_add(span) > time {
                return u32::try_from(sample + (time - now.min(time)) / each).unwrap_or(u32::MAX);
            }
            (sample, now) = (sample.saturating_add(count), now.saturating_add(span));
        }
        self.count().saturating_sub(1)
    }

    /// The last sample up to this one that can be decoded alone.
    fn key_before(&self, sample: u32) -> u32 {
        match self.keys {
            // Without the table every sample is one.
            None => sample,
            Some(keys) => {
                let numbers = rows(keys, 4).map(|row| be32(row, 0).unwrap_or(1).saturating_sub(1));
                numbers.take_while(|&key| key <= sample).last().unwrap_or(0)
            }
        }
    }
}

/// Frames whose units do not fill them.
#[derive(Debug, Default)]
pub(super) struct Broken {
    pub(super) seen: u32,
    pub(super) count: u32,
    /// Where the first of them lies.
    pub(super) first: Option<u64>,
}

/// Frames of a large video that are looked at.
const SPREAD: u32 = 256;
/// Units of one frame that are looked at.
const MOST_UNITS: usize = 1024;

/// Walks the units of the frames: all of them, or some spread over the video.
pub(super) fn broken_units(bytes: &dyn ReadAt, track: &Track<'_>, all: bool) -> Broken {
    let mut broken = Broken::default();
    let Some(length) = track.unit_length else { return broken };
    let stride = if all { 1 } else { track.samples.count().div_ceil(SPREAD).max(1) };
    let frames = track.samples.each().filter(|(sample, place)| sample % stride == 0 && place.end > place.start);
    for (_, place) in frames.filter(|(_, place)| place.end <= bytes.len()) {
        broken.seen += 1;
        if !is_filled(bytes, &place, length) {
            broken.count += 1;
            broken.first = broken.first.or(Some(place.start));
        }
    }
    broken
}

/// Whether units follow one another to the end of a frame. What follows a unit may be padding of zeros.
fn is_filled(bytes: &dyn ReadAt, place: &Range<u64>, length: u8) -> bool {
    let mut at = place.start;
    for _ in 0..MOST_UNITS {
        if at == place.end {
            return true;
        }
        let Some(head) = array::<4>(bytes, at).or_else(|| Some([array::<1>(bytes, at)?[0], 0, 0, 0])) else { return true };
        let unit = u64::from(u32::from_be_bytes(head) >> (32 - 8 * u32::from(length)));
        if unit == 0 {
            return at > place.start && is_zero(bytes, at..place.end);
        }
        match at.checked_add(u64::from(length) + unit).filter(|&end| end <= place.end) {
            Some(end) => at = end,
            None => return false,
        }
    }
    true
}

/// Bytes of media data at the start that are taken too: what the demuxer looks at first.
const START: u64 = 1 << 20;
/// Bytes between two samples that are read along rather than left out.
const GAP: u64 = 64 << 10;
/// How much before and after a wanted moment is taken, in milliseconds: frames are not stored in the order they show.
const BEFORE_MS: u64 = 400;
const AFTER_MS: u64 = 1_000;

/// What of a video is needed to show its four frames: headers, and the samples from the key frame before each moment on.
pub(super) fn excerpt(track: &Track<'_>, tops: &[Top], duration_ms: Option<u64>) -> Option<Vec<Range<u64>>> {
    let duration = duration_ms?;
    let samples = &track.samples;
    let units = |ms: u64| (u128::from(ms) * u128::from(track.timescale) / 1000).min(u128::from(u64::MAX)) as u64;
    let wanted: Vec<Range<u32>> = (0..FRAMES as u64)
        .map(|k| {
            let moment = duration.saturating_mul(2 * k + 1) / (2 * FRAMES as u64);
            let time = |ms: u64| track.starts.saturating_add(units(ms));
            let first = samples.key_before(samples.at_time(time(moment.saturating_sub(BEFORE_MS))));
            first..samples.at_time(time(moment.saturating_add(AFTER_MS))).saturating_add(1)
        })
        .collect();
    let mut ranges: Vec<Range<u64>> = Vec::new();
    for top in tops {
        let whole = matches!(&top.kind, b"moov" | b"ftyp");
        let end = if whole { top.payload.end } else { top.payload.start };
        ranges.push(top.start..end);
        if top.kind == *b"mdat" {
            ranges.push(top.payload.start..top.payload.end.min(top.payload.start.saturating_add(START)));
        }
    }
    ranges.extend(samples.each().filter(|(sample, _)| wanted.iter().any(|w| w.contains(sample))).map(|(_, place)| place));
    Some(merged(ranges))
}

/// Ranges in order, those that touch or nearly do as one.
fn merged(mut ranges: Vec<Range<u64>>) -> Vec<Range<u64>> {
    ranges.sort_unstable_by_key(|range| (range.start, range.end));
    let mut merged: Vec<Range<u64>> = Vec::new();
    for range in ranges.into_iter().filter(|range| range.start < range.end) {
        match merged.last_mut().filter(|last| range.start <= last.end.saturating_add(GAP)) {
            Some(last) => last.end = last.end.max(range.end),
            None => merged.push(range),
        }
    }
    merged
}
