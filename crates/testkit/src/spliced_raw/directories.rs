//! Raws that are TIFF files, each with its preview where its maker puts it.
//!
//! Tag ids as TIFF 6.0, TIFF/EP, DNG 1.6 and ExifTool name them.

use lightproof_model::media_type::MediaType;

use super::{
    SplicedRaw, TAKEN, jpeg_size, notes,
    tiff_file::{Dir, TiffFile, Value},
};

/// The whole file.
pub(super) fn tiff(raw: &SplicedRaw) -> Vec<u8> {
    let mut file = TiffFile::new();
    // IFD0 is number 0, the Exif directory number 1.
    file.directory(ifd0(raw));
    file.directory(exif(raw));
    match raw.media_type {
        MediaType::Dng => dng(raw, &mut file),
        MediaType::Nef => nef(raw, &mut file),
        MediaType::Cr2 => cr2(raw, &mut file),
        MediaType::Arw => arw(raw, &mut file),
        MediaType::Orf => orf(raw, &mut file),
        MediaType::Rw2 => rw2(raw, &mut file),
        MediaType::Pef => pef(raw, &mut file),
        MediaType::Iiq => iiq(raw, &mut file),
        MediaType::Kdc => kdc(raw, &mut file),
        MediaType::Srw => srw(raw, &mut file),
        other => panic!("{other:?} is no raw that is a TIFF file"),
    }
    file.bytes()
}

fn ifd0(raw: &SplicedRaw) -> Dir {
    let (make, model) = raw.camera();
    Dir::default()
        .with(0x010F, Value::Text(make))
        .with(0x0110, Value::Text(model))
        .with(0x0112, Value::short(raw.orientation))
        .with(0x0132, Value::Text(TAKEN))
        .with(0x8769, Value::Directories(vec![1]))
}

fn exif(raw: &SplicedRaw) -> Dir {
    Dir::default()
        .with(0x8827, Value::short(200))
        .with(0x9003, Value::Text(TAKEN))
        .with(0x9004, Value::Text(TAKEN))
        .with(0xA002, Value::long(raw.sensor.0 as usize))
        .with(0xA003, Value::long(raw.sensor.1 as usize))
}

/// Rows of sensor data in one strip.
fn sensor(dir: Dir, raw: &SplicedRaw, file: &mut TiffFile, compression: u16, bits: u16, data: Vec<u8>) -> Dir {
    let (width, height) = raw.sensor;
    let len = data.len();
    let block = file.block(data);
    dir.with(0x00FE, Value::long(0))
        .with(0x0100, Value::long(width as usize))
        .with(0x0101, Value::long(height as usize))
        .with(0x0102, Value::short(bits))
        .with(0x0103, Value::short(compression))
        .with(0x0106, Value::short(32803))
        .with(0x0111, Value::Place(block))
        .with(0x0115, Value::short(1))
        .with(0x0116, Value::long(height as usize))
        .with(0x0117, Value::long(len))
        .with(0x011C, Value::short(1))
        .with(0x828D, Value::Short(vec![2, 2]))
        .with(0x828E, Value::Bytes(vec![0, 1, 1, 2]))
}

/// The same rows without what tells the colours of a sensor.
fn without_colours(mut dir: Dir) -> Dir {
    dir.rows.retain(|(tag, _)| !matches!(tag, 0x0106 | 0x828D | 0x828E));
    dir
}

/// A JPEG by JPEGInterchangeFormat and its length.
fn interchange(dir: Dir, file: &mut TiffFile, jpeg: &[u8]) -> Dir {
    let block = file.block(jpeg.to_vec());
    dir.with(0x0103, Value::short(6)).with(0x0201, Value::Place(block)).with(0x0202, Value::long(jpeg.len()))
}

/// A JPEG as the one strip of an image.
fn strip(dir: Dir, file: &mut TiffFile, jpeg: &[u8], compression: u16) -> Dir {
    let (width, height) = jpeg_size(jpeg);
    let block = file.block(jpeg.to_vec());
    dir.with(0x0100, Value::long(width as usize))
        .with(0x0101, Value::long(height as usize))
        .with(0x0102, Value::Short(vec![8, 8, 8]))
        .with(0x0103, Value::short(compression))
        .with(0x0106, Value::short(6))
        .with(0x0111, Value::Place(block))
        .with(0x0115, Value::short(3))
        .with(0x0116, Value::long(height as usize))
        .with(0x0117, Value::long(jpeg.len()))
}

/// Adds rows to a directory that is already there.
fn add(file: &mut TiffFile, number: usize, with: impl FnOnce(Dir, &mut TiffFile) -> Dir) {
    let dir = std::mem::take(&mut file.directories[number]);
    file.directories[number] = with(dir, file);
}

