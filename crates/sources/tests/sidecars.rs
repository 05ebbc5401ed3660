//! Sidecars beside assets of a folder root: what is written, extended, refused and taken back, and that a crash at any moment loses nothing.
#![allow(clippy::unwrap_used)] // helpers of tests, which clippy.toml's exception does not reach

use std::{ffi::OsStr, fs, os::unix::fs::MetadataExt, path::Path};

use lightproof_model::digest::Sha1;
use lightproof_sources::folder::{
    FolderSource,
    hands::{Hands, NotDated, NotMoved, SidecarState, Written},
};
use lightproof_testkit::{
    library::{Library, name},
    mounted::Mounted,
};
use sha1::Digest;

const PLAN: &str = "0123456789abcdef";
const BEFORE: &str = ".lightproof/replaced/0123456789abcdef/before/";
const WRITTEN: &str = ".lightproof/replaced/0123456789abcdef/written/";

fn sha1(bytes: &str) -> Sha1 {
    Sha1(sha1::Sha1::digest(bytes.as_bytes()).into())
}

fn hands(root: &Path) -> Hands {
    Hands::on(&FolderSource::at(root).unwrap()).unwrap()
}

/// Writes what is to be written over what is there, as a plan would.
fn write(hands: &Hands, asset: &str, bytes: &str) -> Result<Written, NotDated> {
    let expected = hands.sidecar(asset.as_bytes())?.sha1();
    hands.write_sidecar(PLAN, asset.as_bytes(), expected, bytes.as_bytes())
}

fn take_back(hands: &Hands, asset: &str, written: &Written) -> Result<(), NotDated> {
    hands.take_sidecar_back(PLAN, asset.as_bytes(), written.wrote, written.before.as_deref()).map(drop)
}

fn state(hands: &Hands, before: Option<&str>) -> SidecarState {
    hands.sidecar_state(PLAN, b"a.jpg", before.map(sha1), sha1("new")).unwrap()
}

#[test]
fn a_fresh_sidecar_stands_beside_the_asset_and_goes_when_it_is_taken_back() {
    let library = Library::with("2019/a.jpg", "a");
    let before = library.snapshot();
    let hands = hands(library.path());
    let at = hands.sidecar(b"2019/a.jpg").unwrap();
    assert_eq!((at.path.as_slice(), at.extends), (&b"2019/a.jpg.xmp"[..], None));
    let written = write(&hands, "2019/a.jpg", "new").unwrap();
    assert_eq!(written, Written { path: b"2019/a.jpg.xmp".to_vec(), wrote: sha1("new"), before: None });
    assert_eq!(library.read("2019/a.jpg.xmp"), b"new");
    assert_eq!(fs::metadata(library.at("2019/a.jpg.xmp")).unwrap().mode() & 0o777, 0o644);
    take_back(&hands, "2019/a.jpg", &written).unwrap();
    before.assert_as_it_was(&library.snapshot());
    assert_eq!(library.read(format!("{WRITTEN}2019/a.jpg.xmp")), b"new", "it is kept");
}

#[test]
fn an_extended_sidecar_makes_room_and_comes_back_with_mode_times_and_attributes() {
    let library = Library::with("a.jpg", "a").and("a.jpg.xmp", "old");
    rustix::fs::chmod(library.at("a.jpg.xmp"), rustix::fs::Mode::from_raw_mode(0o640)).unwrap();
    rustix::fs::setxattr(library.at("a.jpg.xmp"), c"user.note", b"mine", rustix::fs::XattrFlags::empty()).unwrap();
    library.set_changed("a.jpg.xmp", 1_234_567_890);
    let before = library.snapshot();
    let hands = hands(library.path());
    let extends = hands.sidecar(b"a.jpg").unwrap().extends.unwrap();
    assert_eq!((extends.bytes.as_slice(), extends.sha1), (&b"old"[..], sha1("old")));
    // And again, and again: what was undone can be done once more.
    for round in 1..=3 {
        let written = write(&hands, "a.jpg", "new").unwrap();
        assert_eq!(written.before.as_deref(), Some(format!("{BEFORE}a.jpg.xmp").as_bytes()));
        assert_eq!((library.read("a.jpg.xmp"), library.read(format!("{BEFORE}a.jpg.xmp"))), (b"new".into(), b"old".into()));
        assert_eq!(fs::metadata(library.at("a.jpg.xmp")).unwrap().mode() & 0o777, 0o640, "who could read it still can");
        take_back(&hands, "a.jpg", &written).unwrap();
        before.assert_as_it_was(&library.snapshot());
        let folder = if round == 1 { "written".to_owned() } else { format!("written-{round}") };
        assert_eq!(library.read(format!(".lightproof/replaced/{PLAN}/{folder}/a.jpg.xmp")), b"new");
    }
}

