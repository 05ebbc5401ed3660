//! Lock: one process at work in a root, whichever ledger it goes by.
//!
//! The system holds the lock (flock(2)) and lets go of it when the process ends, however it ends: a lock cannot be left behind. Who holds it
//! stands in the file, for people.

use std::{
    fmt,
    fs::{File, TryLockError},
    io::{Read, Seek, Write},
    os::fd::OwnedFd,
    path::Path,
};

use rustix::{
    fs::{Mode, OFlags},
    io::Errno,
};

use super::HandsError;

/// The lock, held until dropped.
#[derive(Debug)]
pub(super) struct Lock(#[allow(dead_code)] File);

/// Who is at work in a root, as far as the lock tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder(String);

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "nobody knows which" } else { &self.0 })
    }
}

pub(super) fn take(root: &Path, own: &OwnedFd) -> Result<Lock, HandsError> {
    let unprepared = |cause| HandsError::Unprepared { path: root.join(".lightproof/lock"), cause };
    let flags = OFlags::RDWR | OFlags::CREATE | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    let mut file = match rustix::fs::openat(own, c"lock", flags, Mode::from_raw_mode(0o600)) {
        Ok(handle) => File::from(handle),
        Err(Errno::ROFS) => return Err(HandsError::ReadOnly { root: root.to_owned() }),
        Err(errno) => return Err(unprepared(errno.into())),
    };
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            // What cannot be read is not known, and that is said.
            let _ = Read::by_ref(&mut file).take(500).read_to_string(&mut holder);
            let holder = Holder(holder.trim().replace(char::is_control, " "));
            return Err(HandsError::InUse { root: root.to_owned(), holder });
        }
        Err(TryLockError::Error(cause)) => return Err(unprepared(cause)),
    }
    let uname = rustix::system::uname();
    let line = format!("process {} on {}\n", std::process::id(), uname.nodename().to_string_lossy());
    let written = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write(line.as_bytes()));
    written.map_err(unprepared)?;
    Ok(Lock(file))
}
