//! Sidecars: whether their text is whole. XMP and XML property lists by their tags, JSON by its brackets, binary
//! property lists by their trailer.
//!
//! Well-formed is all that is asked for: a cut or a hole breaks it. Absent on purpose: what the sidecar says (`facts`).

mod json;
mod plist;
mod xml;

use lightproof_model::{
    media_type::MediaType,
    probe::Picture,
    problem::{Integrity, Problem, ProblemKind},
};

/// A sidecar larger than this is not looked into.
const MOST: usize = 1 << 20;

/// Looks at a sidecar.
pub(super) fn look(bytes: &[u8], media_type: MediaType) -> Picture {
    if bytes.len() > MOST {
        return Picture::default();
    }
    let fault = match media_type {
        MediaType::TakeoutJson => json::fault(bytes),
        _ if bytes.starts_with(b"bplist") => plist::fault(bytes),
        _ => xml::fault(bytes),
    };
    let integrity = if fault.is_some() { Integrity::Damaged } else { Integrity::Intact };
    let problems = fault.map(|what| Problem::new(ProblemKind::DamagedImage, format!("the sidecar is not whole: {what}")));
    Picture { integrity, problems: problems.into_iter().collect(), ..Picture::default() }
}

/// The text as UTF-8: byte order mark taken off, UTF-16 turned; what is no text is a fault.
fn text(bytes: &[u8]) -> Result<String, String> {
    let wide = |of: fn([u8; 2]) -> u16, bytes: &[u8]| {
        let units: Vec<u16> = bytes.as_chunks::<2>().0.iter().map(|&pair| of(pair)).collect();
        String::from_utf16(&units).map_err(|_| "it is no UTF-16".to_owned())
    };
    let text = match bytes {
        [0xff, 0xfe, rest @ ..] => wide(u16::from_le_bytes, rest)?,
        [0xfe, 0xff, rest @ ..] => wide(u16::from_be_bytes, rest)?,
        [0xef, 0xbb, 0xbf, rest @ ..] | rest => match std::str::from_utf8(rest) {
            Ok(text) => text.to_owned(),
            // Older programs write Latin 1 in all but name: one byte stands for itself.
            Err(_) => rest.iter().map(|&b| char::from(b)).collect(),
        },
    };
    let text = text.trim_end_matches('\0');
    match text.find('\0') {
        Some(at) => Err(format!("a hole of zeros at byte {at}")),
        None if text.trim().is_empty() => Err("there is no text in it".to_owned()),
        None => Ok(text.to_owned()),
    }
}

#[cfg(test)]
mod tests;
