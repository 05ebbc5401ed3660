//! Maker notes that are no directories: fixed places in a block (Hewlett-Packard, Kodak, Reconyx, Phase One).
//!
//! Absent on purpose: notes that say nothing of the body.

use super::{Camera, Said, set};
use crate::facts::value::{Order, readable, trim, until_nul};

/// Reads a note of a known fixed form; false when it is none.
pub fn read(head: &[u8], camera: &Camera, said: &mut Said) -> bool {
    let Some(serial) = serial(head, camera) else { return false };
    set(&mut said.serial, serial);
    true
}

/// The serial number of a fixed form: outer nothing where the form is another.
fn serial(head: &[u8], camera: &Camera) -> Option<Option<String>> {
    let field = |at: usize, len: usize| head.get(at..at + len).map(until_nul);
    let text = |b: Option<&[u8]>| b.map(|b| readable(trim(b))).filter(|t| !t.is_empty());
    let labelled = |b: Option<&[u8]>| text(b.and_then(|b| b.strip_prefix(b"SERIAL NUMBER:")));
    Some(if head.starts_with(b"IIII\x04\0") {
        labelled(field(0x5C, 26))
    } else if head.starts_with(b"IIII\x06\0") {
        labelled(field(0x58, 26))
    } else if head.starts_with(b"IIII") || head.starts_with(b"MMMM") {
        phase_one(head)
    } else if head.starts_with(b"RECONYXUF\0") || head.starts_with(b"RECONYXH2\0") {
        // Offsets count in bytes; the second generation writes UTF-16.
        let wide = head.starts_with(b"RECONYXH2\0").then(|| head.get(0x7E..0x7E + 30)).flatten();
        wide.map_or_else(|| text(field(0x4B, 15)), |b| text(Some(&narrow(b))))
    } else if head.starts_with(&[0x01, 0xF1]) {
        // Counted in two-byte words: 0x15 is byte 42.
        head.get(42..72).and_then(|b| text(Some(&narrow(b))))
    } else if camera.make().to_ascii_uppercase().contains("KODAK") && begins_with_serial(head) {
        text(field(0, 16))
    } else {
        return None;
    })
}

/// Little-endian UTF-16 that holds ASCII, as ASCII, up to its NUL.
fn narrow(b: &[u8]) -> Vec<u8> {
    b.chunks_exact(2).map(|u| u[0]).take_while(|&c| c != 0).collect()
}

/// Kodak's serial numbers: the model's four characters, then eight or nine with four digits at the end.
fn begins_with_serial(head: &[u8]) -> bool {
    let text = head.get(..16).map(until_nul).map(trim).unwrap_or_default();
    let upper = |b: &u8| b.is_ascii_uppercase() || b.is_ascii_digit();
    let Some((model, rest)) = text.split_at_checked(4) else { return false };
    let rest = rest.strip_prefix(b" ").unwrap_or(rest);
    matches!(model[0], b'C' | b'K')
        && model.iter().chain(rest).all(upper)
        && (8..=9).contains(&rest.len())
        && rest[rest.len() - 4..].iter().all(u8::is_ascii_digit)
}

/// Phase One and Leaf: rows of sixteen bytes (tag, kind, length, value or offset) at an offset; 0x0102 is the serial number.
fn phase_one(head: &[u8]) -> Option<String> {
    let order = Order::named(&head[..2])?;
    let start = order.u32(head, 8)? as usize;
    let rows = head.get(start.checked_add(8)?..)?.chunks_exact(16).take(order.u32(head, start)?.min(256) as usize);
    let row = rows.into_iter().find(|row| order.u32(row, 0) == Some(0x0102))?;
    let (len, at) = (order.u32(row, 8)? as usize, order.u32(row, 12)? as usize);
    let text = if len <= 4 { row.get(12..12 + len)? } else { head.get(at..at.checked_add(len)?)? };
    Some(readable(trim(until_nul(text)))).filter(|t| !t.is_empty())
}
