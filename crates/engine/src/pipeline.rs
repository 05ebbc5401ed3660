//! The pipeline: four stages, alone or together.

use std::path::{Path, PathBuf};

use lightproof_ledger::{Depth, Ledger, RunKey};
use lightproof_media::video::Ffmpeg;
use lightproof_sources::file_system::{FileSystem, file_system_kind};

use crate::{
    EngineError,
    account::{AnomalyAccount, GroupAccount, SurveyAccount, WalkAccount},
    disks::Disks,
    flagging, grouping,
    manifest::{self, Walk},
    proofs,
    roots::{self, ChangedRoot, Root, RootRequest},
    servers::{self, Interrupt, ServerRequest},
    settings::{Origin, Settings},
    summarise, telling, units,
    watch::{Stage, Watch},
};

/// What is to be surveyed, and how.
#[derive(Debug, Clone)]
pub struct Order<'a> {
    /// The folders.
    pub roots: &'a [RootRequest],
    /// The servers.
    pub servers: &'a [ServerRequest],
    /// What to do about a root that is another one than last time.
    pub changed: ChangedRoot,
    /// How deep assets are read.
    pub depth: Depth,
    /// Bytes of an asset that are read where that is quickly (256 KiB as a rule).
    pub quick: u64,
    /// Whether `manifest_fields.csv` is written too.
    pub all_fields: bool,
    /// The stage or command, as the ledger notes it.
    pub stage: &'a str,
    /// The present, seconds since 1970, UTC.
    pub now: i64,
}

/// Refuses what would write below a surveyed folder without being asked, or trust a network file system with the
/// ledger. To be called before the ledger is opened or anything is read.
///
/// # Errors
/// The refusal.
pub fn check_places(settings: &Settings, roots: &[RootRequest]) -> Result<(), EngineError> {
    if settings.out.origin != Origin::Argument {
        roots::keep_out_of_roots(&settings.out.value, roots, |out, root| EngineError::OutBelowRoot { out, root })?;
    }
    if settings.ledger.origin != Origin::Argument {
        roots::keep_out_of_roots(&settings.ledger.value, roots, |ledger, root| EngineError::LedgerBelowRoot { ledger, root })?;
    }
    check_ledger(&settings.ledger.value)
}

/// Refuses a ledger on a network file system, where SQLite's locks do not hold.
///
/// # Errors
/// The refusal.
pub fn check_ledger(ledger: &Path) -> Result<(), EngineError> {
    match file_system_kind(ledger) {
        Ok(FileSystem::Network(file_system)) => {
            Err(EngineError::LedgerOnNetwork { ledger: ledger.to_owned(), file_system: file_system.to_string() })
        }
        _ => Ok(()),
    }
}

/// The main job: all four stages over the folders, and all proofs.
///
/// # Errors
/// What stops a survey as a whole. What is wrong with one asset is a finding.
pub fn survey(
    ledger: &mut Ledger,
    settings: &Settings,
    order: &Order<'_>,
    watch: &dyn Watch,
) -> Result<SurveyAccount, EngineError> {
    let walk = generate_manifest(ledger, settings, order, watch)?;
    let run = latest(ledger)?;
    let out = &settings.out.value;
    let anomalies = flagging::flag(ledger, settings, run, order.now, watch)?;
    let groups = grouping::group(ledger, settings, run, watch)?;
    let mut written = walk.1;
    written.push(proofs::write_groups(ledger, out)?);
    written.push(proofs::write_review(ledger, out)?);
    watch.begins(Stage::GenerateSummary);
    written.extend(summarise::summarise(ledger, run, out)?);
    Ok(SurveyAccount { walk: walk.0, groups, anomalies, proofs: written })
}

/// Stage 1 over the folders: what it did, and the proofs it wrote.
///
/// # Errors
/// What stops a walk as a whole.
pub fn generate_manifest(
    ledger: &mut Ledger,
    settings: &Settings,
    order: &Order<'_>,
    watch: &dyn Watch,
) -> Result<(WalkAccount, Vec<PathBuf>), EngineError> {
    make_manifest(ledger, settings, order, watch).map_err(|error| match error {
        // What a stop breaks off fails in one way or another.
        EngineError::Server { .. } | EngineError::Owner { .. } if watch.stop_asked() => EngineError::Stopped,
        error => error,
    })
}

