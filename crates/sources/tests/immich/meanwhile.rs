//! A listing during which something happens: nothing is lost, and nothing is forgotten that may still be there.

use std::{collections::BTreeSet, ops::ControlFlow};

use lightproof_sources::immich::{
    catalogue::{Catalogue, InMemory},
    error::ImmichError,
    listed::{RemoteId, Visibility},
    listing::{ListingError, refresh},
};
use lightproof_testkit::immich::{self as fake, Id, Misbehaviour, Moment, When};

use crate::remote::{Remote, all, remote};

fn ids<'a>(of: impl IntoIterator<Item = &'a RemoteId>) -> BTreeSet<RemoteId> {
    of.into_iter().copied().collect()
}

#[test]
fn a_change_at_any_moment_of_a_listing_loses_nothing() {
    type Change = fn(&Remote, &[Id]);
    let changes: [(&str, Change); 9] = [
        ("added", |s, _| {
            s.fake.add(s.asset(9000).taken("1999-01-01T00:00:00Z"));
        }),
        ("added without metadata", |s, _| {
            s.fake.add(s.asset(9000).taken("1999-01-01T00:00:00Z").not_extracted());
        }),
        ("archived", |s, some| s.fake.archive(some[2000])),
        ("un-archived", |s, some| s.fake.set_visibility(some[1], fake::Visibility::Timeline)),
        ("hidden to timeline", |s, some| s.fake.set_visibility(some[2], fake::Visibility::Timeline)),
        ("re-dated", |s, some| s.fake.redate(some[2000], "1999-01-01T00:00:00Z")),
        ("trashed", |s, some| s.fake.trash(some[3])),
        ("removed", |s, some| s.fake.remove(some[3])),
        ("locked", |s, some| s.fake.lock(some[2000])),
    ];
    for (what, change) in changes {
        let server = Remote::new();
        let some: Vec<Id> = (0..2100)
            .map(|n| {
                let asset = server.asset(n).taken(Moment::from("2019-01-01T00:00:00Z").later(n as i64 / 2 * 1_000_000));
                server.fake.add(match n % 100 {
                    1 => asset.visibility(fake::Visibility::Archive),
                    2 => asset.visibility(fake::Visibility::Hidden),
                    4 => asset.not_extracted(),
                    _ => asset,
                })
            })
            .collect();
        server.fake.advance(std::time::Duration::from_secs(3600));
        for at in 1..10 {
            let mut catalogue = InMemory::default();
            let told = server
                .refresh_while(&mut catalogue, |page| {
                    if page == at {
                        change(&server, &some);
                    }
                })
                .unwrap();
            assert_eq!(told.differences, [], "{what} after page {at}");
            let (_, afresh) = server.listed();
            assert!(all(&mut catalogue) == afresh, "{what} after page {at}");
            // Back as it was, for the next page.
            server.fake.archive(some[1]);
            server.fake.set_visibility(some[2], fake::Visibility::Hidden);
            server.fake.set_visibility(some[2000], fake::Visibility::Timeline);
        }
    }
}

#[test]
fn one_removed_meanwhile_does_not_stand_for_one_without_metadata() {
    let server = Remote::new();
    let some: Vec<Id> =
        (0..1100).map(|n| server.fake.add(server.asset(n).taken(Moment::from("2019-01-01T00:00:00Z").later(n as i64)))).collect();
    let without = server.fake.add(server.asset(9000).not_extracted());
    server.settle();
    let mut catalogue = InMemory::default();
    // Of what the first page told: as many are listed now as the server counts at the end.
    server
        .refresh_while(&mut catalogue, |page| {
            if page == 1 {
                server.fake.remove(some[5])
            }
        })
        .unwrap();
    let known = all(&mut catalogue);
    assert!(known.contains_key(&remote(without)) && !known.contains_key(&remote(some[5])));
    assert_eq!(known.len(), 1100);
}

#[test]
fn a_count_that_stays_different_is_reported() {
    let server = Remote::new();
    let some: Vec<Id> = (0..400).map(|n| server.fake.add(server.asset(n))).collect();
    let mut catalogue = InMemory::default();
    // Each time after everything was listed, another one is gone: nothing ever agrees.
    let mut gone = some.iter();
    let told = server.refresh_while(&mut catalogue, |_| server.fake.remove(*gone.next().unwrap_or(&some[0]))).unwrap();
    assert!(told.differences.iter().all(|d| d.visibility == Visibility::Timeline && !d.trashed && d.listed > d.server));
    assert_eq!(told.differences.len(), 1);
}

