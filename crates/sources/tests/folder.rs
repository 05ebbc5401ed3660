//! What a folder source promises, sentence by sentence. The contract of every source comes last.

#![allow(clippy::unwrap_used)] // helpers of tests, which clippy.toml's exception does not reach

use std::{collections::BTreeMap, fs, ops::ControlFlow};

use lightproof_sources::{
    error::SourceError,
    exclusions::Exclusions,
    folder::{FolderSource, Leads},
    reading::{Steadiness, WholeBuffer, stream},
    source::{Found, FoundKind, SkipReason, Source, Stat, Walked},
};
use lightproof_testkit::{
    contract::{SourceUnderTest, found, walked},
    library::{Library, name},
    source_contract,
};

fn source(library: &Library) -> FolderSource {
    FolderSource::at(library.path()).unwrap()
}

fn paths(source: &FolderSource) -> Vec<String> {
    walked(source).iter().map(|walked| String::from_utf8_lossy(walked.path()).into_owned()).collect()
}

fn skipped(source: &FolderSource) -> Vec<(String, SkipReason)> {
    let told = walked(source).into_iter().filter_map(|walked| match walked {
        Walked::FolderSkipped { path, reason } => Some((String::from_utf8(path).unwrap(), reason)),
        _ => None,
    });
    told.collect()
}

fn stat_of(source: &FolderSource, path: &str) -> Stat {
    found(source).into_iter().find(|found| found.path == path.as_bytes()).unwrap().stat
}

#[test]
fn names_are_told_in_the_order_of_their_bytes_folders_among_them() {
    let library = Library::with("b.jpg", "b").and("a/z.jpg", "z").and("a/B.jpg", "B").and("a.jpg", "a").and("c/d/e.jpg", "e");
    assert_eq!(paths(&source(&library)), ["a/B.jpg", "a/z.jpg", "a.jpg", "b.jpg", "c/d/e.jpg"]);
}

#[test]
fn names_that_are_not_utf_8_keep_their_bytes_and_can_be_opened() {
    let odd = b"M\xFCnchen \xC3\x28.jpg";
    let library = Library::with(name(odd), "bytes");
    let source = source(&library);
    assert_eq!(found(&source)[0].path, odd);
    assert_eq!(WholeBuffer::new().fill(&*source.open(odd).unwrap()).unwrap().0, b"bytes");
}

#[test]
fn a_hard_link_is_the_same_file_and_tells_how_many_names_it_has() {
    let library = Library::with("a.jpg", "a").and_hard_link("b/a.jpg", "a.jpg").and("c.jpg", "a");
    let source = source(&library);
    let (a, b, c) = (stat_of(&source, "a.jpg"), stat_of(&source, "b/a.jpg"), stat_of(&source, "c.jpg"));
    assert_eq!(a, b);
    assert!(a.is_same_file_as(&b) && !a.is_same_file_as(&c));
    assert_eq!((a.links, c.links), (2, 1));
}

#[test]
fn overlapping_roots_lead_to_the_same_files_and_are_sources_of_their_own() {
    let library = Library::with("2019/may/a.jpg", "a");
    let (outer, inner) = (source(&library), FolderSource::at(library.at("2019")).unwrap());
    assert_eq!(stat_of(&outer, "2019/may/a.jpg"), stat_of(&inner, "may/a.jpg"));
    assert_ne!(outer.identity(), inner.identity());
}

#[test]
fn a_root_is_the_same_source_by_whatever_path_it_is_reached() {
    let library = Library::with("here/a.jpg", "a").and_link("there", "here");
    let (here, there) = (FolderSource::at(library.at("here")).unwrap(), FolderSource::at(library.at("there")).unwrap());
    assert_eq!(here.identity(), there.identity());
    assert_eq!(here.path(), there.path());
    library.rename("here", "elsewhere");
    let moved = FolderSource::at(library.at("elsewhere")).unwrap();
    assert!(moved.known_as(here.identity()).is_ok());
}

#[test]
fn a_root_that_is_missing_empty_or_no_folder_is_refused_with_what_to_do() {
    let library = Library::with("a.jpg", "a").and_folder("empty").and_folder("fresh/lost+found").and_folder("fresh/.lightproof");
    for (root, kind, sentence) in [
        ("nowhere", "root-missing", "is not there"),
        ("a.jpg", "root-not-a-folder", "is not a folder"),
        ("a.jpg/x", "root-not-a-folder", "is not a folder"),
        ("empty", "root-empty", "is empty"),
        ("fresh", "root-empty", "is empty"),
    ] {
        let refused = FolderSource::at(library.at(root)).unwrap_err();
        assert_eq!(refused.kind(), kind, "{root}");
        assert!(refused.to_string().ends_with(sentence), "{refused}");
        assert!(refused.hint().len() > 20);
    }
}

