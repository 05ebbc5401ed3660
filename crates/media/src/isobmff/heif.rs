//! HEIF: the image items of a `meta` box, their properties, references and bytes (ISO/IEC 23008-12).
//!
//! What is cut short or damaged stays empty; the other boxes still tell their part.
//! Absent on purpose: decoding, and what an item means for a photograph.

use std::{collections::BTreeMap, ops::Range};

use lightproof_model::read_at::ReadAt;

use super::{BoxAt, FourCc, be32, boxes, read, top_level};

/// A structural child of `meta` above this size is not read.
const MAX_STRUCTURE: u64 = 4 << 20;
/// Image items, properties, references and extents kept per file.
const MAX_ITEMS: usize = 65_536;

/// One image item of a HEIF file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImageItem {
    /// Its type: `hvc1`, `av01`, `grid`, `Exif`, `mime`, … zero for the type-less items of version 0.
    pub kind: FourCc,
    /// Its name.
    pub name: Vec<u8>,
    /// The content type of a `mime` item.
    pub content_type: Vec<u8>,
    /// Where its bytes are, as absolute positions in the file, in order.
    pub extents: Vec<Range<u64>>,
    /// How many further extents are declared that do not lie within the file.
    pub lost: usize,
    /// Whether some of its bytes are made of other items', or lie in another file.
    pub elsewhere: bool,
    /// Indexes into [`Heif::properties`], in the order in which they apply.
    pub properties: Vec<usize>,
    /// Whether the item was marked hidden.
    pub hidden: bool,
}

/// A property box: `ispe`, `irot`, `imir`, `hvcC`, `av1C`, `colr`, …
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Property {
    /// Its type.
    pub kind: FourCc,
    /// Its payload; for a full box the four bytes of version and flags come first.
    pub payload: Vec<u8>,
}

/// A typed reference from one image item to others: `thmb`, `dimg`, `cdsc`, `auxl`, …
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Its type.
    pub kind: FourCc,
    /// The item that refers.
    pub from: u32,
    /// The items referred to, in order.
    pub to: Vec<u32>,
}

/// The image items of a HEIF, HEIC or AVIF file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Heif {
    /// The handler of the `meta` box, `pict` in a HEIF file.
    pub handler: FourCc,
    /// The primary item, where one is named.
    pub primary: Option<u32>,
    /// Items by id.
    pub items: BTreeMap<u32, ImageItem>,
    /// Properties, as `ipco` lists them.
    pub properties: Vec<Property>,
    /// References between items.
    pub references: Vec<Reference>,
}

impl Heif {
    /// Reads the `meta` box at file level; `None` when there is none.
    #[must_use]
    pub fn read(bytes: &dyn ReadAt) -> Option<Heif> {
        let meta = top_level(bytes).find(|b| b.kind == *b"meta")?;
        Some(Heif::read_meta(bytes, meta.payload))
    }

    /// Reads the image items of a `meta` box with this payload.
    #[must_use]
    pub fn read_meta(bytes: &dyn ReadAt, payload: Range<u64>) -> Heif {
        let mut heif = Heif::default();
        // `meta` is a full box; its children begin behind version and flags.
        let children: Vec<BoxAt> = boxes(bytes, payload.start.saturating_add(4)..payload.end).collect();
        let idat = children.iter().find(|b| b.kind == *b"idat").map(|b| b.payload.clone());
        for child in &children {
            let content = || read(bytes, child.payload.clone(), MAX_STRUCTURE);
            // What is cut short or too large stays empty: the other boxes still tell their part.
            let _ = match &child.kind {
                b"hdlr" => content().and_then(|c| heif.handler(&c)),
                b"pitm" => content().and_then(|c| heif.primary(&c)),
                b"iinf" => content().and_then(|c| heif.item_infos(&c)),
                b"iloc" => content().and_then(|c| heif.locations(&c, idat.as_ref(), bytes.len())),
                b"iref" => content().and_then(|c| heif.item_references(&c)),
                b"iprp" => content().and_then(|c| heif.item_properties(&c)),
                _ => None,
            };
        }
        heif
    }