/// DNG: previews in sub-directories with the subfile type of a reduced image, sensor data in another.
fn dng(raw: &SplicedRaw, file: &mut TiffFile) {
    let mut subs = Vec::new();
    let large = strip(Dir::default().with(0x00FE, Value::long(1)), file, raw.large, 7);
    subs.push(file.directory(large));
    if let Some(small) = raw.small {
        add(file, 0, |dir, file| strip(dir.with(0x00FE, Value::long(1)), file, small, 7));
    }
    let sensed = sensor(Dir::default(), raw, file, 7, 14, raw.lossless());
    subs.push(file.directory(sensed));
    let version = |dir: Dir| dir.with(0xC612, Value::Bytes(vec![1, 4, 0, 0])).with(0xC614, Value::Text("LEICA Q2"));
    add(file, 0, |dir, _| version(dir).with(0x014A, Value::Directories(subs)));
}

/// NEF: the large preview in the first sub-directory, a small one in the maker note.
fn nef(raw: &SplicedRaw, file: &mut TiffFile) {
    if let Some(small) = raw.small {
        let note = notes::nikon(small);
        let block = file.block(note);
        add(file, 1, |dir, _| dir.with(0x927C, Value::Held(block)));
    }
    let large = interchange(Dir::default().with(0x00FE, Value::long(1)), file, raw.large);
    let large = file.directory(large);
    let sensed = sensor(Dir::default(), raw, file, 34713, 14, raw.noise(9));
    let sensed = file.directory(sensed);
    add(file, 0, |dir, _| dir.with(0x014A, Value::Directories(vec![large, sensed])));
}

/// CR2: the large preview is IFD0's strip, the thumbnail IFD1, plain pixels of 16 bits IFD2; sensor data as lossless JPEG
/// in IFD3.
fn cr2(raw: &SplicedRaw, file: &mut TiffFile) {
    // "CR", version 2.0, and where the directory of the sensor data is; filled in below.
    file.behind_header = vec![b'C', b'R', 2, 0, 0, 0, 0, 0];
    add(file, 0, |dir, file| strip(dir, file, raw.large, 6));
    let small = interchange(Dir::default(), file, raw.small.unwrap_or(raw.large));
    let small = file.directory(small);
    file.directories[0].next = Some(small);
    let data = raw.lossless();
    let (len, block) = (data.len(), file.block(data));
    let sensed = Dir::default()
        .with(0x0103, Value::short(6))
        .with(0x0111, Value::Place(block))
        .with(0x0117, Value::long(len))
        .with(0xC640, Value::Short(vec![0, 0, 0]));
    let sensed = file.directory(sensed);
    let pixels = file.block(vec![0x11; 60 * 40 * 6]);
    let plain = Dir { next: Some(sensed), ..Dir::default() }
        .with(0x0100, Value::short(60))
        .with(0x0101, Value::short(40))
        .with(0x0102, Value::Short(vec![16, 16, 16]))
        .with(0x0103, Value::short(6))
        .with(0x0106, Value::short(2))
        .with(0x0111, Value::Place(pixels))
        .with(0x0115, Value::short(3))
        .with(0x0117, Value::long(60 * 40 * 6));
    let plain = file.directory(plain);
    file.directories[small].next = Some(plain);
    let at = file.places().0[sensed] as u32;
    file.behind_header[4..8].copy_from_slice(&at.to_le_bytes());
}

/// ARW: preview in IFD0, thumbnail in IFD1, sensor data in a sub-directory.
fn arw(raw: &SplicedRaw, file: &mut TiffFile) {
    add(file, 0, |dir, file| interchange(dir.with(0x00FE, Value::long(1)), file, raw.large));
    if let Some(small) = raw.small {
        let small = interchange(Dir::default().with(0x00FE, Value::long(1)), file, small);
        let small = file.directory(small);
        file.directories[0].next = Some(small);
    }
    let sensed = sensor(Dir::default(), raw, file, 32767, 8, raw.noise(8));
    let sensed = file.directory(sensed);
    add(file, 0, |dir, _| dir.with(0x014A, Value::Directories(vec![sensed])));
}

/// ORF: the preview hangs on the maker note, a thumbnail on IFD1.
fn orf(raw: &SplicedRaw, file: &mut TiffFile) {
    file.magic = *b"RO";
    let note = file.block(notes::olympus(raw.large));
    add(file, 1, |dir, _| dir.with(0x927C, Value::Held(note)));
    if let Some(small) = raw.small {
        let small = interchange(Dir::default(), file, small);
        let small = file.directory(small);
        file.directories[0].next = Some(small);
    }
    // Newer models call their sensor data plain gray of 16 bits.
    add(file, 0, |dir, file| without_colours(sensor(dir, raw, file, 1, 16, raw.noise(12))).with(0x0106, Value::short(1)));
}

