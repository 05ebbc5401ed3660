//! `lightproof-ops`: looks after the server: health, users, keys and secrets. Touches no photo.

pub mod permissions;
pub mod secrets;
pub mod status;
pub mod whose;
