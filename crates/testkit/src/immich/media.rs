//! Originals and thumbnails, sent as Express sends files: ranges, conditions, and what Immich makes of their failures.

use std::sync::Arc;

use super::{
    answer::{Answer, Body, Refusal},
    moment::Moment,
    routes::Ask,
    row::Row,
    world::World,
};

/// A file to send.
struct Sent {
    body: Body,
    kind: String,
    name: String,
    modified: Moment,
}

pub(super) fn original(world: &World, ask: &Ask) -> Result<Answer, Refusal> {
    let row = ask.readable(world, "asset.download")?;
    if row.offline {
        return Ok(file_error(ask, &row.mime, &row.name));
    }
    let body = Body::Part(row.original.clone(), 0, row.original.length());
    Ok(send(ask, Sent { body, kind: row.mime.clone(), name: row.name.clone(), modified: row.modified }))
}

pub(super) fn thumbnail(world: &World, ask: &Ask) -> Result<Answer, Refusal> {
    let row = {
        let size = ask.query("size").unwrap_or("thumbnail");
        if !["fullsize", "preview", "thumbnail"].contains(&size) {
            ask.id("id")?;
            return Err(Refusal::invalid(vec![
                "size must be one of the following values: fullsize, preview, thumbnail".to_owned(),
            ]));
        }
        ask.readable(world, "asset.view")?
    };
    let (bytes, suffix): (Option<&Arc<[u8]>>, &str) = match ask.query("size") {
        Some("fullsize") => return Ok(sent_on(row)),
        Some("preview") => (row.preview.as_ref().or(row.thumbnail.as_ref()), "preview"),
        _ => (row.thumbnail.as_ref(), "thumbnail"),
    };
    let bytes = bytes.ok_or_else(|| Refusal::new(404, "Asset media not found"))?;
    let webp = bytes.starts_with(b"RIFF");
    let stem = row.name.rsplit_once('.').map_or(row.name.as_str(), |(stem, _)| stem);
    let name = format!("{stem}_{suffix}.{}", if webp { "webp" } else { "jpeg" });
    let kind = if webp { "image/webp" } else { "image/jpeg" }.to_owned();
    Ok(send(ask, Sent { body: Body::Shared(bytes.clone(), 0, bytes.len()), kind, name, modified: row.created }))
}

/// There is no full-size picture: the browser is sent to the original, or to the preview of what it cannot show.
fn sent_on(row: &Row) -> Answer {
    let shown = row.is_of_extension(&["jpg", "jpeg", "png", "webp", "gif", "avif"]);
    let to = if shown { "original?" } else { "thumbnail?size=preview" };
    let mut answer = Answer::bytes(302, "text/plain; charset=utf-8", format!("Found. Redirecting to {to}").into_bytes());
    answer.headers.insert(0, ("Location", to.to_owned()));
    answer.headers.insert(1, ("Vary", "Accept, Accept-Encoding".to_owned()));
    answer
}

/// What a file that is gone, or a range outside of it, comes to: the error of sending is a 500 in the clothes of the file.
fn file_error(ask: &Ask, mime: &str, name: &str) -> Answer {
    let mut answer = Refusal::new(500, "Internal server error").answer(&ask.correlation, false);
    answer.headers.retain(|(header, _)| *header != "Vary");
    answer.headers[0].1 = format!("{mime}; charset=utf-8");
    answer.headers.push(("Cache-Control", "none".to_owned()));
    answer.headers.push(("Content-Disposition", disposition(name)));
    answer
}

fn send(ask: &Ask, sent: Sent) -> Answer {
    let length = sent.body.length();
    let millis = sent.modified.as_micros().div_euclid(1000);
    let etag = format!("W/\"{length:x}-{millis:x}\"");
    let shared = vec![
        ("Cache-Control", "private, max-age=86400, no-transform".to_owned()),
        ("Content-Disposition", disposition(&sent.name)),
        ("Accept-Ranges", "bytes".to_owned()),
        ("Last-Modified", sent.modified.http()),
        ("ETag", etag.clone()),
    ];
    if ask.header("if-none-match").is_some_and(|asked| asked == "*" || asked.contains(&etag)) {
        return Answer { status: 304, headers: shared, body: Body::Nothing };
    }
    let mut headers = vec![("Content-Type", sent.kind.clone())];
    headers.extend(shared);
    let range = ask.header("range").filter(|_| range_counts(ask, &etag, sent.modified));
    match range.map_or(Asked::Whole, |range| asked(range, length)) {
        Asked::Whole => Answer { status: 200, headers, body: sent.body },
        Asked::Part(from, to) => {
            headers.push(("Content-Range", format!("bytes {from}-{to}/{length}")));
            Answer { status: 206, headers, body: part(sent.body, from, to + 1) }
        }
        Asked::Nothing => {
            let mut answer = file_error(ask, &sent.kind, &sent.name);
            answer.headers.retain(|(name, _)| *name != "ETag");
            answer.headers.extend([("Accept-Ranges", "bytes".to_owned()), ("Last-Modified", sent.modified.http())]);
            answer.headers.extend([("ETag", etag), ("Content-Range", format!("bytes */{length}"))]);
            answer
        }
    }
}