#[test]
fn another_folder_at_a_known_path_is_refused() {
    let library = Library::with("drive/a.jpg", "a").and("other/a.jpg", "a");
    let known = FolderSource::at(library.at("drive")).unwrap().identity();
    library.rename("drive", "gone");
    library.rename("other", "drive");
    let refused = FolderSource::at(library.at("drive")).unwrap().known_as(known).unwrap_err();
    assert!(matches!(refused, SourceError::AnotherRoot { .. }));
}

#[test]
fn a_root_that_goes_away_during_the_walk_is_an_error_and_not_an_end() {
    let library = Library::with("drive/a.jpg", "a").and("drive/b.jpg", "b");
    let source = FolderSource::at(library.at("drive")).unwrap();
    let mut visit = |_| {
        if library.at("drive").exists() {
            library.rename("drive", "unplugged");
        }
        ControlFlow::Continue(())
    };
    assert!(matches!(source.walk(&mut visit), Err(SourceError::RootWentAway { .. })));
}

#[test]
fn links_are_told_and_neither_followed_nor_opened() {
    let outside = Library::with("secret.jpg", "secret");
    let library = Library::with("a.jpg", "a")
        .and("in/b.jpg", "b")
        .and_link("to-in", "in")
        .and_link("to-file", "a.jpg")
        .and_link("to-out", outside.path())
        .and_link("to-nothing", "nowhere")
        .and_link("to-itself", "to-itself");
    let source = source(&library);
    let links: Vec<Vec<u8>> = walked(&source)
        .into_iter()
        .filter_map(|w| match w {
            Walked::Found(Found { path, kind: FoundKind::SymbolicLink, .. }) => Some(path),
            _ => None,
        })
        .collect();
    assert_eq!(links.len(), 5);
    assert_eq!(found(&source).len(), 2);
    for link in &links {
        assert!(matches!(source.open(link), Err(SourceError::NotAnAsset { .. })), "{}", String::from_utf8_lossy(link));
    }
    for through in ["to-in/b.jpg", "to-out/secret.jpg"] {
        assert!(source.open(through.as_bytes()).is_err(), "{through} was opened through a link");
    }
    for (link, leads) in [
        ("to-in", Leads::Inside),
        ("to-file", Leads::Inside),
        ("to-out", Leads::Outside),
        ("to-nothing", Leads::Broken),
        ("to-itself", Leads::Broken),
    ] {
        assert_eq!(source.follow_once(link.as_bytes()).unwrap().leads, leads, "{link}");
    }
}

#[test]
fn a_folder_that_is_swapped_for_a_link_during_the_walk_leads_nowhere() {
    let outside = Library::with("secret.jpg", "secret");
    let library = Library::with("a.jpg", "a").and("b/c.jpg", "c").and("d.jpg", "d");
    let mut told = Vec::new();
    let mut visit = |walked: Walked| {
        if walked.path() == b"a.jpg" {
            library.take_away("b");
            std::os::unix::fs::symlink(outside.path(), library.at("b")).unwrap();
        }
        told.push(walked);
        ControlFlow::Continue(())
    };
    let source = source(&library);
    source.walk(&mut visit).unwrap();
    assert!(matches!(&told[1], Walked::FolderUnreadable { path, .. } if path == b"b"), "{told:?}");
    assert_eq!(told.len(), 3);
    assert!(source.open(b"b/secret.jpg").is_err());
}

#[test]
fn what_goes_away_during_the_walk_is_told_and_the_walk_goes_on() {
    let library = Library::with("a.jpg", "a").and("b.jpg", "b").and("c/d.jpg", "d").and("e.jpg", "e");
    let mut told = Vec::new();
    let mut visit = |walked: Walked| {
        if walked.path() == b"a.jpg" {
            library.take_away("b.jpg");
            library.take_away("c");
        }
        told.push(walked);
        ControlFlow::Continue(())
    };
    source(&library).walk(&mut visit).unwrap();
    assert!(matches!(&told[1], Walked::Unreadable { path, reason } if path == b"b.jpg" && reason.contains("went away")));
    assert!(matches!(&told[2], Walked::FolderUnreadable { path, .. } if path == b"c"));
    assert_eq!(told[3].path(), b"e.jpg");
}

