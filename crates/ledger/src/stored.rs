//! An asset as the ledger stores it, and the way back from a row to the words of the model.

use lightproof_model::{
    asset::{AssetId, Fate, SourceId},
    digest::{ImageDigest, Sha1},
    media_type::MediaType,
    moment::{RecordedDate, WallClock},
    probe::{Dimensions, Facts, Position},
    problem::{Integrity, Problem, ProblemKind},
};
use rusqlite::Row;

use crate::Depth;

/// An asset's row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AssetKey(pub i64);

/// What tells that bytes are the same as last time: device, inode, size, mtime and ctime.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Stamp {
    /// The file system's id.
    pub device: u64,
    /// The inode.
    pub inode: u64,
    /// Bytes.
    pub size: u64,
    /// Nanoseconds since 1970, UTC.
    pub mtime: i64,
    /// Nanoseconds since 1970, UTC.
    pub ctime: i64,
}

/// Where an asset is: source, folder below its root, name; raw bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The source.
    pub source: SourceId,
    /// Folder below the root without a trailing slash; empty for the root itself.
    pub folder: Vec<u8>,
    /// Name in that folder.
    pub name: Vec<u8>,
}

impl Place {
    /// The path below the root.
    #[must_use]
    pub fn path(&self) -> Vec<u8> {
        if self.folder.is_empty() { self.name.clone() } else { [&self.folder[..], b"/", &self.name[..]].concat() }
    }

    /// The place of a path below a root.
    #[must_use]
    pub fn of(source: &SourceId, path: &[u8]) -> Place {
        let (folder, name) = match path.iter().rposition(|&b| b == b'/') {
            Some(slash) => (&path[..slash], &path[slash + 1..]),
            None => (&path[..0], path),
        };
        Place { source: source.clone(), folder: folder.to_vec(), name: name.to_vec() }
    }
}

/// All that the ledger knows of an asset, but for its EXIF fields and its gray picture.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredAsset {
    /// Its row.
    pub key: AssetKey,
    /// Its id.
    pub id: AssetId,
    /// Where it is.
    pub place: Place,
    /// What tells whether it changed.
    pub stamp: Stamp,
    /// What became of it in the latest run; nothing while it waits to be read.
    pub fate: Option<Fate>,
    /// When this content was first met in its source, seconds since 1970, UTC.
    pub first_seen: i64,
    /// What its bytes are; `None` where nothing was read.
    pub media_type: Option<MediaType>,
    /// SHA-1 of all its bytes, where they were all read.
    pub sha1: Option<Sha1>,
    /// Digest of its image data.
    pub image_digest: Option<ImageDigest>,
    /// The 64-bit half of its fingerprint.
    pub hash: Option<u64>,
    /// What its metadata says; `exif` is empty here.
    pub facts: Facts,
    /// Whether it is whole.
    pub integrity: Integrity,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
    /// Of a sidecar: the date it gives.
    pub sidecar_date: Option<WallClock>,
    /// The date that a fix or a sidecar gives.
    pub corrected: Option<WallClock>,
    /// The main asset of its unit, when it is a companion.
    pub companion_of: Option<AssetKey>,
    /// How deep it was read.
    pub depth: Depth,
    /// The 64 bits of its preview's fingerprint, where no more than that was read.
    pub preview_hash: Option<u64>,
    /// The name under which it was uploaded to its server.
    pub uploaded: Option<String>,
    /// Whether it is in an external library of its server.
    pub external: bool,
    /// What ties the halves of a live photo together on its server.
    pub live: Option<u128>,
    /// A server's asset of which this file is probably the original: nothing is said of the two until that is known.
    pub probably: Option<AssetKey>,
}

/// The columns that [`StoredAsset::read`] wants, in its order.
pub(crate) const COLUMNS: &str = "key, id, source, folder, name, device, inode, size, mtime, ctime, fate, first_seen, media_type, sha1, \
     image_digest, hash, field_count, taken, sub_sec, zone, make, model, serial, internal_serial, body_made, lens, latitude, longitude, \
     gps_time, orientation, width, height, container_time, content_identifier, integrity, problems, sidecar_date, corrected, companion_of, exposure, \
     depth, preview_hash, duration, probably, uploaded, live, external";

impl StoredAsset {
    /// The name that a camera or a person gave it: a server may keep it under another.
    #[must_use]
    pub fn given_name(&self) -> &[u8] {
        self.uploaded.as_ref().map_or(&self.place.name, |name| name.as_bytes())
    }

    pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<StoredAsset> {
        let unsigned = |i: usize| row.get::<_, i64>(i).map(|n| n as u64);
        let time = |i: usize| row.get::<_, Option<String>>(i).map(|t| t.and_then(|t| t.parse::<WallClock>().ok()));
        let facts = Facts {
            exif: Vec::new(),
            exif_field_count: row.get::<_, Option<u32>>(16)?.unwrap_or(0),
            date_time_original: row.get::<_, Option<String>>(17)?.map_or(RecordedDate::Missing, |raw| RecordedDate::parse(&raw)),
            sub_sec: row.get(18)?,
            offset: row.get(19)?,
            make: row.get(20)?,
            model: row.get(21)?,
            serial: row.get(22)?,
            internal_serial: row.get(23)?,
            body_made: row.get::<_, Option<String>>(24)?.and_then(|d| d.parse().ok()),
            lens: row.get(25)?,
            exposure: row.get(39)?,
            position: row
                .get::<_, Option<f64>>(26)?
                .zip(row.get::<_, Option<f64>>(27)?)
                .map(|(latitude, longitude)| Position { latitude, longitude }),
            gps_time_utc: time(28)?,
            orientation: row.get(29)?,
            dimensions: row
                .get::<_, Option<u32>>(30)?
                .zip(row.get::<_, Option<u32>>(31)?)
                .map(|(width, height)| Dimensions { width, height }),
            duration_ms: row.get(42)?,
            container_time_utc: time(32)?,
            content_identifier: row.get(33)?,
            problems: Vec::new(),
        };
        Ok(StoredAsset {
            key: AssetKey(row.get(0)?),
            id: AssetId::new(row.get::<_, String>(1)?),
            place: Place { source: SourceId::new(row.get::<_, String>(2)?), folder: row.get(3)?, name: row.get(4)? },
            stamp: Stamp {
                device: unsigned(5)?,
                inode: unsigned(6)?,
                size: unsigned(7)?,
                mtime: row.get(8)?,
                ctime: row.get(9)?,
            },
            fate: row.get::<_, Option<String>>(10)?.and_then(|word| Fate::from_word(&word)),
            first_seen: row.get(11)?,
            media_type: row.get::<_, Option<String>>(12)?.and_then(|mime| MediaType::from_mime(&mime)),
            sha1: row.get::<_, Option<[u8; 20]>>(13)?.map(Sha1),
            image_digest: row.get::<_, Option<[u8; 16]>>(14)?.map(ImageDigest),
            hash: row.get::<_, Option<i64>>(15)?.map(|n| n as u64),
            facts,
            integrity: integrity(row.get::<_, Option<String>>(34)?.as_deref()),
            problems: problems(&row.get::<_, Option<String>>(35)?.unwrap_or_default()),
            sidecar_date: time(36)?,
            corrected: time(37)?,
            companion_of: row.get::<_, Option<i64>>(38)?.map(AssetKey),
            depth: Depth::of(row.get(40)?),
            preview_hash: row.get::<_, Option<i64>>(41)?.map(|n| n as u64),
            probably: row.get::<_, Option<i64>>(43)?.map(AssetKey),
            uploaded: row.get(44)?,
            live: row.get::<_, Option<[u8; 16]>>(45)?.map(u128::from_be_bytes),
            external: row.get::<_, Option<bool>>(46)?.unwrap_or_default(),
        })
    }
}

pub(crate) fn integrity(word: Option<&str>) -> Integrity {
    Integrity::ALL.into_iter().find(|i| Some(i.word()) == word).unwrap_or_default()
}

/// Problems from their stored form: one a line, kind, tab, detail.
pub(crate) fn problems(stored: &str) -> Vec<Problem> {
    stored
        .lines()
        .filter_map(|line| {
            let (word, detail) = line.split_once('\t')?;
            let kind = ProblemKind::ALL.into_iter().find(|k| k.word() == word)?;
            Some(Problem::new(kind, detail))
        })
        .collect()
}

/// Problems in their stored form; nothing when there are none.
pub(crate) fn stored_problems<'a>(problems: impl IntoIterator<Item = &'a Problem>) -> Option<String> {
    let lines: Vec<String> =
        problems.into_iter().map(|p| format!("{}\t{}", p.kind.word(), p.detail.replace(['\n', '\r'], " "))).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_are_read_back_as_they_were_stored() {
        let found = [Problem::new(ProblemKind::Empty, "no bytes"), Problem::new(ProblemKind::DamagedExif, "a\ttab")];
        assert_eq!(problems(&stored_problems(&found).unwrap()), found);
        assert_eq!(stored_problems(&[]), None);
    }

    #[test]
    fn a_place_is_its_folder_and_name() {
        let source = SourceId::new("s");
        assert_eq!(Place::of(&source, b"a/b/c.jpg").folder, b"a/b");
        for path in [&b"a/b/c.jpg"[..], b"c.jpg"] {
            assert_eq!(Place::of(&source, path).path(), path);
        }
    }
}
