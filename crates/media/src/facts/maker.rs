//! Maker notes: the few things in them that tell one body from another, and the two halves of a live photo.
//!
//! Layouts are the makers' own, as documented by ExifTool; one row of a table for each kind of note.
//! Absent on purpose: everything else in a maker note. Its contents are not fields of THE RULE.

pub mod canon;
mod fuji;
pub mod preview;
mod sony;
mod text;

use jiff::civil;

use super::{
    directory::{self, Directory},
    joined::Joined,
    tiff::{NoteAt, Region},
    value::{Order, Value, readable, trim},
};

/// What maker notes said.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Said {
    /// The number on the body.
    pub serial: Option<String>,
    /// The number inside.
    pub internal_serial: Option<String>,
    /// When the body was made.
    pub body_made: Option<civil::Date>,
    /// Apple's content identifier.
    pub content_identifier: Option<String>,
}

/// The camera as IFD0 names it.
#[derive(Debug, Default)]
pub struct Camera {
    /// Make.
    pub make: Option<String>,
    /// Model.
    pub model: Option<String>,
}

impl Camera {
    fn make(&self) -> &str {
        self.make.as_deref().unwrap_or_default()
    }

    fn model(&self) -> &str {
        self.model.as_deref().unwrap_or_default()
    }
}

/// One maker note in its TIFF structure.
pub struct Note<'a> {
    /// The structure.
    pub region: Region<'a>,
    /// Where the note is in it.
    pub at: NoteAt,
    /// The structure's byte order.
    pub order: Order,
}

/// How the directory of a note lies in it.
#[derive(Clone, Copy)]
struct Lies {
    /// Where the directory begins, from the note's beginning.
    start: u64,
    /// From where its offsets count.
    base: Base,
    /// Its byte order, where it is not the structure's.
    order: Option<Order>,
}

#[derive(Clone, Copy)]
enum Base {
    /// From the TIFF header.
    Header,
    /// From the beginning of the note, and so many bytes on.
    Note(u64),
}

/// What the rows of a note's directory are worth.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Apple,
    Nikon,
    NikonOld,
    Canon,
    Fuji,
    Olympus,
    Minolta,
    Panasonic,
    Pentax,
    Sony,
    Sigma,
    Samsung,
    Motorola,
    Ricoh,
    Nintendo,
    Leica(u16),
    Kodak,
}

/// Bytes that tell whose note it is; fixed forms keep their serial number in them, too.
const HEAD: u64 = 256;
/// Bytes of a note that counts as cut when they are not there.
const WHOLE: u64 = 64 << 10;

/// Reads what a maker note says. A later note adds only what earlier ones left open.
pub fn read_note(note: &Note, camera: &Camera, said: &mut Said) {
    let whole = note.at.len.min(WHOLE);
    if note.at.offset.checked_add(whole).is_none_or(|end| end > note.region.len()) {
        return;
    }
    let Some(mut head) = note.region.read(note.at.offset, whole.min(HEAD)) else { return };
    // Blocks without a directory are read whole: their rows point anywhere in them.
    if head.starts_with(b"IIII") || head.starts_with(b"MMMM") {
        let Some(block) = note.region.read(note.at.offset, whole) else { return };
        head = block;
    }
    if note.at.private {
        return read_private(note, camera, &head, said);
    }
    if text::read(&head, camera, said) {
        return;
    }
    if let Some((kind, lies)) = recognise(&head, camera, note.order) {
        read_directory(note, kind, lies, camera, said);
    }
}

/// The maker note inside a DNG's private data: Adobe keeps it with its old offset, others as it is.
fn read_private(note: &Note, camera: &Camera, head: &[u8], said: &mut Said) {
    let at = note.at;
    if head.starts_with(b"PENTAX \0") || head.starts_with(b"SAMSUNG\0") || head.starts_with(b"RICOH\0") {
        return read_note(&Note { region: note.region, at: NoteAt { private: false, ..at }, order: note.order }, camera, said);
    }
    // "Adobe", then blocks: a name, a length, for MakN a byte order and the offset at which it once lay.
    let Some(order) = head.get(14..16).and_then(Order::named).filter(|_| head.starts_with(b"Adobe\0MakN")) else { return };
    let (Some(len), Some(old)) = (Order::Big.u32(head, 10), Order::Big.u32(head, 16)) else { return };
    let (begin, len) = (at.offset + 20, u64::from(len).saturating_sub(6).min(at.len.saturating_sub(20)));
    // Offsets count from a header that would lie before the note by its old offset; it may lie before the file.
    let start = note.region.base.saturating_add(begin);
    let Some(block) = Joined::whole(note.region.bytes, start..start.saturating_add(len.min(4 << 20)), u64::MAX) else { return };
    let shifted = directory::Shifted { block, old: u64::from(old) };
    let region = Region { bytes: &shifted, base: 0, reach: note.region.reach };
    read_note(&Note { region, at: NoteAt { offset: u64::from(old), len, private: false }, order }, camera, said);
}

