//! Sources: folders are recognised by file system and root inode, users of a server by their ids; never by a path or a name alone.

use lightproof_model::asset::SourceId;
use rusqlite::{OptionalExtension, Row, params};

use crate::{Ledger, LedgerError, ids};

/// What a root is, wherever it is mounted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RootIdentity {
    /// The file system's id; of a server's user the upper half of the user's id.
    pub file_system: u64,
    /// The root folder's inode; of a server's user the lower half of the user's id.
    pub inode: u64,
}

/// What kind of source it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SourceKind {
    /// A folder.
    Folder,
    /// One user's assets on an Immich server.
    Immich,
}

impl SourceKind {
    fn word(self) -> &'static str {
        match self {
            SourceKind::Folder => "folder",
            SourceKind::Immich => "immich",
        }
    }
}

/// A source as the record knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSource {
    /// Its id.
    pub id: SourceId,
    /// What kind it is.
    pub kind: SourceKind,
    /// What its root is.
    pub identity: RootIdentity,
    /// Where its root was last seen: an absolute path as raw bytes, or `immich:SERVER/OWNER`.
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
                "SELECT id, file_system, root_inode, root, owner, kind FROM source WHERE file_system = ?1 AND root_inode = ?2",
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
            .prepare_cached("SELECT id, file_system, root_inode, root, owner, kind FROM source WHERE root = ?1")?
            .query_row([root], read)
            .optional()?)
    }

    /// All sources, by id.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn sources(&self) -> Result<Vec<StoredSource>, LedgerError> {
        let mut query =
            self.record.prepare_cached("SELECT id, file_system, root_inode, root, owner, kind FROM source ORDER BY id")?;
        let sources = query.query_map([], read)?.collect::<Result<_, _>>()?;
        Ok(sources)
    }

    /// Takes a new source into the record.
    ///
    /// # Errors
    /// When the record cannot be written.
    pub fn add_source(
        &mut self,
        kind: SourceKind,
        identity: RootIdentity,
        root: &[u8],
        owner: &str,
        now: i64,
    ) -> Result<StoredSource, LedgerError> {
        let slug = match kind {
            SourceKind::Folder => ids::source_slug(root),
            // `immich:home/alice` is named `home-alice`.
            SourceKind::Immich => {
                let name = root.rsplit(|&b| b == b':').next().unwrap_or(root);
                ids::source_slug(&name.iter().map(|&b| if b == b'/' { b'-' } else { b }).collect::<Vec<_>>())
            }
        };
        let parts: [&[u8]; 2] = [&identity.file_system.to_le_bytes(), &identity.inode.to_le_bytes()];
        for again in 0.. {
            let id = format!("{slug}-{}", ids::derived('s', &parts, again, 4));
            let added = self.record.execute(
                "INSERT INTO source (id, kind, file_system, root_inode, root, owner, first_seen) VALUES (?1, ?7, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (id) DO NOTHING",
                params![id, identity.file_system as i64, identity.inode as i64, root, owner, now, kind.word()],
            )?;
            if added == 1 {
                return Ok(StoredSource { id: SourceId::new(id), kind, identity, root: root.to_vec(), owner: owner.to_owned() });
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
        kind: if row.get::<_, String>(5)? == SourceKind::Immich.word() { SourceKind::Immich } else { SourceKind::Folder },
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
        let source = ledger.add_source(SourceKind::Folder, HERE, b"/mnt/photos", "alice", 0).unwrap();
        assert!(source.id.as_str().starts_with("photos-"));
        assert_eq!(ledger.recognise(HERE, b"/media/usb1").unwrap(), Recognised::Known(source.clone()));
        assert_eq!(ledger.recognise(THERE, b"/mnt/photos").unwrap(), Recognised::Another(source));
    }

    #[test]
    fn a_user_of_a_server_is_a_source_named_after_both() {
        let dir = tempfile::tempdir().unwrap();
        let mut ledger = Ledger::open(dir.path()).unwrap();
        let source = ledger.add_source(SourceKind::Immich, HERE, b"immich:home/alice", "alice", 0).unwrap();
        assert!(source.id.as_str().starts_with("home-alice-"), "{}", source.id);
        assert_eq!(ledger.recognise(HERE, b"immich:attic/alice").unwrap(), Recognised::Known(source));
    }
}