    /// The properties of one item, in the order in which they apply.
    pub fn properties_of(&self, id: u32) -> impl Iterator<Item = &Property> {
        self.items.get(&id).into_iter().flat_map(|item| item.properties.iter().filter_map(|&i| self.properties.get(i)))
    }

    /// One property of one item.
    #[must_use]
    pub fn property(&self, id: u32, kind: &FourCc) -> Option<&Property> {
        self.properties_of(id).find(|p| p.kind == *kind)
    }

    /// Width and height of an item as its `ispe` property states them.
    #[must_use]
    pub fn dimensions(&self, id: u32) -> Option<(u32, u32)> {
        let ispe = &self.property(id, b"ispe")?.payload;
        Some((be32(ispe, 4)?, be32(ispe, 8)?))
    }

    /// The items that refer to `id` with this kind of reference: its thumbnails are `referring_to(id, b"thmb")`.
    pub fn referring_to<'h>(&'h self, id: u32, kind: &'h FourCc) -> impl Iterator<Item = u32> + 'h {
        self.references.iter().filter(move |r| r.kind == *kind && r.to.contains(&id)).map(|r| r.from)
    }

    /// The items that `id` refers to with this kind of reference: a grid's tiles are `referred_by(id, b"dimg")`.
    pub fn referred_by<'h>(&'h self, id: u32, kind: &'h FourCc) -> impl Iterator<Item = u32> + 'h {
        self.references.iter().filter(move |r| r.kind == *kind && r.from == id).flat_map(|r| r.to.iter().copied())
    }

    /// The bytes of an item, its extents joined; `None` when they are not all there or above `limit`.
    #[must_use]
    pub fn data(&self, bytes: &dyn ReadAt, id: u32, limit: u64) -> Option<Vec<u8>> {
        let extents = &self.items.get(&id)?.extents;
        let total = extents.iter().try_fold(0u64, |sum, e| sum.checked_add(e.end.checked_sub(e.start)?))?;
        if extents.is_empty() || total > limit {
            return None;
        }
        let mut data = Vec::new();
        for extent in extents {
            data.extend(read(bytes, extent.clone(), limit)?);
        }
        Some(data)
    }

    fn handler(&mut self, c: &[u8]) -> Option<()> {
        self.handler = c.get(8..12)?.try_into().ok()?;
        Some(())
    }

    fn primary(&mut self, c: &[u8]) -> Option<()> {
        let mut f = Fields::full(c)?;
        self.primary = Some(if f.version == 0 { f.uint(2)? } else { f.uint(4)? } as u32);
        Some(())
    }

    fn item_infos(&mut self, c: &[u8]) -> Option<()> {
        let mut f = Fields::full(c)?;
        f.uint(if f.version == 0 { 2 } else { 4 })?;
        let infos = f.rest();
        for info in boxes(&infos, 0..infos.len() as u64).filter(|b| b.kind == *b"infe") {
            // A damaged entry is passed over, the others still count.
            let _ = infos.get(slice(&info.payload)).and_then(|c| self.item_info(c));
        }
        Some(())
    }

    fn item_info(&mut self, c: &[u8]) -> Option<()> {
        let mut f = Fields::full(c)?;
        let id = f.uint(if f.version < 3 { 2 } else { 4 })? as u32;
        f.uint(2)?; // protection index
        let kind = if f.version >= 2 { f.take(4)?.try_into().ok()? } else { [0; 4] };
        let (hidden, version) = (f.flags & 1 == 1, f.version);
        let name = f.string();
        let content_type = if version < 2 || kind == *b"mime" { f.string() } else { Vec::new() };
        let item = self.item(id)?;
        (item.kind, item.name, item.content_type, item.hidden) = (kind, name, content_type, hidden);
        Some(())
    }

    fn item(&mut self, id: u32) -> Option<&mut ImageItem> {
        if self.items.len() >= MAX_ITEMS && !self.items.contains_key(&id) {
            return None;
        }
        Some(self.items.entry(id).or_default())
    }

