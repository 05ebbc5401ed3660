//! The reduced gray picture that every format ends in, and the shrinker that makes it from rows of pixels.
//!
//! The cells are area means of luma (Rec. 601, 0 to 255). Absent on purpose: full-size pixels; rows are summed up
//! as they come and let go.

use super::rows::Rows;

/// Cells along the long side that a shrinker aims at: ample for 32, and the memory is nothing.
const LONG_SIDE: usize = 768;

/// A gray picture, small enough to be held, before orientation.
#[derive(Debug, Clone, PartialEq)]
pub struct Reduced {
    /// Cells in a row.
    pub width: usize,
    /// Rows of cells.
    pub height: usize,
    /// Luma of each cell, row by row.
    pub cells: Vec<f32>,
    /// How many cells the picture reaches across: the last column may lie in it only in part.
    pub across: f32,
    /// How many cells it reaches down.
    pub down: f32,
}

impl Reduced {
    /// A picture of whole cells; nothing when there are none or their number is wrong.
    #[must_use]
    pub fn new(width: usize, height: usize, cells: Vec<f32>) -> Option<Reduced> {
        let fits = width > 0 && height > 0 && width.checked_mul(height) == Some(cells.len());
        fits.then_some(Reduced { width, height, cells, across: width as f32, down: height as f32 })
    }

    /// The same cells, of which the last column and row are covered in part.
    #[must_use]
    pub fn with_extent(mut self, across: f32, down: f32) -> Option<Reduced> {
        let within = |extent: f32, cells: usize| extent > cells as f32 - 1.0 - f32::EPSILON && extent <= cells as f32;
        if within(across, self.width) && within(down, self.height) {
            (self.across, self.down) = (across, down);
        }
        Some(self)
    }
}

/// Sums rows of gray pixels into cells.
#[derive(Debug)]
pub struct Shrinker {
    width: usize,
    height: usize,
    /// Pixels along the side of a cell.
    side: usize,
    across: usize,
    sums: Vec<f32>,
    row: usize,
    done: Vec<f32>,
}

impl Shrinker {
    /// For a picture of this size, in pixels.
    #[must_use]
    pub fn new(width: u32, height: u32) -> Shrinker {
        let (width, height) = (width as usize, height as usize);
        let side = width.max(height).div_ceil(LONG_SIDE).max(1);
        let across = width.div_ceil(side);
        Shrinker { width, height, side, across, sums: vec![0.0; across], row: 0, done: Vec::new() }
    }

    /// Takes the next row; what exceeds the width or the height is passed over, what is missing counts as black.
    pub fn row(&mut self, luma: impl Iterator<Item = f32>) {
        if self.row >= self.height {
            return;
        }
        let (mut cell, mut left, mut sum) = (0, self.side, 0.0);
        for value in luma.take(self.width) {
            sum += value;
            left -= 1;
            if left == 0 {
                self.sums[cell] += sum;
                (cell, left, sum) = (cell + 1, self.side, 0.0);
            }
        }
        if let Some(last) = self.sums.get_mut(cell) {
            *last += sum;
        }
        self.row += 1;
        if self.row.is_multiple_of(self.side) || self.row == self.height {
            self.close();
        }
    }

    fn close(&mut self) {
        let rows = (self.row - 1) % self.side + 1;
        for (cell, sum) in self.sums.iter_mut().enumerate() {
            let columns = (self.width - cell * self.side).min(self.side);
            self.done.push(*sum / (rows * columns) as f32);
            *sum = 0.0;
        }
    }

    /// The reduced picture, of the rows that came; nothing when there were none.
    #[must_use]
    pub fn finish(mut self) -> Option<Reduced> {
        if self.row < self.height && !self.row.is_multiple_of(self.side) {
            self.close();
        }
        let (across, down) = (self.width as f32 / self.side as f32, self.row as f32 / self.side as f32);
        let height = self.done.len().checked_div(self.across)?;
        Reduced::new(self.across, height, self.done)?.with_extent(across, down)
    }
}

impl Rows for Shrinker {
    type Tone = f32;

    fn row(&mut self, luma: impl Iterator<Item = f32>) {
        Shrinker::row(self, luma);
    }
}

/// The gray of a pixel of 1 (gray), 2 (with alpha), 3 (RGB) or 4 (with alpha) samples of 8 bits.
///
/// What is transparent shows white: the paper that most viewers and messengers put below, in every format alike.
pub(crate) fn gray_of(pixel: &[u8]) -> f32 {
    let over_white = |gray: f32, alpha: u8| 255.0 + (gray - 255.0) * f32::from(alpha) / 255.0;
    match *pixel {
        [g] => f32::from(g),
        [g, a] => over_white(f32::from(g), a),
        [r, g, b] => luma(f32::from(r), f32::from(g), f32::from(b)),
        [r, g, b, a] => over_white(luma(f32::from(r), f32::from(g), f32::from(b)), a),
        _ => 0.0,
    }
}

/// Luma of Rec. 601, as JFIF defines Y.
pub(crate) fn luma(r: f32, g: f32, b: f32) -> f32 {
    0.299 * r + 0.587 * g + 0.114 * b
}
