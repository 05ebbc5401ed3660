//! What reading the metadata of assets costs where every read is a request: bytes and requests, by format.
//!
//!     head_bytes FIRST_KIB BLOCK_KIB FOLDER…
#![allow(clippy::print_stdout)] // its purpose

use std::{cell::RefCell, collections::BTreeMap, fs, io, ops::Range, path::PathBuf};

use lightproof_media::{
    facts::{read_facts, read_facts_sparingly},
    sniff,
};
use lightproof_model::read_at::ReadAt;

/// A medium that holds what it once fetched: a first piece, then blocks.
struct Remote<'a> {
    bytes: &'a [u8],
    first: u64,
    block: u64,
    held: RefCell<Vec<Range<u64>>>,
}

impl Remote<'_> {
    fn fetch(&self, wanted: Range<u64>) {
        let mut at = wanted.start;
        while at < wanted.end {
            let mut held = self.held.borrow_mut();
            if let Some(end) = held.iter().filter(|piece| piece.contains(&at)).map(|piece| piece.end).max() {
                at = end;
                continue;
            }
            let goes_on = held.iter().any(|piece| piece.end == at);
            let start = if goes_on { at } else { at - at % self.block };
            let least = if held.is_empty() && at < self.first { self.first } else { self.block };
            let end = (start + least).max(wanted.end.next_multiple_of(self.block)).min(self.bytes.len() as u64);
            held.push(start..end);
            at = end;
        }
    }
}

impl ReadAt for Remote<'_> {
    fn len(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        self.fetch(offset..(offset + buf.len() as u64).min(self.len()));
        self.bytes.read_at(offset, buf)
    }
}

fn main() {
    let mut words = std::env::args().skip(1);
    let mut kib = |or: u64| words.next().and_then(|word| word.parse().ok()).unwrap_or(or) << 10;
    let (first, block) = (kib(16), kib(4));
    let mut folders: Vec<PathBuf> = words.map(PathBuf::from).collect();
    let mut costs: BTreeMap<String, Vec<(u64, u64)>> = BTreeMap::new();
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(&folder).into_iter().flatten().flatten().map(|found| found.path()) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let Ok(bytes) = fs::read(&path) else { continue };
            let remote = Remote { bytes: &bytes, first, block, held: RefCell::default() };
            let mut head = vec![0; sniff::HEAD.min(bytes.len())];
            let _ = remote.read_at(0, &mut head);
            let media_type = sniff::sniff(&head, Some(path.as_os_str().as_encoded_bytes()));
            let facts = read_facts_sparingly(&remote, media_type);
            assert_eq!(facts, read_facts(&bytes.as_slice(), media_type), "{}", path.display());
            let held = remote.held.into_inner();
            let cost = (held.iter().map(|piece| piece.end - piece.start).sum(), held.len() as u64);
            costs.entry(format!("{media_type:?}")).or_default().push(cost);
        }
    }
    let told = |all: &mut Vec<u64>| {
        all.sort_unstable();
        let at = |share: f64| all[((all.len() - 1) as f64 * share) as usize];
        let mean = all.iter().sum::<u64>() as f64 / all.len() as f64;
        format!("mean {mean:.1}, median {}, 90 % {}, most {}", at(0.5), at(0.9), at(1.0))
    };
    for (name, cost) in costs {
        let (mut bytes, mut requests) = cost.iter().copied().unzip();
        println!("{name}: {} files; bytes {}; requests {}", cost.len(), told(&mut bytes), told(&mut requests));
    }
}
