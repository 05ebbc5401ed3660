//! Assets met in a walk: what is new, what is as it was, what is to be read and how deep.
//!
//! Absent on purpose: what reading gave (`storing`).

use lightproof_model::{
    asset::Fate,
    problem::{Problem, ProblemKind},
};
use rusqlite::{OptionalExtension, params};

use crate::{
    AssetKey, Ledger, LedgerError, ListedRow, Place, RunKey, Stamp, ids,
    stored::{problems, stored_problems},
};

/// How deep an asset was, or is to be, read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Depth {
    /// Nothing of it.
    Nothing = 0,
    /// Its metadata.
    Head = 1,
    /// Its metadata, and all bytes for SHA-1.
    Hashed = 2,
    /// Its metadata and its preview, or nothing of a picture that has none and can be told apart otherwise.
    Quick = 3,
    /// Everything: metadata, SHA-1, image digest, fingerprint, integrity.
    Whole = 4,
    /// Its metadata from its head, its fingerprint from how its server shows it, its SHA-1 as the server says.
    Shown = 5,
}

impl Depth {
    pub(crate) fn of(stored: i64) -> Depth {
        let all = [Depth::Nothing, Depth::Head, Depth::Hashed, Depth::Quick, Depth::Whole, Depth::Shown];
        all.into_iter().find(|depth| *depth as i64 == stored).unwrap_or(Depth::Nothing)
    }

    /// Whether what was read this deep is enough where so deep is wanted. A preview goes without SHA-1, and what a server shows is
    /// not the whole.
    fn suffices(self, wanted: Depth) -> bool {
        use Depth::{Hashed, Head, Nothing, Quick, Shown, Whole};
        match wanted {
            Nothing => true,
            Head => self != Nothing,
            Hashed => matches!(self, Hashed | Whole),
            Quick => matches!(self, Quick | Shown | Whole),
            Shown => matches!(self, Shown | Whole),
            Whole => self == Whole,
        }
    }
}

/// What meeting a place in a walk means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Met {
    /// New, changed, or not read as deep as wanted: it is to be read.
    ToRead(AssetKey),
    /// As it was; there is nothing to read.
    Unchanged(AssetKey),
    /// This run has met the place itself before.
    Already(AssetKey),
    /// A further place of an asset that this run has met.
    FurtherPlace(AssetKey),
    /// An asset of this source with this stamp was elsewhere; whether it moved shows when the walk is over.
    PerhapsMoved(AssetKey),
}

/// What a run wants to know of an asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// How deep it is to be read.
    pub depth: Depth,
    /// The version of the probing code.
    pub version: u32,
    /// A further version that will do: of what this machine could still not probe any better.
    pub or: Option<u32>,
}

impl Wanted {
    fn is_met_by(self, depth: Depth, version: i64) -> bool {
        let versions = [Some(self.version), self.or];
        depth.suffices(self.depth) && versions.into_iter().flatten().any(|v| i64::from(v) == version)
    }
}

struct Row {
    key: i64,
    seen_run: i64,
    depth: i64,
    version: i64,
    fate: Option<String>,
    stamp: Stamp,
    /// Whether its bytes told what it is.
    known: bool,
}

const ROW: &str =
    "SELECT key, seen_run, depth, probe_version, fate, device, inode, size, mtime, ctime, media_type IS NOT NULL FROM asset";

impl Ledger {
    /// Notes that a run met a place, and tells what is to be done about it.
    ///
    /// # Errors
    /// When the ledger cannot be read or written.
    pub fn meet(&self, run: RunKey, place: &Place, stamp: Stamp, wanted: Wanted, now: i64) -> Result<Met, LedgerError> {
        self.batch()?;
        let here = self.row_at(place)?;
        if let Some(row) = &here
            && row.seen_run == run.0
        {
            return Ok(Met::Already(AssetKey(row.key)));
        }
        let same = self.rows_of_inode(stamp)?;
        if let Some(met) = same.iter().find(|row| row.0.seen_run == run.0) {
            self.note_further_place(run, place, met.0.key)?;
            return Ok(Met::FurtherPlace(AssetKey(met.0.key)));
        }
        let Some(row) = here else {
            // The same file was met before at another place. In another source this is another road to one asset. In the
            // same source it may have moved with its folder, which does not touch its ctime.
            if let Some((row, source)) = same.iter().find(|(row, _)| row.stamp == stamp && row.depth > 0) {
                if source == place.source.as_str() {
                    return Ok(Met::PerhapsMoved(AssetKey(row.key)));
                }
                self.note_further_place(run, place, row.key)?;
                return self.meet_known(run, row, stamp, wanted);
            }
            return self.meet_new(run, place, stamp, now);
        };
        self.meet_known(run, &row, stamp, wanted)
    }

