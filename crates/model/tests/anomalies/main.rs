//! Anomalies as specified: on the shipped camera table, on made-up bodies and on real photographs with known truth.

#![allow(clippy::unwrap_used)] // a test may fail where it stands

mod bodies;
mod clock_corpus;
mod corpus;
mod shipped_table;
mod upstream_corpus;