#[test]
fn failures_on_the_way_lose_nothing() {
    let server = Remote::new();
    let added: BTreeSet<RemoteId> = (0..3000)
        .map(|n| remote(server.fake.add(server.asset(n).taken(Moment::from("2019-01-01T00:00:00Z").later(n as i64 / 900)))))
        .collect();
    for what in [
        Misbehaviour::Fails(429),
        Misbehaviour::Fails(502),
        Misbehaviour::ResetBefore,
        Misbehaviour::ResetAfterHeaders,
        Misbehaviour::EndsAfter(5000),
        Misbehaviour::HalfTheText,
    ] {
        server.fake.misbehave("POST /api/search/*", When::Every(3), what.clone());
        let (told, listed) = server.listed();
        assert_eq!((ids(listed.keys()), told.differences), (added.clone(), vec![]), "{what:?}");
        server.fake.behave();
    }
}

#[test]
fn maintenance_in_the_middle_ends_it_and_forgets_nothing() {
    let server = Remote::new();
    let some: Vec<Id> = (0..2500)
        .map(|n| server.fake.add(server.asset(n).taken(Moment::from("2019-01-01T00:00:00Z").later(n as i64 * 1000))))
        .collect();
    let mut catalogue = InMemory::default();
    server.refresh(&mut catalogue);
    let until = catalogue.known_until().unwrap();
    server.fake.advance(std::time::Duration::from_secs(3600));
    server.fake.remove(some[0]);
    for requests in [5, 12, 20, 24] {
        server.fake.maintenance_after(requests);
        let failed = server.refresh_while(&mut catalogue, |_| ());
        assert!(matches!(failed, Err(ListingError::Server(ImmichError::Maintenance { .. }))), "{requests}: {failed:?}");
        assert_eq!((all(&mut catalogue).len(), catalogue.known_until().unwrap()), (2500, until.clone()));
        server.fake.behave();
        server.fake.maintenance(false);
    }
    server.refresh(&mut catalogue);
    assert_eq!(all(&mut catalogue).len(), 2499);
}

#[test]
fn it_can_be_broken_off_after_each_page_and_forgets_nothing() {
    let server = Remote::new();
    for n in 0..3000 {
        server.fake.add(server.asset(n).taken(Moment::from("2019-01-01T00:00:00Z").later(n as i64 * 1000)));
    }
    let mut catalogue = InMemory::default();
    let stopped = refresh(&server.api(), server.user(), &mut catalogue, &mut |listed| {
        if listed >= 2000 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert!(matches!(stopped, Err(ListingError::Stopped)));
    assert_eq!((all(&mut catalogue).len(), catalogue.known_until().unwrap()), (2998, None));
    server.refresh(&mut catalogue);
    assert_eq!(all(&mut catalogue).len(), 3000);
}

#[test]
fn as_long_as_the_server_has_more_than_it_lists_nothing_known_is_forgotten() {
    let server = Remote::new();
    let some: Vec<Id> = (0..20).map(|n| server.fake.add(server.asset(n))).collect();
    server.settle();
    let mut catalogue = InMemory::default();
    server.refresh(&mut catalogue);
    server.fake.remove(some[3]);
    // Behind each page another one appears that no search for changes finds.
    let hidden = |n: u64| server.asset(100 + n as usize).taken("1990-01-01T00:00:00Z").updated("2001-01-01T00:00:00Z");
    let told = server
        .refresh_while(&mut catalogue, |page| {
            server.fake.add(hidden(page));
        })
        .unwrap();
    assert!(told.full && told.differences.iter().all(|d| d.server > d.listed) && !told.differences.is_empty(), "{told:?}");
    assert!(all(&mut catalogue).contains_key(&remote(some[3])));
    let told = server.refresh(&mut catalogue);
    assert_eq!((told.differences, all(&mut catalogue).contains_key(&remote(some[3]))), (vec![], false));
    assert_eq!(all(&mut catalogue).len(), server.fake.count(server.alice));
}

#[test]
fn an_asset_added_while_it_is_counted_leads_to_no_full_listing() {
    let server = Remote::new();
    for n in 0..20 {
        server.fake.add(server.asset(n));
    }
    let mut catalogue = InMemory::default();
    server.refresh(&mut catalogue);
    for nth in 1..=6 {
        server.settle();
        server.fake.misbehave("*/statistics", When::Nth(nth), Misbehaviour::Gains(server.alice));
        let told = server.refresh(&mut catalogue);
        server.fake.behave();
        assert_eq!((told.full, told.differences), (false, vec![]), "{nth}");
    }
    server.refresh(&mut catalogue);
    assert_eq!(all(&mut catalogue).len(), 26);
}
