//! JPEG: one walk over the segments gives dimensions, digest, integrity and the gray picture at 1/8 scale.
//!
//! The gray is libjpeg's 1/8 gray bit for bit. Only pictures too small for that are decoded in full (`small`).
//! Memory does not depend on the declared dimensions. Of several pictures in one file (MPO, motion photos) the first
//! is looked at; the rest is part of the digest and walked for its integrity (`behind`).
//! Absent on purpose: pixels of large pictures, arithmetic coding, lossless coding.

mod band;
mod behind;
mod bits;
mod declared;
mod frame;
mod huffman;
mod lanes;
mod plane;
mod progression;
mod relay;
mod scan;
mod segments;
mod small;

use lightproof_model::probe::Dimensions;

use self::{
    band::{Band, History, walk_band},
    behind::Further,
    declared::Declared,
    frame::{Coding, Colour, Frame},
    huffman::{AcTable, DcTable, HuffmanSpec},
    plane::Plane,
    progression::Progression,
    scan::{Scan, ScanHeader, Tables, Walked},
    segments::{Segment, Segments},
};
use super::{
    Look, NoGray,
    digest::{ImageHasher, without_padding},
    gray::Reduced,
};

/// Cells along the short side below which the 1/8 gray is too coarse to stand for the picture.
const COARSE: u32 = 64;

/// Looks at a JPEG.
pub(super) fn look(bytes: &[u8]) -> Look {
    let mut walk = walk(bytes);
    let tail = walk.end.and_then(|end| bytes.get(end..)).unwrap_or_default();
    if walk.end.is_some() {
        walk.hasher.part("behind the end", without_padding(tail));
    }
    let behind = behind::look(tail, &walk.declared, further);
    let mut look = walk.finish(bytes);
    look.faults.extend(behind.faults);
    look.notes = behind.notes;
    look
}

/// What is damaged in a JPEG that is part of something else.
pub(crate) fn fault(bytes: &[u8]) -> Option<String> {
    let walk = walk(bytes);
    let missing = walk.end.is_none() && walk.faults.is_empty();
    missing.then(|| "missing end marker".to_owned()).or_else(|| walk.faults.into_iter().next())
}

/// Walks a picture behind the first one, for its integrity alone.
fn further(bytes: &[u8]) -> Further {
    let walk = walk(bytes);
    let share = walk.progress.0 as f32 / walk.progress.1.max(1) as f32;
    let fault = (walk.scans > 0 && share < 1.0).then(|| walk.faults.join("; ")).filter(|told| !told.is_empty());
    Further { end: walk.end, shows: walk.frame.is_some() && walk.scans > 0, fault }
}

/// Walks a JPEG up to its end marker.
fn walk(bytes: &[u8]) -> Walk {
    let mut walk = Walk::new();
    let mut segments = Segments::new(bytes);
    for segment in segments.by_ref() {
        match segment {
            Segment::Stray { bytes } => walk.stray += bytes,
            Segment::Cut { marker } => walk.fault(format!("truncated in segment 0x{marker:02X}")),
            Segment::End { after } => walk.end = Some(after),
            Segment::Plain { marker, payload } => walk.segment(marker, payload),
            Segment::Scan { header, data } => {
                walk.late_height(&bytes[data.end..]);
                walk.scan(header, &bytes[data]);
            }
        }
    }
    walk
}

/// A Huffman table and what was made of it.
struct Slot<T> {
    spec: Option<HuffmanSpec>,
    made: Option<T>,
}

/// The state of the walk.
struct Walk {
    hasher: ImageHasher,
    quants: [Option<Vec<u8>>; 4],
    dc: [Slot<DcTable>; 4],
    ac: [Slot<AcTable>; 4],
    restart: u32,
    jfif: bool,
    adobe: Option<u8>,
    frame: Option<Frame>,
    colour: Colour,
    planes: Vec<Plane>,
    /// DC quantiser of each component, as it was at its first scan.
    dc_quants: Vec<Option<i32>>,
    /// MCUs that were decoded and that there should be, in the scans that the gray is made of.
    progress: (u64, u64),
    faults: Vec<String>,
    scans: u32,
    /// Bytes where a marker should have been.
    stray: usize,
    /// Behind the end marker.
    end: Option<usize>,
    declared: Declared,
    history: History,
    progression: Progression,
}

impl Walk {
    fn new() -> Walk {
        Walk {
            hasher: ImageHasher::new("jpeg"),
            quants: Default::default(),
            dc: std::array::from_fn(|_| Slot { spec: None, made: None }),
            ac: std::array::from_fn(|_| Slot { spec: None, made: None }),
            restart: 0,
            jfif: false,
            adobe: None,
            frame: None,
            colour: Colour::Unknown,
            planes: Vec::new(),
            dc_quants: Vec::new(),
            progress: (0, 0),
            faults: Vec::new(),
            scans: 0,
            stray: 0,
            end: None,
            declared: Declared::default(),
            history: History::default(),
            progression: Progression::default(),
        }
    }

    fn fault(&mut self, what: impl Into<String>) {
        if self.faults.len() < 6 {
            self.faults.push(what.into());
        }
    }

