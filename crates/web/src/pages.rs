//! One file a page. Each gives its addresses, asks the engine, and draws.

pub mod enter;
pub mod group;
pub mod groups;
pub mod overview;
pub mod pictures;