#[test]
fn two_fixes_of_one_plan_are_taken_back_one_after_the_other() {
    let library = Library::with("a.jpg", "a").and("a.jpg.xmp", "old");
    let before = library.snapshot();
    let hands = hands(library.path());
    let first = write(&hands, "a.jpg", "first").unwrap();
    let second = write(&hands, "a.jpg", "second").unwrap();
    assert_ne!(first.before, second.before);
    assert!(matches!(take_back(&hands, "a.jpg", &first).unwrap_err(), NotDated::NotMoved(NotMoved::OtherBytes(_))));
    take_back(&hands, "a.jpg", &second).unwrap();
    assert_eq!(library.read("a.jpg.xmp"), b"first");
    take_back(&hands, "a.jpg", &first).unwrap();
    before.assert_as_it_was(&library.snapshot());
}

#[test]
fn the_same_bytes_once_more_are_written_and_taken_back_like_others() {
    let library = Library::with("a.jpg", "a").and("a.jpg.xmp", "new");
    library.set_changed("a.jpg.xmp", 1_234_567_890);
    let before = library.snapshot();
    let hands = hands(library.path());
    assert_eq!(state(&hands, Some("new")), SidecarState::Untouched);
    let written = write(&hands, "a.jpg", "new").unwrap();
    assert_eq!(state(&hands, Some("new")), SidecarState::Done(written.clone()));
    take_back(&hands, "a.jpg", &written).unwrap();
    before.assert_as_it_was(&library.snapshot());
}

#[test]
fn a_sidecar_that_is_not_the_one_that_was_expected_stays() {
    let library = Library::with("a.jpg", "a").and("a.jpg.xmp", "edited since").and("b.jpg", "b");
    let before = library.snapshot();
    let hands = hands(library.path());
    let refused = |asset: &str, expected: Option<&str>| {
        let refused = hands.write_sidecar(PLAN, asset.as_bytes(), expected.map(sha1), b"new").unwrap_err();
        assert!(refused.is_as_it_was());
        refused.to_string()
    };
    assert_eq!(refused("a.jpg", Some("old")), "a.jpg.xmp has other bytes than were seen");
    assert_eq!(refused("a.jpg", None), "something is at a.jpg.xmp already");
    assert_eq!(refused("b.jpg", Some("old")), "b.jpg.xmp is not there");
    assert_eq!(refused("c.jpg", None), "c.jpg is not there");
    for outside in ["../a.jpg", "/etc/passwd", "x/../a.jpg"] {
        assert!(hands.write_sidecar(PLAN, outside.as_bytes(), None, b"new").is_err(), "{outside}");
    }
    before.assert_as_it_was(&library.snapshot());
}

#[test]
fn a_sidecar_that_somebody_changed_since_is_not_taken_back() {
    let library = Library::with("a.jpg", "a").and("a.jpg.xmp", "old");
    let hands = hands(library.path());
    let written = write(&hands, "a.jpg", "new").unwrap();
    library.put("a.jpg.xmp", "rated since");
    assert!(matches!(take_back(&hands, "a.jpg", &written).unwrap_err(), NotDated::NotMoved(NotMoved::OtherBytes(_))));
    assert_eq!(state(&hands, Some("old")), SidecarState::Otherwise(b"a.jpg.xmp".to_vec()));
    assert!(hands.go_back_to_sidecar(PLAN, b"a.jpg", Some(sha1("old")), sha1("new")).is_err());
    assert_eq!(library.read("a.jpg.xmp"), b"rated since");
    library.take_away("a.jpg.xmp");
    assert!(take_back(&hands, "a.jpg", &written).is_err(), "nothing is there that was written");
    assert_eq!(library.read(format!("{BEFORE}a.jpg.xmp")), b"old");
}

