//! XMP sidecars: the capture date that a person or a program wrote beside an asset (XMP part 1; Exif and Photoshop schemas).
//!
//! Promises bounded work on any bytes. Prefixes are taken as the document declares them, anywhere in it.
//! Absent on purpose: everything else that a sidecar says, and a full XML parser.

use std::collections::HashMap;

use lightproof_model::moment::{RecordedDate, WallClock};

/// Bytes of a sidecar that are looked at.
pub(crate) const MAX: usize = 1 << 20;
pub(crate) const EXIF: &str = "http://ns.adobe.com/exif/1.0/";
pub(crate) const PHOTOSHOP: &str = "http://ns.adobe.com/photoshop/1.0/";

/// The capture date of a sidecar as wall clock: `exif:DateTimeOriginal`, else `photoshop:DateCreated`.
#[must_use]
pub fn sidecar_date(bytes: &[u8]) -> Option<WallClock> {
    let text = decoded(&bytes[..bytes.len().min(MAX)]);
    let said = properties(&text);
    let date = |namespace, name| said.iter().find(|p| p.0 == namespace && p.1 == name).and_then(|p| wall_clock(p.2));
    date(EXIF, "DateTimeOriginal").or_else(|| date(PHOTOSHOP, "DateCreated"))
}

/// XMP may be UTF-8 or UTF-16 of either order.
fn decoded(bytes: &[u8]) -> String {
    let wide = |order: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.chunks_exact(2).map(|u| order([u[0], u[1]])).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xFE, 0xFF, ..] | [0, b'<', ..] => wide(u16::from_be_bytes),
        [0xFF, 0xFE, ..] | [b'<', 0, ..] => wide(u16::from_le_bytes),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// `2017-10-27T08:38:52+01:00`; seconds may be missing, a time may not.
fn wall_clock(text: &str) -> Option<WallClock> {
    let text = text.trim();
    match RecordedDate::parse(text) {
        RecordedDate::At(at) => Some(at),
        _ => RecordedDate::parse(&format!("{}:00", text.get(..16)?)).at(),
    }
}

/// Namespace, name and value of every attribute and of every element that holds text alone.
fn properties(text: &str) -> Vec<(&str, &str, &str)> {
    let mut prefixes: HashMap<&str, &str> = HashMap::new();
    let mut named: Vec<(&str, &str)> = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find('<') {
        rest = &rest[open + 1..];
        if let Some(after) = rest.strip_prefix("!--") {
            rest = after.find("-->").map_or("", |end| &after[end + 3..]);
            continue;
        }
        let Some(close) = tag_end(rest) else { break };
        let (tag, behind) = (&rest[..close], &rest[close + 1..]);
        rest = behind;
        if tag.starts_with(['/', '?', '!']) {
            continue;
        }
        let (name, attributes) = tag.split_once(char::is_whitespace).unwrap_or((tag.trim_end_matches('/'), ""));
        for (key, value) in pairs(attributes) {
            match key.strip_prefix("xmlns:") {
                Some(prefix) => {
                    prefixes.insert(prefix, value);
                }
                None => named.push((key, value)),
            }
        }
        let content = behind.split('<').next().unwrap_or_default();
        if !tag.ends_with('/') && !content.trim().is_empty() {
            named.push((name, content));
        }
    }
    named
        .into_iter()
        .filter_map(|(key, value)| {
            let (prefix, name) = key.split_once(':')?;
            Some((*prefixes.get(prefix)?, name, value))
        })
        .collect()
}

/// Where a tag ends; a `>` between quotes is none.
fn tag_end(tag: &str) -> Option<usize> {
    let mut quote = None;
    tag.bytes().position(|b| {
        match quote {
            Some(q) if q == b => quote = None,
            None if b == b'"' || b == b'\'' => quote = Some(b),
            None => return b == b'>',
            Some(_) => {}
        }
        false
    })
}

/// Attributes: `key="value"`, either quote.
fn pairs(mut text: &str) -> impl Iterator<Item = (&str, &str)> {
    std::iter::from_fn(move || {
        let (key, after) = text.split_once('=')?;
        let after = after.trim_start();
        let quote = after.chars().next().filter(|c| *c == '"' || *c == '\'')?;
        let (value, rest) = after[1..].split_once(quote)?;
        text = rest;
        Some((key.trim(), value))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(body: &str) -> Option<String> {
        let head = r#"<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">"#;
        let document = format!(
            "{head}<rdf:Description xmlns:e='http://ns.adobe.com/exif/1.0/' xmlns:ps=\"http://ns.adobe.com/photoshop/1.0/\" {body}"
        );
        sidecar_date(document.as_bytes()).map(|d| d.to_string())
    }

    #[test]
    fn the_date_is_read_from_attribute_or_element_under_any_prefix() {
        let as_attribute = r#"e:DateTimeOriginal="2017-10-27T08:38:52+01:00"/>"#;
        let as_element = "><e:DateTimeOriginal>2017-10-27T08:38:52.25</e:DateTimeOriginal>";
        for body in [as_attribute, as_element] {
            assert_eq!(date(body).as_deref(), Some("2017-10-27T08:38:52"));
        }
        assert_eq!(date("ps:DateCreated='2017-10-27T08:38'>").as_deref(), Some("2017-10-27T08:38:00"));
    }

    #[test]
    fn the_exif_date_comes_before_photoshops() {
        let both = r#"ps:DateCreated="2001-01-01T00:00:00" e:DateTimeOriginal="2017-10-27T08:38:52"/>"#;
        assert_eq!(date(both).as_deref(), Some("2017-10-27T08:38:52"));
    }

    #[test]
    fn a_day_without_a_time_a_foreign_namespace_and_rubbish_give_no_date() {
        for body in [
            r#"ps:DateCreated="2017-10-27"/>"#,
            r#"z:DateTimeOriginal="2017-10-27T08:38:52"/>"#,
            "<<<='",
            "e:DateTimeOriginal=\"",
        ] {
            assert_eq!(date(body), None, "{body}");
        }
        assert_eq!(sidecar_date(b"\xff\xfe<\0\x00"), None);
        assert_eq!(sidecar_date(b""), None);
    }
}
