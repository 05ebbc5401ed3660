//! What the pages promise, over real connections.
#![allow(clippy::unwrap_used)] // helpers of tests

mod bulk;
mod decisions;
mod dates;
mod desk;
mod door;
mod groups;
mod guard;
mod hostile;
mod person;
mod pictures;
mod raw;
