//! Dates on a server: what is wanted shows, to the second, or what was there before shows again; and it is said which.

use std::time::Duration;

use jiff::SignedDuration;
use lightproof_model::moment::WallClock;
use lightproof_sources::immich::{
    hands::{
        ServerHands,
        dated::{DateOutcome, JobPatience, zone_that_will_be_recorded},
    },
    version::Version,
};
use lightproof_testkit::immich::{
    DateJob, Extracted, FakeImmich, Id, Misbehaviour, Moment, NewAsset, NewUser, Visibility, When,
    contract::{Contract, Verdict},
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::remote::{Remote, remote};

const MAY: [&str; 2] = ["asset.read", "asset.update"];
/// The last version that loses offsets, and the first that keeps them.
const LOSES: Version = Version { major: 2, minor: 5, patch: 4 };
const KEEPS: Version = Version { major: 2, minor: 5, patch: 5 };

/// What photographs of a place have on record as their zone, and the rules there.
type Place = (&'static str, &'static str);

const LOS_ANGELES: Place = ("America/Los_Angeles", "PST8PDT,M3.2.0,M11.1.0");
const TOKYO: Place = ("Asia/Tokyo", "JST-9");
const KATHMANDU: Place = ("Asia/Kathmandu", "<+0545>-5:45");
const PARIS: Place = ("Europe/Paris", "CET-1CEST,M3.5.0,M10.5.0/3");
/// No position, but an offset in the original.
const SAYS_OFFSET: Place = ("UTC+2", "<+02>-2");
const PLACES: [Option<Place>; 6] = [Some(LOS_ANGELES), Some(TOKYO), Some(KATHMANDU), Some(PARIS), Some(SAYS_OFFSET), None];

fn server(version: Version) -> Remote {
    let server = Remote::with(&MAY);
    server.fake.upgrade(version.major, version.minor, version.patch);
    server
}

/// A photograph of a winter's day at a place, or at none.
fn photo(server: &Remote, place: Option<Place>) -> Id {
    let asset = NewAsset::of(server.alice, vec![1; 100]).taken("2024-01-14T18:21:33.120Z");
    server.fake.add(place.into_iter().fold(asset, |asset, (name, rules)| asset.zone(name, rules)))
}

fn hands(server: &Remote) -> ServerHands {
    ServerHands::of(server.api(), server.user())
}

/// Short pauses; as many looks as any job of the fake needs.
fn patience() -> JobPatience {
    JobPatience { pause: Duration::from_micros(20), longest: Duration::from_micros(50), still: 3, looks: 25 }
}

fn clock(text: &str) -> WallClock {
    text.parse().expect("a test writes dates as they are")
}

fn set(server: &Remote, id: Id, wanted: &str) -> DateOutcome {
    hands(server).set_date(remote(id), clock(wanted), patience())
}

fn shows(server: &Remote, id: Id, wall_clock: &str) -> bool {
    let second = |moment: Moment| moment.as_micros().div_euclid(1_000_000);
    second(server.fake.shown_date(id).expect("it is there")) == second(Moment::from(format!("{wall_clock}Z").as_str()))
}

/// The dates that were sent.
fn sent(server: &Remote) -> Vec<String> {
    let puts = server.fake.requests().into_iter().filter(|request| request.method == "PUT");
    let date = |body: &str| serde_json::from_str::<Value>(body).ok()?["dateTimeOriginal"].as_str().map(str::to_owned);
    puts.map(|put| date(&put.body).expect("what is sent is a date")).collect()
}

#[test]
fn a_photograph_in_los_angeles_set_to_half_past_eleven_shows_that_and_not_half_past_four() {
    let server = server(LOSES);
    // As a server shows it that read the zone wrongly: the first guess is UTC then, and what comes of that is 16:30.
    let asset = NewAsset::of(server.alice, vec![1; 100]).taken("2024-07-01T12:00:00Z").local("2024-07-01T12:00:00Z");
    let id = server.fake.add(asset.zone(LOS_ANGELES.0, LOS_ANGELES.1));
    let outcome = set(&server, id, "2024-07-14T23:30:00");
    let DateOutcome::Done { before, sent: last, zone_now } = outcome else { panic!("{outcome:?}") };
    assert_eq!(sent(&server), ["2024-07-14T23:30:00.000+00:00", "2024-07-14T23:30:00.000-07:00"]);
    assert_eq!((last.as_deref(), zone_now.as_deref()), (Some("2024-07-14T23:30:00.000-07:00"), Some("UTC-7")));
    assert_eq!((before.wall_clock().as_str(), before.zone.as_deref()), ("2024-07-01T12:00:00", Some("America/Los_Angeles")));
    assert!(shows(&server, id, "2024-07-14T23:30:00"));
}

#[test]
fn what_was_taken_over_is_seen_where_only_the_instant_changes_or_only_the_wall_clock() {
    // 19:00 in UTC is the noon in Los Angeles that showed before.
    let losing = server(LOSES);
    let asset = NewAsset::of(losing.alice, vec![1; 100]).taken("2024-07-01T12:00:00Z").local("2024-07-01T12:00:00Z");
    let id = losing.fake.add(asset.zone(LOS_ANGELES.0, LOS_ANGELES.1));
    assert!(matches!(set(&losing, id, "2024-07-01T19:00:00"), DateOutcome::Done { .. }));
    assert!(shows(&losing, id, "2024-07-01T19:00:00"));
    // A zone that 2.4 had on record and did not go by: the instant is the right one already.
    let keeping = server(KEEPS);
    let asset = NewAsset::of(keeping.alice, vec![1; 100]).taken("2024-07-01T09:00:00Z");
    let id = keeping.fake.add(asset.extracted(Extracted::default().taken("2024-07-01T09:00:00Z", Some("UTC+1"))));
    assert!(matches!(set(&keeping, id, "2024-07-01T10:00:00"), DateOutcome::Done { .. }));
    assert!(shows(&keeping, id, "2024-07-01T10:00:00"));
    assert_eq!(sent(&keeping), ["2024-07-01T10:00:00.000+01:00"]);
}

#[test]
fn wherever_it_was_taken_the_wanted_wall_clock_shows_and_what_is_sent_has_it_too() {
    for version in [Version::OLDEST, LOSES, KEEPS, Version { major: 3, minor: 2, patch: 0 }] {
        for place in PLACES {
            // Winter as it was, summer, across the day and the year, the hour that comes twice, and long ago.
            for wanted in [
                "2024-01-20T08:00:01",
                "2024-07-14T23:30:00",
                "2023-12-31T23:59:59",
                "2024-11-03T01:30:00",
                "1970-01-01T00:00:00",
                "1926-08-01T12:00:00",
            ] {
                let server = server(version);
                let id = photo(&server, place);
                let outcome = set(&server, id, wanted);
                assert!(matches!(outcome, DateOutcome::Done { .. }), "{version} {place:?} {wanted}: {outcome:?}");
                assert!(shows(&server, id, wanted), "{version} {place:?} {wanted}");
                let sent = sent(&server);
                assert!(sent.iter().all(|sent| sent.starts_with(wanted)), "{sent:?}");
                assert!(sent.len() == 1 || (!version.keeps_offset() && sent.len() == 2), "{version} {place:?}: {sent:?}");
            }
        }
    }
}

#[test]
fn a_time_that_no_clock_showed_is_not_to_be_had_there_and_what_was_before_is_put_back() {
    let gap = "2024-03-10T02:30:00";
    let server_ = server(LOSES);
    let id = photo(&server_, Some(LOS_ANGELES));
    let before = server_.fake.shown_date(id).unwrap();
    let DateOutcome::Restored(why) = set(&server_, id, gap) else { panic!("02:30 was skipped") };
    assert!(why.contains("2024-01-14T10:21:33 was put back"), "{why}");
    assert_eq!(server_.fake.shown_date(id), Some(before), "to the millisecond");
    // Nowhere, and on a server that keeps offsets, it is a time like others.
    for (version, place) in [(LOSES, None), (KEEPS, Some(LOS_ANGELES))] {
        let server = server(version);
        let id = photo(&server, place);
        assert!(matches!(set(&server, id, gap), DateOutcome::Done { .. }));
        assert!(shows(&server, id, gap));
    }
}

#[test]
fn a_date_that_shows_for_a_while_and_then_changes_is_not_taken_for_done() {
    for looks in 1..=3 {
        let server = server(LOSES);
        server.fake.dates(DateJob::Early(looks));
        let id = photo(&server, Some(LOS_ANGELES));
        assert!(matches!(set(&server, id, "2024-07-14T23:30:00"), DateOutcome::Done { .. }), "{looks}");
        assert!(shows(&server, id, "2024-07-14T23:30:00"), "{looks}");
        assert_eq!(sent(&server).len(), 2, "winter's offset first, then summer's: {looks}");
    }
}

#[test]
fn a_job_that_comes_late_is_waited_for() {
    for looks in [1, 5, 20] {
        let server = server(LOSES);
        server.fake.dates(DateJob::After(looks));
        let id = photo(&server, None);
        assert!(matches!(set(&server, id, "2024-07-14T23:30:00"), DateOutcome::Done { .. }), "{looks}");
        assert!(shows(&server, id, "2024-07-14T23:30:00"), "{looks}");
    }
}

#[test]
fn a_job_that_cannot_write_leaves_all_as_it_was() {
    let server = server(LOSES);
    server.fake.dates(DateJob::InVain);
    let id = photo(&server, Some(TOKYO));
    let before = server.fake.shown_date(id);
    let DateOutcome::Restored(why) = set(&server, id, "2024-07-14T23:30:00") else { panic!("it cannot be had") };
    assert!(why.contains("did not take it over"), "{why}");
    assert_eq!(server.fake.shown_date(id), before);
    assert_eq!(sent(&server), ["2024-07-14T23:30:00.000+09:00", "2024-01-15T03:21:33.120+09:00"]);
}

#[test]
fn a_job_that_never_comes_and_a_date_that_never_rests_are_said_to_be_unknown() {
    for job in [DateJob::Never, DateJob::Restless] {
        let server = server(LOSES);
        server.fake.dates(job);
        let id = photo(&server, Some(TOKYO));
        let DateOutcome::Unknown(why) = set(&server, id, "2024-07-14T23:30:00") else { panic!("{job:?}") };
        assert!(why.contains("could not be put back"), "{why}");
        // What was there before was sent last.
        assert_eq!(sent(&server).last().map(String::as_str), Some("2024-01-15T03:21:33.120+09:00"), "{job:?}");
    }
}

#[test]
fn whether_a_date_arrived_is_told_by_looking_and_it_is_sent_once() {
    for (what, done) in [
        (Misbehaviour::ResetBefore, false),
        (Misbehaviour::Fails(500), false),
        (Misbehaviour::FailsWithPage(502), false),
        (Misbehaviour::ResetAfterHeaders, true),
        (Misbehaviour::FailsAfterwards(500), true),
        (Misbehaviour::FailsAfterwards(502), true),
        (Misbehaviour::WebPage, false),
    ] {
        let server = server(KEEPS);
        let id = photo(&server, Some(PARIS));
        // Later than one looks whether the date arrived.
        server.fake.dates(DateJob::After(12));
        server.fake.misbehave("PUT /api/assets/*", When::Always, what.clone());
        let outcome = set(&server, id, "2024-07-14T23:30:00");
        if done {
            assert!(matches!(outcome, DateOutcome::Done { .. }), "{what:?}: {outcome:?}");
            assert!(shows(&server, id, "2024-07-14T23:30:00"), "{what:?}");
            assert_eq!(sent(&server).len(), 1, "{what:?}");
        } else {
            assert!(matches!(outcome, DateOutcome::Unknown(_)), "{what:?}: {outcome:?}");
            assert!(shows(&server, id, "2024-01-14T19:21:33"), "{what:?}");
        }
    }
}

#[test]
fn a_server_that_starts_anew_meanwhile_is_waited_for_and_one_that_stays_away_leaves_it_unknown() {
    let away = |last| {
        let server = server(LOSES);
        let id = photo(&server, Some(LOS_ANGELES));
        // After the looks that come before, and the first one after.
        server.fake.misbehave("GET /api/assets/*", When::FromTo(4, last), Misbehaviour::FailsWithPage(503));
        (set(&server, id, "2024-07-14T23:30:00"), server, id)
    };
    let (outcome, server_, id) = away(30);
    assert!(matches!(outcome, DateOutcome::Done { .. }), "{outcome:?}");
    assert!(shows(&server_, id, "2024-07-14T23:30:00"));
    let (outcome, server_, _) = away(u64::MAX);
    assert!(matches!(outcome, DateOutcome::Unknown(_)), "{outcome:?}");
    assert_eq!(sent(&server_).len(), 1, "nothing is sent to a server that cannot be looked at");
}

#[test]
fn what_may_not_be_dated_is_refused_before_anything_is_sent() {
    type Prepare = fn(&Remote) -> Id;
    let cases: [(&str, Prepare); 9] = [
        ("external library", |server| {
            let library = server.fake.library(server.alice, "Archive", &["/mnt/archive"]);
            server.fake.add(NewAsset::of(server.alice, vec![1; 9]).library(library).path("/mnt/archive/a.jpg"))
        }),
        ("trash", |server| server.fake.add(NewAsset::of(server.alice, vec![1; 9]).trashed())),
        ("out of the server's reach", |server| server.fake.add(NewAsset::of(server.alice, vec![1; 9]).offline())),
        ("no such asset", |server| server.fake.add(NewAsset::of(server.alice, vec![1; 9]).visibility(Visibility::Locked))),
        ("no such asset", |server| {
            let id = photo(server, None);
            server.fake.remove(id);
            id
        }),
        ("another owner's", |server| {
            let bob = server.fake.user("Bob");
            server.fake.share(bob, server.alice, true);
            server.fake.add(NewAsset::of(bob, vec![1; 9]))
        }),
        ("newer than what is known", |server| {
            server.fake.upgrade(4, 0, 0);
            photo(server, None)
        }),
        ("2.3.9", |server| {
            server.fake.upgrade(2, 3, 9);
            photo(server, None)
        }),
        ("maintenance", |server| {
            let id = photo(server, None);
            server.fake.maintenance(true);
            id
        }),
    ];
    for (said, prepare) in cases {
        let server = server(KEEPS);
        let id = prepare(&server);
        let outcome = set(&server, id, "2024-07-14T23:30:00");
        assert!(matches!(&outcome, DateOutcome::Refused(why) if why.contains(said)), "{said}: {outcome:?}");
        assert_eq!(sent(&server), [""; 0], "{said}");
    }
}

#[test]
fn what_the_server_refuses_is_as_it_was() {
    let server = server(LOSES);
    server.fake.permit(&server.key, &["asset.read"]);
    let id = photo(&server, None);
    let before = server.fake.shown_date(id);
    assert!(matches!(set(&server, id, "2024-07-14T23:30:00"), DateOutcome::Refused(why) if why.contains("asset.update")));
    assert_eq!((server.fake.shown_date(id), sent(&server).len()), (before, 1));
    assert!(matches!(set(&server, id, "0000-07-14T23:30:00"), DateOutcome::Refused(_)));
    assert_eq!(sent(&server).len(), 1, "a year that servers do not take is not sent");
}

#[test]
fn queues_that_the_key_may_see_are_heeded() {
    let fake = FakeImmich::new();
    let alice = fake.user(NewUser::named("Alice").admin());
    let key = fake.key(alice, &["asset.read", "asset.update", "queue.read"]);
    let server = Remote { fake, alice, key };
    let id = photo(&server, Some(LOS_ANGELES));
    server.fake.pause("sidecar", true);
    assert!(matches!(set(&server, id, "2024-07-14T23:30:00"), DateOutcome::Refused(why) if why.contains("sidecar is paused")));
    assert_eq!(sent(&server), [""; 0]);
    server.fake.pause("sidecar", false);
    // Others' work does not keep it from ending: it is only looked at for longer.
    let looks = |wanted: &str, others: u64| {
        server.fake.jobs("metadataExtraction", 0, others, 3);
        server.fake.forget_requests();
        assert!(matches!(set(&server, id, wanted), DateOutcome::Done { .. }));
        let asked = server.fake.requests();
        asked.iter().filter(|request| request.method == "GET" && request.path == format!("/api/assets/{id}")).count()
    };
    let quiet = looks("2024-01-15T23:30:00", 0);
    let busy = looks("2024-01-16T23:30:00", 500);
    assert!(busy > quiet + 4, "{busy} and {quiet}");
}

#[test]
fn a_date_is_taken_back_by_setting_what_was_there_before() {
    for version in [LOSES, KEEPS] {
        for place in PLACES {
            let server = server(version);
            let id = photo(&server, place);
            let was = server.fake.shown_date(id);
            let DateOutcome::Done { before, .. } = set(&server, id, "1999-07-14T23:30:00") else { panic!("{place:?}") };
            let back = hands(&server).set_date(remote(id), before.local, patience());
            assert!(matches!(back, DateOutcome::Done { .. }), "{version} {place:?}: {back:?}");
            assert_eq!(server.fake.shown_date(id), was, "{version} {place:?}: to the millisecond");
            // What the journal has, which ends with the second, does as well.
            assert!(matches!(set(&server, id, &before.wall_clock()), DateOutcome::Done { sent: None, .. }));
        }
    }
}

#[test]
fn what_shows_already_is_not_sent_and_what_was_sent_a_moment_ago_is_waited_for() {
    let server = server(LOSES);
    let id = photo(&server, Some(KATHMANDU));
    assert!(matches!(set(&server, id, "2024-01-15T00:06:33"), DateOutcome::Done { sent: None, .. }));
    assert_eq!(sent(&server), [""; 0]);
    // A run was cut off after it sent a date: the next one finds it under way.
    server.fake.dates(DateJob::After(6));
    ask_for(&server, id, "2024-07-14T23:30:00.000+05:45");
    assert!(matches!(set(&server, id, "2024-07-14T23:30:00"), DateOutcome::Done { sent: None, .. }));
    assert_eq!(sent(&server), [""; 0]);
}

#[test]
fn a_date_that_somebody_else_asked_for_is_not_overtaken() {
    let server = server(LOSES);
    let id = photo(&server, Some(KATHMANDU));
    server.fake.dates(DateJob::Never);
    ask_for(&server, id, "1999-07-14T23:30:00.000+05:45");
    for wanted in ["2024-07-14T23:30:00", "2024-01-15T00:06:33"] {
        let outcome = set(&server, id, wanted);
        assert!(matches!(&outcome, DateOutcome::Refused(why) if why.contains("1999-07-14T17:45:00")), "{outcome:?}");
    }
    assert_eq!(sent(&server), [""; 0]);
}

/// Somebody asks for a date, and nobody waits for it.
fn ask_for(server: &Remote, id: Id, date: &str) {
    let body = json!({ "dateTimeOriginal": date }).to_string();
    let url = format!("{}/api/assets/{id}", server.fake.url());
    ureq::put(&url).header("x-api-key", &server.key).content_type("application/json").send(&body).expect("the server answers");
    server.fake.forget_requests();
}

#[test]
fn the_zone_that_the_plan_says_is_the_one_on_record_afterwards() {
    for version in [LOSES, KEEPS] {
        for place in PLACES {
            let server = server(version);
            let id = photo(&server, place);
            let said = zone_that_will_be_recorded(version, &hands(&server).date(remote(id)).unwrap());
            let outcome = set(&server, id, "2024-07-14T23:30:00");
            let DateOutcome::Done { before, zone_now, .. } = outcome else { panic!("{outcome:?}") };
            match said {
                None => assert_eq!(zone_now, before.zone, "{version} {place:?}"),
                Some(said) if said.ends_with("on that day") => assert_ne!(zone_now, before.zone, "{version} {place:?}"),
                said => assert_eq!(zone_now, said, "{version} {place:?}"),
            }
        }
    }
}

#[test]
fn what_is_sent_is_what_the_contract_has_and_nothing_but_a_date() {
    let server = server(LOSES);
    let id = photo(&server, Some(LOS_ANGELES));
    let _ = set(&server, id, "2024-03-10T02:30:00");
    assert_eq!(server.fake.violations(), [""; 0]);
    let contract = Contract::of_2_4_1();
    let mut dates = 0;
    for request in server.fake.requests() {
        assert!(matches!(request.method.as_str(), "GET" | "PUT"), "{} {}", request.method, request.path);
        if request.method == "PUT" {
            let body: Value = serde_json::from_str(&request.body).unwrap();
            assert_eq!(body.as_object().unwrap().keys().collect::<Vec<_>>(), ["dateTimeOriginal"]);
            if let Some(contract) = &contract {
                assert_eq!(contract.request("PUT", &request.path, &body), Verdict::Kept);
            }
            dates += 1;
        }
    }
    assert_eq!(dates, 4, "three attempts, and what was there before");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_the_zone_the_date_is_had_or_put_back(
        quarter in -48i32..=56, summer in prop::option::of(1i32..=2), second in -3_000_000_000i64..4_000_000_000,
        keeps in any::<bool>(), looks in 1u64..6, local in prop::option::of(-20i64..20),
    ) {
        let version = if keeps { KEEPS } else { LOSES };
        let server = server(version);
        server.fake.dates(DateJob::After(looks));
        // POSIX counts westwards.
        let west = |minutes: i32| format!("{}{}:{:02}", if minutes > 0 { "-" } else { "" }, minutes.abs() / 60, minutes.abs() % 60);
        let rules = match summer {
            Some(halves) => format!("STD{}DST{},M3.5.0,M10.5.0", west(quarter * 15), west(quarter * 15 + halves * 30)),
            None => format!("STD{}", west(quarter * 15)),
        };
        let asset = NewAsset::of(server.alice, vec![1; 100]).taken("2024-01-14T18:21:33.120Z").zone("Some/Where", &rules);
        // Shown rightly, or some hours off.
        let asset = match local {
            Some(hours) => asset.local(Moment::from("2024-01-14T18:21:33.120Z").later(hours * 3_600_000_000)),
            None => asset,
        };
        let id = server.fake.add(asset);
        let before = server.fake.shown_date(id).unwrap();
        let wanted = clock("1970-01-01T00:00:00").checked_add(SignedDuration::from_secs(second)).unwrap();
        let text = wanted.strftime("%Y-%m-%dT%H:%M:%S").to_string();
        match hands(&server).set_date(remote(id), wanted, patience()) {
            DateOutcome::Done { .. } => prop_assert!(shows(&server, id, &text)),
            DateOutcome::Restored(_) => {
                prop_assert!(!keeps && summer.is_some(), "only an hour that was skipped");
                prop_assert_eq!(server.fake.shown_date(id).unwrap(), before);
            }
            // What was shown wrongly can be beyond what the place ever shows: nothing there brings it back.
            outcome => prop_assert!(local.is_some() && summer.is_some(), "{outcome:?}"),
        }
    }
}
