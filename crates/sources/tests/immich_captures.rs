//! What a real server (Immich 2.4.1) answered, said again: each captured answer goes over a socket to the client.
//!
//! Where the client has a call for what was asked, that call hears the answer, and what it understood is compared with the answer's
//! own text. Refusals of all other calls are heard too, for Immich words them alike everywhere; other answers are read by the shapes
//! that they share with those in use, or heard as a server that answers something else. No capture is left out.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // helpers of tests, which clippy.toml's exception does not reach

mod scripted;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use lightproof_sources::immich::{
    api::Api,
    error::ImmichError,
    http::Line,
    key::ApiKey,
    listed::{RemoteId, Visibility},
    wire::{Album, AlbumUser, Asset, AssetCounts, KeyInfo, Library, Queue, Search, User},
};
use scripted::{Answer, CANARY, Scripted};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sha1::{Digest, Sha1};

const ID: RemoteId = RemoteId(1);

struct Capture {
    name: String,
    method: String,
    /// Without `/api`, without what follows `?`, and with `{id}` for each id.
    path: String,
    range: Option<String>,
    status: u16,
    headers: Vec<(String, String)>,
    /// The body as JSON, without the words that stand for what was left out of long lists.
    body: Value,
    bytes: Vec<u8>,
}

/// The captures, or nothing where they are not at hand.
fn captures() -> Option<(PathBuf, Vec<Capture>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/immich/captures");
    let Ok(listing) = fs::read_dir(&folder) else {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "shared corpus missing: {}", folder.display());
        println!("shared corpus missing: {}", folder.display());
        return None;
    };
    let mut files: Vec<PathBuf> =
        listing.map(|file| file.unwrap().path()).filter(|path| path.extension().is_some_and(|e| e == "json")).collect();
    files.sort();
    Some((folder, files.iter().map(|file| Capture::read(file)).collect()))
}

impl Capture {
    fn read(file: &Path) -> Capture {
        let mut whole: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
        let (request, response) = (whole["request"].take(), whole["response"].take());
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let headers = response["headers"].as_object().unwrap().iter().map(|(name, value)| (name.clone(), text(value))).collect();
        let mut body = response["body"].clone();
        without_omissions(&mut body);
        let asked = text(&request["path"]);
        let path = asked.split('?').next().unwrap().trim_start_matches("/api").split('/');
        let path = path.map(|part| if RemoteId::parse(part).is_some() { "{id}" } else { part }).collect::<Vec<_>>().join("/");
        let mut capture = Capture {
            name: file.file_stem().unwrap().to_string_lossy().into_owned(),
            method: text(&request["method"]),
            path,
            range: request["headers"]["Range"].as_str().map(str::to_owned),
            status: response["status"].as_u64().unwrap().try_into().unwrap(),
            headers,
            bytes: Vec::new(),
            body,
        };
        capture.bytes = capture.bytes_sent();
        capture
    }

    fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
    }

    /// The body as it was sent; a picture, of which only size and first bytes are captured, goes on with zeros.
    fn bytes_sent(&self) -> Vec<u8> {
        match &self.body {
            Value::Null => Vec::new(),
            Value::String(text) => text.clone().into_bytes(),
            body if body["_binary"] == true => {
                // An error of a call for a picture has the picture's type: its text is known, but for its mark.
                let words =
                    json!({"message": "Internal server error", "statusCode": 500, "correlationId": self.header("x-immich-cid")});
                let words = format!(
                    r#"{{"message":{},"statusCode":{},"correlationId":{}}}"#,
                    words["message"], words["statusCode"], words["correlationId"]
                );
                let sha1: String = Sha1::digest(&words).iter().map(|byte| format!("{byte:02x}")).collect();
                if body["sha1"] == sha1 {
                    return words.into_bytes();
                }
                assert!(self.status < 400, "{}: the text of an error is not known", self.name);
                let hex = body["first16_hex"].as_str().unwrap();
                let mut bytes: Vec<u8> =
                    (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap()).collect();
                bytes.resize(body["bytes"].as_u64().unwrap().try_into().unwrap(), 0);
                bytes
            }
            body => body.to_string().into_bytes(),
        }
    }

    fn answer(&self) -> Answer {
        let of_the_transport = ["content-length", "transfer-encoding", "content-encoding", "connection", "keep-alive"];
        let kept = |(name, _): &&(String, String)| !of_the_transport.contains(&name.to_ascii_lowercase().as_str());
        let mut headers: Vec<(&str, &str)> = self.headers.iter().filter(kept).map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let length = self.bytes.len().to_string();
        if self.status != 204 && self.status != 304 {
            headers.push(("Content-Length", &length));
        } else {
            headers.push(("X-Without-Body", "yes"));
        }
        Answer::new(self.status, &headers, &self.bytes)
    }

    /// What the client understands of this answer, by one of its calls.
    fn heard_by<T>(&self, call: impl FnOnce(&Api) -> Result<T, ImmichError>) -> Result<T, ImmichError> {
        let (answer, path) = (self.answer(), self.path.clone());
        let server = Scripted::by(move |request, _| match request.split_whitespace().nth(1).unwrap_or_default() {
            // A server without `/queues` is one with `/jobs`.
            "/api/queues" if path == "/jobs" => Answer::json(404, r#"{"message":"Cannot GET /api/queues","statusCode":404}"#),
            "/api/server/config" if path != "/server/config" => Answer::json(200, r#"{"maintenanceMode":false}"#),
            _ => answer.clone(),
        });
        let api = Api::with_key(Arc::new(Line::to(server.server())), ApiKey::new(CANARY).unwrap());
        call(&api)
    }

    fn reads_as<T: DeserializeOwned>(&self) -> T {
        serde_json::from_value(self.body.clone()).unwrap_or_else(|error| panic!("{}: {error}", self.name))
    }

    fn list(&self) -> &[Value] {
        self.body.as_array().unwrap()
    }
}

/// Takes the words out that stand for what was left out of a long list.
fn without_omissions(value: &mut Value) {
    match value {
        Value::Array(list) => {
            list.retain(|member| !member.as_str().is_some_and(|words| words.starts_with("... ") && words.ends_with(" in all")));
            list.iter_mut().for_each(without_omissions);
        }
        Value::Object(fields) => fields.values_mut().for_each(without_omissions),
        _ => {}
    }
}

/// Hears a capture by the client's own call; `false` where it has none.
fn by_its_call(capture: &Capture) -> Option<Result<(), ImmichError>> {
    let body = &capture.body;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    Some(match (capture.method.as_str(), capture.path.as_str()) {
        ("GET", "/server/ping") => capture.heard_by(Api::ping),
        ("GET", "/server/version") => capture.heard_by(Api::version).map(|version| {
            assert_eq!(version.to_string(), format!("{}.{}.{}", body["major"], body["minor"], body["patch"]));
        }),
        ("GET", "/server/config") => capture.heard_by(Api::config).map(|config| {
            assert_eq!(json!(config.maintenance_mode), body["maintenanceMode"]);
            assert_eq!(json!(config.is_initialized), body["isInitialized"]);
            assert_eq!(json!(config.trash_days), body["trashDays"]);
        }),
        ("GET", "/server/version-history") => capture.heard_by(Api::version_history).map(|rows| {
            let told: Vec<_> = rows.iter().map(|row| json!([row.version, row.created_at])).collect();
            let there: Vec<_> = capture.list().iter().map(|row| json!([row["version"], row["createdAt"]])).collect();
            assert_eq!(told, there);
        }),
        ("GET", "/users/me") => capture.heard_by(Api::me).map(|me| is_user(&me, body)),
        ("GET", "/users") => capture.heard_by(Api::users).map(|users| {
            let told: Vec<_> = users.iter().map(|user| json!([user.id, user.name])).collect();
            let there: Vec<_> = capture.list().iter().map(|user| json!([user["id"], user["name"]])).collect();
            assert_eq!(told, there);
        }),
        ("GET", "/api-keys/me") => capture.heard_by(Api::key_info).map(|key| {
            assert_eq!(json!([key.name, key.permissions]), json!([body["name"], body["permissions"]]));
        }),
        ("GET", "/assets/statistics") => {
            capture.heard_by(|api| api.asset_counts(Visibility::Timeline, false)).map(|counts| is_counts(counts, body))
        }
        ("GET", "/admin/users/{id}/statistics") => {
            capture.heard_by(|api| api.asset_counts_of(ID, Visibility::Archive, true)).map(|counts| is_counts(counts, body))
        }
        ("POST", "/search/metadata") => capture.heard_by(|api| api.search(&Search::default())).map(|page| {
            let listed = body["assets"]["items"].as_array().unwrap();
            assert_eq!(page.items.len(), listed.len());
            page.items.iter().zip(listed).for_each(|(asset, listed)| is_asset(asset, listed));
            assert_eq!(json!(page.next_page), body["assets"]["nextPage"]);
        }),
        ("GET", "/albums") => capture.heard_by(Api::albums).map(|albums| {
            assert_eq!(albums.len(), capture.list().len());
            albums.iter().zip(capture.list()).for_each(|(album, listed)| is_album(album, listed));
        }),
        ("GET", "/libraries") => capture.heard_by(Api::libraries).map(|libraries| {
            assert_eq!(libraries.len(), capture.list().len());
            libraries.iter().zip(capture.list()).for_each(|(library, listed)| is_library(library, listed));
        }),
        ("GET", "/server/statistics") => capture.heard_by(Api::server_statistics).map(|told| {
            assert_eq!(json!([told.photos, told.videos, told.usage]), json!([body["photos"], body["videos"], body["usage"]]));
            let users: Vec<_> =
                told.usage_by_user.iter().map(|user| json!([user.user_id, user.usage, user.quota_size_in_bytes])).collect();
            let there = body["usageByUser"].as_array().unwrap();
            assert_eq!(
                users,
                there.iter().map(|user| json!([user["userId"], user["usage"], user["quotaSizeInBytes"]])).collect::<Vec<_>>()
            );
        }),
        ("GET", "/server/storage") => capture.heard_by(Api::storage).map(|storage| {
            assert_eq!(json!([storage.disk_size_raw, storage.disk_use_raw]), json!([body["diskSizeRaw"], body["diskUseRaw"]]));
            assert_eq!(json!(storage.disk_available_raw), body["diskAvailableRaw"]);
        }),
        ("GET", "/server/about") => capture.heard_by(Api::about).map(|about| {
            assert_eq!(
                json!([about.version, about.exiftool, about.libvips]),
                json!([body["version"], body["exiftool"], body["libvips"]])
            );
        }),
        ("GET", "/queues") => capture.heard_by(Api::queues).map(|queues| {
            assert_eq!(queues.len(), capture.list().len());
            queues.iter().zip(capture.list()).for_each(|(queue, listed)| {
                is_queue(queue, &text(&listed["name"]), &listed["isPaused"], &listed["statistics"]);
            });
        }),
        ("GET", "/jobs") => capture.heard_by(Api::queues).map(|queues| {
            assert_eq!(queues.len(), body.as_object().unwrap().len());
            for queue in &queues {
                let listed = &body[&queue.name];
                is_queue(queue, &queue.name, &listed["queueStatus"]["isPaused"], &listed["jobCounts"]);
            }
        }),
        ("GET", "/assets/{id}/original") => by_range(capture),
        ("GET", "/assets/{id}/thumbnail") => capture.heard_by(|api| api.thumbnail(ID)).map(|picture| match picture {
            Some(bytes) => assert!(bytes == capture.bytes, "{}", capture.name),
            None => assert!(matches!(capture.status, 400 | 404), "{}", capture.name),
        }),
        _ => return None,
    })
}

/// Asks for the part that was sent, or for the beginning where all was sent.
fn by_range(capture: &Capture) -> Result<(), ImmichError> {
    let part = capture.header("content-range").strip_prefix("bytes ").and_then(|range| range.split_once('/'));
    let (first, length) = match part {
        Some(("*", _)) => {
            let first = capture.range.as_deref().and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-'));
            (first.unwrap().parse().unwrap(), 10)
        }
        Some((range, _)) => {
            let (first, last) = range.split_once('-').unwrap();
            let (first, last): (u64, u64) = (first.parse().unwrap(), last.parse().unwrap());
            (first, last - first + 1)
        }
        None => (0, 1000),
    };
    let of = part.map_or(capture.bytes.len().to_string(), |(_, of)| of.to_owned());
    let piece = capture.heard_by(|api| api.original(ID, first, length))?;
    assert_eq!(piece.of.to_string(), of, "{}", capture.name);
    if capture.status == 500 {
        assert!(piece.bytes.is_empty());
    } else {
        assert!(piece.bytes == capture.bytes[..usize::try_from(length).unwrap()], "{}", capture.name);
    }
    Ok(())
}

fn is_user(user: &User, body: &Value) {
    assert_eq!(json!([user.id, user.name, user.email]), json!([body["id"], body["name"], body["email"]]));
    assert_eq!(json!([user.is_admin, user.storage_label]), json!([body["isAdmin"], body["storageLabel"]]));
    let quota = json!([user.quota_size_in_bytes, user.quota_usage_in_bytes]);
    assert_eq!(quota, json!([body["quotaSizeInBytes"], body["quotaUsageInBytes"]]));
}

fn is_counts(counts: AssetCounts, body: &Value) {
    assert_eq!(json!([counts.images, counts.videos, counts.total]), json!([body["images"], body["videos"], body["total"]]));
}

fn is_asset(asset: &Asset, body: &Value) {
    let told = json!({
        "id": asset.id, "ownerId": asset.owner_id, "type": asset.kind, "originalPath": asset.original_path,
        "originalFileName": asset.original_file_name, "fileCreatedAt": asset.file_created_at,
        "fileModifiedAt": asset.file_modified_at, "createdAt": asset.created_at, "updatedAt": asset.updated_at,
        "checksum": asset.checksum, "visibility": asset.visibility, "isTrashed": asset.is_trashed, "isOffline": asset.is_offline,
        "isFavorite": asset.is_favorite, "libraryId": asset.library_id, "livePhotoVideoId": asset.live_photo_video_id,
    });
    for (name, value) in told.as_object().unwrap() {
        assert_eq!(*value, body[name], "{name} of {}", asset.id);
    }
    assert_eq!(json!(asset.exif_info.as_ref().and_then(|exif| exif.file_size_in_byte)), body["exifInfo"]["fileSizeInByte"]);
}

fn is_album(album: &Album, body: &Value) {
    assert_eq!(json!([album.id, album.album_name, album.owner_id]), json!([body["id"], body["albumName"], body["ownerId"]]));
    let users: Vec<_> = album.album_users.iter().map(|AlbumUser { role, user }| json!([role, user.id])).collect();
    let there = body["albumUsers"].as_array().unwrap();
    assert_eq!(users, there.iter().map(|user| json!([user["role"], user["user"]["id"]])).collect::<Vec<_>>());
}

fn is_library(library: &Library, body: &Value) {
    assert_eq!(json!([library.id, library.name, library.owner_id]), json!([body["id"], body["name"], body["ownerId"]]));
    assert_eq!(json!([library.asset_count, library.import_paths]), json!([body["assetCount"], body["importPaths"]]));
}

fn is_queue(queue: &Queue, name: &str, paused: &Value, counts: &Value) {
    assert_eq!((queue.name.as_str(), json!(queue.is_paused)), (name, paused.clone()));
    let told = queue.statistics;
    let told = json!([told.active, told.waiting, told.delayed, told.failed, told.paused]);
    assert_eq!(told, json!([counts["active"], counts["waiting"], counts["delayed"], counts["failed"], counts["paused"]]));
}

/// Reads an answer of a call that the client does not have by a shape that it shares with one that it has.
fn by_a_shape(capture: &Capture) -> bool {
    let body = &capture.body;
    if !(200..300).contains(&capture.status) {
        return false;
    }
    match capture.path.as_str() {
        "/assets/{id}" => is_asset(&capture.reads_as(), body),
        "/search/random" | "/search/large-assets" => {
            capture.reads_as::<Vec<Asset>>().iter().zip(capture.list()).for_each(|(asset, body)| is_asset(asset, body));
        }
        "/albums/{id}" | "/albums" => is_album(&capture.reads_as(), body),
        "/admin/users" if body.is_array() => {
            capture.reads_as::<Vec<User>>().iter().zip(capture.list()).for_each(|(user, body)| is_user(user, body));
        }
        "/admin/users" | "/admin/users/{id}" => is_user(&capture.reads_as(), body),
        "/libraries" => is_library(&capture.reads_as(), body),
        "/queues/thumbnailGeneration" => {
            is_queue(&capture.reads_as(), "thumbnailGeneration", &body["isPaused"], &body["statistics"]);
        }
        "/api-keys" if body.is_array() => assert_eq!(capture.reads_as::<Vec<KeyInfo>>().len(), capture.list().len()),
        "/duplicates" if body.is_array() => {
            let assets = capture.list().iter().flat_map(|group| group["assets"].as_array().unwrap());
            assets.for_each(|asset| is_asset(&serde_json::from_value(asset.clone()).unwrap(), asset));
        }
        "/stacks" | "/stacks/{id}" if body["assets"].is_array() => {
            for asset in body["assets"].as_array().unwrap() {
                is_asset(&serde_json::from_value(asset.clone()).unwrap(), asset);
            }
        }
        _ => return false,
    }
    true
}

/// The kind of error that a refusal is, by the words that Immich uses.
fn expected(capture: &Capture) -> &'static str {
    match (capture.status, capture.body["message"].as_str()) {
        (401, Some("Elevated permission is required")) | (403, _) => "key-forbidden",
        (401, _) => "bad-key",
        (400 | 404, _) => "not-there",
        (300..304, _) => "server-redirects",
        (204 | 206 | 304, _) => "answer-garbled",
        _ => "server-failed",
    }
}

