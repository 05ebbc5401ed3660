//! TIFF structures: walks the directories of the primary image and hands out their rows (TIFF 6.0, Exif 2.32, BigTIFF).
//!
//! What a damaged directory still yields follows the reference, since THE RULE counts what the reference counts:
//! a row whose value lies outside a held block is passed over, outside a file it ends its directory, a value that
//! overlaps its own directory or the header is not believed, and more than ten such rows end the directory.
//! Loops end at the first directory seen before; directories and rows are bounded.
//! Absent on purpose: meaning of tags beyond pointers, and anything inside a maker note.

use std::collections::HashMap;

use lightproof_model::{
    exif::{
        Directory,
        counting::{TagTable, name, never_counts},
    },
    read_at::ReadAt,
};

use super::value::{Order, Raw, width};
use crate::isobmff::read;

/// Directories walked in one TIFF structure.
const MAX_DIRECTORIES: usize = 256;
/// Directories followed in one chain of "next" pointers.
const MAX_CHAIN: usize = 64;
/// Bytes of a long value that often tell all that is kept of it.
const BEGINNING: u64 = 4 << 10;
/// Bytes of one value that are read at once; blank beginnings are read on to the second limit.
const VALUE: u64 = 64 << 10;
const BLANK_VALUE: u64 = 1 << 20;
/// A value above this is never read whole by the reference either.
const BINARY: u64 = 10 << 20;

/// How far a structure's offsets reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// A block held by a container: nothing lies outside.
    Block,
    /// A file of its own: a missing value means that the file is cut.
    File,
}

/// Bytes in which a TIFF structure lies; offset 0 is its header.
#[derive(Clone, Copy)]
pub struct Region<'a> {
    /// The bytes.
    pub bytes: &'a dyn ReadAt,
    /// Where the header is.
    pub base: u64,
    /// How far offsets reach.
    pub reach: Reach,
}

impl<'a> Region<'a> {
    /// A block from its header to the end of `bytes`.
    pub fn block(bytes: &'a dyn ReadAt) -> Self {
        Region { bytes, base: 0, reach: Reach::Block }
    }

    /// Bytes behind the header, header included.
    pub fn len(&self) -> u64 {
        self.bytes.len().saturating_sub(self.base)
    }

    /// Reads `len` bytes at an offset, or nothing when they are not all there.
    pub fn read(&self, offset: u64, len: u64) -> Option<Vec<u8>> {
        let start = self.base.checked_add(offset)?;
        read(self.bytes, start..start.checked_add(len)?, len)
    }
}

/// What the first directory of a structure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A directory whose fields are kept.
    Kept(Directory, TagTable),
    /// A thumbnail, a further page, a raw image: only its layout and its pointers are looked at.
    Layout,
}

/// IFD0 of a common structure.
pub const IFD0: Place = Place::Kept(Directory::Ifd0, TagTable::Exif);

/// How a directory describes the image it belongs to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Layout {
    /// SubfileType (0x00FE): 0 is the full image.
    pub subfile: Option<i64>,
    /// ImageWidth (0x0100).
    pub width: Option<i64>,
    /// ImageHeight (0x0101).
    pub height: Option<i64>,
}

/// A block whose inside belongs to a maker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoteAt {
    /// Where it begins, from the header.
    pub offset: u64,
    /// Its length.
    pub len: u64,
    /// Whether it is a DNG's private data (0xC634) and not a maker note proper (0x927C).
    pub private: bool,
}

/// What a walk found.
#[derive(Debug, Default)]
pub struct Found {
    /// Rows of the kept directories, in file order.
    pub rows: Vec<(Directory, Raw)>,
    /// Layouts of all directories that are images.
    pub layouts: Vec<Layout>,
    /// Maker notes.
    pub notes: Vec<NoteAt>,
    /// A whole JPEG inside a Panasonic raw: offset and length.
    pub embedded: Option<(u64, u64)>,
    /// What was broken.
    pub damage: Vec<String>,
    /// Byte order of the header.
    pub order: Option<Order>,
}

/// Walks a structure from its header; nothing when there is no header.
pub fn walk(region: Region, first: Place) -> Option<Found> {
    let head = region.read(0, 8)?;
    let order = Order::named(&head[..2])?;
    let big = order.u16(&head, 2)? == 43 && region.reach == Reach::File;
    let start = if big { order.uint(&region.read(8, 8)?, 0, 8)? } else { order.uint(&head, 4, 4)? };
    if start < 8 {
        return None;
    }
    let found = Found { order: Some(order), ..Found::default() };
    let mut walk = Walk { region, order, big, seen: HashMap::new(), found };
    walk.chain(start, first);
    Some(walk.found)
}

struct Walk<'a> {
    region: Region<'a>,
    order: Order,
    big: bool,
    seen: HashMap<u64, Place>,
    found: Found,
}

