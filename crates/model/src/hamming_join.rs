//! The join: every pair of fingerprints that differ in few bits, under all eight turns, without comparing all with all.
//!
//! Exact: no pair within the radius is missed and none is reported twice. Pairs are streamed in an order that
//! depends on the input alone, not on the number of workers, and are never held all at once.
//!
//! Method: a hash is cut into four chunks of 16 bits. Hashes are sorted by one chunk at a time and only buckets whose keys are
//! so near that a pair can be met there (`allowance`) are compared. Equal hashes are joined once and told apart afterwards.
//! Absent on purpose: a stored index. A join from nothing is faster than keeping one right.

mod allowance;
mod bucketed;
mod distinct;
mod sweep;
mod turns;

use std::num::NonZeroUsize;

pub use self::turns::Turns;
use self::{bucketed::Bucketed, distinct::Distinct, sweep::Sweep};

/// Two fingerprints that differ in few bits: `distance` = bits that differ between the hash of `low` and the turned hash of `high`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pair {
    /// Position of the one in the input; below `high`.
    pub low: u32,
    /// Position of the other in the input.
    pub high: u32,
    /// The turn that brings `high` nearest to `low`; of several, the first.
    pub turn: u8,
    /// How many bits differ then.
    pub distance: u8,
}

/// The largest radius that can be joined. Beyond it buckets are so wide that comparing all with all is as fast.
pub const WIDEST: u8 = 15;

/// Calls `each` for every pair of `hashes` within `radius` bits under any of the `turns`, once, in a steady order.
///
/// A radius above [`WIDEST`] is taken as [`WIDEST`]. `each` runs on the caller's thread while `workers` threads compare.
/// At most `u32::MAX` hashes; those beyond are not looked at.
pub fn join(hashes: &[u64], radius: u8, turns: &Turns, workers: NonZeroUsize, mut each: impl FnMut(Pair)) {
    join_classes(hashes, radius, turns, workers, |meeting| meeting.expand(&mut each));
}

/// Two classes of equal hashes that meet: every fingerprint of `left` is near every one of `right`.
///
/// Where a hash occurs several times, its class also meets itself, at distance 0 and without a turn.
#[derive(Debug, Clone, Copy)]
pub struct Meeting<'a> {
    /// Positions in the input, ascending.
    pub left: &'a [u32],
    /// Positions in the input, ascending; the same slice as `left` where a class meets itself.
    pub right: &'a [u32],
    /// Bits that differ between `left` and the turned `right`.
    pub distance: u8,
    /// The turn that brings `right` to `left`.
    pub turn: u8,
    /// The turn that brings `left` to `right`.
    pub inverse: u8,
}

impl Meeting<'_> {
    /// Whether this is one class of equal hashes, met with itself.
    #[must_use]
    pub fn is_with_itself(&self) -> bool {
        std::ptr::eq(self.left, self.right)
    }

    fn expand(&self, each: &mut impl FnMut(Pair)) {
        if self.is_with_itself() {
            for (k, &low) in self.left.iter().enumerate() {
                for &high in &self.left[k + 1..] {
                    each(Pair { low, high, turn: self.turn, distance: self.distance });
                }
            }
            return;
        }
        for &l in self.left {
            for &r in self.right {
                each(if l < r {
                    Pair { low: l, high: r, turn: self.turn, distance: self.distance }
                } else {
                    Pair { low: r, high: l, turn: self.inverse, distance: self.distance }
                });
            }
        }
    }
}

/// As [`join`], but equal hashes stay together: `each` sees classes, so that a thousand equal pictures are one visit.
pub fn join_classes(hashes: &[u64], radius: u8, turns: &Turns, workers: NonZeroUsize, mut each: impl FnMut(Meeting<'_>)) {
    let distinct = Distinct::of(hashes);
    for class in 0..distinct.len() {
        let equal = distinct.class(class);
        if equal.len() > 1 {
            each(Meeting { left: equal, right: equal, distance: 0, turn: 0, inverse: 0 });
        }
    }
    let radius = radius.min(WIDEST);
    let sweep = Sweep::new(distinct.hashes(), radius, turns);
    sweep.run(workers, |pair| {
        each(Meeting {
            left: distinct.class(pair.low as usize),
            right: distinct.class(pair.high as usize),
            distance: pair.distance,
            turn: pair.turn,
            inverse: turns.inverse(pair.turn),
        });
    });
}

#[cfg(test)]
mod tests;
