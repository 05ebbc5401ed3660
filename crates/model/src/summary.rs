//! The summary: what a library holds, counted in one pass, and the text that tells it.
//!
//! Every asset is counted once in each table, so the tables' sums agree with one another and with the CSVs;
//! [`Summary::check_sums`] says where they would not.
//! Absent on purpose: lists of assets. What needs review is named by number and found in `review_needed.csv`.

mod counts;
mod render;
mod sums;

pub use counts::undated;
pub use render::About;
pub(crate) use render::number;
pub use sums::Mismatch;

use std::collections::BTreeMap;

use crate::{
    anomaly::AnomalyKind,
    asset::Fate,
    media_type::{Class, MediaType},
    moment::{RecordedDate, WallClock},
    problem::{Integrity, Problem, ProblemKind},
    timeline::{Month, Timeline},
};

/// Cameras that are told apart; a library that invents more has them counted together.
const MOST_CAMERAS: usize = 10_000;
/// Folders that are named; further ones are counted.
const MOST_FOLDERS: usize = 50;

/// Of one asset, what the summary counts.
#[derive(Debug, Clone)]
pub struct Tallied<'a> {
    /// What became of it.
    pub fate: Fate,
    /// What it is.
    pub media_type: MediaType,
    /// Its size.
    pub bytes: u64,
    /// Whose it is.
    pub owner: &'a str,
    /// EXIF Make.
    pub make: Option<&'a str>,
    /// EXIF Model.
    pub model: Option<&'a str>,
    /// DateTimeOriginal.
    pub date: &'a RecordedDate,
    /// The date by an executed fix or a recognised sidecar.
    pub corrected: Option<WallClock>,
    /// Whether its container, in place of EXIF, says when it was made.
    pub container_time: bool,
    /// Whether it has an anomaly that holds back a ranking.
    pub anomalous: bool,
    /// Whether it is whole.
    pub integrity: Integrity,
    /// What is wrong with it.
    pub problems: &'a [Problem],
}

/// Of one group, what the summary counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TalliedGroup {
    /// How many assets are in it.
    pub members: u64,
    /// Bytes of all members.
    pub bytes: u64,
    /// Bytes of its largest member.
    pub largest: u64,
    /// Whether it has a ranking.
    pub ranked: bool,
}

/// Assets and their bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// How many.
    pub assets: u64,
    /// Their bytes together.
    pub bytes: u64,
}

impl Tally {
    fn add(&mut self, bytes: u64) {
        self.assets += 1;
        self.bytes = self.bytes.saturating_add(bytes);
    }
}

/// Assets with the first and last date among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// How many, and their bytes.
    pub tally: Tally,
    /// How many of them are dated.
    pub dated: u64,
    /// The first date.
    pub first: Option<WallClock>,
    /// The last date.
    pub last: Option<WallClock>,
}

impl Span {
    fn add(&mut self, bytes: u64, at: Option<WallClock>) {
        self.tally.add(bytes);
        if let Some(at) = at {
            self.dated += 1;
            self.first = Some(self.first.map_or(at, |first| first.min(at)));
            self.last = Some(self.last.map_or(at, |last| last.max(at)));
        }
    }
}

/// Why an asset has no place in the table of months.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Undated {
    /// No DateTimeOriginal.
    Missing,
    /// DateTimeOriginal without a digit but zero.
    Zero,
    /// DateTimeOriginal that no calendar has.
    Impossible,
    /// A video whose container says when it was made, in UTC: no wall clock.
    ContainerOnly,
    /// It was not read.
    NotRead,
    /// Sidecars and whatever is neither photo nor video bear no date of capture.
    NotAPicture,
}

impl Undated {
    /// All reasons, in the order in which they are printed.
    pub const ALL: [Undated; 6] =
        [Undated::Missing, Undated::Zero, Undated::Impossible, Undated::ContainerOnly, Undated::NotRead, Undated::NotAPicture];

