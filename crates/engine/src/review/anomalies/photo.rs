//! One photograph whose date is in doubt, with all that helps to decide; and a run of them, which may be decided together.
//!
//! A run is decided as it was shown, whole: its digest covers every anomaly of it, with the evidence and the decision that held.
//! Absent on purpose: a word for a photograph that was not shown.

use lightproof_ledger::{DecisionKey, StoredAsset, StoredDecision, StoredSource};
use lightproof_model::{
    anomaly::{FileNumber, Interval},
    asset::{AssetId, GroupId},
    decision::AnomalyVerb,
    moment::WallClock,
};

use super::{
    AnomalyFilter,
    body::Neighbour,
    index::{AnomalyState, PhotoLine, corrected},
};
use crate::{
    EngineError,
    review::{
        Looking, Review,
        deciding::{AnomalyWord, NotDecided},
        groups::AnomalyView,
    },
};

/// What might be done about a date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggested {
    /// The decision that a person may take over.
    pub verb: AnomalyVerb,
    /// The date that it gives.
    pub at: Option<WallClock>,
    /// Bounds of the true date.
    pub interval: Interval,
    /// How far it can be relied on.
    pub confidence: String,
}

/// A photograph with anomalies, and its neighbours.
#[derive(Debug, Clone)]
pub struct PhotoView {
    /// The asset.
    pub asset: StoredAsset,
    /// Whose it is; empty when nobody said.
    pub owner: String,
    /// Its source, as the record knows it.
    pub source: Option<StoredSource>,
    /// Names its body in addresses.
    pub body: String,
    /// The date that ranks.
    pub at: Option<WallClock>,
    /// Its anomalies.
    pub anomalies: Vec<AnomalyView>,
    /// The decisions on them that hold, or held until the evidence changed, each once.
    pub decisions: Vec<StoredDecision>,
    /// What is suggested for its open anomalies, each suggestion once.
    pub suggested: Vec<Suggested>,
    /// The shots of its body right before and right after it whose dates can be trusted.
    pub neighbours: [Option<Neighbour>; 2],
    /// The groups that it is in.
    pub groups: Vec<GroupId>,
}

impl PhotoView {
    /// Whether any of its anomalies waits for a person.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.anomalies.iter().any(AnomalyView::is_open)
    }

    /// The words that say one thing of all its open anomalies as they are shown.
    #[must_use]
    pub fn words(&self, verb: AnomalyVerb) -> Vec<AnomalyWord> {
        self.anomalies.iter().filter(|anomaly| anomaly.is_open()).map(|anomaly| word(&self.asset.id, anomaly, verb)).collect()
    }
}

/// A run, whole.
#[derive(Debug, Clone)]
pub struct RunView {
    /// Its name.
    pub run: String,
    /// Its photographs by date; of each only the anomalies of this run.
    pub photos: Vec<PhotoView>,
    /// Digest of all that is shown of it: anomalies, evidence, decisions.
    pub shown: String,
    /// The suggestion that all its open anomalies share.
    pub suggested: Option<Suggested>,
    /// Open anomalies of its photographs that are not of this run.
    pub others_open: usize,
}

impl RunView {
    /// How many of its photographs wait for a person.
    #[must_use]
    pub fn open(&self) -> usize {
        self.photos.iter().filter(|photo| photo.is_open()).count()
    }
}