    fn locations(&mut self, c: &[u8], idat: Option<&Range<u64>>, len: u64) -> Option<()> {
        let mut f = Fields::full(c)?;
        let (version, sizes) = (f.version, f.uint(2)?);
        let nibble = |shift: u32| (sizes >> shift & 15) as usize;
        let (offset_size, length_size, base_size) = (nibble(12), nibble(8), nibble(4));
        let index_size = if version == 0 { 0 } else { nibble(0) };
        let count = f.uint(if version < 2 { 2 } else { 4 })?;
        let mut extents_left = MAX_ITEMS;
        for _ in 0..count {
            let id = f.uint(if version < 2 { 2 } else { 4 })? as u32;
            let method = if version == 0 { 0 } else { f.uint(2)? & 15 };
            let outside = f.uint(2)? != 0; // data reference index
            let base = f.uint(base_size)?;
            let (mut extents, mut lost) = (Vec::new(), 0);
            let elsewhere = method > 1 || outside;
            for _ in 0..f.uint(2)? {
                extents_left = extents_left.checked_sub(1)?;
                f.uint(index_size)?;
                let (offset, length) = (f.uint(offset_size)?, f.uint(length_size)?);
                match absolute(method, base.checked_add(offset), length, idat, len) {
                    Some(extent) => extents.push(extent),
                    None => lost += usize::from(!elsewhere),
                }
            }
            let item = self.item(id)?;
            (item.extents, item.lost, item.elsewhere) = (extents, lost, elsewhere);
        }
        Some(())
    }

    fn item_references(&mut self, c: &[u8]) -> Option<()> {
        let f = Fields::full(c)?;
        let (width, rows) = (if f.version == 0 { 2 } else { 4 }, f.rest());
        for row in boxes(&rows, 0..rows.len() as u64) {
            let mut f = Fields::plain(rows.get(slice(&row.payload))?);
            let from = f.uint(width)? as u32;
            let count = f.uint(2)?;
            let to = (0..count).map_while(|_| f.uint(width).map(|id| id as u32)).collect();
            if self.references.len() < MAX_ITEMS {
                self.references.push(Reference { kind: row.kind, from, to });
            }
        }
        Some(())
    }

    fn item_properties(&mut self, c: &[u8]) -> Option<()> {
        for part in boxes(&c, 0..c.len() as u64) {
            let content = c.get(slice(&part.payload))?;
            if part.kind == *b"ipco" {
                for b in boxes(&content, 0..content.len() as u64) {
                    let payload = content.get(slice(&b.payload))?.to_vec();
                    self.properties.push(Property { kind: b.kind, payload });
                }
            } else if part.kind == *b"ipma" {
                // A cut association box still tells the items before the cut.
                let _ = self.associations(content);
            }
        }
        Some(())
    }

    fn associations(&mut self, c: &[u8]) -> Option<()> {
        let mut f = Fields::full(c)?;
        let (version, wide) = (f.version, f.flags & 1 == 1);
        for _ in 0..f.uint(4)? {
            let id = f.uint(if version == 0 { 2 } else { 4 })? as u32;
            for _ in 0..f.uint(1)? {
                // The top bit says "essential"; property indexes count from 1, 0 is none.
                let index = if wide { f.uint(2)? & 0x7fff } else { f.uint(1)? & 0x7f };
                if let Some(index) = index.checked_sub(1) {
                    self.item(id)?.properties.push(index as usize);
                }
            }
        }
        Some(())
    }
}

/// An extent as a range of the file, if it lies within it. Length 0 means "to the end".
fn absolute(method: u64, offset: Option<u64>, length: u64, idat: Option<&Range<u64>>, len: u64) -> Option<Range<u64>> {
    let within = match method {
        0 => 0..len,
        1 => idat?.clone(),
        _ => return None,
    };
    let start = within.start.checked_add(offset?)?;
    let end = if length == 0 { within.end } else { start.checked_add(length)? };
    (start <= end && end <= within.end).then_some(start..end)
}

fn slice(range: &Range<u64>) -> Range<usize> {
    // Ranges of boxes inside a slice lie within it, so they fit.
    range.start as usize..range.end as usize
}

