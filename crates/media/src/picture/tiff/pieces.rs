//! One strip or tile, decompressed to exactly the bytes that its rows take.
//!
//! Too little is damage, and so is a stream that breaks its own rules or its checksum (deflate). Absent on purpose: old
//! JPEG (compression 6), whose layout every writer chose for itself, and codings without a decoder here.

use std::borrow::Cow;

use fax::decoder::{DecodeStatus, Group3Decoder, Group4Decoder};
use weezl::{BitOrder, LzwStatus, decode::Decoder};
use zune_core::{bytestream::ZCursor, options::DecoderOptions};
use zune_jpeg::JpegDecoder;

use super::layout::Layout;
use crate::picture::{guarded, jpeg};

/// Why a piece has no bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NoPiece {
    Broken(String),
    Unknown(String),
}

/// The bytes of a piece of so many rows.
pub(super) fn decode<'a>(data: &'a [u8], layout: &Layout, rows: u32) -> Result<Cow<'a, [u8]>, NoPiece> {
    let size = usize::try_from(layout.decoded_bytes(rows)).unwrap_or(usize::MAX);
    let data = if layout.low_bits_first && layout.compression != 7 {
        Cow::Owned(data.iter().map(|b| b.reverse_bits()).collect())
    } else {
        Cow::Borrowed(data)
    };
    let mut out = match layout.compression {
        1 => data,
        5 => Cow::Owned(lzw(&data, size)),
        7 => Cow::Owned(jpeg_pixels(&data, layout, rows)?),
        8 | 32946 => Cow::Owned(deflate(&data, size)?),
        32773 => Cow::Owned(pack_bits(&data, size)),
        3 | 4 => Cow::Owned(fax_rows(&data, layout, rows)?),
        6 => return Err(NoPiece::Unknown("JPEG as TIFF 6.0 first had it".to_owned())),
        other => return Err(NoPiece::Unknown(format!("compression {other}"))),
    };
    if out.len() < size {
        return Err(NoPiece::Broken(format!("{} of {size} bytes are there", out.len())));
    }
    match &mut out {
        Cow::Borrowed(bytes) => *bytes = &bytes[..size],
        Cow::Owned(bytes) => bytes.truncate(size),
    }
    Ok(out)
}

/// LZW, also as it was written before TIFF 6.0: bits from the lower end, codes that grow one later.
fn lzw(data: &[u8], size: usize) -> Vec<u8> {
    let old = data.first() == Some(&0) && data.get(1).is_some_and(|b| b & 1 == 1);
    let mut decoder = if old { Decoder::new(BitOrder::Lsb, 8) } else { Decoder::with_tiff_size_switch(BitOrder::Msb, 8) };
    let (mut out, mut taken, mut made) = (vec![0; size], 0, 0);
    while made < size {
        let step = decoder.decode_bytes(&data[taken..], &mut out[made..]);
        (taken, made) = (taken + step.consumed_in, made + step.consumed_out);
        if !matches!(step.status, Ok(LzwStatus::Ok)) || (step.consumed_in, step.consumed_out) == (0, 0) {
            break;
        }
    }
    out.truncate(made);
    out
}

fn deflate(data: &[u8], size: usize) -> Result<Vec<u8>, NoPiece> {
    use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_zlib_with_limit};
    match decompress_to_vec_zlib_with_limit(data, size.saturating_add(64)) {
        Ok(out) => Ok(out),
        // More than is needed is no matter.
        Err(stopped) if stopped.status == TINFLStatus::HasMoreOutput && stopped.output.len() >= size => Ok(stopped.output),
        Err(stopped) => Err(NoPiece::Broken(match stopped.status {
            TINFLStatus::Adler32Mismatch => "bad checksum".to_owned(),
            _ => format!("its stream breaks off at byte {} of {size}", stopped.output.len()),
        })),
    }
}

fn pack_bits(data: &[u8], size: usize) -> Vec<u8> {
    let (mut out, mut rest) = (Vec::with_capacity(size), data);
    while let (Some((&head, behind)), true) = (rest.split_first(), out.len() < size) {
        rest = match head as i8 {
            -128 => behind,
            count @ 0.. => {
                let (bytes, after) = behind.split_at((count as usize + 1).min(behind.len()));
                out.extend_from_slice(bytes);
                after
            }
            count => {
                let Some((&byte, after)) = behind.split_first() else { break };
                out.extend(std::iter::repeat_n(byte, usize::from(count.unsigned_abs()) + 1));
                after
            }
        };
    }
    out
}

