//! A server's listing: complete whatever its assets have in common and whatever happens meanwhile, and cheap the second time.

use std::collections::BTreeSet;

use lightproof_sources::immich::{
    catalogue::InMemory,
    error::ImmichError,
    listed::{RemoteId, Visibility},
    listing::set_aside,
};
use lightproof_testkit::immich::{self as fake, FakeImmich, Id, Moment};

use crate::remote::{Remote, all, api, remote};

fn ids<'a>(of: impl IntoIterator<Item = &'a RemoteId>) -> BTreeSet<RemoteId> {
    of.into_iter().copied().collect()
}

fn searches(fake: &FakeImmich) -> usize {
    fake.requests().iter().filter(|request| request.path == "/api/search/metadata").count()
}

#[test]
fn assets_of_one_moment_are_all_found_though_they_are_more_than_a_page() {
    let server = Remote::new();
    let added: BTreeSet<RemoteId> =
        (0..1105).map(|n| remote(server.fake.add(server.asset(n).taken("2020-05-05T12:00:00Z")))).collect();
    let (told, listed) = server.listed();
    assert_eq!(ids(listed.keys()), added);
    assert_eq!((told.full, told.news, told.differences.len(), told.odd), (true, 1105, 0, 0));
    assert!(searches(&server.fake) < 40, "{}", searches(&server.fake));
}

#[test]
fn assets_of_one_moment_that_were_uploaded_in_one_moment_are_all_found() {
    let server = Remote::new();
    let moment = "2020-05-05T12:00:00.000500Z";
    let before = remote(server.fake.add(server.asset(9000).taken("2020-05-05T12:00:00.000100Z")));
    let after = remote(server.fake.add(server.asset(9001).taken("2020-05-05T12:00:00.000900Z")));
    let mut added: BTreeSet<RemoteId> = (0..2500)
        .map(|n| {
            let asset = server.asset(n).taken(moment).created("2024-01-01T00:00:00.000700Z").updated("2024-01-01T00:00:00Z");
            remote(server.fake.add(if n % 5 == 0 { asset.trashed() } else { asset }))
        })
        .collect();
    added.extend([before, after]);
    for _ in 0..3 {
        let (told, listed) = server.listed();
        assert_eq!(ids(listed.keys()), added);
        assert_eq!(told.differences, []);
    }
}

#[test]
fn every_version_that_is_read_is_listed_alike() {
    for (major, minor) in [(2, 4), (2, 7), (3, 0), (3, 3)] {
        let server = Remote::new();
        server.fake.upgrade(major, minor, 0);
        for n in 0..1105 {
            let asset = server.asset(n).taken("2020-05-05T12:00:00Z");
            server.fake.add(if n % 9 == 0 { asset.not_extracted() } else { asset });
        }
        let (told, listed) = server.listed();
        assert_eq!((listed.len(), told.differences), (1105, vec![]), "{major}.{minor}");
    }
}

#[test]
fn equal_moments_at_the_ends_of_pages_lose_nothing() {
    let server = Remote::new();
    let mut added = BTreeSet::new();
    // 70 of each moment, so that no page ends between two moments; parts of milliseconds, which JSON does not tell.
    for n in 0..4200i64 {
        let at = Moment::from("1969-12-31T23:00:00Z").later(n / 70 * 100_000_333);
        added.insert(remote(server.fake.add(server.asset(n as usize).taken(at))));
    }
    server.settle();
    let (told, listed) = server.listed();
    assert_eq!(ids(listed.keys()), added);
    assert_eq!(told.listed, 4200);
}

#[test]
fn moments_from_the_first_year_to_the_last_are_found() {
    let server = Remote::new();
    let mut added = BTreeSet::new();
    for (n, at) in ["0001-01-01T00:00:00Z", "1200-01-01T00:00:00Z", "1969-12-31T23:59:59.999999Z", "9999-12-30T00:00:00.000001Z"]
        .into_iter()
        .flat_map(|at| [at; 1200])
        .enumerate()
    {
        added.insert(remote(server.fake.add(server.asset(n).taken(at))));
    }
    let (told, listed) = server.listed();
    assert_eq!((ids(listed.keys()), told.differences), (added, vec![]));
}

#[test]
fn moments_before_the_first_year_are_found_though_no_server_takes_them() {
    let server = Remote::new();
    let mut added = BTreeSet::new();
    for n in 0..2600 {
        let at = Moment::from("-000043-03-15T00:00:00Z").later(n / 1300 * 1_000_000);
        added.insert(remote(server.fake.add(server.asset(n as usize).taken(at))));
    }
    added.insert(remote(server.fake.add(server.asset(9000))));
    let (told, listed) = server.listed();
    assert_eq!((ids(listed.keys()), told.differences), (added, vec![]));
}

