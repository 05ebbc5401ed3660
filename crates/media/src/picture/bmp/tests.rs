use crate::picture::{Limits, Look, bmp::look};

/// A BMP with the usual header: masks or colours behind it, then the pixels.
fn made(size: (i32, i32), bits: u16, coding: u32, behind: &[u8], pixels: &[u8]) -> Vec<u8> {
    let mut out = b"BM\0\0\0\0\0\0\0\0".to_vec();
    out.extend((54 + behind.len() as u32).to_le_bytes());
    out.extend(40u32.to_le_bytes());
    out.extend(size.0.to_le_bytes());
    out.extend(size.1.to_le_bytes());
    out.extend([1, 0]);
    out.extend(bits.to_le_bytes());
    out.extend(coding.to_le_bytes());
    out.resize(54, 0);
    [&out, behind, pixels].concat()
}

fn seen(bytes: &[u8]) -> Look {
    look(bytes, &Limits::default())
}

fn grays(bytes: &[u8]) -> Vec<u8> {
    let look = seen(bytes);
    assert!(look.faults.is_empty() && look.notes.is_empty(), "{:?} {:?}", look.faults, look.notes);
    look.gray.unwrap_or_else(|why| panic!("{why:?}")).cells.iter().map(|c| c.round() as u8).collect()
}

/// Black, dark, light, white.
const COLOURS: [u8; 16] = [0, 0, 0, 0, 85, 85, 85, 0, 170, 170, 170, 0, 255, 255, 255, 0];

#[test]
fn rows_of_every_depth_become_gray_lowest_first() {
    let (wide, tall) = ((4, 1), (1, 2));
    assert_eq!(grays(&made(tall, 24, 0, &[], &[1, 1, 1, 0, 2, 2, 2, 0])), [2, 1], "the lowest row comes first");
    assert_eq!(grays(&made((1, -2), 24, 0, &[], &[1, 1, 1, 0, 2, 2, 2, 0])), [1, 2], "but for negative heights");
    assert_eq!(grays(&made((1, 1), 32, 0, &[], &[0, 0, 255, 9])), [76], "red comes last");
    assert_eq!(grays(&made(wide, 8, 0, &COLOURS, &[0, 1, 2, 3])), [0, 85, 170, 255]);
    assert_eq!(grays(&made(wide, 4, 0, &COLOURS.repeat(4), &[0x01, 0x23, 0, 0])), [0, 85, 170, 255]);
    assert_eq!(grays(&made(wide, 1, 0, &[0, 0, 0, 0, 255, 255, 255, 0], &[0b0101_0000, 0, 0, 0])), [0, 255, 0, 255]);
    assert_eq!(grays(&made((2, 1), 16, 0, &[], &[0xff, 0x7f, 0x00, 0x7c])), [255, 76], "five bits each");
    let masks = [0xf800u32, 0x07e0, 0x001f].map(u32::to_le_bytes).concat();
    assert_eq!(grays(&made((2, 1), 16, 3, &masks, &[0xff, 0xff, 0xe0, 0x07])), [255, 150], "bits by masks");
}

#[test]
fn runs_are_laid_out_as_they_say() {
    let runs = [2, 1, 2, 3, 0, 0, 0, 3, 0, 1, 2, 0, 1, 3, 0, 1];
    assert_eq!(grays(&made((4, 2), 8, 1, &COLOURS, &runs)), [0, 85, 170, 255, 85, 85, 255, 255]);
    let halves = [4, 0x12, 0, 1];
    assert_eq!(grays(&made((4, 1), 4, 2, &COLOURS, &halves)), [85, 170, 85, 170]);
    let jump = [1, 3, 0, 2, 2, 0, 1, 3, 0, 1];
    assert_eq!(grays(&made((4, 1), 8, 1, &COLOURS, &jump)), [255, 0, 0, 255]);
    let unended = seen(&made((4, 2), 8, 1, &COLOURS, &runs[..8]));
    assert_eq!((unended.faults[0].as_str(), unended.share), ("truncated: 1 of 2 rows are there", 0.5));
}

#[test]
fn rows_that_are_not_there_are_counted() {
    let whole = made((2, 8), 24, 0, &[], &[9; 64]);
    let cut = seen(&whole[..whole.len() - 20]);
    assert_eq!((cut.faults[0].as_str(), cut.share), ("truncated: 5 of 8 rows are there", 0.625));
    assert!(seen(&whole[..whole.len() - 2]).faults.is_empty(), "the padding of the last row is left out by some");
    let more = seen(&[&whole[..], b"more"].concat());
    assert_eq!(more.notes, ["4 bytes of an unknown kind behind the end"]);
}
