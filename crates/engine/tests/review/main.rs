//! The review as its faces use it: what is shown, what can be decided, and what happens to a decision when the library changes.
// The lints let tests unwrap, but not the functions that tests share.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod anomalies;
mod changes;
mod dates;
mod deciding;
mod desk;
mod numbers;
mod together;
