//! The bits of a scan: stuffed bytes taken out, a window at a time, stopping at restart markers.
//!
//! Memory is one window whatever the scan's length. Behind the last byte lie zeros enough for one whole MCU, so that
//! the walk looks for the end once per MCU and not once per symbol (as libjpeg, which feeds zeros too).

use memchr::memchr;

/// Unstuffed bytes held at a time.
const WINDOW: usize = SPACE - MARGIN;
/// More than ten blocks (T.81, B.2.3) of 64 coefficients at 31 bits can take.
const MARGIN: usize = 4096;
/// Bytes of a window with its margin, a power of two.
const SPACE: usize = 128 << 10;

/// Unstuffed bytes, and enough behind them for a word that begins with the last.
pub(super) type Window = [u8; SPACE + 8];

/// The 57 or more bits from a position, at the top of the word; behind the window's end those of its beginning.
#[inline(always)]
pub(super) fn word(window: &Window, at: u32) -> u64 {
    let from = (at >> 3) as usize % SPACE;
    let bytes = window[from..from + 8].first_chunk::<8>();
    u64::from_be_bytes(bytes.copied().unwrap_or_default()) << (at & 7)
}

/// A reader over the entropy-coded bytes of one scan.
pub(super) struct Bits<'a> {
    scan: &'a [u8],
    from: usize,
    window: Box<Window>,
    filled: usize,
    /// Position in the window, in bits.
    pub(super) at: usize,
    /// The window reaches up to a marker or the scan's end.
    complete: bool,
    fresh: bool,
}

impl<'a> Bits<'a> {
    pub(super) fn new(scan: &'a [u8]) -> Bits<'a> {
        let window = vec![0; SPACE + 8].try_into().unwrap_or_else(|_| Box::new([0; SPACE + 8]));
        Bits { scan, from: 0, window, filled: 0, at: 0, complete: false, fresh: false }
    }

    /// Makes sure that a whole MCU can be read; false when the data has ended before this point.
    #[inline(always)]
    pub(super) fn ready(&mut self) -> bool {
        if (self.at >> 3) + MARGIN > self.filled && !self.complete {
            self.refill();
        }
        !self.overrun()
    }

    /// The window, once each time it has been filled, and how far whole MCUs can be read from it, in bits.
    #[inline(always)]
    pub(super) fn fresh(&mut self) -> Option<(&Window, usize)> {
        if !std::mem::take(&mut self.fresh) {
            return None;
        }
        let sure = if self.complete { self.filled } else { self.filled.saturating_sub(MARGIN) };
        Some((&self.window, sure * 8))
    }

    /// Whether more has been read than there was.
    #[inline(always)]
    pub(super) fn overrun(&self) -> bool {
        self.at > self.filled * 8
    }

    /// The next 57 or more bits from a position, at the top of the word.
    #[inline(always)]
    pub(super) fn ahead(&self, at: usize) -> u64 {
        match self.window.get(at >> 3..).and_then(|rest| rest.first_chunk::<8>()) {
            Some(bytes) => u64::from_be_bytes(*bytes) << (at & 7),
            None => 0,
        }
    }

    /// The same from a position that lies in the window.
    #[inline(always)]
    pub(super) fn word(&self, at: u32) -> u64 {
        word(&self.window, at)
    }

    /// Whole bytes that are left before the next marker, and whether they are mere padding (all zeros or all ones).
    pub(super) fn left_over(&mut self) -> (usize, bool) {
        let (mut left, mut zeros, mut ones) = (0, true, true);
        loop {
            let rest = &self.window[self.at.div_ceil(8).min(self.filled)..self.filled];
            left += rest.len();
            zeros &= rest.iter().all(|&b| b == 0);
            ones &= rest.iter().all(|&b| b == 0xff);
            self.at = self.filled * 8;
            if self.complete {
                return (left, zeros || ones);
            }
            self.refill();
        }
    }

    /// Bytes of the scan behind the marker at which the window ends.
    pub(super) fn unread(&self) -> usize {
        self.scan.len() - self.from
    }

    /// Goes behind the next restart marker and tells its number; nothing when there is none.
    pub(super) fn restart(&mut self) -> Option<u8> {
        while let Some(i) = memchr(0xff, self.scan.get(self.from..)?) {
            self.from += i + 1;
            if let Some(&marker @ 0xd0..=0xd7) = self.scan.get(self.from) {
                self.from += 1;
                (self.at, self.filled, self.complete) = (0, 0, false);
                return Some(marker & 7);
            }
        }
        self.from = self.scan.len();
        None
    }

    #[cold]
    fn refill(&mut self) {
        let kept = (self.at >> 3).min(self.filled);
        self.window.copy_within(kept..self.filled, 0);
        self.filled -= kept;
        self.at -= kept * 8;
        while self.filled < WINDOW && !self.complete {
            let rest = &self.scan[self.from..];
            let piece = &rest[..rest.len().min(WINDOW - self.filled)];
            match memchr(0xff, piece) {
                None => {
                    self.take(piece.len(), piece.len());
                    self.complete = self.from == self.scan.len();
                }
                Some(i) => match rest.get(i + 1) {
                    Some(0) => self.take(i + 1, i + 2),
                    // A fill byte: the marker or stuffed byte comes later (T.81, B.1.1.2).
                    Some(0xff) => self.take(i, i + 1),
                    _ => {
                        self.take(i, i);
                        self.complete = true;
                    }
                },
            }
        }
        self.window[self.filled..self.filled + MARGIN].fill(0);
        self.fresh = true;
    }

    /// Copies `copied` bytes of the scan and goes on by `passed`.
    fn take(&mut self, copied: usize, passed: usize) {
        self.window[self.filled..self.filled + copied].copy_from_slice(&self.scan[self.from..self.from + copied]);
        self.filled += copied;
        self.from += passed;
    }
}

/// Where the entropy-coded bytes that begin at `from` end: at the first marker that is no restart, or at the end.
pub(super) fn scan_end(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(i) = bytes.get(at..).and_then(|rest| memchr(0xff, rest)) {
        at += i;
        match bytes.get(at + 1) {
            Some(0 | 0xd0..=0xd7) => at += 2,
            Some(0xff) => at += 1,
            _ => return at,
        }
    }
    bytes.len()
}
