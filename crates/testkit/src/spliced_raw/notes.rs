//! Maker notes that hold a preview: Nikon, Olympus and Pentax, whose offsets count from the note itself.
//!
//! Absent on purpose: everything else that these notes tell.

use super::tiff_file::{Dir, TiffFile, Value};

/// Nikon, type 2: a TIFF structure ten bytes in, PreviewIFD (0x0011).
pub(super) fn nikon(jpeg: &[u8]) -> Vec<u8> {
    let mut tiff = TiffFile::new();
    let block = tiff.block(jpeg.to_vec());
    tiff.directory(Dir::default().with(0x0001, Value::Bytes(b"0211".to_vec())).with(0x0011, Value::Directories(vec![1])));
    tiff.directory(
        Dir::default().with(0x0103, Value::short(6)).with(0x0201, Value::Place(block)).with(0x0202, Value::long(jpeg.len())),
    );
    [&b"Nikon\0\x02\x11\0\0"[..], &tiff.bytes()].concat()
}

/// Olympus: CameraSettings (0x2020) with PreviewImageStart and PreviewImageLength, counted from the note.
pub(super) fn olympus(jpeg: &[u8]) -> Vec<u8> {
    let mut tiff = TiffFile::new();
    tiff.magic = [3, 0];
    let block = tiff.block(jpeg.to_vec());
    tiff.directory(Dir::default().with(0x2020, Value::Directories(vec![1])));
    tiff.directory(
        Dir::default()
            .with(0x0000, Value::Bytes(b"0100".to_vec()))
            .with(0x0100, Value::long(1))
            .with(0x0101, Value::Place(block))
            .with(0x0102, Value::long(jpeg.len())),
    );
    from_marked(b"OLYMPUS\0", tiff)
}

/// Pentax, as newer models write it: length (0x0003) and start (0x0004), counted from the note.
pub(super) fn pentax(jpeg: &[u8]) -> Vec<u8> {
    let mut tiff = TiffFile::new();
    tiff.magic = [0, 0];
    let block = tiff.block(jpeg.to_vec());
    tiff.directory(
        Dir::default()
            .with(0x0000, Value::Bytes(vec![12, 0, 0, 0]))
            .with(0x0003, Value::long(jpeg.len()))
            .with(0x0004, Value::Place(block)),
    );
    from_marked(b"PENTAX \0", tiff)
}

/// The maker's mark of eight bytes, the byte order, for Olympus a version, and then the directory.
fn from_marked(mark: &[u8; 8], mut tiff: TiffFile) -> Vec<u8> {
    // Laid out as a TIFF file whose directory stands just as far in; its header then makes room for the mark.
    let dir_at = if mark.starts_with(b"PENTAX") { 10 } else { 12 };
    tiff.behind_header = vec![0; dir_at - 8];
    let laid = tiff.bytes();
    [&mark[..], b"II", &tiff.magic[..dir_at - 10], &laid[dir_at..]].concat()
}
