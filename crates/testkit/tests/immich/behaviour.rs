//! Who may ask, what is found, and what is counted.

use std::collections::BTreeSet;

use lightproof_testkit::immich::{Extracted, FakeImmich, Id, Kind, NewAsset, NewUser, Visibility};
use serde_json::{Value, json};

use crate::client::{Line, With};

fn names(reply: Vec<String>) -> BTreeSet<String> {
    reply.into_iter().collect()
}

fn photo(owner: Id, name: &str) -> NewAsset {
    NewAsset::of(owner, name.as_bytes()).named(name)
}

/// One asset of each sort.
fn of_each_sort(fake: &FakeImmich, owner: Id) {
    for (name, visibility) in [
        ("timeline.jpg", Visibility::Timeline),
        ("archive.jpg", Visibility::Archive),
        ("hidden.mov", Visibility::Hidden),
        ("locked.jpg", Visibility::Locked),
    ] {
        fake.add(photo(owner, name).visibility(visibility));
    }
    fake.add(photo(owner, "trashed.jpg").trashed());
    fake.add(photo(owner, "trashed-archive.jpg").trashed().visibility(Visibility::Archive));
    fake.add(photo(owner, "offline.jpg").offline());
    fake.add(photo(owner, "unread.jpg").not_extracted());
    fake.add(photo(owner, "favourite.mp4").favourite());
}

#[test]
fn a_key_opens_what_it_may_and_the_refusals_say_why() {
    let fake = FakeImmich::new();
    let (alice, bob) = (fake.user(NewUser::named("Alice").admin()), fake.user("Bob"));
    let all = fake.key(alice, &["all"]);
    let reads = fake.key(alice, &["asset.read"]);
    let bobs = fake.key(bob, &["all"]);
    let here = fake.add(photo(alice, "a.jpg")).to_string();
    let none = "00000000-0000-4000-8000-000000000000";
    let refusal = |key: &str, path: &str| With { fake: &fake, key }.get(path).refusal();
    let denied = |permission: &str| (400, format!("Not found or no {permission} access"));
    for (key, path, status, message) in [
        ("wrong", "/api/users/me", 401, "Invalid API key"),
        (&reads, "/api/albums", 403, "Missing required permission: album.read"),
        (&reads, "/api/server/statistics", 403, "Missing required permission: server.statistics"),
        (&bobs, "/api/server/statistics", 403, "Forbidden"),
        (&bobs, "/api/queues", 403, "Forbidden"),
        (&all, "/api/nope", 404, "Cannot GET /api/nope"),
        (&all, "/api/server-info/ping", 404, "Cannot GET /api/server-info/ping"),
        (&all, "/api/assets/not-a-uuid", 400, "id must be a UUID"),
        (&reads, "/api/assets/not-a-uuid/original", 403, "Missing required permission: asset.download"),
        (&all, "/api/partners", 400, "direction must be one of the following values: shared-by, shared-with"),
    ] {
        assert_eq!(refusal(key, path), (status, message.to_owned()), "{path}");
    }
    assert_eq!(refusal(&bobs, &format!("/api/assets/{here}")), denied("asset.read"));
    assert_eq!(refusal(&bobs, &format!("/api/assets/{here}/original")), denied("asset.download"));
    assert_eq!(refusal(&bobs, &format!("/api/assets/{here}/thumbnail")), denied("asset.view"));
    assert_eq!(refusal(&all, &format!("/api/assets/{none}")), denied("asset.read"));
    let open = Line::to(&fake).ask("GET", "/api/users/me", &[], "").unwrap();
    assert_eq!(open.refusal(), (401, "Authentication required".to_owned()));
    assert_eq!(open.json()["correlationId"], json!(open.header("x-immich-cid").unwrap()));
    for open in ["ping", "version", "config", "features", "version-history"] {
        assert_eq!(Line::to(&fake).ask("GET", &format!("/api/server/{open}"), &[], "").unwrap().status, 200, "{open}");
    }
    fake.permit(&reads, &["asset.read", "album.read"]);
    assert_eq!(With { fake: &fake, key: &reads }.get("/api/albums").status, 200);
    fake.revoke(&reads);
    assert_eq!(refusal(&reads, "/api/albums"), (401, "Invalid API key".to_owned()));
}

