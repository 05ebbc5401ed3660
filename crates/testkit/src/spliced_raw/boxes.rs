//! CR3: boxes of ISO/IEC 14496-12, with Canon's own for metadata, thumbnail and preview.

use super::{
    SplicedRaw, TAKEN, jpeg_size,
    tiff_file::{Dir, TiffFile, Value},
};

const CANON: [u8; 16] = [0x85, 0xC0, 0xB6, 0x87, 0x82, 0x0F, 0x11, 0xE0, 0x81, 0x11, 0xF4, 0xCE, 0x46, 0x2B, 0x6A, 0x48];
const PREVIEW: [u8; 16] = [0xEA, 0xF4, 0x2B, 0x5E, 0x1C, 0x98, 0x4B, 0x88, 0xB9, 0xFB, 0xB7, 0xDC, 0x40, 0x6E, 0x4D, 0x16];

fn boxed(kind: &[u8; 4], payload: &[u8]) -> Vec<u8> {
    [&(payload.len() as u32 + 8).to_be_bytes()[..], kind, payload].concat()
}

fn uuid(id: &[u8; 16], payload: &[u8]) -> Vec<u8> {
    boxed(b"uuid", &[&id[..], payload].concat())
}

fn longs(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|n| n.to_be_bytes()).collect()
}

/// The file: the large JPEG is a track, the small one the preview; the thumbnail is the smaller of what there is.
pub(super) fn cr3(raw: &SplicedRaw) -> Vec<u8> {
    let small = raw.small.unwrap_or(raw.large);
    let sensor = raw.noise(10);
    let front = boxed(b"ftyp", b"crx \0\0\0\x01crx isom");
    let preview = uuid(&PREVIEW, &[&[0, 0, 0, 0, 0, 0, 0, 1][..], &boxed(b"PRVW", &preview(small))].concat());
    // The movie's length does not depend on the offsets in it.
    let length = movie(raw, small, [0, 0], [raw.large.len(), sensor.len()]).len();
    let first = front.len() + length + preview.len() + 8;
    let movie = movie(raw, small, [first, first + raw.large.len()], [raw.large.len(), sensor.len()]);
    [front, movie, preview, boxed(b"mdat", &[raw.large, &sensor].concat())].concat()
}

/// `PRVW`: six bytes, width, height, two bytes, length, the JPEG.
fn preview(jpeg: &[u8]) -> Vec<u8> {
    let (width, height) = jpeg_size(jpeg);
    let size = [(width as u16).to_be_bytes(), (height as u16).to_be_bytes()].concat();
    [&[0, 0, 0, 0, 0, 1][..], &size, &[0, 1], &(jpeg.len() as u32).to_be_bytes(), jpeg].concat()
}

/// `THMB`: version, width, height, length, four bytes, the JPEG.
fn thumbnail(jpeg: &[u8]) -> Vec<u8> {
    let (width, height) = jpeg_size(jpeg);
    let size = [(width as u16).to_be_bytes(), (height as u16).to_be_bytes()].concat();
    [&[0; 4][..], &size, &(jpeg.len() as u32).to_be_bytes(), &[0, 1, 0, 0], jpeg].concat()
}

fn movie(raw: &SplicedRaw, small: &[u8], at: [usize; 2], len: [usize; 2]) -> Vec<u8> {
    let metadata = [
        boxed(b"CNCV", b"CanonCR3_001/00.09.00/00.00.00"),
        boxed(b"CMT1", &ifd0(raw)),
        boxed(b"CMT2", &exif()),
        boxed(b"THMB", &thumbnail(small)),
    ]
    .concat();
    let header = [longs(&[0, 0, 0, 1, 1, 0x0001_0000]), vec![0; 76]].concat();
    let tracks = [
        track(jpeg_size(raw.large), &boxed(b"JPEG", &[0; 4]), at[0], len[0]),
        track(raw.sensor, &boxed(b"CMP1", &[0; 52]), at[1], len[1]),
    ]
    .concat();
    boxed(b"moov", &[uuid(&CANON, &metadata), boxed(b"mvhd", &header), tracks].concat())
}

fn track((width, height): (u32, u32), coded: &[u8], at: usize, len: usize) -> Vec<u8> {
    let size = [(width as u16).to_be_bytes(), (height as u16).to_be_bytes()].concat();
    let entry = [&[0, 0, 0, 0, 0, 0, 0, 1][..], &[0; 16], &size, &[0; 54], coded].concat();
    let table = [
        boxed(b"stsd", &[longs(&[0, 1]), boxed(b"CRAW", &entry)].concat()),
        boxed(b"stts", &longs(&[0, 1, 1, 1])),
        boxed(b"stsc", &longs(&[0, 1, 1, 1, 1])),
        boxed(b"stsz", &longs(&[0, 0, 1, len as u32])),
        boxed(b"co64", &longs(&[0, 1, 0, at as u32])),
    ]
    .concat();
    let handler = boxed(b"hdlr", &[&[0; 8][..], b"vide", &[0; 13]].concat());
    let media = [handler, boxed(b"minf", &boxed(b"stbl", &table))].concat();
    boxed(b"trak", &boxed(b"mdia", &media))
}

fn ifd0(raw: &SplicedRaw) -> Vec<u8> {
    let (make, model) = raw.camera();
    let mut tiff = TiffFile::new();
    tiff.directory(
        Dir::default()
            .with(0x010F, Value::Text(make))
            .with(0x0110, Value::Text(model))
            .with(0x0112, Value::short(raw.orientation))
            .with(0x0132, Value::Text(TAKEN)),
    );
    tiff.bytes()
}

fn exif() -> Vec<u8> {
    let mut tiff = TiffFile::new();
    tiff.directory(Dir::default().with(0x8827, Value::short(200)).with(0x9003, Value::Text(TAKEN)));
    tiff.bytes()
}