#[test]
fn nothing_is_moved_where_the_one_before_is_gone() {
    let library = Library::with("a.jpg", "a").and("a.jpg.xmp", "old").and("b.jpg.xmp", "other");
    let hands = hands(library.path());
    let written = write(&hands, "a.jpg", "new").unwrap();
    let foreign = hands.take_sidecar_back(PLAN, b"a.jpg", written.wrote, Some(b"b.jpg.xmp"));
    assert!(matches!(foreign.unwrap_err(), NotDated::Otherwise(_)), "only what a plan replaced comes back");
    library.take_away(format!("{BEFORE}a.jpg.xmp"));
    assert!(take_back(&hands, "a.jpg", &written).is_err());
    assert_eq!((library.read("a.jpg.xmp"), library.read("b.jpg.xmp")), (b"new".to_vec(), b"other".to_vec()));
}

#[test]
fn links_hard_links_folders_and_long_files_are_no_sidecars() {
    let library = Library::with("a.jpg", "a")
        .and("other", "o")
        .and_link("a.jpg.xmp", "other")
        .and("b.jpg", "b")
        .and_hard_link("b.jpg.xmp", "other")
        .and("c.jpg", "c")
        .and_folder("c.jpg.xmp")
        .and("d.jpg", "d")
        .and_sparse("d.jpg.xmp", 5 << 20)
        .and_link("e.jpg", "a.jpg");
    let before = library.snapshot();
    let hands = hands(library.path());
    let refused = |asset: &str| write(&hands, asset, "new").unwrap_err().to_string();
    assert_eq!(refused("a.jpg"), "a.jpg.xmp is not a regular file");
    assert_eq!(refused("b.jpg"), "b.jpg.xmp has 2 names (hard links) and would stay under the others");
    assert_eq!(refused("c.jpg"), "c.jpg.xmp is not a regular file");
    assert_eq!(refused("d.jpg"), "d.jpg.xmp has 5242880 bytes, which is too much for a sidecar");
    assert_eq!(refused("e.jpg"), "e.jpg is not a regular file");
    before.assert_as_it_was(&library.snapshot());
}

#[test]
fn a_sidecar_of_the_stem_is_extended_by_a_copy_and_stays() {
    let library = Library::with("a.jpg", "a").and("A.xmp", "of the stem").and("a.aae", "x").and("a.jpg.json", "{}");
    let before = library.snapshot();
    let hands = hands(library.path());
    let at = hands.sidecar(b"a.jpg").unwrap();
    let extends = at.extends.unwrap();
    assert_eq!((at.path.as_slice(), extends.path.as_slice()), (&b"a.jpg.xmp"[..], &b"A.xmp"[..]));
    let of_stem = Some("of the stem");
    assert_eq!(state(&hands, of_stem), SidecarState::Untouched);
    let written = write(&hands, "a.jpg", "new").unwrap();
    assert_eq!(written.before, None);
    assert_eq!(state(&hands, of_stem), SidecarState::Done(written.clone()));
    assert_eq!((library.read("A.xmp"), library.read("a.jpg.xmp")), (b"of the stem".to_vec(), b"new".to_vec()));
    take_back(&hands, "a.jpg", &written).unwrap();
    before.assert_as_it_was(&library.snapshot());
}

