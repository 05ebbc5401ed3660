//! Roots: what is refused before anything is read, and whose photographs are in them.

use lightproof_testkit::library::{Library, photo, photo_of};

use crate::house::House;

#[test]
fn a_root_that_is_missing_empty_or_no_folder_is_refused_and_nothing_is_forgotten() {
    let library = Library::with("drive/a.jpg", photo()).and("other/b.jpg", photo_of(2));
    let house = House::default();
    let (drive, other) = (library.at("drive"), library.at("other"));
    house.survey_all([&drive, &other]);
    let before = house.manifest();

    library.rename("drive", "unplugged");
    let refused = |what: &str| {
        let ran = house.run(["survey".as_ref(), other.as_os_str(), drive.as_os_str()]);
        assert_eq!(ran.code, Some(3), "{}", ran.stderr);
        assert!(ran.stderr.contains(what) && ran.stderr.contains("hint:"), "{}", ran.stderr);
        assert_eq!(house.manifest(), before, "the proofs of before are as they were");
    };
    refused("is not there");
    let library = library.and_folder("drive");
    refused("is empty");
    library.take_away("drive");
    library.put("drive", "no folder");
    refused("is not a folder");
    library.take_away("drive");

    library.rename("unplugged", "drive");
    let account = house.survey_all([&drive, &other]);
    assert_eq!((&account["opened"], &account["gone"]), (&0.into(), &0.into()));
    assert_eq!(house.manifest().without(&["fate"]), before.without(&["fate"]));
}

#[test]
fn another_folder_at_the_path_of_a_known_root_is_refused_until_a_person_accepts_it() {
    let library = Library::with("drive/a.jpg", photo()).and("drive/b.jpg", photo_of(2));
    let house = House::default();
    let drive = library.at("drive");
    house.survey_all([&drive]);
    let before = house.ids();
    let sources = house.manifest().column("source").into_iter().map(str::to_owned).collect::<Vec<_>>();

    // The library was copied to a new disk, which is mounted where the old one was.
    library.rename("drive", "old");
    library.put("drive/b.jpg", photo_of(2));
    library.put("drive/moved/a.jpg", photo());
    let ran = house.run(["survey".as_ref(), drive.as_os_str()]);
    assert_eq!(ran.code, Some(3));
    assert!(ran.stderr.contains("--accept-changed-root"), "{}", ran.stderr);

    let account = house.survey_all([drive.as_os_str(), "--accept-changed-root".as_ref()]);
    assert_eq!((&account["assets"], &account["gone"]), (&2.into(), &0.into()), "{account}");
    let after = house.ids();
    assert_eq!((&after["moved/a.jpg"], &after["b.jpg"]), (&before["a.jpg"], &before["b.jpg"]));
    assert_eq!(house.manifest().column("source"), sources);
    assert_eq!(house.survey_all([&drive])["opened"], 0, "accepted once, it is the known one");
}

#[test]
fn the_same_relative_paths_in_two_roots_stay_apart_in_every_csv() {
    let d50 =
        || photo().exif(lightproof_darkroom::exif::Exif::camera("NIKON CORPORATION", "NIKON D50").taken("2005:01:01 00:10:00"));
    let library = Library::with("x/photos/2019/a.jpg", d50()).and("y/photos/2019/a.jpg", d50());
    let house = House::default();
    house.survey_all([library.at("x/photos"), library.at("y/photos")]);
    for table in [house.manifest(), house.groups(), house.review().without(&["kind", "evidence", "seen"])] {
        let mut told: Vec<(&str, &str)> = table.rows.iter().map(|row| (&row["source"], &row["asset_id"])).collect();
        told.sort_unstable();
        told.dedup();
        assert_eq!(told.len(), 2, "{table:#?}");
        assert_ne!(told[0].0, told[1].0);
        assert_ne!(told[0].1, told[1].1);
        assert!(table.rows.iter().all(|row| row["path"] == *"2019/a.jpg"));
    }
}

