//! Stage 4, `generate-summary`: the numbers of a run, as Markdown with a picture.

use std::path::{Path, PathBuf};

use lightproof_ledger::{Depth, FolderNoteKind, Ledger, RunKey};
use lightproof_model::{
    anomaly::AnomalyKind,
    asset::{Fate, SourceId},
    group::Basis,
    media_type::MediaType,
    summary::{About, Summary, Tallied, TalliedGroup},
};

use crate::{
    EngineError,
    flagging::utc,
    proofs::{owners, write_proof},
};

/// File name of the picture.
const TIMELINE: &str = "timeline.svg";

/// Writes `LIBRARY_SUMMARY.md` and `timeline.svg` of a run.
///
/// # Errors
/// When the ledger cannot be read or a proof not be written.
pub(crate) fn summarise(ledger: &Ledger, run: RunKey, out: &Path) -> Result<Vec<PathBuf>, EngineError> {
    let summary = count(ledger, run)?;
    let latest = ledger.latest_run()?;
    let of_run = |id: &SourceId| latest.as_ref().is_none_or(|l| l.sources.contains(id));
    let sources = ledger.sources()?.into_iter().filter(|s| of_run(&s.id));
    let about = About {
        made: latest.as_ref().map(|l| utc(l.started)),
        sources: sources.map(|s| String::from_utf8_lossy(&s.root).into_owned()).collect(),
        timeline: Some(TIMELINE.to_owned()),
        notices: ledger.notices(run)?,
    };
    let text = summary.render(&about);
    let picture = summary.timeline().svg();
    let write = |name: &str, content: &str| {
        write_proof(out, name, |to| {
            to.write_all(content.as_bytes()).map_err(|error| EngineError::Proof { path: out.join(name), error })
        })
    };
    Ok(vec![write("LIBRARY_SUMMARY.md", &text)?, write(TIMELINE, &picture)?])
}

/// Counts a run in one pass over its assets, groups and anomalies.
pub(crate) fn count(ledger: &Ledger, run: RunKey) -> Result<Summary, EngineError> {
    let mut summary = Summary::default();
    let owners = owners(ledger)?;
    ledger.for_each_asset(run, |asset| {
        let anomalies = ledger.anomalies_of(asset.key)?;
        let blocks = |kind: &str| AnomalyKind::from_word(kind).is_some_and(AnomalyKind::blocks_ranking);
        let facts = &asset.facts;
        summary.add_asset(&Tallied {
            fate: asset.fate.unwrap_or(Fate::Unreadable),
            media_type: asset.media_type.unwrap_or(MediaType::Other),
            bytes: asset.stamp.size,
            owner: owners.get(&asset.place.source).map(String::as_str).unwrap_or_default(),
            make: facts.make.as_deref(),
            model: facts.model.as_deref(),
            date: &facts.date_time_original,
            corrected: asset.corrected,
            container_time: facts.container_time_utc.is_some(),
            anomalous: anomalies.iter().any(|a| blocks(&a.kind)),
            integrity: asset.integrity,
            problems: &asset.problems,
        });
        if asset.depth == Depth::Quick && matches!(asset.fate, Some(Fate::Read | Fate::Unchanged)) {
            summary.add_read_in_part();
        }
        for anomaly in &anomalies {
            if let Some(kind) = AnomalyKind::from_word(&anomaly.kind) {
                summary.add_anomaly(kind, facts.make.as_deref(), facts.model.as_deref());
            }
        }
        Ok::<(), EngineError>(())
    })?;
    ledger.for_each_group(|group| {
        // Companions go where their main asset goes: they count in bytes, not as members.
        let mains: Vec<_> = group.members.iter().filter(|(asset, ..)| asset.companion_of.is_none()).collect();
        let tallied = TalliedGroup {
            members: mains.len() as u64,
            bytes: mains.iter().map(|(asset, ..)| asset.stamp.size).sum(),
            largest: mains.iter().map(|(asset, ..)| asset.stamp.size).max().unwrap_or(0),
            ranked: mains.iter().all(|(_, _, _, rank, _)| rank.is_some()),
        };
        if group.basis == Basis::Series.word() {
            summary.add_series(tallied)
        } else {
            summary.add_group(&group.basis, tallied)
        }
        Ok::<(), EngineError>(())
    })?;
    for note in ledger.folder_notes(run)? {
        let folder = String::from_utf8_lossy(&note.folder).into_owned();
        let reason =
            if note.kind == FolderNoteKind::Unreadable { format!("could not be read: {}", note.reason) } else { note.reason };
        summary.add_folder(&format!("{}/{folder}", note.source), &reason);
    }
    Ok(summary)
}
