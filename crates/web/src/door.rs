//! The door: who may come in. One-time links, a password where one is set, and the sessions they open.
//!
//! All of it lives in memory and ends with the process: a cookie of an earlier start opens nothing. Secrets are compared in constant
//! time, are not printed, and stand in no log.
//! A link is used up by a plain `GET`, since a browser that opens it has nothing else to give; what only looks ahead (`HEAD`, a
//! prefetch) does not get that far, see `pages::enter`.

mod pace;
mod password;
mod same_user;
mod session;
mod token;

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

pub use pace::Pace;
pub use password::{Password, WeakPassword};
pub use same_user::Ends;
pub use session::Session;
use token::Token;

/// More browsers than one person has; the session unused for longest makes room.
const MOST_SESSIONS: usize = 64;

/// Who may come in.
pub struct Door {
    link: Mutex<Option<Token>>,
    /// Of a link that opens nothing but for this program's own user.
    own_link: Mutex<Option<Token>>,
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
        Door {
            link: Mutex::default(),
            own_link: Mutex::default(),
            sessions: Mutex::default(),
            password,
            pace: Mutex::default(),
            cookie,
        }
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

    /// A new token of the link for this program's own user alone.
    fn another_of_own(&self) -> String {
        let token = Token::random();
        let text = token.to_hex();
        *hold(&self.own_link) = Some(token);
        text
    }

    /// Opens a session for the token of a link, once: the links given out before are void then. `is_own` tells whether a program of
    /// this program's own user connects.
    pub fn use_link(&self, token: &str, is_own: impl FnOnce() -> bool) -> Option<Session> {
        let (mut link, mut own) = (hold(&self.link), hold(&self.own_link));
        let names = |link: &Option<Token>| link.as_ref().is_some_and(|link| link.is(token));
        if !(names(&link) || names(&own) && is_own()) {
            return None;
        }
        (*link, *own) = (None, None);
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

impl Links {
    /// A one-time link that may stand where other users of this machine can read it: it opens nothing for them. Nothing where the
    /// system does not tell users apart.
    #[must_use]
    pub fn for_this_user(&self) -> Option<String> {
        same_user::can_be_told().then(|| format!("{}/enter?token={}", self.base, self.door.another_of_own()))
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
        assert!(door.use_link(&"0".repeat(64), || true).is_none());
        assert!(door.use_link("", || true).is_none());
        let session = door.use_link(&token, || false).unwrap();
        assert!(door.use_link(&token, || false).is_none());
        let cookie = format!("lightproof-1={}", session.to_hex());
        assert!(door.session(&cookie).is_some());
        assert!(door.session(&format!("other=x; {cookie}; more")).is_some());
        assert!(door.session(&cookie.replace("lightproof-1", "lightproof-2")).is_none());
        door.leave(&session);
        assert!(door.session(&cookie).is_none());
    }

    #[test]
    fn the_link_for_ones_own_user_opens_nothing_for_another_and_is_not_used_up_by_them() {
        let door = Door::new(1, None);
        let (own, printed) = (door.another_of_own(), door.another());
        assert!(door.use_link(&own, || false).is_none());
        assert!(door.use_link(&own, || true).is_some());
        assert!(door.use_link(&own, || true).is_none(), "once");
        assert!(door.use_link(&printed, || true).is_none(), "one of them opens the pages");
    }

    #[test]
    fn a_further_link_voids_the_one_before() {
        let door = Door::new(1, None);
        let (first, second) = (door.another(), door.another());
        assert!(door.use_link(&first, || false).is_none());
        assert!(door.use_link(&second, || false).is_some());
    }

    #[test]
    fn no_more_sessions_are_kept_than_one_person_has_browsers() {
        let door = Door::new(1, None);
        let open = || {
            let token = door.another();
            format!("lightproof-1={}", door.use_link(&token, || false).unwrap().to_hex())
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
