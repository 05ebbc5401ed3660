//! Layouts of other programs' folders: which parts of them hold no originals.
//!
//! Reading in them is allowed; moving anything there is not, which is the affair of `Quarantine`.
//! Sources: Immich's storage folders, each with a `.immich` marker file (server 1.116 and later); Apple Photos keeps
//! originals in `originals` (before macOS 10.15 `Masters`); Lightroom Classic keeps previews in `*.lrdata`.

use rustix::{
    fd::AsFd,
    fs::{AtFlags, FileType},
};

use crate::source::SkipReason;

/// Folders of an Immich media root in which nothing is an original.
const MADE_BY_IMMICH: [&[u8]; 4] = [b"thumbs", b"encoded-video", b"profile", b"backups"];

/// Folders of a Photos library in which the originals are.
const PHOTOS_ORIGINALS: [&[u8]; 2] = [b"originals", b"masters"];

/// Why a folder is left out whatever the settings say, if it is.
///
/// `parent` is the name of the folder around it (for the root its own name), `name` its own.
pub(super) fn left_out_by_name(parent: &[u8], name: &[u8]) -> Option<SkipReason> {
    if name == b".lightproof" {
        Some(SkipReason::OwnFolder)
    } else if has_extension(name, b".lrdata") {
        Some(SkipReason::LightroomPreviews)
    } else if is_photos_library(parent) && !PHOTOS_ORIGINALS.iter().any(|o| name.eq_ignore_ascii_case(o)) {
        Some(SkipReason::InsidePhotosLibrary)
    } else {
        None
    }
}

/// Why a folder is left out for what is in it, if it is.
pub(super) fn left_out_by_marker(name: &[u8], folder: impl AsFd) -> Option<SkipReason> {
    if !MADE_BY_IMMICH.contains(&name) {
        return None;
    }
    let marker = rustix::fs::statat(folder, c".immich", AtFlags::SYMLINK_NOFOLLOW).ok()?;
    (FileType::from_raw_mode(marker.st_mode) == FileType::RegularFile).then_some(SkipReason::MadeByImmich)
}

fn is_photos_library(name: &[u8]) -> bool {
    has_extension(name, b".photoslibrary") || has_extension(name, b".photolibrary")
}

fn has_extension(name: &[u8], extension: &[u8]) -> bool {
    name.len() > extension.len() && name[name.len() - extension.len()..].eq_ignore_ascii_case(extension)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_that_hold_no_originals_are_told_by_name_and_parent() {
        for (parent, name, reason) in [
            ("2019", ".lightproof", Some(SkipReason::OwnFolder)),
            ("x", "Lightroom Catalog Previews.lrdata", Some(SkipReason::LightroomPreviews)),
            ("x", "A.LRDATA", Some(SkipReason::LightroomPreviews)),
            ("x", ".lrdata", None),
            ("My.photoslibrary", "resources", Some(SkipReason::InsidePhotosLibrary)),
            ("My.photoslibrary", "originals", None),
            ("Old.photoslibrary", "Masters", None),
            ("originals", "resources", None),
            ("x", "thumbs", None),
        ] {
            assert_eq!(left_out_by_name(parent.as_bytes(), name.as_bytes()), reason, "{parent}/{name}");
        }
    }
}
