//! Owners on an Immich server are sources like any folder: one survey, one ledger, groups across owners.

#![allow(clippy::disallowed_methods)] // a test writes its own settings and photographs

use std::{
    ffi::OsStr,
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::Stdio,
};

use lightproof_darkroom::{exif::Exif, photo::Photo};
use lightproof_testkit::{
    corpus::shared_corpus,
    immich::{FakeImmich, Id, Misbehaviour, NewAsset, NewUser, Visibility, When},
    library::Library,
};
use serde_json::Value;

use crate::{
    house::{House, Row},
    units,
};

const SURVEY: &[&str] = &["asset.read", "asset.download", "asset.view", "asset.statistics", "user.read", "album.read"];

/// A server named `home` whose owners alice and bob have given their keys.
struct Served {
    fake: FakeImmich,
    house: House,
    alice: Id,
    bob: Id,
    keys: [String; 2],
}

impl Served {
    fn new() -> Served {
        let fake = FakeImmich::new();
        let (alice, bob) = (fake.user(NewUser::named("Alice").admin()), fake.user("Bob"));
        let keys = [fake.key(alice, SURVEY), fake.key(bob, SURVEY)];
        let house = House::default();
        let _ = house.run(["immich", "connect", "home", "--url", &fake.url()]).went_well();
        for (owner, key) in ["alice", "bob"].into_iter().zip(&keys) {
            let mut adding = house
                .program
                .command(["immich", "key", "add", "--owner", owner])
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            adding.stdin.take().unwrap().write_all(key.as_bytes()).unwrap();
            assert!(adding.wait().unwrap().success());
        }
        Served { fake, house, alice, bob, keys }
    }

    fn survey(&self) -> Value {
        self.house.survey_all(["immich:home"])
    }

    /// The row of an asset by the end of its path.
    fn row(&self, end: &str) -> Row {
        let manifest = self.house.manifest();
        let rows: Vec<&Row> = manifest.rows.iter().filter(|row| row["path"].ends_with(end)).collect();
        assert_eq!(rows.len(), 1, "{end} in {:?}", manifest.column("path"));
        rows[0].clone()
    }

    /// The groups as basis and the ends of their members' paths.
    fn groups(&self) -> Vec<(String, Vec<String>)> {
        let table = self.house.groups();
        let mut ids: Vec<&str> = table.column("group");
        ids.dedup();
        let members = |id: &str| {
            let of_group = table.rows.iter().filter(|row| &row["group"] == id);
            let mut paths: Vec<String> = of_group.map(|row| row["path"].rsplit('/').next().unwrap().to_owned()).collect();
            paths.sort();
            paths
        };
        // A group's basis is the weakest of its rows'.
        let order = ["same-bytes", "same-image", "same-shot", "looks-alike", "series"];
        let basis = |id: &str| {
            let of_group = table.rows.iter().filter(|row| &row["group"] == id);
            order[of_group.map(|row| order.iter().position(|basis| *basis == &row["basis"]).unwrap()).max().unwrap()].to_owned()
        };
        ids.into_iter().map(|id| (basis(id), members(id))).collect()
    }
}

fn photo(seed: u64) -> Photo {
    let taken = format!("2024:05:{:02} 10:11:12", 1 + seed % 28);
    Photo::drawn(seed)
        .size(800, 600)
        .exif(Exif::camera("Canon", "Canon EOS 80D").taken(&taken).sub_sec("37").serial("0815").fields(24))
}

/// An asset as Immich would have it: kept under its name in a folder of the owner, with a thumbnail.
fn asset(owner: Id, folder: &str, name: &str, photo: &Photo) -> NewAsset {
    let thumbnail = photo.clone().stripped().resized(333, 250).jpeg(80);
    NewAsset::of(owner, photo.jpeg(90))
        .named(name)
        .path(&format!("/data/library/{folder}/{name}"))
        .taken("2024-05-01T10:11:12Z")
        .modified("2024-05-01T10:11:12Z")
        .thumbnail(thumbnail)
}

fn fate_of(account: &Value, fate: &str) -> u64 {
    account["fates"][fate].as_u64().unwrap()
}

