//! The JSON of users, assets and albums: which fields there are in which call, in 2.4 and from 3.0 on.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::{Value, json};

use super::{
    id::Id,
    moment::Moment,
    row::{Extracted, Row, Visibility},
    user::User,
    world::{Album, Stack, UserId, World},
};

/// Where an asset is told of; each call leaves out other fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// By a search, with `exifInfo` or without.
    Found { with_exif: bool },
    /// By `GET /assets/{id}`.
    Alone,
    /// By `PUT /assets/{id}`.
    Changed,
    /// Inside an album or a stack: its instants are written as the database writes them.
    Inside,
}

pub(super) struct AssetShape<'a> {
    pub row: &'a Row,
    pub told: Told,
    pub asking: UserId,
    pub world: &'a World,
}

impl Serialize for AssetShape<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let (row, told, new) = (self.row, self.told, self.world.version.is_3());
        let at = |moment: Moment| At(moment, told == Told::Inside);
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("id", &row.id)?;
        map.serialize_entry("createdAt", &at(row.created))?;
        if !new {
            let device =
                if row.library.is_some() { row.name.replace(' ', "") } else { format!("{}-{}", row.name, row.original.length()) };
            map.serialize_entry("deviceAssetId", &device)?;
        }
        map.serialize_entry("ownerId", &row.owner)?;
        if told == Told::Alone && !new {
            map.serialize_entry("owner", &owner(self.world.user(row.owner)))?;
        }
        if !new {
            map.serialize_entry("deviceId", if row.library.is_some() { "Library Import" } else { "WEB" })?;
        }
        map.serialize_entry("libraryId", &row.library)?;
        map.serialize_entry("type", row.kind.word())?;
        map.serialize_entry("originalPath", &row.path)?;
        map.serialize_entry("originalFileName", &row.name)?;
        map.serialize_entry("originalMimeType", &row.mime)?;
        map.serialize_entry("thumbhash", &row.thumbnail.as_ref().map(|_| thumbhash(row.id)))?;
        map.serialize_entry("fileCreatedAt", &at(row.taken))?;
        map.serialize_entry("fileModifiedAt", &at(row.modified))?;
        map.serialize_entry("localDateTime", &at(row.local))?;
        map.serialize_entry("updatedAt", &at(row.updated))?;
        map.serialize_entry("isFavorite", &(row.favourite && row.owner == self.asking))?;
        map.serialize_entry("isArchived", &(row.visibility == Visibility::Archive))?;
        map.serialize_entry("isTrashed", &row.trashed.is_some())?;
        map.serialize_entry("visibility", row.visibility.word())?;
        if new {
            map.serialize_entry("duration", &(row.milliseconds > 0).then_some(row.milliseconds))?;
            map.serialize_entry("width", &row.extracted.as_ref().and_then(|e| e.pixels).map(|p| p.0))?;
            map.serialize_entry("height", &row.extracted.as_ref().and_then(|e| e.pixels).map(|p| p.1))?;
            map.serialize_entry("isEdited", &false)?;
        } else {
            map.serialize_entry("duration", &duration(row.milliseconds))?;
        }
        if let (Some(extracted), true) = (&row.extracted, told != (Told::Found { with_exif: false })) {
            map.serialize_entry("exifInfo", &exif(row, extracted))?;
        }
        map.serialize_entry("livePhotoVideoId", &row.live)?;
        if told == Told::Alone {
            map.serialize_entry("tags", &[(); 0])?;
        }
        map.serialize_entry("people", &[(); 0])?;
        if matches!(told, Told::Alone | Told::Changed) && !new {
            map.serialize_entry("unassignedFaces", &[(); 0])?;
        }
        map.serialize_entry("checksum", &BASE64_STANDARD.encode(row.checksum()))?;
        if told == Told::Alone {
            map.serialize_entry("stack", &stack(row, self.world))?;
        }
        map.serialize_entry("isOffline", &row.offline)?;
        map.serialize_entry("hasMetadata", &true)?;
        map.serialize_entry("duplicateId", &row.duplicate)?;
        if new {
            map.serialize_entry("aFieldOfALaterVersion", &json!({ "nested": [1, "two"] }))?;
        }
        map.serialize_entry("resized", &true)?;
        map.end()
    }
}

/// An instant in one of the two ways.
struct At(Moment, bool);

impl Serialize for At {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if self.1 { self.0.aggregated().serialize(to) } else { self.0.json().serialize(to) }
    }
}

/// Twenty-eight letters of nothing.
fn thumbhash(id: Id) -> String {
    BASE64_STANDARD.encode([id.bytes().as_slice(), &id.bytes()[..5]].concat())
}

fn duration(milliseconds: u64) -> String {
    let seconds = milliseconds / 1000;
    if milliseconds == 0 {
        return "0:00:00.00000".to_owned(); // the two ways of writing a duration are the server's
    }
    format!("{:02}:{:02}:{:02}.{:03}", seconds / 3600, seconds / 60 % 60, seconds % 60, milliseconds % 1000)
}

fn exif(row: &Row, e: &Extracted) -> Value {
    // A file without a date of its own gets the older of its times: Immich invents rather than leaves empty.
    let taken = e.taken.unwrap_or(row.taken);
    let size = Some(row.original.length()).filter(|&bytes| bytes > 0);
    json!({
        "make": e.make, "model": e.model, "exifImageWidth": e.pixels.map(|p| p.0), "exifImageHeight": e.pixels.map(|p| p.1),
        "fileSizeInByte": size, "orientation": e.orientation, "dateTimeOriginal": taken.aggregated(),
        "modifyDate": row.modified.aggregated(), "timeZone": e.zone, "lensModel": null, "fNumber": null, "focalLength": null,
        "iso": null, "exposureTime": null, "latitude": e.place.map(|p| p.0), "longitude": e.place.map(|p| p.1), "city": null,
        "state": null, "country": null, "description": e.description, "projectionType": null, "rating": e.rating,
    })
}

