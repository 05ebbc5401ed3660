//! Reading one asset: one sequential read, and everything is told from that buffer.
//!
//! What is wrong with an asset is data: every road through here ends in a [`Read`] with a fate.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Condvar, Mutex, PoisonError},
};

use lightproof_ledger::{Depth, Reading, Stamp};
use lightproof_media::{
    claimed::{agrees, claimed},
    facts, picture, sniff,
    video::{self, Ffmpeg},
};
use lightproof_model::{
    asset::Fate,
    digest::Sha1,
    media_type::{Class, MediaType},
    moment::WallClock,
    probe::{Facts, Picture, Probe},
    problem::{Problem, ProblemKind},
    read_at::ReadAt,
};
use lightproof_sources::{
    reading::{Steadiness, WHOLE_BUFFER, WholeBuffer, stream},
    source::{Opened, Source},
};
use sha1::Digest;

use crate::devices::Devices;

/// Version of all that a probe holds; an asset probed by another version is read again.
pub const PROBE_VERSION: u32 = lightproof_model::fingerprint::FINGERPRINT_VERSION * 1000 + 1;

/// A sidecar larger than this is not looked into.
const SIDECAR: u64 = 1 << 20;

/// What reading gave, owned.
pub struct Read {
    fate: Fate,
    depth: Depth,
    stamp: Option<Stamp>,
    probe: Option<Probe>,
    sha1: Option<Sha1>,
    sidecar_date: Option<WallClock>,
    problems: Vec<Problem>,
    /// Bytes that were read, for the account.
    pub bytes: u64,
}

impl Read {
    fn unread(fate: Fate, kind: ProblemKind, why: impl Into<String>) -> Read {
        // What the bytes themselves rule out stays so as long as they are the same; what could not be read is tried again.
        let settled = matches!(kind, ProblemKind::Skipped | ProblemKind::Empty | ProblemKind::WrongExtension);
        let depth = if settled { Depth::Whole } else { Depth::Nothing };
        let problems = vec![Problem::new(kind, why)];
        Read { fate, depth, stamp: None, probe: None, sha1: None, sidecar_date: None, problems, bytes: 0 }
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

    /// The form in which the ledger takes it.
    #[must_use]
    pub fn reading(&self) -> Reading<'_> {
        Reading {
            fate: self.fate,
            depth: self.depth,
            version: PROBE_VERSION,
            stamp: self.stamp,
            probe: self.probe.as_ref(),
            sha1: self.sha1,
            sidecar_date: self.sidecar_date,
            problems: self.problems.clone(),
        }
    }
}

/// Memory for whole assets, shared by all workers, so that sixteen videos at once do not take sixteen buffers.
pub struct Budget {
    free: Mutex<u64>,
    freed: Condvar,
}

impl Budget {
    /// A budget of so many bytes, at least enough for one asset.
    #[must_use]
    pub fn of(bytes: u64) -> Budget {
        Budget { free: Mutex::new(bytes.max(WHOLE_BUFFER)), freed: Condvar::new() }
    }

    fn with<T>(&self, bytes: u64, work: impl FnOnce() -> T) -> T {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        while *free < bytes {
            free = self.freed.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
        *free -= bytes;
        drop(free);
        let done = work();
        *self.free.lock().unwrap_or_else(PoisonError::into_inner) += bytes;
        self.freed.notify_all();
        done
    }
}

/// What a worker needs to read assets, one after another.
pub struct Reader<'a> {
    /// Memory shared by all workers.
    pub budget: &'a Budget,
    /// Which devices are which in this run.
    pub devices: &'a Devices,
    /// What shows the frames of videos, where it is installed.
    pub ffmpeg: Option<&'a Ffmpeg>,
    /// This worker's buffer.
    pub buffer: WholeBuffer,
}