impl Looking {
    /// Photographs of a list, with all that helps to decide.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn anomalous_photos(&self, lines: &[PhotoLine]) -> Result<Vec<PhotoView>, EngineError> {
        let sources = self.ledger().sources()?;
        let index = self.anomaly_index()?;
        let mut photos = Vec::with_capacity(lines.len());
        for of_body in lines.chunk_by(|a, b| a.body == b.body) {
            let near = self.neighbourhood(&index, index.body(&of_body[0]))?;
            for line in of_body {
                let asset = self.ledger().asset_of_key(line.key)?;
                let anomalies = self.anomalies_of(&asset)?;
                let mut keys: Vec<DecisionKey> = anomalies.iter().filter_map(|a| a.decision).collect();
                keys.sort_unstable();
                keys.dedup();
                let decisions = keys.into_iter().filter_map(|key| self.ledger().decision(key).transpose());
                let folder = String::from_utf8_lossy(&asset.place.folder);
                let number = FileNumber::of(&folder, &String::from_utf8_lossy(asset.given_name()));
                photos.push(PhotoView {
                    owner: self.owner(&asset.place.source),
                    source: sources.iter().find(|source| source.id == asset.place.source).cloned(),
                    body: index.body_id(line.body).to_owned(),
                    at: line.at,
                    decisions: decisions.collect::<Result<_, _>>()?,
                    suggested: suggested(line.at, &anomalies),
                    neighbours: near.of(&asset.id, number, asset.stamp.mtime),
                    groups: self.ledger().groups_of(asset.key)?,
                    anomalies,
                    asset,
                });
            }
        }
        Ok(photos)
    }

    /// One photograph with anomalies; nothing where it has none.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn anomalous_photo(&self, asset: &AssetId) -> Result<Option<PhotoView>, EngineError> {
        let line = {
            let index = self.anomaly_index()?;
            index.place(asset).map(|place| index.photos()[place].clone())
        };
        Ok(line.map(|line| self.anomalous_photos(&[line])).transpose()?.and_then(|mut photos| photos.pop()))
    }

    /// A run, whole; nothing where there is none of that name.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn anomaly_run(&self, run: &str) -> Result<Option<RunView>, EngineError> {
        let filter = AnomalyFilter { run: Some(run.to_owned()), ..AnomalyFilter::default() };
        let lines = self.anomalous(&filter, 0, usize::MAX)?.lines;
        let mut photos = self.anomalous_photos(&lines)?;
        if photos.is_empty() {
            return Ok(None);
        }
        let is_of = |anomaly: &AnomalyView| anomaly.found.run.as_deref() == Some(run);
        let others_open = photos.iter().flat_map(|p| &p.anomalies).filter(|a| !is_of(a) && a.is_open()).count();
        for photo in &mut photos {
            photo.anomalies.retain(is_of);
            photo.suggested = suggested(photo.at, &photo.anomalies);
        }
        let mut open = photos.iter().filter(|photo| photo.is_open()).map(|photo| photo.suggested.as_slice());
        let shared = open.next().and_then(|first| if first.len() == 1 { first.first() } else { None });
        let same = shared.filter(|first| open.all(|other| other.len() == 1 && other[0].verb == first.verb)).cloned();
        Ok(Some(RunView { run: run.to_owned(), shown: digest(&photos), photos, suggested: same, others_open }))
    }
}

impl Review {
    /// Says one thing of every open anomaly of a run as it was shown, all or none; the keys of the decisions.
    ///
    /// # Errors
    /// [`NotDecided`] where the run is not what was shown; then nothing was written.
    pub fn decide_run(&self, run: &str, shown: &str, verb: AnomalyVerb) -> Result<Vec<DecisionKey>, NotDecided> {
        let changed =
            || NotDecided::Changed(vec![format!("{run} is not what it was: its photographs, or what was decided on them")]);
        let now = self.looking().anomaly_run(run)?.filter(|now| now.shown == shown).ok_or_else(changed)?;
        let words: Vec<AnomalyWord> = now.photos.iter().flat_map(|photo| photo.words(verb)).collect();
        self.decide_anomalies(&words).map_err(|(_, error)| error)
    }
}

fn word(asset: &AssetId, anomaly: &AnomalyView, verb: AnomalyVerb) -> AnomalyWord {
    AnomalyWord {
        asset: asset.clone(),
        kind: anomaly.found.kind.clone(),
        seen: anomaly.found.seen.clone(),
        verb,
        after: anomaly.decision,
    }
}

fn suggested(at: Option<WallClock>, anomalies: &[AnomalyView]) -> Vec<Suggested> {
    let mut all: Vec<Suggested> = Vec::new();
    for anomaly in anomalies.iter().filter(|anomaly| anomaly.is_open()) {
        let Some(verb) = anomaly.found.suggestion.as_deref().and_then(|text| text.parse().ok()) else { continue };
        if all.iter().all(|known| known.verb != verb) {
            let (_, interval) = Interval::told_in(&anomaly.found.evidence);
            let confidence = anomaly.found.confidence.clone().unwrap_or_default();
            all.push(Suggested { verb, at: corrected(at, verb), interval, confidence });
        }
    }
    all
}

fn digest(photos: &[PhotoView]) -> String {
    use sha1::Digest;
    let mut digest = sha1::Sha1::new();
    for (photo, anomaly) in photos.iter().flat_map(|photo| photo.anomalies.iter().map(move |anomaly| (photo, anomaly))) {
        let state = AnomalyState::of(anomaly.verb, &anomaly.changes).word();
        let key = anomaly.decision.map_or(0, |key| key.0);
        digest.update(format!("{} {} {} {state} {key}\n", photo.asset.id, anomaly.found.kind, anomaly.found.seen));
    }
    digest.finalize().iter().take(12).map(|byte| format!("{byte:02x}")).collect()
}