/// The fields of a box, read one after the other.
struct Fields<'a> {
    left: &'a [u8],
    version: u8,
    flags: u32,
}

impl<'a> Fields<'a> {
    fn plain(c: &'a [u8]) -> Self {
        Fields { left: c, version: 0, flags: 0 }
    }

    fn full(c: &'a [u8]) -> Option<Self> {
        let head = be32(c, 0)?;
        Some(Fields { left: &c[4..], version: (head >> 24) as u8, flags: head & 0x00ff_ffff })
    }

    fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (taken, left) = self.left.split_at_checked(n)?;
        self.left = left;
        Some(taken)
    }

    /// A big-endian number of `width` bytes; of 0 bytes it is 0.
    fn uint(&mut self, width: usize) -> Option<u64> {
        if width > 8 {
            return None;
        }
        Some(self.take(width)?.iter().fold(0, |n, &b| n << 8 | u64::from(b)))
    }

    /// Text up to a NUL or the end.
    fn string(&mut self) -> Vec<u8> {
        let end = self.left.iter().position(|&b| b == 0).unwrap_or(self.left.len());
        let text = self.left[..end].to_vec();
        self.left = self.left.get(end + 1..).unwrap_or_default();
        text
    }

    fn rest(&self) -> &'a [u8] {
        self.left
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn make(kind: &FourCc, payload: &[u8]) -> Vec<u8> {
        let mut b = ((payload.len() + 8) as u32).to_be_bytes().to_vec();
        b.extend(kind);
        b.extend(payload);
        b
    }

    fn full(kind: &FourCc, version: u8, flags: u8, payload: &[u8]) -> Vec<u8> {
        make(kind, &[&[version, 0, 0, flags], payload].concat())
    }

    #[test]
    fn items_are_found_with_type_data_properties_and_references() {
        let infe = |id: u8, kind: &FourCc| full(b"infe", 2, 0, &[&[0, id, 0, 0], &kind[..], b"n\0"].concat());
        let iinf = full(b"iinf", 0, 0, &[&[0, 2][..], &infe(1, b"hvc1"), &infe(2, b"Exif")].concat());
        // Two items of one extent each in idat: bytes 0..3 and 3..5.
        let iloc = full(
            b"iloc",
            1,
            0,
            &[0x44, 0x00, 0, 2, 0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 3, 0, 2, 0, 1, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0, 2],
        );
        let iref = full(b"iref", 0, 0, &make(b"cdsc", &[0, 2, 0, 1, 0, 1]));
        let ispe = full(b"ispe", 0, 0, &[0, 0, 0, 40, 0, 0, 0, 30]);
        let ipma = full(b"ipma", 0, 0, &[0, 0, 0, 1, 0, 1, 1, 0x81]);
        let iprp = make(b"iprp", &[make(b"ipco", &ispe), ipma].concat());
        let children = [full(b"pitm", 0, 0, &[0, 1]), iinf, iloc, iref, iprp, make(b"idat", b"abcde")].concat();
        let file = [make(b"ftyp", b"heic\0\0\0\0"), full(b"meta", 0, 0, &children)].concat();
        let bytes = file.as_slice();
        let heif = Heif::read(&bytes).unwrap();
        assert_eq!(heif.primary, Some(1));
        assert_eq!(heif.items[&2].kind, *b"Exif");
        assert_eq!(heif.data(&bytes, 1, 100).unwrap(), b"abc");
        assert_eq!(heif.data(&bytes, 2, 100).unwrap(), b"de");
        assert_eq!(heif.data(&bytes, 1, 2), None);
        assert_eq!(heif.dimensions(1), Some((40, 30)));
        assert_eq!(heif.referring_to(1, b"cdsc").collect::<Vec<_>>(), [2]);
        // Cut anywhere, it neither panics nor invents data.
        for cut in 0..file.len() {
            let short = &file[..cut];
            if let Some(heif) = Heif::read(&short) {
                assert!(heif.data(&short, 2, 100).is_none_or(|d| d == b"de"));
            }
        }
    }
}
