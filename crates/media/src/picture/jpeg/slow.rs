//! A walk over one sequential scan that is slow and plain: bit by bit, symbol by symbol, as T.81 tells it.
//!
//! The measure of the fast walk in tests. Absent on purpose: windows, tables of many bits, anything clever.

use super::{
    frame::{Coding, Frame},
    huffman::HuffmanSpec,
    plane::Plane,
    scan::{ScanHeader, Walked},
};

/// Tables as DHT segments define them.
pub(super) struct Specs<'t> {
    pub(super) dc: [Option<&'t HuffmanSpec>; 4],
    pub(super) ac: [Option<&'t HuffmanSpec>; 4],
}

/// The entropy-coded bytes between two restart markers.
struct Piece {
    /// Without stuffed bytes.
    bytes: Vec<u8>,
    /// The number of the restart marker behind it.
    marker: Option<u8>,
    /// Bytes of the scan from the end of these on.
    behind: usize,
}

fn pieces(scan: &[u8]) -> Vec<Piece> {
    let (mut pieces, mut bytes, mut at) = (Vec::new(), Vec::new(), 0);
    while at < scan.len() {
        match (scan[at], scan.get(at + 1)) {
            (0xff, Some(0)) => {
                bytes.push(0xff);
                at += 2;
            }
            (0xff, Some(0xff)) => at += 1,
            (0xff, Some(&marker @ 0xd0..=0xd7)) => {
                pieces.push(Piece { bytes: std::mem::take(&mut bytes), marker: Some(marker & 7), behind: scan.len() - at });
                at += 2;
            }
            (0xff, _) => break,
            (byte, _) => {
                bytes.push(byte);
                at += 1;
            }
        }
    }
    pieces.push(Piece { bytes, marker: None, behind: scan.len() - at });
    pieces
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    /// One bit; zeros without end behind the last.
    fn bit(&mut self) -> u32 {
        let byte = self.bytes.get(self.at / 8).copied().unwrap_or(0);
        let bit = byte >> (7 - self.at % 8) & 1;
        self.at += 1;
        u32::from(bit)
    }

    fn bits(&mut self, count: u8) -> u32 {
        (0..count).fold(0, |value, _| value << 1 | self.bit())
    }

    fn symbol(&mut self, spec: &HuffmanSpec) -> Option<u8> {
        let (counts, symbols) = spec.parts();
        let (mut code, mut first, mut index) = (0, 0, 0);
        for &count in counts {
            code = code << 1 | self.bit();
            first <<= 1;
            if code < first + u32::from(count) {
                return symbols.get(index + (code - first) as usize).copied();
            }
            first += u32::from(count);
            index += usize::from(count);
        }
        None
    }

    fn overrun(&self) -> bool {
        self.at > self.bytes.len() * 8
    }
}

/// Walks a sequential scan, or a scan of DC coefficients of a progressive picture.
pub(super) fn walk(data: &[u8], frame: &Frame, header: &ScanHeader, specs: &Specs, restart: u32, planes: &mut [Plane]) -> Walked {
    let progressive = frame.coding == Coding::Progressive;
    let one = header.components.len() == 1;
    let (across, down) = if one {
        frame.blocks(&frame.components[header.components[0].0])
    } else {
        (frame.width.div_ceil(8 * frame.h_most), frame.height.div_ceil(8 * frame.v_most))
    };
    let all = u64::from(across) * u64::from(down);
    let interval = if restart == 0 { all } else { u64::from(restart) };
    let mut walked = Walked { all, ..Walked::default() };
    let row = |mcu: u64| mcu / u64::from(across);
    let (mut mcu, mut number) = (0, 0);
    for piece in pieces(data) {
        let until = all.min(mcu + interval);
        let mut reader = Reader { bytes: &piece.bytes, at: 0 };
        let mut predictions = [0i32; 4];
        let mut reached = mcu;
        let mut fault = None;
        'mcus: while reached < until {
            if reader.overrun() {
                (reached, fault) = (reached.saturating_sub(1).max(mcu), Some("data ends early"));
                break;
            }
            let (x, y) = ((reached % u64::from(across)) as u32, row(reached) as u32);
            for (order, &(index, dc, ac)) in header.components.iter().enumerate() {
                let c = &frame.components[index];
                let (h, v) = if one { (1, 1) } else { (c.h, c.v) };
                for (bx, by) in (0..v).flat_map(|by| (0..h).map(move |bx| (bx, by))) {
                    // Where the block, or its AC part, began tells whether data was there at all.
                    let begin = reader.at;
                    let value = if progressive && header.high > 0 {
                        Some(reader.bit() as i32)
                    } else {
                        difference(&mut reader, specs.dc[dc].unwrap()).map(|difference| {
                            predictions[order] = predictions[order].wrapping_add(difference);
                            predictions[order]
                        })
                    };
                    let Some(value) = value else {
                        fault = Some(if begin > piece.bytes.len() * 8 { "data ends early" } else { "bad code" });
                        break 'mcus;
                    };
                    let begin = reader.at;
                    if !progressive && let Err(what) = coefficients(&mut reader, specs.ac[ac].unwrap()) {
                        fault = Some(if begin > piece.bytes.len() * 8 { "data ends early" } else { what });
                        break 'mcus;
                    }
                    if let Some(plane) = planes.get_mut(index) {
                        plane.add(x * h + bx, y * v + by, value << if progressive { header.low } else { 0 });
                    }
                }
            }
            reached += 1;
        }
        if fault.is_none() && reader.overrun() {
            (reached, fault) = (until - 1, Some("data ends early"));
        }
        walked.decoded += reached - mcu;
        if let Some(what) = fault {
            walked.fault(|| format!("{what} in MCU row {} of {down}", row(reached) + 1));
        }
        if reached == until {
            let left = &piece.bytes[reader.at.div_ceil(8).min(piece.bytes.len())..];
            let padding = left.iter().all(|&b| b == 0) || left.iter().all(|&b| b == 0xff);
            let (count, padding) =
                if until == all { (left.len() + piece.behind, padding && piece.behind == 0) } else { (left.len(), false) };
            if count > 2 && !padding {
                walked.fault(|| format!("{count} surplus bytes behind MCU {until} of {all}"));
            }
        }
        if until == all {
            return walked;
        }
        let Some(found) = piece.marker else {
            walked.fault(|| format!("restart markers end in MCU row {} of {down}", row(until)));
            return walked;
        };
        let missing = (u64::from(found) + 8 - number % 8) % 8;
        if missing > 0 {
            walked.fault(|| format!("{missing} missing segments in MCU row {}", row(until)));
        }
        number += missing + 1;
        mcu = until + missing * interval;
        if mcu >= all {
            return walked;
        }
    }
    walked
}

fn difference(reader: &mut Reader, spec: &HuffmanSpec) -> Option<i32> {
    let size = reader.symbol(spec).filter(|&size| size <= 15)?;
    let value = reader.bits(size) as i32;
    Some(if size > 0 && value < 1 << (size - 1) { value - (1 << size) + 1 } else { value })
}

fn coefficients(reader: &mut Reader, spec: &HuffmanSpec) -> Result<(), &'static str> {
    let mut k = 1;
    while k < 64 {
        let symbol = reader.symbol(spec).ok_or("bad code")?;
        match (symbol >> 4, symbol & 15) {
            (15, 0) => k += 16,
            (_, 0) => return Ok(()),
            (run, size) => {
                k += u32::from(run) + 1;
                reader.bits(size);
            }
        }
    }
    if k == 64 { Ok(()) } else { Err("a block of more than 64 coefficients") }
}
