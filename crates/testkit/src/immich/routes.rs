//! The calls that the fake serves: who may make each, and what answers it. All other calls that change anything are violations.

use serde_json::{Value, json};

use super::{
    answer::{Answer, Refusal},
    dates,
    id::Id,
    media, reads,
    row::Row,
    server_facts,
    user::Key,
    world::{UserId, World},
    writes,
};

/// One request as the calls see it.
pub(super) struct Ask<'a> {
    pub query: &'a str,
    pub headers: &'a [(String, String)],
    pub body: &'a [u8],
    pub correlation: String,
    /// Another one at each request.
    pub nonce: u64,
    pub key: Option<Key>,
    pub captured: Vec<(&'static str, &'a str)>,
}

impl<'a> Ask<'a> {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub fn query(&self, name: &str) -> Option<&'a str> {
        self.query.split('&').find_map(|pair| pair.split_once('=').filter(|(n, _)| *n == name).map(|(_, value)| value))
    }

    /// Whose key it is.
    pub fn user(&self) -> UserId {
        self.key.as_ref().expect("only calls that need a key ask whose it is").user
    }

    /// The id at this place of the path.
    pub fn id(&self, name: &str) -> Result<Id, Refusal> {
        let text = self.captured.iter().find(|(n, _)| *n == name).map_or("", |(_, text)| text);
        text.parse().map_err(|_| Refusal::not_an_id(name))
    }

    /// The asset of the path, if this user may read it. One that is not there and one of another user look alike.
    pub fn readable<'w>(&self, world: &'w World, permission: &str) -> Result<&'w Row, Refusal> {
        let row = world.rows.get(&self.id("id")?).filter(|row| world.may_read(self.user(), row));
        row.ok_or_else(|| Refusal::no_access(permission))
    }

    /// The body. Without its type it is not read at all, and nothing is said about that.
    pub fn json(&self) -> Result<Value, Refusal> {
        let is_json = self.header("content-type").is_some_and(|kind| kind.to_ascii_lowercase().starts_with("application/json"));
        if !is_json || self.body.is_empty() {
            return Ok(json!({}));
        }
        serde_json::from_slice(self.body).map_err(|error| Refusal::new(400, &format!("Unexpected token in JSON: {error}")))
    }
}

