//! WebP: gray of the picture or the first frame, digest of the chunks that hold image data.
//!
//! Integrity: the lengths of all chunks, and the pixels of all frames that a budget allows.
//! Absent on purpose: decoding row by row; the pixels are held once, within the limit.

use std::io::Cursor;

use image_webp::WebPDecoder;
use lightproof_model::{digest::ImageDigest, probe::Dimensions};

mod chunks;

use super::{
    Limits, Look, NoGray,
    digest::{ImageHasher, without_padding},
    gray::{Reduced, Shrinker},
    guarded,
    rows::{Rows, Tone},
    too_large, trailing,
};

/// Looks at a WebP.
pub(super) fn look(bytes: &[u8], limits: &Limits) -> Look {
    let declared = bytes.get(4..8).map_or(0, |n| u64::from(u32::from_le_bytes([n[0], n[1], n[2], n[3]])) + 8);
    let mut look = Look { digest: digest(bytes, declared), ..Look::default() };
    if declared > bytes.len() as u64 {
        look.faults.push(format!("truncated: {} of {declared} bytes are there", bytes.len()));
    }
    look.faults.extend(chunks::faults(bytes, declared));
    let end = usize::try_from(declared.next_multiple_of(2)).unwrap_or(usize::MAX).min(bytes.len());
    look.notes.extend(trailing(&bytes[end..]));
    let decoded = guarded(|| Some(decode(bytes, limits)));
    if let Some(Ok((_, Ok(_)))) = decoded {
        look.faults.extend(guarded(|| later_fault(bytes, limits)));
    }
    match decoded {
        Some(Ok((dimensions, gray))) => {
            look.share = if gray.as_ref().is_err_and(|why| *why == NoGray::default()) { 0.0 } else { 1.0 };
            (look.dimensions, look.gray) = (Some(dimensions), gray);
        }
        Some(Err(fault)) => look.faults.push(fault),
        None => look.faults.push("the decoder gave up".to_owned()),
    }
    look
}

fn decode(bytes: &[u8], limits: &Limits) -> Result<(Dimensions, Result<Reduced, NoGray>), String> {
    let Decoded { dimensions, rows, .. } = pixels(bytes, limits, |width, height| Ok(Shrinker::new(width, height)))?;
    Ok((dimensions, rows.and_then(|rows| rows.finish().ok_or_else(NoGray::default))))
}

/// What decoding gave.
pub(crate) struct Decoded<R> {
    dimensions: Dimensions,
    pub(crate) rows: Result<R, NoGray>,
    pub(crate) profile: Option<Vec<u8>>,
}

/// Decodes the picture, or the first frame, into rows, for which `begin` is told width and height.
pub(crate) fn pixels<R: Rows>(
    bytes: &[u8],
    limits: &Limits,
    begin: impl FnOnce(u32, u32) -> Result<R, NoGray>,
) -> Result<Decoded<R>, String> {
    let mut decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(|e| e.to_string())?;
    let (width, height) = decoder.dimensions();
    let dimensions = Dimensions { width, height };
    let channels = if decoder.has_alpha() { 4 } else { 3 };
    // The decoder's own planes come on top of the pixels.
    let half = usize::try_from(limits.decoded_bytes / 2).unwrap_or(usize::MAX);
    decoder.set_memory_limit(half);
    let Some(size) = decoder.output_buffer_size().filter(|&n| n <= half) else {
        let why = too_large(decoder.output_buffer_size().unwrap_or(usize::MAX) as u64 * 2, limits);
        return Ok(Decoded { dimensions, rows: Err(why), profile: None });
    };
    let mut out = match begin(width, height) {
        Ok(out) => out,
        Err(why) => return Ok(Decoded { dimensions, rows: Err(why), profile: None }),
    };
    let mut pixels = vec![0; size];
    decoder.read_image(&mut pixels).map_err(|e| e.to_string())?;
    for row in pixels.chunks_exact((width as usize * channels).max(1)) {
        out.row(row.chunks_exact(channels).map(R::Tone::of));
    }
    Ok(Decoded { dimensions, rows: Ok(out), profile: decoder.icc_profile().ok().flatten() })
}

/// Decodes the frames of an animation behind the first, as far as the budget goes.
fn later_fault(bytes: &[u8], limits: &Limits) -> Option<String> {
    let mut decoder = WebPDecoder::new(Cursor::new(bytes)).ok()?;
    decoder.set_memory_limit(usize::try_from(limits.decoded_bytes / 2).unwrap_or(usize::MAX));
    let size = decoder.output_buffer_size().filter(|_| decoder.is_animated())?;
    let mut pixels = vec![0; size];
    let within = limits.decoded_bytes / (size as u64).max(1);
    for number in 1..=decoder.num_frames().min(u32::try_from(within).unwrap_or(u32::MAX)) {
        if let Err(why) = decoder.read_frame(&mut pixels) {
            return Some(format!("frame {number}: {why}"));
        }
    }
    None
}

fn digest(bytes: &[u8], declared: u64) -> Option<ImageDigest> {
    let mut hasher = ImageHasher::new("webp");
    let end = usize::try_from(declared).unwrap_or(usize::MAX).min(bytes.len());
    let mut rest = bytes.get(12..end).unwrap_or_default();
    let mut canvas = None;
    while let Some((head, behind)) = rest.split_first_chunk::<8>() {
        let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
        let payload = &behind[..length.min(behind.len())];
        match &head[..4] {
            b"VP8X" => canvas = payload.get(4..10),
            b"ANIM" => {
                // The canvas matters to frames only; a single picture states its own size.
                hasher.part("canvas", canvas.unwrap_or_default());
                hasher.part("ANIM", payload);
            }
            b"VP8 " | b"VP8L" | b"ALPH" | b"ANMF" => hasher.data(&String::from_utf8_lossy(&head[..4]), payload),
            _ => {}
        }
        rest = behind.get(length.saturating_add(length % 2)..).unwrap_or_default();
    }
    hasher.part("behind the end", without_padding(&bytes[end..]));
    hasher.finish()
}
