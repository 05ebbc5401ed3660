//! Sources: recognised by file system and root inode, never by mount path alone.

use lightproof_model::asset::SourceId;
use rusqlite::{OptionalExtension, Row, params};

use crate::{Ledger, LedgerError, ids};

/// What a root is, wherever it is mounted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RootIdentity {
    /// The file system's id.
    pub file_system: u64,
    /// The root folder's inode.
    pub inode: u64,
}

/// A source as the record knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSource {
    /// Its id.
    pub id: SourceId,
    /// What its root is.
    pub identity: RootIdentity,
    /// Where its root was last seen: an absolute path as raw bytes.
    pub root: Vec<u8>,
    /// Whose photographs these are; empty when nobody said.
    pub owner: String,
}

/// What the record says of a root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recognised {
    /// A known source, here or elsewhere than last time.
    Known(StoredSource),
    /// Never seen.
    New,
    /// At this path there was another file system or folder last time.
    Another(StoredSource),
}

impl Ledger {
    /// Which source a root is.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn recognise(&self, identity: RootIdentity, root: &[u8]) -> Result<Recognised, LedgerError> {
        let by_identity = self
            .record
            .prepare_cached(
                "SELECT id, file_system, root_inode, root, owner FROM source WHERE file_system = ?1 AND root_inode = ?2",
            )?
            .query_row(params![identity.file_system as i64, identity.inode as i64], read)
            .optional()?;
        if let Some(known) = by_identity {
            return Ok(Recognised::Known(known));
        }
        Ok(self.source_at(root)?.map_or(Recognised::New, Recognised::Another))
    }

    /// The source that was last seen at a path.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn source_at(&self, root: &[u8]) -> Result<Option<StoredSource>, LedgerError> {
        Ok(self
            .record
            .prepare_cached("SELECT id, file_system, root_inode, root, owner FROM source WHERE root = ?1")?
            .query_row([root], read)
            .optional()?)
    }

    /// All sources, by id.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn sources(&self) -> Result<Vec<StoredSource>, LedgerError> {
        let mut query = self.record.prepare_cached("SELECT id, file_system, root_inode, root, owner FROM source ORDER BY id")?;
        let sources = query.query_map([], read)?.collect::<Result<_, _>>()?;
        Ok(sources)
    }

    /// Takes a new source into the record.
    ///
    /// # Errors
    /// When the record cannot be written.
    pub fn add_source(
        &mut self,
        identity: RootIdentity,
        root: &[u8],
        owner: &str,
        now: i64,
    ) -> Result<StoredSource, LedgerError> {
        let slug = ids::source_slug(root);
        let parts: [&[u8]; 2] = [&identity.file_system.to_le_bytes(), &identity.inode.to_le_bytes()];
        for again in 0.. {
            let id = format!("{slug}-{}", ids::derived('s', &parts, again, 4));
            let added = self.record.execute(
                "INSERT INTO source (id, kind, file_system, root_inode, root, owner, first_seen) VALUES (?1, 'folder', ?2, ?3, ?4, ?5, ?6) ON CONFLICT (id) DO NOTHING",
                params![id, identity.file_system as i64, identity.inode as i64, root, owner, now],
            )?;
            if added == 1 {
                return Ok(StoredSource { id: SourceId::new(id), identity, root: root.to_vec(), owner: owner.to_owned() });
            }
        }
        unreachable!("a free id is found after finitely many")
    }

    /// Keeps where a source's root is now, what it is, and whose it is.
    ///
    /// # Errors
    /// When the record cannot be written.
    pub fn keep_source(&mut self, source: &StoredSource) -> Result<(), LedgerError> {
        self.record.execute(
            "UPDATE source SET file_system = ?2, root_inode = ?3, root = ?4, owner = ?5 WHERE id = ?1",
            params![
                source.id.as_str(),
                source.identity.file_system as i64,
                source.identity.inode as i64,
                source.root,
                source.owner
            ],
        )?;
        Ok(())
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<StoredSource> {
    Ok(StoredSource {
        id: SourceId::new(row.get::<_, String>(0)?),
        identity: RootIdentity { file_system: row.get::<_, i64>(1)? as u64, inode: row.get::<_, i64>(2)? as u64 },
        root: row.get(3)?,
        owner: row.get(4)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: RootIdentity = RootIdentity { file_system: 7, inode: 2 };
    const THERE: RootIdentity = RootIdentity { file_system: u64::MAX, inode: 2 };

    #[test]
    fn a_source_is_recognised_at_another_mount_point_and_its_path_alone_proves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let mut ledger = Ledger::open(dir.path()).unwrap();
        assert_eq!(ledger.recognise(HERE, b"/mnt/photos").unwrap(), Recognised::New);
        let source = ledger.add_source(HERE, b"/mnt/photos", "alice", 0).unwrap();
        assert!(source.id.as_str().starts_with("photos-"));
        assert_eq!(ledger.recognise(HERE, b"/media/usb1").unwrap(), Recognised::Known(source.clone()));
        assert_eq!(ledger.recognise(THERE, b"/mnt/photos").unwrap(), Recognised::Another(source));
    }
}
