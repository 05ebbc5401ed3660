//! The order of progressive scans: each must go on where the last one of the same coefficients stopped (T.81, G.1.1.1).
//!
//! Absent on purpose: the scans' data.

use super::scan::ScanHeader;

/// How many low bits are still missing of each coefficient of each component; nothing before its first scan.
#[derive(Default)]
pub(super) struct Progression(Vec<[Option<u8>; 64]>);

impl Progression {
    /// Notes a scan; says what is wrong with its place in the order.
    pub(super) fn note(&mut self, scan: &ScanHeader) -> Option<String> {
        let mut wrong = None;
        for &(index, ..) in &scan.components {
            if self.0.len() <= index {
                self.0.resize(index + 1, [None; 64]);
            }
            let missing = &mut self.0[index];
            if scan.from > 0 && missing[0].is_none() {
                wrong = Some(format!("a scan of details before the first of component {index}"));
            }
            for of in missing.iter_mut().take(usize::from(scan.to) + 1).skip(usize::from(scan.from)) {
                if of.unwrap_or(0) != scan.high {
                    wrong = Some(format!("a scan out of order for component {index}"));
                }
                *of = Some(scan.low);
            }
        }
        wrong
    }
}
