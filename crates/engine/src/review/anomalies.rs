//! Anomalies as a person looks at them: counts and lists by filter, the next one that is open, and one photograph with its neighbours.
//!
//! A list's line is a photograph, with all its anomalies: a word on its date speaks for all of them that are shown. What was decided by
//! others since is taken account of before anything is told. Absent on purpose: deciding itself, and choosing a suggestion for a person.

pub mod body;
pub mod index;
pub mod photo;

use std::collections::{BTreeMap, HashSet};

use lightproof_ledger::AssetKey;
use lightproof_model::{
    anomaly::{AnomalyKind, Body},
    asset::{AssetId, SourceId},
    summary::camera_name,
};

use super::Looking;
use crate::EngineError;
use index::{AnomalyIndex, AnomalyLine, AnomalyState, PhotoLine};

/// Which anomalies are meant. What is not set excludes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AnomalyFilter {
    /// Of one of these kinds; empty for all.
    pub kinds: Vec<AnomalyKind>,
    /// In one of these states; empty for all.
    pub states: Vec<AnomalyState>,
    /// Only those that hold back a ranking.
    pub blocking: bool,
    /// Of this run.
    pub run: Option<String>,
    /// Of the body with this id.
    pub body: Option<String>,
    /// Of the camera of this name, whatever body it is.
    pub camera: Option<String>,
    /// In this source.
    pub source: Option<SourceId>,
    /// Dated in this year or month: `2009`, `2009-07`.
    pub dated: Option<String>,
    /// With a path that holds this text, whatever the case of ASCII letters.
    pub text: Option<String>,
}

/// How many anomalies are in which state, in the order of [`AnomalyState::ALL`].
pub type StateCounts = [u64; AnomalyState::ALL.len()];

/// Anomalies of one kind of one camera.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindLine {
    /// The kind.
    pub kind: AnomalyKind,
    /// The camera's name.
    pub camera: String,
    /// How many in which state.
    pub states: StateCounts,
}

/// The anomalies of one camera body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BodyLine {
    /// Names it in addresses.
    pub id: String,
    /// Which camera it is; nothing known where its photographs name none.
    pub body: Body,
    /// Its photographs with anomalies that were counted.
    pub photos: u64,
    /// Those among them that wait for a person.
    pub open_photos: u64,
    /// Anomalies of each kind that occurs, by state.
    pub kinds: Vec<(AnomalyKind, StateCounts)>,
}

impl BodyLine {
    /// Its name: make, model and serial.
    #[must_use]
    pub fn name(&self) -> String {
        let name = camera_name(self.body.make.as_deref(), self.body.model.as_deref());
        match &self.body.serial {
            Some(serial) if self.body.is_known() => format!("{name}, serial {serial}"),
            _ => name,
        }
    }

    /// All its anomalies by state.
    #[must_use]
    pub fn states(&self) -> StateCounts {
        let mut sums = StateCounts::default();
        self.kinds.iter().for_each(|(_, states)| sums.iter_mut().zip(states).for_each(|(sum, n)| *sum += n));
        sums
    }
}

/// A page of a list of photographs with anomalies.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AnomalyList {
    /// How many photographs the filter lets through.
    pub photos: usize,
    /// How many anomalies of them it lets through.
    pub anomalies: usize,
    /// The photographs of this page.
    pub lines: Vec<PhotoLine>,
}

