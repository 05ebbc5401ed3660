//! AVI: whether its lists end where they say and its index leads to chunks (AVI RIFF reference; OpenDML extensions).
//!
//! Absent on purpose: what lies in a chunk; this format has no checksums.

use std::ops::Range;

use lightproof_model::{probe::Dimensions, read_at::ReadAt};

use super::{
    Part, Structure,
    reader::{array, is_zero, le32, percent, read},
};

/// Chunks of one file that are looked at.
const MOST_CHUNKS: usize = 4 << 20;
/// Chunks of media data of a large file that are looked at.
const FEW_CHUNKS: usize = 4096;
/// Zeros at the end of the media data that are no hole.
const PADDING: u64 = 64 << 10;
/// The largest header or index that is read.
const MOST_HELD: u64 = 64 << 20;
/// Index entries of a large file that are followed.
const MOST_FOLLOWED: usize = 256;
/// A card recorder's file never holds more RIFF lists: each is about a gigabyte.
const MOST_LISTS: usize = 1024;

struct Chunk {
    kind: [u8; 4],
    start: u64,
    size: u64,
}

impl Chunk {
    fn at(bytes: &dyn ReadAt, at: u64) -> Option<Chunk> {
        let [a, b, c, d, size @ ..] = array::<8>(bytes, at)?;
        Some(Chunk { kind: [a, b, c, d], start: at, size: u64::from(u32::from_le_bytes(size)) })
    }

    fn payload(&self) -> u64 {
        self.start + 8
    }

    fn end(&self) -> u64 {
        self.payload() + self.size
    }

    /// Where the next begins: chunks are padded to an even length.
    fn next(&self) -> u64 {
        self.end() + self.size % 2
    }
}

#[derive(Default)]
struct Walk {
    structure: Structure,
    movie: Option<Range<u64>>,
    index: Option<Range<u64>>,
    further_indexes: Vec<u64>,
    frame_us: u64,
    frames: u64,
    streams: Vec<Stream>,
    left: usize,
}

struct Stream {
    is_picture: bool,
    scale: u64,
    rate: u64,
    length: u64,
}

/// Walks a file.
pub(super) fn walk(bytes: &dyn ReadAt, all: bool) -> Structure {
    let mut walk = Walk { left: MOST_CHUNKS, ..Walk::default() };
    walk.lists(bytes, all);
    walk.finish(bytes, all);
    walk.structure
}

impl Walk {
    /// The RIFF lists: `AVI `, and behind it any number of `AVIX`.
    fn lists(&mut self, bytes: &dyn ReadAt, all: bool) {
        let (length, mut at) = (bytes.len(), 0u64);
        for number in 0..MOST_LISTS {
            if at >= length {
                return;
            }
            let list = Chunk::at(bytes, at).filter(|list| list.kind == *b"RIFF");
            let form = array::<4>(bytes, at + 8);
            let wanted = if number == 0 { b"AVI " } else { b"AVIX" };
            let Some(list) = list.filter(|_| form.as_ref() == Some(wanted)) else {
                if number > 0 && !is_zero(bytes, at..length) {
                    self.structure.notes.push(format!("{} bytes of an unknown kind from byte {at} on", length - at));
                } else if !is_zero(bytes, at..length) {
                    self.structure.fault(format!("{} bytes of something else from byte {at} on", length - at));
                }
                return;
            };
            if list.size < 4 {
                self.structure.fault("the recording was not closed: its size is not written");
            // Some writers count the eight bytes of the header, too.
            } else if list.end() > length + 8 {
                let there = length - list.payload();
                self.structure.fault(format!("truncated: {} % of it is there", percent(there, list.size)));
            }
            let end = if list.size < 4 { length } else { list.end().min(length) };
            self.list(bytes, at + 12, end, all);
            at = if list.size < 4 { length } else { list.next() };
        }
    }

