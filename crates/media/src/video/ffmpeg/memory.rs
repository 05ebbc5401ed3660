//! Bytes for a child to read as a file that is nowhere: an anonymous file in memory, sealed against changes.
//!
//! A child gets no name of an original and touches none: not even its access time.
//! Absent on purpose: a temporary file on disk, and systems without anonymous files (Linux has them).

use std::fs::File;

/// Some bytes and where in the file they stand.
pub(crate) struct Piece {
    pub(crate) at: u64,
    pub(crate) bytes: Vec<u8>,
}

/// A file of these bytes.
#[cfg(target_os = "linux")]
pub(crate) fn whole(bytes: &[u8]) -> Option<File> {
    fill(bytes.len() as u64, std::iter::once((0, bytes)))
}

/// A file of this length that holds these pieces, and zeros that take no memory elsewhere.
#[cfg(target_os = "linux")]
pub(crate) fn sparse(length: u64, pieces: &[Piece]) -> Option<File> {
    fill(length, pieces.iter().map(|piece| (piece.at, &piece.bytes[..])))
}

#[cfg(target_os = "linux")]
fn fill<'a>(length: u64, pieces: impl Iterator<Item = (u64, &'a [u8])>) -> Option<File> {
    use std::os::unix::fs::FileExt;

    use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, memfd_create};
    let file = File::from(memfd_create("video", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING).ok()?);
    file.set_len(length).ok()?;
    for (at, bytes) in pieces {
        file.write_all_at(bytes, at).ok()?;
    }
    fcntl_add_seals(&file, SealFlags::SHRINK | SealFlags::GROW | SealFlags::WRITE | SealFlags::SEAL).ok()?;
    Some(file)
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn whole(_bytes: &[u8]) -> Option<File> {
    None
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn sparse(_length: u64, _pieces: &[Piece]) -> Option<File> {
    None
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::os::unix::fs::{FileExt, MetadataExt};

    use super::*;

    #[test]
    fn a_sparse_file_holds_its_pieces_and_takes_no_memory_for_the_rest() {
        let file = sparse(3 << 30, &[Piece { at: 2 << 30, bytes: b"piece".to_vec() }]).unwrap();
        let stat = file.metadata().unwrap();
        assert_eq!(stat.len(), 3 << 30);
        assert!(stat.blocks() * 512 <= 64 << 10);
        let mut read = [1; 7];
        file.read_exact_at(&mut read, (2 << 30) - 1).unwrap();
        assert_eq!(&read, b"\0piece\0");
        assert!(file.write_all_at(b"other", 0).is_err(), "nobody can change it any more");
    }
}
