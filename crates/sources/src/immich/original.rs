//! `Original`: an asset's original on a server, read by ranges of its bytes.
//!
//! The first read fetches 16 KiB, which holds the metadata of most photographs; further reads fetch what is asked for, and more at once
//! while reading goes on in one place. What was fetched in pieces is remembered, so that no byte comes twice, and is limited: metadata
//! that leads through a whole film is refused, not followed. Read whole, it comes in large ranges, and nothing is remembered.
//! Absent on purpose: keeping bytes from one opening to the next.

mod held;

use std::{
    cell::{Cell, RefCell},
    fmt, io,
};

use lightproof_model::read_at::ReadAt;

use super::{api::Piece, error::ImmichError};
use crate::source::{Access, Opened, Stat};
use held::Held;

/// What the first read fetches.
const HEAD: u64 = 16 << 10;
/// Where reading goes on elsewhere, it begins and ends at multiples of this.
const BLOCK: u64 = 4 << 10;
/// The largest piece that is fetched because reading goes on in one place.
const LARGEST: u64 = 128 << 10;
/// Ranges in which it is read whole.
const RANGE: u64 = 1 << 20;
/// Most bytes that are fetched in pieces, unless it is said otherwise: 1 MiB.
pub const MOST_IN_PIECES: u64 = 1 << 20;

type Fetch<'a> = Box<dyn Fn(u64, u64) -> Result<Piece, ImmichError> + Send + 'a>;

/// An original on a server, opened: nothing is fetched before it is read.
pub struct Original<'a> {
    fetch: Fetch<'a>,
    stat: Stat,
    listed: Option<u64>,
    most: u64,
    /// Bytes of the whole, as the server's answers have it.
    of: Cell<Option<u64>>,
    held: RefCell<Held>,
    in_pieces: Cell<u64>,
    fetched: Cell<u64>,
    whole: Cell<bool>,
}

impl<'a> Original<'a> {
    /// An original that the listing knew as `stat` and, where it told, so many bytes; `fetch` gets a range of it.
    pub fn new(
        stat: Stat,
        listed: Option<u64>,
        fetch: impl Fn(u64, u64) -> Result<Piece, ImmichError> + Send + 'a,
    ) -> Original<'a> {
        Original {
            fetch: Box::new(fetch),
            stat,
            listed,
            most: MOST_IN_PIECES,
            of: Cell::new(None),
            held: RefCell::default(),
            in_pieces: Cell::new(0),
            fetched: Cell::new(0),
            whole: Cell::new(false),
        }
    }

    /// The same, of which at most so many bytes are fetched in pieces.
    #[must_use]
    pub fn at_most(self, most: u64) -> Original<'a> {
        Original { most, ..self }
    }

    /// Bytes that were fetched until now, in pieces or whole.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.fetched.get()
    }

    /// Fetches the beginning, so that the length is known.
    ///
    /// # Errors
    /// Whatever the server or the way to it reports.
    pub fn begin(&self) -> io::Result<()> {
        match self.known_len() {
            Some(_) => Ok(()),
            None => self.fetch_piece(0, 1),
        }
    }

    /// Its length: the server's latest word, else the listing's.
    fn known_len(&self) -> Option<u64> {
        self.of.get().or(self.listed)
    }

    /// Fetches so that something is held at `at`, and as much as there is of the `wanted` bytes from there.
    fn fetch_piece(&self, at: u64, wanted: u64) -> io::Result<()> {
        let end = self.known_len().unwrap_or(u64::MAX);
        let needed = at..at.saturating_add(wanted).min(end);
        let mut range = self.sensible(needed.start, needed.end, end);
        if self.in_pieces.get() + (range.end - range.start) > self.most {
            range = needed;
        }
        if self.in_pieces.get() + (range.end - range.start) > self.most {
            let why = format!("its metadata is spread over more than the {} bytes that are read of one original", self.most);
            return Err(io::Error::new(io::ErrorKind::QuotaExceeded, why));
        }
        let bytes = self.ask(range.start, range.end - range.start)?;
        self.in_pieces.set(self.in_pieces.get() + bytes.len() as u64);
        self.held.borrow_mut().remember(range.start, bytes);
        Ok(())
    }

    /// The range to ask for: what is needed, rounded so that what is likely to be needed next comes along.
    fn sensible(&self, at: u64, to: u64, end: u64) -> std::ops::Range<u64> {
        let held = self.held.borrow();
        let before = held.pieces.range(..=at).next_back().map(|(&start, bytes)| (bytes.len() as u64, start + bytes.len() as u64));
        let next = held.pieces.range(at..).next().map_or(u64::MAX, |(&start, _)| start);
        let (from, to) = match before {
            None if at < HEAD => (0, to.max(HEAD)),
            // It goes on where it was read: as much again as was read there.
            Some((run, ended)) if at - ended < BLOCK => (ended, to.max(ended + run.min(LARGEST))),
            before => {
                let block = at - at % BLOCK;
                (before.map_or(block, |(_, ended)| ended.max(block)), to.checked_next_multiple_of(BLOCK).unwrap_or(to))
            }
        };
        from..to.min(next).min(end)
    }

    fn fetch_range(&self, at: u64) -> io::Result<()> {
        let end = self.known_len().unwrap_or(u64::MAX);
        let bytes = self.ask(at, RANGE.min(end - at))?;
        self.held.borrow_mut().range = (at, bytes);
        Ok(())
    }

    /// Asks the server for a range, and holds its answer to the ones before.
    fn ask(&self, at: u64, length: u64) -> io::Result<Vec<u8>> {
        let Piece { mut bytes, of } = (self.fetch)(at, length).map_err(io_error)?;
        if self.of.get().is_some_and(|before| before != of) {
            return Err(io::Error::other("it changed on the server while it was read"));
        }
        self.of.set(Some(of));
        bytes.truncate(usize::try_from(length.min(of.saturating_sub(at))).unwrap_or(usize::MAX));
        self.fetched.set(self.fetched.get() + bytes.len() as u64);
        if bytes.is_empty() && at < of {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(bytes)
    }
}

