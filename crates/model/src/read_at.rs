//! Reading by position: the one way in which facts are taken from an asset's bytes.
//!
//! A file, a buffer and an HTTP range alike can be read this way. `moov` boxes, TIFF directories and
//! preview offsets need positions; digests take one streaming pass instead.
//! Absent on purpose: writing, and any notion of a path.

use std::io;

/// Bytes that can be read at any position.
pub trait ReadAt {
    /// Length in bytes.
    fn len(&self) -> u64;

    /// Fills as much of `buf` as there is from `offset`; returns the number of bytes read, 0 at or past the end.
    ///
    /// # Errors
    /// Whatever the medium reports: a failing disk, a dropped connection.
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize>;

    /// True when there is not a single byte.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl ReadAt for [u8] {
    fn len(&self) -> u64 {
        <[u8]>::len(self) as u64
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let Some(rest) = usize::try_from(offset).ok().and_then(|at| self.get(at..)) else { return Ok(0) };
        let n = rest.len().min(buf.len());
        buf[..n].copy_from_slice(&rest[..n]);
        Ok(n)
    }
}

impl ReadAt for &[u8] {
    fn len(&self) -> u64 {
        <[u8]>::len(self) as u64
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        (**self).read_at(offset, buf)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_past_the_end_gives_nothing_and_no_error() {
        let bytes: &[u8] = b"abc";
        let mut buf = [0; 4];
        assert_eq!(bytes.read_at(1, &mut buf).unwrap(), 2);
        assert_eq!(&buf[..2], b"bc");
        assert_eq!(bytes.read_at(3, &mut buf).unwrap(), 0);
        assert_eq!(bytes.read_at(u64::MAX, &mut buf).unwrap(), 0);
    }
}
