//! The fingerprint of a reduced gray picture: borders trimmed, 32×32 area means, orientation, hash.
//!
//! The same path for every format. Borders are trimmed and cells weighted by the part they cover, in ways that do not
//! know left from right or up from down, so the orientation can be applied to the 32×32 result.
//! Absent on purpose: distances (`model`).

use lightproof_model::fingerprint::{Fingerprint, GRAY_SIDE, Gray, Turn, hash_of, telling_coefficients, turned_gray};

use super::gray::Reduced;

/// Why a picture has no fingerprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoFingerprint {
    /// A blank page, a black frame, a plain gradient.
    #[error("too little structure: nearly all of it is one tone")]
    TooLittleStructure,
}

/// Takes the fingerprint of a picture whose EXIF orientation is as given.
///
/// # Errors
/// [`NoFingerprint`] when the picture shows too little to be told from others.
pub fn take(reduced: &Reduced, orientation: Option<u16>) -> Result<Fingerprint, NoFingerprint> {
    let gray = turned_gray(&small(reduced), orientation.and_then(Turn::from_orientation).unwrap_or(Turn::Upright));
    if !has_structure(&gray) {
        return Err(NoFingerprint::TooLittleStructure);
    }
    Ok(Fingerprint { hash: hash_of(&gray), gray: Box::new(gray) })
}

/// Whether enough of the hash's signs are more than chance.
pub(crate) fn has_structure(gray: &Gray) -> bool {
    telling_coefficients(gray) >= TELLING
}

/// Coefficients that must stand out of the noise.
const TELLING: usize = 32;

/// 32×32 area means of what lies within the borders.
fn small(reduced: &Reduced) -> Gray {
    let mut out = [0u8; GRAY_SIDE * GRAY_SIDE];
    for (cell, mean) in out.iter_mut().zip(means(reduced, borders(reduced), GRAY_SIDE)) {
        *cell = mean.round().clamp(0.0, 255.0) as u8;
    }
    out
}

/// Where a picture within its borders begins and ends, in cells.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Borders {
    pub(crate) across: (f32, f32),
    pub(crate) down: (f32, f32),
}

/// What lies within the borders of a picture.
pub(crate) fn borders(reduced: &Reduced) -> Borders {
    let (left, right) = trimmed(reduced.width, |i| column(reduced, i));
    let (top, bottom) = trimmed(reduced.height, |i| row(reduced, i));
    Borders { across: (left, right.min(reduced.across)), down: (top, bottom.min(reduced.down)) }
}

/// `side` × `side` area means of what lies within these borders, row by row.
pub(crate) fn means(reduced: &Reduced, within: Borders, side: usize) -> impl Iterator<Item = f32> {
    let across = shares(within.across, reduced.width, side);
    let down = shares(within.down, reduced.height, side);
    let mut lines = vec![0f32; reduced.height * side];
    for (line, cells) in lines.chunks_exact_mut(side).zip(reduced.cells.chunks_exact(reduced.width)) {
        for (sum, (first, weights)) in line.iter_mut().zip(&across) {
            *sum = cells[*first..].iter().zip(weights).map(|(c, w)| c * w).sum();
        }
    }
    down.into_iter().flat_map(move |(first, weights)| {
        let mean = |x: usize| lines[first * side..].chunks_exact(side).zip(&weights).map(|(line, w)| line[x] * w).sum();
        (0..side).map(mean).collect::<Vec<f32>>()
    })
}

/// For each of `parts` equal parts of a stretch: the first cell it covers, and the weights of the cells from there.
fn shares((from, to): (f32, f32), cells: usize, parts: usize) -> Vec<(usize, Vec<f32>)> {
    let part = (to - from) / parts as f32;
    (0..parts)
        .map(|i| {
            let (a, b) = (from + part * i as f32, from + part * (i + 1) as f32);
            let first = (a as usize).min(cells - 1);
            let last = (b.ceil() as usize).clamp(first + 1, cells);
            let covered = |cell: usize| (b.min(cell as f32 + 1.0) - a.max(cell as f32)).max(0.0);
            let total: f32 = (first..last).map(covered).sum();
            let weights = (first..last).map(|c| if total > 0.0 { covered(c) / total } else { 1.0 / (last - first) as f32 });
            (first, weights.collect())
        })
        .collect()
}

