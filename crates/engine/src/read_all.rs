//! Reading what waits: as many threads as cores read, one writes the ledger.
//!
//! The order is that of the places, so that a disk reads on rather than seeks. Memory is bounded by the queues and
//! the budget for whole assets, whatever the size of the library.

use std::collections::HashMap;

use crossbeam_channel::{Receiver, Sender, bounded};
use lightproof_ledger::{AssetKey, Ledger, RunKey};
use lightproof_media::video::Ffmpeg;
use lightproof_model::asset::SourceId;
use lightproof_sources::reading::WholeBuffer;

use crate::{
    EngineError,
    account::WalkAccount,
    devices::Devices,
    manifest::Walk,
    reading::{Budget, Read, Reader},
    roots::Root,
    watch::Watch,
};

/// Memory for whole assets in all workers together.
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

#[allow(clippy::too_many_arguments)] // one call, and each is a different thing
pub(crate) fn read_all(
    ledger: &mut Ledger,
    roots: &[Root],
    run: RunKey,
    walk: &Walk<'_>,
    devices: &Devices,
    elsewhere: &Elsewhere,
    watch: &dyn Watch,
    account: &mut WalkAccount,
) -> Result<(), EngineError> {
    let workers = if walk.workers > 0 { walk.workers } else { std::thread::available_parallelism().map_or(1, usize::from) };
    let workers = workers.min(MOST_WORKERS);
    let budget = Budget::of(BUFFERS);
    let ffmpeg = Ffmpeg::find();
    let (jobs, to_read) = bounded::<Job>(workers * 4);
    let (done, results) = bounded::<(AssetKey, Read)>(workers * 4);
    std::thread::scope(|scope| {
        for n in 0..workers {
            let (to_read, done) = (to_read.clone(), done.clone());
            let mut reader = Reader { budget: &budget, devices, ffmpeg: ffmpeg.as_ref(), buffer: WholeBuffer::new() };
            let work = move || {
                for job in to_read {
                    let read = reader.read(&roots[job.root].folder, &job.path, walk.depth);
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
        let mut desk = Desk { ledger, run, watch, account, jobs, results, in_hand: 0 };
        let handed = desk.hand_out_all(roots, elsewhere);
        let drained = desk.drain();
        desk.ledger.flush()?;
        handed.and(drained)
    })
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
}

impl Desk<'_> {
    fn hand_out_all(&mut self, roots: &[Root], elsewhere: &Elsewhere) -> Result<(), EngineError> {
        let root_of: HashMap<&SourceId, usize> = roots.iter().enumerate().map(|(i, r)| (&r.source.id, i)).collect();
        let mut last = None;
        loop {
            let page = self.ledger.waiting(self.run, last.as_ref(), PAGE)?;
            let Some((_, end)) = page.last() else { return Ok(()) };
            let end = end.clone();
            for (asset, place) in page {
                let (root, path) = match (elsewhere.get(&asset), root_of.get(&place.source)) {
                    (Some((root, path)), _) => (*root, path.clone()),
                    (None, Some(&root)) => (root, place.path()),
                    (None, None) => continue,
                };
                self.hand_out(Job { asset, root, path })?;
                if self.watch.stop_asked() {
                    return Err(EngineError::Stopped);
                }
            }
            last = Some(end);
        }
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
        self.account.opened += 1;
        self.account.bytes_read += read.bytes;
        self.ledger.store(self.run, asset, &read.reading())?;
        self.watch.read(read.bytes);
        Ok(())
    }
}
