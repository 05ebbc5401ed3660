//! Reading one asset: one sequential read, and everything is told from that buffer.
//!
//! What is wrong with an asset is data: every road through here ends in a [`Read`] with a fate.

mod budget;
mod in_turns;
mod quick;
mod shown;

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
};

use lightproof_ledger::{Depth, Reading, Stamp, Wanted};
use lightproof_media::{
    claimed::{agrees, claimed},
    facts, picture, sniff,
    video::{self, Ffmpeg, NO_FFMPEG},
};
use lightproof_model::{
    asset::Fate,
    digest::Sha1,
    fingerprint::Fingerprint,
    media_type::{Class, MediaType},
    moment::WallClock,
    probe::{Facts, Picture, Probe},
    problem::{Problem, ProblemKind},
    read_at::ReadAt,
};
use lightproof_sources::{
    immich::listed::Listed,
    reading::{Steadiness, WHOLE_BUFFER, WholeBuffer, stream},
    source::{Access, Opened, Source, Stat},
};
use sha1::Digest;

use self::in_turns::InTurns;
use self::shown::SHOWN;
pub use self::{budget::Budget, quick::QUICK};
use crate::{EngineError, devices::Devices, disks::Disks, servers::ServerRoot};

/// Version of all that a probe holds; an asset probed by another version is read again.
pub const PROBE_VERSION: u32 = lightproof_model::fingerprint::FINGERPRINT_VERSION * 1000 + 2;

/// Version of what was probed without ffmpeg and would gain by it: read again as soon as the program is there.
const WITHOUT_FFMPEG: u32 = PROBE_VERSION + 500;

/// What a run wants to know of every asset.
#[must_use]
pub fn wanted(depth: Depth, has_ffmpeg: bool) -> Wanted {
    // What is not read whole gains nothing from it, and would lose what is known.
    let or = (depth != Depth::Whole || !has_ffmpeg).then_some(WITHOUT_FFMPEG);
    Wanted { depth, version: PROBE_VERSION, or }
}

/// What a run wants to know of an asset on a server.
#[must_use]
pub fn wanted_of_server(wanted: Wanted, mounted: bool) -> Wanted {
    match depth_on_server(wanted.depth, mounted) {
        // No program is needed for what a server shows.
        Depth::Shown => Wanted { depth: Depth::Shown, version: PROBE_VERSION, or: Some(WITHOUT_FFMPEG) },
        depth => Wanted { depth, ..wanted },
    }
}

/// How deep an asset on a server is read: as deep as the mounted library lets it be, else no deeper than what the server shows.
#[must_use]
pub fn depth_on_server(depth: Depth, mounted: bool) -> Depth {
    if mounted || depth == Depth::Head { depth } else { Depth::Shown }
}

/// A sidecar larger than this is not looked into.
const SIDECAR: u64 = 1 << 20;

/// What reading gave, owned.
pub struct Read {
    fate: Fate,
    depth: Depth,
    stamp: Option<Stamp>,
    probe: Option<Probe>,
    preview: Option<Fingerprint>,
    sha1: Option<Sha1>,
    sidecar_date: Option<WallClock>,
    problems: Vec<Problem>,
    /// Bytes that were read, for the account.
    pub bytes: u64,
    /// Bytes that were expected to be read, for the time left.
    pub weight: u64,
    /// How many bytes the asset has, where its server did not say.
    pub learned: Option<u64>,
}

impl Read {
    fn unread(fate: Fate, kind: ProblemKind, why: impl Into<String>) -> Read {
        // What the bytes themselves rule out stays so as long as they are the same; what could not be read is tried again.
        let settled = matches!(kind, ProblemKind::Skipped | ProblemKind::Empty | ProblemKind::WrongExtension);
        let depth = if settled { Depth::Whole } else { Depth::Nothing };
        let problems = vec![Problem::new(kind, why)];
        Read { depth, problems, ..Read::of_fate(fate) }
    }

