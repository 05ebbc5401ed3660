//! One file a page. Each gives its addresses, asks the engine, and draws.

pub mod anomalies;
pub mod anomaly;
pub mod assets;
mod axis;
pub mod body;
pub mod bulk;
pub mod decisions;
pub mod enter;
pub mod group;
pub mod groups;
pub mod overview;
pub mod pictures;
pub mod plans;
pub mod problems;
pub mod run;
