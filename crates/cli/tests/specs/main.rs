//! What a user gets, sentence by sentence, through the program itself.
//!
//! Each spec has a library, a home and a ledger of its own. Nothing here waits by sleeping.

#![allow(clippy::print_stdout)] // what a machine cannot show is said
#![allow(clippy::unwrap_used)] // helpers of tests, which clippy.toml's exception does not reach

mod again;
mod carrying;
mod deciding;
mod demo;
mod explain;
mod faces;
mod hostile;
mod house;
mod identity;
mod immich;
mod manifest_csv;
mod quick;
mod roots;
mod servers;
mod stages;
mod stop_and_go;
mod sums;
mod traced;
mod typed;
mod units;
mod untouched;
mod videos;