    fn segment(&mut self, marker: u8, payload: &[u8]) {
        match marker {
            0xc4 => self.define_huffman(payload),
            0xdb => self.define_quants(payload),
            0xdd => match payload {
                &[high, low] => self.restart = u32::from(u16::from_be_bytes([high, low])),
                _ => self.fault("bad restart interval"),
            },
            0xcc => self.hasher.part("arithmetic conditioning", payload),
            0xc0..=0xcf if self.frame.is_some() => self.fault("a second frame header"),
            0xc0..=0xcf => match Frame::read(marker, payload) {
                Some(frame) => {
                    self.hasher.part("frame", &[&[marker], payload].concat());
                    self.dc_quants = vec![None; frame.components.len()];
                    self.frame = Some(frame);
                }
                None => self.fault("bad frame header"),
            },
            0xe0 if payload.starts_with(b"JFIF\0") => self.jfif = true,
            0xe1 | 0xe2 => self.declared.note(marker, payload),
            0xee if payload.starts_with(b"Adobe") => self.adobe = payload.get(11).copied().or(self.adobe),
            _ => {}
        }
    }

    /// A height of 0 in the frame is told behind the first scan (DNL, T.81, B.2.5).
    fn late_height(&mut self, behind: &[u8]) {
        if let (Some(frame), &[0xff, 0xdc, 0, 4, high, low, ..]) = (&mut self.frame, behind)
            && frame.height == 0
        {
            frame.height = u32::from(u16::from_be_bytes([high, low]));
        }
    }

    fn define_huffman(&mut self, mut payload: &[u8]) {
        while let Some((&place, rest)) = payload.split_first() {
            payload = rest;
            let (Some(spec), true) = (HuffmanSpec::take(&mut payload), place & 0xef < 4) else {
                return self.fault("bad Huffman table");
            };
            let to = usize::from(place & 3);
            match place >> 4 {
                0 => self.dc[to] = Slot { spec: Some(spec), made: None },
                _ => self.ac[to] = Slot { spec: Some(spec), made: None },
            }
        }
    }

    fn define_quants(&mut self, mut payload: &[u8]) {
        while let Some((&place, rest)) = payload.split_first() {
            let length = if place >> 4 == 0 { 64 } else { 128 };
            let (Some((table, rest)), true) = (rest.split_at_checked(length), place & 15 < 4 && place >> 4 < 2) else {
                return self.fault("bad quantisation table");
            };
            self.quants[usize::from(place & 3)] = Some(table.to_vec());
            payload = rest;
        }
    }

    fn scan(&mut self, header: &[u8], data: &[u8]) {
        let Some(frame) = self.frame.clone() else {
            self.hasher.data("scan without a frame", data);
            return self.fault("a scan before the frame header");
        };
        if self.scans == 0 {
            self.colour = frame.colour(self.jfif, self.adobe);
            self.hasher.part("colour", format!("{:?}", self.colour).as_bytes());
            if !matches!(frame.coding, Coding::Other(_)) {
                let gray = &frame.components[..frame.gray_components(self.colour)];
                self.planes = gray.iter().map(|c| frame.blocks(c)).map(|(w, h)| Plane::new(w, h)).collect();
            }
        }
        self.scans += 1;
        self.hasher.part("scan header", header);
        self.hasher.part("restart interval", &self.restart.to_le_bytes());
        let Some(scan) = ScanHeader::read(header, &frame) else {
            self.hasher.data("scan", data);
            return self.fault("bad scan header");
        };
        self.hash_tables(&frame, &scan);
        self.hasher.data("scan", data);
        if matches!(frame.coding, Coding::Other(_)) || frame.height == 0 {
            return;
        }
        self.note_quants(&frame, &scan);
        let walked = self.walk_scan(&frame, &scan, data);
        match walked {
            Ok(walked) => {
                if scan.from == 0 && scan.high == 0 && scan.components.iter().any(|&(i, ..)| i < self.planes.len()) {
                    self.progress.0 += walked.decoded;
                    self.progress.1 += walked.all;
                }
                for fault in walked.faults {
                    self.fault(fault);
                }
            }
            Err(what) => self.fault(what),
        }
    }

    /// Tables go into the digest by content and as they are used: how they are packed into segments is no image data.
    fn hash_tables(&mut self, frame: &Frame, scan: &ScanHeader) {
        for &(index, dc, ac) in &scan.components {
            if let Some(quant) = &self.quants[frame.components[index].quant] {
                self.hasher.part("quantisation", quant);
            }
            let first = scan.high == 0;
            let needs = match frame.coding {
                Coding::Sequential => (true, true),
                Coding::Progressive => (scan.from == 0 && first, scan.from > 0),
                Coding::Other(_) => (true, true),
            };
            for (spec, needed) in [(&self.dc[dc].spec, needs.0), (&self.ac[ac].spec, needs.1)] {
                if let (Some(spec), true) = (spec, needed) {
                    self.hasher.part("huffman", &spec.content());
                }
            }
        }
    }

