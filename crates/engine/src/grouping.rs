//! Stage 2, `group-duplicates`: what the ledger knows of fingerprints becomes groups, and THE RULE ranks them.

use std::{
    collections::{BTreeMap, HashMap},
    num::NonZeroUsize,
    time::Instant,
};

use lightproof_ledger::{AssetKey, Depth, GroupRow, Ledger, MemberRow, RunKey, StoredAsset};
use lightproof_model::{
    anomaly::AnomalyKind,
    asset::{Fate, SourceId},
    digest::Sha1,
    fingerprint::{ALIKE, Gray, REENCODED},
    group::{Basis, Grays, Group, Library, Limits, Member, Motion, group as group_library},
    media_type::{Class, MediaType},
    moment::RecordedDate,
    problem::ProblemKind,
    rank::{Contender, RankingDate, Standing, rank},
    same_shot::{CaptureMoment, Words},
    seen::{self, SeenMember, fields_digest, seen_group},
    unit::shared_parts,
};

use crate::{
    EngineError,
    account::{BasisCount, Beyond, GroupAccount},
    proofs::owners,
    settings::Settings,
    units::{is_picture, number},
    watch::{Stage, Watch},
};

/// Candidates kept per picture, nearest first.
const CANDIDATES: usize = 64;

/// Groups the assets of a run, ranks each group and stores them in place of the old ones.
///
/// # Errors
/// What the ledger reports, or a stop.
pub(crate) fn group(
    ledger: &mut Ledger,
    settings: &Settings,
    run: RunKey,
    watch: &dyn Watch,
) -> Result<GroupAccount, EngineError> {
    watch.begins(Stage::GroupDuplicates);
    let began = Instant::now();
    let mut account = GroupAccount::default();
    let Comparable { members, parts } = Comparable::of(ledger, run, &mut account)?;
    let mains = members.iter().filter_map(|m| Some((m.asset, m.sha1?)));
    let shared = shared_parts(mains, parts);
    let library = Library { members: &members, shared_parts: &shared, not_duplicates: &[] };
    let limits = limits(settings.radius.value);
    if watch.stop_asked() {
        return Err(EngineError::Stopped);
    }
    let groups = group_library(&library, &limits, &mut FromLedger(ledger))?;
    drop(members);
    let mut counts: HashMap<Basis, (u64, u64)> = HashMap::new();
    let told = Telling { ledger, run, owners: owners(ledger)? };
    // Strongest basis first, series last; within one by id, which depends on contents alone.
    let mut all: Vec<&Group> = groups.duplicates.iter().chain(&groups.series).collect();
    all.sort_by(|a, b| (a.basis, &a.id).cmp(&(b.basis, &b.id)));
    ledger.replace_groups(all.into_iter().map(|found| {
        if watch.stop_asked() {
            return Err(EngineError::Stopped);
        }
        let count = counts.entry(found.basis).or_default();
        *count = (count.0 + 1, count.1 + found.rows.len() as u64);
        let (row, ranked) = told.row(found)?;
        account.unranked += u64::from(!ranked && found.basis != Basis::Series);
        Ok(row)
    }))?;
    ledger.finish_stage(Stage::GroupDuplicates.command(), run)?;
    account.bases = Basis::ALL
        .into_iter()
        .map(|basis| {
            let (groups, members) = counts.get(&basis).copied().unwrap_or_default();
            BasisCount { basis: basis.word(), groups, members }
        })
        .collect();
    account.seconds = began.elapsed().as_secs_f64();
    Ok(account)
}

/// How alike is alike, within a radius.
pub(crate) fn limits(radius: u8) -> Limits {
    Limits {
        radius,
        alike: ALIKE,
        reencoded: REENCODED,
        candidates: CANDIDATES,
        workers: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
    }
}

/// What can be compared: the main assets of units, and the contents of their pictured companions.
#[derive(Default)]
struct Comparable {
    members: Vec<Member>,
    /// Content of a companion, and the main asset of its unit.
    parts: Vec<(Sha1, u32)>,
}

impl Comparable {
    fn of(ledger: &Ledger, run: RunKey, account: &mut GroupAccount) -> Result<Comparable, EngineError> {
        let mut comparable = Comparable::default();
        let mut words = Words::default();
        let mut beyond: BTreeMap<(&'static str, String), u64> = BTreeMap::new();
        ledger.for_each_asset(run, |asset| {
            // What is probably the file of another asset is never shown as its duplicate.
            if !is_picture(&asset) || asset.probably.is_some() || !matches!(asset.fate, Some(Fate::Read | Fate::Unchanged)) {
                return Ok::<(), EngineError>(());
            }
            if asset.hash.is_some() {
                account.fingerprinted += 1;
            } else if asset.depth == Depth::Quick {
                account.by_preview += 1;
            } else {
                account.not_fingerprinted += 1;
                let missing = asset.problems.iter().filter(|p| p.kind == ProblemKind::BeyondThisBuild);
                for (problem, media_type) in missing.zip(asset.media_type) {
                    *beyond.entry((media_type.mime(), problem.detail.clone())).or_default() += 1;
                }
            }
            match asset.companion_of {
                Some(main) => comparable.parts.extend(asset.sha1.zip(u32::try_from(main.0).ok())),
                None => comparable.members.push(member(&asset, &mut words)),
            }
            Ok(())
        })?;
        account.beyond = beyond.into_iter().map(|((media_type, why), assets)| Beyond { media_type, why, assets }).collect();
        Ok(comparable)
    }
}

fn member(asset: &StoredAsset, words: &mut Words) -> Member {
    Member {
        asset: number(asset),
        sha1: asset.sha1.or_else(|| (asset.depth == Depth::Shown).then(|| stands_for_content(asset))),
        image_digest: asset.image_digest,
        hash: asset.hash,
        moment: CaptureMoment::of(&asset.facts, words),
        motion: match asset.media_type.map(MediaType::class) {
            Some(Class::Video) => Motion::Moving(asset.facts.duration_ms),
            _ => Motion::Still,
        },
    }
}

/// Gray pictures from the ledger, as many at a time as grouping asks for.
pub(crate) struct FromLedger<'a>(pub(crate) &'a Ledger);

