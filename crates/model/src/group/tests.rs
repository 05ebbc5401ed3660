//! Grouping, read aloud.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::{moment::RecordedDate, same_shot::Word};

/// Gray pictures by asset: a ramp, bent at one place by `bend`; two bends differ the more, the farther apart they are.
#[derive(Default)]
struct Shelf {
    bends: BTreeMap<u32, u16>,
    fetched: usize,
}

impl Grays for Shelf {
    type Error = std::convert::Infallible;

    fn fetch(&mut self, assets: &[u32], each: &mut dyn FnMut(usize, &Gray)) -> Result<(), Self::Error> {
        assert!(assets.len() <= GRAYS_AT_A_TIME);
        self.fetched += assets.len();
        for (k, asset) in assets.iter().enumerate() {
            if let Some(&bend) = self.bends.get(asset) {
                let mut gray: Gray = std::array::from_fn(|cell| (cell / 8) as u8);
                gray[..usize::from(bend)].reverse();
                each(k, &gray);
            }
        }
        Ok(())
    }
}

const LIMITS: Limits = Limits {
    radius: 7,
    alike: FineDistance(3000),
    reencoded: FineDistance(60),
    candidates: 64,
    workers: NonZeroUsize::new(2).unwrap(),
};
/// Far from every turned form of itself.
const PICTURE: u64 = 0x0123_4567_89ab_cdee;

#[derive(Clone)]
struct Photo(Member, u16);

/// A photograph of its own bytes, image data and moment that all look the same.
fn photo(asset: u32) -> Photo {
    let mut sha1 = [0; 20];
    sha1[..4].copy_from_slice(&asset.to_be_bytes());
    let member = Member {
        asset,
        sha1: Some(Sha1(sha1)),
        image_digest: Some(digest(asset)),
        hash: Some(PICTURE),
        moment: None,
        motion: Motion::Still,
    };
    Photo(member, 0)
}

fn digest(number: u32) -> ImageDigest {
    let mut bytes = [7; 16];
    bytes[..4].copy_from_slice(&number.to_be_bytes());
    ImageDigest(bytes)
}

impl Photo {
    fn bytes_of(mut self, other: u32) -> Self {
        self.0.sha1 = photo(other).0.sha1;
        self.image_of(other)
    }
    fn image_of(mut self, other: u32) -> Self {
        self.0.image_digest = Some(digest(other));
        self
    }
    /// So many bits from the picture, from bit `first` on.
    fn bits(mut self, first: u32, count: u32) -> Self {
        self.0.hash = Some((first..first + count).fold(PICTURE, |hash, bit| hash ^ 1 << bit));
        self
    }
    fn bent(mut self, bend: u16) -> Self {
        self.1 = bend;
        self
    }
    fn taken(mut self, second: u8, sub_sec: Option<u32>) -> Self {
        let at = RecordedDate::parse(&format!("2016:10:09 14:44:{second:02}")).at().unwrap();
        self.0.moment =
            Some(CaptureMoment { at, sub_sec, make: None, model: Word::new(1), serial: None, exposure: None, frame: None });
        self
    }
    fn moving(mut self, milliseconds: u32) -> Self {
        self.0.motion = Motion::Moving(Some(milliseconds));
        self
    }
    fn sha1(&self) -> Sha1 {
        self.0.sha1.unwrap()
    }
}

fn grouped_with(photos: &[Photo], shared_parts: &[(u32, u32)], not_duplicates: &[(Sha1, Sha1)]) -> Groups {
    let members: Vec<Member> = photos.iter().map(|photo| photo.0.clone()).collect();
    let mut shelf = Shelf { bends: photos.iter().map(|photo| (photo.0.asset, photo.1)).collect(), fetched: 0 };
    let library = Library { members: &members, shared_parts, not_duplicates };
    group(&library, &LIMITS, &mut shelf).unwrap_or_else(|never| match never {})
}

fn grouped(photos: &[Photo]) -> Groups {
    grouped_with(photos, &[], &[])
}

