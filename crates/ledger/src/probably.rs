//! Probably one file: a server's asset, and a file below a surveyed folder that lies where the server says its original does.
//!
//! Whether that is the server's own file or one of a copy of the whole tree shows only when it is known where the server's library is
//! mounted: until then the file is held apart. Paths must agree to their end, as far as either knows the folders: the file's from its
//! root on, or the server's below what its container calls the library. So must the bytes; but a file may have been edited on the disk since
//! the server took its checksum, so looks or capture moment will do where the file's whole path agrees.
//! Absent on purpose: saying that they are one; that takes device and inode (`assets`).

use lightproof_model::asset::SourceId;
use rusqlite::params;

use crate::{Ledger, LedgerError, RunKey};

impl Ledger {
    /// Finds what is probably one file among the assets of a run, anew; `servers` are those of its sources that are on a server. How
    /// many files that concerns.
    ///
    /// An asset of an external library has no SHA-1 (the server digests its path): there size, date and number of fields stand for it.
    ///
    /// # Errors
    /// When the ledger cannot be read or written.
    pub fn note_probably_one(&mut self, run: RunKey, servers: &[SourceId]) -> Result<u64, LedgerError> {
        self.flush()?;
        let mut pairs: Vec<(i64, i64)> = Vec::new();
        let is_on_server = |source: &str| servers.iter().any(|s| s.as_str() == source);
        for server in servers {
            let mut query = self.survey.prepare(
                "SELECT f.key, f.folder, s.key, s.folder, f.source, f.name, \
                 coalesce(f.sha1 = s.sha1, f.size = s.size AND f.taken IS s.taken AND f.field_count IS s.field_count), \
                 (f.taken IS NOT NULL AND f.taken = s.taken AND f.model IS s.model) OR coalesce(f.hash = s.hash, 0), \
                 f.sha1 IS NULL AND s.sha1 IS NULL \
                 FROM asset s JOIN asset f ON f.name = s.name AND f.seen_run = ?1 AND f.key <> s.key \
                 WHERE s.seen_run = ?1 AND s.source = ?2 AND s.file_inode IS NULL AND f.file_inode IS NULL AND f.source <> ?2 \
                 AND f.media_type IS NOT NULL ORDER BY f.key, s.key",
            )?;
            let mut rows = query.query(params![run.0, server.as_str()])?;
            while let Some(row) = rows.next()? {
                let (here, there): (Vec<u8>, Vec<u8>) = (row.get(1)?, row.get(3)?);
                let (same, akin): (bool, bool) = (row.get(6)?, row.get(7)?);
                let is_one = if is_on_server(row.get_ref(4)?.as_str().unwrap_or_default()) {
                    // One folder that two owners have as an external library: the second is held.
                    row.get(8)? && here == there && same && row.get::<_, i64>(0)? > row.get::<_, i64>(2)?
                } else {
                    let agreed = Agreed::of(&here, &there, row.get_ref(5)?.as_blob().unwrap_or_default());
                    (same && agreed != Agreed::No) || (akin && agreed == Agreed::All && !here.is_empty())
                };
                if is_one {
                    pairs.push((row.get(0)?, row.get(2)?));
                }
            }
        }
        pairs.sort_unstable();
        pairs.dedup_by_key(|(file, _)| *file);
        let step = self.survey.transaction()?;
        step.execute("UPDATE asset SET probably = NULL WHERE seen_run = ?1 AND probably IS NOT NULL", [run.0])?;
        {
            let mut set = step.prepare("UPDATE asset SET probably = ?2 WHERE key = ?1")?;
            for (file, on_server) in &pairs {
                set.execute([file, on_server])?;
            }
        }
        step.commit()?;
        Ok(pairs.len() as u64)
    }
}

/// How far the place of a file below its root and a server's path agree, from their ends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Agreed {
    /// All folders that one of them knows.
    All,
    /// As far as the names are the server's own.
    Enough,
    /// Not so far.
    No,
}

/// What Immich calls the folders in which it keeps uploads.
const KEPT_IN: [&[u8]; 2] = [b"library", b"upload"];

impl Agreed {
    fn of(here: &[u8], there: &[u8], name: &[u8]) -> Agreed {
        let names =
            |folder: &'_ [u8]| folder.split(|&b| b == b'/').filter(|n| !n.is_empty()).map(<[u8]>::to_vec).collect::<Vec<_>>();
        let (here, there) = (names(here), names(there));
        let shared = here.iter().rev().zip(there.iter().rev()).take_while(|(a, b)| a == b).count();
        let stem = name.split(|&b| b == b'.').next().unwrap_or_default();
        let digits = stem.iter().filter(|&&b| b != b'-');
        if shared == here.len() || shared == there.len() {
            Agreed::All
        } else if (there.len() > 1 && shared + 1 == there.len())
            || there.iter().rev().take(shared).any(|name| KEPT_IN.contains(&name.as_slice()))
            || (digits.clone().count() == 32 && digits.into_iter().all(u8::is_ascii_hexdigit))
        {
            Agreed::Enough
        } else {
            Agreed::No
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_agree_as_far_as_either_knows_the_folders() {
        const UUID: &str = "0b2c0d9e-26a3-4c39-9f3a-0f9a2f0f0001.jpg";
        for (here, there, name, agreed) in [
            ("alice/2024", "/data/library/alice/2024", "1.jpg", Agreed::All),
            ("library/alice/2024", "/data/library/alice/2024", "1.jpg", Agreed::All),
            ("", "/data/library/alice/2024", "1.jpg", Agreed::All),
            ("data/library/alice/2024", "/data/library/alice/2024", "1.jpg", Agreed::All),
            ("immich/library/alice/2024", "/data/library/alice/2024", "1.jpg", Agreed::Enough),
            ("srv/immich/library/alice/2024", "/usr/src/app/upload/library/alice/2024", "1.jpg", Agreed::Enough),
            ("tank/old/scans", "/mnt/old/scans", "1.jpg", Agreed::Enough),
            ("x/y/z", "/data/upload/u/0b/2c", UUID, Agreed::Enough),
            ("alice/2024", "/data/library/malice/2024", "1.jpg", Agreed::No),
            ("Pictures/2024", "/data/library/alice/2024", "1.jpg", Agreed::No),
            ("bob/2024", "/data/library/alice/2024", "1.jpg", Agreed::No),
        ] {
            assert_eq!(Agreed::of(here.as_bytes(), there.as_bytes(), name.as_bytes()), agreed, "{here} {there}");
        }
    }
}
