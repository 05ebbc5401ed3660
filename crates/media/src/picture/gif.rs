//! GIF: gray of the first frame on its canvas, digest of every block but comments and foreign extensions.
//!
//! Absent on purpose: later frames as pictures (they are in the digest).

use std::io::Cursor;

use gif::{ColorOutput, DecodeOptions, MemoryLimit};
use lightproof_model::probe::Dimensions;

use super::{
    Limits, Look, NoGray,
    digest::{ImageHasher, without_padding},
    gray::{Reduced, Shrinker, gray_of},
    guarded,
};

/// Looks at a GIF.
pub(super) fn look(bytes: &[u8], limits: &Limits) -> Look {
    let dimensions = bytes.get(6..10).map(|s| Dimensions {
        width: u32::from(u16::from_le_bytes([s[0], s[1]])),
        height: u32::from(u16::from_le_bytes([s[2], s[3]])),
    });
    let mut hasher = ImageHasher::new("gif");
    let mut faults = Vec::new();
    if blocks(bytes, &mut hasher).is_none() {
        faults.push("missing trailer".to_owned());
    }
    let (gray, share) = match guarded(|| Some(decode(bytes, limits))) {
        Some(Ok(gray)) => (gray, 1.0),
        Some(Err(fault)) => {
            faults.push(fault);
            (Err(NoGray::default()), 0.0)
        }
        None => {
            faults.push("the decoder gave up".to_owned());
            (Err(NoGray::default()), 0.0)
        }
    };
    Look { dimensions, digest: hasher.finish(), gray, faults, share, ..Look::default() }
}

fn decode(bytes: &[u8], limits: &Limits) -> Result<Result<Reduced, NoGray>, String> {
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::RGBA);
    if let Some(limit) = std::num::NonZeroU64::new(limits.decoded_bytes) {
        options.set_memory_limit(MemoryLimit::Bytes(limit));
    }
    let mut decoder = options.read_info(Cursor::new(bytes)).map_err(|e| e.to_string())?;
    let (width, height) = (usize::from(decoder.width()), usize::from(decoder.height()));
    if (width * height) as u64 > limits.decoded_bytes {
        return Ok(Err(NoGray::new("too many pixels for a decode")));
    }
    let frame = decoder.read_next_frame().map_err(|e| e.to_string())?.ok_or("no frame")?;
    let (left, top) = (usize::from(frame.left), usize::from(frame.top));
    let across = usize::from(frame.width).max(1);
    let mut rows = frame.buffer.chunks_exact(across * 4);
    let mut shrinker = Shrinker::new(width as u32, height as u32);
    for y in 0..height {
        let row = if y >= top { rows.next() } else { None }.unwrap_or_default();
        let inside = row.chunks_exact(4).map(gray_of);
        let before = std::iter::repeat_n(255.0, left);
        shrinker.row(before.chain(inside).chain(std::iter::repeat(255.0)).take(width));
    }
    Ok(shrinker.finish().ok_or_else(NoGray::default))
}

/// Feeds the blocks (GIF89a, appendix A); nothing when there is no trailer.
fn blocks(bytes: &[u8], hasher: &mut ImageHasher) -> Option<()> {
    let screen = bytes.get(6..13)?;
    hasher.part("screen", screen);
    let mut at = 13;
    let table = |flags: u8| if flags & 0x80 != 0 { 3usize << ((flags & 7) + 1) } else { 0 };
    let colours = table(screen[4]);
    hasher.part("colours", bytes.get(at..at + colours)?);
    at += colours;
    loop {
        match *bytes.get(at)? {
            0x2c => {
                let descriptor = bytes.get(at + 1..at + 10)?;
                let colours = table(descriptor[8]);
                let head = at + 10 + colours + 1;
                hasher.part("frame", bytes.get(at + 1..head)?);
                at = head;
                let from = at;
                let whole = skip_sub_blocks(bytes, &mut at);
                hasher.data("pixels", &bytes[from..at.min(bytes.len())]);
                whole?;
            }
            0x21 => {
                let label = *bytes.get(at + 1)?;
                let from = at + 2;
                at = from;
                let whole = skip_sub_blocks(bytes, &mut at);
                let content = bytes.get(from..at.min(bytes.len()))?;
                let looping = |name: &[u8]| content.get(1..12) == Some(name);
                let needed = match label {
                    0x01 | 0xf9 => true,
                    0xff => looping(b"NETSCAPE2.0") || looping(b"ANIMEXTS1.0"),
                    _ => false,
                };
                if needed {
                    hasher.part("extension", &[&[label], content].concat());
                }
                whole?;
            }
            0x3b => {
                hasher.part("behind the end", without_padding(&bytes[at + 1..]));
                return Some(());
            }
            // Padding between blocks, as some writers leave it.
            0 => at += 1,
            _ => return None,
        }
    }
}

/// Goes behind a chain of sub-blocks; nothing when it is cut.
fn skip_sub_blocks(bytes: &[u8], at: &mut usize) -> Option<()> {
    loop {
        let size = usize::from(*bytes.get(*at)?);
        *at += size + 1;
        if size == 0 {
            return Some(());
        }
    }
}
