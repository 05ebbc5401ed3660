//! Assets and where they are: ids, sources, owners, fates.
//!
//! Ids begin with a letter, so that no spreadsheet takes one for a number or a formula.
//! Absent on purpose: how ids are given out (`ledger`) and how places are found (`sources`).

use std::fmt;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Wraps an id as it was given out or read back.
            #[must_use]
            pub fn new(id: impl Into<String>) -> Self {
                Self(id.into())
            }

            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id! {
    /// One asset: given at first sight, kept through renames within its source.
    AssetId
}
id! {
    /// One source: a folder recognised by its file system and root inode, or one user of an Immich server.
    SourceId
}
id! {
    /// One group of assets, duplicate or series.
    GroupId
}

/// What became of an asset in a survey. Every asset found has exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fate {
    /// Its bytes were read in this survey.
    Read,
    /// Device, inode, size, mtime and ctime are as they were when it was read.
    Unchanged,
    /// It could not be read; the reason is among its problems.
    Unreadable,
    /// It was not looked into; the reason is among its problems.
    Skipped,
    /// The journal says that lightproof set it aside.
    SetAside,
}

impl Fate {
    /// All fates, in the order in which they are printed.
    pub const ALL: [Fate; 5] = [Fate::Read, Fate::Unchanged, Fate::Unreadable, Fate::Skipped, Fate::SetAside];

    /// The word in the `fate` column of `manifest.csv`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Fate::Read => "read",
            Fate::Unchanged => "unchanged",
            Fate::Unreadable => "unreadable",
            Fate::Skipped => "skipped",
            Fate::SetAside => "set-aside",
        }
    }

    /// The fate for a word of the `fate` column.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Fate> {
        Fate::ALL.into_iter().find(|f| f.word() == word)
    }
}