    /// Looks into what may have moved once the walk is over: the asset has moved if its old place was not met.
    ///
    /// # Errors
    /// When the ledger cannot be read or written.
    pub fn settle_move(
        &self,
        run: RunKey,
        asset: AssetKey,
        place: &Place,
        stamp: Stamp,
        wanted: Wanted,
        now: i64,
    ) -> Result<Met, LedgerError> {
        self.batch()?;
        let row = self.survey.prepare_cached(&format!("{ROW} WHERE key = ?1"))?.query_row([asset.0], read_row)?;
        if (row.stamp.device, row.stamp.inode) != (stamp.device, stamp.inode) {
            // Meanwhile something else moved to where it was: its row is that one's now, and ids follow contents in the end.
            return self.meet_new(run, place, stamp, now);
        }
        if row.seen_run == run.0 {
            self.note_further_place(run, place, row.key)?;
            return Ok(Met::FurtherPlace(asset));
        }
        self.survey.prepare_cached("UPDATE asset SET folder = ?2, name = ?3 WHERE key = ?1")?.execute(params![
            row.key,
            place.folder,
            place.name
        ])?;
        self.meet_known(run, &row, stamp, wanted)
    }

    fn meet_known(&self, run: RunKey, row: &Row, stamp: Stamp, wanted: Wanted) -> Result<Met, LedgerError> {
        let as_it_was = row.stamp == stamp;
        let deep_enough = wanted.is_met_by(Depth::of(row.depth), row.version) && row.fate.is_some();
        if as_it_was && deep_enough {
            match row.fate.as_deref().and_then(Fate::from_word) {
                Some(Fate::Unreadable) => self.forget_problem(row.key, ProblemKind::Unreadable)?,
                // What was held is held no more; it is held again when its reason still is there.
                Some(Fate::Skipped | Fate::SetAside) if row.known => self.forget_problem(row.key, ProblemKind::Skipped)?,
                _ => {}
            }
            self.survey
                .prepare_cached(
                    "UPDATE asset SET seen_run = ?2, gone_since = NULL, fate = CASE WHEN media_type IS NULL THEN fate ELSE 'unchanged' END \
                     WHERE key = ?1",
                )?
                .execute(params![row.key, run.0])?;
            return Ok(Met::Unchanged(AssetKey(row.key)));
        }
        // Until it is read, the row must not look read: a kill may come at any moment.
        self.survey
            .prepare_cached(
                "UPDATE asset SET device = ?3, inode = ?4, size = ?5, mtime = ?6, ctime = ?7, fate = NULL, depth = 0, gone_since = NULL, \
                 seen_run = ?2, was_sha1 = CASE WHEN ?8 THEN was_sha1 ELSE coalesce(was_sha1, sha1) END WHERE key = ?1",
            )?
            .execute(params![
                row.key,
                run.0,
                stamp.device as i64,
                stamp.inode as i64,
                stamp.size as i64,
                stamp.mtime,
                stamp.ctime,
                as_it_was
            ])?;
        Ok(Met::ToRead(AssetKey(row.key)))
    }

    fn meet_new(&self, run: RunKey, place: &Place, stamp: Stamp, now: i64) -> Result<Met, LedgerError> {
        let id = self.free_id(place)?;
        self.survey
            .prepare_cached(
                "INSERT INTO asset (id, source, folder, name, device, inode, size, mtime, ctime, seen_run, born_run, first_seen) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10, ?11)",
            )?
            .execute(params![
                id,
                place.source.as_str(),
                place.folder,
                place.name,
                stamp.device as i64,
                stamp.inode as i64,
                stamp.size as i64,
                stamp.mtime,
                stamp.ctime,
                run.0,
                now
            ])?;
        Ok(Met::ToRead(AssetKey(self.survey.last_insert_rowid())))
    }

