//! A client that knows nothing of Immich and little of HTTP: what it sends and gets is what was written down in the test.

use std::{
    io::{self, Read, Write},
    net::TcpStream,
    time::Duration,
};

use lightproof_testkit::immich::FakeImmich;
use serde_json::Value;

/// An answer, byte for byte.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> Value {
        if self.body.is_empty() { Value::Null } else { serde_json::from_slice(&self.body).unwrap() }
    }

    /// The status and what is said about it.
    pub fn refusal(&self) -> (u16, String) {
        let message = self.json()["message"].clone();
        (self.status, message.as_str().map_or_else(|| message[0].as_str().unwrap_or_default().to_owned(), str::to_owned))
    }
}

/// One connection.
pub struct Line {
    pub stream: TcpStream,
}

impl Line {
    pub fn to(fake: &FakeImmich) -> Line {
        let stream = TcpStream::connect(fake.url().trim_start_matches("http://")).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        stream.set_nodelay(true).unwrap();
        Line { stream }
    }

    pub fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) {
        let mut text = format!("{method} {path} HTTP/1.1\r\nHost: fake\r\n");
        headers.iter().for_each(|(name, value)| text += &format!("{name}: {value}\r\n"));
        if !body.is_empty() {
            text += &format!("Content-Length: {}\r\n", body.len());
        }
        self.stream.write_all(format!("{text}\r\n{body}").as_bytes()).unwrap();
    }

    /// The next answer, as long as its headers say.
    pub fn receive(&mut self, method: &str) -> io::Result<Reply> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            self.stream.read_exact(&mut byte)?;
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).unwrap();
        let mut lines = head.trim_end().split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers: Vec<(String, String)> =
            lines.map(|line| line.split_once(": ").unwrap()).map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
        let mut reply = Reply { status, headers, body: Vec::new() };
        let length = reply.header("content-length").map_or(0, |text| text.parse().unwrap());
        if method != "HEAD" {
            reply.body.resize(length, 0);
            self.stream.read_exact(&mut reply.body)?;
        }
        Ok(reply)
    }

    pub fn ask(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> io::Result<Reply> {
        self.send(method, path, headers, body);
        self.receive(method)
    }
}

/// A key on a server: each call on a connection of its own.
#[derive(Clone, Copy)]
pub struct With<'a> {
    pub fake: &'a FakeImmich,
    pub key: &'a str,
}

impl With<'_> {
    pub fn get(&self, path: &str) -> Reply {
        self.get_with(path, &[])
    }

    pub fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        let mut all = vec![("x-api-key", self.key)];
        all.extend(headers);
        Line::to(self.fake).ask("GET", path, &all, "").unwrap()
    }

    pub fn send(&self, method: &str, path: &str, body: &Value) -> Reply {
        let headers = [("x-api-key", self.key), ("Content-Type", "application/json")];
        Line::to(self.fake).ask(method, path, &headers, &body.to_string()).unwrap()
    }

    pub fn search(&self, body: &Value) -> Reply {
        self.send("POST", "/api/search/metadata", body)
    }

    /// The names of what a search finds, in its order.
    pub fn found(&self, body: &Value) -> Vec<String> {
        let answer = self.search(body).json();
        let items = answer["assets"]["items"].as_array().unwrap_or_else(|| panic!("{body} {answer}"));
        items.iter().map(|item| item["originalFileName"].as_str().unwrap().to_owned()).collect()
    }
}
