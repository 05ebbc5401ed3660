//! One scan of a JPEG, walked: DC coefficients kept, AC coefficients skipped.
//!
//! A broken interval costs what lies between two restart markers, and no more. Absent on purpose: the decision what
//! damage means for the picture (`jpeg`).

use super::{
    bits::Bits,
    frame::{Coding, Frame},
    huffman::{AcTable, DcTable, END_OF_BLOCK, is_whole},
    lanes::Cycle,
    plane::Plane,
    relay::Relay,
};

/// A scan of fewer bytes is not worth the tables that several walks at once take.
const WORTH_DIVIDING: usize = 24 << 10;

/// The header of a scan (T.81, B.2.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ScanHeader {
    /// Index of the frame's component, DC table, AC table.
    pub(super) components: Vec<(usize, usize, usize)>,
    pub(super) from: u8,
    pub(super) to: u8,
    pub(super) high: u8,
    pub(super) low: u8,
}

impl ScanHeader {
    /// Reads a SOS segment's payload; nothing when it is cut or names what the frame has not.
    pub(super) fn read(payload: &[u8], frame: &Frame) -> Option<ScanHeader> {
        let (&count, rest) = payload.split_first()?;
        let (pairs, rest) = rest.split_at_checked(usize::from(count) * 2)?;
        let mut components: Vec<(usize, usize, usize)> = Vec::new();
        for pair in pairs.as_chunks::<2>().0 {
            let index = frame.components.iter().position(|c| c.id == pair[0])?;
            if components.iter().any(|&(other, ..)| other == index) {
                return None;
            }
            components.push((index, usize::from(pair[1] >> 4), usize::from(pair[1] & 15)));
        }
        let &[from, to, approximation] = rest.first_chunk::<3>()?;
        let header = ScanHeader { components, from, to, high: approximation >> 4, low: approximation & 15 };
        let blocks: u32 = header.components.iter().map(|&(i, ..)| frame.components[i].h * frame.components[i].v).sum();
        let interleaved = header.components.len() > 1;
        let sound = !header.components.is_empty()
            && header.components.len() <= 4
            && (!interleaved || blocks <= 10)
            && header.components.iter().all(|&(_, dc, ac)| dc < 4 && ac < 4);
        let progression = frame.coding != Coding::Progressive
            || (from <= to && to < 64 && (from > 0 || to == 0) && (from == 0 || !interleaved) && header.low <= 13);
        (sound && progression).then_some(header)
    }
}

/// One block of an MCU.
struct Slot<'t> {
    /// Component in the order of the scan, for the prediction.
    order: usize,
    plane: Option<usize>,
    dc: Option<&'t DcTable>,
    ac: Option<&'t AcTable>,
    /// Blocks of this component in an MCU, across and down, and this one's place among them.
    step: (u32, u32),
    place: (u32, u32),
}

/// What became of a scan.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Walked {
    /// MCUs that the scan should have.
    pub(super) all: u64,
    /// MCUs that were decoded.
    pub(super) decoded: u64,
    /// What was wrong, in order; only the first few are told.
    pub(super) faults: Vec<String>,
}

impl Walked {
    pub(super) fn fault(&mut self, what: impl FnOnce() -> String) {
        if self.faults.len() < 4 {
            self.faults.push(what());
        }
    }
}

/// Why an interval could not be walked to its end.
enum Broken {
    Code,
    Overlong,
    Ended,
}

