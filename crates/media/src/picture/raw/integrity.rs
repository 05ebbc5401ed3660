//! Whether all that a raw's container points to is there, and the sensor data looks like what it is said to be.
//!
//! Places are held against the file's length; JPEG streams against their first and last markers.
//! Absent on purpose: decoding sensor data. A changed byte in the middle of it is not seen.

use lightproof_model::read_at::ReadAt;

use super::contents::{Contents, Piece, Sensor, jpeg_head};

/// Where the end marker of a JPEG must be, from the end of its place: behind it may be padding.
const TAIL: u64 = 4096;

/// What holding the contents against the bytes told.
#[derive(Debug, Default)]
pub(super) struct Verdict {
    pub(super) faults: Vec<String>,
    /// Whether there is any sensor data.
    pub(super) sensor: bool,
    /// Whether there is any image data at all.
    pub(super) any: bool,
}

/// Looks at everything but the insides of previews.
pub(super) fn judge(bytes: &dyn ReadAt, contents: &Contents) -> Verdict {
    let length = bytes.len();
    let mut verdict = Verdict { faults: contents.faults.clone(), ..Verdict::default() };
    let (mut pieces, mut missing, mut said, mut there) = (0u64, 0u64, 0u64, 0u64);
    for piece in contents.sensor.iter().flat_map(|s| &s.pieces) {
        pieces += 1;
        missing += u64::from(!piece.is_whole(length));
        said = said.saturating_add(piece.len);
        there += piece.there(length);
    }
    verdict.sensor = there > 0;
    verdict.any = there > 0 || contents.previews.iter().flat_map(|p| &p.pieces).any(|p| p.there(length) > 0);
    if missing > 0 && there > 0 {
        let share = u128::from(there) * 100 / u128::from(said.max(1));
        let what = if pieces == 1 {
            "the sensor data is cut".to_owned()
        } else {
            format!("{missing} of {pieces} parts of the sensor data are missing or cut")
        };
        verdict.faults.push(format!("truncated: {what}, {share} % of it is there"));
    }
    for sensor in contents.sensor.iter().filter(|s| s.pieces.iter().all(|p| p.is_whole(length))) {
        verdict.faults.extend(unlikely(bytes, sensor));
    }
    let further = || contents.more.iter().chain(&contents.beside);
    let lost = further().filter(|p| !p.is_whole(length)).count();
    if lost > 0 {
        verdict.faults.push(format!("{lost} of {} further parts lie behind the end", further().count()));
    }
    verdict
}

/// What is wrong with sensor data that is there in its whole length.
fn unlikely(bytes: &dyn ReadAt, sensor: &Sensor) -> Option<String> {
    let all = sensor.pieces.iter().fold(0u64, |sum, p| sum.saturating_add(p.len));
    if all < sensor.least {
        let of = sensor.size.map(|s| format!(" of {}×{} pixels", s.width, s.height)).unwrap_or_default();
        return Some(format!("{all} bytes are too few for sensor data{of}"));
    }
    if !sensor.jpeg {
        return None;
    }
    let broken = sensor.pieces.iter().filter(|&&p| jpeg_head(bytes, p).is_none() || !ends(bytes, p)).count();
    (broken > 0).then(|| format!("{broken} of {} parts of the sensor data are no whole JPEG stream", sensor.pieces.len()))
}

/// Whether a JPEG's end marker stands in the tail of its place.
pub(super) fn ends(bytes: &dyn ReadAt, piece: Piece) -> bool {
    let end = piece.at.saturating_add(piece.len);
    let tail = crate::isobmff::read(bytes, piece.at.max(end.saturating_sub(TAIL))..end, TAIL).unwrap_or_default();
    tail.windows(2).any(|w| w == [0xFF, 0xD9])
}
