//! Candidates: nodes whose hashes are within the radius, the nearest few of each.
//!
//! Where twenty thousand pictures are nearly equal there are 2·10⁸ pairs; each keeps only its nearest, by hash distance and then by
//! content, so that the choice is the same in every order of input. A pair stays if either of the two keeps it: the first of a
//! dense set by content is kept by all and can be the centre of them all.

use std::collections::BinaryHeap;

use super::{Limits, Motion, nodes::Nodes};
use crate::{
    fingerprint::{Turn, turned_hash},
    hamming_join::{Turns, join_classes},
};

/// Two that may look alike, `a` below `b`: nodes, or positions among hashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub(crate) a: u32,
    pub(crate) b: u32,
    /// Bits that differ.
    pub(crate) distance: u8,
    /// What must be done to `b`.
    pub(crate) turn: u8,
}

/// The nearest so far, farthest on top; each packed as distance, other, turn, so that it compares in that order.
#[derive(Default)]
struct Nearest(BinaryHeap<u64>);

fn packed(distance: u8, other: u32, turn: u8) -> u64 {
    u64::from(distance) << 40 | u64::from(other) << 8 | u64::from(turn)
}

impl Nearest {
    fn offer(&mut self, candidate: u64, most: usize) {
        if self.0.len() < most {
            self.0.push(candidate);
        } else if let Some(mut farthest) = self.0.peek_mut()
            && candidate < *farthest
        {
            *farthest = candidate;
        }
    }
}

/// The eight turns of a picture, numbered as [`Turn::ALL`].
pub(crate) fn eight_turns() -> Turns {
    Turns::new(8, |turn, hash| turned_hash(hash, Turn::ALL[usize::from(turn & 7)]))
}

/// All pairs to be compared more finely. Stills and videos are joined apart; what a video's fingerprint is woven of would change
/// places if it were turned, so videos are compared as they are.
pub(super) fn find(nodes: &Nodes<'_>, limits: &Limits) -> Vec<Candidate> {
    let turns = eight_turns();
    let mut candidates = of_kind(nodes, limits, &turns, |motion| !motion.is_moving());
    let wider = Limits { radius: moving_radius(limits), ..*limits };
    candidates.extend(of_kind(nodes, &wider, &Turns::none(), Motion::is_moving));
    candidates
}

/// Copies of a video start and end elsewhere, so their frames are not quite the same: 12 bits where photographs have 7. The finer
/// comparison, which sees four frames, keeps strangers three times as far away as it lets copies be.
fn moving_radius(limits: &Limits) -> u8 {
    limits.radius.saturating_add((u16::from(limits.radius) * 5 / 7) as u8)
}

fn of_kind(nodes: &Nodes<'_>, limits: &Limits, turns: &Turns, is_one: impl Fn(Motion) -> bool) -> Vec<Candidate> {
    let (hashed, hashes): (Vec<u32>, Vec<u64>) = (0..nodes.len())
        .filter(|&node| is_one(nodes.motion(node)))
        .filter_map(|node| Some((node, nodes.pictured(node)?.hash?)))
        .unzip();
    let mut candidates = among(&hashes, limits, turns);
    for candidate in &mut candidates {
        // Nodes ascend as positions do, so `a` stays below `b`.
        (candidate.a, candidate.b) = (hashed[candidate.a as usize], hashed[candidate.b as usize]);
    }
    candidates
}

/// All pairs of hashes to be compared more finely, by their positions.
pub(crate) fn among(hashes: &[u64], limits: &Limits, turns: &Turns) -> Vec<Candidate> {
    let most = limits.candidates;
    let mut nearest: Vec<Nearest> = Vec::new();
    nearest.resize_with(hashes.len(), Nearest::default);
    join_classes(hashes, limits.radius, turns, limits.workers, |meeting| {
        // Equal hashes are equally far: beyond the first few of a class no candidate could displace another.
        let few = |class: &'_ [u32]| class.len().min(most + 1);
        let (left_few, right_few) = (few(meeting.left), few(meeting.right));
        for &l in meeting.left {
            for &r in meeting.right[..right_few].iter().filter(|&&r| r != l) {
                nearest[l as usize].offer(packed(meeting.distance, r, meeting.turn), most);
            }
        }
        if !meeting.is_with_itself() {
            for &r in meeting.right {
                for &l in &meeting.left[..left_few] {
                    nearest[r as usize].offer(packed(meeting.distance, l, meeting.inverse), most);
                }
            }
        }
    });

    let lists: Vec<Vec<u64>> = nearest.into_iter().map(|nearest| nearest.0.into_sorted_vec()).collect();
    let mut candidates = Vec::new();
    for (own, list) in (0u32..).zip(&lists) {
        for &candidate in list {
            let (distance, other, turn) = ((candidate >> 40) as u8, (candidate >> 8) as u32, candidate as u8);
            if own < other {
                candidates.push(Candidate { a: own, b: other, distance, turn });
            } else {
                let inverse = turns.inverse(turn);
                if lists[other as usize].binary_search(&packed(distance, own, inverse)).is_err() {
                    candidates.push(Candidate { a: other, b: own, distance, turn: inverse });
                }
            }
        }
    }
    candidates
}
