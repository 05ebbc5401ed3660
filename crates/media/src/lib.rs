//! What an asset's bytes tell.

pub mod picture;
