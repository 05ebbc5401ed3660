//! Counting: which EXIF fields THE RULE counts.
//!
//! A field counts when it is a known tag of the primary image's directories, holds a value, is no storage tag,
//! pointer or block of its own, and no date without a single non-zero digit.
//! Absent on purpose: how values are read; a value arrives here as the text or bytes it amounts to.

use std::borrow::Cow;

use super::known_tags::{EXIF, GPS, PANASONIC_RAW};

/// The table in which a tag id is looked up: one id has different meanings in different directories.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TagTable {
    /// IFD0, ExifIFD and InteropIFD.
    Exif,
    /// The GPS directory.
    Gps,
    /// IFD0 of a Panasonic or Leica raw file, which has tags of its own.
    PanasonicRaw,
}

/// Storage and TIFF layout: what the Exif standard keeps out of JPEG because the container tells it.
/// A TIFF or raw conversion gains nothing by its layout.
const STORAGE: &[(u16, u16)] = &[
    (0x00FE, 0x00FF),
    (0x0100, 0x0103),
    (0x0106, 0x010A),
    (0x0111, 0x0111),
    (0x0115, 0x0119),
    (0x011C, 0x011C),
    (0x0120, 0x0125),
    (0x013D, 0x013D),
    (0x0140, 0x0145),
    (0x014A, 0x014A),
    (0x0152, 0x0156),
    (0x015B, 0x015B),
    (0x0200, 0x0203),
    (0x0205, 0x0209),
    (0x0212, 0x0212),
];

/// ModifyDate, DateTimeOriginal, CreateDate.
const DATES: [u16; 3] = [0x0132, 0x9003, 0x9004];

/// Tags whose value is a block that opens as a directory of its own: XMP, IPTC, Photoshop layers, PrintIM,
/// raw originals, ICC profiles, GeoTIFF keys; and the maker note.
const BLOCKS: [u16; 12] = [0x02BC, 0x83BB, 0x87AF, 0x87B0, 0x87B1, 0x927C, 0x935C, 0xC4A5, 0xC68C, 0xC68F, 0xC691, 0xC7D5];

/// Bytes with which DNGPrivateData (0xC634) opens as a directory of its own.
const PRIVATE_BLOCKS: [&[u8]; 6] = [b"Adobe\0", b"PENTAX \0", b"SAMSUNG\0", b"RICOH\0II", b"RICOH\0MM", b"[ae_dbg_info:"];

/// The name of a tag, or nothing when it is unknown.
#[must_use]
pub fn name(table: TagTable, tag: u16) -> Option<&'static str> {
    let tags = match table {
        TagTable::Exif => EXIF,
        TagTable::Gps => GPS,
        TagTable::PanasonicRaw => PANASONIC_RAW,
    };
    tags.binary_search_by_key(&tag, |t| t.0).ok().map(|i| tags[i].1)
}

/// The name of a tag as it is shown: `0x1234` where it has none.
#[must_use]
pub fn shown_name(table: TagTable, tag: u16) -> Cow<'static, str> {
    name(table, tag).map_or_else(|| format!("0x{tag:04X}").into(), Into::into)
}

/// Whether a tag is storage, pointer or block, and so never counts, whatever its value.
#[must_use]
pub fn never_counts(table: TagTable, tag: u16) -> bool {
    table != TagTable::Gps && (STORAGE.iter().any(|&(from, to)| (from..=to).contains(&tag)) || BLOCKS.contains(&tag))
}

/// Whether a field counts. `value` is its text, or its bytes where it is no text.
#[must_use]
pub fn counts(table: TagTable, tag: u16, value: &[u8]) -> bool {
    if never_counts(table, tag) || is_blank(value) {
        return false;
    }
    let exif = table != TagTable::Gps;
    if exif && DATES.contains(&tag) && !value.iter().any(|b| (b'1'..=b'9').contains(b)) {
        return false;
    }
    if exif && tag == 0xC634 && PRIVATE_BLOCKS.iter().any(|start| value.starts_with(start)) {
        return false;
    }
    name(table, tag).is_some() || table == TagTable::Exif && tag > 0xF000 && is_named_text(value)
}

/// Whether nothing is left of a value without its NULs and white space.
#[must_use]
pub fn is_blank(value: &[u8]) -> bool {
    value.iter().all(|&b| b == 0 || b == 0x0B || b.is_ascii_whitespace())
}

/// Photoshop's raw converter writes `Name: value` under private ids above 0xF000.
fn is_named_text(value: &[u8]) -> bool {
    let split = value.windows(2).rposition(|pair| pair == b": ");
    split.is_some_and(|at| value[..at].iter().any(|&b| b.is_ascii_alphanumeric() || b == b'_') && !is_blank(&value[at + 2..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_counts_and_what_does_not() {
        use TagTable::{Exif, Gps, PanasonicRaw};
        for (table, tag, value, counted, why) in [
            (Exif, 0x010F, &b"NIKON"[..], true, "Make"),
            (Exif, 0x010F, b" \0 \n", false, "blank"),
            (Exif, 0x0100, b"4000", false, "storage: ImageWidth"),
            (Exif, 0x0132, b"0000:00:00 00:00:00", false, "a zero date"),
            (Exif, 0x9003, b"    :  :     :  :  ", false, "a date of blanks"),
            (Exif, 0x9003, b"2009:13:45 00:00:00", true, "an impossible date still is a value"),
            (Exif, 0x9291, b"00", true, "zero sub-seconds are no date"),
            (Exif, 0x8769, b"120", false, "a pointer"),
            (Exif, 0x927C, b"Nikon", false, "the maker note"),
            (Exif, 0xC4A5, b"PrintIM", false, "a block"),
            (Exif, 0xEA1C, b"0 0", true, "Padding"),
            (Exif, 0xEA1D, b"4114", true, "OffsetSchema"),
            (Exif, 0xA102, b"1", false, "known as unknown"),
            (Exif, 0xC634, b"Adobe\0MakN", false, "private data that opens"),
            (Exif, 0xC634, b"something", true, "private data that does not"),
            (Exif, 0xFDE9, b"Shadows: 5", true, "named text"),
            (Exif, 0xF123, b"no name", false, "an unknown tag"),
            (Gps, 0x0000, b"2 3 0 0", true, "GPSVersionID"),
            (Gps, 0xEA1C, b"0 0", false, "Padding is unknown among GPS tags"),
            (PanasonicRaw, 0x0002, b"4000", true, "SensorWidth"),
            (PanasonicRaw, 0x002E, b"\xff\xd8", true, "JpgFromRaw: the reference takes it for a value"),
        ] {
            assert_eq!(counts(table, tag, value), counted, "{why}: {table:?} {tag:#06x}");
        }
    }

    #[test]
    fn the_tables_are_sorted_and_hold_each_id_once() {
        for table in [EXIF, GPS, PANASONIC_RAW] {
            assert!(table.len() > 30 && table.is_sorted_by(|a, b| a.0 < b.0));
        }
    }
}
