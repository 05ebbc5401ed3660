//! Settling identities when a walk is over: an id follows its content, so that a rename loses no decision.
//!
//! Content that left its place (the place vanished, or holds other bytes now) and appeared at another place of the
//! same source keeps its id and the time it was first seen. Everything else keeps the id of its place.

use std::collections::{HashMap, HashSet};

use lightproof_model::{asset::SourceId, digest::Sha1};
use rusqlite::params;

use crate::{AssetKey, Depth, FolderNoteKind, Ledger, LedgerError, Place, RunKey, Stamp};

/// What settling found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Settled {
    /// Assets found again at another place.
    pub moved: u64,
    /// Assets whose place vanished and whose content is nowhere else in the source.
    pub gone: u64,
}

/// Content that is no longer where it was.
struct Departed {
    key: i64,
    id: String,
    first_seen: i64,
    gone: bool,
}

impl Ledger {
    /// Marks what a complete walk of a source no longer met. Nothing below an unreadable folder counts as vanished:
    /// such assets keep all that is known of them, with the fate `unreadable`; their number is returned.
    ///
    /// # Errors
    /// When the ledger cannot be read or written.
    pub fn mark_vanished(&mut self, run: RunKey, source: &SourceId) -> Result<u64, LedgerError> {
        self.flush()?;
        let unreadable =
            self.folder_notes(run)?.into_iter().filter(|n| n.kind == FolderNoteKind::Unreadable && n.source == *source);
        let mut kept = 0;
        let step = self.survey.transaction()?;
        for note in unreadable {
            let below = [&note.folder[..], b"/"].concat();
            let past = [&note.folder[..], b"0"].concat(); // '0' follows '/'
            kept += step.execute(
                "UPDATE asset SET seen_run = ?1, fate = 'unreadable', problems = CASE WHEN fate = 'unreadable' AND \
                 problems LIKE 'unreadable' || char(9) || '%' THEN problems ELSE 'unreadable' || char(9) || ?5 || \
                 coalesce(char(10) || problems, '') END \
                 WHERE source = ?2 AND seen_run < ?1 AND gone_since IS NULL AND (?3 = X'' OR folder = ?3 OR (folder >= ?4 AND folder < ?6) \
                 OR (folder || CASE folder WHEN X'' THEN X'' ELSE X'2F' END || name) = ?3)",
                params![run.0, source.as_str(), note.folder, below, format!("its folder could not be read: {}", note.reason), past],
            )?;
        }
        step.execute(
            // A place that leads to an asset of another source has not vanished.
            "UPDATE asset SET gone_since = ?1 WHERE source = ?2 AND seen_run < ?1 AND gone_since IS NULL AND NOT EXISTS (SELECT 1 \
             FROM further_place p WHERE p.source = asset.source AND p.folder = asset.folder AND p.name = asset.name AND p.run = ?1)",
            params![run.0, source.as_str()],
        )?;
        step.commit()?;
        Ok(kept as u64)
    }

