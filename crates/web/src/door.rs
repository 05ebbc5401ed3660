//! The door: who may come in. One-time links, a password where one is set, and the sessions they open.
//!
//! All of it lives in memory and ends with the process: a cookie of an earlier start opens nothing. Secrets are compared in constant
//! time, are not printed, and stand in no log.
//! A link is used up by a plain `GET`, since a browser that opens it has nothing else to give; what only looks ahead (`HEAD`, a
//! prefetch) does not get that far, see `pages::enter`.

mod pace;
mod password;
mod session;
mod token;

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

pub use pace::Pace;
pub use password::{Password, WeakPassword};
pub use session::Session;
use token::Token;

/// More browsers than one person has; the session unused for longest makes room.
const MOST_SESSIONS: usize = 64;

/// Who may come in.
pub struct Door {
    link: Mutex<Option<Token>>,
    sessions: Mutex<Vec<Session>>,
    password: Option<Password>,
    pace: Mutex<Pace>,
    cookie: String,
}

/// What became of an attempt to come in with the password.
pub enum Attempt {
    /// It was right.
    In(Session),
    /// It was wrong.
    Wrong,
    /// It was not looked at: too many were wrong; that many seconds are left.
    Slowed(u64),
}

impl Door {
    /// A door of a server at this port. Cookies do not tell ports apart, so the port is in the cookie's name.
    pub fn new(port: u16, password: Option<Password>) -> Door {
        let cookie = format!("lightproof-{port}");
        Door { link: Mutex::default(), sessions: Mutex::default(), password, pace: Mutex::default(), cookie }
    }

    /// Whether there is a password to come in by.
    pub fn has_password(&self) -> bool {
        self.password.is_some()
    }

    /// A new token for the one-time link. An earlier one that was not used is void from now on.
    fn another(&self) -> String {
        let token = Token::random();
        let text = token.to_hex();
        *hold(&self.link) = Some(token);
        text
    }

    /// Opens a session for the token of the link, once.
    pub fn use_link(&self, token: &str) -> Option<Session> {
        let mut link = hold(&self.link);
        if !link.as_ref()?.is(token) {
            return None;
        }
        *link = None;
        Some(self.open())
    }

    /// Opens a session for the password, unless too many attempts failed of late.
    pub fn try_password(&self, typed: &str, now: Instant) -> Attempt {
        let mut pace = hold(&self.pace);
        if let Some(left) = pace.left(now) {
            return Attempt::Slowed(left);
        }
        if !self.password.as_ref().is_some_and(|password| password.is(typed)) {
            pace.failed(now);
            return Attempt::Wrong;
        }
        pace.went_well();
        Attempt::In(self.open())
    }

    fn open(&self) -> Session {
        let session = Session::new();
        let mut sessions = hold(&self.sessions);
        if sessions.len() >= MOST_SESSIONS {
            sessions.remove(0);
        }
        sessions.push(session.clone());
        session
    }

    /// The session that a `Cookie` header names.
    pub fn session(&self, cookies: &str) -> Option<Session> {
        let mut sessions = hold(&self.sessions);
        let given = cookies.split(';').filter_map(|pair| pair.trim().split_once('=')).filter(|(name, _)| *name == self.cookie);
        let place = given.into_iter().find_map(|(_, value)| sessions.iter().position(|session| session.is(value)))?;
        // The one used last stands last.
        let session = sessions.remove(place);
        sessions.push(session.clone());
        Some(session)
    }

    /// Ends a session.
    pub fn leave(&self, session: &Session) {
        hold(&self.sessions).retain(|open| !open.is_same(session));
    }

    /// The `Set-Cookie` header of a session.
    pub fn cookie(&self, session: &Session, https: bool) -> String {
        let secure = if https { "; Secure" } else { "" };
        format!("{}={}; Path=/; HttpOnly; SameSite=Strict{secure}", self.cookie, session.to_hex())
    }

    /// The `Set-Cookie` header that takes a session's cookie away.
    pub fn no_cookie(&self) -> String {
        format!("{}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0", self.cookie)
    }
}

/// What is held is whole between any two statements: a panic elsewhere takes nothing from it.
fn hold<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Gives out one-time links to the pages.
#[derive(Clone)]
pub struct Links {
    door: Arc<Door>,
    base: String,
}

impl Links {
    /// For a door that is reached at `http://host:port`.
    pub(crate) fn new(door: Arc<Door>, base: String) -> Links {
        Links { door, base }
    }

    /// A new one-time link; the one before it is void, used or not.
    #[must_use]
    pub fn another(&self) -> String {
        format!("{}/enter?token={}", self.base, self.door.another())
    }
}

impl fmt::Debug for Links {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Links({})", self.base)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_opens_one_session_and_is_void_after() {
        let door = Door::new(1, None);
        let token = door.another();
        assert!(door.use_link(&"0".repeat(64)).is_none());
        assert!(door.use_link("").is_none());
        let session = door.use_link(&token).unwrap();
        assert!(door.use_link(&token).is_none());
        let cookie = format!("lightproof-1={}", session.to_hex());
        assert!(door.session(&cookie).is_some());
        assert!(door.session(&format!("other=x; {cookie}; more")).is_some());
        assert!(door.session(&cookie.replace("lightproof-1", "lightproof-2")).is_none());
        door.leave(&session);
        assert!(door.session(&cookie).is_none());
    }

    #[test]
    fn a_further_link_voids_the_one_before() {
        let door = Door::new(1, None);
        let (first, second) = (door.another(), door.another());
        assert!(door.use_link(&first).is_none());
        assert!(door.use_link(&second).is_some());
    }

    #[test]
    fn no_more_sessions_are_kept_than_one_person_has_browsers() {
        let door = Door::new(1, None);
        let open = || {
            let token = door.another();
            format!("lightproof-1={}", door.use_link(&token).unwrap().to_hex())
        };
        let (used, unused) = (open(), open());
        (2..MOST_SESSIONS).for_each(|_| drop(open()));
        assert!(door.session(&used).is_some());
        open();
        assert!(door.session(&used).is_some());
        assert!(door.session(&unused).is_none());
    }

    #[test]
    fn wrong_passwords_slow_down_even_the_right_one() {
        let door = Door::new(1, Some(Password::new("a long password").unwrap()));
        let now = Instant::now();
        let mut wrong = 0;
        while matches!(door.try_password("a wrong password", now), Attempt::Wrong) {
            wrong += 1;
            assert!(wrong < 100);
        }
        assert!(matches!(door.try_password("a long password", now), Attempt::Slowed(_)));
        let later = now + std::time::Duration::from_secs(3600);
        assert!(matches!(door.try_password("a long password", later), Attempt::In(_)));
    }

    #[test]
    fn without_a_password_none_is_right() {
        let door = Door::new(1, None);
        assert!(matches!(door.try_password("", Instant::now()), Attempt::Wrong));
    }
}
