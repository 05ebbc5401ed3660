//! The chunks of a PNG, each with its checksum, and what is wrong with them (PNG, third edition, 5.3 to 5.6; APNG).
//!
//! Every byte between the signature and the end of `IEND` lies in some chunk, so that a hole shows wherever it is.
//! Absent on purpose: the picture data's own stream, which the decoder goes through.

/// One chunk, cut to what is there.
#[derive(Debug, Clone)]
pub(crate) struct Chunk<'a> {
    pub(crate) kind: [u8; 4],
    pub(crate) payload: &'a [u8],
    pub(super) at: usize,
    pub(super) end: usize,
    /// The length as it is declared.
    length: usize,
    /// The checksum as it is stored; nothing when the bytes end before.
    sum: Option<u32>,
}

impl Chunk<'_> {
    pub(super) fn name(&self) -> String {
        self.kind.iter().map(|&b| if b.is_ascii_alphabetic() { char::from(b) } else { '?' }).collect()
    }

    fn computed(&self) -> u32 {
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(&self.kind);
        hasher.update(self.payload);
        hasher.finalize()
    }
}

/// Goes through the chunks up to `IEND`.
#[derive(Clone)]
pub(crate) struct Chunks<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Chunks<'a> {
    /// The chunks behind the signature.
    pub(crate) fn of(bytes: &'a [u8]) -> Chunks<'a> {
        Chunks { bytes, at: 8 }
    }
}

impl<'a> Iterator for Chunks<'a> {
    type Item = Chunk<'a>;

    fn next(&mut self) -> Option<Chunk<'a>> {
        let at = self.at;
        let (head, rest) = self.bytes.get(at..)?.split_first_chunk::<8>()?;
        let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
        let kind = [head[4], head[5], head[6], head[7]];
        let payload = &rest[..length.min(rest.len())];
        let sum = rest.get(length..).and_then(|r| r.first_chunk::<4>()).map(|s| u32::from_be_bytes(*s));
        let end = at.saturating_add(12).saturating_add(length).min(self.bytes.len());
        self.at = if kind == *b"IEND" { usize::MAX } else { end };
        Some(Chunk { kind, payload, at, end, length, sum })
    }
}

/// What is wrong with the chunks, in the order of the file; only the first few are told.
pub(super) fn faults(bytes: &[u8]) -> Vec<String> {
    let mut faults = Vec::new();
    let (mut order, mut ended, mut frames) = (Order::default(), false, Frames::default());
    for chunk in Chunks::of(bytes) {
        let place = format!("{} at byte {}", chunk.name(), chunk.at);
        if !chunk.kind.iter().all(u8::is_ascii_alphabetic) || chunk.length > i32::MAX as usize {
            faults.push(format!("no chunk at byte {}", chunk.at));
            break;
        }
        let Some(sum) = chunk.sum else {
            faults.push(format!("truncated: chunk {place} has {} of {} bytes", chunk.payload.len(), chunk.length));
            break;
        };
        if sum != chunk.computed() {
            faults.push(format!("bad checksum of chunk {place}"));
        }
        faults.extend(order.note(&chunk).map(|what| format!("{what}: chunk {place}")));
        faults.extend(frames.note(&chunk).map(|what| format!("{what}: chunk {place}")));
        ended |= chunk.kind == *b"IEND";
        if faults.len() >= 4 {
            return faults;
        }
    }
    if !ended {
        faults.push("missing end chunk".to_owned());
    }
    faults.extend(frames.missing());
    faults
}

/// Which chunks came already, as far as their order matters.
#[derive(Default)]
struct Order {
    any: bool,
    header: Option<u8>,
    palette: bool,
    data: bool,
    data_over: bool,
}

impl Order {
    fn note(&mut self, chunk: &Chunk) -> Option<&'static str> {
        let first = !std::mem::replace(&mut self.any, true);
        let wrong = match &chunk.kind {
            b"IHDR" => {
                self.header = chunk.payload.get(9).copied();
                (!first || chunk.length != 13).then_some("a wrong header")
            }
            _ if first => Some("the header is not the first"),
            b"PLTE" => {
                self.palette = true;
                (self.data || chunk.length == 0 || !chunk.length.is_multiple_of(3) || chunk.length > 768)
                    .then_some("a wrong palette")
            }
            b"IDAT" => {
                let wrong = if self.data_over {
                    Some("picture data in two places")
                } else if self.header == Some(3) && !self.palette {
                    Some("picture data before its palette")
                } else {
                    None
                };
                self.data = true;
                wrong
            }
            b"IEND" => {
                if self.data {
                    (chunk.length != 0).then_some("an end that is not empty")
                } else {
                    Some("no picture data")
                }
            }
            _ => None,
        };
        self.data_over |= self.data && chunk.kind != *b"IDAT";
        wrong
    }
}

/// The frames of an animation: numbered without a gap, as many as are declared.
#[derive(Default)]
struct Frames {
    declared: Option<u32>,
    frames: u32,
    next: u32,
}

impl Frames {
    fn note(&mut self, chunk: &Chunk) -> Option<&'static str> {
        let number = chunk.payload.first_chunk::<4>().map(|n| u32::from_be_bytes(*n));
        match &chunk.kind {
            b"acTL" => {
                self.declared = number;
                None
            }
            b"fcTL" | b"fdAT" if self.declared.is_some() => {
                self.frames += u32::from(chunk.kind == *b"fcTL");
                let wrong = number != Some(self.next);
                self.next = number.unwrap_or(self.next).wrapping_add(1);
                wrong.then_some("frames out of order or missing")
            }
            _ => None,
        }
    }

    fn missing(&self) -> Option<String> {
        let declared = self.declared.filter(|&n| n > self.frames)?;
        Some(format!("{} of {declared} frames are there", self.frames))
    }
}
