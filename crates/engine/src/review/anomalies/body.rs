//! One camera body: all its shots in time, the runs among them, and which neighbours of a shot can be trusted.
//!
//! Neighbours are found by file number, in which a camera counts whatever its clock says, and else by when the file was last modified.

use std::collections::BTreeMap;

use lightproof_ledger::ShotRow;
use lightproof_model::{
    anomaly::{AnomalyKind, Body, FileNumber},
    asset::AssetId,
    moment::WallClock,
};

use super::{
    AnomalyFilter, BodyLine,
    index::{AnomalyIndex, PhotoLine, Worth, corrected},
};
use crate::{EngineError, review::Looking};

/// What a shot's date is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nothing is said against it.
    Trusted,
    /// It waits for a person.
    Open,
    /// A person decided on it.
    Decided,
}

/// A shot on the time axis of its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShotMark {
    /// The asset.
    pub asset: AssetId,
    /// The date that ranks.
    pub at: Option<WallClock>,
    /// Where what was decided, or else what is suggested, puts it.
    pub put_at: Option<WallClock>,
    /// What its date is worth.
    pub standing: Standing,
}

/// Consecutive shots with one fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunLine {
    /// Its name.
    pub run: String,
    /// The kinds of its anomalies.
    pub kinds: Vec<AnomalyKind>,
    /// Its photographs.
    pub photos: u64,
    /// Those that wait for a person.
    pub open: u64,
    /// Its first and last recorded date.
    pub dates: Option<(WallClock, WallClock)>,
}

/// One camera body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BodyView {
    /// The body in a line.
    pub line: BodyLine,
    /// All its shots by date, those without a date last.
    pub shots: Vec<ShotMark>,
    /// Its runs by date.
    pub runs: Vec<RunLine>,
}

/// By what a neighbour is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The file numbers, in which a camera counts.
    Number,
    /// When the files were last modified.
    Modified,
}

/// A shot beside another whose date can be trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbour {
    /// The asset.
    pub asset: AssetId,
    /// Its name.
    pub name: Vec<u8>,
    /// Its date: the one that ranks, or what a person decided.
    pub at: WallClock,
    /// What that date is worth.
    pub worth: Worth,
    /// By what it is a neighbour.
    pub order: Order,
}

impl Looking {
    /// One camera body with all its shots; nothing where no body of that id has anomalies.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn body(&self, id: &str) -> Result<Option<BodyView>, EngineError> {
        let filter = AnomalyFilter { body: Some(id.to_owned()), ..AnomalyFilter::default() };
        let Some(line) = self.anomalous_bodies(&filter)?.pop() else { return Ok(None) };
        let index = self.anomaly_index()?;
        let mut shots: Vec<ShotMark> = Vec::new();
        let mut runs: BTreeMap<&str, RunLine> = BTreeMap::new();
        for photo in index.photos().iter().filter(|photo| index.body_id(photo.body) == id) {
            if !line.body.is_known() {
                shots.push(mark(photo));
            }
            for anomaly in &photo.anomalies {
                let Some(name) = &anomaly.run else { continue };
                let run = runs.entry(name).or_insert_with(|| RunLine {
                    run: name.clone(),
                    kinds: Vec::new(),
                    photos: 0,
                    open: 0,
                    dates: None,
                });
                if !run.kinds.contains(&anomaly.kind) {
                    run.kinds.push(anomaly.kind);
                }
            }
            let mut met: Vec<&str> = photo.anomalies.iter().filter_map(|a| a.run.as_deref()).collect();
            met.sort_unstable();
            met.dedup();
            for name in met {
                let open = photo.anomalies.iter().any(|a| a.run.as_deref() == Some(name) && a.state.is_open());
                if let Some(run) = runs.get_mut(name) {
                    run.photos += 1;
                    run.open += u64::from(open);
                    if let Some(at) = photo.at {
                        run.dates = Some(run.dates.map_or((at, at), |(first, last)| (first.min(at), last.max(at))));
                    }
                }
            }
        }
        let mut runs: Vec<RunLine> = runs.into_values().collect();
        runs.sort_by(|a, b| (a.dates, &a.run).cmp(&(b.dates, &b.run)));
        for shot in self.shots(&line.body)? {
            shots.push(match index.place(&shot.asset) {
                Some(place) => mark(&index.photos()[place]),
                None => ShotMark { asset: shot.asset, at: shot.at, put_at: None, standing: Standing::Trusted },
            });
        }
        shots.sort_by(|a, b| (a.at.is_none(), a.at, &a.asset).cmp(&(b.at.is_none(), b.at, &b.asset)));
        Ok(Some(BodyView { line, shots, runs }))
    }

    /// All shots of a body.
    fn shots(&self, body: &Body) -> Result<Vec<ShotRow>, EngineError> {
        if !body.is_known() {
            return Ok(Vec::new());
        }
        if self.cameras.borrow().is_none() {
            *self.cameras.borrow_mut() = Some(self.ledger().recorded_bodies()?);
        }
        let cameras = self.cameras.borrow();
        let of = |[make, model, serial, internal]: &[Option<String>; 4]| {
            Body::of(make.as_deref(), model.as_deref(), serial.as_deref(), internal.as_deref())
        };
        let mut shots = Vec::new();
        for camera in cameras.iter().flatten().filter(|camera| of(camera) == *body) {
            shots.extend(self.ledger().shots_of(self.run(), camera)?);
        }
        Ok(shots)
    }

    /// The shots of a body among which neighbours are looked for.
    pub(super) fn neighbourhood(&self, index: &AnomalyIndex, body: &Body) -> Result<Neighbourhood, EngineError> {
        let mut of = Neighbourhood::default();
        for shot in self.shots(body)? {
            let number = FileNumber::of(&String::from_utf8_lossy(&shot.folder), &String::from_utf8_lossy(&shot.name));
            let photo = index.place(&shot.asset).map(|place| &index.photos()[place]);
            let witness = photo.map_or(shot.at.map(|at| (at, Worth::Unflagged)), PhotoLine::witness);
            if let Some((at, worth)) = witness {
                let place = of.trusted.len();
                of.by_number.extend(number.map(|number| (number, place)));
                of.by_modified.push((shot.mtime, place));
                of.trusted.push(Neighbour { asset: shot.asset, name: shot.name, at, worth, order: Order::Number });
            }
        }
        of.by_number.sort_unstable();
        of.by_modified.sort_unstable();
        Ok(of)
    }
}