/// Who may make a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// Anyone.
    Open,
    /// Any key.
    AnyKey,
    /// A key with this permission.
    Key(&'static str),
    /// A key with this permission of a user who may administrate.
    Admin(&'static str),
}

type Reads = fn(&World, &Ask) -> Result<Answer, Refusal>;
type Writes = fn(&mut World, &Ask) -> Result<Answer, Refusal>;

#[derive(Clone, Copy)]
pub(super) enum Serve {
    Read(Reads),
    Write(Writes),
}

pub(super) struct Route {
    pub method: &'static str,
    pub path: &'static str,
    pub access: Access,
    pub serve: Serve,
}

const fn get(path: &'static str, access: Access, reads: Reads) -> Route {
    Route { method: "GET", path, access, serve: Serve::Read(reads) }
}

const fn asks(path: &'static str, permission: &'static str, reads: Reads) -> Route {
    Route { method: "POST", path, access: Access::Key(permission), serve: Serve::Read(reads) }
}

const fn write(method: &'static str, path: &'static str, permission: &'static str, writes: Writes) -> Route {
    Route { method, path, access: Access::Key(permission), serve: Serve::Write(writes) }
}

use Access::{Admin, AnyKey, Key as With, Open};

pub(super) static ROUTES: &[Route] = &[
    get("/server/ping", Open, server_facts::ping),
    get("/server/version", Open, server_facts::version),
    get("/server/version-history", Open, server_facts::version_history),
    get("/server/config", Open, server_facts::config),
    get("/server/features", Open, server_facts::features),
    get("/server/media-types", Open, server_facts::media_types),
    get("/server/about", With("server.about"), server_facts::about),
    get("/server/storage", With("server.storage"), server_facts::storage),
    get("/server/statistics", Admin("server.statistics"), server_facts::statistics),
    get("/queues", Admin("queue.read"), server_facts::queues),
    get("/jobs", Admin("job.read"), server_facts::jobs),
    get("/libraries", Admin("library.read"), server_facts::libraries),
    get("/admin/users", Admin("adminUser.read"), reads::admin_users),
    get("/admin/users/{id}", Admin("adminUser.read"), reads::admin_user),
    get("/admin/users/{id}/statistics", Admin("adminUser.read"), reads::admin_user_statistics),
    get("/users", With("user.read"), reads::users),
    get("/users/me", With("user.read"), reads::me),
    get("/api-keys/me", AnyKey, reads::key),
    get("/partners", With("partner.read"), reads::partners),
    get("/albums", With("album.read"), reads::albums),
    get("/albums/{id}", With("album.read"), reads::album),
    get("/stacks", With("stack.read"), reads::stacks),
    get("/tags", With("tag.read"), reads::nothing),
    get("/duplicates", With("duplicate.read"), reads::nothing),
    get("/notifications", With("notification.read"), reads::nothing),
    get("/libraries/{id}/statistics", Admin("library.statistics"), server_facts::library_statistics),
    get("/assets/statistics", With("asset.statistics"), reads::asset_statistics),
    write("GET", "/assets/{id}", "asset.read", dates::asset),
    get("/assets/{id}/original", With("asset.download"), media::original),
    get("/assets/{id}/thumbnail", With("asset.view"), media::thumbnail),
    asks("/search/metadata", "asset.read", reads::search),
    asks("/search/statistics", "asset.statistics", reads::search_statistics),
    write("PUT", "/assets", "asset.update", writes::change_assets),
    write("PUT", "/assets/{id}", "asset.update", writes::change_asset),
    write("POST", "/albums", "album.create", writes::create_album),
    write("PUT", "/albums/{id}/assets", "albumAsset.create", writes::add_to_album),
    write("DELETE", "/albums/{id}/assets", "albumAsset.delete", writes::take_from_album),
];

/// The call at this path, and what stands in the places of its path.
pub(super) fn route<'p>(method: &str, path: &'p str) -> Option<(&'static Route, Vec<(&'static str, &'p str)>)> {
    let method = if method == "HEAD" { "GET" } else { method };
    // Written-out paths come before those with places: `/assets/statistics` is no asset.
    let matching = |route: &'static Route| captured(route.path, path).map(|captured| (route, captured));
    let candidates = ROUTES.iter().filter(|route| route.method == method).filter_map(matching);
    candidates.min_by_key(|(_, captured)| captured.len())
}

fn captured<'p>(pattern: &'static str, path: &'p str) -> Option<Vec<(&'static str, &'p str)>> {
    let (mut pattern, mut path) = (pattern.split('/'), path.split('/'));
    let mut captured = Vec::new();
    loop {
        match (pattern.next(), path.next()) {
            (None, None) => return Some(captured),
            (Some(place), Some(text)) if place.starts_with('{') && !text.is_empty() => {
                captured.push((place.trim_matches(['{', '}']), text));
            }
            (Some(a), Some(b)) if a == b => {}
            _ => return None,
        }
    }
}

/// Whether the asker may make this call; the key is looked at before anything else of the request.
pub(super) fn admitted(route: &Route, ask: &Ask, world: &World) -> Result<Option<Key>, Refusal> {
    if route.access == Open {
        return Ok(None);
    }
    let secret = ask.header("x-api-key").or_else(|| ask.query("apiKey"));
    let secret = secret.ok_or_else(|| Refusal::new(401, "Authentication required"))?;
    let key = world.keys.iter().find(|key| key.secret == secret).ok_or_else(|| Refusal::new(401, "Invalid API key"))?;
    let (permission, admin) = match route.access {
        Open | AnyKey => return Ok(Some(key.clone())),
        With(permission) => (permission, false),
        Admin(permission) => (permission, true),
    };
    if admin && !world.user(key.user).admin {
        return Err(Refusal::new(403, "Forbidden"));
    }
    if !key.may(permission) {
        return Err(Refusal::new(403, &format!("Missing required permission: {permission}")));
    }
    Ok(Some(key.clone()))
}
