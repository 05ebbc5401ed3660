//! What the pages promise, over real connections.
#![allow(clippy::unwrap_used)] // helpers of tests

mod bulk;
mod dates;
mod decisions;
mod desk;
mod door;
mod groups;
mod guard;
mod hostile;
mod person;
mod pictures;
mod plans;
mod raw;