impl ReadAt for Original<'_> {
    fn len(&self) -> u64 {
        // Where the listing does not tell, opening has fetched the beginning.
        let _ = self.begin();
        self.known_len().unwrap_or(0)
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        self.begin()?;
        let mut filled = 0;
        while filled < buf.len() {
            let at = offset.saturating_add(filled as u64);
            if at >= self.known_len().unwrap_or(0) {
                break;
            }
            let copied = self.held.borrow().copy(at, &mut buf[filled..]);
            filled += copied;
            match copied {
                0 if self.whole.get() => self.fetch_range(at)?,
                0 => self.fetch_piece(at, (buf.len() - filled) as u64)?,
                _ => {}
            }
        }
        Ok(filled)
    }
}

impl Opened for Original<'_> {
    /// The listing's stat, unless the original turned out to be longer or shorter: then it is not the one that was listed.
    fn stat(&self) -> io::Result<Stat> {
        let size = if self.listed.is_some() { self.of.get().unwrap_or(self.stat.size) } else { self.stat.size };
        Ok(Stat { size, ..self.stat })
    }

    fn fetched(&self) -> u64 {
        self.bytes_read()
    }

    fn will_read(&self, how: Access) {
        self.whole.set(how == Access::Whole);
    }
}

impl fmt::Debug for Original<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Original").field("stat", &self.stat).field("fetched", &self.fetched).finish_non_exhaustive()
    }
}

