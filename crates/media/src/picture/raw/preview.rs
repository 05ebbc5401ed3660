//! The embedded preview that stands for a raw: the largest that decodes, without the bars that fill its shape up.
//!
//! Absent on purpose: sensor data, and turning (`fingerprint` turns).

use std::cmp::Reverse;

use lightproof_model::{media_type::MediaType, probe::Dimensions, read_at::ReadAt};

use super::{
    contents::{Contents, Kept, Preview, jpeg_head},
    integrity::ends,
};
use crate::{
    facts::read_facts,
    isobmff::read,
    picture::{
        NoGray, TELLING_SHARE,
        gray::{Reduced, Shrinker, gray_of},
        jpeg,
    },
};

/// Bytes of one preview.
const MAX_PREVIEW: u64 = 96 << 20;
/// Previews decoded before the rest is passed over.
const MAX_TRIES: usize = 6;

/// The picture that stands for a raw.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) gray: Result<Reduced, NoGray>,
    pub(super) size: Option<Dimensions>,
    /// What the preview's own EXIF says of its orientation.
    pub(super) orientation: Option<u16>,
    /// What is wrong with the previews.
    pub(super) faults: Vec<String>,
}

/// Looks for the preview to show, the largest first.
pub(super) fn shown(bytes: &dyn ReadAt, contents: &Contents) -> Shown {
    let mut shown = Shown { gray: Err(NoGray::new("no embedded preview")), size: None, orientation: None, faults: Vec::new() };
    let mut damaged: Option<Seen> = None;
    let (mut tries, mut done) = (0, false);
    for mut preview in by_size(bytes, contents) {
        let called = called(&preview);
        let length = bytes.len();
        if let Some(piece) = preview.pieces.iter().find(|p| !p.is_whole(length)) {
            let cut = piece.there(length) > 0;
            // A maker's note may keep the place of what an editor left out.
            if preview.certain {
                shown.faults.push(format!("{called} {}", if cut { "is cut" } else { "lies behind the end" }));
            }
            // What there is of it may still show the picture.
            for piece in &mut preview.pieces {
                piece.len = piece.there(length);
            }
            if preview.pieces.iter().all(|p| p.len == 0) {
                continue;
            }
        } else if done && is_sound(bytes, &preview) {
            continue;
        }
        if tries >= MAX_TRIES {
            continue;
        }
        tries += 1;
        let Some(seen) = seen(bytes, &preview) else {
            if preview.certain {
                shown.faults.push(format!("{called} is no picture"));
            }
            continue;
        };
        shown.faults.extend(seen.faults.iter().map(|fault| format!("{called}: {fault}")));
        if !done && seen.faults.is_empty() && preview.pieces.iter().all(|p| p.is_whole(length)) {
            (done, damaged) = (true, Some(seen));
        } else if !done && seen.share >= TELLING_SHARE && damaged.as_ref().is_none_or(|d| d.share < seen.share) {
            damaged = Some(seen);
        }
    }
    match damaged {
        Some(seen) => (shown.gray, shown.size, shown.orientation) = (Ok(seen.gray), seen.size, seen.orientation),
        None if tries > 0 => shown.gray = Err(NoGray::new("no embedded preview decodes")),
        None => {}
    }
    shown
}

/// Candidates without doubles, those of most pixels first; sensor data is no candidate.
fn by_size(bytes: &dyn ReadAt, contents: &Contents) -> Vec<Preview> {
    let mut found: Vec<Preview> = Vec::new();
    for preview in &contents.previews {
        let Some(&first) = preview.pieces.first() else { continue };
        if found.iter().any(|f| f.pieces[0].at == first.at) {
            continue;
        }
        let head = (preview.kept == Kept::Jpeg).then(|| jpeg_head(bytes, first)).flatten();
        if head.is_some_and(|h| h.lossless) {
            continue;
        }
        let mut preview = preview.clone();
        preview.size = head.map(|h| h.size).or(preview.size);
        found.push(preview);
    }
    let pixels = |p: &Preview| p.size.map_or(0, |s| u64::from(s.width) * u64::from(s.height));
    found.sort_by_key(|p| Reverse((pixels(p), p.kept == Kept::Jpeg, p.pieces[0].len)));
    found
}

fn called(preview: &Preview) -> String {
    match preview.size {
        Some(size) => format!("the preview of {}×{}", size.width, size.height),
        None => "a preview".to_owned(),
    }
}

/// Whether a preview that is not shown is whole, told from its first and last bytes.
fn is_sound(bytes: &dyn ReadAt, preview: &Preview) -> bool {
    match preview.kept {
        Kept::Jpeg => jpeg_head(bytes, preview.pieces[0]).is_some() && ends(bytes, preview.pieces[0]),
        Kept::Pixels { row, .. } => {
            let rows = preview.size.map_or(0, |s| u64::from(s.height));
            preview.pieces.iter().fold(0, |sum, p| p.len.saturating_add(sum)) >= row.saturating_mul(rows)
        }
    }
}

