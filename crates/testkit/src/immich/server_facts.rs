//! What the fake tells of the server itself: `/server/*`, queues, jobs, libraries.

use serde_json::{Value, json};

use super::{
    answer::{Answer, Refusal},
    dates,
    routes::Ask,
    row::{Kind, Visibility},
    world::World,
};

type Told = Result<Answer, Refusal>;

fn ok(value: &Value) -> Told {
    Ok(Answer::json(200, value))
}

pub(super) fn ping(_: &World, _: &Ask) -> Told {
    ok(&json!({ "res": "pong" }))
}

pub(super) fn version(world: &World, _: &Ask) -> Told {
    let v = world.version;
    let mut told = json!({ "major": v.0, "minor": v.1, "patch": v.2 });
    if v.is_3() {
        told["prerelease"] = Value::Null;
    }
    ok(&told)
}

fn dotted(world: &World) -> String {
    let v = world.version;
    format!("{}.{}.{}", v.0, v.1, v.2)
}

pub(super) fn version_history(world: &World, _: &Ask) -> Told {
    let since = "2026-11-22T12:12:33.272Z";
    ok(&json!([{ "id": "17e4715f-3e03-42f9-9d4d-15aa1b5f3c2c", "createdAt": since, "version": dotted(world) }]))
}

pub(super) fn config(world: &World, _: &Ask) -> Told {
    let mut told = json!({
        "loginPageMessage": "", "trashDays": 30, "userDeleteDelay": 7, "oauthButtonText": "Login with OAuth",
        "isInitialized": world.initialized, "isOnboarded": world.initialized, "externalDomain": "", "publicUsers": true,
        "mapDarkStyleUrl": "", "mapLightStyleUrl": "", "maintenanceMode": world.maintenance,
    });
    if world.version.is_3() {
        told["minFaces"] = json!(3);
        told["oauthAccountManagementUrl"] = json!("");
    }
    ok(&told)
}

pub(super) fn features(_: &World, _: &Ask) -> Told {
    ok(&json!({
        "smartSearch": false, "facialRecognition": false, "duplicateDetection": false, "map": true, "reverseGeocoding": true,
        "importFaces": false, "sidecar": true, "search": true, "trash": true, "oauth": false, "oauthAutoLaunch": false,
        "ocr": false, "passwordLogin": true, "configFile": false, "email": false,
    }))
}

