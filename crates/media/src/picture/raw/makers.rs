//! Raws in containers of their makers: Fujifilm's RAF, Canon's CRW, Sigma's X3F and Minolta's MRW.
//!
//! Layouts as ExifTool documents them. Absent on purpose: metadata in these containers (`facts`).

use lightproof_model::read_at::ReadAt;

use super::{
    contents::{Contents, Kept, Piece, Preview, Sensor, sides},
    tiff,
};
use crate::{
    facts::{
        raw::{CrwHeap, raf_size},
        value::Order,
    },
    isobmff::read,
};

fn number(bytes: &dyn ReadAt, order: Order, at: u64, width: u64) -> Option<u64> {
    order.uint(&read(bytes, at..at.checked_add(width)?, 8)?, 0, width as usize)
}

/// RAF: the header says where a whole JPEG, the maker's directory and the sensor data lie.
pub(super) fn raf(bytes: &dyn ReadAt) -> Contents {
    let mut contents = Contents::default();
    let place = |at: u64| Some(Piece::new(number(bytes, Order::Big, at, 4)?, number(bytes, Order::Big, at + 4, 4)?));
    let (Some(jpeg), Some(directory), Some(sensor)) = (place(84), place(92), place(100)) else {
        contents.fault("truncated in the header");
        return contents;
    };
    let size = raf_size(bytes);
    contents.previews.push(Preview::jpeg(jpeg.at, jpeg.len));
    contents.beside.push(directory);
    // The directory tells the sensor's size and how it is coded.
    contents.needs("directory", read(bytes, directory.at..directory.at.saturating_add(directory.len), 1 << 20));
    if sensor.len > 0 {
        contents.sensor.push(Sensor::own(sensor.at, sensor.len, size));
    }
    // A second exposure of smaller pixels, where the header goes on so far.
    if jpeg.at >= 0x88 {
        contents.more.extend([place(0x78), place(0x80)].into_iter().flatten().filter(|p| p.at > 0 && p.len > 0));
    }
    contents
}

/// CRW: records of a heap.
pub(super) fn crw(bytes: &dyn ReadAt) -> Contents {
    let mut contents = Contents::default();
    let Some(heap) = CrwHeap::read(bytes) else {
        contents.fault("there is no header");
        return contents;
    };
    if !heap.whole {
        contents.fault("truncated: the directory at the end is missing or cut");
    }
    let value = |tag: u16, on: u64| {
        let record = heap.records.iter().find(|r| r.tag == tag)?;
        heap.number(bytes, record.at + on, 4)
    };
    let size = value(0x1810, 0).zip(value(0x1810, 4)).and_then(|(w, h)| sides(w, h));
    contents.rotation = value(0x1810, 12).map(|turn| turn as u32);
    for record in &heap.records {
        match record.tag {
            0x2005 => contents.sensor.push(Sensor::own(record.at, record.len, size)),
            0x2007 | 0x2008 if contents.previews.len() < 16 => contents.previews.push(Preview::jpeg(record.at, record.len)),
            // The image's shape without its rotation, the sensor's shape, the table for decoding.
            0x1031 | 0x1810 | 0x1835 => {
                let len = if record.tag == 0x1810 { record.len.min(12) } else { record.len };
                let value = read(bytes, record.at..record.at.saturating_add(len), 4096);
                contents.needs(format!("record {:04x}", record.tag), value);
            }
            _ => {}
        }
    }
    contents
}

