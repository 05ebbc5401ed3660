//! What the pages promise, over real connections.
#![allow(clippy::unwrap_used)] // helpers of tests

mod desk;
mod door;
mod groups;
mod guard;
mod hostile;
mod pictures;
mod raw;
