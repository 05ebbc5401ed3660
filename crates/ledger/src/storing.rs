//! What reading an asset gave, stored: its columns, its EXIF fields and its gray picture.
//!
//! Absent on purpose: whether it is to be read at all (`assets`).

use lightproof_model::{
    asset::Fate,
    digest::Sha1,
    exif::{Directory, ExifField},
    fingerprint::Fingerprint,
    moment::{RecordedDate, WallClock},
    probe::Probe,
    problem::{Integrity, Problem},
};
use rusqlite::{OptionalExtension, params};

use crate::{AssetKey, Depth, Ledger, LedgerError, RunKey, Stamp, stored::stored_problems};

/// What reading an asset gave.
#[derive(Debug)]
pub struct Reading<'a> {
    /// How it ended.
    pub fate: Fate,
    /// How deep it went.
    pub depth: Depth,
    /// Which version of the probing code read it.
    pub version: u32,
    /// The stamp of the bytes that were read.
    pub stamp: Option<Stamp>,
    /// What they told.
    pub probe: Option<&'a Probe>,
    /// What their preview looks like, where no more than that was read.
    pub preview: Option<&'a Fingerprint>,
    /// Their SHA-1.
    pub sha1: Option<Sha1>,
    /// Of a sidecar: the date it gives.
    pub sidecar_date: Option<WallClock>,
    /// What went wrong around the reading.
    pub problems: Vec<Problem>,
}

impl Ledger {
    /// Stores what reading an asset gave.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn store(&self, run: RunKey, asset: AssetKey, reading: &Reading<'_>) -> Result<(), LedgerError> {
        self.batch()?;
        let facts = reading.probe.map(|p| &p.facts);
        let picture = reading.probe.and_then(|p| p.picture.as_ref());
        let fingerprint = picture.and_then(|p| p.fingerprint.as_ref());
        let dimensions = facts.and_then(|f| f.dimensions).or(picture.and_then(|p| p.dimensions));
        let all_problems = facts
            .into_iter()
            .flat_map(|f| &f.problems)
            .chain(picture.into_iter().flat_map(|p| &p.problems))
            .chain(&reading.problems);
        let integrity = match reading.fate {
            Fate::Unreadable => Integrity::Unreadable,
            _ => picture.map_or(Integrity::NotChecked, |p| p.integrity),
        };
        let text = |t: Option<WallClock>| t.map(|t| t.to_string());
        self.survey
            .prepare_cached(
                "UPDATE asset SET fate = ?2, depth = ?3, probe_version = ?4, read_run = ?5, media_type = ?6, sha1 = ?7, image_digest = ?8, \
                 hash = ?9, field_count = ?10, taken = ?11, sub_sec = ?12, zone = ?13, make = ?14, model = ?15, serial = ?16, \
                 internal_serial = ?17, body_made = ?18, lens = ?19, latitude = ?20, longitude = ?21, gps_time = ?22, orientation = ?23, \
                 width = ?24, height = ?25, container_time = ?26, content_identifier = ?27, integrity = ?28, problems = ?29, \
                 sidecar_date = ?30, exposure = ?31, preview_hash = ?32, duration = ?33 WHERE key = ?1",
            )?
            .execute(params![
                asset.0,
                reading.fate.word(),
                reading.depth as i64,
                reading.version,
                run.0,
                reading.probe.map(|p| p.media_type.mime()),
                reading.sha1.map(|d| d.0),
                picture.and_then(|p| p.image_digest).map(|d| d.0),
                fingerprint.map(|f| f.hash as i64),
                facts.map(|f| f.exif_field_count),
                facts.and_then(|f| recorded(&f.date_time_original)),
                facts.and_then(|f| f.sub_sec.as_deref()),
                facts.and_then(|f| f.offset.as_deref()),
                facts.and_then(|f| f.make.as_deref()),
                facts.and_then(|f| f.model.as_deref()),
                facts.and_then(|f| f.serial.as_deref()),
                facts.and_then(|f| f.internal_serial.as_deref()),
                facts.and_then(|f| f.body_made).map(|d| d.to_string()),
                facts.and_then(|f| f.lens.as_deref()),
                facts.and_then(|f| f.position).map(|p| p.latitude),
                facts.and_then(|f| f.position).map(|p| p.longitude),
                facts.and_then(|f| text(f.gps_time_utc)),
                facts.and_then(|f| f.orientation),
                dimensions.map(|d| d.width),
                dimensions.map(|d| d.height),
                facts.and_then(|f| text(f.container_time_utc)),
                facts.and_then(|f| f.content_identifier.as_deref()),
                integrity.word(),
                stored_problems(all_problems),
                text(reading.sidecar_date),
                facts.and_then(|f| f.exposure.as_deref()),
                reading.preview.map(|f| f.hash as i64),
                facts.and_then(|f| f.duration_ms),
            ])?;
        if let Some(stamp) = reading.stamp {
            self.survey
                .prepare_cached("UPDATE asset SET device = ?2, inode = ?3, size = ?4, mtime = ?5, ctime = ?6 WHERE key = ?1")?
                .execute(params![
                    asset.0,
                    stamp.device as i64,
                    stamp.inode as i64,
                    stamp.size as i64,
                    stamp.mtime,
                    stamp.ctime
                ])?;
        }
        let looks = fingerprint.or(reading.preview);
        self.store_beside(asset, facts.map(|f| &f.exif[..]), looks.map(|f| &f.gray[..]))
    }

    fn store_beside(&self, asset: AssetKey, exif: Option<&[ExifField]>, gray: Option<&[u8]>) -> Result<(), LedgerError> {
        match exif {
            Some(fields) if !fields.is_empty() => self
                .survey
                .prepare_cached("INSERT OR REPLACE INTO exif (asset, fields) VALUES (?1, ?2)")?
                .execute(params![asset.0, stored_fields(fields)])?,
            _ => self.survey.prepare_cached("DELETE FROM exif WHERE asset = ?1")?.execute([asset.0])?,
        };
        match gray {
            Some(gray) => self
                .survey
                .prepare_cached("INSERT OR REPLACE INTO gray (asset, gray) VALUES (?1, ?2)")?
                .execute(params![asset.0, gray])?,
            None => self.survey.prepare_cached("DELETE FROM gray WHERE asset = ?1")?.execute([asset.0])?,
        };
        Ok(())
    }

    /// Every EXIF field of an asset.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn exif_fields(&self, asset: AssetKey) -> Result<Vec<ExifField>, LedgerError> {
        let stored: Option<String> = self
            .survey
            .prepare_cached("SELECT fields FROM exif WHERE asset = ?1")?
            .query_row([asset.0], |r| r.get(0))
            .optional()?;
        Ok(stored.map(|s| fields(&s)).unwrap_or_default())
    }
}

