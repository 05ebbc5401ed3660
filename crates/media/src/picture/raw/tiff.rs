//! Raws that are TIFF files (DNG, NEF, CR2, ARW, PEF, SRW, KDC, ORF, RW2, IIQ): what their directories point to.
//!
//! All directories of the chain and all sub-directories are walked; each image in them is a preview, sensor data or
//! something else, by its colours and coding (TIFF 6.0, TIFF/EP, DNG 1.7). Directories are bounded, loops end.
//! Absent on purpose: how a maker note lies (`facts`), and whether what is pointed to is there (`integrity`).

use std::collections::BTreeSet;

use lightproof_model::{media_type::MediaType, probe::Dimensions, read_at::ReadAt};

use super::{
    contents::{Contents, JpegHead, Kept, Piece, Preview, Sensor, jpeg_head, least_of, sides},
    maker_tiff,
};
use crate::facts::{
    directory::Directory,
    maker::{Camera, Note, preview::previews},
    tiff::{NoteAt, Reach, Region},
    value::Order,
};

/// Directories looked at in one file.
const MAX_DIRECTORIES: usize = 128;
/// Pictures and places taken in from one file.
const MAX_PIECES: usize = 1 << 16;

/// Tags that tell how the bytes become a picture, but no place (TIFF 6.0; TIFF/EP; DNG 1.7, chapter 4).
const DECODING: [u16; 66] = [
    0x0100, 0x0101, 0x0102, 0x0103, 0x0106, 0x010a, 0x0115, 0x0116, 0x011c, 0x0124, 0x0125, 0x013d, 0x0140, 0x0142, 0x0143,
    0x0152, 0x0153, 0x015b, 0x0200, 0x0211, 0x0212, 0x0213, 0x828d, 0x828e, 0xc616, 0xc617, 0xc618, 0xc619, 0xc61a, 0xc61b,
    0xc61c, 0xc61d, 0xc61e, 0xc61f, 0xc620, 0xc621, 0xc622, 0xc623, 0xc624, 0xc625, 0xc626, 0xc627, 0xc628, 0xc629, 0xc62a,
    0xc62d, 0xc62e, 0xc632, 0xc640, 0xc65a, 0xc65b, 0xc65c, 0xc68d, 0xc68e, 0xc714, 0xc715, 0xc740, 0xc741, 0xc74e, 0xc7a6,
    0x7000, 0x7001, 0x7010, 0x7310, 0x7313, 0x787f,
];

/// What a TIFF-shaped raw holds.
pub(super) fn contents(bytes: &dyn ReadAt, media_type: MediaType) -> Contents {
    let region = Region { bytes, base: 0, reach: Reach::File };
    let mut contents = Contents::default();
    let head = region.read(0, 8).unwrap_or_default();
    let start = head.get(..2).and_then(Order::named).and_then(|o| Some((o, o.u32(&head, 4)?)));
    let Some((order, start)) = start else {
        contents.fault("there is no header");
        return contents;
    };
    let mut walk = Walk { region, order, media_type, contents, pieces: 0 };
    walk.directories(u64::from(start));
    if media_type == MediaType::Iiq {
        maker_tiff::phase_one(bytes, order, &mut walk.contents);
    }
    walk.contents
}

struct Walk<'a> {
    region: Region<'a>,
    order: Order,
    media_type: MediaType,
    contents: Contents,
    pieces: usize,
}

