//! Versions of Immich, and how well each is supported.

use std::fmt;

/// A server's version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// The first number.
    pub major: u32,
    /// The second.
    pub minor: u32,
    /// The third.
    pub patch: u32,
}

/// How well a version is supported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Support {
    /// Older than 2.4: its interface is another one.
    TooOld,
    /// 2.4 to 3.x: known.
    Known,
    /// Newer than what is known: read where its answers parse, never acted on.
    Newer,
}

impl Version {
    /// The oldest that is read.
    pub const OLDEST: Version = Version { major: 2, minor: 4, patch: 0 };

    /// Whether a date that is set keeps its offset: before 2.5.5, the file that the server writes beside the original has it in UTC, and what
    /// is read back from there is shown in the zone of the photograph's place, or in UTC.
    #[must_use]
    pub fn keeps_offset(self) -> bool {
        self >= Version { major: 2, minor: 5, patch: 5 }
    }

    /// How well this version is supported.
    #[must_use]
    pub fn support(self) -> Support {
        match self {
            v if v < Version::OLDEST => Support::TooOld,
            v if v.major <= 3 => Support::Known,
            _ => Support::Newer,
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_from_2_4_to_3_x_are_known() {
        for (version, support) in [
            ((1, 140, 0), Support::TooOld),
            ((2, 3, 1), Support::TooOld),
            ((2, 4, 0), Support::Known),
            ((2, 4, 1), Support::Known),
            ((3, 9, 0), Support::Known),
            ((4, 0, 0), Support::Newer),
        ] {
            let (major, minor, patch) = version;
            assert_eq!(Version { major, minor, patch }.support(), support, "{version:?}");
        }
    }
}
