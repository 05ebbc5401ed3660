//! Nodes: assets of equal bytes, or of equal image data, taken together as one.
//!
//! Nodes are numbered by their smallest SHA-1, so that whatever is ordered by node is ordered by content and not by input.

use std::ops::Range;

use super::{Basis, Member, Motion, Tie, Vetoes};
use crate::{
    digest::{ImageDigest, Sha1},
    same_shot::{Agreement, CaptureMoment},
};

/// Whether two pictures state the same size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum FrameSize {
    Same,
    Differs,
}

/// The members of a library, collapsed.
pub(super) struct Nodes<'a> {
    members: &'a [Member],
    /// Positions of members, node by node, each by (SHA-1, asset).
    order: Vec<u32>,
    starts: Vec<u32>,
}

impl<'a> Nodes<'a> {
    pub(super) fn collapse(members: &'a [Member], vetoes: &Vetoes) -> Nodes<'a> {
        let known = |&position: &u32| members[position as usize].sha1.map(|sha1| (sha1, members[position as usize].asset));
        let mut order: Vec<u32> = (0..members.len() as u32).filter(|p| known(p).is_some()).collect();
        order.sort_unstable_by_key(known);
        let content = |position: u32| members[position as usize].sha1;
        // Where a person keeps copies of one content apart, the first takes part and the others stand alone.
        order.dedup_by(|later, first| {
            content(*later) == content(*first) && content(*first).is_some_and(|sha1| vetoes.between(sha1, sha1))
        });

        let classes: Vec<Range<usize>> = order
            .chunk_by(|&a, &b| content(a) == content(b))
            .scan(0, |start, class| {
                let range = *start..*start + class.len();
                *start = range.end;
                Some(range)
            })
            .collect();
        let leaders = leaders(&classes, &order, members, vetoes);
        let mut sequence: Vec<u32> = (0..classes.len() as u32).collect();
        sequence.sort_unstable_by_key(|&class| (leaders[class as usize], class));

        let mut nodes = Nodes { members, order: Vec::with_capacity(order.len()), starts: Vec::new() };
        let mut last = None;
        for class in sequence {
            let leader = leaders[class as usize];
            if last.replace(leader) != Some(leader) {
                nodes.starts.push(nodes.order.len() as u32);
            }
            nodes.order.extend_from_slice(&order[classes[class as usize].clone()]);
        }
        nodes.starts.push(nodes.order.len() as u32);
        nodes
    }

    /// How many nodes there are.
    pub(super) fn len(&self) -> u32 {
        self.starts.len() as u32 - 1
    }

    /// How many assets a node has.
    pub(super) fn size(&self, node: u32) -> u32 {
        self.starts[node as usize + 1] - self.starts[node as usize]
    }

    pub(super) fn members(&self, node: u32) -> impl Iterator<Item = &'a Member> + '_ {
        let range = self.starts[node as usize] as usize..self.starts[node as usize + 1] as usize;
        self.order[range].iter().map(|&position| &self.members[position as usize])
    }

    /// The SHA-1s of a node, ascending, repeated for copies.
    pub(super) fn contents(&self, node: u32) -> impl Iterator<Item = Sha1> + '_ {
        self.members(node).filter_map(|member| member.sha1)
    }

    /// The first member that has a fingerprint.
    pub(super) fn pictured(&self, node: u32) -> Option<&'a Member> {
        self.members(node).find(|member| member.hash.is_some())
    }

    /// Whether the pictures of a node move.
    pub(super) fn motion(&self, node: u32) -> Motion {
        self.pictured(node).map(|member| member.motion).unwrap_or_default()
    }

    /// Whether the node is of videos, fingerprinted or not.
    pub(super) fn moves(&self, node: u32) -> bool {
        self.members(node).next().is_some_and(|member| member.motion.is_moving())
    }

    /// Whether any asset of the node says when it was taken.
    pub(super) fn is_dated(&self, node: u32) -> bool {
        self.members(node).any(|member| member.moment.is_some())
    }

    /// How the capture moments of two nodes compare: any agreement counts. Nothing when either has none.
    pub(super) fn agreement(&self, a: u32, b: u32) -> Option<Agreement> {
        let (left, right) = (self.moments(a), self.moments(b));
        left.iter().flat_map(|l| right.iter().map(|r| l.agrees(r))).min()
    }

    /// What an equal second leaves open, where both state the same exposure: whether the frames differ in size. Nothing otherwise.
    pub(super) fn same_exposure(&self, a: u32, b: u32) -> Option<FrameSize> {
        let (left, right) = (self.moments(a), self.moments(b));
        let pairs = left.iter().flat_map(|l| right.iter().map(move |r| (l, r)));
        let exposed = pairs.filter(|(l, r)| l.agrees(r) == Agreement::SecondOnly && l.same_exposure(r));
        exposed.map(|(l, r)| if l.other_frame_size(r) { FrameSize::Differs } else { FrameSize::Same }).max()
    }

    fn moments(&self, node: u32) -> Vec<CaptureMoment> {
        let mut moments: Vec<_> = self.members(node).filter_map(|member| member.moment).collect();
        moments.sort_unstable();
        moments.dedup();
        moments
    }

    /// Ties between units that share the bytes of a part.
    pub(super) fn shared(&self, parts: &[(u32, u32)]) -> Vec<Tie> {
        if parts.is_empty() {
            return Vec::new();
        }
        let mut homes: Vec<(u32, u32)> =
            (0..self.len()).flat_map(|node| self.members(node).map(move |member| (member.asset, node))).collect();
        homes.sort_unstable();
        let home = |asset: u32| homes.binary_search_by_key(&asset, |&(asset, _)| asset).ok().map(|at| homes[at].1);
        let tie = |&(a, b): &(u32, u32)| {
            let (a, b) = (home(a)?, home(b)?);
            (a != b).then(|| Tie { a: a.min(b), b: a.max(b), basis: Basis::SameBytes, distance: 0, fine: 0 })
        };
        parts.iter().filter_map(tie).collect()
    }
}

/// For each class of equal bytes the first class of its node: equal image digest, and no verdict between them.
fn leaders(classes: &[Range<usize>], order: &[u32], members: &[Member], vetoes: &Vetoes) -> Vec<u32> {
    let digest = |class: &Range<usize>| order[class.clone()].iter().find_map(|&position| members[position as usize].image_digest);
    let first = |class: u32| &members[order[classes[class as usize].start] as usize];
    let content = |class: u32| first(class).sha1;
    let mut by_digest: Vec<(ImageDigest, u32)> =
        classes.iter().zip(0..).filter_map(|(class, number)| Some((digest(class)?, number))).collect();
    by_digest.sort_unstable();

    let mut leaders: Vec<u32> = (0..classes.len() as u32).collect();
    for alike in by_digest.chunk_by(|a, b| a.0 == b.0).filter(|alike| alike.len() > 1) {
        let mut together: Vec<Vec<u32>> = Vec::new();
        for &(_, class) in alike {
            let barred = |&other: &u32| {
                first(class).motion.is_moving() != first(other).motion.is_moving()
                    || matches!((content(class), content(other)), (Some(a), Some(b)) if vetoes.between(a, b))
            };
            match together.iter_mut().find(|node| !node.iter().any(barred)) {
                Some(node) => {
                    leaders[class as usize] = node[0];
                    node.push(class);
                }
                None => together.push(vec![class]),
            }
        }
    }
    leaders
}