impl Walk<'_> {
    fn directories(&mut self, first: u64) {
        // Where a directory is, and whether it is one of the chain: what follows a sub-directory is leftovers as often as not.
        let mut waiting = vec![(first, true, true)];
        let mut seen = BTreeSet::new();
        while let Some((at, chain, certain)) = waiting.pop() {
            if at == 0 || seen.len() >= MAX_DIRECTORIES || !seen.insert(at) {
                continue;
            }
            let Some(rows) = Directory::read(self.region, at, 0, self.order).filter(|rows| certain || !rows.is_cut()) else {
                if certain {
                    self.contents.fault("a directory lies behind the end");
                }
                continue;
            };
            if rows.is_cut() {
                self.contents.fault("a directory is cut");
            }
            self.image(&rows, at == first);
            if at == first {
                self.maker_note(&rows);
            }
            // The last is taken first: the chain goes on behind the sub-directories.
            waiting.push((rows.next(), chain, chain));
            waiting.extend(self.sub_directories(&rows).into_iter().rev().map(|at| (at, false, true)));
        }
    }

    fn sub_directories(&mut self, rows: &Directory) -> Vec<u64> {
        if !rows.has(0x014A) {
            return Vec::new();
        }
        let Some(subs) = rows.numbers(0x014A) else {
            self.contents.fault("the list of sub-directories lies behind the end");
            return Vec::new();
        };
        // The first of the Sonys keeps the place of its sensor data under that tag.
        if self.media_type == MediaType::Arw && rows.text(0x0110).is_some_and(|model| model.starts_with("DSLR-A100")) {
            let sensor = subs.first().map(|&at| Sensor::own(at, self.region.len().saturating_sub(at), None));
            self.contents.sensor.extend(sensor);
            return Vec::new();
        }
        subs.into_iter().take(MAX_DIRECTORIES).collect()
    }

    /// The image that a directory describes.
    fn image(&mut self, rows: &Directory, first: bool) {
        for tag in DECODING {
            if rows.has(tag) {
                self.contents.needs(format!("tag {tag:04x}"), rows.bytes(tag));
            }
        }
        if self.media_type == MediaType::Rw2 && first {
            return maker_tiff::panasonic(self.region.bytes, rows, &mut self.contents);
        }
        if let (Some(at), Some(len)) = (rows.number(0x0201), rows.number(0x0202).filter(|&len| len > 0)) {
            self.preview(Preview::jpeg(at, len));
        }
        let strips = self.places(rows, (0x0111, 0x0117), "strips");
        let tiles = self.places(rows, (0x0144, 0x0145), "tiles");
        // Sony tells tiles, and beside them one strip that holds them all.
        let (pieces, held) = if tiles.is_empty() { (strips, tiles) } else { (tiles, strips) };
        self.contents.more.extend(held);
        if !pieces.is_empty() {
            let image = Image::of(rows, pieces);
            self.classify(image);
        }
    }

    fn places(&mut self, rows: &Directory, (offsets, lengths): (u16, u16), what: &str) -> Vec<Piece> {
        if !rows.has(offsets) {
            return Vec::new();
        }
        let (Some(offsets), Some(lengths)) = (rows.numbers(offsets), rows.numbers(lengths)) else {
            self.contents.fault(format!("the list of {what} lies behind the end"));
            return Vec::new();
        };
        let pieces = offsets.into_iter().zip(lengths).map(|(at, len)| Piece::new(at, len)).filter(|p| p.len > 0);
        let pieces: Vec<Piece> = pieces.take(MAX_PIECES.saturating_sub(self.pieces)).collect();
        self.pieces += pieces.len();
        pieces
    }

    fn classify(&mut self, image: Image) {
        let head = jpeg_head(self.region.bytes, image.pieces[0]);
        let told_jpeg = matches!(image.compression, 6 | 7);
        match image.colours {
            // A mask, a depth map, a semantic mask.
            Some(4 | 51177 | 52527) => self.contents.more.extend(image.pieces),
            _ if image.is_sensor() => self.sensor(image),
            _ if told_jpeg => self.jpeg(image, head),
            _ if image.compression == 1 && image.bits == 8 && matches!(image.samples, 1 | 3) => {
                let samples = image.samples as usize;
                self.rows(image, samples);
            }
            // Olympus and Samsung tell no colour filter array.
            _ if image.bits > 8 && image.samples == 1 => self.sensor(image),
            _ => self.contents.more.extend(image.pieces),
        }
    }

    /// An image whose directory says that it is a JPEG.
    fn jpeg(&mut self, image: Image, head: Option<JpegHead>) {
        match head {
            Some(head) if head.lossless => self.sensor(image),
            // Canon says so of plain pixels too, of 8 or 16 bits ...
            None if image.is_rows_of(3) => self.rows(image, 3),
            None if image.colours == Some(2) && image.bits > 8 => self.contents.more.extend(image.pieces),
            // ... and tells no colours of its sensor data.
            None if image.colours.is_none() && image.size.is_none() => self.sensor(image),
            _ if image.pieces.len() == 1 => {
                if image.subfile == Some(0) && self.media_type == MediaType::Dng {
                    self.sensor(image.clone());
                }
                self.preview(Preview { pieces: image.pieces, kept: Kept::Jpeg, size: image.size, certain: true });
            }
            _ if image.subfile == Some(0) => self.sensor(image),
            _ => self.contents.more.extend(image.pieces),
        }
    }

    fn preview(&mut self, preview: Preview) {
        if self.contents.previews.len() < 64 {
            self.contents.previews.push(preview);
        }
    }

    fn rows(&mut self, image: Image, samples: usize) {
        let Some(size) = image.size else {
            self.contents.more.extend(image.pieces);
            return;
        };
        let row = u64::from(size.width) * samples as u64;
        let kept = Kept::Pixels { samples, row };
        self.preview(Preview { pieces: image.pieces, kept, size: Some(size), certain: true });
    }

    fn sensor(&mut self, image: Image) {
        let dng = self.media_type == MediaType::Dng;
        // JPEG XL makes next to nothing of a black frame.
        let least = match image.compression {
            52546 => 0,
            1 if dng => image.plain_bytes().unwrap_or(0),
            _ => least_of(image.size),
        };
        let jpeg = match self.media_type {
            MediaType::Dng => matches!(image.compression, 7 | 34892),
            MediaType::Cr2 => image.compression == 6,
            _ => false,
        };
        self.contents.sensor.push(Sensor { pieces: image.pieces, size: image.size, least, jpeg });
    }

    /// Previews that the maker keeps in a note of his own. A converter carries notes along, but not what they point to.
    fn maker_note(&mut self, first: &Directory) {
        if self.media_type == MediaType::Dng {
            return;
        }
        let exif = first.number(0x8769).and_then(|at| Directory::read(self.region, at, 0, self.order));
        let Some((offset, len)) = exif.and_then(|e| e.value_place(0x927C)) else { return };
        let camera = Camera { make: first.text(0x010F), model: first.text(0x0110) };
        let note = Note { region: self.region, at: NoteAt { offset, len, private: false }, order: self.order };
        for (at, len) in previews(&note, &camera) {
            self.preview(Preview { certain: false, ..Preview::jpeg(at, len) });
        }
    }
}