    fn note_quants(&mut self, frame: &Frame, scan: &ScanHeader) {
        for &(index, ..) in &scan.components {
            let table = self.quants[frame.components[index].quant].as_deref();
            let first = match table {
                Some(&[value, ref rest @ ..]) if rest.len() == 63 => Some(i32::from(value)),
                Some(&[high, low, ..]) => Some(i32::from(u16::from_be_bytes([high, low]))),
                _ => None,
            };
            self.dc_quants[index] = self.dc_quants[index].or(first);
        }
    }

    fn walk_scan(&mut self, frame: &Frame, scan: &ScanHeader, data: &[u8]) -> Result<Walked, &'static str> {
        let progressive = frame.coding == Coding::Progressive;
        for &(_, dc, ac) in &scan.components {
            make(&mut self.dc[dc], DcTable::new);
            make(&mut self.ac[ac], AcTable::new);
        }
        if progressive {
            let wrong = self.progression.note(scan);
            wrong.into_iter().for_each(|what| self.fault(what));
        }
        if progressive && scan.from > 0 {
            let (component, _, ac) = scan.components[0];
            let table = self.ac[ac].made.as_ref().ok_or("a Huffman table is missing")?;
            let blocks = frame.blocks(&frame.components[component]);
            let (range, refines, restart) = ((scan.from, scan.to), scan.high > 0, self.restart);
            let band = Band { component, blocks, range, refines, restart };
            return Ok(walk_band(data, band, table, &mut self.history));
        }
        let tables = Tables {
            dc: std::array::from_fn(|i| self.dc[i].made.as_ref()),
            ac: std::array::from_fn(|i| self.ac[i].made.as_ref()),
        };
        let planned = Scan::new(data, frame, scan, &tables, self.planes.len())?;
        Ok(planned.walk(self.restart, &mut self.planes))
    }

    fn finish(mut self, bytes: &[u8]) -> Look {
        if self.stray > 0 {
            self.fault(format!("{} stray bytes between segments", self.stray));
        }
        let Some(frame) = self.frame.take() else {
            self.fault("no frame header");
            return Look { digest: self.hasher.finish(), faults: self.faults, share: 0.0, ..Look::default() };
        };
        if self.end.is_none() {
            self.fault("missing end marker");
        }
        if self.scans == 0 {
            self.fault("no scan");
        }
        let dimensions = (frame.height > 0).then_some(Dimensions { width: frame.width, height: frame.height });
        let unwalked = match frame.coding {
            Coding::Other(name) => Some(name),
            _ if frame.height == 0 => Some("the height is given behind the scan"),
            _ => None,
        };
        if let Some(why) = unwalked.filter(|_| self.scans > 0) {
            let checked = false;
            return Look {
                dimensions,
                digest: self.hasher.finish(),
                gray: Err(NoGray::new(why)),
                faults: self.faults,
                share: 1.0,
                checked,
                ..Look::default()
            };
        }
        let missing = self.dc_quants.iter().filter(|q| q.is_none()).count();
        if self.scans > 0 && missing > 0 {
            self.fault(format!("{missing} of {} components are missing", frame.components.len()));
        }
        let share = self.progress.0 as f32 / self.progress.1.max(1) as f32;
        if let Some(headline) = self.headline(share) {
            self.faults.insert(0, headline);
        }
        let gray = self.gray(&frame, bytes).ok_or_else(|| NoGray::new("too small, and damaged"));
        Look { dimensions, digest: self.hasher.finish(), gray, faults: self.faults, share, ..Look::default() }
    }

    /// What kind of damage it is, and how much of the picture it costs.
    fn headline(&self, share: f32) -> Option<String> {
        let lost = ((1.0 - share) * 100.0).ceil();
        let surplus = self.faults.iter().any(|fault| fault.contains("surplus"));
        match (self.end, self.faults.is_empty()) {
            (None, _) if share < 1.0 => Some(format!("truncated: {lost:.0} % of the picture cannot be decoded")),
            (Some(_), _) if share < 1.0 => Some(format!("hole or damage: {lost:.0} % of the picture cannot be decoded")),
            (Some(_), false) if surplus => Some("spliced or damaged: surplus data".to_owned()),
            _ => None,
        }
    }

    fn gray(&self, frame: &Frame, bytes: &[u8]) -> Option<Reduced> {
        let quants: Option<Vec<i32>> = self.dc_quants.iter().take(self.planes.len()).copied().collect();
        let coarse = frame.gray(self.colour, &self.planes, &quants?)?;
        let short = (frame.width.min(frame.height)).div_ceil(8);
        let fine = (short < COARSE).then(|| small::decode(bytes, self.colour)).flatten();
        // Without a decode, cells of 8 pixels must do; below a quarter of what the fingerprint takes they cannot.
        fine.or_else(|| (short >= 8).then_some(coarse))
    }
}

/// Makes a table of its specification when it is first used.
fn make<T>(slot: &mut Slot<T>, of: impl Fn(&HuffmanSpec) -> T) {
    if let (Some(spec), None) = (&slot.spec, &slot.made) {
        slot.made = Some(of(spec));
    }
}

#[cfg(test)]
mod slow;
#[cfg(test)]
mod tests;
