//! Near-duplicates are found, strangers are not: on real photographs whose truth is known.
#![allow(clippy::unwrap_used)]

mod near_dup;

use std::path::Path;

use lightproof_model::fingerprint::{ALIKE, RADIUS, REENCODED};
use near_dup::{HARD, nearest};

#[test]
fn near_duplicates_are_found_and_strangers_are_not() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    if !corpus.is_dir() {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "shared corpus missing: {}", corpus.display());
        println!("shared corpus missing: {}", corpus.display());
        return;
    }
    let (shots, without) = near_dup::near_dup(&corpus);
    assert_eq!(without, Vec::<String>::new(), "every photograph has a fingerprint");
    let (mut plain, mut all) = ((0, 0), (0, 0));
    for (i, a) in shots.iter().enumerate() {
        for b in &shots[..i] {
            let (hash, fine) = nearest(&a.print, &b.print);
            let found = hash <= RADIUS && fine <= ALIKE;
            if a.group == b.group {
                all = (all.0 + i32::from(found), all.1 + 1);
                if ![a, b].iter().any(|s| HARD.contains(&&*s.tier)) {
                    plain = (plain.0 + i32::from(found), plain.1 + 1);
                }
            } else if a.set.is_empty() || a.set != b.set {
                assert!(!found, "strangers look alike: {} and {}, hash {hash}, finer {fine}", a.name, b.name);
            } else {
                assert!(hash > RADIUS || fine > REENCODED, "a frame passes for a copy: {} and {}", a.name, b.name);
            }
        }
    }
    let share = |(found, of): (i32, i32)| f64::from(found) / f64::from(of);
    assert!(share(plain) >= 0.985, "plain tiers: {plain:?}");
    assert!(share(all) >= 0.90, "all pairs: {all:?}");
}
