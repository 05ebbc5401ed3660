//! Which folders are taken for the server's own, and which are not.

use std::path::Path;

use lightproof_sources::immich::{
    listed::{Listed, RemoteId, Visibility},
    mounted::{Detected, Mount, MountRefused, Sample, detect, verify},
};
use lightproof_testkit::library::Library;
use sha1::{Digest, Sha1};

fn listed(path: &str, bytes: &[u8]) -> Listed {
    let id: [u8; 20] = Sha1::digest(path).into();
    Listed {
        id: RemoteId(u128::from_be_bytes(*id.first_chunk().expect("20 bytes are more than 16"))),
        path: path.to_owned(),
        name: String::new(),
        bytes: Some(bytes.len() as u64),
        checksum: Sha1::digest(bytes).into(),
        library: None,
        live_video: None,
        visibility: Visibility::Timeline,
        trashed: false,
        offline: false,
        favourite: false,
        modified: String::new(),
        updated: String::new(),
    }
}

fn external(path: &str, bytes: &[u8]) -> Listed {
    Listed { library: Some(RemoteId(1)), checksum: Sha1::digest(format!("path:{path}")).into(), ..listed(path, bytes) }
}

fn bytes(number: usize) -> Vec<u8> {
    vec![number as u8; 100 + number]
}

/// Forty uploads below /data, as the server lists them.
fn uploads() -> Vec<Listed> {
    (0..40).map(|n| listed(&format!("/data/upload/{}/{n}.jpg", n % 7), &bytes(n))).collect()
}

/// Their files, below a folder.
fn library(below: &str) -> Library {
    let library = Library::empty();
    for n in 0..40 {
        library.put(format!("{below}upload/{}/{n}.jpg", n % 7), bytes(n));
    }
    library
}

fn mount(prefix: &str, folder: &Path) -> Mount {
    Mount { prefix: prefix.to_owned(), folder: folder.to_owned() }
}

#[test]
fn a_folder_with_the_servers_files_is_taken_though_a_few_are_missing() {
    let library = library("");
    verify(&mount("/data", library.path()), &uploads()).unwrap();
    for n in [3, 11, 30] {
        library.take_away(format!("upload/{}/{n}.jpg", n % 7));
    }
    verify(&mount("/data", library.path()), &uploads()).unwrap();
}

#[test]
fn a_folder_in_which_most_assets_differ_is_refused_and_the_first_is_named() {
    let folder = library("");
    (0..40).for_each(|n| folder.put(format!("upload/{}/{n}.jpg", n % 7), vec![0xEE; 100 + n]));
    let refused = verify(&mount("/data", folder.path()), &uploads()).unwrap_err();
    assert!(matches!(&refused, MountRefused::Bytes { path, .. } if path == "/data/upload/0/0.jpg"), "{refused}");
    (0..40).for_each(|n| folder.put(format!("upload/{}/{n}.jpg", n % 7), vec![n as u8; 101 + n]));
    let refused = verify(&mount("/data", folder.path()), &uploads()).unwrap_err();
    assert!(matches!(&refused, MountRefused::Size { listed: 100, here: 101, .. }), "{refused}");
    assert!(!refused.hint().is_empty() && refused.to_string().contains("101"));
}

#[test]
fn one_original_of_twenty_that_was_edited_where_it_lies_does_not_lose_the_folder() {
    let sample: Vec<Listed> = uploads().into_iter().take(20).collect();
    for n in 0..20 {
        for edited in [vec![9; 100 + n], vec![9; 7]] {
            let folder = library("");
            folder.put(format!("upload/{}/{n}.jpg", n % 7), edited);
            verify(&mount("/data", folder.path()), &sample).unwrap();
        }
    }
}

#[test]
fn an_external_library_with_one_edited_original_of_twenty_is_taken_and_with_a_quarter_of_other_sizes_is_not() {
    let sample: Vec<Listed> = (0..20).map(|n| external(&format!("/mnt/photos/{n}.jpg"), &bytes(n))).collect();
    for (differing, taken) in [(1, true), (5, false), (20, false)] {
        let folder = Library::empty();
        (0..20).for_each(|n| folder.put(format!("{n}.jpg"), bytes(if n < differing { n + 50 } else { n })));
        assert_eq!(verify(&mount("/mnt/photos", folder.path()), &sample).is_ok(), taken, "{differing}");
    }
}