/// Which maker's note this is, and how it lies.
fn recognise(head: &[u8], camera: &Camera, order: Order) -> Option<(Kind, Lies)> {
    let make = camera.make().to_ascii_uppercase();
    let own = |start, base| Lies { start, base: Base::Note(base), order: None };
    let header = |start| Lies { start, base: Base::Header, order: None };
    let marked = |at: usize| head.get(at..at + 2).and_then(Order::named);
    let begins = |text: &[u8]| head.starts_with(text);
    Some(if begins(b"Apple iOS\0") {
        (Kind::Apple, Lies { order: marked(12), ..own(14, 0) })
    } else if begins(b"Nikon\0\x02") {
        let order = marked(10)?;
        (Kind::Nikon, Lies { start: 10 + u64::from(order.u32(head, 14)?), base: Base::Note(10), order: Some(order) })
    } else if begins(b"Nikon\0\x01") {
        (Kind::NikonOld, Lies { order: Some(Order::Little), ..header(8) })
    } else if begins(b"FUJIFILM") || begins(b"GENERALE") {
        let start = u64::from(Order::Little.u32(head, 8)?);
        (Kind::Fuji, Lies { order: Some(Order::Little), ..own(start, 0) })
    } else if begins(b"OLYMPUS\0") {
        (Kind::Olympus, Lies { order: marked(8), ..own(12, 0) })
    } else if begins(b"OM SYSTEM\0") {
        (Kind::Olympus, Lies { order: marked(12), ..own(16, 0) })
    } else if begins(b"OLYMP\0") || begins(b"EPSON\0") || begins(b"MINOL\0") || begins(b"CAMER\0") {
        (Kind::Olympus, header(8))
    } else if begins(b"LEICA CAMERA AG\0") {
        (Kind::Panasonic, header(18))
    } else if begins(b"Panasonic") {
        (Kind::Panasonic, header(12))
    } else if begins(b"PENTAX \0") {
        (Kind::Pentax, Lies { order: marked(8), ..own(10, 0) })
    } else if begins(b"RICOH\0II") || begins(b"RICOH\0MM") {
        (Kind::Pentax, Lies { order: marked(6), ..own(8, 0) })
    } else if begins(b"AOC\0") {
        (Kind::Pentax, Lies { order: marked(4), ..header(6) })
    } else if begins(b"SONY DSC")
        || begins(b"SONY CAM")
        || begins(b"SONY MOBILE")
        || begins(b"\0\0SONY PIC\0")
        || begins(b"VHAB     \0")
    {
        (Kind::Sony, header(12))
    } else if begins(b"MOT\0") {
        (Kind::Motorola, own(8, 0))
    } else if begins(b"SIGMA\0") || begins(b"FOVEON\0") {
        (Kind::Sigma, header(10))
    } else if begins(b"LEICA0") {
        (Kind::Leica(0x3103), own(8, 0))
    } else if begins(b"LEICA\0\0\0") && make.starts_with("LEICA CAMERA AG") {
        (Kind::Leica(0x0303), own(8, 8))
    } else if begins(b"LEICA\0") && matches!(head.get(6), Some(1 | 4 | 5 | 6 | 7 | 0x10 | 0x1A)) {
        (Kind::Leica(0x0305), own(8, 0))
    } else if begins(b"LEICA\0") && matches!(head.get(6), Some(8 | 9)) {
        (Kind::Leica(0x0305), header(8))
    } else if make.starts_with("MINOLTA") || make.starts_with("KONICA MINOLTA") {
        (Kind::Minolta, header(0))
    } else if make.starts_with("CANON") {
        (Kind::Canon, header(0))
    } else if make.starts_with("NIKON") {
        (Kind::Nikon, header(0))
    } else if make == "NINTENDO" {
        (Kind::Nintendo, header(0))
    } else if make.starts_with("SONY") {
        (Kind::Sony, header(0))
    } else if make == "SAMSUNG" && !begins(b"STMN") {
        (Kind::Samsung, Lies { order: Some(order), ..own(0, 0) })
    } else if make.starts_with("RICOH") || make.starts_with("PENTAX RICOH") {
        (Kind::Ricoh, header(8))
    } else if make.contains("KODAK") && (begins(b"MM\0*") || begins(b"II*\0")) {
        (Kind::Kodak, Lies { order: marked(0), ..own(8, 0) })
    } else if make.contains("KODAK") {
        (Kind::Kodak, header(0))
    } else {
        return None;
    })
}

