//! Stage 3, `flag-anomalies`: every asset is judged alone, and every camera body by all its shots.

use std::{
    collections::{HashMap, HashSet},
    time::Instant,
};

use jiff::{Timestamp, tz::TimeZone};
use lightproof_ledger::{AssetKey, Evidence, Ledger, RunKey, StoredAnomaly, StoredAsset};
use lightproof_model::{
    anomaly::{Anomaly, AnomalyKind, Body, FileNumber, Shot, judge_alone, judge_body},
    asset::{Fate, SourceId},
    media_type::Class,
    moment::WallClock,
    seen::seen_anomaly,
};

use crate::{
    EngineError,
    account::AnomalyAccount,
    proofs::owners,
    settings::Settings,
    telling::anomaly_evidence,
    watch::{Stage, Watch},
};

/// Finds the anomalies of all assets of a run and stores them in place of the old ones.
///
/// # Errors
/// What the ledger reports, or a stop.
pub(crate) fn flag(
    ledger: &Ledger,
    settings: &Settings,
    run: RunKey,
    now: i64,
    watch: &dyn Watch,
) -> Result<AnomalyAccount, EngineError> {
    watch.begins(Stage::FlagAnomalies);
    let began = Instant::now();
    let mut flagging = Flagging {
        ledger,
        settings,
        now: utc(end_of_day(now)),
        kinds: vec![0; AnomalyKind::ALL.len()],
        assets: 0,
        watch,
        owners: owners(ledger)?,
    };
    ledger.whole(|| {
        // Groups are told by the clocks of their members: what was told by the old ones counts no more.
        ledger.forget_stage(Stage::GroupDuplicates.command())?;
        ledger.forget_anomalies()?;
        flagging.bodiless(run)?;
        flagging.bodies(run)
    })?;
    ledger.finish_stage(Stage::FlagAnomalies.command(), run)?;
    Ok(AnomalyAccount {
        kinds: AnomalyKind::ALL.iter().zip(flagging.kinds).map(|(kind, n)| (kind.word(), n)).collect(),
        assets: flagging.assets,
        seconds: began.elapsed().as_secs_f64(),
    })
}

struct Flagging<'a> {
    ledger: &'a Ledger,
    settings: &'a Settings,
    now: WallClock,
    kinds: Vec<u64>,
    assets: u64,
    watch: &'a dyn Watch,
    owners: HashMap<SourceId, String>,
}

