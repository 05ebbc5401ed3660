//! Letters: the bytes of a table as spreadsheets save it, turned into what the rows are read from.
//!
//! UTF-16 becomes UTF-8; a mark at the beginning is taken off; bytes of an older 8-bit encoding stay as they are, since no cell that is
//! read back needs them. A workbook is told from a table. Memory does not grow with the file.

use std::io::{self, Chain, Cursor, Read};

use super::ImportError;

/// How much of the beginning is looked at.
const HEAD: usize = 64 * 1024;

/// A table's letters: their beginning, which may be looked at, and all of them.
pub(super) struct Letters<'a> {
    head: Vec<u8>,
    rest: Box<dyn Read + 'a>,
}

impl<'a> Letters<'a> {
    /// Begins to read a file.
    ///
    /// # Errors
    /// [`ImportError`] when it cannot be read, is empty, or is a workbook.
    pub(super) fn begin(mut from: impl Read + 'a) -> Result<Letters<'a>, ImportError> {
        let head = beginning(&mut from)?;
        if head.starts_with(b"PK\x03\x04") || head.starts_with(b"\xd0\xcf\x11\xe0") {
            return Err(ImportError::Workbook);
        }
        let (skip, wide) = match head.as_slice() {
            [0xff, 0xfe, ..] => (2, Some(Order::LittleEndian)),
            [0xfe, 0xff, ..] => (2, Some(Order::BigEndian)),
            [0xef, 0xbb, 0xbf, ..] => (3, None),
            [first, 0, ..] if *first != 0 => (0, Some(Order::LittleEndian)),
            [0, second, ..] if *second != 0 => (0, Some(Order::BigEndian)),
            _ => (0, None),
        };
        let Some(order) = wide else {
            return Letters { head: head[skip..].to_vec(), rest: Box::new(from) }.unless_empty();
        };
        let mut narrow =
            Narrow { from: Cursor::new(head[skip..].to_vec()).chain(from), order, left: Vec::new(), ready: Vec::new(), told: 0 };
        let head = beginning(&mut narrow)?;
        Letters { head, rest: Box::new(narrow) }.unless_empty()
    }

    fn unless_empty(self) -> Result<Letters<'a>, ImportError> {
        if self.head.iter().all(u8::is_ascii_whitespace) && self.head.len() < HEAD { Err(ImportError::Empty) } else { Ok(self) }
    }

    /// The beginning.
    pub(super) fn head(&self) -> &[u8] {
        &self.head
    }

    /// All of them.
    pub(super) fn all(self) -> Chain<Cursor<Vec<u8>>, Box<dyn Read + 'a>> {
        Cursor::new(self.head).chain(self.rest)
    }
}

fn beginning(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    from.take(HEAD as u64).read_to_end(&mut head)?;
    Ok(head)
}

/// Which half of a wide letter comes first.
#[derive(Debug, Clone, Copy)]
enum Order {
    LittleEndian,
    BigEndian,
}

/// UTF-16 as UTF-8. What is no letter becomes U+FFFD.
struct Narrow<R> {
    from: R,
    order: Order,
    /// Bytes that wait for their other half.
    left: Vec<u8>,
    ready: Vec<u8>,
    told: usize,
}

impl<R: Read> Narrow<R> {
    fn fill(&mut self) -> io::Result<()> {
        self.ready.clear();
        self.told = 0;
        while self.ready.is_empty() {
            let mut bytes = std::mem::take(&mut self.left);
            let read = self.from.by_ref().take(HEAD as u64).read_to_end(&mut bytes)?;
            let at_the_end = read == 0;
            let mut units: Vec<u16> = bytes.chunks_exact(2).map(|pair| self.unit([pair[0], pair[1]])).collect();
            self.left = bytes[units.len() * 2..].to_vec();
            let is_half = units.last().is_some_and(|unit| (0xd800..0xdc00).contains(unit));
            if is_half && !at_the_end {
                units.pop();
                self.left = bytes[units.len() * 2..].to_vec();
            }
            let letters = char::decode_utf16(units).map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER));
            self.ready = letters.collect::<String>().into_bytes();
            if at_the_end {
                return Ok(());
            }
        }
        Ok(())
    }

    fn unit(&self, pair: [u8; 2]) -> u16 {
        match self.order {
            Order::LittleEndian => u16::from_le_bytes(pair),
            Order::BigEndian => u16::from_be_bytes(pair),
        }
    }
}

impl<R: Read> Read for Narrow<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        if self.told == self.ready.len() {
            self.fill()?;
        }
        let count = to.len().min(self.ready.len() - self.told);
        to[..count].copy_from_slice(&self.ready[self.told..self.told + count]);
        self.told += count;
        Ok(count)
    }
}
