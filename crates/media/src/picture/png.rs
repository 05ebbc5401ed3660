//! PNG: gray row by row, integrity by checksums, digest of the chunks that decoding needs.
//!
//! Absent on purpose: later frames of an animated PNG (they are in the digest), and colour management.

use std::io::Cursor;

use lightproof_model::probe::Dimensions;
use png::{BitDepth, ColorType, Decoder, Transformations};

use super::{
    Limits, Look, NoGray,
    digest::{ImageHasher, without_padding},
    gray::{Reduced, Shrinker, gray_of},
    guarded,
};

/// The eight bytes that every PNG begins with.
const SIGNATURE: usize = 8;

/// Looks at a PNG.
pub(super) fn look(bytes: &[u8], limits: &Limits) -> Look {
    let chunks = Chunks { bytes, at: SIGNATURE };
    let dimensions = chunks.clone().find(|c| c.kind == *b"IHDR").and_then(|c| {
        let (size, _) = c.payload.split_first_chunk::<8>()?;
        let number = |at: usize| u32::from_be_bytes([size[at], size[at + 1], size[at + 2], size[at + 3]]);
        Some(Dimensions { width: number(0), height: number(4) })
    });
    let mut faults = Vec::new();
    if !chunks.clone().any(|c| c.kind == *b"IEND") {
        faults.push("missing end chunk".to_owned());
    }
    let decoded = guarded(|| Some(decode(bytes, limits))).unwrap_or_else(|| Err("the decoder gave up".to_owned()));
    let (gray, share) = match decoded {
        Ok(Decoded { gray, share, fault }) => {
            faults.extend(fault);
            (gray, share)
        }
        Err(fault) => {
            faults.push(fault);
            (Err(NoGray::default()), 0.0)
        }
    };
    Look { dimensions, digest: digest(chunks, bytes), gray, faults, share, ..Look::default() }
}

struct Decoded {
    gray: Result<Reduced, NoGray>,
    share: f32,
    fault: Option<String>,
}

fn decode(bytes: &[u8], limits: &Limits) -> Result<Decoded, String> {
    let bound = png::Limits { bytes: usize::try_from(limits.decoded_bytes).unwrap_or(usize::MAX) };
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), bound);
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let mut reader = decoder.read_info().map_err(|e| e.to_string())?;
    let (width, height) = (reader.info().width, reader.info().height);
    let channels = match reader.output_color_type() {
        (ColorType::Grayscale, BitDepth::Eight) => 1,
        (ColorType::GrayscaleAlpha, BitDepth::Eight) => 2,
        (ColorType::Rgb, BitDepth::Eight) => 3,
        (ColorType::Rgba, BitDepth::Eight) => 4,
        other => return Err(format!("unexpected samples {other:?}")),
    };
    if u64::from(width) * u64::from(height) > limits.decoded_bytes {
        return Ok(Decoded { gray: Err(NoGray::new("too many pixels for a decode")), share: 1.0, fault: None });
    }
    let mut shrinker = Shrinker::new(width, height);
    let (mut rows, mut fault) = (0u32, None);
    if reader.info().interlaced {
        // The rows of an interlaced picture come seven times: it must be held whole.
        let size = reader.output_buffer_size().filter(|&n| n as u64 <= limits.decoded_bytes);
        let Some(size) = size else {
            return Ok(Decoded { gray: Err(NoGray::new("an interlaced picture above the limit")), share: 1.0, fault: None });
        };
        let mut pixels = vec![0; size];
        match reader.next_frame(&mut pixels) {
            Ok(_) => rows = height,
            Err(e) => fault = Some(e.to_string()),
        }
        for row in pixels.chunks_exact((width as usize * channels).max(1)) {
            shrinker.row(row.chunks_exact(channels).map(gray_of));
        }
    } else {
        while rows < height {
            match reader.next_row() {
                Ok(Some(row)) => shrinker.row(row.data().chunks_exact(channels).map(gray_of)),
                Ok(None) => break,
                Err(e) => {
                    fault = Some(e.to_string());
                    break;
                }
            }
            rows += 1;
        }
    }
    if fault.is_none() {
        fault = reader.finish().err().map(|e| e.to_string());
    }
    let share = rows as f32 / height.max(1) as f32;
    for _ in rows..height {
        shrinker.row(std::iter::repeat_n(255.0, width as usize));
    }
    Ok(Decoded { gray: shrinker.finish().ok_or_else(NoGray::default), share, fault })
}

fn digest(chunks: Chunks, bytes: &[u8]) -> Option<lightproof_model::digest::ImageDigest> {
    let mut hasher = ImageHasher::new("png");
    let named = |kind: &'static [u8; 4]| chunks.clone().filter(move |c| c.kind == *kind);
    for kind in [b"IHDR", b"PLTE", b"tRNS", b"acTL"] {
        named(kind).for_each(|c| hasher.part(&String::from_utf8_lossy(kind), c.payload));
    }
    // How the stream is cut into chunks is no image data.
    hasher.pieces("IDAT", named(b"IDAT").map(|c| c.payload));
    for chunk in chunks.clone().filter(|c| matches!(&c.kind, b"fcTL" | b"fdAT")) {
        // Their sequence numbers come first; the order is the file's.
        hasher.data("frame", chunk.payload);
    }
    let end = named(b"IEND").next().map_or(bytes.len(), |c| c.end);
    hasher.part("behind the end", without_padding(bytes.get(end..).unwrap_or_default()));
    hasher.finish()
}

/// One chunk (PNG, third edition, 5.3), cut to what is there.
struct Chunk<'a> {
    kind: [u8; 4],
    payload: &'a [u8],
    end: usize,
}

/// Goes through the chunks up to `IEND`.
#[derive(Clone)]
struct Chunks<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Iterator for Chunks<'a> {
    type Item = Chunk<'a>;

    fn next(&mut self) -> Option<Chunk<'a>> {
        let rest = self.bytes.get(self.at..)?;
        let (head, rest) = rest.split_first_chunk::<8>()?;
        let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
        let kind = [head[4], head[5], head[6], head[7]];
        let payload = &rest[..length.min(rest.len())];
        let end = self.at.saturating_add(12).saturating_add(length).min(self.bytes.len());
        self.at = if kind == *b"IEND" { usize::MAX } else { end };
        Some(Chunk { kind, payload, end })
    }
}
