//! Units: a photograph together with its companions, which are judged and set aside with it or not at all.
//!
//! RAW and JPEG of one shot, the two halves of a live photo, and sidecars. The JPEG or HEIC is the main asset. Two photographs,
//! or a photograph and a video, are never one unit for their names alone: the capture moment must agree, or the content
//! identifier. A video that states no wall clock agrees by its container's UTC time, written when its few seconds end. Where two mains fit, the part stays alone and says why.
//! Works folder by folder: what is kept in between is the companions found, and content identifiers without a partner.
//! Absent on purpose: looks. What a picture shows does not make it a companion.

mod names;

use std::collections::{BTreeMap, HashMap, HashSet};

use self::names::{SidecarFit, sidecar_fit};
pub use self::names::{key, stem};
use crate::{
    digest::Sha1,
    media_type::{Class, MediaType},
    moment::WallClock,
    same_shot::{Agreement, CaptureMoment},
};

/// What is known of an asset when units are formed.
#[derive(Debug, Clone)]
pub struct Part<'a> {
    /// The caller's number for it.
    pub asset: u32,
    /// The caller's number for its source.
    pub source: u32,
    /// The caller's number for its owner.
    pub owner: u32,
    /// Its name within its folder, byte for byte.
    pub name: &'a [u8],
    /// What it is.
    pub media_type: MediaType,
    /// When it was taken, if it says so.
    pub moment: Option<CaptureMoment>,
    /// When it was taken in UTC, as its zone, its GPS or its container tells, if it does.
    pub utc: Option<WallClock>,
    /// How long it shows, in milliseconds, where it is a video and says so.
    pub duration_ms: Option<u32>,
    /// What ties the halves of a live photo together.
    pub content_identifier: Option<&'a str>,
}

/// What makes an asset a companion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bond {
    /// Same folder, stem and capture moment: RAW beside a JPEG.
    RawOfShot,
    /// Equal content identifier: the video of a live photo.
    ContentIdentifier,
    /// Same folder, stem and capture moment: the video of a live photo that lacks the identifier.
    MotionOfShot,
    /// A sidecar, by its name.
    Sidecar,
}

/// Which assets are companions, and of which main asset.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Units {
    companions: HashMap<u32, (u32, Bond)>,
    ambiguous: HashMap<u32, String>,
}

impl Units {
    /// The main asset whose companion this is; nothing for a main asset.
    #[must_use]
    pub fn companion_of(&self, asset: u32) -> Option<u32> {
        self.companions.get(&asset).map(|&(main, _)| main)
    }

    /// What makes it a companion.
    #[must_use]
    pub fn bond(&self, asset: u32) -> Option<Bond> {
        self.companions.get(&asset).map(|&(_, bond)| bond)
    }

    /// Why an asset that looks like a companion stays alone.
    #[must_use]
    pub fn stays_alone(&self, asset: u32) -> Option<&str> {
        self.ambiguous.get(&asset).map(String::as_str)
    }

    /// All companions with their main assets, by number.
    #[must_use]
    pub fn companions(&self) -> Vec<(u32, u32, Bond)> {
        let mut all: Vec<_> = self.companions.iter().map(|(&asset, &(main, bond))| (asset, main, bond)).collect();
        all.sort_unstable();
        all
    }
}

/// Stills and videos of one content identifier that have no partner yet.
#[derive(Debug, Default)]
struct Waiting {
    stills: Vec<u32>,
    videos: Vec<u32>,
}

/// Forms units as folders come by.
#[derive(Debug, Default)]
pub struct UnitsInProgress {
    units: Units,
    waiting: HashMap<(u32, u32, String), Waiting>,
}

