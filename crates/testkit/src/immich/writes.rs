//! The few calls that change something and that can be undone: visibility, favourite, dates, albums.

use serde_json::{Value, json};

use super::{
    answer::{Answer, Refusal},
    dates::{self, Edit},
    id::Id,
    moment::Moment,
    routes::Ask,
    row::{Row, Visibility},
    shapes::{self, AssetShape, Depth, Told as As},
    world::{Version, World},
};

type Told = Result<Answer, Refusal>;

/// What is to become of an asset.
#[derive(Debug, Clone, Copy, Default)]
struct Change {
    visibility: Option<Visibility>,
    favourite: Option<bool>,
    date: Option<Edit>,
}

impl Change {
    /// Only what can be undone is served; other fields that 2.4 knows are refused, and unknown ones ignored as it does.
    fn read(body: &Value, version: Version) -> Result<Change, Refusal> {
        let mut change = Change { date: Edit::read(body, version)?, ..Change::default() };
        let mut wrong = Vec::new();
        if let Some(value) = body.get("visibility").filter(|v| !v.is_null()) {
            change.visibility = Visibility::ALL.into_iter().find(|v| Some(v.word()) == value.as_str());
            if change.visibility.is_none() {
                wrong.push("visibility must be one of the following values: archive, timeline, hidden, locked".to_owned());
            }
        }
        if let Some(value) = body.get("isFavorite").filter(|v| !v.is_null()) {
            change.favourite = value.as_bool();
            if change.favourite.is_none() {
                wrong.push("isFavorite must be a boolean value".to_owned());
            }
        }
        if wrong.is_empty() { Ok(change) } else { Err(Refusal::invalid(wrong)) }
    }

    fn carry_out(self, row: &mut Row) {
        row.visibility = self.visibility.unwrap_or(row.visibility);
        row.favourite = self.favourite.unwrap_or(row.favourite);
    }

    /// What is locked leaves its albums.
    fn locks(self) -> bool {
        self.visibility == Some(Visibility::Locked)
    }
}

fn ids(body: &Value, field: &str) -> Result<Vec<Id>, Refusal> {
    let list = body.get(field).and_then(Value::as_array);
    let read: Option<Vec<Id>> = list.and_then(|list| list.iter().map(|id| id.as_str()?.parse().ok()).collect());
    read.ok_or_else(|| Refusal::invalid(vec![format!("each value in {field} must be a UUID")]))
}

/// All or nothing, in one moment.
pub(super) fn change_assets(world: &mut World, ask: &Ask) -> Told {
    let body = ask.json()?;
    let (ids, change) = (ids(&body, "ids")?, Change::read(&body, world.version)?);
    if !ids.iter().all(|&id| world.may_change(ask.user(), id)) {
        return Err(Refusal::no_access("asset.update"));
    }
    let now = world.tick();
    for id in ids {
        carry_out(world, id, change, now);
    }
    Ok(Answer::empty(204))
}

pub(super) fn change_asset(world: &mut World, ask: &Ask) -> Told {
    let (id, change) = (ask.id("id")?, Change::read(&ask.json()?, world.version)?);
    if !world.may_change(ask.user(), id) {
        return Err(Refusal::no_access("asset.update"));
    }
    let now = world.tick();
    carry_out(world, id, change, now);
    Ok(Answer::json(200, &AssetShape { row: &world.rows[&id], told: As::Changed, asking: ask.user(), world }))
}

fn carry_out(world: &mut World, id: Id, change: Change, now: Moment) {
    world.change_at(id, now, |row, _| change.carry_out(row));
    if let Some(edit) = change.date {
        dates::ask(world, id, edit, now);
    }
    if change.locks() {
        world.albums.iter_mut().for_each(|album| album.assets.retain(|&held| held != id));
    }
}

pub(super) fn create_album(world: &mut World, ask: &Ask) -> Told {
    let (me, body) = (ask.user(), ask.json()?);
    let Some(name) = body.get("albumName").and_then(Value::as_str) else {
        return Err(Refusal::invalid(vec!["albumName must be a string".to_owned()]));
    };
    let asked = if body.get("assetIds").is_some() { ids(&body, "assetIds")? } else { Vec::new() };
    // Assets that may not be shared are left out without a word.
    let shared: Vec<Id> = asked.into_iter().filter(|&id| world.may_change(me, id)).collect();
    let id = world.add_album(me, name, shared);
    if let (Some(text), Some(album)) = (body.get("description").and_then(Value::as_str), world.album_mut(id)) {
        album.description = text.to_owned();
    }
    let album = world.album(id).expect("it was just made");
    Ok(Answer::json(201, &shapes::album(album, Depth::Made { with_assets: true }, me, world)))
}

fn album_to_change(world: &World, ask: &Ask, permission: &str) -> Result<Id, Refusal> {
    let id = ask.id("id")?;
    let may = |album: &super::world::Album| {
        album.owner == ask.user() || album.shared_with.iter().any(|&(with, role)| with == ask.user() && role == "editor")
    };
    world.album(id).filter(|album| may(album)).map(|album| album.id).ok_or_else(|| Refusal::no_access(permission))
}

pub(super) fn add_to_album(world: &mut World, ask: &Ask) -> Told {
    let album = album_to_change(world, ask, "albumAsset.create")?;
    let mut told = Vec::new();
    let mut added = false;
    for id in ids(&ask.json()?, "ids")? {
        let may = world.may_change(ask.user(), id);
        let album = world.album_mut(album).expect("it was just found");
        told.push(match may {
            _ if album.assets.contains(&id) => failed(id, "duplicate"),
            false => failed(id, "no_permission"),
            true => {
                added |= album.assets.insert(id);
                json!({ "id": id, "success": true })
            }
        });
    }
    Ok(updated(world, album, added, &told))
}

pub(super) fn take_from_album(world: &mut World, ask: &Ask) -> Told {
    let album = album_to_change(world, ask, "albumAsset.delete")?;
    let mut told = Vec::new();
    let mut taken = false;
    for id in ids(&ask.json()?, "ids")? {
        let was_there = world.album_mut(album).expect("it was just found").assets.remove(&id);
        taken |= was_there;
        told.push(if was_there { json!({ "id": id, "success": true }) } else { failed(id, "not_found") });
    }
    Ok(updated(world, album, taken, &told))
}

fn failed(id: Id, error: &str) -> Value {
    json!({ "id": id, "success": false, "error": error })
}

fn updated(world: &mut World, album: Id, changed: bool, told: &[Value]) -> Answer {
    let now = world.tick();
    if let Some(album) = world.album_mut(album).filter(|_| changed) {
        album.updated = now;
    }
    Answer::json(200, &told)
}
