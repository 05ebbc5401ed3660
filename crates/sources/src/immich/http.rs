//! `Line`: the connection to one server: how many requests at once, how long, how often, and what an answer must look like.
//!
//! Follows no redirect: the key goes to the server that was named and nowhere else. Proxies that the environment names are not used
//! either: a key for a server at home must not wander through them unasked. No cookies. Every request reads (`GET`, and the `POST` of
//! a search), so sending one again after a failure changes nothing. No more of an answer is read than was asked for, and a connection
//! with an unread rest is closed, not used again.

use std::{
    fmt,
    io::Read,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use serde::{Serialize, de::DeserializeOwned};
use ureq::{
    Agent, Body,
    http::{HeaderMap, HeaderValue, Response, header},
    unversioned::transport::{Connector, TcpConnector},
};

use super::{
    answer::{Again, ContentRange, Failure, Topic, content_length, may_be_json, may_be_media},
    api::Piece,
    error::ImmichError,
    key::ApiKey,
    server::{Server, ServerUrl},
    tls::{NotTrusted, Tls},
    transport::{Counting, Counts, Remembering},
    turns::Turns,
    wire::ServerConfig,
};

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
/// Most bytes of an error that are read.
const REFUSAL: u64 = 64 << 10;
/// Most bytes that are read and dropped where a server ignores from where it shall begin.
const SKIPPED: u64 = 1 << 20;
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

/// What is asked for.
struct Ask<'a> {
    path: &'a str,
    key: Option<&'a ApiKey>,
    accept: &'static str,
    encoding: &'static str,
    range: Option<String>,
    body: Option<Vec<u8>>,
}

