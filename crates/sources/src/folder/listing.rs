//! The names in one folder, in the order of their bytes.
//!
//! All names lie in one allocation: a folder with 100,000 of them takes about 5 MB while it is walked.

use std::{ops::Range, os::fd::OwnedFd};

use rustix::{
    fs::{Dir, FileType},
    io::Errno,
};

/// The names in a folder, sorted.
#[derive(Debug, Default)]
pub(super) struct Names {
    bytes: Vec<u8>,
    spans: Vec<(Range<usize>, Hint)>,
    /// Why the listing is not complete, if it is not.
    pub(super) broke_off: Option<Errno>,
}

/// What the folder says of a name without looking at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hint {
    /// A folder.
    Folder,
    /// Something else.
    NoFolder,
    /// Not all file systems say (readdir(3), DT_UNKNOWN).
    Unknown,
}

impl Names {
    /// Lists a folder as far as it can be listed.
    pub(super) fn of(folder: &OwnedFd) -> Self {
        let mut names = Self::default();
        // Opens the folder once more with the same flags, O_NOATIME included.
        match Dir::read_from(folder) {
            Ok(mut dir) => names.take_from(&mut dir),
            Err(error) => names.broke_off = Some(error),
        }
        let bytes = &names.bytes;
        names.spans.sort_unstable_by(|(a, _), (b, _)| bytes[a.clone()].cmp(&bytes[b.clone()]));
        names
    }

    fn take_from(&mut self, dir: &mut Dir) {
        while let Some(listed) = dir.read() {
            let listed = match listed {
                Ok(listed) => listed,
                Err(error) => {
                    self.broke_off = Some(error);
                    return;
                }
            };
            let name = listed.file_name().to_bytes();
            if matches!(name, b"." | b"..") {
                continue;
            }
            let hint = match listed.file_type() {
                FileType::Directory => Hint::Folder,
                FileType::Unknown => Hint::Unknown,
                _ => Hint::NoFolder,
            };
            let start = self.bytes.len();
            self.bytes.extend_from_slice(name);
            self.spans.push((start..self.bytes.len(), hint));
        }
    }

    /// The name at a place in the order.
    pub(super) fn get(&self, index: usize) -> Option<(&[u8], Hint)> {
        self.spans.get(index).map(|(span, hint)| (&self.bytes[span.clone()], *hint))
    }

    /// All names.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.spans.iter().map(|(span, _)| &self.bytes[span.clone()])
    }
}
