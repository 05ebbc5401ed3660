//! Listings: what servers said of their assets, remembered from one survey to the next.
//!
//! A listing is written as it comes in; one that breaks off leaves what it brought, and the next begins anew.
//! Absent on purpose: asking the server (`sources`), and what an asset's bytes tell (`storing`).

use lightproof_model::asset::SourceId;
use rusqlite::{OptionalExtension, Row, params};

use crate::{AssetKey, Ledger, LedgerError};

/// What a server's listing says of one asset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedRow {
    /// The server's id of it.
    pub remote: u128,
    /// Where the server keeps the original, in its own file system.
    pub path: String,
    /// The name it was uploaded under.
    pub name: String,
    /// Bytes of the original, where known.
    pub bytes: Option<u64>,
    /// The server's checksum: of the bytes, or of the path where `library` says so.
    pub checksum: [u8; 20],
    /// The external library that it is in.
    pub library: Option<u128>,
    /// Its moving half.
    pub live_video: Option<u128>,
    /// Where it shows, as the server's word.
    pub visibility: String,
    /// In the trash.
    pub trashed: bool,
    /// Its file is gone.
    pub offline: bool,
    /// A favourite.
    pub favourite: bool,
    /// When its file was last modified, RFC 3339.
    pub modified: String,
    /// When its row last changed, RFC 3339.
    pub updated: String,
}

const COLUMNS: &str =
    "remote, path, name, bytes, checksum, library, live_video, visibility, trashed, offline, favourite, modified, updated";