#[test]
fn a_sidecar_that_may_mean_another_asset_as_well_is_refused() {
    for (asset, beside) in [
        // Of one stem.
        ("a.jpg", vec!["a.xmp", "a.CR2"]),
        ("a.jpg", vec!["a.XMP", "A.mov"]),
        // a.jpg.xmp would be read as that of the stem of the other.
        ("a.jpg", vec!["a.jpg.png"]),
        // Letter case alone.
        ("a.jpg", vec!["A.JPG"]),
        // Two of one asset.
        ("a.jpg", vec!["a.jpg.xmp", "a.jpg.XMP"]),
    ] {
        let mut library = Library::with(asset, "a");
        for other in &beside {
            library = library.and(other, "x");
        }
        let before = library.snapshot();
        let hands = hands(library.path());
        let refused = write(&hands, asset, "new").unwrap_err();
        assert!(matches!(refused, NotDated::Shared(..) | NotDated::Several(..)), "{beside:?}: {refused}");
        assert!(refused.to_string().contains("for you to say"), "{refused}");
        before.assert_as_it_was(&library.snapshot());
    }
    // A sidecar of its own takes the doubt away; so does none at all.
    let library = Library::with("a.jpg", "a").and("a.CR2", "r").and("a.xmp", "x").and("a.jpg.xmp", "old");
    write(&hands(library.path()), "a.jpg", "new").unwrap();
    let library = Library::with("a.jpg", "a").and("a.CR2", "r");
    write(&hands(library.path()), "a.jpg", "new").unwrap();
}

#[test]
fn a_sidecar_in_other_letters_is_extended_under_its_name() {
    let library = Library::with("A.JPG", "a").and("a.jpg.XMP", "old");
    let before = library.snapshot();
    let hands = hands(library.path());
    let written = write(&hands, "A.JPG", "new").unwrap();
    assert_eq!(written.path, b"a.jpg.XMP");
    take_back(&hands, "A.JPG", &written).unwrap();
    before.assert_as_it_was(&library.snapshot());
}

#[test]
fn a_crash_after_any_call_leaves_a_way_on_and_a_way_back() {
    // What was there before, and the moves that a crash let happen: from, to, in turn.
    let moves: [(&str, Option<&str>); 2] = [("a.jpg.xmp", Some("old")), ("", None)];
    for (_, before) in moves {
        let steps = if before.is_some() { 3 } else { 2 };
        for crashed_after in 0..=steps {
            for forward in [true, false] {
                let library = Library::with("a.jpg", "a").and("b.jpg", "b");
                library.put("a.jpg.xmp", before.unwrap_or_default());
                if before.is_none() {
                    library.take_away("a.jpg.xmp");
                }
                let at_first = library.snapshot();
                let hands = hands(library.path());
                // The calls of which each may have been the last: written in part, written, made room, put in place.
                if crashed_after == 0 {
                    library.put(".lightproof/sidecar.new", "ne");
                } else {
                    library.put(".lightproof/sidecar.new", "new");
                }
                if crashed_after >= 2 && before.is_some() {
                    library.rename("a.jpg.xmp", format!("{BEFORE}a.jpg.xmp"));
                }
                if crashed_after == steps {
                    library.rename(".lightproof/sidecar.new", "a.jpg.xmp");
                }
                let told = state(&hands, before);
                let made_room = before.map(|_| format!("{BEFORE}a.jpg.xmp").into_bytes());
                let done = Written { path: b"a.jpg.xmp".to_vec(), wrote: sha1("new"), before: made_room.clone() };
                let expected = match crashed_after {
                    all if all == steps => SidecarState::Done(done.clone()),
                    2 => SidecarState::Between(made_room.clone().unwrap()),
                    _ => SidecarState::Untouched,
                };
                assert_eq!(told, expected, "{before:?} after {crashed_after}");
                let of = (before.map(sha1), sha1("new"));
                // Twice: it may crash once more, after all was done.
                for _ in 0..2 {
                    if !forward {
                        hands.go_back_to_sidecar(PLAN, b"a.jpg", of.0, of.1).unwrap();
                    } else if crashed_after == 0 && state(&hands, before) == SidecarState::Untouched {
                        let refused = hands.finish_sidecar(PLAN, b"a.jpg", of.0, of.1).unwrap_err();
                        assert!(matches!(refused, NotDated::NotReady(_)), "{refused}");
                        hands.write_sidecar(PLAN, b"a.jpg", of.0, b"new").unwrap();
                    } else {
                        assert_eq!(hands.finish_sidecar(PLAN, b"a.jpg", of.0, of.1).unwrap(), done);
                    }
                }
                if forward {
                    assert_eq!(library.read("a.jpg.xmp"), b"new");
                    take_back(&hands, "a.jpg", &done).unwrap();
                }
                at_first.assert_as_it_was(&library.snapshot());
            }
        }
    }
}

