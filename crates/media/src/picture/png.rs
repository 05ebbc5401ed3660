//! PNG: gray row by row, integrity by checksums, digest of the chunks that decoding needs.
//!
//! Memory is a few rows, but for interlaced pictures, which come seven times and are held whole. What stands behind the
//! end is told and is no damage.
//! Absent on purpose: later frames of an animated PNG (they are in the digest), and colour management.

use std::io::Cursor;

use lightproof_model::probe::Dimensions;
use png::{BitDepth, ColorType, DecodeOptions, Decoder, Transformations};

pub(crate) mod chunks;

use self::chunks::Chunks;
use super::{
    Limits, Look, NoGray,
    digest::{ImageHasher, without_padding},
    gray::Shrinker,
    guarded,
    rows::{Rows, Tone},
    too_large, trailing,
};

/// Looks at a PNG.
pub(super) fn look(bytes: &[u8], limits: &Limits) -> Look {
    let chunks = Chunks::of(bytes);
    let dimensions = chunks.clone().find(|c| c.kind == *b"IHDR").and_then(|c| {
        let (size, _) = c.payload.split_first_chunk::<8>()?;
        let number = |at: usize| u32::from_be_bytes([size[at], size[at + 1], size[at + 2], size[at + 3]]);
        Some(Dimensions { width: number(0), height: number(4) })
    });
    let mut faults = chunks::faults(bytes);
    let begin = |width, height| Ok(Shrinker::new(width, height));
    let decoded = guarded(|| Some(decode(bytes, limits, begin))).unwrap_or_else(|| Err("the decoder gave up".to_owned()));
    let (gray, share) = match decoded {
        Ok(Decoded { rows, share, fault }) => {
            let gray = rows.and_then(|rows| rows.finish().ok_or_else(NoGray::default));
            faults.extend(fault);
            if share < 1.0 {
                faults.insert(0, format!("{:.0} % of the picture cannot be decoded", ((1.0 - share) * 100.0).ceil()));
            }
            (gray, share)
        }
        Err(fault) => {
            faults.push(fault);
            (Err(NoGray::default()), 0.0)
        }
    };
    let end = chunks.clone().find(|c| c.kind == *b"IEND").map_or(bytes.len(), |c| c.end);
    let notes = trailing(&bytes[end.min(bytes.len())..]).into_iter().collect();
    Look { dimensions, digest: digest(chunks, bytes), gray, faults, notes, share, ..Look::default() }
}

/// Pixels that are decoded row by row for each byte that a decode may take: it is time that they cost.
const MOST_PER_BYTE: u64 = 4;

/// What decoding gave.
pub(crate) struct Decoded<R> {
    pub(crate) rows: Result<R, NoGray>,
    /// Share of the rows that could be decoded; the others are white.
    pub(crate) share: f32,
    fault: Option<String>,
}

/// Decodes the picture into rows, for which `begin` is told width and height.
pub(crate) fn decode<R: Rows>(
    bytes: &[u8],
    limits: &Limits,
    begin: impl FnOnce(u32, u32) -> Result<R, NoGray>,
) -> Result<Decoded<R>, String> {
    let mut options = DecodeOptions::default();
    options.set_ignore_adler32(false);
    options.set_ignore_text_chunk(true);
    options.set_ignore_iccp_chunk(true);
    let mut decoder = Decoder::new_with_options(Cursor::new(bytes), options);
    decoder.set_limits(png::Limits { bytes: usize::try_from(limits.decoded_bytes).unwrap_or(usize::MAX) });
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    let mut reader = decoder.read_info().map_err(|e| e.to_string())?;
    let (width, height) = (reader.info().width, reader.info().height);
    let channels = match reader.output_color_type() {
        (ColorType::Grayscale, BitDepth::Eight) => 1,
        (ColorType::GrayscaleAlpha, BitDepth::Eight) => 2,
        (ColorType::Rgb, BitDepth::Eight) => 3,
        (ColorType::Rgba, BitDepth::Eight) => 4,
        other => return Err(format!("unexpected samples {other:?}")),
    };
    let pixels = u64::from(width) * u64::from(height);
    if pixels / MOST_PER_BYTE > limits.decoded_bytes {
        return Ok(Decoded { rows: Err(too_large(pixels, limits)), share: 1.0, fault: None });
    }
    let mut out = match begin(width, height) {
        Ok(out) => out,
        Err(why) => return Ok(Decoded { rows: Err(why), share: 1.0, fault: None }),
    };
    let (mut rows, mut fault) = (0u32, None);
    if reader.info().interlaced {
        // The rows of an interlaced picture come seven times: it must be held whole.
        let size = reader.output_buffer_size().filter(|&n| n as u64 <= limits.decoded_bytes);
        let Some(size) = size else {
            return Ok(Decoded { rows: Err(too_large(pixels * channels as u64, limits)), share: 1.0, fault: None });
        };
        let mut pixels = vec![0; size];
        match reader.next_frame(&mut pixels) {
            Ok(_) => rows = height,
            Err(e) => fault = Some(e.to_string()),
        }
        for row in pixels.chunks_exact((width as usize * channels).max(1)) {
            out.row(row.chunks_exact(channels).map(R::Tone::of));
        }
    } else {
        while rows < height {
            match reader.next_row() {
                Ok(Some(row)) => out.row(row.data().chunks_exact(channels).map(R::Tone::of)),
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
        out.row(std::iter::repeat_n(R::Tone::WHITE, width as usize));
    }
    Ok(Decoded { rows: Ok(out), share, fault })
}

/// The colour profile (`iCCP`), unpacked as far as one reaches that is worth it.
pub(crate) fn profile(bytes: &[u8]) -> Option<Vec<u8>> {
    let chunk = Chunks::of(bytes).take_while(|c| c.kind != *b"IDAT").find(|c| c.kind == *b"iCCP")?;
    let name = chunk.payload.iter().position(|&b| b == 0)?;
    // Behind the name's zero comes the one method there is.
    let packed = chunk.payload.get(name + 2..)?;
    miniz_oxide::inflate::decompress_to_vec_zlib_with_limit(packed, PROFILE).ok()
}

/// Bytes of a colour profile that are unpacked.
const PROFILE: usize = 1 << 20;

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
