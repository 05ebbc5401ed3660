//! The fake beside a real server: its answers and the captures of a 2.4.1 server before the same judge, and side by side.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use lightproof_testkit::{
    corpus,
    immich::{
        Extracted, FakeImmich, Id, NewAsset, NewUser, Visibility,
        contract::{Contract, Verdict},
    },
};
use serde_json::{Value, json};

use crate::client::With;

struct Capture {
    name: String,
    method: String,
    path: String,
    request: Value,
    status: u16,
    body: Value,
}

fn captures() -> Option<Vec<Capture>> {
    let folder = corpus::shared()?.join("immich/captures");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    paths.sort();
    paths.retain(|path| path.extension().is_some_and(|e| e == "json"));
    let read = |path: &std::path::PathBuf| {
        let value: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        let (request, response) = (&value["request"], &value["response"]);
        Capture {
            name: path.file_stem().unwrap().to_str().unwrap().to_owned(),
            method: request["method"].as_str().unwrap().to_owned(),
            path: request["path"].as_str().unwrap().to_owned(),
            request: request["body"].clone(),
            status: u16::try_from(response["status"].as_u64().unwrap()).unwrap(),
            body: response["body"].clone(),
        }
    };
    Some(paths.iter().map(read).collect())
}

/// Where the server does otherwise than the document that describes it: what was uploaded before is answered with 200, not 201.
const CONTRADICTED: &[(&str, &str)] = &[
    ("asset-upload-duplicate-no-header", "no status 200"),
    ("asset-upload-duplicate-with-checksum-header", "no status 200"),
    ("asset-upload-of-trashed-duplicate", "no status 200"),
];

/// Captures whose long lists were shortened: a text says so in the place of what was left out.
const SHORTENED: &[(&str, &str)] = &[
    ("search-metadata-default-size-of-1105", "/assets/items/2: string instead of object"),
    ("search-metadata-page2-of-1000", "/assets/items/2: string instead of object"),
];

#[test]
fn the_judge_agrees_with_the_captures_but_for_what_is_listed_here() {
    let (Some(captures), Some(contract)) = (captures(), Contract::of_2_4_1()) else { return };
    assert!(captures.len() > 300, "{}", captures.len());
    let mut kept = 0;
    let mut contradicted = Vec::new();
    for capture in &captures {
        let mut tell = |what: String| contradicted.push((capture.name.clone(), what));
        match contract.answer(&capture.method, &capture.path, capture.status, &capture.body) {
            Verdict::Kept => kept += 1,
            Verdict::Shapeless => {}
            Verdict::NoSuchCall if capture.status == 404 => {}
            Verdict::NoSuchCall => tell("no such call".to_owned()),
            // Refusals, parts of files and what was not changed are described nowhere.
            Verdict::NoSuchStatus if capture.status >= 300 || capture.status == 206 => {}
            Verdict::NoSuchStatus => tell(format!("no status {}", capture.status)),
            Verdict::Broken(breaches) => breaches.into_iter().for_each(tell),
        }
    }
    let told: Vec<(&str, &str)> = contradicted.iter().map(|(name, what)| (name.as_str(), what.as_str())).collect();
    assert_eq!(told, [CONTRADICTED, SHORTENED].concat());
    assert!(kept > 150, "only {kept} captures have a shape that the document describes");
}

#[test]
fn every_call_of_the_fake_is_one_of_the_document_and_needs_the_same_permission() {
    let Some(contract) = Contract::of_2_4_1() else { return };
    for (method, path, permission, admin) in FakeImmich::served() {
        assert_eq!(contract.permission(method, path), Some((permission, admin)), "{method} {path}");
        let open = permission.is_none() && path != "/api-keys/me";
        assert_eq!(contract.is_open(method, path), Some(open), "{method} {path}");
    }
}

/// A world in which every call of the fake has something to tell.
struct Told {
    fake: FakeImmich,
    key: String,
    ids: BTreeMap<&'static str, Id>,
}

fn told() -> Told {
    let fake = FakeImmich::new();
    let alice = fake.user(NewUser::named("Alice").admin().storage_label("admin").quota(1 << 40));
    let bob = fake.user("Bob");
    let key = fake.key(alice, &["all"]);
    let library = fake.library(alice, "NAS", &["/mnt/nas"]);
    let extracted = Extracted::default().camera("Canon", "EOS R6").pixels(2400, 1600).orientation(6).place(48.8584, 2.2945);
    let new = |name: &str| NewAsset::of(alice, name.as_bytes()).named(name).extracted(extracted.clone());
    let photo = fake.add(new("a.jpg").thumbnail(*b"RIFF").favourite());
    let moving = fake.add(new("b.mov").visibility(Visibility::Hidden).lasting(3000));
    let live = fake.add(new("b.heic").live(moving));
    fake.add(new("c.jpg").visibility(Visibility::Archive).not_extracted());
    fake.add(new("d.jpg").trashed());
    fake.add(new("e.jpg").library(library).path("/mnt/nas/e.jpg").offline());
    fake.add(NewAsset::of(alice, vec![]).named("zero.jpg"));
    let album = fake.album(alice, "Paris", &[photo, live]);
    fake.share_album(album, bob, true);
    fake.album(alice, "Empty", &[]);
    let carol = fake.user("Carol");
    let foreign = fake.add(NewAsset::of(carol, vec![1]));
    fake.stack(alice, &[photo, live]);
    fake.share(bob, alice, true);
    fake.jobs("thumbnailGeneration", 1, 2, 3);
    Told {
        fake,
        key,
        ids: BTreeMap::from([
            ("asset", photo),
            ("album", album),
            ("user", bob),
            ("live", live),
            ("foreign", foreign),
            ("library", library),
        ]),
    }
}

