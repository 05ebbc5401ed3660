//! PNG: the header, the `eXIf` chunk, and EXIF in text chunks (PNG 3rd edition; ImageMagick's raw profiles).
//!
//! Text may stand behind the image data, so that is hopped over from header to header, and in leaps where its chunks are of one length.
//! Absent on purpose: checksums; `picture` judges integrity.

use lightproof_model::{probe::Dimensions, read_at::ReadAt};
use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;

use super::{
    gather::{Gather, payload},
    joined::Joined,
    pages::Pages,
    text_profile,
};
use crate::isobmff::read;

/// Chunks visited.
const MAX_CHUNKS: usize = 1 << 18;
/// Chunks over which leaping is not worth a look.
const FEW: u64 = 4;
/// Bytes of one metadata chunk, and of what it unpacks to.
const MAX_CHUNK: u64 = 4 << 20;
const MAX_UNPACKED: usize = 8 << 20;

/// Reads the chunks of a PNG (and of its relatives MNG and JNG not).
pub fn read_png(bytes: &Pages, gather: &mut Gather) {
    let mut at = 8;
    let mut data_before = None;
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
                if let Some(block) = Joined::whole(bytes, data.clone(), MAX_CHUNK) {
                    payload(gather, &block);
                } else {
                    gather.damaged("an EXIF chunk is cut");
                }
            }
            b"tEXt" | b"zTXt" | b"iTXt" => {
                if let Some(profile) = profile(bytes, &head[4..], data.start, len) {
                    payload(gather, &profile.as_slice());
                }
            }
            b"IEND" => break,
            _ => {}
        }
        at = data.end + 4;
        let is_data = &head[4..] == b"IDAT";
        if is_data && data_before == Some(len) {
            at = leap(bytes, at, len);
        }
        data_before = is_data.then_some(len);
    }
}

/// Where a late chunk of the image data begins, when those from `from` on are all of this length; `from` when they are not.
///
/// Image data stands in one run (PNG 3rd edition, 5.6), written in pieces of one length and a shorter last one. A header at a
/// multiple of that length says that the run goes on until there. Hopping alone would take a read for every piece.
fn leap(bytes: &Pages, from: u64, len: u64) -> u64 {
    let place = |chunks: u64| from + chunks * (len + 12);
    let is_data = |chunks: u64| {
        let mut head = [0; 8];
        bytes.peek(place(chunks), &mut head)
            && &head[4..] == b"IDAT"
            && u64::from(u32::from_be_bytes([head[0], head[1], head[2], head[3]])) <= len
    };
    // The last one for which there is room; a little text behind the data takes the room of one more.
    let most = bytes.len().saturating_sub(from + 12) / (len + 12);
    if most < FEW {
        return from;
    }
    if let Some(last) = [most, most - 1].into_iter().find(|&chunks| is_data(chunks)) {
        return place(last);
    }
    let (mut data, mut other) = (0, most - 1);
    while other - data > 1 {
        let middle = data + (other - data) / 2;
        if is_data(middle) { data = middle } else { other = middle }
    }
    place(data)
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

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    /// A medium that counts its reads.
    struct Counted<'a> {
        bytes: &'a [u8],
        reads: RefCell<Vec<u64>>,
    }

    impl ReadAt for Counted<'_> {
        fn len(&self) -> u64 {
            self.bytes.len() as u64
        }

        fn read_at(&self, offset: u64, buf: &mut [u8]) -> std::io::Result<usize> {
            self.reads.borrow_mut().push(offset);
            self.bytes.read_at(offset, buf)
        }
    }

    fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
        [&(data.len() as u32).to_be_bytes()[..], kind, data, &[0; 4]].concat()
    }

    /// A PNG of so many chunks of image data, of one length but for the last, and a text and EXIF behind.
    fn png(chunks: usize, len: usize, last: usize, text: usize) -> Vec<u8> {
        let exif = [&b"II*\0\x08\0\0\0\x01\0"[..], &[0x0F, 1, 2, 0, 4, 0, 0, 0], b"abc\0", &[0; 4]].concat();
        let mut file = [&b"\x89PNG\r\n\x1a\n"[..], &chunk(b"IHDR", &[0, 0, 0, 7, 0, 0, 0, 5, 8, 0, 0, 0, 0])].concat();
        (0..chunks).for_each(|_| file.extend(chunk(b"IDAT", &vec![0x5A; len])));
        file.extend(chunk(b"IDAT", &vec![0x5A; last]));
        file.extend([chunk(b"tEXt", &vec![b'x'; text]), chunk(b"eXIf", &exif), chunk(b"IEND", &[])].concat());
        file
    }

    #[test]
    fn image_data_in_many_pieces_is_leaped_over_and_what_stands_behind_it_is_found() {
        for (chunks, len, last, text) in
            [(400, 8192, 17, 0), (400, 8192, 8192, 30), (400, 8192, 1, 60_000), (3, 100, 5, 0), (7, 0, 0, 0), (300, 0, 0, 5000)]
        {
            let file = png(chunks, len, last, text);
            let medium = Counted { bytes: &file, reads: RefCell::default() };
            let mut gather = Gather::default();
            read_png(&Pages::none_over(&medium), &mut gather);
            let facts = gather.into_facts();
            assert_eq!((facts.make.as_deref(), facts.dimensions.map(|d| d.width)), (Some("abc"), Some(7)), "{chunks} × {len}");
            assert!(facts.problems.is_empty());
            let reads = medium.reads.borrow().len();
            assert!(reads < 60, "{reads} reads for {chunks} × {len}");
        }
    }
}
