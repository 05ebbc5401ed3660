//! On a server: archive and album, nothing else, and back; whatever becomes of an answer or of the process.

use std::{io::Write, process::Stdio};

use lightproof_darkroom::{exif::Exif, photo::Photo};
use lightproof_testkit::immich::{FakeImmich, Id, Misbehaviour, NewAsset, NewUser, Visibility, When};
use serde_json::Value;

use super::{PASSPHRASE, Well, counts, crashing::killed_at, reasons};
use crate::{
    house::{House, Table},
    typed::typed,
};

const MAY: &[&str] = &[
    "asset.read",
    "asset.download",
    "asset.view",
    "asset.statistics",
    "asset.update",
    "user.read",
    "album.read",
    "album.create",
    "albumAsset.create",
    "albumAsset.delete",
];

/// A server named `home`, where alice has pairs of one shot: the fuller one is kept, the other goes.
pub struct Served {
    pub fake: FakeImmich,
    pub house: House,
    alice: Id,
    kept: Vec<Id>,
    gone: Vec<Id>,
    holiday: Id,
}

/// What a server shows of an asset.
pub type Shown = (Option<(Visibility, bool, bool)>, bool, bool);

impl Served {
    pub fn new(pairs: u64) -> Served {
        let fake = FakeImmich::new();
        let alice = fake.user(NewUser::named("Alice").admin());
        let key = fake.key(alice, MAY);
        let house = House::default();
        house.run(["immich", "connect", "home", "--url", &fake.url()]).well();
        let mut adding = house
            .program
            .command(["immich", "key", "add", "--owner", "alice"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        adding.stdin.take().unwrap().write_all(key.as_bytes()).unwrap();
        assert!(adding.wait().unwrap().success());
        let photo = |seed: u64, fields| {
            let exif =
                Exif::camera("Canon", "Canon EOS 80D").taken(format!("2019:07:06 12:{:02}:{:02}", seed / 60, seed % 60).as_str());
            Photo::drawn(seed).size(320, 240).exif(exif.serial("7").fields(fields))
        };
        let add = |seed, fields, name: &str| {
            let photo = photo(seed, fields);
            let thumbnail = photo.clone().stripped().resized(250, 188).jpeg(80);
            fake.add(NewAsset::of(alice, photo.jpeg(90)).named(name).thumbnail(thumbnail))
        };
        let kept: Vec<Id> = (0..pairs).map(|n| add(n, 25, &format!("kept{n}.jpg"))).collect();
        let gone: Vec<Id> = (0..pairs).map(|n| add(n, 20, &format!("gone{n}.jpg"))).collect();
        let holiday = fake.album(alice, "Holiday", &[gone[0]]);
        let served = Served { fake, house, alice, kept, gone, holiday };
        served.house.survey_all(["immich:home"]);
        served
    }

    fn decide(&self) {
        let mut groups = self.house.groups();
        assert_eq!(groups.rows.len(), self.kept.len() * 2, "{:?}", groups.rows);
        for row in &mut groups.rows {
            let verb = if row["exif_field_count"].parse::<u32>().unwrap() >= 25 { "keep" } else { "quarantine" };
            row.set("decision", verb);
        }
        self.decide_from(&groups);
    }

    /// Reads a filled-in table back.
    fn decide_from(&self, table: &Table) {
        let mut csv = csv::Writer::from_writer(Vec::new());
        csv.write_record(&table.columns).unwrap();
        for row in &table.rows {
            csv.write_record(table.columns.iter().map(|column| &row[column])).unwrap();
        }
        let path = self.house.program.home().join("filled.csv");
        #[allow(clippy::disallowed_methods)] // a test plays the spreadsheet
        std::fs::write(&path, csv.into_inner().unwrap()).unwrap();
        self.house.run(["decide", "--reviewer", "Ann", "--from", path.to_str().unwrap()]).well();
    }

    fn approve(&self, plan: &str) {
        typed(self.house.program.command(["approve", plan, "--reviewer", "Ann"]), &[PASSPHRASE]).well();
    }

    /// Decides, plans and approves.
    pub fn approved(&self, further: &[&str]) -> String {
        self.decide();
        typed(self.house.program.command(["approval", "set"]), &[PASSPHRASE, PASSPHRASE]).well();
        let told = self.house.json(["plan", "--max-share", "60"].iter().chain(further));
        let plan = told["plan"].as_str().unwrap().to_owned();
        assert!(told["step_count"].as_u64().unwrap() > 0, "{told}");
        self.approve(&plan);
        plan
    }

    pub fn execute(&self, plan: &str) -> Value {
        self.house.json(["execute", plan])
    }

    /// All that lightproof may have changed: visibility, trash, favourite, memberships.
    pub fn shown(&self) -> Vec<Shown> {
        let holiday = self.fake.in_album(self.holiday);
        let aside = self.aside();
        let of = |id: &Id| (self.fake.state(*id), holiday.contains(id), aside.contains(id));
        self.kept.iter().chain(&self.gone).map(of).collect()
    }

    /// What is in the album of what is set aside.
    fn aside(&self) -> Vec<Id> {
        self.fake.album_named("Quarantine (lightproof)").map(|album| self.fake.in_album(album)).unwrap_or_default()
    }

    fn is_aside(&self, id: Id) -> bool {
        let archived = self.fake.state(id).is_some_and(|(visibility, ..)| visibility == Visibility::Archive);
        assert_eq!(archived, self.aside().contains(&id), "half");
        archived
    }

    /// How far each step is, by the server's id of what it sets aside.
    fn states(&self, plan: &str) -> Vec<(String, String)> {
        let told = self.house.json(["plan", "show", plan]);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        told["steps"].as_array().unwrap().iter().map(|step| (text(&step["of"]["main"]["id"]), text(&step["state"]))).collect()
    }
}

#[test]
fn what_was_decided_is_archived_into_the_owners_album_and_comes_back_as_it_was() {
    let served = Served::new(3);
    let before = served.shown();
    let plan = served.approved(&[]);
    assert_eq!(served.shown(), before, "planning and approving change nothing");
    let told = served.execute(&plan);
    assert_eq!(counts(&told), (3, 0), "{told}");
    assert!(served.gone.iter().all(|id| served.is_aside(*id)));
    assert!(served.kept.iter().all(|id| !served.is_aside(*id)));
    let told = served.house.survey_all(["immich:home"]);
    assert_eq!(told["fates"]["set-aside"], 3, "{told}");
    assert!(served.house.groups().rows.is_empty());
    assert_eq!(counts(&served.house.json(["undo", &plan])), (3, 0));
    assert_eq!(served.shown(), before);
    assert_eq!(served.fake.violations(), Vec::<String>::new());
}

#[test]
fn kept_assets_take_over_albums_and_favourites_when_that_is_wished_and_lose_them_again() {
    let served = Served::new(2);
    let before = served.shown();
    let plan = served.approved(&["--inherit", "albums,favourites"]);
    let told = served.execute(&plan);
    assert_eq!(counts(&told), (3, 0), "one album, two set aside: {told}");
    assert!(served.fake.in_album(served.holiday).contains(&served.kept[0]));
    served.house.json(["undo", &plan]);
    assert_eq!(served.shown(), before);
    assert_eq!(served.fake.violations(), Vec::<String>::new());
}

#[test]
fn what_changed_on_the_server_since_is_skipped_with_the_reason() {
    let served = Served::new(5);
    let plan = served.approved(&[]);
    served.fake.trash(served.gone[0]);
    served.fake.trash(served.kept[1]);
    served.fake.archive(served.gone[2]);
    served.fake.lock(served.kept[3]);
    let told = served.execute(&plan);
    assert_eq!(counts(&told), (1, 4), "{told}");
    let why: Vec<String> = reasons(&told).into_iter().map(|(_, why)| why).collect();
    for part in ["in the server's trash", "shows in archive, and was seen in timeline", "not there, or locked"] {
        assert!(why.iter().any(|why| why.contains(part)), "{part}: {why:?}");
    }
    assert!(served.is_aside(served.gone[4]));
    assert_eq!(served.fake.violations(), Vec::<String>::new());
}

#[test]
fn an_answer_that_never_came_is_found_out_about_and_the_run_goes_on() {
    for (pattern, what) in [
        ("PUT /api/assets", Misbehaviour::ResetAfterHeaders),
        ("PUT /api/assets", Misbehaviour::ResetBefore),
        ("PUT /api/assets", Misbehaviour::Fails(500)),
        ("PUT /api/albums/*/assets", Misbehaviour::ResetAfterHeaders),
        ("PUT /api/albums/*/assets", Misbehaviour::ResetBefore),
        ("POST /api/albums", Misbehaviour::ResetAfterHeaders),
        ("POST /api/albums", Misbehaviour::Fails(503)),
        ("GET /api/assets/*", Misbehaviour::Fails(502)),
    ] {
        let served = Served::new(2);
        let before = served.shown();
        let plan = served.approved(&[]);
        served.fake.misbehave(pattern, When::First(1), what.clone());
        let first = served.house.run(["execute", &plan]);
        assert!(matches!(first.code, Some(0 | 1)), "{pattern} {what:?}: {first:?}");
        served.fake.behave();
        let mut ran = served.house.run(["execute", &plan]);
        if ran.code == Some(3) {
            // The first run came to its end: what it skipped is done by another.
            served.approve(&plan);
            ran = served.house.run(["execute", &plan]);
        }
        assert_eq!(ran.code, Some(0), "{pattern} {what:?}: {ran:?}");
        assert!(served.gone.iter().all(|id| served.is_aside(*id)), "{pattern} {what:?}");
        assert!(served.states(&plan).iter().all(|(_, state)| state == "done"));
        served.house.json(["undo", &plan]);
        assert_eq!(served.shown(), before, "{pattern} {what:?}");
        assert_eq!(served.fake.violations(), Vec::<String>::new());
    }
}

#[test]
fn a_kill_at_any_word_with_the_server_leaves_no_half_and_the_plan_comes_to_its_end() {
    let served = Served::new(2);
    let before = served.shown();
    let plan = served.approved(&[]);
    let (mut points, mut kills) = (0, 0);
    for doing in ["execute", "undo"] {
        for call in ["sendto", "write", "recvfrom", "read"] {
            let mut when = 1;
            loop {
                if doing == "undo" {
                    served.execute(&plan);
                }
                let Some(killed) = killed_at(served.house.program.command([doing, &plan]), call, when) else { return };
                served.house.run(["recover"]).well();
                let at = format!("{doing} killed at {call} {when}");
                for (named, state) in served.states(&plan) {
                    let id = served.gone.iter().find(|id| id.to_string() == named).unwrap();
                    assert_eq!(served.is_aside(*id), state == "done", "told to be {state} after {at}");
                }
                let ran = served.house.run([doing, &plan]);
                if ran.code != Some(0) {
                    served.approve(&plan);
                    served.execute(&plan);
                }
                points += 1;
                kills += usize::from(killed);
                if doing == "execute" {
                    assert!(served.gone.iter().all(|id| served.is_aside(*id)), "{at}");
                    served.house.json(["undo", &plan]);
                }
                assert_eq!(served.shown(), before, "{at}");
                served.approve(&plan);
                if !killed {
                    break;
                }
                when += if call == "read" { 9 } else { 1 };
            }
        }
    }
    println!("server: {points} kill points tried, killed {kills} times, losses: 0");
    assert!(kills >= 10, "{kills}");
    assert_eq!(served.fake.violations(), Vec::<String>::new());
}

#[test]
fn a_server_newer_than_what_is_known_is_left_alone() {
    let served = Served::new(1);
    let plan = served.approved(&[]);
    served.fake.upgrade(4, 0, 0);
    let refused = served.house.run(["execute", &plan]);
    assert_eq!(refused.code, Some(3), "{refused:?}");
    assert!(refused.stderr.contains("newer than what this lightproof knows"), "{refused:?}");
}

#[test]
fn a_server_that_does_not_answer_stops_the_run_and_uses_nothing_up() {
    let served = Served::new(2);
    let plan = served.approved(&[]);
    served.fake.misbehave("GET /api/assets/*", When::After(4), Misbehaviour::Fails(503));
    let stopped = served.house.run(["execute", &plan]);
    assert_eq!(stopped.code, Some(1), "{stopped:?}");
    served.fake.behave();
    served.execute(&plan);
    assert!(served.gone.iter().all(|id| served.is_aside(*id)));
}

#[test]
fn a_date_is_set_on_a_server_that_loses_zones_and_comes_back() {
    for (version, sentence) in [((2, 4, 1), "on that day"), ((2, 6, 0), "UTC-7")] {
        let served = Served::new(1);
        let photo = Photo::drawn(77).size(320, 240).exif(Exif::camera("Canon", "Canon EOS 80D"));
        let asset = NewAsset::of(served.alice, photo.jpeg(90)).named("undated.jpg").taken("2024-07-14T18:21:33Z");
        let undated = served.fake.add(asset.zone("America/Los_Angeles", "PST8PDT,M3.2.0,M11.1.0"));
        served.fake.upgrade(version.0, version.1, version.2);
        served.house.survey_all(["immich:home"]);
        let mut review = served.house.review();
        let row = review.rows.iter_mut().find(|row| row["path"].contains("undated") || row["kind"] == *"missing-date").unwrap();
        row.set("decision", "fix 2024-07-10T23:30:00");
        served.decide_from(&review);
        let before = served.fake.shown_date(undated);
        typed(served.house.program.command(["approval", "set"]), &[PASSPHRASE, PASSPHRASE]).well();
        let shown = served.house.run(["plan", "--steps"]).well().stdout;
        assert!(shown.contains("2024-07-10T23:30:00") && shown.contains("will record the zone"), "{shown}");
        assert!(shown.contains(sentence), "{version:?}: {shown}");
        let plan = shown.lines().next().unwrap().strip_prefix("plan ").unwrap().to_owned();
        served.approve(&plan);
        let told = served.execute(&plan);
        assert_eq!(counts(&told), (1, 0), "{version:?}: {told}");
        assert_eq!(served.fake.shown_date(undated), Some("2024-07-10T23:30:00Z".into()), "{version:?}");
        assert_eq!(counts(&served.house.json(["undo", &plan])), (1, 0));
        assert_eq!(served.fake.shown_date(undated), before, "{version:?}");
        assert_eq!(served.fake.violations(), Vec::<String>::new());
    }
}

#[test]
fn whichever_answer_is_lost_the_plan_comes_to_its_end_and_back() {
    let served = Served::new(2);
    let before = served.shown();
    let plan = served.approved(&["--inherit", "albums"]);
    let mut points = 0;
    for doing in ["execute", "undo"] {
        for what in [Misbehaviour::ResetAfterHeaders, Misbehaviour::FailsAfterwards(502)] {
            for nth in 1.. {
                if doing == "undo" {
                    served.execute(&plan);
                }
                served.fake.forget_requests();
                served.fake.misbehave("*", When::Nth(nth), what.clone());
                let at = format!("{doing} with answer {nth} {what:?}");
                let first = served.house.run([doing, &plan]);
                let was_reached = served.fake.requests().len() as u64 >= nth;
                served.fake.behave();
                served.house.run(["recover"]).well();
                // What was skipped for want of an answer is done by another run.
                for _ in 0..2 {
                    if served.house.run([doing, &plan]).code != Some(0) {
                        served.approve(&plan);
                    }
                }
                if doing == "execute" {
                    assert!(
                        served.states(&plan).iter().all(|(_, state)| state == "done"),
                        "{at}: {first:?} {:?}",
                        served.states(&plan)
                    );
                    assert!(served.gone.iter().all(|id| served.is_aside(*id)), "{at}");
                    served.house.json(["undo", &plan]);
                }
                assert_eq!(served.shown(), before, "{at}: {first:?}");
                served.approve(&plan);
                points += 1;
                if !was_reached {
                    break;
                }
            }
        }
    }
    println!("server: {points} lost answers tried, losses: 0");
    assert!(points > 40, "{points}");
    assert_eq!(served.fake.violations(), Vec::<String>::new());
}