impl UnitsInProgress {
    /// Takes in all assets of one folder of one source. The order of folders and of assets within one makes no difference.
    pub fn folder(&mut self, parts: &[Part<'_>]) {
        let stems: Vec<Vec<u8>> = parts.iter().map(|part| key(stem(part.name))).collect();
        let mut by_stem: HashMap<&[u8], Vec<usize>> = HashMap::new();
        for (k, part) in parts.iter().enumerate() {
            if is_picture(part) {
                by_stem.entry(&stems[k]).or_default().push(k);
            }
        }
        let beside = |k: usize| by_stem.get(stems[k].as_slice()).map_or(&[][..], Vec::as_slice);
        self.tie_identifiers(parts, &stems);
        for (k, part) in parts.iter().enumerate() {
            let bond = match part.media_type.class() {
                Class::Raw => Bond::RawOfShot,
                Class::Video if self.units.companion_of(part.asset).is_none() => Bond::MotionOfShot,
                _ => continue,
            };
            // Pixel phones write PXL_1.MP beside PXL_1.MP.jpg: there the photograph's stem is the video's whole name.
            let whole = by_stem.get(key(part.name).as_slice()).filter(|_| bond == Bond::MotionOfShot);
            let near = beside(k).iter().chain(whole.into_iter().flatten()).map(|&o| &parts[o]);
            let photos = near.filter(|o| o.media_type.class() == Class::Photo);
            let fits: Vec<u32> = photos.filter(|photo| is_one_shot(photo, part)).map(|photo| photo.asset).collect();
            self.tie(part.asset, fits, bond);
        }
        self.tie_sidecars(parts, &by_stem);
        self.wait(parts);
    }

    /// All folders have come by: partners that lie in different folders of one source and owner are tied.
    #[must_use]
    pub fn finish(mut self) -> Units {
        for (_, waiting) in std::mem::take(&mut self.waiting) {
            if let ([_, ..], [video]) = (waiting.stills.as_slice(), waiting.videos.as_slice()) {
                let video = *video;
                self.tie(video, waiting.stills, Bond::ContentIdentifier);
            }
        }
        // A sidecar of a companion belongs to the companion's main.
        let mains: HashMap<u32, u32> = self.units.companions.iter().map(|(&asset, &(main, _))| (asset, main)).collect();
        for (main, _) in self.units.companions.values_mut() {
            *main = mains.get(main).copied().unwrap_or(*main);
        }
        self.units
    }

    /// Makes a companion of an asset if exactly one main fits, and says so if several do.
    fn tie(&mut self, asset: u32, mut fits: Vec<u32>, bond: Bond) {
        fits.sort_unstable();
        fits.dedup();
        match fits.as_slice() {
            [] => {}
            [main] => {
                self.units.companions.insert(asset, (*main, bond));
                self.units.ambiguous.remove(&asset);
            }
            several => {
                let reason = format!("fits {} assets that are not one unit", several.len());
                self.units.ambiguous.insert(asset, reason);
            }
        }
    }

    /// Halves of live photos in one folder: of several stills the one with the same stem.
    fn tie_identifiers(&mut self, parts: &[Part<'_>], stems: &[Vec<u8>]) {
        let mut stills: HashMap<(u32, &str), Vec<usize>> = HashMap::new();
        for (k, part) in parts.iter().enumerate().filter(|(_, part)| part.media_type.class() == Class::Photo) {
            if let Some(identifier) = part.content_identifier {
                stills.entry((part.owner, identifier)).or_default().push(k);
            }
        }
        for (k, part) in parts.iter().enumerate().filter(|(_, part)| part.media_type.class() == Class::Video) {
            let Some(fits) = part.content_identifier.and_then(|id| stills.get(&(part.owner, id))) else { continue };
            let same_stem: Vec<usize> = fits.iter().copied().filter(|&still| stems[still] == stems[k]).collect();
            let fits = if same_stem.is_empty() { fits } else { &same_stem };
            self.tie(part.asset, fits.iter().map(|&still| parts[still].asset).collect(), Bond::ContentIdentifier);
        }
    }

    fn tie_sidecars(&mut self, parts: &[Part<'_>], by_stem: &HashMap<&[u8], Vec<usize>>) {
        let mut by_name: BTreeMap<Vec<u8>, Vec<usize>> = BTreeMap::new();
        for (k, part) in parts.iter().enumerate().filter(|(_, part)| is_picture(part)) {
            by_name.entry(key(part.name)).or_default().push(k);
        }
        for part in parts.iter().filter(|part| part.media_type.class() == Class::Sidecar) {
            // The first way of reading the name that leads to anything is what the name means.
            let found = sidecar_fit(part.name, part.media_type).into_iter().find_map(|fit| {
                let pictures: Vec<usize> = match fit {
                    SidecarFit::Name(name) => by_name.get(&name).cloned().unwrap_or_default(),
                    SidecarFit::Stem(stem) => by_stem.get(stem.as_slice()).cloned().unwrap_or_default(),
                    SidecarFit::CutName(start) => {
                        let cut = by_name.range(start.clone()..).take_while(|(name, _)| name.starts_with(&start));
                        cut.flat_map(|(_, pictures)| pictures.iter().copied()).collect()
                    }
                    SidecarFit::CutNumbered(start, number) => {
                        let cut = by_name.range(start.clone()..).take_while(|(name, _)| name.starts_with(&start));
                        let numbered = cut.filter(|(name, _)| stem(name).ends_with(&number));
                        numbered.flat_map(|(_, pictures)| pictures.iter().copied()).collect()
                    }
                };
                (!pictures.is_empty()).then_some(pictures)
            });
            let mains = found.unwrap_or_default().into_iter().map(|k| parts[k].asset);
            let mains = mains.map(|asset| self.units.companion_of(asset).unwrap_or(asset)).collect();
            self.tie(part.asset, mains, Bond::Sidecar);
        }
    }

    /// Keeps in mind what has a content identifier and no partner in its folder.
    fn wait(&mut self, parts: &[Part<'_>]) {
        let halves = parts.iter().filter_map(|part| self.units.companions.get(&part.asset));
        let paired: HashSet<u32> = halves.filter(|&&(_, bond)| bond == Bond::ContentIdentifier).map(|&(main, _)| main).collect();
        for part in parts {
            let Some(identifier) = part.content_identifier else { continue };
            if paired.contains(&part.asset) || self.units.companion_of(part.asset).is_some() {
                continue;
            }
            let waiting = self.waiting.entry((part.source, part.owner, identifier.to_owned())).or_default();
            match part.media_type.class() {
                Class::Photo => waiting.stills.push(part.asset),
                Class::Video => waiting.videos.push(part.asset),
                _ => {}
            }
        }
    }
}

/// Pairs of main assets of which the one's bytes are also a part of the other's unit: a RAW alone, and the RAW beside a JPEG.
///
/// `mains` are all main assets, `parts` the bytes of companions other than sidecars, each with its main asset.
#[must_use]
pub fn shared_parts(mains: impl Iterator<Item = (u32, Sha1)>, mut parts: Vec<(Sha1, u32)>) -> Vec<(u32, u32)> {
    parts.sort_unstable();
    let mut shared: Vec<(u32, u32)> = mains
        .flat_map(|(main, sha1)| {
            let start = parts.partition_point(|&(part, _)| part < sha1);
            parts[start..].iter().take_while(move |&&(part, _)| part == sha1).map(move |&(_, other)| (main, other))
        })
        .filter(|(main, other)| main != other)
        .collect();
    shared.sort_unstable();
    shared.dedup();
    shared
}

fn is_picture(part: &Part<'_>) -> bool {
    matches!(part.media_type.class(), Class::Photo | Class::Raw | Class::Video)
}

/// Seconds between a photograph and the end of the motion video taken with it.
const MOTION_SECONDS: u64 = 5;
/// How long a motion video is at most, in milliseconds; phones take two or three seconds.
const MOTION_MS: u32 = 15_000;

/// Same owner, and capture moments that agree: those that both state, or UTC where a short video states no wall clock. Two different
/// content identifiers contradict.
fn is_one_shot(photo: &Part<'_>, part: &Part<'_>) -> bool {
    let contradicts = matches!((photo.content_identifier, part.content_identifier), (Some(a), Some(b)) if a != b);
    let agrees = match (photo.moment, part.moment) {
        (Some(x), Some(y)) => x.agrees(&y) != Agreement::Differs,
        (Some(_), None) if part.media_type.class() == Class::Video && part.duration_ms.is_none_or(|ms| ms <= MOTION_MS) => {
            let apart = photo.utc.zip(part.utc).map(|(a, b)| a.duration_since(b).unsigned_abs().as_secs());
            apart.is_some_and(|seconds| seconds <= MOTION_SECONDS)
        }
        _ => false,
    };
    photo.owner == part.owner && !contradicts && agrees
}

#[cfg(test)]
mod tests;
