//! TIFF, camera raws and the plain formats: where their directories and dimensions are.
//!
//! Most raws are TIFF files; RAF, MRW, X3F and CRW are containers of their makers.
//! Absent on purpose: sensor data.

use std::ops::Range;

use lightproof_model::{
    exif::{Directory, counting::TagTable},
    media_type::MediaType,
    probe::Dimensions,
    read_at::ReadAt,
};

use super::{
    gather::{Gather, be, le},
    joined::Joined,
    jpeg::read_jpeg,
    tiff::{IFD0, Place, Reach, Region},
    value::{Order, readable, trim},
};
use crate::isobmff::read;

fn file(bytes: &dyn ReadAt) -> Region<'_> {
    Region { bytes, base: 0, reach: Reach::File }
}

fn sides(width: Option<u64>, height: Option<u64>) -> Option<Dimensions> {
    Some(Dimensions { width: u32::try_from(width?).ok()?, height: u32::try_from(height?).ok()? })
}

/// Reads a TIFF or a raw that is one.
pub fn read_tiff(bytes: &dyn ReadAt, media_type: MediaType, gather: &mut Gather) {
    gather.region(file(bytes), IFD0);
    // Their directories describe previews and sensor; the picture's size is what EXIF says.
    if matches!(media_type, MediaType::Cr2 | MediaType::Iiq) {
        gather.dimensions = gather.exif_dimensions();
    }
}

/// Reads a Panasonic or Leica raw: its IFD0 has tags of its own, and a whole JPEG with EXIF inside.
pub fn read_rw2(bytes: &dyn ReadAt, gather: &mut Gather) {
    gather.region(file(bytes), Place::Kept(Directory::Ifd0, TagTable::PanasonicRaw));
    let side = |to, from| {
        let (to, from) = (gather.number(Directory::Ifd0, to)?, gather.number(Directory::Ifd0, from)?);
        u64::try_from(to - from).ok()
    };
    let dimensions = sides(side(0x07, 0x05), side(0x06, 0x04));
    if let Some((at, len)) = gather.embedded {
        read_jpeg(bytes, at..at.saturating_add(len).min(bytes.len()), gather);
    }
    gather.dimensions = dimensions.or(gather.dimensions);
}

/// Reads a Fujifilm raw: a JPEG with EXIF at a given place, and the maker's own directory.
pub fn read_raf(bytes: &dyn ReadAt, gather: &mut Gather) {
    if let (Some(at), Some(len)) = (be(bytes, 84, 4), be(bytes, 88, 4)) {
        read_jpeg(bytes, at..(at + len).min(bytes.len()), gather);
    }
    gather.dimensions = raf_size(bytes).or(gather.dimensions);
}

/// RawImageCroppedSize (0x0111): height, width.
pub fn raf_size(bytes: &dyn ReadAt) -> Option<Dimensions> {
    let mut at = be(bytes, 0x5C, 4)?;
    let rows = be(bytes, at, 4)?.min(256);
    at += 4;
    for _ in 0..rows {
        let (tag, len) = (be(bytes, at, 2)?, be(bytes, at + 2, 2)?);
        if tag == 0x0111 {
            return sides(be(bytes, at + 6, 2), be(bytes, at + 4, 2));
        }
        at += 4 + len;
    }
    None
}

/// Reads a Minolta raw: blocks, of which `TTW` is a TIFF structure and `PRD` tells the size.
pub fn read_mrw(bytes: &dyn ReadAt, gather: &mut Gather) {
    let end = be(bytes, 4, 4).map_or(0, |len| len + 8).min(bytes.len());
    let mut at = 8;
    for _ in 0..64 {
        let (Some(kind), Some(len)) = (be(bytes, at, 4).filter(|_| at < end), be(bytes, at + 4, 4)) else { break };
        let data = at + 8..at + 8 + len;
        match &(kind as u32).to_be_bytes() {
            b"\0TTW" => {
                if let Some(block) = Joined::whole(bytes, data.clone(), 8 << 20) {
                    gather.block(&block, IFD0);
                }
            }
            b"\0PRD" => gather.dimensions = sides(be(bytes, data.start + 14, 2), be(bytes, data.start + 12, 2)),
            _ => {}
        }
        at = data.end;
    }
}

/// Reads a Sigma raw: the size in its header, EXIF in the JPEG that newer models embed.
pub fn read_x3f(bytes: &dyn ReadAt, gather: &mut Gather) {
    let new = le(bytes, 6, 2).is_some_and(|version| version >= 4);
    let at = if new { 40 } else { 28 };
    let dimensions = sides(le(bytes, at, 4), le(bytes, at + 4, 4));
    if let Some(jpeg) = x3f_jpeg(bytes) {
        read_jpeg(bytes, jpeg, gather);
    }
    gather.dimensions = dimensions;
}

