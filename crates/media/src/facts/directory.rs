//! A directory, of a TIFF structure or a maker note: rows looked up by tag, values read only when asked for.
//!
//! Rows whose values lie outside the structure are as if they were not there, unless one asks whether the row is.
//! Absent on purpose: repair of offsets that an editor broke by moving a note, and what THE RULE counts (`tiff`).

use std::io;

use lightproof_model::{exif::counting::TagTable, read_at::ReadAt};

use super::{
    joined::Joined,
    maker::text_of,
    tiff::Region,
    value::{Order, Raw, width},
};

/// Rows of one directory, at most.
const MAX_ROWS: u64 = 1024;
/// Bytes of one value.
const MAX_VALUE: u64 = 64 << 10;
/// Bytes of a list of places.
const MAX_LIST: u64 = 4 << 20;

/// A directory.
pub struct Directory<'a> {
    region: Region<'a>,
    base: i64,
    order: Order,
    rows: Vec<Row>,
    next: u64,
    cut: bool,
}

struct Row {
    tag: u16,
    format: u16,
    count: u32,
    /// Where the row's value field is.
    field: u64,
    /// What it holds, as an offset.
    offset: u32,
}

impl<'a> Directory<'a> {
    /// Reads the rows at `start`; offsets count from `base`.
    ///
    /// The order is turned where the number of rows would be absurd in it: some makers keep their own.
    pub fn read(region: Region<'a>, start: u64, base: i64, order: Order) -> Option<Self> {
        let counter = region.read(start, 2)?;
        let swapped = if order == Order::Little { Order::Big } else { Order::Little };
        let count = order.u16(&counter, 0)?;
        let order = if count >> 8 > count & 0xFF { swapped } else { order };
        let count = u64::from(order.u16(&counter, 0)?).min(MAX_ROWS);
        let there = region.len().saturating_sub(start + 2) / 12;
        let table = region.read(start + 2, count.min(there) * 12)?;
        let rows = table.chunks_exact(12).enumerate().filter_map(|(i, row)| {
            Some(Row {
                tag: order.u16(row, 0)?,
                format: order.u16(row, 2)?,
                count: order.u32(row, 4)?,
                field: start + 2 + i as u64 * 12 + 8,
                offset: order.u32(row, 8)?,
            })
        });
        let next = region.read(start + 2 + count * 12, 4).and_then(|n| order.u32(&n, 0)).map_or(0, u64::from);
        Some(Directory { region, base, order, rows: rows.collect(), next, cut: there < count })
    }

    /// Where the next directory of the chain begins, as the table says; 0 when there is none.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// Whether fewer rows are there than the table announces.
    pub fn is_cut(&self) -> bool {
        self.cut
    }

    /// The directory's byte order.
    pub fn order(&self) -> Order {
        self.order
    }

    fn row(&self, tag: u16) -> Option<&Row> {
        self.rows.iter().find(|r| r.tag == tag && width(r.format) > 0)
    }

    /// Whether there is such a row.
    pub fn has(&self, tag: u16) -> bool {
        self.row(tag).is_some()
    }

    /// An offset from the header; before the header is nowhere.
    pub fn at(&self, offset: u32) -> u64 {
        u64::try_from(self.base + i64::from(offset)).unwrap_or(u64::MAX)
    }

    fn place(&self, row: &Row) -> (u64, u64) {
        let size = u64::from(row.count) * width(row.format);
        (if size <= 4 { row.field } else { self.at(row.offset) }, size)
    }

    /// Where the bytes of a value lie: offset and length. They need not be there.
    pub fn value_place(&self, tag: u16) -> Option<(u64, u64)> {
        self.row(tag).map(|row| self.place(row))
    }

    /// Whole numbers of a value; nothing when there is no such row or its value lies outside.
    pub fn numbers(&self, tag: u16) -> Option<Vec<u64>> {
        let row = self.row(tag)?;
        let (at, size) = self.place(row);
        let one = width(row.format).min(8);
        if size > MAX_LIST || !matches!(row.format, 1 | 3 | 4 | 6 | 8 | 9 | 13 | 16 | 18) {
            return None;
        }
        let bytes = self.region.read(at, size)?;
        bytes.chunks_exact(one as usize).map(|n| self.order.uint(n, 0, n.len())).collect()
    }

    /// The first whole number of a value.
    pub fn number(&self, tag: u16) -> Option<u64> {
        self.numbers(tag)?.first().copied()
    }

    /// The bytes of a value.
    pub fn bytes(&self, tag: u16) -> Option<Vec<u8>> {
        let (at, size) = self.place(self.row(tag)?);
        self.region.read(at, size.min(MAX_VALUE))
    }

    /// A value as trimmed text.
    pub fn text(&self, tag: u16) -> Option<String> {
        let row = self.row(tag)?;
        let raw = Raw {
            // A table without special cases: maker tags have none of EXIF's.
            table: TagTable::PanasonicRaw,
            tag,
            format: row.format,
            count: u64::from(row.count),
            order: self.order,
            data: self.bytes(tag)?,
        };
        text_of(&raw.value())
    }

    /// A directory inside this one: behind a pointer, or in place of the value.
    pub fn inner(&self, tag: u16) -> Option<Directory<'a>> {
        let row = self.row(tag)?;
        let start = if matches!(row.format, 4 | 13) { self.at(row.offset) } else { self.place(row).0 };
        Directory::read(self.region, start, self.base, self.order)
    }
}

/// A block that once lay at another offset, with nothing around it: its old offsets still count.
pub struct Shifted<'a> {
    /// The block.
    pub block: Joined<'a>,
    /// Where it once began.
    pub old: u64,
}

impl ReadAt for Shifted<'_> {
    fn len(&self) -> u64 {
        self.old + self.block.len()
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        offset.checked_sub(self.old).map_or(Ok(0), |at| self.block.read_at(at, buf))
    }
}
