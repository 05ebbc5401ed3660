//! Trailers that are known by their last bytes, as makers and programs append them to JPEGs.
//!
//! Signatures and lengths are those that public documentation of metadata tools lists. A trailer that ends the file is
//! there whole. Absent on purpose: their contents, but for Samsung's directory, which tells where its blocks are.

/// What was taken off the end.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// What is damaged.
    pub(super) faults: Vec<String>,
}

/// Takes all known trailers off the end; tells where what is left ends.
pub(super) fn peel(tail: &[u8]) -> (usize, Known) {
    let (mut end, mut known) = (tail.len(), Known::default());
    for _ in 0..16 {
        let rest = &tail[..end];
        let trimmed = rest.iter().rposition(|&b| b != 0).map_or(0, |last| last + 1);
        let Some(start) = footer(rest, &mut known).or_else(|| footer(&rest[..trimmed], &mut known)) else { break };
        end = start.min(end.saturating_sub(1));
    }
    (end, known)
}

/// Where the trailer at the end begins; nothing when there is none that is known.
fn footer(rest: &[u8], known: &mut Known) -> Option<usize> {
    let length = rest.len();
    let number = |from_end: usize, little: bool| -> Option<usize> {
        let bytes = rest.get(length.checked_sub(from_end)?..)?.first_chunk::<4>()?;
        Some(if little { u32::from_le_bytes(*bytes) } else { u32::from_be_bytes(*bytes) } as usize)
    };
    let back = |n: usize| length.checked_sub(n);
    if rest.ends_with(b"SEFT") {
        let header = back(number(8, true)?.checked_add(8)?)?;
        return Some(samsung(rest, header, known).unwrap_or(header));
    }
    if rest.ends_with(b"cbipcbbl") {
        return back(number(12, false)?.checked_add(12)?); // Photo Mechanic
    }
    if rest.ends_with(&[0xa1, 0xb2, 0xc3, 0xd4]) {
        return back(number(8, false)?.max(10)); // FotoStation
    }
    if rest.ends_with(b"jxrs") {
        return back(number(8, false)?.max(8)); // OPPO and OnePlus
    }
    if rest.ends_with(b"8db42d694ccc418790edff439fe026bf") {
        return back(number(40, true)?.max(32)); // Insta360
    }
    if rest.get(back(12)?..)?.starts_with(b"AXS") {
        return afcp(rest);
    }
    if let Some(at) = back(64).filter(|&at| rest[at..].starts_with(b"CANON OPTIONAL DATA\0")) {
        return memchr::memmem::find(&rest[..at], b"CANON OPTIONAL DATA\0").or(Some(at));
    }
    if let Some(at) = back(60).filter(|&at| rest[at..].windows(5).any(|w| w == b"LIVE_")) {
        return Some(at); // Huawei and Honor: a video lies before it
    }
    if rest.ends_with(b"/NIKON APP") || rest.ends_with(b"\0\0QDIOBS") {
        return Some(0);
    }
    let mie = [10usize, 14].into_iter().find(|&n| back(n + 6).is_some_and(|at| rest[at..].starts_with(b"~\0\x04\0zmie~\0\0")));
    if mie.is_some() {
        return memchr::memmem::find(rest, b"0MIE").map(|at| at.saturating_sub(4)).or(Some(0));
    }
    None
}

/// AFCP: a header that is the twin of the footer stands where the footer says, or nearer when the file was edited.
fn afcp(rest: &[u8]) -> Option<usize> {
    let at = rest.len().checked_sub(12)?;
    matches!(rest.get(at + 3), Some(b'!' | b'*')).then_some(())?;
    memchr::memmem::find(&rest[..at], &rest[at..at + 4]).or(Some(at))
}

/// Samsung: a directory of blocks (`SEFH` … `SEFT`), each told by how far before the directory it begins.
fn samsung(rest: &[u8], header: usize, known: &mut Known) -> Option<usize> {
    if rest.get(header..header + 4) != Some(b"SEFH") {
        known.faults.push("a Samsung trailer without a directory".to_owned());
        return None;
    }
    let number = |at: usize| rest.get(at..)?.first_chunk::<4>().map(|n| u32::from_le_bytes(*n) as usize);
    let mut first = header;
    for entry in (0..number(header + 8)?.min(4096)).map(|i| header + 12 + i * 12) {
        let (back, length) = (number(entry + 4)?, number(entry + 8)?);
        if back > header || length > back {
            known.faults.push("truncated: blocks of a Samsung trailer are not there".to_owned());
            return Some(0);
        }
        let block = &rest[header - back..header - back + length];
        let data = samsung_block(block).and_then(|front| block.get(front..)).unwrap_or_default();
        if data.get(4..8) == Some(b"ftyp") {
            known.faults.extend(super::motion::video(data).fault);
        }
        first = first.min(header - back);
    }
    Some(first)
}

/// The length of the head of a Samsung block at the front: two zeros, its kind, the length of its name, the name.
pub(super) fn samsung_block(bytes: &[u8]) -> Option<usize> {
    let head = bytes.first_chunk::<8>()?;
    let name = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
    let plain = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
    let known = head[..2] == [0, 0] && (4..64).contains(&name) && bytes.get(8..8 + name)?.iter().all(plain);
    known.then_some(8 + name)
}

/// Whether these bytes begin as makers' notes behind a picture do that have no length of their own.
pub(super) fn known_front(bytes: &[u8]) -> bool {
    let front = &bytes[bytes.iter().position(|&b| b != 0).unwrap_or(bytes.len())..];
    [&b"vivo{"[..], b"streamdata", b"cameraalbum", b"<?xml", b"<?xpacket", b"QDIOBS"].iter().any(|known| front.starts_with(known))
}
