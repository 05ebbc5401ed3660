//! Whether XML is whole: every tag closed by its own name, quotes and references closed, one root.
//!
//! Absent on purpose: namespaces, entities, validity: what the tags mean is no question of damage.

use super::text;

/// Tags within tags.
const DEEPEST: usize = 256;

/// Where the text is not whole; nothing when it is.
pub(super) fn fault(bytes: &[u8]) -> Option<String> {
    match text(bytes) {
        Ok(text) => walk(&text),
        Err(what) => Some(what),
    }
}

fn walk(text: &str) -> Option<String> {
    let (mut open, mut roots, mut at): (Vec<&str>, u32, usize) = (Vec::new(), 0, 0);
    while let Some(next) = text[at..].find('<').map(|i| at + i) {
        let between = &text[at..next];
        if open.is_empty() && !between.chars().all(|c| c.is_whitespace() || c == '\u{feff}') {
            return Some(format!("text outside of all tags at byte {at}"));
        }
        let rest = &text[next..];
        let skip = |opening: &str, closing: &str| -> Option<Result<usize, String>> {
            let inside = rest.strip_prefix(opening)?;
            let cut = || format!("it ends within {opening} at byte {next}");
            Some(inside.find(closing).map(|i| next + opening.len() + i + closing.len()).ok_or_else(cut))
        };
        // A document type may hold declarations of its own, in brackets.
        let inner = rest.find('>').is_some_and(|end| rest[..end].contains('['));
        let doctype = ("<!DOCTYPE", if inner { "]>" } else { ">" });
        let marks = [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>"), doctype];
        if let Some(skipped) = marks.iter().find_map(|(opening, closing)| skip(opening, closing)) {
            match skipped {
                Ok(behind) => at = behind,
                Err(what) => return Some(what),
            }
            continue;
        }
        let Some(end) = tag_end(rest) else {
            return Some(format!("it ends within a tag at byte {next}"));
        };
        let inside = &rest[1..end];
        at = next + end + 1;
        if let Some(name) = inside.strip_prefix('/') {
            match open.pop() {
                Some(opened) if opened == name.trim_end() => {}
                opened => {
                    return Some(format!("tag {} closed as {} at byte {next}", opened.unwrap_or("none"), name.trim_end()));
                }
            }
        } else {
            let name = inside.split(|c: char| c.is_whitespace() || c == '/').next().unwrap_or_default();
            if !name.starts_with(|c: char| c.is_alphabetic() || c == '_') {
                return Some(format!("no tag at byte {next}"));
            }
            roots += u32::from(open.is_empty());
            if !inside.ends_with('/') {
                open.push(name);
            }
        }
        if open.len() > DEEPEST {
            return Some(format!("tags nested too deep at byte {next}"));
        }
    }
    match (open.last(), roots) {
        (Some(name), _) => Some(format!("truncated: tag {name} is not closed")),
        // An XMP packet is padded at its end, so that a cut may leave every tag closed.
        (None, 1) if text.contains("<?xpacket begin") && !text.contains("<?xpacket end") => {
            Some("truncated: the packet has no end".to_owned())
        }
        (None, 1) if text[at..].trim().is_empty() => None,
        (None, 0) => Some("there is no tag in it".to_owned()),
        _ => Some(format!("surplus text at byte {at}")),
    }
}

/// Where the tag at the front closes, quotes stepped over.
fn tag_end(rest: &str) -> Option<usize> {
    let mut quote = None;
    for (i, c) in rest.bytes().enumerate().skip(1) {
        match (quote, c) {
            (None, b'>') => return Some(i),
            (None, b'<') => return None,
            (None, b'"' | b'\'') => quote = Some(c),
            (Some(q), c) if q == c => quote = None,
            _ => {}
        }
    }
    None
}
