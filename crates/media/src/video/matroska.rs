//! Matroska and WebM: whether elements end where they say, lead where they point, and keep their checksums (RFC 8794, RFC 9559).
//!
//! Segments and clusters of unknown size, as live recorders write them, end where the next of their kind begins.
//! Absent on purpose: what lies in a block, and attachments.

use lightproof_model::{probe::Dimensions, read_at::ReadAt};

use super::{
    Part, Structure,
    reader::{fill, is_zero, percent, read},
};

const EBML: u32 = 0x1A45_DFA3;
const SEGMENT: u32 = 0x1853_8067;
const SEEK_HEAD: u32 = 0x114D_9B74;
const INFO: u32 = 0x1549_A966;
const TRACKS: u32 = 0x1654_AE6B;
const CLUSTER: u32 = 0x1F43_B675;
const CUES: u32 = 0x1C53_BB6B;
const ATTACHMENTS: u32 = 0x1941_A469;
const CHAPTERS: u32 = 0x1043_A770;
const TAGS: u32 = 0x1254_C367;
const VOID: u32 = 0xEC;
const CRC: u32 = 0xBF;

/// Elements of one file that are looked at.
const MOST_ELEMENTS: usize = 4 << 20;
/// The largest header element that is read.
const MOST_HEADER: u64 = 16 << 20;

/// An element: where its payload begins, and how long it says it is; nothing for "unknown".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Element {
    id: u32,
    start: u64,
    payload: u64,
    size: Option<u64>,
}

impl Element {
    fn end(&self) -> Option<u64> {
        self.payload.checked_add(self.size?)
    }
}

/// The element that begins at a position.
fn element(bytes: &dyn ReadAt, at: u64) -> Option<Element> {
    let mut head = [0; 12];
    let there = fill(bytes, at, &mut head);
    let (id, after) = vint(&head[..there], 4, true)?;
    let (size, length) = vint(head[..there].get(after..)?, 8, false)?;
    // All value bits set: the size is not known.
    let unknown = size == (1 << (7 * length)) - 1;
    Some(Element { id: id as u32, start: at, payload: at + (after + length) as u64, size: (!unknown).then_some(size) })
}

/// A number of variable length, with or without its length marker; and its length.
fn vint(b: &[u8], longest: usize, keep_marker: bool) -> Option<(u64, usize)> {
    let first = *b.first()?;
    let length = first.leading_zeros() as usize + 1;
    if length > longest {
        return None;
    }
    let mut value = if keep_marker { u64::from(first) } else { u64::from(first) & ((1 << (8 - length)) - 1) };
    for &b in b.get(1..length)? {
        value = value << 8 | u64::from(b);
    }
    Some((value, length))
}

fn is_top(id: u32) -> bool {
    matches!(id, SEEK_HEAD | INFO | TRACKS | CLUSTER | CUES | ATTACHMENTS | CHAPTERS | TAGS)
}

fn is_of_cluster(id: u32) -> bool {
    // Timestamp, silent tracks, position, previous size, simple block, block group, encrypted block.
    matches!(id, 0xE7 | 0x5854 | 0xA7 | 0xAB | 0xA3 | 0xA0 | 0xAF | VOID | CRC)
}

/// Walks a file.
pub(super) fn walk(bytes: &dyn ReadAt, all: bool) -> Structure {
    let mut walk =
        Walk { bytes, all, structure: Structure::default(), left: MOST_ELEMENTS, last: 0, scale: 1_000_000, stated: Vec::new() };
    walk.file();
    walk.structure
}

struct Walk<'a> {
    bytes: &'a dyn ReadAt,
    all: bool,
    structure: Structure,
    left: usize,
    /// The latest cluster.
    /// The last time of a cluster, in units of `scale` nanoseconds.
    last: u64,
    scale: u64,
    /// Elements that something else points at: their id and place.
    stated: Vec<(u32, u64)>,
}

