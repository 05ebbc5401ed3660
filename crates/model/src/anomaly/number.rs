//! File numbers: the order in which a camera wrote its files, as far as their names still tell.
//!
//! The DCF standard gives a file four free characters and four digits that count up (`DSC_0412`, `DSCF2101`).
//! A number is evidence of order within one body and takes part in nothing else.
//! Names that hold a date (`IMG_20190501_070809`) have none: they repeat the clock that is in doubt.

/// A name's number, and the kind of name in which it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileNumber {
    /// Stands for the folder.
    pub(super) folder: u64,
    /// Stands for what precedes the number, case folded.
    pub(super) prefix: u32,
    /// The number.
    pub(super) number: u32,
}

impl FileNumber {
    /// The file number of a name in a folder; nothing when the name was given by a person, a phone or a messenger.
    #[must_use]
    pub fn of(folder: &str, name: &str) -> Option<FileNumber> {
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let runs = || stem.split(|c: char| !c.is_ascii_digit()).filter(|run| !run.is_empty());
        if runs().any(|run| run.len() > 7) {
            return None;
        }
        let start = stem.find(|c: char| c.is_ascii_digit())?;
        let digits = runs().next().filter(|run| run.len() >= 3)?;
        let prefix = &stem[..start];
        if !prefix.contains(|c: char| c.is_alphabetic()) || prefix.chars().count() > 8 {
            return None;
        }
        // Seven digits are month and day, or the folder's number, before the four that count (P3040010, P1000123).
        let counting = if digits.len() == 7 { &digits[3..] } else { digits };
        let number = counting.parse().ok()?;
        Some(FileNumber { folder: fnv(folder), prefix: fnv(&prefix.to_lowercase()) as u32, number })
    }

    /// Whether both numbers count in one folder and behind one prefix, so that their order says something.
    #[must_use]
    pub fn counts_with(self, other: FileNumber) -> bool {
        (self.folder, self.prefix) == (other.folder, other.prefix)
    }
}

/// FNV-1a, 64 bits: small, and the same on every machine and in every version.
pub(super) fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, b| (hash ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_cameras_count_with() {
        for (name, number) in [
            ("DSC_0412.JPG", Some(412)),
            ("DSCF2101.RAF", Some(2101)),
            ("_DSC0042.NEF", Some(42)),
            ("DSCN450.JPG", Some(450)),
            ("IMG_0701 (1).JPG", Some(701)),
            ("DSC_0412-edited.jpg", Some(412)),
            ("P3040010.JPG", Some(10)),
            ("IMG_12345.HEIC", Some(12345)),
            ("IMG_20190501_070809.jpg", None),
            ("20190501_070809.jpg", None),
            ("IMG-20190501-WA0001.jpg", None),
            ("2012-12-19-21-38-40.jpg", None),
            ("Anna 7.jpg", None),
            ("0412.jpg", None),
            ("holiday.jpg", None),
            ("", None),
            ("ä٣٤٥.jpg", None),
        ] {
            assert_eq!(FileNumber::of("a", name).map(|n| n.number), number, "{name}");
        }
    }

    #[test]
    fn numbers_count_in_one_folder_and_behind_one_prefix() {
        let of = |folder, name| FileNumber::of(folder, name).unwrap();
        assert_eq!(of("a", "DSC_0001.JPG"), of("a", "dsc_0001.nef"));
        assert!(of("a", "DSC_0001.JPG").counts_with(of("a", "DSC_0002.JPG")));
        assert!(!of("a", "DSC_0001.JPG").counts_with(of("b", "DSC_0002.JPG")));
        assert_ne!(of("a", "DSC_0001.JPG").folder, of("b", "DSC_0001.JPG").folder);
        assert_ne!(of("a", "DSC_0001.JPG").prefix, of("a", "IMG_0001.JPG").prefix);
    }
}