    fn of_fate(fate: Fate) -> Read {
        let (stamp, probe, preview, sha1, sidecar_date) = (None, None, None, None, None);
        Read {
            fate,
            depth: Depth::Nothing,
            stamp,
            probe,
            preview,
            sha1,
            sidecar_date,
            problems: Vec::new(),
            bytes: 0,
            weight: 0,
            learned: None,
        }
    }

    /// An asset of a known format, before anything more is told of it.
    fn of_known(name: &[u8], media_type: MediaType, depth: Depth) -> Read {
        Read { depth, problems: wrong_extension(name, media_type).into_iter().collect(), ..Read::of_fate(Fate::Read) }
    }

    /// An asset that is not looked into, with the reason.
    #[must_use]
    pub fn skipped(why: impl Into<String>) -> Read {
        Read::unread(Fate::Skipped, ProblemKind::Skipped, why)
    }

    /// An asset that is listed, and of which nothing more can be learned.
    #[must_use]
    pub fn unreadable(why: impl Into<String>) -> Read {
        Read::unread(Fate::Unreadable, ProblemKind::Unreadable, why)
    }

    /// What was read, held against what the server remembers of the upload.
    fn checked(mut self, listed: &Listed) -> Read {
        if let (Some(read), Some(uploaded)) = (self.sha1, listed.sha1())
            && read.0 != uploaded
        {
            self.problems.push(Problem::new(
                ProblemKind::ChecksumDiffers,
                format!("its SHA-1 is not that of what was uploaded, {}", Sha1(uploaded)),
            ));
        }
        self
    }

    fn lacks_ffmpeg(&self) -> bool {
        let picture = self.probe.as_ref().and_then(|probe| probe.picture.as_ref());
        picture.is_some_and(|picture| picture.problems.iter().any(|problem| problem.detail == NO_FFMPEG))
    }

    /// The form in which the ledger takes it.
    #[must_use]
    pub fn reading(&self) -> Reading<'_> {
        Reading {
            fate: self.fate,
            depth: self.depth,
            version: if self.lacks_ffmpeg() { WITHOUT_FFMPEG } else { PROBE_VERSION },
            stamp: self.stamp,
            probe: self.probe.as_ref(),
            preview: self.preview.as_ref(),
            sha1: self.sha1,
            sidecar_date: self.sidecar_date,
            problems: self.problems.clone(),
        }
    }
}

impl Target<'_> {
    /// The device that its bytes lie on.
    fn mounted_device(&self, stat: &Stat) -> u64 {
        let file = match self.from {
            Whence::Server(server, _) => server.immich.file_of(self.path),
            Whence::Bytes(_) => None,
        };
        file.map_or(stat.mounted_device, |file| file.mounted_device)
    }

    /// The stamp of what was read: a server's asset goes by what its server says, a file by what the system does.
    fn stamp(&self, stat: &Stat, devices: &Devices) -> Stamp {
        match self.from {
            Whence::Server(..) => stamp_of_server(stat),
            Whence::Bytes(_) => devices.stamp(stat),
        }
    }
}

/// The stamp of a server's asset: its id, size, time and checksum.
#[must_use]
pub fn stamp_of_server(stat: &Stat) -> Stamp {
    Stamp { device: stat.device, inode: stat.inode, size: stat.size, mtime: stat.mtime_ns, ctime: stat.ctime_ns }
}

/// That the server has not failed as a whole.
fn still_there(from: Whence<'_>) -> Result<(), EngineError> {
    let Whence::Server(server, _) = from else { return Ok(()) };
    match server.immich.gone() {
        Some(error) => Err(EngineError::Server { server: server.name.clone(), error: Box::new(error) }),
        None => Ok(()),
    }
}

