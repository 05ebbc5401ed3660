//! Gathering: collects the rows of all EXIF blocks of one asset and turns them into facts.
//!
//! Where an asset holds several blocks, fields are those of all of them, one per directory and tag, as the reference
//! counts. Absent on purpose: where blocks are found (`jpeg`, `png`, …) and how directories are walked (`tiff`).

use std::collections::{HashMap, hash_map};

use jiff::civil;
use lightproof_model::{
    exif::{
        Directory, ExifField,
        counting::{counts, is_blank, shown_name},
    },
    moment::{RecordedDate, WallClock},
    probe::{Dimensions, Facts, Position},
    problem::{Problem, ProblemKind},
    read_at::ReadAt,
};

use super::{
    joined::Joined,
    maker::{self, Camera, Note, Said},
    tiff::{self, Found, IFD0, Layout, Place, Reach, Region},
    value::{Raw, Value, readable, trim},
};
use crate::isobmff::read;

/// Characters of a field's value that are kept.
const SHOWN: usize = 256;

/// All that was found so far.
#[derive(Default)]
pub struct Gather {
    rows: Vec<(Directory, Raw)>,
    at: HashMap<(Directory, u16), usize>,
    said: Said,
    damage: Vec<String>,
    /// Layouts of the TIFF directories that are images.
    pub layouts: Vec<Layout>,
    /// Dimensions as the container states them.
    pub dimensions: Option<Dimensions>,
    /// A JPEG inside a Panasonic raw: position and length.
    pub embedded: Option<(u64, u64)>,
    /// What a container says that EXIF does not.
    pub container: Container,
}

/// What a video container or an XMP-less raw format says of itself.
#[derive(Debug, Default)]
pub struct Container {
    /// Maker of the camera.
    pub make: Option<String>,
    /// Model of the camera.
    pub model: Option<String>,
    /// Serial number.
    pub serial: Option<String>,
    /// Creation time, UTC.
    pub time_utc: Option<WallClock>,
    /// Creation date as wall clock, with its offset.
    pub date: Option<(String, String)>,
    /// Where.
    pub position: Option<Position>,
    /// What ties the halves of a live photo together.
    pub content_identifier: Option<String>,
}

impl Gather {
    /// Takes in a TIFF structure held whole by its container, by position.
    pub fn block(&mut self, block: &dyn ReadAt, first: Place) {
        let head = read(block, 0..8, 8);
        if head.is_some_and(|head| tiff_header(&head)) {
            self.region(Region::block(block), first);
        } else {
            self.damage.push("an EXIF block without a TIFF header".to_owned());
        }
    }

    /// Takes in a TIFF structure.
    pub fn region(&mut self, region: Region, first: Place) {
        let Some(found) = tiff::walk(region, first) else {
            self.damage.push("an EXIF block without a directory".to_owned());
            return;
        };
        self.take(region, found);
    }

    fn take(&mut self, region: Region, found: Found) {
        for (directory, raw) in found.rows {
            self.row(directory, raw);
        }
        self.embedded = found.embedded.or(self.embedded);
        self.layouts.extend(found.layouts);
        self.damage.extend(found.damage);
        let camera = Camera { make: self.camera_text(0x010F), model: self.camera_text(0x0110) };
        for note in found.notes {
            if let (Some(order), true) = (found.order, region.reach == Reach::File || note.offset + note.len <= region.len()) {
                maker::read_note(&Note { region, at: note, order }, &camera, &mut self.said);
            }
        }
    }

    /// Takes in a maker note that stands as a TIFF structure of its own (CR3).
    pub fn canon_note(&mut self, block: &dyn ReadAt) {
        let camera = Camera { make: self.camera_text(0x010F), model: self.camera_text(0x0110) };
        maker::canon::read_structure(Region::block(block), &camera, &mut self.said);
    }

    /// Notes something broken.
    pub fn damaged(&mut self, what: impl Into<String>) {
        self.damage.push(what.into());
    }

    fn row(&mut self, directory: Directory, raw: Raw) {
        match self.at.entry((directory, raw.tag)) {
            hash_map::Entry::Vacant(new) => {
                new.insert(self.rows.len());
                self.rows.push((directory, raw));
            }
            hash_map::Entry::Occupied(old) => {
                // The later of two values stands, except where the first describes the primary image; a blank never does.
                let kept = &mut self.rows[*old.get()].1;
                let first_stands = matches!(raw.tag, 0x010E | 0x0112 | 0x011A | 0x011B) && !is_blank(&kept.content());
                if !first_stands && !is_blank(&raw.content()) {
                    *kept = raw;
                }
            }
        }
    }

