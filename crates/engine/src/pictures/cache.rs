//! The cache of thumbnails: small JPEGs in a folder of their own, named after what they show.
//!
//! A name is a content (SHA-1; a stamp where that is not known), a size and a version, so that all copies of a photograph share one file
//! and nothing in it ever goes stale. A file is put in place whole; one that is damaged is made again. Whatever fails here costs time and
//! nothing else. Absent on purpose: removing anything. The whole folder may be removed at any time, by a person.

use std::{
    fs::{self, DirBuilder},
    io::Write,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

use lightproof_media::showing::{MadeOf, Shown};
use sha1::Digest;

use super::Subject;

/// Version of what is kept: another one when pictures are made otherwise.
const VERSION: u32 = 1;
/// Bytes of a thumbnail, at most; what is larger is none of ours.
const LARGEST: u64 = 4 << 20;

/// A folder that holds thumbnails.
#[derive(Debug)]
pub(super) struct Cache {
    folder: PathBuf,
}

impl Cache {
    /// The cache in this folder; nothing when it cannot be made.
    pub(super) fn at(folder: &Path) -> Option<Cache> {
        private(folder).then(|| Cache { folder: folder.to_owned() })
    }

    /// The thumbnail of a content, if it is kept, and what it was made of.
    pub(super) fn get(&self, subject: &Subject) -> Option<(Vec<u8>, MadeOf)> {
        [MadeOf::Whole, MadeOf::Preview, MadeOf::Frame].into_iter().find_map(|made_of| {
            let path = self.place(subject, made_of);
            let stat = fs::symlink_metadata(&path).ok()?;
            if !stat.is_file() || stat.len() > LARGEST {
                return None;
            }
            let bytes = fs::read(&path).ok()?;
            (bytes.starts_with(&[0xff, 0xd8]) && bytes.ends_with(&[0xff, 0xd9])).then_some((bytes, made_of))
        })
    }

    /// Keeps a thumbnail. A full disk means that it is not kept.
    pub(super) fn put(&self, subject: &Subject, shown: &Shown) {
        let path = self.place(subject, shown.made_of);
        let Some(folder) = path.parent().filter(|folder| private(folder)) else { return };
        let Ok(mut beside) = tempfile::Builder::new().prefix(".making-").tempfile_in(folder) else { return };
        if beside.write_all(&shown.jpeg).is_ok() {
            let _ = beside.persist(&path);
        }
    }

    fn place(&self, subject: &Subject, made_of: MadeOf) -> PathBuf {
        let content = match subject.sha1 {
            Some(sha1) => sha1.to_string(),
            None => of_stamp(subject),
        };
        let made_of = match made_of {
            MadeOf::Whole => "whole",
            MadeOf::Preview => "preview",
            MadeOf::Frame => "frame",
        };
        // Shared among folders by its first byte: a hundred thousand files in one are slow in many programs.
        self.folder.join(&content[..content.len().min(2)]).join(format!("{content}-480-{made_of}-v{VERSION}.jpg"))
    }
}

/// What a content of unknown SHA-1 is named after.
fn of_stamp(subject: &Subject) -> String {
    let stamp = &subject.stamp;
    let mut hasher = sha1::Sha1::new();
    hasher.update(b"stamp");
    for number in [stamp.device, stamp.inode, stamp.size, stamp.mtime as u64, stamp.ctime as u64] {
        hasher.update(number.to_le_bytes());
    }
    lightproof_model::digest::Sha1(hasher.finalize().into()).to_string() + "-stamp"
}

/// Makes a folder for its owner's eyes alone, if it is not there; whether there is one.
fn private(folder: &Path) -> bool {
    DirBuilder::new().recursive(true).mode(0o700).create(folder).is_ok() && folder.is_dir()
}
