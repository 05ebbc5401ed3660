//! `Line`: one connection, with TLS or without: reads requests from it and writes answers to it, counting the bytes.

use std::{
    io::{self, Read, Write},
    net::TcpStream,
    sync::Arc,
    time::Duration,
};

use rustls::{ServerConfig, ServerConnection, StreamOwned};

pub(super) enum Line {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ServerConnection, TcpStream>>),
}

/// A request as it came.
#[derive(Debug, Default)]
pub(super) struct Raw {
    pub method: String,
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub bytes: u64,
}

impl Raw {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub fn takes_gzip(&self) -> bool {
        self.method != "HEAD" && self.header("accept-encoding").is_some_and(|said| said.contains("gzip"))
    }
}

/// No header block is longer.
const HEADERS: usize = 64 << 10;

/// No JSON body is longer (10 MB, as Immich has it).
const BODY: u64 = 10 << 20;

impl Line {
    pub fn over(stream: TcpStream, tls: Option<&Arc<ServerConfig>>) -> io::Result<Line> {
        stream.set_nodelay(true)?;
        Ok(match tls {
            None => Line::Plain(stream),
            Some(config) => {
                let connection = ServerConnection::new(config.clone()).map_err(io::Error::other)?;
                Line::Tls(Box::new(StreamOwned::new(connection, stream)))
            }
        })
    }

    pub fn socket(&self) -> &TcpStream {
        match self {
            Line::Plain(stream) => stream,
            Line::Tls(stream) => &stream.sock,
        }
    }

    /// The next drop of this line resets the connection instead of ending it.
    pub fn reset_at_end(&self) -> io::Result<()> {
        Ok(rustix::net::sockopt::set_socket_linger(self.socket(), Some(Duration::ZERO))?)
    }

    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Line::Plain(stream) => stream.read(into),
            Line::Tls(stream) => stream.read(into),
        }
    }

    /// Writes all of it at once.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Line::Plain(stream) => stream.write_all(bytes),
            Line::Tls(stream) => stream.write_all(bytes).and_then(|()| stream.flush()),
        }
    }

    /// Waits until the other side is gone.
    pub fn wait_for_end(&mut self) {
        let _ = self.socket().set_read_timeout(None);
        let mut nothing = [0; 256];
        while matches!(self.read(&mut nothing), Ok(n) if n > 0) {}
    }

    /// Says that nothing more comes.
    pub fn end(&mut self) {
        if let Line::Tls(stream) = self {
            stream.conn.send_close_notify();
            let _ = stream.flush();
        }
        let _ = self.socket().shutdown(std::net::Shutdown::Write);
    }

    /// The next request; nothing when the other side ended or was idle for too long. `held` keeps what was read beyond it.
    pub fn request(&mut self, held: &mut Vec<u8>) -> io::Result<Option<Raw>> {
        let head = loop {
            if let Some(at) = held.windows(4).position(|four| four == b"\r\n\r\n") {
                break at;
            }
            if held.len() > HEADERS || !self.more(held)? {
                return Ok(None);
            }
        };
        let Some(mut raw) = parsed(&held[..head]) else { return Ok(None) };
        held.drain(..head + 4);
        raw.bytes = head as u64 + 4;
        if raw.header("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked")) {
            raw.body = self.chunks(held, &mut raw.bytes)?;
            return Ok(Some(raw));
        }
        let length: u64 = raw.header("content-length").and_then(|value| value.parse().ok()).unwrap_or(0);
        if length > BODY {
            return Ok(None);
        }
        self.at_least(held, length as usize)?;
        raw.body = held.drain(..length as usize).collect();
        raw.bytes += length;
        Ok(Some(raw))
    }

    fn chunks(&mut self, held: &mut Vec<u8>, bytes: &mut u64) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            while !held.windows(2).any(|two| two == b"\r\n") {
                if !self.more(held)? {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
            }
            let end = held.windows(2).position(|two| two == b"\r\n").expect("the loop above waited for it");
            let size = std::str::from_utf8(&held[..end]).ok().and_then(|text| usize::from_str_radix(text.trim(), 16).ok());
            let size = size.filter(|&size| size as u64 <= BODY).ok_or(io::ErrorKind::InvalidData)?;
            self.at_least(held, end + 2 + size + 2)?;
            body.extend_from_slice(&held[end + 2..end + 2 + size]);
            held.drain(..end + 2 + size + 2);
            *bytes += (end + 2 + size + 2) as u64;
            if size == 0 || body.len() as u64 > BODY {
                return Ok(body);
            }
        }
    }

    fn at_least(&mut self, held: &mut Vec<u8>, length: usize) -> io::Result<()> {
        while held.len() < length {
            if !self.more(held)? {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(())
    }

    fn more(&mut self, held: &mut Vec<u8>) -> io::Result<bool> {
        let mut buffer = [0; 8 << 10];
        match self.read(&mut buffer) {
            Ok(n) => {
                held.extend_from_slice(&buffer[..n]);
                Ok(n > 0)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(true),
            Err(error) => Err(error),
        }
    }
}

fn parsed(head: &[u8]) -> Option<Raw> {
    let text = std::str::from_utf8(head).ok()?;
    let mut lines = text.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers = lines.filter_map(|line| line.split_once(':')).map(|(n, v)| (n.to_owned(), v.trim().to_owned()));
    Some(Raw { method, target, headers: headers.collect(), ..Raw::default() })
}