/// RW2: a directory of the maker's own, with the JPEG as a value.
fn rw2(raw: &SplicedRaw, file: &mut TiffFile) {
    file.magic = [0x55, 0];
    // Behind the header stand 16 bytes that tell the kind of file.
    file.behind_header =
        [0x88, 0xE7, 0x74, 0xD8, 0xF8, 0x25, 0x1D, 0x4D, 0x94, 0x7A, 0x6E, 0x77, 0x82, 0x2B, 0x5D, 0x6A].to_vec();
    let jpeg = file.block(raw.large_with_exif());
    let (width, height) = raw.sensor;
    // 14 pixels in 16 bytes, in whole groups.
    let mut data = raw.noise(12);
    data.resize((width as usize * height as usize).div_ceil(14) * 16, 0x55);
    let block = file.block(data);
    add(file, 0, |dir, _| {
        dir.with(0x0001, Value::Bytes(b"0330".to_vec()))
            .with(0x0002, Value::short(width as u16))
            .with(0x0003, Value::short(height as u16))
            .with(0x0004, Value::short(0))
            .with(0x0005, Value::short(0))
            .with(0x0006, Value::short(height as u16))
            .with(0x0007, Value::short(width as u16))
            .with(0x000A, Value::short(12))
            .with(0x000B, Value::short(34316))
            .with(0x002D, Value::short(4))
            .with(0x002E, Value::Held(jpeg))
            .with(0x0111, Value::Long(vec![u32::MAX]))
            .with(0x0117, Value::long(0))
            .with(0x0118, Value::Place(block))
    });
}

/// PEF: sensor data in IFD0, thumbnail in IFD1, the large JPEG in IFD2; another preview in the maker note.
fn pef(raw: &SplicedRaw, file: &mut TiffFile) {
    if let Some(small) = raw.small {
        let note = file.block(notes::pentax(small));
        add(file, 1, |dir, _| dir.with(0x927C, Value::Held(note)));
    }
    previews_behind(raw, file);
    add(file, 0, |dir, file| sensor(dir, raw, file, 65535, 14, raw.noise(10)));
}

/// IIQ: the maker's directory of rows of 16 bytes right behind the header, sensor data in it; the JPEG in IFD2.
fn iiq(raw: &SplicedRaw, file: &mut TiffFile) {
    let data = raw.noise(14);
    let rows: [(u32, u32, u32, u32); 4] =
        [(0x0108, 4, 4, raw.sensor.0), (0x0109, 4, 4, raw.sensor.1), (0x010E, 4, 4, 3), (0x010F, 1, data.len() as u32, 16)];
    let mut own = b"IIIICwaR".to_vec();
    own.extend((16 + data.len() as u32).next_multiple_of(2).to_le_bytes());
    own.extend([0; 4]);
    own.extend(&data);
    own.resize(own.len().next_multiple_of(2), 0);
    own.extend((rows.len() as u32).to_le_bytes());
    own.extend([0; 4]);
    for (tag, format, size, value) in rows {
        for number in [tag, format, size, value] {
            own.extend(number.to_le_bytes());
        }
    }
    let len = own.len();
    file.behind_header = own;
    previews_behind(raw, file);
    // The maker note is that directory, at a place of its own: eight bytes in.
    add(file, 1, |dir, _| dir.with(0x927C, Value::At(8, len)));
}

/// KDC: sensor data in a sub-directory, the JPEG in IFD2.
fn kdc(raw: &SplicedRaw, file: &mut TiffFile) {
    let sensed = sensor(Dir::default(), raw, file, 1, 12, raw.noise(12));
    let sensed = file.directory(sensed);
    add(file, 0, |dir, _| dir.with(0x014A, Value::Directories(vec![sensed])));
    previews_behind(raw, file);
}

/// A thumbnail in IFD1, the large JPEG in IFD2.
fn previews_behind(raw: &SplicedRaw, file: &mut TiffFile) {
    let small = interchange(Dir::default(), file, raw.small.unwrap_or(raw.large));
    let small = file.directory(small);
    let large = interchange(Dir::default(), file, raw.large);
    let large = file.directory(large);
    file.directories[0].next = Some(small);
    file.directories[small].next = Some(large);
}

/// SRW: the preview in the first sub-directory, sensor data in the second, a thumbnail in IFD1.
fn srw(raw: &SplicedRaw, file: &mut TiffFile) {
    let large = interchange(Dir::default().with(0x00FE, Value::long(1)), file, raw.large);
    let large = file.directory(large);
    if let Some(small) = raw.small {
        let small = interchange(Dir::default(), file, small);
        let small = file.directory(small);
        file.directories[0].next = Some(small);
    }
    // The NX1 calls its own coding PackBits, and tells no colours.
    let sensed = without_colours(sensor(Dir::default(), raw, file, 32773, 12, raw.noise(8)));
    let sensed = file.directory(sensed);
    add(file, 0, |dir, _| dir.with(0x014A, Value::Directories(vec![large, sensed])));
}