impl Flagging<'_> {
    fn owner(&self, asset: &StoredAsset) -> String {
        self.owners.get(&asset.place.source).cloned().unwrap_or_default()
    }

    /// Assets that name no camera model: nothing but themselves can be judged.
    fn bodiless(&mut self, run: RunKey) -> Result<(), EngineError> {
        let ledger = self.ledger;
        ledger.for_each_asset(run, |asset| {
            let (body, shot) = (body(&asset), shot(&asset));
            if body.is_known() || takes_no_part(&asset) {
                return Ok(());
            }
            let found = judge_alone(&body, &shot, &self.settings.cameras, self.now);
            self.store(&asset, found)
        })
    }

    /// Assets body by body; one body at a time is in memory.
    fn bodies(&mut self, run: RunKey) -> Result<(), EngineError> {
        let ledger = self.ledger;
        let mut current: Option<Body> = None;
        let mut shots: Vec<Shot> = Vec::new();
        ledger.for_each_asset_by_body(run, |asset| {
            if takes_no_part(&asset) {
                return Ok(());
            }
            let body = body(&asset);
            if current.as_ref() != Some(&body) {
                self.judge(current.replace(body), std::mem::take(&mut shots))?;
            }
            shots.push(shot(&asset));
            Ok::<(), EngineError>(())
        })?;
        self.judge(current, shots)
    }

    fn judge(&mut self, body: Option<Body>, shots: Vec<Shot>) -> Result<(), EngineError> {
        if self.watch.stop_asked() {
            return Err(EngineError::Stopped);
        }
        let Some(body) = body else { return Ok(()) };
        let mut found: Vec<(u64, Anomaly)> = Vec::new();
        judge_body(&body, shots, &self.settings.cameras, self.now, &mut |asset, anomaly| found.push((asset, anomaly)));
        found.sort_by_key(|(asset, anomaly)| (*asset, anomaly.kind));
        for of_one in found.chunk_by(|a, b| a.0 == b.0) {
            let asset = self.ledger.asset_of_key(AssetKey(of_one[0].0 as i64))?;
            self.store(&asset, of_one.iter().map(|(_, anomaly)| anomaly.clone()).collect())?;
        }
        Ok(())
    }

    fn store(&mut self, asset: &StoredAsset, mut found: Vec<Anomaly>) -> Result<(), EngineError> {
        // One row per asset and kind.
        let mut met = HashSet::new();
        found.retain(|anomaly| met.insert(anomaly.kind));
        if found.is_empty() {
            return Ok(());
        }
        self.assets += 1;
        for anomaly in found {
            if let Some(at) = AnomalyKind::ALL.iter().position(|k| *k == anomaly.kind) {
                self.kinds[at] += 1;
            }
            let evidence = anomaly.evidence_cell();
            let shown = anomaly_evidence(asset, &self.owner(asset), anomaly.kind.word());
            let seen = seen_anomaly(&shown).to_string();
            self.ledger.keep_shown(&seen, &Evidence::Anomaly(shown))?;
            let suggestion = anomaly.suggestion_cell();
            let confidence = anomaly.confidence_cell();
            self.ledger.store_anomaly(&StoredAnomaly {
                asset: asset.key,
                kind: anomaly.kind.word().to_owned(),
                run: anomaly.run.as_ref().map(|run| run.as_str().to_owned()),
                evidence,
                suggestion: (!suggestion.is_empty()).then_some(suggestion),
                confidence: (!confidence.is_empty()).then(|| confidence.to_owned()),
                seen,
            })?;
        }
        Ok(())
    }
}

/// What is set aside or in a trash, and what is probably the file of another asset, which is judged.
fn takes_no_part(asset: &StoredAsset) -> bool {
    asset.probably.is_some() || matches!(asset.fate, Some(Fate::Skipped | Fate::SetAside))
}

fn body(asset: &StoredAsset) -> Body {
    let facts = &asset.facts;
    Body::of(facts.make.as_deref(), facts.model.as_deref(), facts.serial.as_deref(), facts.internal_serial.as_deref())
}

fn shot(asset: &StoredAsset) -> Shot {
    let facts = &asset.facts;
    Shot {
        date: facts.date_time_original.clone(),
        corrected: asset.corrected,
        offset: facts.offset.clone(),
        position: facts.position,
        gps_time_utc: facts.gps_time_utc,
        container_time_utc: facts.container_time_utc,
        body_made: facts.body_made,
        number: FileNumber::of(&String::from_utf8_lossy(&asset.place.folder), &String::from_utf8_lossy(asset.given_name())),
        modified: Some(asset.stamp.mtime.div_euclid(1_000_000_000)),
        first_seen: Some(end_of_day(asset.first_seen)),
        ..Shot::new(asset.key.0 as u64, asset.media_type.map_or(Class::Other, |t| t.class()))
    }
}

/// The last second of a moment's day, UTC. Bounds of a date are told by the day of the survey: its second says nothing, and
/// would make two surveys of one library differ.
fn end_of_day(seconds: i64) -> i64 {
    const DAY: i64 = 86_400;
    seconds.div_euclid(DAY) * DAY + (DAY - 1)
}

/// Seconds since 1970 as wall clock in UTC.
pub(crate) fn utc(seconds: i64) -> WallClock {
    Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(TimeZone::UTC).datetime()
}
