//! The chunks of a WebP and what is wrong with them (RFC 9649): each must lie in its parent, and its bitstream in it.
//!
//! WebP has no checksums: what was overwritten in place shows only where it breaks a length or the decoder.
//! Absent on purpose: metadata chunks' contents.

/// Chunks looked at in one file, frames and their parts included.
const MOST: usize = 100_000;

/// What is wrong with the chunks; only the first few are told.
pub(super) fn faults(bytes: &[u8], declared: u64) -> Vec<String> {
    let end = usize::try_from(declared).unwrap_or(usize::MAX).min(bytes.len());
    let mut walk = Walk { faults: Vec::new(), pictures: 0, seen: 0 };
    walk.chunks(bytes.get(12..end).unwrap_or_default(), 12, true);
    if walk.pictures == 0 && walk.faults.is_empty() {
        walk.faults.push("no picture data".to_owned());
    }
    walk.faults.truncate(4);
    walk.faults
}

struct Walk {
    faults: Vec<String>,
    pictures: usize,
    seen: usize,
}

impl Walk {
    fn chunks(&mut self, mut rest: &[u8], mut at: usize, outermost: bool) {
        while !rest.is_empty() && self.seen < MOST {
            self.seen += 1;
            let Some((head, behind)) = rest.split_first_chunk::<8>() else {
                // A byte of padding may be counted to the parent.
                if rest.len() > 1 {
                    self.faults.push(format!("truncated: a chunk at byte {at} has no head"));
                }
                return;
            };
            let name = String::from_utf8_lossy(&head[..4]).trim_end_matches([' ', '\0']).to_owned();
            // Some writers fill names up with zeros.
            if !head[..4].iter().all(|b| b.is_ascii_graphic() || matches!(b, b' ' | 0)) || head[0] == 0 {
                return self.faults.push(format!("no chunk at byte {at}"));
            }
            let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
            let Some(payload) = behind.get(..length) else {
                let there = behind.len();
                return self.faults.push(format!("truncated: chunk {name} at byte {at} has {there} of {length} bytes"));
            };
            let fault = match &head[..4] {
                b"VP8 " => lossy(payload),
                b"VP8L" => (payload.first() != Some(&0x2f)).then_some("no lossless picture"),
                b"ANMF" if outermost => {
                    self.chunks(payload.get(16..).unwrap_or_default(), at + 24, false);
                    None
                }
                _ => None,
            };
            self.pictures += usize::from(matches!(&head[..4], b"VP8 " | b"VP8L"));
            self.faults.extend(fault.map(|what| format!("{what} in chunk {name} at byte {at}")));
            let whole = length.saturating_add(length % 2);
            rest = behind.get(whole..).unwrap_or_default();
            at = at.saturating_add(8).saturating_add(whole);
        }
    }
}

/// A VP8 key frame: its start code, and a first partition that lies in the chunk (RFC 6386, 9.1).
fn lossy(payload: &[u8]) -> Option<&'static str> {
    let Some(head) = payload.first_chunk::<10>() else { return Some("truncated: no frame") };
    let tag = u32::from_le_bytes([head[0], head[1], head[2], 0]);
    if tag & 1 != 0 || head[3..6] != [0x9d, 0x01, 0x2a] {
        return Some("no key frame");
    }
    (10 + (tag >> 5) as usize > payload.len()).then_some("truncated: a partition that leads out of it")
}
