//! Packet: where in the text of a sidecar its properties stand (XML 1.0, Namespaces in XML 1.0, ISO 16684-1).
//!
//! Promises ranges into the text as it is, and refuses whatever is not whole: a sidecar that is read wrongly would be written wrongly.
//! Absent on purpose: document types and what they declare, other encodings than UTF-8, and the meaning of any property but the dates.

use std::{collections::BTreeMap, ops::Range};

use super::{
    NotWritable, RDF,
    markup::{Attribute, Markup, Piece},
};
use crate::facts::xmp::{EXIF, PHOTOSHOP};

/// Tags within tags.
const DEEPEST: usize = 256;
const XML: &str = "http://www.w3.org/XML/1998/namespace";

/// A property that gives the capture date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dated {
    /// Its namespace.
    pub(super) namespace: &'static str,
    /// The prefix that it has by custom.
    pub(super) prefix: &'static str,
    /// Its name.
    pub(super) name: &'static str,
}

/// All that are set, in the order in which they are believed.
pub(super) const DATED: [Dated; 2] = [
    Dated { namespace: EXIF, prefix: "exif", name: "DateTimeOriginal" },
    Dated { namespace: PHOTOSHOP, prefix: "photoshop", name: "DateCreated" },
];

/// Where a date stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// A value between quotes, or the text of an element.
    Text(Range<usize>),
    /// The slash and bracket at the end of an element without content, and the element's name.
    Empty(Range<usize>, String),
}

/// What is known of a sidecar's text.
#[derive(Debug)]
pub(super) struct Packet<'a> {
    /// All of it but a byte order mark.
    pub(super) text: &'a str,
    /// Whether a byte order mark stands before it.
    pub(super) marked: bool,
    /// Every place of every date.
    pub(super) dates: Vec<(Dated, Place)>,
    /// What the properties are about, quotes included.
    pub(super) about: &'a str,
    /// The one `rdf:RDF`.
    pub(super) rdf: Rdf<'a>,
    /// Every prefix of the document, with all that it stands for anywhere.
    pub(super) prefixes: BTreeMap<&'a str, Vec<&'a str>>,
}

/// The element around all descriptions.
#[derive(Debug)]
pub(super) struct Rdf<'a> {
    /// Its name as it stands there.
    pub(super) name: &'a str,
    /// Where its start tag closes: the bracket, or slash and bracket.
    pub(super) closes: Range<usize>,
    /// Its last child from bracket to bracket.
    pub(super) last: Option<Range<usize>>,
}

/// What an open element is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Rdf,
    Description,
    Date(Dated),
    Other,
}

/// An element whose end is still to come.
struct Open<'a> {
    name: &'a str,
    kind: Kind,
    starts: usize,
    content: usize,
    bound: usize,
}

struct Reading<'a> {
    text: &'a str,
    open: Vec<Open<'a>>,
    bound: Vec<(&'a str, &'a str)>,
    prefixes: BTreeMap<&'a str, Vec<&'a str>>,
    dates: Vec<(Dated, Place)>,
    about: Option<&'a str>,
    rdf: Option<Rdf<'a>>,
    roots: u32,
}

impl<'a> Packet<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Result<Packet<'a>, NotWritable> {
        let (marked, text) = text(bytes)?;
        let mut reading = Reading {
            text,
            open: Vec::new(),
            bound: vec![("xml", XML), ("", "")],
            prefixes: BTreeMap::new(),
            dates: Vec::new(),
            about: None,
            rdf: None,
            roots: 0,
        };
        let mut packet = (false, false);
        for piece in Markup::of(text) {
            match piece? {
                Piece::Start { name, attributes, range, empty } => reading.start(name, &attributes, range, empty)?,
                Piece::End { name, range } => reading.end(name, range)?,
                Piece::Text(range) => reading.text_is_inside(&range)?,
                Piece::Opaque(range) => reading.opaque(&range)?,
                Piece::Instruction(range) => {
                    packet.0 |= text[range.clone()].starts_with("<?xpacket begin");
                    packet.1 |= text[range.clone()].starts_with("<?xpacket end");
                    reading.opaque(&range)?;
                }
            }
        }
        if let Some(open) = reading.open.last() {
            return Err(NotWritable::NotWhole(format!("tag {} is not closed", open.name)));
        }
        if packet == (true, false) {
            return Err(NotWritable::NotWhole("the packet has no end".to_owned()));
        }
        let rdf = reading.rdf.ok_or_else(|| NotWritable::NotXmp("there is no rdf:RDF in it".to_owned()))?;
        let about = reading.about.unwrap_or("\"\"");
        Ok(Packet { text, marked, dates: reading.dates, about, rdf, prefixes: reading.prefixes })
    }
}

