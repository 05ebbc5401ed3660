//! Evidence as it was shown, in its stored form: JSON, so that a person can read it without lightproof.
//!
//! Written once for each digest, in the survey when it is shown and in the record when something is decided on it.
//! Fields that a later version adds are optional here: what was stored is read for good.

use lightproof_model::{
    asset::{AssetId, SourceId},
    digest::{Sha1, from_hex, to_hex},
    group::Basis,
    moment::{RecordedDate, WallClock},
    seen::{Place, SeenAnomaly, SeenMember, SeenPart},
};
use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};

use crate::{Ledger, LedgerError};

/// What a person was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Evidence {
    /// A group, member by member.
    Group(Vec<SeenMember>),
    /// An anomaly.
    Anomaly(SeenAnomaly),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Stored {
    Group(Vec<StoredMember>),
    Anomaly(Box<StoredAnomaly>),
}

#[derive(Serialize, Deserialize)]
struct StoredPlace {
    source: String,
    /// The path as text; lossy where `raw` holds its bytes in hex.
    path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    raw: Option<String>,
    owner: String,
}

#[derive(Serialize, Deserialize)]
struct StoredPart {
    asset: String,
    sha1: Option<String>,
    place: StoredPlace,
}

#[derive(Serialize, Deserialize)]
struct StoredDate {
    /// missing | zero | impossible | at
    kind: String,
    raw: String,
}

#[derive(Serialize, Deserialize)]
struct StoredMember {
    asset: String,
    sha1: String,
    place: StoredPlace,
    companions: Vec<StoredPart>,
    exif_field_count: u32,
    fields: String,
    date_time_original: StoredDate,
    date_corrected: Option<String>,
    basis: String,
    anomalies: Vec<(String, String)>,
}

#[derive(Serialize, Deserialize)]
struct StoredAnomaly {
    asset: String,
    sha1: Option<String>,
    place: StoredPlace,
    date_time_original: StoredDate,
    date_corrected: Option<String>,
    kind: String,
}

impl Evidence {
    /// Its stored form.
    pub(crate) fn stored(&self) -> String {
        let stored = match self {
            Evidence::Group(members) => Stored::Group(members.iter().map(store_member).collect()),
            Evidence::Anomaly(anomaly) => Stored::Anomaly(Box::new(StoredAnomaly {
                asset: anomaly.asset.to_string(),
                sha1: anomaly.sha1.map(|d| d.to_string()),
                place: store_place(&anomaly.place),
                date_time_original: store_date(&anomaly.date_time_original),
                date_corrected: anomaly.date_corrected.map(|at| at.to_string()),
                kind: anomaly.kind.clone(),
            })),
        };
        serde_json::to_string(&stored).expect("texts and numbers have a JSON form")
    }

    /// From its stored form; nothing when it is none.
    pub(crate) fn read(text: &str) -> Option<Evidence> {
        Some(match serde_json::from_str(text).ok()? {
            Stored::Group(members) => Evidence::Group(members.into_iter().map(read_member).collect::<Option<_>>()?),
            Stored::Anomaly(a) => Evidence::Anomaly(SeenAnomaly {
                asset: AssetId::new(a.asset),
                sha1: maybe_sha1(a.sha1)?,
                place: read_place(a.place)?,
                date_time_original: read_date(&a.date_time_original),
                date_corrected: maybe_date(a.date_corrected)?,
                kind: a.kind,
            }),
        })
    }
}

impl Ledger {
    /// Keeps what was shown under its digest. Assets may bear other ids than when the same was shown before: today's are kept.
    ///
    /// # Errors
    /// When the survey cannot be written.
    pub fn keep_shown(&self, seen: &str, evidence: &Evidence) -> Result<(), LedgerError> {
        self.survey
            .prepare_cached(
                "INSERT INTO shown (seen, record) VALUES (?1, ?2) ON CONFLICT (seen) DO UPDATE SET record = excluded.record",
            )?
            .execute([seen, &evidence.stored()])?;
        Ok(())
    }

    /// What a digest stands for: as it was decided on, or else as it was shown. Nothing where neither is known.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn evidence(&self, seen: &str) -> Result<Option<Evidence>, LedgerError> {
        let drafted = || one(&self.record, "SELECT record FROM temp.draft_evidence WHERE seen = ?1", seen);
        match decided_on(&self.record, seen)? {
            Some(found) => Ok(Some(found)),
            None if self.draft.get().is_some() => drafted()?.map_or_else(|| shown(&self.survey, seen), |found| Ok(Some(found))),
            None => shown(&self.survey, seen),
        }
    }

    /// What a digest of this survey stands for, with today's ids.
    ///
    /// # Errors
    /// When the survey cannot be read.
    pub fn shown(&self, seen: &str) -> Result<Option<Evidence>, LedgerError> {
        shown(&self.survey, seen)
    }
}

fn decided_on(record: &Connection, seen: &str) -> Result<Option<Evidence>, LedgerError> {
    one(record, "SELECT record FROM evidence WHERE seen = ?1", seen)
}

fn shown(survey: &Connection, seen: &str) -> Result<Option<Evidence>, LedgerError> {
    one(survey, "SELECT record FROM shown WHERE seen = ?1", seen)
}

