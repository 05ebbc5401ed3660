//! `Listed`: what a server's listing says of one asset of one owner.
//!
//! Facts about the asset's row on the server. Never the date that Immich shows: it invents one where the original has none.

use std::fmt;

/// An id as the server gives it (a UUID): of an asset, a user, an album or a library.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RemoteId(pub u128);

impl RemoteId {
    /// Reads 32 hexadecimal digits, with the hyphens that a UUID is written with.
    #[must_use]
    pub fn parse(text: &str) -> Option<RemoteId> {
        let digits: String = text.chars().filter(|&c| c != '-').collect();
        let fits = digits.len() == 32 && digits.bytes().all(|b| b.is_ascii_hexdigit());
        fits.then(|| u128::from_str_radix(&digits, 16).ok().map(RemoteId)).flatten()
    }
}

impl fmt::Display for RemoteId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hex = format!("{:032x}", self.0);
        write!(f, "{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }
}

impl fmt::Debug for RemoteId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Where an asset shows on the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Visibility {
    /// Among all photographs.
    Timeline,
    /// Kept, but not among them.
    Archive,
    /// Nowhere: the moving half of a live photo.
    Hidden,
}

impl Visibility {
    /// All that a key can ask for. What a person locked is out of a key's reach.
    pub const ALL: [Visibility; 3] = [Visibility::Timeline, Visibility::Archive, Visibility::Hidden];

    /// The word on the wire.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Visibility::Timeline => "timeline",
            Visibility::Archive => "archive",
            Visibility::Hidden => "hidden",
        }
    }

    /// The visibility for a word on the wire.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Visibility> {
        Visibility::ALL.into_iter().find(|v| v.word() == word)
    }
}

/// What the listing says of one asset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its id.
    pub id: RemoteId,
    /// Where the server keeps the original, in the server's own file system; never empty.
    pub path: String,
    /// The name it was uploaded under.
    pub name: String,
    /// Bytes of the original, where the server has extracted its metadata.
    pub bytes: Option<u64>,
    /// SHA-1 of the original's bytes; of an asset in an external library a digest of its path instead (see `library`).
    pub checksum: [u8; 20],
    /// The external library that it is in; nothing for what was uploaded.
    pub library: Option<RemoteId>,
    /// The moving half of this live photo.
    pub live_video: Option<RemoteId>,
    /// Where it shows.
    pub visibility: Visibility,
    /// Whether it is in the trash.
    pub trashed: bool,
    /// Whether the server no longer finds its file.
    pub offline: bool,
    /// Whether it is a favourite.
    pub favourite: bool,
    /// When the file was last modified, as the server says it (RFC 3339, UTC).
    pub modified: String,
    /// When its row last changed, as the server says it (RFC 3339, UTC): sorts as text.
    pub updated: String,
}

impl Listed {
    /// SHA-1 of the original's bytes, where the server's checksum is one: external libraries' are of the path.
    #[must_use]
    pub fn sha1(&self) -> Option<[u8; 20]> {
        self.library.is_none().then_some(self.checksum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_written_as_it_was_read() {
        let text = "03457661-12d3-4aa3-a006-4126c5840263";
        assert_eq!(RemoteId::parse(text).unwrap().to_string(), text);
        for wrong in ["", "03457661", "03457661-12d3-4aa3-a006-4126c584026g", "+3457661-12d3-4aa3-a006-4126c5840263"] {
            assert!(RemoteId::parse(wrong).is_none(), "{wrong}");
        }
    }
}
