//! Whether JSON is whole (RFC 8259), without making anything of it.
//!
//! Absent on purpose: values.

use super::text;

/// Brackets within brackets.
const DEEPEST: usize = 256;

/// Where the text is not whole; nothing when it is.
pub(super) fn fault(bytes: &[u8]) -> Option<String> {
    let text = match text(bytes) {
        Ok(text) => text,
        Err(what) => return Some(what),
    };
    let mut walk = Walk { bytes: text.as_bytes(), at: 0 };
    let whole = walk.value(0).and_then(|()| {
        walk.space();
        (walk.at == walk.bytes.len()).then_some(())
    });
    match whole {
        Some(()) => None,
        None if walk.at >= walk.bytes.len() => Some("truncated: it ends before its brackets close".to_owned()),
        None => Some(format!("no JSON at byte {}", walk.at)),
    }
}

struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Walk<'_> {
    fn space(&mut self) {
        while matches!(self.bytes.get(self.at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        self.space();
        (self.bytes.get(self.at) == Some(&byte)).then(|| self.at += 1)
    }

    fn value(&mut self, depth: usize) -> Option<()> {
        self.space();
        match self.bytes.get(self.at)? {
            b'{' | b'[' if depth < DEEPEST => self.list(depth),
            b'"' => self.string(),
            b'-' | b'0'..=b'9' => {
                while matches!(self.bytes.get(self.at), Some(b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9')) {
                    self.at += 1;
                }
                Some(())
            }
            _ => {
                let words = [&b"true"[..], b"false", b"null"];
                let word = words.iter().find(|w| self.bytes[self.at..].starts_with(w))?;
                self.at += word.len();
                Some(())
            }
        }
    }

    fn list(&mut self, depth: usize) -> Option<()> {
        let named = self.bytes[self.at] == b'{';
        let close = if named { b'}' } else { b']' };
        self.at += 1;
        if self.take(close).is_some() {
            return Some(());
        }
        loop {
            if named {
                self.space();
                self.string()?;
                self.take(b':')?;
            }
            self.value(depth + 1)?;
            if self.take(b',').is_none() {
                return self.take(close);
            }
        }
    }

    fn string(&mut self) -> Option<()> {
        (self.bytes.get(self.at)? == &b'"').then_some(())?;
        self.at += 1;
        loop {
            match self.bytes.get(self.at)? {
                b'"' => {
                    self.at += 1;
                    return Some(());
                }
                b'\\' => self.at += 2,
                0..0x20 => return None,
                _ => self.at += 1,
            }
        }
    }
}