#[test]
fn each_folder_may_have_an_owner_which_is_remembered() {
    let library = Library::with("alice/a.jpg", photo()).and("bob/b.jpg", photo()).and("nobody/c.jpg", photo_of(3));
    let house = House::default();
    let [alice, bob, nobody] = ["alice", "bob", "nobody"].map(|name| library.at(name).into_os_string());
    let owners = |house: &House| {
        let manifest = house.manifest();
        ["a.jpg", "b.jpg", "c.jpg"].map(|path| manifest.at(path)["owner"].to_owned())
    };
    let named = |name: &str, folder: &std::ffi::OsString| format!("{name}={}", folder.to_str().unwrap()).into();
    let (is_alice, is_bob): (std::ffi::OsString, std::ffi::OsString) = (named("Alice B.", &alice), named("bob", &bob));
    house.survey_all([&alice, &bob, &nobody, &"--owner".into(), &is_alice, &"--owner".into(), &is_bob]);
    assert_eq!(owners(&house), ["Alice B.", "bob", ""]);
    let groups = house.groups();
    assert_eq!((&groups.at("a.jpg")["owner"], &groups.at("b.jpg")["owner"]), ("Alice B.", "bob"), "groups cross owners");
    assert_eq!(&house.review().rows.iter().filter(|r| r["path"] == *"a.jpg").count().to_string(), "0");

    house.survey_all([&alice, &bob, &nobody]);
    assert_eq!(owners(&house), ["Alice B.", "bob", ""], "as the record has it");
    house.survey_all([&alice, &bob, &nobody, &"--owner".into(), &"carol".into()]);
    assert_eq!(owners(&house), ["carol"; 3]);
}

#[test]
fn owners_may_stand_in_the_settings_and_an_argument_goes_before_them() {
    let library = Library::with("alice/a.jpg", photo()).and("bob/b.jpg", photo_of(2));
    let house = House::default();
    let settings = Library::with(
        "lightproof.toml",
        &*format!("[owners]\n{:?} = \"alice\"\n{:?} = \"bob\"\n", library.at("alice"), library.at("bob")),
    );
    let (alice, bob, file) = (library.at("alice"), library.at("bob"), settings.at("lightproof.toml"));
    let arguments = [alice.as_os_str(), bob.as_os_str(), "--config".as_ref(), file.as_os_str()];
    house.survey_all(arguments);
    let owners = || [house.manifest().at("a.jpg")["owner"].to_owned(), house.manifest().at("b.jpg")["owner"].to_owned()];
    assert_eq!(owners(), ["alice", "bob"]);
    let carol = format!("carol={}", bob.display());
    house.survey_all(arguments.into_iter().chain(["--owner".as_ref(), carol.as_ref()]));
    assert_eq!(owners(), ["alice", "carol"]);
}

#[test]
fn an_owner_of_a_folder_that_is_not_surveyed_is_refused() {
    let (house, library) = (House::default(), Library::with("a.jpg", photo()));
    let ran = house.run(["survey".as_ref(), library.path().as_os_str(), "--owner".as_ref(), "bob=/nowhere".as_ref()]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    assert!(ran.stderr.contains("bob=/nowhere") && ran.stderr.contains("hint:"), "{}", ran.stderr);
}

#[test]
fn folders_that_the_settings_exclude_are_not_walked_and_told() {
    let library = Library::with("a.jpg", photo()).and("private/b.jpg", photo_of(2)).and("@eaDir/c.jpg", photo_of(3));
    let settings = Library::with("lightproof.toml", "exclude = [\"private\"]\n");
    let house = House::default();
    assert_eq!(house.survey(&library)["assets"], 2, "@eaDir is left out as shipped");
    let file = settings.at("lightproof.toml");
    let account = house.survey_all([library.path().as_os_str(), "--config".as_ref(), file.as_os_str()]);
    assert_eq!(account["assets"], 2);
    let folders = account["folders"].as_array().unwrap();
    assert_eq!((folders.len(), &folders[0]["folder"], &folders[0]["kind"]), (1, &"private".into(), &"skipped".into()));
}
