//! EXIF fields as values: directory, tag, name, value.
//!
//! Which of them THE RULE counts is decided in `exif/counting.rs`; how they are read is `media`'s affair.

use std::borrow::Cow;

pub mod counting;
pub mod known_tags;

/// A directory of the primary image that THE RULE looks into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Directory {
    /// IFD0 of the primary image.
    Ifd0,
    /// The Exif IFD (pointer 0x8769).
    Exif,
    /// The GPS IFD (pointer 0x8825).
    Gps,
    /// The Interoperability IFD (pointer 0xA005).
    Interop,
}

impl Directory {
    /// All directories.
    pub const ALL: [Directory; 4] = [Directory::Ifd0, Directory::Exif, Directory::Gps, Directory::Interop];

    /// ExifTool's family-1 group name: `IFD0`, `ExifIFD`, `GPS`, `InteropIFD`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Directory::Ifd0 => "IFD0",
            Directory::Exif => "ExifIFD",
            Directory::Gps => "GPS",
            Directory::Interop => "InteropIFD",
        }
    }
}

/// One EXIF field of the primary image.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExifField {
    /// Where it stands.
    pub directory: Directory,
    /// The tag id.
    pub tag: u16,
    /// The tag's name, or `0x1234` where it has none.
    pub name: Cow<'static, str>,
    /// The value as text: numbers and rationals separated by blanks, bytes that are no text as hex, cut at 256 characters.
    pub value: String,
    /// Whether THE RULE counts it.
    pub counts: bool,
}