/// How a directory describes its image.
#[derive(Debug, Clone)]
struct Image {
    pieces: Vec<Piece>,
    subfile: Option<u64>,
    size: Option<Dimensions>,
    bits: u64,
    samples: u64,
    compression: u64,
    /// PhotometricInterpretation.
    colours: Option<u64>,
    /// Width and height of a tile.
    tile: Option<(u64, u64)>,
}

impl Image {
    fn of(rows: &Directory, pieces: Vec<Piece>) -> Image {
        let number = |tag| rows.number(tag);
        Image {
            pieces,
            subfile: number(0x00FE),
            size: number(0x0100).zip(number(0x0101)).and_then(|(w, h)| sides(w, h)),
            bits: number(0x0102).unwrap_or(1),
            samples: number(0x0115).unwrap_or(1),
            compression: number(0x0103).unwrap_or(1),
            colours: number(0x0106),
            tile: number(0x0142).zip(number(0x0143)),
        }
    }

    /// Whether colours or coding are those of sensor data: a colour filter array, linear raw, a maker's own coding.
    fn is_sensor(&self) -> bool {
        matches!(self.colours, Some(32803 | 34892))
            || matches!(self.compression, 262 | 32767 | 32769 | 32770 | 32772 | 34316 | 34713 | 34826 | 65000 | 65535)
    }

    /// Whether the pieces hold just the bytes of plain 8-bit rows.
    fn is_rows_of(&self, samples: u64) -> bool {
        let need = self.size.and_then(|s| (u64::from(s.width) * u64::from(s.height)).checked_mul(samples));
        need.is_some() && need == Some(self.pieces.iter().fold(0, |sum, p| p.len.saturating_add(sum)))
    }

    /// Bytes that the image takes uncompressed.
    fn plain_bytes(&self) -> Option<u64> {
        let size = self.size?;
        let row = |width: u64| width.checked_mul(self.samples)?.checked_mul(self.bits).map(|bits| bits.div_ceil(8));
        match self.tile {
            Some((width, height)) => row(width)?.checked_mul(height)?.checked_mul(self.pieces.len() as u64),
            None => row(size.width.into())?.checked_mul(size.height.into()),
        }
    }
}
