//! The one place where lightproof walks folders and speaks to Immich: a [`source::Source`] finds assets and hands out their bytes.
//!
//! A source reads only: no asset is opened for writing, no access time is changed where the system lets us choose, no symbolic link is
//! followed below a root, and nothing waits for ever on a FIFO. [`folder::hands`] move assets to a root's own quarantine and back.
//! Absent on purpose: deleting, deciding what an asset is (`media`) or what is moved (`model`), and remembering (`ledger`).

#[cfg(not(unix))]
compile_error!("lightproof tells assets apart by device and inode and opens them relative to their root: it needs a Unix system");

pub mod disk;
pub mod error;
pub mod exclusions;
pub mod file_system;
pub mod folder;
pub mod immich;
pub mod reading;
pub mod source;
pub mod sparing;
pub mod turns;