/// The tables in force.
pub(super) struct Tables<'t> {
    pub(super) dc: [Option<&'t DcTable>; 4],
    pub(super) ac: [Option<&'t AcTable>; 4],
}

/// A scan with all that walking it takes.
pub(super) struct Scan<'a, 't> {
    bits: Bits<'a>,
    slots: Vec<Slot<'t>>,
    mcus: (u32, u32),
    low: u8,
    predictions: [i32; 4],
}

impl<'a, 't> Scan<'a, 't> {
    /// Puts a scan together; says what is missing when it cannot be walked.
    pub(super) fn new(
        data: &'a [u8],
        frame: &Frame,
        header: &ScanHeader,
        tables: &Tables<'t>,
        planes: usize,
    ) -> Result<Scan<'a, 't>, &'static str> {
        let progressive = frame.coding == Coding::Progressive;
        let refine = progressive && header.high > 0;
        let mut slots = Vec::new();
        for (order, &(index, dc, ac)) in header.components.iter().enumerate() {
            let component = &frame.components[index];
            let dc = if refine { None } else { Some(tables.dc[dc].ok_or("a Huffman table is missing")?) };
            let ac = if progressive { None } else { Some(tables.ac[ac].ok_or("a Huffman table is missing")?) };
            // A scan of one component has one block per MCU whatever the sampling (T.81, A.2.2).
            let step = if header.components.len() == 1 { (1, 1) } else { (component.h, component.v) };
            let plane = (index < planes).then_some(index);
            let places = (0..step.1).flat_map(|y| (0..step.0).map(move |x| (x, y)));
            slots.extend(places.map(|place| Slot { order, plane, dc, ac, step, place }));
        }
        let mcus = match header.components.as_slice() {
            [(index, ..)] => frame.blocks(&frame.components[*index]),
            _ => (frame.width.div_ceil(8 * frame.h_most), frame.height.div_ceil(8 * frame.v_most)),
        };
        let low = if progressive { header.low } else { 0 };
        Ok(Scan { bits: Bits::new(data), slots, mcus, low, predictions: [0; 4] })
    }

    /// Walks all intervals.
    pub(super) fn walk(mut self, restart: u32, planes: &mut [Plane]) -> Walked {
        let blocks: Option<Vec<_>> = self.slots.iter().map(|slot| slot.dc.zip(slot.ac)).collect();
        let blocks = blocks.filter(|_| self.bits.unread() >= WORTH_DIVIDING).map(|blocks| Cycle::period(&blocks));
        let first = blocks.as_deref().map(Cycle::first_looks).unwrap_or_default();
        let mut leaps = blocks.map(|blocks| (Relay::new(), Cycle::new(blocks, &first)));
        let all = u64::from(self.mcus.0) * u64::from(self.mcus.1);
        let interval = if restart == 0 { all } else { u64::from(restart) };
        let mut walked = Walked { all, ..Walked::default() };
        let (mut mcu, mut number) = (0u64, 0u64);
        loop {
            let until = all.min(mcu + interval);
            let reached = match self.interval(mcu, until, planes, leaps.as_mut()) {
                Ok(()) => until,
                Err((at, why)) => {
                    walked.fault(|| self.told(at, &why));
                    at
                }
            };
            walked.decoded += reached - mcu;
            if reached == until {
                self.tell_left_over(until, &mut walked);
            }
            if until == all {
                return walked;
            }
            let Some(found) = self.bits.restart() else {
                walked.fault(|| format!("restart markers end in MCU row {} of {}", until / u64::from(self.mcus.0), self.mcus.1));
                return walked;
            };
            let missing = (u64::from(found) + 8 - number % 8) % 8;
            if missing > 0 {
                walked.fault(|| format!("{missing} missing segments in MCU row {}", until / u64::from(self.mcus.0)));
            }
            number += missing + 1;
            mcu = until + missing * interval;
            if mcu >= all {
                return walked;
            }
        }
    }

    fn tell_left_over(&mut self, until: u64, walked: &mut Walked) {
        let (left, padding) = self.bits.left_over();
        let last = until == u64::from(self.mcus.0) * u64::from(self.mcus.1);
        // Only behind the very last MCU do writers pad.
        let (left, padding) = if last { (left + self.bits.unread(), padding && self.bits.unread() == 0) } else { (left, false) };
        // Some writers round up to a word.
        if left > 2 && !padding {
            walked.fault(|| {
                format!("{left} surplus bytes behind MCU {until} of {}", u64::from(self.mcus.0) * u64::from(self.mcus.1))
            });
        }
    }

    fn told(&self, mcu: u64, why: &Broken) -> String {
        let what = match why {
            Broken::Code => "bad code",
            Broken::Overlong => "a block of more than 64 coefficients",
            Broken::Ended => "data ends early",
        };
        format!("{what} in MCU row {} of {}", mcu / u64::from(self.mcus.0.max(1)) + 1, self.mcus.1)
    }

    /// Walks the MCUs between two restarts; on failure tells the first that is not whole.
    fn interval(
        &mut self,
        from: u64,
        until: u64,
        planes: &mut [Plane],
        mut leaps: Option<&mut (Relay, Cycle<'_>)>,
    ) -> Result<(), (u64, Broken)> {
        self.predictions = [0; 4];
        let across = u64::from(self.mcus.0.max(1));
        let (mut x, mut y) = ((from % across) as u32, (from / across) as u32);
        let mut mcu = from;
        while mcu < until {
            if !self.bits.ready() {
                return Err((mcu.saturating_sub(1).max(from), Broken::Ended));
            }
            if let Some((relay, cycle)) = leaps.as_deref_mut() {
                let leapt = self.leap((x, y), until - mcu, planes, relay, cycle);
                if leapt > 0 {
                    mcu += leapt;
                    (x, y) = ((mcu % across) as u32, (mcu / across) as u32);
                    continue;
                }
            }
            self.mcu(x, y, planes).map_err(|why| (mcu, if self.bits.overrun() { Broken::Ended } else { why }))?;
            mcu += 1;
            x += 1;
            if x == self.mcus.0 {
                (x, y) = (0, y + 1);
            }
        }
        if self.bits.overrun() { Err((until - 1, Broken::Ended)) } else { Ok(()) }
    }

    /// Walks as many whole and sound MCUs as several walks at once can tell, up to `most`; how many that were.
    #[inline(always)]
    fn leap(&mut self, place: (u32, u32), most: u64, planes: &mut [Plane], relay: &mut Relay, cycle: &Cycle) -> u64 {
        let at = self.bits.at;
        let Some((window, sure)) = self.bits.fresh() else { return 0 };
        if !relay.is_for(at, sure) {
            return 0;
        }
        let ends = relay.walk(window, cycle, at as u32, sure as u32);
        let mcus = most.min((ends.len() / self.slots.len()) as u64) as usize;
        let ends = &ends[..mcus * self.slots.len()];
        self.note(place, ends, planes);
        self.bits.at = ends.last().map_or(at, |&end| end as usize);
        mcus as u64
    }

    /// Notes the DC coefficients of whole MCUs, of whose blocks the ends are known.
    fn note(&mut self, place: (u32, u32), ends: &[u32], planes: &mut [Plane]) {
        for (n, slot) in self.slots.iter().enumerate() {
            let (Some(plane), Some(dc)) = (slot.plane.and_then(|p| planes.get_mut(p)), slot.dc) else { continue };
            // Blocks of one component follow each other in an MCU: the first of them takes care of all.
            if slot.place != (0, 0) {
                continue;
            }
            let places: Vec<_> = self.slots[n..].iter().take_while(|s| s.order == slot.order).map(|s| s.place).collect();
            let mut prediction = self.predictions[slot.order];
            let (mut x, mut y) = place;
            let mut before = self.bits.at as u32;
            for mcu in ends.chunks_exact(self.slots.len()) {
                let mut start = if n == 0 { before } else { mcu[n - 1] };
                for (place, &end) in places.iter().zip(&mcu[n..]) {
                    let difference = dc.difference(self.bits.word(start)).map_or(0, |(difference, _)| difference);
                    prediction = prediction.wrapping_add(difference);
                    plane.add(x * slot.step.0 + place.0, y * slot.step.1 + place.1, prediction << self.low);
                    start = end;
                }
                before = mcu[mcu.len() - 1];
                x += 1;
                if x == self.mcus.0 {
                    (x, y) = (0, y + 1);
                }
            }
            self.predictions[slot.order] = prediction;
        }
    }

    #[inline(always)]
    fn mcu(&mut self, x: u32, y: u32, planes: &mut [Plane]) -> Result<(), Broken> {
        let mut at = self.bits.at;
        for slot in &self.slots {
            let value = if let Some(dc) = slot.dc {
                let Some((difference, used)) = dc.difference(self.bits.ahead(at)) else {
                    self.bits.at = at;
                    return Err(Broken::Code);
                };
                at += used as usize;
                let prediction = &mut self.predictions[slot.order];
                *prediction = prediction.wrapping_add(difference);
                *prediction
            } else {
                at += 1;
                (self.bits.ahead(at - 1) >> 63) as i32
            };
            if let Some(ac) = slot.ac {
                match skip_block(&self.bits, at, ac) {
                    Ok(after) => at = after,
                    Err(why) => {
                        self.bits.at = at;
                        return Err(why);
                    }
                }
            }
            if let Some(plane) = slot.plane.and_then(|p| planes.get_mut(p)) {
                let (bx, by) = (x * slot.step.0 + slot.place.0, y * slot.step.1 + slot.place.1);
                plane.add(bx, by, value << self.low);
            }
        }
        self.bits.at = at;
        Ok(())
    }
}

/// Skips the 63 AC coefficients of a block and tells where the next block begins.
#[inline(always)]
fn skip_block(bits: &Bits, mut at: usize, ac: &AcTable) -> Result<usize, Broken> {
    // The DC coefficient is behind us.
    let mut advanced = 1u32;
    loop {
        let mut look;
        // Three look-ups per load.
        'looks: loop {
            let mut ahead = bits.ahead(at);
            for _ in 0..3 {
                look = ac.look(ahead);
                ahead <<= look & 63;
                at += (look & 63) as usize;
                advanced += look >> 8;
                if advanced >= 64 {
                    break 'looks;
                }
            }
        }
        if is_whole(advanced) {
            return Ok(at);
        }
        // The last look told nothing, or swallowed symbols of the next block: go back and take one symbol.
        at -= (look & 63) as usize;
        advanced -= look >> 8;
        let (step, used) = ac.one(bits.ahead(at)).ok_or(Broken::Code)?;
        at += used as usize;
        advanced += step;
        match advanced {
            0..64 => {}
            64 | END_OF_BLOCK.. => return Ok(at),
            _ => return Err(Broken::Overlong),
        }
    }
}
