//! `Id`: a UUID of version 4, as Immich names users, assets, albums and keys.
//!
//! New ones are counted, not drawn: the same world has the same ids each time, in no order that means anything.

use std::{fmt, str::FromStr};

/// A UUID.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(u128);

impl Id {
    /// The id with this number: mixed, so that ids do not sort as they were made.
    pub(super) fn numbered(number: u64) -> Id {
        let (high, low) = (mixed(number), mixed(number ^ 0x5851_F42D_4C95_7F2D));
        let bits = u128::from(high) << 64 | u128::from(low);
        Id(bits & !(0xF << 76) & !(0x3 << 62) | 0x4 << 76 | 0x2 << 62)
    }

    pub(super) const LEAST: Id = Id(0);
    pub(super) const MOST: Id = Id(u128::MAX);

    pub(super) fn low(self) -> u64 {
        self.0 as u64
    }

    /// Sixteen bytes.
    #[must_use]
    pub fn bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }
}

/// SplitMix64's mixing step.
pub(super) fn mixed(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ z >> 31
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n = self.0;
        write!(
            f,
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            n >> 96,
            n >> 80 & 0xFFFF,
            n >> 64 & 0xFFFF,
            n >> 48 & 0xFFFF,
            n & 0xFFFF_FFFF_FFFF
        )
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is no UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAnId;

impl FromStr for Id {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Id, NotAnId> {
        let dashed = text.len() == 36 && text.bytes().enumerate().all(|(at, b)| (b == b'-') == matches!(at, 8 | 13 | 18 | 23));
        let digits: String = text.chars().filter(|&c| c != '-').collect();
        let bits = u128::from_str_radix(&digits, 16).map_err(|_| NotAnId)?;
        if dashed && !digits.starts_with('+') { Ok(Id(bits)) } else { Err(NotAnId) }
    }
}

impl serde::Serialize for Id {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn ids_are_different_and_of_version_4_and_read_as_they_are_written() {
        let ids: BTreeSet<Id> = (0..1000).map(Id::numbered).collect();
        assert_eq!(ids.len(), 1000);
        for id in ids {
            let text = id.to_string();
            assert_eq!((&text[14..15], matches!(&text[19..20], "8" | "9" | "a" | "b")), ("4", true), "{text}");
            assert_eq!(text.parse(), Ok(id));
        }
        for wrong in ["", "not-a-uuid", "00000000-0000-4000-8000-00000000000", "00000000+0000-4000-8000-000000000000"] {
            assert_eq!(wrong.parse::<Id>(), Err(NotAnId), "{wrong}");
        }
    }
}