fn make_manifest(
    ledger: &mut Ledger,
    settings: &Settings,
    order: &Order<'_>,
    watch: &dyn Watch,
) -> Result<(WalkAccount, Vec<PathBuf>), EngineError> {
    if order.roots.is_empty() && order.servers.is_empty() {
        return Err(EngineError::NoSource);
    }
    let interrupt = Interrupt::by(watch.stopper());
    // Folders are opened before servers are asked, but walked after them: a file of a mounted library belongs to its server.
    let folders = roots::resolve(ledger, order.roots, &settings.exclude.value, order.changed, order.now)?;
    let mut roots: Vec<Root> = servers::resolve(ledger, order.servers, &interrupt, order.changed, order.now)?;
    roots.extend(folders);
    // Not before the roots are known to be there: a folder made for the proofs would make an unplugged drive look empty.
    proofs::check_out(&settings.out.value)?;
    let own = own_places(settings);
    let walk = Walk {
        depth: order.depth,
        workers: settings.workers.value,
        disks: Disks::new(settings.spinning.value, settings.readers_per_spinning_disk.value),
        decode_memory: settings.decode_memory_mb.value << 20,
        ffmpeg: Ffmpeg::find(),
        quick: order.quick,
        radius: settings.radius.value,
        own: &own,
        stage: order.stage,
        now: order.now,
    };
    let account = manifest::generate_manifest(ledger, &mut roots, &walk, watch)?;
    let run = latest(ledger)?;
    units::form_units(ledger, run)?;
    let mut written = vec![proofs::write_manifest(ledger, run, &settings.out.value)?];
    if order.all_fields {
        written.push(proofs::write_fields(ledger, run, &settings.out.value)?);
    }
    Ok((account, written))
}

/// Where lightproof's own files are: their folders, and the files by name for the case that such a folder is itself a root.
fn own_places(settings: &Settings) -> Vec<PathBuf> {
    let (out, ledger) = (&settings.out.value, &settings.ledger.value);
    let proofs = proofs::NAMES.iter().map(|name| out.join(name));
    let databases = lightproof_ledger::NAMES.iter().map(|name| ledger.join(name));
    [out.clone(), ledger.clone()].into_iter().chain(proofs).chain(databases).collect()
}

/// Stage 2 alone, over what was surveyed last.
///
/// # Errors
/// When nothing was surveyed, or the last survey was interrupted.
pub fn group_duplicates(
    ledger: &mut Ledger,
    settings: &Settings,
    now: i64,
    watch: &dyn Watch,
) -> Result<(GroupAccount, Vec<PathBuf>), EngineError> {
    let run = latest(ledger)?;
    // A group with an unreviewed clock gets no ranking: the anomalies must be those of today.
    flagging::flag(ledger, settings, run, now, watch)?;
    let groups = grouping::group(ledger, settings, run, watch)?;
    Ok((groups, vec![proofs::write_groups(ledger, &settings.out.value)?]))
}

/// Stage 3 alone, over what was surveyed last.
///
/// # Errors
/// When nothing was surveyed, or the last survey was interrupted.
pub fn flag_anomalies(
    ledger: &mut Ledger,
    settings: &Settings,
    now: i64,
    watch: &dyn Watch,
) -> Result<(AnomalyAccount, Vec<PathBuf>), EngineError> {
    let run = latest(ledger)?;
    let grouped = ledger.stage_is_done(Stage::GroupDuplicates.command(), run)?;
    let anomalies = flagging::flag(ledger, settings, run, now, watch)?;
    if grouped {
        // The groups stay as they are; their rankings go by the clocks as they are judged now.
        telling::retell_all(ledger, run)?;
    }
    Ok((anomalies, vec![proofs::write_review(ledger, &settings.out.value)?]))
}

/// Stage 4 alone, over what was surveyed last and found in it. Findings of an older manifest are found anew first: its
/// numbers would not agree with those of this one.
///
/// # Errors
/// When nothing was surveyed, or the last survey was interrupted.
pub fn generate_summary(
    ledger: &mut Ledger,
    settings: &Settings,
    now: i64,
    watch: &dyn Watch,
) -> Result<Vec<PathBuf>, EngineError> {
    let run = latest(ledger)?;
    let grouped = ledger.stage_is_done(Stage::GroupDuplicates.command(), run)?;
    let flagged = ledger.stage_is_done(Stage::FlagAnomalies.command(), run)?;
    if !flagged {
        flagging::flag(ledger, settings, run, now, watch)?;
    }
    if !flagged || !grouped {
        grouping::group(ledger, settings, run, watch)?;
    }
    watch.begins(Stage::GenerateSummary);
    summarise::summarise(ledger, run, &settings.out.value)
}

/// The latest run, if it came to its end.
pub(crate) fn latest(ledger: &Ledger) -> Result<RunKey, EngineError> {
    let run = ledger.latest_run()?.ok_or(EngineError::NothingSurveyed)?;
    if run.finished { Ok(run.key) } else { Err(EngineError::Unfinished) }
}
