//! Quick: which assets a quick survey must read in full before it may say anything of them.
//!
//! Promises: whoever could share bytes, an image, a shot or a look with another is named, as far as a preview can tell; who is
//! not named is in no group. A preview deviates from its picture, so the net is wider than the radius, and equal capture
//! moments count beside looks. The result does not depend on input order.
//! Absent on purpose: any verdict. What is named here is read in full, and only then compared.

use std::{collections::HashMap, hash::Hash};

use crate::{
    fingerprint::{FineDistance, Turn, fine_distance, turned_gray},
    group::{Candidate, GRAYS_AT_A_TIME, Grays, Limits, candidates_among, eight_turns},
    moment::WallClock,
    same_shot::{CaptureMoment, Word},
};

/// What a quick survey knows of one asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Glimpse {
    /// The caller's number for it; unique.
    pub asset: u32,
    /// How much of it was read.
    pub seen: Seen,
    /// Whether it is a main asset, and looks count, or a companion, of which only equal bytes do.
    pub standing: Standing,
    /// Hash of its fingerprint where it was read in full, otherwise of its preview's.
    pub hash: Option<u64>,
    /// How many bytes it has.
    pub bytes: u64,
    /// What it says of its capture moment.
    pub moment: Option<CaptureMoment>,
    /// Of a video: when its container was made, which a re-encoding may keep.
    pub container_time: Option<WallClock>,
}

/// How much of an asset was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// All of it.
    Whole,
    /// Its metadata and its preview.
    Part,
}

/// What an asset is in its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The one that is compared.
    Main,
    /// One that goes with it.
    Companion,
}

/// How many bits more than two pictures their previews may differ by. Measured on the shared corpus: a preview is 5 bits from
/// its picture at most in 95 of 100.
pub const PREVIEW_BITS: u8 = 4;

/// Finer distance within which two previews, or a preview and a picture, may be of one photograph where their hashes are within
/// the radius.
pub const PREVIEW_ALIKE: FineDistance = FineDistance(2_500);

/// The same where only the wider net brings them together: chance pairs are many there, and would have a library read.
pub const PREVIEW_ALIKE_FAR: FineDistance = FineDistance(1_800);

/// The assets that may be in one group with another, in ascending order; those read in full among them.
///
/// `limits` are those of grouping.
///
/// # Errors
/// Whatever fetching gray pictures reports.
pub fn suspects<G: Grays>(glimpses: &[Glimpse], limits: &Limits, grays: &mut G) -> Result<Vec<u32>, G::Error> {
    let mut suspected = vec![false; glimpses.len()];
    same_bytes(glimpses, &mut suspected);
    same_moment(glimpses, &mut suspected);
    alike(glimpses, limits, grays, &mut suspected)?;
    let mut named: Vec<u32> = glimpses.iter().zip(suspected).filter(|(_, named)| *named).map(|(g, _)| g.asset).collect();
    named.sort_unstable();
    Ok(named)
}

/// What two equal files state alike of their moment. The frame is left out: a head may not tell it.
type Stated = (WallClock, Option<u32>, Option<Word>, Option<Word>, Option<Word>);

fn stated(moment: &CaptureMoment) -> Stated {
    (moment.at, moment.sub_sec, moment.make, moment.model, moment.serial)
}

/// Equal bytes have equal sizes and state the same.
fn same_bytes(glimpses: &[Glimpse], suspected: &mut [bool]) {
    let key = |g: &Glimpse| Some((g.bytes, g.moment.as_ref().map(stated)));
    shared(glimpses, key, suspected);
}

/// Versions of one shot, however little their previews look alike.
fn same_moment(glimpses: &[Glimpse], suspected: &mut [bool]) {
    let key = |g: &Glimpse| {
        let moment = g.moment.filter(|_| g.standing == Standing::Main)?;
        Some((moment.at, moment.sub_sec, moment.make, moment.model))
    };
    shared(glimpses, key, suspected);
    let made = |g: &Glimpse| g.container_time.filter(|_| g.standing == Standing::Main);
    shared(glimpses, made, suspected);
}

fn shared<K: Eq + Hash>(glimpses: &[Glimpse], key: impl Fn(&Glimpse) -> Option<K>, suspected: &mut [bool]) {
    let mut first: HashMap<K, usize> = HashMap::with_capacity(glimpses.len());
    for (place, glimpse) in glimpses.iter().enumerate() {
        let Some(key) = key(glimpse) else { continue };
        if let Some(&other) = first.get(&key) {
            (suspected[place], suspected[other]) = (true, true);
        } else {
            first.insert(key, place);
        }
    }
}

/// Looks within the wider radius, confirmed by the grays at hand.
fn alike<G: Grays>(glimpses: &[Glimpse], limits: &Limits, grays: &mut G, suspected: &mut [bool]) -> Result<(), G::Error> {
    let main = |place: &u32| glimpses[*place as usize].standing == Standing::Main;
    let (places, hashes): (Vec<u32>, Vec<u64>) =
        (0..glimpses.len() as u32).filter(main).filter_map(|place| Some((place, glimpses[place as usize].hash?))).unzip();
    let of = |position: u32| &glimpses[places[position as usize] as usize];
    let wider = Limits { radius: limits.radius.saturating_add(PREVIEW_BITS), ..*limits };
    let mut pairs = candidates_among(&hashes, &wider, &eight_turns());
    let both_whole = |c: &Candidate| of(c.a).seen == Seen::Whole && of(c.b).seen == Seen::Whole;
    pairs.retain(|c| c.distance <= limits.radius || !both_whole(c));
    // The nearest first: most assets are named by them, and the rest need not be looked at.
    pairs.sort_unstable_by_key(|c| (c.distance, c.a, c.b));
    for some in pairs.chunks(GRAYS_AT_A_TIME / 2) {
        let open = |c: &&Candidate| !(suspected[places[c.a as usize] as usize] && suspected[places[c.b as usize] as usize]);
        let open: Vec<&Candidate> = some.iter().filter(open).collect();
        let mut asked: Vec<u32> = open.iter().flat_map(|c| [c.a, c.b]).collect();
        asked.sort_unstable();
        asked.dedup();
        let assets: Vec<u32> = asked.iter().map(|&position| of(position).asset).collect();
        let mut held = vec![None; assets.len()];
        grays.fetch(&assets, &mut |k, gray| held[k] = Some(Box::new(*gray)))?;
        let gray = |position: u32| asked.binary_search(&position).ok().and_then(|at| held[at].as_deref());
        for c in open {
            let (Some(a), Some(b)) = (gray(c.a), gray(c.b)) else { continue };
            let within = match (both_whole(c), c.distance <= limits.radius) {
                (true, _) => limits.alike,
                (false, true) => PREVIEW_ALIKE.max(limits.alike),
                (false, false) => PREVIEW_ALIKE_FAR.max(limits.alike),
            };
            if fine_distance(a, &turned_gray(b, Turn::ALL[usize::from(c.turn & 7)])) <= within {
                suspected[places[c.a as usize] as usize] = true;
                suspected[places[c.b as usize] as usize] = true;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
