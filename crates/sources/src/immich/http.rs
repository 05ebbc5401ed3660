//! `Line`: the connection to one server: how many requests at once, how long, how often, and what an answer must look like.
//!
//! Follows no redirect: the key goes to the server that was named and nowhere else. Proxies that the environment names are not used
//! either: a key for a server at home must not wander through them unasked. No cookies. What reads (`GET`, and the `POST` of a search) is sent
//! again after a failure; what changes something is sent once, and whether it was done is told only by looking. No more of an answer is read than was asked for, and a connection
//! with an unread rest is closed, not used again.

use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use serde::{Serialize, de::DeserializeOwned};
use ureq::{
    Agent,
    http::{HeaderMap, HeaderValue, header},
    unversioned::transport::{Connector, TcpConnector},
};

use super::{
    answer::{Again, Failure, Topic},
    api::Piece,
    error::ImmichError,
    key::ApiKey,
    part::part,
    reply::{Reply, may_be_json, may_be_media},
    server::{Server, ServerUrl},
    tls::{NotTrusted, Tls},
    transport::{Counting, Counts, Remembering},
    wire::ServerConfig,
};
use crate::turns::Turns;

/// What went over a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Traffic {
    /// Requests sent, each attempt counted.
    pub requests: u64,
    /// Bytes received, counted at the socket: bodies, headers and encryption.
    pub received: u64,
    /// Bytes sent, likewise.
    pub sent: u64,
}

/// Most bytes of JSON: a page of 1000 assets has 2 MB.
const JSON: u64 = 64 << 20;
/// Most bytes of a picture that is read whole.
const PICTURE: u64 = 16 << 20;
/// Most bytes of a server's configuration.
const CONFIG_BYTES: u64 = 64 << 10;
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// How long a connection may lie idle and still be used: Immich closes idle ones after 5 s.
const IDLE: Duration = Duration::from_secs(4);

/// The connection to one server; many threads use it at once.
pub struct Line {
    server: Server,
    agent: Agent,
    counts: Arc<Counts>,
    turns: Turns,
    clock: Mutex<Option<String>>,
    given_up: AtomicBool,
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Line").field("server", &self.server).finish_non_exhaustive()
    }
}

/// How something is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    /// `GET`.
    Get,
    /// `POST`: a search, or something new.
    Post,
    /// `PUT`: a change.
    Put,
    /// `DELETE`: of a membership of an album, and nothing else.
    Unlink,
}

/// A change of which the server did not say that it made it.
#[derive(Debug)]
pub(super) enum Unsure {
    /// It was not made.
    Refused(ImmichError),
    /// Nobody knows.
    Unknown(ImmichError),
}

/// What is asked for.
struct Ask<'a> {
    method: Method,
    path: &'a str,
    key: Option<&'a ApiKey>,
    accept: &'static str,
    encoding: &'static str,
    range: Option<String>,
    body: Option<Vec<u8>>,
}

impl<'a> Ask<'a> {
    fn json(path: &'a str, key: Option<&'a ApiKey>) -> Ask<'a> {
        Ask { method: Method::Get, path, key, accept: "application/json", encoding: "gzip", range: None, body: None }
    }

    /// Pictures are compressed already, and a range of a compressed body would be another range.
    fn media(path: &'a str, key: Option<&'a ApiKey>) -> Ask<'a> {
        Ask { method: Method::Get, path, key, accept: "*/*", encoding: "identity", range: None, body: None }
    }
}

impl Line {
    /// A line to a server. Nothing is sent yet.
    #[must_use]
    pub fn to(server: Server) -> Line {
        let counts = Arc::new(Counts::default());
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .user_agent(concat!("lightproof/", env!("CARGO_PKG_VERSION")))
            .timeout_connect(Some(server.patience.connect))
            .timeout_global(Some(server.patience.request))
            .max_idle_connections(server.concurrency.get())
            .max_idle_connections_per_host(server.concurrency.get())
            .max_idle_age(IDLE)
            .input_buffer_size(32 << 10)
            .output_buffer_size(16 << 10)
            .max_response_header_size(24 << 10)
            .build();
        let connector =
            ().chain(TcpConnector::default()).chain(Counting(Arc::clone(&counts))).chain(Tls::trusting(&server.trust));
        Line {
            agent: Agent::with_parts(config, connector, Remembering::default()),
            counts,
            turns: Turns::new(server.concurrency.get()),
            clock: Mutex::new(None),
            given_up: AtomicBool::new(false),
            server,
        }
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
        self.counts.traffic()
    }

    /// The server's clock as its latest answer gave it (`Date`), as RFC 3339 in UTC; nothing before the first answer.
    ///
    /// With three places of a second, all zero, as Immich writes its own moments: it sorts among them as text.
    #[must_use]
    pub fn server_time(&self) -> Option<String> {
        self.clock.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Ends it: what is under way breaks off, pauses end, and every further request fails at once.
    pub fn give_up(&self) {
        self.given_up.store(true, Ordering::Relaxed);
        self.agent.clone().shutdown();
    }

    pub(super) fn get<T: DeserializeOwned>(&self, path: &str, key: Option<&ApiKey>) -> Result<T, ImmichError> {
        self.json(&Ask::json(path, key))
    }

    pub(super) fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        key: Option<&ApiKey>,
        body: &impl Serialize,
    ) -> Result<T, ImmichError> {
        let body = serde_json::to_vec(body).expect("what is sent are plain structs, which JSON can hold");
        self.json(&Ask { method: Method::Post, body: Some(body), ..Ask::json(path, key) })
    }

