//! Groups as found by the latest grouping.

use lightproof_model::asset::GroupId;
use rusqlite::{OptionalExtension, params};

use crate::{AssetKey, Ledger, LedgerError, StoredAsset, stored::COLUMNS};

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
        let own = COLUMNS.split(',').count();
        let columns = COLUMNS.split(',').map(|c| format!("asset.{}", c.trim())).collect::<Vec<_>>().join(", ");
        let mut query = self.survey.prepare_cached(&format!(
            "SELECT {columns}, member.basis, member.distance, member.rank, member.ground FROM member JOIN asset ON asset.key = member.asset \
             WHERE member.grouping = ?1 ORDER BY member.ord"
        ))?;
        let members = query
            .query_map([id.as_str()], |r| {
                Ok((StoredAsset::read(r)?, r.get(own)?, r.get(own + 1)?, r.get(own + 2)?, r.get(own + 3)?))
            })?
            .collect::<Result<_, _>>()?;
        Ok(Some(StoredGroup { id: id.clone(), basis, seen, members }))
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
