//! Groups as found by the latest grouping.

use lightproof_model::{
    asset::{AssetId, GroupId, SourceId},
    digest::Sha1,
};
use rusqlite::{OptionalExtension, params};

use crate::{AssetKey, Ledger, LedgerError, Place, StoredAsset, stored::COLUMNS};

/// A group to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRow {
    /// Its id.
    pub id: GroupId,
    /// The word of its basis.
    pub basis: &'static str,
    /// Digest of the evidence shown.
    pub seen: String,
    /// Its members and their companions, in the order in which they are shown.
    pub members: Vec<MemberRow>,
}

/// One row of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberRow {
    /// Which asset.
    pub asset: AssetKey,
    /// The word of its basis.
    pub basis: &'static str,
    /// Distance to the centre in bits.
    pub distance: u32,
    /// Its rank, where there is a ranking and it takes part.
    pub rank: Option<u32>,
    /// On what ground, or why there is no rank.
    pub ground: String,
}

/// A row of a group, in brief: enough to list a hundred thousand groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupLineRow {
    /// The group.
    pub group: GroupId,
    /// The word of the group's basis.
    pub basis: String,
    /// Digest of the evidence shown.
    pub seen: String,
    /// The asset's row.
    pub key: AssetKey,
    /// The asset's id.
    pub asset: AssetId,
    /// The asset's source.
    pub source: SourceId,
    /// Its bytes' digest, where that is what stands for its content.
    pub content: Option<Sha1>,
    /// Its size in bytes.
    pub bytes: u64,
    /// Whether it is a companion: a further part of a member's unit.
    pub is_part: bool,
    /// The member's rank.
    pub rank: Option<u32>,
    /// Its path below the source's root.
    pub path: Vec<u8>,
}

/// A stored group, with words as they stand in the CSV.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredGroup {
    /// Its id.
    pub id: GroupId,
    /// Its basis.
    pub basis: String,
    /// Digest of the evidence shown.
    pub seen: String,
    /// Its rows: asset, basis, distance, rank, ground.
    pub members: Vec<(StoredAsset, String, u32, Option<u32>, String)>,
}

impl Ledger {
    /// Replaces all groups with what `groups` gives one at a time, reading this ledger or not. When that ends with an error,
    /// the old groups stay.
    ///
    /// # Errors
    /// When the ledger cannot be written, or the first error that `groups` gives.
    pub fn replace_groups<E: From<LedgerError>>(&self, groups: impl IntoIterator<Item = Result<GroupRow, E>>) -> Result<(), E> {
        self.flush()?;
        let step = self.survey.unchecked_transaction().map_err(LedgerError::from)?;
        step.execute_batch("DELETE FROM grouping; DELETE FROM member").map_err(LedgerError::from)?;
        for (ord, group) in groups.into_iter().enumerate() {
            self.add_group(ord, &group?)?;
        }
        step.commit().map_err(LedgerError::from)?;
        Ok(())
    }

    fn add_group(&self, ord: usize, group: &GroupRow) -> Result<(), LedgerError> {
        self.survey.prepare_cached("INSERT INTO grouping (id, ord, basis, seen) VALUES (?1, ?2, ?3, ?4)")?.execute(params![
            group.id.as_str(),
            ord as i64,
            group.basis,
            group.seen
        ])?;
        let mut add_member = self.survey.prepare_cached(
            "INSERT INTO member (grouping, ord, asset, basis, distance, rank, ground) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?;
        for (ord, m) in group.members.iter().enumerate() {
            add_member.execute(params![group.id.as_str(), ord as i64, m.asset.0, m.basis, m.distance, m.rank, m.ground])?;
        }
        Ok(())
    }

    /// The ids of all groups, in order.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn group_ids(&self) -> Result<Vec<GroupId>, LedgerError> {
        let mut query = self.survey.prepare("SELECT id FROM grouping ORDER BY ord")?;
        let ids = query.query_map([], |r| Ok(GroupId::new(r.get::<_, String>(0)?)))?.collect::<Result<_, _>>()?;
        Ok(ids)
    }

    /// All groups in order, one at a time.
    ///
    /// # Errors
    /// When the ledger cannot be read, or what `each` returns.
    pub fn for_each_group<E: From<LedgerError>>(&self, mut each: impl FnMut(StoredGroup) -> Result<(), E>) -> Result<(), E> {
        let mut query = self.survey.prepare("SELECT id FROM grouping ORDER BY ord").map_err(LedgerError::from)?;
        let mut rows = query.query([]).map_err(LedgerError::from)?;
        while let Some(row) = rows.next().map_err(LedgerError::from)? {
            let id: String = row.get(0).map_err(LedgerError::from)?;
            if let Some(group) = self.group(&GroupId::new(id))? {
                each(group)?;
            }
        }
        Ok(())
    }

