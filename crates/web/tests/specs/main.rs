//! What the pages promise, over real connections.
#![allow(clippy::unwrap_used)] // helpers of tests

mod door;
mod guard;
mod raw;
