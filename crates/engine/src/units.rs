//! Units: companions find their main asset, and a sidecar's date becomes its main asset's corrected date.

use std::collections::HashMap;

use lightproof_ledger::{AssetKey, Ledger, RunKey, StoredAsset};
use lightproof_model::{
    asset::{Fate, SourceId},
    media_type::{Class, MediaType},
    moment::{WallClock, in_utc},
    same_shot::{CaptureMoment, Words},
    unit::{Part, Units, UnitsInProgress, key},
};

use lightproof_sources::immich::listed::RemoteId;

use crate::EngineError;

/// Forms the units among the assets of a run and stores them, folder by folder.
///
/// # Errors
/// What the ledger reports.
pub(crate) fn form_units(ledger: &mut Ledger, run: RunKey) -> Result<(), EngineError> {
    let owners = crate::proofs::owners(ledger)?;
    let mut numbers = Numbers::default();
    let mut forming = UnitsInProgress::default();
    let mut folder: Vec<OwnPart> = Vec::new();
    // A server keeps uploads under names of its own in folders of its own: what was uploaded is one folder.
    let mut uploads: Vec<OwnPart> = Vec::new();
    let mut here: Option<(SourceId, Vec<u8>)> = None;
    let mut elsewhere = leading_elsewhere(ledger, run, &mut numbers, &owners)?;
    let mut sidecar_dates: HashMap<u32, WallClock> = HashMap::new();
    let mut recorded: HashMap<u32, WallClock> = HashMap::new();
    ledger.for_each_asset(run, |asset| {
        if here.as_ref().is_none_or(|(source, path)| *source != asset.place.source || *path != asset.place.folder) {
            take_in(&mut forming, &folder);
            folder.clear();
            if here.as_ref().is_some_and(|(source, _)| *source != asset.place.source) {
                take_in(&mut forming, &uploads);
                uploads.clear();
            }
            let now_here = (asset.place.source.clone(), asset.place.folder.clone());
            folder.extend(elsewhere.remove(&now_here).unwrap_or_default());
            here = Some(now_here);
        }
        if let Some(date) = asset.sidecar_date {
            sidecar_dates.insert(number(&asset), date);
        }
        if asset.media_type.is_some() && !matches!(asset.fate, Some(Fate::Unreadable | Fate::Skipped | Fate::SetAside)) {
            let kept_under_its_id = is_named_by_the_server(&asset);
            let part = OwnPart::of(asset, &mut numbers, &owners);
            if kept_under_its_id { uploads.push(part) } else { folder.push(part) }
        }
        Ok::<(), EngineError>(())
    })?;
    take_in(&mut forming, &folder);
    take_in(&mut forming, &uploads);
    let units = forming.finish();
    for (companion, main, _) in units.companions() {
        if sidecar_dates.contains_key(&companion)
            && let Some(at) = ledger.asset_of_key(AssetKey(main.into()))?.facts.date_time_original.at()
        {
            recorded.insert(main, at);
        }
    }
    store(ledger, run, &units, &sidecar_dates, &recorded)
}

/// Parts by source and folder.
type PartsByFolder = HashMap<(SourceId, Vec<u8>), Vec<OwnPart>>;

/// Assets on servers by the folders in which their files are found too: sidecars and raws that lie beside such a file are beside its asset.
fn leading_elsewhere(
    ledger: &Ledger,
    run: RunKey,
    numbers: &mut Numbers,
    owners: &HashMap<SourceId, String>,
) -> Result<PartsByFolder, EngineError> {
    let mut elsewhere = PartsByFolder::new();
    if ledger.further_place_count(run)? == 0 {
        return Ok(elsewhere);
    }
    ledger.for_each_asset(run, |asset| {
        if asset.uploaded.is_none() || asset.media_type.is_none() || !matches!(asset.fate, Some(Fate::Read | Fate::Unchanged)) {
            return Ok::<(), EngineError>(());
        }
        for place in ledger.further_places(run, asset.key)? {
            let there = StoredAsset { uploaded: None, live: None, place: place.clone(), ..asset.clone() };
            elsewhere.entry((place.source, place.folder)).or_default().push(OwnPart::of(there, numbers, owners));
        }
        Ok(())
    })?;
    Ok(elsewhere)
}

/// Numbers for sources, owners and the words of capture moments, so that comparing them is cheap.
#[derive(Default)]
struct Numbers {
    sources: HashMap<SourceId, u32>,
    owners: HashMap<String, u32>,
    words: Words,
}

fn of<K: std::hash::Hash + Eq>(known: &mut HashMap<K, u32>, key: K) -> u32 {
    let next = known.len() as u32;
    *known.entry(key).or_insert(next)
}

/// An asset's number within a grouping. Rows are numbered from 1, and four thousand million of them are enough.
pub(crate) fn number(asset: &StoredAsset) -> u32 {
    u32::try_from(asset.key.0).unwrap_or(u32::MAX)
}

