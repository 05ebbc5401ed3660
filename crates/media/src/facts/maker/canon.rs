//! Canon: serial number (0x000C) and internal serial number (0x0096), in a note or, in CR3, as a structure of its own.
//!
//! Absent on purpose: camera settings.

use super::{Camera, Note, Said, directory::Directory, set};
use crate::facts::{
    tiff::Region,
    value::{Order, readable, trim, until_nul},
};

/// By how much the note was moved after the camera wrote it: its last eight bytes hold a TIFF mark and where it once lay.
pub fn moved(note: &Note) -> i64 {
    let tail = note.at.len.checked_sub(8).and_then(|at| note.region.read(note.at.offset + at, 8));
    let old = tail.filter(|t| t.starts_with(b"II*\0") || t.starts_with(b"MM\0*")).and_then(|t| {
        let order = Order::named(&t[..2])?;
        order.u32(&t, 4)
    });
    old.map_or(0, |old| note.at.offset as i64 - i64::from(old))
}

/// Reads the rows of Canon's directory.
pub fn read(rows: &Directory, camera: &Camera, said: &mut Said) {
    set(&mut said.serial, rows.text(0x000C).filter(|n| n != "0"));
    let inside = rows.bytes(0x0096).and_then(|b| {
        // The 5D keeps a block here whose text begins at byte 9; the Kiss X3 pads with 0xFF.
        let text = if camera.model().contains("EOS 5D") { b.get(9..)? } else { &b[..] };
        let text = until_nul(text);
        let end = text.iter().rposition(|&b| b != 0xFF).map_or(0, |i| i + 1);
        Some(readable(trim(&text[..end]))).filter(|t| !t.is_empty())
    });
    set(&mut said.internal_serial, inside);
}

/// Reads a CR3's `CMT3`: a TIFF header, and Canon's directory as its first.
pub fn read_structure(region: Region, camera: &Camera, said: &mut Said) {
    let Some(head) = region.read(0, 8) else { return };
    let Some((order, start)) = Order::named(&head[..2]).and_then(|o| Some((o, o.u32(&head, 4)?))) else { return };
    if let Some(rows) = Directory::read(region, u64::from(start), 0, order) {
        read(&rows, camera, said);
    }
}
