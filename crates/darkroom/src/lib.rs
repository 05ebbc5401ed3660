//! Makes photographs: drawn pictures with real EXIF, as cameras, messengers and editors would have written them.
//!
//! Everything follows from a seed: the same call gives the same bytes, and other seeds give pictures that no
//! perceptual hash takes for each other. Used by `lightproof demo` and by the tests.
//! Absent on purpose: files. Bytes are handed to whoever asked for them.

pub mod canvas;
pub mod demo;
pub mod exif;
pub mod jpeg;
pub mod photo;
pub mod random;
pub mod scene;
pub mod sidecar;
pub mod texture;
