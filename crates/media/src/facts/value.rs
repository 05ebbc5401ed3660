//! Values: what the bytes of one TIFF directory row amount to, as text and as what THE RULE looks at.
//!
//! Formats are those of TIFF 6.0 and BigTIFF; some tags are read in another format than they are written in,
//! because cameras disagree with the standard and the reference reads them so.
//! Absent on purpose: meaning. `gather` knows what a tag says of a photograph.

use std::fmt::Write;

use lightproof_model::{
    digest::to_hex,
    exif::counting::{TagTable, is_blank},
};

/// Byte order of a TIFF structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// `II`.
    Little,
    /// `MM`.
    Big,
}

impl Order {
    /// The order that two bytes name.
    pub fn named(mark: &[u8]) -> Option<Order> {
        match mark {
            b"II" => Some(Order::Little),
            b"MM" => Some(Order::Big),
            _ => None,
        }
    }

    /// An unsigned number of up to eight bytes at an offset.
    pub fn uint(self, bytes: &[u8], at: usize, width: usize) -> Option<u64> {
        let b = bytes.get(at..at.checked_add(width)?)?;
        let push = |n: u64, b: &u8| n << 8 | u64::from(*b);
        Some(match self {
            Order::Little => b.iter().rev().fold(0, push),
            Order::Big => b.iter().fold(0, push),
        })
    }

    /// Two bytes.
    pub fn u16(self, bytes: &[u8], at: usize) -> Option<u16> {
        self.uint(bytes, at, 2).map(|n| n as u16)
    }

    /// Four bytes.
    pub fn u32(self, bytes: &[u8], at: usize) -> Option<u32> {
        self.uint(bytes, at, 4).map(|n| n as u32)
    }
}

/// Bytes of one value in each TIFF format; 0 for a number that is no format.
pub fn width(format: u16) -> u64 {
    match format {
        1 | 2 | 6 | 7 => 1,
        3 | 8 | 14 => 2,
        4 | 9 | 11 | 13 => 4,
        5 | 10 | 12 | 15 | 16 | 17 | 18 => 8,
        _ => 0,
    }
}

/// One row of a directory with its value, as it stands in the file.
#[derive(Debug, Clone)]
pub struct Raw {
    /// The table that names its tag.
    pub table: TagTable,
    /// The tag id.
    pub tag: u16,
    /// The TIFF format.
    pub format: u16,
    /// How many values there are.
    pub count: u64,
    /// Byte order.
    pub order: Order,
    /// The value's bytes; of a long one only the beginning.
    pub data: Vec<u8>,
}

/// A value, read.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Text as bytes, in whatever encoding.
    Text(Vec<u8>),
    /// Bytes without a format.
    Bytes(Vec<u8>),
    /// Whole numbers.
    Integers(Vec<i64>),
    /// Numerator and denominator.
    Rationals(Vec<(i64, i64)>),
    /// Floating point.
    Floats(Vec<f64>),
}

/// Tags of binary data: they hold a value whenever they are there.
const SHOWN_AS_SIZE: [u16; 15] =
    [0x012D, 0x01B5, 0x80A3, 0x80A4, 0x80A5, 0x8828, 0x9330, 0x9331, 0xA40B, 0xC44F, 0xC618, 0xC740, 0xC741, 0xC74E, 0xEA1C];

/// Numbers decoded for one value, at most; they are for showing.
const NUMBERS: usize = 256;

