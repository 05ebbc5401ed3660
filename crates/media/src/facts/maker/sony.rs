//! Sony: the serial number (0x2031), and the internal one in the enciphered block 0x9050.
//!
//! The cipher is a cube modulo 249; where the number lies depends on the model's generation.
//! Absent on purpose: the rest of the enciphered blocks.

use super::{Camera, Said, directory::Directory, set};

/// Reads the rows of Sony's directory.
pub fn read(rows: &Directory, camera: &Camera, said: &mut Said) {
    let serial = rows.text(0x2031).filter(|t| t.len() == 8 && t.bytes().all(|b| b.is_ascii_digit()));
    // Stored as four pairs of digits, last pair first.
    let turned = serial.map(|t| [&t[6..8], &t[4..6], &t[2..4], &t[0..2]].concat());
    set(&mut said.serial, turned.map(|t| t.strip_prefix('0').unwrap_or(&t).to_owned()));
    let inside = place(camera.model()).and_then(|(at, len)| {
        let block = rows.bytes(0x9050)?;
        let numbers = block.get(at..at + len)?.iter().map(|&b| decipher(b).to_string());
        Some(numbers.collect::<Vec<_>>().join(" "))
    });
    set(&mut said.internal_serial, inside);
}

/// Offset and length of the internal serial number in block 0x9050.
fn place(model: &str) -> Option<(usize, usize)> {
    let one_of = |names: &[&str]| names.iter().any(|n| model.starts_with(n));
    if one_of(&["ILCE-7M4", "ILCE-7RM5", "ILCE-7SM3", "ILME-FX3"]) {
        Some((0x88, 6))
    } else if model == "ILCE-1" {
        Some((0x8A, 6))
    } else if one_of(&[
        "ILCE-6100",
        "ILCE-6300",
        "ILCE-6400",
        "ILCE-6500",
        "ILCE-6600",
        "ILCE-7C",
        "ILCE-7M3",
        "ILCE-7RM2",
        "ILCE-7RM3",
        "ILCE-7RM4",
        "ILCE-7SM2",
        "ILCE-9",
        "ILCA-99M2",
        "ZV-E10",
    ]) {
        Some((0x88, 6))
    } else if one_of(&["DSC-", "Stellar", "ZV-"]) {
        None
    } else if one_of(&["SLT-", "HV", "ILCA-"]) {
        Some((0xF0, 5))
    } else if one_of(&["ILCE-", "NEX-"]) && !one_of(&["NEX-5N", "NEX-7", "NEX-VG20E"]) {
        Some((0x7C, 4))
    } else {
        None
    }
}

/// The byte whose cube modulo 249 is `b`; those without a single answer stand for themselves.
fn decipher(b: u8) -> u8 {
    (2..=247u8).find(|&n| !matches!(n, 82..=84 | 165..=167) && (u32::from(n).pow(3) % 249) as u8 == b).unwrap_or(b)
}