impl Told {
    fn with(&self) -> With<'_> {
        With { fake: &self.fake, key: &self.key }
    }

    /// A call of each kind that is served: its path and its body.
    fn calls(&self) -> Vec<(&'static str, String, Value)> {
        let id = |name: &str| self.ids[name];
        let mut calls = Vec::new();
        for (method, path, ..) in FakeImmich::served() {
            let whose = match path.split('/').nth(1) {
                Some("albums") => "album",
                Some("admin") => "user",
                Some("libraries") => "library",
                _ => "asset",
            };
            let path = format!("/api{}", path.replace("{id}", &id(whose).to_string()));
            let mut call = |query: &str, body: Value| calls.push((method, format!("{path}{query}"), body));
            match (method, path.as_str()) {
                ("GET", "/api/partners") => {
                    ["?direction=shared-with", "?direction=shared-by"].map(|q| call(q, Value::Null)).into()
                }
                ("POST", "/api/search/metadata") => {
                    let all = [
                        json!({}),
                        json!({"withExif": true}),
                        json!({"size": 1}),
                        json!({"withDeleted": true}),
                        json!({"visibility": "hidden"}),
                    ];
                    all.map(|body| call("", body)).into()
                }
                ("POST", "/api/albums") => vec![call("", json!({"albumName": "New", "assetIds": [id("asset")]}))],
                ("PUT", "/api/assets") => vec![call("", json!({"ids": [id("asset")], "visibility": "archive"}))],
                ("PUT", path) if path.ends_with("/assets") => vec![call("", json!({"ids": [id("asset"), id("user")]}))],
                ("PUT", _) => vec![call("", json!({"visibility": "timeline"}))],
                ("DELETE", _) => vec![call("", json!({"ids": [id("live"), id("live")]}))],
                ("GET", _) => vec![call("", Value::Null)],
                _ => vec![call("", json!({}))],
            };
        }
        calls
    }

    fn reply(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let reply = if method == "GET" { self.with().get(path) } else { self.with().send(method, path, body) };
        let is_json = reply.header("content-type").is_some_and(|kind| kind.starts_with("application/json"));
        (reply.status, if is_json { reply.json() } else { Value::Null })
    }
}

#[test]
fn every_answer_of_the_fake_is_as_the_document_describes_it() {
    let Some(contract) = Contract::of_2_4_1() else { return };
    let told = told();
    let mut judged = BTreeSet::new();
    for (method, path, body) in told.calls() {
        let (status, answer) = told.reply(method, &path, &body);
        match contract.answer(method, &path, status, &answer) {
            Verdict::Kept => drop(judged.insert(format!("{method} {path}"))),
            Verdict::Shapeless => {
                assert!(status == 204 || path.ends_with("/original") || path.ends_with("/thumbnail"), "{method} {path}");
            }
            verdict => panic!("{method} {path} {body} {status} {verdict:?}\n{answer}"),
        }
        if !body.is_null() {
            let verdict = contract.request(method, &path, &body);
            assert_eq!(verdict, Verdict::Kept, "the request itself: {method} {path} {body}");
        }
    }
    assert!(judged.len() > 25, "{judged:?}");
    assert_eq!(told.fake.violations(), [] as [&str; 0]);
}

/// The fields of a JSON text with the kinds of their values; none for what is null.
fn fields(value: &Value, at: &str, into: &mut BTreeMap<String, BTreeSet<&'static str>>) {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(text) if text.len() > 20 && text.ends_with("+00:00") => "instant of the database",
        Value::String(text) if text.len() == 24 && text.ends_with('Z') => "instant",
        Value::String(_) => "text",
        Value::Array(list) => {
            list.iter().for_each(|item| fields(item, &format!("{at}[]"), into));
            "list"
        }
        Value::Object(map) => {
            map.iter().for_each(|(name, value)| fields(value, &format!("{at}.{name}"), into));
            "object"
        }
    };
    let kinds = into.entry(at.to_owned()).or_default();
    if kind != "null" {
        kinds.insert(kind);
    }
}