    fn value(&self, directory: Directory, tag: u16) -> Option<Value> {
        Some(self.rows[*self.at.get(&(directory, tag))?].1.value())
    }

    /// Trimmed text of a field, if any is left.
    pub fn text(&self, directory: Directory, tag: u16) -> Option<String> {
        match self.value(directory, tag)? {
            Value::Text(b) | Value::Bytes(b) => Some(readable(trim(&b))).filter(|t| !t.is_empty()),
            numbers => Some(numbers.text()),
        }
    }

    /// Make or model: some writers put them into the Exif directory.
    fn camera_text(&self, tag: u16) -> Option<String> {
        let directory = if self.at.contains_key(&(Directory::Ifd0, tag)) { Directory::Ifd0 } else { Directory::Exif };
        self.text(directory, tag)
    }

    /// The first whole number of a field.
    pub fn number(&self, directory: Directory, tag: u16) -> Option<i64> {
        let value = self.value(directory, tag)?;
        value.integer().or_else(|| value.numbers().first().map(|&n| n as i64))
    }

    fn position(&self) -> Option<Position> {
        let degrees = |tag, reference, negative| {
            let parts = self.value(Directory::Gps, tag)?.numbers();
            let of = |i: usize| parts.get(i).copied().unwrap_or(0.0);
            let degrees = of(0) + of(1) / 60.0 + of(2) / 3600.0;
            let side = self.text(Directory::Gps, reference)?;
            let south = side.to_ascii_uppercase().starts_with(negative);
            (!parts.is_empty() && degrees.is_finite()).then_some(if south { -degrees } else { degrees })
        };
        let place = Position { latitude: degrees(2, 1, 'S')?, longitude: degrees(4, 3, 'W')? };
        (place.latitude.abs() <= 90.0 && place.longitude.abs() <= 180.0).then_some(place)
    }

    fn gps_time(&self) -> Option<WallClock> {
        let date = self.text(Directory::Gps, 0x1D)?;
        let [year, month, day] = digit_groups(&date)?;
        let time = self.value(Directory::Gps, 0x07)?.numbers();
        let &[hour, minute, second] = time.get(..3)? else { return None };
        let seconds = hour * 3600.0 + minute * 60.0 + second;
        if ![hour, minute, second].iter().all(|n| *n >= 0.0 && n.is_finite()) || seconds >= 86_400.0 {
            return None;
        }
        let (whole, day) = (seconds as i64, civil::Date::new(year, month as i8, day as i8).ok()?);
        let clock = civil::Time::new((whole / 3600) as i8, (whole / 60 % 60) as i8, (whole % 60) as i8, 0).ok()?;
        Some(day.to_datetime(clock))
    }

    fn dimensions(&self) -> Option<Dimensions> {
        let whole = |width: i64, height: i64| {
            let (width, height) = (u32::try_from(width).ok()?, u32::try_from(height).ok()?);
            (width > 0 && height > 0).then_some(Dimensions { width, height })
        };
        self.dimensions.or_else(|| {
            let images = || self.layouts.iter().filter(|l| l.width.is_some());
            let full = images().find(|l| l.subfile == Some(0)).or(images().next())?;
            whole(full.width?, full.height?)
        })
    }

    /// The dimensions that EXIF states, for formats whose layout describes something else.
    pub fn exif_dimensions(&self) -> Option<Dimensions> {
        let side = |tag| self.number(Directory::Exif, tag).and_then(|n| u32::try_from(n).ok()).filter(|&n| n > 0);
        Some(Dimensions { width: side(0xA002)?, height: side(0xA003)? })
    }

