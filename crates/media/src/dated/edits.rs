//! Edits: the few places of a sidecar that change when it is given a date, and the one description that is added where it has none.
//!
//! A date that stands there is replaced where it stands, in every place and whichever form it has. One that does not comes in a description of
//! its own behind the last: nothing that was there has to be understood for it.

use std::ops::Range;

use super::{
    BOM, NotWritable, RDF,
    packet::{DATED, Dated, Packet, Place},
};

/// What stands instead of a range of the text.
struct Edit {
    at: Range<usize>,
    text: String,
}

pub(super) fn dated(packet: &Packet<'_>, value: &str) -> Result<Vec<u8>, NotWritable> {
    let mut edits: Vec<Edit> = packet.dates.iter().filter_map(|(_, place)| in_place(packet, place, value)).collect();
    let missing: Vec<Dated> = DATED.into_iter().filter(|date| packet.dates.iter().all(|(there, _)| there != date)).collect();
    if !missing.is_empty() {
        edits.push(added(packet, &missing, value));
    }
    edits.sort_by_key(|edit| edit.at.start);
    let mut written = Vec::with_capacity(packet.text.len() + 512);
    if packet.marked {
        written.extend_from_slice(BOM.encode_utf8(&mut [0; 3]).as_bytes());
    }
    let mut at = 0;
    for edit in &edits {
        written.extend_from_slice(&packet.text.as_bytes()[at..edit.at.start]);
        written.extend_from_slice(edit.text.as_bytes());
        at = edit.at.end;
    }
    written.extend_from_slice(&packet.text.as_bytes()[at..]);
    Ok(written)
}

fn in_place(packet: &Packet<'_>, place: &Place, value: &str) -> Option<Edit> {
    match place {
        Place::Text(range) if packet.text[range.clone()].trim() == value => None,
        Place::Text(range) => Some(Edit { at: range.clone(), text: value.to_owned() }),
        Place::Empty(range, name) => Some(Edit { at: range.clone(), text: format!(">{value}</{name}>") }),
    }
}

/// A description behind the last one, set in as that one is.
fn added(packet: &Packet<'_>, missing: &[Dated], value: &str) -> Edit {
    let rdf = &packet.rdf;
    let before = &packet.text[..rdf.last.as_ref().map_or(rdf.closes.start, |last| last.start)];
    let blanks = &before[before.trim_end_matches([' ', '\t']).len()..];
    let broken = before.strip_suffix(blanks).is_some_and(|before| before.ends_with('\n'));
    let line = if packet.text.contains("\r\n") { "\r\n" } else { "\n" };
    let (line, step) = if broken && rdf.last.is_some() { (format!("{line}{blanks}"), " ") } else { (String::new(), "") };

    let mut declared = String::new();
    let rdf_prefix = match rdf.name.split_once(':') {
        Some((prefix, _)) => prefix.to_owned(),
        None => declare(packet, "rdf", RDF, &mut declared),
    };
    let mut properties = String::new();
    for date in missing {
        let prefix = declare(packet, date.prefix, date.namespace, &mut declared);
        let name = format!("{prefix}:{}", date.name);
        properties.push_str(&format!("{line}{step}<{name}>{value}</{name}>"));
    }
    let about = packet.about;
    let element = format!("{rdf_prefix}:Description");
    let description = format!("{line}<{element} {rdf_prefix}:about={about}{declared}>{properties}{line}</{element}>");
    match &rdf.last {
        Some(last) => Edit { at: last.end..last.end, text: description },
        None if rdf.closes.len() == 2 => Edit { at: rdf.closes.clone(), text: format!(">{description}</{}>", rdf.name) },
        None => Edit { at: rdf.closes.end..rdf.closes.end, text: description },
    }
}

/// Declares a prefix that stands for nothing else anywhere in the document: the one that is customary, or that with a number.
fn declare(packet: &Packet<'_>, customary: &str, namespace: &str, declared: &mut String) -> String {
    let is_free = |prefix: &String| packet.prefixes.get(prefix.as_str()).is_none_or(|means| *means == [namespace]);
    let numbered = (2_u32..).map(|number| format!("{customary}{number}"));
    let prefix = std::iter::once(customary.to_owned()).chain(numbered).find(is_free).unwrap_or_else(|| customary.to_owned());
    declared.push_str(&format!(" xmlns:{prefix}=\"{namespace}\""));
    prefix
}