    /// The reason for a person.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Undated::Missing => "no DateTimeOriginal",
            Undated::Zero => "a zero date",
            Undated::Impossible => "an impossible date",
            Undated::ContainerOnly => "a video with nothing but its container's UTC time",
            Undated::NotRead => "not read",
            Undated::NotAPicture => "a sidecar, or neither photo nor video",
        }
    }

    /// The word in addresses.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Undated::Missing => "missing",
            Undated::Zero => "zero",
            Undated::Impossible => "impossible",
            Undated::ContainerOnly => "container-only",
            Undated::NotRead => "not-read",
            Undated::NotAPicture => "not-a-picture",
        }
    }

    /// Whether a picture is meant whose date is not known: what the timeline shows as undated.
    #[must_use]
    pub fn is_a_picture(self) -> bool {
        !matches!(self, Undated::NotRead | Undated::NotAPicture)
    }
}

/// Groups of one basis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Groups {
    /// How many groups.
    pub groups: u64,
    /// Their members together.
    pub members: u64,
    /// Bytes of all members but the largest of each group.
    pub bytes_beyond_one: u64,
    /// Groups without a ranking.
    pub unranked: u64,
}

/// Everything counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    total: Tally,
    fates: BTreeMap<Fate, Tally>,
    types: BTreeMap<(Class, MediaType), Tally>,
    owners: BTreeMap<String, Span>,
    cameras: BTreeMap<String, Span>,
    months: BTreeMap<Month, (u64, u64)>,
    undated: BTreeMap<Undated, (u64, u64)>,
    problems: BTreeMap<ProblemKind, u64>,
    beyond: BTreeMap<(MediaType, String), u64>,
    integrity: BTreeMap<Integrity, u64>,
    read_in_part: u64,
    /// By basis, in the order in which bases were first met.
    groups: Vec<(String, Groups)>,
    series: Groups,
    anomalies: BTreeMap<(AnomalyKind, String), u64>,
    anomalous: u64,
    folders: BTreeMap<String, Vec<String>>,
    folder_counts: BTreeMap<String, u64>,
}

/// What stands for a camera that has no name, and for those beyond the ones told apart.
const NO_CAMERA: &str = "(no camera stated)";
const FURTHER_CAMERAS: &str = "(further cameras)";

impl Summary {
    /// Counts one asset.
    pub fn add_asset(&mut self, asset: &Tallied<'_>) {
        let class = asset.media_type.class();
        let at = asset.corrected.or_else(|| asset.date.at());
        self.total.add(asset.bytes);
        self.fates.entry(asset.fate).or_default().add(asset.bytes);
        self.types.entry((class, asset.media_type)).or_default().add(asset.bytes);
        self.owners.entry(asset.owner.to_owned()).or_default().add(asset.bytes, at);
        let camera = self.camera(asset.make, asset.model);
        self.cameras.entry(camera).or_default().add(asset.bytes, at);
        *self.integrity.entry(asset.integrity).or_default() += 1;
        for problem in asset.problems {
            *self.problems.entry(problem.kind).or_default() += 1;
            if problem.kind == ProblemKind::BeyondThisBuild {
                *self.beyond.entry((asset.media_type, problem.detail.clone())).or_default() += 1;
            }
        }
        self.anomalous += u64::from(asset.anomalous);
        let (assets, anomalous) = match at {
            Some(at) => self.months.entry(Month::of(at)).or_default(),
            None => self.undated.entry(why_undated(asset, class)).or_default(),
        };
        *assets += 1;
        *anomalous += u64::from(asset.anomalous);
    }

    /// Counts an asset of which a quick survey read no more than head and preview.
    pub fn add_read_in_part(&mut self) {
        self.read_in_part += 1;
    }

    /// Counts one duplicate group; `basis` is its word. Bases are printed in the order in which they come first.
    pub fn add_group(&mut self, basis: &str, group: TalliedGroup) {
        let place = self.groups.iter().position(|(known, _)| known == basis).unwrap_or_else(|| {
            self.groups.push((basis.to_owned(), Groups::default()));
            self.groups.len() - 1
        });
        self.groups[place].1.add(group);
    }

