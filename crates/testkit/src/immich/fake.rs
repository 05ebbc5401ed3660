//! `FakeImmich`: the running server as a test holds it. All of the world can be changed while it runs.

use std::{
    sync::{Arc, RwLockReadGuard, RwLockWriteGuard},
    time::Duration,
};

use super::{
    id::Id,
    mischief::{Misbehaviour, Rule, When},
    new_asset::NewAsset,
    record::{Request, Traffic},
    routes::{self, Access},
    row::Visibility,
    server::Server,
    tls::OwnTls,
    trap::Trap,
    user::NewUser,
    world::{Library, Partner, Stack, Version, World},
};

/// A running fake. It stops when it is dropped.
pub struct FakeImmich {
    server: Arc<Server>,
}

impl Default for FakeImmich {
    fn default() -> FakeImmich {
        FakeImmich::new()
    }
}

impl std::fmt::Debug for FakeImmich {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FakeImmich({})", self.url())
    }
}

impl Drop for FakeImmich {
    fn drop(&mut self) {
        self.server.stop();
    }
}

impl FakeImmich {
    /// A server without users, of version 2.4.1, over plain HTTP. It listens at once.
    #[must_use]
    pub fn new() -> FakeImmich {
        FakeImmich { server: Server::start(None) }
    }

    /// The same over TLS with a certificate of its own ([`FakeImmich::certificate_sha256`]).
    #[must_use]
    pub fn over_tls() -> FakeImmich {
        FakeImmich { server: Server::start(Some(OwnTls::made())) }
    }

    pub(super) fn world(&self) -> RwLockReadGuard<'_, World> {
        self.server.reading()
    }

    pub(super) fn world_mut(&self) -> RwLockWriteGuard<'_, World> {
        self.server.writing()
    }

    /// As this version answers.
    #[must_use]
    pub fn version(self, major: u32, minor: u32, patch: u32) -> FakeImmich {
        self.upgrade(major, minor, patch);
        self
    }

    /// As this version answers, from now on.
    pub fn upgrade(&self, major: u32, minor: u32, patch: u32) {
        self.world_mut().version = Version(major, minor, patch);
    }

    /// With ids and keys of its own: two fakes have the same ones otherwise, which no two servers have.
    #[must_use]
    pub fn seeded(self, seed: u32) -> FakeImmich {
        self.world_mut().made = u64::from(seed) << 32;
        self
    }

    /// Where it listens: `http://127.0.0.1:PORT`, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> String {
        let scheme = if self.server.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.server.address)
    }

    /// The calls that it serves: method, path below `/api` with its places in braces, permission, and whether its user must be an
    /// administrator.
    #[must_use]
    pub fn served() -> Vec<(&'static str, &'static str, Option<&'static str>, bool)> {
        let told = |route: &routes::Route| {
            let (permission, admin) = match route.access {
                Access::Open | Access::AnyKey => (None, false),
                Access::Key(permission) => (Some(permission), false),
                Access::Admin(permission) => (Some(permission), true),
            };
            (route.method, route.path, permission, admin)
        };
        routes::ROUTES.iter().map(told).collect()
    }

    /// SHA-256 of its certificate in hexadecimal with colons, as `openssl x509 -fingerprint -sha256` prints it; nothing without TLS.
    #[must_use]
    pub fn certificate_sha256(&self) -> Option<String> {
        self.server.tls.as_ref().map(OwnTls::sha256)
    }

    /// Its certificate; nothing without TLS.
    #[must_use]
    pub fn certificate_der(&self) -> Option<Vec<u8>> {
        self.server.tls.as_ref().map(|tls| tls.certificate.clone())
    }
}

/// Who there is.
impl FakeImmich {
    /// Adds a user: a name, or a [`NewUser`].
    pub fn user(&self, new: impl Into<NewUser>) -> Id {
        self.world_mut().add_user(new.into())
    }

    /// Adds a key of a user with these permissions (`all` for all); its secret.
    pub fn key(&self, user: Id, permissions: &[&str]) -> String {
        self.world_mut().add_key(user, permissions)
    }

    /// The key with this secret is not valid any more.
    pub fn revoke(&self, secret: &str) {
        self.world_mut().keys.retain(|key| key.secret != secret);
    }

    /// The key with this secret may do this from now on.
    pub fn permit(&self, secret: &str, permissions: &[&str]) {
        for key in self.world_mut().keys.iter_mut().filter(|key| key.secret == secret) {
            key.permissions = permissions.iter().map(|&p| p.to_owned()).collect();
        }
    }

    /// One user shares all assets with another, who has them in the timeline or not.
    pub fn share(&self, by: Id, with: Id, in_timeline: bool) {
        let mut world = self.world_mut();
        world.partners.retain(|p| (p.shared_by, p.shared_with) != (by, with));
        world.partners.push(Partner { shared_by: by, shared_with: with, in_timeline });
    }
}