impl Looking {
    /// How many anomalies of each kind and camera are in which state, kind by kind.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn anomaly_kinds(&self) -> Result<Vec<KindLine>, EngineError> {
        let index = self.anomaly_index()?;
        let mut counts: BTreeMap<(AnomalyKind, String), StateCounts> = BTreeMap::new();
        for photo in index.photos() {
            let body = index.body(photo);
            let camera = camera_name(body.make.as_deref(), body.model.as_deref());
            for anomaly in &photo.anomalies {
                counts.entry((anomaly.kind, camera.clone())).or_default()[anomaly.state as usize] += 1;
            }
        }
        Ok(counts.into_iter().map(|((kind, camera), states)| KindLine { kind, camera, states }).collect())
    }

    /// The camera bodies with anomalies that a filter lets through; the one with most open photographs first.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn anomalous_bodies(&self, filter: &AnomalyFilter) -> Result<Vec<BodyLine>, EngineError> {
        let index = self.anomaly_index()?;
        let passing = self.passing(filter)?;
        let mut lines: BTreeMap<usize, BodyLine> = BTreeMap::new();
        for photo in index.photos() {
            let mut through = passing.of(&index, photo).peekable();
            if through.peek().is_none() {
                continue;
            }
            let line = lines.entry(photo.body).or_insert_with(|| BodyLine {
                id: index.body_id(photo.body).to_owned(),
                body: index.body(photo).clone(),
                photos: 0,
                open_photos: 0,
                kinds: Vec::new(),
            });
            line.photos += 1;
            let mut open = false;
            for anomaly in through {
                open |= anomaly.state.is_open();
                let at = line.kinds.iter().position(|(kind, _)| *kind == anomaly.kind).unwrap_or_else(|| {
                    line.kinds.push((anomaly.kind, StateCounts::default()));
                    line.kinds.len() - 1
                });
                line.kinds[at].1[anomaly.state as usize] += 1;
            }
            line.open_photos += u64::from(open);
        }
        let mut lines: Vec<BodyLine> = lines.into_values().collect();
        lines.iter_mut().for_each(|line| line.kinds.sort_unstable());
        lines.sort_by_key(|line| (!line.body.is_known(), std::cmp::Reverse(line.open_photos), line.name()));
        Ok(lines)
    }

    /// Photographs with anomalies that a filter lets through, body by body and by date: how many, and those from `offset` on.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn anomalous(&self, filter: &AnomalyFilter, offset: usize, most: usize) -> Result<AnomalyList, EngineError> {
        let index = self.anomaly_index()?;
        let passing = self.passing(filter)?;
        let mut list = AnomalyList::default();
        for photo in index.photos() {
            let through = passing.of(&index, photo).count();
            if through == 0 {
                continue;
            }
            if list.photos >= offset && list.lines.len() < most {
                list.lines.push(photo.clone());
            }
            list.photos += 1;
            list.anomalies += through;
        }
        Ok(list)
    }

    /// How many photographs that a filter lets through come before one in the list; nothing where the filter does not let it through.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn place_of_anomalous(&self, filter: &AnomalyFilter, asset: &AssetId) -> Result<Option<usize>, EngineError> {
        let index = self.anomaly_index()?;
        let passing = self.passing(filter)?;
        let mut through = index.photos().iter().filter(|photo| passing.of(&index, photo).next().is_some());
        Ok(through.position(|photo| photo.asset == *asset))
    }

    /// The first photograph with an open anomaly after one, or from the beginning on; it begins anew at the end, and ends with none when no
    /// other is open.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn next_anomaly(&self, filter: &AnomalyFilter, after: Option<&AssetId>) -> Result<Option<AssetId>, EngineError> {
        let index = self.anomaly_index()?;
        let passing = self.passing(filter)?;
        let photos = index.photos();
        let start = after.and_then(|id| index.place(id)).map_or(0, |at| at + 1);
        let meant =
            |photo: &&PhotoLine| Some(&photo.asset) != after && passing.of(&index, photo).any(|anomaly| anomaly.state.is_open());
        Ok(photos[start..].iter().find(meant).or_else(|| photos[..start].iter().find(meant)).map(|photo| photo.asset.clone()))
    }

    /// The body whose camera took a photograph with anomalies, by its id in addresses.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn body_of(&self, asset: &AssetId) -> Result<Option<String>, EngineError> {
        let index = self.anomaly_index()?;
        Ok(index.place(asset).map(|at| index.body_id(index.photos()[at].body).to_owned()))
    }

    fn passing<'a>(&self, filter: &'a AnomalyFilter) -> Result<Passing<'a>, EngineError> {
        let text = filter.text.as_deref().map(str::trim).filter(|text| !text.is_empty());
        let named = text.map(|text| self.ledger().assets_with_path(self.run(), text)).transpose()?;
        Ok(Passing { filter, named: named.map(|keys| keys.into_iter().collect()) })
    }
}

/// A filter, with the assets that its text names.
struct Passing<'a> {
    filter: &'a AnomalyFilter,
    named: Option<HashSet<AssetKey>>,
}

impl Passing<'_> {
    /// The anomalies of a photograph that are let through.
    fn of<'p>(&self, index: &AnomalyIndex, photo: &'p PhotoLine) -> impl Iterator<Item = &'p AnomalyLine> {
        let filter = self.filter;
        let body = || index.body(photo);
        let passes = filter.body.as_ref().is_none_or(|id| index.body_id(photo.body) == id)
            && filter.camera.as_ref().is_none_or(|name| *name == camera_name(body().make.as_deref(), body().model.as_deref()))
            && filter.source.as_ref().is_none_or(|source| *source == photo.source)
            && filter.dated.as_ref().is_none_or(|dated| photo.at.is_some_and(|at| at.to_string().starts_with(dated)))
            && self.named.as_ref().is_none_or(|named| named.contains(&photo.key));
        photo.anomalies.iter().filter(move |anomaly| {
            passes
                && (filter.kinds.is_empty() || filter.kinds.contains(&anomaly.kind))
                && (filter.states.is_empty() || filter.states.contains(&anomaly.state))
                && (!filter.blocking || anomaly.kind.blocks_ranking())
                && filter.run.as_ref().is_none_or(|run| anomaly.run.as_ref() == Some(run))
        })
    }
}
