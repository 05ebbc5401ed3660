//! `Asker`: puts each question to the keys that may answer it, and notes what stays unanswered and why.

use std::sync::Arc;

use lightproof_sources::immich::{api::Api, error::ImmichError, http::Line, key::ApiKey};

use super::shapes::{Trouble, Unseen};

/// The keys that work, and what could not be seen with them.
pub(super) struct Asker {
    line: Arc<Line>,
    /// Owner, calls, and whether the user may administrate.
    working: Vec<(String, Api, bool)>,
    has_keys: bool,
    unseen: Vec<Unseen>,
    /// Why the server as a whole no longer answers: nothing more is asked of it.
    ended: Option<String>,
}

impl Asker {
    pub fn new(line: &Arc<Line>, keys: &[(String, Result<Option<ApiKey>, Trouble>)], readable: bool) -> Asker {
        let ended = (!readable).then(|| "the server cannot be read now".to_owned());
        let has_keys = keys.iter().any(|(_, key)| matches!(key, Ok(Some(_))));
        Asker { line: Arc::clone(line), working: Vec::new(), has_keys, unseen: Vec::new(), ended }
    }

    /// The calls with a key.
    pub fn api(&self, key: &ApiKey) -> Api {
        Api::with_key(Arc::clone(&self.line), key.clone())
    }

    /// Why nothing more is asked.
    pub fn ended(&self) -> Option<&str> {
        self.ended.as_deref()
    }

    /// This key works.
    pub fn works(&mut self, owner: &str, api: Api, is_admin: bool) {
        self.working.push((owner.to_owned(), api, is_admin));
    }

    /// Notes an error: one of the whole server ends all asking.
    pub fn note(&mut self, error: &ImmichError) {
        let of_the_server = matches!(
            error,
            ImmichError::Unreachable { .. }
                | ImmichError::TooSlow { .. }
                | ImmichError::Untrusted { .. }
                | ImmichError::Maintenance { .. }
        );
        if of_the_server && self.ended.is_none() {
            self.ended = Some(error.to_string());
        }
    }

    /// Notes what could not be seen.
    pub fn unseen_because(&mut self, what: impl Into<String>, why: impl Into<String>) {
        self.unseen.push(Unseen { what: what.into(), why: why.into() });
    }

    /// Asks with any key that works.
    pub fn any<T>(&mut self, what: &str, permission: &str, ask: fn(&Api) -> Result<T, ImmichError>) -> Option<T> {
        self.first(what, permission, false, ask)
    }

    /// Asks with the key of an administrator.
    pub fn admin<T>(&mut self, what: &str, permission: &str, ask: fn(&Api) -> Result<T, ImmichError>) -> Option<T> {
        self.first(what, permission, true, ask)
    }

    fn first<T>(&mut self, what: &str, permission: &str, admin: bool, ask: fn(&Api) -> Result<T, ImmichError>) -> Option<T> {
        let mut why = match (admin, self.working.is_empty()) {
            (_, true) if self.has_keys => "no key works".to_owned(),
            (_, true) => "no key is known".to_owned(),
            (true, false) => format!("only the key of an administrator tells it, with {permission}"),
            (false, false) => String::new(),
        };
        for (owner, api, _) in self.working.clone().into_iter().filter(|(.., is_admin)| *is_admin || !admin) {
            if let Some(ended) = &self.ended {
                why.clone_from(ended);
                break;
            }
            match ask(&api) {
                Ok(answer) => return Some(answer),
                Err(ImmichError::Forbidden { .. }) => why = format!("the key of {owner} may not {permission}"),
                Err(error) => {
                    self.note(&error);
                    why = error.to_string();
                }
            }
        }
        self.unseen_because(what, why);
        None
    }

    /// All that could not be seen.
    pub fn unseen(self) -> Vec<Unseen> {
        self.unseen
    }
}