#[test]
fn owners_are_surveyed_together_and_groups_cross_them() {
    let served = Served::new();
    let (fake, beach) = (&served.fake, photo(1));
    fake.add(asset(served.alice, "alice", "beach.jpg", &beach));
    fake.add(asset(served.bob, "bob", "beach copy.jpg", &beach));
    fake.add(asset(served.bob, "bob", "small.jpg", &beach.clone().resized(640, 480)));
    fake.add(asset(served.alice, "alice", "forest.jpg", &photo(2)));
    let account = served.survey();
    assert_eq!((account["assets"].as_u64(), fate_of(&account, "read")), (Some(4), 4), "{account:#}");
    assert_eq!(
        served.groups(),
        [("same-shot".to_owned(), ["beach copy.jpg", "beach.jpg", "small.jpg"].map(str::to_owned).to_vec())]
    );
    let row = served.row("alice/beach.jpg");
    assert_eq!((&row["owner"], &row["date_time_original"], &row["serial"]), ("alice", "2024-05-02T10:11:12", "0815"));
    assert_eq!(&row["exif_field_count"], "24");
    assert_eq!((&row["integrity"], &row["sha1"]), ("not-checked", served.row("bob/beach copy.jpg")["sha1"].to_owned().as_str()));
    assert_eq!(row["bytes"], beach.jpeg(90).len().to_string());
    assert_eq!(fake.violations(), [] as [String; 0]);
}

#[test]
fn a_second_survey_asks_for_changes_only() {
    let served = Served::new();
    for seed in 1..=20 {
        served.fake.add(asset(served.alice, "alice", &format!("{seed}.jpg"), &photo(seed)));
    }
    served.survey();
    let ids = served.house.ids();
    let before = served.fake.requests().len();
    let account = served.survey();
    assert_eq!((fate_of(&account, "unchanged"), account["opened"].as_u64()), (20, Some(0)), "{account:#}");
    let again = &served.fake.requests()[before..];
    assert!(again.iter().all(|r| !r.path.contains("/original") && !r.path.contains("/thumbnail")), "{again:?}");

    let moved = served.fake.add(asset(served.alice, "alice", "new.jpg", &photo(30)));
    served.fake.remove(moved);
    let late = served.fake.add(asset(served.alice, "alice", "late.jpg", &photo(31)));
    let account = served.survey();
    assert_eq!((fate_of(&account, "unchanged"), fate_of(&account, "read")), (20, 1));
    served.fake.move_to(late, "/data/library/alice/2024/late.jpg");
    let account = served.survey();
    assert_eq!((fate_of(&account, "unchanged"), account["opened"].as_u64(), account["moved"].as_u64()), (21, Some(0), Some(1)));
    served.fake.remove(late);
    let account = served.survey();
    assert_eq!((account["assets"].as_u64(), account["gone"].as_u64()), (Some(20), Some(1)));
    assert_eq!(served.house.ids(), ids, "ids stay");
}

#[test]
fn what_is_trashed_set_aside_offline_or_locked_takes_no_part() {
    let served = Served::new();
    let (fake, beach) = (&served.fake, photo(1));
    let add = |name: &str| fake.add(asset(served.alice, "alice", name, &beach));
    let [kept, trashed, aside, offline, locked, archived] =
        ["kept.jpg", "trashed.jpg", "aside.jpg", "offline.jpg", "locked.jpg", "archived.jpg"].map(add);
    served.survey();
    assert_eq!(served.groups()[0].1.len(), 6);
    fake.trash(trashed);
    fake.archive(aside);
    fake.archive(archived);
    fake.album(served.alice, "Quarantine (lightproof)", &[aside]);
    fake.set_offline(offline, true);
    fake.lock(locked);
    let account = served.survey();
    for (name, fate) in [
        ("kept", "unchanged"),
        ("trashed", "skipped"),
        ("aside", "set-aside"),
        ("offline", "unreadable"),
        ("archived", "unchanged"),
    ] {
        assert_eq!(&served.row(&format!("/{name}.jpg"))["fate"], fate, "{name}: {account:#}");
    }
    assert_eq!(served.row("trashed.jpg")["problems"].split("; ").next(), Some("skipped: in the server's trash"));
    assert_eq!((account["assets"].as_u64(), account["gone"].as_u64()), (Some(5), Some(1)), "the locked one is out of reach");
    assert_eq!(served.groups(), [("same-bytes".to_owned(), ["archived.jpg", "kept.jpg"].map(str::to_owned).to_vec())]);
    fake.restore(trashed);
    fake.set_offline(offline, false);
    fake.set_visibility(aside, Visibility::Timeline);
    fake.set_visibility(locked, Visibility::Timeline);
    let account = served.survey();
    assert_eq!(
        (account["assets"].as_u64(), account["opened"].as_u64()),
        (Some(6), Some(0)),
        "what was held is known: {account:#}"
    );
    assert_eq!(served.groups()[0].1.len(), 6);
    let _ = kept;
}

