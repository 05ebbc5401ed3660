//! QuickTime and MP4: when, by what, where, and how large (QuickTime File Format; ISO/IEC 14496-12).
//!
//! `mvhd` is UTC by the standard and says nothing of the wall clock; only Apple's creation date, which carries its
//! offset, does. Sample tables are hopped over.
//! Absent on purpose: MKV, MPEG and transport streams, which say nothing of a capture.

use jiff::{ToSpan, civil};
use lightproof_model::{
    probe::{Dimensions, Position},
    read_at::ReadAt,
};

use super::{
    gather::{Gather, be},
    value::{readable, trim},
};
use crate::isobmff::{BoxAt, boxes, read, top_level};

/// Bytes of one text.
const MAX_TEXT: u64 = 4096;
/// Bytes of the list of keys.
const MAX_KEYS: u64 = 64 << 10;

/// Reads the movie header, its first picture track and its metadata.
pub fn read_quicktime(bytes: &dyn ReadAt, gather: &mut Gather) {
    let Some(moov) = top_level(bytes).find(|b| b.kind == *b"moov") else { return };
    for b in boxes(bytes, moov.payload) {
        match &b.kind {
            b"mvhd" => gather.container.time_utc = created(bytes, &b),
            b"trak" if gather.dimensions.is_none() => gather.dimensions = track_size(bytes, &b),
            b"meta" => read_meta(bytes, &b, gather),
            b"udta" => read_user_data(bytes, &b, gather),
            _ => {}
        }
    }
}

/// Reads the creation time in the movie header.
pub fn read_movie_header(bytes: &dyn ReadAt, moov: &BoxAt, gather: &mut Gather) {
    if let Some(mvhd) = boxes(bytes, moov.payload.clone()).find(|b| b.kind == *b"mvhd") {
        gather.container.time_utc = created(bytes, &mvhd);
    }
}

/// Seconds since 1904, UTC; 0 is "not set".
fn created(bytes: &dyn ReadAt, mvhd: &BoxAt) -> Option<civil::DateTime> {
    let at = mvhd.payload.start;
    let seconds = if be(bytes, at, 1)? == 1 { be(bytes, at + 4, 8)? } else { be(bytes, at + 4, 4)? };
    let seconds = i64::try_from(seconds).ok().filter(|&s| s > 0 && s < 1 << 40)?;
    civil::date(1904, 1, 1).at(0, 0, 0, 0).checked_add(seconds.seconds()).ok()
}

/// Width and height of a track, 16.16 fixed point at the end of its header; sound has none.
fn track_size(bytes: &dyn ReadAt, trak: &BoxAt) -> Option<Dimensions> {
    let header = boxes(bytes, trak.payload.clone()).find(|b| b.kind == *b"tkhd")?;
    let at = header.payload.start + if be(bytes, header.payload.start, 1)? == 1 { 88 } else { 76 };
    let (width, height) = (be(bytes, at, 4)? as u32 >> 16, be(bytes, at + 4, 4)? as u32 >> 16);
    (width > 0 && height > 0).then_some(Dimensions { width, height })
}

/// Apple's keyed metadata: a list of names, and values that refer to them by number.
fn read_meta(bytes: &dyn ReadAt, meta: &BoxAt, gather: &mut Gather) {
    // ISO makes `meta` a full box, QuickTime does not.
    let plain = read(bytes, meta.payload.start + 4..meta.payload.start + 8, 4).as_deref() == Some(b"hdlr");
    let start = meta.payload.start + if plain { 0 } else { 4 };
    let children: Vec<BoxAt> = boxes(bytes, start..meta.payload.end).collect();
    let child = |kind: &[u8; 4]| children.iter().find(|b| b.kind == *kind);
    let (Some(keys), Some(list)) = (child(b"keys"), child(b"ilst")) else { return };
    let Some(table) = read(bytes, keys.payload.clone(), MAX_KEYS) else { return };
    let table = table.get(8..).unwrap_or_default();
    let names: Vec<&[u8]> =
        boxes(&table, 0..table.len() as u64).map(|b| &table[b.payload.start as usize..b.payload.end as usize]).collect();
    for b in boxes(bytes, list.payload.clone()) {
        let name = (u32::from_be_bytes(b.kind) as usize).checked_sub(1).and_then(|i| names.get(i));
        let value = boxes(bytes, b.payload.clone()).find(|b| b.kind == *b"data").and_then(|data| {
            // Type and locale stand before the value.
            read(bytes, data.payload.start.saturating_add(8)..data.payload.end, MAX_TEXT)
        });
        if let (Some(name), Some(value)) = (name, value) {
            keyed(name, &text(&value), gather);
        }
    }
}

fn keyed(name: &[u8], value: &str, gather: &mut Gather) {
    let said = &mut gather.container;
    let value = || Some(value.to_owned()).filter(|v| !v.is_empty());
    match name {
        b"com.apple.quicktime.make" | b"com.android.manufacturer" => said.make = value(),
        b"com.apple.quicktime.model" | b"com.android.model" => said.model = value(),
        b"com.apple.quicktime.content.identifier" => said.content_identifier = value(),
        b"com.apple.quicktime.creationdate" => said.date = value().as_deref().and_then(zoned),
        b"com.apple.quicktime.location.ISO6709" => said.position = value().as_deref().and_then(iso_6709),
        _ => {}
    }
}

