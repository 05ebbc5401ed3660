//! Stays: assets that are looked at without being taken in hand: those that are kept, and those that would be moved.

use std::io;

use super::{Checked, Expected, NotMoved, check, foreign, shown};
use crate::{
    folder::FolderSource,
    source::{Access, Source},
};

/// How much of each of two assets is compared at once, in bytes.
const PIECE: usize = 1 << 20;

/// Looks at an asset as [`super::Hands::check`] does, by one who only looks.
///
/// # Errors
/// [`NotMoved`], the reason why it may not be moved.
pub fn may_move(source: &FolderSource, expected: Expected<'_>) -> Result<Checked, NotMoved> {
    foreign::refuse(source.path(), &source.handle, source.resolver, expected.path)?;
    check::check(&source.handle, source.resolver, expected)
}

/// That an asset is there and holds exactly these bytes, all of which are read. It may have other names, and lie in another program's tree.
///
/// # Errors
/// [`NotMoved`], what is there instead.
pub fn is_there(source: &FolderSource, expected: Expected<'_>) -> Result<(), NotMoved> {
    check::holds(&source.handle, source.resolver, expected)
}

/// Whether two assets are equal byte for byte.
///
/// # Errors
/// What the system says, with the path below its root that it says it of.
pub fn same_bytes(one: (&FolderSource, &[u8]), other: (&FolderSource, &[u8])) -> Result<bool, (String, io::Error)> {
    let failed = |path: &[u8], error: &dyn std::fmt::Display| (shown(path), io::Error::other(error.to_string()));
    let first = one.0.open(one.1).map_err(|error| failed(one.1, &error))?;
    let second = other.0.open(other.1).map_err(|error| failed(other.1, &error))?;
    first.will_read(Access::Whole);
    second.will_read(Access::Whole);
    let (mut here, mut there, mut at) = (vec![0; PIECE], vec![0; PIECE], 0);
    loop {
        let read = fill(&*first, at, &mut here).map_err(|error| failed(one.1, &error))?;
        let also = fill(&*second, at, &mut there).map_err(|error| failed(other.1, &error))?;
        if here[..read] != there[..also] {
            return Ok(false);
        }
        if read < PIECE {
            return Ok(true);
        }
        at += read as u64;
    }
}

/// Reads until the buffer is full or the end is reached.
fn fill(asset: &dyn crate::source::Opened, at: u64, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match asset.read_at(at + filled as u64, &mut buffer[filled..])? {
            0 => break,
            read => filled += read,
        }
    }
    Ok(filled)
}