#[test]
fn sizes_that_are_all_the_same_or_only_one_tell_nothing_of_an_external_library() {
    let folder = Library::with("a.nef", bytes(1)).and("b.nef", bytes(1));
    let sample = [external("/mnt/a.nef", &bytes(1)), external("/mnt/b.nef", &bytes(1))];
    for sample in [&sample[..], &sample[..1]] {
        let refused = verify(&mount("/mnt", folder.path()), sample).unwrap_err();
        assert!(matches!(refused, MountRefused::NothingToGoBy { .. }) && !refused.is_silent(), "{refused}");
    }
}

#[test]
fn uploads_do_not_vouch_for_an_external_library_below_the_same_prefix() {
    let folder = library("data/");
    let mut sample = uploads();
    for n in 0..4 {
        folder.put(format!("mnt/{n}.jpg"), bytes(n + 9));
        sample.push(external(&format!("/mnt/{n}.jpg"), &bytes(n)));
    }
    assert!(verify(&mount("/", folder.path()), &sample).is_err());
}

#[test]
fn a_folder_below_whose_prefix_an_owner_has_nothing_is_refused_in_silence() {
    let folder = library("");
    assert!(verify(&mount("/mnt/photos", folder.path()), &uploads()).unwrap_err().is_silent());
    assert!(!verify(&mount("/data/upload", folder.path()), &uploads()).unwrap_err().is_silent());
}

#[test]
fn a_folder_without_the_files_or_without_anything_to_go_by_is_refused() {
    let folder = library("");
    let refused = |prefix: &str, sample: &[Listed]| verify(&mount(prefix, folder.path()), sample).unwrap_err();
    assert!(matches!(refused("/data/upload", &uploads()), MountRefused::Missing { .. }));
    assert!(matches!(refused("/dat", &uploads()), MountRefused::NothingToGoBy { .. }));
    assert!(matches!(refused("/data", &[]), MountRefused::NothingToGoBy { .. }));
    let unknown: Vec<Listed> = uploads().into_iter().map(|l| Listed { bytes: None, ..l }).collect();
    assert!(matches!(refused("/data", &unknown), MountRefused::NothingToGoBy { .. }));
    let gone = verify(&mount("/data", Path::new("/no such folder")), &uploads());
    assert!(matches!(gone, Err(MountRefused::Folder(_))));
}

#[test]
fn an_external_library_is_told_by_sizes_since_its_checksums_are_of_paths() {
    let folder = Library::with("2019/a.jpg", bytes(1)).and("2019/b.jpg", bytes(2));
    let sample = [external("/mnt/photos/2019/a.jpg", &bytes(1)), external("/mnt/photos/2019/b.jpg", &bytes(2))];
    verify(&mount("/mnt/photos", folder.path()), &sample).unwrap();
    folder.put("2019/b.jpg", bytes(3));
    assert!(matches!(verify(&mount("/mnt/photos", folder.path()), &sample), Err(MountRefused::Size { .. })));
}

#[test]
fn no_link_leads_out_of_a_mounted_folder() {
    let elsewhere = library("");
    let folder = Library::empty().and_link("upload", elsewhere.at("upload")).and("x", "x");
    assert!(matches!(verify(&mount("/data", folder.path()), &uploads()), Err(MountRefused::Missing { .. })));
}