#[test]
fn a_fifo_is_told_and_never_waited_for_not_even_when_it_takes_the_place_of_an_asset() {
    let library = Library::with("a.jpg", "a").and_fifo("pipe").and_fifo("b.jpg");
    let source = source(&library);
    let told: Vec<FoundKind> = walked(&source)
        .into_iter()
        .map(|w| match w {
            Walked::Found(found) => found.kind,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(told, [FoundKind::Asset, FoundKind::Special("FIFO"), FoundKind::Special("FIFO")]);
    library.take_away("a.jpg");
    library.rename("pipe", "a.jpg");
    assert!(matches!(source.open(b"a.jpg"), Err(SourceError::NotAnAsset { .. })));
}

#[test]
fn a_socket_is_told_and_not_opened() {
    let library = Library::with("a.jpg", "a");
    let _socket = std::os::unix::net::UnixListener::bind(library.at("socket")).unwrap();
    let source = source(&library);
    assert!(walked(&source).iter().any(|w| matches!(w, Walked::Found(f) if f.kind == FoundKind::Special("socket"))));
    assert!(matches!(source.open(b"socket"), Err(SourceError::NotAnAsset { .. })));
}

#[test]
fn excluded_folders_are_told_with_the_pattern_and_not_walked() {
    let library = Library::with("a.jpg", "a")
        .and("2019/@eaDir/a.jpg/thumb.jpg", "t")
        .and(".Trash-1000/files/x.jpg", "x")
        .and(".git", "file");
    assert_eq!(
        skipped(&source(&library)),
        [
            (".Trash-1000".to_owned(), SkipReason::Excluded { pattern: ".Trash*".to_owned() }),
            ("2019/@eaDir".to_owned(), SkipReason::Excluded { pattern: "@eaDir".to_owned() }),
        ]
    );
    assert_eq!(found(&source(&library)).len(), 2, "a file of an excluded name is a file like any other");
    let all = source(&library).leaving_out(Exclusions::none());
    assert_eq!(found(&all).len(), 4);
}

#[test]
fn what_other_programs_keep_beside_originals_is_told_and_not_walked() {
    let library = Library::with("immich/thumbs/.immich", "")
        .and("immich/thumbs/u/t.webp", "t")
        .and("immich/library/.immich", "")
        .and("immich/library/a.jpg", "a")
        .and("mine/thumbs/b.jpg", "b")
        .and("My.photoslibrary/originals/0/c.heic", "c")
        .and("My.photoslibrary/resources/derivatives/c.jpg", "d")
        .and("LR/Catalog Previews.lrdata/0/p.lrprev", "p")
        .and(".lightproof/quarantine/q.jpg", "q");
    assert_eq!(
        skipped(&source(&library)),
        [
            (".lightproof".to_owned(), SkipReason::OwnFolder),
            ("LR/Catalog Previews.lrdata".to_owned(), SkipReason::LightroomPreviews),
            ("My.photoslibrary/resources".to_owned(), SkipReason::InsidePhotosLibrary),
            ("immich/thumbs".to_owned(), SkipReason::MadeByImmich),
        ]
    );
    let photos = FolderSource::at(library.at("My.photoslibrary")).unwrap();
    assert_eq!(paths(&photos), ["originals/0/c.heic", "resources"], "a Photos library is known as a root as well");
}

#[test]
fn a_tree_deeper_than_paths_may_be_long_is_walked_and_its_assets_can_be_opened() {
    let library = Library::with("a.jpg", "a");
    let deep = "a rather long name for a folder/".repeat(150);
    make_deep(&library, &deep);
    let source = source(&library);
    let bottom = found(&source).into_iter().find(|f| f.path.ends_with(b"bottom.jpg")).unwrap();
    assert_eq!(bottom.path.len(), deep.len() + "bottom.jpg".len());
    assert_eq!(WholeBuffer::new().fill(&*source.open(&bottom.path).unwrap()).unwrap().0, b"bottom");
    assert_eq!(paths(&source).len(), 152, "on the way back up every folder's rest is walked");
}

/// Folders below folders, each with a file that comes after the folder, made step by step as paths are too long.
fn make_deep(library: &Library, deep: &str) {
    use rustix::fs::{CWD, Mode, OFlags, mkdirat, openat};
    let open = |at: &rustix::fd::OwnedFd, name: &str, flags| openat(at, name, flags, Mode::from_raw_mode(0o755)).unwrap();
    let mut at = openat(CWD, library.path(), OFlags::DIRECTORY, Mode::empty()).unwrap();
    for name in deep.split_terminator('/') {
        mkdirat(&at, name, Mode::from_raw_mode(0o755)).unwrap();
        open(&at, "z.jpg", OFlags::CREATE | OFlags::WRONLY);
        at = open(&at, name, OFlags::DIRECTORY);
    }
    rustix::io::write(open(&at, "bottom.jpg", OFlags::CREATE | OFlags::WRONLY), b"bottom").unwrap();
}

#[test]
fn a_folder_of_a_hundred_thousand_is_walked_in_order() {
    let library = Library::with("many/0.jpg", "0");
    for number in 1..100_000 {
        // All names of one file: that many files would fill small disks. No file system counts higher than 65,000.
        let of = number / 50_000 * 50_000;
        if number == of {
            library.put(format!("many/{number}.jpg"), "0");
        } else {
            fs::hard_link(library.at(format!("many/{of}.jpg")), library.at(format!("many/{number}.jpg"))).unwrap();
        }
    }
    let told = found(&source(&library));
    assert_eq!(told.len(), 100_000);
    assert!(told.is_sorted_by(|a, b| a.path < b.path));
}

#[test]
fn an_asset_that_changes_while_it_is_read_is_told() {
    let library = Library::with("a.jpg", vec![7; 3 << 20]);
    let source = source(&library);
    let opened = source.open(b"a.jpg").unwrap();
    let mut pieces = 0;
    let mut piece = |_: &[u8]| {
        pieces += 1;
        if pieces == 1 {
            library.edit("a.jpg");
        }
        Ok(())
    };
    assert_eq!(stream(&*opened, &mut piece).unwrap(), Steadiness::Changed);
    let found = stat_of(&source, "a.jpg");
    library.rename("a.jpg", "b.jpg");
    library.put("a.jpg", "another");
    assert!(!source.open(b"a.jpg").unwrap().stat().unwrap().agrees_with(&found));
}

#[test]
fn an_asset_too_large_for_the_buffer_is_streamed_without_being_held() {
    let library = Library::empty().and_sparse("huge.mov", 200 << 20);
    let source = source(&library);
    let opened = source.open(b"huge.mov").unwrap();
    assert_eq!(WholeBuffer::new().fill(&*opened).unwrap_err().kind(), std::io::ErrorKind::FileTooLarge);
    let mut length = 0;
    let mut piece = |piece: &[u8]| {
        length += piece.len();
        Ok(())
    };
    assert_eq!(stream(&*opened, &mut piece).unwrap(), Steadiness::Steady);
    assert_eq!(length, 200 << 20);
}

#[test]
fn a_buffer_used_again_holds_nothing_of_the_asset_before() {
    let library = Library::with("a.jpg", vec![1; 20 << 20]).and("b.jpg", "b").and("c.jpg", "");
    let source = source(&library);
    let mut whole = WholeBuffer::new();
    for (path, length) in [("a.jpg", 20 << 20), ("b.jpg", 1), ("c.jpg", 0), ("a.jpg", 20 << 20)] {
        assert_eq!(whole.fill(&*source.open(path.as_bytes()).unwrap()).unwrap().0.len(), length);
    }
}

#[test]
fn walking_and_reading_everything_leaves_no_trace() {
    let library = Library::with("a.jpg", "a").and("b/c.jpg", "c").and("b/@eaDir/d", "d").and_link("l", "b").and_fifo("f");
    library.age_access_times();
    let before = library.snapshot();
    let source = source(&library);
    for asset in found(&source) {
        let opened = source.open(&asset.path).unwrap();
        WholeBuffer::new().fill(&*opened).unwrap();
        stream(&*opened, &mut |_| Ok(())).unwrap();
    }
    before.assert_untouched(&library.snapshot());
}

fn under_test() -> SourceUnderTest {
    let assets: BTreeMap<Vec<u8>, Vec<u8>> = [
        (b"a.jpg".to_vec(), b"bytes".to_vec()),
        (b"empty.jpg".to_vec(), Vec::new()),
        (b"2019/a.jpg".to_vec(), b"other bytes".to_vec()),
        (b"2019/may/\xFF, \"odd\"\n.jpg".to_vec(), b"odd".to_vec()),
        (b"large.mov".to_vec(), (0..2_500_000u32).map(|n| (n % 251) as u8).collect()),
    ]
    .into();
    let library = Library::empty();
    for (path, bytes) in &assets {
        library.put(name(path), bytes.as_slice());
    }
    SourceUnderTest { source: Box::new(source(&library)), assets, keep: Box::new(library) }
}

source_contract!(contract, under_test);