/// Parts of a line of cells, each known by its mean: noise and thin strokes make no line stray, whatever the picture's size.
const PARTS: usize = 32;

/// What a line of cells shows.
#[derive(Debug, Clone, Copy)]
struct Line {
    parts: [f32; PARTS],
    mean: f32,
}

impl Line {
    fn of(cells: usize, cell: impl Fn(usize) -> f32) -> Line {
        let parts: [f32; PARTS] = std::array::from_fn(|part| {
            let from = part * cells / PARTS;
            let to = ((part + 1) * cells / PARTS).max(from + 1);
            (from..to).map(&cell).sum::<f32>() / (to - from) as f32
        });
        Line { parts, mean: parts.iter().sum::<f32>() / PARTS as f32 }
    }

    /// How far its lightest part is from its darkest.
    fn range(&self) -> f32 {
        let (low, high) = self.parts.iter().fold((f32::MAX, f32::MIN), |(low, high), &part| (low.min(part), high.max(part)));
        high - low
    }

    /// How many of its parts are clearly lighter or darker than this.
    fn parts_other_than(&self, gray: f32) -> usize {
        self.parts.iter().filter(|&&part| (part - gray).abs() >= EDGE / 2.0).count()
    }
}

fn row(reduced: &Reduced, y: usize) -> Line {
    Line::of(reduced.width, |x| reduced.cells[y * reduced.width + x])
}

fn column(reduced: &Reduced, x: usize) -> Line {
    Line::of(reduced.height, |y| reduced.cells[y * reduced.width + x])
}

/// How far the gray of a border may stray, in grays: a drawn one strays by what encoding does; a wall, a sky and paper stray more.
const BORDER_TOLERANCE: f32 = 3.0;
/// How much more than the border the picture within strays, or how much lighter or darker it is, in grays.
const EDGE: f32 = 32.0;
/// The widest border that is trimmed on one side.
const BORDER_SHARE: f32 = 0.2;

/// Where the picture within its borders begins and ends, along one axis, in cells.
fn trimmed(cells: usize, line_at: impl Fn(usize) -> Line) -> (f32, f32) {
    let most = (cells as f32 * BORDER_SHARE) as usize;
    let outer = |first: Line, at: &dyn Fn(usize) -> usize| {
        (0..most)
            .take_while(|&i| {
                let line = line_at(at(i));
                line.range() <= 2.0 * BORDER_TOLERANCE && (line.mean - first.mean).abs() <= BORDER_TOLERANCE
            })
            .count()
    };
    // What was added as a border ends at an edge, and at once along most of it. A sky that only fades, or a wall before which
    // something stands, ends nowhere: where the tolerance would cut it is a matter of noise, and a smaller copy would be cut elsewhere.
    let at_an_edge = |lines: usize, at: &dyn Fn(usize) -> usize| {
        if lines == 0 || lines == most {
            return 0;
        }
        let (border, inside) = (line_at(at(lines - 1)), line_at(at((lines + cells.div_ceil(64)).min(cells - 1))));
        let wider = inside.range() - border.range();
        let along = inside.parts_other_than(border.mean) >= PARTS / 2;
        if along && wider.max((inside.mean - border.mean).abs()) >= EDGE { lines } else { 0 }
    };
    let (ahead, back) = (|i| i, |i| cells - 1 - i);
    let start = at_an_edge(outer(line_at(0), &ahead), &ahead);
    let end = at_an_edge(outer(line_at(cells - 1), &back), &back);
    (start as f32, (cells - end) as f32)
}