/// Groups as text: `basis: asset basis distance, …`, in the order of their smallest asset.
fn told(groups: &[Group]) -> Vec<String> {
    let mut told: Vec<(u32, String)> = groups
        .iter()
        .map(|group| {
            let mut rows = group.rows.clone();
            rows.sort_unstable();
            let rows: Vec<String> =
                rows.iter().map(|row| format!("{} {} {}", row.asset, row.basis.word(), row.distance)).collect();
            (group.rows.iter().map(|row| row.asset).min().unwrap(), format!("{}: {}", group.basis.word(), rows.join(", ")))
        })
        .collect();
    told.sort();
    told.into_iter().map(|(_, text)| text).collect()
}

#[test]
fn each_basis_is_called_by_its_name_and_a_group_by_its_weakest_row() {
    let half = Some(500_000_000);
    for (photos, duplicates, series) in [
        (vec![photo(1), photo(2).bytes_of(1)], vec!["same-bytes: 1 same-bytes 0, 2 same-bytes 0"], vec![]),
        (vec![photo(1), photo(2).image_of(1)], vec!["same-image: 1 same-image 0, 2 same-image 0"], vec![]),
        (
            vec![photo(1).taken(1, half), photo(2).taken(1, half).bits(0, 3)],
            vec!["same-shot: 1 same-shot 0, 2 same-shot 3"],
            vec![],
        ),
        (vec![photo(1).taken(1, half), photo(2).bits(0, 7)], vec!["looks-alike: 1 looks-alike 0, 2 looks-alike 7"], vec![]),
        (vec![photo(1).taken(1, half), photo(2).taken(2, half)], vec![], vec!["series: 1 series 0, 2 series 0"]),
        (vec![photo(1), photo(2).bits(0, 8)], vec![], vec![]),
        (vec![photo(1), photo(2).bent(900)], vec![], vec![]),
    ] {
        let groups = grouped(&photos);
        assert_eq!(told(&groups.duplicates), duplicates);
        assert_eq!(told(&groups.series), series);
    }
    let mixed = grouped(&[photo(1), photo(2).bytes_of(1), photo(3).bits(4, 2)]);
    assert_eq!(mixed.duplicates[0].basis, Basis::LooksAlike);
}

#[test]
fn an_equal_second_without_fractions_is_one_shot_only_within_what_re_encoding_does() {
    let near = grouped(&[photo(1).taken(1, None), photo(2).taken(1, None).bits(0, 1)]);
    assert_eq!(told(&near.duplicates), ["same-shot: 1 same-shot 0, 2 same-shot 1"]);
    let far = grouped(&[photo(1).taken(1, None), photo(2).taken(1, None).bent(300)]);
    assert_eq!(told(&far.duplicates), [""; 0]);
    assert_eq!(told(&far.series), ["series: 1 series 0, 2 series 0"]);
}

#[test]
fn an_edit_is_told_from_a_frame_of_the_same_second_by_its_size_and_goes_to_the_nearest_frame() {
    let framed = |mut photo: Photo, exposure, frame| {
        let moment = photo.0.moment.as_mut().unwrap();
        (moment.exposure, moment.frame) = (Word::new(exposure), Word::new(frame));
        photo
    };
    let frame = |asset| photo(asset).taken(1, None);
    let pair = |exposure, size| grouped(&[framed(frame(1), 1, 1), framed(frame(2).bent(300), exposure, size)]);
    assert_eq!(pair(1, 2).duplicates.len(), 1, "a crop");
    assert_eq!(pair(1, 1).duplicates.len(), 0, "the next frame");
    assert_eq!(pair(2, 2).duplicates.len(), 0, "another exposure");
    let burst = [framed(frame(1), 1, 1), framed(frame(2).bent(300), 1, 1), framed(frame(3).bent(320), 1, 2)];
    let groups = grouped(&burst);
    assert_eq!(told(&groups.duplicates), ["same-shot: 2 same-shot 0, 3 same-shot 0"]);
}

