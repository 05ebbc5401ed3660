//! Ties: candidates that the finer comparison confirms, and what kind of tie each is.
//!
//! Gray pictures are fetched block by block in the order of connected candidates, so that few are held at a time and few are
//! fetched twice.

use super::{Basis, GRAYS_AT_A_TIME, Grays, Limits, candidates::Candidate, edited, nodes::Nodes};
use crate::{
    fingerprint::{Gray, Turn, fine_distance, turned_gray},
    same_shot::Agreement,
};

/// Two nodes that belong together, `a` below `b`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tie {
    pub(super) a: u32,
    pub(super) b: u32,
    pub(super) basis: Basis,
    pub(super) distance: u8,
    /// The finer comparison, in thousandths.
    pub(super) fine: u16,
}

/// Ties of duplicates, and ties of series.
pub(super) fn confirm<G: Grays>(
    nodes: &Nodes<'_>,
    mut candidates: Vec<Candidate>,
    limits: &Limits,
    grays: &mut G,
) -> Result<(Vec<Tie>, Vec<Tie>), G::Error> {
    let slots = Slots::of(nodes.len(), &candidates);
    let blocks = |c: &Candidate| {
        let (a, b) = (slots.block(c.a), slots.block(c.b));
        (a.min(b), a.max(b))
    };
    candidates.sort_unstable_by_key(|c| (blocks(c), c.a, c.b));

    let (mut ties, mut series, mut edits) = (Vec::new(), Vec::new(), Vec::new());
    let (mut near, mut far) = (Block::empty(), Block::empty());
    for candidate in &candidates {
        let (low, high) = blocks(candidate);
        if near.number != Some(low) && far.number == Some(low) {
            std::mem::swap(&mut near, &mut far);
        }
        near.fill(low, &slots, nodes, grays)?;
        if high != low {
            far.fill(high, &slots, nodes, grays)?;
        }
        let gray = |node: u32| {
            let block = if slots.block(node) == low { &near } else { &far };
            block.gray(slots.slot(node))
        };
        let motion = nodes.motion(candidate.a);
        if !motion.agrees(nodes.motion(candidate.b)) {
            continue;
        }
        let (Some(a), Some(b)) = (gray(candidate.a), gray(candidate.b)) else { continue };
        let b = &turned_gray(b, Turn::ALL[usize::from(candidate.turn & 7)]);
        let fine = fine_distance(a, b);
        if fine > limits.alike {
            continue;
        }
        let basis = match nodes.agreement(candidate.a, candidate.b) {
            None => Basis::LooksAlike,
            Some(Agreement::Agrees) => Basis::SameShot,
            Some(Agreement::SecondOnly) if fine <= limits.reencoded => Basis::SameShot,
            // No camera begins two videos within one second.
            Some(Agreement::SecondOnly) if motion.is_moving() => Basis::SameShot,
            Some(Agreement::SecondOnly) if edited::is_edit(nodes, (candidate.a, a), (candidate.b, b), limits) => {
                edits.push((candidate.a, candidate.b));
                Basis::SameShot
            }
            Some(_) => Basis::Series,
        };
        let list = if basis == Basis::Series { &mut series } else { &mut ties };
        list.push(Tie { a: candidate.a, b: candidate.b, basis, distance: candidate.distance, fine: fine.0 });
    }
    edited::send_to_nearest(edits, &mut ties, &mut series);
    Ok((ties, series))
}

/// The order in which gray pictures are fetched: connected nodes lie side by side.
struct Slots {
    /// Node to slot; meaningless for a node without candidates.
    slots: Vec<u32>,
    /// Slot to node.
    sequence: Vec<u32>,
}

impl Slots {
    fn of(nodes: u32, candidates: &[Candidate]) -> Slots {
        let mut roots: Vec<u32> = (0..nodes).collect();
        fn root(roots: &mut [u32], mut node: u32) -> u32 {
            while roots[node as usize] != node {
                roots[node as usize] = roots[roots[node as usize] as usize];
                node = roots[node as usize];
            }
            node
        }
        let mut taking_part = vec![false; nodes as usize];
        for candidate in candidates {
            let (a, b) = (root(&mut roots, candidate.a), root(&mut roots, candidate.b));
            roots[a.max(b) as usize] = a.min(b);
            taking_part[candidate.a as usize] = true;
            taking_part[candidate.b as usize] = true;
        }
        let mut sequence: Vec<u32> = (0..nodes).filter(|&node| taking_part[node as usize]).collect();
        sequence.sort_by_cached_key(|&node| (root(&mut roots, node), node));
        let mut slots = roots;
        for (slot, &node) in (0..).zip(&sequence) {
            slots[node as usize] = slot;
        }
        Slots { slots, sequence }
    }

