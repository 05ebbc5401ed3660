//! Hands on a folder root: what is moved, what is refused, and that nothing is ever lost on the way.
#![allow(clippy::unwrap_used)] // helpers of tests, which clippy.toml's exception does not reach

use std::{fs, os::unix::fs::MetadataExt, path::Path};

use lightproof_model::digest::Sha1;
use lightproof_sources::folder::{
    FolderSource,
    hands::{Checked, Expected, Hands, HandsError, NotMoved, Whereabouts},
};
use lightproof_testkit::{
    library::{Library, name},
    mounted::Mounted,
};
use sha1::Digest;

const PLAN: &str = "0123456789abcdef";

fn sha1(bytes: &[u8]) -> Sha1 {
    Sha1(sha1::Sha1::digest(bytes).into())
}

fn hands(root: &Path) -> Hands {
    Hands::on(&FolderSource::at(root).unwrap()).unwrap()
}

fn expected<'a>(path: &'a str, bytes: &str) -> Expected<'a> {
    Expected { path: path.as_bytes(), sha1: sha1(bytes.as_bytes()) }
}

fn checked(hands: &Hands, unit: &[(&str, &str)]) -> Vec<Checked> {
    unit.iter().map(|(path, bytes)| hands.check(expected(path, bytes)).unwrap()).collect()
}

fn released(hands: &Hands, unit: &[(&str, &str)]) -> Result<(), NotMoved> {
    let aside: Vec<Checked> =
        unit.iter().map(|(path, bytes)| hands.check_aside(PLAN, expected(path, bytes))).collect::<Result<_, _>>()?;
    hands.release(PLAN, &aside).map(drop)
}

fn aside(root: &Path, path: &str) -> std::path::PathBuf {
    root.join(".lightproof/quarantine").join(PLAN).join(path)
}

#[test]
fn a_unit_moves_under_its_path_and_comes_back_as_it_was() {
    let library = Library::with("2019/a.jpg", "a").and("2019/a.jpg.xmp", "x").and("2019/b.jpg", "b");
    rustix::fs::chmod(library.at("2019/a.jpg"), rustix::fs::Mode::from_raw_mode(0o640)).unwrap();
    rustix::fs::setxattr(library.at("2019/a.jpg"), c"user.note", b"mine", rustix::fs::XattrFlags::empty()).unwrap();
    library.set_changed("2019/a.jpg", 1_234_567_890);
    let before = library.snapshot();
    let unit = [("2019/a.jpg", "a"), ("2019/a.jpg.xmp", "x")];
    let hands = hands(library.path());
    let inode = fs::metadata(library.at("2019/a.jpg")).unwrap().ino();
    let moved = hands.set_aside(PLAN, &checked(&hands, &unit)).unwrap();
    assert_eq!((moved.len(), moved[0].inode), (2, inode));
    let there = fs::metadata(aside(library.path(), "2019/a.jpg")).unwrap();
    assert_eq!((there.ino(), there.mode() & 0o777, there.mtime()), (inode, 0o640, 1_234_567_890));
    assert!(!library.at("2019/a.jpg").exists() && !library.at("2019/a.jpg.xmp").exists());
    released(&hands, &unit).unwrap();
    before.assert_as_it_was(&library.snapshot());
}

#[test]
fn the_folder_says_how_to_put_things_back_by_hand_and_is_closed_to_others() {
    let library = Library::with("a.jpg", "a");
    drop(hands(library.path()));
    let readme = fs::read_to_string(library.at(".lightproof/README.txt")).unwrap();
    assert!(readme.contains("mv -n .lightproof/quarantine/<plan>/"), "{readme}");
    assert_eq!(fs::metadata(library.at(".lightproof/quarantine")).unwrap().mode() & 0o777, 0o700);
    // A README that a person changed stays as it is.
    library.put(".lightproof/README.txt", "mine");
    drop(hands(library.path()));
    assert_eq!(library.read(".lightproof/README.txt"), b"mine");
}

#[test]
fn what_is_not_as_it_was_seen_stays_where_it_is() {
    let library =
        Library::with("a.jpg", "a").and("links.jpg", "l").and_hard_link("more.jpg", "links.jpg").and_link("to.jpg", "a.jpg");
    let before = library.snapshot();
    let hands = hands(library.path());
    let refused = |path, bytes| hands.check(expected(path, bytes)).unwrap_err().to_string();
    assert_eq!(refused("a.jpg", "other"), "a.jpg has other bytes than were seen");
    assert_eq!(refused("none.jpg", "a"), "none.jpg is not there");
    assert_eq!(refused("to.jpg", "a"), "to.jpg is not a regular file");
    assert_eq!(refused("links.jpg", "l"), "links.jpg has 2 names (hard links) and would stay under the others");
    for outside in ["../a.jpg", "/etc/passwd", "x/../a.jpg"] {
        assert!(hands.check(expected(outside, "a")).is_err(), "{outside}");
    }
    before.assert_as_it_was(&library.snapshot());
}