impl Raw {
    /// Reads the value.
    pub fn value(&self) -> Value {
        let undefined_byte = self.format == 7 && self.count == 1;
        let format = read_as(self.table, self.tag).unwrap_or(if undefined_byte { 1 } else { self.format });
        let size = width(format) as usize;
        let chunks = || self.data.chunks_exact(size.max(1)).take(NUMBERS);
        let uint = |c: &[u8]| self.order.uint(c, 0, c.len()).unwrap_or(0);
        match format {
            2 => Value::Text(until_nul(&self.data).to_vec()),
            7 | 14 | 15 => Value::Bytes(self.data.clone()),
            5 => Value::Rationals(chunks().map(|c| (uint(&c[..4]) as i64, uint(&c[4..]) as i64)).collect()),
            10 => {
                let signed = |c: &[u8]| i64::from(uint(c) as u32 as i32);
                Value::Rationals(chunks().map(|c| (signed(&c[..4]), signed(&c[4..]))).collect())
            }
            11 => Value::Floats(chunks().map(|c| f64::from(f32::from_bits(uint(c) as u32))).collect()),
            12 => Value::Floats(chunks().map(|c| f64::from_bits(uint(c))).collect()),
            6 => Value::Integers(chunks().map(|c| i64::from(c[0] as i8)).collect()),
            8 => Value::Integers(chunks().map(|c| i64::from(uint(c) as u16 as i16)).collect()),
            9 => Value::Integers(chunks().map(|c| i64::from(uint(c) as u32 as i32)).collect()),
            _ => Value::Integers(chunks().map(|c| uint(c) as i64).collect()),
        }
    }

    /// Whether more bytes of a long value would change neither what is shown of it nor whether it counts.
    pub fn is_told_by_its_beginning(&self) -> bool {
        let gps = self.table == TagTable::Gps;
        // Of these the inside is looked at, and of private ids the end.
        let looked_into =
            if gps { matches!(self.tag, 0x1B | 0x1C) } else { matches!(self.tag, 0x8298 | 0x9286) || self.tag > 0xF000 };
        match self.value() {
            Value::Integers(_) | Value::Rationals(_) | Value::Floats(_) => self.data.len() >= NUMBERS * 8,
            Value::Text(_) => self.data.contains(&0),
            // Shown in hexadecimal as soon as one byte is no text.
            Value::Bytes(b) => {
                !looked_into && b.iter().any(|c| !matches!(c, 0 | 0x0B..=0x0C | b'\t' | b'\n' | b'\r' | 0x20..0x7F))
            }
        }
    }

    /// What is left of the value for THE RULE to look at; nothing when it is empty in the reference's eyes.
    pub fn content(&self) -> Vec<u8> {
        let gps = self.table == TagTable::Gps;
        match (self.value(), self.tag) {
            // Coordinates with a zero denominator are none at all.
            (Value::Rationals(parts), 0x02 | 0x04 | 0x14 | 0x16) if gps && parts.iter().any(|r| r.1 == 0) => Vec::new(),
            // A time stamp, a shutter speed or an aperture is computed from what is there, if only from nothing.
            (_, 0x07) if gps => b"0".to_vec(),
            (_, 0x9201 | 0x9202 | 0x9205) if !gps => b"0".to_vec(),
            (Value::Bytes(b), 0x1B | 0x1C) if gps => commented(&b),
            (Value::Bytes(b), 0x9286) if !gps => commented(&b),
            (Value::Bytes(b), 0x8298) if !gps => copyright(&b),
            // Shown as "so many bytes", be they all zero.
            (_, tag) if !gps && SHOWN_AS_SIZE.contains(&tag) => b"0".to_vec(),
            (Value::Bytes(b), 0xC634) if !gps && is_blank(&b) => b"0".to_vec(),
            // A filter pattern is shown as numbers, zeros too.
            (Value::Bytes(b), 0xA302) if !gps && b.len() >= 4 => b"0".to_vec(),
            (Value::Bytes(b), 0xA462) if !gps && b.len() >= 8 => b"0".to_vec(),
            (Value::Text(b) | Value::Bytes(b), _) => b,
            (numbers, _) => numbers.text().into_bytes(),
        }
    }
}

impl Value {
    /// The value as text: numbers and rationals separated by blanks, bytes that are no text as hex.
    pub fn text(&self) -> String {
        match self {
            Value::Text(b) => readable(b),
            Value::Bytes(b) => {
                let text = trim(b);
                if text.iter().all(|&c| c == b'\t' || c == b'\n' || c == b'\r' || (0x20..0x7F).contains(&c)) {
                    String::from_utf8_lossy(text).into_owned()
                } else {
                    to_hex(&b[..b.len().min(128)])
                }
            }
            Value::Integers(n) => joined(n, |t, n| write!(t, "{n}")),
            Value::Rationals(n) => joined(n, |t, (n, d)| write!(t, "{n}/{d}")),
            Value::Floats(n) => joined(n, |t, n| write!(t, "{n}")),
        }
    }

