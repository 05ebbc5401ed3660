//! Markup: the tags, texts and remarks of an XML text, one after the other, each with its range (XML 1.0, fifth edition).
//!
//! The first thing that is not well-formed ends it with the reason. Document types are refused, so that the five references that XML itself
//! knows are all there are.

use std::ops::Range;

use super::NotWritable;

/// One attribute: its name, and where its value stands between the quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Attribute<'a> {
    pub(super) name: &'a str,
    pub(super) value: Range<usize>,
}

impl Attribute<'_> {
    /// Whether it declares what a prefix stands for.
    pub(super) fn declares(&self) -> bool {
        self.name == "xmlns" || self.name.starts_with("xmlns:")
    }
}

/// One piece of the text; ranges go from bracket to bracket.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    Start {
        name: &'a str,
        attributes: Vec<Attribute<'a>>,
        range: Range<usize>,
        empty: bool,
    },
    End {
        name: &'a str,
        range: Range<usize>,
    },
    Text(Range<usize>),
    /// A comment, or unparsed text.
    Opaque(Range<usize>),
    /// A processing instruction, the XML declaration among them.
    Instruction(Range<usize>),
}

/// The pieces of a text.
pub(super) struct Markup<'a> {
    text: &'a str,
    at: usize,
    broken: bool,
}

impl<'a> Markup<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        Self { text, at: 0, broken: false }
    }

    fn next_piece(&mut self) -> Result<Piece<'a>, NotWritable> {
        let (start, rest) = (self.at, &self.text[self.at..]);
        if !rest.starts_with('<') {
            let len = rest.find('<').unwrap_or(rest.len());
            self.at += len;
            let text = &rest[..len];
            if text.contains("]]>") {
                return Err(not_whole("the end of unparsed text that did not begin", start));
            }
            characters(text, start)?;
            references(text, start)?;
            return Ok(Piece::Text(start..self.at));
        }
        if let Some(inside) = rest.strip_prefix("<!--") {
            let len = inside.find("--").ok_or_else(|| not_whole("a comment that does not end", start))?;
            if !inside[len..].starts_with("-->") {
                return Err(not_whole("a comment with two dashes in it", start));
            }
            return self.opaque(len + 7).map(Piece::Opaque);
        }
        if let Some(inside) = rest.strip_prefix("<![CDATA[") {
            let len = inside.find("]]>").ok_or_else(|| not_whole("unparsed text that does not end", start))?;
            return self.opaque(len + 12).map(Piece::Opaque);
        }
        if rest.starts_with("<!") {
            return Err(not_whole("a document type, which could change what the text says,", start));
        }
        if let Some(inside) = rest.strip_prefix("<?") {
            let len = inside.find("?>").ok_or_else(|| not_whole("an instruction that does not end", start))?;
            instruction(&inside[..len], start)?;
            return self.opaque(len + 4).map(Piece::Instruction);
        }
        if rest.starts_with("</") {
            return self.end();
        }
        self.start()
    }

    fn opaque(&mut self, len: usize) -> Result<Range<usize>, NotWritable> {
        let range = self.at..self.at + len;
        characters(&self.text[range.clone()], range.start)?;
        self.at = range.end;
        Ok(range)
    }

    fn end(&mut self) -> Result<Piece<'a>, NotWritable> {
        let start = self.at;
        self.at += 2;
        let name = self.name()?;
        self.blanks();
        if !self.takes(">") {
            return Err(not_whole("a closing tag that does not close", start));
        }
        Ok(Piece::End { name, range: start..self.at })
    }

    fn start(&mut self) -> Result<Piece<'a>, NotWritable> {
        let start = self.at;
        self.at += 1;
        let name = self.name()?;
        let mut attributes: Vec<Attribute<'a>> = Vec::new();
        loop {
            let blank = self.blanks();
            let empty = self.takes("/>");
            if empty || self.takes(">") {
                return Ok(Piece::Start { name, attributes, range: start..self.at, empty });
            }
            if !blank {
                return Err(not_whole("a tag that does not close", start));
            }
            attributes.push(self.attribute()?);
        }
    }

    fn attribute(&mut self) -> Result<Attribute<'a>, NotWritable> {
        let start = self.at;
        let name = self.name()?;
        self.blanks();
        if !self.takes("=") {
            return Err(not_whole("an attribute without a value", start));
        }
        self.blanks();
        let quote = if self.takes("\"") {
            '"'
        } else if self.takes("'") {
            '\''
        } else {
            return Err(not_whole("a value without quotes", start));
        };
        let rest = &self.text[self.at..];
        let len = rest.find(quote).ok_or_else(|| not_whole("a value that does not end", start))?;
        let value = self.at..self.at + len;
        let inside = &rest[..len];
        if inside.contains('<') {
            return Err(not_whole("a tag within a value", start));
        }
        characters(inside, value.start)?;
        references(inside, value.start)?;
        self.at = value.end + 1;
        Ok(Attribute { name, value })
    }

    /// A name with at most one prefix.
    fn name(&mut self) -> Result<&'a str, NotWritable> {
        let rest = &self.text[self.at..];
        let name = &rest[..rest.find(|c: char| !is_in_name(c)).unwrap_or(rest.len())];
        let part = |part: &str| part.starts_with(|c: char| is_in_name(c) && !c.is_ascii_digit() && !"-.\u{b7}:".contains(c));
        let (prefix, local) = name.split_once(':').unwrap_or(("_", name));
        if !part(prefix) || !part(local) || local.contains(':') {
            return Err(not_whole("no name of a tag or an attribute", self.at));
        }
        self.at += name.len();
        Ok(name)
    }

    fn blanks(&mut self) -> bool {
        let rest = &self.text[self.at..];
        let len = rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
        self.at += len;
        len > 0
    }

    fn takes(&mut self, what: &str) -> bool {
        let there = self.text[self.at..].starts_with(what);
        self.at += if there { what.len() } else { 0 };
        there
    }
}