impl Walk<'_> {
    fn next(&mut self, at: u64) -> Option<Element> {
        self.left = self.left.checked_sub(1)?;
        element(self.bytes, at)
    }

    fn file(&mut self) {
        let length = self.bytes.len();
        let Some(header) = self.next(0).filter(|e| e.id == EBML) else {
            return self.structure.fault("it does not begin as it should");
        };
        let Some(segment) = header.end().and_then(|end| self.next(end)).filter(|e| e.id == SEGMENT) else {
            self.structure.no_pictures = Some("there is no segment in it");
            return self.structure.fault("truncated: there is no segment");
        };
        let end = match segment.end() {
            Some(end) if end > length => {
                let (there, declared) = (length - segment.payload.min(length), end - segment.payload);
                self.structure.fault(format!("truncated: {} % of it is there", percent(there, declared)));
                length
            }
            Some(end) => {
                if end < length && !is_zero(self.bytes, end..length) {
                    self.structure.fault(format!("{} bytes of something else from byte {end} on", length - end));
                }
                end
            }
            None => length,
        };
        let walked = self.segment(segment.payload, end);
        if walked && segment.size.is_none() {
            self.live_end();
        }
        self.targets();
        if self.structure.dimensions.is_none() {
            self.structure.no_pictures = Some("there is no picture track in it");
        }
    }

    /// Where no size is stated, the duration must bear out that all is there.
    fn live_end(&mut self) {
        let last_ms = u64::try_from(u128::from(self.last) * u128::from(self.scale) / 1_000_000).unwrap_or(u64::MAX);
        if let Some(declared) = self.structure.duration_ms
            && last_ms.saturating_add(declared / 10 + 10_000) < declared
        {
            self.structure.fault(format!("truncated: {} % of its duration is there", percent(last_ms, declared)));
        }
    }

    /// The elements of the segment; false where the walk ended early.
    fn segment(&mut self, start: u64, end: u64) -> bool {
        let mut at = start;
        while at < end {
            let Some(element) = self.next(at).filter(|e| is_top(e.id) || matches!(e.id, VOID | CRC)) else {
                if self.left > 0 && !is_zero(self.bytes, at..end) {
                    self.structure.fault(format!("no element where one should be, at byte {at}"));
                } else if self.left > 0 && at < end {
                    self.structure.fault(format!("only zeros from byte {at} on"));
                }
                return false;
            };
            let declared = element.end();
            let stop = declared.unwrap_or(end).min(end);
            if declared.is_some_and(|declared| declared > end) && self.structure.faults.is_empty() {
                self.structure.fault(format!("truncated in the element at byte {at}"));
            }
            let stop = match element.id {
                CLUSTER => self.cluster(&element, stop),
                INFO | TRACKS => {
                    self.header(&element, stop);
                    stop
                }
                SEEK_HEAD | CUES => {
                    self.pointers(&element, stop, start);
                    stop
                }
                _ => stop,
            };
            self.checksum(&element, stop);
            at = stop.max(element.payload);
        }
        true
    }

    /// A cluster; where it ends. What it holds is walked where all bytes are at hand, or where nothing else tells its end.
    fn cluster(&mut self, cluster: &Element, end: u64) -> u64 {
        let mut at = cluster.payload;
        let (mut blocks_from, mut stop) = (None, end);
        while at < end {
            let Some(element) = self.next(at) else {
                if self.left > 0 {
                    self.structure.fault(format!("no element where one should be, at byte {at}"));
                }
                break;
            };
            if !is_of_cluster(element.id) {
                if cluster.size.is_none() && (is_top(element.id) || element.id == CRC) {
                    stop = at;
                } else if self.left > 0 {
                    self.structure.fault(format!("a cluster with something else in it, at byte {at}"));
                }
                break;
            }
            if element.id == 0xE7 {
                let stated = element.size.filter(|&n| n <= 8).and_then(|n| uint(self.bytes, element.payload, n));
                self.last = self.last.max(stated.unwrap_or(0));
            }
            let is_block = matches!(element.id, 0xA3 | 0xA0 | 0xAF);
            if is_block && blocks_from.is_none() {
                blocks_from = Some(at);
                if !self.all && cluster.size.is_some() {
                    break;
                }
            }
            let Some(next) = element.end().filter(|&next| next <= end) else {
                if self.structure.faults.is_empty() {
                    self.structure.fault(format!("truncated in a block at byte {at}"));
                }
                break;
            };
            at = next;
        }
        if let Some(from) = blocks_from {
            self.structure.digest.push(Part::Held("cluster", self.last.to_be_bytes().to_vec()));
            self.structure.digest.push(Part::Data("blocks", from..stop));
        }
        stop
    }

    /// What Info and Tracks say.
    fn header(&mut self, element: &Element, end: u64) {
        let Some(held) = read(self.bytes, element.payload..end, MOST_HEADER) else { return };
        let mut duration = None;
        for (id, value) in elements(&held) {
            match id {
                0x2A_D7B1 => self.scale = number(value),
                0x4489 => duration = real(value),
                0xAE => self.track(value),
                _ => {}
            }
        }
        if let Some(duration) = duration.filter(|d| d.is_finite() && *d > 0.0) {
            let ms = duration * self.scale as f64 / 1e6;
            self.structure.duration_ms = (ms < 366.0 * 86_400_000.0).then_some(ms as u64).filter(|&ms| ms > 0);
        }
    }

    fn track(&mut self, entry: &[u8]) {
        let mut video = None;
        for (id, value) in elements(entry) {
            let name = match id {
                0xD7 => "number",
                0x86 => "codec",
                0x63A2 => "settings",
                0x6D80 => "encodings",
                0xE0 => {
                    video = Some(value);
                    "video"
                }
                0xE1 => "audio",
                _ => continue,
            };
            self.structure.digest.push(Part::Held(name, value.to_vec()));
        }
        if let (Some(video), None) = (video, self.structure.dimensions) {
            let side = |wanted: u32| elements(video).find(|(id, _)| *id == wanted).map(|(_, value)| number(value));
            let side = |wanted| side(wanted).and_then(|n| u32::try_from(n).ok()).filter(|&n| n > 0);
            self.structure.dimensions = side(0xB0).zip(side(0xBA)).map(|(width, height)| Dimensions { width, height });
        }
    }

    /// Where SeekHead and Cues point to.
    fn pointers(&mut self, element: &Element, end: u64, base: u64) {
        let Some(held) = read(self.bytes, element.payload..end, MOST_HEADER) else { return };
        for (id, value) in elements(&held) {
            let target = |id: u64, position: u64| Some((u32::try_from(id).ok()?, base.checked_add(position)?));
            match id {
                0x4DBB => {
                    let part = |wanted: u32| elements(value).find(|(id, _)| *id == wanted).map(|(_, value)| number(value));
                    self.stated.extend(part(0x53AB).zip(part(0x53AC)).and_then(|(id, position)| target(id, position)));
                }
                0xBB => {
                    for (_, positions) in elements(value).filter(|(id, _)| *id == 0xB7) {
                        let position = elements(positions).find(|(id, _)| *id == 0xF1).map(|(_, value)| number(value));
                        self.stated.extend(position.and_then(|position| target(u64::from(CLUSTER), position)));
                    }
                }
                _ => {}
            }
        }
    }

    /// Whether what is pointed at is there.
    fn targets(&mut self) {
        let mut stated = std::mem::take(&mut self.stated);
        stated.sort_unstable();
        stated.dedup();
        let stride = if self.all { 1 } else { stated.len().div_ceil(MOST_TARGETS).max(1) };
        let lost: Vec<&(u32, u64)> = stated
            .iter()
            .step_by(stride)
            .filter(|(id, at)| element(self.bytes, *at).is_none_or(|element| element.id != *id))
            .collect();
        if let Some((_, at)) = lost.first() {
            let beyond = lost.iter().filter(|(_, at)| *at >= self.bytes.len()).count();
            let where_to = if beyond > 0 { "beyond its end" } else { "where something else stands" };
            self.structure.fault(format!("{} of its index entries lead {where_to}, the first to byte {at}", lost.len()));
        }
    }

    /// A checksum, which stands first in its element and covers all that follows in it.
    fn checksum(&mut self, element: &Element, end: u64) {
        let Some(first) = self.next(element.payload).filter(|first| first.id == CRC && first.size == Some(4)) else { return };
        let from = first.payload + 4;
        // A large file is not read for its clusters' sake.
        if end <= from || element.end().is_none_or(|declared| declared > end) || (!self.all && element.id == CLUSTER) {
            return;
        }
        let Some(stated) = uint(self.bytes, first.payload, 4) else { return };
        let mut crc = crc32fast::Hasher::new();
        let (mut at, mut buf) = (from, vec![0; 64 << 10]);
        while at < end {
            let want = (end - at).min(buf.len() as u64) as usize;
            if fill(self.bytes, at, &mut buf[..want]) < want {
                return;
            }
            crc.update(&buf[..want]);
            at += want as u64;
        }
        // Little-endian, unlike everything else.
        if crc.finalize().swap_bytes() != stated as u32 {
            self.structure.fault(format!("bad checksum of the element at byte {}", element.start));
        }
    }
}

/// Index entries of a large file that are followed.
const MOST_TARGETS: usize = 256;

/// The elements in a stretch of memory, as far as they go.
fn elements(b: &[u8]) -> impl Iterator<Item = (u32, &[u8])> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let element = element(&b, at)?;
        let end = usize::try_from(element.end()?).ok()?;
        let value = b.get(element.payload as usize..end)?;
        at = end as u64;
        Some((element.id, value))
    })
}

fn number(value: &[u8]) -> u64 {
    value.iter().take(8).fold(0, |n, &b| n << 8 | u64::from(b))
}

fn real(value: &[u8]) -> Option<f64> {
    match value.len() {
        4 => Some(f64::from(f32::from_be_bytes(value.try_into().ok()?))),
        8 => Some(f64::from_be_bytes(value.try_into().ok()?)),
        _ => None,
    }
}

fn uint(bytes: &dyn ReadAt, at: u64, length: u64) -> Option<u64> {
    read(bytes, at..at.checked_add(length)?, 8).map(|value| number(&value))
}