    fn list(&mut self, bytes: &dyn ReadAt, start: u64, end: u64, all: bool) {
        let mut at = start;
        while end.saturating_sub(at) >= 8 {
            let Some(chunk) = self.chunk(bytes, at) else { return };
            if !is_name(chunk.kind) {
                if !is_zero(bytes, at..end) {
                    self.structure.fault(format!("no chunk where one should be, at byte {at}"));
                }
                return;
            }
            let stop = chunk.end().min(end);
            if chunk.end() > end {
                self.structure.fault(format!("truncated in the chunk at byte {at}"));
            }
            let form = (chunk.kind == *b"LIST").then(|| array::<4>(bytes, chunk.payload())).flatten();
            match (&chunk.kind, form.as_ref()) {
                (b"LIST", Some(b"hdrl")) => self.headers(bytes, chunk.payload() + 4..stop, 0),
                (b"LIST", Some(b"movi")) => {
                    let movie = chunk.payload() + 4..stop.max(chunk.payload() + 4);
                    self.data(bytes, movie.clone(), if all { MOST_CHUNKS } else { FEW_CHUNKS });
                    self.structure.digest.push(Part::Data("movi", movie.clone()));
                    self.movie.get_or_insert(movie);
                }
                (b"idx1", _) => self.index = Some(chunk.payload()..stop),
                _ => {}
            }
            at = chunk.next();
        }
    }

    fn chunk(&mut self, bytes: &dyn ReadAt, at: u64) -> Option<Chunk> {
        self.left = self.left.checked_sub(1)?;
        Chunk::at(bytes, at)
    }

    /// The chunks of the movie follow one another to its end; so many of them are looked at.
    fn data(&mut self, bytes: &dyn ReadAt, movie: Range<u64>, most: usize) {
        let mut at = movie.start;
        for _ in 0..most {
            if movie.end.saturating_sub(at) < 8 {
                return;
            }
            let Some(chunk) = self.chunk(bytes, at) else { return };
            if !is_name(chunk.kind) {
                if movie.end - at > PADDING || !is_zero(bytes, at..movie.end) {
                    self.structure.fault(format!("a hole or other bytes in the media data, from byte {at} on"));
                }
                return;
            }
            if chunk.end() > movie.end {
                self.structure.fault(format!("truncated in the media data, at byte {at}"));
                return;
            }
            // A list within groups chunks that belong together: its own chunks follow.
            at = if chunk.kind == *b"LIST" { chunk.payload() + 4 } else { chunk.next() };
        }
    }

    fn headers(&mut self, bytes: &dyn ReadAt, range: Range<u64>, depth: usize) {
        let mut at = range.start;
        while range.end.saturating_sub(at) >= 8 {
            let Some(chunk) = self.chunk(bytes, at) else { return };
            let held = || read(bytes, chunk.payload()..chunk.end().min(range.end), MOST_HELD).unwrap_or_default();
            match &chunk.kind {
                b"LIST" if depth < 3 => self.headers(bytes, chunk.payload() + 4..chunk.end().min(range.end), depth + 1),
                b"avih" => {
                    let header = held();
                    let number = |at| le32(&header, at).unwrap_or(0);
                    (self.frame_us, self.frames) = (number(0).into(), number(16).into());
                    let (width, height) = (number(32), number(36));
                    self.structure.dimensions = (width > 0 && height > 0).then_some(Dimensions { width, height });
                }
                b"dmlh" => self.frames = self.frames.max(le32(&held(), 0).unwrap_or(0).into()),
                b"strh" => {
                    let header = held();
                    let number = |at| u64::from(le32(&header, at).unwrap_or(0));
                    self.streams.push(Stream {
                        is_picture: header.starts_with(b"vids"),
                        scale: number(20),
                        rate: number(24),
                        length: number(32),
                    });
                    self.structure.digest.push(Part::Held("strh", header));
                }
                b"strf" => self.structure.digest.push(Part::Held("strf", held())),
                b"indx" => self.super_index(&held()),
                _ => {}
            }
            at = chunk.next();
        }
    }