#[test]
fn an_asset_of_an_external_library_has_no_sha1_but_its_looks() {
    let served = Served::new();
    let (fake, beach) = (&served.fake, photo(1));
    let library = fake.library(served.alice, "old", &["/mnt/old"]);
    let external = |name: &str| asset(served.alice, "alice", name, &beach).path(&format!("/mnt/old/{name}")).library(library);
    fake.add(external("one.jpg"));
    fake.add(external("two.jpg"));
    fake.add(asset(served.alice, "alice", "up.jpg", &beach));
    served.survey();
    assert_eq!(&served.row("one.jpg")["sha1"], "");
    assert_eq!(served.groups(), [("same-shot".to_owned(), ["one.jpg", "two.jpg", "up.jpg"].map(str::to_owned).to_vec())]);
}

/// A library on disk as the server has it, and the server's assets for it.
fn library_of(served: &Served, photos: u64) -> Library {
    let mut library = Library::empty();
    for seed in 1..=photos {
        let photo = photo(seed);
        let name = format!("{seed}.jpg");
        library = library.and(format!("library/alice/2024/{name}"), photo.jpeg(90));
        served.fake.add(asset(served.alice, "alice/2024", &name, &photo));
    }
    library
}

fn no_original_is_grouped_with_itself(served: &Served) {
    for (basis, members) in served.groups() {
        let mut names = members.clone();
        names.dedup();
        assert_eq!(names.len(), members.len(), "{basis}: {members:?}");
    }
}

#[test]
fn a_file_below_a_folder_is_the_servers_own_once_the_library_is_recognised() {
    let served = Served::new();
    let library = library_of(&served, 6);
    for source in [library.path().to_owned(), library.at("library"), library.at("library/alice")] {
        let account = served.house.survey_all([source.as_os_str(), "immich:home".as_ref()]);
        assert_eq!((account["assets"].as_u64(), account["further_places"].as_u64()), (Some(6), Some(6)), "{account:#}");
        assert_eq!(served.groups(), []);
        let row = served.row("2024/1.jpg");
        assert_eq!((&row["path"], &row["integrity"]), ("/data/library/alice/2024/1.jpg", "intact"), "it is read where it lies");
        assert!(row["problems"].starts_with("also-at: "), "{row:?}");
    }
    let originals = served.fake.requests().iter().filter(|r| r.path.contains("/original")).count();
    assert_eq!(originals, 0, "no original came over the network");
}

#[test]
fn a_copy_of_the_library_is_held_apart_as_long_as_nobody_knows_that_it_is_one() {
    let served = Served::new();
    let (library, mut copy) = (library_of(&served, 6), Library::empty());
    for seed in 1..=6 {
        copy = copy.and(format!("library/alice/2024/{seed}.jpg"), photo(seed).jpeg(90));
    }
    // One of them is the server's own, and nothing tells which.
    let account = served.house.survey_all([library.path().as_os_str(), copy.path().as_os_str(), "immich:home".as_ref()]);
    assert_eq!((account["assets"].as_u64(), account["further_places"].as_u64()), (Some(18), Some(0)), "{account:#}");
    assert_eq!(account["probably_one"], 12);
    assert!(account["notices"].to_string().contains("prefix_map"), "{account:#}");
    assert_eq!(served.groups(), []);
    let held = served.house.manifest();
    let held: Vec<&Row> =
        held.rows.iter().filter(|row| row["problems"].contains("probably-one: /data/library/alice/2024/")).collect();
    assert_eq!(held.len(), 12);
    // A person says which: the other one is a copy.
    map(&served, "/data", library.path());
    let account = served.house.survey_all([library.path().as_os_str(), copy.path().as_os_str(), "immich:home".as_ref()]);
    assert_eq!((account["further_places"].as_u64(), account["probably_one"].as_u64()), (Some(6), Some(0)), "{account:#}");
    assert_eq!(served.groups().len(), 6);
    // A copy under another name is a duplicate whatever the folder is.
    let renamed = Library::with("other/beach.jpg", photo(1).jpeg(90));
    served.house.survey_all([renamed.path().as_os_str(), "immich:home".as_ref()]);
    assert_eq!(served.groups(), [("same-bytes".to_owned(), vec!["1.jpg".to_owned(), "beach.jpg".to_owned()])]);
}

