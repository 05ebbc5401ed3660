//! Reading originals of a server in a folder here: the same library, mounted.
//!
//! A prefix of the server's paths stands for a folder. Files are opened below that folder only, for reading, without following a link.
//! Absent on purpose: trusting a folder because of its name; [`verify`] asks sizes and bytes.

mod below;
mod detect;
mod rivals;
mod sample;
mod trust;

use std::{borrow::Cow, io, path::PathBuf};

use lightproof_model::read_at::ReadAt;

pub use detect::{Detected, detect};
pub use sample::Sample;
pub use trust::{MountRefused, verify};

use crate::{
    error::SourceError,
    folder::FolderSource,
    source::{Access, Opened, Source, Stat},
};

/// A folder here that holds what the server has below a prefix of its paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// Of the server's paths, such as `/data`: whole names, so that it does not stand for `/database`. `/` stands for all absolute paths,
    /// and nothing at all for the relative ones of old servers.
    pub prefix: String,
    /// The folder here.
    pub folder: PathBuf,
}

/// Mounted folders, opened; the longest prefix comes first.
#[derive(Debug, Default)]
pub(super) struct Mounts(Vec<(Mount, FolderSource)>);

/// An original in a folder, opened.
pub(super) struct Mounted<'a> {
    file: Box<dyn Opened + 'a>,
    /// What the system said of the file when it was opened.
    opened_as: Stat,
    /// What the listing says of the asset.
    listed: Stat,
}

impl Mounts {
    pub(super) fn open(mut mounts: Vec<Mount>) -> Result<Mounts, SourceError> {
        mounts.sort_by_key(|mount| std::cmp::Reverse(mount.prefix.trim_end_matches('/').len()));
        let opened = mounts.into_iter().map(|mount| {
            let source = FolderSource::at(&mount.folder)?;
            Ok((mount, source))
        });
        Ok(Mounts(opened.collect::<Result<_, SourceError>>()?))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The file of an original, if it is there and has the bytes that the listing tells.
    pub(super) fn file(&self, path: Cow<'_, [u8]>, bytes: Option<u64>) -> Option<Mounted<'_>> {
        let (rest, folder) = self.0.iter().find_map(|(mount, folder)| Some((mount.rest(&path)?.to_vec(), folder)))?;
        let file = folder.open(&rest).ok()?;
        let opened_as = file.stat().ok()?;
        let fits = bytes.is_none_or(|bytes| bytes == opened_as.size);
        fits.then_some(Mounted { file, opened_as, listed: opened_as })
    }
}

impl Mount {
    /// What follows the prefix in a path below it.
    fn rest<'p>(&self, path: &'p [u8]) -> Option<&'p [u8]> {
        let rest = match self.prefix.trim_end_matches('/') {
            _ if self.prefix.is_empty() => path,
            prefix => path.strip_prefix(prefix.as_bytes())?.strip_prefix(b"/")?,
        };
        Some(rest).filter(|rest| !rest.is_empty() && !rest.starts_with(b"/"))
    }
}

impl Mounted<'_> {
    /// The same, told as the listing tells it.
    pub(super) fn listed_as(self, listed: Stat) -> Self {
        Self { listed, ..self }
    }
}

impl ReadAt for Mounted<'_> {
    fn len(&self) -> u64 {
        self.file.len()
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        self.file.read_at(offset, buf)
    }
}

impl Opened for Mounted<'_> {
    /// The listing's stat as long as the file stays what it was when it was opened.
    fn stat(&self) -> io::Result<Stat> {
        let steady = self.file.stat()?.agrees_with(&self.opened_as);
        Ok(if steady { self.listed } else { Stat { mtime_ns: !self.listed.mtime_ns, ..self.listed } })
    }

    fn will_read(&self, how: Access) {
        self.file.will_read(how);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_stands_for_whole_names() {
        for (prefix, path, rest) in [
            ("/data", "/data/a.jpg", Some("a.jpg")),
            ("/data/", "/data/upload/a.jpg", Some("upload/a.jpg")),
            ("/data", "/database/a.jpg", None),
            ("/data", "/data", None),
            ("/data", "/data/", None),
            ("/", "/mnt/a.jpg", Some("mnt/a.jpg")),
            ("/", "upload/a.jpg", None),
            ("", "upload/a.jpg", Some("upload/a.jpg")),
            ("", "/mnt/a.jpg", None),
            ("upload", "upload/a.jpg", Some("a.jpg")),
        ] {
            let mount = Mount { prefix: prefix.to_owned(), folder: PathBuf::new() };
            assert_eq!(mount.rest(path.as_bytes()), rest.map(str::as_bytes), "{prefix} {path}");
        }
    }
}