impl<'a> Iterator for Markup<'a> {
    type Item = Result<Piece<'a>, NotWritable>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.broken || self.at >= self.text.len() {
            return None;
        }
        let piece = self.next_piece();
        self.broken = piece.is_err();
        Some(piece)
    }
}

fn not_whole(what: &str, at: usize) -> NotWritable {
    NotWritable::NotWhole(format!("{what} at byte {at}"))
}

/// Letters, digits, and the few signs that names may hold; more letters than XML allows, which harms nothing.
fn is_in_name(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || "_-.:\u{b7}".contains(c)
        || (!c.is_ascii() && !c.is_whitespace() && !c.is_control() && c != super::BOM)
}

fn characters(text: &str, at: usize) -> Result<(), NotWritable> {
    match text.find(|c: char| (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}')) {
        Some(found) => Err(not_whole("a character that no XML may hold", at + found)),
        None => Ok(()),
    }
}

/// Every reference is to a character, by its number or by one of the five names that need no declaration.
fn references(text: &str, at: usize) -> Result<(), NotWritable> {
    for (found, _) in text.match_indices('&') {
        let name = text[found + 1..].split_once(';').map(|(name, _)| name);
        let number = name.and_then(|name| name.strip_prefix('#')).and_then(|number| match number.strip_prefix('x') {
            Some(hex) => u32::from_str_radix(hex, 16).ok(),
            None => number.parse().ok(),
        });
        let is_character = number.and_then(char::from_u32).is_some_and(|c| characters(c.encode_utf8(&mut [0; 4]), 0).is_ok());
        if !is_character && !matches!(name, Some("amp" | "lt" | "gt" | "quot" | "apos")) {
            return Err(not_whole("a reference to something that is not declared", at + found));
        }
    }
    Ok(())
}

/// The XML declaration stands first, and names no other encoding than the one that the text has.
fn instruction(inside: &str, at: usize) -> Result<(), NotWritable> {
    let target = inside.split([' ', '\t', '\r', '\n']).next().unwrap_or_default();
    if target.is_empty() {
        return Err(not_whole("an instruction without a name", at));
    }
    if !target.eq_ignore_ascii_case("xml") {
        return Ok(());
    }
    if at != 0 || target != "xml" {
        return Err(not_whole("a declaration that does not stand first", at));
    }
    let Some((_, said)) = inside.split_once("encoding") else { return Ok(()) };
    let said = said.trim_start().trim_start_matches('=').trim_start();
    let quoted = said.chars().next().and_then(|quote| said.get(1..)?.split_once(quote));
    match quoted {
        Some((name, _)) if name.eq_ignore_ascii_case("utf-8") => Ok(()),
        Some((name, _)) => Err(NotWritable::NotUtf8(format!("it says that it is {name}"))),
        None => Err(not_whole("a declaration that is not whole", at)),
    }
}