/// The samples of a JPEG piece, as they are stored: YCbCr stays YCbCr.
fn jpeg_pixels(data: &[u8], layout: &Layout, rows: u32) -> Result<Vec<u8>, NoPiece> {
    let tables = layout.jpeg_tables.strip_suffix(&[0xff, 0xd9]).unwrap_or(&layout.jpeg_tables);
    let whole =
        if tables.is_empty() { data.to_vec() } else { [tables, data.strip_prefix(&[0xff, 0xd8]).unwrap_or(data)].concat() };
    if let Some(fault) = jpeg::fault(&whole) {
        return Err(NoPiece::Broken(fault));
    }
    let decoded = guarded(|| {
        let options = DecoderOptions::default().set_strict_mode(false).set_max_width(1 << 16).set_max_height(1 << 16);
        let mut decoder = JpegDecoder::new_with_options(ZCursor::new(&whole[..]), options);
        decoder.decode_headers().ok()?;
        let (width, height) = decoder.dimensions()?;
        let stored = decoder.input_colorspace()?;
        let fits =
            width == layout.piece.0 as usize && height <= layout.piece.1 as usize && stored.num_components() == layout.samples;
        if !fits {
            return None;
        }
        decoder.set_options(options.jpeg_set_out_colorspace(stored));
        let mut pixels = decoder.decode().ok()?;
        // The last strip of a picture may be coded with fewer rows than the others.
        pixels.resize(pixels.len().max(width * layout.samples * rows as usize), 0);
        Some(pixels)
    });
    decoded.ok_or_else(|| NoPiece::Unknown("a JPEG of another size than its strip or tile".to_owned()))
}

/// Rows of CCITT group 3 (one-dimensional) or group 4, packed to bits: 1 for black.
fn fax_rows(data: &[u8], layout: &Layout, rows: u32) -> Result<Vec<u8>, NoPiece> {
    let width = u16::try_from(layout.piece.0).map_err(|_| NoPiece::Unknown("a fax of more than 65,535 columns".to_owned()))?;
    if layout.compression == 3 && layout.fax_options & 1 == 1 {
        return Err(NoPiece::Unknown("two-dimensional CCITT group 3".to_owned()));
    }
    // The decoder looks for the end-of-line code of eleven zeros that begins each row (T.4, 4.1.2); some writers leave it out.
    if layout.compression == 3 && !matches!(data, [0, second, ..] if second >> 5 == 0) {
        return Err(NoPiece::Unknown("CCITT group 3 without end-of-line codes".to_owned()));
    }
    let row_bytes = usize::from(width).div_ceil(8);
    let packed = |changes: &[u16], out: &mut Vec<u8>| {
        let from = out.len();
        out.resize(from + row_bytes, 0);
        let mut edges = changes.iter().copied();
        while let Some(start) = edges.next() {
            let end = edges.next().unwrap_or(width).min(width);
            for x in start.min(width)..end {
                out[from + usize::from(x / 8)] |= 0x80 >> (x % 8);
            }
        }
    };
    let decoded = guarded(|| {
        let bytes = data.iter().map(|&b| Ok::<u8, std::convert::Infallible>(b));
        let mut out = Vec::new();
        if layout.compression == 4 {
            let mut decoder = Group4Decoder::new(bytes, width).ok()?;
            for _ in 0..rows {
                match decoder.advance() {
                    Ok(DecodeStatus::Incomplete) => packed(decoder.transition(), &mut out),
                    // Some writers leave out white rows before the end mark; a cut has no end mark.
                    Ok(DecodeStatus::End) => {
                        out.resize(row_bytes * rows as usize, 0);
                        break;
                    }
                    Err(_) => break,
                }
            }
        } else {
            let mut decoder = Group3Decoder::new(bytes).ok()?;
            for _ in 0..rows {
                let status = decoder.advance();
                packed(decoder.transitions(), &mut out);
                if !matches!(status, Ok(DecodeStatus::Incomplete)) {
                    break;
                }
            }
        }
        Some(out)
    });
    decoded.ok_or_else(|| NoPiece::Broken("its codes cannot be read".to_owned()))
}
