//! A desk: a library and its ledger, surveyed and ready to be reviewed on the pages.

use std::{
    path::{Path, PathBuf},
    sync::LazyLock,
};

use lightproof_darkroom::{exif::Exif, photo::Photo};
use lightproof_engine::{
    Depth, Ledger, QUICK,
    pipeline::{self, Order},
    review::{Face, Looking, Review},
    roots::{ChangedRoot, RootRequest},
    settings::Settings,
    watch::Unwatched,
};
use lightproof_model::decision::Reviewer;
use lightproof_testkit::library::{Library, photo, photo_of};
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

    /// One that nobody decides at.
    pub fn shared() -> &'static Desk {
        static SHARED: LazyLock<Desk> = LazyLock::new(|| Desk::with(pair()));
        &SHARED
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

    pub fn review(&self, name: &str) -> Review {
        Review::by(Looking::open(&self.ledger()).unwrap(), Reviewer::new(name).unwrap(), Face::Page, || NOW * 1000)
    }
}

/// One group of two copies.
pub fn pair() -> Library {
    Library::with("a.jpg", photo()).and("copy/a.jpg", photo())
}

/// Two groups of two copies each.
pub fn two_pairs() -> Library {
    pair().and("b.jpg", photo_of(2)).and("copy/b.jpg", photo_of(2))
}

/// One group of two copies from a camera whose clock fails.
pub fn pair_of_a_d50() -> Library {
    let photo =
        || Photo::drawn(3).size(320, 240).exif(Exif::camera("NIKON CORPORATION", "NIKON D50").taken("2006:03:01 10:00:00"));
    Library::with("d.jpg", photo()).and("copy/d.jpg", photo())
}
