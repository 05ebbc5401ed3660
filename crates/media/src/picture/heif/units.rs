//! The units of coded image items: NAL units of HEVC (ISO/IEC 23008-2) and OBUs of AV1, walked without decoding.
//!
//! A walk tells whether the units fill the item exactly and hold what no encoder writes: that finds cuts, splices
//! and holes at a thousandth of the cost of a decode.
//! Absent on purpose: what only decoding finds, a wrong bit within entropy-coded data.

use std::ops::Range;

use memchr::memmem;

/// Bytes of nothing but zeros that no entropy coder writes.
const HOLE: usize = 512;

/// The HEVC decoder's configuration, an `hvcC` property (ISO/IEC 14496-15, 8.3.3).
#[derive(Debug, PartialEq, Eq)]
pub(super) struct HevcConfiguration<'a> {
    /// Bytes of the length before each NAL unit.
    length_size: usize,
    /// Parameter sets.
    pub(super) sets: Vec<&'a [u8]>,
}

impl<'a> HevcConfiguration<'a> {
    /// Reads the payload of an `hvcC`.
    pub(super) fn read(payload: &'a [u8]) -> Option<HevcConfiguration<'a>> {
        let length_size = usize::from(payload.get(21)? & 3) + 1;
        let (arrays, mut left) = payload.get(22..)?.split_first()?;
        let mut sets = Vec::new();
        for _ in 0..*arrays {
            let (head, behind) = left.split_first_chunk::<3>()?;
            left = behind;
            for _ in 0..u16::from_be_bytes([head[1], head[2]]) {
                let (length, behind) = left.split_first_chunk::<2>()?;
                let (set, behind) = behind.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
                sets.push(set);
                left = behind;
            }
        }
        Some(HevcConfiguration { length_size, sets })
    }

    /// The NAL units of an item, or what is wrong with them.
    pub(super) fn units<'d>(&self, data: &'d [u8]) -> Result<Vec<&'d [u8]>, String> {
        let (mut units, mut left) = (Vec::new(), data);
        let mut slices = 0;
        while !left.is_empty() {
            let at = data.len() - left.len();
            let (length, behind) = left.split_at_checked(self.length_size).ok_or_else(|| format!("cut at byte {at}"))?;
            let length = length.iter().fold(0, |n, &b| n << 8 | usize::from(b));
            let Some((unit, behind)) = behind.split_at_checked(length) else {
                return Err(format!("the unit at byte {at} reaches {} bytes beyond the end", length - behind.len()));
            };
            match unit {
                // Forbidden bit clear, layer 0, temporal id + 1 not 0.
                [first, second, ..] if first & 0x81 == 0 && second & 0xf8 == 0 && second & 7 != 0 => {
                    slices += usize::from(first >> 1 < 32);
                }
                // Another layer, of a stereo or scalable picture.
                [first, second, ..] if first & 0x80 == 0 && second & 7 != 0 => {}
                _ => return Err(format!("no unit begins at byte {at}")),
            }
            if let Some(hole) = forbidden(unit) {
                return Err(format!("a hole at byte {}", at + self.length_size + hole));
            }
            units.push(unit);
            left = behind;
        }
        if slices == 0 {
            return Err("no picture in it".to_owned());
        }
        Ok(units)
    }
}

/// Where a NAL unit holds three bytes that emulation prevention keeps out of it (ISO/IEC 23008-2, 7.4.2.2).
fn forbidden(unit: &[u8]) -> Option<usize> {
    // Zeros at the very end are padding of careless writers.
    let end = unit.iter().rposition(|&b| b != 0).map_or(0, |last| last + 1);
    if unit.len() - end >= HOLE {
        return Some(end);
    }
    memmem::find_iter(&unit[..end], b"\0\0").find(|&at| unit[..end].get(at + 2).is_some_and(|&b| b < 3))
}

/// Walks the OBUs of an AV1 item; what is wrong with them. `configured` when a sequence header came before.
pub(super) fn obus(data: &[u8], configured: bool) -> Result<(), String> {
    let (mut left, mut sequence, mut frames) = (data, configured, 0);
    while let Some((&head, mut behind)) = left.split_first() {
        let at = data.len() - left.len();
        let kind = head >> 3 & 15;
        if head & 0x80 != 0 || kind == 0 {
            return Err(format!("no unit begins at byte {at}"));
        }
        if head & 4 != 0 {
            behind = behind.get(1..).ok_or_else(|| format!("cut at byte {at}"))?;
        }
        let size = match head & 2 {
            0 => behind.len(),
            _ => leb128(&mut behind).ok_or_else(|| format!("cut at byte {at}"))?,
        };
        let Some((unit, after)) = behind.split_at_checked(size) else {
            return Err(format!("the unit at byte {at} reaches {} bytes beyond the end", size - behind.len()));
        };
        match kind {
            1 => sequence = true,
            // A frame, or a tile group behind a frame header.
            4 | 6 => {
                frames += 1;
                if let Some(hole) = zeros(unit, HOLE) {
                    return Err(format!("a hole of {} bytes at byte {}", hole.len(), data.len() - behind.len() + hole.start));
                }
            }
            _ => {}
        }
        left = after;
    }
    match (sequence, frames) {
        (false, _) => Err("no sequence header".to_owned()),
        (_, 0) => Err("no picture in it".to_owned()),
        _ => Ok(()),
    }
}

