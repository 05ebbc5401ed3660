//! `Search`: what `POST /search/metadata` and `POST /search/statistics` ask for, and what they find.
//!
//! The order is that of `fileCreatedAt` alone and pages are cut by offset, as Immich does: assets of one timestamp come in an order that
//! is another one at each request, so that they repeat or are missed where a page ends among them.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    answer::Refusal,
    id::{Id, mixed},
    moment::Moment,
    row::{Kind, Row, Visibility},
    shapes::{AssetShape, Told},
    world::{UserId, World},
};

#[derive(Debug, Clone)]
pub(super) struct Search {
    visibility: Option<Visibility>,
    kind: Option<Kind>,
    with_deleted: bool,
    with_exif: bool,
    favourite: Option<bool>,
    offline: Option<bool>,
    in_no_album: bool,
    moving: Option<bool>,
    library: Option<Option<Id>>,
    albums: Vec<Id>,
    id: Option<Id>,
    checksum: Option<Vec<u8>>,
    name: Option<String>,
    path: Option<String>,
    taken: Window,
    created: Window,
    updated: Window,
    trashed: Window,
    ascending: bool,
    size: usize,
    page: usize,
}

/// From and to, both inclusive.
#[derive(Debug, Clone, Copy, Default)]
struct Window(Option<Moment>, Option<Moment>);

impl Window {
    fn holds(self, moment: Moment) -> bool {
        self.0.is_none_or(|from| moment >= from) && self.1.is_none_or(|to| moment <= to)
    }

    fn is_said(self) -> bool {
        self.0.is_some() || self.1.is_some()
    }
}

/// Reads the fields of a request and collects what is wrong with them. Unknown ones are ignored.
struct Fields<'a> {
    map: &'a Map<String, Value>,
    /// From 3.0 on, instants need their offset.
    strict: bool,
    wrong: Vec<String>,
}

