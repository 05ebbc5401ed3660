//! What the fuzz targets share: the selector at an input's end, a medium that fails, and whose panics count.
//!
//! An input is a file's bytes with one more byte, the selector, behind them: a file of the corpus becomes a seed by
//! appending `0xFF`, which leaves the choice to what the bytes are.
//! Absent on purpose: anything that only one target needs.

use std::{
    io,
    panic::{self, AssertUnwindSafe, PanicHookInfo},
    process,
    sync::Mutex,
};

use lightproof_media::{picture::Limits, sniff::sniff};
use lightproof_model::{media_type::MediaType, read_at::ReadAt};

/// Small enough that a hostile picture costs milliseconds, large enough for every seed.
pub const LIMITS: Limits = Limits { decoded_bytes: 16 << 20 };

/// The bytes of the file and the selector.
#[must_use]
pub fn split(input: &[u8]) -> (&[u8], u8) {
    match input {
        [file @ .., selector] => (file, *selector),
        [] => (input, u8::MAX),
    }
}

/// The type that the selector names in `choices`, or else the one that the bytes tell.
#[must_use]
pub fn chosen(choices: &[MediaType], file: &[u8], selector: u8) -> MediaType {
    choices.get(usize::from(selector)).copied().unwrap_or_else(|| sniff(file, None))
}

/// Bytes that can be read up to a position, behind which the disk fails.
pub struct FailingFrom<'a> {
    /// All the bytes that there would be.
    pub bytes: &'a [u8],
    /// The first position that fails.
    pub at: u64,
}

impl ReadAt for FailingFrom<'_> {
    fn len(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        if offset.saturating_add(buf.len() as u64) > self.at {
            return Err(io::Error::other("the disk fails here"));
        }
        self.bytes.read_at(offset, buf)
    }
}

static LAST_FOREIGN_PANIC: Mutex<String> = Mutex::new(String::new());

/// Lets panics of decoders that are not ours unwind to the guard that `media` puts around them; ours still end the run.
/// To be called once, as a target's `init`.
pub fn forgive_guarded_panics() {
    let ours_ends_the_run = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if is_foreign(info) {
            *LAST_FOREIGN_PANIC.lock().expect("nothing panics while it holds this") = info.to_string();
        } else {
            ours_ends_the_run(info);
        }
    }));
}

/// Runs a target; a foreign panic that no guard caught ends the run after all.
pub fn unguarded_panics_end_the_run<T>(target: impl FnOnce() -> T) -> T {
    panic::catch_unwind(AssertUnwindSafe(target)).unwrap_or_else(|_| {
        eprintln!("no guard caught: {}", LAST_FOREIGN_PANIC.lock().expect("nothing panics while it holds this"));
        process::abort()
    })
}

fn is_foreign(info: &PanicHookInfo<'_>) -> bool {
    info.location().is_some_and(|place| place.file().contains("/registry/src/"))
}