#[test]
fn a_key_tells_of_itself_without_any_permission() {
    let fake = FakeImmich::new();
    let alice = fake.user("Alice");
    let key = fake.key(alice, &["user.read"]);
    let told = With { fake: &fake, key: &key }.get("/api/api-keys/me").json();
    assert_eq!(told["permissions"], json!(["user.read"]));
    assert!(!told.to_string().contains(&key), "the secret is told once, when the key is made");
    let me = With { fake: &fake, key: &key }.get("/api/users/me").json();
    assert_eq!((&me["id"], &me["name"], &me["isAdmin"]), (&json!(alice), &json!("Alice"), &json!(false)));
}

#[test]
fn a_search_finds_what_the_version_shows_without_being_asked() {
    let fake = FakeImmich::new();
    let alice = fake.user("Alice");
    let key = fake.key(alice, &["all"]);
    let with = With { fake: &fake, key: &key };
    of_each_sort(&fake, alice);
    let set = |names: &[&str]| names.iter().map(|&n| n.to_owned()).collect::<BTreeSet<_>>();
    for (asked, found) in [
        (json!({}), set(&["timeline.jpg", "unread.jpg", "favourite.mp4"])),
        (json!({"aFieldOfNoVersion": 7}), set(&["timeline.jpg", "unread.jpg", "favourite.mp4"])),
        (json!({"withExif": true}), set(&["timeline.jpg", "favourite.mp4"])),
        (json!({"withDeleted": true}), set(&["timeline.jpg", "unread.jpg", "favourite.mp4", "trashed.jpg", "offline.jpg"])),
        (json!({"visibility": "archive"}), set(&["archive.jpg"])),
        (json!({"visibility": "archive", "withDeleted": true}), set(&["archive.jpg", "trashed-archive.jpg"])),
        (json!({"visibility": "hidden"}), set(&["hidden.mov"])),
        (json!({"trashedAfter": "1970-01-01T00:00:00.000Z"}), set(&["trashed.jpg", "offline.jpg"])),
        (json!({"isOffline": true}), set(&["offline.jpg"])),
        (json!({"isFavorite": true}), set(&["favourite.mp4"])),
        (json!({"type": "VIDEO"}), set(&["favourite.mp4"])),
        (json!({"originalFileName": "TIME"}), set(&["timeline.jpg"])),
    ] {
        assert_eq!(names(with.found(&asked)), found, "{asked}");
    }
    fake.upgrade(3, 2, 2);
    let of_3 = ["timeline.jpg", "archive.jpg", "hidden.mov", "unread.jpg", "favourite.mp4"];
    assert_eq!(names(with.found(&json!({}))), set(&of_3));
}

#[test]
fn what_is_wrong_with_a_search_is_said() {
    let fake = FakeImmich::new();
    let alice = fake.user("Alice");
    let key = fake.key(alice, &["all"]);
    let with = With { fake: &fake, key: &key };
    for (asked, status, message) in [
        (json!({"size": 0}), 400, "size must not be less than 1"),
        (json!({"size": 1001}), 400, "size must not be greater than 1000"),
        (json!({"page": 0}), 400, "page must not be less than 1"),
        (
            json!({"visibility": "secret"}),
            400,
            "visibility must be one of the following values: archive, timeline, hidden, locked",
        ),
        (json!({"albumIds": ["x"]}), 400, "each value in albumIds must be a UUID"),
        (json!({"takenAfter": "yesterday"}), 400, "takenAfter must be a Date instance"),
        (json!({"visibility": "locked"}), 401, "Elevated permission is required"),
    ] {
        assert_eq!(with.search(&asked).refusal(), (status, message.to_owned()), "{asked}");
    }
    fake.upgrade(3, 2, 2);
    let refused = with.search(&json!({"size": 0})).json();
    assert_eq!(refused["errors"][0]["path"], json!(["size"]), "{refused}");
    let without_offset = json!({"takenAfter": "2024-07-14T00:00:00"});
    assert_eq!(with.search(&without_offset).status, 400);
    fake.upgrade(2, 4, 1);
    assert_eq!(with.search(&without_offset).status, 200);
}

