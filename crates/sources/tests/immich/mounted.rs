//! Which folders are taken for the server's own, and which are not.

use std::path::Path;

use lightproof_sources::immich::{
    listed::{Listed, RemoteId, Visibility},
    mounted::{Mount, MountRefused, Sample, detect, verify},
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
        let found = detect(&uploads(), &[folder.at(root)]);
        let full = std::fs::canonicalize(folder.at("photos")).unwrap();
        assert!(found.len() <= 2 && !found.is_empty(), "{root}: {found:?}");
        for mount in &found {
            let inside = mount.folder.strip_prefix(&full).unwrap();
            assert_eq!(Path::new(&mount.prefix), Path::new("/data").join(inside), "{root}");
        }
        let covered = uploads().iter().filter(|l| found.iter().any(|m| l.path.starts_with(&format!("{}/", m.prefix)))).count();
        assert_eq!(covered, 40, "{root}: {found:?}");
    }
    assert_eq!(detect(&uploads(), &[Library::with("a", "b").path().to_owned()]), []);
}

#[test]
fn an_external_library_that_is_mounted_at_the_servers_own_path_is_found_there() {
    let folder = Library::with("2019/a.jpg", bytes(1)).and("2019/b.jpg", bytes(2));
    let full = std::fs::canonicalize(folder.path()).unwrap();
    let path = |name: &str| format!("{}/2019/{name}", full.display());
    let mut sample = uploads();
    sample.extend([external(&path("a.jpg"), &bytes(1)), external(&path("b.jpg"), &bytes(2))]);
    let found = detect(&sample, &[]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(full.starts_with(&found[0].prefix) && found[0].folder == Path::new(&found[0].prefix));
}

#[test]
fn a_copy_of_another_time_is_not_found() {
    let folder = library("");
    for n in 0..40 {
        folder.put(format!("upload/{}/{n}.jpg", n % 7), vec![0xEE; 100 + n]);
    }
    assert_eq!(detect(&uploads(), &[folder.path().to_owned()]), []);
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
