//! Still pictures in boxes: HEIF and AVIF, JPEG XL, JPEG 2000, Canon CR3.
//!
//! Absent on purpose: image sequences and pictures other than the primary one.

use brotli_decompressor::Decompressor;
use lightproof_model::{
    exif::{Directory, counting::TagTable},
    probe::Dimensions,
    read_at::ReadAt,
};
use std::{io::Read, ops::Range};

use super::{
    gather::{Gather, be, payload},
    joined::Joined,
    tiff::{IFD0, Place},
    video,
};
use crate::isobmff::{BoxAt, Heif, boxes, read, top_level};

/// Bytes of one EXIF block, packed or not.
const MAX_EXIF: u64 = 8 << 20;
/// "JpgTiffExif->JP2", the identifier of EXIF in JPEG 2000.
const JP2_EXIF: [u8; 16] = *b"JpgTiffExif->JP2";
/// The identifier of GeoJP2, a TIFF structure too.
const JP2_GEO: [u8; 16] = [0xB1, 0x4B, 0xF8, 0xBD, 0x08, 0x3D, 0x4B, 0x43, 0xA5, 0xAE, 0x8C, 0xD7, 0xD5, 0xA6, 0xCE, 0x03];
/// The box in which Canon keeps its metadata in a CR3.
const CANON: [u8; 16] = [0x85, 0xC0, 0xB6, 0x87, 0x82, 0x0F, 0x11, 0xE0, 0x81, 0x11, 0xF4, 0xCE, 0x46, 0x2B, 0x6A, 0x48];

/// Reads the EXIF items and the primary item of a HEIF, HEIC or AVIF.
pub fn read_heif(bytes: &dyn ReadAt, gather: &mut Gather) {
    let Some(heif) = Heif::read(bytes) else {
        gather.damaged("there is no box of image items");
        return;
    };
    let Some(primary) = heif.primary.or(heif.items.keys().next().copied()) else { return };
    gather.dimensions = heif.dimensions(primary).map(|(width, height)| Dimensions { width, height });
    for (&id, item) in heif.items.iter().filter(|(_, item)| item.kind == *b"Exif") {
        let mut described = heif.referred_by(id, b"cdsc").peekable();
        if described.peek().is_some() && !described.any(|to| to == primary) {
            continue;
        }
        match whole_item(bytes, &item.extents) {
            Some(block) => payload(gather, &block),
            None if item.extents.is_empty() => gather.damaged("an EXIF item lies outside the file"),
            None => gather.damaged("an EXIF item is cut"),
        }
    }
}

/// The bytes of an item; nothing when there are none, too many, or not all are there.
fn whole_item<'a>(bytes: &'a dyn ReadAt, extents: &[Range<u64>]) -> Option<Joined<'a>> {
    let mut joined = Joined::over(bytes);
    let whole = !extents.is_empty() && extents.iter().all(|extent| joined.and(extent.clone()) && joined.len() <= MAX_EXIF);
    whole.then_some(joined)
}

/// Reads a JPEG XL, bare codestream or boxed.
pub fn read_jxl(bytes: &dyn ReadAt, gather: &mut Gather) {
    if be(bytes, 0, 2) == Some(0xFF0A) {
        gather.dimensions = jxl_size(bytes, 2);
        return;
    }
    for b in top_level(bytes) {
        match &b.kind {
            b"Exif" => exif_box(bytes, &b, gather),
            b"brob" => packed_box(bytes, &b, gather),
            b"jxlc" if gather.dimensions.is_none() => gather.dimensions = jxl_size(bytes, b.payload.start + 2),
            // A partial codestream begins with its index.
            b"jxlp" if gather.dimensions.is_none() => gather.dimensions = jxl_size(bytes, b.payload.start + 6),
            _ => {}
        }
    }
}

fn exif_box(bytes: &dyn ReadAt, b: &BoxAt, gather: &mut Gather) {
    match Joined::whole(bytes, b.payload.clone(), MAX_EXIF).filter(|_| !b.cut) {
        Some(block) => payload(gather, &block),
        None => gather.damaged("an EXIF box is cut"),
    }
}