/// One row as it stands in a directory.
struct Row {
    tag: u16,
    format: u16,
    count: u64,
    size: u64,
    /// Where the value is, from the header.
    value: u64,
    inline: bool,
}

impl Walk<'_> {
    /// A directory and those that follow it; only the first is kept.
    fn chain(&mut self, start: u64, first: Place) {
        let mut next = self.directory(start, first);
        for _ in 0..MAX_CHAIN {
            let Some(at) = next.filter(|&at| at != 0) else { break };
            next = self.directory(at, Place::Layout);
        }
    }

    /// One directory; the offset of the next where it could be read to its end.
    fn directory(&mut self, at: u64, place: Place) -> Option<u64> {
        let gps = Place::Kept(Directory::Gps, TagTable::Gps);
        if let Some(before) = self.seen.get(&at) {
            // Windows Phone 7.5 points its GPS directory at the same place as Interop: the one repetition let through.
            if !(place == gps && *before == Place::Kept(Directory::Interop, TagTable::Exif)) {
                self.damage(format!("{} is a directory seen before", said(place)));
                return None;
            }
        }
        if self.seen.len() >= MAX_DIRECTORIES {
            return None;
        }
        self.seen.insert(at, place);
        let (counter, width) = if self.big { (8, 20) } else { (2, 12) };
        let rows = self.region.read(at, counter).and_then(|c| self.order.uint(&c, 0, counter as usize));
        let table = rows.filter(|&n| n <= 0xFFFF).and_then(|n| self.region.read(at + counter, n * width));
        let Some(table) = table else {
            self.damage(format!("{} is cut", said(place)));
            return None;
        };
        let end = at + counter + table.len() as u64;
        let behind = self.region.len().saturating_sub(end);
        if behind == 1 || behind == 3 {
            self.damage(format!("{} has a size that no directory has", said(place)));
            return None;
        }
        // The layout of a directory stands before those it points to, and counts even if the directory is given up.
        let slot = self.found.layouts.len();
        self.found.layouts.push(Layout::default());
        self.rows(&table, at, end, place, slot)?;
        self.order.uint(&self.region.read(end, if self.big { 8 } else { 4 })?, 0, if self.big { 8 } else { 4 })
    }

    /// All rows of one directory; nothing when it had to be given up.
    fn rows(&mut self, table: &[u8], at: u64, end: u64, place: Place, slot: usize) -> Option<()> {
        let width = if self.big { 20 } else { 12 };
        let mut doubtful = 0;
        for (i, bytes) in table.chunks_exact(width).enumerate() {
            if doubtful > 10 {
                self.damage(format!("{} has too many broken rows", said(place)));
                return None;
            }
            let Some(row) = self.row(bytes, end - table.len() as u64 + (i * width) as u64) else {
                if self.order.u16(bytes, 2) != Some(0) {
                    self.damage(format!("{} row {i} has no known format", said(place)));
                    doubtful += 1;
                }
                // A first row of no format: this is no directory.
                if i == 0 {
                    return None;
                }
                continue;
            };
            match self.judge(&row, at, end) {
                Verdict::Read => self.take(&row, place, slot),
                Verdict::PassOver(why) => {
                    self.damage(format!("{} tag {:#06x} {why}", said(place), row.tag));
                    doubtful += 1;
                }
                Verdict::GiveUp(why) => {
                    self.damage(format!("{} tag {:#06x} {why}", said(place), row.tag));
                    return None;
                }
            }
        }
        Some(())
    }

    fn row(&self, bytes: &[u8], at: u64) -> Option<Row> {
        let (tag, format) = (self.order.u16(bytes, 0)?, self.order.u16(bytes, 2)?);
        let (word, room) = if self.big { (8, 8) } else { (4, 4) };
        if width(format) == 0 || (!self.big && format > 13) {
            return None;
        }
        let count = self.order.uint(bytes, 4, word)?;
        let size = count.saturating_mul(width(format));
        let inline = size <= room;
        let value = if inline { at + 4 + word as u64 } else { self.order.uint(bytes, 4 + word, word)? };
        Some(Row { tag, format, count, size, value, inline })
    }

    /// Whether a row's value can be believed, and if not, what that means for its directory.
    fn judge(&self, row: &Row, at: u64, end: u64) -> Verdict {
        if row.inline {
            return Verdict::Read;
        }
        if row.size > 0x7FFF_FFFF {
            return Verdict::PassOver("claims an absurd size");
        }
        let outside = row.value.checked_add(row.size).is_none_or(|to| to > self.region.len());
        if outside && !(row.size > BINARY && name(TagTable::Exif, row.tag).is_none()) {
            return match self.region.reach {
                Reach::Block => Verdict::PassOver("points outside the EXIF block"),
                Reach::File => Verdict::GiveUp("points behind the end"),
            };
        }
        if row.value < 8 || (row.value < end && row.value + row.size > at) {
            return Verdict::PassOver("points into the directory itself");
        }
        Verdict::Read
    }

    /// Follows a pointer, notes a layout or keeps a row.
    fn take(&mut self, row: &Row, place: Place, slot: usize) {
        let tables = match place {
            Place::Kept(_, table) => table,
            Place::Layout => TagTable::Exif,
        };
        if tables != TagTable::Gps && self.follow(row) {
            return;
        }
        if place == Place::Layout || matches!(place, Place::Kept(Directory::Ifd0, TagTable::Exif)) {
            self.lay_out(row, slot);
        }
        let Place::Kept(directory, table) = place else { return };
        let jpeg = table == TagTable::PanasonicRaw && row.tag == 0x002E;
        if jpeg {
            self.found.embedded = Some((self.region.base + row.value, row.size));
        }
        let whole_numbers = !matches!(row.format, 2 | 7);
        let curve = row.tag == 0x012D && row.count == 196_608;
        if whole_numbers && row.count > 100_000 && !curve {
            return;
        }
        let unread = jpeg || never_counts(table, row.tag) || name(table, row.tag).is_none() && row.tag <= 0xF000;
        let data = if unread { self.region.read(row.value, row.size.min(256)) } else { self.value_of(row, table) };
        let raw =
            Raw { table, tag: row.tag, format: row.format, count: row.count, order: self.order, data: data.unwrap_or_default() };
        self.found.rows.push((directory, raw));
    }

    /// Directories that a row points to; true when it is a pointer or a maker's block.
    fn follow(&mut self, row: &Row) -> bool {
        let to = match row.tag {
            0x8769 => Place::Kept(Directory::Exif, TagTable::Exif),
            0x8825 => Place::Kept(Directory::Gps, TagTable::Gps),
            0xA005 => Place::Kept(Directory::Interop, TagTable::Exif),
            0x014A => Place::Layout,
            0x927C | 0xC634 => {
                if row.size > 0 {
                    self.found.notes.push(NoteAt { offset: row.value, len: row.size, private: row.tag == 0xC634 });
                }
                return row.tag == 0x927C;
            }
            _ => return false,
        };
        let integral = !matches!(row.format, 2 | 5 | 7 | 10 | 11 | 12 | 14 | 15);
        let most = if row.tag == 0x014A { 10 } else { 1 };
        let pointers = self.region.read(row.value, row.size.min(most * width(row.format))).unwrap_or_default();
        if integral {
            for pointer in pointers.chunks_exact(width(row.format) as usize) {
                let at = self.order.uint(pointer, 0, pointer.len()).unwrap_or(0);
                if self.region.reach == Reach::Block && at.saturating_add(2) > self.region.len() {
                    self.damage(format!("{} lies outside the EXIF block", said(to)));
                } else if to == Place::Layout {
                    self.chain(at, to);
                } else {
                    self.directory(at, to);
                }
            }
        }
        true
    }

    fn lay_out(&mut self, row: &Row, slot: usize) {
        if !matches!(row.tag, 0x00FE | 0x0100 | 0x0101) {
            return;
        }
        let data = self.region.read(row.value, row.size.min(8)).unwrap_or_default();
        let raw = Raw { table: TagTable::Exif, tag: row.tag, format: row.format, count: row.count, order: self.order, data };
        let number = raw.value().integer();
        let layout = &mut self.found.layouts[slot];
        match row.tag {
            0x00FE => layout.subfile = number,
            0x0100 => layout.width = number,
            _ => layout.height = number,
        }
    }

    /// The bytes of a value, of a long one the beginning; a blank beginning is read on, since blank does not count.
    fn value_of(&self, row: &Row, table: TagTable) -> Option<Vec<u8>> {
        if row.size > BEGINNING {
            let data = self.region.read(row.value, BEGINNING)?;
            let raw = Raw { table, tag: row.tag, format: row.format, count: row.count, order: self.order, data };
            if raw.is_told_by_its_beginning() {
                return Some(raw.data);
            }
        }
        let data = self.region.read(row.value, row.size.min(VALUE))?;
        let blank = row.size > VALUE && data.iter().all(|&b| b == 0 || b == b' ');
        if blank { self.region.read(row.value, row.size.min(BLANK_VALUE)) } else { Some(data) }
    }

    fn damage(&mut self, what: String) {
        if self.found.damage.len() < 8 {
            self.found.damage.push(what);
        }
    }
}

enum Verdict {
    Read,
    PassOver(&'static str),
    GiveUp(&'static str),
}

fn said(place: Place) -> &'static str {
    match place {
        Place::Kept(directory, _) => directory.name(),
        Place::Layout => "a further directory",
    }
}
