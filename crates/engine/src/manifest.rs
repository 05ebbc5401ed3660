//! Stage 1, `generate-manifest`: walks the sources, reads what is new or changed, and settles identities.
//!
//! First servers tell what they have, then the walk, which touches directory entries only; then the reading, of which the size is known by now; then
//! identities. A stop or a kill at any point loses nothing that was stored, and a row never looks read before it is.

mod aside;
mod server;

use std::{
    collections::HashMap,
    ops::ControlFlow,
    path::{Path, PathBuf},
    time::Instant,
};

use lightproof_ledger::{AssetKey, Depth, FolderNote, FolderNoteKind, Ledger, Met, Place, RunKey, Stamp, Wanted};
use lightproof_media::video::Ffmpeg;
use lightproof_sources::source::{Found, Source, Walked};

use crate::{
    EngineError,
    account::WalkAccount,
    confirm::confirm,
    devices::Devices,
    disks::Disks,
    read_all::{Elsewhere, From, What, read_all},
    reading::{Read, expected, sha1_of, wanted},
    roots::{Reach, Root, full_path},
    servers,
    watch::{Pass, Stage, Watch},
};

/// How a manifest is made.
#[derive(Debug)]
pub struct Walk<'a> {
    /// How deep assets are read.
    pub depth: Depth,
    /// Threads that read; 0 for as many as there are cores.
    pub workers: usize,
    /// Which disks spin.
    pub disks: Disks,
    /// Bytes of pixels that decoding one picture may take, in each worker.
    pub decode_memory: u64,
    /// What shows the frames of videos, where it is installed.
    pub ffmpeg: Option<Ffmpeg>,
    /// Bytes of an asset that a quick survey reads.
    pub quick: u64,
    /// How many bits of 64 two fingerprints may differ by.
    pub radius: u8,
    /// Folders of lightproof's own that lie below a root because a person wanted it so.
    pub own: &'a [PathBuf],
    /// The stage or command, as the ledger notes it.
    pub stage: &'a str,
    /// The present, seconds since 1970, UTC.
    pub now: i64,
}

/// Walks the roots and reads what is new or changed.
///
/// # Errors
/// [`EngineError::Stopped`] when a person asked to stop; otherwise what the ledger or a whole source reports. In each
/// case what was read until then is kept, and the next run goes on from there.
pub fn generate_manifest(
    ledger: &mut Ledger,
    roots: &mut [Root],
    walk: &Walk<'_>,
    watch: &dyn Watch,
) -> Result<WalkAccount, EngineError> {
    watch.begins(Stage::GenerateManifest);
    let began = Instant::now();
    let mut told = WalkAccount::default();
    // Before the run begins: a listing that fails leaves the latest survey as it was.
    server::list(ledger, roots, watch, &mut told)?;
    let roots = &*roots;
    let sources: Vec<_> = roots.iter().map(|r| r.source.id.clone()).collect();
    let run = ledger.begin_run(walk.stage, env!("CARGO_PKG_VERSION"), &sources, walk.now)?;
    let devices = Devices::default();
    let mut walker = Walker {
        ledger,
        walk,
        watch,
        run,
        devices: &devices,
        wanted: wanted(walk.depth, walk.ffmpeg.is_some()),
        elsewhere: HashMap::new(),
        account: told,
        bytes: 0,
        to_read: 0,
    };
    let walked = walker.over_all(roots);
    let Walker { elsewhere, mut account, bytes, to_read, .. } = walker;
    ledger.flush()?;
    walked?;
    let from = From { roots, devices: &devices, elsewhere: &elsewhere };
    watch.to_read(if walk.depth == Depth::Quick { Pass::Previews } else { Pass::Whole }, to_read, bytes);
    read_all(ledger, from, run, walk, What::Waiting, watch, &mut account)?;
    if walk.depth == Depth::Quick {
        confirm(ledger, from, run, walk, watch, &mut account)?;
    }
    for root in roots {
        aside::list_aside(ledger, root, run, &devices, walk.now, &mut account)?;
    }
    settle(ledger, roots, run, watch, &mut account)?;
    let on_servers: Vec<_> = roots.iter().filter(|r| r.server().is_some()).map(|r| r.source.id.clone()).collect();
    account.probably_one = ledger.note_probably_one(run, &on_servers)?;
    account.notices.extend(servers::out_of_reach(ledger, roots)?);
    ledger.keep_notices(run, &account.notices)?;
    server::count_traffic(roots, &mut account);
    account.fates = ledger.fate_counts(run)?;
    account.read_in_part = ledger.read_in_part_count(run)?;
    account.damaged = ledger.damaged_count(run)?;
    account.further_places = ledger.further_place_count(run)?;
    account.folders = ledger.folder_notes(run)?;
    account.run = Some(run);
    account.seconds = began.elapsed().as_secs_f64();
    ledger.finish_run(run, walk.now + began.elapsed().as_secs() as i64)?;
    Ok(account)
}

