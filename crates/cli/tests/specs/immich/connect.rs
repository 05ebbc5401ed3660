//! `immich connect`: a server is asked first, and then remembered by name and address alone.

use lightproof_testkit::immich::{FakeImmich, Misbehaviour, When};

use super::{Well, WithServer, refusal};

#[test]
fn a_server_is_remembered_by_its_name() {
    for (version, support) in [((2, 4, 1), "known"), ((3, 2, 2), "known"), ((4, 0, 0), "newer")] {
        let with = WithServer::around(FakeImmich::new().version(version.0, version.1, version.2));
        let told = with.json(&["immich", "connect", "home", "--url", &format!(" {}/api/", with.fake.url())]);
        assert_eq!(told["support"], support);
        assert_eq!(told["version"], format!("{}.{}.{}", version.0, version.1, version.2));
        assert_eq!(with.settings(), format!("[immich.home]\nurl = \"{}\"\n", with.fake.url()));
        let listed = with.json(&["immich", "list"]);
        assert_eq!((&listed["servers"][0]["server"], &listed["servers"][0]["url"]), (&"home".into(), &with.fake.url().into()));
    }
}

#[test]
fn what_to_do_next_is_told() {
    let with = WithServer::new();
    let told = with.run(&["immich", "connect", "home", "--url", &with.fake.url()]).well();
    for words in [
        "home is Immich 2.4.1 at http://",
        "(supported)",
        "http is not encrypted",
        "asset.read, asset.view",
        "immich key add --server home",
        "survey immich:home",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
    assert!(!told.contains('\u{1b}'), "colours are for terminals");
    assert!(with.run(&["immich", "connect", "home", "--url", &with.fake.url(), "--quiet"]).well().is_empty());
}

#[test]
fn a_server_that_moved_is_connected_again_and_keeps_its_owners() {
    let (with, moved) = (WithServer::new(), WithServer::new());
    with.write_settings(
        "# mine\nradius = 5 # small\n\n[immich.home] # at home\nurl = \"http://127.0.0.1:1\"\nowners = [\"alice\"]\n# end\n",
    );
    let told = with.json(&["immich", "connect", "home", "--url", &moved.fake.url()]);
    assert_eq!(
        with.settings(),
        format!(
            "# mine\nradius = 5 # small\n\n[immich.home] # at home\nurl = \"{}\"\nowners = [\"alice\"]\n# end\n",
            moved.fake.url()
        )
    );
    assert!(told["notes"].to_string().contains("it was at http://127.0.0.1:1 until now; the keys"), "{told}");
    assert_eq!(with.json(&["immich", "connect", "home", "--url", &moved.fake.url()])["changed"], false);
}

type Prepare = dyn Fn(&FakeImmich);

#[test]
fn what_is_no_server_to_read_is_refused_and_not_remembered() {
    let cases: [(&str, i32, &str, &Prepare); 7] = [
        ("too old", 3, "server-too-old", &|fake| fake.upgrade(2, 3, 1)),
        ("a proxy's page", 3, "not-immich", &|fake| fake.misbehave("*", When::Always, Misbehaviour::WebPage)),
        ("a proxy's error", 1, "server-failed", &|fake| fake.misbehave("*", When::Always, Misbehaviour::FailsWithPage(502))),
        ("another host", 3, "server-redirects", &|fake| fake.misbehave("*", When::Always, Misbehaviour::SendsToTrap)),
        ("half an answer", 1, "answer-garbled", &|fake| fake.misbehave("*", When::Always, Misbehaviour::HalfTheText)),
        ("resets", 1, "server-unreachable", &|fake| fake.misbehave("*", When::Always, Misbehaviour::ResetBefore)),
        ("errors", 1, "server-failed", &|fake| fake.misbehave("*", When::Always, Misbehaviour::Fails(500))),
    ];
    for (what, code, cause, prepare) in cases {
        let with = WithServer::new();
        prepare(&with.fake);
        let ran = with.run(&["immich", "connect", "home", "--url", &with.fake.url(), "--json"]);
        let (told_code, told_cause, message) = refusal(&ran);
        assert_eq!((told_code, told_cause.as_str()), (Some(code), cause), "{what}: {message}");
        assert_eq!(with.settings(), "", "{what}");
    }
    let with = WithServer::new();
    let ran = with.run(&["immich", "connect", "home", "--url", "http://127.0.0.1:1", "--json"]);
    assert_eq!(refusal(&ran).0, Some(1), "nobody listens there: {}", ran.stdout);
    with.run(&["immich", "connect", "home", "--url", "http://127.0.0.1:1", "--offline"]).well();
    assert!(with.settings().contains("http://127.0.0.1:1"), "unless nobody was to be asked");
}

#[test]
fn maintenance_is_told_and_in_nobodys_way() {
    let with = WithServer::new();
    with.fake.maintenance(true);
    let told = with.json(&["immich", "connect", "home", "--url", &with.fake.url()]);
    assert_eq!(told["maintenance"], true);
    assert!(told["notes"].to_string().contains("maintenance mode"), "{told}");
}

#[test]
fn a_server_with_its_own_certificate_is_known_by_its_fingerprint() {
    let with = WithServer::around(FakeImmich::over_tls());
    let (url, sha256) = (with.fake.url(), with.fake.certificate_sha256().unwrap());
    let ran = with.run(&["immich", "connect", "home", "--url", &url, "--json"]);
    let (code, cause, _) = refusal(&ran);
    assert_eq!((code, cause.as_str()), (Some(3), "certificate-untrusted"));
    assert!(ran.stdout.contains(&sha256), "what it shows is told, to be compared: {}", ran.stdout);
    assert_eq!(with.settings(), "");
    let wrong = sha256.replace(&sha256[..2], if &sha256[..2] == "00" { "01" } else { "00" });
    let ran = with.run(&["immich", "connect", "home", "--url", &url, "--certificate", &wrong, "--json"]);
    assert_eq!(refusal(&ran).1, "certificate-untrusted");
    for written in [sha256.clone(), sha256.replace(':', "").to_lowercase()] {
        let told = with.json(&["immich", "connect", "home", "--url", &url, "--certificate", &written]);
        assert_eq!((&told["certificate_sha256"], told["notes"].as_array().unwrap().len()), (&sha256.clone().into(), 0));
        assert!(with.settings().contains(&format!("certificate_sha256 = \"{sha256}\"")));
    }
    let plain = with.run(&["immich", "connect", "home", "--url", "http://127.0.0.1:1", "--certificate", &sha256, "--json"]);
    assert!(refusal(&plain).2.contains("of no use with an http:// address"));
}

#[test]
fn what_cannot_be_an_address_or_a_name_is_refused_without_repeating_it() {
    let with = WithServer::new();
    for (name, url, told) in [
        ("home", "immich:2283", "--url: the address must begin with http:// or https://"),
        ("home", "http://me:canary@immich", "--url: an address with a user or password in it is not stored"),
        ("home", "http://immich/?apiKey=canary", "--url: that is not an address"),
        ("two words", "http://immich", "a server's name is"),
    ] {
        let ran = with.run(&["immich", "connect", name, "--url", url, "--json"]);
        let (code, kind, message) = refusal(&ran);
        assert_eq!((code, kind.as_str()), (Some(3), "refused"));
        assert!(message.starts_with(told) && !format!("{ran:?}").contains("canary"), "{ran:?}");
    }
    assert_eq!(with.settings(), "");
}

#[test]
fn a_settings_file_that_is_named_is_the_one_that_is_written() {
    let with = WithServer::new();
    let named = with.house.program.home().join("my.toml");
    let named = named.to_str().unwrap();
    with.run(&["immich", "connect", "home", "--url", &with.fake.url(), "--config", named]).well();
    assert_eq!(with.settings(), "");
    assert_eq!(with.json(&["immich", "list", "--config", named])["servers"][0]["server"], "home");
    let ran = with.run(&["immich", "list", "--config", "/nowhere.toml", "--json"]);
    assert_eq!(refusal(&ran).0, Some(3), "only what is to be written may be missing");
    with.write_settings("raduis = 5");
    let ran = with.run(&["immich", "connect", "home", "--url", &with.fake.url(), "--json"]);
    assert_eq!(refusal(&ran).0, Some(3), "settings that cannot be read are not written over");
    assert_eq!(with.settings(), "raduis = 5");
}
