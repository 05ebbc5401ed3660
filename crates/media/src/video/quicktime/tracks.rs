//! The movie header: its tracks, what decoding each of them needs, and how long it shows.

use lightproof_model::probe::Dimensions;

use super::samples::Samples;
use crate::{
    isobmff::FourCc,
    video::reader::{be16, be32, be64},
};

/// Tracks of one movie that are looked at.
const MOST_TRACKS: usize = 256;

/// A movie header.
pub(super) struct Movie<'a> {
    pub(super) tracks: Vec<Track<'a>>,
    /// Units of time in a second.
    pub(super) timescale: u32,
    duration: u64,
    /// Whether fragments are announced.
    pub(super) is_fragmented: bool,
    /// The declared duration of all fragments.
    pub(super) fragment_duration: Option<u64>,
    /// Default duration of a sample in fragments, by track.
    pub(super) defaults: Vec<(u32, u32)>,
    /// Whether a box in it claims more than there is.
    pub(super) is_broken: bool,
}

/// One track.
pub(super) struct Track<'a> {
    pub(super) id: u32,
    pub(super) handler: FourCc,
    pub(super) timescale: u32,
    pub(super) dimensions: Option<Dimensions>,
    /// How long it shows, in units of the movie; how long its media is, in its own units.
    shown: u64,
    duration: u64,
    /// Where in the media the showing begins, in its own units.
    pub(super) starts: u64,
    /// Whether its samples are in another file.
    pub(super) is_elsewhere: bool,
    pub(super) samples: Samples<'a>,
    edits: &'a [u8],
    /// Bytes of the length before each unit, where frames are such units (H.264, HEVC).
    pub(super) unit_length: Option<u8>,
}

/// The boxes in a stretch of memory; the last is told as broken when it claims more than there is.
pub(super) fn children(b: &[u8]) -> impl Iterator<Item = (FourCc, &[u8], bool)> {
    let mut rest = b;
    std::iter::from_fn(move || {
        let size = be32(rest, 0)?;
        let kind: FourCc = rest.get(4..8)?.try_into().ok()?;
        let (header, size) = match size {
            0 if kind == [0; 4] => return None,
            0 => (8, rest.len() as u64),
            1 => (16, be64(rest, 8)?),
            n => (8, u64::from(n)),
        };
        let whole = size >= header && size <= rest.len() as u64;
        let end = if whole { size as usize } else { rest.len() };
        let payload = rest.get(header as usize..end).unwrap_or_default();
        rest = &rest[end..];
        Some((kind, payload, !whole))
    })
}

fn child<'a>(b: &'a [u8], kind: &FourCc) -> Option<&'a [u8]> {
    children(b).find(|(k, ..)| k == kind).map(|(_, payload, _)| payload)
}

/// Time fields of version 0 (32 bits) and 1 (64 bits): how many words stand before, in each.
fn timed(b: &[u8], before: usize) -> Option<u64> {
    let value = if b.first()? == &1 { be64(b, 4 + before * 8)? } else { u64::from(be32(b, 4 + before * 4)?) };
    // All ones means unknown.
    Some(value).filter(|&v| v != u64::MAX && v != u64::from(u32::MAX))
}

impl<'a> Movie<'a> {
    /// Nothing when the header is compressed.
    pub(super) fn read(moov: &'a [u8]) -> Option<Movie<'a>> {
        let mut movie = Movie {
            tracks: Vec::new(),
            timescale: 0,
            duration: 0,
            is_fragmented: false,
            fragment_duration: None,
            defaults: Vec::new(),
            is_broken: false,
        };
        for (kind, payload, broken) in children(moov) {
            movie.is_broken |= broken;
            match &kind {
                b"cmov" => return None,
                b"mvhd" => {
                    movie.timescale = be32(payload, if payload.first() == Some(&1) { 20 } else { 12 }).unwrap_or(0);
                    let at = if payload.first() == Some(&1) { 24 } else { 16 };
                    movie.duration = duration(payload, at);
                }
                b"trak" if movie.tracks.len() < MOST_TRACKS => {
                    let (track, broken) = Track::read(payload);
                    movie.is_broken |= broken;
                    movie.tracks.push(track);
                }
                b"mvex" => {
                    movie.is_fragmented = true;
                    movie.fragment_duration = child(payload, b"mehd").and_then(|mehd| timed(mehd, 0)).filter(|&d| d > 0);
                    let trex = children(payload).filter(|(kind, ..)| kind == b"trex");
                    movie.defaults.extend(trex.take(MOST_TRACKS).filter_map(|(_, b, _)| Some((be32(b, 4)?, be32(b, 12)?))));
                }
                _ => {}
            }
        }
        Some(movie)
    }

    /// The track that a player shows: the first of pictures.
    pub(super) fn picture(&self) -> Option<&Track<'a>> {
        self.tracks.iter().find(|track| track.is_picture())
    }

    /// How long a track shows; nothing when the header does not say. A showing longer than the media stands still at its end.
    pub(super) fn duration_ms(&self, track: &Track<'_>) -> Option<u64> {
        let in_movie = |units| to_ms(units, self.timescale);
        match (in_movie(track.shown), to_ms(track.duration, track.timescale)) {
            (Some(shown), Some(media)) => Some(shown.min(media)),
            (shown, media) => shown.or(media).or_else(|| in_movie(self.duration)),
        }
    }
}

