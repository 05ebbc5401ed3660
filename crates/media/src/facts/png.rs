//! PNG: the header, the `eXIf` chunk, and EXIF in text chunks (PNG 3rd edition; ImageMagick's raw profiles).
//!
//! Text may stand behind the image data, so all chunk headers are visited, but only metadata is read.
//! Absent on purpose: checksums; `picture` judges integrity.

use lightproof_model::{probe::Dimensions, read_at::ReadAt};
use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;

use super::{
    gather::{Gather, payload},
    pages::Pages,
    text_profile,
};
use crate::isobmff::read;

/// Chunks visited.
const MAX_CHUNKS: usize = 1 << 18;
/// Bytes of one metadata chunk, and of what it unpacks to.
const MAX_CHUNK: u64 = 4 << 20;
const MAX_UNPACKED: usize = 8 << 20;

/// Reads the chunks of a PNG (and of its relatives MNG and JNG not).
pub fn read_png(bytes: &Pages, gather: &mut Gather) {
    let mut at = 8;
    for _ in 0..MAX_CHUNKS {
        let mut head = [0; 8];
        if !bytes.peek(at, &mut head) {
            break;
        }
        let len = u64::from(u32::from_be_bytes([head[0], head[1], head[2], head[3]]));
        let data = at + 8..at + 8 + len;
        match &head[4..] {
            b"IHDR" => gather.dimensions = header(bytes, data.start),
            b"eXIf" | b"exIf" => {
                if let Some(block) = read(bytes, data.clone(), MAX_CHUNK) {
                    payload(gather, &block);
                } else {
                    gather.damaged("an EXIF chunk is cut");
                }
            }
            b"tEXt" | b"zTXt" | b"iTXt" => {
                if let Some(profile) = profile(bytes, &head[4..], data.start, len) {
                    payload(gather, &profile);
                }
            }
            b"IEND" => break,
            _ => {}
        }
        at = data.end + 4;
    }
}

fn header(bytes: &dyn ReadAt, at: u64) -> Option<Dimensions> {
    let b = read(bytes, at..at + 8, 8)?;
    let side = |i: usize| u32::from_be_bytes([b[i], b[i + 1], b[i + 2], b[i + 3]]);
    Some(Dimensions { width: side(0), height: side(4) })
}

/// EXIF in a text chunk; nothing when the chunk holds other text.
fn profile(bytes: &dyn ReadAt, kind: &[u8], at: u64, len: u64) -> Option<Vec<u8>> {
    let keyword = read(bytes, at..at + len.min(80), 80)?;
    let keyword = &keyword[..keyword.iter().position(|&b| b == 0)?];
    if !text_profile::announces_exif(keyword) {
        return None;
    }
    let data = read(bytes, at..at + len, MAX_CHUNK)?;
    let rest = &data[keyword.len() + 1..];
    let unpack = |packed: &[u8]| decompress_to_vec_zlib_with_limit(packed, MAX_UNPACKED).ok();
    let text = match kind {
        b"tEXt" => rest.to_vec(),
        b"zTXt" => unpack(rest.get(1..)?)?,
        _ => {
            let packed = *rest.first()? == 1;
            // Language and translated keyword, each ended by a NUL.
            let text = rest.get(2..)?.splitn(3, |&b| b == 0).nth(2)?;
            if packed { unpack(text)? } else { text.to_vec() }
        }
    };
    text_profile::decode(&text)
}