/// What a worker needs to read assets, one after another.
pub struct Reader<'a> {
    /// Memory shared by all workers.
    pub budget: &'a Budget,
    /// Which devices are which in this run.
    pub devices: &'a Devices,
    /// Which of them are read in turns.
    pub disks: &'a Disks,
    /// What looking at a picture may cost.
    pub limits: picture::Limits,
    /// How many bytes of an asset are read quickly.
    pub quick: u64,
    /// What shows the frames of videos, where it is installed.
    pub ffmpeg: Option<&'a Ffmpeg>,
    /// This worker's buffer.
    pub buffer: WholeBuffer,
}

/// What is to be read.
#[derive(Clone, Copy)]
pub struct Target<'a> {
    /// Where it is.
    pub from: Whence<'a>,
    /// Its path there.
    pub path: &'a [u8],
    /// How deep it is wanted.
    pub wanted: Depth,
}

/// Where something is read from.
#[derive(Clone, Copy)]
pub enum Whence<'a> {
    /// From a folder, or whatever else hands out all bytes.
    Bytes(&'a dyn Source),
    /// From a server, which lists it so.
    Server(&'a ServerRoot, &'a Listed),
}

impl Reader<'_> {
    /// Reads one asset as deep as wanted. A panic of a decoder is a problem of that asset and of nothing else.
    ///
    /// # Errors
    /// When its server as a whole is gone: nothing may be concluded about the asset then.
    pub fn read(&mut self, target: Target<'_>) -> Result<Read, EngineError> {
        still_there(target.from)?;
        for _ in 0..2 {
            let read = catch_unwind(AssertUnwindSafe(|| match target.from {
                Whence::Server(server, listed) if !server.immich.is_mounted(target.path) => {
                    Some(self.read_shown(server, listed, target))
                }
                Whence::Server(server, listed) => self.read_once(&server.immich, target).map(|read| read.checked(listed)),
                Whence::Bytes(source) => self.read_once(source, target),
            }));
            still_there(target.from)?;
            match read {
                Ok(Some(read)) => return Ok(read),
                Ok(None) => {} // it changed while it was read: once more
                Err(_) => {
                    return Ok(Read::unread(
                        Fate::Unreadable,
                        ProblemKind::Unreadable,
                        "lightproof failed on it; please report this file",
                    ));
                }
            }
        }
        Ok(Read::unread(Fate::Unreadable, ProblemKind::ChangedWhileRead, "it changed each time it was read"))
    }

    /// Nothing when the asset changed while it was read.
    fn read_once(&mut self, source: &dyn Source, target: Target<'_>) -> Option<Read> {
        let Target { path, wanted, .. } = target;
        let opened = match source.open(path) {
            Ok(opened) => opened,
            Err(error) => return Some(Read::unread(Fate::Unreadable, ProblemKind::Unreadable, error.to_string())),
        };
        let name = path.rsplit(|&b| b == b'/').next().unwrap_or(path);
        let read = opened.stat().and_then(|before| {
            let disk = self.disks.of(target.mounted_device(&before));
            let asset = InTurns::new(opened, disk.as_deref());
            let (read, steady) = self.read_opened(&asset, name, wanted)?;
            let same = steady == Steadiness::Steady && asset.stat()?.agrees_with(&before);
            let (stamp, weight) = (Some(target.stamp(&before, self.devices)), expected(wanted, before.size, self.quick));
            Ok(same.then_some(Read { stamp, weight, ..read }))
        });
        read.unwrap_or_else(|error| {
            Some(Read::unread(Fate::Unreadable, ProblemKind::Unreadable, format!("it cannot be read: {error}")))
        })
    }

    fn read_opened(&mut self, asset: &InTurns<'_>, name: &[u8], wanted: Depth) -> io::Result<(Read, Steadiness)> {
        let length = asset.len();
        if length == 0 {
            return Ok((Read::unread(Fate::Unreadable, ProblemKind::Empty, "there are no bytes in it"), Steadiness::Steady));
        }
        let mut in_vain = 0;
        if wanted == Depth::Quick && length > self.quick {
            let quickly = quick::read(asset, name, self.quick)?;
            if let Some((probe, preview)) = quickly.told {
                let known = Read::of_known(name, probe.media_type, Depth::Quick);
                return Ok((Read { probe: Some(probe), preview, bytes: quickly.bytes, ..known }, Steadiness::Steady));
            }
            in_vain = quickly.bytes;
        }
        // What ffmpeg is handed is a copy; which assets are videos is not known before they are opened, so the name must do.
        let video = claimed(name).is_some_and(|claim| claim.class() == Class::Video);
        let held = if video && self.ffmpeg.is_some() { length * 2 } else { length };
        let (mut read, steady) = match wanted {
            Depth::Head => self.read_head(asset, name)?,
            // Memory first, then the disk: who holds a turn waits for nothing.
            _ if length <= WHOLE_BUFFER => self.budget.with(held, || self.read_whole(asset, name))?,
            _ => self.read_streamed(asset, name)?,
        };
        read.bytes += in_vain;
        Ok((read, steady))
    }

    fn read_head(&mut self, asset: &InTurns<'_>, name: &[u8]) -> io::Result<(Read, Steadiness)> {
        asset.will_read(Access::Pieces);
        let Ok(media_type) = known(asset, name)? else { return Ok((unknown(name), Steadiness::Steady)) };
        let mut read = Read::of_known(name, media_type, Depth::Head);
        read.probe = Some(Probe { media_type, facts: facts::read_facts(asset, media_type), picture: None });
        read.bytes = asset.bytes_read();
        if media_type != MediaType::Xmp || asset.len() > SIDECAR {
            return Ok((read, Steadiness::Steady));
        }
        let (bytes, steady) = self.buffer.fill(asset)?;
        read.sidecar_date = facts::xmp::sidecar_date(bytes);
        Ok((read, steady))
    }

    fn read_whole(&mut self, asset: &InTurns<'_>, name: &[u8]) -> io::Result<(Read, Steadiness)> {
        // The turn ends with the read: what follows needs no disk.
        let filled = asset.in_one_turn(|opened| {
            let Ok(media_type) = known(opened, name)? else { return Ok(None) };
            self.buffer.fill(opened).map(|(bytes, steady)| Some((media_type, bytes, steady)))
        });
        let Some((media_type, bytes, steady)) = filled? else { return Ok((unknown(name), Steadiness::Steady)) };
        let mut read = Read::of_known(name, media_type, Depth::Whole);
        read.bytes = bytes.len() as u64;
        read.sha1 = Some(Sha1(sha1::Sha1::digest(bytes).into()));
        let mut facts = facts::read_facts(&bytes, media_type);
        let picture = match media_type {
            MediaType::Xmp | MediaType::Aae | MediaType::TakeoutJson | MediaType::Thm if asset.len() > SIDECAR => None,
            MediaType::Lrv | MediaType::Other => None,
            _ if media_type.class() == Class::Video => Some(moving(&bytes, media_type, Some(bytes), self.ffmpeg, &mut facts)),
            _ => Some(picture::look(bytes, media_type, facts.orientation, &self.limits)),
        };
        facts.dimensions = facts.dimensions.or(picture.as_ref().and_then(|p| p.dimensions));
        if media_type == MediaType::Xmp && asset.len() <= SIDECAR {
            read.sidecar_date = facts::xmp::sidecar_date(bytes);
        }
        read.probe = Some(Probe { media_type, facts, picture });
        Ok((read, steady))
    }

    fn read_streamed(&self, asset: &InTurns<'_>, name: &[u8]) -> io::Result<(Read, Steadiness)> {
        let Ok(media_type) = known(asset, name)? else { return Ok((unknown(name), Steadiness::Steady)) };
        let mut read = Read::of_known(name, media_type, Depth::Whole);
        read.bytes = asset.len();
        let mut hasher = sha1::Sha1::new();
        let steady = asset.in_one_turn(|opened| {
            stream(opened, &mut |piece| {
                hasher.update(piece);
                Ok(())
            })
        })?;
        read.sha1 = Some(Sha1(hasher.finalize().into()));
        let mut facts = facts::read_facts(asset, media_type);
        let picture = match media_type.class() {
            Class::Sidecar => None,
            Class::Video => {
                // An excerpt, and the copy that ffmpeg is handed.
                let held = if self.ffmpeg.is_some() { 2 * video::EXCERPT } else { 0 };
                Some(self.budget.with(held, || moving(asset, media_type, None, self.ffmpeg, &mut facts)))
            }
            // A raw's preview is found by position, however large the raw is.
            _ => Some(picture::look_by_position(asset, media_type, facts.orientation).unwrap_or_else(|| Picture {
                problems: vec![Problem::new(
                    ProblemKind::NotFingerprinted,
                    format!("larger than {} MB", WHOLE_BUFFER / 1_000_000),
                )],
                ..Picture::default()
            })),
        };
        facts.dimensions = facts.dimensions.or(picture.as_ref().and_then(|p| p.dimensions));
        read.probe = Some(Probe { media_type, facts, picture });
        Ok((read, steady))
    }
}