#[test]
fn a_crash_while_it_is_taken_back_leaves_both_ways_too() {
    for forward in [true, false] {
        let library = Library::with("a.jpg", "a").and("a.jpg.xmp", "old");
        let at_first = library.snapshot();
        let hands = hands(library.path());
        let written = write(&hands, "a.jpg", "new").unwrap();
        library.rename("a.jpg.xmp", format!("{WRITTEN}a.jpg.xmp"));
        let of = (Some(sha1("old")), sha1("new"));
        assert_eq!(state(&hands, Some("old")), SidecarState::Between(written.before.clone().unwrap()));
        if forward {
            assert_eq!(hands.finish_sidecar(PLAN, b"a.jpg", of.0, of.1).unwrap(), written);
            take_back(&hands, "a.jpg", &written).unwrap();
        } else {
            hands.go_back_to_sidecar(PLAN, b"a.jpg", of.0, of.1).unwrap();
        }
        at_first.assert_as_it_was(&library.snapshot());
    }
}

#[test]
fn what_somebody_put_there_in_between_stays() {
    let library = Library::with("a.jpg", "a").and("a.jpg.xmp", "theirs").and(".lightproof/sidecar.new", "new");
    library.put(format!("{BEFORE}a.jpg.xmp"), "old");
    let hands = hands(library.path());
    assert_eq!(state(&hands, Some("old")), SidecarState::Otherwise(b"a.jpg.xmp".to_vec()));
    let of = (Some(sha1("old")), sha1("new"));
    assert!(hands.finish_sidecar(PLAN, b"a.jpg", of.0, of.1).is_err());
    assert!(hands.go_back_to_sidecar(PLAN, b"a.jpg", of.0, of.1).is_err());
    assert_eq!((library.read("a.jpg.xmp"), library.read(format!("{BEFORE}a.jpg.xmp"))), (b"theirs".into(), b"old".into()));
    // Neither in its place nor among those that made room.
    library.take_away("a.jpg.xmp");
    library.take_away(format!("{BEFORE}a.jpg.xmp"));
    assert_eq!(state(&hands, Some("old")), SidecarState::Otherwise(b"a.jpg.xmp".to_vec()));
}

#[test]
fn a_leftover_that_has_another_name_is_not_written_to() {
    let library = Library::with("a.jpg", "an original");
    let hands = hands(library.path());
    fs::hard_link(library.at("a.jpg"), library.at(".lightproof/sidecar.new")).unwrap();
    assert!(write(&hands, "a.jpg", "new").unwrap_err().is_as_it_was());
    assert_eq!(library.read("a.jpg"), b"an original");
    library.take_away(".lightproof/sidecar.new");
    let library = library.and_link(".lightproof/sidecar.new", "../a.jpg");
    assert!(write(&hands, "a.jpg", "new").is_err());
    assert_eq!(library.read("a.jpg"), b"an original");
}

#[test]
fn a_tree_that_another_program_keeps_gets_no_sidecar() {
    let library = Library::with("immich/library/a.jpg", "a").and("immich/library/.immich", "");
    let hands = hands(library.path());
    let refused = write(&hands, "immich/library/a.jpg", "new").unwrap_err();
    assert!(matches!(refused, NotDated::NotMoved(NotMoved::Foreign(..))), "{refused}");
}

