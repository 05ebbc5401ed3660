//! What a source on a server promises beyond the contract of every source.

use std::{collections::BTreeMap, ops::ControlFlow};

use lightproof_model::read_at::ReadAt;
use lightproof_sources::{
    error::SourceError,
    immich::{
        catalogue::{Catalogue, InMemory},
        listed::Listed,
        mounted::Mount,
        source::ImmichSource,
    },
    reading::{Steadiness, WholeBuffer},
    source::{Found, Source},
};
use lightproof_testkit::{
    contract::{SourceUnderTest, found},
    immich::{Misbehaviour, NewAsset, Original, Visibility, When},
    library::Library,
    source_contract,
};

use crate::remote::{Remote, remote};

fn bytes(seed: usize, length: usize) -> Vec<u8> {
    (0..length).map(|at| (at * (seed * 2 + 1) + at / 257) as u8).collect()
}

/// A server with assets of many lengths, of which one has none and some are of unknown length.
fn under_test() -> SourceUnderTest {
    let server = Remote::new();
    let mut assets = BTreeMap::new();
    for (seed, length) in [0, 1, 4096, 16 << 10, (16 << 10) + 1, 100_000, (1 << 20) + 5, 3_000_000].into_iter().enumerate() {
        let path = format!("/data/upload/{seed}/{length}.jpg");
        let (bytes, asset) = (bytes(seed, length), NewAsset::of(server.alice, bytes(seed, length)).path(&path));
        server.fake.add(if seed % 2 == 0 { asset.visibility(Visibility::Archive) } else { asset });
        assets.insert(path.into_bytes(), bytes);
    }
    let source = server.source();
    // Opened by its path alone, so it has to be known.
    assert!(!found(&source).is_empty());
    SourceUnderTest { source: Box::new(source), assets, keep: Box::new(server) }
}

source_contract!(contract, under_test);

/// The source after a listing, and how it tells of each asset.
fn surveyed(source: &ImmichSource) -> Vec<(Listed, Found)> {
    let mut catalogue = InMemory::default();
    source.refresh(&mut catalogue, &mut |_| ControlFlow::Continue(())).expect("the server can be listed");
    let mut told = Vec::new();
    let _ = catalogue.for_each(&mut |listed| {
        source.know(listed);
        told.push((listed.clone(), source.found(listed)));
        ControlFlow::Continue(())
    });
    told
}

fn found_one(server: &Remote) -> Found {
    let mut told = surveyed(&server.source());
    assert_eq!(told.len(), 1);
    told.remove(0).1
}

#[test]
fn a_stat_changes_with_the_content_and_not_with_what_a_person_does_in_the_app() {
    let server = Remote::new();
    let asset = server.fake.add(server.asset(1).path("/data/a.jpg"));
    let before = found_one(&server);
    server.fake.archive(asset);
    server.fake.touch(asset);
    server.fake.trash(asset);
    server.fake.album(server.alice, "Beach", &[asset]);
    assert!(found_one(&server).stat.agrees_with(&before.stat));
    server.fake.replace(asset, vec![7; 100]);
    let after = found_one(&server);
    assert!(!after.stat.agrees_with(&before.stat) && after.stat.is_same_file_as(&before.stat));
}

#[test]
fn a_stat_in_an_external_library_changes_with_the_files_time() {
    let server = Remote::new();
    let library = server.fake.library(server.alice, "Scans", &["/mnt/scans"]);
    let asset = server.fake.add(server.asset(1).library(library).path("/mnt/scans/a.jpg"));
    let before = found_one(&server);
    server.fake.replace(asset, vec![7; 100]);
    assert!(!found_one(&server).stat.agrees_with(&before.stat));
}

#[test]
fn two_assets_with_one_path_are_told_apart_and_each_gives_its_own_bytes() {
    let server = Remote::new();
    let path = "/mnt/scans/a.jpg";
    for seed in [1, 2] {
        let library = server.fake.library(server.alice, "Scans", &["/mnt/scans"]);
        server.fake.add(NewAsset::of(server.alice, bytes(seed, 500)).library(library).path(path));
    }
    let source = server.source();
    let told = surveyed(&source);
    let paths: Vec<String> = told.iter().map(|(_, found)| String::from_utf8_lossy(&found.path).into_owned()).collect();
    assert_eq!(paths, [path.to_owned(), format!("/mnt/scans/a (immich {}).jpg", told[1].0.id)]);
    let read: Vec<Vec<u8>> = told.iter().map(|(_, found)| whole(&source, &found.path)).collect();
    assert!(read.contains(&bytes(1, 500)) && read.contains(&bytes(2, 500)));
    assert_eq!(surveyed(&server.source()), told, "the next run tells them the same");
}

fn whole(source: &dyn Source, path: &[u8]) -> Vec<u8> {
    let opened = source.open(path).expect("the asset is there");
    let mut buffer = WholeBuffer::new();
    let (bytes, steadiness) = buffer.fill(&*opened).expect("it can be read");
    assert_eq!(steadiness, Steadiness::Steady);
    bytes.to_vec()
}

#[test]
fn an_original_of_unknown_length_is_read_as_any_other() {
    let server = Remote::new();
    for length in [0, 10, 2_000_000] {
        server.fake.add(NewAsset::of(server.alice, bytes(length, length)).path(&format!("/data/{length}")).not_extracted());
    }
    let source = server.source();
    for (listed, found) in surveyed(&source) {
        let length = String::from_utf8_lossy(&found.path)[6..].parse().unwrap();
        assert_eq!((listed.bytes, whole(&source, &found.path)), (None, bytes(length, length)));
    }
}