/// A preview, looked at.
struct Seen {
    gray: Reduced,
    size: Option<Dimensions>,
    orientation: Option<u16>,
    share: f32,
    faults: Vec<String>,
}

/// A preview as it is kept.
pub(crate) struct Picked {
    pub(crate) kept: PickedAs,
    pub(crate) size: Option<Dimensions>,
    /// What its own EXIF says.
    pub(crate) orientation: Option<u16>,
}

/// How a preview is kept.
pub(crate) enum PickedAs {
    /// The bytes of a JPEG.
    Jpeg(Vec<u8>),
    /// Rows of 8-bit samples, each row so many bytes long.
    Pixels { bytes: Vec<u8>, samples: usize, row: usize },
}

/// The largest preview that is whole, else the one of which most is there.
pub(super) fn pick(bytes: &dyn ReadAt, contents: &Contents) -> Option<Picked> {
    let mut most: Option<(f32, Picked)> = None;
    for mut preview in by_size(bytes, contents).into_iter().take(MAX_TRIES) {
        for piece in &mut preview.pieces {
            piece.len = piece.there(bytes.len());
        }
        let Some(seen) = seen(bytes, &preview) else { continue };
        if most.as_ref().is_some_and(|(share, _)| *share >= seen.share) {
            continue;
        }
        let kept = match preview.kept {
            Kept::Jpeg => jpeg_of(bytes, &preview).map(PickedAs::Jpeg),
            Kept::Pixels { samples, row } => rows_of(bytes, &preview).and_then(|bytes| {
                let row = usize::try_from(row).ok()?;
                Some(PickedAs::Pixels { bytes, samples, row })
            }),
        };
        let Some(kept) = kept else { continue };
        let whole = seen.faults.is_empty();
        most = Some((seen.share, Picked { kept, size: seen.size, orientation: seen.orientation }));
        if whole {
            break;
        }
    }
    most.map(|(_, picked)| picked)
}

/// The bytes of a preview that is a JPEG.
fn jpeg_of(bytes: &dyn ReadAt, preview: &Preview) -> Option<Vec<u8>> {
    let piece = preview.pieces[0];
    let mut held = read(bytes, piece.at..piece.at.checked_add(piece.len)?, MAX_PREVIEW)?;
    // Minolta and Sony write another first byte.
    if let [first, 0xD8, 0xFF, ..] = held.as_mut_slice() {
        *first = 0xFF;
    }
    held.starts_with(&[0xFF, 0xD8]).then_some(held)
}

/// The bytes of a preview that is plain rows, its strips joined.
fn rows_of(bytes: &dyn ReadAt, preview: &Preview) -> Option<Vec<u8>> {
    let mut held = Vec::new();
    for piece in &preview.pieces {
        held.extend(read(bytes, piece.at..piece.at.checked_add(piece.len)?, MAX_PREVIEW - held.len() as u64)?);
    }
    Some(held)
}

fn seen(bytes: &dyn ReadAt, preview: &Preview) -> Option<Seen> {
    match preview.kept {
        Kept::Jpeg => {
            let held = jpeg_of(bytes, preview)?;
            let look = jpeg::look(&held);
            let orientation = read_facts(&held.as_slice(), MediaType::Jpeg).orientation;
            Some(Seen { gray: look.gray.ok()?, size: look.dimensions, orientation, share: look.share, faults: look.faults })
        }
        Kept::Pixels { samples, row } => pixels(bytes, preview, samples, row),
    }
}

/// Plain rows of pixels, in strips one behind another.
fn pixels(bytes: &dyn ReadAt, preview: &Preview, samples: usize, row: u64) -> Option<Seen> {
    let size = preview.size?;
    let need = row.checked_mul(size.height.into()).filter(|&n| n > 0 && n <= MAX_PREVIEW)?;
    let held = rows_of(bytes, preview)?;
    let share = (held.len() as f32 / need as f32).min(1.0);
    let (row, across) = (usize::try_from(row).ok()?, (size.width as usize).checked_mul(samples)?);
    if across > row || held.len() < row {
        return None;
    }
    let mut shrinker = Shrinker::new(size.width, size.height);
    for line in held.chunks_exact(row).take(size.height as usize) {
        shrinker.row(line[..across].chunks_exact(samples).map(gray_of));
    }
    let faults = if share < 1.0 { vec![format!("{:.0} % of its rows are there", (share * 100.0).floor())] } else { Vec::new() };
    Some(Seen { gray: shrinker.finish()?, size: Some(size), orientation: None, share, faults })
}
