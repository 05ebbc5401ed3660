//! `immich status`: how a server does, with whatever keys there are, and what could not be seen.

use lightproof_testkit::immich::{FakeImmich, Misbehaviour, NewAsset, NewUser, Original, When};
use serde_json::{Value, json};

use super::{NEEDED, UNSET, Well, WithServer};

/// The status of the only server.
fn status(with: &WithServer) -> Value {
    with.json(&["immich", "status"])["servers"][0].clone()
}

fn words(of: &Value, key: &str) -> Vec<String> {
    of.as_array().unwrap().iter().map(|one| one[key].as_str().unwrap().to_owned()).collect()
}

fn photograph(owner: lightproof_testkit::immich::Id, name: &str) -> NewAsset {
    NewAsset::of(owner, Original::filled(b"\xFF\xD8".as_slice(), 1_000_000)).named(name).taken("2024-07-14T08:21:33Z")
}

/// A server with assets of all kinds, an administrator's key, and a user without one.
fn busy(fake: FakeImmich) -> WithServer {
    let with = WithServer::around(fake);
    let carol = with.fake.user(NewUser::named("Carol"));
    with.fake.add(photograph(with.alice, "a.jpg"));
    let archived = with.fake.add(photograph(with.alice, "b.jpg"));
    with.fake.archive(archived);
    let trashed = with.fake.add(photograph(with.alice, "c.jpg"));
    with.fake.trash(trashed);
    with.fake.add(photograph(carol, "d.jpg"));
    with.fake.jobs("thumbnailGeneration", 1, 20, 3);
    with.fake.library(with.alice, "NAS", &["/mnt/nas"]);
    with.run(&["immich", "connect", "home", "--url", &with.fake.url()]).well();
    with.add_key("alice", &with.fake.key(with.alice, &["all"])).well();
    with.add_key("bob", &with.fake.key(with.bob, &NEEDED)).well();
    with.fake.forget_requests();
    with
}

#[test]
fn all_that_an_administrators_key_shows_is_told() {
    for version in [(2, 4, 1), (3, 2, 2)] {
        let with = busy(FakeImmich::new().version(version.0, version.1, version.2));
        let status = status(&with);
        assert_eq!(status["version"], format!("{}.{}.{}", version.0, version.1, version.2));
        assert_eq!(
            (&status["support"], &status["maintenance"], &status["trouble"]),
            (&"known".into(), &false.into(), &Value::Null)
        );
        assert_eq!(status["history"][0]["since"], "2026-11-22T12:12:33.272Z");
        let [alice, bob] = [&status["owners"][0], &status["owners"][1]];
        assert_eq!(
            (&alice["key"], &alice["user_name"], &alice["is_admin"]),
            (&"works".into(), &"Alice Admin".into(), &true.into())
        );
        let one = json!({ "images": 1, "videos": 0 });
        let none = json!({ "images": 0, "videos": 0 });
        assert_eq!(alice["counts"], json!({ "timeline": one, "archive": one, "hidden": none, "trashed": one }));
        assert_eq!(alice["permissions"]["dangerous"], json!(["all"]));
        assert_eq!((&bob["user_name"], &bob["permissions"]["missing"]), (&"Bob".into(), &json!([])));
        let failed: Vec<_> = status["queues"].as_array().unwrap().iter().filter(|queue| queue["failed"] != 0).collect();
        assert_eq!(
            failed,
            [&json!({ "name": "thumbnailGeneration", "is_paused": false, "active": 1, "waiting": 20, "failed": 3 })]
        );
        assert_eq!(status["libraries"][0]["folders"], json!(["/mnt/nas"]));
        assert!(status["storage"]["free"].as_u64().unwrap() > 0);
        let unknown: Vec<_> = status["users"].as_array().unwrap().iter().filter(|user| user["owner"].is_null()).collect();
        assert_eq!((unknown.len(), &unknown[0]["name"], &unknown[0]["photos"]), (1, &"Carol".into(), &1.into()));
        assert_eq!(words(&status["unseen"], "what"), ["locked assets"], "all else is seen");
        let kinds = words(&status["attention"], "kind");
        for kind in ["key-may-too-much", "jobs-failed", "users-without-key", "not-encrypted"] {
            assert!(kinds.contains(&kind.to_owned()), "{kind}: {kinds:?}");
        }
        assert!(with.fake.violations().is_empty());
        assert!(with.fake.requests().iter().all(|request| request.method == "GET"), "it only asks");
    }
}

