//! EXIF as a camera writes it, field by field.
//!
//! Fields are set by name or by directory and tag; the block is written as real TIFF in either byte order.
//! [`Exif::field_count`] is what THE RULE counts, by its definition, not by a reader.
//! Absent on purpose: reading EXIF (`media`).

mod ordinary;
mod tiff;

use std::collections::BTreeMap;

use lightproof_model::exif::Directory;

/// A value in one of TIFF's types (TIFF 6.0, section 2; Exif 2.32, 4.6.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Text, written with a NUL at its end.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A 16-bit number.
    Short(u16),
    /// A 32-bit number.
    Long(u32),
    /// Fractions.
    Fractions(Vec<(u32, u32)>),
    /// Fractions with a sign.
    SignedFractions(Vec<(i32, i32)>),
    /// Bytes whose meaning is the tag's own.
    Undefined(Vec<u8>),
}

/// The order of bytes in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ByteOrder {
    /// Lowest first, `II`.
    #[default]
    Intel,
    /// Highest first, `MM`.
    Motorola,
}

/// The EXIF of one photograph.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Exif {
    fields: BTreeMap<(Directory, u16), Value>,
    thumbnail: Option<Vec<u8>>,
    byte_order: ByteOrder,
}

impl Exif {
    /// No field at all.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// The maker and model of a camera, as it writes them.
    #[must_use]
    pub fn camera(make: &str, model: &str) -> Self {
        Self::empty().text(Directory::Ifd0, 0x010F, make).text(Directory::Ifd0, 0x0110, model)
    }

    /// EXIF of an ordinary camera with just so many fields that count (at most [`Exif::MOST_FIELDS`]): the model,
    /// the maker and a date first.
    #[must_use]
    pub fn of_count(count: u32) -> Self {
        let first =
            Self::camera("Example", "Example One").set(Directory::Exif, 0x9003, Value::Text("2018:06:09 14:30:05".into()));
        let mut exif = Self::empty();
        for (place, value) in first.fields.into_iter().rev().take(count as usize) {
            exif.fields.insert(place, value);
        }
        exif.fields(count)
    }

    /// How many fields [`Exif::of_count`] can give.
    pub const MOST_FIELDS: u32 = 60;

    /// Sets a field.
    #[must_use]
    pub fn set(mut self, directory: Directory, tag: u16, value: Value) -> Self {
        self.fields.insert((directory, tag), value);
        self
    }

    /// Takes a field off.
    #[must_use]
    pub fn without(mut self, directory: Directory, tag: u16) -> Self {
        self.fields.remove(&(directory, tag));
        self
    }

    fn text(self, directory: Directory, tag: u16, text: &str) -> Self {
        self.set(directory, tag, Value::Text(text.to_owned()))
    }

    /// When it was taken, `YYYY:MM:DD HH:MM:SS` or whatever the camera wrote: DateTimeOriginal, and with it the two
    /// dates that cameras write beside it.
    #[must_use]
    pub fn taken(self, date: &str) -> Self {
        self.text(Directory::Exif, 0x9003, date).text(Directory::Exif, 0x9004, date).text(Directory::Ifd0, 0x0132, date)
    }

    /// SubSecTimeOriginal: the digits after the second's point.
    #[must_use]
    pub fn sub_sec(self, digits: &str) -> Self {
        self.text(Directory::Exif, 0x9291, digits)
    }

    /// OffsetTimeOriginal, for example `+02:00`.
    #[must_use]
    pub fn offset(self, offset: &str) -> Self {
        self.text(Directory::Exif, 0x9011, offset)
    }

    /// The body's serial number.
    #[must_use]
    pub fn serial(self, serial: &str) -> Self {
        self.text(Directory::Exif, 0xA431, serial)
    }

    /// The lens.
    #[must_use]
    pub fn lens(self, model: &str) -> Self {
        self.text(Directory::Exif, 0xA434, model)
    }

    /// Exposure: time as a fraction of a second, f-number in tenths, ISO, focal length in tenths of a millimetre.
    #[must_use]
    pub fn exposure(self, time: (u32, u32), f_tenths: u32, iso: u16, focal_tenths: u32) -> Self {
        self.set(Directory::Exif, 0x829A, Value::Fractions(vec![time]))
            .set(Directory::Exif, 0x829D, Value::Fractions(vec![(f_tenths, 10)]))
            .set(Directory::Exif, 0x8827, Value::Short(iso))
            .set(Directory::Exif, 0x920A, Value::Fractions(vec![(focal_tenths, 10)]))
    }

