//! Reading what waits: as many threads as cores read, and for each server as many as it may be asked at once; one writes the ledger.
//!
//! The order is that of the places, so that a disk reads on rather than seeks; several disks and servers are served by turns, so
//! that none waits for another. Memory is bounded by the queues and the budget for whole assets, whatever the size of the library.

mod lines;

use std::collections::{BTreeMap, HashMap};

use crossbeam_channel::{Receiver, Sender, bounded};
use lightproof_ledger::{AssetKey, Depth, Ledger, Place, RunKey};
use lightproof_media::picture;
use lightproof_model::asset::SourceId;
use lightproof_sources::{immich::listed::Listed, reading::WholeBuffer};

use self::lines::lines_of;
use crate::{
    EngineError,
    account::WalkAccount,
    devices::Devices,
    manifest::Walk,
    reading::{Budget, Read, Reader, Target, Whence, depth_on_server},
    roots::{Reach, Root},
    servers::listed_of,
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
    listed: Option<Box<Listed>>,
    wanted: Depth,
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
    // Who waits for a server needs no core: these come on top.
    let asking: BTreeMap<&str, usize> = roots.iter().filter_map(Root::server).map(|s| (s.name.as_str(), s.concurrency)).collect();
    let sizes = [workers.min(MOST_WORKERS), asking.values().sum::<usize>().min(MOST_WORKERS)];
    let budget = Budget::of(BUFFERS);
    let limits = picture::Limits { decoded_bytes: walk.decode_memory };
    let (done, results) = bounded::<(AssetKey, Result<Read, EngineError>)>(sizes.iter().sum::<usize>() * 4);
    std::thread::scope(|scope| {
        let mut jobs = Vec::with_capacity(sizes.len());
        for (pool, size) in sizes.into_iter().enumerate() {
            let (to, to_read) = bounded::<Job>(size * 4);
            jobs.push(to);
            for n in 0..size {
                let (to_read, done) = (to_read.clone(), done.clone());
                let (devices, disks, quick, ffmpeg) = (from.devices, &walk.disks, walk.quick, walk.ffmpeg.as_ref());
                let mut reader = Reader { budget: &budget, devices, disks, limits, ffmpeg, quick, buffer: WholeBuffer::new() };
                let work = move || {
                    for job in to_read {
                        let Job { asset, root, path, listed, wanted } = job;
                        let from = match (&roots[root].reach, &listed) {
                            (Reach::Folder(folder), _) => Whence::Bytes(folder),
                            (Reach::Server(server), Some(listed)) => Whence::Server(server, listed),
                            (Reach::Server(server), None) => Whence::Bytes(&server.immich),
                        };
                        if done.send((asset, reader.read(Target { from, path: &path, wanted }))).is_err() {
                            return; // the reading was given up
                        }
                    }
                };
                let named = std::thread::Builder::new().name(format!("{READER}{pool}-{n}"));
                named.spawn_scoped(scope, work).map_err(EngineError::NoThread)?;
            }
        }
        drop(done);
        // Both ends go with the desk when it is dropped, on every road out: the workers then see that all is done.
        let mut desk = Desk { ledger, run, walk, watch, account, jobs, results, in_hand: 0, what, gone: None };
        let handed = desk.hand_out_all(from);
        let drained = desk.drain();
        desk.ledger.flush()?;
        // What stopped the reading goes before what came of it.
        handed.and(desk.gone.take().map_or(Ok(()), Err)).and(drained)
    })
}

/// Which threads read what: those that wait for disks and decode, and those that wait for servers.
#[derive(Clone, Copy)]
enum Pool {
    Here,
    Servers,
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
    walk: &'a Walk<'a>,
    watch: &'a dyn Watch,
    account: &'a mut WalkAccount,
    /// What each pool is to read.
    jobs: Vec<Sender<Job>>,
    results: Receiver<(AssetKey, Result<Read, EngineError>)>,
    in_hand: usize,
    what: What<'a>,
    /// Why nothing more is to be read: a server that is gone.
    gone: Option<EngineError>,
}

impl Desk<'_> {
    fn hand_out_all(&mut self, from: From<'_>) -> Result<(), EngineError> {
        let root_of: HashMap<&SourceId, usize> = from.roots.iter().enumerate().map(|(i, r)| (&r.source.id, i)).collect();
        let mut lines = lines_of(self.ledger, self.run, from.roots, &self.walk.disks, self.what)?;
        while !lines.is_empty() {
            // One of each line in turn: each disk and server has something to read.
            let mut left = Vec::with_capacity(lines.len());
            let mut handed = 0;
            for mut line in lines {
                if self.jobs[line.pool as usize].is_full() {
                    left.push(line);
                    continue;
                }
                handed += 1;
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
                self.hand_out(&from.roots[root], asset, root, path)?;
            }
            lines = left;
            if handed == 0 {
                self.receive()?;
            }
            if self.gone.is_some() {
                return Ok(());
            }
        }
        Ok(())
    }

    fn hand_out(&mut self, reached: &Root, asset: AssetKey, root: usize, path: Vec<u8>) -> Result<(), EngineError> {
        while let Ok((asset, read)) = self.results.try_recv() {
            self.store(asset, read)?;
        }
        let depth = if self.what.is_again() { Depth::Whole } else { self.walk.depth };
        let (mut listed, mut pool, mut wanted) = (None, Pool::Here, depth);
        if let Some(server) = reached.server() {
            listed = self.ledger.listed_as(asset)?.as_ref().and_then(listed_of).map(Box::new);
            let mounted = server.immich.is_mounted(&path);
            pool = if mounted { Pool::Here } else { Pool::Servers };
            wanted = depth_on_server(depth, mounted);
        }
        // As long as a queue has room, or whoever reads can give back what it read, neither side waits for ever.
        while self.jobs[pool as usize].is_full() {
            self.receive()?;
        }
        if self.jobs[pool as usize].send(Job { asset, root, path, listed, wanted }).is_ok() {
            self.in_hand += 1;
        }
        Ok(())
    }

    fn receive(&mut self) -> Result<(), EngineError> {
        match self.results.recv() {
            Ok((asset, read)) => self.store(asset, read),
            Err(_) => Err(EngineError::NoThread(std::io::Error::other("the reading threads have ended"))),
        }
    }

    fn drain(&mut self) -> Result<(), EngineError> {
        while self.in_hand > 0 {
            self.receive()?;
        }
        Ok(())
    }

    fn store(&mut self, asset: AssetKey, read: Result<Read, EngineError>) -> Result<(), EngineError> {
        self.in_hand -= 1;
        let read = match read {
            Ok(read) => read,
            Err(error) => {
                // The asset waits as it did: nothing was learned of it.
                self.gone.get_or_insert(error);
                return Ok(());
            }
        };
        let again = self.what.is_again();
        self.account.opened += u64::from(!again);
        self.account.confirmed += u64::from(again);
        self.account.bytes_read += read.bytes;
        self.ledger.store(self.run, asset, &read.reading())?;
        if let Some(bytes) = read.learned {
            self.ledger.learn_bytes_of(asset, bytes)?;
        }
        self.watch.read(read.weight);
        Ok(())
    }
}
