//! What carries a line's bytes: plain connections that count what goes over them, and a memory of the server's address.
//!
//! Counts at the socket, so that headers, encryption and broken attempts are in the numbers. Encryption is in [`super::tls`].

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use ureq::{
    Error,
    config::Config,
    http::Uri,
    unversioned::{
        resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver},
        transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport},
    },
};

use super::http::Traffic;

/// Counts of what went over a line.
#[derive(Debug, Default)]
pub(super) struct Counts {
    requests: AtomicU64,
    received: AtomicU64,
    sent: AtomicU64,
}

impl Counts {
    /// One more request is sent.
    pub(super) fn request(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn traffic(&self) -> Traffic {
        Traffic {
            requests: self.requests.load(Ordering::Relaxed),
            received: self.received.load(Ordering::Relaxed),
            sent: self.sent.load(Ordering::Relaxed),
        }
    }
}

/// Wraps each connection into one that counts.
#[derive(Debug)]
pub(super) struct Counting(pub(super) Arc<Counts>);

impl<In: Transport> Connector<In> for Counting {
    type Out = Counted<In>;

    fn connect(&self, _: &ConnectionDetails, chained: Option<In>) -> Result<Option<Counted<In>>, Error> {
        Ok(chained.map(|inner| Counted { inner, counts: Arc::clone(&self.0) }))
    }
}

/// A connection that counts.
#[derive(Debug)]
pub(super) struct Counted<In> {
    inner: In,
    counts: Arc<Counts>,
}

impl<In: Transport> Transport for Counted<In> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.inner.transmit_output(amount, timeout)?;
        self.counts.sent.fetch_add(amount as u64, Ordering::Relaxed);
        Ok(())
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let before = self.inner.buffers().input().len();
        let came = self.inner.await_input(timeout);
        let after = self.inner.buffers().input().len();
        self.counts.received.fetch_add(after.saturating_sub(before) as u64, Ordering::Relaxed);
        came
    }

    fn is_open(&mut self) -> bool {
        self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}

/// How long an address is believed: long enough not to ask for each request, short enough to follow a server that moves.
const BELIEVED: Duration = Duration::from_secs(30);

/// Looks a host's addresses up once in a while. A line has one host only, so there is one to remember.
#[derive(Debug, Default)]
pub(super) struct Remembering {
    known: Mutex<Option<(Instant, ResolvedSocketAddrs)>>,
}

impl Resolver for Remembering {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((since, addresses)) = &known
            && since.elapsed() < BELIEVED
        {
            return Ok(addresses.clone());
        }
        match (DefaultResolver::default().resolve(uri, config, timeout), known) {
            (Ok(addresses), _) => {
                *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), addresses.clone()));
                Ok(addresses)
            }
            // Whoever knows the names may be away for a while; the server is where it was.
            (Err(_), Some((_, addresses))) => Ok(addresses),
            (Err(Error::Io(_)), None) => Err(Error::HostNotFound),
            (Err(error), None) => Err(error),
        }
    }
}
