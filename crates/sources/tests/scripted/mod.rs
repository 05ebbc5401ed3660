//! A server of a few lines on loopback that answers what a test wrote down, whatever it is asked.

#![allow(dead_code, reason = "each test file uses its own part")]

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use lightproof_sources::immich::{
    api::Api,
    http::Line,
    key::ApiKey,
    server::{Patience, Server, ServerUrl},
};

/// The key that must never be seen.
pub const CANARY: &str = "canary-b6Qm0/9f3+Key=";

/// What is sent, and what happens then.
#[derive(Clone)]
pub struct Answer {
    pub bytes: Vec<u8>,
    pub then: Then,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// The connection stays.
    Keep,
    /// The connection ends.
    Close,
    /// The connection stays, and nothing more is said.
    Hang,
    /// The bytes are sent one by one, with a pause between.
    Drip(Duration),
}

impl Answer {
    pub fn raw(bytes: impl Into<Vec<u8>>, then: Then) -> Answer {
        Answer { bytes: bytes.into(), then }
    }

    pub fn new(status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Answer {
        let mut bytes = format!("HTTP/1.1 {status} Word\r\n").into_bytes();
        for (name, value) in headers {
            bytes.extend(format!("{name}: {value}\r\n").bytes());
        }
        if !headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("content-length") || name.eq_ignore_ascii_case("transfer-encoding"))
        {
            bytes.extend(format!("Content-Length: {}\r\n", body.as_ref().len()).bytes());
        }
        bytes.extend(b"\r\n");
        bytes.extend(body.as_ref());
        Answer { bytes, then: Then::Keep }
    }

    pub fn json(status: u16, body: &str) -> Answer {
        Answer::new(status, &[("Content-Type", "application/json; charset=utf-8")], body)
    }

    pub fn html(status: u16) -> Answer {
        Answer::new(status, &[("Content-Type", "text/html")], "<html>\r\n<head><title>Bad Gateway</title></head></html>")
    }

    pub fn then(mut self, then: Then) -> Answer {
        self.then = then;
        self
    }
}

/// The server, and the heads of the requests that it heard.
pub struct Scripted {
    pub address: String,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Scripted {
    /// Answers by what the request says and how many came before.
    pub fn by(answer: impl Fn(&str, usize) -> Answer + Send + Sync + 'static) -> Scripted {
        Scripted::over(Some, answer)
    }

    /// As `by`, over something else than plain connections.
    pub fn over<S: Read + Write>(
        wrap: impl Fn(TcpStream) -> Option<S> + Send + Sync + 'static,
        answer: impl Fn(&str, usize) -> Answer + Send + Sync + 'static,
    ) -> Scripted {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let (wrap, answer, hears) = (Arc::new(wrap), Arc::new(answer), Arc::clone(&heard));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (wrap, answer, hears) = (Arc::clone(&wrap), Arc::clone(&answer), Arc::clone(&hears));
                thread::spawn(move || {
                    if let Some(stream) = stream.ok().and_then(|stream| wrap(stream)) {
                        serve(stream, &hears, &*answer);
                    }
                });
            }
        });
        Scripted { address, heard }
    }

    /// Answers in this order; the last again and again.
    pub fn saying(answers: impl IntoIterator<Item = Answer>) -> Scripted {
        let answers: Vec<Answer> = answers.into_iter().collect();
        Scripted::by(move |_, nth| answers[nth.min(answers.len() - 1)].clone())
    }

    pub fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }

    pub fn server(&self) -> Server {
        let mut server = Server::new("home", ServerUrl::parse(&format!("http://{}", self.address)).unwrap());
        server.patience = quick();
        server
    }

    pub fn api(&self) -> Api {
        Api::with_key(Arc::new(Line::to(self.server())), ApiKey::new(CANARY).unwrap())
    }
}

/// As little patience as tests have.
pub fn quick() -> Patience {
    Patience { connect: Duration::from_secs(5), request: Duration::from_secs(5), attempts: 3, pause: Duration::from_millis(1) }
}

fn serve(mut stream: impl Read + Write, hears: &Mutex<Vec<String>>, answer: &dyn Fn(&str, usize) -> Answer) {
    while let Some(request) = request(&mut stream) {
        let nth = {
            let mut heard = hears.lock().unwrap();
            heard.push(request.clone());
            heard.len() - 1
        };
        let Answer { bytes, then } = answer(&request, nth);
        let sent = match then {
            Then::Drip(pause) => bytes.chunks(1).try_for_each(|byte| {
                thread::sleep(pause);
                stream.write_all(byte).and_then(|()| stream.flush())
            }),
            _ => stream.write_all(&bytes).and_then(|()| stream.flush()),
        };
        match then {
            _ if sent.is_err() => return,
            Then::Close => return,
            Then::Hang => thread::sleep(Duration::from_secs(20)),
            Then::Keep | Then::Drip(_) => {}
        }
    }
}

/// The head of the next request; its body is read and dropped.
fn request(stream: &mut impl Read) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        head.push(byte[0]);
    }
    let head = with_small_names(&String::from_utf8(head).ok()?);
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
    std::io::copy(&mut stream.take(length), &mut std::io::sink()).ok()?;
    Some(head)
}

/// A head with the names of its headers in small letters.
fn with_small_names(head: &str) -> String {
    let mut lines = head.lines();
    let first = lines.next().unwrap_or_default().to_owned();
    let rest =
        lines.filter_map(|line| line.split_once(": ")).map(|(name, value)| format!("{}: {value}", name.to_ascii_lowercase()));
    std::iter::once(first).chain(rest).collect::<Vec<_>>().join("\n")
}