/// Looks at a video, and adds to the facts how long it shows.
fn moving(
    bytes: &dyn ReadAt,
    media_type: MediaType,
    whole: Option<&[u8]>,
    ffmpeg: Option<&Ffmpeg>,
    facts: &mut Facts,
) -> Picture {
    let seen = video::look(bytes, media_type, whole, ffmpeg);
    facts.duration_ms = seen.duration_ms.and_then(|ms| u32::try_from(ms).ok());
    seen.picture
}

/// How many bytes reading an asset of a size that deep is expected to take.
#[must_use]
pub fn expected(wanted: Depth, size: u64, quick: u64) -> u64 {
    match wanted {
        Depth::Quick => size.min(quick),
        Depth::Shown => SHOWN,
        _ => size,
    }
}

/// What an asset is, by its first bytes; an error of its own where no format is known for them.
fn known(bytes: &dyn ReadAt, name: &[u8]) -> io::Result<Result<MediaType, NoFormat>> {
    let mut head = [0; sniff::HEAD];
    let there = bytes.read_at(0, &mut head)?;
    let media_type = sniff::sniff(&head[..there], Some(name));
    Ok(if media_type == MediaType::Other { Err(NoFormat) } else { Ok(media_type) })
}

/// No format is known for these bytes.
struct NoFormat;

