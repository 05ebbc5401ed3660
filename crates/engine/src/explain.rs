//! Explaining one asset: all that is known of it, gathered from the ledger.

use std::{os::unix::ffi::OsStrExt, path::Path};

use lightproof_ledger::{Ledger, ListedRow, Place, StoredAnomaly, StoredAsset, StoredGroup};
use lightproof_model::exif::ExifField;
use lightproof_sources::immich::listed::RemoteId;

use crate::{EngineError, watch::Stage};

/// All that is known of one asset.
#[derive(Debug)]
pub struct Explanation {
    /// The asset.
    pub asset: StoredAsset,
    /// Whose it is; empty when nobody said.
    pub owner: String,
    /// Where its source's root was last seen.
    pub root: Vec<u8>,
    /// What its server lists of it, where it is on one.
    pub listed: Option<ListedRow>,
    /// Further places that lead to it.
    pub further_places: Vec<Place>,
    /// The main asset of its unit, when it is a companion.
    pub main: Option<StoredAsset>,
    /// Its companions.
    pub companions: Vec<StoredAsset>,
    /// Its EXIF fields.
    pub fields: Vec<ExifField>,
    /// The groups that it is in.
    pub groups: Vec<StoredGroup>,
    /// Its anomalies.
    pub anomalies: Vec<StoredAnomaly>,
    /// Stages that have not run since the last manifest, so that nothing is known of what they find.
    pub not_yet: Vec<Stage>,
}

/// Gathers all that is known of the asset of an id or path.
///
/// # Errors
/// [`EngineError::NoSuchAsset`] when there is none.
pub fn explain(ledger: &Ledger, wanted: &Path) -> Result<Explanation, EngineError> {
    let asset = find(ledger, wanted)?.ok_or_else(|| EngineError::NoSuchAsset { wanted: wanted.display().to_string() })?;
    let latest = ledger.latest_run()?.ok_or(EngineError::NothingSurveyed)?.key;
    let source = ledger.sources()?.into_iter().find(|s| s.id == asset.place.source);
    let main = asset.companion_of.map(|main| ledger.asset_of_key(main)).transpose()?;
    let mut not_yet = Vec::new();
    for stage in [Stage::GroupDuplicates, Stage::FlagAnomalies] {
        if !ledger.stage_is_done(stage.command(), latest)? {
            not_yet.push(stage);
        }
    }
    let group_ids = if not_yet.contains(&Stage::GroupDuplicates) { Vec::new() } else { ledger.groups_of(asset.key)? };
    let groups = group_ids.iter().filter_map(|id| ledger.group(id).transpose()).collect::<Result<_, _>>()?;
    let anomalies = if not_yet.contains(&Stage::FlagAnomalies) { Vec::new() } else { ledger.anomalies_of(asset.key)? };
    Ok(Explanation {
        listed: if asset.uploaded.is_some() { ledger.listed_as(asset.key)? } else { None },
        owner: source.as_ref().map(|s| s.owner.clone()).unwrap_or_default(),
        root: source.map(|s| s.root).unwrap_or_default(),
        further_places: ledger.further_places(latest, asset.key)?,
        companions: ledger.companions_of(latest, asset.key)?,
        fields: ledger.exif_fields(asset.key)?,
        anomalies,
        not_yet,
        main,
        groups,
        asset,
    })
}

/// By id; by a server's id, or an address that ends in it; by path from here or from the top; by path below the root of any source.
pub(crate) fn find(ledger: &Ledger, wanted: &Path) -> Result<Option<StoredAsset>, EngineError> {
    if let Some(found) = wanted.to_str().map(|id| ledger.asset(id)).transpose()?.flatten() {
        return Ok(Some(found));
    }
    let last = wanted.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    // manifest.csv puts a letter before it.
    let remote = RemoteId::parse(last).or_else(|| RemoteId::parse(last.strip_prefix('u')?));
    if let Some(found) = remote.map(|id| ledger.asset_of_remote(id.0)).transpose()?.flatten() {
        return Ok(Some(found));
    }
    let mut places = Vec::new();
    let here = std::path::absolute(wanted).unwrap_or_else(|_| wanted.to_owned());
    let straight = here.parent().and_then(|p| p.canonicalize().ok()).zip(here.file_name()).map(|(p, name)| p.join(name));
    for source in ledger.sources()? {
        let root = Path::new(std::ffi::OsStr::from_bytes(&source.root));
        let below = straight.iter().chain([&here]).filter_map(|full| full.strip_prefix(root).ok());
        places.extend(below.map(|below| Place::of(&source.id, below.as_os_str().as_bytes())));
        places.push(Place::of(&source.id, wanted.as_os_str().as_bytes()));
    }
    for place in places {
        if let Some(found) = ledger.asset_at(&place)? {
            return Ok(Some(found));
        }
        if let Some(found) = ledger.asset_by_further_place(&place)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}
