//! The listener and its threads: takes requests from their lines, has them answered, well or badly, and writes the record.

use std::{
    collections::HashMap,
    io,
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
        atomic::{AtomicBool, AtomicU64, Ordering::SeqCst},
    },
    thread,
    time::Duration,
};

use super::{
    answer::{Answer, Refusal, reason},
    id::mixed,
    line::{Line, Raw},
    mischief::{Misbehaviour, Rule},
    out::{Noted, Out},
    record::{Record, Request},
    routes::{self, Ask, Serve},
    tls::OwnTls,
    trap::Trap,
    world::World,
};

pub(super) struct Server {
    world: RwLock<World>,
    pub record: Record,
    pub rules: Mutex<Vec<Rule>>,
    pub trap: Trap,
    pub tls: Option<OwnTls>,
    pub address: SocketAddr,
    pub idle: Mutex<Duration>,
    lines: Mutex<HashMap<u64, TcpStream>>,
    stopped: AtomicBool,
    asked: AtomicU64,
}

/// What becomes of the connection after an answer.
pub(super) enum Then {
    GoOn,
    End,
}

pub(super) fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Server {
    pub fn start(tls: Option<OwnTls>) -> Arc<Server> {
        let listener = TcpListener::bind("127.0.0.1:0").expect("the loopback has a free port");
        let server = Arc::new(Server {
            world: RwLock::new(World::new()),
            record: Record::default(),
            rules: Mutex::default(),
            trap: Trap::set(),
            tls,
            address: listener.local_addr().expect("a bound listener has an address"),
            idle: Mutex::new(Duration::from_secs(5)),
            lines: Mutex::default(),
            stopped: AtomicBool::new(false),
            asked: AtomicU64::new(0),
        });
        let listening = server.clone();
        thread::spawn(move || listening.listen(&listener));
        server
    }

    pub fn reading(&self) -> RwLockReadGuard<'_, World> {
        self.world.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn writing(&self) -> RwLockWriteGuard<'_, World> {
        self.world.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn listen(self: Arc<Server>, listener: &TcpListener) {
        for (number, stream) in listener.incoming().enumerate() {
            if self.stopped.load(SeqCst) {
                return;
            }
            let Ok(stream) = stream else { continue };
            self.record.connections.fetch_add(1, SeqCst);
            let number = number as u64;
            if let Ok(other) = stream.try_clone() {
                held(&self.lines).insert(number, other);
            }
            let server = self.clone();
            thread::spawn(move || {
                let _ = server.converse(stream); // a broken line is the client's matter
                held(&server.lines).remove(&number);
            });
        }
    }

    /// Ends all connections.
    pub fn hang_up(&self) {
        held(&self.lines).values().for_each(|line| drop(line.shutdown(Shutdown::Both)));
    }

    pub fn stop(&self) {
        self.stopped.store(true, SeqCst);
        drop(TcpStream::connect(self.address)); // wakes it from waiting
        self.hang_up();
        self.trap.stop();
    }

    fn converse(&self, stream: TcpStream) -> io::Result<()> {
        let mut line = Line::over(stream, self.tls.as_ref().map(|tls| &tls.config))?;
        let mut rest = Vec::new();
        loop {
            line.socket().set_read_timeout(Some(*held(&self.idle)))?;
            let Ok(Some(raw)) = line.request(&mut rest) else {
                line.end();
                return Ok(());
            };
            let under_way = self.record.begin();
            let noted = Noted { record: &self.record, place: self.note(&raw), under_way: Some(under_way) };
            let then = self.respond(&raw, &mut line, noted);
            let close = raw.header("connection").is_some_and(|said| said.eq_ignore_ascii_case("close"));
            if !matches!(then, Ok(Then::GoOn)) || close {
                if then.is_ok() {
                    line.end();
                }
                return Ok(());
            }
        }
    }

    /// Writes the request down before it is answered: who saw the answer sees the record too.
    fn note(&self, raw: &Raw) -> usize {
        let body = String::from_utf8_lossy(&raw.body).into_owned();
        let leaks_key = {
            let world = self.reading();
            world.keys.iter().any(|key| raw.target.contains(&key.secret) || body.contains(&key.secret))
        };
        let mut requests = held(&self.record.requests);
        requests.push(Request {
            method: raw.method.clone(),
            path: raw.target.clone(),
            range: raw.header("range").map(str::to_owned),
            body_bytes: raw.body.len() as u64,
            body,
            key: raw.header("x-api-key").is_some(),
            leaks_key,
            status: 0,
            bytes_in: raw.bytes,
            bytes_out: 0,
        });
        requests.len() - 1
    }

    fn respond(&self, raw: &Raw, line: &mut Line, noted: Noted) -> io::Result<Then> {
        let nonce = mixed(self.asked.fetch_add(1, SeqCst));
        let path = raw.target.split('?').next().unwrap_or_default();
        let fault = held(&self.rules).iter_mut().filter_map(|rule| rule.strikes(&raw.method, path)).last();
        if fault == Some(Misbehaviour::BeginsMaintenance) {
            self.writing().maintenance = true;
        }
        if let Some(Misbehaviour::Gains(user)) = &fault {
            self.writing().add_asset(super::new_asset::NewAsset::of(*user, nonce.to_be_bytes().to_vec()));
        }
        let mut out = Out { line, noted, date: String::new(), correlation: correlation(nonce), head: raw.method == "HEAD" };
        let ranges = fault != Some(Misbehaviour::IgnoresRange);
        match &fault {
            Some(Misbehaviour::ResetBefore) => {
                out.line.reset_at_end()?;
                return Err(io::ErrorKind::ConnectionReset.into());
            }
            Some(Misbehaviour::Hangs) => {
                out.line.wait_for_end();
                return Ok(Then::End);
            }
            Some(Misbehaviour::Late(by)) => thread::sleep(*by),
            _ => {}
        }
        let answer = match fault.as_ref().and_then(|fault| self.bad_answer(fault, raw, &out.correlation)) {
            Some(answer) => answer,
            None => self.answer(raw, nonce, &out.correlation, ranges),
        };
        let answer = match fault {
            Some(Misbehaviour::FailsAfterwards(status)) => Refusal::new(status, reason(status)).answer(&out.correlation, false),
            _ => answer,
        };
        let packed = fault.is_none() && raw.takes_gzip() && self.reading().compresses;
        let answer = if packed { answer.compressed() } else { answer };
        out.date = self.reading().clock.http();
        out.noted.write(|request| request.status = answer.status);
        out.send(answer, fault.as_ref())
    }

    /// What a misbehaviour answers in place of the call.
    fn bad_answer(&self, fault: &Misbehaviour, raw: &Raw, correlation: &str) -> Option<Answer> {
        const PAGE: &str = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1>\
                            </center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";
        let page = |status| Answer::bytes(status, "text/html", PAGE.replace("502 Bad Gateway", reason(status)).into_bytes());
        let refusal = |status, message: &str| Refusal::new(status, message).answer(correlation, false);
        let redirect = |status, to: String| {
            let mut answer = Answer::bytes(status, "text/html", b"<html><body>Moved</body></html>".to_vec());
            answer.headers.push(("Location", to));
            answer
        };
        Some(match fault {
            Misbehaviour::TooMany { retry_after } => {
                let mut answer = refusal(429, "Too Many Requests");
                answer.headers.push(("Retry-After", retry_after.to_string()));
                answer
            }
            Misbehaviour::Fails(500) => refusal(500, "Internal server error"),
            Misbehaviour::Fails(status) => refusal(*status, reason(*status)),
            Misbehaviour::FailsWithPage(status) => page(*status),
            Misbehaviour::WebPage => page(200),
            Misbehaviour::SendsToTrap => redirect(302, format!("{}{}", self.trap.url(), raw.target)),
            Misbehaviour::SendsTo(status, to) => redirect(*status, to.clone()),
            Misbehaviour::ForgetsKey => refusal(401, "Invalid API key"),
            Misbehaviour::EchoesKey => {
                let key = raw.header("x-api-key").unwrap_or("no key");
                refusal(500, &format!("cannot handle a request with the headers x-api-key: {key}"))
            }
            _ => return None,
        })
    }

    /// What the world says.
    fn answer(&self, raw: &Raw, nonce: u64, correlation: &str, ranges: bool) -> Answer {
        let (path, query) = raw.target.split_once('?').unwrap_or((&raw.target, ""));
        let reading = self.reading();
        let structured = reading.version.is_3();
        let refused = |refusal: Refusal| refusal.answer(correlation, structured);
        if reading.maintenance && !["/api/server/version", "/api/server/config"].contains(&path) {
            return refused(match reading.maintenance_status {
                404 => Refusal::new(404, &format!("Cannot {} {path}", raw.method)),
                status => Refusal::new(status, reason(status)),
            });
        }
        let below = path.strip_prefix("/api").unwrap_or("");
        let Some((route, captured)) = routes::route(&raw.method, below) else {
            drop(reading);
            return refused(self.no_route(raw, path));
        };
        let unranged: Vec<(String, String)>;
        let headers = if ranges {
            &raw.headers
        } else {
            unranged = raw.headers.iter().filter(|(n, _)| !n.eq_ignore_ascii_case("range")).cloned().collect();
            &unranged
        };
        let mut ask = Ask { query, headers, body: &raw.body, correlation: correlation.to_owned(), nonce, key: None, captured };
        match routes::admitted(route, &ask, &reading) {
            Err(refusal) => return refused(refusal),
            Ok(key) => ask.key = key,
        }
        let answer = match route.serve {
            Serve::Read(read) => read(&reading, &ask),
            Serve::Write(write) => {
                drop(reading);
                write(&mut self.writing(), &ask)
            }
        };
        answer.unwrap_or_else(refused)
    }

    /// A path that is not there, or a call that changes what cannot be undone.
    fn no_route(&self, raw: &Raw, path: &str) -> Refusal {
        if raw.method == "GET" || raw.method == "HEAD" {
            return Refusal::new(404, &format!("Cannot {} {path}", raw.method));
        }
        held(&self.record.violations).push(format!("{} {path}", raw.method));
        Refusal::new(500, "Internal server error")
    }
}

/// Eight letters and digits.
fn correlation(nonce: u64) -> String {
    const LETTERS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    (0..8).map(|at| char::from(LETTERS[((nonce >> (at * 8)) % 36) as usize])).collect()
}