impl Fields<'_> {
    fn flag(&mut self, name: &str) -> Option<bool> {
        match self.map.get(name)? {
            Value::Bool(said) => Some(*said),
            Value::Null => None,
            _ => {
                self.wrong.push(format!("{name} must be a boolean value"));
                None
            }
        }
    }

    fn word<T: Copy>(&mut self, name: &str, known: &[(&'static str, T)]) -> Option<T> {
        let value = self.map.get(name).filter(|v| !v.is_null())?;
        let found = value.as_str().and_then(|word| known.iter().find(|(known, _)| *known == word));
        if found.is_none() {
            let words: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
            self.wrong.push(format!("{name} must be one of the following values: {}", words.join(", ")));
        }
        found.map(|(_, meant)| *meant)
    }

    fn number(&mut self, name: &str, least: u64, most: u64) -> Option<usize> {
        let value = self.map.get(name).filter(|v| !v.is_null())?;
        match value.as_i64() {
            Some(n) if n < least as i64 => self.wrong.push(format!("{name} must not be less than {least}")),
            Some(n) if n as u64 > most => self.wrong.push(format!("{name} must not be greater than {most}")),
            Some(n) => return Some(n as usize),
            None => self.wrong.push(format!("{name} must be an integer number")),
        }
        None
    }

    fn window(&mut self, name: &str) -> Window {
        let mut at = |suffix: &str| {
            let name = format!("{name}{suffix}");
            let value = self.map.get(&name).filter(|v| !v.is_null())?;
            let text = value.as_str().filter(|text| !self.strict || Moment::is_exact(text));
            let read = text.and_then(Moment::asked);
            if read.is_none() {
                self.wrong.push(format!("{name} must be a Date instance"));
            }
            read
        };
        Window(at("After"), at("Before"))
    }

    fn id(&mut self, name: &str) -> Option<Id> {
        let value = self.map.get(name).filter(|v| !v.is_null())?;
        let read = value.as_str().and_then(|text| text.parse().ok());
        if read.is_none() {
            self.wrong.push(format!("{name} must be a UUID"));
        }
        read
    }

    fn ids(&mut self, name: &str) -> Vec<Id> {
        let Some(value) = self.map.get(name).filter(|v| !v.is_null()) else { return Vec::new() };
        let read: Option<Vec<Id>> = value.as_array().and_then(|list| list.iter().map(|id| id.as_str()?.parse().ok()).collect());
        if read.is_none() {
            self.wrong.push(format!("each value in {name} must be a UUID"));
        }
        read.unwrap_or_default()
    }

    fn text(&self, name: &str) -> Option<String> {
        self.map.get(name).and_then(Value::as_str).map(str::to_owned)
    }
}

impl Search {
    /// Reads a request's body; nothing at all means everything.
    pub fn read(body: &Value, world: &World) -> Result<Search, Refusal> {
        let empty = Map::new();
        let mut f = Fields { map: body.as_object().unwrap_or(&empty), strict: world.version.is_3(), wrong: Vec::new() };
        if world.version.is_3() && ["filter", "orderBy", "cursor"].iter().any(|name| f.map.contains_key(*name)) {
            return Err(Refusal::invalid(vec!["filter is not served by this fake: it knows the flat shape".to_owned()]));
        }
        let visibility = f.word("visibility", &Visibility::ALL.map(|v| (v.word(), v)));
        let search = Search {
            visibility,
            kind: f.word("type", &Kind::ALL.map(|k| (k.word(), k))),
            with_deleted: f.flag("withDeleted").unwrap_or(false),
            with_exif: f.flag("withExif").unwrap_or(false),
            favourite: f.flag("isFavorite"),
            offline: f.flag("isOffline"),
            in_no_album: f.flag("isNotInAlbum").unwrap_or(false),
            moving: f.flag("isMotion"),
            library: if f.map.get("libraryId") == Some(&Value::Null) { Some(None) } else { f.id("libraryId").map(Some) },
            albums: f.ids("albumIds"),
            id: f.id("id"),
            checksum: f.text("checksum").map(|text| bytes_of(&text)),
            name: f.text("originalFileName").map(|text| text.to_lowercase()),
            path: f.text("originalPath").map(|text| text.to_lowercase()),
            taken: f.window("taken"),
            created: f.window("created"),
            updated: f.window("updated"),
            trashed: f.window("trashed"),
            ascending: f.word("order", &[("asc", true), ("desc", false)]).unwrap_or(false),
            page: f.number("page", 1, u64::from(u32::MAX)).unwrap_or(1),
            size: f.number("size", 1, 1000).unwrap_or(250),
        };
        if !f.wrong.is_empty() {
            return Err(Refusal::invalid(f.wrong));
        }
        if visibility == Some(Visibility::Locked) {
            return Err(Refusal::new(401, "Elevated permission is required"));
        }
        Ok(search)
    }

    /// What is found, in the order of its moments.
    fn found<'w>(&self, world: &'w World, asking: UserId) -> Vec<&'w Row> {
        let owners = world.searched_by(asking);
        let from = (self.taken.0.unwrap_or(Moment::micros(i64::MIN)), Id::LEAST);
        let to = (self.taken.1.unwrap_or(Moment::micros(i64::MAX)), Id::MOST);
        if from > to {
            return Vec::new();
        }
        let rows = world.by_taken.range(from..=to).map(|(_, id)| &world.rows[id]);
        rows.filter(|row| owners.contains(&row.owner) && self.holds(row, world)).collect()
    }

    fn holds(&self, row: &Row, world: &World) -> bool {
        // These three turn the trash on by themselves.
        let deleted_too = self.with_deleted || self.trashed.is_said() || self.offline == Some(true);
        let in_albums = |row: &Row| {
            let mut albums = world.albums.iter().filter(|album| self.albums.contains(&album.id));
            albums.any(|album| album.assets.contains(&row.id))
        };
        let seen = match (self.visibility, world.version.is_3()) {
            (Some(visibility), _) => row.visibility == visibility,
            (None, false) => row.visibility == Visibility::Timeline,
            (None, true) => row.visibility != Visibility::Locked,
        };
        let contains =
            |field: &str, asked: &Option<String>| asked.as_ref().is_none_or(|part| field.to_lowercase().contains(part.as_str()));
        seen && (deleted_too || row.trashed.is_none())
            && (!self.trashed.is_said() || row.trashed.is_some_and(|at| self.trashed.holds(at)))
            && self.created.holds(row.created)
            && self.updated.holds(row.updated)
            && (!self.with_exif || row.extracted.is_some())
            && self.kind.is_none_or(|kind| row.kind == kind)
            && self.favourite.is_none_or(|said| row.favourite == said)
            && self.offline.is_none_or(|said| row.offline == said)
            && self.moving.is_none_or(|said| row.live.is_some() == said)
            && self.library.is_none_or(|library| row.library == library)
            && self.id.is_none_or(|id| row.id == id)
            && self.checksum.as_ref().is_none_or(|asked| row.checksum().as_slice() == asked)
            && contains(&row.name, &self.name)
            && contains(&row.path, &self.path)
            && (self.albums.is_empty() || in_albums(row))
            && (!self.in_no_album || !world.albums.iter().any(|album| album.assets.contains(&row.id)))
    }

    /// One page. `nonce` is another one at each request: it shuffles what has equal timestamps.
    pub fn page<'w>(&self, world: &'w World, asking: UserId, nonce: u64) -> PageShape<'w> {
        let mut rows = self.found(world, asking);
        if !self.ascending {
            rows.reverse();
        }
        let from = (self.page - 1).saturating_mul(self.size).min(rows.len());
        let to = from.saturating_add(self.size).min(rows.len());
        // Only what shares its moment with something on the page can come to lie on it, or be pushed off it.
        let same = |a: usize, b: usize| rows[a].taken == rows[b].taken;
        let first = (0..from).rev().take_while(|&at| same(at, from.min(rows.len() - 1))).last().unwrap_or(from);
        let last = (to..rows.len()).take_while(|&at| to > 0 && same(at, to - 1)).last().map_or(to, |at| at + 1);
        for together in rows[first..last].chunk_by_mut(|a, b| a.taken == b.taken) {
            together.sort_by_cached_key(|row| mixed(row.id.low() ^ nonce));
        }
        let more = to < rows.len();
        let items =
            rows[from..to].iter().map(|row| AssetShape { row, told: Told::Found { with_exif: self.with_exif }, asking, world });
        PageShape { items: items.collect(), next: more.then(|| (self.page + 1).to_string()) }
    }

    /// How many there are.
    pub fn count(&self, world: &World, asking: UserId) -> usize {
        self.found(world, asking).len()
    }
}

