//! The index of a multi-picture file: what further pictures a JPEG says that it holds (CIPA DC-007, 5.2).
//!
//! Absent on purpose: whether they are there, and what they show.

use super::{directory::Directory, tiff::Region, value::Order};

/// MP Entry.
const ENTRIES: u16 = 0xB002;
/// Pictures that are looked at.
const MOST: usize = 64;

/// One picture of the index.
pub(crate) struct Entry {
    /// Its type: `0x0100nn` is a large thumbnail of class `nn`.
    pub(crate) kind: u32,
    /// Its bytes.
    pub(crate) length: u64,
    /// Where it begins, from the index's TIFF header; 0 for the first picture itself.
    pub(crate) offset: u64,
}

/// The pictures of an index, the first one of the file included; `block` begins at its TIFF header.
pub(crate) fn entries(block: &[u8]) -> Option<Vec<Entry>> {
    let order = Order::named(block.get(..2)?)?;
    let first = order.u32(block, 4)?;
    let held = Directory::read(Region::block(&block), first.into(), 0, order)?.bytes(ENTRIES)?;
    let entries = held.chunks_exact(16).take(MOST).filter_map(|entry| {
        // Of the attributes the upper eight bits are flags.
        let kind = order.u32(entry, 0)? & 0x00FF_FFFF;
        Some(Entry { kind, length: order.u32(entry, 4)?.into(), offset: order.u32(entry, 8)?.into() })
    });
    Some(entries.collect())
}