    /// The facts.
    pub fn into_facts(mut self) -> Facts {
        let (said, container) = (std::mem::take(&mut self.said), std::mem::take(&mut self.container));
        let exif: Vec<ExifField> = self.rows.iter().map(|(directory, raw)| field(*directory, raw)).collect();
        let recorded = self.value(Directory::Exif, 0x9003).map(|v| match v {
            Value::Text(b) | Value::Bytes(b) => RecordedDate::parse(&readable(&b)),
            _ => RecordedDate::Missing,
        });
        let (container_date, container_offset) = container.date.clone().unzip();
        let date_time_original = match recorded {
            None | Some(RecordedDate::Missing) => RecordedDate::parse(&container_date.unwrap_or_default()),
            Some(date) => date,
        };
        let exif_text = |tag| self.text(Directory::Exif, tag);
        let (dimensions, position, gps_time_utc) = (self.dimensions(), self.position(), self.gps_time());
        let (make, model) = (self.camera_text(0x010F), self.camera_text(0x0110));
        let problems = (!self.damage.is_empty()).then(|| Problem::new(ProblemKind::DamagedExif, self.damage.join("; ")));
        Facts {
            exif_field_count: exif.iter().filter(|f| f.counts).count() as u32,
            exposure: lightproof_model::same_shot::exposure_of(&exif),
            date_time_original,
            sub_sec: exif_text(0x9291),
            offset: exif_text(0x9011).or(container_offset),
            make: make.or(container.make),
            model: model.or(container.model),
            serial: exif_text(0xA431).or(said.serial).or(container.serial),
            internal_serial: said.internal_serial,
            body_made: said.body_made,
            lens: exif_text(0xA434),
            position: position.or(container.position),
            gps_time_utc,
            orientation: self.number(Directory::Ifd0, 0x0112).and_then(|n| u16::try_from(n).ok()),
            dimensions,
            duration_ms: None,
            container_time_utc: container.time_utc,
            content_identifier: said.content_identifier.or(container.content_identifier),
            problems: problems.into_iter().collect(),
            exif,
        }
    }
}

fn field(directory: Directory, raw: &Raw) -> ExifField {
    let content = raw.content();
    // Sony's raw files keep a pointer under the id of DNG's private data.
    let counts = counts(raw.table, raw.tag, &content) && !(raw.tag == 0xC634 && raw.data.len() == 4);
    let shown = if is_blank(&content) { String::new() } else { raw.value().text() };
    let value = shown.char_indices().nth(SHOWN).map_or(shown.clone(), |(end, _)| shown[..end].to_owned());
    ExifField { directory, tag: raw.tag, name: shown_name(raw.table, raw.tag), value, counts }
}

/// Year, month and day of a GPS date, whatever stands between and behind them.
fn digit_groups(text: &str) -> Option<[i16; 3]> {
    let digits: Vec<i16> = text.bytes().filter(u8::is_ascii_digit).map(|b| i16::from(b - b'0')).collect();
    let number = |range: std::ops::Range<usize>| digits[range].iter().fold(0, |n, d| n * 10 + d);
    (digits.len() >= 8).then(|| [number(0..4), number(4..6), number(6..8)])
}

/// Whether bytes begin as a TIFF structure.
pub fn tiff_header(b: &[u8]) -> bool {
    b.len() >= 8 && (b.starts_with(b"II") || b.starts_with(b"MM"))
}

/// Where the TIFF header of an EXIF payload stands, whatever is before it.
fn tiff_header_in(payload: &dyn ReadAt) -> Option<u64> {
    let real = |at: &u64| read(payload, *at..*at + 4, 4).is_some_and(|b| matches!(&b[..], b"II*\0" | b"MM\0*"));
    let prefixed = be(payload, 0, 4).map(|n| n + 4);
    [prefixed, Some(0), Some(4), Some(6), Some(10)].into_iter().flatten().find(real)
}

/// A whole EXIF payload of a container, header in front or not.
pub fn payload(gather: &mut Gather, payload: &dyn ReadAt) {
    match tiff_header_in(payload) {
        Some(at) => {
            if let Some(block) = Joined::whole(payload, at..payload.len(), u64::MAX) {
                gather.block(&block, IFD0);
            }
        }
        None => gather.damaged("an EXIF block without a TIFF header"),
    }
}

/// Reads a big-endian number at a position.
pub fn be(bytes: &dyn ReadAt, at: u64, width: u64) -> Option<u64> {
    let b = read(bytes, at..at.checked_add(width)?, 8)?;
    Some(b.iter().fold(0, |n, &b| n << 8 | u64::from(b)))
}

/// Reads a little-endian number at a position.
pub fn le(bytes: &dyn ReadAt, at: u64, width: u64) -> Option<u64> {
    let b = read(bytes, at..at.checked_add(width)?, 8)?;
    Some(b.iter().rev().fold(0, |n, &b| n << 8 | u64::from(b)))
}
