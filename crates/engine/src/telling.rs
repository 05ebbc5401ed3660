//! Telling: from a group of assets to rows that can be shown, with the evidence as a person sees it and THE RULE's ranking.
//!
//! What people decided on anomalies takes part: a ranking waits until every clock in the group was looked at.

use std::collections::HashMap;

use lightproof_ledger::{AssetKey, Evidence, GroupRow, Ledger, MemberRow, RunKey, StoredAsset, StoredGroup};
use lightproof_model::{
    asset::SourceId,
    decision::{AnomalyVerb, OPEN, blocks},
    digest::Sha1,
    group::{Basis, Group, Row},
    moment::RecordedDate,
    rank::{Contender, RankingDate, Standing, rank},
    seen::{self, SeenAnomaly, SeenMember, SeenPart, fields_digest, seen_group},
};

use crate::{EngineError, proofs::owners, states::States, units::number, watch::Stage};

/// Turns a group of numbers into rows that can be shown.
pub(crate) struct Telling<'a> {
    ledger: &'a Ledger,
    run: RunKey,
    owners: HashMap<SourceId, String>,
    states: States,
}

/// A group as it is shown.
pub(crate) struct Told {
    /// Its rows.
    pub(crate) row: GroupRow,
    /// Whether it has a ranking.
    pub(crate) ranked: bool,
    /// What stands behind its `seen`.
    pub(crate) evidence: Vec<SeenMember>,
}

/// A member with all that its rows need.
struct Shown {
    asset: StoredAsset,
    companions: Vec<StoredAsset>,
    /// Kinds and states of the anomalies of the asset and its companions.
    anomalies: Vec<(String, String)>,
    basis: Basis,
    distance: u8,
}

impl Telling<'_> {
    /// For all groups, by what the ledger holds now.
    pub(crate) fn begin(ledger: &Ledger, run: RunKey) -> Result<Telling<'_>, EngineError> {
        Ok(Telling { ledger, run, owners: owners(ledger)?, states: States::load(ledger)? })
    }

    /// For a few groups.
    pub(crate) fn of_few(ledger: &Ledger, run: RunKey) -> Result<Telling<'_>, EngineError> {
        Ok(Telling { ledger, run, owners: owners(ledger)?, states: States::Asked })
    }

    /// A group that grouping found.
    pub(crate) fn tell(&self, group: &Group) -> Result<Told, EngineError> {
        let mut members = group.rows.iter().map(|row| self.shown(*row)).collect::<Result<Vec<_>, EngineError>>()?;
        let contenders: Vec<Contender> = members.iter().map(contender).collect();
        let mut standings = rank(group.basis, &contenders);
        let ranked = standings.iter().all(|s| s.rank.is_some());
        for (standing, member) in standings.iter_mut().zip(&members).filter(|_| ranked) {
            standing.ground.push_str(&pending(member));
        }
        let evidence = self.evidence(&members)?;
        let mut shown: Vec<(Shown, Standing)> = members.drain(..).zip(standings).collect();
        // The order of the ranking; members of equal rank, or without one, by place.
        shown.sort_by(|a, b| (a.1.rank, &a.0.asset.place).cmp(&(b.1.rank, &b.0.asset.place)));
        let rows = shown.into_iter().flat_map(|(member, standing)| rows_of(member, standing)).collect();
        let seen = seen_group(&evidence).to_string();
        Ok(Told { row: GroupRow { id: group.id.clone(), basis: group.basis.word(), seen, members: rows }, ranked, evidence })
    }

    /// A stored group, told anew by what people decided since.
    pub(crate) fn retell(&self, stored: &StoredGroup) -> Result<Option<Told>, EngineError> {
        let basis = |word: &str| Basis::ALL.into_iter().find(|basis| basis.word() == word);
        let mains = stored.members.iter().filter(|(asset, ..)| asset.companion_of.is_none());
        let rows: Option<Vec<Row>> = mains
            .map(|(asset, word, distance, ..)| {
                Some(Row { asset: number(asset), basis: basis(word)?, distance: u8::try_from(*distance).ok()? })
            })
            .collect();
        let (Some(rows), Some(basis)) = (rows, basis(&stored.basis)) else { return Ok(None) };
        let centre = rows.first().map_or(0, |row| row.asset);
        self.tell(&Group { id: stored.id.clone(), basis, centre, rows }).map(Some)
    }

    fn shown(&self, row: Row) -> Result<Shown, EngineError> {
        let asset = self.ledger.asset_of_key(AssetKey(row.asset.into()))?;
        let companions = self.ledger.companions_of(self.run, asset.key)?;
        // The clock of a companion is a clock of the group: the RAW beside a JPEG is judged by its own date.
        let mut anomalies: Vec<(String, String)> = Vec::new();
        for part in std::iter::once(&asset).chain(&companions) {
            for anomaly in self.ledger.anomalies_of(part.key)? {
                let state = self.states.of(self.ledger, part, &self.owner(part), &anomaly)?.word();
                match anomalies.iter_mut().find(|(kind, _)| *kind == anomaly.kind) {
                    None => anomalies.push((anomaly.kind, state)),
                    // Open as long as one of them is.
                    Some((_, known)) if *known != OPEN && state != *known => {
                        *known = if state == OPEN { state } else { format!("{known}, {state}") }
                    }
                    Some(_) => {}
                }
            }
        }
        anomalies.sort_unstable();
        Ok(Shown { asset, companions, anomalies, basis: row.basis, distance: row.distance })
    }

    fn owner(&self, asset: &StoredAsset) -> String {
        self.owners.get(&asset.place.source).cloned().unwrap_or_default()
    }

    fn evidence(&self, members: &[Shown]) -> Result<Vec<SeenMember>, EngineError> {
        let part = |asset: &StoredAsset| SeenPart {
            place: place(asset, &self.owner(asset)),
            sha1: content(asset),
            asset: asset.id.clone(),
        };
        members
            .iter()
            .map(|m| {
                Ok(SeenMember {
                    asset: m.asset.id.clone(),
                    sha1: content(&m.asset).unwrap_or_else(|| stands_for_content(&m.asset)),
                    place: place(&m.asset, &self.owner(&m.asset)),
                    companions: m.companions.iter().map(part).collect(),
                    exif_field_count: m.asset.facts.exif_field_count,
                    fields: fields_digest(&self.ledger.exif_fields(m.asset.key)?),
                    date_time_original: m.asset.facts.date_time_original.clone(),
                    date_corrected: m.asset.corrected,
                    basis: m.basis,
                    anomalies: m.anomalies.clone(),
                })
            })
            .collect()
    }
}

