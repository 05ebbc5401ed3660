//! The camera corpus as shots, read from its reference columns: these tests depend on no EXIF reader of ours.

use std::{collections::BTreeMap, path::PathBuf};

use jiff::civil::{Date, date};
use lightproof_model::{
    anomaly::{Anomaly, Body, FileNumber, Shot, judge_body},
    camera::CameraTable,
    media_type::Class,
    moment::{RecordedDate, WallClock},
    probe::Position,
};

use crate::shipped_table::shipped;

/// A day on which the corpus already was in the past.
pub const NOW: WallClock = date(2026, 12, 31).at(12, 0, 0, 0);

/// A photo of the corpus: its path below `cameras/`, its body, its shot.
pub struct Photo {
    pub path: String,
    pub body: Body,
    pub shot: Shot,
}

/// `cameras/` of the shared corpus. Says so when it is missing; where CI runs, that is a failure.
pub fn cameras() -> Option<PathBuf> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpus/cameras"));
    if folder.join("expected.csv").is_file() {
        return Some(folder);
    }
    assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "shared corpus missing: {}", folder.display());
    #[allow(clippy::print_stderr)] // the reader of the test's output must learn it
    {
        eprintln!("shared corpus missing: {}", folder.display());
    }
    None
}

/// The rows of a truth file, by column name.
pub fn rows(file: &str) -> Option<Vec<BTreeMap<String, String>>> {
    let mut reader = csv::Reader::from_path(cameras()?.join(file)).unwrap();
    Some(reader.deserialize().map(Result::unwrap).collect())
}

/// All photos of the corpus.
pub fn photos() -> Option<Vec<Photo>> {
    Some(rows("expected.csv")?.iter().enumerate().map(|(asset, row)| photo(asset as u64, row)).collect())
}

fn photo(asset: u64, row: &BTreeMap<String, String>) -> Photo {
    let text = |column: &str| Some(row[column].trim()).filter(|text| !text.is_empty()).map(str::to_owned);
    let number = |column: &str| text(column).and_then(|text| text.parse::<f64>().ok());
    let (folder, name) = row["path"].rsplit_once('/').unwrap();
    let serial = text("SerialNumber").or(text("MakerNoteSerialNumber"));
    let internal = text("InternalSerialNumber");
    let gps = format!("{} {}", row["GPSDateStamp"], row["GPSTimeStamp"]);
    let shot = Shot {
        date: RecordedDate::parse(&row["DateTimeOriginal"]),
        offset: text("OffsetTimeOriginal"),
        position: number("GPSLatitude").zip(number("GPSLongitude")).map(|(latitude, longitude)| Position { latitude, longitude }),
        gps_time_utc: RecordedDate::parse(&gps).at(),
        body_made: internal.as_deref().filter(|_| row["Make"].starts_with("FUJI")).and_then(body_made),
        number: FileNumber::of(folder, name),
        ..Shot::new(asset, Class::Photo)
    };
    let body = Body::of(Some(&row["Make"]), Some(&row["Model"]), serial.as_deref(), internal.as_deref());
    Photo { path: row["path"].clone(), body, shot }
}

/// Fujifilm writes the day of making as YYMMDD before the last twelve characters.
fn body_made(internal: &str) -> Option<Date> {
    let digits = internal.get(internal.len().checked_sub(18)?..internal.len() - 12)?;
    let two = |at: usize| digits.get(at..at + 2)?.parse::<i16>().ok();
    Date::new(2000 + two(0)?, two(2)? as i8, two(4)? as i8).ok()
}

/// Every anomaly of these photos, by path and in the order of kinds, judged body by body.
pub fn judged(photos: Vec<Photo>, now: WallClock) -> BTreeMap<String, Vec<Anomaly>> {
    let table = CameraTable::new(shipped());
    let paths: BTreeMap<u64, String> = photos.iter().map(|p| (p.shot.asset, p.path.clone())).collect();
    let mut bodies: BTreeMap<Body, Vec<Shot>> = BTreeMap::new();
    for photo in photos {
        bodies.entry(photo.body).or_default().push(photo.shot);
    }
    let mut found: BTreeMap<String, Vec<Anomaly>> = paths.values().map(|path| (path.clone(), Vec::new())).collect();
    for (body, shots) in bodies {
        judge_body(&body, shots, &table, now, &mut |asset, anomaly| found.get_mut(&paths[&asset]).unwrap().push(anomaly));
    }
    for anomalies in found.values_mut() {
        anomalies.sort_by_key(|a| a.kind);
    }
    found
}

/// The kinds among anomalies, as words.
pub fn kinds(anomalies: &[Anomaly]) -> Vec<&'static str> {
    anomalies.iter().map(|a| a.kind.word()).collect()
}
