//! Stretches of a medium joined to one block, read by position: nothing of it is fetched that nobody asks for.
//!
//! An EXIF block holds a thumbnail and a maker note beside the few fields that are read.
//! Absent on purpose: any copy of the bytes.

use std::{io, ops::Range};

use lightproof_model::read_at::ReadAt;

/// Stretches of a medium, one after another.
pub struct Joined<'a> {
    bytes: &'a dyn ReadAt,
    /// Where each stretch lies, and where it begins in the block.
    stretches: Vec<(u64, Range<u64>)>,
    length: u64,
}

impl<'a> Joined<'a> {
    /// No stretch yet.
    pub fn over(bytes: &'a dyn ReadAt) -> Self {
        Joined { bytes, stretches: Vec::new(), length: 0 }
    }

    /// One stretch whole; nothing when it is longer than `limit` or not all there.
    pub fn whole(bytes: &'a dyn ReadAt, range: Range<u64>, limit: u64) -> Option<Self> {
        let mut joined = Joined::over(bytes);
        let fits = range.end.checked_sub(range.start)? <= limit;
        (fits && joined.and(range)).then_some(joined)
    }

    /// Goes on with a further stretch; false when it is not all there.
    pub fn and(&mut self, range: Range<u64>) -> bool {
        let Some(length) = range.end.checked_sub(range.start) else { return false };
        let there = range.end <= self.bytes.len();
        if there && length > 0 {
            self.stretches.push((self.length, range));
            self.length += length;
        }
        there
    }
}

impl ReadAt for Joined<'_> {
    fn len(&self) -> u64 {
        self.length
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        if offset >= self.length {
            return Ok(0);
        }
        // The first stretch begins at 0, so one begins at or before any offset.
        let Some((begin, range)) = self.stretches[..self.stretches.partition_point(|s| s.0 <= offset)].last() else {
            return Ok(0);
        };
        let at = range.start + (offset - begin);
        let there = usize::try_from(range.end - at).unwrap_or(usize::MAX).min(buf.len());
        self.bytes.read_at(at, &mut buf[..there])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isobmff::read;

    #[test]
    fn stretches_read_as_one_block_and_nothing_beyond_them() {
        let bytes: Vec<u8> = (0..100).collect();
        let medium = bytes.as_slice();
        let mut joined = Joined::over(&medium);
        for range in [10..13, 50..50, 20..24] {
            assert!(joined.and(range));
        }
        assert_eq!(joined.len(), 7);
        assert_eq!(read(&joined, 0..7, 7).unwrap(), [10, 11, 12, 20, 21, 22, 23]);
        assert_eq!(read(&joined, 2..5, 7).unwrap(), [12, 20, 21]);
        assert_eq!(read(&joined, 2..8, 7), None);
        assert_eq!(joined.read_at(7, &mut [0; 4]).unwrap(), 0);
    }

    #[test]
    fn what_is_not_all_there_is_no_whole() {
        let bytes = [0u8; 10];
        let medium = bytes.as_slice();
        assert!(Joined::whole(&medium, 4..10, 6).is_some());
        assert!(Joined::whole(&medium, 4..10, 5).is_none());
        assert!(Joined::whole(&medium, 4..11, 20).is_none());
        assert!(Joined::whole(&medium, Range { start: 5, end: 4 }, 20).is_none());
    }
}
