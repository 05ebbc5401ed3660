//! Three places of one scan walked at once in one thread, without a branch that depends on the data.
//!
//! A look-up waits for the one before it, so a single walk leaves most of a processor idle, and where a block ends cannot
//! be foretold. Three walks side by side fill that time; the end of a block is a matter of arithmetic, not of jumps.
//! Absent on purpose: DC values, which are looked up afterwards at the places told here, and any judgement of damage.

use std::hint::select_unpredictable;

use super::{
    bits::{Window, word},
    huffman::{AcTable, DcTable, END_OF_BLOCK, LOOK, Looks, is_whole},
};

/// Walks side by side: with two the processor waits, with four it runs out of registers.
pub(super) const LANES: usize = 3;
/// Looks into one load of 57 bits.
const LOOKS: usize = 3;
/// Marks in a sum of looks: the end of a block, and a block that is not whole or not ended by a symbol of its own.
const ENDED: u32 = END_OF_BLOCK << 8;
const ODD: u32 = ENDED >> 1;

/// Where the blocks of one walk end, in bits of the window; the number in it is counted modulo 2¹⁶.
pub(super) type Log = [u32; 1 << 16];

/// The tables of an MCU's blocks in their order, as far as that order does not repeat itself.
pub(super) struct Cycle<'t> {
    blocks: Vec<(&'t DcTable, &'t AcTable)>,
    /// For each block twice, the table of the next look: while the block lasts, and when it has ended.
    looks: [&'t Looks; 512],
    /// The block that this next look belongs to.
    slots: [u8; 512],
}

/// The first looks of the blocks of an MCU.
pub(super) type FirstLooks = Vec<Box<Looks>>;

impl<'t> Cycle<'t> {
    /// The blocks of an MCU up to where they repeat.
    pub(super) fn period(blocks: &[(&'t DcTable, &'t AcTable)]) -> Vec<(&'t DcTable, &'t AcTable)> {
        let same = |a: usize, b: usize| blocks[a].0.same_as(blocks[b].0) && blocks[a].1.same_as(blocks[b].1);
        let repeats =
            |period: &usize| blocks.len().is_multiple_of(*period) && (*period..blocks.len()).all(|i| same(i, i - period));
        let period = (1..blocks.len()).find(repeats).unwrap_or(blocks.len());
        blocks[..period].to_vec()
    }

    /// One table of first looks for each of these blocks.
    pub(super) fn first_looks(blocks: &[(&'t DcTable, &'t AcTable)]) -> FirstLooks {
        let mut made: FirstLooks = Vec::new();
        for (i, (dc, ac)) in blocks.iter().enumerate() {
            let before = blocks[..i].iter().position(|(d, a)| d.same_as(dc) && a.same_as(ac));
            made.push(before.map_or_else(|| ac.first_looks(dc), |b| made[b].clone()));
        }
        made
    }

    /// A cycle of these blocks, of which there are 1 to 10.
    pub(super) fn new(blocks: Vec<(&'t DcTable, &'t AcTable)>, first: &'t FirstLooks) -> Cycle<'t> {
        // Equal tables share their memory, or the cache would hold them several times.
        let first = |slot: usize| {
            let same = blocks.iter().position(|b| b.0.same_as(blocks[slot].0) && b.1.same_as(blocks[slot].1));
            &*first[same.unwrap_or(slot)]
        };
        let count = blocks.len();
        let (slot, ended) = (|i: usize| i / 2 % count, |i: usize| i % 2 == 1);
        let looks = std::array::from_fn(|i| if ended(i) { first((slot(i) + 1) % count) } else { blocks[slot(i)].1.looks() });
        let slots = std::array::from_fn(|i| (if ended(i) { (slot(i) + 1) % count } else { slot(i) }) as u8);
        Cycle { looks, slots, blocks }
    }

    /// After so many blocks the tables repeat.
    pub(super) fn len(&self) -> usize {
        self.blocks.len()
    }

    /// A walk that begins with the first block of a cycle.
    pub(super) fn lane(&self, at: u32) -> Lane<'t> {
        Lane { at, sum: 0, looks: self.looks[self.blocks.len() * 2 - 1], slot: 0, ends: 0, lost: false }
    }
}