#[test]
fn names_of_any_bytes_get_one_and_names_that_grow_too_long_are_refused() {
    let (odd, long, fits) = (&b"\xff\xfe/\xfd.jpg"[..], b"x".repeat(252), b"y".repeat(251));
    let library = Library::with(name(odd), "a").and(name(&long), "b").and(name(&fits), "c");
    let before = library.snapshot();
    let hands = hands(library.path());
    assert!(matches!(hands.sidecar(&long).unwrap_err(), NotDated::NameTooLong(_)));
    assert!(hands.write_sidecar(PLAN, &long, None, b"new").is_err());
    for asset in [odd, &fits] {
        let written = hands.write_sidecar(PLAN, asset, None, b"new").unwrap();
        assert_eq!(library.read(name(&[asset, b".xmp"].concat())), b"new");
        hands.take_sidecar_back(PLAN, asset, written.wrote, None).unwrap();
    }
    before.assert_as_it_was(&library.snapshot());
}

#[test]
fn without_a_no_replace_rename_sidecars_are_written_and_taken_back_as_well() {
    let Some(disk) = Mounted::exfat() else { return };
    let put = |path: &str, bytes: &str| {
        fs::File::create_new(disk.path().join(path))
            .and_then(|mut file| std::io::Write::write_all(&mut file, bytes.as_bytes()))
            .unwrap();
    };
    let names = || {
        let mut names: Vec<_> = fs::read_dir(disk.path()).unwrap().map(|listed| listed.unwrap().file_name()).collect();
        names.sort();
        names.retain(|name| name != OsStr::new(".lightproof"));
        names
    };
    put("a.jpg", "a");
    put("A.jpg.XMP", "old");
    put("b.jpg", "b");
    let before = names();
    let hands = hands(disk.path());
    let written = [write(&hands, "a.jpg", "new").unwrap(), write(&hands, "b.jpg", "new").unwrap()];
    assert_eq!((written[0].path.as_slice(), written[1].path.as_slice()), (&b"A.jpg.XMP"[..], &b"b.jpg.xmp"[..]));
    assert_eq!(fs::read(disk.path().join("A.jpg.XMP")).unwrap(), b"new");
    take_back(&hands, "a.jpg", &written[0]).unwrap();
    take_back(&hands, "b.jpg", &written[1]).unwrap();
    assert_eq!(fs::read(disk.path().join("A.jpg.XMP")).unwrap(), b"old");
    assert_eq!(names(), before);
}

#[test]
fn a_full_disk_leaves_the_sidecar_that_was_there() {
    let Some(disk) = Mounted::small(256) else { return };
    let put = |path: &str, bytes: &[u8]| {
        fs::File::create_new(disk.path().join(path)).and_then(|mut file| std::io::Write::write_all(&mut file, bytes)).unwrap();
    };
    put("a.jpg", b"a");
    put("a.jpg.xmp", b"old");
    let hands = hands(disk.path());
    let mut full = fs::File::create_new(disk.path().join("full")).unwrap();
    while std::io::Write::write_all(&mut full, &[1; 4096]).is_ok() {}
    let refused = hands.write_sidecar(PLAN, b"a.jpg", Some(sha1("old")), &[b' '; 40_000]).unwrap_err();
    assert!(refused.is_as_it_was(), "{refused}");
    assert_eq!(fs::read(disk.path().join("a.jpg.xmp")).unwrap(), b"old");
    assert_eq!(state(&hands, Some("old")), SidecarState::Untouched);
    // Once there is room, the leftover is no hindrance.
    full.set_len(0).unwrap();
    write(&hands, "a.jpg", "new").unwrap();
    assert_eq!(fs::read(disk.path().join("a.jpg.xmp")).unwrap(), b"new");
}

#[test]
fn a_mount_that_became_read_only_or_lies_below_the_root_gets_nothing() {
    let library = Library::with("a.jpg", "a").and_folder("card");
    let Some(card) = Mounted::on(&library.at("card")) else { return };
    library.put("card/b.jpg", "b");
    let below = hands(library.path());
    assert!(matches!(write(&below, "card/b.jpg", "new").unwrap_err(), NotDated::NotMoved(NotMoved::Nested(_))));
    assert!(!card.path().join("b.jpg.xmp").exists());
    let Some(mounted) = Mounted::read_only(library.path()) else { return };
    assert!(Hands::on(&FolderSource::at(mounted.path()).unwrap()).is_err());
}