    /// An id for what is first seen at a place. Where an asset that moved on still bears that id, the next one.
    pub(crate) fn free_id(&self, place: &Place) -> Result<String, LedgerError> {
        let mut taken = self.survey.prepare_cached("SELECT 1 FROM asset WHERE id = ?1")?;
        for again in 0.. {
            let id = ids::derived('a', &[place.source.as_str().as_bytes(), &place.path()], again, 13);
            if !taken.exists([&id])? {
                return Ok(id);
            }
        }
        unreachable!("a free id is found after finitely many")
    }

    fn row_at(&self, place: &Place) -> Result<Option<Row>, LedgerError> {
        let mut query = self.survey.prepare_cached(&format!("{ROW} WHERE source = ?1 AND folder = ?2 AND name = ?3"))?;
        Ok(query.query_row(params![place.source.as_str(), place.folder, place.name], read_row).optional()?)
    }

    /// What a file is: itself, or the original of a server's asset whose library is mounted here.
    fn rows_of_inode(&self, stamp: Stamp) -> Result<Vec<(Row, String)>, LedgerError> {
        let mut query = self.survey.prepare_cached(
            "SELECT key, seen_run, depth, probe_version, fate, device, inode, size, mtime, ctime, media_type IS NOT NULL, source FROM asset \
             WHERE device = ?1 AND inode = ?2 AND gone_since IS NULL UNION ALL \
             SELECT key, seen_run, depth, probe_version, fate, device, inode, size, mtime, ctime, media_type IS NOT NULL, source FROM asset \
             WHERE file_device = ?1 AND file_inode = ?2 AND gone_since IS NULL ORDER BY key",
        )?;
        let rows = query
            .query_map(params![stamp.device as i64, stamp.inode as i64], |r| Ok((read_row(r)?, r.get(11)?)))?
            .collect::<Result<_, _>>()?;
        Ok(rows)
    }

    fn note_further_place(&self, run: RunKey, place: &Place, asset: i64) -> Result<(), LedgerError> {
        self.survey
            .prepare_cached(
                "INSERT OR REPLACE INTO further_place (source, folder, name, asset, run) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![place.source.as_str(), place.folder, place.name, asset, run.0])?;
        Ok(())
    }

    /// What stood in the way of an asset is gone: all else that is known of it holds as before.
    fn forget_problem(&self, key: i64, gone: ProblemKind) -> Result<(), LedgerError> {
        let stored: Option<String> = self.survey.query_row("SELECT problems FROM asset WHERE key = ?1", [key], |r| r.get(0))?;
        let all = problems(&stored.unwrap_or_default());
        let rest = stored_problems(all.iter().filter(|p| p.kind != gone));
        let skipped = all.iter().any(|p| p.kind == ProblemKind::Skipped);
        let fate = if skipped { Fate::Skipped } else { Fate::Unreadable };
        self.survey.execute("UPDATE asset SET problems = ?2, fate = ?3 WHERE key = ?1", params![key, rest, fate.word()])?;
        Ok(())
    }

    /// Holds an asset that this run met: it keeps all that is known of it, but takes no part, for this reason.
    ///
    /// # Errors
    /// When the ledger cannot be read or written.
    pub fn hold(&self, asset: AssetKey, fate: Fate, why: Option<Problem>) -> Result<(), LedgerError> {
        self.batch()?;
        let stored: Option<String> =
            self.survey.query_row("SELECT problems FROM asset WHERE key = ?1", [asset.0], |r| r.get(0))?;
        let known = problems(&stored.unwrap_or_default());
        let others = known.into_iter().filter(|p| !matches!(p.kind, ProblemKind::Skipped | ProblemKind::Unreadable));
        let all: Vec<Problem> = why.into_iter().chain(others).collect();
        self.survey// What is known of no format is looked at anew when it is held no more: nothing else tells its fate then.
            .prepare_cached(
                "UPDATE asset SET fate = ?2, problems = ?3, depth = CASE WHEN media_type IS NULL THEN 0 ELSE depth END WHERE key = ?1",
            )?.execute(params![
            asset.0,
            fate.word(),
            stored_problems(all.iter())
        ])?;
        Ok(())
    }

    /// Notes what a server lists of an asset that this run met, and which file here holds its original; nothing where none is known to.
    /// Whether that file is not what it was when it was read.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn note_listed(&self, asset: AssetKey, row: &ListedRow, file: Option<Stamp>) -> Result<bool, LedgerError> {
        self.batch()?;
        let known = self
            .survey
            .prepare_cached(
                "SELECT file_device, file_inode, file_mtime, file_ctime FROM asset WHERE key = ?1 AND file_inode IS NOT NULL",
            )?
            .query_row([asset.0], |r| Ok([r.get::<_, i64>(0)?, r.get(1)?, r.get(2)?, r.get(3)?]))
            .optional()?;
        let found = file.map(|file| [file.device as i64, file.inode as i64, file.mtime, file.ctime]);
        let is_half = row.visibility == HIDDEN;
        let live = row.live_video.or(is_half.then_some(row.remote)).map(u128::to_be_bytes);
        let at = |n: usize| found.map(|file| file[n]);
        self.survey
            .prepare_cached(
                "UPDATE asset SET file_device = ?2, file_inode = ?3, file_mtime = ?4, file_ctime = ?5, uploaded = ?6, live = ?7, \
                 external = ?8 WHERE key = ?1 AND (file_device IS NOT ?2 OR file_inode IS NOT ?3 OR file_mtime IS NOT ?4 OR \
                 file_ctime IS NOT ?5 OR uploaded IS NOT ?6 OR live IS NOT ?7 OR external IS NOT ?8)",
            )?
            .execute(params![asset.0, at(0), at(1), at(2), at(3), row.name, live, row.library.is_some()])?;
        Ok(known.zip(found).is_some_and(|(known, found)| known != found))
    }