/// A box packed with Brotli: its type, then the stream (ISO/IEC 18181-2).
fn packed_box(bytes: &dyn ReadAt, b: &BoxAt, gather: &mut Gather) {
    let Some(packed) = read(bytes, b.payload.clone(), MAX_EXIF) else { return };
    if let Some(stream) = packed.strip_prefix(b"Exif") {
        let mut block = Vec::new();
        match Decompressor::new(stream, 4096).take(MAX_EXIF).read_to_end(&mut block) {
            Ok(_) => payload(gather, &block.as_slice()),
            Err(_) => gather.damaged("a packed EXIF box does not unpack"),
        }
    }
}

/// The size header of a JPEG XL codestream (ISO/IEC 18181-1, SizeHeader), bits from the lowest up.
fn jxl_size(bytes: &dyn ReadAt, at: u64) -> Option<Dimensions> {
    let mut head = [0; 16];
    let n = bytes.read_at(at, &mut head).ok()?;
    let mut bits = Bits { bits: u128::from_le_bytes(head), left: n as u32 * 8 };
    let small = bits.take(1)? == 1;
    let height = bits.side(small)?;
    // The width follows only where no ratio tells it.
    let width = match bits.take(3)? {
        0 => bits.side(small)?,
        ratio => {
            let (up, down) = [(1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1)][ratio as usize - 1];
            height * up / down
        }
    };
    Some(Dimensions { width: u32::try_from(width).ok()?, height: u32::try_from(height).ok()? })
}

struct Bits {
    bits: u128,
    left: u32,
}

impl Bits {
    fn take(&mut self, count: u32) -> Option<u64> {
        self.left = self.left.checked_sub(count)?;
        let value = (self.bits & ((1 << count) - 1)) as u64;
        self.bits >>= count;
        Some(value)
    }

    fn side(&mut self, small: bool) -> Option<u64> {
        if small {
            return Some((self.take(5)? + 1) * 8);
        }
        let width = [9, 13, 18, 30][self.take(2)? as usize];
        Some(self.take(width)? + 1)
    }
}

/// Reads a JPEG 2000, boxed or bare.
pub fn read_jp2(bytes: &dyn ReadAt, gather: &mut Gather) {
    if be(bytes, 0, 4) == Some(0xFF4F_FF51) {
        let side = |to, from| u32::try_from(be(bytes, to, 4)?.checked_sub(be(bytes, from, 4)?)?).ok();
        gather.dimensions = side(8, 16).zip(side(12, 20)).map(|(width, height)| Dimensions { width, height });
        return;
    }
    for b in top_level(bytes) {
        match (&b.kind, b.uuid) {
            (b"jp2h", _) => {
                if let Some(header) = boxes(bytes, b.payload.clone()).find(|b| b.kind == *b"ihdr") {
                    let side = |on| be(bytes, header.payload.start + on, 4).map(|n| n as u32);
                    gather.dimensions = side(4).zip(side(0)).map(|(width, height)| Dimensions { width, height });
                }
            }
            (b"uuid", Some(JP2_EXIF | JP2_GEO)) | (b"Exif", _) => exif_box(bytes, &b, gather),
            _ => {}
        }
    }
}

/// Reads a CR3: `CMT1` is IFD0, `CMT2` the Exif directory, `CMT3` the maker note, `CMT4` the GPS directory.
pub fn read_cr3(bytes: &dyn ReadAt, gather: &mut Gather) {
    let Some(moov) = top_level(bytes).find(|b| b.kind == *b"moov") else { return };
    let Some(canon) = boxes(bytes, moov.payload.clone()).find(|b| b.uuid == Some(CANON)) else { return };
    video::read_movie_header(bytes, &moov, gather);
    for b in boxes(bytes, canon.payload) {
        let place = match &b.kind {
            b"CMT1" => IFD0,
            b"CMT2" => Place::Kept(Directory::Exif, TagTable::Exif),
            b"CMT4" => Place::Kept(Directory::Gps, TagTable::Gps),
            b"CMT3" => {
                if let Some(block) = Joined::whole(bytes, b.payload.clone(), MAX_EXIF) {
                    gather.canon_note(&block);
                }
                continue;
            }
            _ => continue,
        };
        match Joined::whole(bytes, b.payload.clone(), MAX_EXIF) {
            Some(block) => gather.block(&block, place),
            None => gather.damaged("a metadata box is cut"),
        }
    }
}
