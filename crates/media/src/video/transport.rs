//! MPEG transport streams: whether each packet has its sync byte and none is missing (ISO/IEC 13818-1; AVCHD's 192-byte form).
//!
//! Packets are counted from 0 to 15 for each of their streams: a gap is a hole, whatever fills it. The tables have checksums.
//! A cut between two packets shows in what it leaves unfinished: a Blu-ray recorder (AVCHD) writes whole units of 32 packets, sound
//! declares its length, and the last packet of a picture is stuffed to be full, of which one in 184 needs none.
//! Absent on purpose: decoding, and streams without a program table.

use lightproof_model::{probe::Dimensions, read_at::ReadAt};

use super::{
    Part, Structure,
    program::{Clock, sequence, time_stamp},
    reader::{be16, read},
};

mod parameters;

/// A large file is looked at in so many windows of this length.
const WINDOWS: u64 = 64;
const WINDOW: u64 = 512 << 10;
/// Bytes read at a time.
const PIECE: u64 = 1 << 20;
/// Streams that are told apart.
const MOST_STREAMS: usize = 64;

/// Walks a stream.
pub(super) fn walk(bytes: &dyn ReadAt, all: bool) -> Structure {
    let length = bytes.len();
    let mut structure = Structure { digest: vec![Part::Data("stream", 0..length)], ..Structure::default() };
    let (packet, first) = form(bytes);
    let mut walk = Walk { first, ..Walk::default() };
    if all || length <= WINDOWS * WINDOW {
        walk.packets(bytes, 0, length, packet);
    } else {
        for k in 0..WINDOWS {
            let last = k + 1 == WINDOWS;
            let from = if last { length.saturating_sub(WINDOW) } else { length / WINDOWS * k } / packet * packet;
            walk.begin_window();
            walk.packets(bytes, from, if last { length } else { from + WINDOW / packet * packet }, packet);
        }
    }
    walk.tell(length, packet, &mut structure);
    structure
}

/// Bytes of a packet, and where its sync byte stands.
fn form(bytes: &dyn ReadAt) -> (u64, usize) {
    let head = read(bytes, 0..bytes.len().min(1024), 1024).unwrap_or_default();
    let fits = |packet: usize, first: usize| (0..4).all(|k| head.get(first + k * packet) == Some(&0x47));
    if !fits(188, 0) && fits(192, 4) { (192, 4) } else { (188, 0) }
}

/// A stream of the transport: its number, and what was last seen of it.
struct Stream {
    pid: u16,
    counter: Option<u8>,
    repeated: bool,
    kind: Option<u8>,
    /// Whether its last packet was one without stuffing.
    goes_on: bool,
    /// Bytes that the packet under way still lacks, where it said how many it has.
    lacks: Option<u64>,
}

#[derive(Default)]
struct Walk {
    first: usize,
    streams: Vec<Stream>,
    seen: u64,
    lost: u64,
    first_lost: Option<u64>,
    gaps: u64,
    first_gap: Option<u64>,
    bad_tables: u64,
    picture: Option<u16>,
    tables: Vec<u16>,
    clock: Clock,
    dimensions: Option<Dimensions>,
    /// The first bytes of pictures, for their dimensions.
    start: Vec<u8>,
}

/// The table that recorders for Blu-ray write where broadcasters have others, and the units in which they write.
const SELECTION: u16 = 0x1F;
const UNIT: u64 = 32 * 192;

/// Bytes of pictures that are kept to find their dimensions in.
const START: usize = 64 << 10;

impl Walk {
    fn begin_window(&mut self) {
        self.streams.iter_mut().for_each(|stream| (stream.counter, stream.lacks) = (None, None));
    }