    fn slot(&self, node: u32) -> usize {
        self.slots[node as usize] as usize
    }

    fn block(&self, node: u32) -> usize {
        self.slot(node) / GRAYS_AT_A_TIME
    }
}

/// Gray pictures of successive slots.
struct Block {
    number: Option<usize>,
    grays: Vec<Gray>,
    present: Vec<bool>,
}

impl Block {
    fn empty() -> Block {
        Block { number: None, grays: Vec::new(), present: Vec::new() }
    }

    fn fill<G: Grays>(&mut self, number: usize, slots: &Slots, nodes: &Nodes<'_>, grays: &mut G) -> Result<(), G::Error> {
        if self.number == Some(number) {
            return Ok(());
        }
        let start = number * GRAYS_AT_A_TIME;
        let sequence = &slots.sequence[start..slots.sequence.len().min(start + GRAYS_AT_A_TIME)];
        let assets: Vec<u32> =
            sequence.iter().map(|&node| nodes.pictured(node).map_or(u32::MAX, |member| member.asset)).collect();
        self.number = Some(number);
        self.grays.resize(assets.len(), [0; size_of::<Gray>()]);
        self.present.clear();
        self.present.resize(assets.len(), false);
        grays.fetch(&assets, &mut |k, gray| {
            if let (Some(slot), Some(present)) = (self.grays.get_mut(k), self.present.get_mut(k)) {
                *slot = *gray;
                *present = true;
            }
        })
    }

    fn gray(&self, slot: usize) -> Option<&Gray> {
        let k = slot % GRAYS_AT_A_TIME;
        (*self.present.get(k)?).then(|| &self.grays[k])
    }
}

const NO_FRAME: u32 = u32::MAX;

/// Which frame each undated picture is a copy of: of those it resembles, the nearest by the finer comparison.
///
/// Without this an undated copy would tie the frames of a burst together.
pub(super) struct Frames<'a> {
    nodes: &'a Nodes<'a>,
    /// For each node the frame that it is, or is a copy of; `NO_FRAME` where it is undated and resembles none.
    frames: Vec<u32>,
    /// Dated nodes of one shot, in both directions.
    same_shot: Vec<(u32, u32)>,
}

impl<'a> Frames<'a> {
    pub(super) fn of(nodes: &'a Nodes<'a>, ties: &[Tie]) -> Frames<'a> {
        let mut nearest: Vec<(u32, u16, u8, u32)> = Vec::new();
        for tie in ties.iter().filter(|tie| tie.basis == Basis::LooksAlike) {
            match (nodes.is_dated(tie.a), nodes.is_dated(tie.b)) {
                (false, true) => nearest.push((tie.a, tie.fine, tie.distance, tie.b)),
                (true, false) => nearest.push((tie.b, tie.fine, tie.distance, tie.a)),
                _ => {}
            }
        }
        nearest.sort_unstable();
        nearest.dedup_by_key(|&mut (copy, ..)| copy);
        let mut frames: Vec<u32> = (0..nodes.len()).map(|node| if nodes.is_dated(node) { node } else { NO_FRAME }).collect();
        nearest.into_iter().for_each(|(copy, _, _, frame)| frames[copy as usize] = frame);
        let mut same_shot: Vec<(u32, u32)> =
            ties.iter().filter(|tie| tie.basis == Basis::SameShot).flat_map(|tie| [(tie.a, tie.b), (tie.b, tie.a)]).collect();
        same_shot.sort_unstable();
        Frames { nodes, frames, same_shot }
    }

    fn frame(&self, node: u32) -> Option<u32> {
        Some(self.frames[node as usize]).filter(|&frame| frame != NO_FRAME)
    }

    fn same(&self, a: u32, b: u32) -> bool {
        a == b || self.same_shot.binary_search(&(a, b)).is_ok() || self.nodes.agreement(a, b) == Some(Agreement::Agrees)
    }

    /// Whether a tie holds: it does not tie a copy to another frame than its own.
    pub(super) fn allow(&self, tie: &Tie) -> bool {
        tie.basis != Basis::LooksAlike || self.compatible(tie.a, tie.b)
    }

    /// Whether a node may join those that are together already: they must all be of one frame. The first of them is the centre.
    pub(super) fn fit(&self, together: &[u32], newcomer: u32) -> bool {
        let anchor = together.iter().find_map(|&node| self.frame(node));
        anchor.is_none_or(|anchor| self.frame(newcomer).is_none_or(|frame| self.same(anchor, frame)))
    }

    fn compatible(&self, a: u32, b: u32) -> bool {
        match (self.frame(a), self.frame(b)) {
            (Some(a), Some(b)) => self.same(a, b),
            _ => true,
        }
    }
}