fn one(db: &Connection, sql: &str, seen: &str) -> Result<Option<Evidence>, LedgerError> {
    let text: Option<String> = db.prepare_cached(sql)?.query_row([seen], |r| r.get(0)).optional()?;
    Ok(text.as_deref().and_then(Evidence::read))
}

fn store_place(place: &Place) -> StoredPlace {
    let path = String::from_utf8_lossy(&place.path).into_owned();
    let raw = (path.as_bytes() != place.path).then(|| to_hex(&place.path));
    StoredPlace { source: place.source.to_string(), path, raw, owner: place.owner.clone() }
}

fn read_place(place: StoredPlace) -> Option<Place> {
    let path = match place.raw {
        Some(raw) => from_hex(&raw)?,
        None => place.path.into_bytes(),
    };
    Some(Place { source: SourceId::new(place.source), path, owner: place.owner })
}

fn store_date(date: &RecordedDate) -> StoredDate {
    let (kind, raw) = match date {
        RecordedDate::Missing => ("missing", String::new()),
        RecordedDate::Zero { raw } => ("zero", raw.clone()),
        RecordedDate::Impossible { raw } => ("impossible", raw.clone()),
        RecordedDate::At(at) => ("at", at.to_string()),
    };
    StoredDate { kind: kind.to_owned(), raw }
}

fn read_date(date: &StoredDate) -> RecordedDate {
    match date.kind.as_str() {
        "zero" => RecordedDate::Zero { raw: date.raw.clone() },
        "at" => date.raw.parse().map_or_else(|_| RecordedDate::Impossible { raw: date.raw.clone() }, RecordedDate::At),
        "impossible" => RecordedDate::Impossible { raw: date.raw.clone() },
        _ => RecordedDate::Missing,
    }
}

fn store_member(m: &SeenMember) -> StoredMember {
    let part = |p: &SeenPart| StoredPart {
        asset: p.asset.to_string(),
        sha1: p.sha1.map(|d| d.to_string()),
        place: store_place(&p.place),
    };
    StoredMember {
        asset: m.asset.to_string(),
        sha1: m.sha1.to_string(),
        place: store_place(&m.place),
        companions: m.companions.iter().map(part).collect(),
        exif_field_count: m.exif_field_count,
        fields: to_hex(&m.fields),
        date_time_original: store_date(&m.date_time_original),
        date_corrected: m.date_corrected.map(|at| at.to_string()),
        basis: m.basis.word().to_owned(),
        anomalies: m.anomalies.clone(),
    }
}

fn read_member(m: StoredMember) -> Option<SeenMember> {
    let part =
        |p: StoredPart| Some(SeenPart { asset: AssetId::new(p.asset), sha1: maybe_sha1(p.sha1)?, place: read_place(p.place)? });
    Some(SeenMember {
        asset: AssetId::new(m.asset),
        sha1: Sha1::from_hex(&m.sha1).ok()?,
        place: read_place(m.place)?,
        companions: m.companions.into_iter().map(part).collect::<Option<_>>()?,
        exif_field_count: m.exif_field_count,
        fields: from_hex(&m.fields)?.try_into().ok()?,
        date_time_original: read_date(&m.date_time_original),
        date_corrected: maybe_date(m.date_corrected)?,
        basis: Basis::ALL.into_iter().find(|basis| basis.word() == m.basis)?,
        anomalies: m.anomalies,
    })
}

fn maybe_sha1(hex: Option<String>) -> Option<Option<Sha1>> {
    hex.map(|hex| Sha1::from_hex(&hex)).transpose().ok()
}

fn maybe_date(text: Option<String>) -> Option<Option<WallClock>> {
    text.map(|text| text.parse()).transpose().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(path: &[u8]) -> Place {
        Place { source: SourceId::new("fs"), path: path.to_vec(), owner: "Ann".into() }
    }

    #[test]
    fn evidence_is_read_back_as_it_was_stored() {
        for date in ["2009:07:17 18:20:10", "0000:00:00 00:00:00", "2009:13:17 18:20:10", ""] {
            let date = RecordedDate::parse(date);
            let member = SeenMember {
                asset: AssetId::new("a1"),
                sha1: Sha1([7; 20]),
                place: place(b"2009/\xff.jpg"),
                companions: vec![SeenPart { asset: AssetId::new("a2"), sha1: None, place: place("ü.raf".as_bytes()) }],
                exif_field_count: 41,
                fields: [3; 32],
                date_time_original: date.clone(),
                date_corrected: "2009-07-17T18:20:10".parse().ok(),
                basis: Basis::LooksAlike,
                anomalies: vec![("reset-run".into(), "shift +5".into())],
            };
            let anomaly = SeenAnomaly {
                asset: AssetId::new("a1"),
                sha1: None,
                place: place(b"x.jpg"),
                date_time_original: date,
                date_corrected: None,
                kind: "reset-run".into(),
            };
            for evidence in [Evidence::Group(vec![member]), Evidence::Anomaly(anomaly)] {
                assert_eq!(Evidence::read(&evidence.stored()), Some(evidence));
            }
        }
        assert_eq!(Evidence::read("{}"), None);
    }
}