    /// Orientation, 1 to 8: how to turn the stored picture to see it upright.
    #[must_use]
    pub fn orientation(self, orientation: u16) -> Self {
        self.set(Directory::Ifd0, 0x0112, Value::Short(orientation))
    }

    /// GPS position in degrees, south and west negative, to a hundredth of a second of arc.
    #[must_use]
    pub fn gps(self, latitude: f64, longitude: f64) -> Self {
        let reference = |degrees: f64, positive: &str, negative: &str| if degrees < 0.0 { negative } else { positive }.to_owned();
        self.set(Directory::Gps, 0x0000, Value::Bytes(vec![2, 2, 0, 0]))
            .set(Directory::Gps, 0x0001, Value::Text(reference(latitude, "N", "S")))
            .set(Directory::Gps, 0x0002, degrees(latitude))
            .set(Directory::Gps, 0x0003, Value::Text(reference(longitude, "E", "W")))
            .set(Directory::Gps, 0x0004, degrees(longitude))
    }

    /// GPS date and time in UTC, `YYYY:MM:DD HH:MM:SS`; a text of another shape sets nothing.
    #[must_use]
    pub fn gps_time(self, utc: &str) -> Self {
        let Some((date, time)) = utc.split_once(' ') else { return self };
        let parts: Vec<(u32, u32)> = time.split(':').filter_map(|part| Some((part.parse().ok()?, 1))).collect();
        if parts.len() != 3 {
            return self;
        }
        self.text(Directory::Gps, 0x001D, date).set(Directory::Gps, 0x0007, Value::Fractions(parts))
    }

    /// Adds ordinary camera fields until so many count. Takes none off; ends when there are no more ordinary ones.
    #[must_use]
    pub fn fields(mut self, count: u32) -> Self {
        for (directory, tag, value) in ordinary::fields() {
            if self.field_count() >= count {
                break;
            }
            self.fields.entry((directory, tag)).or_insert(value);
        }
        self
    }

    /// A thumbnail: a small JPEG in the thumbnail directory (IFD1), which never counts.
    #[must_use]
    pub fn thumbnail(mut self, jpeg: Vec<u8>) -> Self {
        self.thumbnail = Some(jpeg);
        self
    }

    /// Written in this order of bytes.
    #[must_use]
    pub fn byte_order(mut self, byte_order: ByteOrder) -> Self {
        self.byte_order = byte_order;
        self
    }

    /// How many of the fields THE RULE counts.
    #[must_use]
    pub fn field_count(&self) -> u32 {
        self.fields.iter().filter(|((_, tag), value)| counts(*tag, value)).count() as u32
    }

    /// True when there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.thumbnail.is_none()
    }

    /// The TIFF block: header, directories, values. What follows `Exif\0\0` in a JPEG.
    #[must_use]
    pub fn tiff(&self) -> Vec<u8> {
        tiff::written(self)
    }
}

fn degrees(degrees: f64) -> Value {
    let hundredths = (degrees.abs().min(180.0) * 360_000.0).round() as u32;
    Value::Fractions(vec![(hundredths / 360_000, 1), (hundredths / 6000 % 60, 1), (hundredths % 6000, 100)])
}

/// Storage and layout tags of TIFF, the pointers, and the maker note: none of them is a field to THE RULE.
fn counts(tag: u16, value: &Value) -> bool {
    let layout = matches!(tag, 0x00FE..=0x0103 | 0x0106..=0x010A | 0x0111 | 0x0115..=0x0119 | 0x011C | 0x0120..=0x0125
        | 0x013D | 0x0140..=0x0145 | 0x014A | 0x0152..=0x0156 | 0x015B | 0x0200..=0x0203 | 0x0205..=0x0209 | 0x0212);
    let pointer = matches!(tag, 0x8769 | 0x8825 | 0xA005 | 0x927C);
    let says_something = match value {
        Value::Text(text) if matches!(tag, 0x0132 | 0x9003 | 0x9004) => text.bytes().any(|b| matches!(b, b'1'..=b'9')),
        Value::Text(text) => !text.trim_matches(|c: char| c == '\0' || c.is_whitespace()).is_empty(),
        Value::Bytes(bytes) | Value::Undefined(bytes) => !bytes.is_empty(),
        _ => true,
    };
    !layout && !pointer && says_something
}

#[cfg(test)]
mod tests;
