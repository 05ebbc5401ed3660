//! Stage 2, `group-duplicates`: what the ledger knows of fingerprints becomes groups, and THE RULE ranks them.

use std::{
    collections::{BTreeMap, HashMap},
    num::NonZeroUsize,
    time::Instant,
};

use lightproof_ledger::{About, AssetKey, DecisionKey, Depth, Evidence, Ledger, RunKey, StoredAsset};
use lightproof_model::{
    asset::Fate,
    decision::{Verb, apart},
    digest::Sha1,
    fingerprint::{ALIKE, Gray, REENCODED},
    group::{Basis, Grays, Group, Library, Limits, Member, Motion, group as group_library},
    media_type::{Class, MediaType},
    problem::ProblemKind,
    same_shot::{CaptureMoment, Words},
    unit::shared_parts,
};

use crate::{
    EngineError,
    account::{BasisCount, Beyond, GroupAccount},
    settings::Settings,
    telling::{Telling, Told, content, stands_for_content},
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
    let heard = ledger.last_decision()?;
    let Comparable { members, parts, contents } = Comparable::of(ledger, run, &mut account)?;
    let mains = members.iter().filter_map(|m| Some((m.asset, m.sha1?)));
    let shared = shared_parts(mains, parts);
    let not_duplicates = dismissed(ledger, &contents)?;
    let library = Library { members: &members, shared_parts: &shared, not_duplicates: &not_duplicates };
    let limits = limits(settings.radius.value);
    if watch.stop_asked() {
        return Err(EngineError::Stopped);
    }
    let groups = group_library(&library, &limits, &mut FromLedger(ledger))?;
    drop(members);
    let mut counts: HashMap<Basis, (u64, u64)> = HashMap::new();
    let told = Telling::begin(ledger, run)?;
    // Strongest basis first, series last; within one by id, which depends on contents alone.
    let mut all: Vec<&Group> = groups.duplicates.iter().chain(&groups.series).collect();
    all.sort_by(|a, b| (a.basis, &a.id).cmp(&(b.basis, &b.id)));
    ledger.replace_groups(all.into_iter().map(|found| {
        if watch.stop_asked() {
            return Err(EngineError::Stopped);
        }
        let count = counts.entry(found.basis).or_default();
        *count = (count.0 + 1, count.1 + found.rows.len() as u64);
        let Told { row, ranked, evidence } = told.tell(found)?;
        ledger.keep_shown(&row.seen, &Evidence::Group(evidence))?;
        account.unranked += u64::from(!ranked && found.basis != Basis::Series);
        Ok(row)
    }))?;
    ledger.finish_stage(Stage::GroupDuplicates.command(), run)?;
    ledger.hear(heard)?;
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

/// The pairs of contents that people called not duplicates, as grouping knows these contents. Of several decisions on one group the
/// last counts.
fn dismissed(ledger: &Ledger, contents: &[(Sha1, Sha1)]) -> Result<Vec<(Sha1, Sha1)>, EngineError> {
    let known: HashMap<Sha1, Sha1> = contents.iter().copied().collect();
    let as_known = |named: Sha1| known.get(&named).copied().unwrap_or(named);
    let mut by_group: HashMap<String, Vec<(Sha1, Sha1)>> = HashMap::new();
    ledger.for_each_decision(DecisionKey(0), |decision| {
        if decision.about == About::Group && decision.takes_back.is_none() && decision.taken_back_by.is_none() {
            let mains = decision.words.iter().filter(|word| word.part_of.is_none());
            let said: Vec<(Sha1, Option<Verb>)> =
                mains.filter_map(|word| Some((word.content?, word.verb.as_deref().and_then(|verb| verb.parse().ok())))).collect();
            by_group.insert(decision.subject, apart(&said));
        }
        Ok::<(), EngineError>(())
    })?;
    Ok(by_group.into_values().flatten().map(|(a, b)| (as_known(a), as_known(b))).collect())
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
    /// Contents as evidence names them, where grouping knows better: what stands for them, and the SHA-1.
    contents: Vec<(Sha1, Sha1)>,
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
                None => {
                    let member = member(&asset, &mut words);
                    let named = content(&asset).zip(member.sha1).filter(|(named, known)| named != known);
                    comparable.contents.extend(named);
                    comparable.members.push(member);
                }
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