#[test]
fn the_servers_folder_is_found_from_a_root_in_it_above_it_or_beside_it() {
    let folder = library("photos/");
    for root in ["photos", "photos/upload", "photos/upload/3"] {
        let found = detect(&uploads(), &[folder.at(root)], &[]).mounts;
        let full = std::fs::canonicalize(folder.at("photos")).unwrap();
        assert!(found.len() <= 2 && !found.is_empty(), "{root}: {found:?}");
        for mount in &found {
            let inside = mount.folder.strip_prefix(&full).unwrap();
            assert_eq!(Path::new(&mount.prefix), Path::new("/data").join(inside), "{root}");
        }
        let covered = uploads().iter().filter(|l| found.iter().any(|m| l.path.starts_with(&format!("{}/", m.prefix)))).count();
        assert_eq!(covered, 40, "{root}: {found:?}");
    }
    assert_eq!(detect(&uploads(), &[Library::with("a", "b").path().to_owned()], &[]).mounts, []);
}

#[test]
fn an_external_library_that_is_mounted_at_the_servers_own_path_is_found_there() {
    let folder = Library::with("2019/a.jpg", bytes(1)).and("2019/b.jpg", bytes(2));
    let full = std::fs::canonicalize(folder.path()).unwrap();
    let path = |name: &str| format!("{}/2019/{name}", full.display());
    let mut sample = uploads();
    sample.extend([external(&path("a.jpg"), &bytes(1)), external(&path("b.jpg"), &bytes(2))]);
    let found = detect(&sample, &[], &[]).mounts;
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(full.starts_with(&found[0].prefix) && found[0].folder == Path::new(&found[0].prefix));
}

#[test]
fn a_copy_of_another_time_is_not_found() {
    let folder = library("");
    for n in 0..40 {
        folder.put(format!("upload/{}/{n}.jpg", n % 7), vec![0xEE; 100 + n]);
    }
    assert_eq!(detect(&uploads(), &[folder.path().to_owned()], &[]).mounts, []);
}

#[test]
fn a_sample_is_of_every_folder_and_the_same_in_any_order() {
    let mut all = uploads();
    all.extend((0..500).map(|n| external(&format!("/mnt/scans/{n}.jpg"), &bytes(n % 50))));
    let sample = |assets: &[Listed]| {
        let mut sample = Sample::default();
        assets.iter().for_each(|listed| sample.meet(listed));
        sample.assets()
    };
    let forth = sample(&all);
    all.reverse();
    assert_eq!(forth, sample(&all));
    let of = |start: &str| forth.iter().filter(|listed| listed.path.starts_with(start)).count();
    assert_eq!((of("/data/upload"), of("/mnt/scans")), (32, 32));
}

/// The same files of forty uploads and twenty pictures of alice, below a folder of a tree.
fn put_library(tree: &Library, below: &str) {
    for n in 0..40 {
        tree.put(format!("{below}/upload/{}/{n}.jpg", n % 7), bytes(n));
    }
    (40..60).for_each(|n| tree.put(format!("{below}/library/alice/20{}/{n}.jpg", n % 5), bytes(n)));
}

fn listed_library() -> Vec<Listed> {
    let mut sample = uploads();
    sample.extend((40..60).map(|n| listed(&format!("/data/library/alice/20{}/{n}.jpg", n % 5), &bytes(n))));
    sample
}

#[test]
fn the_servers_folder_is_found_below_a_root() {
    for (root, below) in [
        ("tank", "tank"),
        ("tank", "tank/immich"),
        ("tank", "tank/apps/photos/immich"),
        ("home/alice", "home/alice/docker/immich/media"),
        ("home", "home/alice/docker/immich/media"),
    ] {
        let tree = Library::with("home/alice/letters/a.txt", "a").and("tank/2001/40.jpg", bytes(3));
        (0..50).for_each(|n| tree.put(format!("{root}/projects/{n}/src/a.txt"), "a"));
        put_library(&tree, below);
        let found = detect(&listed_library(), &[tree.at(root)], &[]);
        let folder = std::fs::canonicalize(tree.at(below)).unwrap();
        assert_eq!(found, Detected { mounts: vec![mount("/data", &folder)], ambiguous: vec![] }, "{root} {below}");
    }
}

#[test]
fn no_link_and_no_hidden_folder_is_looked_into() {
    let elsewhere = Library::empty();
    put_library(&elsewhere, "immich");
    let tree = Library::with("tank/a.txt", "a").and_link("tank/immich", elsewhere.at("immich"));
    put_library(&tree, "tank/.snapshots/1");
    put_library(&tree, "tank/@Recycle/1");
    assert_eq!(detect(&listed_library(), &[tree.at("tank")], &[]), Detected::default());
}

