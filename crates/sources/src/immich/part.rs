//! A part of a body: what was asked for by `Range`, from servers that obey, that ignore, and that answer something else.
//!
//! A part is believed when all that is said about it agrees: where it begins and ends, how long the whole is, and how much came.

use std::io::Read;

use ureq::http::{HeaderMap, header};

use super::{
    answer::{Again, Failure, Topic},
    api::Piece,
    reply::{Reply, broken, content_length, may_be_media},
};

/// Most bytes that are read and dropped where a server ignores from where it shall begin.
const SKIPPED: u64 = 1 << 20;

/// Bytes `first..=last`, as far as there are so many.
pub(super) fn part(reply: Reply, topic: Topic<'_>, first: u64, last: u64) -> Result<Piece, Failure> {
    let garbled = |why: &str, again| Err(Failure::new(topic.garbled(why), again));
    match (reply.status, ContentRange::read(&reply.headers)) {
        // Immich answers 500 where HTTP says 416.
        (416 | 500, Some(ContentRange::PastEnd { of })) if of <= first => Ok(Piece { bytes: Vec::new(), of }),
        (416, _) => garbled("it says that a part is past the end which is not", Again::Once),
        (200 | 206, _) if !may_be_media(&reply.headers) => Err(reply.strange(topic)),
        (206, Some(ContentRange::Part { first: from, last: to, of })) if from == first && to == last.min(of - 1) => {
            let length = to - from + 1;
            if content_length(&reply.headers).is_some_and(|stated| stated != length) {
                return garbled("it states two lengths for one part", Again::Once);
            }
            let bytes = reply.up_to(length, topic)?;
            if bytes.len() as u64 == length {
                Ok(Piece { bytes, of })
            } else {
                garbled(&format!("it breaks off after {} of {length} bytes", bytes.len()), Again::Often)
            }
        }
        (206, _) => garbled("it sends another part than was asked for", Again::Once),
        (200, _) => beginning(reply, topic, first, last),
        (..400, _) => Err(reply.unexpected(topic)),
        _ => Err(reply.refused(topic)),
    }
}

/// What a server sends that ignores the range: no more of it is read than the part that was asked for.
fn beginning(reply: Reply, topic: Topic<'_>, first: u64, last: u64) -> Result<Piece, Failure> {
    let garbled = |why: &str| Failure::new(topic.garbled(why), Again::Never);
    let of = content_length(&reply.headers)
        .ok_or_else(|| garbled("the server ignores ranges and does not say how long the whole is"))?;
    if first >= of {
        return Ok(Piece { bytes: Vec::new(), of });
    }
    if first > SKIPPED {
        return Err(garbled("the server ignores ranges: a proxy in between may be the reason"));
    }
    let length = last.min(of - 1) - first + 1;
    let mut reader = reply.body.into_reader();
    let mut bytes = Vec::new();
    let read = std::io::copy(&mut reader.by_ref().take(first), &mut std::io::sink())
        .and_then(|_| reader.by_ref().take(length).read_to_end(&mut bytes))
        // Where nothing is left unread, this gives the connection back.
        .and_then(|_| if first + length == of { reader.read(&mut [0]) } else { Ok(0) });
    match read {
        Ok(_) if bytes.len() as u64 == length => Ok(Piece { bytes, of }),
        Ok(_) => Err(Failure::new(topic.garbled("it breaks off"), Again::Often)),
        Err(error) => Err(broken(&bytes, error, topic)),
    }
}

/// `Content-Range`: which bytes these are, and of how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ContentRange {
    /// `bytes first-last/of`.
    Part { first: u64, last: u64, of: u64 },
    /// `bytes */of`: what was asked for lies past the end.
    PastEnd { of: u64 },
}

impl ContentRange {
    fn read(headers: &HeaderMap) -> Option<ContentRange> {
        let (range, of) = headers.get(header::CONTENT_RANGE)?.to_str().ok()?.trim().strip_prefix("bytes ")?.split_once('/')?;
        let of = of.trim().parse().ok()?;
        if range.trim() == "*" {
            return Some(ContentRange::PastEnd { of });
        }
        let (first, last) = range.split_once('-')?;
        let (first, last) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
        (first <= last && last < of).then_some(ContentRange::Part { first, last, of })
    }
}
