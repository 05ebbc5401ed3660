//! Seen: the digest of what a person was shown, so that a decision can tell whether it still speaks of the same thing.
//!
//! The record is written down in a fixed form with a version at its head. Contents, places, owners, fields, dates, bases and
//! anomaly states take part; distances, thumbnails, ranks, words of evidence and ids do not. The order of members makes no difference.
//! Two equal digests are the same evidence. Two others need not be a change that matters: that [`crate::decision::changes`] tells.

use sha2::{Digest, Sha256};

use crate::{
    asset::{AssetId, SourceId},
    digest::{Sha1, to_hex},
    group::Basis,
    moment::{RecordedDate, WallClock},
};

/// Version of the record's form.
const VERSION: u32 = 1;

/// The digest in the `seen` columns: `v1-` and 32 hex digits (the first half of a SHA-256).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seen(String);

impl Seen {
    /// Wraps a digest as it was given out or read back.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Seen {
        Seen(text.into())
    }

    /// The digest as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Seen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where an asset is, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Its source.
    pub source: SourceId,
    /// Its path within the source, byte for byte.
    pub path: Vec<u8>,
    /// Its owner.
    pub owner: String,
}

/// A part of a member's unit, as it was shown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SeenPart {
    /// Where it is.
    pub place: Place,
    /// Its bytes, where they are known.
    pub sha1: Option<Sha1>,
    /// Which asset it was; no part of the digest.
    pub asset: AssetId,
}

/// A member of a group, as it was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenMember {
    /// Which asset it was; no part of the digest.
    pub asset: AssetId,
    /// Its bytes.
    pub sha1: Sha1,
    /// Where it is.
    pub place: Place,
    /// The other parts of its unit.
    pub companions: Vec<SeenPart>,
    /// How many EXIF fields THE RULE counts.
    pub exif_field_count: u32,
    /// A digest of the EXIF fields themselves, see [`fields_digest`].
    pub fields: [u8; 32],
    /// DateTimeOriginal.
    pub date_time_original: RecordedDate,
    /// The date that a fix or a sidecar gives instead.
    pub date_corrected: Option<WallClock>,
    /// Its tie to the centre.
    pub basis: Basis,
    /// Its anomalies and those of its companions, each as kind and state, for example `("known-camera", "open")`: what was decided on
    /// it, in the words of the `decision` column, or `open`.
    pub anomalies: Vec<(String, String)>,
}

/// An anomaly of one asset, as it was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenAnomaly {
    /// Which asset it is of; no part of the digest.
    pub asset: AssetId,
    /// The asset's bytes; nothing where only its head was read.
    pub sha1: Option<Sha1>,
    /// Where it is.
    pub place: Place,
    /// DateTimeOriginal.
    pub date_time_original: RecordedDate,
    /// The date that a fix or a sidecar gives instead.
    pub date_corrected: Option<WallClock>,
    /// The kind, as in the `kind` column.
    pub kind: String,
}

/// The digest of a group as shown.
#[must_use]
pub fn seen_group(members: &[SeenMember]) -> Seen {
    let mut records: Vec<Vec<u8>> = members.iter().map(member_record).collect();
    records.sort_unstable();
    let mut record = Record::begin("group");
    record.list(&records);
    record.seal()
}

/// The digest of an anomaly as shown.
#[must_use]
pub fn seen_anomaly(anomaly: &SeenAnomaly) -> Seen {
    let mut record = Record::begin("anomaly");
    record.content(anomaly.sha1);
    record.place(&anomaly.place);
    record.dates(&anomaly.date_time_original, anomaly.date_corrected);
    record.text(&anomaly.kind);
    record.seal()
}

/// The digest of an asset's EXIF fields: directory, tag and value of each, in whatever order.
#[must_use]
pub fn fields_digest(exif: &[crate::exif::ExifField]) -> [u8; 32] {
    let mut fields: Vec<_> = exif.iter().map(|field| (field.directory, field.tag, &field.value)).collect();
    fields.sort_unstable();
    let mut record = Record::begin("fields");
    for (directory, tag, value) in fields {
        record.text(directory.name());
        record.bytes(&tag.to_be_bytes());
        record.text(value);
    }
    record.0.finalize().into()
}

fn member_record(member: &SeenMember) -> Vec<u8> {
    let mut record = Record::begin("member");
    record.content(Some(member.sha1));
    record.place(&member.place);
    let mut companions = member.companions.clone();
    companions.sort_unstable();
    record.bytes(&(companions.len() as u64).to_be_bytes());
    for part in &companions {
        record.place(&part.place);
        record.content(part.sha1);
    }
    record.bytes(&member.exif_field_count.to_be_bytes());
    record.bytes(&member.fields);
    record.dates(&member.date_time_original, member.date_corrected);
    record.text(member.basis.word());
    let mut anomalies = member.anomalies.clone();
    anomalies.sort_unstable();
    for (kind, state) in &anomalies {
        record.text(kind);
        record.text(state);
    }
    record.0.finalize().to_vec()
}

/// A record being written: every part with its length before it, so that no two records read alike.
struct Record(Sha256);

impl Record {
    fn begin(kind: &str) -> Record {
        let mut record = Record(Sha256::new());
        record.text(&format!("lightproof seen {VERSION} {kind}"));
        record
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.0.update((bytes.len() as u64).to_be_bytes());
        self.0.update(bytes);
    }

    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    fn list(&mut self, parts: &[Vec<u8>]) {
        self.bytes(&(parts.len() as u64).to_be_bytes());
        parts.iter().for_each(|part| self.bytes(part));
    }

    fn content(&mut self, sha1: Option<Sha1>) {
        self.bytes(sha1.as_ref().map_or(&[], |sha1| &sha1.0));
    }

    fn place(&mut self, place: &Place) {
        self.text(place.source.as_str());
        self.bytes(&place.path);
        self.text(&place.owner);
    }

    fn dates(&mut self, recorded: &RecordedDate, corrected: Option<WallClock>) {
        let (kind, value) = match recorded {
            RecordedDate::Missing => ("missing", String::new()),
            RecordedDate::Zero { raw } => ("zero", raw.clone()),
            RecordedDate::Impossible { raw } => ("impossible", raw.clone()),
            RecordedDate::At(_) => ("at", recorded.echo()),
        };
        self.text(kind);
        self.text(&value);
        self.text(&corrected.map_or_else(String::new, |at| RecordedDate::At(at).echo()));
    }

    fn seal(self) -> Seen {
        Seen(format!("v{VERSION}-{}", to_hex(&self.0.finalize()[..16])))
    }
}

#[cfg(test)]
mod tests;
