//! The segments of a JPEG in file order (T.81, annex B.1), up to the end of its first picture.
//!
//! Stray bytes are stepped over and told, as libjpeg does. Absent on purpose: what the segments mean.

use std::ops::Range;

use super::bits::scan_end;

/// One thing met on the way.
pub(super) enum Segment<'a> {
    /// Bytes where a marker should be.
    Stray { bytes: usize },
    /// A marker segment.
    Plain { marker: u8, payload: &'a [u8] },
    /// A scan header, and where its entropy-coded data lies.
    Scan { header: &'a [u8], data: Range<usize> },
    /// A segment that reaches beyond the end; the last thing.
    Cut { marker: u8 },
    /// The end marker; the last thing.
    End { after: usize },
}

/// Goes through the segments.
pub(super) struct Segments<'a> {
    bytes: &'a [u8],
    at: usize,
    over: bool,
}

impl<'a> Segments<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Segments<'a> {
        let at = if bytes.starts_with(&[0xff, 0xd8]) { 2 } else { 0 };
        Segments { bytes, at, over: false }
    }
}

impl<'a> Iterator for Segments<'a> {
    type Item = Segment<'a>;

    fn next(&mut self) -> Option<Segment<'a>> {
        while !self.over {
            let rest = self.bytes.get(self.at..)?;
            let stray = rest.iter().position(|&b| b == 0xff).unwrap_or(rest.len());
            if stray > 0 {
                self.at += stray;
                return Some(Segment::Stray { bytes: stray });
            }
            let fill = rest.iter().position(|&b| b != 0xff)?;
            self.at += fill + 1;
            let marker = rest[fill];
            match marker {
                0 => return Some(Segment::Stray { bytes: 2 }),
                0x01 | 0xd0..=0xd8 => {}
                0xd9 => {
                    self.over = true;
                    return Some(Segment::End { after: self.at });
                }
                _ => return Some(self.segment(marker)),
            }
        }
        None
    }
}

impl<'a> Segments<'a> {
    fn segment(&mut self, marker: u8) -> Segment<'a> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let length = rest.first_chunk::<2>().map_or(0, |l| usize::from(u16::from_be_bytes(*l)));
        let Some(payload) = rest.get(2..length) else {
            self.over = true;
            return Segment::Cut { marker };
        };
        self.at += length;
        if marker == 0xda {
            let data = self.at..scan_end(self.bytes, self.at);
            self.at = data.end;
            return Segment::Scan { header: payload, data };
        }
        Segment::Plain { marker, payload }
    }
}