#[test]
fn years_that_are_printed_as_others_are_found_and_hide_nothing() {
    for (ancient, many) in [("0001-01-01T00:00:00Z", 1), ("0098-06-01T00:00:00Z", 1), ("0001-01-01T00:00:00Z", 1700)] {
        let server = Remote::new();
        let mut added = BTreeSet::new();
        for n in 0..many {
            added.insert(remote(server.fake.add(server.asset(n).taken(ancient))));
        }
        for n in 0..2500i64 {
            let at = Moment::from("1990-01-01T00:00:00Z").later(n * 3_600_000_000_000 / 100);
            added.insert(remote(server.fake.add(server.asset(5000 + n as usize).taken(at))));
        }
        let (told, listed) = server.listed();
        assert_eq!((ids(listed.keys()), told.differences), (added, vec![]), "{many} of {ancient}");
    }
}

#[test]
fn every_visibility_is_listed_as_it_is_and_what_is_locked_is_not() {
    let server = Remote::new();
    let places = [fake::Visibility::Timeline, fake::Visibility::Archive, fake::Visibility::Hidden, fake::Visibility::Locked];
    for (n, place) in places.into_iter().enumerate() {
        server.fake.add(server.asset(n).visibility(place));
        server.fake.add(server.asset(10 + n).visibility(place).trashed());
        server.fake.add(server.asset(20 + n).visibility(place).not_extracted().favourite());
    }
    let (told, listed) = server.listed();
    let mut rows: Vec<_> = listed.values().map(|l| (l.name.as_str(), l.visibility, l.trashed, l.favourite, l.bytes)).collect();
    rows.sort_unstable();
    let all = [Visibility::Timeline, Visibility::Archive, Visibility::Hidden].into_iter().enumerate();
    let mut expected: Vec<_> = all
        .flat_map(|(n, v)| [(n, v, false, false, Some(100)), (10 + n, v, true, false, Some(100)), (20 + n, v, false, true, None)])
        .map(|(n, v, trashed, favourite, bytes)| (format!("{n}.jpg"), v, trashed, favourite, bytes))
        .collect();
    expected.sort_unstable();
    assert_eq!(rows, expected.iter().map(|(n, v, t, f, b)| (n.as_str(), *v, *t, *f, *b)).collect::<Vec<_>>());
    assert_eq!((told.differences, told.statistics_forbidden), (vec![], false));
}

#[test]
fn a_partners_assets_are_dropped_and_counted() {
    let server = Remote::new();
    let bob = server.fake.user("Bob");
    server.fake.share(bob, server.alice, true);
    for n in 0..1500 {
        server.fake.add(fake::NewAsset::of(bob, vec![1]).taken("2020-05-05T12:00:00Z"));
        if n % 3 == 0 {
            server.fake.add(server.asset(n).taken("2020-05-05T12:00:00Z"));
        }
    }
    let (told, listed) = server.listed();
    assert_eq!((listed.len(), told.partners, told.differences), (500, 1500, vec![]));
}

#[test]
fn an_external_librarys_checksum_is_not_one_of_content() {
    let server = Remote::new();
    let library = server.fake.library(server.alice, "Scans", &["/mnt/scans"]);
    server.fake.add(server.asset(1).library(library).path("/mnt/scans/1.jpg").offline());
    server.fake.add(server.asset(2));
    let (_, listed) = server.listed();
    let told: Vec<_> = listed.values().map(|l| (l.library.is_some(), l.sha1().is_some(), l.offline, l.trashed)).collect();
    assert!(told.contains(&(true, false, true, true)) && told.contains(&(false, true, false, false)), "{told:?}");
    assert!(listed.values().any(|l| l.library == Some(remote(library)) && l.path == "/mnt/scans/1.jpg"));
}

#[test]
fn a_second_listing_asks_for_changes_only() {
    let server = Remote::new();
    let mut some = Vec::new();
    for n in 0..6000i64 {
        some.push(server.fake.add(server.asset(n as usize).taken(Moment::from("2019-01-01T00:00:00Z").later(n * 60_000_000))));
    }
    server.settle();
    let mut catalogue = InMemory::default();
    server.refresh(&mut catalogue);
    let first = server.fake.traffic();
    server.fake.forget_requests();

    server.settle();
    let told = server.refresh(&mut catalogue);
    let second = server.fake.traffic();
    assert_eq!((told.full, told.news, told.listed, all(&mut catalogue).len()), (false, 0, 0, 6000));
    assert!(second.requests <= 16 && second.bytes_out < 12_000, "{second:?}");
    assert!(second.bytes_out * 50 < first.bytes_out, "{first:?} {second:?}");
    server.fake.forget_requests();

    server.fake.archive(some[7]);
    server.fake.trash(some[8]);
    server.fake.redate(some[9], "2001-01-01T00:00:00Z");
    server.fake.add(server.asset(7000));
    server.fake.add(server.asset(7001).not_extracted());
    let told = server.refresh(&mut catalogue);
    assert_eq!((told.full, told.news, all(&mut catalogue).len()), (false, 5, 6002));
    assert!(server.fake.traffic().bytes_out < 60_000, "{:?}", server.fake.traffic());
    let known = all(&mut catalogue);
    assert_eq!((known[&remote(some[7])].visibility, known[&remote(some[8])].trashed), (Visibility::Archive, true));
}

