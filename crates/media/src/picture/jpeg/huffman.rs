//! Huffman tables as the walk uses them: differences decoded for DC, whole runs of symbols skipped for AC.
//!
//! A look-up takes 13 bits at once. AC values are never needed, only how far they lead, so one entry of the AC table
//! swallows as many symbols as fit. Absent on purpose: AC coefficient values.

/// Bits of a table's index.
const LOOK: u32 = 13;
/// Bits that one AC look-up uses at most, so that three fit into the 57 bits of one load.
const MOST_USED: u32 = 19;
/// Added to an AC advance at the end of a block.
pub(super) const END_OF_BLOCK: u32 = 128;
/// The AC advance of what the table cannot tell: long codes and codes that do not exist.
const NOT_HERE: u32 = 256;

/// A Huffman table as a DHT segment defines it (ITU-T T.81, B.2.4.2), checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HuffmanSpec {
    /// Number of codes of each length, 1 to 16 bits.
    counts: [u8; 16],
    /// The symbols in order of their codes.
    symbols: Vec<u8>,
}

impl HuffmanSpec {
    /// Takes one table off the front of a DHT segment's payload; nothing when it is cut or no prefix code.
    pub(super) fn take(payload: &mut &[u8]) -> Option<HuffmanSpec> {
        let (counts, rest) = payload.split_first_chunk::<16>()?;
        let total: usize = counts.iter().map(|&n| usize::from(n)).sum();
        let (symbols, rest) = rest.split_at_checked(total)?;
        let mut room = 1i64;
        for &n in counts {
            room = room * 2 - i64::from(n);
            if room < 0 {
                return None;
            }
        }
        *payload = rest;
        (total <= 256).then(|| HuffmanSpec { counts: *counts, symbols: symbols.to_vec() })
    }

    /// The table's content as bytes, for the digest.
    pub(super) fn content(&self) -> Vec<u8> {
        [&self.counts[..], &self.symbols].concat()
    }

    #[cfg(test)]
    pub(super) fn parts(&self) -> (&[u8; 16], &[u8]) {
        (&self.counts, &self.symbols)
    }

    /// The symbol at the front of 16 bits, and the length of its code.
    fn symbol(&self, bits: u32) -> Option<(u8, u32)> {
        let (mut code, mut index) = (0u32, 0usize);
        for (length, &count) in (1u32..).zip(&self.counts) {
            let ahead = bits >> (16 - length);
            if ahead < code + u32::from(count) {
                let symbol = self.symbols.get(index + ahead.checked_sub(code)? as usize)?;
                return Some((*symbol, length));
            }
            index += usize::from(count);
            code = (code + u32::from(count)) << 1;
        }
        None
    }

    /// Symbol and code length for every 13-bit front; length 0 where the code is longer or none.
    fn fronts(&self) -> Vec<(u8, u8)> {
        let mut fronts = vec![(0, 0); 1 << LOOK];
        let (mut code, mut symbols) = (0usize, self.symbols.iter());
        for (length, &count) in (1u32..=LOOK).zip(&self.counts) {
            for &symbol in symbols.by_ref().take(usize::from(count)) {
                let first = code << (LOOK - length);
                fronts[first..first + (1 << (LOOK - length))].fill((symbol, length as u8));
                code += 1;
            }
            code <<= 1;
        }
        fronts
    }
}

/// Decodes DC differences.
pub(super) struct DcTable {
    spec: HuffmanSpec,
    /// Difference << 8 | bits used; 0 bits where more than 13 are needed.
    looks: Vec<i32>,
}

impl DcTable {
    pub(super) fn new(spec: &HuffmanSpec) -> DcTable {
        let mut looks = vec![0i32; 1 << LOOK];
        for ((bits, look), (size, length)) in (0u32..).zip(&mut looks).zip(spec.fronts()) {
            let used = u32::from(length) + u32::from(size);
            if length > 0 && used <= LOOK {
                let value = (bits >> (LOOK - used)) & ((1 << size) - 1);
                *look = (extend(value, u32::from(size)) << 8) | used as i32;
            }
        }
        DcTable { spec: spec.clone(), looks }
    }

