//! What a person sees and does in the review's pages, sentence by sentence, in a real browser on the program itself.
//!
//! Each spec has a library, a home and a browser of its own. Screenshots are kept in `target/screenshots`, for a person to look at.
//! Where no browser is installed the specs say so and are skipped; with `CI=true` that is a failure.

#![allow(clippy::unwrap_used)] // helpers of tests, which clippy.toml's exception does not reach

mod anomalies;
mod bulk;
mod changed;
mod hostile;
#[allow(dead_code)] // the other specs use more of it
#[path = "../specs/house.rs"]
mod house;
mod looks;
mod meanwhile;
mod plans;
mod reach;
mod runs;
#[path = "../specs/typed.rs"]
mod typed;
mod visit;
mod walking;