    /// Notes that what was at a place is known to be elsewhere, and not gone; nothing where this run met something there, or nothing is known.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn still_known(&self, run: RunKey, place: &Place) -> Result<Option<AssetKey>, LedgerError> {
        self.batch()?;
        let mut query = self.survey.prepare_cached(
            "UPDATE asset SET seen_run = ?1, gone_since = NULL WHERE source = ?2 AND folder = ?3 AND name = ?4 AND seen_run < ?1 \
             RETURNING key",
        )?;
        let found =
            query.query_map(params![run.0, place.source.as_str(), place.folder, place.name], |r| r.get(0).map(AssetKey))?;
        Ok(found.collect::<Result<Vec<_>, _>>()?.pop())
    }

    /// Assets that look moved (same device, inode, size and mtime as one that vanished) but whose SHA-1 is not known,
    /// while that of the vanished one is: the caller takes it, so that content and not a stamp carries the id over.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn moved_without_sha1(&self, run: RunKey, source: &SourceId) -> Result<Vec<(AssetKey, Place, Stamp)>, LedgerError> {
        let mut query = self.survey.prepare(
            "SELECT n.key, n.folder, n.name, n.device, n.inode, n.size, n.mtime, n.ctime FROM asset n JOIN asset g \
             ON g.device = n.device AND g.inode = n.inode AND g.size = n.size AND g.mtime = n.mtime \
             WHERE n.seen_run = ?1 AND n.source = ?2 AND n.born_run > ?3 AND n.sha1 IS NULL AND n.depth > 0 \
             AND g.source = ?2 AND g.gone_since > ?3 AND g.sha1 IS NOT NULL ORDER BY n.key",
        )?;
        let candidates = query
            .query_map(params![run.0, source.as_str(), self.last_settled(source)?], |r| {
                let stamp = Stamp {
                    device: r.get::<_, i64>(3)? as u64,
                    inode: r.get::<_, i64>(4)? as u64,
                    size: r.get::<_, i64>(5)? as u64,
                    mtime: r.get(6)?,
                    ctime: r.get(7)?,
                };
                Ok((AssetKey(r.get(0)?), Place { source: source.clone(), folder: r.get(1)?, name: r.get(2)? }, stamp))
            })?
            .collect::<Result<_, _>>()?;
        Ok(candidates)
    }

    /// Keeps a SHA-1 that was taken after the asset was stored.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn keep_sha1(&mut self, asset: AssetKey, sha1: Sha1) -> Result<(), LedgerError> {
        self.survey.execute(
            "UPDATE asset SET sha1 = ?2, depth = max(depth, ?3) WHERE key = ?1",
            params![asset.0, sha1.0, Depth::Hashed as i64],
        )?;
        Ok(())
    }

    /// Lets ids follow their contents within a source. To be called after [`Ledger::mark_vanished`].
    ///
    /// # Errors
    /// When the ledger cannot be read or written.
    pub fn settle(&mut self, run: RunKey, source: &SourceId) -> Result<Settled, LedgerError> {
        self.flush()?;
        let mut departed = self.departed(source)?;
        let assigned = self.assign(run, source, &mut departed)?;
        let taken: HashSet<i64> = assigned.iter().map(|(_, d)| d.key).collect();
        let mut moved = 0;
        let step = self.survey.transaction()?;
        // Two steps, since ids are unique at every moment: first out of the way, then to their new rows.
        for (_, left) in &assigned {
            if left.gone {
                for sql in
                    ["DELETE FROM gray WHERE asset = ?1", "DELETE FROM exif WHERE asset = ?1", "DELETE FROM asset WHERE key = ?1"]
                {
                    step.execute(sql, [left.key])?;
                }
            } else {
                step.execute("UPDATE asset SET id = '~' || key WHERE key = ?1", [left.key])?;
            }
        }
        for (key, left) in &assigned {
            step.execute("UPDATE asset SET id = ?2, first_seen = ?3 WHERE key = ?1", params![key, left.id, left.first_seen])?;
            moved += 1;
        }
        step.commit()?;
        self.name_the_nameless(source, &taken)?;
        self.survey.execute(
            "UPDATE asset SET was_sha1 = NULL WHERE source = ?1 AND seen_run = ?2 AND was_sha1 IS NOT NULL",
            params![source.as_str(), run.0],
        )?;
        let gone = self.survey.query_row(
            "SELECT count(*) FROM asset WHERE source = ?1 AND gone_since > ?2",
            params![source.as_str(), self.last_settled(source)?],
            |r| r.get::<_, i64>(0),
        )?;
        Ok(Settled { moved, gone: gone as u64 })
    }

    /// The last run over a source that came to its end; what later, interrupted runs met has not been settled.
    fn last_settled(&self, source: &SourceId) -> Result<i64, LedgerError> {
        let sql = "SELECT coalesce(max(run.key), 0) FROM run JOIN run_source ON run_source.run = run.key \
                   WHERE run_source.source = ?1 AND run.finished IS NOT NULL";
        Ok(self.survey.prepare_cached(sql)?.query_row([source.as_str()], |r| r.get(0))?)
    }

    /// Contents that are no longer where they were, by SHA-1; those that vanished last come first, and of these those
    /// that a completed run knows.
    ///
    /// Where only heads were read there is no SHA-1; then inode, size and mtime stand for the content.
    fn departed(&self, source: &SourceId) -> Result<HashMap<Vec<u8>, Vec<Departed>>, LedgerError> {
        let mut query = self.survey.prepare(
            "SELECT key, id, first_seen, gone_since IS NOT NULL, \
             CASE WHEN gone_since IS NULL THEN was_sha1 ELSE coalesce(sha1, CAST(device || ':' || inode || ':' || size || ':' || mtime AS BLOB)) END \
             AS content FROM asset WHERE source = ?1 AND (gone_since IS NOT NULL OR (was_sha1 IS NOT NULL AND was_sha1 IS NOT sha1)) \
             AND content IS NOT NULL ORDER BY gone_since, born_run > ?2 DESC, folder DESC, name DESC",
        )?;
        let mut departed: HashMap<Vec<u8>, Vec<Departed>> = HashMap::new();
        let mut rows = query.query(params![source.as_str(), self.last_settled(source)?])?;
        while let Some(r) = rows.next()? {
            let left = Departed { key: r.get(0)?, id: r.get(1)?, first_seen: r.get(2)?, gone: r.get(3)? };
            departed.entry(r.get(4)?).or_default().push(left);
        }
        Ok(departed)
    }

    /// Gives each content that appeared since the last settling the id of an equal one that departed.
    fn assign(
        &self,
        run: RunKey,
        source: &SourceId,
        departed: &mut HashMap<Vec<u8>, Vec<Departed>>,
    ) -> Result<Vec<(i64, Departed)>, LedgerError> {
        if departed.is_empty() {
            return Ok(Vec::new());
        }
        let mut query = self.survey.prepare(
            "SELECT key, sha1, CAST(device || ':' || inode || ':' || size || ':' || mtime AS BLOB) FROM asset \
             WHERE source = ?1 AND seen_run = ?2 AND depth > 0 AND fate <> 'skipped' AND (born_run > ?3 OR (was_sha1 IS NOT NULL AND was_sha1 IS NOT sha1)) ORDER BY folder, name",
        )?;
        let mut rows = query.query(params![source.as_str(), run.0, self.last_settled(source)?])?;
        let mut assigned = Vec::new();
        while let Some(r) = rows.next()? {
            let contents = [r.get::<_, Option<Vec<u8>>>(1)?, Some(r.get(2)?)];
            let left = contents.iter().flatten().find_map(|content| departed.get_mut(content).and_then(Vec::pop));
            if let Some(left) = left {
                assigned.push((r.get(0)?, left));
            }
        }
        Ok(assigned)
    }

    /// A place whose content left with the id, and which holds other content now, is first seen now.
    fn name_the_nameless(&mut self, source: &SourceId, taken: &HashSet<i64>) -> Result<(), LedgerError> {
        for key in taken {
            let nameless = {
                let mut query = self.survey.prepare("SELECT folder, name FROM asset WHERE key = ?1 AND id = '~' || key")?;
                let mut rows = query.query([key])?;
                match rows.next()? {
                    Some(r) => Some(Place { source: source.clone(), folder: r.get(0)?, name: r.get(1)? }),
                    None => None,
                }
            };
            if let Some(place) = nameless {
                let id = self.free_id(&place)?;
                self.survey.execute("UPDATE asset SET id = ?2 WHERE key = ?1", params![key, id])?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use lightproof_model::asset::Fate;

    use super::*;
    use crate::{Depth, Met, Reading, RootIdentity, SourceKind, Wanted};

    struct Walk {
        ledger: Ledger,
        source: SourceId,
        inode: u64,
        _dir: tempfile::TempDir,
    }

    fn walk() -> Walk {
        let dir = tempfile::tempdir().unwrap();
        let mut ledger = Ledger::open(dir.path()).unwrap();
        let source =
            ledger.add_source(SourceKind::Folder, RootIdentity { file_system: 1, inode: 1 }, b"/photos", "", 0).unwrap().id;
        Walk { ledger, source, inode: 100, _dir: dir }
    }

    impl Walk {
        /// Walks places with contents (told by one byte); each is met as changed, as an editor or a copy would leave it.
        fn over(&mut self, found: &[(&str, u8)]) -> Settled {
            let run = self.interrupted_over(found);
            self.ledger.mark_vanished(run, &self.source).unwrap();
            let settled = self.ledger.settle(run, &self.source).unwrap();
            self.ledger.finish_run(run, 10).unwrap();
            settled
        }

        /// Walks and reads, and is killed before identities are settled.
        fn interrupted_over(&mut self, found: &[(&str, u8)]) -> RunKey {
            let run = self.ledger.begin_run("survey", "test", std::slice::from_ref(&self.source), 10).unwrap();
            for (path, content) in found {
                self.inode += 1;
                let stamp = Stamp { device: 1, inode: self.inode, size: 1, mtime: 0, ctime: 0 };
                let met = self
                    .ledger
                    .meet(
                        run,
                        &Place::of(&self.source, path.as_bytes()),
                        stamp,
                        Wanted { depth: Depth::Whole, version: 1, or: None },
                        10,
                    )
                    .unwrap();
                let Met::ToRead(key) = met else { panic!("{met:?}") };
                let reading = Reading {
                    fate: Fate::Read,
                    depth: Depth::Whole,
                    version: 1,
                    stamp: None,
                    probe: None,
                    preview: None,
                    sha1: Some(Sha1([*content; 20])),
                    sidecar_date: None,
                    problems: Vec::new(),
                };
                self.ledger.store(run, key, &reading).unwrap();
            }
            run
        }

        fn id(&self, path: &str) -> String {
            let place = Place::of(&self.source, path.as_bytes());
            self.ledger.asset_at(&place).unwrap().unwrap().id.to_string()
        }
    }

    #[test]
    fn a_renamed_asset_keeps_its_id() {
        let mut walk = walk();
        walk.over(&[("a.jpg", 1), ("b.jpg", 2)]);
        let id = walk.id("a.jpg");
        assert_eq!(walk.over(&[("b.jpg", 2), ("new/c.jpg", 1)]), Settled { moved: 1, gone: 0 });
        assert_eq!(walk.id("new/c.jpg"), id);
    }

    #[test]
    fn two_assets_that_change_places_change_ids() {
        let mut walk = walk();
        walk.over(&[("a.jpg", 1), ("b.jpg", 2)]);
        let (a, b) = (walk.id("a.jpg"), walk.id("b.jpg"));
        walk.over(&[("a.jpg", 2), ("b.jpg", 1)]);
        assert_eq!((walk.id("a.jpg"), walk.id("b.jpg")), (b, a));
    }

    #[test]
    fn what_is_edited_in_place_keeps_its_id_and_a_copy_gets_its_own() {
        let mut walk = walk();
        walk.over(&[("a.jpg", 1)]);
        let a = walk.id("a.jpg");
        walk.over(&[("a.jpg", 9), ("copy.jpg", 9)]);
        assert_eq!(walk.id("a.jpg"), a);
        assert_ne!(walk.id("copy.jpg"), a);
    }

    #[test]
    fn a_place_taken_over_by_another_content_is_another_asset() {
        let mut walk = walk();
        walk.over(&[("a.jpg", 1)]);
        let a = walk.id("a.jpg");
        walk.over(&[("a.jpg", 2), ("moved.jpg", 1)]);
        assert_eq!(walk.id("moved.jpg"), a);
        assert_ne!(walk.id("a.jpg"), a);
        assert!(walk.id("a.jpg").starts_with('a'));
    }

    #[test]
    fn what_came_back_after_a_while_is_known_again() {
        let mut walk = walk();
        walk.over(&[("a.jpg", 1), ("b.jpg", 2)]);
        let id = walk.id("a.jpg");
        assert_eq!(walk.over(&[("b.jpg", 2)]), Settled { moved: 0, gone: 1 });
        walk.over(&[("b.jpg", 2), ("restored/a.jpg", 1)]);
        assert_eq!(walk.id("restored/a.jpg"), id);
    }

    #[test]
    fn a_renamed_asset_keeps_its_id_though_the_survey_that_met_it_first_was_interrupted() {
        let mut walk = walk();
        walk.over(&[("a.jpg", 1), ("b.jpg", 2)]);
        let id = walk.id("a.jpg");
        walk.interrupted_over(&[("new/c.jpg", 1)]);
        walk.interrupted_over(&[("b.jpg", 2)]);
        walk.over(&[("b.jpg", 2), ("new/c.jpg", 1)]);
        assert_eq!(walk.id("new/c.jpg"), id);
    }

    #[test]
    fn a_folder_that_stays_unreadable_is_told_once() {
        let mut walk = walk();
        walk.over(&[("a/x.jpg", 1)]);
        for _ in 0..3 {
            let run = walk.ledger.begin_run("survey", "test", std::slice::from_ref(&walk.source), 10).unwrap();
            let note = crate::FolderNote {
                source: walk.source.clone(),
                folder: b"a".to_vec(),
                kind: FolderNoteKind::Unreadable,
                reason: "permission denied".to_owned(),
            };
            walk.ledger.note_folder(run, &note).unwrap();
            assert_eq!(walk.ledger.mark_vanished(run, &walk.source).unwrap(), 1);
            walk.ledger.finish_run(run, 10).unwrap();
        }
        let asset = walk.ledger.asset_at(&Place::of(&walk.source, b"a/x.jpg")).unwrap().unwrap();
        assert_eq!((asset.fate, asset.problems.len()), (Some(Fate::Unreadable), 1), "{:?}", asset.problems);
    }
}
