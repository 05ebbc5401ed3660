//! The sweep: bucket against bucket, in tasks that workers take in turn and whose pairs are handed over in order.

use std::{
    num::NonZeroUsize,
    ops::Range,
    sync::mpsc::{Receiver, SyncSender, sync_channel},
};

use super::{
    Bucketed, Pair, Turns,
    allowance::Allowance,
    bucketed::{BLOCK, key_bits},
};

/// Buckets in a task, as a rule.
const KEYS_PER_TASK: usize = 256;
/// Rows in a task where one bucket alone holds more: a burst of ten thousand is shared among the workers too.
const ROWS_PER_TASK: usize = 256;
/// Pairs handed over at a time, and how many such loads a worker may be ahead: this bounds memory.
const LOAD: usize = 8192;
const LOADS_AHEAD: usize = 64;

/// All that comparing needs to know.
pub(super) struct Sweep<'a> {
    hashes: &'a [u64],
    turns: &'a Turns,
    radius: u32,
    allowance: Allowance,
    /// Hashes near to a turned form of themselves: only these can meet another under several turns.
    symmetric: Vec<bool>,
}

/// Some rows to compare under one turn with all buckets near theirs.
struct Task {
    turn: u8,
    mask: u64,
    keys: Range<usize>,
    rows: Option<Range<usize>>,
}

/// Rows (turned) and columns (as they are) sorted by the same chunk.
#[derive(Clone, Copy)]
struct Sides<'a> {
    rows: &'a Bucketed,
    columns: &'a Bucketed,
    /// Rows are the columns: every pair would be met twice.
    same: bool,
}

impl<'a> Sweep<'a> {
    pub(super) fn new(hashes: &'a [u64], radius: u8, turns: &'a Turns) -> Sweep<'a> {
        let (radius, allowance) = (u32::from(radius), Allowance::of(u32::from(radius)));
        let symmetric = hashes.iter().map(|&hash| is_symmetric(hash, 2 * radius, turns)).collect();
        Sweep { hashes, turns, radius, allowance, symmetric }
    }

    /// Hands over every pair, `low` and `high` being positions among the hashes.
    pub(super) fn run(&self, workers: NonZeroUsize, mut each: impl FnMut(Pair)) {
        let key_bits = key_bits(self.hashes.len());
        for chunk in Allowance::CHUNKS {
            let near_keys = self.allowance.near_keys(chunk, key_bits);
            if near_keys.is_empty() {
                continue;
            }
            let columns = Bucketed::by(chunk, key_bits, self.hashes.iter().copied());
            for family in self.turns.families() {
                let permuted = (!family.keeps_bits)
                    .then(|| Bucketed::by(chunk, key_bits, self.hashes.iter().map(|&hash| family.permuted(self.turns, hash))));
                let sides = Sides { rows: permuted.as_ref().unwrap_or(&columns), columns: &columns, same: permuted.is_none() };
                let tasks = cut(sides.rows, &family.masks);
                self.share_out(workers, &tasks, sides, &near_keys, &mut each);
            }
        }
    }

    /// Worker w takes tasks w, w + n, w + 2n …; their loads are handed over task by task, whoever is faster.
    fn share_out(
        &self,
        workers: NonZeroUsize,
        tasks: &[Task],
        sides: Sides<'_>,
        near_keys: &[(usize, u16)],
        each: &mut impl FnMut(Pair),
    ) {
        std::thread::scope(|scope| {
            let inboxes: Vec<Receiver<Option<Vec<Pair>>>> = (0..workers.get())
                .map(|worker| {
                    let (sender, inbox) = sync_channel(LOADS_AHEAD);
                    let own = tasks.iter().skip(worker).step_by(workers.get());
                    scope.spawn(move || {
                        for task in own {
                            self.carry_out(task, sides, near_keys, &sender);
                        }
                    });
                    inbox
                })
                .collect();
            for inbox in (0..tasks.len()).map(|task| &inboxes[task % workers.get()]) {
                // A load of nothing ends a task. A worker that is gone ends it too; the scope passes its panic on.
                while let Ok(Some(load)) = inbox.recv() {
                    load.into_iter().for_each(&mut *each);
                }
            }
        });
    }

    fn carry_out(&self, task: &Task, sides: Sides<'_>, near_keys: &[(usize, u16)], sender: &SyncSender<Option<Vec<Pair>>>) {
        let mut load = Vec::new();
        for row_key in task.keys.clone() {
            let rows = task.rows.clone().unwrap_or_else(|| sides.rows.bucket(row_key));
            if rows.is_empty() {
                continue;
            }
            for &(near, left_over) in near_keys {
                let column_key = row_key ^ sides.columns.key(task.mask) ^ near;
                if !(sides.same && column_key < row_key) {
                    let columns = sides.columns.bucket(column_key);
                    self.compare(task, sides, rows.clone(), columns, left_over, &mut load);
                }
                if load.len() >= LOAD {
                    // The receiver lives as long as the scope.
                    let _ = sender.send(Some(std::mem::take(&mut load)));
                }
            }
        }
        if !load.is_empty() {
            let _ = sender.send(Some(load));
        }
        let _ = sender.send(None);
    }

    /// Rows against columns, a block of columns at a time: the sibling chunk may differ in no more than is left over.
    ///
    /// A block may reach into the next bucket; what lies there is not looked at twice.
    #[inline]
    fn compare(
        &self,
        task: &Task,
        sides: Sides<'_>,
        rows: Range<usize>,
        columns: Range<usize>,
        left_over: u16,
        load: &mut Vec<Pair>,
    ) {
        let mask = sides.rows.sibling(task.mask);
        for at in columns.clone().step_by(BLOCK) {
            let Some(block) = sides.columns.siblings[at..].first_chunk::<BLOCK>() else { return };
            for (row, sibling) in rows.clone().zip(&sides.rows.siblings[rows.clone()]) {
                if any_near(block, sibling ^ mask, left_over) {
                    for column in at..columns.end.min(at + BLOCK) {
                        self.meet(task, sides, row, column, load);
                    }
                }
            }
        }
    }

    /// Keeps the pair if it is within the radius and this is the chunk and the turn at which it is to be reported.
    #[inline]
    fn meet(&self, task: &Task, sides: Sides<'_>, row: usize, column: usize, load: &mut Vec<Pair>) {
        if sides.same && column <= row {
            return;
        }
        let differing = sides.rows.hashes[row] ^ task.mask ^ sides.columns.hashes[column];
        if self.allowance.first_near_chunk(differing) != Some(sides.columns.chunk()) {
            return;
        }
        let distance = differing.count_ones();
        if distance > self.radius {
            return;
        }
        let (mut low, mut high) = (sides.columns.ids[column], sides.rows.ids[row]);
        if sides.same && low > high {
            // Without a permutation the exclusive or works both ways.
            std::mem::swap(&mut low, &mut high);
        }
        if low >= high {
            return;
        }
        if self.symmetric[high as usize] {
            let (turn, _) = self.turns.nearest(self.hashes[low as usize], self.hashes[high as usize]);
            if turn != task.turn {
                return;
            }
        }
        load.push(Pair { low, high, turn: task.turn, distance: distance as u8 });
    }
}

