//! Grouping: which assets are versions of one photograph, and which are a series.
//!
//! Promises: the result does not depend on input order; groups are stars, every member within the radius of the centre, and
//! never chain; an asset is in at most one duplicate group and at most one series; what a person called "not duplicates" is never
//! together; a library in which ten thousand pictures look alike costs no more than its candidates (see [`Limits::candidates`]).
//! Absent on purpose: file size, resolution, name and place. They tell nothing about what a picture is.

mod candidates;
mod edited;
mod naming;
mod nodes;
mod stars;
mod ties;
mod vetoes;

use std::num::NonZeroUsize;

pub(crate) use self::candidates::{Candidate, among as candidates_among, eight_turns};
use self::{nodes::Nodes, stars::Star, ties::Tie, vetoes::Vetoes};
use crate::{
    asset::GroupId,
    digest::{ImageDigest, Sha1},
    fingerprint::{FineDistance, Gray},
    same_shot::CaptureMoment,
};

/// Why assets are in one group. The order is that of strength, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Basis {
    /// Equal SHA-1.
    SameBytes,
    /// Equal digest of the encoded image data; only metadata differs.
    SameImage,
    /// Looks alike, and the capture moment agrees: a re-encode, resize or edit.
    SameShot,
    /// Looks alike, and at least one says nothing of its capture moment.
    LooksAlike,
    /// Looks alike, but the capture moments differ. Not duplicates: no ranking, no decision needed.
    Series,
}

impl Basis {
    /// All bases, strongest first.
    pub const ALL: [Basis; 5] = [Basis::SameBytes, Basis::SameImage, Basis::SameShot, Basis::LooksAlike, Basis::Series];

    /// The word in the `basis` column of `duplicate_groups.csv`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Basis::SameBytes => "same-bytes",
            Basis::SameImage => "same-image",
            Basis::SameShot => "same-shot",
            Basis::LooksAlike => "looks-alike",
            Basis::Series => "series",
        }
    }

    /// The basis for a word of the `basis` column.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Basis> {
        Basis::ALL.into_iter().find(|b| b.word() == word)
    }
}

/// What grouping needs to know of one asset: the main asset of a unit. About a hundred bytes, as there may be millions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The caller's number for the asset; unique. It orders copies of equal bytes and nothing else.
    pub asset: u32,
    /// SHA-1 of all bytes. Without it (heads only were read) the asset is in no group.
    pub sha1: Option<Sha1>,
    /// Digest of the encoded image data.
    pub image_digest: Option<ImageDigest>,
    /// Fingerprint; pictures without one can still be `same-bytes` or `same-image`.
    pub hash: Option<u64>,
    /// What it says of its capture moment; nothing unless DateTimeOriginal is a date.
    pub moment: Option<CaptureMoment>,
    /// Whether its pictures move. A photograph and a video never look alike, though the one may be a frame of the other.
    pub motion: Motion,
}

/// Whether pictures move, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Motion {
    /// A photograph.
    #[default]
    Still,
    /// A video, of so many milliseconds where that is known.
    Moving(Option<u32>),
}

impl Motion {
    /// Whether two pictures can be versions of one: both still, or both moving for about as long. A static scene looks the
    /// same whenever it was filmed.
    #[must_use]
    pub fn agrees(self, other: Motion) -> bool {
        match (self, other) {
            (Motion::Still, Motion::Still) => true,
            (Motion::Moving(Some(a)), Motion::Moving(Some(b))) => a.abs_diff(b) <= (a.max(b) / 50).max(1_000),
            (Motion::Moving(_), Motion::Moving(_)) => true,
            (Motion::Still, Motion::Moving(_)) | (Motion::Moving(_), Motion::Still) => false,
        }
    }

    /// Whether it is a video.
    #[must_use]
    pub fn is_moving(self) -> bool {
        matches!(self, Motion::Moving(_))
    }
}

/// What is grouped.
#[derive(Debug, Clone, Copy)]
pub struct Library<'a> {
    /// Main assets of units, in any order.
    pub members: &'a [Member],
    /// Pairs of main assets whose units hold the same bytes otherwise than main to main: a RAW alone, and the RAW beside a JPEG.
    pub shared_parts: &'a [(u32, u32)],
    /// Contents that a person called not duplicates. Never in one group; a content paired with itself keeps its copies apart.
    pub not_duplicates: &'a [(Sha1, Sha1)],
}

