//! `Served`: the pages, served for one test, and asked by hand: every header is the test's own.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread::JoinHandle,
    time::Duration,
};

use lightproof_engine::pictures::Pictures;
use lightproof_web::{Links, Password, Serving, Told, serve};

use crate::desk::Desk;

/// The pages, served until dropped.
pub struct Served {
    pub at: SocketAddr,
    pub link: String,
    pub links: Links,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Served {
    /// Over a small library that all such tests share.
    pub fn new() -> Served {
        Served::as_told(Serving::default())
    }

    pub fn with_password(password: &str) -> Served {
        Served::as_told(Serving { password: Some(Password::new(password).unwrap()), ..Serving::default() })
    }

    pub fn as_told(serving: Serving) -> Served {
        Served::over(Desk::shared(), serving)
    }

    /// Over a library of a test's own.
    pub fn of(desk: &Desk) -> Served {
        Served::over(desk, Serving::default())
    }

    fn over(desk: &Desk, serving: Serving) -> Served {
        let (review, pictures) = (desk.review("Ann"), Pictures::new(&[], None));
        let stop = Arc::new(AtomicBool::new(false));
        let (tell, told) = mpsc::channel();
        let asked = stop.clone();
        let thread = std::thread::spawn(move || {
            serve(
                serving,
                review,
                pictures,
                || asked.load(Ordering::Relaxed),
                |Told::Listening { at, link, links }| tell.send((at, link, links)).unwrap(),
            )
            .unwrap();
        });
        let (at, link, links) = told.recv_timeout(Duration::from_secs(10)).unwrap();
        Served { at, link, links, stop, thread: Some(thread) }
    }

    /// A page for who is in.
    pub fn page(&self, path: &str, cookie: &str) -> Answer {
        self.ask(&format!("GET {path}"), cookie)
    }

    /// Sends what a test wrote, and reads until the other side has no more to say.
    pub fn send(&self, request: &str) -> Answer {
        let mut stream = TcpStream::connect(self.at).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head.split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or(0);
        Answer { status, head: head.to_owned(), body: body.to_owned() }
    }

    /// A request with the usual host and these headers, each with its line's end.
    pub fn ask(&self, what: &str, headers: &str) -> Answer {
        self.send(&format!("{what} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{headers}\r\n", self.at))
    }

    /// A form with these headers and these only.
    pub fn post(&self, path: &str, headers: &str, form: &str) -> Answer {
        let length = form.len();
        let kind = "Content-Type: application/x-www-form-urlencoded";
        self.send(&format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{kind}\r\nContent-Length: {length}\r\n{headers}\r\n{form}",
            self.at
        ))
    }

    /// The `Origin` header of our own pages.
    pub fn origin(&self) -> String {
        format!("Origin: http://{}\r\n", self.at)
    }

    /// Opens the link, and gives the `Cookie` header.
    pub fn come_in(&self) -> String {
        let answer = self.ask(&format!("GET {}", path_of(&self.link)), "");
        assert_eq!(answer.status, 303, "{answer:?}");
        answer.cookie()
    }

    /// The token of a session's writes, as its pages carry it.
    pub fn csrf(&self, cookie: &str) -> String {
        let page = self.ask("GET /", cookie);
        assert_eq!(page.status, 200, "{page:?}");
        page.body.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let done = thread.join();
            assert!(std::thread::panicking() || done.is_ok());
        }
    }
}

impl Answer {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .skip(1)
            .filter_map(|line| line.split_once(": "))
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, v)| v)
    }

    /// The cookie that was set, as a `Cookie` header.
    pub fn cookie(&self) -> String {
        format!("Cookie: {}\r\n", self.header("set-cookie").unwrap().split(';').next().unwrap())
    }
}

/// The path and query of an address.
pub fn path_of(link: &str) -> &str {
    &link[link.match_indices('/').nth(2).unwrap().0..]
}
