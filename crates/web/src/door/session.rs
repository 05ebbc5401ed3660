//! A session: a browser that was let in, and the token that each of its writes must bear.

use super::token::Token;

/// A browser that was let in.
#[derive(Clone)]
pub struct Session {
    id: Token,
    writes: Token,
}

impl Session {
    /// A new one.
    pub(super) fn new() -> Session {
        Session { id: Token::random(), writes: Token::random() }
    }

    /// What the cookie holds.
    pub(super) fn to_hex(&self) -> String {
        self.id.to_hex()
    }

    /// Whether a cookie's value names this session.
    pub(super) fn is(&self, value: &str) -> bool {
        self.id.is(value)
    }

    /// Whether it is the same session.
    pub(super) fn is_same(&self, other: &Session) -> bool {
        self.id.is(&other.id.to_hex())
    }

    /// What every form of this session's pages carries: the field `csrf`, or the header `x-csrf`.
    pub fn csrf(&self) -> String {
        self.writes.to_hex()
    }

    /// Whether a write carries it.
    pub fn may_write(&self, csrf: &str) -> bool {
        self.writes.is(csrf)
    }
}