impl Grays for FromLedger<'_> {
    type Error = EngineError;

    fn fetch(&mut self, assets: &[u32], each: &mut dyn FnMut(usize, &Gray)) -> Result<(), EngineError> {
        let keys: Vec<AssetKey> = assets.iter().map(|&a| AssetKey(a.into())).collect();
        for (k, gray) in self.0.grays(&keys)?.into_iter().enumerate() {
            if let Some(gray) = gray {
                each(k, &gray);
            }
        }
        Ok(())
    }
}

/// Turns a group of numbers into rows that can be shown.
struct Telling<'a> {
    ledger: &'a Ledger,
    run: RunKey,
    owners: HashMap<SourceId, String>,
}

/// A member with all that its rows need.
struct Shown {
    asset: StoredAsset,
    companions: Vec<StoredAsset>,
    /// Kinds of the anomalies of the asset and its companions.
    anomalies: Vec<String>,
    basis: Basis,
    distance: u8,
}

impl Telling<'_> {
    /// The group's row, and whether it has a ranking.
    fn row(&self, group: &Group) -> Result<(GroupRow, bool), EngineError> {
        let mut members = group
            .rows
            .iter()
            .map(|row| {
                let asset = self.ledger.asset_of_key(AssetKey(row.asset.into()))?;
                let companions = self.ledger.companions_of(self.run, asset.key)?;
                // The clock of a companion is a clock of the group: the RAW beside a JPEG is judged by its own date.
                let mut anomalies = Vec::new();
                for part in std::iter::once(&asset).chain(&companions) {
                    anomalies.extend(self.ledger.anomalies_of(part.key)?.into_iter().map(|a| a.kind));
                }
                anomalies.sort_unstable();
                anomalies.dedup();
                Ok(Shown { asset, companions, anomalies, basis: row.basis, distance: row.distance })
            })
            .collect::<Result<Vec<_>, EngineError>>()?;
        let contenders: Vec<Contender> = members.iter().map(contender).collect();
        let standings = rank(group.basis, &contenders);
        let ranked = standings.iter().all(|s| s.rank.is_some());
        let seen = self.seen(&members)?;
        let mut shown: Vec<(Shown, Standing)> = members.drain(..).zip(standings).collect();
        // The order of the ranking; members of equal rank, or without one, by place.
        shown.sort_by(|a, b| (a.1.rank, &a.0.asset.place).cmp(&(b.1.rank, &b.0.asset.place)));
        let rows = shown.into_iter().flat_map(|(member, standing)| rows_of(member, standing)).collect();
        Ok((GroupRow { id: group.id.clone(), basis: group.basis.word(), seen, members: rows }, ranked))
    }

    fn seen(&self, members: &[Shown]) -> Result<String, EngineError> {
        let place = |asset: &StoredAsset| seen::Place {
            source: asset.place.source.clone(),
            path: asset.place.path(),
            owner: self.owners.get(&asset.place.source).cloned().unwrap_or_default(),
        };
        let seen = members
            .iter()
            .map(|m| {
                Ok(SeenMember {
                    sha1: content(&m.asset).unwrap_or_else(|| stands_for_content(&m.asset)),
                    place: place(&m.asset),
                    companions: m.companions.iter().map(|c| (place(c), content(c))).collect(),
                    exif_field_count: m.asset.facts.exif_field_count,
                    fields: fields_digest(&self.ledger.exif_fields(m.asset.key)?),
                    date_time_original: m.asset.facts.date_time_original.clone(),
                    date_corrected: m.asset.corrected,
                    basis: m.basis,
                    anomalies: m.anomalies.iter().map(|kind| (kind.clone(), "open".to_owned())).collect(),
                })
            })
            .collect::<Result<Vec<_>, EngineError>>()?;
        Ok(seen_group(&seen).to_string())
    }
}

/// The content of an asset as evidence names it. In an external library that is what stands for it, also where its SHA-1 is known: what
/// a person saw does not change because the library is mounted one day.
pub(crate) fn content(asset: &StoredAsset) -> Option<Sha1> {
    if asset.external { Some(stands_for_content(asset)) } else { asset.sha1 }
}

/// What stands for the content of an asset of which nobody knows the SHA-1: one in an external library, where the server digests the path.
/// Its stamp holds id, size, time and that digest.
fn stands_for_content(asset: &StoredAsset) -> Sha1 {
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
    let blocking = member.anomalies.iter().find(|kind| AnomalyKind::from_word(kind).is_some_and(AnomalyKind::blocks_ranking));
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