/// A part that waits for its folder to be complete: no more of it than units need, as a folder may hold a million.
struct OwnPart {
    asset: u32,
    source: u32,
    owner: u32,
    name: Vec<u8>,
    media_type: MediaType,
    moment: Option<CaptureMoment>,
    utc: Option<WallClock>,
    duration_ms: Option<u32>,
    content_identifier: Option<String>,
}

impl OwnPart {
    fn of(asset: StoredAsset, numbers: &mut Numbers, owners: &HashMap<SourceId, String>) -> OwnPart {
        OwnPart {
            asset: number(&asset),
            owner: of(&mut numbers.owners, owners.get(&asset.place.source).cloned().unwrap_or_default()),
            media_type: asset.media_type.unwrap_or(MediaType::Other),
            moment: CaptureMoment::of(&asset.facts, &mut numbers.words),
            utc: utc(&asset),
            duration_ms: asset.facts.duration_ms,
            source: of(&mut numbers.sources, asset.place.source.clone()),
            name: asset.given_name().to_vec(),
            // What the server knows to be one live photo is one.
            content_identifier: asset.live.map(|id| format!("immich:{id:032x}")).or(asset.facts.content_identifier),
        }
    }
}

/// Whether a server gave an asset its file's name: an id. With a storage template, and in external libraries, names and folders tell.
fn is_named_by_the_server(asset: &StoredAsset) -> bool {
    let stem = asset.place.name.split(|&b| b == b'.').next().unwrap_or_default();
    asset.uploaded.is_some() && std::str::from_utf8(stem).ok().and_then(RemoteId::parse).is_some()
}

/// When an asset was taken in UTC: by its own zone, else by GPS; a video by its container.
fn utc(asset: &StoredAsset) -> Option<WallClock> {
    let facts = &asset.facts;
    let stated = facts.date_time_original.at().and_then(|at| in_utc(at, facts.offset.as_deref()));
    stated.or(facts.gps_time_utc).or(facts.container_time_utc)
}

fn take_in(forming: &mut UnitsInProgress, folder: &[OwnPart]) {
    let parts: Vec<Part<'_>> = folder
        .iter()
        .map(|part| Part {
            asset: part.asset,
            source: part.source,
            owner: part.owner,
            name: &part.name,
            media_type: part.media_type,
            moment: part.moment,
            utc: part.utc,
            duration_ms: part.duration_ms,
            content_identifier: part.content_identifier.as_deref(),
        })
        .collect();
    forming.folder(&parts);
}

fn store(
    ledger: &mut Ledger,
    run: RunKey,
    units: &Units,
    sidecar_dates: &HashMap<u32, WallClock>,
    recorded: &HashMap<u32, WallClock>,
) -> Result<(), EngineError> {
    let companions = units.companions();
    let mut given: HashMap<u32, Vec<(u32, WallClock)>> = HashMap::new();
    for (companion, main, _) in &companions {
        if let Some(date) = sidecar_dates.get(companion) {
            given.entry(*main).or_default().push((*companion, *date));
        }
    }
    let mut agreed: HashMap<u32, Option<WallClock>> = HashMap::new();
    for (main, said) in given {
        agreed.insert(main, one_date(ledger, main, &said)?);
    }
    // A sidecar that repeats DateTimeOriginal corrects nothing either.
    let corrected = agreed.into_iter().filter_map(|(main, date)| {
        let date = date?;
        (recorded.get(&main) != Some(&date)).then_some((AssetKey(main.into()), date))
    });
    ledger.replace_units(run, companions.iter().map(|(c, m, _)| (AssetKey((*c).into()), AssetKey((*m).into()))), corrected)?;
    Ok(())
}

/// The date that sidecars of one asset give. Where two disagree, the one that bears the asset's whole name speaks, as it does for the fixes
/// that lightproof writes; else neither does: which of them is right is for a person to say.
fn one_date(ledger: &Ledger, main: u32, said: &[(u32, WallClock)]) -> Result<Option<WallClock>, EngineError> {
    let first = said.first().map(|(_, date)| *date);
    if said.iter().all(|(_, date)| Some(*date) == first) {
        return Ok(first);
    }
    let own = key(&[ledger.asset_of_key(AssetKey(main.into()))?.given_name(), b".xmp"].concat());
    let mut dates = Vec::new();
    for (companion, date) in said {
        if key(&ledger.asset_of_key(AssetKey((*companion).into()))?.place.name) == own {
            dates.push(*date);
        }
    }
    dates.dedup();
    Ok(if dates.len() == 1 { dates.pop() } else { None })
}

/// Whether an asset of this class can share its bytes with the main asset of another unit in a way that tells something.
/// Equal sidecars tell nothing.
pub(crate) fn is_picture(asset: &StoredAsset) -> bool {
    asset.media_type.is_some_and(|t| matches!(t.class(), Class::Photo | Class::Raw | Class::Video))
}
