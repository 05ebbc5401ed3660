//! Problems: what is wrong with one asset, as data. One bad photo never ends a survey.

use std::fmt;

/// The kind of a problem; the word stands in the `problems` column of `manifest.csv`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProblemKind {
    /// It could not be opened or read to its end.
    Unreadable,
    /// It was not looked into.
    Skipped,
    /// There are no bytes.
    Empty,
    /// The bytes are of another type than the name says.
    WrongExtension,
    /// EXIF is there, but broken in part; what could be read was read.
    DamagedExif,
    /// The picture is damaged: truncated, spliced, with a hole.
    DamagedImage,
    /// Behind the picture's end there is what nobody can name, or not what is declared; the picture itself is whole.
    TrailingData,
    /// No fingerprint: the detail says whether it is the size, the damage or a picture of too little structure.
    NotFingerprinted,
    /// No fingerprint, because this build, or this machine, has no decoder for the format; the detail says what is missing.
    BeyondThisBuild,
    /// The same asset can be reached at this further place.
    AlsoAt,
    /// It changed while it was read, twice; the facts are of neither version.
    ChangedWhileRead,
    /// Its bytes are not those that were uploaded to the server.
    ChecksumDiffers,
    /// It is probably the very original of a server's asset, and held apart until that is known.
    ProbablyOne,
}

impl ProblemKind {
    /// All kinds.
    pub const ALL: [ProblemKind; 13] = {
        use ProblemKind::{
            AlsoAt, BeyondThisBuild, ChangedWhileRead, ChecksumDiffers, DamagedExif, DamagedImage, Empty, NotFingerprinted,
            ProbablyOne, Skipped, TrailingData, Unreadable, WrongExtension,
        };
        [
            Unreadable,
            Skipped,
            Empty,
            WrongExtension,
            DamagedExif,
            DamagedImage,
            TrailingData,
            NotFingerprinted,
            BeyondThisBuild,
            AlsoAt,
            ChangedWhileRead,
            ChecksumDiffers,
            ProbablyOne,
        ]
    };

    /// The word in CSVs and JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            ProblemKind::Unreadable => "unreadable",
            ProblemKind::Skipped => "skipped",
            ProblemKind::Empty => "empty",
            ProblemKind::WrongExtension => "wrong-extension",
            ProblemKind::DamagedExif => "damaged-exif",
            ProblemKind::DamagedImage => "damaged-image",
            ProblemKind::TrailingData => "trailing-data",
            ProblemKind::NotFingerprinted => "not-fingerprinted",
            ProblemKind::BeyondThisBuild => "beyond-this-build",
            ProblemKind::AlsoAt => "also-at",
            ProblemKind::ChangedWhileRead => "changed-while-read",
            ProblemKind::ChecksumDiffers => "checksum-differs",
            ProblemKind::ProbablyOne => "probably-one",
        }
    }
}

/// One problem of one asset.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Problem {
    /// What kind.
    pub kind: ProblemKind,
    /// What and where, in a few words for a person.
    pub detail: String,
}

impl Problem {
    /// A problem of a kind, with its detail.
    pub fn new(kind: ProblemKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind.word(), self.detail)
    }
}

/// Whether the encoded data is whole; the word stands in the `integrity` column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Integrity {
    /// Structurally complete: all that the format promises is there and decodes.
    Intact,
    /// Something is missing or wrong; a problem says what and where.
    Damaged,
    /// Nothing of it can be decoded, or its bytes cannot be read.
    Unreadable,
    /// It was not looked into that deep.
    #[default]
    NotChecked,
}

impl Integrity {
    /// All states.
    pub const ALL: [Integrity; 4] = [Integrity::Intact, Integrity::Damaged, Integrity::Unreadable, Integrity::NotChecked];

    /// The word in CSVs and JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Integrity::Intact => "intact",
            Integrity::Damaged => "damaged",
            Integrity::Unreadable => "unreadable",
            Integrity::NotChecked => "not-checked",
        }
    }
}
