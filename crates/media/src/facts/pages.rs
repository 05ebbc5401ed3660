//! Pages: reads positions through a small cache, so that a head costs one read and far values cost one page each.
//!
//! Promises a hard cap on what is read from the medium; behind it, bytes count as missing. Over a medium that fetches in
//! pieces of its own there are no pages: it is asked for what is needed, byte by byte.
//! Absent on purpose: eviction. What one asset's metadata needs fits.

use std::{
    cell::{Cell, RefCell},
    io,
};

use lightproof_model::read_at::ReadAt;

/// The first read; most metadata of a JPEG lies in it.
const FIRST: u64 = 64 << 10;
/// Every further page.
const PAGE: u64 = 16 << 10;
/// Bytes read for one asset's facts, at most.
const CAP: u64 = 24 << 20;

/// A cache of pages over a medium.
pub struct Pages<'a> {
    medium: &'a dyn ReadAt,
    /// Whether there are pages.
    paged: bool,
    pages: RefCell<Vec<(u64, Vec<u8>)>>,
    read: Cell<u64>,
    failed: Cell<bool>,
}

impl<'a> Pages<'a> {
    /// No page is read yet.
    pub fn over(medium: &'a dyn ReadAt) -> Self {
        Pages { medium, paged: true, pages: RefCell::new(Vec::new()), read: Cell::new(0), failed: Cell::new(false) }
    }

    /// Without pages: every read goes to the medium as it is.
    pub fn none_over(medium: &'a dyn ReadAt) -> Self {
        Pages { paged: false, ..Pages::over(medium) }
    }

    /// Bytes read from the medium so far.
    #[cfg(test)]
    pub fn bytes_read(&self) -> u64 {
        self.read.get()
    }

    /// Whether the medium reported an error: what was read after it is not all there was.
    pub fn failed(&self) -> bool {
        self.failed.get()
    }

    /// Fills a small buffer without fetching a page for it; false when there is not that much.
    ///
    /// For hopping over large data from header to header.
    pub fn peek(&self, offset: u64, buf: &mut [u8]) -> bool {
        if !self.paged {
            return self.read_at(offset, buf).is_ok_and(|n| n == buf.len());
        }
        let end = offset.saturating_add(buf.len() as u64);
        let start = Self::page_of(offset).0;
        let cached = self.pages.borrow().iter().any(|(s, page)| *s == start && end <= s + page.len() as u64);
        if cached || end <= FIRST {
            return self.read_at(offset, buf).is_ok_and(|n| n == buf.len());
        }
        end <= self.len() && self.fetch(offset, buf) == buf.len()
    }

    fn fetch(&self, offset: u64, buf: &mut [u8]) -> usize {
        let left = usize::try_from(CAP - self.read.get().min(CAP)).unwrap_or(usize::MAX);
        let want = buf.len().min(left);
        let mut filled = 0;
        while filled < want {
            match self.medium.read_at(offset + filled as u64, &mut buf[filled..want]) {
                Ok(0) => break,
                Ok(n) => filled += n.min(want - filled),
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => {
                    self.failed.set(true);
                    break;
                }
            }
        }
        self.read.set(self.read.get() + filled as u64);
        filled
    }

    /// The page that holds `offset`: the first one is larger than the others.
    fn page_of(offset: u64) -> (u64, u64) {
        if offset < FIRST { (0, FIRST) } else { (offset - offset % PAGE, PAGE) }
    }
}

impl ReadAt for Pages<'_> {
    fn len(&self) -> u64 {
        self.medium.len()
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        if offset >= self.len() || buf.is_empty() {
            return Ok(0);
        }
        if !self.paged {
            return Ok(self.fetch(offset, buf));
        }
        let (start, size) = Self::page_of(offset);
        if buf.len() as u64 > 2 * PAGE && offset >= FIRST {
            return Ok(self.fetch(offset, buf));
        }
        let mut pages = self.pages.borrow_mut();
        let at = match pages.iter().position(|(s, _)| *s == start) {
            Some(at) => at,
            None => {
                let mut page = vec![0; size.min(self.len() - start) as usize];
                let filled = self.fetch(start, &mut page);
                page.truncate(filled);
                pages.push((start, page));
                pages.len() - 1
            }
        };
        let page = &pages[at].1;
        let rest = page.get((offset - start) as usize..).unwrap_or_default();
        let n = rest.len().min(buf.len());
        buf[..n].copy_from_slice(&rest[..n]);
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_costs_one_read_and_a_far_value_one_page() {
        let file: Vec<u8> = (0..4_000_000u32).map(|i| i as u8).collect();
        let bytes = file.as_slice();
        let pages = Pages::over(&bytes);
        let mut buf = [0; 12];
        for offset in [0, 2, 60_000] {
            assert_eq!(pages.read_at(offset, &mut buf).unwrap(), 12);
        }
        assert_eq!(pages.bytes_read(), FIRST);
        pages.read_at(3_000_001, &mut buf).unwrap();
        assert_eq!(buf[0], 3_000_001u32 as u8);
        assert_eq!(pages.bytes_read(), FIRST + PAGE);
    }

    #[test]
    fn a_read_over_a_page_border_is_continued_by_the_next() {
        let file: Vec<u8> = (0..200_000u32).map(|i| (i / 7) as u8).collect();
        let bytes = file.as_slice();
        let pages = Pages::over(&bytes);
        let got = crate::isobmff::read(&pages, FIRST - 5..FIRST + PAGE + 5, 1 << 20).unwrap();
        assert_eq!(got, &file[(FIRST - 5) as usize..(FIRST + PAGE + 5) as usize]);
    }
}
