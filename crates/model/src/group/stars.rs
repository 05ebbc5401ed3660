//! Stars: a centre and those tied to it. Nothing is in a group for being near a neighbour of the centre.
//!
//! The node that gathers most assets comes first, then the one nearest to its neighbours, then the smaller content; what
//! it takes is gone for all that follow.

use std::{cmp::Reverse, collections::BinaryHeap};

use super::{Basis, Group, Row, naming, nodes::Nodes, ties::Tie};

/// A centre, and its ties to the others.
pub(super) struct Star {
    pub(super) centre: u32,
    /// The other nodes, each with its tie to the centre.
    pub(super) others: Vec<(u32, Tie)>,
}

/// Ties by node.
struct Neighbours<'a> {
    ties: &'a [Tie],
    starts: Vec<u32>,
    /// For each node the numbers of its ties.
    numbers: Vec<u32>,
}

impl<'a> Neighbours<'a> {
    fn of(nodes: u32, ties: &'a [Tie]) -> Neighbours<'a> {
        let mut starts = vec![0u32; nodes as usize + 1];
        for node in ties.iter().flat_map(|tie| [tie.a, tie.b]) {
            starts[node as usize + 1] += 1;
        }
        for node in 0..nodes as usize {
            starts[node + 1] += starts[node];
        }
        let mut next = starts.clone();
        let mut numbers = vec![0; ties.len() * 2];
        for (number, tie) in (0..).zip(ties) {
            for node in [tie.a, tie.b] {
                numbers[next[node as usize] as usize] = number;
                next[node as usize] += 1;
            }
        }
        Neighbours { ties, starts, numbers }
    }

    fn of_node(&self, node: u32) -> impl Iterator<Item = (u32, Tie)> + '_ {
        let range = self.starts[node as usize] as usize..self.starts[node as usize + 1] as usize;
        self.numbers[range].iter().map(move |&number| {
            let tie = self.ties[number as usize];
            (if tie.a == node { tie.b } else { tie.a }, tie)
        })
    }
}

/// The stars of a set of ties. `fits(together, newcomer, tie)` may turn a neighbour away; the centre is first among those together.
pub(super) fn choose(nodes: &Nodes<'_>, ties: &[Tie], fits: impl Fn(&[u32], u32, &Tie) -> bool) -> Vec<Star> {
    let neighbours = Neighbours::of(nodes.len(), ties);
    let mut free = vec![true; nodes.len() as usize];
    // Assets gathered, then how far they are, then which node: the largest is taken.
    let gathers = |node: u32, free: &[bool]| {
        let reached = neighbours.of_node(node).filter(|&(other, _)| free[other as usize]);
        let (assets, far) =
            reached.fold((nodes.size(node), 0u64), |(n, far), (other, tie)| (n + nodes.size(other), far + u64::from(tie.fine)));
        (assets, Reverse(far), Reverse(node))
    };
    let mut queue: BinaryHeap<_> = (0..nodes.len()).map(|node| gathers(node, &free)).filter(|&(assets, ..)| assets > 1).collect();
    let mut stars = Vec::new();
    while let Some(claim) = queue.pop() {
        let Reverse(centre) = claim.2;
        if !free[centre as usize] {
            continue;
        }
        // What a node gathers only ever shrinks, so a claim that still holds is the greatest there is.
        let now = gathers(centre, &free);
        if now != claim {
            if now.0 > 1 {
                queue.push(now);
            }
            continue;
        }
        let mut reached: Vec<(u32, Tie)> = neighbours.of_node(centre).filter(|&(other, _)| free[other as usize]).collect();
        reached.sort_unstable_by_key(|&(other, tie)| (other, tie.basis, tie.fine, tie.distance));
        reached.dedup_by_key(|&mut (other, _)| other);
        reached.sort_unstable_by_key(|&(other, tie)| (tie.basis, tie.fine, tie.distance, other));
        let mut together = vec![centre];
        reached.retain(|&(other, tie)| {
            let joins = fits(&together, other, &tie);
            if joins {
                together.push(other);
            }
            joins
        });
        if reached.is_empty() && nodes.size(centre) == 1 {
            continue; // turned away by all; another centre may still reach it
        }
        together.iter().for_each(|&node| free[node as usize] = false);
        stars.push(Star { centre, others: reached });
    }
    stars
}

impl Star {
    /// The group that this is; nothing for a single asset.
    pub(super) fn rows(&self, nodes: &Nodes<'_>, letter: char) -> Option<Group> {
        let centre = nodes.members(self.centre).next()?;
        let mut rows = Vec::new();
        for member in nodes.members(self.centre).skip(1) {
            let basis = if member.sha1 == centre.sha1 { Basis::SameBytes } else { Basis::SameImage };
            rows.push((Row { asset: member.asset, basis, distance: 0 }, member.sha1));
        }
        for &(node, tie) in &self.others {
            let row = |asset| Row { asset, basis: tie.basis, distance: tie.distance };
            rows.extend(nodes.members(node).map(|member| (row(member.asset), member.sha1)));
        }
        if letter == 's' {
            rows.iter_mut().for_each(|(row, _)| row.basis = Basis::Series);
        }
        rows.sort_unstable_by_key(|&(row, sha1)| (row.basis, row.distance, sha1, row.asset));
        let strongest = rows.iter().map(|(row, _)| row.basis).min()?;
        let basis = rows.iter().map(|(row, _)| row.basis).max()?;
        let contents =
            std::iter::once(self.centre).chain(self.others.iter().map(|&(node, _)| node)).flat_map(|n| nodes.contents(n));
        let id = naming::id(letter, contents.collect());
        let own = Row { asset: centre.asset, basis: strongest, distance: 0 };
        let rows = std::iter::once(own).chain(rows.into_iter().map(|(row, _)| row)).collect();
        Some(Group { id, basis, centre: centre.asset, rows })
    }
}

/// In which star each node is.
pub(super) struct Homes(Vec<u32>);

/// Looks up the star of each node.
pub(super) fn homes(nodes: &Nodes<'_>, stars: &[Star]) -> Homes {
    let mut homes = vec![u32::MAX; nodes.len() as usize];
    for (number, star) in (0..).zip(stars) {
        homes[star.centre as usize] = number;
        star.others.iter().for_each(|&(node, _)| homes[node as usize] = number);
    }
    Homes(homes)
}

impl Homes {
    /// Whether both ends of a tie are in one star.
    pub(super) fn both(&self, tie: &Tie) -> bool {
        let (a, b) = (self.0[tie.a as usize], self.0[tie.b as usize]);
        a == b && a != u32::MAX
    }
}
