//! What the tests of all crates are built with: libraries in folders of their own, contracts, crowds and a clean run.
//!
//! Never shipped. Nothing here touches a folder that it did not make itself.

pub mod browser;
pub mod contract;
pub mod corpus;
pub mod crowd;
pub mod immich;
pub mod library;
pub mod mounted;
pub mod reviewing;
pub mod run;
pub mod snapshot;
pub mod spliced_raw;
