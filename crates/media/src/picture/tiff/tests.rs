use crate::picture::{Limits, Look, tiff::look};

/// A TIFF of one directory: the values of its fields behind it, then the pixels, whose place is field 0x0111.
struct Made {
    big_endian: bool,
    fields: Vec<(u16, u16, Vec<u32>)>,
}

impl Made {
    fn new(width: u32, height: u32) -> Made {
        Made { big_endian: false, fields: Vec::new() }.with(0x0100, 4, &[width]).with(0x0101, 4, &[height])
    }

    fn with(mut self, tag: u16, kind: u16, values: &[u32]) -> Made {
        self.fields.retain(|f| f.0 != tag);
        self.fields.push((tag, kind, values.to_vec()));
        self
    }

    fn bytes(&self, strips: &[&[u8]]) -> Vec<u8> {
        let two = |n: u16| if self.big_endian { n.to_be_bytes() } else { n.to_le_bytes() };
        let four = |n: u32| if self.big_endian { n.to_be_bytes() } else { n.to_le_bytes() };
        let encode = |kind: u16, values: &[u32]| -> Vec<u8> {
            values.iter().flat_map(|&v| if kind == 3 { two(v as u16).to_vec() } else { four(v).to_vec() }).collect()
        };
        let mut fields = self.fields.clone();
        let lengths: Vec<u32> = strips.iter().map(|s| s.len() as u32).collect();
        fields.push((0x0111, 4, vec![0; strips.len()]));
        fields.push((0x0117, 4, lengths.clone()));
        fields.sort();
        let values_at = 8 + 2 + fields.len() * 12 + 4;
        let values: usize = fields.iter().map(|(_, kind, v)| encode(*kind, v).len()).filter(|&n| n > 4).sum();
        let mut pixels_at = (values_at + values) as u32;
        for field in fields.iter_mut().filter(|f| f.0 == 0x0111) {
            for (place, length) in field.2.iter_mut().zip(&lengths) {
                *place = pixels_at;
                pixels_at += length;
            }
        }
        let mut out = if self.big_endian { b"MM\0*".to_vec() } else { b"II*\0".to_vec() };
        out.extend(four(8));
        out.extend(two(fields.len() as u16));
        let mut behind = Vec::new();
        for (tag, kind, numbers) in &fields {
            let mut value = encode(*kind, numbers);
            out.extend(two(*tag));
            out.extend(two(*kind));
            out.extend(four(numbers.len() as u32));
            if value.len() > 4 {
                out.extend(four((values_at + behind.len()) as u32));
                behind.extend(value);
            } else {
                value.resize(4, 0);
                out.extend(value);
            }
        }
        out.extend(four(0));
        out.extend(behind);
        strips.iter().for_each(|strip| out.extend(*strip));
        out
    }
}

fn seen(bytes: &[u8]) -> Look {
    look(bytes, &Limits::default())
}

/// The grays of a picture, as whole numbers.
fn grays(bytes: &[u8]) -> Vec<u8> {
    let look = seen(bytes);
    assert!(look.faults.is_empty(), "{:?}", look.faults);
    look.gray.unwrap_or_else(|why| panic!("{why:?}")).cells.iter().map(|c| c.round() as u8).collect()
}

#[test]
fn every_kind_of_sample_becomes_gray() {
    let gray = |bits: u32, photometric: u32| {
        Made::new(4, 1).with(0x0102, 3, &[bits]).with(0x0103, 3, &[1]).with(0x0106, 3, &[photometric])
    };
    assert_eq!(grays(&gray(8, 1).bytes(&[&[0, 85, 170, 255]])), [0, 85, 170, 255]);
    assert_eq!(grays(&gray(8, 0).bytes(&[&[0, 85, 170, 255]])), [255, 170, 85, 0], "white is zero");
    assert_eq!(grays(&gray(1, 1).bytes(&[&[0b0101_0000]])), [0, 255, 0, 255]);
    assert_eq!(grays(&gray(2, 1).bytes(&[&[0b0001_1011]])), [0, 85, 170, 255]);
    assert_eq!(grays(&gray(4, 1).bytes(&[&[0x05, 0xaf]])), [0, 85, 170, 255]);
    assert_eq!(grays(&gray(12, 1).bytes(&[&[0, 0x05, 0x55, 0xaa, 0xaf, 0xff]])), [0, 85, 170, 255]);
    assert_eq!(grays(&gray(16, 1).bytes(&[&[0, 0, 0x55, 0x55, 0xaa, 0xaa, 0xff, 0xff]])), [0, 85, 170, 255]);
    let big = Made { big_endian: true, ..gray(16, 1) };
    assert_eq!(grays(&big.bytes(&[&[0, 9, 0x55, 0, 0xaa, 0, 0xff, 0xff]])), [0, 85, 169, 255]);
    let floats: Vec<u8> = [-1f32, 0.5, 1.0, f32::NAN].iter().flat_map(|f| f.to_le_bytes()).collect();
    assert_eq!(grays(&gray(32, 1).with(0x0153, 3, &[3]).bytes(&[&floats])), [0, 128, 255, 0]);
    let halves: Vec<u8> = [0u16, 0x3800, 0x3c00, 0x0001].iter().flat_map(|h| h.to_le_bytes()).collect();
    assert_eq!(grays(&gray(16, 1).with(0x0153, 3, &[3]).bytes(&[&halves])), [0, 128, 255, 0]);
    let palette: Vec<u32> = [0, 1, 2, 3].repeat(3).iter().map(|n| n * 0x5555).collect();
    assert_eq!(grays(&gray(2, 3).with(0x0140, 3, &palette).bytes(&[&[0b0001_1011]])), [0, 85, 170, 255]);
}

