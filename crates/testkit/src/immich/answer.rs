//! `Answer`: what the fake server says to one request, and the shape in which it refuses.

use std::sync::Arc;

use serde::Serialize;
use serde_json::{Value, json};

use super::original::Original;

/// What follows the headers.
#[derive(Debug, Clone)]
pub(super) enum Body {
    Nothing,
    Bytes(Vec<u8>),
    Shared(Arc<[u8]>, usize, usize),
    Part(Original, u64, u64),
}

impl Body {
    pub fn length(&self) -> u64 {
        match self {
            Body::Nothing => 0,
            Body::Bytes(bytes) => bytes.len() as u64,
            Body::Shared(_, from, to) => (to - from) as u64,
            Body::Part(_, from, to) => to - from,
        }
    }

    /// Writes the part of it between two places into `out`.
    pub fn copy(&self, from: u64, to: u64, out: &mut Vec<u8>) {
        let to = to.min(self.length());
        let slice = |bytes: &[u8], out: &mut Vec<u8>| out.extend_from_slice(&bytes[from as usize..to as usize]);
        match self {
            Body::Nothing => {}
            Body::Bytes(bytes) => slice(bytes, out),
            Body::Shared(bytes, start, end) => slice(&bytes[*start..*end], out),
            Body::Part(original, start, _) => original.copy(start + from, start + to, out),
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Body,
}

impl Answer {
    pub fn empty(status: u16) -> Answer {
        Answer { status, headers: Vec::new(), body: Body::Nothing }
    }

    pub fn json(status: u16, value: &impl Serialize) -> Answer {
        let bytes = serde_json::to_vec(value).expect("these shapes have text keys only");
        let mut answer = Answer::bytes(status, "application/json; charset=utf-8", bytes);
        answer.headers.push(("ETag", etag(&answer.body)));
        answer.headers.push(("Vary", "Accept-Encoding".to_owned()));
        answer
    }

    /// In chunks and compressed, as Express sends JSON of a kilobyte and more to those who take it so: its length is not told beforehand.
    pub fn compressed(mut self) -> Answer {
        use std::io::Write;
        let is_json = |(name, value): &(&str, String)| *name == "Content-Type" && value.starts_with("application/json");
        let Body::Bytes(bytes) = &self.body else { return self };
        if bytes.len() < 1024 || !self.headers.iter().any(is_json) {
            return self;
        }
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(bytes).expect("writing to memory cannot fail");
        let packed = packed.finish().expect("writing to memory cannot fail");
        let mut chunks = Vec::with_capacity(packed.len() + 64);
        for chunk in packed.chunks(16 << 10) {
            write!(chunks, "{:x}\r\n", chunk.len()).expect("writing to memory cannot fail");
            chunks.extend_from_slice(chunk);
            chunks.extend_from_slice(b"\r\n");
        }
        chunks.extend_from_slice(b"0\r\n\r\n");
        self.body = Body::Bytes(chunks);
        self.headers.push(("Content-Encoding", "gzip".to_owned()));
        self.headers.push((CHUNKED, "chunked".to_owned()));
        self
    }

    pub fn is_chunked(&self) -> bool {
        self.headers.iter().any(|(name, _)| *name == CHUNKED)
    }

    pub fn bytes(status: u16, kind: &str, bytes: Vec<u8>) -> Answer {
        Answer { status, headers: vec![("Content-Type", kind.to_owned())], body: Body::Bytes(bytes) }
    }
}

const CHUNKED: &str = "Transfer-Encoding";

/// The length and a hash, as Express writes it.
fn etag(body: &Body) -> String {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let Body::Bytes(bytes) = body else { return "\"0\"".to_owned() };
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    let hash = hasher.finish();
    format!("\"{:x}-{hash:016x}{:011x}\"", bytes.len(), hash & 0xFFF_FFFF_FFFF)
}

/// A refusal.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Refusal {
    pub status: u16,
    pub message: Value,
}

impl Refusal {
    pub fn new(status: u16, message: &str) -> Refusal {
        Refusal { status, message: json!(message) }
    }

    /// What is wrong with the fields of a request: a list.
    pub fn invalid(messages: Vec<String>) -> Refusal {
        Refusal { status: 400, message: json!(messages) }
    }

    pub fn not_an_id(field: &str) -> Refusal {
        Refusal::invalid(vec![format!("{field} must be a UUID")])
    }

    pub fn no_access(permission: &str) -> Refusal {
        Refusal::new(400, &format!("Not found or no {permission} access"))
    }

    /// As it is sent; from 3.0 on with `errors` that name the fields.
    pub fn answer(&self, correlation: &str, structured: bool) -> Answer {
        let mut body = json!({ "message": self.message });
        if self.status != 500 {
            body["error"] = json!(reason(self.status));
        }
        body["statusCode"] = json!(self.status);
        body["correlationId"] = json!(correlation);
        if let (true, Value::Array(messages)) = (structured, &self.message) {
            let error = |message: &Value| {
                let text = message.as_str().unwrap_or_default();
                let field = text.split(' ').next().unwrap_or_default();
                json!({ "code": "invalid_value", "path": [field], "message": text })
            };
            body["errors"] = messages.iter().map(error).collect();
            body["message"] = json!("Validation failed");
        }
        Answer::json(self.status, &body)
    }
}

/// The words of a status.
pub(super) fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        204 => "No Content",
        206 => "Partial Content",
        301 => "Moved Permanently",
        302 => "Found",
        304 => "Not Modified",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        413 => "Payload Too Large",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Unknown",
    }
}
