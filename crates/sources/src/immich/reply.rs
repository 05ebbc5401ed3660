//! `Reply`: status, headers and body of an answer; no more of the body is read than is allowed.
//!
//! Bodies are counted as they come out of their packing, so that a small one cannot unfold into a huge one. A body with an unread rest
//! closes its connection when it is dropped.

use std::io::Read;

use ureq::{
    Body,
    http::{HeaderMap, Response, header},
};

use super::answer::{Again, Failure, Topic};

/// Most bytes of an error that are read.
const REFUSAL: u64 = 64 << 10;

/// An answer whose head was heard.
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Body,
}

impl Reply {
    pub(super) fn of(answer: Response<Body>) -> Reply {
        let (head, body) = answer.into_parts();
        Reply { status: head.status.as_u16(), headers: head.headers, body }
    }

    /// An answer that grants what was asked for.
    pub(super) fn granted(self, topic: Topic<'_>) -> Result<Reply, Failure> {
        match self.status {
            200 => Ok(self),
            ..400 => Err(self.unexpected(topic)),
            _ => Err(self.refused(topic)),
        }
    }

    /// A failure: the server refused, or failed itself.
    pub(super) fn refused(self, topic: Topic<'_>) -> Failure {
        let (status, headers) = (self.status, self.headers.clone());
        topic.refusal(status, &headers, &self.beginning())
    }

    /// A failure: a status that answers nothing that is asked here.
    pub(super) fn unexpected(self, topic: Topic<'_>) -> Failure {
        Failure::new(topic.garbled(&format!("its status is {}", self.status)), Again::Never)
    }

    /// A failure: the body is of a type that Immich does not send here. Maintenance may be behind it.
    pub(super) fn strange(self, topic: Topic<'_>) -> Failure {
        let (status, headers) = (self.status, self.headers.clone());
        let error = topic.not_immich(status, &headers, &self.beginning());
        Failure { maintenance: true, ..Failure::new(error, Again::Never) }
    }

    /// As much of the body as is worth repeating, whether or not it breaks off.
    fn beginning(self) -> Vec<u8> {
        let mut bytes = Vec::new();
        // What came until it broke off is enough.
        let _ = self.body.into_reader().take(REFUSAL).read_to_end(&mut bytes);
        bytes
    }

    /// The whole body, which ends and has at most so many bytes.
    pub(super) fn up_to(self, most: u64, topic: Topic<'_>) -> Result<Vec<u8>, Failure> {
        let mut reader = self.body.into_reader();
        let mut bytes = Vec::new();
        // One more read than needed finds the end, and with it gives the connection back.
        match reader.by_ref().take(most).read_to_end(&mut bytes).and_then(|_| reader.read(&mut [0])) {
            Ok(0) => Ok(bytes),
            Ok(_) => Err(Failure::new(topic.garbled(&format!("it is longer than {most} bytes")), Again::Never)),
            Err(error) => Err(broken(&bytes, error, topic)),
        }
    }
}

/// A body that breaks off, comes too slowly or is packed wrongly.
pub(super) fn broken(came: &[u8], error: std::io::Error, topic: Topic<'_>) -> Failure {
    let error = match ureq::Error::from(error) {
        ureq::Error::Timeout(_) => topic.too_slow(),
        error => topic.garbled(&format!("it breaks off after {} bytes: {error}", came.len())),
    };
    Failure::new(error, Again::Often)
}

/// The type of an answer's body, without parameters and in small letters.
pub(super) fn content_type(headers: &HeaderMap) -> Option<String> {
    let kind = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    Some(kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
}

/// Whether a body of this type is JSON; one without a type may be.
pub(super) fn may_be_json(headers: &HeaderMap) -> bool {
    content_type(headers).is_none_or(|kind| kind == "application/json" || kind.ends_with("+json"))
}

/// Whether a body of this type may be a picture or a video: it is no text and no JSON.
pub(super) fn may_be_media(headers: &HeaderMap) -> bool {
    content_type(headers)
        .is_none_or(|kind| !kind.starts_with("text/") && kind != "application/json" && kind != "application/xhtml+xml")
}

/// `Content-Length`.
pub(super) fn content_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.trim().parse().ok()
}
