//! `World`: everything that the fake server knows, and how it changes.

use std::collections::{BTreeSet, HashMap};

use super::{
    dates::{DateJob, Waiting},
    id::Id,
    moment::Moment,
    new_asset::NewAsset,
    row::{Row, Visibility, mime_of},
    user::{Key, NewUser, User},
};

pub use super::id::Id as UserId;

/// A server's version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version(pub u32, pub u32, pub u32);

impl Version {
    /// From 3.0 on, many shapes differ.
    pub fn is_3(self) -> bool {
        self.0 >= 3
    }
}

#[derive(Debug, Clone)]
pub(super) struct Album {
    pub id: Id,
    pub owner: UserId,
    pub name: String,
    pub description: String,
    pub created: Moment,
    pub updated: Moment,
    pub shared_with: Vec<(UserId, &'static str)>,
    pub assets: BTreeSet<Id>,
}

#[derive(Debug, Clone)]
pub(super) struct Library {
    pub id: Id,
    pub owner: UserId,
    pub name: String,
    pub folders: Vec<String>,
    pub created: Moment,
}

#[derive(Debug, Clone)]
pub(super) struct Stack {
    pub id: Id,
    pub owner: UserId,
    pub assets: Vec<Id>,
}

/// What one user shares with another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Partner {
    pub shared_by: UserId,
    pub shared_with: UserId,
    pub in_timeline: bool,
}

/// Jobs of a queue: active, waiting, failed.
pub(super) type Jobs = (u64, u64, u64);

#[derive(Debug)]
pub(super) struct World {
    pub version: Version,
    pub clock: Moment,
    pub maintenance: bool,
    pub maintenance_status: u16,
    pub compresses: bool,
    pub initialized: bool,
    pub users: Vec<User>,
    pub keys: Vec<Key>,
    pub albums: Vec<Album>,
    pub libraries: Vec<Library>,
    pub partners: Vec<Partner>,
    pub stacks: Vec<Stack>,
    pub jobs: HashMap<String, Jobs>,
    pub paused: BTreeSet<String>,
    pub date_job: DateJob,
    pub dates: HashMap<Id, Waiting>,
    pub disk: (u64, u64),
    pub rows: HashMap<Id, Row>,
    pub by_taken: BTreeSet<(Moment, Id)>,
    pub made: u64,
}

/// How far the clock goes on at each change.
const STEP: i64 = 1_337;

impl World {
    pub fn new() -> World {
        World {
            version: Version(2, 4, 1),
            clock: Moment::from("2026-11-22T12:30:00Z"),
            maintenance: false,
            maintenance_status: 503,
            compresses: true,
            initialized: true,
            users: Vec::new(),
            keys: Vec::new(),
            albums: Vec::new(),
            libraries: Vec::new(),
            partners: Vec::new(),
            stacks: Vec::new(),
            jobs: HashMap::new(),
            paused: BTreeSet::new(),
            date_job: DateJob::After(2),
            dates: HashMap::new(),
            disk: (270_553_174_016, 23_140_745_216),
            rows: HashMap::new(),
            by_taken: BTreeSet::new(),
            made: 0,
        }
    }

    /// The next moment: each change has its own.
    pub fn tick(&mut self) -> Moment {
        self.clock = self.clock.later(STEP);
        self.clock
    }

    pub fn new_id(&mut self) -> Id {
        self.made += 1;
        Id::numbered(self.made)
    }

    pub fn add_user(&mut self, new: NewUser) -> UserId {
        let (id, now) = (self.new_id(), self.tick());
        let number = self.users.len();
        self.users.push(User::made(new, id, number, now));
        id
    }

    pub fn user(&self, id: UserId) -> &User {
        self.users.iter().find(|user| user.id == id).expect("users are never removed, and their ids come from here")
    }

    pub fn add_key(&mut self, user: UserId, permissions: &[&str]) -> String {
        let (id, now) = (self.new_id(), self.tick());
        let secret = secret_of(id);
        let name = format!("key {}", self.keys.len() + 1);
        let permissions = permissions.iter().map(|&p| p.to_owned()).collect();
        self.keys.push(Key { id, user, name, secret: secret.clone(), permissions, created: now });
        secret
    }

