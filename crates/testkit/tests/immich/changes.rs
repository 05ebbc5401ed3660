//! What changes while the server runs, by its own doing and by calls.

use std::time::Duration;

use lightproof_testkit::immich::{FakeImmich, Id, Moment, NewAsset, Visibility};
use serde_json::{Value, json};

use crate::client::With;

fn three(fake: &FakeImmich, owner: Id) -> [Id; 3] {
    ["a.jpg", "b.jpg", "c.jpg"].map(|name| fake.add(NewAsset::of(owner, name.as_bytes()).named(name)))
}

#[test]
fn every_change_is_found_by_its_time_and_a_removal_is_not() {
    let fake = FakeImmich::new();
    let alice = fake.user("Alice");
    let key = fake.key(alice, &["all"]);
    let with = With { fake: &fake, key: &key };
    let [a, b, c] = three(&fake, alice);
    type Change = (&'static str, fn(&FakeImmich, Id));
    let changes: [Change; 6] = [
        ("moved", |fake, id| fake.move_to(id, "/data/library/alice/2024/a.jpg")),
        ("new bytes", |fake, id| fake.replace(id, vec![7; 70])),
        ("trashed", |fake, id| fake.trash(id)),
        ("restored", |fake, id| fake.restore(id)),
        ("dated anew", |fake, id| fake.redate(id, "1999-12-31T22:30:00Z")),
        ("touched", |fake, id| fake.touch(id)),
    ];
    let since = |after: Moment| {
        let after = after.later(1000); // a request knows no microseconds
        with.found(&json!({"withDeleted": true, "visibility": "timeline", "updatedAfter": text(after)}))
    };
    for (what, change) in changes {
        fake.advance(Duration::from_secs(60));
        let before = fake.now();
        change(&fake, a);
        assert_eq!(since(before), ["a.jpg"], "{what}");
    }
    fake.advance(Duration::from_secs(60));
    let before = fake.now();
    fake.remove(b);
    assert_eq!(since(before), [] as [&str; 0]);
    assert_eq!(fake.count(alice), 2);
    fake.set_visibility(c, Visibility::Hidden);
    assert_eq!(with.found(&json!({"visibility": "hidden"})), ["c.jpg"]);
}

fn text(moment: Moment) -> String {
    let micros = moment.as_micros();
    let day = 86_400_000_000_i64;
    let start = Moment::from("2026-11-22T00:00:00Z").as_micros();
    let rest = (micros - start) % day;
    assert!((0..day).contains(&(micros - start)), "the test plays on one day");
    let (h, m, s) = (rest / 3_600_000_000, rest / 60_000_000 % 60, rest / 1_000_000 % 60);
    format!("2026-11-22T{h:02}:{m:02}:{s:02}.{:03}Z", rest / 1000 % 1000)
}

#[test]
fn a_bulk_change_is_all_or_nothing_and_of_one_moment() {
    let fake = FakeImmich::new();
    let (alice, bob) = (fake.user("Alice"), fake.user("Bob"));
    let key = fake.key(alice, &["all"]);
    let with = With { fake: &fake, key: &key };
    let [a, b, c] = three(&fake, alice);
    let foreign = fake.add(NewAsset::of(bob, vec![1]));
    fake.lock(c);
    let archive = |ids: &[Id]| with.send("PUT", "/api/assets", &json!({"ids": ids, "visibility": "archive"}));
    for ids in [[a, foreign], [a, c]] {
        assert_eq!(archive(&ids).refusal(), (400, "Not found or no asset.update access".to_owned()));
        assert_eq!(fake.state(a), Some((Visibility::Timeline, false, false)));
    }
    let done = archive(&[a, b]);
    assert_eq!((done.status, done.body.len()), (204, 0));
    let items = with.search(&json!({"visibility": "archive"})).json()["assets"]["items"].clone();
    assert_eq!((items.as_array().unwrap().len(), &items[0]["updatedAt"]), (2, &items[1]["updatedAt"]));
    let back = with.send("PUT", &format!("/api/assets/{a}"), &json!({"visibility": "timeline", "isFavorite": true, "bogus": 1}));
    assert_eq!((back.status, &back.json()["visibility"]), (200, &json!("timeline")));
    assert_eq!(fake.state(a), Some((Visibility::Timeline, false, true)));
    let words = "visibility must be one of the following values: archive, timeline, hidden, locked";
    assert_eq!(
        with.send("PUT", &format!("/api/assets/{a}"), &json!({"visibility": "secret"})).refusal(),
        (400, words.to_owned())
    );
    assert_eq!(fake.violations(), [] as [&str; 0]);
}

#[test]
fn an_album_takes_and_gives_each_asset_by_itself() {
    let fake = FakeImmich::new();
    let (alice, bob) = (fake.user("Alice"), fake.user("Bob"));
    let key = fake.key(alice, &["all"]);
    let with = With { fake: &fake, key: &key };
    let [a, b, c] = three(&fake, alice);
    let foreign = fake.add(NewAsset::of(bob, vec![1]));
    let made = with.send("POST", "/api/albums", &json!({"albumName": "Quarantine (lightproof)", "assetIds": [a]}));
    assert_eq!((made.status, &made.json()["assetCount"]), (201, &json!(1)));
    let id: Id = made.json()["id"].as_str().unwrap().parse().unwrap();
    let path = format!("/api/albums/{id}/assets");
    let outcome = |reply: Value| -> Vec<String> {
        let told = |one: &Value| one.get("error").map_or("done".to_owned(), |error| error.as_str().unwrap().to_owned());
        reply.as_array().unwrap().iter().map(told).collect()
    };
    let added = with.send("PUT", &path, &json!({"ids": [a, b, foreign]})).json();
    assert_eq!(outcome(added), ["duplicate", "done", "no_permission"]);
    assert_eq!(with.found(&json!({"albumIds": [id], "order": "asc"})).len(), 2);
    let taken = with.send("DELETE", &path, &json!({"ids": [b, b, c]})).json();
    assert_eq!(outcome(taken), ["done", "not_found", "not_found"]);
    assert_eq!(fake.in_album(id), [a]);
    with.send("PUT", "/api/assets", &json!({"ids": [a], "visibility": "locked"}));
    assert_eq!(fake.in_album(id), [] as [Id; 0], "what is locked leaves its albums");
    assert_eq!(fake.violations(), [] as [&str; 0]);
}

#[test]
fn calls_that_cannot_be_undone_are_remembered_and_not_carried_out() {
    let fake = FakeImmich::new();
    let alice = fake.user("Alice");
    let key = fake.key(alice, &["all"]);
    let with = With { fake: &fake, key: &key };
    let [a, b, _] = three(&fake, alice);
    let one = json!({"ids": [a]});
    let calls = [
        ("DELETE", "/api/assets".to_owned(), one.clone()),
        ("POST", "/api/trash/empty".to_owned(), json!({})),
        ("POST", "/api/trash/restore/assets".to_owned(), one),
        ("POST", "/api/duplicates/resolve".to_owned(), json!({"groups": []})),
        ("PUT", "/api/tags".to_owned(), json!({"tags": ["x"]})),
        ("POST", "/api/stacks".to_owned(), json!({"assetIds": [a, b]})),
        ("DELETE", format!("/api/albums/{a}"), json!({})),
    ];
    for (method, path, body) in &calls {
        assert_eq!(with.send(method, path, body).status, 500, "{method} {path}");
    }
    assert_eq!(fake.violations(), calls.map(|(method, path, _)| format!("{method} {path}")));
    assert_eq!((fake.count(alice), fake.state(a)), (3, Some((Visibility::Timeline, false, false))));
}

#[test]
fn the_record_has_every_request_and_every_byte() {
    let fake = FakeImmich::new();
    let alice = fake.user("Alice");
    let key = fake.key(alice, &["all"]);
    let with = With { fake: &fake, key: &key };
    let id = fake.add(NewAsset::of(alice, vec![1; 5000]));
    let first = with.get_with(&format!("/api/assets/{id}/original"), &[("Range", "bytes=0-999")]);
    with.search(&json!({"size": 5}));
    with.fake.upgrade(2, 4, 1);
    crate::client::Line::to(&fake).ask("GET", &format!("/api/users/me?apiKey={key}"), &[], "").unwrap();
    let requests = fake.requests();
    let told: Vec<_> = requests.iter().map(|r| (r.method.as_str(), r.status, r.key, r.leaks_key, r.range.as_deref())).collect();
    assert_eq!(
        told,
        [("GET", 206, true, false, Some("bytes=0-999")), ("POST", 200, true, false, None), ("GET", 200, false, true, None)]
    );
    assert_eq!(requests[1].body, r#"{"size":5}"#);
    let headers: usize = first.headers.iter().map(|(name, value)| name.len() + value.len() + 4).sum();
    assert_eq!(requests[0].bytes_out, ("HTTP/1.1 206 Partial Content\r\n\r\n".len() + headers + 1000) as u64);
    let traffic = fake.traffic();
    assert_eq!((traffic.requests, traffic.connections), (3, 3));
    assert_eq!(traffic.bytes_out, requests.iter().map(|r| r.bytes_out).sum::<u64>());
    fake.forget_requests();
    assert_eq!((fake.requests().len(), fake.traffic().bytes_in), (0, 0));
}

#[test]
fn two_fakes_are_alike_unless_they_are_seeded() {
    let made = |fake: FakeImmich| {
        let user = fake.user("Alice");
        (user, fake.key(user, &["all"]), fake.add(NewAsset::of(user, vec![1])))
    };
    assert_eq!(made(FakeImmich::new()), made(FakeImmich::new()));
    let (one, other) = (made(FakeImmich::new()), made(FakeImmich::new().seeded(7)));
    assert!(one.0 != other.0 && one.1 != other.1 && one.2 != other.2);
}
