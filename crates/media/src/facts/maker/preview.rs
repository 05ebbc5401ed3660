//! Preview pictures that makers keep in their notes: where they lie, as documented by ExifTool.
//!
//! What is told is what the note says; whether a picture is there is for the reader to see.
//! Absent on purpose: pictures that the standard directories point to.

use super::{Base, Camera, Kind, Lies, Note, recognise};
use crate::facts::directory::Directory;

/// Sony's preview begins behind a header of its own.
const SONY_HEADER: u64 = 32;

/// Where the previews of a note lie, from the TIFF header: offset and length.
pub fn previews(note: &Note, camera: &Camera) -> Vec<(u64, u64)> {
    let Some(head) = note.region.read(note.at.offset, note.at.len.min(64)) else { return Vec::new() };
    let Some((kind, lies)) = recognise(&head, camera, note.order) else { return Vec::new() };
    let Some(rows) = directory(note, &lies) else { return Vec::new() };
    let held = |tag| rows.value_place(tag).filter(|&(_, len)| len > 4);
    let mut found: Vec<(u64, u64)> = match kind {
        Kind::Nikon => rows.inner(0x0011).as_ref().and_then(|p| pair(p, 0x0201, 0x0202)).into_iter().collect(),
        Kind::Samsung => rows.inner(0x0035).as_ref().and_then(|p| pair(p, 0x0201, 0x0202)).into_iter().collect(),
        Kind::Olympus | Kind::Minolta => {
            let settings = rows.inner(0x2020);
            let pairs = [
                settings.as_ref().and_then(|s| pair(s, 0x0101, 0x0102)),
                pair(&rows, 0x0088, 0x0089),
                pair(&rows, 0x1036, 0x1037),
            ];
            // Each of the others holds the picture itself.
            pairs.into_iter().chain([held(0x0081), held(0x0100)]).flatten().collect()
        }
        Kind::Pentax => pair(&rows, 0x0004, 0x0003).into_iter().collect(),
        Kind::Sony => {
            let behind_header = |(at, len): (u64, u64)| Some((at + SONY_HEADER, len.checked_sub(SONY_HEADER)?));
            held(0x2001).and_then(behind_header).into_iter().collect()
        }
        _ => Vec::new(),
    };
    found.retain(|&(_, len)| len > 0);
    found
}

fn directory<'a>(note: &Note<'a>, lies: &Lies) -> Option<Directory<'a>> {
    let base = match lies.base {
        Base::Header => 0,
        Base::Note(on) => i64::try_from(note.at.offset + on).ok()?,
    };
    Directory::read(note.region, note.at.offset.checked_add(lies.start)?, base, lies.order.unwrap_or(note.order))
}

/// An offset and a length, each a row of its own.
fn pair(rows: &Directory, start: u16, len: u16) -> Option<(u64, u64)> {
    Some((rows.at(u32::try_from(rows.number(start)?).ok()?), rows.number(len)?))
}