/// Walks, and notes in the ledger what it meets.
struct Walker<'a> {
    ledger: &'a mut Ledger,
    walk: &'a Walk<'a>,
    watch: &'a dyn Watch,
    run: RunKey,
    wanted: Wanted,
    devices: &'a Devices,
    elsewhere: Elsewhere,
    account: WalkAccount,
    to_read: u64,
    bytes: u64,
}

/// Something that may have moved here from a place that the walk had not yet reached.
struct PerhapsMoved {
    asset: AssetKey,
    root: usize,
    place: Place,
    stamp: Stamp,
}

impl Walker<'_> {
    fn over_all(&mut self, roots: &[Root]) -> Result<(), EngineError> {
        let mut perhaps_moved = Vec::new();
        for (index, root) in roots.iter().enumerate() {
            let folder = match &root.reach {
                Reach::Folder(folder) => folder,
                Reach::Server(server) => {
                    self.over_server(index, root, server)?;
                    continue;
                }
            };
            let own = own_below(self.walk.own, folder.path());
            let mut broken = None;
            folder.walk(&mut |walked| match self.visit(index, root, &own, walked, &mut perhaps_moved) {
                Ok(()) if self.watch.stop_asked() => {
                    broken = Some(EngineError::Stopped);
                    ControlFlow::Break(())
                }
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => {
                    broken = Some(error);
                    ControlFlow::Break(())
                }
            })?;
            if let Some(error) = broken {
                return Err(error);
            }
        }
        for PerhapsMoved { asset, root, place, stamp } in perhaps_moved {
            let met = self.ledger.settle_move(self.run, asset, &place, stamp, self.wanted, self.walk.now)?;
            if let Met::Unchanged(_) | Met::ToRead(_) = met {
                self.account.moved += 1;
            }
            self.count(root, &place, expected(self.walk.depth, stamp.size, self.walk.quick), met);
        }
        Ok(())
    }

    fn visit(
        &mut self,
        index: usize,
        root: &Root,
        own: &[Vec<u8>],
        walked: Walked,
        perhaps_moved: &mut Vec<PerhapsMoved>,
    ) -> Result<(), EngineError> {
        if own.iter().any(|folder| below(walked.path(), folder)) {
            return Ok(());
        }
        let note = |folder, kind, reason: String| FolderNote { source: root.source.id.clone(), folder, kind, reason };
        match walked {
            Walked::Found(found) => self.found(index, root, &found, perhaps_moved)?,
            Walked::Unreadable { path, reason } => self.listed_only(root, &path, reason)?,
            Walked::FolderUnreadable { path, reason } => {
                self.ledger.note_folder(self.run, &note(path, FolderNoteKind::Unreadable, reason))?;
            }
            Walked::FolderSkipped { path, reason } => {
                self.ledger.note_folder(self.run, &note(path, FolderNoteKind::Skipped, reason.to_string()))?;
            }
        }
        Ok(())
    }

    fn found(
        &mut self,
        index: usize,
        root: &Root,
        found: &Found,
        perhaps_moved: &mut Vec<PerhapsMoved>,
    ) -> Result<(), EngineError> {
        let place = Place::of(&root.source.id, &found.path);
        let stamp = self.devices.stamp(&found.stat);
        let met = self.ledger.meet(self.run, &place, stamp, self.wanted, self.walk.now)?;
        match (met, found.kind.why_skipped()) {
            (Met::PerhapsMoved(asset), _) => perhaps_moved.push(PerhapsMoved { asset, root: index, place, stamp }),
            (Met::ToRead(asset), Some(why)) => {
                self.account.assets += 1;
                self.ledger.store(self.run, asset, &Read::skipped(why).reading())?;
            }
            (met, _) => self.count(index, &place, expected(self.walk.depth, stamp.size, self.walk.quick), met),
        }
        self.watch.met(self.account.assets);
        Ok(())
    }

    /// A place that is listed is not gone, even if nobody can say what it is.
    fn listed_only(&mut self, root: &Root, path: &[u8], reason: String) -> Result<(), EngineError> {
        let place = Place::of(&root.source.id, path);
        if self.ledger.asset_at(&place)?.is_some() {
            let note = FolderNote { source: place.source, folder: path.to_vec(), kind: FolderNoteKind::Unreadable, reason };
            return Ok(self.ledger.note_folder(self.run, &note)?);
        }
        // No stamp is known: one that no file has, and that differs from place to place.
        let inode = path.iter().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3));
        let stamp = Stamp { device: u64::MAX, inode, size: 0, mtime: 0, ctime: 0 };
        if let Met::ToRead(asset) = self.ledger.meet(self.run, &place, stamp, self.wanted, self.walk.now)? {
            self.account.assets += 1;
            self.ledger.store(self.run, asset, &Read::unreadable(reason).reading())?;
        }
        Ok(())
    }

    fn count(&mut self, root: usize, place: &Place, bytes: u64, met: Met) {
        match met {
            Met::ToRead(asset) => {
                self.account.assets += 1;
                self.to_read += 1;
                self.bytes += bytes;
                self.note_elsewhere(asset, root, place);
            }
            Met::Unchanged(asset) => {
                self.account.assets += 1;
                // What a quick survey doubts is read although it is as it was.
                if self.walk.depth == Depth::Quick {
                    self.note_elsewhere(asset, root, place);
                }
            }
            Met::Already(_) | Met::FurtherPlace(_) | Met::PerhapsMoved(_) => {}
        }
    }

    /// An asset may be at home in a source that this run does not walk, or where it is no more: then it is read from where it was met.
    fn note_elsewhere(&mut self, asset: AssetKey, root: usize, place: &Place) {
        if self.ledger.home_of(asset).is_ok_and(|home| home != *place) {
            self.elsewhere.insert(asset, (root, place.path()));
        }
    }
}