#[test]
fn nothing_is_ever_replaced_on_the_way_there_or_back() {
    let library = Library::with("a.jpg", "a").and("b.jpg", "b");
    let hands = hands(library.path());
    let unit = [("a.jpg", "a"), ("b.jpg", "b")];
    library.put(format!(".lightproof/quarantine/{PLAN}/b.jpg"), "in the way");
    let refused = hands.set_aside(PLAN, &checked(&hands, &unit)).unwrap_err();
    assert!(matches!(refused, NotMoved::Taken(_)) && refused.is_as_it_was(), "{refused}");
    assert_eq!((library.read("a.jpg"), library.read("b.jpg")), (b"a".to_vec(), b"b".to_vec()), "the whole unit stays");

    hands.set_aside(PLAN, &checked(&hands, &unit[..1])).unwrap();
    library.put("a.jpg", "a new one");
    let refused = released(&hands, &unit[..1]).unwrap_err();
    assert!(matches!(refused, NotMoved::Taken(_)), "{refused}");
    assert_eq!(library.read("a.jpg"), b"a new one");
    assert_eq!(fs::read(aside(library.path(), "a.jpg")).unwrap(), b"a");
}

#[test]
fn what_takes_a_name_after_the_look_is_not_moved() {
    let library = Library::with("a.jpg", "a");
    let hands = hands(library.path());
    let unit = checked(&hands, &[("a.jpg", "a")]);
    library.rename("a.jpg", "kept.jpg");
    library.put("a.jpg", "another");
    assert!(matches!(hands.set_aside(PLAN, &unit).unwrap_err(), NotMoved::Changing(_)));
    assert_eq!((library.read("a.jpg"), library.read("kept.jpg")), (b"another".to_vec(), b"a".to_vec()));
}

#[test]
fn a_folder_that_went_away_is_made_again_for_what_comes_back() {
    let library = Library::with("2019/may/a.jpg", "a").and("b.jpg", "b");
    let hands = hands(library.path());
    hands.set_aside(PLAN, &checked(&hands, &[("2019/may/a.jpg", "a")])).unwrap();
    library.take_away("2019");
    released(&hands, &[("2019/may/a.jpg", "a")]).unwrap();
    assert_eq!(library.read("2019/may/a.jpg"), b"a");
}

#[test]
fn after_a_move_whose_end_nobody_knows_the_bytes_tell() {
    let library = Library::with("a.jpg", "a");
    let hands = hands(library.path());
    let at = || hands.whereabouts(PLAN, expected("a.jpg", "a")).unwrap();
    assert_eq!(at(), Whereabouts::InPlace);
    hands.set_aside(PLAN, &checked(&hands, &[("a.jpg", "a")])).unwrap();
    assert_eq!(at(), Whereabouts::Aside);
    library.put("a.jpg", "another");
    assert_eq!(at(), Whereabouts::AsideAndTaken);
    library.take_away(format!(".lightproof/quarantine/{PLAN}/a.jpg"));
    assert_eq!(at(), Whereabouts::Nowhere);
}

#[test]
fn two_cannot_have_their_hands_on_one_root() {
    let library = Library::with("a.jpg", "a");
    let source = FolderSource::at(library.path()).unwrap();
    let first = Hands::on(&source).unwrap();
    let refused = Hands::on(&source).unwrap_err();
    assert!(matches!(refused, HandsError::InUse { .. }));
    assert!(refused.to_string().contains(&format!("process {}", std::process::id())), "{refused}");
    drop(first);
    // What a process left behind that was killed is no lock.
    assert!(library.at(".lightproof/lock").exists());
    Hands::on(&source).unwrap();
}

#[test]
fn the_journals_head_is_written_down_in_the_root_in_place_of_the_one_before() {
    let library = Library::with("a.jpg", "a");
    let source = FolderSource::at(library.path()).unwrap();
    assert_eq!(Hands::head(&source).unwrap(), None);
    let hands = Hands::on(&source).unwrap();
    for head in ["a longer one that was written first", "second"] {
        hands.keep_head(head).unwrap();
        assert_eq!(Hands::head(&source).unwrap().as_deref(), Some(head));
    }
}

#[test]
fn a_tree_that_another_program_keeps_is_left_alone() {
    let library = Library::with("mine/a.jpg", "a")
        .and("immich/library/ann/a.jpg", "a")
        .and("immich/library/.immich", "")
        .and("My.photoslibrary/originals/a.jpg", "a")
        .and("Previews.LRDATA/a.jpg", "a");
    let hands = hands(library.path());
    for path in ["immich/library/ann/a.jpg", "My.photoslibrary/originals/a.jpg", "Previews.LRDATA/a.jpg"] {
        assert!(matches!(hands.check(expected(path, "a")).unwrap_err(), NotMoved::Foreign(..)), "{path}");
    }
    assert!(hands.check(expected("mine/a.jpg", "a")).is_ok());
    drop(hands);
    // A root may be a folder of such a tree.
    let below = self::hands(&library.at("immich/library/ann"));
    assert!(matches!(below.check(expected("a.jpg", "a")).unwrap_err(), NotMoved::Foreign(_, "Immich")));
}