    /// The numbers of the value, fractions divided out; text is read for the numbers in it.
    pub fn numbers(&self) -> Vec<f64> {
        match self {
            Value::Integers(n) => n.iter().map(|&n| n as f64).collect(),
            Value::Rationals(n) => n.iter().map(|&(n, d)| n as f64 / d as f64).collect(),
            Value::Floats(n) => n.clone(),
            Value::Text(b) | Value::Bytes(b) => String::from_utf8_lossy(b)
                .split(|c: char| !c.is_ascii_digit() && c != '.' && c != '-' && c != '+')
                .filter_map(|word| word.parse().ok())
                .collect(),
        }
    }

    /// The first whole number.
    pub fn integer(&self) -> Option<i64> {
        match self {
            Value::Integers(n) => n.first().copied(),
            _ => None,
        }
    }
}

fn joined<T>(list: &[T], mut write: impl FnMut(&mut String, &T) -> std::fmt::Result) -> String {
    let mut text = String::new();
    for (i, n) in list.iter().enumerate() {
        if i > 0 {
            text.push(' ');
        }
        // Writing to a String cannot fail.
        let _ = write(&mut text, n);
    }
    text
}

/// The bytes before the first NUL.
pub fn until_nul(b: &[u8]) -> &[u8] {
    &b[..b.iter().position(|&b| b == 0).unwrap_or(b.len())]
}

/// Bytes without NULs and blanks around them.
pub fn trim(b: &[u8]) -> &[u8] {
    let blank = |b: &u8| *b == 0 || b.is_ascii_whitespace();
    let start = b.iter().position(|b| !blank(b)).unwrap_or(b.len());
    let end = b.iter().rposition(|b| !blank(b)).map_or(start, |i| i + 1);
    &b[start..end]
}

/// Text as UTF-8, with `?` for every byte that is none: EXIF names no encoding for its text.
pub fn readable(mut b: &[u8]) -> String {
    let mut text = String::with_capacity(b.len());
    loop {
        match std::str::from_utf8(b) {
            Ok(rest) => {
                text.push_str(rest);
                return text;
            }
            Err(e) => {
                let (good, bad) = b.split_at(e.valid_up_to());
                text.push_str(&String::from_utf8_lossy(good));
                text.push('?');
                b = &bad[1..];
            }
        }
    }
}

/// The format in which a tag is read, whatever it was written in.
fn read_as(table: TagTable, tag: u16) -> Option<u16> {
    match table {
        TagTable::Gps => (tag == 0x1D).then_some(7),
        TagTable::PanasonicRaw => None,
        TagTable::Exif => match tag {
            0x4747
            | 0x8298
            | 0x9286
            | 0x9C9B..=0x9C9F
            | 0xB4C3
            | 0xBC01
            | 0xC51B
            | 0xC634
            | 0xC65D
            | 0xC719
            | 0xC71C
            | 0xC71D
            | 0xC7A7 => Some(7),
            0x828E | 0x9009 | 0x9101 | 0xC7AA => Some(1),
            0x9201 | 0x9204 => Some(10),
            0xC615 | 0xC68B | 0xC6D2 | 0xC6D3 | 0xC6F3 | 0xC6F4 | 0xC6F6 | 0xC6F8 | 0xC6FE | 0xC716..=0xC718 => Some(2),
            _ => None,
        },
    }
}

