//! The proofs of a survey, read as a stranger would who has nothing but the CSVs, the summary and the truth files.
//!
//! What the crates below know does not count here, only what went through ledger and proofs to a reader.
//! Absent on purpose: the engine's own words for rows; columns are named as the design names them.
// The lints let tests unwrap and print, but not the functions that tests share.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods)]

mod broken;
mod clock;
mod manifest;
mod near_dup;
mod proofs;
mod quick;
mod raws;
mod rules;
mod strangers;
mod summary;
mod units;
