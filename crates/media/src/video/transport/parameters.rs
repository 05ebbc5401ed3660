//! The sequence parameter set of H.264, as far as it tells the size of the picture (ITU-T H.264, 7.3.2.1.1).
//!
//! Absent on purpose: HEVC, which transport streams of cameras do not carry.

use lightproof_model::probe::Dimensions;

/// Width and height from the first parameter set in a byte stream.
pub(super) fn dimensions(stream: &[u8]) -> Option<Dimensions> {
    memchr::memmem::find_iter(stream, b"\0\0\x01").find_map(|at| {
        let unit = stream.get(at + 3..)?;
        // Type 7, and within the first few hundred bytes all that is wanted.
        (unit.first()? & 0x1F == 7).then(|| size(&unescaped(unit.get(1..unit.len().min(512))?))).flatten()
    })
}

/// Without the bytes that keep start codes from occurring by chance.
fn unescaped(unit: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(unit.len());
    for (k, &b) in unit.iter().enumerate() {
        if !(b == 3 && k >= 2 && unit[k - 2..k] == [0, 0]) {
            plain.push(b);
        }
    }
    plain
}

struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn bit(&mut self) -> Option<u32> {
        let byte = self.bytes.get(self.at / 8)?;
        let bit = byte >> (7 - self.at % 8) & 1;
        self.at += 1;
        Some(bit.into())
    }

    fn bits(&mut self, n: u32) -> Option<u32> {
        (0..n).try_fold(0, |value, _| Some(value << 1 | self.bit()?))
    }

    /// An Exp-Golomb number.
    fn golomb(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while self.bit()? == 0 {
            zeros += 1;
            if zeros > 30 {
                return None;
            }
        }
        Some((1 << zeros) - 1 + self.bits(zeros)?)
    }
}

fn size(set: &[u8]) -> Option<Dimensions> {
    let mut bits = Bits { bytes: set, at: 0 };
    let profile = bits.bits(8)?;
    bits.bits(16)?;
    bits.golomb()?;
    let mut chroma = 1;
    if matches!(profile, 100 | 110 | 122 | 244 | 44 | 83 | 86 | 118 | 128 | 138 | 139 | 134) {
        chroma = bits.golomb()?;
        if chroma == 3 {
            bits.bit()?;
        }
        bits.golomb()?;
        bits.golomb()?;
        bits.bit()?;
        if bits.bit()? == 1 {
            for list in 0..if chroma == 3 { 12 } else { 8 } {
                if bits.bit()? == 1 {
                    scaling_list(&mut bits, if list < 6 { 16 } else { 64 })?;
                }
            }
        }
    }
    bits.golomb()?;
    match bits.golomb()? {
        0 => {
            bits.golomb()?;
        }
        1 => {
            bits.bit()?;
            bits.golomb()?;
            bits.golomb()?;
            for _ in 0..bits.golomb()?.min(255) {
                bits.golomb()?;
            }
        }
        _ => {}
    }
    bits.golomb()?;
    bits.bit()?;
    let (across, down) = (bits.golomb()?.checked_add(1)?, bits.golomb()?.checked_add(1)?);
    let frames_only = bits.bit()?;
    if frames_only == 0 {
        bits.bit()?;
    }
    bits.bit()?;
    let fields = 2 - frames_only;
    let (mut cut_across, mut cut_down) = (0, 0);
    if bits.bit()? == 1 {
        let (left, right, top, bottom) = (bits.golomb()?, bits.golomb()?, bits.golomb()?, bits.golomb()?);
        let unit = (if matches!(chroma, 1 | 2) { 2 } else { 1 }, fields * if chroma == 1 { 2 } else { 1 });
        cut_across = left.checked_add(right)?.checked_mul(unit.0)?;
        cut_down = top.checked_add(bottom)?.checked_mul(unit.1)?;
    }
    let width = across.checked_mul(16)?.checked_sub(cut_across).filter(|&n| n > 0 && n <= 1 << 16)?;
    let height = down.checked_mul(16)?.checked_mul(fields)?.checked_sub(cut_down).filter(|&n| n > 0 && n <= 1 << 16)?;
    Some(Dimensions { width, height })
}

fn scaling_list(bits: &mut Bits<'_>, length: u32) -> Option<()> {
    let (mut last, mut next) = (8i64, 8i64);
    for _ in 0..length {
        if next != 0 {
            let code = i64::from(bits.golomb()?);
            // Signed: 1, −1, 2, −2, …
            let delta = if code % 2 == 1 { (code + 1) / 2 } else { -(code / 2) };
            next = (last + delta + 256).rem_euclid(256);
        }
        if next != 0 {
            last = next;
        }
    }
    Some(())
}