/// A number of seven bits a byte, lowest first; `left` begins behind it afterwards.
fn leb128(left: &mut &[u8]) -> Option<usize> {
    let mut value = 0u64;
    for i in 0..8 {
        let (&byte, behind) = left.split_first()?;
        *left = behind;
        value |= u64::from(byte & 0x7f) << (7 * i);
        if byte & 0x80 == 0 {
            return usize::try_from(value).ok();
        }
    }
    None
}

/// The first run of zeros that is at least twice as long as told, or a little shorter and lies well.
pub(in crate::picture) fn zeros(data: &[u8], half: usize) -> Option<Range<usize>> {
    // A run of twice the length covers a whole aligned piece.
    let piece = data.chunks_exact(half.max(1)).position(|piece| piece.iter().all(|&b| b == 0))? * half.max(1);
    let start = data[..piece].iter().rposition(|&b| b != 0).map_or(0, |last| last + 1);
    let end = data[piece..].iter().position(|&b| b != 0).map_or(data.len(), |n| piece + n);
    Some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A configuration of four-byte lengths and one parameter set.
    fn configuration() -> Vec<u8> {
        [&[1; 21][..], &[3, 1, 0x20, 0, 1, 0, 2, 0x40, 1]].concat()
    }

    fn unit(payload: &[u8]) -> Vec<u8> {
        [&(payload.len() as u32).to_be_bytes()[..], payload].concat()
    }

    #[test]
    fn the_units_of_hevc_fill_their_item_and_hold_no_hole() {
        let payload = configuration();
        let hevc = HevcConfiguration::read(&payload).unwrap();
        assert_eq!(hevc.sets, [&[0x40, 1][..]]);
        let (slice, message) = (unit(&[0x26, 1, 0xAF, 0, 0, 3, 0, 7]), unit(&[0x4E, 1, 5]));
        assert_eq!(hevc.units(&[&message[..], &slice].concat()).map(|units| units.len()), Ok(2));
        for (data, told) in [
            (&slice[..7], "the unit at byte 0 reaches 5 bytes beyond the end"),
            (&[&slice[..], &[0; 5]].concat(), "no unit begins at byte 12"),
            (&[&slice[..], &[0; 2]].concat(), "cut at byte 12"),
            (&unit(&[0x26, 1, 9, 0, 0, 0, 7]), "a hole at byte 7"),
            (&unit(&[&[0x26, 1, 9][..], &[0; 600]].concat()), "a hole at byte 7"),
            (&unit(&[0xFF; 9]), "no unit begins at byte 0"),
            (&message, "no picture in it"),
        ] {
            assert_eq!(hevc.units(data), Err(told.to_owned()));
        }
        for cut in 0..payload.len() {
            assert_eq!(HevcConfiguration::read(&payload[..cut]), None);
        }
    }

    #[test]
    fn the_units_of_av1_fill_their_item_and_hold_no_hole() {
        let (sequence, frame) = ([0x0A, 2, 9, 9], [0x32, 3, 7, 7, 7]);
        let whole = [&sequence[..], &frame].concat();
        assert_eq!(obus(&whole, false), Ok(()));
        assert_eq!(obus(&[&sequence[..], &[0x30, 7, 7]].concat(), false), Ok(()), "the last may leave out its size");
        assert_eq!(obus(&frame, true), Ok(()));
        let holed = [&sequence[..], &[0x32, 0x80, 0x10], &[7; 48], &[0; 1000], &[7; 1000]].concat();
        for (data, told) in [
            (&whole[..8], "the unit at byte 4 reaches 1 bytes beyond the end"),
            (&frame, "no sequence header"),
            (&sequence, "no picture in it"),
            (&[&whole[..], &[0; 4]].concat(), "no unit begins at byte 9"),
            (&[0x0A, 0xFF], "cut at byte 0"),
            (&holed, "a hole of 1000 bytes at byte 55"),
        ] {
            assert_eq!(obus(data, false), Err(told.to_owned()));
        }
    }

    #[test]
    fn four_kilobytes_of_zeros_are_a_hole_wherever_they_lie() {
        let mut data = vec![0x5A; 20_000];
        data[3_001..7_097].fill(0);
        assert_eq!(zeros(&data, HOLE), Some(3_001..7_097));
        assert_eq!(zeros(&[0x5A; 9000], HOLE), None);
        assert_eq!(zeros(&[0; 300], HOLE), None);
    }
}
