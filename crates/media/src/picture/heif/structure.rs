//! Integrity of a HEIF, HEIC or AVIF by its structure: is all there that the format promises, and does it fit?
//!
//! Boxes end within the file, items' bytes lie in it, references lead to items, grids have all their tiles, and the
//! units of each coded item fill it exactly. What follows the last box is no damage: makers put videos and notes there.
//! Absent on purpose: decoding. A wrong bit within entropy-coded data is not seen here.

use std::{borrow::Cow, collections::BTreeSet};

use super::units::{HevcConfiguration, obus};
use crate::isobmff::{BoxAt, FourCc, Heif, ImageItem, boxes, read, top_level};

/// Sentences told of one file.
const MAX_FAULTS: usize = 6;

/// The boxes of a file that are looked at for their end.
const KNOWN: [&FourCc; 13] =
    [b"ftyp", b"meta", b"mdat", b"moov", b"free", b"skip", b"wide", b"uuid", b"mpvd", b"sefd", b"moof", b"mfra", b"sidx"];

/// What a look at the structure told.
#[derive(Debug, Default)]
pub(super) struct Structure {
    /// What is wrong, a sentence each.
    pub(super) faults: Vec<String>,
    /// Items that are not whole.
    pub(super) broken: BTreeSet<u32>,
}

impl Structure {
    /// Looks at a file with these image items.
    pub(super) fn of(bytes: &[u8], heif: &Heif) -> Structure {
        let mut structure = Structure::default();
        structure.boxes(bytes);
        let lost = heif.items.iter().filter(|(_, item)| item.lost > 0).map(|(&id, _)| id);
        structure.broken.extend(lost);
        if !structure.broken.is_empty() {
            structure.fault(format!("truncated: {} items lie beyond the end", structure.broken.len()));
        }
        let mut left = Left { bytes: bytes.len().saturating_mul(2), grids: 64 };
        for (&id, item) in &heif.items {
            if let Err(what) = image(bytes, heif, id, item, &mut left)
                && structure.broken.insert(id)
            {
                structure.fault(format!("image item {id}: {what}"));
            }
        }
        if heif.primary.is_none_or(|id| !heif.items.contains_key(&id)) {
            structure.fault("there is no primary image".to_owned());
        }
        let leads = |id: &u32| heif.items.contains_key(id);
        let astray = heif.references.iter().filter(|r| !leads(&r.from) || !r.to.iter().all(leads)).count();
        if astray > 0 {
            structure.fault(format!("{astray} references lead to no item"));
        }
        structure
    }

    fn fault(&mut self, what: String) {
        if self.faults.len() < MAX_FAULTS {
            self.faults.push(what);
        }
    }

    fn boxes(&mut self, bytes: &[u8]) {
        for found in top_level(&bytes) {
            // Boxes of other types may be none: what makers put behind the last box can look like one.
            if found.cut && KNOWN.contains(&&found.kind) {
                self.cut(&found);
            }
            if found.kind == *b"meta" {
                self.within(bytes, &found, 4, 0);
            }
        }
    }

    /// The boxes in a box, which begin behind so many bytes of it. They nest three deep: `meta`, `iprp`, `ipco`.
    fn within(&mut self, bytes: &[u8], outer: &BoxAt, head: u64, depth: u32) {
        if depth > 3 {
            return;
        }
        for found in boxes(&bytes, outer.payload.start.saturating_add(head)..outer.payload.end) {
            if found.cut {
                self.cut(&found);
            }
            match &found.kind {
                // A full box, and behind its head the number of entries: 16 bits in version 0, else 32.
                b"iinf" => {
                    let version = read(&bytes, found.payload.start..found.payload.start + 1, 1);
                    self.within(bytes, &found, if version == Some(vec![0]) { 6 } else { 8 }, depth + 1);
                }
                b"iref" => self.within(bytes, &found, 4, depth + 1),
                b"iprp" | b"ipco" => self.within(bytes, &found, 0, depth + 1),
                _ => {}
            }
        }
    }

    fn cut(&mut self, found: &BoxAt) {
        self.fault(format!("truncated in box {}", String::from_utf8_lossy(&found.kind)));
    }
}

/// What may still be looked at: items of a hostile file all name the same bytes, again and again.
struct Left {
    bytes: usize,
    grids: usize,
}

