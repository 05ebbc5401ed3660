//! Nothing below a surveyed folder is written, created or touched, unless a person put `--out` or `--ledger` there.

use std::{fs, os::unix::fs::MetadataExt};

use lightproof_testkit::library::{Library, name, photo, photo_of};
use rustix::fs::{Mode, XattrFlags};

use crate::house::House;

/// A library with some of everything that a walk may meet.
fn of_all_kinds() -> Library {
    let library = Library::with("2019/a.jpg", photo())
        .and("2019/b.png", photo_of(2).png())
        .and("2019/a.jpg.xmp", "<x:xmpmeta xmlns:x='adobe:ns:meta/'/>")
        .and("notes.txt", "a text")
        .and("empty.jpg", "")
        .and("broken.jpg", &photo().jpeg(85)[..2000])
        .and(name(b"not-\xff-utf8.jpg"), photo_of(3))
        .and_folder("nothing in here")
        .and_hard_link("hard.jpg", "2019/a.jpg")
        .and_link("link.jpg", "2019/a.jpg")
        .and_fifo("fifo")
        .and_sparse("sparse.mov", 200 << 20);
    rustix::fs::chmod(library.at("2019/b.png"), Mode::from_raw_mode(0o440)).unwrap();
    // Where the file system has no extended attributes, there are none to lose.
    let _ = rustix::fs::setxattr(library.at("2019/a.jpg"), "user.rating", b"5", XattrFlags::empty());
    library
}

#[test]
fn the_whole_tree_is_as_before_after_every_command_that_reads_it() {
    let (house, library) = (House::default(), of_all_kinds());
    library.age_access_times();
    let before = library.snapshot();
    let path = library.path().as_os_str();
    for command in [
        vec!["generate-manifest".as_ref(), path],
        vec!["survey".as_ref(), path, "--all-fields".as_ref()],
        vec!["generate-manifest".as_ref(), path, "--hash".as_ref()],
        vec!["survey".as_ref(), path],
        vec!["group-duplicates".as_ref()],
        vec!["flag-anomalies".as_ref()],
        vec!["generate-summary".as_ref()],
        vec!["explain".as_ref(), library.at("2019/a.jpg").as_os_str()],
    ] {
        let _ = house.run(command).went_well();
        before.assert_untouched(&library.snapshot());
    }
}

#[test]
fn proofs_below_a_root_are_refused_before_anything_is_read_unless_they_are_asked_for() {
    let (house, library) = (House::default(), of_all_kinds());
    library.age_access_times();
    let before = library.snapshot();
    let here = |arguments: &[&str]| {
        let mut command = house.program.command(arguments);
        let ended = command.current_dir(library.at("2019")).output().unwrap();
        (ended.status.code(), String::from_utf8(ended.stderr).unwrap())
    };
    for arguments in [&["survey", ".."][..], &["survey", "."], &["generate-manifest", "..", "--hash"]] {
        let (code, told) = here(arguments);
        assert_eq!(code, Some(3), "{told}");
        assert!(told.contains("2019/proofs") && told.contains("--out"), "{told}");
        before.assert_untouched(&library.snapshot());
        assert!(!house.ledger().exists(), "refused before the ledger was opened");
    }
    assert_eq!(here(&["survey", "..", "--out", house.proofs().to_str().unwrap()]).0, Some(0));
    before.assert_untouched(&library.snapshot());
}

#[test]
fn proofs_that_a_person_wants_below_a_root_are_written_there_and_not_surveyed() {
    let (house, library) = (House::default(), Library::with("a.jpg", photo()).and("b/c.jpg", photo_of(2)));
    let out = library.at("b/my proofs");
    for _ in 0..2 {
        let account = house.survey_all([library.path().as_os_str(), "--out".as_ref(), out.as_os_str()]);
        assert_eq!(account["assets"], 2);
        let manifest = crate::house::Table::read(&out.join("manifest.csv"));
        assert_eq!(manifest.column("path"), ["a.jpg", "b/c.jpg"]);
    }
    assert_eq!(fs::read_dir(&out).unwrap().count(), 5, "the proofs and nothing else");
    assert!(!house.proofs().exists());
}

#[test]
fn proofs_that_a_person_wants_in_the_root_itself_are_not_surveyed_either() {
    let (house, library) = (House::default(), Library::with("a.jpg", photo()));
    for _ in 0..2 {
        let path = library.path().as_os_str();
        assert_eq!(house.survey_all([path, "--all-fields".as_ref(), "--out".as_ref(), path])["assets"], 1);
    }
}

#[test]
fn a_ledger_below_a_root_is_refused_unless_it_is_asked_for_and_is_not_surveyed_then() {
    let (house, library) = (House::default(), Library::with("a.jpg", photo()));
    let before = library.snapshot();
    let mut command = house.program.command(["survey", library.path().to_str().unwrap()]);
    let ended = command.env("XDG_DATA_HOME", library.path()).output().unwrap();
    let told = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(3), "{told}");
    assert!(told.contains("--ledger"), "{told}");
    before.assert_untouched(&library.snapshot());

    let ledger = library.at("the ledger");
    for _ in 0..2 {
        let account = house.survey_all([library.path().as_os_str(), "--ledger".as_ref(), ledger.as_os_str()]);
        assert_eq!(account["assets"], 1);
        assert_eq!(house.manifest().column("path"), ["a.jpg"]);
    }
    assert!(ledger.join("survey.sqlite").exists() && !house.ledger().exists());
}

#[test]
fn the_ledger_is_for_its_owners_eyes_alone() {
    let (house, library) = (House::default(), Library::with("a.jpg", photo()));
    house.survey(&library);
    assert_eq!(fs::metadata(house.ledger()).unwrap().mode() & 0o777, 0o700);
}

#[test]
fn a_root_that_is_missing_is_not_made_for_the_sake_of_its_proofs() {
    let (house, library) = (House::default(), Library::with("drive/a.jpg", photo()));
    let drive = library.at("drive");
    let arguments = ["survey".as_ref(), drive.as_os_str(), "--out".as_ref()].map(std::ffi::OsStr::to_owned);
    let arguments = || arguments.clone().into_iter().chain([drive.join("proofs").into_os_string()]);
    let _ = house.run(arguments()).went_well();
    library.rename("drive", "unplugged");
    assert_eq!(house.run(arguments()).code, Some(3));
    assert!(!drive.exists(), "an empty folder made there would look like a library that is all gone");
}