fn disposition(name: &str) -> String {
    use std::fmt::Write;
    let mut text = String::from("inline; filename*=UTF-8''");
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte) {
            text.push(char::from(byte));
        } else {
            write!(text, "%{byte:02X}").expect("writing to a string cannot fail");
        }
    }
    text
}

/// Whether the condition of the range, if there is one, holds: the file is still that one.
fn range_counts(ask: &Ask, etag: &str, modified: Moment) -> bool {
    match ask.header("if-range") {
        None => true,
        Some(condition) if condition.contains('"') => condition.contains(etag),
        Some(date) => Moment::from_http(date).is_some_and(|at| modified.as_micros() / 1_000_000 <= at.as_micros() / 1_000_000),
    }
}

fn part(body: Body, from: u64, to: u64) -> Body {
    match body {
        Body::Part(original, start, _) => Body::Part(original, start + from, start + to),
        Body::Shared(bytes, start, _) => Body::Shared(bytes, start + from as usize, start + to as usize),
        other => other,
    }
}

/// What a `Range` header comes to.
#[derive(Debug, PartialEq, Eq)]
enum Asked {
    Whole,
    Part(u64, u64),
    Nothing,
}

/// As Express reads it: a suffix longer than the file is outside of it, and so is all of an empty file; parts that touch are one part, and
/// several parts are none.
fn asked(range: &str, length: u64) -> Asked {
    let Some((unit, list)) = range.split_once('=') else { return Asked::Whole };
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return Asked::Whole;
    }
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    let mut parts: Vec<(i64, i64)> = Vec::new();
    for part in list.split(',') {
        let Some((from, to)) = part.split_once('-') else { return Asked::Whole };
        let (from, to) = (from.trim().parse::<i64>().ok(), to.trim().parse::<i64>().ok());
        let (from, to) = match (from, to) {
            (Some(from), Some(to)) => (from, to),
            (Some(from), None) => (from, length - 1),
            (None, Some(last)) => (length - last, length - 1),
            (None, None) => continue,
        };
        let to = to.min(length - 1);
        if from >= 0 && from <= to {
            parts.push((from, to));
        }
    }
    parts.sort_unstable();
    let mut joined: Vec<(i64, i64)> = Vec::new();
    for (from, to) in parts {
        match joined.last_mut() {
            Some(last) if from <= last.1 + 1 => last.1 = last.1.max(to),
            _ => joined.push((from, to)),
        }
    }
    match joined.as_slice() {
        [] => Asked::Nothing,
        [(from, to)] => Asked::Part(*from as u64, *to as u64),
        _ => Asked::Whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_read_as_the_server_reads_it() {
        for (range, length, meant) in [
            ("bytes=0-65535", 550_084, Asked::Part(0, 65_535)),
            ("bytes=0-99", 50, Asked::Part(0, 49)),
            ("bytes=10-", 50, Asked::Part(10, 49)),
            ("bytes=-1000", 550_084, Asked::Part(549_084, 550_083)),
            ("bytes=-1000", 999, Asked::Nothing),
            ("bytes=999999999-", 550_084, Asked::Nothing),
            ("bytes=0-", 0, Asked::Nothing),
            ("bytes=5-4", 50, Asked::Nothing),
            ("bytes=0-9,100-109", 550_084, Asked::Whole),
            ("bytes=0-9,10-19", 550_084, Asked::Part(0, 19)),
            ("bytes=0-9,100000-", 500, Asked::Part(0, 9)),
            ("lines=0-9", 500, Asked::Whole),
            ("nonsense", 500, Asked::Whole),
        ] {
            assert_eq!(asked(range, length), meant, "{range} of {length}");
        }
    }
}
