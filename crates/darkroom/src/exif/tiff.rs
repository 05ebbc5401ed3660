//! The TIFF block of an EXIF: directories one after the other, each followed by its values.
//!
//! IFD0, ExifIFD, GPS, Interop and the thumbnail's IFD1, with the pointers between them (TIFF 6.0, section 2;
//! Exif 2.32, 4.6.3). Values of up to four bytes stand in the directory itself.

use lightproof_model::exif::Directory;

use super::{ByteOrder, Exif, Value};

/// One directory to be written: its fields by tag, ascending.
type Fields = Vec<(u16, Value)>;

pub(super) fn written(exif: &Exif) -> Vec<u8> {
    let of = |directory: Directory| -> Fields {
        let fields = exif.fields.iter().filter(|((d, _), _)| *d == directory);
        fields.map(|((_, tag), value)| (*tag, value.clone())).collect()
    };
    let [mut ifd0, mut in_exif, gps, interop] = [Directory::Ifd0, Directory::Exif, Directory::Gps, Directory::Interop].map(of);
    // A pointer's own value does not change the size, so places can be reckoned before they are known.
    if !interop.is_empty() {
        set(&mut in_exif, 0xA005, Value::Long(0));
    }
    if !in_exif.is_empty() {
        set(&mut ifd0, 0x8769, Value::Long(0));
    }
    if !gps.is_empty() {
        set(&mut ifd0, 0x8825, Value::Long(0));
    }
    let exif_at = 8 + size(&ifd0);
    let gps_at = exif_at + size(&in_exif);
    let interop_at = gps_at + size(&gps);
    let ifd1_at = interop_at + size(&interop);
    point(&mut ifd0, 0x8769, exif_at);
    point(&mut ifd0, 0x8825, gps_at);
    point(&mut in_exif, 0xA005, interop_at);

    let mut out = Writer { order: exif.byte_order, bytes: Vec::new() };
    out.bytes.extend_from_slice(if exif.byte_order == ByteOrder::Intel { b"II" } else { b"MM" });
    out.short(42);
    out.long(8);
    out.directory(&ifd0, if exif.thumbnail.is_some() { ifd1_at } else { 0 });
    for fields in [&in_exif, &gps, &interop] {
        out.directory(fields, 0);
    }
    if let Some(thumbnail) = &exif.thumbnail {
        let length = Value::Long(thumbnail.len() as u32);
        let mut ifd1 = vec![(0x0103, Value::Short(6)), (0x0201, Value::Long(0)), (0x0202, length)];
        let at = ifd1_at + size(&ifd1);
        point(&mut ifd1, 0x0201, at);
        out.directory(&ifd1, 0);
        out.bytes.extend_from_slice(thumbnail);
    }
    out.bytes
}

fn set(fields: &mut Fields, tag: u16, value: Value) {
    fields.retain(|(t, _)| *t != tag);
    let at = fields.partition_point(|(t, _)| *t < tag);
    fields.insert(at, (tag, value));
}

fn point(fields: &mut Fields, tag: u16, to: usize) {
    if let Some((_, value)) = fields.iter_mut().find(|(t, _)| *t == tag) {
        *value = Value::Long(to as u32);
    }
}

/// Bytes that a directory takes with its values; none when it is empty.
fn size(fields: &Fields) -> usize {
    if fields.is_empty() {
        return 0;
    }
    2 + fields.len() * 12 + 4 + fields.iter().map(|(_, value)| outside(value)).sum::<usize>()
}

/// Bytes that a value takes outside its directory: even, because TIFF wants values at even places.
fn outside(value: &Value) -> usize {
    let (_, count, width) = shape(value);
    let length = count * width;
    if length <= 4 { 0 } else { length.next_multiple_of(2) }
}

/// TIFF's number for the type, how many of it, and the bytes of one.
fn shape(value: &Value) -> (u16, usize, usize) {
    match value {
        Value::Bytes(bytes) => (1, bytes.len(), 1),
        Value::Text(text) => (2, text.len() + 1, 1),
        Value::Short(_) => (3, 1, 2),
        Value::Long(_) => (4, 1, 4),
        Value::Fractions(fractions) => (5, fractions.len(), 8),
        Value::Undefined(bytes) => (7, bytes.len(), 1),
        Value::SignedFractions(fractions) => (10, fractions.len(), 8),
    }
}

struct Writer {
    order: ByteOrder,
    bytes: Vec<u8>,
}

impl Writer {
    fn short(&mut self, number: u16) {
        self.bytes.extend_from_slice(&match self.order {
            ByteOrder::Intel => number.to_le_bytes(),
            ByteOrder::Motorola => number.to_be_bytes(),
        });
    }

    fn long(&mut self, number: u32) {
        self.bytes.extend_from_slice(&match self.order {
            ByteOrder::Intel => number.to_le_bytes(),
            ByteOrder::Motorola => number.to_be_bytes(),
        });
    }

    fn directory(&mut self, fields: &Fields, next: usize) {
        if fields.is_empty() {
            return;
        }
        let mut value_at = self.bytes.len() + 2 + fields.len() * 12 + 4;
        self.short(fields.len() as u16);
        for (tag, value) in fields {
            let (kind, count, _) = shape(value);
            self.short(*tag);
            self.short(kind);
            self.long(count as u32);
            if outside(value) == 0 {
                let start = self.bytes.len();
                self.value(value);
                self.bytes.resize(start + 4, 0);
            } else {
                self.long(value_at as u32);
                value_at += outside(value);
            }
        }
        self.long(next as u32);
        for (_, value) in fields.iter().filter(|(_, value)| outside(value) > 0) {
            let end = self.bytes.len() + outside(value);
            self.value(value);
            self.bytes.resize(end, 0);
        }
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::Bytes(bytes) | Value::Undefined(bytes) => self.bytes.extend_from_slice(bytes),
            Value::Text(text) => {
                self.bytes.extend_from_slice(text.as_bytes());
                self.bytes.push(0);
            }
            Value::Short(number) => self.short(*number),
            Value::Long(number) => self.long(*number),
            Value::Fractions(fractions) => fractions.iter().for_each(|&(over, under)| {
                self.long(over);
                self.long(under);
            }),
            Value::SignedFractions(fractions) => fractions.iter().for_each(|&(over, under)| {
                self.long(over.cast_unsigned());
                self.long(under.cast_unsigned());
            }),
        }
    }
}