/// What the client says when it hears this in place of what it asked for.
fn by_another_call(capture: &Capture) -> Vec<ImmichError> {
    let me = capture.heard_by(Api::me).err();
    let page = capture.heard_by(|api| api.search(&Search::default())).err();
    let piece = capture.heard_by(|api| api.original(ID, 0, 10)).err();
    [me, page, piece].into_iter().flatten().collect()
}

#[test]
fn everything_that_a_real_server_said_is_understood() {
    let Some((folder, captures)) = captures() else { return };
    let mut roads: BTreeMap<&str, usize> = BTreeMap::new();
    for capture in &captures {
        let road = if let Some(answer) = by_its_call(capture) {
            match answer {
                Ok(()) => "understood by its call",
                Err(error) => {
                    assert_eq!(error.kind(), expected(capture), "{}: {error}", capture.name);
                    "refused, heard by its call"
                }
            }
        } else if capture.status >= 400 {
            let errors = by_another_call(capture);
            assert_eq!(errors.len(), 3, "{}", capture.name);
            assert!(errors.iter().all(|error| error.kind() == expected(capture)), "{}: {errors:?}", capture.name);
            "refused, heard by another call"
        } else if by_a_shape(capture) {
            "understood by a shape"
        } else {
            for error in by_another_call(capture) {
                let strange = ["answer-garbled", "not-immich", "not-there", "server-redirects"];
                assert!(strange.contains(&error.kind()), "{}: {error:?}", capture.name);
            }
            "not asked for by the client, and not mistaken for an answer"
        };
        *roads.entry(road).or_default() += 1;
    }
    println!("{} captures: {roads:#?}", captures.len());
    assert_eq!(roads.values().sum::<usize>(), captures.len());
    let index = fs::read_to_string(folder.join("INDEX.md")).unwrap();
    let indexed: BTreeSet<&str> =
        index.lines().filter_map(|line| line.strip_prefix("| ")?.split_once(".json |").map(|(name, _)| name)).collect();
    let heard: BTreeSet<&str> = captures.iter().map(|capture| capture.name.as_str()).collect();
    assert_eq!(heard, indexed, "each capture that the index names was heard, and no other");
    assert!(captures.len() >= 300);
    for (road, least) in [
        ("understood by its call", 70),
        ("refused, heard by its call", 15),
        ("refused, heard by another call", 35),
        ("understood by a shape", 50),
        ("not asked for by the client, and not mistaken for an answer", 90),
    ] {
        let went = roads.get(road).copied().unwrap_or_default();
        assert!(went >= least, "only {went} captures were {road}");
    }
}
