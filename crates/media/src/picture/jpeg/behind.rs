//! What follows a JPEG's end marker: further pictures, motion videos, makers' trailers, padding, or bytes of no known kind.
//!
//! What is known is no damage; what is cut short is. Bytes of no known kind harm no picture: cameras leave such, and they
//! are told as trailing data. Absent on purpose: what the trailers mean, and the pixels of further pictures.

use super::declared::Declared;
use crate::picture::{digest::without_padding, thousands};

mod footers;
mod motion;

/// Parts that are looked at; more are told as trailing data.
const MOST_PARTS: usize = 64;

/// What was found behind the end.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Behind {
    /// What is damaged there.
    pub(super) faults: Vec<String>,
    /// What is worth telling, and no damage.
    pub(super) notes: Vec<String>,
}

/// How a further picture's walk went.
pub(super) struct Further {
    /// Where it ends; nothing when its end marker is missing.
    pub(super) end: Option<usize>,
    /// It has a frame and a scan.
    pub(super) shows: bool,
    /// What is damaged in it.
    pub(super) fault: Option<String>,
}

/// Looks at all that follows the end marker. `walk` goes through a JPEG at the front of the bytes given to it.
pub(super) fn look(tail: &[u8], declared: &Declared, walk: impl Fn(&[u8]) -> Further) -> Behind {
    let mut behind = Behind::default();
    if padding(tail) == tail.len() {
        if declared.bytes() > 0 {
            // Editors that rewrite the picture alone keep the index: a cut would not end at the end marker of all places.
            behind.notes.push(format!("declared behind the end and not there: {}", declared.words()));
        }
        return behind;
    }
    let (end, known) = footers::peel(tail);
    behind.faults.extend(known.faults);
    let (mut at, mut whole, mut samsung) = (0, 0usize, false);
    for _ in 0..MOST_PARTS {
        let rest = tail.get(at..end).unwrap_or_default();
        let pad = padding(rest);
        if pad == rest.len() {
            at = end;
            break;
        }
        // What begins with a number begins with zeros that look like padding.
        let begins = |part: fn(&[u8]) -> bool| (pad.saturating_sub(3)..=pad).find(|&from| part(&rest[from..]));
        if let Some(from) = begins(|bytes| footers::samsung_block(bytes).is_some()) {
            samsung = true;
            at += from + footers::samsung_block(&rest[from..]).unwrap_or(1);
        } else if let Some(from) = begins(|bytes| bytes.get(4..8) == Some(b"ftyp")) {
            let video = motion::video(&rest[from..]);
            at += from + video.end.max(8);
            behind.faults.extend(video.fault);
        } else if rest[pad..].starts_with(&[0xff, 0xd8, 0xff]) {
            let further = walk(&rest[pad..]);
            whole += usize::from(further.shows);
            let which = format!("picture {} in it", whole + usize::from(!further.shows) + 1);
            let Some(length) = further.end else {
                behind.faults.push(format!("truncated: {which} has no end"));
                at = end;
                break;
            };
            behind.faults.extend(further.fault.map(|fault| format!("{which}: {fault}")));
            at += pad + length;
        } else if samsung {
            // The data of a block whose directory is not there to tell its length.
            at = end;
        } else {
            break;
        }
    }
    if samsung {
        behind.faults.push("truncated: a Samsung trailer has no end".to_owned());
    }
    let unknown = without_padding(tail.get(at..end).unwrap_or_default()).len();
    let there = tail.len() as u64;
    let pictures = declared.pictures.iter().sum::<u64>() <= there || whole >= declared.pictures.len();
    let container = declared.container.max(declared.motion);
    if (container > there || !pictures) && unknown == 0 && behind.faults.is_empty() {
        // All that is there is whole: what is missing was left out and not cut off.
        behind.notes.push(format!("declared behind the end and not all there: {}", declared.words()));
    } else if container > there || !pictures {
        behind.faults.push(format!("truncated: {there} of {} bytes declared behind the picture are there", declared.bytes()));
    } else if unknown > 0 && container < (at + unknown) as u64 && !footers::known_front(&tail[at..end]) {
        behind.notes.push(format!("{} bytes of an unknown kind behind the end", thousands(unknown)));
    }
    behind
}

/// How many bytes of zeros or fill bytes come first; the first byte of a marker is no fill byte.
fn padding(bytes: &[u8]) -> usize {
    let other = bytes.iter().position(|&b| b != 0 && b != 0xff).unwrap_or(bytes.len());
    let marker = other > 0 && other < bytes.len() && bytes[other - 1] == 0xff && bytes[other] == 0xd8;
    if marker { other - 1 } else { other }
}

#[cfg(test)]
mod tests;
