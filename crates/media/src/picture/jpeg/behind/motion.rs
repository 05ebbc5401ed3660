//! A motion photo's video: the boxes of an MP4 or QuickTime file that lies inside another file.
//!
//! Whole is one whose boxes all end in time and whose directory (`moov`) and samples (`mdat`) are there.
//! Absent on purpose: what the boxes hold.

/// A video that begins at the front of some bytes.
pub(super) struct Video {
    /// Where its last box ends, or the bytes do.
    pub(super) end: usize,
    /// What is damaged.
    pub(super) fault: Option<String>,
}

/// Boxes that stand at the top of a video (ISO/IEC 14496-12; QuickTime file format).
const TOP: [&[u8; 4]; 15] = [
    b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"uuid", b"meta", b"moof", b"mfra", b"sidx", b"styp", b"udta", b"pnot",
    b"prfl",
];

/// The video at the front of the bytes.
pub(super) fn video(bytes: &[u8]) -> Video {
    let (mut at, mut directory, mut samples) = (0usize, false, false);
    while let Some(kind) = bytes.get(at + 4..at + 8).filter(|kind| TOP.iter().any(|top| top[..] == **kind)) {
        directory |= matches!(kind, b"moov" | b"moof");
        samples |= kind == b"mdat";
        (directory, samples) = (directory || kind == b"meta", samples || kind == b"meta");
        let number = |from: usize, to: usize| bytes.get(from..to).map(|n| n.iter().fold(0u64, |n, &b| n << 8 | u64::from(b)));
        let length = match number(at, at + 4).unwrap_or(0) {
            0 => (bytes.len() - at) as u64,
            1 => number(at + 8, at + 16).unwrap_or(u64::MAX),
            length => length,
        };
        let left = (bytes.len() - at) as u64;
        if length > left || length < 8 {
            let name = String::from_utf8_lossy(kind).into_owned();
            let fault = if length < 8 {
                format!("the motion video has a broken {name} box")
            } else {
                format!("truncated: the motion video's {name} box has {left} of {length} bytes")
            };
            return Video { end: bytes.len(), fault: Some(fault) };
        }
        at += length as usize;
    }
    let missing = match (directory, samples) {
        (false, _) => Some("truncated: the motion video has no moov box"),
        (_, false) => Some("truncated: the motion video has no mdat box"),
        _ => None,
    };
    Video { end: at, fault: missing.map(str::to_owned) }
}