pub(super) fn media_types(_: &World, _: &Ask) -> Told {
    ok(&json!({
        "video": [".3gp", ".avi", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4", ".mpg", ".mts", ".webm", ".wmv"],
        "image": [".arw", ".cr2", ".cr3", ".dng", ".nef", ".orf", ".raf", ".rw2", ".avif", ".gif", ".jpeg", ".jpg", ".png", ".webp",
                  ".bmp", ".heic", ".heif", ".jxl", ".tif", ".tiff"],
        "sidecar": [".xmp"],
    }))
}

pub(super) fn about(world: &World, _: &Ask) -> Told {
    let version = format!("v{}", dotted(world));
    ok(&json!({
        "version": version, "versionUrl": format!("https://github.com/immich-app/immich/releases/tag/{version}"),
        "licensed": false, "nodejs": "v24.11.1", "exiftool": "13.44", "ffmpeg": "5.1.9", "libvips": "8.17.3", "imagemagick": "",
    }))
}

pub(super) fn storage(world: &World, _: &Ask) -> Told {
    let (size, used) = world.disk;
    let gib = |bytes: u64| format!("{:.1} GiB", bytes as f64 / f64::from(1 << 30));
    let percent = (used as f64 / size.max(1) as f64 * 10_000.0).round() / 100.0;
    let free = size.saturating_sub(used);
    ok(&json!({
        "diskSize": gib(size), "diskUse": gib(used), "diskAvailable": gib(free), "diskSizeRaw": size, "diskUseRaw": used,
        "diskAvailableRaw": free, "diskUsagePercentage": percent,
    }))
}

/// What one user stores. External libraries do not count as usage; what is in the trash counts nowhere.
fn usage(world: &World, user: &super::user::User) -> [u64; 4] {
    let mut told = [0; 4];
    for row in world.rows.values().filter(|row| row.owner == user.id && row.trashed.is_none()) {
        let place = match row.kind {
            Kind::Image => 0,
            Kind::Video => 1,
            _ => continue,
        };
        told[place] += u64::from(row.visibility != Visibility::Hidden);
        told[place + 2] += if row.library.is_none() { row.original.length() } else { 0 };
    }
    told
}

pub(super) fn statistics(world: &World, _: &Ask) -> Told {
    let mut sums = [0; 4];
    let mut users = Vec::new();
    for user in &world.users {
        let told = usage(world, user);
        let [photos, videos, of_photos, of_videos] = told;
        sums = [0, 1, 2, 3].map(|at| sums[at] + told[at]);
        users.push(json!({
            "userId": user.id, "userName": user.name, "photos": photos, "videos": videos, "usage": of_photos + of_videos,
            "usagePhotos": of_photos, "usageVideos": of_videos, "quotaSizeInBytes": user.quota,
        }));
    }
    let [photos, videos, of_photos, of_videos] = sums;
    ok(&json!({
        "photos": photos, "videos": videos, "usage": of_photos + of_videos, "usagePhotos": of_photos,
        "usageVideos": of_videos, "usageByUser": users,
    }))
}

const QUEUES: [&str; 17] = [
    "thumbnailGeneration",
    "metadataExtraction",
    "videoConversion",
    "faceDetection",
    "facialRecognition",
    "smartSearch",
    "duplicateDetection",
    "backgroundTask",
    "storageTemplateMigration",
    "migration",
    "search",
    "sidecar",
    "library",
    "notifications",
    "backupDatabase",
    "ocr",
    "workflow",
];

fn counts(world: &World, queue: &str) -> Value {
    let (active, mut waiting, failed) = world.jobs.get(queue).copied().unwrap_or_default();
    if queue == "sidecar" {
        waiting += dates::waiting(world);
    }
    json!({ "active": active, "completed": 0, "failed": failed, "delayed": 0, "waiting": waiting, "paused": 0 })
}

fn names(world: &World) -> Vec<&'static str> {
    let later = ["integrityCheck", "editor"];
    QUEUES.into_iter().chain(later.into_iter().filter(|_| world.version.is_3())).collect()
}

pub(super) fn queues(world: &World, _: &Ask) -> Told {
    let told = names(world)
        .into_iter()
        .map(|name| json!({ "name": name, "isPaused": world.paused.contains(name), "statistics": counts(world, name) }));
    ok(&told.collect())
}

pub(super) fn jobs(world: &World, _: &Ask) -> Told {
    let told = names(world).into_iter().map(|name| {
        let counts = counts(world, name);
        let active = counts["active"] != json!(0);
        (
            name.to_owned(),
            json!({ "queueStatus": { "isPaused": world.paused.contains(name), "isActive": active }, "jobCounts": counts }),
        )
    });
    ok(&Value::Object(told.collect()))
}

pub(super) fn libraries(world: &World, _: &Ask) -> Told {
    let told = world.libraries.iter().map(|library| {
        json!({
            "id": library.id, "ownerId": library.owner, "name": library.name, "createdAt": library.created.json(),
            "updatedAt": library.created.json(), "refreshedAt": library.created.json(),
            "assetCount": world.rows.values().filter(|row| row.library == Some(library.id)).count(),
            "importPaths": library.folders, "exclusionPatterns": ["**/@eaDir/**"],
        })
    });
    ok(&told.collect())
}

pub(super) fn library_statistics(world: &World, ask: &Ask) -> Told {
    let id = ask.id("id")?;
    if !world.libraries.iter().any(|library| library.id == id) {
        return Err(Refusal::new(400, "Library not found"));
    }
    let (mut photos, mut videos, mut usage) = (0, 0, 0);
    for row in world.rows.values().filter(|row| row.library == Some(id) && row.trashed.is_none()) {
        photos += u64::from(row.kind == Kind::Image);
        videos += u64::from(row.kind == Kind::Video);
        usage += row.original.length();
    }
    ok(&json!({ "photos": photos, "videos": videos, "usage": usage, "total": photos + videos }))
}
