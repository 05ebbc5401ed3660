//! A plane of DC coefficients, one cell per 8×8 block, pooled when the declared picture is enormous.
//!
//! Memory stays below 8 MB per plane whatever the dimensions. Refinement bits of progressive scans are added to
//! what is there, which pooling does not disturb because both are sums.

/// Cells kept at most; a 128-megapixel picture still gets a cell for every block.
const MOST_CELLS: u64 = 2 << 20;

/// DC coefficients of one component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Plane {
    /// Blocks in a row and rows of blocks, those outside the picture left out.
    blocks: (u32, u32),
    /// Blocks along the side of one cell, as a power of two.
    pool: u32,
    /// Cells in a row.
    pub(super) width: u32,
    /// Rows of cells.
    pub(super) height: u32,
    sums: Vec<i32>,
}

impl Plane {
    pub(super) fn new(across: u32, down: u32) -> Plane {
        let cells = |pool: u32| (across.div_ceil(1 << pool), down.div_ceil(1 << pool));
        let pool = (0..16)
            .find(|&pool| {
                let (w, h) = cells(pool);
                u64::from(w) * u64::from(h) <= MOST_CELLS
            })
            .unwrap_or(16);
        let (width, height) = cells(pool);
        Plane { blocks: (across, down), pool, width, height, sums: vec![0; width as usize * height as usize] }
    }

    /// Adds to the coefficient of one block; blocks outside the picture are passed over.
    #[inline(always)]
    pub(super) fn add(&mut self, x: u32, y: u32, dc: i32) {
        if x < self.blocks.0 && y < self.blocks.1 {
            let cell = (y >> self.pool) as usize * self.width as usize + (x >> self.pool) as usize;
            self.sums[cell] = self.sums[cell].wrapping_add(dc);
        }
    }

    /// Adds the mean sample of each cell of a row, 0 to 255, as libjpeg's 1×1 inverse DCT gives it: rounded to whole grays.
    pub(super) fn row(&self, y: u32, quant: i32, precision: u8, to: &mut Vec<f32>) {
        let level = 128 << (precision - 8);
        let most = (256 << (precision - 8)) - 1;
        let scale = 1.0 / (1 << (precision - 8)) as f32;
        let sample = |mean: i32| (((mean + 4) >> 3) + level).clamp(0, most) as f32 * scale;
        let sums = self.sums.chunks_exact(self.width.max(1) as usize).nth(y as usize).unwrap_or_default();
        if self.pool == 0 {
            // Sums beyond 2¹⁵ give black or white whatever the quantiser, which has at most 16 bits.
            to.extend(sums.iter().map(|sum| sample((*sum).clamp(-32_767, 32_767) * quant)));
            return;
        }
        let covered = |at: u32, all: u32| i64::from((all - (at << self.pool)).min(1 << self.pool));
        to.extend((0u32..).zip(sums).map(|(x, sum)| {
            let count = (covered(x, self.blocks.0) * covered(y, self.blocks.1)).max(1);
            let mean = (i64::from(*sum) * i64::from(quant)).div_euclid(count);
            sample(mean.clamp(-(1 << 30), 1 << 30) as i32)
        }));
    }

    /// Samples along the side of one cell.
    pub(super) fn cell_side(&self) -> f32 {
        (8u32 << self.pool) as f32
    }
}
