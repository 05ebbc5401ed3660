//! First AC scans of progressive coding, walked for their integrity alone (T.81, G.1.2.2).
//!
//! Absent on purpose: coefficients, and refinement scans, which would need all that was decoded before.

use super::{bits::Bits, huffman::AcTable, scan::Walked};

/// Walks one scan of one component's band.
pub(super) fn skip_band(data: &[u8], blocks: (u32, u32), band: (u8, u8), ac: &AcTable, restart: u32) -> Walked {
    let all = u64::from(blocks.0) * u64::from(blocks.1);
    let mut walked = Walked { all, ..Walked::default() };
    let mut bits = Bits::new(data);
    let (mut run, mut number) = (0u64, 0u8);
    let told = |block: u64, what: &str| format!("{what} in block row {} of {}", block / u64::from(blocks.0) + 1, blocks.1);
    let mut block = 0;
    while block < all {
        if restart > 0 && block > 0 && block.is_multiple_of(u64::from(restart)) {
            if bits.restart() != Some(number) {
                walked.fault(|| told(block, "a restart marker is missing"));
                return walked;
            }
            (number, run) = ((number + 1) % 8, 0);
        }
        let stop = if restart == 0 { all } else { all.min((block / u64::from(restart) + 1) * u64::from(restart)) };
        if run > 0 {
            let skipped = run.min(stop - block);
            (block, run) = (block + skipped, run - skipped);
        } else {
            match ready_band(&mut bits, band, ac) {
                Ok(end_of_band) => (block, run) = (block + 1, end_of_band),
                Err(what) => {
                    walked.fault(|| told(block, what));
                    return walked;
                }
            }
        }
        walked.decoded = block;
    }
    if bits.overrun() {
        walked.fault(|| "data ends early in the last block".to_owned());
    }
    let (left, padding) = bits.left_over();
    let left = left + bits.unread();
    if left > 2 && !(padding && bits.unread() == 0) {
        walked.fault(|| format!("{left} surplus bytes behind the last block"));
    }
    walked
}

/// Skips one block's band; tells for how many blocks more there is nothing.
fn ready_band(bits: &mut Bits, band: (u8, u8), ac: &AcTable) -> Result<u64, &'static str> {
    if !bits.ready() {
        return Err("data ends early");
    }
    let (mut k, to) = (u32::from(band.0), u32::from(band.1));
    while k <= to {
        let ahead = bits.ahead(bits.at);
        let (symbol, length) = ac.symbol(ahead).ok_or("bad code")?;
        let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
        bits.at += length as usize;
        match (run, size) {
            (15, 0) => k += 16,
            (_, 0) => {
                bits.at += run as usize;
                let more = (ahead << length) >> 1 >> (63 - run);
                return Ok((1 << run) - 1 + more);
            }
            _ => {
                k += run + 1;
                bits.at += size as usize;
            }
        }
    }
    if k == to + 1 { Ok(0) } else { Err("a band of too many coefficients") }
}
