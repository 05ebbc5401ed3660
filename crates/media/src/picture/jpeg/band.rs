//! AC scans of progressive coding, walked for their integrity alone (T.81, G.1.2.2 and G.1.2.3).
//!
//! A refinement scan can only be read by who knows which coefficients are not zero yet, so one bit of each is kept
//! (`History`), within a budget that a picture of 170 megapixels fits; beyond it refinements are passed over.
//! Absent on purpose: the values of coefficients.

use super::{bits::Bits, huffman::AcTable, scan::Walked};

/// Bytes that the histories of all components may take together.
const BUDGET: usize = 32 << 20;

/// Which coefficients of each block are not zero yet: bit `k` of a block's word, in zigzag order.
#[derive(Default)]
pub(super) struct History {
    blocks: Vec<Option<Vec<u64>>>,
    taken: usize,
}

impl History {
    /// The words of one component's blocks; nothing when they do not fit into the budget.
    fn of(&mut self, component: usize, blocks: u64) -> Option<&mut Vec<u64>> {
        if self.blocks.len() <= component {
            self.blocks.resize_with(component + 1, || None);
        }
        let kept = &mut self.blocks[component];
        if kept.is_none() {
            let count = usize::try_from(blocks).unwrap_or(usize::MAX);
            let bytes = count.saturating_mul(8);
            if bytes > BUDGET.saturating_sub(self.taken) {
                return None;
            }
            self.taken += bytes;
            *kept = Some(vec![0; count]);
        }
        kept.as_mut()
    }
}

/// What a scan of AC coefficients is about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Band {
    /// Index of the component in the frame.
    pub(super) component: usize,
    /// Blocks across and down.
    pub(super) blocks: (u32, u32),
    /// First and last coefficient.
    pub(super) range: (u8, u8),
    /// Whether it refines what earlier scans brought.
    pub(super) refines: bool,
    /// Blocks between restart markers; 0 for none.
    pub(super) restart: u32,
}

/// Walks one scan of one component's band.
pub(super) fn walk_band(data: &[u8], band: Band, ac: &AcTable, history: &mut History) -> Walked {
    let all = u64::from(band.blocks.0) * u64::from(band.blocks.1);
    let mut walked = Walked { all, ..Walked::default() };
    let mut kept = history.of(band.component, all);
    if band.refines && kept.is_none() {
        return Walked { decoded: all, ..walked };
    }
    let mut bits = Bits::new(data);
    let (mut run, mut number) = (0u64, 0u8);
    let told = |block: u64, what: &str| {
        let row = block / u64::from(band.blocks.0) + 1;
        format!("{what} in block row {row} of {}, coefficients {} to {}", band.blocks.1, band.range.0, band.range.1)
    };
    let mut block = 0;
    while block < all {
        if band.restart > 0 && block > 0 && block.is_multiple_of(u64::from(band.restart)) {
            let (left, _) = bits.left_over();
            if left > 2 {
                walked.fault(|| told(block, &format!("{left} surplus bytes before a restart marker")));
            }
            if bits.restart() != Some(number) {
                walked.fault(|| told(block, "a restart marker is missing"));
                return walked;
            }
            (number, run) = ((number + 1) % 8, 0);
        }
        if !bits.ready() {
            walked.fault(|| told(block, "data ends early"));
            return walked;
        }
        let word = kept.as_mut().and_then(|words| words.get_mut(block as usize));
        let walk = if band.refines { refine_block } else { first_block };
        let mut unkept = 0;
        match walk(&mut bits, band.range, ac, word.unwrap_or(&mut unkept), run) {
            Ok(left) => (block, run) = (block + 1, left),
            Err(what) => {
                walked.fault(|| told(block, if bits.overrun() { "data ends early" } else { what }));
                return walked;
            }
        }
        walked.decoded = block;
    }
    if bits.overrun() {
        walked.fault(|| told(all - 1, "data ends early"));
    }
    if run > 0 {
        walked.fault(|| told(all - 1, "a run of blocks that leads out of the picture"));
    }
    let (left, padding) = bits.left_over();
    let left = left + bits.unread();
    if left > 2 && !(padding && bits.unread() == 0) {
        walked.fault(|| told(all - 1, &format!("{left} surplus bytes behind the last block")));
    }
    walked
}

/// How many blocks, this one included, an end-of-band symbol stands for.
fn end_of_band(bits: &mut Bits, run: u32) -> u64 {
    let more = bits.ahead(bits.at) >> 1 >> (63 - run);
    bits.at += run as usize;
    (1 << run) + more
}

/// A block of a first scan; takes and gives for how many blocks there is nothing more.
fn first_block(bits: &mut Bits, range: (u8, u8), ac: &AcTable, word: &mut u64, run: u64) -> Result<u64, &'static str> {
    if run > 0 {
        return Ok(run - 1);
    }
    let (mut k, to) = (u32::from(range.0), u32::from(range.1));
    while k <= to {
        let (symbol, length) = ac.symbol(bits.ahead(bits.at)).ok_or("bad code")?;
        let (zeros, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
        bits.at += length as usize;
        match (zeros, size) {
            (15, 0) => k += 16,
            (_, 0) => return Ok(end_of_band(bits, zeros) - 1),
            _ => {
                k += zeros;
                *word |= 1 << (k & 63);
                k += 1;
                bits.at += size as usize;
            }
        }
    }
    if k == to + 1 { Ok(0) } else { Err("a band of too many coefficients") }
}

/// A block of a refinement scan; takes and gives for how many blocks there are but corrections.
fn refine_block(bits: &mut Bits, range: (u8, u8), ac: &AcTable, word: &mut u64, run: u64) -> Result<u64, &'static str> {
    let (mut k, to) = (u32::from(range.0), u32::from(range.1));
    let mut run = run;
    while run == 0 && k <= to {
        let (symbol, length) = ac.symbol(bits.ahead(bits.at)).ok_or("bad code")?;
        let (mut zeros, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
        bits.at += length as usize;
        match (zeros, size) {
            (0..15, 0) => {
                run = end_of_band(bits, zeros);
                break;
            }
            (_, 0) => {}
            (_, 1) => bits.at += 1,
            _ => return Err("bad code"),
        }
        // Each coefficient on the way that is not zero takes a bit of correction.
        while k <= to {
            if *word >> k & 1 == 1 {
                bits.at += 1;
            } else if zeros == 0 {
                break;
            } else {
                zeros -= 1;
            }
            k += 1;
        }
        if size == 1 {
            if k > to {
                return Err("a band of too many coefficients");
            }
            *word |= 1 << k;
        }
        k += 1;
    }
    if run == 0 {
        return Ok(0);
    }
    // Here `k` is not beyond the band's end.
    let rest = (*word >> k) & (u64::MAX >> (63 - to.saturating_sub(k)));
    bits.at += rest.count_ones() as usize;
    Ok(run - 1)
}