#[test]
fn an_original_that_is_not_as_long_as_it_was_listed_is_not_steady() {
    let server = Remote::new();
    let asset = server.fake.add(NewAsset::of(server.alice, vec![1; 50_000]).path("/data/a.jpg"));
    let source = server.source();
    surveyed(&source);
    for length in [40_000, 60_000] {
        server.fake.replace(asset, vec![2; length]);
        let opened = source.open(b"/data/a.jpg").unwrap();
        assert_eq!(WholeBuffer::new().fill(&*opened).unwrap().1, Steadiness::Changed, "{length}");
    }
}

#[test]
fn the_head_of_an_original_costs_one_small_request() {
    let server = Remote::new();
    server.fake.add(NewAsset::of(server.alice, Original::filled(bytes(1, 16 << 10), 3_000_000)).path("/data/a.jpg"));
    let source = server.source();
    surveyed(&source);
    server.fake.forget_requests();
    let original = source.open_on_server(b"/data/a.jpg").unwrap();
    for at in [0, 100, 8000] {
        original.read_at(at, &mut [0; 1000]).unwrap();
    }
    assert_eq!((original.bytes_read(), server.fake.traffic().requests), (16 << 10, 1));
    assert!(server.fake.traffic().bytes_out < 17_000);
}

#[test]
fn the_small_picture_is_given_where_the_server_made_one() {
    let server = Remote::new();
    server.fake.add(server.asset(1).path("/data/a.jpg").thumbnail(b"RIFF a picture".as_slice()));
    server.fake.add(server.asset(2).path("/data/b.jpg"));
    let source = server.source();
    surveyed(&source);
    assert_eq!(source.shown(b"/data/a.jpg").unwrap().as_deref(), Some(b"RIFF a picture".as_slice()));
    assert_eq!(source.shown(b"/data/b.jpg").unwrap(), None);
    assert_eq!(source.shown(b"/data/c.jpg").unwrap_err().kind(), "asset-missing");
    assert!(source.gone().is_none());
}

#[test]
fn an_asset_that_fails_is_no_matter_of_the_server_and_a_server_that_fails_is() {
    let server = Remote::new();
    let locked = server.fake.add(server.asset(1).path("/data/a.jpg"));
    server.fake.add(server.asset(2).path("/data/b.jpg"));
    let source = server.source();
    surveyed(&source);
    server.fake.lock(locked);
    let failed = source.open(b"/data/a.jpg").unwrap().read_at(0, &mut [0; 8]).unwrap_err();
    assert_eq!(failed.kind(), std::io::ErrorKind::NotFound, "{failed}");
    server.fake.misbehave("*/original", When::First(100), Misbehaviour::Fails(500));
    source.open(b"/data/b.jpg").unwrap().read_at(0, &mut [0; 8]).unwrap_err();
    assert!(source.gone().is_none());
    server.fake.behave();
    server.fake.maintenance(true);
    source.open(b"/data/b.jpg").unwrap().read_at(0, &mut [0; 8]).unwrap_err();
    assert_eq!(source.gone().map(|error| error.kind()), Some("server-in-maintenance"));
    server.fake.maintenance(false);
    assert!(source.open(b"/data/b.jpg").unwrap().read_at(0, &mut [0; 8]).is_ok());
    assert!(source.gone().is_some(), "what failed once stays told");
}

#[test]
fn a_server_that_is_not_there_is_an_error_that_names_it_and_not_an_empty_library() {
    let server = Remote::new();
    let source = server.source();
    server.fake.revoke(&server.key);
    let failed = source.walk(&mut |_| ControlFlow::Continue(())).unwrap_err();
    assert!(matches!(failed, SourceError::Immich { .. }) && failed.kind() == "bad-key", "{failed}");
    assert!(failed.to_string().starts_with("immich:home: "), "{failed}");
    assert!(!format!("{failed} {failed:?} {source:?}").contains(&server.key));
    assert!(source.gone().is_some());
}

#[test]
fn a_mounted_original_is_read_there_whatever_became_of_it() {
    let server = Remote::new();
    let folder = Library::empty();
    let ids: Vec<_> = ["same", "longer", "missing"]
        .into_iter()
        .map(|name| server.fake.add(NewAsset::of(server.alice, vec![1; 3000]).path(&format!("/data/upload/{name}"))))
        .collect();
    folder.put("upload/same", vec![2; 3000]);
    folder.put("upload/longer", vec![2; 3001]);
    let source =
        server.source().mounted_at(vec![Mount { prefix: "/data".to_owned(), folder: folder.path().to_owned() }]).unwrap();
    let told: BTreeMap<_, _> = surveyed(&source).into_iter().map(|(listed, found)| (listed.id, found)).collect();
    for (id, mounted, bytes) in [(ids[0], true, vec![2; 3000]), (ids[1], true, vec![2; 3001]), (ids[2], false, vec![1; 3000])] {
        let found = &told[&remote(id)];
        assert_eq!(source.is_mounted(&found.path), mounted);
        assert_eq!(whole(&source, &found.path), bytes);
        assert!(source.open(&found.path).unwrap().stat().unwrap().agrees_with(&found.stat));
    }
    let path = b"/data/upload/same";
    assert_eq!(source.file_of(path).unwrap().size, 3000);
    let opened = source.open(path).unwrap();
    folder.put("upload/same", vec![3; 2999]);
    assert!(!opened.stat().unwrap().agrees_with(&told[&remote(ids[0])].stat), "it changed while it was open");
    drop(opened);
    assert_eq!(whole(&source, path), [3; 2999]);
}