/// Identities, once every source was walked to its end and read.
fn settle(
    ledger: &mut Ledger,
    roots: &[Root],
    run: RunKey,
    watch: &dyn Watch,
    account: &mut WalkAccount,
) -> Result<(), EngineError> {
    for root in roots {
        account.assets += ledger.mark_vanished(run, &root.source.id)?;
        let moved = if root.folder().is_some() { ledger.moved_without_sha1(run, &root.source.id)? } else { Vec::new() };
        for ((asset, place, stamp), folder) in moved.into_iter().zip(std::iter::repeat(root.folder())) {
            if watch.stop_asked() {
                return Err(EngineError::Stopped);
            }
            account.bytes_read += stamp.size;
            if let Some(sha1) = folder.and_then(|folder| sha1_of(folder, &place.path())) {
                ledger.keep_sha1(asset, sha1)?;
            }
        }
        let settled = ledger.settle(run, &root.source.id)?;
        account.moved += settled.moved;
        account.gone += settled.gone;
    }
    Ok(())
}

/// Those of lightproof's own folders that lie below a root, relative to it.
fn own_below(own: &[PathBuf], root: &Path) -> Vec<Vec<u8>> {
    use std::os::unix::ffi::OsStrExt;
    own.iter()
        .filter_map(|folder| full_path(folder).strip_prefix(root).ok().map(Path::to_owned))
        .map(|below| below.as_os_str().as_bytes().to_vec())
        .filter(|below| !below.is_empty())
        .collect()
}

fn below(path: &[u8], folder: &[u8]) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest[0] == b'/')
}
