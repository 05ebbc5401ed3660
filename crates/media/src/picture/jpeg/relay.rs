//! One stretch of a scan, divided among several walks that begin in its midst.
//!
//! JPEG's codes find back into step by themselves: a walk that begins anywhere soon ends its blocks where the true one
//! does. So a window is cut into stretches, each walked from its first byte on, until it meets the next at the end of a
//! block. What is told is the chain from the sure beginning on; a stretch that is not met is as if it had not been walked.
//! Absent on purpose: guesses. Whatever is odd is left to the plain walk, which alone judges damage.

use super::{
    bits::Window,
    lanes::{Cycle, LANES, Lane, Log, step},
};

/// Bytes of a stretch, about: long beside the dozens of blocks that finding into step takes, short enough to share out evenly.
const STRETCH: u32 = 6 << 10;
/// Windows with less than this are not worth dividing.
const LEAST: u32 = 6 << 10;
/// Steps between two looks at where the walks are.
const STEPS: usize = 24;
/// A stretch in which a walk is lost more often is given up.
const MOST_LOST: u32 = 32;
/// Ends that a log holds at most, with room for those of the steps between.
const MOST_ENDS: u16 = 60_000;
/// After so many windows in which the chain broke, the rest of the scan is walked plainly.
const MOST_BROKEN: u32 = 4;

/// One stretch and what was found of it.
#[derive(Default)]
struct Stretch {
    /// Where its walk begins, where the next one begins, in bits.
    from: u32,
    until: u32,
    /// Where its blocks end.
    ends: Vec<u32>,
    /// How often its walk was lost and began anew.
    lost: u32,
    met: Option<Meeting>,
}

/// The end of a block that two stretches share.
#[derive(Clone, Copy)]
struct Meeting {
    own: usize,
    other: usize,
    /// How often the other had been lost by then; what it found before is void when it is lost again.
    lost: u32,
}

/// The walks and what they use again and again.
pub(super) struct Relay {
    logs: [Box<Log>; LANES],
    stretches: Vec<Stretch>,
    chain: Vec<u32>,
    broken: u32,
}

impl Relay {
    pub(super) fn new() -> Relay {
        let log = || vec![0; 1 << 16].try_into().unwrap_or_else(|_| Box::new([0; 1 << 16]));
        Relay { logs: [log(), log(), log()], stretches: Vec::new(), chain: Vec::new(), broken: 0 }
    }

    /// Whether this is worth while between these positions.
    pub(super) fn is_for(&self, from: usize, until: usize) -> bool {
        self.broken < MOST_BROKEN && until.saturating_sub(from) >= 8 * LEAST as usize
    }

    /// The ends of blocks from a position at which an MCU begins, none beyond `until`.
    pub(super) fn walk(&mut self, window: &Window, cycle: &Cycle, from: u32, until: u32) -> &[u32] {
        let bytes = until.saturating_sub(from) / 8;
        let count = (bytes / STRETCH).max(LANES as u32) as usize;
        self.stretches.resize_with(count.max(self.stretches.len()), Stretch::default);
        let border = |k: usize| if k == count { until } else { from + (bytes as usize * k / count) as u32 * 8 };
        for (k, stretch) in self.stretches[..count].iter_mut().enumerate() {
            stretch.ends.clear();
            (stretch.from, stretch.until, stretch.lost, stretch.met) = (border(k), border(k + 1), 0, None);
        }
        self.run(window, cycle, count);
        self.link(count, until);
        &self.chain
    }