/// A server's error as an error of reading; the server's is inside it.
fn io_error(error: ImmichError) -> io::Error {
    let kind = match &error {
        ImmichError::NotThere { .. } => io::ErrorKind::NotFound,
        ImmichError::Forbidden { .. } | ImmichError::BadKey { .. } => io::ErrorKind::PermissionDenied,
        ImmichError::TooSlow { .. } => io::ErrorKind::TimedOut,
        _ => io::ErrorKind::Other,
    };
    io::Error::new(kind, error)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LENGTH: usize = 3 << 20;

    fn stat(size: u64) -> Stat {
        Stat { device: 1, mounted_device: 1, inode: 2, size, mtime_ns: 3, ctime_ns: 0, links: 1 }
    }

    fn byte(at: usize) -> u8 {
        (at ^ at >> 8 ^ at >> 16) as u8
    }

    fn of_length(length: usize) -> Vec<u8> {
        (0..length).map(byte).collect()
    }

    /// An original, and the ranges that it asks for.
    fn reading<'a>(bytes: &'a [u8], listed: Option<u64>, asked: &'a std::sync::Mutex<Vec<(u64, u64)>>) -> Original<'a> {
        Original::new(stat(listed.unwrap_or(0)), listed, move |at, length| {
            asked.lock().unwrap().push((at, length));
            let from = bytes.len().min(at as usize);
            let to = bytes.len().min(from.saturating_add(length as usize));
            Ok(Piece { bytes: bytes[from..to].to_vec(), of: bytes.len() as u64 })
        })
    }

    fn ranges(listed: Option<u64>, reads: &[(u64, usize)]) -> Vec<(u64, u64)> {
        let (bytes, asked) = (of_length(LENGTH), std::sync::Mutex::default());
        let original = reading(&bytes, listed, &asked);
        for &(at, length) in reads {
            let mut buf = vec![0; length];
            let read = original.read_at(at, &mut buf).unwrap();
            assert_eq!(buf[..read], bytes[at as usize..at as usize + read]);
        }
        drop(original);
        asked.into_inner().unwrap()
    }

    #[test]
    fn the_first_read_fetches_the_head_and_more_comes_while_it_goes_on() {
        const KIB: u64 = 1024;
        const END: u64 = LENGTH as u64;
        type Reads = &'static [(u64, usize)];
        let table: [(Reads, &[(u64, u64)]); 6] = [
            (&[(0, 4), (4, 100), (16_000, 300)], &[(0, 16 * KIB)]),
            (&[(0, 4), (16 * KIB, 8), (32 * KIB, 8)], &[(0, 16 * KIB), (16 * KIB, 16 * KIB), (32 * KIB, 32 * KIB)]),
            (&[(0, 4), (100 * KIB + 5, 10)], &[(0, 16 * KIB), (100 * KIB, 4 * KIB)]),
            (&[(0, 4), (17 * KIB, 10)], &[(0, 16 * KIB), (16 * KIB, 16 * KIB)]),
            (&[(0, 20_000)], &[(0, 20_000)]),
            (&[(END - 100, 200)], &[(END - 4 * KIB, 4 * KIB)]),
        ];
        for (reads, expected) in table {
            assert_eq!(ranges(Some(END), reads), expected, "{reads:?}");
        }
    }

    #[test]
    fn what_is_held_is_not_fetched_again_though_it_lies_behind() {
        const KIB: u64 = 1024;
        let reads = [(0, 4), (20 * KIB + 10, 4), (16 * KIB, 8192), (16 * KIB, 8192)];
        assert_eq!(ranges(None, &reads), [(0, 16 * KIB), (20 * KIB, 4 * KIB), (16 * KIB, 4 * KIB)]);
    }

    #[test]
    fn beyond_the_limit_it_is_refused_and_whole_it_is_not() {
        let (bytes, asked) = (of_length(LENGTH), std::sync::Mutex::default());
        let original = reading(&bytes, Some(LENGTH as u64), &asked).at_most(64 << 10);
        let mut buf = vec![0; 40_000];
        assert_eq!(original.read_at(0, &mut buf).unwrap(), 40_000);
        assert_eq!(original.read_at(1 << 20, &mut buf).unwrap_err().kind(), io::ErrorKind::QuotaExceeded);
        assert_eq!(original.read_at(1 << 20, &mut buf[..20_000]).unwrap(), 20_000);
        original.will_read(Access::Whole);
        let mut all = vec![0; LENGTH + 1];
        assert_eq!(original.read_at(0, &mut all).unwrap(), LENGTH);
        assert_eq!(all[..LENGTH], bytes);
        assert!(original.bytes_read() < (LENGTH + (128 << 10)) as u64);
    }

    #[test]
    fn the_servers_length_wins_over_the_listings_and_shows_in_the_stat() {
        for (listed, agrees) in [(Some(100), true), (Some(90), false), (Some(5000), false), (None, true)] {
            let (bytes, asked) = (of_length(100), std::sync::Mutex::default());
            let original = reading(&bytes, listed, &asked);
            let before = original.stat().unwrap();
            assert_eq!(original.read_at(0, &mut [0; 200]).unwrap(), 100, "{listed:?}");
            assert_eq!((original.len(), original.stat().unwrap().agrees_with(&before)), (100, agrees), "{listed:?}");
        }
    }

    #[test]
    fn an_original_without_bytes_has_none() {
        for listed in [Some(0), None] {
            let asked = std::sync::Mutex::default();
            let original = reading(&[], listed, &asked);
            assert_eq!((original.len(), original.read_at(0, &mut [0; 8]).unwrap()), (0, 0));
        }
    }

    #[test]
    fn another_length_in_the_middle_and_an_answer_of_nothing_are_errors() {
        let turn = std::sync::atomic::AtomicU64::new(100_000);
        let original = Original::new(stat(0), None, |_, length| {
            let of = turn.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            Ok(Piece { bytes: vec![0; length as usize], of })
        });
        assert!(original.read_at(0, &mut [0; 8]).is_ok() && original.read_at(50_000, &mut [0; 8]).is_err());
        let nothing = Original::new(stat(10), Some(10), |_, _| Ok(Piece { bytes: Vec::new(), of: 10 }));
        assert_eq!(nothing.read_at(0, &mut [0; 8]).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }

    proptest! {
        #[test]
        fn whatever_is_read_is_right_and_no_byte_comes_twice(
            length in 0usize..300_000,
            told in any::<bool>(),
            reads in proptest::collection::vec((0u64..310_000, 0usize..20_000), 1..40),
        ) {
            let (bytes, asked) = (of_length(length), std::sync::Mutex::default());
            let original = reading(&bytes, told.then_some(length as u64), &asked);
            for (at, wanted) in reads {
                let mut buf = vec![0; wanted];
                let read = original.read_at(at, &mut buf).unwrap();
                let from = length.min(at as usize);
                prop_assert_eq!(&buf[..read], &bytes[from..length.min(from + wanted)]);
            }
            drop(original);
            let mut asked = asked.into_inner().unwrap();
            asked.sort_unstable();
            for pair in asked.windows(2) {
                prop_assert!(pair[0].0 + pair[0].1 <= pair[1].0, "{:?}", pair);
            }
        }
    }
}
