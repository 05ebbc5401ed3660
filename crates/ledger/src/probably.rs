//! Probably one file: a server's asset, and a file below a surveyed folder that lies where the server says its original does.
//!
//! The server's path ends in the folder's. Whether that is the server's own file or one of a copy of the whole tree shows only when it is
//! known where the server's library is mounted: until then the file is held apart. Other bytes do not tell: a file may have changed on the
//! disk since the server took its checksum. Only where nothing but the name agrees, as the file lies in no folder below its root, must
//! the bytes.
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
        for server in servers {
            let mut query = self.survey.prepare(
                "SELECT f.key, f.folder, s.key, s.folder, f.source FROM asset s JOIN asset f ON f.name = s.name AND f.seen_run = ?1 \
                 WHERE s.seen_run = ?1 AND s.source = ?2 AND s.file_inode IS NULL AND f.source <> ?2 AND f.media_type IS NOT NULL AND \
                 CASE WHEN f.folder <> X'' THEN substr(s.folder, -length(f.folder)) = f.folder \
                 WHEN s.sha1 IS NOT NULL THEN f.sha1 = s.sha1 \
                 ELSE f.size = s.size AND f.taken IS s.taken AND f.field_count IS s.field_count END \
                 ORDER BY f.key, s.key",
            )?;
            let mut rows = query.query(params![run.0, server.as_str()])?;
            while let Some(row) = rows.next()? {
                let (below, on_server): (Vec<u8>, Vec<u8>) = (row.get(1)?, row.get(3)?);
                let in_folder = !servers.iter().any(|s| row.get_ref(4).ok().and_then(|v| v.as_str().ok()) == Some(s.as_str()));
                if in_folder && ends_in(&on_server, &below) {
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

/// Whether a folder on the server ends in the folder below a root, name by name.
fn ends_in(on_server: &[u8], below: &[u8]) -> bool {
    below.is_empty() || on_server.strip_suffix(below).is_some_and(|rest| rest.is_empty() || rest.ends_with(b"/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_ends_in_another_by_whole_names() {
        for (on_server, below, ends) in [
            ("/data/library/alice/2024", "alice/2024", true),
            ("/data/library/alice/2024", "library/alice/2024", true),
            ("/data/library/alice/2024", "", true),
            ("/data/library/malice/2024", "alice/2024", false),
            ("/data/library/alice/2024", "bob/2024", false),
            ("alice", "alice", true),
        ] {
            assert_eq!(ends_in(on_server.as_bytes(), below.as_bytes()), ends, "{on_server} {below}");
        }
    }
}