/// DateTimeOriginal in a form that [`RecordedDate::parse`] takes back.
fn recorded(date: &RecordedDate) -> Option<String> {
    match date {
        RecordedDate::Missing => None,
        RecordedDate::Zero { raw } | RecordedDate::Impossible { raw } => Some(raw.clone()),
        RecordedDate::At(at) => Some(at.to_string()),
    }
}

/// EXIF fields as text: one a line, five parts apart by tabs.
fn stored_fields(fields: &[ExifField]) -> String {
    let escape = |text: &str| text.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n").replace('\r', "\\r");
    let line = |f: &ExifField| {
        format!("{}\t{:04x}\t{}\t{}\t{}", f.directory.name(), f.tag, u8::from(f.counts), escape(&f.name), escape(&f.value))
    };
    fields.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn fields(stored: &str) -> Vec<ExifField> {
    let unescape = |text: &str| {
        let mut out = String::with_capacity(text.len());
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            let escaped = if c == '\\' { chars.next() } else { None };
            out.push(match escaped {
                Some('t') => '\t',
                Some('n') => '\n',
                Some('r') => '\r',
                Some(other) => other,
                None => c,
            });
        }
        out
    };
    stored
        .split('\n')
        .filter_map(|line| {
            let mut parts = line.splitn(5, '\t');
            let (directory, tag, counts) = (parts.next()?, parts.next()?, parts.next()?);
            Some(ExifField {
                directory: Directory::ALL.into_iter().find(|d| d.name() == directory)?,
                tag: u16::from_str_radix(tag, 16).ok()?,
                counts: counts == "1",
                name: unescape(parts.next()?).into(),
                value: unescape(parts.next()?),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exif_fields_are_read_back_as_they_were_stored() {
        let field = |value: &str| ExifField {
            directory: Directory::Gps,
            tag: 0x1d,
            name: "GPSDateStamp".into(),
            value: value.to_owned(),
            counts: true,
        };
        let all = vec![field("2009:07:18"), field("tab\there"), field("back\\slash\nline"), field("")];
        assert_eq!(fields(&stored_fields(&all)), all);
    }
}