fn stack(row: &Row, world: &World) -> Option<Value> {
    let stack = world.stacks.iter().find(|stack| Some(stack.id) == row.stack)?;
    Some(json!({ "id": stack.id, "primaryAssetId": stack.assets.first(), "assetCount": stack.assets.len() }))
}

/// `GET /stacks`: with its assets.
pub(super) fn stack_with_assets(stack: &Stack, world: &World) -> Value {
    let rows = stack.assets.iter().filter_map(|id| world.rows.get(id)).filter(|row| row.trashed.is_none());
    json!({
        "id": stack.id, "primaryAssetId": stack.assets.first(),
        "assets": rows.map(|row| inside(row, stack.owner, world)).collect::<Vec<_>>(),
    })
}

fn inside(row: &Row, asking: UserId, world: &World) -> Value {
    serde_json::to_value(AssetShape { row, told: Told::Inside, asking, world }).expect("these shapes have text keys only")
}

/// A user as others see it, inside something else.
pub(super) fn owner(user: &User) -> Value {
    brief(user, json!(user.created.aggregated()))
}

/// A user as others see it.
pub(super) fn other(user: &User) -> Value {
    brief(user, json!(user.created.json()))
}

fn brief(user: &User, changed: Value) -> Value {
    json!({
        "id": user.id, "email": user.email, "name": user.name, "profileImagePath": "", "avatarColor": user.colour,
        "profileChangedAt": changed,
    })
}

/// A user as itself and the administrators see it.
pub(super) fn full(user: &User, world: &World) -> Value {
    let mut value = other(user);
    let uploads = world.rows.values().filter(|row| row.owner == user.id && row.library.is_none());
    let rest = json!({
        "storageLabel": user.label, "shouldChangePassword": false, "isAdmin": user.admin, "createdAt": user.created.json(),
        "deletedAt": null, "updatedAt": user.created.json(), "oauthId": "", "quotaSizeInBytes": user.quota,
        "quotaUsageInBytes": uploads.map(|row| row.original.length()).sum::<u64>(), "status": "active", "license": null,
    });
    value.as_object_mut().expect("an object").extend(rest.as_object().expect("an object").clone());
    value
}

/// How much of an album is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// In a list: no assets.
    Listed,
    /// By itself, with assets or without.
    Alone { with_assets: bool },
    /// As it was just made or changed.
    Made { with_assets: bool },
}

pub(super) fn album(album: &Album, depth: Depth, asking: UserId, world: &World) -> Value {
    let new = world.version.is_3();
    let mut rows: Vec<&Row> = album.assets.iter().filter_map(|id| world.rows.get(id)).collect();
    rows.retain(|row| row.trashed.is_none() && row.visibility != Visibility::Locked);
    rows.sort_by_key(|row| (std::cmp::Reverse(row.taken), row.id));
    let mut users: Vec<Value> =
        album.shared_with.iter().map(|&(id, role)| json!({ "user": owner(world.user(id)), "role": role })).collect();
    let mut value = json!({
        "albumName": album.name, "description": album.description, "albumThumbnailAssetId": album.assets.first(),
        "createdAt": album.created.json(), "updatedAt": album.updated.json(), "id": album.id,
    });
    let fields = value.as_object_mut().expect("an object");
    let mut put = |name: &str, value: Value| drop(fields.insert(name.to_owned(), value));
    if new {
        users.insert(0, json!({ "user": owner(world.user(album.owner)), "role": "owner" }));
    } else {
        put("ownerId", json!(album.owner));
        put("owner", owner(world.user(album.owner)));
    }
    put("albumUsers", json!(users));
    put("shared", json!(!album.shared_with.is_empty()));
    put("hasSharedLink", json!(false));
    let locals = || rows.iter().map(|row| row.local);
    if let (Some(first), Some(last)) = (locals().min(), locals().max()) {
        let made = matches!(depth, Depth::Made { .. });
        let date = |m: Moment| if made { json!(m.aggregated()) } else { json!(m.day().json()) };
        put("startDate", date(first));
        put("endDate", date(last));
    }
    let with_assets = matches!(depth, Depth::Alone { with_assets: true } | Depth::Made { with_assets: true });
    if !new {
        let shown = rows.iter().filter(|_| with_assets).map(|row| inside(row, asking, world));
        put("assets", shown.collect());
    }
    put("assetCount", json!(rows.len()));
    put("isActivityEnabled", json!(true));
    put("order", json!("desc"));
    if let (false, Some(last)) = (matches!(depth, Depth::Made { .. }), rows.iter().map(|row| row.updated).max()) {
        put("lastModifiedAssetTimestamp", json!(last.json()));
    }
    if let (Depth::Alone { .. }, false) = (depth, album.shared_with.is_empty()) {
        let mut counts: std::collections::BTreeMap<UserId, usize> = std::collections::BTreeMap::new();
        rows.iter().for_each(|row| *counts.entry(row.owner).or_default() += 1);
        put("contributorCounts", counts.into_iter().map(|(id, n)| json!({ "userId": id, "assetCount": n })).collect());
    }
    if new {
        put("anotherFieldOfALaterVersion", json!(true));
    }
    value
}
