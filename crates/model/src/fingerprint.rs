//! Fingerprints: what a picture looks like in 64 bits to find it, and in 32×32 grays to confirm it.
//!
//! Absent on purpose: how the grays are taken from encoded bytes (`media`).

/// Version of all that makes a fingerprint; a stored one of another version is made anew.
pub const FINGERPRINT_VERSION: u32 = 1;

/// Side of the small gray picture, in cells.
pub const GRAY_SIDE: usize = 32;

/// The gray picture a fingerprint is made of: 32×32 area means, row by row, upright, uniform borders trimmed.
pub type Gray = [u8; GRAY_SIDE * GRAY_SIDE];

/// What a picture looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint {
    /// 64 bits: near-duplicates differ in few of them.
    pub hash: u64,
    /// The gray picture, for the finer comparison.
    pub gray: Box<Gray>,
}