/// Units of a time scale in milliseconds; nothing for no time at all, or more than a year.
pub(super) fn to_ms(units: u64, timescale: u32) -> Option<u64> {
    let ms = u128::from(units) * 1000 / u128::from(Some(timescale).filter(|&t| t > 0)?);
    u64::try_from(ms).ok().filter(|&ms| ms > 0 && ms < 366 * 24 * 3_600_000)
}

fn duration(b: &[u8], at: usize) -> u64 {
    let (value, unknown) = match b.first() {
        Some(1) => (be64(b, at), u64::MAX),
        _ => (be32(b, at).map(u64::from), u64::from(u32::MAX)),
    };
    value.filter(|&v| v != unknown).unwrap_or(0)
}

impl<'a> Track<'a> {
    /// The track, and whether a box in it is broken.
    fn read(trak: &'a [u8]) -> (Track<'a>, bool) {
        let mut broken = false;
        let mut look = |b: &'a [u8], wanted: &FourCc| -> &'a [u8] {
            broken |= children(b).any(|(.., cut)| cut);
            child(b, wanted).unwrap_or_default()
        };
        let tkhd = look(trak, b"tkhd");
        let mdia = look(trak, b"mdia");
        let mdhd = look(mdia, b"mdhd");
        let handler = look(mdia, b"hdlr").get(8..12).and_then(|h| h.try_into().ok()).unwrap_or_default();
        let minf = look(mdia, b"minf");
        let stbl = look(minf, b"stbl");
        let dref = child(child(minf, b"dinf").unwrap_or_default(), b"dref").unwrap_or_default();
        let edits = child(child(trak, b"edts").unwrap_or_default(), b"elst").unwrap_or_default();
        let wide = |b: &[u8], short: usize, long: usize| if b.first() == Some(&1) { long } else { short };
        let mut track = Track {
            id: be32(tkhd, wide(tkhd, 12, 20)).unwrap_or(0),
            handler,
            timescale: be32(mdhd, wide(mdhd, 12, 20)).unwrap_or(0),
            dimensions: None,
            shown: duration(tkhd, wide(tkhd, 20, 28)),
            duration: duration(mdhd, wide(mdhd, 16, 24)),
            starts: first_edit(edits),
            is_elsewhere: is_elsewhere(dref, stbl),
            samples: Samples::read(stbl),
            edits,
            unit_length: None,
        };
        if track.is_picture() {
            let entry = track.samples.descriptions.get(8..).unwrap_or_default();
            let side = |at| be16(entry, at).map(u32::from).filter(|&n| n > 0);
            track.dimensions = side(32).zip(side(34)).map(|(width, height)| Dimensions { width, height });
            track.unit_length = unit_length(entry);
        }
        (track, broken)
    }

    pub(super) fn is_picture(&self) -> bool {
        self.handler == *b"vide"
    }

    /// For a person.
    pub(super) fn what(&self) -> &'static str {
        match &self.handler {
            b"vide" => "pictures",
            b"soun" => "sound",
            _ => "further data",
        }
    }

    /// What decoding and showing need beside the samples themselves.
    pub(super) fn decoding(&self) -> [(&'static str, &'a [u8]); 8] {
        let samples = &self.samples;
        [
            ("stsd", samples.descriptions),
            ("stts", samples.times),
            ("ctts", samples.offsets_in_time),
            ("stss", samples.keys.unwrap_or_default()),
            ("stsc", samples.runs),
            ("stsz", samples.sizes),
            ("stz2", samples.small_sizes),
            ("elst", self.edits),
        ]
    }
}

/// The media time at which the first edit begins that shows anything.
fn first_edit(elst: &[u8]) -> u64 {
    let (entry, at) = if elst.first() == Some(&1) { (20, 8) } else { (12, 4) };
    let times = elst
        .get(8..)
        .unwrap_or_default()
        .chunks_exact(entry)
        .take(64)
        .map(|edit| if entry == 20 { be64(edit, at).map(|t| t as i64) } else { be32(edit, at).map(|t| i64::from(t as i32)) });
    times.flatten().find_map(|time| u64::try_from(time).ok()).unwrap_or(0)
}

/// Whether the track's first sample description refers to another file.
fn is_elsewhere(dref: &[u8], stbl: &[u8]) -> bool {
    let description = child(stbl, b"stsd").unwrap_or_default();
    let number = be16(description, 8 + 14).unwrap_or(1).max(1);
    let entry = children(dref.get(8..).unwrap_or_default()).nth(usize::from(number) - 1);
    // The lowest flag says "in this file".
    entry.and_then(|(_, payload, _)| be32(payload, 0)).is_some_and(|flags| flags & 1 == 0)
}

/// How many bytes before each unit tell its length, from the decoder's settings (ISO/IEC 14496-15).
fn unit_length(entry: &[u8]) -> Option<u8> {
    let settings = entry.get(86..be32(entry, 0)? as usize)?;
    match entry.get(4..8)? {
        b"avc1" | b"avc3" => Some((child(settings, b"avcC")?.get(4)? & 3) + 1),
        b"hvc1" | b"hev1" => Some((child(settings, b"hvcC")?.get(21)? & 3) + 1),
        _ => None,
    }
}