impl Reader<'_> {
    /// Reads one asset as deep as wanted. A panic of a decoder is a problem of that asset and of nothing else.
    pub fn read(&mut self, source: &dyn Source, path: &[u8], wanted: Depth) -> Read {
        for _ in 0..2 {
            match catch_unwind(AssertUnwindSafe(|| self.read_once(source, path, wanted))) {
                Ok(Some(read)) => return read,
                Ok(None) => {} // it changed while it was read: once more
                Err(_) => {
                    return Read::unread(
                        Fate::Unreadable,
                        ProblemKind::Unreadable,
                        "lightproof failed on it; please report this file",
                    );
                }
            }
        }
        Read::unread(Fate::Unreadable, ProblemKind::ChangedWhileRead, "it changed each time it was read")
    }

    /// Nothing when the asset changed while it was read.
    fn read_once(&mut self, source: &dyn Source, path: &[u8], wanted: Depth) -> Option<Read> {
        let opened = match source.open(path) {
            Ok(opened) => opened,
            Err(error) => return Some(Read::unread(Fate::Unreadable, ProblemKind::Unreadable, error.to_string())),
        };
        let name = path.rsplit(|&b| b == b'/').next().unwrap_or(path);
        let read = opened.stat().and_then(|before| {
            let (read, steady) = self.read_opened(&*opened, name, wanted)?;
            let same = steady == Steadiness::Steady && opened.stat()?.agrees_with(&before);
            Ok(same.then(|| Read { stamp: Some(self.devices.stamp(&before)), ..read }))
        });
        read.unwrap_or_else(|error| {
            Some(Read::unread(Fate::Unreadable, ProblemKind::Unreadable, format!("it cannot be read: {error}")))
        })
    }

    fn read_opened(&mut self, opened: &dyn Opened, name: &[u8], wanted: Depth) -> std::io::Result<(Read, Steadiness)> {
        let length = opened.len();
        if length == 0 {
            return Ok((Read::unread(Fate::Unreadable, ProblemKind::Empty, "there are no bytes in it"), Steadiness::Steady));
        }
        let mut head = [0; sniff::HEAD];
        let told = opened.read_at(0, &mut head)?;
        let media_type = sniff::sniff(&head[..told], Some(name));
        if media_type == MediaType::Other {
            return Ok((unknown(name), Steadiness::Steady));
        }
        let mut read = Read {
            fate: Fate::Read,
            depth: wanted,
            stamp: None,
            probe: None,
            sha1: None,
            sidecar_date: None,
            problems: wrong_extension(name, media_type).into_iter().collect(),
            bytes: length,
        };
        let budget = self.budget;
        let steady = if wanted == Depth::Head {
            self.read_head(opened, media_type, &mut read)?
        } else if length <= WHOLE_BUFFER {
            // What ffmpeg is handed is a copy.
            let copies = if media_type.class() == Class::Video && self.ffmpeg.is_some() { 2 } else { 1 };
            budget.with(length * copies, || self.read_whole(opened, media_type, wanted, &mut read))?
        } else {
            read_streamed(opened, media_type, wanted, self.ffmpeg, &mut read)?
        };
        Ok((read, steady))
    }

    fn read_head(&mut self, opened: &dyn Opened, media_type: MediaType, read: &mut Read) -> std::io::Result<Steadiness> {
        read.probe = Some(Probe { media_type, facts: facts::read_facts(opened, media_type), picture: None });
        if media_type != MediaType::Xmp || opened.len() > SIDECAR {
            return Ok(Steadiness::Steady);
        }
        let (bytes, steady) = self.buffer.fill(opened)?;
        read.sidecar_date = facts::xmp::sidecar_date(bytes);
        Ok(steady)
    }

    fn read_whole(
        &mut self,
        opened: &dyn Opened,
        media_type: MediaType,
        wanted: Depth,
        read: &mut Read,
    ) -> std::io::Result<Steadiness> {
        let (bytes, steady) = self.buffer.fill(opened)?;
        read.sha1 = Some(Sha1(sha1::Sha1::digest(bytes).into()));
        let mut facts = facts::read_facts(&bytes, media_type);
        let picture = match media_type.class() {
            Class::Photo | Class::Raw if wanted == Depth::Whole => {
                Some(picture::look(bytes, media_type, facts.orientation, &picture::Limits::default()))
            }
            Class::Video if wanted == Depth::Whole => Some(moving(&bytes, media_type, Some(bytes), self.ffmpeg, &mut facts)),
            _ => None,
        };
        facts.dimensions = facts.dimensions.or(picture.as_ref().and_then(|p| p.dimensions));
        if media_type == MediaType::Xmp && opened.len() <= SIDECAR {
            read.sidecar_date = facts::xmp::sidecar_date(bytes);
        }
        read.probe = Some(Probe { media_type, facts, picture });
        Ok(steady)
    }
}

fn read_streamed(
    opened: &dyn Opened,
    media_type: MediaType,
    wanted: Depth,
    ffmpeg: Option<&Ffmpeg>,
    read: &mut Read,
) -> std::io::Result<Steadiness> {
    let mut hasher = sha1::Sha1::new();
    let steady = stream(opened, &mut |piece| {
        hasher.update(piece);
        Ok(())
    })?;
    read.sha1 = Some(Sha1(hasher.finalize().into()));
    let mut facts = facts::read_facts(opened, media_type);
    let picture = match media_type.class() {
        Class::Sidecar => None,
        _ if wanted != Depth::Whole => None,
        Class::Video => Some(moving(opened, media_type, None, ffmpeg, &mut facts)),
        _ => Some(Picture {
            problems: vec![Problem::new(ProblemKind::NotFingerprinted, format!("larger than {} MB", WHOLE_BUFFER / 1_000_000))],
            ..Picture::default()
        }),
    };
    facts.dimensions = facts.dimensions.or(picture.as_ref().and_then(|p| p.dimensions));
    read.probe = Some(Probe { media_type, facts, picture });
    Ok(steady)
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
