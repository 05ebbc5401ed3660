//! Anomalies as specified: on the shipped camera table, on made-up bodies and on real photographs with known truth.

mod bodies;
mod clock_corpus;
mod corpus;
mod shipped_table;
mod upstream_corpus;