    /// Walks all stretches, the last ones first, so that each finds the next one begun.
    fn run<'t>(&mut self, window: &Window, cycle: &Cycle<'t>, count: usize) {
        let mut waiting = count;
        let mut held = [None; LANES];
        let mut lanes: [Lane<'t>; LANES] = [cycle.lane(0); LANES];
        loop {
            for (lane, held) in lanes.iter_mut().zip(&mut held) {
                if held.is_none() && waiting > 0 {
                    waiting -= 1;
                    *held = Some(waiting);
                    *lane = cycle.lane(self.stretches[waiting].from);
                } else if held.is_none() {
                    *lane = cycle.lane(0); // it runs along for nothing
                }
            }
            if held.iter().all(Option::is_none) {
                return;
            }
            for _ in 0..STEPS {
                step(window, cycle, &mut lanes, &mut self.logs);
            }
            for i in 0..LANES {
                let Some(k) = held[i] else { continue };
                let full = lanes[i].ends > MOST_ENDS;
                if lanes[i].lost {
                    self.stretches[k].lost += 1;
                    // The first stretch begins where it must: what is odd there is odd.
                    if k > 0 && self.stretches[k].lost < MOST_LOST {
                        lanes[i] = cycle.lane(lanes[i].at + 1);
                        continue;
                    }
                } else if lanes[i].at < self.stretches[k].until && !full {
                    continue;
                }
                let next = held.iter().position(|&h| h == Some(k + 1));
                let other = match next {
                    Some(lane) => &self.logs[lane][..usize::from(lanes[lane].ends)],
                    None if k + 1 < count => &self.stretches[k + 1].ends,
                    None => &[],
                };
                let own = &self.logs[i][..usize::from(lanes[i].ends)];
                let met = meeting(own, other, self.stretches[k].until, cycle.len());
                let passed = lanes[i].lost || full || k + 1 == count || lanes[i].at >= self.stretches[k + 1].until;
                if met.is_some() || passed {
                    let lost = self.stretches.get(k + 1).map_or(0, |next| next.lost);
                    self.stretches[k].met = met.map(|(own, other)| Meeting { own, other, lost });
                    self.stretches[k].ends.extend_from_slice(own);
                    held[i] = None;
                }
            }
        }
    }

    /// Puts the chain together, as far as each stretch was met by the one before.
    fn link(&mut self, count: usize, until: u32) {
        self.chain.clear();
        let mut begin = 0;
        for (k, stretch) in self.stretches[..count].iter().enumerate() {
            let next = self.stretches[..count].get(k + 1);
            // Where this one was itself met too late, it had left its meeting with the next behind.
            let holds = |met: &Meeting| next.is_some_and(|next| next.lost == met.lost) && met.own + 1 >= begin;
            let met = stretch.met.filter(holds);
            let end = met.map_or(stretch.ends.len(), |met| met.own + 1);
            self.chain.extend(stretch.ends.get(begin..end).unwrap_or_default());
            let Some(met) = met else {
                self.broken += u32::from(next.is_some());
                break;
            };
            begin = met.other + 1;
        }
        let within = self.chain.partition_point(|&end| end <= until);
        self.chain.truncate(within);
    }
}

/// The first end that both have, at or behind a position, with the same block of the cycle behind it.
fn meeting(own: &[u32], other: &[u32], from: u32, cycle: usize) -> Option<(usize, usize)> {
    let (mut a, mut b) = (own.partition_point(|&end| end < from), 0);
    while let (Some(x), Some(y)) = (own.get(a), other.get(b)) {
        if x == y && a % cycle == b % cycle {
            return Some((a, b));
        }
        (a, b) = (a + usize::from(x <= y), b + usize::from(y <= x));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The ends of a stretch's blocks, and which of them is which of the next stretch's.
    type Found<'a> = (&'a [u32], Option<(usize, usize)>);

    fn linked(stretches: [Found; 3]) -> Vec<u32> {
        let mut relay = Relay::new();
        relay.stretches.extend(stretches.map(|(ends, met)| Stretch {
            ends: ends.to_vec(),
            met: met.map(|(own, other)| Meeting { own, other, lost: 0 }),
            ..Stretch::default()
        }));
        relay.link(3, 70);
        relay.chain
    }

    #[test]
    fn the_chain_goes_on_from_each_meeting() {
        let chain = linked([(&[10, 20, 30], Some((2, 1))), (&[23, 30, 40, 50], Some((3, 0))), (&[50, 60, 70, 80], None)]);
        assert_eq!(chain, [10, 20, 30, 40, 50, 60, 70], "and ends where it is to end");
    }

    #[test]
    fn a_stretch_met_behind_its_own_meeting_is_the_last_of_the_chain() {
        let chain = linked([(&[10, 20, 30, 40], Some((3, 1))), (&[30, 40, 50], Some((0, 0))), (&[30, 40, 50, 60], None)]);
        assert_eq!(chain, [10, 20, 30, 40, 50]);
    }

    #[test]
    fn a_stretch_that_is_not_met_is_as_if_it_had_not_been_walked() {
        let chain = linked([(&[10, 20, 30], None), (&[23, 30, 40, 50], Some((3, 0))), (&[50, 60, 70], None)]);
        assert_eq!(chain, [10, 20, 30]);
    }

    #[test]
    fn walks_meet_at_the_end_of_the_same_block_of_the_cycle_only() {
        assert_eq!(meeting(&[10, 20, 30, 40], &[20, 30, 40], 15, 1), Some((1, 0)));
        assert_eq!(meeting(&[10, 20, 30, 40], &[20, 30, 40], 15, 2), None);
        assert_eq!(meeting(&[10, 20, 30, 40], &[15, 20, 40], 15, 2), Some((1, 1)));
        assert_eq!(meeting(&[10, 20], &[], 15, 1), None);
    }
}
