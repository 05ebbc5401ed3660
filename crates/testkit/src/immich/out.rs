//! `Out`: an answer on its way out, whole or spoilt as a misbehaviour wants it.

use std::{io, thread, time::Duration};

use super::{
    answer::{Answer, Body, reason},
    line::Line,
    mischief::Misbehaviour,
    record::{Record, Request, UnderWay},
    server::{Then, held},
};

/// A request in the record. What is written of it there is written before it goes out: whoever has an answer finds it in the record, and
/// nobody has the last of it while it counts as under way.
pub(super) struct Noted<'a> {
    pub record: &'a Record,
    pub place: usize,
    pub under_way: Option<UnderWay<'a>>,
}

impl Noted<'_> {
    pub fn write(&self, change: impl FnOnce(&mut Request)) {
        if let Some(request) = held(&self.record.requests).get_mut(self.place) {
            change(request);
        }
    }
}

/// An answer on its way out.
pub(super) struct Out<'a> {
    pub line: &'a mut Line,
    pub noted: Noted<'a>,
    pub date: String,
    pub correlation: String,
    pub head: bool,
}

/// So many bytes go out at once.
const AT_ONCE: u64 = 256 << 10;

impl Out<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.noted.write(|request| request.bytes_out += bytes.len() as u64);
        self.line.write(bytes)
    }

    fn headers(&self, answer: &Answer, length: u64) -> Vec<u8> {
        use std::io::Write;
        let mut out = Vec::with_capacity(512);
        let Answer { status, headers, .. } = answer;
        let ok = write!(
            out,
            "HTTP/1.1 {status} {}\r\nX-Powered-By: Express\r\nx-immich-cid: {}\r\n",
            reason(*status),
            self.correlation
        );
        ok.expect("writing to memory cannot fail");
        for (name, value) in headers {
            write!(out, "{name}: {value}\r\n").expect("writing to memory cannot fail");
        }
        if !matches!(status, 204 | 304) && !answer.is_chunked() {
            write!(out, "Content-Length: {length}\r\n").expect("writing to memory cannot fail");
        }
        let ok = write!(out, "Date: {}\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\n\r\n", self.date);
        ok.expect("writing to memory cannot fail");
        out
    }

    pub fn send(&mut self, mut answer: Answer, fault: Option<&Misbehaviour>) -> io::Result<Then> {
        let whole = answer.body.length();
        match fault {
            Some(Misbehaviour::LiesAboutRange) => alter_range(&mut answer, |from, to, of| (from + 512, to + 512, of)),
            Some(Misbehaviour::LiesAboutLength) => alter_range(&mut answer, |from, to, of| (from, to, of / 2)),
            _ => {}
        }
        let (told, sent) = match fault {
            Some(Misbehaviour::HalfTheText) => (whole / 2, whole / 2),
            Some(Misbehaviour::EndsAfter(bytes)) => (whole, whole.min(*bytes)),
            Some(Misbehaviour::ResetAfterHeaders) => (whole, 0),
            Some(Misbehaviour::LengthTooLong(more)) => (whole + more, whole),
            Some(Misbehaviour::LengthTooShort(less)) => (whole.saturating_sub(*less), whole),
            _ => (whole, whole),
        };
        let headers = self.headers(&answer, told);
        let body = if self.head { Body::Nothing } else { answer.body };
        if let Some(Misbehaviour::Drips(pause)) = fault {
            return self.drip(headers, &body, *pause);
        }
        self.all(headers, &body, sent.min(body.length()))?;
        match fault {
            Some(Misbehaviour::ResetAfterHeaders) => {
                self.line.reset_at_end()?;
                Err(io::ErrorKind::ConnectionReset.into())
            }
            Some(Misbehaviour::EndsAfter(_) | Misbehaviour::LengthTooLong(_)) => Ok(Then::End),
            _ => Ok(Then::GoOn),
        }
    }

    fn all(&mut self, headers: Vec<u8>, body: &Body, length: u64) -> io::Result<()> {
        let mut out = headers;
        let mut at = 0;
        loop {
            let to = length.min(at + AT_ONCE);
            body.copy(at, to, &mut out);
            if to >= length {
                self.noted.under_way = None;
            }
            self.write(&out)?;
            out.clear();
            at = to;
            if at >= length {
                return Ok(());
            }
        }
    }

    fn drip(&mut self, headers: Vec<u8>, body: &Body, pause: Duration) -> io::Result<Then> {
        let mut out = headers;
        body.copy(0, body.length(), &mut out);
        for byte in out {
            self.write(&[byte])?;
            thread::sleep(pause);
        }
        Ok(Then::GoOn)
    }
}

fn alter_range(answer: &mut Answer, lie: impl Fn(u64, u64, u64) -> (u64, u64, u64)) {
    let numbers = |text: &str| {
        let (range, of) = text.strip_prefix("bytes ")?.split_once('/')?;
        let (from, to) = range.split_once('-')?;
        Some(lie(from.parse().ok()?, to.parse().ok()?, of.parse().ok()?))
    };
    if let Some((_, value)) = answer.headers.iter_mut().find(|(name, _)| *name == "Content-Range")
        && let Some((from, to, of)) = numbers(value)
    {
        *value = format!("bytes {from}-{to}/{of}");
    }
}
