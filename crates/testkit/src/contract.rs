//! The contract of `Source`: what every source must do, whatever it reads from.
//!
//! `source_contract!(name, || …)` makes a module of tests from a closure that gives a [`SourceUnderTest`].

use std::{any::Any, collections::BTreeMap, ops::ControlFlow};

use lightproof_sources::{
    reading::{self, Steadiness, WholeBuffer},
    source::{Found, FoundKind, Source, Walked},
};

/// A source, and what is truly in it.
pub struct SourceUnderTest {
    /// The source.
    pub source: Box<dyn Source>,
    /// Path and bytes of every asset; at least two, one of them longer than a mebibyte, one empty.
    pub assets: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Whatever has to live as long as the source: a temporary folder, a server.
    pub keep: Box<dyn Any>,
}

/// Everything that a walk tells of.
///
/// # Panics
/// When the source as a whole cannot be walked.
#[must_use]
pub fn walked(source: &dyn Source) -> Vec<Walked> {
    let mut told = Vec::new();
    let mut visit = |walked| {
        told.push(walked);
        ControlFlow::Continue(())
    };
    source.walk(&mut visit).expect("the source can be walked");
    told
}

/// The assets that a walk tells of.
///
/// # Panics
/// When the source as a whole cannot be walked.
#[must_use]
pub fn found(source: &dyn Source) -> Vec<Found> {
    let assets = walked(source).into_iter().filter_map(|walked| match walked {
        Walked::Found(found) if found.kind == FoundKind::Asset => Some(found),
        _ => None,
    });
    assets.collect()
}

/// Every asset is told exactly once, with its size.
pub fn every_asset_is_told_once(under_test: &SourceUnderTest) {
    let mut told: Vec<(Vec<u8>, u64)> = found(&*under_test.source).into_iter().map(|f| (f.path, f.stat.size)).collect();
    told.sort();
    let there: Vec<(Vec<u8>, u64)> = under_test.assets.iter().map(|(path, bytes)| (path.clone(), bytes.len() as u64)).collect();
    assert_eq!(told, there);
}

/// Two walks tell the same in the same order.
pub fn two_walks_tell_the_same_in_the_same_order(under_test: &SourceUnderTest) {
    assert_eq!(walked(&*under_test.source), walked(&*under_test.source));
}

/// A walk ends where the visitor breaks off.
pub fn a_walk_ends_where_the_visitor_breaks_off(under_test: &SourceUnderTest) {
    let mut told = 0;
    let mut visit = |_| {
        told += 1;
        ControlFlow::Break(())
    };
    under_test.source.walk(&mut visit).expect("breaking off is no error");
    assert_eq!(told, 1);
}

/// The bytes are the asset's own: whole, in pieces and by position, and what is opened is what was found.
pub fn the_bytes_are_the_assets_own_by_every_road(under_test: &SourceUnderTest) {
    let mut whole = WholeBuffer::new();
    for found in found(&*under_test.source) {
        let bytes = &under_test.assets[&found.path];
        let opened = under_test.source.open(&found.path).expect("what was found can be opened");
        assert!(opened.stat().expect("an opened asset can be asked").agrees_with(&found.stat));
        assert_eq!(whole.fill(&*opened).expect("it can be read"), (bytes.as_slice(), Steadiness::Steady));
        let mut streamed = Vec::new();
        let mut piece = |piece: &[u8]| {
            streamed.extend_from_slice(piece);
            Ok(())
        };
        assert_eq!(reading::stream(&*opened, &mut piece).expect("it can be read"), Steadiness::Steady);
        assert_eq!(&streamed, bytes);
        assert_eq!(opened.len(), bytes.len() as u64);
        let (middle, mut buf) = (bytes.len() / 2, [0; 8]);
        let read = opened.read_at(middle as u64, &mut buf).expect("it can be read");
        assert!(bytes[middle..].starts_with(&buf[..read]) && (read > 0) == (middle < bytes.len()));
        assert_eq!(opened.read_at(u64::MAX, &mut buf).expect("past the end there is nothing"), 0);
    }
}

/// Opening what is not there, or what is above the source, is an error.
pub fn what_is_not_in_it_cannot_be_opened(under_test: &SourceUnderTest) {
    for path in ["no such asset", "", "/", "..", "../..", "/etc/passwd", "../../../../../../etc/passwd", "./."] {
        assert!(under_test.source.open(path.as_bytes()).is_err(), "{path:?} was opened");
    }
}

/// Many threads open and read at once.
pub fn many_threads_read_at_once(under_test: &SourceUnderTest) {
    let (source, assets) = (&*under_test.source, &under_test.assets);
    std::thread::scope(|threads| {
        for _ in 0..4 {
            threads.spawn(|| {
                let mut whole = WholeBuffer::new();
                for (path, bytes) in assets {
                    let opened = source.open(path).expect("the asset is there");
                    assert_eq!(whole.fill(&*opened).expect("it can be read").0, bytes);
                }
            });
        }
    });
}

/// Makes a module of tests that hold a source to the contract.
#[macro_export]
macro_rules! source_contract {
    ($name:ident, $make:expr) => {
        mod $name {
            use super::*;

            $crate::source_contract!(@tests $make;
                every_asset_is_told_once
                two_walks_tell_the_same_in_the_same_order
                a_walk_ends_where_the_visitor_breaks_off
                the_bytes_are_the_assets_own_by_every_road
                what_is_not_in_it_cannot_be_opened
                many_threads_read_at_once
            );
        }
    };
    (@tests $make:expr; $($test:ident)*) => {
        $(#[test] fn $test() { $crate::contract::$test(&($make)()); })*
    };
}