/// User data: make, model and place as Apple, Android and Canon write them.
fn read_user_data(bytes: &dyn ReadAt, udta: &BoxAt, gather: &mut Gather) {
    for b in boxes(bytes, udta.payload.clone()) {
        if b.kind == *b"meta" {
            read_meta(bytes, &b, gather);
            continue;
        }
        let Some(value) = read(bytes, b.payload.clone(), MAX_TEXT) else { continue };
        // Length and language stand before QuickTime's texts; plain text is written too.
        let counted = value.get(..2).map(|n| usize::from(u16::from_be_bytes([n[0], n[1]])));
        let counted = counted.and_then(|n| value.get(4..4 + n)).filter(|t| !t.is_empty());
        let value = Some(text(counted.unwrap_or(&value))).filter(|v| !v.is_empty());
        let said = &mut gather.container;
        match &b.kind {
            b"\xa9mak" | b"manu" if said.make.is_none() => said.make = value,
            b"\xa9mod" | b"modl" if said.model.is_none() => said.model = value,
            b"loci" if said.position.is_none() => said.position = location_information(bytes, &b),
            b"\xa9xyz" if said.position.is_none() => said.position = value.as_deref().and_then(iso_6709),
            b"\xa9day" if said.date.is_none() => said.date = value.as_deref().and_then(zoned),
            _ => {}
        }
    }
}

fn text(b: &[u8]) -> String {
    readable(trim(b))
}

/// A date with a zone, as wall clock and offset: `2020-04-17T10:03:47-0600`. Without a zone it is none.
fn zoned(text: &str) -> Option<(String, String)> {
    let (date, zone) = text.split_at_checked(19)?;
    let digits: String = zone.get(1..)?.chars().filter(|c| *c != ':').collect();
    let offset = match zone.as_bytes().first()? {
        b'Z' => "+00:00".to_owned(),
        sign @ (b'+' | b'-') if digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit()) => {
            format!("{}{}:{}", char::from(*sign), &digits[..2], &digits[2..])
        }
        _ => return None,
    };
    Some((date.to_owned(), offset))
}

/// 3GPP's location: version, language, a name, a role, then longitude and latitude in 16.16 fixed point (TS 26.244).
fn location_information(bytes: &dyn ReadAt, b: &BoxAt) -> Option<Position> {
    let value = read(bytes, b.payload.clone(), MAX_TEXT)?;
    let name = value.get(6..)?;
    let numbers = name.get(name.iter().position(|&b| b == 0)? + 2..)?;
    let degrees = |at: usize| Some(f64::from(i32::from_be_bytes(numbers.get(at..at + 4)?.try_into().ok()?)) / 65_536.0);
    on_earth(degrees(4)?, degrees(0)?)
}

/// `+27.5916+086.5640+8850/`: latitude and longitude in degrees (ISO 6709, Annex H).
fn iso_6709(text: &str) -> Option<Position> {
    let second = text.get(1..)?.find(['+', '-'])? + 1;
    let rest = text.get(second..)?;
    let end = rest.get(1..)?.find(['+', '-', '/', 'C']).map_or(rest.len(), |i| i + 1);
    let (latitude, longitude) = (text.get(..second)?.parse::<f64>().ok()?, rest.get(..end)?.parse::<f64>().ok()?);
    on_earth(latitude, longitude)
}

fn on_earth(latitude: f64, longitude: f64) -> Option<Position> {
    (latitude.abs() <= 90.0 && longitude.abs() <= 180.0).then_some(Position { latitude, longitude })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_date_with_a_zone_is_wall_clock() {
        let zoned = |t| zoned(t).map(|(d, o)| format!("{d} {o}"));
        assert_eq!(zoned("2020-04-17T10:03:47-0600").as_deref(), Some("2020-04-17T10:03:47 -06:00"));
        assert_eq!(zoned("2020-04-17T10:03:47+05:30").as_deref(), Some("2020-04-17T10:03:47 +05:30"));
        assert_eq!(zoned("2020-04-17T10:03:47"), None);
        assert_eq!(zoned("2020"), None);
    }

    #[test]
    fn places_are_read_from_their_signs() {
        let place = iso_6709("+27.5916+086.5640+8850/").unwrap();
        assert_eq!((place.latitude, place.longitude), (27.5916, 86.564));
        assert_eq!(iso_6709("-33.8-151.2/").unwrap().longitude, -151.2);
        assert_eq!(iso_6709("somewhere"), None);
    }

    #[test]
    fn a_place_that_is_not_on_earth_is_none() {
        let location = |latitude: i32, longitude: i32| {
            let fixed = |degrees: i32| (degrees << 16).to_be_bytes();
            let payload = [&[0, 0, 0, 0, 0x55, 0xC4, 0, 0][..], &fixed(longitude), &fixed(latitude)].concat();
            let bytes = [&(payload.len() as u32 + 8).to_be_bytes()[..], b"loci", &payload].concat();
            let found = boxes(&bytes.as_slice(), 0..bytes.len() as u64).next().unwrap();
            location_information(&bytes.as_slice(), &found)
        };
        assert_eq!(location(-33, 151), Some(Position { latitude: -33.0, longitude: 151.0 }));
        assert_eq!((location(1536, 0), location(0, 181)), (None, None));
        assert_eq!(iso_6709("+91.0+000.0/"), None);
    }
}