/// The JPEG with EXIF in an X3F: the directory's offset is the file's last number.
fn x3f_jpeg(bytes: &dyn ReadAt) -> Option<Range<u64>> {
    let at = le(bytes, bytes.len().checked_sub(4)?, 4)?;
    if read(bytes, at..at + 4, 4)? != b"SECd" {
        return None;
    }
    (0..le(bytes, at + 8, 4)?.min(64)).find_map(|i| {
        let row = at + 12 + i * 12;
        let (start, len) = (le(bytes, row, 4)?, le(bytes, row + 4, 4)?);
        // A section's header is 28 bytes long.
        let head = read(bytes, start + 28..start + 38, 10)?;
        let jpeg = read(bytes, row + 8..row + 12, 4)? == b"IMA2" && head.starts_with(b"\xFF\xD8\xFF") && &head[6..] == b"Exif";
        jpeg.then(|| start + 28..(start + len).min(bytes.len()))
    })
}

/// Reads a Canon CIFF raw: a heap of records, the directory at its end.
pub fn read_crw(bytes: &dyn ReadAt, gather: &mut Gather) {
    let Some(heap) = CrwHeap::read(bytes) else { return };
    let (mut model, mut serial) = (String::new(), None);
    for record in &heap.records {
        match record.tag {
            // Make and model, each ended by a NUL.
            0x080A => {
                let text = read(bytes, record.at..record.at + record.len.min(64), 64).unwrap_or_default();
                model = readable(trim(text.split(|&b| b == 0).nth(1).unwrap_or_default()));
            }
            0x180B => serial = heap.number(bytes, record.at, 4).map(|n| n as u32),
            0x1810 => gather.dimensions = sides(heap.number(bytes, record.at, 4), heap.number(bytes, record.at + 4, 4)),
            _ => {}
        }
    }
    // Compact cameras keep another number under the same id.
    if model.contains("EOS") {
        gather.container.serial = serial.map(|n| n.to_string());
    }
}

/// One record of a CIFF heap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CrwRecord {
    /// Its id, without the bits that say where the value stands.
    pub tag: u16,
    /// Where its value begins.
    pub at: u64,
    /// Its length; of a value that stands in its row, what the row has room for.
    pub len: u64,
}

/// The records of a Canon CIFF raw, those of inner heaps too.
#[derive(Debug)]
pub struct CrwHeap {
    order: Order,
    /// In the order of the directories.
    pub records: Vec<CrwRecord>,
    /// Whether the outer directory lies whole in the file, as do the heaps inside.
    pub whole: bool,
    budget: u32,
}

impl CrwHeap {
    /// Reads the directories; nothing when there is no header.
    pub fn read(bytes: &dyn ReadAt) -> Option<CrwHeap> {
        let head = read(bytes, 0..6, 6)?;
        let order = Order::named(&head[..2])?;
        let start = order.u32(&head, 2)?;
        let mut heap = CrwHeap { order, records: Vec::new(), whole: true, budget: 512 };
        heap.whole &= heap.walk(bytes, u64::from(start)..bytes.len(), 0).is_some();
        Some(heap)
    }

    /// A number of so many bytes.
    pub fn number(&self, bytes: &dyn ReadAt, at: u64, width: u64) -> Option<u64> {
        self.order.uint(&read(bytes, at..at.checked_add(width)?, 8)?, 0, width as usize)
    }

    fn walk(&mut self, bytes: &dyn ReadAt, heap: Range<u64>, depth: u32) -> Option<()> {
        let directory = heap.start + self.number(bytes, heap.end.checked_sub(4)?, 4)?;
        for i in 0..self.number(bytes, directory, 2)? {
            self.budget = self.budget.checked_sub(1)?;
            let row = directory + 2 + i * 10;
            let (tag, len) = (self.number(bytes, row, 2)?, self.number(bytes, row + 2, 4)?);
            let at = self.number(bytes, row + 6, 4)?;
            // Bit 14: the value stands in the row itself.
            let (at, len) = if tag & 0x4000 != 0 { (row + 2, 8) } else { (heap.start + at, len) };
            let tag = (tag & 0x3FFF) as u16;
            self.records.push(CrwRecord { tag, at, len });
            if matches!(tag & 0x3800, 0x2800 | 0x3000) && depth < 4 {
                self.whole &= self.walk(bytes, at..(at + len).min(heap.end), depth + 1).is_some();
            }
        }
        Some(())
    }
}

/// Reads a GIF's screen size.
pub fn read_gif(bytes: &dyn ReadAt, gather: &mut Gather) {
    gather.dimensions = sides(le(bytes, 6, 2), le(bytes, 8, 2));
}

/// Reads a bitmap's size; a negative height means rows from the top.
pub fn read_bmp(bytes: &dyn ReadAt, gather: &mut Gather) {
    gather.dimensions = if le(bytes, 14, 4) == Some(12) {
        sides(le(bytes, 18, 2), le(bytes, 20, 2))
    } else {
        sides(le(bytes, 18, 4), le(bytes, 22, 4).map(|n| u64::from((n as u32 as i32).unsigned_abs())))
    };
}
