//! Verdicts of "not duplicates", as pairs of contents that never meet in one group.

use super::nodes::Nodes;
use crate::digest::Sha1;

/// The verdicts, each in both directions.
pub(super) struct Vetoes(Vec<(Sha1, Sha1)>);

impl Vetoes {
    pub(super) fn of(not_duplicates: &[(Sha1, Sha1)]) -> Vetoes {
        let mut both: Vec<_> = not_duplicates.iter().flat_map(|&(a, b)| [(a, b), (b, a)]).collect();
        both.sort_unstable();
        both.dedup();
        Vetoes(both)
    }

    pub(super) fn between(&self, a: Sha1, b: Sha1) -> bool {
        self.0.binary_search(&(a, b)).is_ok()
    }

    /// The contents that must not meet this one.
    fn against(&self, content: Sha1) -> &[(Sha1, Sha1)] {
        let start = self.0.partition_point(|&(a, _)| a < content);
        let len = self.0[start..].partition_point(|&(a, _)| a == content);
        &self.0[start..start + len]
    }

    /// Whether a node may join those that are together already.
    pub(super) fn allow(&self, nodes: &Nodes<'_>, together: &[u32], newcomer: u32) -> bool {
        if self.0.is_empty() {
            return true;
        }
        let barred =
            |&(_, other): &(Sha1, Sha1)| together.iter().any(|&node| nodes.contents(node).any(|content| content == other));
        !nodes.contents(newcomer).any(|content| self.against(content).iter().any(barred))
    }
}