/// The trusted shots of one body, in both orders.
#[derive(Default)]
pub(super) struct Neighbourhood {
    trusted: Vec<Neighbour>,
    by_number: Vec<(FileNumber, usize)>,
    by_modified: Vec<(i64, usize)>,
}

impl Neighbourhood {
    /// The trusted shots right before and right after one. Modification times are asked where the numbers do not tell.
    pub(super) fn of(&self, asset: &AssetId, number: Option<FileNumber>, mtime: i64) -> [Option<Neighbour>; 2] {
        let of = |place: usize, order| Neighbour { order, ..self.trusted[place].clone() };
        let other = |place: usize| self.trusted[place].asset != *asset;
        let mut found = [None, None];
        if let Some(number) = number {
            let counts = |found: &&(FileNumber, usize)| found.0.counts_with(number) && other(found.1);
            let after = self.by_number.partition_point(|(n, _)| *n <= number);
            let before = self.by_number.partition_point(|(n, _)| *n < number);
            found[0] = before.checked_sub(1).and_then(|at| self.by_number.get(at)).filter(counts).map(|f| of(f.1, Order::Number));
            found[1] = self.by_number.get(after).filter(counts).map(|f| of(f.1, Order::Number));
        }
        if found == [None, None] {
            let before = self.by_modified.partition_point(|(m, _)| *m < mtime);
            let after = self.by_modified.partition_point(|(m, _)| *m <= mtime);
            let earlier = self.by_modified[..before].iter().rev().find(|f| other(f.1));
            found[0] = earlier.map(|f| of(f.1, Order::Modified));
            found[1] = self.by_modified[after..].iter().find(|f| other(f.1)).map(|f| of(f.1, Order::Modified));
        }
        found
    }
}

fn mark(photo: &PhotoLine) -> ShotMark {
    let suggested = || photo.anomalies.iter().find_map(|anomaly| anomaly.suggestion);
    let open = photo.is_open();
    let put_at = if open { suggested().and_then(|verb| corrected(photo.at, verb)) } else { photo.witness().map(|(at, _)| at) };
    ShotMark {
        asset: photo.asset.clone(),
        at: photo.at,
        put_at: put_at.filter(|at| Some(*at) != photo.at),
        standing: if open { Standing::Open } else { Standing::Decided },
    }
}