    fn packets(&mut self, bytes: &dyn ReadAt, from: u64, to: u64, packet: u64) {
        let mut at = from;
        while at < to {
            let end = at.saturating_add(PIECE / packet * packet).min(to).min(bytes.len());
            let Some(held) = read(bytes, at..end, PIECE) else { return };
            let mut whole = held.chunks_exact(packet as usize);
            for (k, piece) in whole.by_ref().enumerate() {
                self.packet(&piece[self.first..][..188], at + k as u64 * packet);
            }
            if end <= at {
                return;
            }
            at = end;
        }
    }

    fn packet(&mut self, packet: &[u8], at: u64) {
        self.seen += 1;
        if packet[0] != 0x47 || packet[1] & 0x80 != 0 {
            self.lost += 1;
            self.first_lost = self.first_lost.or(Some(at));
            return;
        }
        let (pid, begins) = (be16(packet, 1).unwrap_or(0) & 0x1FFF, packet[1] & 0x40 != 0);
        let (adapted, carries, counter) = (packet[3] & 0x20 != 0, packet[3] & 0x10 != 0, packet[3] & 15);
        let skip = if adapted { 5 + usize::from(packet[4]) } else { 4 };
        // The null stream counts nothing.
        if pid == 0x1FFF {
            return;
        }
        let breaks = adapted && packet[4] > 0 && packet[5] & 0x80 != 0;
        let Some(stream) = self.stream(pid) else { return };
        stream.goes_on = if carries { skip == 4 } else { stream.goes_on };
        if carries {
            let follows = stream.counter.is_none_or(|last| (last + 1) & 15 == counter);
            let repeats = stream.counter == Some(counter) && !stream.repeated;
            stream.counter = Some(counter);
            stream.repeated = repeats;
            if repeats {
                return;
            }
            if !follows && !breaks {
                stream.lacks = None;
                self.gaps += 1;
                self.first_gap = self.first_gap.or(Some(at));
            }
        } else {
            return;
        }
        let payload = packet.get(skip..).unwrap_or_default();
        if pid == 0 || self.tables.contains(&pid) {
            if begins {
                self.table(pid, payload);
            }
        } else {
            self.elementary(pid, begins, payload);
        }
    }

    fn stream(&mut self, pid: u16) -> Option<&mut Stream> {
        if let Some(k) = self.streams.iter().position(|stream| stream.pid == pid) {
            return self.streams.get_mut(k);
        }
        if self.streams.len() >= MOST_STREAMS {
            return None;
        }
        self.streams.push(Stream { pid, counter: None, repeated: false, kind: None, goes_on: false, lacks: None });
        self.streams.last_mut()
    }

    /// The program association table, or a program map: where it stands in one packet, which it nearly always does.
    fn table(&mut self, pid: u16, payload: &[u8]) {
        let Some(section) = payload.first().and_then(|&skip| payload.get(1 + usize::from(skip)..)) else { return };
        let Some(length) = be16(section, 1).map(|n| 3 + usize::from(n & 0xFFF)) else { return };
        let Some(section) = section.get(..length).filter(|section| section.len() >= 12) else { return };
        if crc_mpeg(section) != 0 {
            self.bad_tables += 1;
            return;
        }
        let rows = &section[8..section.len() - 4];
        match (pid, section[0]) {
            (0, 0) => {
                let maps = rows.chunks_exact(4).filter(|row| row[..2] != [0, 0]).take(16);
                self.tables = maps.filter_map(|row| Some(be16(row, 2)? & 0x1FFF)).collect();
            }
            (_, 2) => {
                let mut at = 4 + usize::from(be16(rows, 2).unwrap_or(0) & 0xFFF);
                while let Some([kind, a, b, c, d]) = rows.get(at..).and_then(|row| row.first_chunk::<5>()) {
                    let elementary = u16::from_be_bytes([*a, *b]) & 0x1FFF;
                    if let Some(stream) = self.stream(elementary) {
                        stream.kind = Some(*kind);
                    }
                    if is_picture(*kind) && self.picture.is_none() {
                        self.picture = Some(elementary);
                    }
                    at += 5 + usize::from(u16::from_be_bytes([*c, *d]) & 0xFFF);
                }
            }
            _ => {}
        }
    }

