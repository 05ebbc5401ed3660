//! `Record`: what came, what went, and what nobody should have asked for.

use std::sync::{
    Mutex,
    atomic::{AtomicU64, Ordering::SeqCst},
};

/// One request, as it was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `POST`, …
    pub method: String,
    /// With the query.
    pub path: String,
    /// Its `Range` header.
    pub range: Option<String>,
    /// Bytes of its body.
    pub body_bytes: u64,
    /// Its body, where it is text.
    pub body: String,
    /// Whether a key came in its headers.
    pub key: bool,
    /// Whether it names any of the server's keys in its address or body, where keys do not belong.
    pub leaks_key: bool,
    /// The status of the answer; 0 where there was none.
    pub status: u16,
    /// All bytes of the request.
    pub bytes_in: u64,
    /// All bytes of the answer.
    pub bytes_out: u64,
}

/// Bytes over the line, inside TLS where there is TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Traffic {
    /// To the server.
    pub bytes_in: u64,
    /// From the server.
    pub bytes_out: u64,
    /// Requests.
    pub requests: u64,
    /// Connections that were opened.
    pub connections: u64,
}

#[derive(Debug, Default)]
pub(super) struct Record {
    pub requests: Mutex<Vec<Request>>,
    pub violations: Mutex<Vec<String>>,
    pub connections: AtomicU64,
    in_flight: AtomicU64,
    most_in_flight: AtomicU64,
}

/// A request is under way as long as this lives.
pub(super) struct UnderWay<'a>(&'a Record);

impl Record {
    pub fn begin(&self) -> UnderWay<'_> {
        let now = self.in_flight.fetch_add(1, SeqCst) + 1;
        self.most_in_flight.fetch_max(now, SeqCst);
        UnderWay(self)
    }

    pub fn max_in_flight(&self) -> u64 {
        self.most_in_flight.load(SeqCst)
    }

    pub fn traffic(&self) -> Traffic {
        let requests = self.requests.lock().expect("nobody panics while writing the record");
        let connections = self.connections.load(SeqCst);
        requests.iter().fold(Traffic { connections, ..Traffic::default() }, |sum, request| Traffic {
            bytes_in: sum.bytes_in + request.bytes_in,
            bytes_out: sum.bytes_out + request.bytes_out,
            requests: sum.requests + 1,
            connections,
        })
    }

    pub fn forget(&self) {
        self.requests.lock().expect("nobody panics while writing the record").clear();
        self.connections.store(0, SeqCst);
        self.most_in_flight.store(self.in_flight.load(SeqCst), SeqCst);
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, SeqCst);
    }
}