    /// OpenDML: offsets and sizes of the indexes proper.
    fn super_index(&mut self, indx: &[u8]) {
        // Of indexes (type 0), four words a row.
        if indx.get(3) != Some(&0) || indx.get(..2) != Some(&[4, 0]) {
            return;
        }
        let used = le32(indx, 4).unwrap_or(0) as usize;
        for row in indx.get(24..).unwrap_or_default().chunks_exact(16).take(used.min(MOST_LISTS)) {
            let word = |at| u64::from(le32(row, at).unwrap_or(0));
            self.further_indexes.push((word(0) | word(4) << 32).saturating_add(word(8)));
        }
    }

    fn finish(&mut self, bytes: &dyn ReadAt, all: bool) {
        let structure = &mut self.structure;
        match &self.movie {
            None => {
                structure.fault("truncated: there is no media data (movi)");
                structure.no_pictures = Some("there is no media data in it");
            }
            Some(movie) if movie.is_empty() => structure.no_pictures = Some("there is no media data in it"),
            Some(_) => {}
        }
        let beyond = self.further_indexes.iter().filter(|&&end| end > bytes.len()).count();
        if beyond > 0 {
            structure.fault(format!("truncated: {beyond} of {} indexes lie beyond its end", self.further_indexes.len()));
        }
        if let (Some(index), Some(movie)) = (self.index.clone(), &self.movie) {
            follow(bytes, index, movie, all, structure);
        }
        if !self.streams.is_empty() && !self.streams.iter().any(|stream| stream.is_picture) {
            structure.no_pictures = Some("there is no picture track in it");
        }
        let stream = self.streams.iter().find(|stream| stream.is_picture);
        let by_stream = stream.filter(|s| s.rate > 0 && s.length > 0).map(|s| {
            let frames = s.length.max(self.frames);
            u128::from(frames) * u128::from(s.scale) * 1000 / u128::from(s.rate)
        });
        let ms = by_stream.unwrap_or(u128::from(self.frames) * u128::from(self.frame_us) / 1000);
        structure.duration_ms = u64::try_from(ms).ok().filter(|&ms| ms > 0 && ms < 366 * 86_400_000);
    }
}

fn is_name(kind: [u8; 4]) -> bool {
    kind.iter().all(|&b| (0x20..0x7F).contains(&b))
}

/// Whether the entries of the index lead to chunks of their name and size. Offsets count from the file's begin or from `movi`.
fn follow(bytes: &dyn ReadAt, index: Range<u64>, movie: &Range<u64>, all: bool, structure: &mut Structure) {
    let Some(held) = read(bytes, index, MOST_HELD) else { return };
    let rows: Vec<&[u8]> = held.chunks_exact(16).collect();
    let leads = |row: &[u8], base: u64| {
        let (Some(offset), Some(size)) = (le32(row, 8), le32(row, 12)) else { return false };
        let chunk = Chunk::at(bytes, base.saturating_add(offset.into()));
        let named = |chunk: &Chunk| {
            // A record is a list, and the index names it by its form.
            let form = || array::<4>(bytes, chunk.payload()).is_some_and(|form| form == row[..4]);
            chunk.kind == row[..4] || (chunk.kind == *b"LIST" && form())
        };
        chunk.is_some_and(|chunk| named(&chunk) && chunk.size == u64::from(size) && chunk.end() <= movie.end)
    };
    let Some(base) = [movie.start - 4, 0].into_iter().find(|&base| rows.iter().take(16).any(|row| leads(row, base))) else {
        if !rows.is_empty() {
            structure.fault("its index leads nowhere");
        }
        return;
    };
    let stride = if all { 1 } else { rows.len().div_ceil(MOST_FOLLOWED).max(1) };
    let followed = rows.iter().step_by(stride);
    let (seen, lost) = (followed.clone().count(), followed.filter(|row| !leads(row, base)).count());
    // A writer may list what it never wrote, an empty frame for example; one in a hundred is no hole.
    if lost * 100 > seen {
        structure.fault(format!("{lost} of {seen} index entries looked at lead to something else"));
    }
}