#[test]
fn what_was_removed_or_locked_is_forgotten_and_what_came_back_is_found() {
    let server = Remote::new();
    let some: Vec<Id> = (0..50).map(|n| server.fake.add(server.asset(n))).collect();
    let mut catalogue = InMemory::default();
    server.refresh(&mut catalogue);
    server.settle();
    server.fake.remove(some[3]);
    server.fake.lock(some[4]);
    // One removed and one added: the numbers alone are as they were.
    server.fake.remove(some[5]);
    let added = server.fake.add(server.asset(100).not_extracted());
    let told = server.refresh(&mut catalogue);
    let known = all(&mut catalogue);
    assert_eq!((told.full, known.len()), (true, 48));
    assert!(![3, 4, 5].iter().any(|&n| known.contains_key(&remote(some[n]))) && known.contains_key(&remote(added)));
    server.fake.set_visibility(some[4], fake::Visibility::Timeline);
    let told = server.refresh(&mut catalogue);
    assert_eq!((told.full, all(&mut catalogue).len()), (false, 49));
}

#[test]
fn without_the_right_to_ask_for_counts_everything_is_listed_each_time() {
    let server = Remote::with(&["asset.read"]);
    for n in 0..1300 {
        let asset = server.asset(n).taken("2020-05-05T12:00:00Z").created("2024-01-01T00:00:00Z");
        server.fake.add(if n % 7 == 0 { asset.not_extracted() } else { asset });
    }
    let mut catalogue = InMemory::default();
    let told = server.refresh(&mut catalogue);
    assert_eq!((told.full, told.statistics_forbidden, all(&mut catalogue).len()), (true, true, 1300));
    let told = server.refresh(&mut catalogue);
    assert_eq!((told.full, told.statistics_forbidden, told.news, all(&mut catalogue).len()), (true, true, 0, 1300));
    assert!(all(&mut catalogue).values().filter(|listed| listed.bytes.is_none()).count() == 186);
}

#[test]
fn what_was_set_aside_is_archived_and_in_the_owners_album_of_that_name() {
    for major in [2, 3] {
        let server = Remote::new();
        server.fake.upgrade(major, 4, 1);
        let bob = server.fake.user("Bob");
        let mut aside: Vec<Id> = (0..1200)
            .map(|n| server.fake.add(server.asset(n).taken("2020-05-05T12:00:00Z").visibility(fake::Visibility::Archive)))
            .collect();
        let archived = server.fake.add(server.asset(2000).visibility(fake::Visibility::Archive));
        let shown = server.fake.add(server.asset(2001));
        let name = "Quarantine (lightproof)";
        server.fake.album(server.alice, name, &[aside.clone(), vec![shown]].concat());
        let second = server.fake.add(server.asset(2002).visibility(fake::Visibility::Archive).trashed());
        server.fake.album(server.alice, name, &[second]);
        aside.push(second);
        server.fake.album(server.alice, "Quarantine", &[archived]);
        let bobs = server.fake.album(bob, name, &[archived]);
        server.fake.share_album(bobs, server.alice, true);
        let told = set_aside(&server.api(), server.user()).unwrap();
        assert_eq!(told.into_iter().collect::<BTreeSet<_>>(), aside.into_iter().map(remote).collect(), "{major}");
        let blind = server.fake.key(server.alice, &["asset.read"]);
        let refused = set_aside(&api(&server.fake, &blind), server.user());
        assert!(matches!(refused, Err(ImmichError::Forbidden { .. })), "{refused:?}");
    }
}

#[test]
fn nothing_is_asked_of_a_server_that_it_does_not_let_a_key_do_that_reads() {
    let server = Remote::new();
    for n in 0..10 {
        server.fake.add(server.asset(n));
    }
    server.listed();
    assert_eq!(server.fake.violations(), [] as [String; 0]);
    assert!(server.fake.requests().iter().all(|request| !request.leaks_key && request.status == 200));
}