#[test]
fn a_copy_with_another_date_is_of_every_moment_its_image_has() {
    let groups =
        grouped(&[photo(1).taken(1, Some(5)), photo(2).image_of(1).taken(9, Some(6)), photo(3).taken(9, Some(6)).bits(0, 2)]);
    assert_eq!(groups.duplicates.len(), 1);
    assert_eq!(groups.duplicates[0].basis, Basis::SameShot);
    assert_eq!(groups.duplicates[0].rows.len(), 3);
    assert_eq!(groups.series, []);
}

#[test]
fn undated_copies_join_the_frame_they_came_from_and_do_not_tie_frames_together() {
    // Frames 1 and 2 of a burst; 11 and 12 are their stripped copies. All four look alike.
    let burst = [
        photo(1).taken(1, Some(1)),
        photo(2).taken(1, Some(2)).bent(200),
        photo(11).bits(0, 1).bent(4),
        photo(12).bits(0, 1).bent(204),
    ];
    let groups = grouped(&burst);
    let mut pairs: Vec<BTreeSet<u32>> = groups.duplicates.iter().map(|g| g.rows.iter().map(|r| r.asset).collect()).collect();
    pairs.sort();
    assert_eq!(pairs, [BTreeSet::from([1, 11]), BTreeSet::from([2, 12])]);
    assert_eq!(told(&groups.series), ["series: 1 series 0, 2 series 0"]);
}

#[test]
fn groups_do_not_chain() {
    // Each is 5 bits from the next, 10 and more from the others.
    let row: Vec<Photo> = (0..6).map(|k| photo(k).bits(0, 5 * k)).collect();
    let groups = grouped(&row);
    assert_eq!(groups.duplicates.iter().map(|g| g.rows.len()).collect::<Vec<_>>(), [3, 3]);
    assert!(groups.duplicates.iter().flat_map(|g| &g.rows).all(|row| row.distance <= 5));
}

#[test]
fn the_centre_is_the_one_in_the_middle() {
    let variants = [photo(1).bits(0, 5), photo(2), photo(3).bits(10, 5), photo(4).bits(20, 5), photo(5).bits(30, 5)];
    let groups = grouped(&variants);
    assert_eq!(groups.duplicates.len(), 1);
    assert_eq!(groups.duplicates[0].centre, 2);
    assert_eq!(groups.duplicates[0].rows.len(), 5);
}

#[test]
fn what_a_person_called_not_duplicates_never_meets_again() {
    let [a, b, c] = [photo(1), photo(2).bits(0, 1), photo(3).bits(0, 2)];
    let groups = grouped_with(&[a.clone(), b.clone(), c.clone()], &[], &[(a.sha1(), c.sha1())]);
    assert_eq!(groups.duplicates.len(), 1);
    assert_eq!(groups.duplicates[0].rows.len(), 2);
    let apart = grouped_with(&[a.clone(), b.clone().image_of(1)], &[], &[(b.sha1(), a.sha1())]);
    assert_eq!(apart, Groups::default(), "equal images too");
    let copies = grouped_with(&[a.clone(), photo(9).bytes_of(1)], &[], &[(a.sha1(), a.sha1())]);
    assert_eq!(copies, Groups::default(), "and copies of equal bytes");
}

#[test]
fn units_that_share_the_bytes_of_a_part_are_same_bytes() {
    let mut raw_alone = photo(2);
    raw_alone.0.hash = None;
    let groups = grouped_with(&[photo(1), raw_alone], &[(2, 1)], &[]);
    assert_eq!(told(&groups.duplicates), ["same-bytes: 1 same-bytes 0, 2 same-bytes 0"]);
}

#[test]
fn without_a_sha1_there_is_no_group_and_without_a_fingerprint_there_still_can_be() {
    let mut heads = [photo(1), photo(2)];
    heads.iter_mut().for_each(|photo| photo.0.sha1 = None);
    assert_eq!(grouped(&heads), Groups::default());
    let mut blank = [photo(1), photo(2).bytes_of(1), photo(3).image_of(1), photo(4)];
    blank.iter_mut().for_each(|photo| photo.0.hash = None);
    assert_eq!(told(&grouped(&blank).duplicates).len(), 1);
    assert_eq!(grouped(&blank).duplicates[0].rows.len(), 3);
}