    /// Asks for a change, once: whether it was made is not known unless the server says so.
    pub(super) fn change(
        &self,
        method: Method,
        path: &str,
        key: Option<&ApiKey>,
        body: &impl Serialize,
    ) -> Result<Vec<u8>, Unsure> {
        let body = serde_json::to_vec(body).expect("what is sent are plain structs, which JSON can hold");
        let ask = Ask { method, body: Some(body), ..Ask::json(path, key) };
        let topic = Topic { url: self.server.url.as_str(), what: path, key };
        if self.given_up.load(Ordering::Relaxed) {
            return Err(Unsure::Refused(topic.unreachable("it was given up")));
        }
        let _turn = self.turns.take();
        let reply = self.send(&ask, topic).map_err(|failure| match failure.error {
            // Where the key or the certificate is not taken, or no address is known, nothing was asked for.
            error @ (ImmichError::Untrusted { .. } | ImmichError::Redirected { .. }) => Unsure::Refused(error),
            error => Unsure::Unknown(error),
        })?;
        match reply.status {
            200..300 => reply.up_to(JSON, topic).map_err(|failure| Unsure::Unknown(failure.error)),
            // The server, and not a proxy before it, says that it did not.
            400..500 if may_be_json(&reply.headers) => Err(Unsure::Refused(reply.refused(topic).error)),
            400.. => Err(Unsure::Unknown(reply.refused(topic).error)),
            _ => Err(Unsure::Unknown(reply.unexpected(topic).error)),
        }
    }

    /// A part of a body, or all of it from `offset` on where it is shorter.
    pub(super) fn piece(&self, path: &str, key: Option<&ApiKey>, offset: u64, length: u64) -> Result<Piece, ImmichError> {
        // No range is empty: of nothing, one byte is asked for and dropped.
        let wanted = length.max(1);
        let last = offset.saturating_add(wanted - 1);
        let ask = Ask { range: Some(format!("bytes={offset}-{last}")), ..Ask::media(path, key) };
        let mut piece = self.attempts(&ask, |topic| part(self.send(&ask, topic)?, topic, offset, last))?;
        piece.bytes.truncate(usize::try_from(length).unwrap_or(usize::MAX));
        Ok(piece)
    }

    /// A whole picture.
    pub(super) fn whole(&self, path: &str, key: Option<&ApiKey>) -> Result<Vec<u8>, ImmichError> {
        let ask = Ask::media(path, key);
        self.attempts(&ask, |topic| {
            let reply = self.send(&ask, topic)?.granted(topic)?;
            if may_be_media(&reply.headers) { reply.up_to(PICTURE, topic) } else { Err(reply.strange(topic)) }
        })
    }

    fn json<T: DeserializeOwned>(&self, ask: &Ask<'_>) -> Result<T, ImmichError> {
        self.attempts(ask, |topic| {
            let reply = self.send(ask, topic)?.granted(topic)?;
            if !may_be_json(&reply.headers) {
                return Err(reply.strange(topic));
            }
            let text = reply.up_to(JSON, topic)?;
            serde_json::from_slice(&text).map_err(|error| {
                let again = if error.is_data() { Again::Never } else { Again::Often };
                Failure::new(topic.garbled(&error.to_string()), again)
            })
        })
    }

