//! What TIFF-shaped raws keep in ways of their own: Panasonic's first directory, Phase One's directory.
//!
//! Absent on purpose: directories as the standard has them (`tiff`).

use lightproof_model::read_at::ReadAt;

use super::contents::{Contents, Piece, Preview, Sensor, sides};
use crate::{
    facts::{directory::Directory, value::Order},
    isobmff::read,
};

/// RW2 and its kin: a whole JPEG in a tag, sensor data that begins at a given place.
pub(super) fn panasonic(bytes: &dyn ReadAt, rows: &Directory, contents: &mut Contents) {
    // JpgFromRaw; newer models add a second.
    for tag in [0x002E, 0x0127] {
        if let Some((at, len)) = rows.value_place(tag).filter(|&(_, len)| len > 4) {
            contents.previews.push(Preview::jpeg(at, len));
        }
    }
    for tag in [0x0002, 0x0003, 0x0004, 0x0005, 0x0006, 0x0007, 0x0009, 0x000A, 0x000B, 0x001C, 0x001D, 0x001E, 0x002D] {
        contents.needs(format!("tag {tag:04x}"), rows.bytes(tag));
    }
    let size = rows.number(0x0002).zip(rows.number(0x0003)).and_then(|(w, h)| sides(w, h));
    if size.is_none() {
        // Without it nothing says how much sensor data there must be.
        contents.fault("the directory tells no size of the sensor");
    }
    let told = |tag| rows.number(tag).filter(|&n| n > 0 && n < 0xFFFF_FFFF);
    let Some(at) = told(0x0118).or_else(|| told(0x0111)) else { return };
    let said = told(0x0117);
    // Older models tell no format; theirs take more than the tightest.
    let format = rows.number(0x002D).unwrap_or(0);
    let least = packed(format, rows.number(0x000A).unwrap_or(12)).and_then(|each| {
        let pixels = size.map(|s| u64::from(s.width) * u64::from(s.height))?;
        Some((pixels / each).saturating_mul(16))
    });
    // Most tell no length, some a wrong one: the data reaches to the end then.
    let len = match (least, said) {
        (Some(least), Some(said)) if said < least => least,
        (_, Some(said)) => said,
        (least, None) => bytes.len().saturating_sub(at).max(least.unwrap_or(0)),
    };
    contents.sensor.push(Sensor::own(at, len, size));
}

/// Pixels that 16 bytes hold in the formats of fixed rate.
fn packed(format: u64, bits: u64) -> Option<u64> {
    match (format, bits) {
        (..=4, _) | (6, ..=12) => Some(14),
        (5, ..=12) => Some(10),
        (6, _) => Some(11),
        (5 | 7, _) => Some(9),
        _ => None,
    }
}

/// Rows of Phase One's directory, at most.
const MAX_ROWS: u32 = 512;

/// Phase One and Leaf: a directory of rows of 16 bytes, counted from the mark behind the TIFF header.
pub(super) fn phase_one(bytes: &dyn ReadAt, order: Order, contents: &mut Contents) {
    const MARK: u64 = 8;
    let number = |at: u64| read(bytes, at..at.checked_add(4)?, 4).and_then(|n| order.u32(&n, 0));
    let start = number(MARK + 8).map(|at| MARK + u64::from(at));
    let Some((start, rows)) = start.and_then(|at| Some((at, number(at)?))) else {
        return contents.fault("the maker's directory lies behind the end");
    };
    let mut size = (0, 0);
    let mut sensor = None;
    for i in 0..rows.min(MAX_ROWS) {
        let row = start + 8 + u64::from(i) * 16;
        let (Some(tag), Some(len), Some(value)) = (number(row), number(row + 8), number(row + 12)) else {
            contents.fault("the maker's directory is cut");
            break;
        };
        let piece = Piece::new(MARK + u64::from(value), len.into());
        match tag {
            0x0108 => size.0 = value.into(),
            0x0109 => size.1 = value.into(),
            0x010F => sensor = Some(piece),
            // Where strips begin, calibration of the sensor.
            0x021C | 0x0110 if len > 4 => contents.more.push(piece),
            _ => {}
        }
        if matches!(tag, 0x0106..=0x010E | 0x0112 | 0x021D | 0x021A | 0x0222 | 0x0226) {
            let held = if len > 4 { read(bytes, piece.at..piece.at + piece.len, 4096) } else { Some(value.to_le_bytes().into()) };
            contents.needs(format!("row {tag:04x}"), held);
        }
    }
    let size = sides(size.0, size.1);
    contents.sensor.extend(sensor.map(|p| Sensor::own(p.at, p.len, size)));
}