#[test]
fn a_turned_copy_is_found_by_its_turned_picture() {
    use crate::fingerprint::{Turn, hash_of, turned_gray};
    struct Two(Vec<Gray>);
    impl Grays for Two {
        type Error = std::convert::Infallible;
        fn fetch(&mut self, assets: &[u32], each: &mut dyn FnMut(usize, &Gray)) -> Result<(), Self::Error> {
            assets.iter().enumerate().for_each(|(k, &asset)| each(k, &self.0[asset as usize]));
            Ok(())
        }
    }
    let gray: Gray = std::array::from_fn(|cell| ((cell % 32) * 3 + (cell / 32) * (cell / 32) / 8 + cell * 7 % 13) as u8);
    for turn in Turn::ALL {
        let grays = vec![gray, turned_gray(&gray, turn)];
        let members: Vec<Member> =
            (0..2).map(|asset| Member { hash: Some(hash_of(&grays[asset as usize])), ..photo(asset).0 }).collect();
        let library = Library { members: &members, shared_parts: &[], not_duplicates: &[] };
        let groups = group(&library, &LIMITS, &mut Two(grays)).unwrap();
        assert_eq!(groups.duplicates.len(), 1, "{turn:?}");
    }
}

#[test]
fn twenty_thousand_nearly_equal_pictures_cost_no_more_than_their_candidates() {
    let photos: Vec<Photo> = (0..20_000).map(|k| photo(k).bits(k % 61, 2)).collect();
    let members: Vec<Member> = photos.iter().map(|photo| photo.0.clone()).collect();
    let mut shelf = Shelf { bends: photos.iter().map(|photo| (photo.0.asset, photo.1)).collect(), fetched: 0 };
    let library = Library { members: &members, shared_parts: &[], not_duplicates: &[] };
    let groups = group(&library, &Limits { candidates: 16, ..LIMITS }, &mut shelf).unwrap();
    let placed: usize = groups.duplicates.iter().map(|group| group.rows.len()).sum();
    assert!(placed > 19_900, "{placed} of 20,000 found a group");
    assert!(shelf.fetched <= 80_000, "{} gray pictures were fetched", shelf.fetched);
}

#[test]
fn a_member_is_small_enough_for_millions() {
    assert!(size_of::<Member>() <= 112, "{} bytes", size_of::<Member>());
}

/// Whose bytes, whose image, which bits, how bent, and when.
type Drawn = (u32, u32, (u32, u32), u16, Option<(u8, Option<u32>)>);