    pub fn add_asset(&mut self, new: NewAsset) -> Id {
        let NewAsset { mut row, path, mime, created, updated, local } = new;
        row.id = self.new_id();
        let file = self.new_id().to_string();
        let extension = row.name.rsplit_once('.').map_or(String::new(), |(_, e)| format!(".{}", e.to_ascii_lowercase()));
        row.path = path.unwrap_or_else(|| format!("/data/upload/{}/{}/{}/{file}{extension}", row.owner, &file[..2], &file[2..4]));
        row.mime = mime.unwrap_or_else(|| mime_of(&row.name).to_owned());
        row.local = local.unwrap_or_else(|| row.taken.in_zone(row.zone.as_ref()));
        row.created = created.unwrap_or_else(|| self.tick());
        row.updated = updated.unwrap_or(row.created);
        row.trashed = row.trashed.map(|_| row.updated);
        let id = row.id;
        self.by_taken.insert((row.taken, id));
        self.rows.insert(id, row);
        id
    }

    /// Changes an asset as the server does: with a new `updatedAt`.
    ///
    /// # Panics
    /// When there is no such asset: a test is written wrongly.
    pub fn change(&mut self, id: Id, change: impl FnOnce(&mut Row, Moment)) {
        let now = self.tick();
        self.change_at(id, now, change);
    }

    pub fn change_at(&mut self, id: Id, now: Moment, change: impl FnOnce(&mut Row, Moment)) {
        let row = self.rows.get_mut(&id).unwrap_or_else(|| panic!("there is no asset {id}"));
        let taken = row.taken;
        change(row, now);
        row.updated = now;
        if row.taken != taken {
            self.by_taken.remove(&(taken, id));
            self.by_taken.insert((self.rows[&id].taken, id));
        }
    }

    /// Removes an asset for good. No row of another asset tells of it, nor does any `updatedAt`.
    pub fn remove(&mut self, id: Id) {
        if let Some(row) = self.rows.remove(&id) {
            self.by_taken.remove(&(row.taken, id));
        }
        for album in &mut self.albums {
            album.assets.remove(&id);
        }
        for stack in &mut self.stacks {
            stack.assets.retain(|&member| member != id);
        }
        for row in self.rows.values_mut() {
            row.live = row.live.filter(|&moving| moving != id);
        }
    }

    pub fn add_album(&mut self, owner: UserId, name: &str, assets: impl IntoIterator<Item = Id>) -> Id {
        let (id, now) = (self.new_id(), self.tick());
        self.albums.push(Album {
            id,
            owner,
            name: name.to_owned(),
            description: String::new(),
            created: now,
            updated: now,
            shared_with: Vec::new(),
            assets: assets.into_iter().collect(),
        });
        id
    }

    pub fn album(&self, id: Id) -> Option<&Album> {
        self.albums.iter().find(|album| album.id == id)
    }

    pub fn album_mut(&mut self, id: Id) -> Option<&mut Album> {
        self.albums.iter_mut().find(|album| album.id == id)
    }

    /// Whose assets show in this user's searches: the user's, and those of partners in the timeline.
    pub fn searched_by(&self, user: UserId) -> Vec<UserId> {
        let partners = self.partners.iter().filter(|p| p.shared_with == user && p.in_timeline).map(|p| p.shared_by);
        std::iter::once(user).chain(partners).collect()
    }

    /// Whether this user may read an asset: an own one, one in an album of theirs, or a partner's. Nothing locked, ever.
    pub fn may_read(&self, user: UserId, row: &Row) -> bool {
        if row.visibility == Visibility::Locked {
            return false;
        }
        let in_album = || self.albums.iter().any(|album| album.is_seen_by(user) && album.assets.contains(&row.id));
        let partner = || {
            let shares = self.partners.iter().any(|p| p.shared_by == row.owner && p.shared_with == user);
            shares && matches!(row.visibility, Visibility::Timeline | Visibility::Hidden)
        };
        row.owner == user || in_album() || partner()
    }

    /// Whether this user may change an asset: an own one that is not locked.
    pub fn may_change(&self, user: UserId, id: Id) -> bool {
        self.rows.get(&id).is_some_and(|row| row.owner == user && row.visibility != Visibility::Locked)
    }
}

impl Album {
    pub fn is_seen_by(&self, user: UserId) -> bool {
        self.owner == user || self.shared_with.iter().any(|&(with, _)| with == user)
    }
}

/// A secret as long and of the same letters as the server's: a canary to look for.
fn secret_of(id: Id) -> String {
    use base64::{Engine, prelude::BASE64_STANDARD};
    let bytes: Vec<u8> = id.bytes().into_iter().chain(id.bytes().map(|b| b ^ 0x5A)).collect();
    let text: String = BASE64_STANDARD.encode(bytes).chars().filter(char::is_ascii_alphanumeric).collect();
    format!("{text}{text}").chars().take(43).collect()
}