fn map(served: &Served, prefix: &str, folder: &Path) {
    let settings = served.house.program.home().join("config/lightproof/lightproof.toml");
    let mut text = fs::read_to_string(&settings).unwrap();
    text.push_str(&format!("\n[immich.home.prefix_map]\n\"{prefix}\" = \"{}\"\n", folder.display()));
    fs::write(settings, text).unwrap();
}

#[test]
fn a_prefix_map_that_is_right_is_used_and_one_that_is_wrong_is_told_and_not() {
    let served = Served::new();
    let library = library_of(&served, 6);
    map(&served, "/data", library.path());
    let account = served.survey();
    assert_eq!(account["servers"][0]["mounted"][0]["prefix"], "/data", "{account:#}");
    assert_eq!(&served.row("2024/1.jpg")["integrity"], "intact");

    let served = Served::new();
    let library = library_of(&served, 6);
    let other = Library::with("library/alice/2024/1.jpg", photo(9).jpeg(90)).and("library/alice/2024/2.jpg", photo(8).jpeg(90));
    map(&served, "/data", other.path());
    let account = served.house.survey_all([library.path().as_os_str(), "immich:home".as_ref()]);
    let notices = account["notices"].to_string();
    assert!(notices.contains("is not /data of the server"), "{account:#}");
    assert_eq!(account["further_places"], 6, "the right one was found all the same");
    no_original_is_grouped_with_itself(&served);
}

#[test]
fn bytes_that_are_not_those_uploaded_are_told() {
    let served = Served::new();
    let library = library_of(&served, 8);
    // One byte of the picture has changed on the disk; the smallest files are compared when a library is recognised, this is none of them.
    let largest = (1..=8).max_by_key(|seed| photo(*seed).jpeg(90).len()).unwrap();
    let file = library.at(format!("library/alice/2024/{largest}.jpg"));
    let mut bytes = fs::read(&file).unwrap();
    let at = bytes.len() / 2;
    bytes[at] ^= 0x10;
    fs::write(&file, bytes).unwrap();
    map(&served, "/data", library.path());
    served.survey();
    let row = served.row(&format!("/{largest}.jpg"));
    assert!(row["problems"].contains("checksum-differs: its SHA-1 is not that of what was uploaded"), "{row:?}");
}

#[test]
fn a_folders_photograph_meets_the_servers_copy() {
    let served = Served::new();
    let beach = photo(1);
    served.fake.add(asset(served.alice, "alice", "beach.jpg", &beach));
    let folder = Library::with("phone/IMG-20240714-WA0003.jpg", beach.clone().resized(640, 480).stripped().jpeg(70))
        .and("phone/other.jpg", photo(5));
    served.house.survey_all([folder.path().as_os_str(), "immich:home".as_ref()]);
    assert_eq!(served.groups(), [("looks-alike".to_owned(), vec!["IMG-20240714-WA0003.jpg".to_owned(), "beach.jpg".to_owned()])]);
}

#[test]
fn the_halves_of_a_live_photo_are_one_unit() {
    let served = Served::new();
    let moving = served.fake.add(
        NewAsset::of(served.alice, b"\0\0\0\x14ftypqt  \0\0\0\0qt  \0\0\0\x08mdat".as_slice())
            .named("IMG_1.MOV")
            .path("/data/upload/a/bb/cc/0b2c0d9e-26a3-4c39-9f3a-0f9a2f0f0001.mov")
            .visibility(Visibility::Hidden),
    );
    served.fake.add(
        asset(served.alice, "alice", "IMG_1.jpg", &photo(1))
            .path("/data/upload/a/dd/ee/1b2c0d9e-26a3-4c39-9f3a-0f9a2f0f0002.jpg")
            .live(moving),
    );
    served.survey();
    let still = served.row("0002.jpg");
    assert_eq!(&served.row("0001.mov")["companion_of"], &still["asset_id"]);
}

