//! The index of anomalies: every photograph that has any, in a line, with how far each is decided.
//!
//! Some two hundred bytes a photograph. Built in one pass when first asked for; afterwards only those lines are read anew about which
//! something was decided. The order is that of lists: body by body, and within a body by date.

use std::{
    cell::RefMut,
    collections::{BTreeMap, HashMap, HashSet},
};

use lightproof_ledger::{About, AnomalyLineRow, AssetKey, DecisionKey, Ledger};
use lightproof_model::{
    anomaly::{AnomalyKind, Body, Correction},
    asset::{AssetId, SourceId},
    decision::AnomalyVerb,
    digest::Sha1,
    moment::WallClock,
};

use crate::{
    EngineError,
    review::Looking,
    states::{State, States},
    telling::content,
};

/// How far an anomaly is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AnomalyState {
    /// Nobody said anything of it.
    Open,
    /// What was decided spoke of other evidence.
    Changed,
    /// Put off.
    Later,
    /// It is said what is to be done about the date.
    Decided,
}

impl AnomalyState {
    /// All states, in the order in which they are shown.
    pub const ALL: [AnomalyState; 4] = [AnomalyState::Open, AnomalyState::Changed, AnomalyState::Later, AnomalyState::Decided];

    /// The word in filters.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            AnomalyState::Open => "open",
            AnomalyState::Changed => "changed",
            AnomalyState::Later => "later",
            AnomalyState::Decided => "decided",
        }
    }

    /// The state for a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<AnomalyState> {
        AnomalyState::ALL.into_iter().find(|state| state.word() == word)
    }

    /// Whether it still holds back what waits for it.
    #[must_use]
    pub fn is_open(self) -> bool {
        self != AnomalyState::Decided
    }

    pub(crate) fn of(verb: Option<AnomalyVerb>, changes: &[String]) -> AnomalyState {
        match verb {
            _ if !changes.is_empty() => AnomalyState::Changed,
            Some(verb) if verb.resolves() => AnomalyState::Decided,
            Some(_) => AnomalyState::Later,
            None => AnomalyState::Open,
        }
    }
}

/// What the date of a witness is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worth {
    /// Nothing speaks against it.
    Unflagged,
    /// A person decided on it.
    Decided,
    /// Nothing speaks against it but that its camera is known to fail, and nobody looked at it yet.
    NotReviewed,
}

/// An anomaly in a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnomalyLine {
    /// Its kind.
    pub kind: AnomalyKind,
    /// The run it belongs to.
    pub run: Option<String>,
    /// What might be done about it.
    pub suggestion: Option<AnomalyVerb>,
    /// How far it is decided.
    pub state: AnomalyState,
    /// What was decided, while that holds.
    pub verb: Option<AnomalyVerb>,
}

/// A photograph with anomalies, in a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhotoLine {
    /// The asset.
    pub asset: AssetId,
    /// Its row.
    pub key: AssetKey,
    /// Its source.
    pub source: SourceId,
    /// The date that ranks.
    pub at: Option<WallClock>,
    /// Its anomalies.
    pub anomalies: Vec<AnomalyLine>,
    /// Its body's place in the index.
    pub(crate) body: usize,
    /// What names its bytes in decisions.
    content: Option<Sha1>,
}

impl PhotoLine {
    /// The date by which others may be judged, and what it is worth: the one that ranks, or what was decided on it. Nothing while more
    /// is open than that its camera is known to fail.
    #[must_use]
    pub fn witness(&self) -> Option<(WallClock, Worth)> {
        if self.is_open() {
            let unshaken = |a: &AnomalyLine| {
                !a.state.is_open() || (a.kind == AnomalyKind::KnownCamera && a.suggestion.is_none_or(|said| said == LEAVE))
            };
            return self.at.filter(|_| self.anomalies.iter().all(unshaken)).map(|at| (at, Worth::NotReviewed));
        }
        // The least harmless word speaks: they were said together, or one after the other.
        let said = self.anomalies.iter().find_map(|anomaly| anomaly.verb.filter(|verb| *verb != LEAVE));
        Some((said.map_or(self.at, |verb| corrected(self.at, verb))?, Worth::Decided))
    }

    /// Whether any of its anomalies waits for a person.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.anomalies.iter().any(|anomaly| anomaly.state.is_open())
    }
}

/// All photographs with anomalies, in order.
#[derive(Debug)]
pub(crate) struct AnomalyIndex {
    photos: Vec<PhotoLine>,
    places: HashMap<AssetId, usize>,
    contents: HashMap<(SourceId, Sha1), Vec<usize>>,
    bodies: Vec<(String, Body)>,
    until: DecisionKey,
}