/// The text without its byte order mark, and whether it has one.
fn text(bytes: &[u8]) -> Result<(bool, &str), NotWritable> {
    let wide = |name: &str| Err(NotWritable::NotUtf8(format!("it is {name}")));
    match bytes {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] | [b'<', 0, 0, 0, ..] | [0, 0, 0, b'<', ..] => return wide("UTF-32"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [b'<', 0, ..] | [0, b'<', ..] => return wide("UTF-16"),
        _ => {}
    }
    let (marked, rest) = bytes.strip_prefix(b"\xef\xbb\xbf").map_or((false, bytes), |rest| (true, rest));
    match std::str::from_utf8(rest) {
        Ok(text) => Ok((marked, text)),
        Err(error) => Err(NotWritable::NotUtf8(format!("byte {} cannot be read", error.valid_up_to()))),
    }
}

impl<'a> Reading<'a> {
    fn start(
        &mut self,
        name: &'a str,
        attributes: &[Attribute<'a>],
        range: Range<usize>,
        empty: bool,
    ) -> Result<(), NotWritable> {
        let not_whole = |what: &str| Err(NotWritable::NotWhole(format!("{what} at byte {}", range.start)));
        if self.open.is_empty() {
            self.roots += 1;
            if self.roots > 1 {
                return not_whole("a second root");
            }
        }
        if self.open.len() >= DEEPEST {
            return not_whole("tags nested too deep");
        }
        let bound = self.bound.len();
        for attribute in attributes {
            let prefix = match attribute.name.split_once(':') {
                Some(("xmlns", prefix)) => prefix,
                None if attribute.name == "xmlns" => "",
                _ => continue,
            };
            let meant = &self.text[attribute.value.clone()];
            if prefix == "xmlns" || (prefix == "xml") != (meant == XML) || (meant.is_empty() && !prefix.is_empty()) {
                return not_whole("a prefix that stands for nothing");
            }
            self.bound.push((prefix, meant));
            let known = self.prefixes.entry(prefix).or_default();
            if !known.contains(&meant) {
                known.push(meant);
            }
        }
        let Some((namespace, local)) = self.resolved(name, true) else { return not_whole("a prefix that is not declared") };
        let kind = match self.open.last().map(|parent| &parent.kind) {
            _ if (namespace, local) == (RDF, "RDF") => Kind::Rdf,
            Some(Kind::Rdf) if (namespace, local) == (RDF, "Description") => Kind::Description,
            Some(Kind::Description) => dated(namespace, local).map_or(Kind::Other, Kind::Date),
            _ => Kind::Other,
        };
        let mut named: Vec<(&str, &str)> = Vec::with_capacity(attributes.len());
        for attribute in attributes.iter().filter(|a| !a.declares()) {
            let Some(means) = self.resolved(attribute.name, false) else { return not_whole("a prefix that is not declared") };
            named.push(means);
            self.attribute(&kind, attribute, means)?;
        }
        named.sort_unstable();
        if named.windows(2).any(|pair| pair[0] == pair[1]) {
            return not_whole("an attribute that stands there twice");
        }
        if let Some(Open { kind: Kind::Date(around), .. }) = self.open.last() {
            return Err(NotWritable::NotPlain(around.name.to_owned()));
        }
        let closes = range.end - if empty { 2 } else { 1 }..range.end;
        if kind == Kind::Rdf {
            if self.rdf.is_some() {
                return Err(NotWritable::NotXmp("there is more than one rdf:RDF in it".to_owned()));
            }
            self.rdf = Some(Rdf { name, closes: closes.clone(), last: None });
        }
        if empty {
            if let Kind::Date(date) = kind {
                self.dates.push((date, Place::Empty(closes, name.to_owned())));
            }
            self.bound.truncate(bound);
            self.was_child(range);
        } else {
            self.open.push(Open { name, kind, starts: range.start, content: range.end, bound });
        }
        Ok(())
    }

    fn attribute(&mut self, of: &Kind, attribute: &Attribute<'a>, means: (&str, &str)) -> Result<(), NotWritable> {
        match of {
            Kind::Description => {
                if let (RDF | "", "about") = means {
                    let value = attribute.value.start - 1..attribute.value.end + 1;
                    // An empty one says "the asset beside", and one that says more is to be repeated.
                    if self.about.is_none_or(|about| about.len() == 2) {
                        self.about = Some(&self.text[value]);
                    }
                }
                self.dates.extend(dated(means.0, means.1).map(|date| (date, Place::Text(attribute.value.clone()))));
                Ok(())
            }
            // A language changes nothing; rdf:resource, rdf:parseType and qualifiers do.
            Kind::Date(date) if means != (XML, "lang") => Err(NotWritable::NotPlain(date.name.to_owned())),
            _ => Ok(()),
        }
    }

    fn end(&mut self, name: &str, range: Range<usize>) -> Result<(), NotWritable> {
        let Some(open) = self.open.pop().filter(|open| open.name == name) else {
            return Err(NotWritable::NotWhole(format!("tag {name} is closed and was not open at byte {}", range.start)));
        };
        if let Kind::Date(date) = open.kind {
            self.dates.push((date, Place::Text(open.content..range.start)));
        }
        self.bound.truncate(open.bound);
        self.was_child(open.starts..range.end);
        Ok(())
    }

    /// Keeps in mind where the last child of `rdf:RDF` stands.
    fn was_child(&mut self, range: Range<usize>) {
        if let (Some(Open { kind: Kind::Rdf, .. }), Some(rdf)) = (self.open.last(), &mut self.rdf) {
            rdf.last = Some(range);
        }
    }

    fn text_is_inside(&self, range: &Range<usize>) -> Result<(), NotWritable> {
        let blank = self.text[range.clone()].chars().all(|c| c.is_ascii_whitespace() || c == super::BOM);
        match self.open.last() {
            None if !blank => Err(NotWritable::NotWhole(format!("text outside of all tags at byte {}", range.start))),
            _ => Ok(()),
        }
    }

    /// A comment, an instruction or unparsed text: a date that has one within is more than a date.
    fn opaque(&self, range: &Range<usize>) -> Result<(), NotWritable> {
        match self.open.last() {
            Some(Open { kind: Kind::Date(date), .. }) => Err(NotWritable::NotPlain(date.name.to_owned())),
            None if self.text[range.clone()].starts_with("<![CDATA[") => self.text_is_inside(range),
            _ => Ok(()),
        }
    }

    /// Namespace and name of a name; the default namespace is for elements alone.
    fn resolved(&self, name: &'a str, element: bool) -> Option<(&'a str, &'a str)> {
        let (prefix, local) = match name.split_once(':') {
            Some((prefix, local)) => (prefix, local),
            None if element => ("", name),
            None => return Some(("", name)),
        };
        let (_, meant) = self.bound.iter().rev().find(|(bound, _)| *bound == prefix)?;
        Some((meant, local))
    }
}

fn dated(namespace: &str, name: &str) -> Option<Dated> {
    DATED.into_iter().find(|date| (date.namespace, date.name) == (namespace, name))
}
