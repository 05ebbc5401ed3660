use std::{collections::HashMap, convert::Infallible, num::NonZeroUsize};

use super::*;
use crate::{
    fingerprint::{ALIKE, GRAY_SIDE, Gray, RADIUS, REENCODED, hash_of},
    moment::RecordedDate,
    probe::Facts,
    same_shot::Words,
};

const LIMITS: Limits =
    Limits { radius: RADIUS as u8, alike: ALIKE, reencoded: REENCODED, candidates: 64, workers: NonZeroUsize::MIN };

struct Held(HashMap<u32, Gray>);

impl Grays for Held {
    type Error = Infallible;

    fn fetch(&mut self, assets: &[u32], each: &mut dyn FnMut(usize, &Gray)) -> Result<(), Infallible> {
        assert!(assets.len() <= GRAYS_AT_A_TIME);
        assets.iter().enumerate().for_each(|(k, asset)| self.0.get(asset).into_iter().for_each(|gray| each(k, gray)));
        Ok(())
    }
}

/// A picture of its own for each seed, and nearly the same for the same seed and another `shade`.
fn gray(seed: u64, shade: u8) -> Gray {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let waves: [(f64, f64, f64); 6] = std::array::from_fn(|_| {
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 40) as f64 / f64::from(1 << 24)
        };
        (next() * 0.4, next() * 0.4, next() * 6.0)
    });
    std::array::from_fn(|i| {
        let (x, y) = ((i % GRAY_SIDE) as f64, (i / GRAY_SIDE) as f64);
        let sum: f64 = waves.iter().map(|(u, v, phase)| (u * x + v * y + phase).sin()).sum();
        (110.0 + 18.0 * sum) as u8 + shade * u8::from(x < 4.0)
    })
}

fn moment(date: &str, words: &mut Words) -> Option<CaptureMoment> {
    let facts = Facts { date_time_original: RecordedDate::parse(date), model: Some("D50".to_owned()), ..Facts::default() };
    CaptureMoment::of(&facts, words)
}

const PART: Glimpse =
    Glimpse { asset: 0, seen: Seen::Part, standing: Standing::Main, hash: None, bytes: 0, moment: None, container_time: None };

fn named(glimpses: &[Glimpse], pictures: &[(u32, Gray)]) -> Vec<u32> {
    let Ok(all) = suspects(glimpses, &LIMITS, &mut Held(pictures.iter().copied().collect()));
    let mut turned = glimpses.to_vec();
    turned.reverse();
    let Ok(other) = suspects(&turned, &LIMITS, &mut Held(pictures.iter().copied().collect()));
    assert_eq!(all, other, "the order makes a difference");
    all
}

#[test]
fn previews_that_look_alike_are_named_and_strangers_are_not() {
    let pictures: Vec<(u32, Gray)> =
        vec![(1, gray(1, 0)), (2, gray(1, 6)), (3, gray(2, 0)), (4, turned_gray(&gray(3, 0), Turn::Left)), (5, gray(3, 0))];
    let glimpses: Vec<Glimpse> = pictures
        .iter()
        .map(|(asset, g)| Glimpse { asset: *asset, hash: Some(hash_of(g)), bytes: u64::from(*asset), ..PART })
        .collect();
    assert_eq!(named(&glimpses, &pictures), [1, 2, 4, 5]);
    // The preview of a companion says nothing: its main asset is compared.
    let with_companion: Vec<Glimpse> =
        glimpses.iter().map(|g| if g.asset == 2 { Glimpse { standing: Standing::Companion, ..*g } } else { *g }).collect();
    assert_eq!(named(&with_companion, &pictures), [4, 5]);
}

#[test]
fn hashes_that_are_near_by_chance_are_told_apart_by_the_grays() {
    let (a, b) = (gray(1, 0), gray(2, 0));
    let glimpse = |asset| Glimpse { asset, hash: Some(77), bytes: u64::from(asset), ..PART };
    assert_eq!(named(&[glimpse(1), glimpse(2)], &[(1, a), (2, b)]), [0u32; 0]);
    assert_eq!(named(&[glimpse(1), glimpse(2)], &[(1, a), (2, a)]), [1, 2]);
}

#[test]
fn the_net_is_wider_where_a_preview_takes_part() {
    let picture = gray(1, 0);
    for (distance, first, second, expected) in [
        (7, Seen::Whole, Seen::Whole, true),
        (8, Seen::Whole, Seen::Whole, false),
        (11, Seen::Whole, Seen::Part, true),
        (11, Seen::Part, Seen::Part, true),
        (12, Seen::Part, Seen::Part, false),
    ] {
        let one = Glimpse { asset: 1, seen: first, hash: Some(0x1234_5678_9abc_def0), bytes: 1, ..PART };
        let other = Glimpse { asset: 2, seen: second, hash: one.hash.map(|h| h ^ ((1 << distance) - 1)), bytes: 2, ..PART };
        assert_eq!(!named(&[one, other], &[(1, picture), (2, picture)]).is_empty(), expected, "{distance} {first:?} {second:?}");
    }
}

#[test]
fn equal_sizes_name_what_has_no_looks_and_equal_moments_name_shots() {
    let mut words = Words::default();
    let [early, late] = ["2009:07:17 18:20:10", "2009:07:17 18:20:11"].map(|date| moment(date, &mut words));
    let of = |asset, bytes, moment| Glimpse { asset, bytes, moment, ..PART };
    // Two videos of one size; one of another; two of one size and different moments; three of one moment.
    assert_eq!(named(&[of(1, 500, None), of(2, 500, None), of(3, 501, None)], &[]), [1, 2]);
    assert_eq!(named(&[of(1, 500, early), of(2, 500, late), of(3, 500, None)], &[]), [0u32; 0]);
    assert_eq!(named(&[of(1, 1, early), of(2, 2, early), of(3, 3, early), of(4, 4, late)], &[]), [1, 2, 3]);
    // Videos whose containers were made in one second.
    let made = |asset, at: Option<CaptureMoment>| Glimpse { container_time: at.map(|m| m.at), ..of(asset, asset.into(), None) };
    assert_eq!(named(&[made(1, early), made(2, early), made(3, late)], &[]), [1, 2]);
    // A companion of the same moment as its main asset is in no group for that.
    let companion = Glimpse { standing: Standing::Companion, ..of(2, 2, early) };
    assert_eq!(named(&[of(1, 1, early), companion], &[]), [0u32; 0]);
    // But one that may hold the same bytes as another asset is.
    let twin = Glimpse { standing: Standing::Companion, ..of(2, 1, early) };
    assert_eq!(named(&[of(1, 1, early), twin], &[]), [1, 2]);
}
