//! The words of lightproof as values, and its rules as pure functions over them.
//!
//! Here are assets, EXIF fields, fingerprints, grouping, THE RULE and anomalies.
//! Absent on purpose: I/O, the clock, randomness, async, SQL and foreign JSON. Whatever needs one of
//! these is handed in by a caller as a value.

pub mod anomaly;
pub mod approval;
pub mod asset;
pub mod camera;
pub mod decision;
pub mod digest;
pub mod exif;
pub mod fingerprint;
pub mod group;
pub mod hamming_join;
pub mod journal;
pub mod media_type;
pub mod moment;
pub mod plan;
pub mod probe;
pub mod problem;
pub mod quick;
pub mod rank;
pub mod read_at;
pub mod same_shot;
pub mod seen;
pub mod summary;
pub mod timeline;
pub mod unit;