/// Whether any of the block differs from `own` in at most so many bits. Lane by lane without a table or a branch, so that it becomes vector code.
#[inline]
fn any_near(block: &[u16; BLOCK], own: u16, at_most: u16) -> bool {
    let mut near = 0;
    for other in block {
        let pairs = (own ^ other) - ((own ^ other) >> 1 & 0x5555);
        let fours = (pairs & 0x3333) + (pairs >> 2 & 0x3333);
        let eights = (fours + (fours >> 4)) & 0x0f0f;
        near |= u16::from((eights + (eights >> 8)) & 0x1f <= at_most);
    }
    near != 0
}

/// Two turns can both bring `b` near `a` only if one of them brings `b` within twice the radius of itself.
fn is_symmetric(hash: u64, within: u32, turns: &Turns) -> bool {
    turns.families().iter().any(|family| {
        let differing = hash ^ if family.keeps_bits { hash } else { family.permuted(turns, hash) };
        family.masks.iter().any(|&(turn, mask)| turn != 0 && (differing ^ mask).count_ones() <= within)
    })
}

fn cut(rows: &Bucketed, masks: &[(u8, u64)]) -> Vec<Task> {
    let mut ranges: Vec<(Range<usize>, Option<Range<usize>>)> = Vec::new();
    let mut begun = 0;
    for key in rows.keys() {
        let bucket = rows.bucket(key);
        if bucket.len() > ROWS_PER_TASK {
            ranges.push((begun..key, None));
            for start in bucket.clone().step_by(ROWS_PER_TASK) {
                ranges.push((key..key + 1, Some(start..bucket.end.min(start + ROWS_PER_TASK))));
            }
            begun = key + 1;
        } else if key + 1 - begun >= KEYS_PER_TASK {
            ranges.push((begun..key + 1, None));
            begun = key + 1;
        }
    }
    ranges.push((begun..rows.keys().end, None));
    let tasks = |&(turn, mask): &(u8, u64)| {
        let task = move |(keys, rows): &(Range<usize>, Option<Range<usize>>)| Task {
            turn,
            mask,
            keys: keys.clone(),
            rows: rows.clone(),
        };
        ranges.iter().map(task).collect::<Vec<_>>()
    };
    masks.iter().flat_map(tasks).collect()
}