    /// Sends a request once and hears the head of its answer, which is no redirect.
    fn send(&self, ask: &Ask<'_>, topic: Topic<'_>) -> Result<Reply, Failure> {
        self.counts.request();
        let url = format!("{}/api{}", self.server.url, ask.path);
        let key = ask.key.map(|key| {
            let mut value = HeaderValue::from_str(key.expose()).expect("a key is printable ASCII");
            value.set_sensitive(true);
            value
        });
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static(ask.accept));
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(ask.encoding));
        if let Some(key) = key {
            headers.insert("x-api-key", key);
        }
        if let Some(range) = &ask.range {
            headers.insert(header::RANGE, HeaderValue::from_str(range).expect("a range is digits"));
        }
        let answer = match &ask.body {
            None => {
                let mut request = self.agent.get(&url);
                if let Some(all) = request.headers_mut() {
                    all.extend(headers);
                }
                request.call()
            }
            Some(body) => {
                headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
                let mut request = match ask.method {
                    Method::Get | Method::Post => self.agent.post(&url),
                    Method::Put => self.agent.put(&url),
                    Method::Unlink => self.agent.delete(&url).force_send_body(),
                };
                if let Some(all) = request.headers_mut() {
                    all.extend(headers);
                }
                request.send(&body[..])
            }
        };
        let reply = Reply::of(answer.map_err(|error| self.unanswered(error, topic))?);
        if (200..300).contains(&reply.status) {
            self.note_clock(&reply.headers);
        }
        match reply.status {
            304 | ..300 | 400.. => Ok(reply),
            _ => Err(topic.redirected(&reply.headers)),
        }
    }

    fn note_clock(&self, headers: &HeaderMap) {
        let date = headers.get(header::DATE).and_then(|date| date.to_str().ok());
        let moment = date.and_then(|date| jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(date).ok());
        if let Some(moment) = moment {
            let text = moment.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string();
            *self.clock.lock().unwrap_or_else(PoisonError::into_inner) = Some(text);
        }
    }

    /// Why there is no answer.
    fn unanswered(&self, error: ureq::Error, topic: Topic<'_>) -> Failure {
        use ureq::{Error, Timeout};
        let (error, again) = match error {
            Error::Timeout(Timeout::Connect | Timeout::Resolve) => {
                let seconds = self.server.patience.connect.as_secs_f32();
                (topic.unreachable(&format!("no connection within {seconds} s")), Again::Often)
            }
            Error::Timeout(_) => (topic.too_slow(), Again::Often),
            Error::HostNotFound => (topic.unreachable("no address is known for this name"), Again::Once),
            Error::Io(error) => (topic.unreachable(&error.to_string()), Again::Often),
            Error::Other(inner) => match inner.downcast_ref::<NotTrusted>() {
                Some(not_trusted) => (self.untrusted(&not_trusted.why, Some(&not_trusted.sha256)), Again::Never),
                None => (topic.unreachable(&inner.to_string()), Again::Often),
            },
            Error::Rustls(rustls::Error::InvalidCertificate(wrong)) => {
                (self.untrusted(&format!("{wrong:?}"), None), Again::Never)
            }
            Error::Rustls(error) => (topic.unreachable(&format!("no encrypted connection: {error}")), Again::Once),
            Error::Tls(why) => (self.untrusted(why, None), Again::Never),
            Error::Protocol(_) | Error::LargeResponseHeader(..) => {
                let instead = "something that is not HTTP".to_owned();
                let error = ImmichError::NotImmich { url: topic.url.to_owned(), what: topic.what.to_owned(), instead };
                (error, Again::Once)
            }
            other => (topic.unreachable(&other.to_string()), Again::Never),
        };
        Failure::new(error, again)
    }

    fn untrusted(&self, why: &str, sha256: Option<&str>) -> ImmichError {
        ImmichError::Untrusted { url: self.server.url.to_string(), why: why.to_owned(), sha256: sha256.map(str::to_owned) }
    }

    /// Sends a request until it succeeds, its failure is believed, or patience ends.
    fn attempts<T>(&self, ask: &Ask<'_>, attempt: impl Fn(Topic<'_>) -> Result<T, Failure>) -> Result<T, ImmichError> {
        let what = ask.path.split('?').next().unwrap_or_default();
        let topic = Topic { url: self.server.url.as_str(), what, key: ask.key };
        let mut pause = self.server.patience.pause.min(LONGEST_PAUSE);
        let mut sent = 0;
        loop {
            if self.given_up.load(Ordering::Relaxed) {
                return Err(topic.unreachable("it was given up"));
            }
            let answer = {
                let _turn = self.turns.take();
                attempt(topic)
            };
            sent += 1;
            let failure = match answer {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            let most = match failure.again {
                Again::Never => 1,
                Again::Once => self.server.patience.attempts.min(2),
                Again::Often => self.server.patience.attempts,
            };
            // Asked at once, since a server in maintenance is not to be asked again and again; and at the end, when it may have begun.
            let is_time = sent >= most || (sent == 1 && failure.again == Again::Often);
            if is_time && failure.maintenance && ask.path != CONFIG && self.is_in_maintenance() {
                return Err(ImmichError::Maintenance { url: topic.url.to_owned() });
            }
            if sent >= most {
                return Err(failure.error);
            }
            let asked_for = Duration::from_secs(failure.after.unwrap_or(0));
            self.rest(pause.max(asked_for).min(LONGEST_PAUSE));
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Whether the server says that it is in maintenance mode; asked without the key.
    fn is_in_maintenance(&self) -> bool {
        let ask = Ask::json(CONFIG, None);
        let topic = Topic { url: self.server.url.as_str(), what: CONFIG, key: None };
        let _turn = self.turns.take();
        let config = self.send(&ask, topic).and_then(|reply| reply.granted(topic)?.up_to(CONFIG_BYTES, topic));
        config.is_ok_and(|text| serde_json::from_slice::<ServerConfig>(&text).is_ok_and(|config| config.maintenance_mode))
    }

    /// Waits, but not longer than until the line is given up.
    pub(super) fn rest(&self, pause: Duration) {
        let until = Instant::now() + pause;
        while !self.given_up.load(Ordering::Relaxed) {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            std::thread::sleep(left.min(Duration::from_millis(50)));
        }
    }
}

/// Where a server says whether it is in maintenance mode.
const CONFIG: &str = "/server/config";