/// How alike is alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bits in which two hashes of photographs may differ, turns included; of videos 5/7 more.
    pub radius: u8,
    /// The finer comparison that a candidate must pass.
    pub alike: FineDistance,
    /// What re-encoding alone does to the finer comparison.
    pub reencoded: FineDistance,
    /// Candidates kept per picture, nearest first. A pair is compared if it is among the nearest of either.
    pub candidates: usize,
    /// Threads that compare hashes.
    pub workers: NonZeroUsize,
}

/// Hands over gray pictures, which are too many to be held.
pub trait Grays {
    /// What can go wrong when they are fetched.
    type Error;

    /// Calls `each(k, gray)` for every `assets[k]` that has a gray picture, in any order. At most [`GRAYS_AT_A_TIME`] are asked for.
    ///
    /// # Errors
    /// Whatever the store reports; grouping ends with it.
    fn fetch(&mut self, assets: &[u32], each: &mut dyn FnMut(usize, &Gray)) -> Result<(), Self::Error>;
}

/// How many gray pictures are asked for at once; twice as many are held at most (16 MiB).
pub const GRAYS_AT_A_TIME: usize = 8192;

/// One asset in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Row {
    /// The caller's number for it.
    pub asset: u32,
    /// Its strongest tie to the group's centre; the centre's own is its strongest tie to another row.
    pub basis: Basis,
    /// Bits between its hash and the centre's, over all turns; 0 for equal bytes and equal image.
    pub distance: u8,
}

/// Some assets that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// From the members' contents: `g…` for duplicates, `s…` for a series.
    pub id: GroupId,
    /// The weakest of its rows'.
    pub basis: Basis,
    /// The asset that all others are near.
    pub centre: u32,
    /// The centre first, then by basis, distance and content.
    pub rows: Vec<Row>,
}

/// All groups, each list in the order of ids.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Groups {
    /// Versions of one photograph.
    pub duplicates: Vec<Group>,
    /// Different photographs that look alike: bursts, bracketing, successive frames.
    pub series: Vec<Group>,
}

/// Groups a library.
///
/// # Errors
/// Whatever fetching gray pictures reports.
pub fn group<G: Grays>(library: &Library<'_>, limits: &Limits, grays: &mut G) -> Result<Groups, G::Error> {
    let vetoes = Vetoes::of(library.not_duplicates);
    let nodes = Nodes::collapse(library.members, &vetoes);
    let candidates = candidates::find(&nodes, limits);
    let (mut ties, series_ties) = ties::confirm(&nodes, candidates, limits, grays)?;
    ties.extend(nodes.shared(library.shared_parts));
    let frames = ties::Frames::of(&nodes, &ties);
    ties.retain(|tie| frames.allow(tie));

    let duplicates = stars::choose(&nodes, &ties, |members, newcomer, tie| {
        // Bytes that two units share tie a photograph to a video, and no third to the two.
        let same = |&member: &u32| nodes.moves(member) == nodes.moves(newcomer);
        let of_a_kind = members.iter().all(same) || (tie.basis == Basis::SameBytes && members.len() == 1);
        of_a_kind && vetoes.allow(&nodes, members, newcomer) && (tie.basis == Basis::SameBytes || frames.fit(members, newcomer))
    });
    let together = stars::homes(&nodes, &duplicates);
    let apart: Vec<Tie> = series_ties.into_iter().filter(|tie| !together.both(tie)).collect();
    let series = stars::choose(&nodes, &apart, |members, newcomer, _| vetoes.allow(&nodes, members, newcomer));

    let named = |stars: Vec<Star>, letter| {
        let mut groups: Vec<Group> = stars.iter().filter_map(|star| star.rows(&nodes, letter)).collect();
        groups.sort_by(|a, b| a.id.cmp(&b.id));
        groups
    };
    // A node of several copies is a group without any tie; as a series it would be none.
    let series = series.into_iter().filter(|star| !star.others.is_empty()).collect();
    Ok(Groups { duplicates: named(duplicates, 'g'), series: named(series, 's') })
}

#[cfg(test)]
mod tests;