    /// Counts one series.
    pub fn add_series(&mut self, group: TalliedGroup) {
        self.series.add(group);
    }

    /// Counts one anomaly: one row of `review_needed.csv`.
    pub fn add_anomaly(&mut self, kind: AnomalyKind, make: Option<&str>, model: Option<&str>) {
        let camera = self.camera(make, model);
        *self.anomalies.entry((kind, camera)).or_default() += 1;
    }

    /// Counts a folder that was skipped or could not be read.
    pub fn add_folder(&mut self, path: &str, reason: &str) {
        *self.folder_counts.entry(reason.to_owned()).or_default() += 1;
        let named = self.folders.entry(reason.to_owned()).or_default();
        if named.len() < MOST_FOLDERS {
            named.push(path.to_owned());
        }
    }

    /// All assets counted.
    #[must_use]
    pub fn total(&self) -> Tally {
        self.total
    }

    /// Assets of a fate.
    #[must_use]
    pub fn of_fate(&self, fate: Fate) -> Tally {
        self.fates.get(&fate).copied().unwrap_or_default()
    }

    /// Anomalies of a kind: rows of `review_needed.csv`.
    #[must_use]
    pub fn of_kind(&self, kind: AnomalyKind) -> u64 {
        self.anomalies.iter().filter(|((k, _), _)| *k == kind).map(|(_, count)| count).sum()
    }

    /// Groups by basis, without series.
    #[must_use]
    pub fn groups(&self) -> &[(String, Groups)] {
        &self.groups
    }

    /// The series.
    #[must_use]
    pub fn series(&self) -> Groups {
        self.series
    }

    /// Assets by month, for the picture.
    #[must_use]
    pub fn timeline(&self) -> Timeline {
        let pictures = self.undated.iter().filter(|(why, _)| why.is_a_picture());
        let undated = pictures.fold((0, 0), |(assets, anomalous), (_, tally)| (assets + tally.0, anomalous + tally.1));
        Timeline::new(self.months.iter().map(|(&month, &tally)| (month, tally)), undated)
    }

    fn camera(&self, make: Option<&str>, model: Option<&str>) -> String {
        let name = camera_name(make, model);
        if self.cameras.len() < MOST_CAMERAS || self.cameras.contains_key(&name) { name } else { FURTHER_CAMERAS.to_owned() }
    }
}

impl Groups {
    fn add(&mut self, group: TalliedGroup) {
        self.groups += 1;
        self.members += group.members;
        self.bytes_beyond_one = self.bytes_beyond_one.saturating_add(group.bytes.saturating_sub(group.largest));
        self.unranked += u64::from(!group.ranked);
    }
}

fn why_undated(asset: &Tallied<'_>, class: Class) -> Undated {
    match (asset.fate, class, asset.date) {
        (Fate::Unreadable | Fate::Skipped, _, _) => Undated::NotRead,
        (_, Class::Sidecar | Class::Other, _) => Undated::NotAPicture,
        (_, _, RecordedDate::Zero { .. }) => Undated::Zero,
        (_, _, RecordedDate::Impossible { .. }) => Undated::Impossible,
        (_, Class::Video, _) if asset.container_time => Undated::ContainerOnly,
        _ => Undated::Missing,
    }
}

/// Make and model as one name; a maker that repeats its name in the model is named once.
#[must_use]
pub fn camera_name(make: Option<&str>, model: Option<&str>) -> String {
    let trimmed = |text: Option<&str>| text.map(str::trim).unwrap_or_default().to_owned();
    let (make, model) = (trimmed(make), trimmed(model));
    let first = make.split_whitespace().next().unwrap_or_default();
    match (make.is_empty(), model.is_empty()) {
        (true, true) => NO_CAMERA.to_owned(),
        (false, true) => make,
        (true, false) => model,
        _ if model.to_lowercase().starts_with(&first.to_lowercase()) => model,
        _ => format!("{make} {model}"),
    }
}

#[cfg(test)]
mod tests;