/// What there is.
impl FakeImmich {
    /// Adds an asset.
    pub fn add(&self, asset: NewAsset) -> Id {
        self.world_mut().add_asset(asset)
    }

    /// Adds an external library of a user.
    pub fn library(&self, owner: Id, name: &str, folders: &[&str]) -> Id {
        let mut world = self.world_mut();
        let (id, created) = (world.new_id(), world.tick());
        let folders = folders.iter().map(|&f| f.to_owned()).collect();
        world.libraries.push(Library { id, owner, name: name.to_owned(), folders, created });
        id
    }

    /// Adds an album of a user.
    pub fn album(&self, owner: Id, name: &str, assets: &[Id]) -> Id {
        self.world_mut().add_album(owner, name, assets.iter().copied())
    }

    /// Shares an album with a user, who may change it (`editor`) or not.
    pub fn share_album(&self, album: Id, with: Id, editor: bool) {
        if let Some(album) = self.world_mut().album_mut(album) {
            album.shared_with.push((with, if editor { "editor" } else { "viewer" }));
        }
    }

    /// Stacks assets; the first is on top.
    pub fn stack(&self, owner: Id, assets: &[Id]) -> Id {
        let mut world = self.world_mut();
        let id = world.new_id();
        world.stacks.push(Stack { id, owner, assets: assets.to_vec() });
        for &asset in assets {
            world.change(asset, |row, _| row.stack = Some(id));
        }
        id
    }

    /// Jobs of a queue: active, waiting and failed ones.
    pub fn jobs(&self, queue: &str, active: u64, waiting: u64, failed: u64) {
        self.world_mut().jobs.insert(queue.to_owned(), (active, waiting, failed));
    }

    /// The disk with the library: its size and how much of it is used.
    pub fn disk(&self, bytes: u64, used: u64) {
        self.world_mut().disk = (bytes, used);
    }

    /// How many assets there are of a user, of whatever kind.
    #[must_use]
    pub fn count(&self, owner: Id) -> usize {
        self.world().rows.values().filter(|row| row.owner == owner).count()
    }

    /// What an asset's row says: its visibility, whether it is trashed, and whether it is a favourite.
    #[must_use]
    pub fn state(&self, asset: Id) -> Option<(Visibility, bool, bool)> {
        self.world().rows.get(&asset).map(|row| (row.visibility, row.trashed.is_some(), row.favourite))
    }

    /// What is in an album.
    #[must_use]
    pub fn in_album(&self, album: Id) -> Vec<Id> {
        self.world().album(album).map(|album| album.assets.iter().copied().collect()).unwrap_or_default()
    }

    /// The first album of this name.
    #[must_use]
    pub fn album_named(&self, name: &str) -> Option<Id> {
        self.world().albums.iter().find(|album| album.name == name).map(|album| album.id)
    }
}

/// How it misbehaves, and what it saw.
impl FakeImmich {
    /// Misbehaves at requests whose path fits: `*` stands for anything, and a method may stand before it (`GET /api/assets/*`). The paths
    /// begin with `/api`; the query does not count. Of several rules that strike at once the last one counts.
    pub fn misbehave(&self, pattern: &str, when: When, what: Misbehaviour) {
        let rule = Rule { pattern: pattern.to_owned(), when, what, count: 0 };
        self.server.rules.lock().expect("nobody panics while writing rules").push(rule);
    }

    /// Behaves well again. Maintenance mode stays as it is.
    pub fn behave(&self) {
        self.server.rules.lock().expect("nobody panics while writing rules").clear();
    }

    /// Whether it compresses longer JSON for those who ask for that; it does unless said otherwise.
    pub fn compresses(&self, on: bool) {
        self.world_mut().compresses = on;
    }

    /// Ends connections that are idle for so long; after five seconds otherwise, as Node does.
    pub fn end_idle_after(&self, idle: Duration) {
        *self.server.idle.lock().expect("nobody panics while setting this") = idle;
    }

    /// Ends all connections at once.
    pub fn hang_up(&self) {
        self.server.hang_up();
    }

    /// All requests until now, in the order in which they came.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.server.record.requests.lock().expect("nobody panics while writing the record").clone()
    }

    /// All bytes until now.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        self.server.record.traffic()
    }

    /// The most requests that were under way at the same time.
    #[must_use]
    pub fn max_in_flight(&self) -> u64 {
        self.server.record.max_in_flight()
    }

    /// Forgets requests, traffic and what was under way, but no violation.
    pub fn forget_requests(&self) {
        self.server.record.forget();
    }

    /// Calls that would have changed what cannot be put back: `METHOD /path`. None of them was carried out.
    #[must_use]
    pub fn violations(&self) -> Vec<String> {
        self.server.record.violations.lock().expect("nobody panics while writing the record").clone()
    }

    /// The other host to which [`Misbehaviour::SendsToTrap`] redirects.
    #[must_use]
    pub fn trap(&self) -> &Trap {
        &self.server.trap
    }
}
