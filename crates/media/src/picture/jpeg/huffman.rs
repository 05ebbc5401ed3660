//! Huffman tables as the walk uses them: differences decoded for DC, whole runs of symbols skipped for AC.
//!
//! A look-up takes 13 bits at once. AC values are never needed, only how far they lead, so one look swallows as many
//! symbols as fit; the first of a block begins with the DC difference. Absent on purpose: AC coefficient values.

/// Bits of a table's index.
pub(super) const LOOK: u32 = 13;
/// Bits that one look uses at most, so that the third still sees 13 of the 57 bits of one load.
const MOST_USED: u32 = 22;
/// Added to an advance at the end of a block.
pub(super) const END_OF_BLOCK: u32 = 128;
/// The look of what the table cannot tell: long codes and codes that do not exist.
const NOT_HERE: u16 = 192 << 8;

/// What 13 bits tell: coefficients advanced (with [`END_OF_BLOCK`] on top when that is all) << 8 | bits used.
///
/// Summed up over a block from its DC coefficient on, a whole block gives 64, or 129 to 191 when it ends early; any
/// other sum of 64 or more means that the last look told nothing or swallowed symbols of the next block.
pub(super) type Looks = [u16; 1 << LOOK];

/// Whether a sum of advances that reached 64 is that of a whole block.
pub(super) fn is_whole(advanced: u32) -> bool {
    matches!(advanced, 64 | 129..=191)
}

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

/// Bits of a DC difference at most, which is what 12-bit samples can need (T.81, table F.6).
const MOST_SIZE: u8 = 15;

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

    /// The bits that a difference takes.
    #[cold]
    pub(super) fn one(&self, ahead: u64) -> Option<u32> {
        self.long_difference(ahead).map(|(_, used)| used)
    }

    /// Whether the two tables hold the same codes.
    pub(super) fn same_as(&self, other: &DcTable) -> bool {
        self.spec == other.spec
    }

    #[cold]
    fn long_difference(&self, ahead: u64) -> Option<(i32, u32)> {
        let (size, length) = self.spec.symbol((ahead >> 48) as u32)?;
        let size = u32::from(size);
        if size > u32::from(MOST_SIZE) {
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
    looks: Box<Looks>,
    /// For 0 to 13 bits, what can be swallowed of them; those of n bits begin at 2ⁿ.
    fewer: Vec<u16>,
    /// Symbol and code length alone, for progressive scans.
    fronts: Vec<(u8, u8)>,
}

impl AcTable {
    pub(super) fn new(spec: &HuffmanSpec) -> AcTable {
        let fronts = spec.fronts();
        let mut fewer = vec![0u16; 2 << LOOK];
        for bits in 1..=LOOK {
            for front in 0..1usize << bits {
                let (symbol, length) = fronts[front << (LOOK - bits)];
                let (length, size) = (u32::from(length), u32::from(symbol & 15));
                // The code itself must be seen whole; the bits of its value may lie beyond.
                if length > 0 && length <= bits {
                    fewer[(1 << bits) + front] = with_more(advance(symbol), length + size, front, bits, &fewer);
                }
            }
        }
        let looks = boxed(fewer[1 << LOOK..].iter().map(|&look| if look == 0 { NOT_HERE } else { look }));
        AcTable { spec: spec.clone(), looks, fewer, fronts }
    }

    pub(super) fn looks(&self) -> &Looks {
        &self.looks
    }

    /// The first looks of blocks with these two tables.
    pub(super) fn first_looks(&self, dc: &DcTable) -> Box<Looks> {
        boxed((0usize..).zip(dc.spec.fronts()).map(|(front, (size, length))| {
            let used = u32::from(length) + u32::from(size);
            let told = if length > 0 && size <= MOST_SIZE { with_more(1, used, front, LOOK, &self.fewer) } else { 0 };
            if told == 0 { NOT_HERE } else { told }
        }))
    }

    /// Coefficients advanced << 8 | bits used.
    #[inline(always)]
    pub(super) fn look(&self, ahead: u64) -> u32 {
        u32::from(self.looks[(ahead >> (64 - LOOK)) as usize])
    }

    /// Whether the two tables hold the same codes.
    pub(super) fn same_as(&self, other: &AcTable) -> bool {
        self.spec == other.spec
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

/// The look that begins with one symbol and goes on with what can be swallowed of the bits behind it; 0 if it uses too many.
fn with_more(advanced: u32, used: u32, front: usize, bits: u32, fewer: &[u16]) -> u16 {
    if used > MOST_USED {
        return 0;
    }
    let more = match bits.checked_sub(used) {
        Some(left @ 1..) if advanced < END_OF_BLOCK => u32::from(fewer[(1 << left) + (front & ((1 << left) - 1))]),
        _ => 0,
    };
    let (further, also) = (more >> 8, more & 0xff);
    let fits = used + also <= MOST_USED && advanced + further % END_OF_BLOCK < 64;
    let (advanced, used) = if fits { (advanced + further, used + also) } else { (advanced, used) };
    (advanced << 8 | used) as u16
}

fn boxed(looks: impl Iterator<Item = u16>) -> Box<Looks> {
    let mut table = vec![NOT_HERE; 1 << LOOK];
    table.iter_mut().zip(looks).for_each(|(to, look)| *to = look);
    table.try_into().unwrap_or_else(|_| Box::new([NOT_HERE; 1 << LOOK]))
}
