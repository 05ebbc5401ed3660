//! The fake Immich server, seen from outside: by the bytes that it takes and gives.

#![allow(clippy::unwrap_used)] // the helpers of tests are tests

mod behaviour;
mod captures;
mod changes;
mod client;
mod dates;
mod files;
mod misbehaviour;