impl<'a> Ask<'a> {
    fn json(path: &'a str, key: Option<&'a ApiKey>) -> Ask<'a> {
        Ask { path, key, accept: "application/json", encoding: "gzip", range: None, body: None }
    }

    /// Pictures are compressed already, and a range of a compressed body would be another range.
    fn media(path: &'a str, key: Option<&'a ApiKey>) -> Ask<'a> {
        Ask { path, key, accept: "*/*", encoding: "identity", range: None, body: None }
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
        self.json(&Ask { body: Some(body), ..Ask::json(path, key) })
    }

    /// A part of a body, or all of it from `offset` on where it is shorter.
    pub(super) fn piece(&self, path: &str, key: Option<&ApiKey>, offset: u64, length: u64) -> Result<Piece, ImmichError> {
        // No range is empty: of nothing, one byte is asked for and dropped.
        let wanted = length.max(1);
        let last = offset.saturating_add(wanted - 1);
        let ask = Ask { range: Some(format!("bytes={offset}-{last}")), ..Ask::media(path, key) };
        let mut piece = self.attempts(&ask, |topic| self.part(&ask, topic, offset, last))?;
        piece.bytes.truncate(usize::try_from(length).unwrap_or(usize::MAX));
        Ok(piece)
    }

    /// A whole picture.
    pub(super) fn whole(&self, path: &str, key: Option<&ApiKey>) -> Result<Vec<u8>, ImmichError> {
        let ask = Ask::media(path, key);
        self.attempts(&ask, |topic| {
            let (head, body) = self.granted(&ask, topic)?;
            if !may_be_media(&head.headers) {
                return Err(self.strange(topic, &head, body));
            }
            body_up_to(body, PICTURE, topic)
        })
    }

    fn json<T: DeserializeOwned>(&self, ask: &Ask<'_>) -> Result<T, ImmichError> {
        self.attempts(ask, |topic| {
            let (head, body) = self.granted(ask, topic)?;
            if !may_be_json(&head.headers) {
                return Err(self.strange(topic, &head, body));
            }
            let text = body_up_to(body, JSON, topic)?;
            serde_json::from_slice(&text).map_err(|error| {
                let again = if error.is_data() { Again::Never } else { Again::Often };
                Failure::new(topic.garbled(&error.to_string()), again)
            })
        })
    }

    /// Bytes `first..=last`, as far as there are so many.
    fn part(&self, ask: &Ask<'_>, topic: Topic<'_>, first: u64, last: u64) -> Result<Piece, Failure> {
        let (head, body) = self.send(ask, topic)?;
        let range = ContentRange::read(&head.headers);
        let garbled = |why: &str, again| Err(Failure::new(topic.garbled(why), again));
        match (head.status, range) {
            // Immich answers 500 where HTTP says 416.
            (416 | 500, Some(ContentRange::PastEnd { of })) if of <= first => Ok(Piece { bytes: Vec::new(), of }),
            (416, _) => garbled("it says that a part is past the end which is not", Again::Once),
            (200 | 206, _) if !may_be_media(&head.headers) => Err(self.strange(topic, &head, body)),
            (206, Some(ContentRange::Part { first: from, last: to, of })) if from == first && to == last.min(of - 1) => {
                let length = to - from + 1;
                if content_length(&head.headers).is_some_and(|stated| stated != length) {
                    return garbled("it states two lengths for one part", Again::Once);
                }
                let bytes = body_up_to(body, length, topic)?;
                if bytes.len() as u64 == length {
                    Ok(Piece { bytes, of })
                } else {
                    garbled(&format!("it breaks off after {} of {length} bytes", bytes.len()), Again::Often)
                }
            }
            (206, _) => garbled("it sends another part than was asked for", Again::Once),
            (200, _) => beginning(&head, body, topic, first, last),
            (..400, _) => garbled(&format!("its status is {}", head.status), Again::Never),
            _ => Err(refused(topic, &head, body)),
        }
    }

    /// An answer that grants what was asked for.
    fn granted(&self, ask: &Ask<'_>, topic: Topic<'_>) -> Result<(Head, Body), Failure> {
        let (head, body) = self.send(ask, topic)?;
        match head.status {
            200 => Ok((head, body)),
            ..400 => Err(Failure::new(topic.garbled(&format!("its status is {}", head.status)), Again::Never)),
            _ => Err(refused(topic, &head, body)),
        }
    }

    fn strange(&self, topic: Topic<'_>, head: &Head, body: Body) -> Failure {
        let mut failure = Failure::new(topic.not_immich(head.status, &head.headers, &some_of(body)), Again::Never);
        failure.maintenance = true;
        failure
    }

    /// Sends a request once and hears the head of its answer, which is no redirect.
    fn send(&self, ask: &Ask<'_>, topic: Topic<'_>) -> Result<(Head, Body), Failure> {
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
                let mut request = self.agent.post(&url);
                if let Some(all) = request.headers_mut() {
                    all.extend(headers);
                }
                request.send(&body[..])
            }
        };
        let (head, body) = Head::of(answer.map_err(|error| self.unanswered(error, topic))?);
        if (200..300).contains(&head.status) {
            self.note_clock(&head.headers);
        }
        match head.status {
            304 | ..300 | 400.. => Ok((head, body)),
            _ => Err(topic.redirected(&head.headers)),
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
            Error::HostNotFound => (topic.unreachable("there is no host with this name"), Again::Once),
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
            if sent >= most {
                let maintenance = failure.maintenance && ask.path != CONFIG && self.is_in_maintenance();
                return Err(if maintenance { ImmichError::Maintenance { url: topic.url.to_owned() } } else { failure.error });
            }
            let asked_for = Duration::from_secs(failure.after.unwrap_or(0));
            self.rest(pause.max(asked_for).min(LONGEST_PAUSE));
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Whether the server says that it is in maintenance mode; asked once, and without the key.
    fn is_in_maintenance(&self) -> bool {
        let ask = Ask::json(CONFIG, None);
        let topic = Topic { url: self.server.url.as_str(), what: CONFIG, key: None };
        let _turn = self.turns.take();
        let config = self.granted(&ask, topic).and_then(|(_, body)| body_up_to(body, REFUSAL, topic));
        config.is_ok_and(|text| serde_json::from_slice::<ServerConfig>(&text).is_ok_and(|config| config.maintenance_mode))
    }

    /// Waits, but not longer than until the line is given up.
    fn rest(&self, pause: Duration) {
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

/// Status and headers of an answer.
struct Head {
    status: u16,
    headers: HeaderMap,
}

impl Head {
    fn of(answer: Response<Body>) -> (Head, Body) {
        let (parts, body) = answer.into_parts();
        (Head { status: parts.status.as_u16(), headers: parts.headers }, body)
    }
}

fn refused(topic: Topic<'_>, head: &Head, body: Body) -> Failure {
    topic.refusal(head.status, &head.headers, &some_of(body))
}

/// As much of a body as is worth repeating, whether or not it breaks off.
fn some_of(body: Body) -> Vec<u8> {
    let mut bytes = Vec::new();
    // What came until it broke off is enough.
    let _ = body.into_reader().take(REFUSAL).read_to_end(&mut bytes);
    bytes
}

/// A body that ends, and has at most so many bytes.
fn body_up_to(body: Body, most: u64, topic: Topic<'_>) -> Result<Vec<u8>, Failure> {
    let mut reader = body.into_reader();
    let mut bytes = Vec::new();
    // One more read than needed finds the end, and with it gives the connection back.
    match reader.by_ref().take(most).read_to_end(&mut bytes).and_then(|_| reader.read(&mut [0])) {
        Ok(0) => Ok(bytes),
        Ok(_) => Err(Failure::new(topic.garbled(&format!("it is longer than {most} bytes")), Again::Never)),
        Err(error) => Err(broken(&bytes, error, topic)),
    }
}

/// What a server sends that ignores the range: no more of it is read than the part that was asked for.
fn beginning(head: &Head, body: Body, topic: Topic<'_>, first: u64, last: u64) -> Result<Piece, Failure> {
    let garbled = |why: &str| Failure::new(topic.garbled(why), Again::Never);
    let of = content_length(&head.headers)
        .ok_or_else(|| garbled("the server ignores ranges and does not say how long the whole is"))?;
    if first >= of {
        return Ok(Piece { bytes: Vec::new(), of });
    }
    if first > SKIPPED {
        return Err(garbled("the server ignores ranges: a proxy in between may be the reason"));
    }
    let length = last.min(of - 1) - first + 1;
    let mut reader = body.into_reader();
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

/// A body that breaks off, comes too slowly or is packed wrongly.
fn broken(came: &[u8], error: std::io::Error, topic: Topic<'_>) -> Failure {
    let error = match ureq::Error::from(error) {
        ureq::Error::Timeout(_) => topic.too_slow(),
        error => topic.garbled(&format!("it breaks off after {} bytes: {error}", came.len())),
    };
    Failure::new(error, Again::Often)
}