impl Ledger {
    /// Up to when a source's listing is complete, by the server's clock.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn listed_until(&self, source: &SourceId) -> Result<Option<String>, LedgerError> {
        let mut query = self.survey.prepare_cached("SELECT until FROM listing WHERE source = ?1")?;
        Ok(query.query_row([source.as_str()], |r| r.get(0)).optional()?.flatten())
    }

    /// Notes that a source's listing is complete up to a moment, and by how much the server then still counted more than it listed: of
    /// which visibility, trashed or not.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn listing_is_complete(&self, source: &SourceId, until: &str, gaps: &[(&str, bool, i64)]) -> Result<(), LedgerError> {
        self.batch()?;
        let gaps: String = gaps.iter().map(|(word, trashed, more)| format!("{word} {} {more}\n", u8::from(*trashed))).collect();
        self.survey
            .prepare_cached(
                "INSERT INTO listing (source, until, round, gaps) VALUES (?1, ?2, 0, ?3) \
                 ON CONFLICT (source) DO UPDATE SET until = excluded.until, gaps = excluded.gaps",
            )?
            .execute(params![source.as_str(), until, gaps])?;
        self.flush()
    }

    /// The gaps of the latest complete listing of a source.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn listing_gaps(&self, source: &SourceId) -> Result<Vec<(String, bool, i64)>, LedgerError> {
        let mut query = self.survey.prepare_cached("SELECT gaps FROM listing WHERE source = ?1")?;
        let gaps: Option<String> = query.query_row([source.as_str()], |r| r.get(0)).optional()?;
        let read = |line: &str| {
            let mut words = line.split(' ');
            Some((words.next()?.to_owned(), words.next()? == "1", words.next()?.parse().ok()?))
        };
        Ok(gaps.unwrap_or_default().lines().filter_map(read).collect())
    }

    /// Begins a listing anew. Should it break off, what is known is still complete up to when it was.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn begin_listing(&self, source: &SourceId) -> Result<(), LedgerError> {
        self.batch()?;
        self.survey
            .prepare_cached(
                "INSERT INTO listing (source, until, round) VALUES (?1, NULL, 1) \
                 ON CONFLICT (source) DO UPDATE SET round = round + 1",
            )?
            .execute([source.as_str()])?;
        Ok(())
    }

    /// Forgets all that a source lists: it is another user's now.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn forget_listing(&self, source: &SourceId) -> Result<(), LedgerError> {
        self.batch()?;
        for sql in ["DELETE FROM listing WHERE source = ?1", "DELETE FROM listed WHERE source = ?1"] {
            self.survey.execute(sql, [source.as_str()])?;
        }
        self.flush()
    }

    /// Forgets what the listing under way did not tell of.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn forget_unlisted(&self, source: &SourceId) -> Result<(), LedgerError> {
        self.batch()?;
        self.survey.execute(
            "DELETE FROM listed WHERE source = ?1 AND round < (SELECT round FROM listing WHERE source = ?1)",
            [source.as_str()],
        )?;
        Ok(())
    }

    /// Takes in what a listing says of an asset; whether anything of it is new. A size that is known stays, as long as the content does.
    ///
    /// # Errors
    /// When the ledger cannot be read or written.
    pub fn put_listed(&self, source: &SourceId, row: &ListedRow) -> Result<bool, LedgerError> {
        self.batch()?;
        let known = self.listed(source, row.remote)?;
        let learned = known.as_ref().filter(|known| known.checksum == row.checksum);
        let bytes = row.bytes.or(learned.and_then(|known| known.bytes));
        let row = ListedRow { bytes, ..row.clone() };
        let round = "coalesce((SELECT round FROM listing WHERE source = ?1), 0)";
        let id = |id: u128| id.to_be_bytes();
        self.survey
            .prepare_cached(&format!(
                "INSERT OR REPLACE INTO listed (source, {COLUMNS}, round) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, {round})"
            ))?
            .execute(params![
                source.as_str(),
                id(row.remote),
                row.path,
                row.name,
                row.bytes.map(|n| n as i64),
                row.checksum,
                row.library.map(id),
                row.live_video.map(id),
                row.visibility,
                row.trashed,
                row.offline,
                row.favourite,
                row.modified,
                row.updated
            ])?;
        Ok(known.as_ref() != Some(&row))
    }

    /// Notes how many bytes an original has, where the listing does not say.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn learn_bytes(&self, source: &SourceId, remote: u128, bytes: u64) -> Result<(), LedgerError> {
        self.batch()?;
        self.survey
            .prepare_cached("UPDATE listed SET bytes = ?3 WHERE source = ?1 AND remote = ?2 AND bytes IS NULL")?
            .execute(params![source.as_str(), remote.to_be_bytes(), bytes as i64])?;
        Ok(())
    }

    /// The same for an asset that the ledger knows.
    ///
    /// # Errors
    /// When the ledger cannot be read or written.
    pub fn learn_bytes_of(&self, asset: AssetKey, bytes: u64) -> Result<(), LedgerError> {
        let (source, remote) = self.remote_of(asset)?;
        self.learn_bytes(&source, remote, bytes)
    }

    /// The source of a server's asset and the server's id of it, which its stamp begins with.
    fn remote_of(&self, asset: AssetKey) -> Result<(SourceId, u128), LedgerError> {
        let mut query = self.survey.prepare_cached("SELECT source, device, inode FROM asset WHERE key = ?1")?;
        let (source, device, inode): (String, i64, i64) =
            query.query_row([asset.0], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?;
        Ok((SourceId::new(source), u128::from(device as u64) << 64 | u128::from(inode as u64)))
    }

    /// What the listing says of one asset.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn listed(&self, source: &SourceId, remote: u128) -> Result<Option<ListedRow>, LedgerError> {
        let mut query = self.survey.prepare_cached(&format!("SELECT {COLUMNS} FROM listed WHERE source = ?1 AND remote = ?2"))?;
        Ok(query.query_row(params![source.as_str(), remote.to_be_bytes()], read).optional()?)
    }

    /// What a source lists, by path and id, at most `most` of them after one.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn listed_after(&self, source: &SourceId, last: Option<&ListedRow>, most: u32) -> Result<Vec<ListedRow>, LedgerError> {
        let (path, remote) = last.map_or(("", 0), |last| (last.path.as_str(), last.remote));
        let sql = format!(
            "SELECT {COLUMNS} FROM listed WHERE source = ?1 AND (path, remote) > (?2, ?3) ORDER BY path, remote LIMIT ?4"
        );
        let mut query = self.survey.prepare_cached(&sql)?;
        let rows =
            query.query_map(params![source.as_str(), path, remote.to_be_bytes(), most], read)?.collect::<Result<_, _>>()?;
        Ok(rows)
    }

    /// What the listing says of an asset that the ledger knows.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn listed_as(&self, asset: AssetKey) -> Result<Option<ListedRow>, LedgerError> {
        let (source, remote) = self.remote_of(asset)?;
        self.listed(&source, remote)
    }

    /// How many assets a source lists, by the word of their visibility and whether they are in the trash.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn listed_counts(&self, source: &SourceId) -> Result<Vec<(String, bool, u64)>, LedgerError> {
        self.counts_since(source, "0")
    }

    /// The same of what was put since the listing began anew.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn listed_counts_anew(&self, source: &SourceId) -> Result<Vec<(String, bool, u64)>, LedgerError> {
        self.counts_since(source, "(SELECT round FROM listing WHERE source = ?1)")
    }

    fn counts_since(&self, source: &SourceId, round: &str) -> Result<Vec<(String, bool, u64)>, LedgerError> {
        let sql = format!(
            "SELECT visibility, trashed, count(*) FROM listed WHERE source = ?1 AND round >= {round} GROUP BY visibility, trashed"
        );
        let mut query = self.survey.prepare_cached(&sql)?;
        let counts = query
            .query_map([source.as_str()], |r| Ok((r.get(0)?, r.get(1)?, r.get::<_, i64>(2)? as u64)))?
            .collect::<Result<_, _>>()?;
        Ok(counts)
    }
}