fn read_directory(note: &Note, kind: Kind, lies: Lies, camera: &Camera, said: &mut Said) {
    let base = match lies.base {
        Base::Header if kind == Kind::Canon => canon::moved(note),
        Base::Header => 0,
        Base::Note(on) => (note.at.offset + on) as i64,
    };
    let start = note.at.offset + lies.start;
    let Some(rows) = Directory::read(note.region, start, base, lies.order.unwrap_or(note.order)) else { return };
    match kind {
        Kind::Apple => set(&mut said.content_identifier, rows.text(0x0011)),
        Kind::Nikon | Kind::NikonOld => {
            // Where both are there, the first is the model's name.
            let serial = if rows.has(0x00A0) { rows.text(0x00A0) } else { rows.text(0x001D) };
            set(&mut said.serial, serial);
        }
        Kind::Canon => canon::read(&rows, camera, said),
        Kind::Fuji => fuji::read(&rows, said),
        Kind::Olympus => olympus(&rows, said),
        Kind::Minolta => {}
        Kind::Panasonic => set(&mut said.internal_serial, rows.text(0x0025)),
        Kind::Pentax => {
            set(&mut said.serial, rows.text(0x0229));
            let number = rows.bytes(0x0215).and_then(|b| rows.order().u32(&b, 16));
            set(&mut said.internal_serial, number.map(|n| n.to_string()));
        }
        Kind::Sony => sony::read(&rows, camera, said),
        Kind::Sigma => set(&mut said.serial, rows.text(0x0002)),
        Kind::Samsung => {
            let long =
                rows.text(0xA002).filter(|t| t.len() >= 5 && t.bytes().take(5).all(|b| b.is_ascii_alphanumeric() || b == b'_'));
            set(&mut said.serial, long);
        }
        Kind::Motorola => set(&mut said.serial, rows.text(0x5501)),
        Kind::Ricoh => {
            let stamped = |b: &u8| b.is_ascii_alphanumeric() || b"-_ ".contains(b);
            set(&mut said.serial, rows.bytes(0x0005).filter(|b| b.iter().all(stamped)).map(|b| readable(trim(&b))));
        }
        Kind::Nintendo => {
            let hex =
                rows.bytes(0x1101).and_then(|b| Some(format!("0x{}", lightproof_model::digest::to_hex(b.get(0x18..0x1C)?))));
            set(&mut said.internal_serial, hex);
        }
        Kind::Leica(tag) => {
            set(&mut said.serial, rows.text(tag));
            set(&mut said.internal_serial, rows.text(0x0500));
        }
        Kind::Kodak => set(&mut said.serial, rows.text(0xFA19)),
    }
}

fn olympus(rows: &Directory, said: &mut Said) {
    let equipment = rows.inner(0x2010);
    let text = |tag| equipment.as_ref().and_then(|e| e.text(tag));
    // Some compacts keep a second directory of the same kind inside the first.
    let main = rows.inner(0x4000);
    let older = |rows: &Directory| rows.text(0x101A).or_else(|| rows.text(0x0404));
    let serial = text(0x0101).or_else(|| older(rows)).or_else(|| main.as_ref().and_then(older));
    set(&mut said.serial, serial);
    set(&mut said.internal_serial, text(0x0102));
}

/// Takes a value where nothing was said yet.
fn set(slot: &mut Option<String>, value: Option<String>) {
    if slot.is_none() {
        *slot = value;
    }
}

/// Trimmed text of a value, numbers as they are.
pub(super) fn text_of(value: &Value) -> Option<String> {
    let text = match value {
        Value::Text(b) => readable(trim(b)),
        Value::Bytes(b) => readable(trim(b)).chars().filter(|c| !c.is_control()).collect(),
        numbers => numbers.text(),
    };
    Some(text).filter(|t| !t.is_empty())
}
