//! A desk: a library, its ledger, and people who review it.

use std::path::{Path, PathBuf};

use lightproof_darkroom::{exif::Exif, photo::Photo};
use lightproof_engine::{
    DecisionKey, Depth, Ledger, QUICK,
    pipeline::{self, Order},
    review::{
        Face, Looking, Review,
        deciding::{AnomalyWord, GroupWord, NotDecided},
        groups::{AnomalyView, GroupFilter, GroupView},
        standing::GroupState,
    },
    roots::{ChangedRoot, RootRequest},
    settings::Settings,
    watch::Unwatched,
};
use lightproof_model::decision::{Reviewer, Verb};
use lightproof_testkit::library::Library;
use tempfile::TempDir;

/// 2026-11-23.
const NOW: i64 = 1_795_435_200;

pub struct Desk {
    pub library: Library,
    home: TempDir,
}

impl Desk {
    pub fn with(library: Library) -> Desk {
        let desk = Desk { library, home: tempfile::tempdir().unwrap() };
        desk.survey();
        desk
    }

    pub fn ledger(&self) -> PathBuf {
        self.home.path().join("ledger")
    }

    pub fn survey(&self) {
        let mut settings = Settings::read(None, Path::new("/nowhere/lightproof.toml"), self.ledger()).unwrap();
        settings.out.argued(Some(self.home.path().join("proofs")));
        let roots = [RootRequest { path: self.library.path().to_owned(), owner: Some("Ann".to_owned()) }];
        let order = Order {
            roots: &roots,
            servers: &[],
            changed: ChangedRoot::Refuse,
            depth: Depth::Whole,
            quick: QUICK,
            all_fields: false,
            stage: "survey",
            now: NOW,
        };
        let mut ledger = Ledger::open(&self.ledger()).unwrap();
        pipeline::survey(&mut ledger, &settings, &order, &Unwatched).unwrap();
    }

    /// Anomalies are found anew, with this in the settings.
    pub fn flag_with(&self, settings: &str) {
        let file = self.home.path().join("lightproof.toml");
        std::fs::write(&file, settings).unwrap();
        let mut settings = Settings::read(Some(&file), &file, self.ledger()).unwrap();
        settings.out.argued(Some(self.home.path().join("proofs")));
        let mut ledger = Ledger::open(&self.ledger()).unwrap();
        pipeline::flag_anomalies(&mut ledger, &settings, NOW, &Unwatched).unwrap();
    }

    /// The survey is lost; the record is not.
    pub fn lose_the_survey(&self) {
        for name in ["survey.sqlite", "survey.sqlite-wal", "survey.sqlite-shm"] {
            let path = self.ledger().join(name);
            if path.exists() {
                std::fs::rename(&path, self.home.path().join(name)).unwrap();
            }
        }
    }

    pub fn reviewer(&self, name: &str) -> Sitting {
        let looking = Looking::open(&self.ledger()).unwrap();
        Sitting(Review::by(looking, Reviewer::new(name).unwrap(), Face::Page, || NOW * 1000))
    }

    pub fn ann(&self) -> Sitting {
        self.reviewer("Ann")
    }
}

/// A person at work.
pub struct Sitting(pub Review);

impl Sitting {
    /// The only group that a filter lets through.
    pub fn only_group(&self) -> GroupView {
        self.0.looking().refresh().unwrap();
        let (total, lines) = self.0.looking().groups(&GroupFilter::default(), 0, 10).unwrap();
        assert_eq!(total, 1, "{lines:?}");
        self.0.looking().group(&lines[0].id).unwrap().unwrap()
    }

    pub fn state(&self) -> GroupState {
        self.only_group().line.state
    }

    /// What a person would say of the group in view, by names of files.
    pub fn word(&self, group: &GroupView, said: &[(&str, Verb)]) -> GroupWord {
        let id = |path: &str| {
            let assets = group.members.iter().flat_map(|m| m.parts.iter().map(|p| &p.asset).chain([&m.asset]));
            assets.into_iter().find(|a| a.place.path() == path.as_bytes()).unwrap_or_else(|| panic!("{path}")).id.clone()
        };
        GroupWord {
            group: group.line.id.clone(),
            seen: group.line.seen.clone(),
            words: said.iter().map(|(path, verb)| (id(path), *verb)).collect(),
            after: group.decision.as_ref().map(|d| d.key),
        }
    }

    pub fn say(&self, said: &[(&str, Verb)]) -> Result<DecisionKey, NotDecided> {
        let group = self.only_group();
        self.0.decide_group(&self.word(&group, said))
    }

    pub fn verb(&self, path: &str) -> Option<Verb> {
        self.only_group().members.iter().find(|m| m.asset.place.path() == path.as_bytes()).unwrap().verb
    }

    /// The anomalies of a file.
    pub fn anomalies(&self, path: &str) -> Vec<AnomalyView> {
        let group = self.only_group();
        let member = group.members.iter().find(|m| m.asset.place.path() == path.as_bytes()).unwrap();
        member.anomalies.clone()
    }

    /// Says one thing of all anomalies of these files.
    pub fn say_of_dates(&self, paths: &[&str], verb: &str) -> Result<Vec<DecisionKey>, NotDecided> {
        let words: Vec<AnomalyWord> = paths
            .iter()
            .flat_map(|path| self.anomalies(path))
            .map(|a| AnomalyWord {
                asset: a.asset,
                kind: a.found.kind,
                seen: a.found.seen,
                verb: verb.parse().unwrap(),
                after: a.decision,
            })
            .collect();
        self.0.decide_anomalies(&words).map_err(|(_, error)| error)
    }
}

/// A photograph and a copy of it with fewer fields.
pub fn two_copies() -> Library {
    let shot = |fields: u32| photo(1).exif(dated(fields));
    Library::with("a.jpg", shot(20)).and("copy/a.jpg", shot(8))
}

pub fn photo(seed: u64) -> Photo {
    Photo::drawn(seed).size(320, 240)
}

pub fn dated(fields: u32) -> Exif {
    Exif::of_count(fields).taken("2009:07:17 18:20:10")
}

/// The same by a camera whose clock is known to fail.
pub fn two_of_a_d50() -> Library {
    two_of_a("NIKON CORPORATION", "NIKON D50")
}

/// A photograph by a camera, and a copy of it with fewer fields.
pub fn two_of_a(make: &str, model: &str) -> Library {
    let shot = |fields: u32| photo(1).exif(Exif::camera(make, model).taken("2009:07:17 18:20:10").fields(fields));
    Library::with("a.jpg", shot(20)).and("copy/a.jpg", shot(10))
}