fn read(r: &Row<'_>) -> rusqlite::Result<ListedRow> {
    let id = |id: [u8; 16]| u128::from_be_bytes(id);
    Ok(ListedRow {
        remote: id(r.get(0)?),
        path: r.get(1)?,
        name: r.get(2)?,
        bytes: r.get::<_, Option<i64>>(3)?.map(|n| n as u64),
        checksum: r.get(4)?,
        library: r.get::<_, Option<[u8; 16]>>(5)?.map(id),
        live_video: r.get::<_, Option<[u8; 16]>>(6)?.map(id),
        visibility: r.get(7)?,
        trashed: r.get(8)?,
        offline: r.get(9)?,
        favourite: r.get(10)?,
        modified: r.get(11)?,
        updated: r.get(12)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(remote: u128) -> ListedRow {
        ListedRow {
            remote,
            path: format!("/data/upload/{remote}.jpg"),
            name: "IMG_1.jpg".to_owned(),
            bytes: None,
            checksum: [7; 20],
            library: None,
            live_video: Some(1 << 127),
            visibility: "timeline".to_owned(),
            trashed: false,
            offline: false,
            favourite: true,
            modified: "2024-07-14T08:21:33.120Z".to_owned(),
            updated: "2026-11-22T12:15:11.196Z".to_owned(),
        }
    }

    #[test]
    fn a_listing_that_begins_anew_forgets_what_it_no_longer_tells_of() {
        let dir = tempfile::tempdir().unwrap();
        let (ledger, source) = (Ledger::open(dir.path()).unwrap(), SourceId::new("home-alice"));
        ledger.begin_listing(&source).unwrap();
        for remote in [u128::MAX, 2, 3] {
            assert!(ledger.put_listed(&source, &row(remote)).unwrap());
        }
        assert!(!ledger.put_listed(&source, &row(2)).unwrap(), "nothing of it is new");
        assert_eq!(ledger.listed_until(&source).unwrap(), None);
        ledger.listing_is_complete(&source, "2026-11-22T12:16:00Z", &[("hidden", true, -2)]).unwrap();
        assert_eq!(ledger.listing_gaps(&source).unwrap(), [("hidden".to_owned(), true, -2)]);
        assert_eq!(ledger.listed_until(&source).unwrap().as_deref(), Some("2026-11-22T12:16:00Z"));
        assert_eq!(ledger.listed(&source, u128::MAX).unwrap(), Some(row(u128::MAX)));

        ledger.begin_listing(&source).unwrap();
        assert!(ledger.listed_until(&source).unwrap().is_some(), "what was complete stays so");
        ledger.put_listed(&source, &row(3)).unwrap();
        assert_eq!(ledger.listed_counts_anew(&source).unwrap(), [("timeline".to_owned(), false, 1)]);
        ledger.forget_unlisted(&source).unwrap();
        assert_eq!(ledger.listed_counts(&source).unwrap(), [("timeline".to_owned(), false, 1)]);
    }

    #[test]
    fn a_size_that_was_learned_stays_as_long_as_the_content_does() {
        let dir = tempfile::tempdir().unwrap();
        let (ledger, source) = (Ledger::open(dir.path()).unwrap(), SourceId::new("home-alice"));
        ledger.put_listed(&source, &row(1)).unwrap();
        ledger.learn_bytes(&source, 1, 4096).unwrap();
        assert!(!ledger.put_listed(&source, &row(1)).unwrap());
        assert_eq!(ledger.listed(&source, 1).unwrap().unwrap().bytes, Some(4096));
        assert!(ledger.put_listed(&source, &ListedRow { checksum: [8; 20], ..row(1) }).unwrap());
        assert_eq!(ledger.listed(&source, 1).unwrap().unwrap().bytes, None);
    }
}