#[test]
fn a_body_without_its_type_is_not_read() {
    let fake = FakeImmich::new();
    let alice = fake.user("Alice");
    let key = fake.key(alice, &["all"]);
    for n in 0..5 {
        fake.add(photo(alice, &format!("{n}.jpg")));
    }
    let reply = Line::to(&fake).ask("POST", "/api/search/metadata", &[("x-api-key", &key)], r#"{"size":1,"page":5}"#).unwrap();
    assert_eq!(reply.json()["assets"]["count"], json!(5));
}

#[test]
fn pages_of_different_moments_are_complete_and_their_total_is_their_length() {
    let fake = FakeImmich::new();
    let alice = fake.user("Alice");
    let key = fake.key(alice, &["all"]);
    let with = With { fake: &fake, key: &key };
    for n in 0..7 {
        fake.add(photo(alice, &format!("{n}.jpg")).taken(format!("2024-07-14T08:00:0{n}Z").as_str()));
    }
    for (page, found, next) in [
        (1, ["0.jpg", "1.jpg", "2.jpg"].as_slice(), json!("2")),
        (2, &["3.jpg", "4.jpg", "5.jpg"], json!("3")),
        (3, &["6.jpg"], Value::Null),
        (99, &[], Value::Null),
    ] {
        let asked = json!({"size": 3, "page": page, "order": "asc"});
        assert_eq!(with.found(&asked), found, "page {page}");
        let assets = &with.search(&asked).json()["assets"];
        assert_eq!((&assets["total"], &assets["nextPage"]), (&json!(found.len()), &next), "page {page}");
    }
    assert_eq!(with.found(&json!({"size": 2})), ["6.jpg", "5.jpg"]);
}

#[test]
fn assets_of_one_moment_repeat_and_are_missed_where_pages_end() {
    let fake = FakeImmich::new();
    let alice = fake.user("Alice");
    let key = fake.key(alice, &["all"]);
    let with = With { fake: &fake, key: &key };
    for n in 0..1105 {
        fake.add(photo(alice, &format!("{n:04}.jpg")));
    }
    assert_eq!(with.found(&json!({})).len(), 250);
    let pages: Vec<String> = (1..=5).flat_map(|page| with.found(&json!({"page": page}))).collect();
    let different: BTreeSet<&String> = pages.iter().collect();
    assert_eq!(pages.len(), 1105);
    assert!(different.len() < 1105, "paging by number must lose some of them");
    assert_ne!(with.found(&json!({})), with.found(&json!({})), "the order is another one each time");
    fake.add(photo(alice, "before.jpg").taken("2020-01-01T00:00:00Z"));
    fake.add(photo(alice, "after.jpg").taken("2025-01-01T00:00:00Z"));
    assert_eq!(with.found(&json!({"order": "asc", "size": 1})), ["before.jpg"]);
    assert_eq!(with.found(&json!({"order": "asc", "size": 1, "page": 1107})), ["after.jpg"]);
    assert_eq!(with.found(&json!({"order": "asc", "size": 1000})).len(), 1000);
    fake.redate(fake.add(photo(alice, "moved.jpg")), "2021-01-01T00:00:00Z");
    assert_eq!(with.found(&json!({"order": "asc", "size": 2})), ["before.jpg", "moved.jpg"]);
    assert_eq!(with.send("POST", "/api/search/statistics", &json!({})).json(), json!({"total": 1108}));
}

#[test]
fn windows_hold_their_ends_but_requests_know_no_microseconds() {
    let fake = FakeImmich::new();
    let alice = fake.user("Alice");
    let key = fake.key(alice, &["all"]);
    let with = With { fake: &fake, key: &key };
    fake.add(photo(alice, "a.jpg").taken("2024-07-01T00:00:00Z").created("2026-01-01T00:00:00.123456Z"));
    fake.add(photo(alice, "b.jpg").taken("2024-08-01T00:00:00Z").created("2026-01-02T00:00:00Z"));
    let window = |name: &str, from: &str, to: &str| {
        with.found(&json!({format!("{name}After"): from, format!("{name}Before"): to, "order": "asc"}))
    };
    assert_eq!(window("taken", "2024-07-01T00:00:00.000Z", "2024-08-01T00:00:00.000Z"), ["a.jpg", "b.jpg"]);
    assert_eq!(window("taken", "2024-07-01T00:00:00.001Z", "2024-08-01T00:00:00.000Z"), ["b.jpg"]);
    assert_eq!(with.search(&json!({"order": "asc"})).json()["assets"]["items"][0]["createdAt"], "2026-01-01T00:00:00.123Z");
    assert_eq!(window("created", "2026-01-01T00:00:00.123Z", "2026-01-01T00:00:00.124Z"), ["a.jpg"]);
    let no: [&str; 0] = [];
    assert_eq!(window("created", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.123Z"), no, "the row is 456 µs later than it says");
    assert_eq!(window("created", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.123999Z"), no, "finer instants are cut");
    assert_eq!(window("updated", "2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z"), ["b.jpg"]);
}

#[test]
fn counts_are_of_timeline_and_archive_unless_asked_otherwise() {
    let fake = FakeImmich::new();
    let alice = fake.user(NewUser::named("Alice").admin());
    let key = fake.key(alice, &["all"]);
    let with = With { fake: &fake, key: &key };
    of_each_sort(&fake, alice);
    for (query, images, videos) in [
        ("", 3, 1),
        ("?visibility=timeline", 2, 1),
        ("?visibility=archive", 1, 0),
        ("?visibility=hidden", 0, 1),
        ("?isTrashed=true", 3, 0),
        ("?visibility=timeline&isTrashed=true", 2, 0),
        ("?visibility=archive&isTrashed=true", 1, 0),
        ("?isFavorite=true", 0, 1),
    ] {
        let counted = json!({"images": images, "videos": videos, "total": images + videos});
        assert_eq!(with.get(&format!("/api/assets/statistics{query}")).json(), counted, "{query}");
        assert_eq!(with.get(&format!("/api/admin/users/{alice}/statistics{query}")).json(), counted, "{query}");
    }
    assert_eq!(with.get("/api/assets/statistics?visibility=locked").refusal().0, 401);
    let found = with.send("POST", "/api/search/statistics", &json!({"withDeleted": true, "visibility": "archive"}));
    assert_eq!(found.json(), json!({"total": 1}), "this call has no withDeleted");
    assert_eq!(with.get("/api/server/statistics").json()["photos"], 4, "locked ones count there, hidden and trashed ones do not");
}

#[test]
fn a_partners_assets_are_found_read_and_never_a_favourite() {
    let fake = FakeImmich::new();
    let (alice, bob) = (fake.user("Alice"), fake.user("Bob"));
    let key = fake.key(alice, &["all"]);
    let with = With { fake: &fake, key: &key };
    fake.add(photo(alice, "own.jpg"));
    let theirs = fake.add(photo(bob, "theirs.jpg").favourite());
    assert_eq!(with.found(&json!({})), ["own.jpg"]);
    assert_eq!(with.get(&format!("/api/assets/{theirs}")).status, 400);
    fake.share(bob, alice, false);
    assert_eq!(with.found(&json!({})), ["own.jpg"], "shared, but not in the timeline");
    assert_eq!(with.get(&format!("/api/assets/{theirs}")).json()["isFavorite"], json!(false));
    fake.share(bob, alice, true);
    assert_eq!(names(with.found(&json!({}))).len(), 2);
    assert_eq!(with.get("/api/partners?direction=shared-with").json()[0]["inTimeline"], json!(true));
    assert_eq!(with.get("/api/partners?direction=shared-by").json(), json!([]));
    assert_eq!(with.get("/api/assets/statistics").json()["total"], json!(1), "counts are of one's own");
    let changed = with.send("PUT", &format!("/api/assets/{theirs}"), &json!({"isFavorite": true}));
    assert_eq!(changed.refusal(), (400, "Not found or no asset.update access".to_owned()));
}

#[test]
fn a_shared_album_opens_its_assets_but_a_search_in_it_finds_only_own_ones() {
    let fake = FakeImmich::new();
    let (alice, bob) = (fake.user("Alice"), fake.user("Bob"));
    let (alices, bobs) = (fake.key(alice, &["all"]), fake.key(bob, &["all"]));
    let (a, b) = (fake.add(photo(alice, "a.jpg")), fake.add(photo(bob, "b.jpg")));
    let album = fake.album(alice, "Holiday", &[a, b]);
    let with = With { fake: &fake, key: &bobs };
    assert_eq!(with.get(&format!("/api/albums/{album}")).refusal(), (400, "Not found or no album.read access".to_owned()));
    fake.share_album(album, bob, true);
    assert_eq!(with.get(&format!("/api/albums/{album}")).json()["assetCount"], json!(2));
    assert_eq!(with.get(&format!("/api/assets/{a}")).status, 200);
    assert_eq!(with.found(&json!({"albumIds": [album]})), ["b.jpg"]);
    let listed =
        |key: &str, query: &str| With { fake: &fake, key }.get(&format!("/api/albums{query}")).json().as_array().unwrap().len();
    assert_eq!([listed(&alices, ""), listed(&bobs, ""), listed(&bobs, "?shared=true")], [1, 0, 1], "2.4 lists what is owned");
    fake.upgrade(3, 0, 0);
    let told = With { fake: &fake, key: &alices }.get(&format!("/api/albums/{album}")).json();
    assert_eq!((told.get("ownerId"), &told["albumUsers"][0]["role"]), (None, &json!("owner")));
}

#[test]
fn an_asset_of_an_external_library_has_the_checksum_of_its_path() {
    let fake = FakeImmich::new();
    let alice = fake.user("Alice");
    let key = fake.key(alice, &["all"]);
    let library = fake.library(alice, "NAS", &["/mnt/nas"]);
    fake.add(photo(alice, "a.jpg").library(library).path("/mnt/nas/a.jpg"));
    fake.add(photo(alice, "b.jpg"));
    let with = With { fake: &fake, key: &key };
    let item = |asked: Value| with.search(&asked).json()["assets"]["items"][0].clone();
    let (outside, uploaded) = (item(json!({"libraryId": library})), item(json!({"libraryId": null})));
    assert_eq!((&outside["checksum"], &outside["libraryId"]), (&json!("Xqn5231HADx0Qpv9p8rr5a5K7O0="), &json!(library)));
    assert_eq!(uploaded["checksum"], json!("s2X1KnM0DBtOFfiNaIzG5FjcZkA="));
    assert!(uploaded["originalPath"].as_str().unwrap().starts_with(&format!("/data/upload/{alice}/")));
}

#[test]
fn a_date_is_made_up_where_the_original_has_none() {
    let fake = FakeImmich::new();
    let alice = fake.user("Alice");
    let key = fake.key(alice, &["all"]);
    fake.add(photo(alice, "undated.jpg").taken("2026-11-22T12:13:38Z"));
    let said = Extracted::default().taken("2024-07-14T08:21:33.12Z", Some("UTC+2"));
    fake.add(photo(alice, "dated.jpg").taken("2024-07-14T08:21:33.12Z").extracted(said));
    let items = With { fake: &fake, key: &key }.search(&json!({"withExif": true})).json()["assets"]["items"].clone();
    let exif = |at: usize| (items[at]["exifInfo"]["dateTimeOriginal"].clone(), items[at]["exifInfo"]["timeZone"].clone());
    assert_eq!(exif(0), (json!("2026-11-22T12:13:38+00:00"), Value::Null));
    assert_eq!(exif(1), (json!("2024-07-14T08:21:33.12+00:00"), json!("UTC+2")));
}

#[test]
fn version_3_has_its_own_shapes() {
    let fake = FakeImmich::new().version(3, 2, 2);
    let alice = fake.user("Alice");
    let key = fake.key(alice, &["asset.read", "album.read"]);
    let with = With { fake: &fake, key: &key };
    let clip = fake.add(photo(alice, "clip.mp4").lasting(3000).extracted(Extracted::default().pixels(640, 480)));
    fake.add(photo(alice, "photo.jpg").kind(Kind::Image));
    let told = with.get(&format!("/api/assets/{clip}")).json();
    for gone in ["deviceAssetId", "deviceId", "owner", "unassignedFaces"] {
        assert_eq!(told.get(gone), None, "{gone}");
    }
    assert_eq!((&told["duration"], &told["width"], &told["height"]), (&json!(3000), &json!(640), &json!(480)));
    assert_eq!(with.get("/api/server/version").json()["prerelease"], Value::Null);
    assert!(with.get("/api/server/version").json().get("prerelease").is_some());
    let permissions = with.get("/api/api-keys/me").json()["permissions"].clone();
    assert!(permissions.to_string().contains("ofALaterVersion"));
}

#[test]
fn maintenance_mode_leaves_only_its_own_announcement() {
    let fake = FakeImmich::new();
    let alice = fake.user("Alice");
    let key = fake.key(alice, &["all"]);
    let with = With { fake: &fake, key: &key };
    fake.maintenance_after(2);
    let statuses = ["/api/users/me", "/api/server/ping", "/api/users/me", "/api/server/ping"].map(|path| with.get(path).status);
    assert_eq!(statuses, [200, 200, 503, 503]);
    assert_eq!(with.get("/api/server/config").json()["maintenanceMode"], json!(true));
    assert_eq!(with.get("/api/server/version").status, 200);
    fake.maintenance(false);
    assert_eq!(with.get("/api/users/me").status, 200);
    fake.maintenance_answers(404);
    fake.maintenance(true);
    assert_eq!(with.get("/api/users/me").refusal(), (404, "Cannot GET /api/users/me".to_owned()));
}

#[test]
fn longer_json_is_compressed_for_those_who_take_it_so() {
    let fake = FakeImmich::new();
    let alice = fake.user("Alice");
    let key = fake.key(alice, &["all"]);
    for n in 0..50 {
        fake.add(photo(alice, &format!("{n}.jpg")));
    }
    let sizes = |path: &str, more: &[(&str, &str)]| {
        fake.forget_requests();
        let mut line = Line::to(&fake);
        line.send("GET", path, &[&[("x-api-key", key.as_str()), ("Connection", "close")], more].concat(), "");
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut line.stream, &mut bytes).unwrap();
        assert_eq!(fake.traffic().bytes_out, bytes.len() as u64);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let told = |header: &str| text.contains(header);
        (told("Content-Encoding: gzip"), told("Transfer-Encoding: chunked"), told("Content-Length: "), bytes.len())
    };
    let album = fake.album(alice, "All", &[]);
    for id in 0..50 {
        let found = With { fake: &fake, key: &key }.search(&json!({"size": 1, "page": id + 1})).json();
        let asset = found["assets"]["items"][0]["id"].clone();
        With { fake: &fake, key: &key }.send("PUT", &format!("/api/albums/{album}/assets"), &json!({"ids": [asset]}));
    }
    let path = format!("/api/albums/{album}");
    let (plain, packed) = (sizes(&path, &[]), sizes(&path, &[("Accept-Encoding", "gzip")]));
    assert_eq!((plain.0, plain.1, plain.2), (false, false, true));
    assert_eq!((packed.0, packed.1, packed.2), (true, true, false));
    assert!(packed.3 * 4 < plain.3, "{packed:?} {plain:?}");
    assert!(!sizes("/api/server/ping", &[("Accept-Encoding", "gzip")]).0, "short ones go as they are");
    fake.compresses(false);
    assert!(!sizes(&path, &[("Accept-Encoding", "gzip")]).0);
}