fn bytes_of(text: &str) -> Vec<u8> {
    let hex = || (0..20).map(|at| u8::from_str_radix(text.get(at * 2..at * 2 + 2)?, 16).ok()).collect::<Option<Vec<u8>>>();
    match text.len() {
        28 => BASE64_STANDARD.decode(text).unwrap_or_default(),
        _ => hex().unwrap_or_default(),
    }
}

pub(super) struct PageShape<'w> {
    items: Vec<AssetShape<'w>>,
    next: Option<String>,
}

#[derive(Serialize)]
struct Albums {
    total: u64,
    count: u64,
    items: [(); 0],
    facets: [(); 0],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Assets<'p, 'w> {
    total: usize,
    count: usize,
    items: &'p [AssetShape<'w>],
    facets: [(); 0],
    next_page: &'p Option<String>,
}

#[derive(Serialize)]
struct Both<'p, 'w> {
    albums: Albums,
    assets: Assets<'p, 'w>,
}

impl Serialize for PageShape<'_> {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let count = self.items.len(); // `total` is no total: it counts the page
        let assets = Assets { total: count, count, items: &self.items, facets: [], next_page: &self.next };
        Both { albums: Albums { total: 0, count: 0, items: [], facets: [] }, assets }.serialize(to)
    }
}