/// Tells all stored groups anew, by what is known of their clocks now. All of them or, when it is stopped, none.
pub(crate) fn retell_all(ledger: &Ledger, run: RunKey) -> Result<(), EngineError> {
    let heard = ledger.last_decision()?;
    ledger.whole(|| {
        let telling = Telling::begin(ledger, run)?;
        for id in ledger.group_ids()? {
            let Some(stored) = ledger.group(&id)? else { continue };
            if let Some(told) = telling.retell(&stored)? {
                ledger.keep_shown(&told.row.seen, &Evidence::Group(told.evidence))?;
                ledger.tell_anew(&told.row)?;
            }
        }
        ledger.hear(heard)?;
        Ok::<(), EngineError>(())
    })?;
    Ok(ledger.finish_stage(Stage::GroupDuplicates.command(), run)?)
}

/// An anomaly as a person is shown it.
pub(crate) fn anomaly_evidence(asset: &StoredAsset, owner: &str, kind: &str) -> SeenAnomaly {
    SeenAnomaly {
        asset: asset.id.clone(),
        sha1: content(asset),
        place: place(asset, owner),
        date_time_original: asset.facts.date_time_original.clone(),
        date_corrected: asset.corrected,
        kind: kind.to_owned(),
    }
}

fn place(asset: &StoredAsset, owner: &str) -> seen::Place {
    seen::Place { source: asset.place.source.clone(), path: asset.place.path(), owner: owner.to_owned() }
}

/// What is decided on the date of a member and not carried out yet: the date that ranks is the one on record until then.
fn pending(member: &Shown) -> String {
    let fix = |(kind, state): &&(String, String)| blocks(kind) && state != OPEN && state.parse() != Ok(LEAVE);
    member.anomalies.iter().find(fix).map_or_else(String::new, |(_, state)| format!("; decided, not yet carried out: {state}"))
}

const LEAVE: AnomalyVerb = AnomalyVerb::Resolve(lightproof_model::anomaly::Correction::Leave);

/// The content of an asset as evidence names it. In an external library that is what stands for it, also where its SHA-1 is known: what
/// a person saw does not change because the library is mounted one day.
pub(crate) fn content(asset: &StoredAsset) -> Option<Sha1> {
    if asset.external { Some(stands_for_content(asset)) } else { asset.sha1 }
}

/// What stands for the content of an asset of which nobody knows the SHA-1: one in an external library, where the server digests the path.
/// Its stamp holds id, size, time and that digest.
pub(crate) fn stands_for_content(asset: &StoredAsset) -> Sha1 {
    use sha1::Digest;
    let stamp = &asset.stamp;
    let digest = sha1::Sha1::new()
        .chain_update(b"stamp")
        .chain_update(stamp.device.to_be_bytes())
        .chain_update(stamp.inode.to_be_bytes())
        .chain_update(stamp.size.to_be_bytes())
        .chain_update(stamp.mtime.to_be_bytes())
        .chain_update(stamp.ctime.to_be_bytes());
    Sha1(digest.finalize().into())
}

fn contender(member: &Shown) -> Contender {
    let facts = &member.asset.facts;
    let blocking = member.anomalies.iter().find(|(kind, state)| state == OPEN && blocks(kind)).map(|(kind, _)| kind);
    let camera = facts.model.clone().unwrap_or_else(|| "an unnamed camera".to_owned());
    Contender {
        exif_field_count: facts.exif_field_count,
        date: RankingDate::of(&facts.date_time_original, member.asset.corrected),
        unresolved: blocking.map(|kind| match &facts.date_time_original {
            RecordedDate::Impossible { .. } => format!("impossible date not reviewed ({kind})"),
            _ => format!("clock of {camera} not reviewed ({kind})"),
        }),
    }
}

/// The rows of a member: itself, and its companions, which go where it goes.
fn rows_of(member: Shown, standing: Standing) -> impl Iterator<Item = MemberRow> {
    let (basis, distance) = (member.basis.word(), u32::from(member.distance));
    let main = member.asset.id.clone();
    let parts = member.companions.into_iter().map(move |part| MemberRow {
        asset: part.key,
        basis,
        distance,
        rank: None,
        ground: format!("companion of {main}: goes where it goes"),
    });
    std::iter::once(MemberRow { asset: member.asset.key, basis, distance, rank: standing.rank, ground: standing.ground })
        .chain(parts)
}
