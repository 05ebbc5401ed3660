//! `Held`: the bytes of an original that were fetched and are still there.

use std::collections::BTreeMap;

/// What was fetched.
#[derive(Default)]
pub(super) struct Held {
    /// By where they begin; they neither touch nor overlap.
    pub(super) pieces: BTreeMap<u64, Vec<u8>>,
    /// The range at which it is being read whole.
    pub(super) range: (u64, Vec<u8>),
}

impl Held {
    /// Copies what is held from an offset on: how many bytes.
    pub(super) fn copy(&self, offset: u64, buf: &mut [u8]) -> usize {
        let piece = self.pieces.range(..=offset).next_back().map(|(&start, bytes)| (start, bytes));
        for (start, bytes) in piece.into_iter().chain([(self.range.0, &self.range.1)]) {
            let from = offset.checked_sub(start).and_then(|from| usize::try_from(from).ok());
            if let Some(held) = from.and_then(|from| bytes.get(from..)).filter(|held| !held.is_empty()) {
                let length = held.len().min(buf.len());
                buf[..length].copy_from_slice(&held[..length]);
                return length;
            }
        }
        0
    }

    /// Remembers a piece, as part of those that it touches.
    pub(super) fn remember(&mut self, start: u64, bytes: Vec<u8>) {
        let end = start + bytes.len() as u64;
        let after = self.pieces.remove(&end);
        let before = self.pieces.range_mut(..start).next_back().filter(|(begin, held)| **begin + held.len() as u64 == start);
        let joined = match before {
            Some((_, held)) => {
                held.extend_from_slice(&bytes);
                held
            }
            None => self.pieces.entry(start).or_insert(bytes),
        };
        joined.extend(after.into_iter().flatten());
    }
}