#[test]
fn of_a_library_and_its_full_backup_neither_is_trusted_until_a_person_says_which() {
    for (library, backup, roots) in [
        ("tank/immich", "tank/backup", vec!["tank"]),
        ("tank/immich", "usb/backup/immich", vec!["tank/immich/library", "usb"]),
        ("tank", "tank/backup", vec!["tank"]),
    ] {
        let tree = Library::empty();
        put_library(&tree, library);
        put_library(&tree, backup);
        let roots: Vec<_> = roots.into_iter().map(|root| tree.at(root)).collect();
        let found = detect(&listed_library(), &roots, &[]);
        assert_eq!(found.mounts, [], "{library}");
        let [(prefix, folders)] = &found.ambiguous[..] else { panic!("{found:?}") };
        let mut folders = folders.clone();
        folders.sort();
        let mut both = [library, backup].map(|folder| std::fs::canonicalize(tree.at(folder)).unwrap());
        both.sort();
        assert_eq!((prefix.as_str(), &folders[..]), ("/data", &both[..]));
        assert_eq!(detect(&listed_library(), &roots, &[mount("/data", &tree.at(library))]), Detected::default());
    }
}

#[test]
fn a_backup_of_a_part_makes_the_part_ambiguous_and_naming_it_is_enough() {
    let tree = Library::empty();
    put_library(&tree, "tank/immich");
    (40..60).for_each(|n| tree.put(format!("usb/library/alice/20{}/{n}.jpg", n % 5), bytes(n)));
    let roots = [tree.at("tank"), tree.at("usb")];
    let full = |folder: &str| std::fs::canonicalize(tree.at(folder)).unwrap();
    let found = detect(&listed_library(), &roots, &[]);
    let both = vec![full("tank/immich/library"), full("usb/library")];
    assert_eq!(found, Detected { mounts: vec![], ambiguous: vec![("/data/library".to_owned(), both)] });
    let named = [mount("/data/library", &full("tank/immich/library"))];
    let found = detect(&listed_library(), &roots, &named);
    assert!(found.ambiguous.is_empty() && found.mounts.iter().all(|m| m.folder.starts_with(full("tank/immich"))), "{found:?}");
    assert!(!found.mounts.is_empty());
}

#[test]
fn one_library_by_two_ways_is_one_and_some_copies_in_folders_of_the_same_names_are_no_rival() {
    let tree = Library::empty();
    put_library(&tree, "tank/immich");
    for n in [40, 45, 50] {
        tree.put(format!("tank/albums/2000/{n}.jpg",), bytes(n));
    }
    let hard = (40..60).fold(tree, |tree, n| {
        let path = format!("library/alice/20{}/{n}.jpg", n % 5);
        let there = tree.at(format!("tank/immich/{path}"));
        tree.and_hard_link(format!("tank/linked/{path}"), there)
    });
    let found = detect(&listed_library(), &[hard.at("tank"), hard.at("tank/immich/upload")], &[]);
    let folder = std::fs::canonicalize(hard.at("tank/immich")).unwrap();
    assert_eq!(found, Detected { mounts: vec![mount("/data", &folder)], ambiguous: vec![] });
}

#[test]
fn another_library_of_the_same_names_is_neither_taken_nor_a_rival() {
    let tree = Library::empty();
    for n in 0..40 {
        tree.put(format!("tank/other/upload/{}/{n}.jpg", n % 7), vec![0xEE; 100 + n]);
    }
    assert_eq!(detect(&listed_library(), &[tree.at("tank")], &[]), Detected::default());
    put_library(&tree, "tank/immich");
    let found = detect(&listed_library(), &[tree.at("tank")], &[]);
    assert_eq!((found.mounts.len(), found.ambiguous.len()), (1, 0), "{found:?}");
    assert!(found.mounts[0].folder.ends_with("tank/immich"));
}
