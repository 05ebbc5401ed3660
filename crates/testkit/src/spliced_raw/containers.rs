//! Raws in containers of their makers: RAF, CRW, X3F and MRW, as ExifTool documents them.

use lightproof_model::media_type::MediaType;

use super::{
    SplicedRaw, TAKEN, jpeg_size,
    tiff_file::{Dir, TiffFile, Value},
};

/// RAF: header of 148 bytes, a whole JPEG with EXIF, the maker's directory, sensor data.
pub(super) fn raf(raw: &SplicedRaw) -> Vec<u8> {
    const HEADER: usize = 148;
    let mut jpeg = raw.large_with_exif();
    if let Some(small) = raw.small {
        // A Fujifilm keeps its second preview as the thumbnail of the JPEG's EXIF.
        let exif = raw.exif().thumbnail(small.to_vec());
        jpeg = lightproof_darkroom::jpeg::with_exif(raw.large, &exif.tiff());
    }
    let (width, height) = raw.sensor;
    let size = [(height as u16).to_be_bytes(), (width as u16).to_be_bytes()].concat();
    let mut directory = 2u32.to_be_bytes().to_vec();
    for tag in [0x0100u16, 0x0111] {
        directory.extend(tag.to_be_bytes());
        directory.extend(4u16.to_be_bytes());
        directory.extend(&size);
    }
    let sensor = raw.noise(14);
    let mut out = b"FUJIFILMCCD-RAW 0201FF119502X-T3".to_vec();
    out.resize(60, 0);
    out.extend(b"0100");
    out.resize(84, 0);
    let mut at = HEADER;
    for part in [jpeg.len(), directory.len(), sensor.len()] {
        out.extend((at as u32).to_be_bytes());
        out.extend((part as u32).to_be_bytes());
        at += part;
    }
    out.resize(HEADER, 0);
    [out, jpeg, directory, sensor].concat()
}

/// One record of a CIFF heap.
enum Record {
    Data(u16, Vec<u8>),
    Heap(u16, Vec<Record>),
}

/// A heap: values, then the directory, then where the directory is.
fn heap(records: &[Record]) -> Vec<u8> {
    let mut values = Vec::new();
    let mut rows = Vec::new();
    for record in records {
        let (tag, data) = match record {
            Record::Data(tag, data) => (*tag, data.clone()),
            Record::Heap(tag, inner) => (*tag, heap(inner)),
        };
        rows.extend(tag.to_le_bytes());
        rows.extend((data.len() as u32).to_le_bytes());
        rows.extend((values.len() as u32).to_le_bytes());
        values.extend(&data);
        values.resize(values.len().next_multiple_of(2), 0);
    }
    let start = values.len() as u32;
    values.extend((records.len() as u16).to_le_bytes());
    values.extend(rows);
    values.extend(start.to_le_bytes());
    values
}

/// CRW: raw data, JpgFromRaw and ThumbnailImage are records of the outermost heap.
pub(super) fn crw(raw: &SplicedRaw) -> Vec<u8> {
    let (make, model) = raw.camera();
    let (width, height) = raw.sensor;
    let rotation = match raw.orientation {
        3 => 180,
        6 => 90,
        8 => 270,
        _ => 0,
    };
    let longs = |numbers: &[u32]| numbers.iter().flat_map(|n| n.to_le_bytes()).collect::<Vec<u8>>();
    let mut records = vec![Record::Data(0x2005, raw.noise(9)), Record::Data(0x2007, raw.large.to_vec())];
    records.extend(raw.small.map(|small| Record::Data(0x2008, small.to_vec())));
    let camera = Record::Data(0x080A, [make.as_bytes(), &[0], model.as_bytes(), &[0]].concat());
    records.push(Record::Heap(
        0x300A,
        vec![
            Record::Data(0x1810, longs(&[width, height, 1.0f32.to_bits(), rotation, 8, 24, 257])),
            Record::Data(0x180E, longs(&[1_614_834_367, 0, 0])),
            Record::Heap(0x2807, vec![camera]),
        ],
    ));
    let mut out = b"II\x1A\0\0\0HEAPCCDR".to_vec();
    out.extend(0x0001_0002u32.to_le_bytes());
    out.resize(26, 0);
    out.extend(heap(&records));
    out
}

