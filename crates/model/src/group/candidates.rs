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

/// Two nodes that may look alike, `a` below `b`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) a: u32,
    pub(super) b: u32,
    /// Bits that differ.
    pub(super) distance: u8,
    /// What must be done to `b`.
    pub(super) turn: u8,
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
pub(super) fn eight_turns() -> Turns {
    Turns::new(8, |turn, hash| turned_hash(hash, Turn::ALL[usize::from(turn & 7)]))
}

/// All pairs to be compared more finely. Stills and videos are joined apart; what a video's fingerprint is woven of would change
/// places if it were turned, so videos are compared as they are.
pub(super) fn find(nodes: &Nodes<'_>, limits: &Limits) -> Vec<Candidate> {
    let mut candidates = among(nodes, limits, limits.radius, &eight_turns(), |motion| !motion.is_moving());
    candidates.extend(among(nodes, limits, moving_radius(limits), &Turns::none(), Motion::is_moving));
    candidates
}

/// Copies of a video start and end elsewhere, so their frames are not quite the same: 12 bits where photographs have 7. The finer
/// comparison, which sees four frames, keeps strangers three times as far away as it lets copies be.
fn moving_radius(limits: &Limits) -> u8 {
    limits.radius.saturating_add((u16::from(limits.radius) * 5 / 7) as u8)
}

fn among(nodes: &Nodes<'_>, limits: &Limits, radius: u8, turns: &Turns, of_kind: impl Fn(Motion) -> bool) -> Vec<Candidate> {
    let (hashed, hashes): (Vec<u32>, Vec<u64>) = (0..nodes.len())
        .filter(|&node| of_kind(nodes.motion(node)))
        .filter_map(|node| Some((node, nodes.pictured(node)?.hash?)))
        .unzip();
    let most = limits.candidates;
    let mut nearest: Vec<Nearest> = Vec::new();
    nearest.resize_with(hashes.len(), Nearest::default);
    join_classes(&hashes, radius, turns, limits.workers, |meeting| {
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
                candidates.push(Candidate { a: hashed[own as usize], b: hashed[other as usize], distance, turn });
            } else {
                let inverse = turns.inverse(turn);
                if lists[other as usize].binary_search(&packed(distance, own, inverse)).is_err() {
                    candidates.push(Candidate { a: hashed[other as usize], b: hashed[own as usize], distance, turn: inverse });
                }
            }
        }
    }
    candidates
}
