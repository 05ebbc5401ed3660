//! Reading what waits: as many threads as cores read, one writes the ledger.
//!
//! The order is that of the places, so that a disk reads on rather than seeks; several disks are served by turns, so that
//! none waits for another. Memory is bounded by the queues and the budget for whole assets, whatever the size of the library.

mod lines;

use std::collections::HashMap;

use crossbeam_channel::{Receiver, Sender, bounded};
use lightproof_ledger::{AssetKey, Depth, Ledger, Place, RunKey};
use lightproof_media::picture;
use lightproof_model::asset::SourceId;
use lightproof_sources::reading::WholeBuffer;

use self::lines::lines_of;
use crate::{
    EngineError,
    account::WalkAccount,
    devices::Devices,
    manifest::Walk,
    reading::{Budget, Read, Reader},
    roots::Root,
    watch::Watch,
};

/// Memory for whole assets in all workers together. What decoding takes comes on top of it, for each worker.
const BUFFERS: u64 = 256 << 20;

/// More threads than this do not read faster from any disk, and each takes memory.
const MOST_WORKERS: usize = 64;

/// Rows taken from the ledger at a time.
const PAGE: u32 = 2000;

/// What the names of reading threads begin with: a panic there is a problem of one asset and needs no message of its own.
pub const READER: &str = "reader-";

/// Assets that are read from another place than their home: root and path.
pub(crate) type Elsewhere = HashMap<AssetKey, (usize, Vec<u8>)>;

struct Job {
    asset: AssetKey,
    root: usize,
    path: Vec<u8>,
}

/// What is read, and how deep.
#[derive(Clone, Copy)]
pub(crate) enum What<'a> {
    /// Whatever waits, as deep as the walk wants it.
    Waiting,
    /// These, whole, in the order of their places.
    Whole(&'a [(AssetKey, Place)]),
}

/// Where things are read from: the roots, and what is known of their devices.
#[derive(Clone, Copy)]
pub(crate) struct From<'a> {
    /// The roots.
    pub roots: &'a [Root],
    /// Which devices are which in this run.
    pub devices: &'a Devices,
    /// What is read from another place than its home.
    pub elsewhere: &'a Elsewhere,
}

pub(crate) fn read_all(
    ledger: &mut Ledger,
    from: From<'_>,
    run: RunKey,
    walk: &Walk<'_>,
    what: What<'_>,
    watch: &dyn Watch,
    account: &mut WalkAccount,
) -> Result<(), EngineError> {
    let roots = from.roots;
    let workers = if walk.workers > 0 { walk.workers } else { std::thread::available_parallelism().map_or(1, usize::from) };
    let workers = workers.min(MOST_WORKERS);
    let budget = Budget::of(BUFFERS);
    let limits = picture::Limits { decoded_bytes: walk.decode_memory };
    let depth = if matches!(what, What::Whole(_)) { Depth::Whole } else { walk.depth };
    let (jobs, to_read) = bounded::<Job>(workers * 4);
    let (done, results) = bounded::<(AssetKey, Read)>(workers * 4);
    std::thread::scope(|scope| {
        for n in 0..workers {
            let (to_read, done) = (to_read.clone(), done.clone());
            let (devices, disks, quick, ffmpeg) = (from.devices, &walk.disks, walk.quick, walk.ffmpeg.as_ref());
            let mut reader = Reader { budget: &budget, devices, disks, limits, ffmpeg, quick, buffer: WholeBuffer::new() };
            let work = move || {
                for job in to_read {
                    let read = reader.read(&roots[job.root].folder, &job.path, depth);
                    if done.send((job.asset, read)).is_err() {
                        return; // the reading was given up
                    }
                }
            };
            let named = std::thread::Builder::new().name(format!("{READER}{n}"));
            named.spawn_scoped(scope, work).map_err(EngineError::NoThread)?;
        }
        drop((to_read, done));
        // Both ends go with the desk when it is dropped, on every road out: the workers then see that all is done.
        let mut desk = Desk { ledger, run, watch, account, jobs, results, in_hand: 0, again: what.is_again() };
        let handed = desk.hand_out_all(from, walk, what);
        let drained = desk.drain();
        desk.ledger.flush()?;
        handed.and(drained)
    })
}

impl What<'_> {
    /// Whether what is read was opened before.
    fn is_again(self) -> bool {
        matches!(self, What::Whole(_))
    }
}

/// Hands out what is to be read, and stores what comes back.
struct Desk<'a> {
    ledger: &'a mut Ledger,
    run: RunKey,
    watch: &'a dyn Watch,
    account: &'a mut WalkAccount,
    jobs: Sender<Job>,
    results: Receiver<(AssetKey, Read)>,
    in_hand: usize,
    again: bool,
}

impl Desk<'_> {
    fn hand_out_all(&mut self, from: From<'_>, walk: &Walk<'_>, what: What<'_>) -> Result<(), EngineError> {
        let root_of: HashMap<&SourceId, usize> = from.roots.iter().enumerate().map(|(i, r)| (&r.source.id, i)).collect();
        let mut lines = lines_of(self.ledger, self.run, from.roots, &walk.disks, what)?;
        while !lines.is_empty() {
            // One of each line in turn: each disk has something to read.
            let mut left = Vec::with_capacity(lines.len());
            for mut line in lines {
                let Some((asset, place)) = line.next(self.ledger, self.run)? else { continue };
                left.push(line);
                if self.watch.stop_asked() {
                    return Err(EngineError::Stopped);
                }
                let (root, path) = match (from.elsewhere.get(&asset), root_of.get(&place.source)) {
                    (Some((root, path)), _) => (*root, path.clone()),
                    (None, Some(&root)) => (root, place.path()),
                    (None, None) => continue,
                };
                self.hand_out(Job { asset, root, path })?;
            }
            lines = left;
        }
        Ok(())
    }

    fn hand_out(&mut self, job: Job) -> Result<(), EngineError> {
        while let Ok((asset, read)) = self.results.try_recv() {
            self.store(asset, &read)?;
        }
        // Both queues have the same length: as long as no more is in hand than one holds, neither side waits for ever.
        while self.jobs.is_full() {
            self.receive()?;
        }
        if self.jobs.send(job).is_ok() {
            self.in_hand += 1;
        }
        Ok(())
    }

    fn receive(&mut self) -> Result<(), EngineError> {
        match self.results.recv() {
            Ok((asset, read)) => self.store(asset, &read),
            Err(_) => Err(EngineError::NoThread(std::io::Error::other("the reading threads have ended"))),
        }
    }

    fn drain(&mut self) -> Result<(), EngineError> {
        while self.in_hand > 0 {
            self.receive()?;
        }
        Ok(())
    }

    fn store(&mut self, asset: AssetKey, read: &Read) -> Result<(), EngineError> {
        self.in_hand -= 1;
        self.account.opened += u64::from(!self.again);
        self.account.confirmed += u64::from(self.again);
        self.account.bytes_read += read.bytes;
        self.ledger.store(self.run, asset, &read.reading())?;
        self.watch.read(read.weight);
        Ok(())
    }
}
