//! `immich key`: a key is tried, kept where the settings say, and shown nowhere.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use lightproof_testkit::immich::{Misbehaviour, When};
use serde_json::json;

use super::{NEEDED, UNSET, Well, WithServer, refusal};

#[test]
fn a_key_that_works_is_kept_and_its_owner_remembered() {
    let with = WithServer::connected();
    let key = with.fake.key(with.alice, &NEEDED);
    let told = with.add_key_with("alice", &key, &["--json"], UNSET).well();
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!((&told["server"], &told["owner"], &told["provider"]), (&"home".into(), &"alice".into(), &"file".into()));
    assert_eq!((&told["user"]["name"], &told["user"]["is_admin"]), (&"Alice Admin".into(), &true.into()));
    assert_eq!((&told["permissions"]["missing"], &told["permissions"]["dangerous"]), (&json!([]), &json!([])));
    assert!(with.settings().contains("owners = [\"alice\"]"), "{}", with.settings());
    assert_eq!(fs::metadata(with.key_file()).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(with.key_file().parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);
    let bob = with.fake.key(with.bob, &NEEDED);
    let said = with.add_key("bob", &bob).well();
    assert!(said.contains("The key of bob works: it is that of Bob.") && said.contains("all that a survey needs"), "{said}");
    let listed = with.json(&["immich", "key", "list"]);
    let owners: Vec<_> = listed["keys"].as_array().unwrap().iter().map(|k| (k["owner"].clone(), k["is_known"].clone())).collect();
    assert_eq!(owners, [("alice".into(), true.into()), ("bob".into(), true.into())]);
}

#[test]
fn what_a_key_lacks_and_what_it_should_not_have_is_told() {
    let with = WithServer::connected();
    let said = with.add_key("alice", &with.fake.key(with.alice, &["all"])).well();
    assert!(said.contains("may too much: all") && said.contains("a key with these is enough: asset.read"), "{said}");
    let said = with
        .add_key("bob", &with.fake.key(with.bob, &["asset.read", "user.read", "asset.delete", "tag.create"]))
        .went_well()
        .stdout;
    assert!(said.contains("missing for a survey: asset.view, asset.download, asset.statistics, album.read"), "{said}");
    assert!(said.contains("may too much: asset.delete") && said.contains("not needed: tag.create"), "{said}");
}

#[test]
fn a_key_that_does_not_work_is_not_kept() {
    let with = WithServer::connected();
    let forbidden = with.fake.key(with.bob, &["asset.read"]);
    let cases = [("nonsense", "bad-key"), (forbidden.as_str(), "refused"), ("two words", "refused"), ("", "refused")];
    for (key, cause) in cases {
        let (code, told, message) = refusal(&with.add_key_with("bob", key, &["--json"], UNSET));
        assert_eq!((code, told.as_str()), (Some(3), cause), "{key:?}: {message}");
        assert!(key.is_empty() || !message.contains(key));
    }
    assert!(!with.key_file().exists() && !with.settings().contains("owners"));
    with.add_key_with("bob", "nonsense", &["--offline"], UNSET).well();
    assert!(with.key_file().exists() && with.settings().contains("owners = [\"bob\"]"), "unless nobody was to be asked");
    with.fake.maintenance(true);
    let (code, cause, _) = refusal(&with.add_key_with("bob", &forbidden, &["--json"], UNSET));
    assert_eq!((code, cause.as_str()), (Some(1), "server-in-maintenance"));
}

#[test]
fn one_users_key_is_never_that_of_two_owners() {
    let with = WithServer::connected();
    with.add_key("alice", &with.fake.key(with.alice, &NEEDED)).well();
    let again = with.fake.key(with.alice, &["all"]);
    let (code, _, message) = refusal(&with.add_key_with("grandma", &again, &["--json"], UNSET));
    assert_eq!((code, message.as_str()), (Some(3), "this key is Alice Admin's, whose assets are read as those of alice already"));
    with.add_key("alice", &again).well();
    let said = with.add_key("alice", &with.fake.key(with.bob, &NEEDED)).well();
    assert!(said.contains("the key of alice was Alice Admin's until now"), "{said}");
}

#[test]
fn which_server_is_asked_only_where_there_are_several() {
    let with = WithServer::connected();
    with.run(&["immich", "connect", "away", "--url", "http://127.0.0.1:1", "--offline"]).well();
    let key = with.fake.key(with.alice, &NEEDED);
    let (code, _, message) = refusal(&with.add_key_with("alice", &key, &["--json"], UNSET));
    assert_eq!((code, message.as_str()), (Some(3), "several servers are known (away, home): which one?"));
    with.add_key_with("alice", &key, &["--server", "home"], UNSET).well();
    let (_, _, message) = refusal(&with.add_key_with("alice", &key, &["--server", "nas", "--json"], UNSET));
    assert_eq!(message, "no server is called \"nas\"; known: away, home");
}

#[test]
fn a_key_is_found_nowhere_but_where_its_provider_keeps_it() {
    let with = WithServer::connected();
    let key = with.fake.key(with.alice, &["all"]);
    let mut said = String::new();
    let mut hear = |ran: lightproof_testkit::run::Ran| said.push_str(&format!("{}{}\n", ran.stdout, ran.stderr));
    hear(with.add_key("alice", &key).went_well());
    hear(with.add_key_with("alice", &key, &["--json"], UNSET).went_well());
    hear(with.add_key_with("bob", &key, &["--json"], UNSET));
    // A server that repeats the key in its errors, forgets it, or sends on.
    for wrong in [Misbehaviour::EchoesKey, Misbehaviour::ForgetsKey, Misbehaviour::SendsToTrap, Misbehaviour::HalfTheText] {
        with.fake.misbehave("GET /api/users/me", When::Always, wrong.clone());
        with.fake.misbehave("GET /api/assets/statistics", When::Always, wrong);
        hear(with.add_key("alice", &key));
        hear(with.run(&["immich", "status"]));
        hear(with.run(&["immich", "status", "--json"]));
        with.fake.behave();
    }
    for arguments in [&["immich", "list"][..], &["immich", "key", "list"], &["immich", "status", "--json"], &["config", "show"]] {
        hear(with.run(arguments));
    }
    let photographs = with.house.program.home().join("photographs");
    hear(with.run(&["demo", photographs.to_str().unwrap()]));
    hear(with.run(&["survey", photographs.to_str().unwrap()]).went_well());
    assert!(!said.contains(&key), "{said}");
    assert_eq!(with.files_with(&key), [with.key_file()]);
    assert!(!with.fake.trap().caught_a_key(), "never to another host");
}

#[test]
fn a_file_of_keys_that_others_can_read_is_not_read_and_no_survey_goes_on_without() {
    let with = WithServer::connected();
    let key = with.fake.key(with.alice, &NEEDED);
    with.add_key("alice", &key).well();
    fs::set_permissions(with.key_file(), fs::Permissions::from_mode(0o640)).unwrap();
    // It is told of that owner, and hides nothing else.
    for arguments in [&["immich", "status", "--json"][..], &["immich", "key", "list", "--json"]] {
        let ran = with.run(arguments);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert!(ran.stdout.contains("keys.toml can be read or changed by others (mode 640)"), "{ran:?}");
        assert!(!format!("{ran:?}").contains(&key));
    }
    let ran = with.run(&["survey", "immich:home", "--json"]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(ran.stdout.contains("the key of alice cannot be read"), "{ran:?}");
    assert_eq!(refusal(&with.add_key_with("alice", &key, &["--json"], UNSET)).0, Some(3));
}

#[test]
fn the_environment_goes_before_and_is_enough_alone() {
    let with = WithServer::connected();
    let (alice, bob) = (with.fake.key(with.alice, &NEEDED), with.fake.key(with.bob, &NEEDED));
    let variable = "LIGHTPROOF_IMMICH_HOME_BOB_KEY";
    with.add_key("bob", &alice).well();
    let said = with.add_key_with("bob", &alice, &[], &[(variable, &bob)]).well();
    assert!(said.contains(&format!("the environment variable {variable} is set and goes before")), "{said}");

    let with = WithServer::connected();
    let bob = with.fake.key(with.bob, &NEEDED);
    with.write_settings(&format!("{}\n[secrets]\nprovider = \"environment\"\n", with.settings()));
    let (code, cause, message) = refusal(&with.add_key_with("bob", "ignored", &["--json"], UNSET));
    assert_eq!((code, cause.as_str()), (Some(3), "secrets-read-only"));
    assert!(message.contains(variable), "where it can be set is told: {message}");
    let said = with.add_key_with("bob", "ignored", &[], &[(variable, &bob)]).well();
    assert!(
        said.contains("The key of bob works") && said.contains(&format!("It stays in the environment variable {variable}")),
        "{said}"
    );
    assert!(with.settings().contains("owners = [\"bob\"]") && !with.key_file().exists());
    assert_eq!(with.files_with(&bob), [] as [&Path; 0]);
}

#[test]
fn a_keyring_is_handed_the_key_and_never_shows_it_in_its_arguments() {
    let with = WithServer::connected();
    let key = with.fake.key(with.alice, &NEEDED);
    let programs = with.house.program.home().join("programs");
    fs::create_dir(&programs).unwrap();
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ops/tests/programs/secret-tool");
    std::os::unix::fs::symlink(program, programs.join("secret-tool")).unwrap();
    with.write_settings(&format!("{}\n[secrets]\nprovider = \"keyring\"\n", with.settings()));
    let path = format!("{}:/usr/bin:/bin", programs.display());
    if cfg!(not(target_os = "linux")) {
        println!("the keyring of this system is another");
        return;
    }
    let said = with.add_key_with("alice", &key, &[], &[("PATH", &path)]).well();
    assert!(said.contains("Stored in the keyring, as \"lightproof: alice on home\"") && !said.contains(&key));
    let other = ("LIGHTPROOF_IMMICH_HOME_BOB_KEY", "canary-of-bob".to_owned());
    with.add_key_with("alice", &key, &[], &[("PATH", path), other]).well();
    let kept = programs.join("service_lightproof_server_home_owner_alice.kept");
    assert_eq!(with.files_with(&key), [kept]);
    let noted = fs::read_to_string(programs.join("arguments")).unwrap();
    assert!(noted.contains("store --label=lightproof: alice on home service lightproof server home owner alice"), "{noted}");
    assert_eq!(with.files_with("canary-of-bob"), [] as [&Path; 0], "no key in the environment is handed on");
}

#[test]
fn without_a_keyring_it_is_told_what_to_choose_instead() {
    let with = WithServer::connected();
    with.write_settings(&format!("{}\n[secrets]\nprovider = \"keyring\"\n", with.settings()));
    let key = with.fake.key(with.alice, &NEEDED);
    let ran = with.add_key_with("alice", &key, &["--json"], &[("PATH", "/nowhere")]);
    let (code, cause, message) = refusal(&ran);
    assert_eq!((code, cause.as_str()), (Some(3), "secrets-keyring"), "{message}");
    assert!(ran.stdout.contains("provider = \\\"file\\\""), "{}", ran.stdout);
    assert!(!with.settings().contains("owners"), "an owner without a key is not remembered");
}