#[test]
fn people_read_it_as_a_page() {
    let with = busy(FakeImmich::new());
    with.fake.set_clock("2026-11-23T10:00:00Z");
    let page = with.run(&["immich", "status", "home"]).well();
    for line in [
        "  version      Immich 2.4.1, supported; since 2026-11-22 12:12:33\n",
        "  maintenance  no\n",
        "\nOwners\n  alice  the key works, called \"key 1\": Alice Admin (administrator)\n",
        "         1 photo, 0 videos; 1 archived; 1 in the trash\n",
        "         may too much: all\n",
        "\nUsers without a known key\n  Carol  1 photo, 0 videos, 1.0 MB\n",
        "\nQueues\n  thumbnailGeneration  3 failed, 1 under way, 20 waiting\n  16 more: nothing to do, nothing failed\n",
        "\nExternal libraries\n  NAS  of alice, 0 assets, /mnt/nas\n",
        "\nNot seen\n  locked assets: Immich shows them to no API key\n",
        "  ! the key of alice may more than it should: all\n",
    ] {
        assert!(page.contains(line), "{line}\n{page}");
    }
    assert!(!page.contains('\u{1b}'), "colours are for terminals");
}

#[test]
fn what_keys_do_not_show_is_told_with_the_reason() {
    let with = WithServer::connected();
    let alone = status(&with);
    assert_eq!(alone["version"], "2.4.1");
    assert!(alone["unseen"].as_array().unwrap().iter().all(|unseen| unseen["why"] == "no key is known"), "{alone}");

    let bob = with.fake.key(with.bob, &["asset.read", "user.read"]);
    with.add_key("bob", &bob).well();
    with.add_key_with("zed", "nonsense", &["--offline"], UNSET).well();
    let told = status(&with);
    let why = |what: &str| {
        let unseen = told["unseen"].as_array().unwrap();
        unseen.iter().find(|unseen| unseen["what"] == what).map(|unseen| unseen["why"].as_str().unwrap().to_owned())
    };
    assert_eq!(why("how many assets bob has").unwrap(), "the key of bob may not asset.statistics");
    assert_eq!(why("the server's disk").unwrap(), "the key of bob may not server.storage");
    assert_eq!(why("queues").unwrap(), "only the key of an administrator tells it, with queue.read");
    assert!(why("the assets of zed").unwrap().ends_with("does not know this key"));
    assert_eq!((&told["owners"][0]["key"], &told["owners"][1]["key"]), (&"works".into(), &"refused".into()));
    assert_eq!(
        told["owners"][0]["permissions"]["missing"],
        json!(["asset.view", "asset.download", "asset.statistics", "album.read"])
    );
    let mut names = words(&told["users"], "name");
    names.sort();
    assert_eq!(names, ["Alice Admin", "Bob"], "users know each other's names");

    with.fake.permit(&bob, &NEEDED);
    let admin = with.fake.key(with.alice, &["user.read", "server.storage"]);
    with.add_key("alice", &admin).well();
    let told = status(&with);
    assert!(told["storage"].is_object());
    let queues = told["unseen"].as_array().unwrap().iter().find(|unseen| unseen["what"] == "queues").unwrap();
    assert_eq!(queues["why"], "the key of alice may not queue.read");
}

#[test]
fn a_key_that_is_revoked_or_of_the_same_user_twice_is_told() {
    let with = WithServer::connected();
    let first = with.fake.key(with.alice, &NEEDED);
    with.add_key("alice", &first).well();
    with.add_key_with("grandma", &with.fake.key(with.alice, &NEEDED), &["--offline"], UNSET).well();
    let told = status(&with);
    assert_eq!(told["owners"][0]["same_user_as"], json!(["grandma"]));
    let same: Vec<_> = told["attention"].as_array().unwrap().iter().filter(|found| found["kind"] == "same-user").collect();
    assert_eq!(same.len(), 1, "{same:?}");
    with.fake.revoke(&first);
    let told = status(&with);
    assert_eq!((&told["owners"][0]["key"], &told["owners"][0]["trouble"]["kind"]), (&"refused".into(), &"bad-key".into()));
}

#[test]
fn a_server_that_cannot_be_surveyed_says_why_and_is_no_failure() {
    for (state, kind) in [("maintenance", "server-in-maintenance"), ("old", "server-too-old"), ("new", "server-newer")] {
        let with = busy(FakeImmich::new());
        match state {
            "maintenance" => with.fake.maintenance(true),
            "old" => with.fake.upgrade(2, 3, 1),
            _ => with.fake.upgrade(4, 0, 0),
        }
        let told = status(&with);
        assert!(words(&told["attention"], "kind").contains(&kind.to_owned()), "{state}: {told}");
        let tried = if state == "new" { "works" } else { "not-tried" };
        assert_eq!(told["owners"][0]["key"], tried, "{state}");
        assert_eq!(told["trouble"], Value::Null, "{state}");
    }
}