    /// All rows of all groups in brief, group by group in order, each group's rows together.
    ///
    /// # Errors
    /// When the ledger cannot be read, or what `each` returns.
    pub fn for_each_group_line<E: From<LedgerError>>(
        &self,
        mut each: impl FnMut(GroupLineRow) -> Result<(), E>,
    ) -> Result<(), E> {
        let failed = |error: rusqlite::Error| E::from(LedgerError::from(error));
        let mut query = self
            .survey
            .prepare(
                "SELECT g.id, g.basis, g.seen, a.key, a.id, a.source, a.sha1, a.external, a.size, a.companion_of IS NOT NULL, m.rank, a.folder, a.name \
                 FROM grouping g JOIN member m ON m.grouping = g.id JOIN asset a ON a.key = m.asset ORDER BY g.ord, m.ord",
            )
            .map_err(failed)?;
        let mut rows = query.query([]).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            each(read_line(row).map_err(failed)?)?;
        }
        Ok(())
    }

    /// Where the members of all groups of a basis are, groups in order and the members of one together; companions are left out.
    ///
    /// # Errors
    /// When the ledger cannot be read, or what `each` returns.
    pub fn for_each_member_place<E: From<LedgerError>>(
        &self,
        basis: &str,
        mut each: impl FnMut(GroupId, AssetId, Place) -> Result<(), E>,
    ) -> Result<(), E> {
        let failed = |error: rusqlite::Error| E::from(LedgerError::from(error));
        let mut query = self
            .survey
            .prepare_cached(
                "SELECT g.id, a.id, a.source, a.folder, a.name FROM grouping g JOIN member m ON m.grouping = g.id \
                 JOIN asset a ON a.key = m.asset WHERE g.basis = ?1 AND a.companion_of IS NULL ORDER BY g.ord, m.ord",
            )
            .map_err(failed)?;
        let mut rows = query.query([basis]).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            let read = |r: &rusqlite::Row<'_>| {
                let place = Place { source: SourceId::new(r.get::<_, String>(2)?), folder: r.get(3)?, name: r.get(4)? };
                Ok((GroupId::new(r.get::<_, String>(0)?), AssetId::new(r.get::<_, String>(1)?), place))
            };
            let (group, asset, place) = read(row).map_err(failed)?;
            each(group, asset, place)?;
        }
        Ok(())
    }

    /// The rows of one group in brief.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn group_line_rows(&self, id: &GroupId) -> Result<Vec<GroupLineRow>, LedgerError> {
        let mut query = self.survey.prepare_cached(
            "SELECT g.id, g.basis, g.seen, a.key, a.id, a.source, a.sha1, a.external, a.size, a.companion_of IS NOT NULL, m.rank, a.folder, a.name \
             FROM grouping g JOIN member m ON m.grouping = g.id JOIN asset a ON a.key = m.asset WHERE g.id = ?1 ORDER BY m.ord",
        )?;
        let rows = query.query_map([id.as_str()], read_line)?.collect::<Result<_, _>>()?;
        Ok(rows)
    }

    /// Puts a group in the place of the stored one of the same id.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn tell_anew(&self, group: &GroupRow) -> Result<(), LedgerError> {
        // A step of its own, or part of one.
        let step = self.survey.is_autocommit().then(|| self.survey.unchecked_transaction()).transpose()?;
        let ord: Option<i64> =
            self.survey.query_row("SELECT ord FROM grouping WHERE id = ?1", [group.id.as_str()], |r| r.get(0)).optional()?;
        if let Some(ord) = ord.and_then(|ord| usize::try_from(ord).ok()) {
            self.survey.execute("DELETE FROM member WHERE grouping = ?1", [group.id.as_str()])?;
            self.survey.execute("DELETE FROM grouping WHERE id = ?1", [group.id.as_str()])?;
            self.add_group(ord, group)?;
        }
        Ok(step.map_or(Ok(()), rusqlite::Transaction::commit)?)
    }

    /// Does work on the survey that no other process may come into: it waits for them, and they for it. All is written or nothing.
    ///
    /// # Errors
    /// When the survey cannot be written, or what `work` returns.
    pub fn alone_on_the_survey<T, E: From<LedgerError>>(&self, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let step = rusqlite::Transaction::new_unchecked(&self.survey, rusqlite::TransactionBehavior::Immediate)
            .map_err(LedgerError::from)?;
        let done = work()?;
        step.commit().map_err(LedgerError::from)?;
        Ok(done)
    }

    /// One group.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn group(&self, id: &GroupId) -> Result<Option<StoredGroup>, LedgerError> {
        let head = self
            .survey
            .prepare_cached("SELECT basis, seen FROM grouping WHERE id = ?1")?
            .query_row([id.as_str()], |r| Ok((r.get(0)?, r.get(1)?)))
            .optional()?;
        let Some((basis, seen)) = head else { return Ok(None) };
        let columns = COLUMNS.split(',').map(|c| format!("asset.{}", c.trim())).collect::<Vec<_>>();
        let beside = columns.len();
        let columns = columns.join(", ");
        let mut query = self.survey.prepare_cached(&format!(
            "SELECT {columns}, member.basis, member.distance, member.rank, member.ground FROM member JOIN asset ON asset.key = member.asset \
             WHERE member.grouping = ?1 ORDER BY member.ord"
        ))?;
        let members = query
            .query_map([id.as_str()], |r| {
                Ok((StoredAsset::read(r)?, r.get(beside)?, r.get(beside + 1)?, r.get(beside + 2)?, r.get(beside + 3)?))
            })?
            .collect::<Result<_, _>>()?;
        Ok(Some(StoredGroup { id: id.clone(), basis, seen, members }))
    }

    /// The groups with a row whose path holds a text, whatever the case of ASCII letters.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn groups_with_path(&self, text: &str) -> Result<Vec<GroupId>, LedgerError> {
        let literal = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        let mut query = self.survey.prepare_cached(
            "SELECT DISTINCT m.grouping FROM member m JOIN asset a ON a.key = m.asset \
             WHERE CAST(a.folder AS TEXT) || '/' || CAST(a.name AS TEXT) LIKE ?1 ESCAPE '\\'",
        )?;
        let ids =
            query.query_map([format!("%{literal}%")], |r| Ok(GroupId::new(r.get::<_, String>(0)?)))?.collect::<Result<_, _>>()?;
        Ok(ids)
    }

    /// The groups that hold these bytes in a source, as a member or as a part of one.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn groups_with_content(&self, source: &SourceId, content: Sha1) -> Result<Vec<GroupId>, LedgerError> {
        let mut query = self.survey.prepare_cached(
            "SELECT DISTINCT m.grouping FROM asset a JOIN member m ON m.asset = a.key WHERE a.sha1 = ?1 AND a.source = ?2",
        )?;
        let ids = query
            .query_map(params![content.0, source.as_str()], |r| Ok(GroupId::new(r.get::<_, String>(0)?)))?
            .collect::<Result<_, _>>()?;
        Ok(ids)
    }

    /// The groups that an asset is in.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn groups_of(&self, asset: AssetKey) -> Result<Vec<GroupId>, LedgerError> {
        let mut query = self.survey.prepare_cached("SELECT DISTINCT grouping FROM member WHERE asset = ?1 ORDER BY grouping")?;
        let ids = query.query_map([asset.0], |r| Ok(GroupId::new(r.get::<_, String>(0)?)))?.collect::<Result<_, _>>()?;
        Ok(ids)
    }
}

fn read_line(r: &rusqlite::Row<'_>) -> rusqlite::Result<GroupLineRow> {
    let external: bool = r.get::<_, Option<bool>>(7)?.unwrap_or_default();
    Ok(GroupLineRow {
        group: GroupId::new(r.get::<_, String>(0)?),
        basis: r.get(1)?,
        seen: r.get(2)?,
        key: AssetKey(r.get(3)?),
        asset: AssetId::new(r.get::<_, String>(4)?),
        source: SourceId::new(r.get::<_, String>(5)?),
        content: r.get::<_, Option<[u8; 20]>>(6)?.map(Sha1).filter(|_| !external),
        bytes: r.get::<_, i64>(8)? as u64,
        is_part: r.get(9)?,
        rank: r.get(10)?,
        path: joined(r.get(11)?, &r.get::<_, Vec<u8>>(12)?),
    })
}

fn joined(mut folder: Vec<u8>, name: &[u8]) -> Vec<u8> {
    if !folder.is_empty() {
        folder.push(b'/');
    }
    folder.extend_from_slice(name);
    folder
}