impl AnomalyIndex {
    fn build(ledger: &Ledger, looking: &Looking) -> Result<AnomalyIndex, EngineError> {
        let until = ledger.last_decision()?;
        let states = States::load(ledger)?;
        let mut bodies: BTreeMap<Body, usize> = BTreeMap::new();
        let mut photos: Vec<PhotoLine> = Vec::new();
        let mut decided: HashSet<AssetKey> = HashSet::new();
        ledger.for_each_anomaly_line(|row| {
            let Some(kind) = AnomalyKind::from_word(&row.kind) else { return Ok(()) };
            if photos.last().is_none_or(|photo| photo.key != row.key) {
                photos.push(photo(ledger, &mut bodies, &row)?);
            }
            if let Some(photo) = photos.last_mut() {
                if states.speaks_of(&row.asset, &row.source, photo.content, &row.kind) {
                    decided.insert(row.key);
                }
                let suggestion = row.suggestion.and_then(|text| text.parse().ok());
                photo.anomalies.push(AnomalyLine { kind, run: row.run, suggestion, state: AnomalyState::Open, verb: None });
            }
            Ok::<(), EngineError>(())
        })?;
        let mut named: Vec<(String, Body)> = vec![Default::default(); bodies.len()];
        let mut order = vec![0; bodies.len()];
        // Photographs that name no camera come last.
        let known = |known: bool| bodies.iter().filter(move |(body, _)| body.is_known() == known);
        for (place, (body, met)) in known(true).chain(known(false)).enumerate() {
            named[place] = (body_id(body), body.clone());
            order[*met] = place;
        }
        photos.iter_mut().for_each(|photo| photo.body = order[photo.body]);
        photos.sort_by_key(|photo| (photo.body, photo.at.is_none(), photo.at, photo.key));
        let mut index = AnomalyIndex { places: HashMap::new(), contents: HashMap::new(), bodies: named, photos, until };
        for (place, photo) in index.photos.iter().enumerate() {
            index.places.insert(photo.asset.clone(), place);
            if let Some(content) = photo.content {
                index.contents.entry((photo.source.clone(), content)).or_default().push(place);
            }
        }
        let decided: Vec<usize> = (0..index.photos.len()).filter(|&at| decided.contains(&index.photos[at].key)).collect();
        for place in decided {
            index.renew(ledger, looking, &states, place)?;
        }
        Ok(index)
    }

    /// Reads anew what was decided on since.
    fn catch_up(&mut self, ledger: &Ledger, looking: &Looking) -> Result<(), EngineError> {
        let last = ledger.last_decision()?;
        if last == self.until {
            return Ok(());
        }
        let mut places: Vec<usize> = Vec::new();
        ledger.for_each_decision(self.until, |decision| {
            for word in decision.words.iter().filter(|_| decision.about == About::Anomaly) {
                places.extend(self.place(&word.asset));
                let same = word.content.and_then(|content| self.contents.get(&(word.source.clone(), content)));
                places.extend(same.into_iter().flatten());
            }
            Ok::<(), EngineError>(())
        })?;
        places.sort_unstable();
        places.dedup();
        for place in places {
            self.renew(ledger, looking, &States::Asked, place)?;
        }
        self.until = last;
        Ok(())
    }

    fn renew(&mut self, ledger: &Ledger, looking: &Looking, states: &States, place: usize) -> Result<(), EngineError> {
        let photo = &mut self.photos[place];
        let asset = ledger.asset_of_key(photo.key)?;
        let owner = looking.owner(&asset.place.source);
        for found in ledger.anomalies_of(photo.key)? {
            let State { verb, stale, .. } = states.of(ledger, &asset, &owner, &found)?;
            if let Some(line) = photo.anomalies.iter_mut().find(|line| line.kind.word() == found.kind) {
                line.state = AnomalyState::of(verb, &stale);
                line.verb = verb.filter(|_| stale.is_empty());
            }
        }
        Ok(())
    }

    pub(crate) fn photos(&self) -> &[PhotoLine] {
        &self.photos
    }

    pub(crate) fn place(&self, asset: &AssetId) -> Option<usize> {
        self.places.get(asset).copied()
    }

    pub(crate) fn body(&self, photo: &PhotoLine) -> &Body {
        &self.bodies[photo.body].1
    }

    pub(crate) fn body_id(&self, body: usize) -> &str {
        &self.bodies[body].0
    }
}

impl Looking {
    /// The index of anomalies as it is now.
    pub(crate) fn anomaly_index(&self) -> Result<RefMut<'_, AnomalyIndex>, EngineError> {
        let mut kept = self.anomalies.borrow_mut();
        match kept.as_mut() {
            Some(index) => index.catch_up(self.ledger(), self)?,
            None => *kept = Some(AnomalyIndex::build(self.ledger(), self)?),
        }
        Ok(RefMut::map(kept, |index| index.as_mut().expect("it was built just now")))
    }
}

fn photo(ledger: &Ledger, bodies: &mut BTreeMap<Body, usize>, row: &AnomalyLineRow) -> Result<PhotoLine, EngineError> {
    let [make, model, serial, internal] = &row.camera;
    let body = Body::of(make.as_deref(), model.as_deref(), serial.as_deref(), internal.as_deref());
    // Shots that name no model belong to no body: nobody can tell them apart.
    let body = if body.is_known() { body } else { Body::default() };
    let next = bodies.len();
    Ok(PhotoLine {
        asset: row.asset.clone(),
        key: row.key,
        source: row.source.clone(),
        at: row.at,
        anomalies: Vec::new(),
        body: *bodies.entry(body).or_insert(next),
        content: if row.external { content(&ledger.asset_of_key(row.key)?) } else { row.sha1 },
    })
}

const LEAVE: AnomalyVerb = AnomalyVerb::Resolve(Correction::Leave);

/// The date that a word on it gives; nothing where it gives none.
#[must_use]
pub fn corrected(at: Option<WallClock>, verb: AnomalyVerb) -> Option<WallClock> {
    match verb {
        AnomalyVerb::Resolve(Correction::Leave) => at,
        AnomalyVerb::Resolve(Correction::Fix(date)) => Some(date),
        AnomalyVerb::Resolve(Correction::Shift(by)) => at?.checked_add(jiff::SignedDuration::from_secs(by)).ok(),
        AnomalyVerb::Later => None,
    }
}

/// Names a body in addresses: the same in every survey.
fn body_id(body: &Body) -> String {
    use sha1::Digest;
    if !body.is_known() {
        return "no-camera".to_owned();
    }
    let digest = [&body.make, &body.model, &body.serial].into_iter().fold(sha1::Sha1::new(), |digest, text| {
        let text = text.as_deref().unwrap_or_default();
        digest.chain_update((text.len() as u64).to_be_bytes()).chain_update(text)
    });
    let hex: String = digest.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    format!("body-{hex}")
}