#[test]
fn colours_side_by_side_or_in_planes_become_the_same_gray() {
    let colours = |photometric: u32, samples: u32| {
        let bits = vec![8; samples as usize];
        Made::new(2, 1).with(0x0102, 3, &bits).with(0x0115, 3, &[samples]).with(0x0106, 3, &[photometric])
    };
    assert_eq!(grays(&colours(2, 3).bytes(&[&[255, 0, 0, 0, 0, 255]])), [76, 29]);
    let apart = colours(2, 3).with(0x011c, 3, &[2]);
    assert_eq!(grays(&apart.bytes(&[&[255, 0], &[0, 0], &[0, 255]])), [76, 29]);
    assert_eq!(grays(&colours(5, 4).bytes(&[&[0, 0, 0, 0, 0, 0, 0, 255]])), [255, 0], "inks");
    let clear = colours(2, 4).with(0x0152, 3, &[2]);
    assert_eq!(grays(&clear.bytes(&[&[0, 0, 0, 0, 0, 0, 0, 255]])), [255, 0], "what is transparent shows white");
    let luma = colours(6, 3).with(0x0212, 3, &[2, 1]);
    assert_eq!(grays(&luma.bytes(&[&[40, 200, 128, 128]])), [40, 200], "subsampled colours");
}

#[test]
fn packed_and_predicted_rows_are_unpacked() {
    let gray = Made::new(4, 2).with(0x0102, 3, &[8]).with(0x0106, 3, &[1]);
    let packed = gray.with(0x0103, 3, &[32773]);
    assert_eq!(grays(&packed.bytes(&[&[0xfd, 9, 3, 1, 2, 3, 4]])), [9, 9, 9, 9, 1, 2, 3, 4]);
    let mut rows = vec![10, 10, 10, 10, 200, 0, 0, 56];
    let deflated = packed.with(0x0103, 3, &[8]).with(0x013d, 3, &[2]);
    let stream = miniz_oxide::deflate::compress_to_vec_zlib(&rows, 6);
    assert_eq!(grays(&deflated.bytes(&[&stream])), [10, 20, 30, 40, 200, 200, 200, 0]);
    rows[3] = 11;
    let other = miniz_oxide::deflate::compress_to_vec_zlib(&rows, 6);
    let (sum, _) = other.split_last_chunk::<4>().map(|(_, sum)| (sum, ())).unwrap();
    let wrong = [&stream[..stream.len() - 4], sum].concat();
    assert!(seen(&deflated.bytes(&[&wrong])).faults.iter().any(|f| f.contains("bad checksum")));
}

#[test]
fn a_whole_jpeg_in_a_tiff_of_the_old_kind_is_looked_at_as_one() {
    let jpeg = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/seeds/small.jpg")).unwrap();
    let alone = crate::picture::jpeg::look(&jpeg);
    let size = alone.dimensions.unwrap();
    let old = |length: usize| {
        let made =
            Made::new(size.width, size.height).with(0x0103, 3, &[6]).with(0x0201, 4, &[0]).with(0x0202, 4, &[length as u32]);
        let at = made.bytes(&[&jpeg]).len() - jpeg.len();
        made.with(0x0201, 4, &[at as u32]).bytes(&[&jpeg[..length]])
    };
    let whole = seen(&old(jpeg.len()));
    assert!(whole.faults.is_empty(), "{:?}", whole.faults);
    assert_eq!(whole.gray, alone.gray);
    assert!(!seen(&old(jpeg.len() - 2)).faults.is_empty());
}

#[test]
fn a_strip_that_is_not_there_costs_its_own_rows() {
    let strips = Made::new(4, 4).with(0x0102, 3, &[8]).with(0x0106, 3, &[1]).with(0x0116, 3, &[1]);
    let bytes = strips.bytes(&[&[1; 4], &[2; 4], &[3; 4], &[4; 4]]);
    let cut = seen(&bytes[..bytes.len() - 3]);
    assert_eq!(cut.share, 0.75);
    assert_eq!(
        cut.faults,
        [
            "25 % of the picture cannot be decoded",
            "truncated: 1 of 4 strips of directory 1 are not all there",
            "strip 4 of 4: 1 of 4 bytes are there"
        ]
    );
    let few = strips.bytes(&[&[1; 4], &[2; 4]]);
    assert_eq!(seen(&few).share, 0.5);
}

#[test]
fn lengths_that_are_left_out_are_computed() {
    let made = Made::new(4, 3).with(0x0102, 3, &[8]).with(0x0106, 3, &[1]).with(0x0116, 3, &[2]);
    let mut bytes = made.bytes(&[&[1, 2, 3, 4, 5, 6, 7, 8], &[9, 10, 11, 12]]);
    let field = bytes.windows(2).position(|w| w == [0x17, 0x01]).unwrap();
    bytes[field] = 0x18; // another tag
    assert_eq!(grays(&bytes), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
}

#[test]
fn what_would_take_too_much_memory_is_told_and_not_tried() {
    let huge = Made::new(60_000, 60_000).with(0x0102, 3, &[8]).with(0x0103, 3, &[5]).with(0x0106, 3, &[1]);
    let look = seen(&huge.bytes(&[&[0; 100]]));
    let why = format!("{:?}", look.gray.unwrap_err());
    assert!(why.contains("too large, decoding it takes 6867 MB of the 256 MB allowed"), "{why}");
    assert!(!look.checked, "of what is compressed more than the place is to be known");
}
