//! What reading the metadata of assets costs where every read is a request: bytes and requests, by format.
#![allow(clippy::print_stdout)] // its purpose

use std::{cell::RefCell, collections::BTreeMap, fs, io, ops::Range, path::PathBuf};

use lightproof_media::{
    facts::{read_facts, read_facts_sparingly},
    sniff,
};
use lightproof_model::read_at::ReadAt;

/// A medium that holds what it once fetched, in pieces of whole blocks.
struct Remote<'a> {
    bytes: &'a [u8],
    first: u64,
    block: u64,
    grow: bool,
    held: RefCell<Vec<Range<u64>>>,
    asked: RefCell<Vec<Range<u64>>>,
}

impl Remote<'_> {
    fn holds(&self, at: u64) -> Option<u64> {
        self.held.borrow().iter().filter(|r| r.contains(&at)).map(|r| r.end).max()
    }
    fn need(&self, want: Range<u64>) {
        let mut at = want.start;
        while at < want.end {
            if let Some(end) = self.holds(at) {
                at = end;
                continue;
            }
            let none = self.held.borrow().is_empty();
            let follows = self.held.borrow().iter().find(|r| r.end == at).cloned();
            let start = if follows.is_some() { at } else { at - at % self.block };
            let least = if none && at < self.first {
                self.first
            } else if let (true, Some(f)) = (self.grow, follows) {
                (f.end - f.start).clamp(self.block, 64 << 10)
            } else {
                self.block
            };
            let end = (start + least).max(want.end.next_multiple_of(self.block)).min(self.bytes.len() as u64);
            self.held.borrow_mut().push(start..end);
            at = end;
        }
    }
    fn told(&self) -> (u64, usize) {
        let h = self.held.borrow();
        (h.iter().map(|r| r.end - r.start).sum(), h.len())
    }
}

impl ReadAt for Remote<'_> {
    fn len(&self) -> u64 {
        self.bytes.len() as u64
    }
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let end = (offset + buf.len() as u64).min(self.len());
        self.asked.borrow_mut().push(offset..end.max(offset));
        if offset < end {
            self.need(offset..end);
        }
        self.bytes.read_at(offset, buf)
    }
}

fn main() {
    let mut args = std::env::args().skip(1);
    let first: u64 = args.next().and_then(|a| a.parse().ok()).unwrap_or(16) << 10;
    let block: u64 = args.next().and_then(|a| a.parse().ok()).unwrap_or(4) << 10;
    let grow = args.next().is_some_and(|a| a == "grow");
    let mut folders: Vec<PathBuf> = args.map(PathBuf::from).collect();
    let (mut told, mut each): (BTreeMap<String, Vec<(u64, usize)>>, Vec<_>) = (BTreeMap::new(), Vec::new());
    while let Some(folder) = folders.pop() {
        let Ok(listed) = fs::read_dir(&folder) else { continue };
        for path in listed.flatten().map(|e| e.path()) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let Ok(mut bytes) = fs::read(&path) else { continue };
            let real = bytes.len();
            let media_type = sniff::sniff(&bytes[..real.min(4096)], Some(path.as_os_str().as_encoded_bytes()));
            // As large as photographs are: what lies behind the picture's end is filler.
            let _ = &mut bytes;
            let remote = Remote { bytes: &bytes, first, block, grow, held: RefCell::default(), asked: RefCell::default() };
            let mut head = vec![0; sniff::HEAD];
            let _ = remote.read_at(0, &mut head);
            let facts = read_facts_sparingly(&remote, media_type);
            assert_eq!(format!("{facts:?}"), format!("{:?}", read_facts(&bytes.as_slice(), media_type)));
            let (b, n) = remote.told();
            told.entry(format!("{media_type:?}")).or_default().push((b, n));
            each.push((b, n, real, facts.problems.len(), path, remote.asked.borrow().clone()));
        }
    }
    for (name, all) in &mut told {
        let mut bytes: Vec<u64> = all.iter().map(|a| a.0).collect();
        bytes.sort_unstable();
        let mut n: Vec<u64> = all.iter().map(|a| a.1 as u64).collect();
        n.sort_unstable();
        let at = |v: &[u64], s: f64| v[((v.len() - 1) as f64 * s) as usize];
        let mean = |v: &[u64]| v.iter().sum::<u64>() as f64 / v.len() as f64;
        println!(
            "{name:<12} {:>4} files: bytes mean {:>8.0} median {:>7} 90 % {:>7} most {:>8}; requests mean {:.2} median {} 90 % {} most {}",
            all.len(),
            mean(&bytes),
            at(&bytes, 0.5),
            at(&bytes, 0.9),
            at(&bytes, 1.0),
            mean(&n),
            at(&n, 0.5),
            at(&n, 0.9),
            at(&n, 1.0)
        );
    }
    each.sort_by_key(|e| std::cmp::Reverse((e.1, e.0)));
    for (b, n, real, p, path, asked) in each.iter().take(40) {
        println!("{b:>8} {n:>3} of {real:>8} problems {p} {} {:?}", path.display(), asked.iter().take(12).collect::<Vec<_>>());
    }
}