#[test]
fn raw_and_jpeg_are_one_unit_by_the_names_they_were_uploaded_under() {
    let served = Served::new();
    let taken = "2024:05:02 10:11:12";
    served.fake.add(
        NewAsset::of(served.alice, units::dng(taken))
            .named("DSC_0001.DNG")
            .path("/data/upload/a/bb/cc/0b2c0d9e-26a3-4c39-9f3a-0f9a2f0f0001.dng"),
    );
    served.fake.add(
        asset(served.alice, "alice", "DSC_0001.JPG", &photo(1).exif(units::camera(taken)))
            .path("/data/upload/a/dd/ee/1b2c0d9e-26a3-4c39-9f3a-0f9a2f0f0002.jpg"),
    );
    served.survey();
    assert_eq!(&served.row("0001.dng")["companion_of"], &served.row("0002.jpg")["asset_id"]);
}

#[test]
fn a_survey_that_breaks_off_goes_on_where_it_was() {
    let served = Served::new();
    for seed in 1..=24 {
        served.fake.add(asset(served.alice, "alice", &format!("{seed}.jpg"), &photo(seed)));
    }
    served.fake.maintenance_after(served.fake.requests().len() as u64 + 60);
    let ran = served.house.run(["survey", "immich:home"]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(ran.stderr.contains("is in maintenance mode"), "{}", ran.stderr);
    served.fake.maintenance(false);
    let account = served.survey();
    assert_eq!(account["assets"], 24);
    let opened = account["opened"].as_u64().unwrap();
    assert!(opened > 0 && opened < 24, "what was read stays read: {opened}");
    assert_eq!(served.house.manifest().rows.iter().filter(|row| &row["fate"] == "unreadable").count(), 0);
}

#[test]
fn what_fails_now_and_then_is_asked_again_and_what_fails_always_is_one_assets_problem() {
    let served = Served::new();
    for seed in 1..=6 {
        served.fake.add(asset(served.alice, "alice", &format!("{seed}.jpg"), &photo(seed)));
    }
    let broken = served.fake.add(asset(served.alice, "alice", "broken.jpg", &photo(9)));
    served.fake.misbehave("GET /api/assets/*/original", When::First(1), Misbehaviour::Fails(502));
    served.fake.misbehave(&format!("GET /api/assets/{broken}/original"), When::Always, Misbehaviour::Fails(500));
    let account = served.survey();
    assert_eq!((fate_of(&account, "read"), fate_of(&account, "unreadable")), (6, 1), "{account:#}");
}

#[test]
fn a_head_that_comes_in_part_is_no_head_and_a_thumbnail_that_is_made_later_is_asked_for_again() {
    let served = Served::new();
    let long = photo(1).exif(Exif::camera("Canon", "Canon EOS 80D").thumbnail(vec![7; 60_000]).fields(24));
    let torn = served.fake.add(asset(served.alice, "alice", "torn.jpg", &long));
    let early = served.fake.add(asset(served.alice, "alice", "early.jpg", &photo(2)));
    served.fake.set_thumbnail(early, None);
    // The first piece comes, the second never does.
    served.fake.misbehave(&format!("GET /api/assets/{torn}/original"), When::After(1), Misbehaviour::Fails(500));
    served.survey();
    let row = served.row("torn.jpg");
    assert_eq!((&row["fate"], &row["exif_field_count"]), ("unreadable", ""), "{row:?}");
    let row = served.row("early.jpg");
    assert_eq!((&row["exif_field_count"], &row["phash"]), ("24", ""), "{row:?}");
    assert!(row["problems"].contains("not-fingerprinted: the server has no thumbnail of it"), "{row:?}");
    served.fake.behave();
    served.fake.set_thumbnail(early, Some(photo(2).stripped().resized(333, 250).jpeg(80)));
    served.survey();
    assert_eq!(&served.row("torn.jpg")["fate"], "read");
    assert!(served.row("early.jpg")["phash"].starts_with('p'));
}

#[test]
fn assets_that_take_each_others_places_stay_themselves() {
    let served = Served::new();
    let add = |folder: &str, seed: u64| served.fake.add(asset(served.alice, folder, "IMG_1.jpg", &photo(seed)));
    let (a, b) = (add("alice/z", 1), add("alice/m", 2));
    served.survey();
    let ids = served.house.ids();
    served.fake.move_to(b, "/data/library/alice/c/IMG_1.jpg");
    served.fake.move_to(a, "/data/library/alice/m/IMG_1.jpg");
    let account = served.survey();
    assert_eq!((account["assets"].as_u64(), account["further_places"].as_u64()), (Some(2), Some(0)), "{account:#}");
    let after = served.house.ids();
    assert_eq!(after["/data/library/alice/m/IMG_1.jpg"], ids["/data/library/alice/z/IMG_1.jpg"]);
    assert_eq!(after["/data/library/alice/c/IMG_1.jpg"], ids["/data/library/alice/m/IMG_1.jpg"]);
    // Both at once, each to where the other was.
    served.fake.move_to(a, "/data/library/alice/c/IMG_1.jpg");
    served.fake.move_to(b, "/data/library/alice/m/IMG_1.jpg");
    assert_eq!(served.survey()["assets"], 2);
    assert_eq!(served.house.ids()["/data/library/alice/c/IMG_1.jpg"], after["/data/library/alice/m/IMG_1.jpg"]);
}

#[test]
fn what_is_held_apart_beside_a_server_is_not_held_alone() {
    let served = Served::new();
    let library = library_of(&served, 3);
    fs::OpenOptions::new().append(true).open(library.at("library/alice/2024/1.jpg")).unwrap().write_all(b"more").unwrap();
    let copy = Library::with("copy/other name.jpg", photo(2).jpeg(90));
    let other = Library::with("alice/2024/1.jpg", photo(9).exif(Exif::camera("Nikon", "NIKON D70").taken("2011:01:01 01:01:01")));
    // A file of another camera that shares folder and name by chance is not held.
    let account = served.house.survey_all([other.path().as_os_str(), "immich:home".as_ref()]);
    assert_eq!(account["probably_one"], 0, "{account:#}");
    served.house.survey_all([library.path().as_os_str(), "immich:home".as_ref()]);
    served.house.survey_all([library.path(), copy.path()]);
    assert_eq!(served.groups(), [("same-bytes".to_owned(), vec!["2.jpg".to_owned(), "other name.jpg".to_owned()])]);
    assert!(!served.house.manifest().column("problems").join("").contains("probably-one"));
}

#[test]
fn one_file_in_the_libraries_of_two_owners_is_one_asset() {
    let served = Served::new();
    let scans = Library::with("old/one.jpg", photo(1).jpeg(90)).and("old/two.jpg", photo(2).jpeg(90));
    for (owner, name) in [(served.alice, "alice's"), (served.bob, "bob's")] {
        let library = served.fake.library(owner, name, &["/mnt/old"]);
        for (seed, file) in [(1, "one.jpg"), (2, "two.jpg")] {
            served.fake.add(asset(owner, "x", file, &photo(seed)).path(&format!("/mnt/old/{file}")).library(library));
        }
    }
    let account = served.survey();
    assert_eq!((account["assets"].as_u64(), account["probably_one"].as_u64()), (Some(4), Some(2)), "{account:#}");
    assert_eq!(served.groups(), []);
    map(&served, "/mnt", scans.path());
    let account = served.survey();
    assert_eq!((account["assets"].as_u64(), account["further_places"].as_u64()), (Some(2), Some(2)), "{account:#}");
    assert_eq!(served.groups(), []);
}

#[test]
fn an_original_that_is_edited_in_its_place_is_read_anew() {
    let served = Served::new();
    let library = library_of(&served, 6);
    let sources = [library.path().as_os_str(), "immich:home".as_ref()];
    served.house.survey_all(sources);
    assert_eq!(&served.row("2024/3.jpg")["date_time_original"], "2024-05-04T10:11:12");
    let file = library.at("library/alice/2024/3.jpg");
    let mut bytes = fs::read(&file).unwrap();
    let dates: Vec<usize> = (0..bytes.len() - 10).filter(|&at| &bytes[at..at + 10] == b"2024:05:04").collect();
    dates.into_iter().for_each(|at| bytes[at..at + 4].copy_from_slice(b"2021"));
    fs::write(&file, bytes).unwrap();
    let account = served.house.survey_all(sources);
    assert_eq!((fate_of(&account, "read"), fate_of(&account, "unchanged")), (1, 5), "{account:#}");
    let row = served.row("2024/3.jpg");
    assert_eq!(&row["date_time_original"], "2021-05-04T10:11:12");
    assert!(row["problems"].contains("checksum-differs"), "{row:?}");
    assert_eq!(fate_of(&served.house.survey_all(sources), "unchanged"), 6);
}

#[test]
fn a_sidecar_beside_a_mounted_original_is_its_companion() {
    let served = Served::new();
    let library = library_of(&served, 3).and("library/alice/2024/1.jpg.xmp", units::xmp("2001-02-03T04:05:06").as_str());
    served.house.survey_all([library.path().as_os_str(), "immich:home".as_ref()]);
    let photo = served.row("2024/1.jpg");
    assert_eq!(&photo["date_corrected"], "2001-02-03T04:05:06");
    assert_eq!(&served.row("1.jpg.xmp")["companion_of"], &photo["asset_id"]);
}

#[test]
fn what_nobody_can_read_is_held_and_released_like_all_else() {
    let served = Served::new();
    let id = served.fake.add(asset(served.alice, "alice", "odd.jpg", &photo(1)));
    served.fake.replace(id, b"no photograph at all, whatever its name says".as_slice());
    served.survey();
    let before = served.row("odd.jpg");
    assert!(before["problems"].starts_with("wrong-extension"), "{before:?}");
    served.fake.trash(id);
    served.survey();
    assert_eq!(&served.row("odd.jpg")["fate"], "skipped");
    served.fake.restore(id);
    served.survey();
    assert_eq!((&served.row("odd.jpg")["fate"], &served.row("odd.jpg")["problems"]), (&before["fate"], &before["problems"]));
}

#[test]
fn an_original_of_another_length_than_it_was_uploaded_with_has_no_sha1() {
    let served = Served::new();
    let beach = asset(served.alice, "alice", "beach.jpg", &photo(1));
    served.fake.add(beach);
    let edited = photo(1).exif_fields(30).jpeg(90);
    let id = served.fake.add(asset(served.bob, "bob", "edited.jpg", &photo(1)));
    served.fake.misbehave(&format!("GET /api/assets/{id}/original"), When::Always, Misbehaviour::LiesAboutLength);
    let _ = edited;
    served.survey();
    let row = served.row("edited.jpg");
    assert_eq!(&row["sha1"], "", "{row:?}");
    assert_eq!(fate_of(&served.survey(), "unchanged"), 2, "and it is not read at every survey");
}

#[test]
fn a_stop_ends_a_survey_that_waits_for_a_server() {
    let served = Served::new();
    served.fake.add(asset(served.alice, "alice", "beach.jpg", &photo(1)));
    for pattern in ["POST /api/search/metadata", "GET /api/assets/*/original"] {
        served.fake.misbehave(pattern, When::Always, Misbehaviour::Hangs);
        let before = served.fake.requests().len();
        let mut survey = served.house.program.command(["survey", "immich:home"]).spawn().unwrap();
        let began = std::time::Instant::now();
        while !served.fake.requests()[before..].iter().any(|r| r.path.contains(pattern.rsplit('/').next().unwrap())) {
            assert!(began.elapsed().as_secs() < 30, "the server is asked");
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        let id = survey.id();
        assert!(std::process::Command::new("sh").args(["-c", &format!("kill -INT {id}")]).status().unwrap().success());
        let asked = std::time::Instant::now();
        assert_eq!(survey.wait().unwrap().code(), Some(130), "{pattern}");
        assert!(asked.elapsed().as_secs() < 20, "{pattern}: long before the server is given up");
        served.fake.behave();
    }
    assert_eq!(fate_of(&served.survey(), "read"), 1);
}

#[test]
fn no_key_is_in_what_is_written_or_told() {
    let served = Served::new();
    served.fake.add(asset(served.alice, "alice", "beach.jpg", &photo(1)));
    let ran = served.house.run(["survey", "immich:home"]).went_well();
    let explained = served.house.run(["explain", &served.house.ids().into_values().next().unwrap()]).went_well();
    let mut told: Vec<(String, Vec<u8>)> =
        [ran, explained].map(|ran| ("printed".to_owned(), (ran.stdout + &ran.stderr).into_bytes())).to_vec();
    let mut folders = vec![served.house.program.home().to_owned()];
    while let Some(folder) = folders.pop() {
        for listed in fs::read_dir(folder).unwrap() {
            let path = listed.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.file_name().is_none_or(|name| name != "keys.toml") {
                told.push((path.display().to_string(), fs::read(&path).unwrap()));
            }
        }
    }
    assert!(told.len() > 6, "the ledger and the proofs were looked through");
    for (place, bytes) in told {
        for key in &served.keys {
            assert!(!bytes.windows(key.len()).any(|w| w == key.as_bytes()), "a key in {place}");
        }
    }
}

#[test]
fn versions_too_old_are_refused_and_newer_ones_are_read_with_a_notice() {
    let served = Served::new();
    served.fake.add(asset(served.alice, "alice", "beach.jpg", &photo(1)));
    served.fake.upgrade(2, 3, 1);
    let ran = served.house.run(["survey", "immich:home"]);
    assert_eq!(ran.code, Some(3));
    assert!(ran.stderr.contains("is Immich 2.3.1; lightproof reads 2.4.0 and newer"), "{}", ran.stderr);
    for (version, noticed) in [((3, 2, 0), false), ((4, 0, 0), true)] {
        served.fake.upgrade(version.0, version.1, version.2);
        let account = served.survey();
        assert_eq!(account["assets"], 1);
        assert_eq!(account["notices"].to_string().contains("newer than what this lightproof knows"), noticed, "{account:#}");
    }
}

#[test]
fn users_without_a_key_and_locked_assets_are_told_of_where_an_administrator_can_see_them() {
    let served = Served::new();
    served.fake.add(asset(served.alice, "alice", "beach.jpg", &photo(1)));
    let locked = served.fake.add(asset(served.alice, "alice", "locked.jpg", &photo(2)));
    served.fake.lock(locked);
    let carol = served.fake.user("Carol");
    served.fake.add(asset(carol, "carol", "hers.jpg", &photo(3)));
    let notices = served.survey()["notices"].to_string();
    assert!(notices.contains("only an administrator's key can tell"), "{notices}");
    let admin: Vec<&str> = SURVEY.iter().copied().chain(["server.statistics"]).collect();
    served.fake.permit(&served.keys[0], &admin);
    let notices = served.survey()["notices"].to_string();
    assert!(notices.contains("home: 1 assets of alice are out of a key's reach: locked, most likely"), "{notices}");
    assert!(notices.contains("home: 1 assets of Carol are not surveyed, as no key of theirs is known"), "{notices}");
}

/// All photographs and videos below a folder.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for listed in fs::read_dir(folder).unwrap() {
            let path = listed.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    files
}

/// Whether a server takes a file of this name: it knows photographs and videos by their extensions.
fn is_taken(name: &str) -> bool {
    let extension = name.rsplit('.').next().unwrap().to_ascii_lowercase();
    !["csv", "md", "txt", "json", "xmp", "aae", "thm", "lrv", "html", "pdf", "zip", "sh", "py"].contains(&extension.as_str())
}

#[test]
fn metadata_of_real_photographs_is_the_same_over_the_network_as_from_the_disk() {
    let Some(corpus) = shared_corpus() else { return };
    let served = Served::new();
    for file in files_below(&corpus) {
        let bytes = fs::read(&file).unwrap();
        let below = file.strip_prefix(&corpus).unwrap().to_str().unwrap();
        if bytes.is_empty() || !is_taken(below) {
            continue;
        }
        let asset = NewAsset::of(served.alice, bytes).named(below.rsplit('/').next().unwrap()).path(&format!("/data/{below}"));
        served.fake.add(asset);
    }
    let _ = served.house.run(["generate-manifest", "immich:home"]).went_well();
    let over_network = served.house.manifest();
    let traffic = served.fake.traffic();
    let _ = served.house.run([OsStr::new("generate-manifest"), corpus.as_os_str()]).went_well();
    let from_disk = served.house.manifest();
    let columns = [
        "media_type",
        "exif_field_count",
        "date_time_original",
        "sub_sec",
        "offset",
        "make",
        "model",
        "serial",
        "lens",
        "latitude",
        "longitude",
        "gps_time_utc",
        "orientation",
        "width",
        "height",
    ];
    let mut differ = Vec::new();
    for row in &over_network.rows {
        let there = from_disk.at(row["path"].strip_prefix("/data/").unwrap());
        for column in columns.into_iter().filter(|column| row[*column] != there[*column]) {
            differ.push(format!(
                "{} {column}: {:?} over the network, {:?} from the disk",
                &there["path"], &row[column], &there[column]
            ));
        }
    }
    println!("{} assets, {} bytes each", over_network.rows.len(), traffic.bytes_out / over_network.rows.len() as u64);
    assert!(over_network.rows.len() > 500, "{}", over_network.rows.len());
    assert_eq!(differ, [] as [String; 0]);
}