/// The captures that tell of the same kind of thing as a call of the fake.
fn alike(method: &str, path: &str, status: u16, body: &Value) -> impl Fn(&Capture) -> bool {
    let shape = |path: &str| {
        let path = path.split('?').next().unwrap_or_default().to_owned();
        path.split('/').map(|part| if part.parse::<Id>().is_ok() { "{id}" } else { part }.to_owned()).collect::<Vec<_>>()
    };
    let (method, wanted, exif) = (method.to_owned(), shape(path), body["withExif"] == json!(true));
    move |capture| {
        let same_exif = (capture.request["withExif"] == json!(true)) == exif && capture.request["withPeople"] != json!(true);
        capture.method == method && capture.status == status && shape(&capture.path) == wanted && same_exif
    }
}

#[test]
fn every_answer_of_the_fake_has_the_fields_of_the_captures_and_no_others() {
    let Some(captures) = captures() else { return };
    let told = told();
    let mut compared = BTreeSet::new();
    let mut differences = BTreeSet::new();
    for (method, path, body) in told.calls() {
        let (status, answer) = told.reply(method, &path, &body);
        let (mut ours, mut theirs) = (BTreeMap::new(), BTreeMap::new());
        let alike = alike(method, &path, status, &body);
        captures.iter().filter(|capture| alike(capture)).for_each(|capture| fields(&capture.body, "", &mut theirs));
        if theirs.is_empty() || answer.is_null() {
            continue;
        }
        fields(&answer, "", &mut ours);
        compared.insert(format!("{method} {}", path.split('?').next().unwrap_or_default()));
        for (at, kinds) in &ours {
            match theirs.get(at) {
                None => drop(differences.insert(format!("{method} {path}: only the fake has {at}"))),
                // Where null may stand is the document's matter: in the captures, some fields are null by chance.
                Some(known) if !known.is_empty() && !kinds.is_subset(known) => {
                    differences.insert(format!("{method} {path}: {at} is {kinds:?}, not {known:?}"));
                }
                Some(_) => {}
            }
        }
        // Some lists are empty here and full there.
        let missing = theirs.keys().filter(|at| !ours.contains_key(*at) && ours.contains_key(parent(at)) && !at.ends_with("[]"));
        differences.extend(missing.map(|at| format!("{method} {path}: only the captures have {at}")));
    }
    assert_eq!(differences, BTreeSet::new());
    assert!(compared.len() > 20, "{compared:?}");
}

/// The field that this one is in.
fn parent(at: &str) -> &str {
    at.strip_suffix("[]").or_else(|| at.rsplit_once('.').map(|(parent, _)| parent)).unwrap_or_default()
}

#[test]
fn refusals_are_those_of_the_captures_field_by_field() {
    let Some(captures) = captures() else { return };
    let told = told();
    let bobs = told.fake.key(told.ids["user"], &["all"]);
    let few = told.fake.key(told.ids["user"], &["asset.read"]);
    let (asset, foreign) = (told.ids["asset"], told.ids["foreign"]);
    for (capture, key, method, path, body) in [
        ("error-401-bad-key", "wrong", "GET", "/api/users/me".to_owned(), Value::Null),
        ("error-403-missing-permission", &few, "GET", "/api/albums".to_owned(), Value::Null),
        ("error-404-no-route", &few, "GET", "/api/nope".to_owned(), Value::Null),
        ("error-400-bad-uuid", &few, "GET", "/api/assets/not-a-uuid".to_owned(), Value::Null),
        ("admin-get-other-users-asset-ERROR", &few, "GET", format!("/api/assets/{foreign}"), Value::Null),
        ("admin-original-other-users-asset-ERROR", &bobs, "GET", format!("/api/assets/{foreign}/original"), Value::Null),
        ("server-statistics-as-bob-ERROR", &bobs, "GET", "/api/server/statistics".to_owned(), Value::Null),
        (
            "search-metadata-visibility-locked-ERROR",
            &few,
            "POST",
            "/api/search/metadata".to_owned(),
            json!({"visibility": "locked"}),
        ),
        ("search-metadata-size0-ERROR", &few, "POST", "/api/search/metadata".to_owned(), json!({"size": 0})),
        ("search-metadata-size1001-ERROR", &few, "POST", "/api/search/metadata".to_owned(), json!({"size": 1001})),
        ("asset-thumbnail-bad-size-ERROR", &bobs, "GET", format!("/api/assets/{asset}/thumbnail?size=huge"), Value::Null),
        ("visibility-invalid-ERROR", &told.key, "PUT", format!("/api/assets/{asset}"), json!({"visibility": "secret"})),
        (
            "assets-bulk-put-unknown-id-ERROR",
            &told.key,
            "PUT",
            "/api/assets".to_owned(),
            json!({"ids": [asset, foreign], "isFavorite": true}),
        ),
    ] {
        let captured = captures.iter().find(|c| c.name == capture).unwrap();
        let with = With { fake: &told.fake, key };
        let reply = if method == "GET" { with.get(&path) } else { with.send(method, &path, &body) };
        let plain = |mut value: Value| {
            value["correlationId"] = Value::Null;
            value
        };
        assert_eq!((reply.status, plain(reply.json())), (captured.status, plain(captured.body.clone())), "{capture}");
    }
}