    /// The difference at the front of 57 or more bits and the bits it takes; nothing for a code that does not exist.
    #[inline(always)]
    pub(super) fn difference(&self, ahead: u64) -> Option<(i32, u32)> {
        let look = self.looks[(ahead >> (64 - LOOK)) as usize];
        if look & 0xff != 0 { Some((look >> 8, (look & 0xff) as u32)) } else { self.long_difference(ahead) }
    }

    #[cold]
    fn long_difference(&self, ahead: u64) -> Option<(i32, u32)> {
        let (size, length) = self.spec.symbol((ahead >> 48) as u32)?;
        let size = u32::from(size);
        // 15 bits of difference are the most that 12-bit samples can need (T.81, table F.6).
        if size > 15 {
            return None;
        }
        let value = ((ahead << length) >> 1 >> (63 - size)) as u32;
        Some((extend(value, size), length + size))
    }
}

/// A value of `size` bits as the signed number it stands for (T.81, F.2.2.1).
fn extend(value: u32, size: u32) -> i32 {
    if size > 0 && value < 1 << (size - 1) { value as i32 - (1 << size) + 1 } else { value as i32 }
}

/// Skips AC coefficients.
pub(super) struct AcTable {
    spec: HuffmanSpec,
    /// Coefficients advanced << 5 | bits used.
    looks: Vec<u16>,
    /// Symbol and code length alone, for progressive scans.
    fronts: Vec<(u8, u8)>,
}

impl AcTable {
    pub(super) fn new(spec: &HuffmanSpec) -> AcTable {
        let fronts = spec.fronts();
        let looks = (0u32..1 << LOOK).map(|bits| swallow(bits, &fronts)).collect();
        AcTable { spec: spec.clone(), looks, fronts }
    }

    /// Coefficients advanced (with [`END_OF_BLOCK`] or more on top when that is not all) << 5 | bits used.
    #[inline(always)]
    pub(super) fn look(&self, ahead: u64) -> u32 {
        u32::from(self.looks[(ahead >> (64 - LOOK)) as usize])
    }

    /// One symbol alone: coefficients advanced and bits used.
    #[cold]
    pub(super) fn one(&self, ahead: u64) -> Option<(u32, u32)> {
        let (symbol, length) = self.spec.symbol((ahead >> 48) as u32)?;
        Some((advance(symbol), length + u32::from(symbol & 15)))
    }

    /// The plain symbol and the length of its code.
    #[inline]
    pub(super) fn symbol(&self, ahead: u64) -> Option<(u8, u32)> {
        match self.fronts[(ahead >> (64 - LOOK)) as usize] {
            (_, 0) => self.spec.symbol((ahead >> 48) as u32),
            (symbol, length) => Some((symbol, u32::from(length))),
        }
    }
}

/// How far a symbol of sequential coding leads: run and value, sixteen zeros, or the end of the block.
fn advance(symbol: u8) -> u32 {
    match symbol {
        0xf0 => 16,
        s if s & 15 == 0 => END_OF_BLOCK,
        s => u32::from(s >> 4) + 1,
    }
}

/// As many whole symbols from 13 bits as fit; the bits of the last value may lie beyond.
fn swallow(bits: u32, fronts: &[(u8, u8)]) -> u16 {
    let (mut used, mut advanced) = (0u32, 0u32);
    while used < LOOK && advanced < 63 {
        let (symbol, length) = fronts[((bits << used) & ((1 << LOOK) - 1)) as usize];
        let next = used + u32::from(length) + u32::from(symbol & 15);
        // The code itself must be seen whole; the zeros shifted in prove nothing.
        if length == 0 || used + u32::from(length) > LOOK || next > MOST_USED {
            break;
        }
        used = next;
        advanced += advance(symbol);
    }
    if used == 0 {
        advanced = NOT_HERE;
    }
    (advanced << 5 | used) as u16
}