#[test]
fn a_server_that_cannot_be_asked_ends_with_1_and_says_why() {
    let with = busy(FakeImmich::new());
    with.run(&["immich", "connect", "away", "--url", "http://127.0.0.1:1", "--offline"]).well();
    let ran = with.run(&["immich", "status", "--json"]);
    let told: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(ran.code, Some(1));
    assert_eq!(told["servers"][0]["trouble"]["kind"], "server-unreachable");
    assert_eq!(told["servers"][1]["trouble"], Value::Null, "the other one is asked all the same");
    for (wrong, kind) in [
        (Misbehaviour::WebPage, "not-immich"),
        (Misbehaviour::SendsToTrap, "server-redirects"),
        (Misbehaviour::FailsWithPage(502), "server-failed"),
    ] {
        with.fake.misbehave("*", When::Always, wrong);
        let ran = with.run(&["immich", "status", "home", "--json"]);
        let told: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!((ran.code, &told["servers"][0]["trouble"]["kind"]), (Some(1), &kind.into()));
        let page = with.run(&["immich", "status", "home"]);
        assert!(page.code == Some(1) && page.stdout.starts_with("home  http://") && page.stderr.is_empty(), "{page:?}");
        with.fake.behave();
    }
}

#[test]
fn a_server_with_its_own_certificate_is_asked_only_while_it_shows_that() {
    let with = WithServer::around(FakeImmich::over_tls());
    let sha256 = with.fake.certificate_sha256().unwrap();
    with.run(&["immich", "connect", "home", "--url", &with.fake.url(), "--certificate", &sha256]).well();
    let key = with.fake.key(with.alice, &NEEDED);
    with.add_key("alice", &key).well();
    let told = status(&with);
    assert_eq!((&told["is_encrypted"], &told["owners"][0]["key"]), (&true.into(), &"works".into()));
    assert!(!words(&told["attention"], "kind").contains(&"not-encrypted".to_owned()));

    let other = FakeImmich::over_tls();
    with.write_settings(&with.settings().replace(&with.fake.url(), &other.url()));
    let ran = with.run(&["immich", "status"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stdout.contains("certificate") && ran.stdout.contains(&other.certificate_sha256().unwrap()), "{}", ran.stdout);
    assert_eq!(other.requests().len(), 0, "nothing is said to another server");
}

#[test]
fn what_is_about_to_run_out_is_told() {
    let with = busy(FakeImmich::new());
    let dora = with.fake.user(NewUser::named("Dora").quota(1_010_000));
    with.fake.add(photograph(dora, "e.jpg"));
    with.add_key("dora", &with.fake.key(dora, &NEEDED)).well();
    with.fake.disk(1_000_000_000, 990_000_000);
    with.fake.set_clock("2020-01-01T00:00:00Z");
    let told = status(&with);
    let message = |kind: &str| {
        let found = told["attention"].as_array().unwrap().iter().find(|found| found["kind"] == kind);
        found.unwrap_or_else(|| panic!("{kind}: {told}"))["message"].as_str().unwrap().to_owned()
    };
    assert_eq!(message("disk-nearly-full"), "only 1.0 % of the server's disk are free");
    assert_eq!(message("quota-nearly-reached"), "dora has used 99 % of the quota");
    assert!(message("clock-off").contains("days behind this machine's"), "{}", message("clock-off"));
}

#[test]
fn one_call_that_fails_hides_no_other() {
    let with = busy(FakeImmich::new());
    for call in ["storage", "statistics", "about", "config", "version-history"] {
        with.fake.misbehave(&format!("GET /api/server/{call}"), When::Always, Misbehaviour::HalfTheText);
    }
    let told = status(&with);
    assert_eq!(told["storage"], Value::Null);
    assert!(told["queues"].is_array() && told["owners"][0]["counts"].is_object());
    let unseen = words(&told["unseen"], "what");
    for what in [
        "the server's disk",
        "what all users have",
        "the programs that the server uses",
        "whether it is in maintenance mode",
        "since when it has this version",
    ] {
        assert!(unseen.contains(&what.to_owned()), "{what}: {unseen:?}");
    }
    assert_eq!(words(&told["users"], "name").len(), 3, "at least their names");
}

#[test]
fn maintenance_that_begins_meanwhile_ends_the_asking() {
    let with = busy(FakeImmich::new());
    with.fake.maintenance_after(6);
    let told = status(&with);
    assert!(told["unseen"].to_string().contains("maintenance"), "{told}");
    let after = with.fake.requests().len();
    assert!(after < 12, "{after} requests: nothing more is asked of it");
}