/// A comment behind its eight bytes of character code (Exif 2.32, 4.6.5 UserComment).
fn commented(b: &[u8]) -> Vec<u8> {
    let Some((code, text)) = b.split_at_checked(8) else { return b.to_vec() };
    let blank = |b: &[u8]| b.iter().all(|&b| b == 0 || b == b' ');
    if code[0] == 0 || blank(code) || code.starts_with(b"ASCII\0") || (code.starts_with(b"ASCII") && blank(&code[5..])) {
        // Some writers fill the code with garbage behind one NUL; the text ends at a NUL although it need not.
        until_nul(text).to_vec()
    } else if code.starts_with(b"UNICODE") && blank(&code[7..]) {
        let end = text.chunks_exact(2).position(|unit| unit == [0, 0]).map_or(text.len(), |i| i * 2);
        text[..end].to_vec()
    } else if code.starts_with(b"JIS") && blank(&code[3..]) {
        text.to_vec()
    } else {
        b.to_vec()
    }
}

/// Photographer and editor, each ended by a NUL; what follows the second is not part of it.
fn copyright(b: &[u8]) -> Vec<u8> {
    b.splitn(3, |&b| b == 0).take(2).collect::<Vec<_>>().join(&b'\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(table: TagTable, tag: u16, format: u16, data: &[u8]) -> Raw {
        Raw { table, tag, format, count: data.len() as u64 / width(format), order: Order::Big, data: data.to_vec() }
    }

    #[test]
    fn values_as_text() {
        let text = |format, data: &[u8]| raw(TagTable::Exif, 0x1234, format, data).value().text();
        assert_eq!(text(2, b"NIKON\0rest"), "NIKON");
        assert_eq!(text(2, b"caf\xe9"), "caf?");
        assert_eq!(text(3, &[0, 1, 0xff, 0xff]), "1 65535");
        assert_eq!(text(8, &[0xff, 0xff]), "-1");
        assert_eq!(text(5, &[0, 0, 0, 1, 0, 0, 0, 60]), "1/60");
        assert_eq!(text(10, &[0xff, 0xff, 0xff, 0xff, 0, 0, 0, 3]), "-1/3");
        assert_eq!(text(7, b"0220"), "0220");
        assert_eq!(text(7, &[1, 2, 3]), "010203");
        assert_eq!(text(7, &[3]), "3");
    }

    #[test]
    fn what_is_left_of_a_value_for_the_rule() {
        let left = |tag, data: &[u8]| raw(TagTable::Exif, tag, 7, data).content();
        assert_eq!(left(0x9286, b"ASCII\0\0\0   "), b"   ");
        assert_eq!(left(0x9286, b"\0\0\0\0\0\0\0\0\0junk"), b"");
        assert_eq!(left(0x9286, b"UNICODE\0\0\0"), b"");
        assert_eq!(left(0x9286, b"UNICODE\0\0a"), b"\0a");
        assert_eq!(left(0x9286, b"plain text"), b"plain text");
        assert_eq!(left(0x8298, b"\0\0junk"), b"\n");
        assert_eq!(left(0x8298, b"Me\0Editor\0"), b"Me\nEditor");
        let coordinate = raw(TagTable::Gps, 2, 5, &[0, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(coordinate.content(), b"");
    }

    #[test]
    fn a_long_value_is_told_by_its_beginning_where_more_of_it_would_change_nothing() {
        let told = |tag, format, beginning: &[u8]| raw(TagTable::Exif, tag, format, beginning).is_told_by_its_beginning();
        assert!(told(0x1234, 3, &[7; 4096]), "so many numbers are never shown");
        assert!(told(0x1234, 2, b"NIKON\0rest"), "text ends at its NUL");
        assert!(told(0x1234, 7, &[1, 2, 3, 4]), "shown in hexadecimal, whatever follows");
        assert!(!told(0x1234, 3, &[7; 100]));
        assert!(!told(0x1234, 2, &[b' '; 4096]), "blank so far");
        assert!(!told(0x1234, 7, b"text that may go on"), "or turn out to be none");
        assert!(!told(0x9286, 7, &[1, 2, 3, 4]), "a comment's encoding is looked into");
        assert!(!told(0xFDE8, 7, &[1, 2, 3, 4]), "the end of a private text is looked at");
    }
}
