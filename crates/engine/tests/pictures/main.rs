//! Pictures of surveyed assets: only of what was surveyed, kept outside the library, and through the owner's key.
// The lints let tests unwrap and print, but not the functions that tests share.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods)]

mod folders;
mod servers;

use std::path::Path;

use lightproof_engine::{
    Depth, Ledger, QUICK,
    explain::explain,
    pictures::Subject,
    pipeline::{self, Order},
    roots::{ChangedRoot, RootRequest},
    servers::ServerRequest,
    settings::Settings,
    watch::Unwatched,
};
use tempfile::TempDir;

/// Ledger and proofs of one test.
struct House(TempDir);

impl House {
    fn new() -> House {
        House(tempfile::tempdir().unwrap())
    }

    fn ledger(&self) -> Ledger {
        Ledger::open(&self.0.path().join("ledger")).unwrap()
    }

    fn survey(&self, roots: &[&Path], servers: &[ServerRequest], depth: Depth) {
        let mut settings = Settings::read(None, Path::new("/nowhere/lightproof.toml"), self.0.path().join("ledger")).unwrap();
        settings.out.argued(Some(self.0.path().join("proofs")));
        let roots: Vec<RootRequest> = roots.iter().map(|path| RootRequest { path: path.to_path_buf(), owner: None }).collect();
        let order = Order {
            roots: &roots,
            servers,
            changed: ChangedRoot::Refuse,
            depth,
            quick: QUICK,
            all_fields: false,
            stage: "survey",
            now: 1_795_435_200,
        };
        pipeline::survey(&mut self.ledger(), &settings, &order, &Unwatched).unwrap();
    }

    /// The asset of a path or id.
    fn subject(&self, wanted: &str) -> Subject {
        let ledger = self.ledger();
        let asset = explain(&ledger, Path::new(wanted)).unwrap().asset;
        let subject = Subject::of(&ledger, &asset.id).unwrap().unwrap();
        assert_eq!(Subject::of_asset(&ledger, &asset).unwrap(), Some(subject.clone()));
        subject
    }
}

/// Width and height of a JPEG.
fn size(jpeg: &[u8]) -> (u16, u16) {
    let mut at = 2;
    while let Some(&[0xff, marker, high, low]) = jpeg.get(at..at + 4) {
        if matches!(marker, 0xc0 | 0xc2) {
            let side = |at: usize| u16::from_be_bytes([jpeg[at], jpeg[at + 1]]);
            return (side(at + 7), side(at + 5));
        }
        at += 2 + usize::from(u16::from_be_bytes([high, low]));
    }
    panic!("no frame header");
}
