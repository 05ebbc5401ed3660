//! The journal's end, written down in each root, and whether the journal is as it was written.

use std::{ffi::OsStr, os::unix::ffi::OsStrExt, path::Path};

use lightproof_ledger::{Ledger, LedgerError, SourceKind};
use lightproof_model::journal::{Broken, Head, Link, Text};
use lightproof_sources::folder::{self, FolderSource, hands::Hands};

use super::{CarryError, reach::World};
use crate::EngineError;

/// Writes down in every root that is in hand how far the journal is.
pub(super) fn keep_heads(ledger: &Ledger, world: &World) -> Result<(), CarryError> {
    let (number, link) = ledger.journal_end()?;
    for hands in world.in_hand() {
        let kept = hands.keep_head(&format!("lightproof journal {number} {}\n", link.as_str()));
        kept.map_err(|cause| CarryError::Head { root: hands.path().to_owned(), cause })?;
    }
    Ok(())
}

fn read_head(text: &str, root: &Path) -> Option<Head> {
    let (number, link) = text.trim().strip_prefix("lightproof journal ")?.split_once(' ')?;
    Some(Head { kept_at: root.display().to_string(), number: number.parse().ok()?, link: Link::new(link) })
}

/// What the journal is found to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// How many entries there are, where all are as they were written.
    pub entries: Result<u64, Broken>,
    /// The roots whose `.lightproof` knows of the journal's end.
    pub heads: Vec<Head>,
    /// Roots that could not be asked, each with the reason.
    pub unasked: Vec<(String, String)>,
}

/// What the roots of this ledger know of the journal's end; and those that could not be asked.
///
/// # Errors
/// When the record cannot be read.
#[allow(clippy::type_complexity)]
pub fn heads_of_roots(ledger: &Ledger) -> Result<(Vec<Head>, Vec<(String, String)>), EngineError> {
    let (mut heads, mut unasked) = (Vec::new(), Vec::new());
    for source in ledger.sources()?.into_iter().filter(|source| source.kind == SourceKind::Folder) {
        let root = Path::new(OsStr::from_bytes(&source.root));
        let identity = folder::RootIdentity { device: source.identity.file_system, inode: source.identity.inode };
        let head = FolderSource::known_at(root, identity)
            .map_err(|error| error.to_string())
            .and_then(|source| Hands::head(&source).map_err(|error| error.to_string()));
        match head {
            Ok(Some(text)) => match read_head(&text, root) {
                Some(head) => heads.push(head),
                None => unasked.push((root.display().to_string(), "what is written down there is not lightproof's".to_owned())),
            },
            Ok(None) => {}
            Err(why) => unasked.push((root.display().to_string(), why)),
        }
    }
    Ok((heads, unasked))
}

/// Whether every entry is as it was written, and none is missing at the end that a root knows of.
///
/// # Errors
/// When the record cannot be read.
pub fn verify(ledger: &Ledger) -> Result<Verified, EngineError> {
    let (heads, unasked) = heads_of_roots(ledger)?;
    let mut texts: Vec<Text> = Vec::new();
    ledger.for_each_text(0, |text| {
        texts.push(text);
        Ok::<(), LedgerError>(())
    })?;
    let entries = lightproof_model::journal::verify(texts.into_iter().map(Ok::<Text, Broken>), &heads);
    Ok(Verified { entries, heads, unasked })
}