/// Looks at one image item.
fn image(bytes: &[u8], heif: &Heif, id: u32, item: &ImageItem, left: &mut Left) -> Result<(), String> {
    let coded = matches!(&item.kind, b"hvc1" | b"hev1" | b"av01" | b"grid" | b"jpeg" | b"avc1" | b"j2k1" | b"unci");
    if !coded || item.lost > 0 || item.elsewhere {
        return Ok(());
    }
    let data = data(bytes, item);
    if data.is_empty() {
        return Err("it has no bytes".to_owned());
    }
    // Equal tiles may share their bytes; how often they are looked at is bounded, and proves nothing.
    let Some(rest) = left.bytes.checked_sub(data.len()) else { return Ok(()) };
    left.bytes = rest;
    match &item.kind {
        b"hvc1" | b"hev1" => {
            let payload = heif.property(id, b"hvcC").ok_or("no decoder configuration")?;
            let configuration = HevcConfiguration::read(&payload.payload).ok_or("its decoder configuration is cut")?;
            configuration.units(&data).map(drop)
        }
        b"av01" => {
            let payload = heif.property(id, b"av1C").ok_or("no decoder configuration")?;
            let units = payload.payload.get(4..).ok_or("its decoder configuration is cut")?;
            obus(&data, !units.is_empty())
        }
        b"grid" if left.grids > 0 => {
            left.grids -= 1;
            grid(heif, id, &data)
        }
        _ => Ok(()),
    }
}

fn grid(heif: &Heif, id: u32, data: &[u8]) -> Result<(), String> {
    let grid = Grid::read(data).ok_or("its description is cut")?;
    let tiles: Vec<u32> = heif.referred_by(id, b"dimg").collect();
    if tiles.len() != grid.tiles() {
        return Err(format!("{} tiles of {}", tiles.len(), grid.tiles()));
    }
    let covers = |tile: (u32, u32)| {
        u64::from(tile.0) * u64::from(grid.columns) >= u64::from(grid.width)
            && u64::from(tile.1) * u64::from(grid.rows) >= u64::from(grid.height)
    };
    match tiles.first().and_then(|&tile| heif.dimensions(tile)) {
        Some(tile) if !covers(tile) => Err("its tiles do not cover it".to_owned()),
        _ => Ok(()),
    }
}

/// The description of a grid (ISO/IEC 23008-12, 6.6.2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Grid {
    pub(super) rows: u32,
    pub(super) columns: u32,
    pub(super) width: u32,
    pub(super) height: u32,
}

impl Grid {
    /// Reads the data of a `grid` item.
    pub(super) fn read(data: &[u8]) -> Option<Grid> {
        let [0, flags, rows, columns, sizes @ ..] = data else { return None };
        let (width, height) = match (flags & 1, sizes) {
            (0, [a, b, c, d, ..]) => (u16::from_be_bytes([*a, *b]).into(), u16::from_be_bytes([*c, *d]).into()),
            (1, [a, b, c, d, e, f, g, h, ..]) => (u32::from_be_bytes([*a, *b, *c, *d]), u32::from_be_bytes([*e, *f, *g, *h])),
            _ => return None,
        };
        Some(Grid { rows: u32::from(*rows) + 1, columns: u32::from(*columns) + 1, width, height })
    }

    /// How many tiles it has.
    pub(super) fn tiles(&self) -> usize {
        self.rows as usize * self.columns as usize
    }
}

/// The bytes of an item, its extents joined, as far as they are there.
pub(super) fn data<'b>(bytes: &'b [u8], item: &ImageItem) -> Cow<'b, [u8]> {
    let piece = |extent: &std::ops::Range<u64>| {
        let (from, to) = (usize::try_from(extent.start).ok()?, usize::try_from(extent.end).ok()?);
        bytes.get(from..to)
    };
    match &item.extents[..] {
        [] => Cow::Borrowed(&[]),
        [extent] => Cow::Borrowed(piece(extent).unwrap_or_default()),
        extents => {
            // Extents may overlap, so that a small file names the same bytes again and again.
            let mut joined = Vec::new();
            for piece in extents.iter().filter_map(piece) {
                if joined.len() + piece.len() > bytes.len() {
                    break;
                }
                joined.extend_from_slice(piece);
            }
            Cow::Owned(joined)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grid_is_described_in_two_widths() {
        let grid = Grid { rows: 2, columns: 3, width: 300, height: 200 };
        assert_eq!(Grid::read(&[0, 0, 1, 2, 1, 44, 0, 200]), Some(grid));
        assert_eq!(Grid::read(&[0, 1, 1, 2, 0, 0, 1, 44, 0, 0, 0, 200]), Some(grid));
        assert_eq!(Grid::read(&[0, 1, 1, 2, 0, 0, 1, 44]), None);
        assert_eq!(grid.tiles(), 6);
    }
}