#[test]
fn names_of_any_bytes_and_any_depth_move() {
    let deep = format!("{}/a.jpg", vec!["folder of a long name"; 250].join("/"));
    assert!(deep.len() > 4096, "longer than PATH_MAX");
    let library = Library::with(name(b"\xff\xfe/\xfd.jpg"), "a").and(name(&b"x".repeat(255)), "b").and("c.jpg", "c");
    std::process::Command::new("python3").arg("-c").arg(DEEP).arg(library.path()).status().unwrap();
    let hands = hands(library.path());
    let long = b"x".repeat(255);
    for (path, bytes) in [(&b"\xff\xfe/\xfd.jpg"[..], &b"a"[..]), (&long, b"b"), (deep.as_bytes(), b"deep")] {
        let of = Expected { path, sha1: sha1(bytes) };
        hands.set_aside(PLAN, &[hands.check(of).unwrap()]).unwrap();
        assert_eq!(hands.whereabouts(PLAN, of).unwrap(), Whereabouts::Aside);
        hands.release(PLAN, &[hands.check_aside(PLAN, of).unwrap()]).unwrap();
        assert_eq!(hands.whereabouts(PLAN, of).unwrap(), Whereabouts::InPlace);
    }
}

#[test]
fn without_a_no_replace_rename_it_looks_first_and_loses_nothing() {
    let Some(disk) = Mounted::exfat() else { return };
    let put = |path: &str, bytes: &str| {
        fs::create_dir_all(disk.path().join(path).parent().unwrap()).unwrap();
        fs::File::create_new(disk.path().join(path))
            .and_then(|mut file| std::io::Write::write_all(&mut file, bytes.as_bytes()))
            .unwrap();
    };
    put("2019/a.jpg", "a");
    put("b.jpg", "b");
    let hands = hands(disk.path());
    let unit = [("2019/a.jpg", "a"), ("b.jpg", "b")];
    hands.set_aside(PLAN, &checked(&hands, &unit)).unwrap();
    assert!(hands.looks_first());
    assert_eq!(fs::read(aside(disk.path(), "2019/a.jpg")).unwrap(), b"a");
    // The same name in other letters is the same name there.
    put("2019/A.JPG", "another");
    assert!(matches!(released(&hands, &unit).unwrap_err(), NotMoved::Taken(_)));
    assert_eq!(fs::read(disk.path().join("2019/A.JPG")).unwrap(), b"another");
    released(&hands, &unit[1..]).unwrap();
    assert_eq!(fs::read(disk.path().join("b.jpg")).unwrap(), b"b");
    assert_eq!(fs::read(aside(disk.path(), "2019/a.jpg")).unwrap(), b"a");
}

#[test]
fn a_read_only_root_is_refused_and_says_so() {
    let library = Library::with("a.jpg", "a");
    let Some(mounted) = Mounted::read_only(library.path()) else { return };
    let refused = Hands::on(&FolderSource::at(mounted.path()).unwrap()).unwrap_err();
    assert!(matches!(refused, HandsError::ReadOnly { .. }), "{refused}");
    // Also where an earlier run made the folder.
    drop(hands(library.path()));
    let refused = Hands::on(&FolderSource::at(mounted.path()).unwrap()).unwrap_err();
    assert!(matches!(refused, HandsError::ReadOnly { .. }), "{refused}");
}

#[test]
fn a_file_system_mounted_below_the_root_is_refused() {
    let library = Library::with("a.jpg", "a").and_folder("card");
    let Some(card) = Mounted::on(&library.at("card")) else { return };
    library.put("card/b.jpg", "b");
    let hands = hands(library.path());
    assert!(matches!(hands.check(expected("card/b.jpg", "b")).unwrap_err(), NotMoved::Nested(_)));
    assert_eq!(fs::read(card.path().join("b.jpg")).unwrap(), b"b");
}

#[test]
fn a_full_disk_moves_nothing_and_loses_nothing() {
    let Some(disk) = Mounted::small(64) else { return };
    let full = |path: &str| {
        let mut file = fs::File::create_new(disk.path().join(path)).unwrap();
        while std::io::Write::write_all(&mut file, &[1; 4096]).is_ok() {}
    };
    fs::File::create_new(disk.path().join("a.jpg")).and_then(|mut file| std::io::Write::write_all(&mut file, b"a")).unwrap();
    full("full");
    match Hands::on(&FolderSource::at(disk.path()).unwrap()) {
        // Not even its folder fits.
        Err(refused) => assert!(matches!(refused, HandsError::Unprepared { .. }), "{refused}"),
        Ok(hands) => match hands.set_aside(PLAN, &checked(&hands, &[("a.jpg", "a")])) {
            Ok(_) => assert_eq!(fs::read(aside(disk.path(), "a.jpg")).unwrap(), b"a"),
            Err(refused) => {
                assert!(refused.is_as_it_was(), "{refused}");
                assert_eq!(fs::read(disk.path().join("a.jpg")).unwrap(), b"a");
            }
        },
    }
}

/// Makes a file whose path is longer than any one call takes.
const DEEP: &str = "
import os, sys
os.chdir(sys.argv[1])
for _ in range(250):
    os.mkdir('folder of a long name')
    os.chdir('folder of a long name')
open('a.jpg', 'w').write('deep')
";
