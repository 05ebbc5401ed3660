//! GIF: gray of the first frame on its canvas, digest of every block but comments and foreign extensions.
//!
//! Integrity: the chain of blocks up to the trailer, and the pixels of all frames that a budget allows.
//! Absent on purpose: later frames as pictures (they are in the digest).

use std::io::Cursor;

use gif::{ColorOutput, DecodeOptions, MemoryLimit};
use lightproof_model::probe::Dimensions;

use super::{
    Limits, Look, NoGray,
    digest::{ImageHasher, without_padding},
    gray::{Reduced, Shrinker},
    guarded,
    rows::{Rows, Tone},
    too_large, trailing,
};

/// Looks at a GIF.
pub(super) fn look(bytes: &[u8], limits: &Limits) -> Look {
    let dimensions = bytes.get(6..10).map(|s| Dimensions {
        width: u32::from(u16::from_le_bytes([s[0], s[1]])),
        height: u32::from(u16::from_le_bytes([s[2], s[3]])),
    });
    let mut hasher = ImageHasher::new("gif");
    let mut walk = Blocks { bytes, at: 0, frames: 0 };
    let (mut faults, mut notes) = (Vec::new(), Vec::new());
    match walk.walk(&mut hasher) {
        Some(()) => notes.extend(trailing(&bytes[walk.at.min(bytes.len())..])),
        None if walk.at >= bytes.len() => faults.push(format!("truncated in frame {}: missing trailer", walk.frames.max(1))),
        None => faults.push(format!("no block at byte {}: missing trailer", walk.at)),
    }
    let (gray, share) = match guarded(|| Some(decode(bytes, limits))) {
        Some(Ok((gray, fault))) => {
            faults.extend(fault);
            (gray, 1.0)
        }
        Some(Err(fault)) => {
            faults.push(fault);
            (Err(NoGray::default()), 0.0)
        }
        None => {
            faults.push("the decoder gave up".to_owned());
            (Err(NoGray::default()), 0.0)
        }
    };
    Look { dimensions, digest: hasher.finish(), gray, faults, notes, share, ..Look::default() }
}

/// Pixels of later frames that are decoded for their integrity, for each byte that a decode may take.
const LATER_SHARE: u64 = 4;

/// The gray of the first frame, and what is wrong with later ones.
fn decode(bytes: &[u8], limits: &Limits) -> Result<(Result<Reduced, NoGray>, Option<String>), String> {
    match first_frame(bytes, limits, |width, height| Ok(Shrinker::new(width, height)))? {
        Ok(shrinker) => Ok((shrinker.finish().ok_or_else(NoGray::default), later_fault(bytes, limits))),
        Err(why) => Ok((Err(why), None)),
    }
}

/// Decodes the first frame, on its canvas, into rows, for which `begin` is told width and height.
pub(crate) fn first_frame<R: Rows>(
    bytes: &[u8],
    limits: &Limits,
    begin: impl FnOnce(u32, u32) -> Result<R, NoGray>,
) -> Result<Result<R, NoGray>, String> {
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::RGBA);
    if let Some(limit) = std::num::NonZeroU64::new(limits.decoded_bytes) {
        options.set_memory_limit(MemoryLimit::Bytes(limit));
    }
    let mut decoder = options.read_info(Cursor::new(bytes)).map_err(|e| e.to_string())?;
    let (width, height) = (usize::from(decoder.width()), usize::from(decoder.height()));
    if (width * height) as u64 > limits.decoded_bytes {
        return Ok(Err(too_large((width * height) as u64 * 4, limits)));
    }
    let frame = decoder.read_next_frame().map_err(|e| e.to_string())?.ok_or("no frame")?;
    let (left, top) = (usize::from(frame.left), usize::from(frame.top));
    let across = usize::from(frame.width).max(1);
    let mut rows = frame.buffer.chunks_exact(across * 4);
    let mut out = match begin(width as u32, height as u32) {
        Ok(out) => out,
        Err(why) => return Ok(Err(why)),
    };
    for y in 0..height {
        let row = if y >= top { rows.next() } else { None }.unwrap_or_default();
        let inside = row.chunks_exact(4).map(R::Tone::of);
        let before = std::iter::repeat_n(R::Tone::WHITE, left);
        out.row(before.chain(inside).chain(std::iter::repeat(R::Tone::WHITE)).take(width));
    }
    Ok(Ok(out))
}

/// Decodes the frames behind the first, as far as the budget goes.
fn later_fault(bytes: &[u8], limits: &Limits) -> Option<String> {
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::Indexed);
    let limit = std::num::NonZeroU64::new(limits.decoded_bytes)?;
    options.set_memory_limit(MemoryLimit::Bytes(limit));
    let mut decoder = options.read_info(Cursor::new(bytes)).ok()?;
    let mut budget = limits.decoded_bytes / LATER_SHARE;
    for number in 1u32.. {
        match decoder.read_next_frame() {
            Ok(Some(frame)) => budget = budget.checked_sub(frame.buffer.len().max(1024) as u64)?,
            Ok(None) => return None,
            Err(e) if number > 1 => return Some(format!("frame {number}: {e}")),
            Err(_) => return None,
        }
    }
    None
}

/// The blocks of a GIF (GIF89a, appendix A) on the way to its trailer.
struct Blocks<'a> {
    bytes: &'a [u8],
    /// The block that is looked at; at or behind the end when it is cut.
    at: usize,
    frames: usize,
}

impl Blocks<'_> {
    /// Feeds the blocks; nothing when there is no trailer, and then `at` is where it went wrong.
    fn walk(&mut self, hasher: &mut ImageHasher) -> Option<()> {
        let bytes = self.bytes;
        self.at = bytes.len();
        let screen = bytes.get(6..13)?;
        hasher.part("screen", screen);
        let table = |flags: u8| if flags & 0x80 != 0 { 3usize << ((flags & 7) + 1) } else { 0 };
        let colours = table(screen[4]);
        hasher.part("colours", bytes.get(13..13 + colours)?);
        self.at = 13 + colours;
        loop {
            match *bytes.get(self.at)? {
                0x2c => {
                    self.frames += 1;
                    let at = std::mem::replace(&mut self.at, bytes.len());
                    let descriptor = bytes.get(at + 1..at + 10)?;
                    let head = at + 10 + table(descriptor[8]) + 1;
                    hasher.part("frame", bytes.get(at + 1..head)?);
                    self.at = head;
                    let whole = self.skip_sub_blocks();
                    hasher.data("pixels", &bytes[head..self.at.min(bytes.len())]);
                    whole?;
                }
                0x21 => {
                    let from = self.at + 2;
                    let label = *bytes.get(self.at + 1)?;
                    self.at = from;
                    let whole = self.skip_sub_blocks();
                    let content = bytes.get(from..self.at.min(bytes.len())).unwrap_or_default();
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
                    self.at += 1;
                    hasher.part("behind the end", without_padding(&bytes[self.at..]));
                    return Some(());
                }
                // Padding between blocks, as some writers leave it.
                0 => self.at += 1,
                _ => return None,
            }
        }
    }

    /// Goes behind a chain of sub-blocks; nothing when it is cut.
    fn skip_sub_blocks(&mut self) -> Option<()> {
        loop {
            let size = usize::from(*self.bytes.get(self.at)?);
            self.at += size + 1;
            if size == 0 {
                return Some(());
            }
        }
    }
}
