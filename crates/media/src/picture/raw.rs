//! Camera raws: the embedded preview for the fingerprint, the digest of the image data, and whether all of it is there.
//!
//! One finder for each container family tells what lies where (`contents`); everything else is the same for all makers.
//! The preview is stored as the sensor saw the scene: the raw's orientation applies to it, unless it evidently has been
//! turned already. A raw is intact if all that its container points to lies within the file, the previews are whole and
//! the sensor data can be what it is said to be.
//! Absent on purpose: decoding sensor data.

mod boxes;
mod contents;
mod digest;
mod integrity;
mod maker_tiff;
mod makers;
mod preview;
mod tiff;

use lightproof_model::{media_type::MediaType, probe::Dimensions, read_at::ReadAt};

pub(crate) use self::preview::{Picked, PickedAs};
use self::{contents::Contents, preview::Shown};
use super::{Look, NoGray, bars::within_bars, gray::Reduced};

/// Looks at a raw that is held whole: what was found, and the orientation that applies to it.
pub(super) fn look(bytes: &[u8], media_type: MediaType, orientation: Option<u16>) -> (Look, Option<u16>) {
    let contents = contents(&bytes, media_type);
    let (mut look, orientation) = seen(&bytes, &contents, orientation);
    look.digest = digest::digest(bytes, media_type, &contents);
    (look, orientation)
}

/// Looks at a raw that is too large to be held: as [`look`], without the digest.
pub(super) fn look_by_position(bytes: &dyn ReadAt, media_type: MediaType, orientation: Option<u16>) -> (Look, Option<u16>) {
    seen(bytes, &contents(bytes, media_type), orientation)
}

fn contents(bytes: &dyn ReadAt, media_type: MediaType) -> Contents {
    match media_type {
        MediaType::Cr3 => boxes::cr3(bytes),
        MediaType::Raf => makers::raf(bytes),
        MediaType::Crw => makers::crw(bytes),
        MediaType::X3f => makers::x3f(bytes),
        MediaType::Mrw => makers::mrw(bytes),
        _ => tiff::contents(bytes, media_type),
    }
}

fn seen(bytes: &dyn ReadAt, contents: &Contents, orientation: Option<u16>) -> (Look, Option<u16>) {
    let verdict = integrity::judge(bytes, contents);
    let Shown { gray, size, orientation: own, faults } = preview::shown(bytes, contents);
    let mut all = Vec::new();
    // Where the container's own directory is lost, nothing is known of sensor data.
    if !verdict.sensor && (gray.is_ok() || contents.faults.is_empty() || !contents.sensor.is_empty()) {
        let only = if gray.is_ok() { "preview only: " } else { "" };
        all.push(format!("{only}the sensor data is missing"));
    }
    all.extend(verdict.faults);
    all.extend(faults);
    let sensor = contents.size();
    let orientation = orientation_of(contents, orientation, own, size);
    let gray = gray.map(|reduced| without_bars(reduced, sensor));
    let gray = gray.map_err(|why| if verdict.any { why } else { NoGray::new("no image data") });
    let share = if verdict.any { 1.0 } else { 0.0 };
    (Look { dimensions: sensor.or(size), gray, faults: all, share, checked: true, digest: None, notes: Vec::new() }, orientation)
}

/// The preview that stands for a raw, as it is kept, and the orientation that applies to it.
pub(crate) fn preview(bytes: &[u8], media_type: MediaType, orientation: Option<u16>) -> Option<(Picked, Option<u16>)> {
    let contents = contents(&bytes, media_type);
    let picked = preview::pick(&bytes, &contents)?;
    let orientation = orientation_of(&contents, orientation, picked.orientation, picked.size);
    Some((picked, orientation))
}

/// The orientation that applies to a preview of this size, of which its own EXIF says `own`.
fn orientation_of(contents: &Contents, told: Option<u16>, own: Option<u16>, size: Option<Dimensions>) -> Option<u16> {
    let orientation = told.or(own).or(contents.rotation.and_then(of_rotation));
    orientation.filter(|&o| o < 5 || !is_turned(size, contents.size()))
}

/// The preview without bars, where the sensor's shape says that there are any; as it is where it is a crop.
fn without_bars(preview: Reduced, sensor: Option<Dimensions>) -> Reduced {
    let Some(sensor) = sensor.filter(|s| s.width > 0 && s.height > 0) else { return preview };
    let lying = sensor.width as f32 / sensor.height as f32;
    // It may have been turned upright.
    let aspect = if (preview.across >= preview.down) == (lying >= 1.0) { lying } else { 1.0 / lying };
    within_bars(preview, aspect).unwrap_or_else(|as_it_was| as_it_was)
}

/// The EXIF orientation of a clockwise turn.
fn of_rotation(degrees: u32) -> Option<u16> {
    match degrees {
        90 => Some(6),
        180 => Some(3),
        270 => Some(8),
        _ => None,
    }
}

/// Whether a preview stands upright where the sensor lies on its side.
fn is_turned(preview: Option<Dimensions>, sensor: Option<Dimensions>) -> bool {
    let lies = |d: Dimensions| (d.width != d.height).then_some(d.width > d.height);
    preview.and_then(lies).zip(sensor.and_then(lies)).is_some_and(|(p, s)| p != s)
}