fn any_photo() -> impl Strategy<Value = Drawn> {
    let moment = prop::option::of((0u8..3, prop::option::of(0u32..3)));
    (0u32..30, 0u32..30, (0u32..30, 0u32..6), prop::sample::select(vec![0u16, 3, 100, 130, 400]), moment)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn in_whatever_order_assets_come_the_groups_are_the_same_and_keep_their_promises(
        drawn in prop::collection::vec(any_photo(), 0..24),
        vetoed in prop::collection::vec((0usize..24, 0usize..24), 0..4),
        order in any::<prop::sample::Index>(),
    ) {
        let mut photos: Vec<Photo> = drawn
            .iter()
            .zip(0u32..)
            .map(|(&(_, _, (first, bits), bend, moment), asset)| {
                let photo = photo(asset).bits(first, bits).bent(bend);
                match moment { Some((second, sub_sec)) => photo.taken(second, sub_sec), None => photo }
            })
            .collect();
        // Some are copies of an earlier one with all that its bytes hold, some of its image alone.
        for (k, &(bytes, image, ..)) in drawn.iter().enumerate() {
            let of = |earlier: u32| photos[..k].get(earlier as usize).cloned();
            if let Some(original) = of(bytes) {
                photos[k] = Photo(Member { asset: k as u32, ..original.0 }, original.1);
            } else if let Some(Photo(original, bend)) = of(image) {
                let Member { image_digest, hash, .. } = original;
                photos[k] = Photo(Member { image_digest, hash, ..photos[k].0.clone() }, bend);
            }
        }
        let vetoes: Vec<(Sha1, Sha1)> =
            vetoed.iter().filter_map(|&(a, b)| Some((photos.get(a)?.sha1(), photos.get(b)?.sha1()))).collect();
        let groups = grouped_with(&photos, &[], &vetoes);
        let mut shuffled = photos.clone();
        if !shuffled.is_empty() {
            let by = order.index(shuffled.len());
            shuffled.rotate_left(by);
            shuffled.reverse();
        }
        prop_assert_eq!(&grouped_with(&shuffled, &[], &vetoes), &groups);

        for list in [&groups.duplicates, &groups.series] {
            let assets: Vec<u32> = list.iter().flat_map(|group| group.rows.iter().map(|row| row.asset)).collect();
            prop_assert_eq!(assets.iter().collect::<BTreeSet<_>>().len(), assets.len(), "an asset is in one group at most");
            let ids: BTreeSet<&GroupId> = list.iter().map(|group| &group.id).collect();
            prop_assert_eq!(ids.len(), list.len(), "ids are unique");
            for group in list {
                prop_assert!(group.rows.len() > 1);
                prop_assert_eq!(Some(group.basis), group.rows.iter().map(|row| row.basis).max());
                let at = |asset: u32| &photos[asset as usize];
                for row in &group.rows {
                    let (own, centre) = (at(row.asset), at(group.centre));
                    let apart = (own.0.hash.unwrap() ^ centre.0.hash.unwrap()).count_ones() as u8;
                    prop_assert!(row.distance <= 7 && row.distance <= apart, "within the radius of the centre");
                    for other in &group.rows {
                        let pair = (own.sha1(), at(other.asset).sha1());
                        prop_assert!(!vetoes.contains(&pair) || row.asset == other.asset, "a verdict holds");
                    }
                }
            }
        }
    }
}

#[test]
fn a_photograph_and_a_video_are_never_together() {
    for groups in [
        grouped(&[photo(1), photo(2).moving(5_000)]),
        grouped(&[photo(1), photo(2).image_of(1).moving(5_000)]),
        grouped(&[photo(1).taken(5, Some(1)), photo(2).taken(5, Some(1)).moving(5_000)]),
    ] {
        assert_eq!(groups, Groups::default());
    }
    let both = grouped(&[photo(1), photo(2).moving(5_000), photo(3), photo(4).moving(5_000)]);
    assert_eq!(
        told(&both.duplicates),
        ["looks-alike: 1 looks-alike 0, 3 looks-alike 0", "looks-alike: 2 looks-alike 0, 4 looks-alike 0"]
    );
}

#[test]
fn videos_of_different_durations_are_no_versions_of_one() {
    for (a, b, together) in
        [(5_000, 6_000, true), (5_000, 6_001, false), (600_000, 612_000, true), (600_000, 613_000, false), (200, 1_200, true)]
    {
        let groups = grouped(&[photo(1).moving(a), photo(2).moving(b)]);
        assert_eq!(groups.duplicates.len(), usize::from(together), "{a} {b}");
    }
    let mut unknown = photo(2).moving(1);
    unknown.0.motion = Motion::Moving(None);
    assert_eq!(grouped(&[photo(1).moving(900_000), unknown]).duplicates.len(), 1, "what is not known rules nothing out");
}

#[test]
fn a_turned_video_is_another_video() {
    let turned = |asset: u32| {
        let mut turned = photo(asset);
        turned.0.hash = Some(crate::fingerprint::turned_hash(PICTURE, crate::fingerprint::Turn::Half));
        turned
    };
    assert_eq!(grouped(&[photo(1).moving(5_000), turned(2).moving(5_000)]).duplicates, []);
}

#[test]
fn two_videos_of_one_second_and_one_camera_are_one_recording() {
    let (one, other) = (photo(1).taken(5, None), photo(2).taken(5, None).bent(200));
    let bases = |groups: Groups| (groups.duplicates.len(), groups.series.len());
    assert_eq!(bases(grouped(&[one.clone(), other.clone()])), (0, 1), "stills of one second may be a burst");
    assert_eq!(bases(grouped(&[one.moving(5_000), other.moving(5_000)])), (1, 0));
}