/// One walk.
#[derive(Clone, Copy)]
pub(super) struct Lane<'t> {
    /// Position in the window, in bits.
    pub(super) at: u32,
    /// Coefficients of the block so far << 8.
    sum: u32,
    looks: &'t Looks,
    slot: u8,
    /// Blocks whose end is in the log.
    pub(super) ends: u16,
    /// There is no such code, or no such block.
    pub(super) lost: bool,
}

/// Takes every walk three looks further.
#[inline(always)]
pub(super) fn step<'t>(window: &Window, cycle: &Cycle<'t>, lanes: &mut [Lane<'t>; LANES], logs: &mut [Box<Log>; LANES]) {
    let mut ahead = lanes.map(|lane| word(window, lane.at));
    let mut sum = lanes.map(|lane| lane.sum);
    let mut looks = lanes.map(|lane| lane.looks);
    let mut slot = lanes.map(|lane| lane.slot);
    let mut ends = lanes.map(|lane| lane.ends);
    let mut seen = [0; LANES];
    for _ in 0..LOOKS {
        for i in 0..LANES {
            let look = u32::from(looks[i][(ahead[i] >> (64 - LOOK)) as usize]);
            ahead[i] <<= look & 63;
            sum[i] += look;
            seen[i] |= sum[i];
            // Written whether the block ends here or not; what ends later overwrites it.
            let used = sum[i] & 0xff;
            logs[i][usize::from(ends[i])] = lanes[i].at + used;
            let ended = (sum[i] / ENDED) & 1;
            ends[i] = ends[i].wrapping_add(ended as u16);
            let next = (u32::from(slot[i]) * 2 + ended) as usize;
            (looks[i], slot[i]) = (cycle.looks[next], cycle.slots[next]);
            sum[i] = select_unpredictable(ended != 0, used, sum[i]);
        }
    }
    for i in 0..LANES {
        if seen[i] & ODD == 0 {
            let at = lanes[i].at + (sum[i] & 0xff);
            lanes[i] = Lane { at, sum: sum[i] & 0xff00, looks: looks[i], slot: slot[i], ends: ends[i], lost: false };
        } else {
            lanes[i].carefully(window, cycle, &mut logs[i]);
        }
    }
}

impl<'t> Lane<'t> {
    /// As many looks again, one after another, up to the odd one and the one symbol in its place.
    #[cold]
    #[inline(never)]
    fn carefully(&mut self, window: &Window, cycle: &Cycle<'t>, log: &mut Log) {
        for _ in 0..LOOKS {
            let ahead = word(window, self.at);
            let look = u32::from(self.looks[(ahead >> (64 - LOOK)) as usize]);
            let sum = (self.sum + look) >> 8;
            let odd = sum >= 64 && !is_whole(sum);
            let step = if odd { self.symbol(ahead, cycle) } else { Some((sum, look & 63)) };
            let Some((sum, used)) = step else {
                self.lost = true;
                return;
            };
            self.at += used;
            let ended = sum >= 64;
            if ended {
                log[usize::from(self.ends)] = self.at;
                self.ends = self.ends.wrapping_add(1);
            }
            let next = usize::from(self.slot) * 2 + usize::from(ended);
            (self.looks, self.slot) = (cycle.looks[next], cycle.slots[next]);
            self.sum = if ended { 0 } else { sum << 8 };
            if odd {
                return;
            }
        }
    }

    /// One symbol alone: coefficients of the block with it, and its bits; nothing when it cannot stand here.
    fn symbol(&self, ahead: u64, cycle: &Cycle<'t>) -> Option<(u32, u32)> {
        let (dc, ac) = cycle.blocks[usize::from(self.slot)];
        let before = self.sum >> 8;
        let (step, used) = if before == 0 { (1, dc.one(ahead)?) } else { ac.one(ahead)? };
        let sum = before + step;
        (sum <= 64 || sum > END_OF_BLOCK).then_some((sum, used))
    }
}
