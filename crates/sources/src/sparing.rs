//! Reading sparingly: pieces of an asset by position, within a number of bytes that is kept.
//!
//! What was read is remembered, so that no byte is read twice, and counted. A read that would go beyond the number is refused,
//! and that it was refused can be asked: what was told from the rest is then not all there is to tell.
//! Absent on purpose: reading ahead; and any idea of what the pieces are for.

use std::{
    cell::{Cell, RefCell},
    io,
};

use lightproof_model::read_at::ReadAt;

use crate::source::{Access, Opened};

/// An asset of which few bytes are read.
pub struct Sparing<'a> {
    asset: &'a dyn Opened,
    most: u64,
    pieces: RefCell<Vec<(u64, Vec<u8>)>>,
    read: Cell<u64>,
    refused: Cell<bool>,
}

impl<'a> Sparing<'a> {
    /// Of `asset` at most so many bytes will be read.
    #[must_use]
    pub fn over(asset: &'a dyn Opened, most: u64) -> Self {
        asset.will_read(Access::Pieces);
        Self { asset, most, pieces: RefCell::default(), read: Cell::new(0), refused: Cell::new(false) }
    }

    /// Bytes read so far.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.read.get()
    }

    /// Whether a read was refused.
    #[must_use]
    pub fn refused(&self) -> bool {
        self.refused.get()
    }

    /// Copies what a piece holds from an offset on: how many bytes.
    fn remembered(&self, offset: u64, buf: &mut [u8]) -> usize {
        let pieces = self.pieces.borrow();
        let held = pieces.iter().filter_map(|(start, bytes)| {
            let from = usize::try_from(offset.checked_sub(*start)?).ok()?;
            bytes.get(from..).map(|held| &held[..held.len().min(buf.len())])
        });
        let most = held.max_by_key(|held| held.len()).unwrap_or_default();
        buf[..most.len()].copy_from_slice(most);
        most.len()
    }

    /// Remembers what was read, as part of the piece that it continues.
    fn remember(&self, offset: u64, bytes: &[u8]) {
        let mut pieces = self.pieces.borrow_mut();
        match pieces.iter_mut().find(|(start, held)| start + held.len() as u64 == offset) {
            Some((_, held)) => held.extend_from_slice(bytes),
            None => pieces.push((offset, bytes.to_vec())),
        }
    }
}

impl ReadAt for Sparing<'_> {
    fn len(&self) -> u64 {
        self.asset.len()
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let there = self.len().saturating_sub(offset);
        let wanted = usize::try_from(there).unwrap_or(usize::MAX).min(buf.len());
        let buf = &mut buf[..wanted];
        let held = self.remembered(offset, buf);
        if held == wanted {
            return Ok(wanted);
        }
        let (offset, buf) = (offset + held as u64, &mut buf[held..]);
        if self.read.get().saturating_add(buf.len() as u64) > self.most {
            self.refused.set(true);
            return Err(io::Error::other("more would be read than is wanted"));
        }
        let read = self.asset.read_at(offset, buf)?;
        self.read.set(self.read.get() + read as u64);
        self.remember(offset, &buf[..read]);
        Ok(held + read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Stat;

    struct Bytes(Vec<u8>, Cell<u64>);

    impl ReadAt for Bytes {
        fn len(&self) -> u64 {
            self.0.len() as u64
        }

        fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
            let read = self.0.as_slice().read_at(offset, buf)?;
            self.1.set(self.1.get() + read as u64);
            Ok(read)
        }
    }

    impl Opened for Bytes {
        fn stat(&self) -> io::Result<Stat> {
            Err(io::ErrorKind::Unsupported.into())
        }
    }

    #[test]
    fn no_byte_is_read_twice_and_none_beyond_the_number() {
        let asset = Bytes((0..200).collect(), Cell::new(0));
        let sparing = Sparing::over(&asset, 100);
        let mut buf = [0; 60];
        assert_eq!(sparing.read_at(0, &mut buf[..20]).unwrap(), 20);
        assert_eq!(sparing.read_at(0, &mut buf).unwrap(), 60);
        assert_eq!((buf[19], buf[20], buf[59], asset.1.get()), (19, 20, 59, 60));
        assert_eq!(sparing.read_at(10, &mut buf[..50]).unwrap(), 50);
        assert_eq!((buf[0], sparing.bytes_read(), sparing.refused()), (10, 60, false));
        assert_eq!(sparing.read_at(190, &mut buf).unwrap(), 10);
        assert_eq!(sparing.read_at(200, &mut buf).unwrap(), 0);
        assert!(sparing.read_at(100, &mut buf).is_err() && sparing.refused());
        assert_eq!(sparing.read_at(100, &mut buf[..30]).unwrap(), 30);
        assert_eq!((sparing.bytes_read(), asset.1.get()), (100, 100));
    }
}
