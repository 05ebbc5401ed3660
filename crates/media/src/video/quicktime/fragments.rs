//! Fragments: how much of a video that was written piece by piece is there (ISO/IEC 14496-12, 8.8).

use lightproof_model::read_at::ReadAt;

use super::{
    Top,
    tracks::{Movie, Track, children, to_ms},
};
use crate::video::reader::{be16, be32, be64, read};

/// The largest fragment header that is read.
const MOST_MOOF: u64 = 4 << 20;
/// Tracks whose duration is summed up.
const MOST_TRACKS: usize = 64;
/// All fragment headers of one file together.
const MOST_READ: u64 = 256 << 20;

/// What the fragments add up to.
#[derive(Debug, Default)]
pub(super) struct Fragments {
    /// Duration by track, in its own units.
    durations: Vec<(u32, u64)>,
    /// What the header declares.
    pub(super) declared_ms: Option<u64>,
    pub(super) faults: Vec<String>,
}

impl Fragments {
    pub(super) fn duration_ms(&self, track: &Track<'_>) -> Option<u64> {
        let units = self.durations.iter().find(|(id, _)| *id == track.id)?.1;
        to_ms(units, track.timescale)
    }
}

/// Walks all fragments.
pub(super) fn walk(bytes: &dyn ReadAt, tops: &[Top], movie: &Movie<'_>) -> Fragments {
    let declared_ms = movie.fragment_duration.and_then(|units| to_ms(units, movie.timescale));
    let mut fragments = Fragments { declared_ms, ..Fragments::default() };
    let mut budget = MOST_READ;
    for (k, top) in tops.iter().enumerate() {
        match &top.kind {
            b"moof" => {
                let followed = tops[k + 1..].iter().take_while(|next| next.kind != *b"moof").any(|next| next.kind == *b"mdat");
                if !followed {
                    fragments.faults.push("truncated: the last fragment has no media data".to_owned());
                }
                let length = top.payload.end - top.payload.start;
                if let Some(left) = budget.checked_sub(length)
                    && let Some(moof) = read(bytes, top.payload.clone(), MOST_MOOF)
                {
                    budget = left;
                    fragments.add(&moof, movie);
                }
            }
            b"sidx" => {
                if let Some(end) = read(bytes, top.payload.clone(), MOST_MOOF).and_then(|sidx| indexed_end(&sidx, top))
                    && end > bytes.len()
                {
                    fragments.faults.push(format!("truncated: its index reaches {} bytes further", end - bytes.len()));
                }
            }
            _ => {}
        }
    }
    fragments
}

/// Where the last of the indexed pieces ends.
fn indexed_end(sidx: &[u8], top: &Top) -> Option<u64> {
    let (offset, at) = if sidx.first()? == &1 { (be64(sidx, 20)?, 28) } else { (u64::from(be32(sidx, 16)?), 20) };
    let count = be16(sidx, at + 2)?;
    let pieces = sidx.get(at + 4..)?.chunks_exact(12).take(usize::from(count));
    let length: u64 = pieces.filter_map(|row| be32(row, 0)).map(|size| u64::from(size & 0x7FFF_FFFF)).sum();
    top.payload.end.checked_add(offset)?.checked_add(length)
}

impl Fragments {
    fn add(&mut self, moof: &[u8], movie: &Movie<'_>) {
        for (_, traf, _) in children(moof).filter(|(kind, ..)| kind == b"traf") {
            let Some((_, tfhd, _)) = children(traf).find(|(kind, ..)| kind == b"tfhd") else { continue };
            let (Some(flags), Some(id)) = (be32(tfhd, 0), be32(tfhd, 4)) else { continue };
            // Base offset and description come before the default duration, each where a flag says so.
            let at = 8 + if flags & 1 != 0 { 8 } else { 0 } + if flags & 2 != 0 { 4 } else { 0 };
            let own = (flags & 8 != 0).then(|| be32(tfhd, at)).flatten();
            let default = own.or_else(|| movie.defaults.iter().find(|(track, _)| *track == id).map(|(_, d)| *d)).unwrap_or(0);
            let runs = children(traf).filter(|(kind, ..)| kind == b"trun");
            let sum: u64 = runs.map(|(_, trun, _)| run_duration(trun, default)).fold(0, u64::saturating_add);
            match self.durations.iter().position(|(track, _)| *track == id) {
                Some(k) => self.durations[k].1 = self.durations[k].1.saturating_add(sum),
                None if self.durations.len() < MOST_TRACKS => self.durations.push((id, sum)),
                None => {}
            }
        }
    }
}

/// How long a run of samples lasts.
fn run_duration(trun: &[u8], default: u32) -> u64 {
    let (Some(flags), Some(count)) = (be32(trun, 0), be32(trun, 4)) else { return 0 };
    if flags & 0x100 == 0 {
        return u64::from(count) * u64::from(default);
    }
    let at = 8 + if flags & 1 != 0 { 4 } else { 0 } + if flags & 4 != 0 { 4 } else { 0 };
    let row = [0x100, 0x200, 0x400, 0x800].iter().filter(|&&flag| flags & flag != 0).count() * 4;
    let rows = trun.get(at..).unwrap_or_default().chunks_exact(row).take(count as usize);
    rows.filter_map(|row| be32(row, 0)).map(u64::from).sum()
}
