//! `Line`: the connection to one server: how many requests at once, how long, how often, and what an answer must look like.
//!
//! Follows no redirect: the key goes to the server that was named and nowhere else.

use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Serialize, de::DeserializeOwned};

use super::{
    api::Piece,
    error::ImmichError,
    key::ApiKey,
    server::{Server, ServerUrl},
};

/// What went over a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Traffic {
    /// Requests sent, each attempt counted.
    pub requests: u64,
    /// Bytes received: bodies as they came over the wire, and headers as far as they are known.
    pub received: u64,
    /// Bytes sent, likewise.
    pub sent: u64,
}

/// The connection to one server; many threads use it at once.
#[derive(Debug)]
pub struct Line {
    server: Server,
    requests: AtomicU64,
    received: AtomicU64,
    sent: AtomicU64,
}

impl Line {
    /// A line to a server. Nothing is sent yet.
    #[must_use]
    pub fn to(server: Server) -> Line {
        Line { server, requests: AtomicU64::new(0), received: AtomicU64::new(0), sent: AtomicU64::new(0) }
    }

    /// The server.
    #[must_use]
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> &ServerUrl {
        &self.server.url
    }

    /// What went over it until now.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        Traffic {
            requests: self.requests.load(Ordering::Relaxed),
            received: self.received.load(Ordering::Relaxed),
            sent: self.sent.load(Ordering::Relaxed),
        }
    }

    /// The server's clock as its latest answer gave it (`Date`), as RFC 3339 in UTC; nothing before the first answer.
    #[must_use]
    pub fn server_time(&self) -> Option<String> {
        None
    }

    pub(super) fn get<T: DeserializeOwned>(&self, _path: &str, _key: Option<&ApiKey>) -> Result<T, ImmichError> {
        Err(self.unfinished())
    }

    pub(super) fn post<T: DeserializeOwned>(
        &self,
        _path: &str,
        _key: Option<&ApiKey>,
        _body: &impl Serialize,
    ) -> Result<T, ImmichError> {
        Err(self.unfinished())
    }

    pub(super) fn piece(&self, _path: &str, _key: Option<&ApiKey>, _offset: u64, _length: u64) -> Result<Piece, ImmichError> {
        Err(self.unfinished())
    }

    pub(super) fn whole(&self, _path: &str, _key: Option<&ApiKey>) -> Result<Vec<u8>, ImmichError> {
        Err(self.unfinished())
    }

    fn unfinished(&self) -> ImmichError {
        ImmichError::Unreachable { url: self.url().to_string(), why: "not yet".to_owned() }
    }
}