/// X3F: sections, whose directory the file's last number points to.
pub(super) fn x3f(bytes: &dyn ReadAt) -> Contents {
    let mut contents = Contents::default();
    let le = |at: u64| number(bytes, Order::Little, at, 4);
    let (width, rotation) = if le(4).is_some_and(|v| v >> 16 >= 4) { (40, 48) } else { (28, 36) };
    contents.rotation = le(rotation).map(|turn| turn as u32);
    let size = le(width).zip(le(width + 4)).and_then(|(w, h)| sides(w, h));
    let directory = bytes.len().checked_sub(4).and_then(le);
    let Some(directory) = directory.filter(|&at| read(bytes, at..at.saturating_add(4), 4).as_deref() == Some(b"SECd")) else {
        contents.fault("truncated: the directory at the end is missing");
        return contents;
    };
    for i in 0..le(directory + 8).unwrap_or(0).min(256) {
        let row = directory + 12 + i * 12;
        let (Some(at), Some(len), Some(kind)) = (le(row), le(row + 4), read(bytes, row + 8..row + 12, 4)) else {
            contents.fault("truncated: the directory at the end is cut");
            break;
        };
        let section = Piece::new(at, len);
        match kind.as_slice() {
            kind if kind.starts_with(b"IMA") => x3f_image(bytes, section, size, &mut contents),
            // How the sensor is calibrated.
            b"CAMF" => contents.more.push(section),
            _ => contents.beside.push(section),
        }
    }
    contents
}

/// An image section: 28 bytes of header, then the data.
fn x3f_image(bytes: &dyn ReadAt, section: Piece, size: Option<lightproof_model::probe::Dimensions>, contents: &mut Contents) {
    const HEADER: u64 = 28;
    let le = |on: u64| number(bytes, Order::Little, section.at.checked_add(on)?, 4);
    let data = Piece::new(section.at.saturating_add(HEADER), section.len.saturating_sub(HEADER));
    let shape = le(16).zip(le(20)).and_then(|(w, h)| sides(w, h));
    match (le(8), le(12)) {
        (Some(2), Some(18)) => contents.previews.push(Preview::jpeg(data.at, data.len)),
        (Some(2), Some(3)) if shape.is_some() => {
            let row = le(24).filter(|&n| n > 0).or(shape.map(|s| u64::from(s.width) * 3)).unwrap_or(0);
            let kept = Kept::Pixels { samples: 3, row };
            contents.previews.push(Preview { pieces: vec![data], kept, size: shape, certain: true });
        }
        // Packed in the maker's own way.
        (Some(2), _) => contents.more.push(section),
        _ => contents.sensor.push(Sensor::own(data.at, data.len, shape.or(size))),
    }
}

/// MRW: blocks, one of them a TIFF structure; behind them the sensor data, in rows of fixed length.
pub(super) fn mrw(bytes: &dyn ReadAt) -> Contents {
    let mut contents = Contents::default();
    let be = |at: u64, width: u64| number(bytes, Order::Big, at, width);
    let Some(end) = be(4, 4).map(|len| len + 8).filter(|&end| end <= bytes.len()) else {
        contents.fault("truncated in the header");
        return contents;
    };
    let mut at = 8;
    for _ in 0..64 {
        let (Some(kind), Some(len)) = (be(at, 4).filter(|_| at < end), be(at + 4, 4)) else { break };
        let data = at + 8;
        match &(kind as u32).to_be_bytes() {
            b"\0TTW" => ttw(bytes, Piece::new(data, len), &mut contents),
            b"\0PRD" => {
                let size = be(data + 10, 2).zip(be(data + 8, 2)).and_then(|(w, h)| sides(w, h));
                let pixels = size.map_or(0, |s| u64::from(s.width) * u64::from(s.height));
                // 12 bits, packed or in two bytes each.
                let len = if be(data + 18, 1) == Some(0x59) { pixels * 3 / 2 } else { pixels * 2 };
                contents.sensor.push(Sensor::own(end, len, size));
                contents.needs("prd", read(bytes, data..data + len.min(24), 24));
            }
            _ => {}
        }
        at = data + len;
    }
    contents
}

/// The TIFF structure of an MRW: its offsets count from its own header.
fn ttw(bytes: &dyn ReadAt, block: Piece, contents: &mut Contents) {
    let Some(held) = read(bytes, block.at..block.at + block.len, 8 << 20) else {
        return contents.fault("the block of metadata is cut");
    };
    let inner = tiff::contents(&held.as_slice(), lightproof_model::media_type::MediaType::Mrw);
    for mut preview in inner.previews {
        for piece in &mut preview.pieces {
            piece.at = piece.at.saturating_add(block.at);
        }
        contents.previews.push(preview);
    }
}
