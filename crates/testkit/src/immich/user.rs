//! `NewUser`: what a test says of a user; `User` and `Key`: what the fake server keeps.

use super::{id::Id, moment::Moment};

/// A user to add.
#[derive(Debug, Clone)]
pub struct NewUser {
    name: String,
    admin: bool,
    label: Option<String>,
    quota: Option<u64>,
}

impl NewUser {
    /// An ordinary user of this name.
    #[must_use]
    pub fn named(name: &str) -> NewUser {
        NewUser { name: name.to_owned(), admin: false, label: None, quota: None }
    }

    /// Who may administrate.
    #[must_use]
    pub fn admin(mut self) -> NewUser {
        self.admin = true;
        self
    }

    /// With this storage label.
    #[must_use]
    pub fn storage_label(mut self, label: &str) -> NewUser {
        self.label = Some(label.to_owned());
        self
    }

    /// Who may store so many bytes.
    #[must_use]
    pub fn quota(mut self, bytes: u64) -> NewUser {
        self.quota = Some(bytes);
        self
    }
}

impl From<&str> for NewUser {
    fn from(name: &str) -> NewUser {
        NewUser::named(name)
    }
}

#[derive(Debug, Clone)]
pub(super) struct User {
    pub id: Id,
    pub name: String,
    pub email: String,
    pub admin: bool,
    pub label: Option<String>,
    pub quota: Option<u64>,
    pub colour: &'static str,
    pub created: Moment,
}

const COLOURS: [&str; 10] = ["orange", "yellow", "green", "red", "pink", "purple", "blue", "gray", "amber", "primary"];

impl User {
    pub fn made(new: NewUser, id: Id, number: usize, now: Moment) -> User {
        let NewUser { name, admin, label, quota } = new;
        let word: String = name.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
        let email = format!("{word}@example.test");
        User { id, name, email, admin, label, quota, colour: COLOURS[number % COLOURS.len()], created: now }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Key {
    pub id: Id,
    pub user: Id,
    pub name: String,
    pub secret: String,
    pub permissions: Vec<String>,
    pub created: Moment,
}

impl Key {
    pub fn may(&self, permission: &str) -> bool {
        self.permissions.iter().any(|p| p == "all" || p == permission)
    }
}
