//! Anomalies as specified: on the shipped camera table, on made-up bodies and on real photographs with known truth.

// A test may fail where it stands, and says aloud what it skips.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod bodies;
mod clock_corpus;
mod corpus;
mod shipped_table;
mod upstream_corpus;