    fn elementary(&mut self, pid: u16, begins: bool, payload: &[u8]) {
        let is_picture = self.picture == Some(pid);
        if is_picture && self.start.len() < START {
            self.start.extend_from_slice(payload);
        }
        let Some(stream) = self.stream(pid).filter(|stream| stream.kind.is_some()) else { return };
        if begins && payload.starts_with(b"\0\0\x01") {
            let declared = be16(payload, 4).map(u64::from).filter(|&n| n > 0);
            stream.lacks = declared.map(|n| (n + 6).saturating_sub(payload.len() as u64));
            let time = payload.get(7).filter(|&&flags| flags & 0x80 != 0).and_then(|_| time_stamp(payload.get(9..)?));
            if let Some(time) = time.filter(|_| is_picture) {
                self.clock.tick(time);
            }
        } else {
            stream.lacks = stream.lacks.map(|lacks| lacks.saturating_sub(payload.len() as u64));
        }
    }

    fn tell(mut self, length: u64, packet: u64, structure: &mut Structure) {
        if let Some(at) = self.first_lost {
            structure.fault(format!("{} of {} packets have no sync byte, the first at byte {at}", self.lost, self.seen));
        }
        if let Some(at) = self.first_gap {
            structure.fault(format!("packets are missing in {} places, the first at byte {at}", self.gaps));
        }
        if self.bad_tables > 0 {
            structure.fault(format!("bad checksum of {} tables", self.bad_tables));
        }
        if !length.is_multiple_of(packet) {
            structure.fault(format!("truncated: the last packet has {} of {packet} bytes", length % packet));
        }
        let recorded = packet == 192 && self.streams.iter().any(|stream| stream.pid == SELECTION);
        if recorded && !length.is_multiple_of(UNIT) && length.is_multiple_of(packet) {
            structure.fault("truncated: the last unit of 32 packets is not whole");
        }
        // A camcorder goes on in the next file wherever the size of one ends: whole units are all that it promises.
        let goes_on = recorded && length.is_multiple_of(UNIT);
        let unfinished: Vec<&Stream> = self.streams.iter().filter(|stream| stream.lacks.is_some_and(|n| n > 0)).collect();
        if goes_on {
        } else if let Some(lacks) = unfinished.first().and_then(|stream| stream.lacks) {
            structure.fault(format!("truncated: the last packet of sound or text lacks {lacks} bytes"));
        } else if self.streams.iter().any(|stream| Some(stream.pid) == self.picture && stream.goes_on && stream.lacks.is_none()) {
            structure.fault("truncated: it stops in the middle of a picture");
        }
        let kind = self.streams.iter().find(|stream| Some(stream.pid) == self.picture).and_then(|stream| stream.kind);
        self.dimensions = match kind {
            Some(H264) => parameters::dimensions(&self.start),
            Some(0x01 | 0x02) => sequence(&self.start),
            _ => None,
        };
        structure.dimensions = self.dimensions;
        structure.duration_ms = self.clock.duration_ms();
        if self.picture.is_none() && !self.streams.is_empty() && self.streams.iter().any(|stream| stream.kind.is_some()) {
            structure.no_pictures = Some("there is no picture track in it");
        }
    }
}

/// The kind of stream that is H.264 (ISO/IEC 13818-1, table 2-34).
const H264: u8 = 0x1B;

/// MPEG-1, MPEG-2, MPEG-4 part 2, H.264, HEVC, VC-1.
fn is_picture(kind: u8) -> bool {
    matches!(kind, 0x01 | 0x02 | 0x10 | H264 | 0x24 | 0xEA)
}

/// CRC-32/MPEG-2 over a section and its checksum: zero when it is right.
fn crc_mpeg(section: &[u8]) -> u32 {
    section.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte) << 24, |crc, _| if crc >> 31 == 1 { crc << 1 ^ 0x04C1_1DB7 } else { crc << 1 })
    })
}
