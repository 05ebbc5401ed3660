//! Equal hashes collected into classes, so that each value is compared once.

/// The different hashes of an input, and where each occurs.
pub(super) struct Distinct {
    hashes: Vec<u64>,
    starts: Vec<u32>,
    positions: Vec<u32>,
}

impl Distinct {
    /// Classes in the order of their hash values; positions within a class ascend.
    pub(super) fn of(hashes: &[u64]) -> Distinct {
        let mut order: Vec<(u64, u32)> = hashes.iter().copied().zip(0..u32::MAX).collect();
        order.sort_unstable();
        let mut distinct = Distinct { hashes: Vec::new(), starts: Vec::new(), positions: Vec::with_capacity(order.len()) };
        for (hash, position) in order {
            if distinct.hashes.last() != Some(&hash) {
                distinct.hashes.push(hash);
                distinct.starts.push(distinct.positions.len() as u32);
            }
            distinct.positions.push(position);
        }
        distinct.starts.push(distinct.positions.len() as u32);
        distinct
    }

    pub(super) fn len(&self) -> usize {
        self.hashes.len()
    }

    pub(super) fn hashes(&self) -> &[u64] {
        &self.hashes
    }

    pub(super) fn class(&self, class: usize) -> &[u32] {
        &self.positions[self.starts[class] as usize..self.starts[class + 1] as usize]
    }
}