/// X3F: header, sections, their directory, and where that is.
pub(super) fn x3f(raw: &SplicedRaw) -> Vec<u8> {
    let (width, height) = raw.sensor;
    let mut out = b"FOVb".to_vec();
    out.extend(0x0002_0002u32.to_le_bytes());
    out.extend(*b"0200123401234567");
    for number in [0, width, height, 0] {
        out.extend(number.to_le_bytes());
    }
    // White balance, then 32 extended values with their kinds.
    out.extend(b"Sunlight");
    out.resize(72 + 32 + 128, 0);
    let mut rows = Vec::new();
    let mut section = |out: &mut Vec<u8>, name: &[u8; 4], head: [u32; 5], data: &[u8]| {
        rows.extend((out.len() as u32).to_le_bytes());
        rows.extend((data.len() as u32 + 28).to_le_bytes());
        rows.extend(name);
        out.extend(b"SECi");
        out.extend(0x0002_0000u32.to_le_bytes());
        out.extend(head.iter().flat_map(|n| n.to_le_bytes()));
        out.extend(data);
        out.resize(out.len().next_multiple_of(4), 0);
    };
    let (large_width, large_height) = jpeg_size(raw.large);
    section(&mut out, b"IMA2", [2, 18, large_width, large_height, 0], &raw.large_with_exif());
    if let Some(small) = raw.small {
        let (width, height) = jpeg_size(small);
        section(&mut out, b"IMA2", [2, 18, width, height, 0], small);
    }
    section(&mut out, b"IMAG", [3, 6, width, height, 0], &raw.noise(24));
    let directory = out.len() as u32;
    out.extend(b"SECd");
    out.extend(0x0002_0000u32.to_le_bytes());
    out.extend((rows.len() as u32 / 12).to_le_bytes());
    out.extend(rows);
    out.extend(directory.to_le_bytes());
    out
}

/// MRW: blocks `PRD` and `TTW` (a TIFF structure with the maker note), then sensor data of 12 bits for a pixel.
pub(super) fn mrw(raw: &SplicedRaw) -> Vec<u8> {
    let (make, model) = raw.camera();
    let mut tiff = TiffFile::new();
    tiff.directory(
        Dir::default()
            .with(0x010F, Value::Text(make))
            .with(0x0110, Value::Text(model))
            .with(0x0112, Value::short(raw.orientation))
            .with(0x8769, Value::Directories(vec![1])),
    );
    let large = tiff.block(raw.large.to_vec());
    // The note is a directory whose offsets count from the structure's header; as a value it is that directory's bytes.
    let mut note = Dir::default().with(0x0088, Value::Place(large)).with(0x0089, Value::long(raw.large.len()));
    if let Some(small) = raw.small {
        let small = tiff.block(small.to_vec());
        note = note.with(0x0081, Value::Held(small));
    }
    let rows = note.rows.len();
    tiff.directory(Dir::default().with(0x9003, Value::Text(TAKEN)).with(0x927C, Value::At(0, 0)));
    let number = tiff.directory(note);
    let at = tiff.places().0[number];
    tiff.directories[1].rows[1].1 = Value::At(at, 6 + rows * 12);
    let tiff = tiff.bytes();

    let (width, height) = (raw.sensor.0 as u16, raw.sensor.1 as u16);
    let mut size = b"27730001".to_vec();
    for side in [height, width, height, width] {
        size.extend(side.to_be_bytes());
    }
    size.extend([12, 12, 0x59, 0, 0, 0, 0, 1]);
    let block = |name: &[u8; 4], data: &[u8]| [&name[..], &(data.len() as u32).to_be_bytes(), data].concat();
    let blocks = [block(b"\0PRD", &size), block(b"\0TTW", &tiff)].concat();
    debug_assert!(raw.media_type == MediaType::Mrw);
    [&b"\0MRM"[..], &(blocks.len() as u32).to_be_bytes(), &blocks, &raw.noise(12)].concat()
}