    /// Takes what is known of an asset that this run met for outdated: it is to be read anew.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn read_anew(&self, asset: AssetKey) -> Result<(), LedgerError> {
        self.batch()?;
        self.survey.prepare_cached("UPDATE asset SET fate = NULL, depth = 0 WHERE key = ?1")?.execute([asset.0])?;
        Ok(())
    }

    /// An asset of this run that the same file is the original of, under another id of its server or on another one.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn asset_of_file(&self, run: RunKey, file: Stamp, but: Stamp) -> Result<Option<AssetKey>, LedgerError> {
        let mut query = self.survey.prepare_cached(
            "SELECT key FROM asset WHERE file_device = ?1 AND file_inode = ?2 AND seen_run = ?3 AND NOT (device = ?4 AND inode = ?5)",
        )?;
        let (file, but) = ([file.device as i64, file.inode as i64], [but.device as i64, but.inode as i64]);
        Ok(query.query_row(params![file[0], file[1], run.0, but[0], but[1]], |r| r.get(0).map(AssetKey)).optional()?)
    }

    /// Notes that a place leads to an asset that is at home elsewhere.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn leads_to(&self, run: RunKey, place: &Place, asset: AssetKey) -> Result<(), LedgerError> {
        self.batch()?;
        self.note_further_place(run, place, asset.0)
    }
}

/// The server's word for what shows nowhere: the moving halves of live photos.
const HIDDEN: &str = "hidden";

fn read_row(r: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    Ok(Row {
        key: r.get(0)?,
        seen_run: r.get(1)?,
        depth: r.get(2)?,
        version: r.get(3)?,
        fate: r.get(4)?,
        stamp: Stamp {
            device: r.get::<_, i64>(5)? as u64,
            inode: r.get::<_, i64>(6)? as u64,
            size: r.get::<_, i64>(7)? as u64,
            mtime: r.get(8)?,
            ctime: r.get(9)?,
        },
        known: r.get(10)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_deeper_suffices_and_a_preview_tells_no_sha1() {
        use Depth::{Hashed, Head, Nothing, Quick, Shown, Whole};
        for (read, wanted, enough) in [
            (Nothing, Head, false),
            (Head, Quick, false),
            (Hashed, Quick, false),
            (Quick, Head, true),
            (Quick, Hashed, false),
            (Quick, Quick, true),
            (Quick, Whole, false),
            (Whole, Hashed, true),
            (Whole, Quick, true),
            (Whole, Shown, true),
            (Shown, Shown, true),
            (Shown, Head, true),
            (Shown, Quick, true),
            (Shown, Whole, false),
            (Quick, Shown, false),
        ] {
            assert_eq!(Depth::of(read as i64).suffices(wanted), enough, "{read:?} where {wanted:?} is wanted");
        }
    }
}