/// The fate of what no format is known for: a photograph by its name is unreadable, anything else is skipped.
fn unknown(name: &[u8]) -> Read {
    match claimed(name) {
        Some(claim) => Read::unread(
            Fate::Unreadable,
            ProblemKind::WrongExtension,
            format!("its name says {}, but its bytes are of no format known here", claim.mime()),
        ),
        None => Read::skipped("not a photograph, video or sidecar"),
    }
}

fn wrong_extension(name: &[u8], media_type: MediaType) -> Option<Problem> {
    let claim = claimed(name)?;
    (!agrees(claim, media_type)).then(|| {
        Problem::new(ProblemKind::WrongExtension, format!("its name says {}, its bytes are {}", claim.mime(), media_type.mime()))
    })
}

/// SHA-1 of an asset, streamed; `None` when it cannot be read or changed meanwhile.
#[must_use]
pub fn sha1_of(source: &dyn Source, path: &[u8]) -> Option<Sha1> {
    let opened = source.open(path).ok()?;
    let mut hasher = sha1::Sha1::new();
    let steady = stream(&*opened, &mut |piece| {
        hasher.update(piece);
        Ok(())
    });
    (steady.ok()? == Steadiness::Steady).then(|| Sha1(hasher.finalize().into()))
}

#[cfg(test)]
mod tests;
