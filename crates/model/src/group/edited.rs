//! Edits: telling an edited copy from another frame where both name the same second and no fraction of it.
//!
//! An equal second proves nothing, and an edit lies beyond what re-encoding does. Further evidence can decide, given that
//! both state the same exposure (a bracket does not): the picture is the same but for its tones; or the sizes differ, as those of
//! two frames from one camera do not. An edit goes with the frame nearest to it.

use std::collections::{HashMap, HashSet};

use super::{
    Basis, Limits,
    nodes::{FrameSize, Nodes},
    ties::Tie,
};
use crate::fingerprint::Gray;

/// Once tones are made equal, an edit of tones alone leaves so small a part of what re-encoding may do: a third.
const TONES_ALONE: u16 = 3;

pub(super) fn is_edit(nodes: &Nodes<'_>, (a, a_gray): (u32, &Gray), (b, b_gray): (u32, &Gray), limits: &Limits) -> bool {
    match nodes.same_exposure(a, b) {
        None => false,
        Some(FrameSize::Differs) => true,
        Some(FrameSize::Same) => shape_distance(a_gray, b_gray) <= limits.reencoded.0 / TONES_ALONE,
    }
}

/// One minus the correlation of two pictures, in ten-thousandths: what is left of their distance when tones are made equal.
fn shape_distance(a: &Gray, b: &Gray) -> u16 {
    let mean = |gray: &Gray| gray.iter().map(|&g| f64::from(g)).sum::<f64>() / gray.len() as f64;
    let (a_mean, b_mean) = (mean(a), mean(b));
    let (mut aa, mut bb, mut ab) = (0.0, 0.0, 0.0);
    for (&a, &b) in a.iter().zip(b) {
        let (a, b) = (f64::from(a) - a_mean, f64::from(b) - b_mean);
        (aa, bb, ab) = (aa + a * a, bb + b * b, ab + a * b);
    }
    if aa <= 0.0 || bb <= 0.0 {
        return u16::MAX;
    }
    ((1.0 - ab / (aa * bb).sqrt()) * 10_000.0).round() as u16
}

/// Takes back a tie by edit between `x` and `y` where another frame than `y` is nearer to `x`: then it is an edit of that one.
pub(super) fn send_to_nearest(edits: Vec<(u32, u32)>, ties: &mut Vec<Tie>, series: &mut Vec<Tie>) {
    if edits.is_empty() {
        return;
    }
    let edits: HashSet<(u32, u32)> = edits.into_iter().collect();
    let mut fine: HashMap<(u32, u32), u16> = HashMap::new();
    let mut frames: HashMap<u32, Vec<u32>> = HashMap::new();
    for tie in ties.iter().filter(|tie| tie.basis == Basis::SameShot) {
        fine.insert((tie.a, tie.b), tie.fine);
        fine.insert((tie.b, tie.a), tie.fine);
    }
    for tie in series.iter() {
        frames.entry(tie.a).or_default().push(tie.b);
        frames.entry(tie.b).or_default().push(tie.a);
    }
    let nearer = |x: u32, y: u32, own: u16| {
        frames.get(&y).is_some_and(|others| others.iter().any(|&other| fine.get(&(x, other)).is_some_and(|&fine| fine < own)))
    };
    let astray =
        |tie: &Tie| edits.contains(&(tie.a, tie.b)) && (nearer(tie.a, tie.b, tie.fine) || nearer(tie.b, tie.a, tie.fine));
    let (gone, kept): (Vec<Tie>, Vec<Tie>) = ties.drain(..).partition(astray);
    *ties = kept;
    series.extend(gone.into_iter().map(|tie| Tie { basis: Basis::Series, ..tie }));
}
